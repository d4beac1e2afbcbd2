//! From the entries of a pass to its operations: what commutes is done in one sweep over the tile.
//!
//! Rotations join the earliest operation of rotations behind everything on their wire; phases join the earliest form
//! behind everything that mixes one of their wires. So a layer of an ansatz is two sweeps, whatever the order in which it
//! was written down.

use super::schedule::Entry;
use super::{Form, Monomial, Op, Other, OtherKind, Plan, Select, Turn, Where};

/// Makes the operations of a pass.
pub(super) fn layers(plan: &mut Plan, tile: &[u32], entries: &[Entry]) -> Vec<Op> {
    let mut layers = Layers {
        tile,
        ops: Vec::new(),
        after_any: vec![0; plan.n_wires],
        after_mixed: vec![0; plan.n_wires],
        n_forms: plan.n_forms,
    };
    entries.iter().for_each(|entry| layers.add(entry));
    plan.n_forms = layers.n_forms;
    for op in &mut layers.ops {
        if let Op::Turns(turns) = op {
            turns.sort_by_key(|turn| turn.position);
        }
    }
    layers.ops
}

struct Layers<'a> {
    tile: &'a [u32],
    ops: Vec<Op>,
    /// For each wire, the first operation behind all that touch it.
    after_any: Vec<usize>,
    /// For each wire, the first operation behind all that mix it.
    after_mixed: Vec<usize>,
    n_forms: usize,
}

impl Layers<'_> {
    fn add(&mut self, entry: &Entry) {
        let at = match *entry {
            Entry::Turn { position, trig } => {
                let earliest = self.after_any[position as usize];
                let at = self.find(earliest, |op| matches!(op, Op::Turns(_)), || Op::Turns(Vec::new()));
                let turn = Turn { position: self.inner(1 << position).trailing_zeros(), trig };
                if let Op::Turns(turns) = &mut self.ops[at] {
                    turns.push(turn);
                }
                at
            }
            Entry::Monomial { mask, trig } => {
                let (inner, outer) = self.split(mask);
                let (at, form) = self.form(mask);
                form.monomials.push(Monomial { inner, outer, trig });
                at
            }
            Entry::Phase { select, trig } => {
                let kind = OtherKind::Select(self.place(select));
                let (at, form) = self.form(select.mask);
                form.others.push(Other { kind, trig });
                at
            }
            Entry::Parity { z, select, trig } => {
                let ((inner, outer), on) = (self.split(z), self.place(select));
                let (at, form) = self.form(z | select.mask);
                form.others.push(Other { kind: OtherKind::Parity { inner, outer, on }, trig });
                at
            }
            Entry::Matrix { ref positions, matrix, select } => {
                let on = self.place(select);
                let positions: Vec<u32> =
                    positions.iter().map(|p| self.inner(1 << p).trailing_zeros()).collect();
                self.push(if positions.len() <= 2 {
                    Op::Dense { positions, matrix, on }
                } else {
                    Op::Matrix { positions, matrix, on }
                })
            }
            Entry::Flip { flip, select } => {
                let op = Op::Flip { flip: self.inner(flip), on: self.place(select) };
                self.push(op)
            }
            Entry::Rotation { x, z, n_y, trig, select } => {
                let (z, outer_z) = self.split(z);
                let op = Op::Rotation { x: self.inner(x), z, outer_z, n_y, trig, on: self.place(select) };
                self.push(op)
            }
        };
        let (mixes, touches) = (entry.mixes(), entry.touches());
        for wire in 0..self.after_any.len() {
            if touches >> wire & 1 == 1 {
                self.after_any[wire] = self.after_any[wire].max(at + 1);
            }
            if mixes >> wire & 1 == 1 {
                self.after_mixed[wire] = self.after_mixed[wire].max(at + 1);
            }
        }
    }

    /// The first form behind everything that mixes one of these wires.
    fn form(&mut self, mask: usize) -> (usize, &mut Form) {
        let wires = (0..self.after_mixed.len()).filter(|wire| mask >> wire & 1 == 1);
        let earliest = wires.map(|wire| self.after_mixed[wire]).max().unwrap_or(0);
        let index = self.n_forms;
        let new = || Op::Phases(Form { index, ..Form::default() });
        let at = self.find(earliest, |op| matches!(op, Op::Phases(_)), new);
        let Op::Phases(form) = &mut self.ops[at] else { qml_source::bug!("not a form") };
        self.n_forms = self.n_forms.max(form.index + 1);
        (at, form)
    }

    fn find(&mut self, earliest: usize, fits: impl Fn(&Op) -> bool, new: impl FnOnce() -> Op) -> usize {
        match (earliest..self.ops.len()).find(|&i| fits(&self.ops[i])) {
            Some(found) => found,
            None => self.push(new()),
        }
    }

    fn push(&mut self, op: Op) -> usize {
        self.ops.push(op);
        self.ops.len() - 1
    }

    /// The bits of a mask in the tile.
    fn inner(&self, mask: usize) -> usize {
        self.tile.iter().enumerate().map(|(i, p)| (mask >> p & 1) << i).sum()
    }

    /// The bits in the tile, and those outside of it.
    fn split(&self, mask: usize) -> (usize, usize) {
        let tile: usize = self.tile.iter().map(|p| 1 << p).sum();
        (self.inner(mask), mask & !tile)
    }

    fn place(&self, select: Select) -> Where {
        let (mask, outer_mask) = self.split(select.mask);
        let (value, outer_value) = self.split(select.value);
        Where { inner: Select { mask, value }, outer: Select { mask: outer_mask, value: outer_value } }
    }
}
