//! Turns about the parities of all pairs of wires on a line, without SWAPs: parity twine chains (Klaver et al., "`SWAP`-less
//! implementation of quantum algorithms", arXiv:2408.10907).
//!
//! Each wire of the line holds the parity of two neighbours on a path through all labels: wire `k` that of the labels `k`
//! and `k + 1`, where label 0 is nothing. Two labels change places on the path by two CX, from the wire between them to
//! those beside it, and this brings up the parities of two new pairs. Exchanging neighbours in turns makes all pairs
//! neighbours once: `n (n - 1)` CX, where SWAPs would take half as many again.

use crate::parity_network::Piece;

/// A network for these parities, sets of wires as bits, on the line of wires `0..n_wires`, and the wire of the start that
/// each wire holds at the end. None if a parity has more than two wires.
pub fn parity_twine(n_wires: usize, turns: &[u128]) -> Option<(Vec<Piece>, Vec<usize>)> {
    if n_wires < 2 || turns.iter().any(|turn| turn.count_ones() > 2) {
        return None;
    }
    let mut twine = Twine {
        path: (0..n_wires).collect(),
        open: turns.iter().copied().enumerate().collect(),
        pieces: Vec::new(),
    };
    for wire in (1..n_wires).rev() {
        twine.take_singles(wire);
        twine.pieces.push(Piece::Cx(wire - 1, wire));
    }
    twine.take_singles(0);
    (1..n_wires).for_each(|wire| twine.take_pair(wire));
    for layer in 0..n_wires - 1 {
        if twine.open.is_empty() {
            break;
        }
        for wire in (1 + layer % 2..n_wires).step_by(2) {
            twine.exchange(wire);
        }
        (1..n_wires).for_each(|wire| twine.take_pair(wire));
    }
    for wire in 1..n_wires {
        twine.pieces.push(Piece::Cx(wire - 1, wire));
    }
    twine.open.is_empty().then_some((twine.pieces, twine.path))
}

struct Twine {
    /// The labels in their order on the path, which are wires at the start.
    path: Vec<usize>,
    /// The turns that are left.
    open: Vec<(usize, u128)>,
    pieces: Vec<Piece>,
}

impl Twine {
    /// Exchanges the labels before and after a wire on the path.
    fn exchange(&mut self, wire: usize) {
        self.pieces.push(Piece::Cx(wire, wire - 1));
        if wire + 1 < self.path.len() {
            self.pieces.push(Piece::Cx(wire, wire + 1));
        }
        self.path.swap(wire - 1, wire);
    }

    /// Turns the parity that a wire in the path holds.
    fn take_pair(&mut self, wire: usize) {
        self.take(1 << self.path[wire - 1] | 1 << self.path[wire], wire);
    }

    /// Turns a label, held by its own wire before the path is made.
    fn take_singles(&mut self, wire: usize) {
        self.take(1 << self.path[wire], wire);
    }

    fn take(&mut self, parity: u128, wire: usize) {
        let pieces = &mut self.pieces;
        self.open.retain(|&(number, set)| {
            if set == parity {
                pieces.push(Piece::Turn(number, wire));
            }
            set != parity
        });
    }
}

#[cfg(test)]
mod tests;
