//! The shortest Pauli networks on three wires, by A* search (Hart, Nilsson and Raphael, 1968).
//!
//! A network is a path through the classes of Cliffords ([`Classes`]), from that of the table to the identity. On the way
//! each rotation happens when its string has one letter and those that it waits for are done; as that costs nothing it
//! happens at once. From where the path is, it can't be shorter than the way to the identity past any one of the strings
//! that are left: these ways are known, so that the search goes straight on where rotations leave no choice. Of two paths
//! to the same class the one that is no shorter and has done nothing more is dropped.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap as HashMap;

use crate::bits::each_bit;
use crate::clifford_classes::{Classes, Shape};

/// Most rotations of a network: a set of them is a word.
pub const MAX_ROTATIONS: usize = 64;

/// What a network is made for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Aim {
    /// The class of the table.
    pub start: u16,
    /// The strings of the rotations, in those of the table.
    pub strings: Vec<u8>,
    /// For each rotation those before it that it waits for, as bits.
    pub waits_for: Vec<u64>,
    /// The couplings.
    pub shape: Shape,
}

/// Searches, one after the other.
pub struct Search {
    /// What was searched for before.
    known: HashMap<(Aim, usize), Option<Vec<u16>>>,
    budget: usize,
    classes: &'static Classes,
    nodes: Vec<Node>,
    /// The latest node of each class; only of those that `nodes` has.
    latest: Vec<u32>,
    queue: BinaryHeap<(Reverse<usize>, usize, Reverse<u32>)>,
}

/// A place on a path.
struct Node {
    class: u16,
    n_cx: u16,
    /// The rotations that are done, as bits.
    done: u64,
    before: u32,
    /// Another node of the same class; itself if there is none.
    same_class: u32,
}

impl Search {
    /// No search yet; each may take so many steps.
    pub fn new(budget: usize) -> Self {
        let classes = Classes::all();
        Self {
            known: HashMap::default(),
            budget,
            classes,
            nodes: Vec::new(),
            latest: vec![0; classes.len()],
            queue: BinaryHeap::new(),
        }
    }

    /// The classes after the start on a shortest path with fewer than `limit` CX, if the search finds one. Windows that ask
    /// for the same come again and again.
    pub fn shortest_network(&mut self, aim: Aim, limit: usize) -> Option<Vec<u16>> {
        let key = (aim, limit);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let found = self.search(&key.0, limit);
        self.known.insert(key, found.clone());
        found
    }

    fn search(&mut self, aim: &Aim, limit: usize) -> Option<Vec<u16>> {
        let classes = self.classes;
        let ways = classes.ways(aim.shape);
        let all = u64::MAX.checked_shr(64 - aim.strings.len() as u32).unwrap_or(0);
        // At least so many CX are left.
        let left = |class: u16, done: u64| {
            let ways = &ways[usize::from(class)];
            let mut left = ways[0];
            each_bit(all & !done, |rotation| left = left.max(ways[usize::from(aim.strings[rotation])]));
            usize::from(left)
        };
        self.nodes.clear();
        self.queue.clear();
        let done = aim.take(aim.start, 0, all, classes);
        self.push(
            Node { class: aim.start, n_cx: 0, done, before: 0, same_class: 0 },
            left(aim.start, done),
            limit,
        );
        for _ in 0..self.budget {
            let (_, _, Reverse(place)) = self.queue.pop()?;
            let Node { class, n_cx, done, .. } = self.nodes[place as usize];
            if class == 0 && done == all {
                return Some(self.path_to(place));
            }
            for &class in classes.after(class, aim.shape) {
                let done = aim.take(class, done, all, classes);
                let node = Node { class, n_cx: n_cx + 1, done, before: place, same_class: 0 };
                self.push(node, left(class, done), limit);
            }
        }
        None
    }

    /// Adds a node from which so many CX are left, unless that is too much or another node is as good.
    fn push(&mut self, mut node: Node, left: usize, limit: usize) {
        let total = usize::from(node.n_cx) + left;
        if total >= limit {
            return;
        }
        let place = self.nodes.len() as u32;
        let latest = self.latest[usize::from(node.class)];
        node.same_class = place;
        if self.nodes.get(latest as usize).is_some_and(|latest| latest.class == node.class) {
            let mut at = latest;
            loop {
                let other = &self.nodes[at as usize];
                if other.n_cx <= node.n_cx && node.done & !other.done == 0 {
                    return;
                }
                if other.same_class == at {
                    break;
                }
                at = other.same_class;
            }
            node.same_class = latest;
        }
        self.latest[usize::from(node.class)] = place;
        self.queue.push((Reverse(total), usize::from(node.n_cx), Reverse(place)));
        self.nodes.push(node);
    }

    fn path_to(&self, mut place: u32) -> Vec<u16> {
        let mut path = Vec::new();
        while self.nodes[place as usize].n_cx > 0 {
            path.push(self.nodes[place as usize].class);
            place = self.nodes[place as usize].before;
        }
        path.reverse();
        path
    }
}

impl Aim {
    /// The rotations that are done once the table is of a class.
    fn take(&self, class: u16, mut done: u64, all: u64, classes: &Classes) -> u64 {
        let short = classes.short(class);
        // Each waits for earlier ones alone.
        each_bit(all & !done, |rotation| {
            let is_short = short >> self.strings[rotation] & 1 == 1;
            done |= u64::from(is_short && self.waits_for[rotation] & !done == 0) << rotation;
        });
        done
    }
}

#[cfg(test)]
mod tests;
