//! Lets gates on one wire go along with a block on two wires, so that routing and scheduling move fewer pieces.
//!
//! A gate goes along with a block that it commutes with, or else with the only block before it or after it on its wire that
//! it keeps apart from the rest. Where several blocks that commute come before it and several after it, it stays a piece of
//! its own: any of the blocks would be held back by all others.
//!
//! Expects: blocks in an order in which they may happen. Leaves: the same, gates on one wire in a row together. Keeps: which
//! orders of the blocks on two wires are allowed.

use qml_gates::Port;
use qml_ir::circuit::Wire;

use crate::collect_blocks::Block;

/// Where the operations of a block go.
#[derive(Clone, Copy)]
enum Place {
    /// They stay.
    Own,
    /// Before those of another block.
    Before(usize),
    /// After those of another block.
    After(usize),
}

/// Attaches gates on one wire to blocks.
pub fn attach_turns(mut blocks: Vec<Block>, n_wires: usize) -> Vec<Block> {
    let mut places = vec![Place::Own; blocks.len()];
    for (wire, own) in blocks_of_wires(&blocks, n_wires).iter().enumerate() {
        attach_on_wire(&mut blocks, Wire(wire as u32), own, &mut places);
    }
    let mut move_ops = |i: usize| match places[i] {
        Place::Own => {}
        Place::Before(host) => {
            let ops = std::mem::take(&mut blocks[i].ops);
            blocks[host].ops.splice(..0, ops);
        }
        Place::After(host) => {
            let ops = std::mem::take(&mut blocks[i].ops);
            blocks[host].ops.extend(ops);
        }
    };
    // From the middle of each block outwards.
    (0..places.len()).filter(|&i| matches!(places[i], Place::After(_))).for_each(&mut move_ops);
    (0..places.len()).rev().filter(|&i| matches!(places[i], Place::Before(_))).for_each(&mut move_ops);
    blocks.retain(|block| !block.ops.is_empty());
    blocks
}

/// For each wire the blocks on it, in order.
fn blocks_of_wires(blocks: &[Block], n_wires: usize) -> Vec<Vec<usize>> {
    let mut of_wires = vec![Vec::new(); n_wires];
    let mut add = |wire: Wire, i: usize| {
        let own: &mut Vec<usize> = &mut of_wires[wire.0 as usize];
        if own.last() != Some(&i) {
            own.push(i);
        }
    };
    for (i, block) in blocks.iter().enumerate() {
        block.ports.iter().for_each(|port| add(port.0, i));
        if block.ports.is_empty() {
            for op in &block.ops {
                op.wires().iter().for_each(|&wire| add(wire, i));
            }
        }
    }
    of_wires
}

/// The blocks on two wires that commute with each other on a wire: the only one, or one of several.
#[derive(Clone, Copy, PartialEq)]
enum Pairs {
    None,
    One(usize),
    Several,
}

/// Decides for the blocks of one wire.
fn attach_on_wire(blocks: &mut [Block], wire: Wire, own: &[usize], places: &mut [Place]) {
    let mut before = Pairs::None;
    // Gates since then that commute with nothing beside them.
    let mut chain: Vec<usize> = Vec::new();
    let mut rest = own;
    while let Some(&first) = rest.first() {
        let port = port_on(&blocks[first], wire);
        let is_same = |&i: &usize| port != Port::None && port_on(&blocks[i], wire) == port;
        let n = 1 + rest[1..].iter().copied().take_while(is_same).count();
        let (group, later) = rest.split_at(n);
        rest = later;
        let mut pairs = group.iter().copied().filter(|&i| blocks[i].pair.is_some());
        let now = match (pairs.next(), pairs.next()) {
            (None, _) => Pairs::None,
            (Some(pair), None) => Pairs::One(pair),
            _ => Pairs::Several,
        };
        if now == Pairs::None && !blocks[first].ports.is_empty() {
            chain.extend_from_slice(group);
            continue;
        }
        attach_chain(blocks, wire, &chain, [before, now], places);
        chain.clear();
        attach_commuting(blocks, group, places);
        before = now;
    }
    attach_chain(blocks, wire, &chain, [before, Pairs::None], places);
}

/// Gates between groups of blocks go along with the only one of a group.
fn attach_chain(blocks: &mut [Block], wire: Wire, chain: &[usize], groups: [Pairs; 2], places: &mut [Place]) {
    let Some((&first, others)) = chain.split_first() else { return };
    let host = match groups {
        [Pairs::One(host), _] => {
            chain.iter().for_each(|&i| places[i] = Place::After(host));
            host
        }
        [_, Pairs::One(host)] => {
            chain.iter().for_each(|&i| places[i] = Place::Before(host));
            host
        }
        _ if others.is_empty() => return,
        _ => {
            others.iter().for_each(|&i| places[i] = Place::After(first));
            first
        }
    };
    let ports = blocks[host].ports.iter_mut().filter(|port| port.0 == wire);
    ports.for_each(|port| port.1 = Port::None);
}

/// Gates that commute with a group of blocks go along with the nearest before them, or the first.
fn attach_commuting(blocks: &[Block], group: &[usize], places: &mut [Place]) {
    let is_pair = |i: &&usize| blocks[**i].pair.is_some();
    let Some(&first) = group.iter().find(is_pair) else { return };
    let mut place = Place::Before(first);
    for &i in group {
        if blocks[i].pair.is_some() {
            place = Place::After(i);
        } else {
            places[i] = place;
        }
    }
}

/// The operator that a block commutes with on a wire.
fn port_on(block: &Block, wire: Wire) -> Port {
    block.ports.iter().find(|port| port.0 == wire).map_or(Port::None, |port| port.1)
}

#[cfg(test)]
mod tests;
