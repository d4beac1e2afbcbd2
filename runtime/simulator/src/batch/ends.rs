//! States at the ends of a batch.

use crate::C64;
use crate::ket::Line;

/// Most bytes of states that are kept.
const KEPT: usize = 16 << 20;

/// The states at the ends of a batch, for the sweep back that may follow: who asks for values and then for their gradient
/// runs forth once. They belong to a plan and a simulator.
#[derive(Debug)]
pub struct Ends {
    rows: Vec<Vec<f64>>,
    /// Of as many samples at once as ran at once, in order.
    states: Vec<Vec<Line>>,
}

impl Ends {
    pub(super) fn new(rows: &[&[f64]], states: Vec<Vec<Line>>) -> Self {
        Self { rows: rows.iter().map(|row| row.to_vec()).collect(), states }
    }

    pub(super) fn into_states(self) -> Vec<Vec<Line>> {
        self.states
    }

    /// Whether they are those of these rows, to the last bit.
    fn are_of(&self, rows: &[&[f64]]) -> bool {
        let is_same = |(a, b): (&Vec<f64>, &&[f64])| {
            a.len() == b.len() && a.iter().zip(*b).all(|(x, y)| x.to_bits() == y.to_bits())
        };
        self.rows.len() == rows.len() && self.rows.iter().zip(rows).all(is_same)
    }
}

/// What is done with the states at the ends.
#[derive(Clone, Copy)]
pub(super) enum AtEnds<'e> {
    /// Nothing: their memory is used again.
    Forget,
    /// They are kept.
    Keep,
    /// They are there: nothing runs forth.
    Known(&'e [Vec<Line>]),
}

impl<'e> AtEnds<'e> {
    /// They are kept if they are small: so many states of so many wires.
    pub(super) fn kept(n: usize, n_wires: usize) -> Self {
        let bytes = n.saturating_mul(size_of::<C64>() << n_wires.min(40));
        if bytes <= KEPT { Self::Keep } else { Self::Forget }
    }

    /// They are there if they are those of these rows.
    pub(super) fn known(ends: Option<&'e Ends>, rows: &[&[f64]]) -> Self {
        ends.filter(|ends| ends.are_of(rows)).map_or(Self::Forget, |ends| Self::Known(&ends.states))
    }

    /// What is done with the next states.
    pub(super) fn take(&mut self, n: usize) -> Self {
        let Self::Known(states) = self else { return *self };
        let (next, rest) = states.split_at(n);
        *states = rest;
        Self::Known(next)
    }
}
