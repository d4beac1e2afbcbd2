//! Counts and depths.
//!
//! An operation counts by all its wires, controls included. What stands inside of a branch counts on both sides;
//! for a depth the longer side does. Barriers and global phases count nothing, a barrier still holds back its wires.

use super::{Bit, BitExpr, Circuit, Op, OpKind};

impl Circuit {
    /// Gates on exactly one wire.
    pub fn one_qubit_gates(&self) -> usize {
        self.count(|op| n_gate_wires(op) == 1)
    }

    /// Gates on exactly two wires.
    pub fn two_qubit_gates(&self) -> usize {
        self.count(|op| n_gate_wires(op) == 2)
    }

    /// The length of the longest path, in gates, measurements and resets.
    pub fn depth(&self) -> usize {
        self.longest_path(|op| usize::from(!matches!(op.kind, OpKind::Barrier { .. })))
    }

    /// The length of the longest path, in two-qubit gates.
    pub fn two_qubit_depth(&self) -> usize {
        self.longest_path(|op| usize::from(n_gate_wires(op) == 2))
    }

    /// How many operations, those inside of branches too, fulfil the condition.
    pub fn count(&self, condition: impl Fn(&Op) -> bool) -> usize {
        let mut n = 0;
        self.visit(|op| n += usize::from(condition(op)));
        n
    }

    /// The longest path through the operations, each with its length; branches themselves have none.
    pub fn longest_path(&self, length: impl Fn(&Op) -> usize) -> usize {
        let mut levels = Levels { wires: vec![0; self.n_wires], bits: vec![0; self.n_bits] };
        levels.advance(&self.ops, 0, &length);
        levels.wires.into_iter().max().unwrap_or(0)
    }
}

/// The wires of a gate, 0 for what isn't one.
fn n_gate_wires(op: &Op) -> usize {
    match op.kind {
        OpKind::Gate { .. } | OpKind::PauliRotation { .. } | OpKind::Unitary { .. } => op.wires().len(),
        OpKind::Measure { .. } | OpKind::Reset { .. } | OpKind::If { .. } | OpKind::Barrier { .. } => 0,
    }
}

/// The longest path up to now that ends on a wire or in a bit.
#[derive(Clone)]
struct Levels {
    wires: Vec<usize>,
    bits: Vec<usize>,
}

impl Levels {
    /// Goes through the operations; none starts before `floor`.
    fn advance(&mut self, ops: &[Op], floor: usize, length: &dyn Fn(&Op) -> usize) {
        for op in ops {
            if let OpKind::If { condition, then, otherwise } = &op.kind {
                let floor = floor.max(self.known_at(condition));
                let mut other = self.clone();
                self.advance(then, floor, length);
                other.advance(otherwise, floor, length);
                self.take_larger(&other);
                continue;
            }
            let wires = op.wires();
            let start = wires.iter().map(|wire| self.wires[wire.0 as usize]).max().unwrap_or(0);
            let end = start.max(floor) + length(op);
            wires.iter().for_each(|wire| self.wires[wire.0 as usize] = end);
            if let OpKind::Measure { bit: Bit(bit), .. } = op.kind {
                self.bits[bit as usize] = end;
            }
        }
    }

    fn known_at(&self, condition: &BitExpr) -> usize {
        let mut latest = 0;
        condition.each_bit(&mut |bit| latest = latest.max(self.bits[bit.0 as usize]));
        latest
    }

    fn take_larger(&mut self, other: &Self) {
        for (mine, theirs) in [(&mut self.wires, &other.wires), (&mut self.bits, &other.bits)] {
            mine.iter_mut().zip(theirs).for_each(|(a, b)| *a = (*a).max(*b));
        }
    }
}
