//! SWAPs that take wires from one layout to another.
//!
//! The token swapping of Miltzow et al. (ESA 2016) needs at most four times as many as the best: wires that want to go
//! where the next one is move on together. A SWAP that brings two wires closer to their goals comes first.

use super::{Layout, NONE};
use crate::target::Target;

/// SWAPs that bring wires closer to their goals, those first that do most; none if that takes too long.
pub fn swap_tokens(from: &Layout, to: &Layout, target: &Target) -> Option<Vec<(u16, u16)>> {
    let mut layout = from.clone();
    let mut swaps = Vec::new();
    let total: usize = (0..from.qubit.len())
        .map(|wire| usize::from(target.distance(from.qubit[wire], to.qubit[wire])))
        .sum();
    while layout.qubit != to.qubit {
        if swaps.len() > 4 * total {
            return None;
        }
        let next = match best_swap(&layout, to, target) {
            Some(swap) => vec![swap],
            None => chain(&layout, to, target),
        };
        next.iter().for_each(|&(a, b)| layout.swap(a, b));
        swaps.extend(next);
    }
    Some(swaps)
}

/// How far a wire would be from its goal on a qubit.
fn away(wire: u16, qubit: u16, to: &Layout, target: &Target) -> i32 {
    if wire == NONE { 0 } else { i32::from(target.distance(qubit, to.qubit[usize::from(wire)])) }
}

/// The SWAP that brings its two wires closer to their goals, together by most.
fn best_swap(layout: &Layout, to: &Layout, target: &Target) -> Option<(u16, u16)> {
    let mut best = (0, None);
    for &a in &layout.qubit {
        for &b in target.neighbours(a) {
            let [v, w] = [a, b].map(|qubit| layout.wire[usize::from(qubit)]);
            let away = |wire, qubit| away(wire, qubit, to, target);
            let gain = away(v, a) + away(w, b) - away(v, b) - away(w, a);
            if gain > best.0 {
                best = (gain, Some((a, b)));
            }
        }
    }
    best.1
}

/// Wires that want to go where the next one is, up to one that comes up again: all of them move on. If the last one wants
/// to stay, it makes room for the one before it.
fn chain(layout: &Layout, to: &Layout, target: &Target) -> Vec<(u16, u16)> {
    let first = (0..layout.qubit.len()).find(|&wire| layout.qubit[wire] != to.qubit[wire]);
    let mut qubits: Vec<u16> = first.map(|wire| layout.qubit[wire]).into_iter().collect();
    while let Some(&at) = qubits.last() {
        let wire = layout.wire[usize::from(at)];
        let goal = if wire == NONE { at } else { to.qubit[usize::from(wire)] };
        let closer = |&&next: &&u16| target.distance(next, goal) < target.distance(at, goal);
        let Some(&next) = target.neighbours(at).iter().find(closer) else {
            qubits.drain(..qubits.len().saturating_sub(2));
            break;
        };
        if let Some(start) = qubits.iter().position(|&qubit| qubit == next) {
            qubits.drain(..start);
            break;
        }
        qubits.push(next);
    }
    qubits.windows(2).rev().map(|pair| (pair[0], pair[1])).collect()
}

#[cfg(test)]
mod tests;
