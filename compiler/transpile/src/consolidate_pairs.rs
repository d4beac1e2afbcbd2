//! Replaces runs of gates on the same two wires by equal ones with fewer native gates.
//!
//! A run is brought to the canonical form `K1 CAN(a, b, c) K2`. Rotations with slots take part: a run is a constant
//! unitary after rotations about constant operators, and if all these operators become XX, YY or ZZ in one frame, the
//! coordinates are affine in the slots. So RZZ and SWAP become three CX, whatever the angle is.
//!
//! Expects: gates as `lower_controls` leaves them, or this pass. Leaves: the same, gates U, and what the basis has; runs are
//! replaced only where that saves native gates. Keeps:
//! the unitary, including global phase; what happens in branches.

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Op, OpKind, Pauli, Wire, letter_gate, rotation_letters};
use smallvec::SmallVec;

use crate::one_qubit::{IDENTITY, push_matrix, push_phase};
use crate::pair_basis::PairBasis;
use crate::pair_matrix::apply;
use crate::pass_turns::pass_turns;
use qml_ir::canonical::{Canonical, M4, R4, dagger, decompose_with, is_local, tensor, times, two_body};

/// Consolidates the whole circuit.
pub fn consolidate_pairs(circuit: &mut Circuit, basis: PairBasis) {
    let ops = std::mem::take(&mut circuit.ops);
    circuit.ops = rewrite_runs(ops, circuit.n_wires, &mut |run, wires, out| {
        // A gate by itself costs least.
        if run.iter().filter(|op| op.wires().len() == 2).nth(1).is_some() {
            shorten(run.drain(..), wires, basis, out);
        } else {
            out.append(run);
        }
    });
}

/// What takes a run on two wires, leaves nothing of it, and appends what replaces it.
pub type Rewrite<'a> = dyn FnMut(&mut Vec<Op>, [Wire; 2], &mut Vec<Op>) + 'a;

/// Rewrites all runs of gates on the same two wires.
pub fn rewrite_runs(ops: Vec<Op>, n_wires: usize, rewrite: &mut Rewrite) -> Vec<Op> {
    let mut runs = Runs { all: Vec::new(), open: vec![None; n_wires], loose: vec![Vec::new(); n_wires] };
    let mut order: Vec<Item> = Vec::with_capacity(ops.len());
    for (i, op) in ops.iter().enumerate() {
        runs.add(op, i, &mut order);
    }
    runs.close_all(&mut order);
    let mut out = Vec::with_capacity(ops.len());
    let mut ops: Vec<Option<Op>> = ops.into_iter().map(Some).collect();
    let mut members_of_run = Vec::new();
    for item in order {
        match item {
            Item::Op(i) => {
                let Some(mut op) = ops[i].take() else { continue };
                if let OpKind::If { then, otherwise, .. } = &mut op.kind {
                    *then = rewrite_runs(std::mem::take(then), n_wires, rewrite);
                    *otherwise = rewrite_runs(std::mem::take(otherwise), n_wires, rewrite);
                }
                out.push(op);
            }
            Item::Run(run) => {
                let Run { wires, members } = &runs.all[run];
                members_of_run.clear();
                members_of_run.extend(members.iter().filter_map(|&i| ops[i].take()));
                rewrite(&mut members_of_run, *wires, &mut out);
            }
        }
    }
    out
}

/// A piece of the new circuit: an operation or a run, by its place.
enum Item {
    Op(usize),
    Run(usize),
}

/// Gates on two wires without anything else between them.
struct Run {
    wires: [Wire; 2],
    /// Places of its gates.
    members: Vec<usize>,
}

/// The runs up to now. A run takes its place in the order when it closes: nothing that came in between touched its
/// wires.
struct Runs {
    all: Vec<Run>,
    /// The run that each wire is in.
    open: Vec<Option<usize>>,
    /// One-wire gates after the last two-wire gate of each wire.
    loose: Vec<Vec<usize>>,
}

impl Runs {
    fn add(&mut self, op: &Op, i: usize, order: &mut Vec<Item>) {
        let wires = op.wires();
        let is_gate = matches!(op.kind, OpKind::Gate { .. });
        match *wires {
            [wire] if is_gate => self.loose[wire.0 as usize].push(i),
            [a, b] if is_gate => self.add_pair(i, [a.min(b), a.max(b)], order),
            _ => {
                for wire in &*wires {
                    self.close(*wire, order);
                }
                order.push(Item::Op(i));
            }
        }
    }

    fn add_pair(&mut self, i: usize, wires: [Wire; 2], order: &mut Vec<Item>) {
        let [a, b] = wires.map(|wire| wire.0 as usize);
        let run = match self.open[a] {
            Some(run) if self.open[b] == Some(run) => run,
            _ => {
                for wire in wires {
                    self.close_run(wire, order);
                }
                self.all.push(Run { wires, members: Vec::new() });
                self.all.len() - 1
            }
        };
        for wire in [a, b] {
            self.open[wire] = Some(run);
            self.all[run].members.append(&mut self.loose[wire]);
        }
        self.all[run].members.push(i);
    }

    /// Ends the run of a wire; its loose gates wait for the next.
    fn close_run(&mut self, wire: Wire, order: &mut Vec<Item>) {
        if let Some(run) = self.open[wire.0 as usize].take() {
            let [a, b] = self.all[run].wires;
            let other = if a == wire { b } else { a };
            self.open[other.0 as usize] = None;
            order.push(Item::Run(run));
            // What is loose on the other wire comes after the run, and may only now be placed.
        }
    }

    fn close(&mut self, wire: Wire, order: &mut Vec<Item>) {
        self.close_run(wire, order);
        order.extend(self.loose[wire.0 as usize].drain(..).map(Item::Op));
    }

    fn close_all(&mut self, order: &mut Vec<Item>) {
        for wire in 0..self.open.len() as u32 {
            self.close(Wire(wire), order);
        }
    }
}

/// Appends a run with as few native gates as is known.
pub fn shorten(ops: impl IntoIterator<Item = Op>, wires: [Wire; 2], basis: PairBasis, out: &mut Vec<Op>) {
    let mut segment = Segment::new(wires, basis);
    for op in ops {
        if segment.take(&op) {
            segment.ops.push(op);
            continue;
        }
        std::mem::replace(&mut segment, Segment::new(wires, basis)).finish(out);
        if segment.take(&op) {
            segment.ops.push(op);
        } else {
            out.push(op);
        }
    }
    segment.finish(out);
}

/// A stretch of a run that has a canonical form.
struct Segment {
    wires: [Wire; 2],
    basis: PairBasis,
    ops: Vec<Op>,
    /// The product of all constant gates.
    constant: M4,
    /// One-wire rotations that happen first: the operator and the angle.
    first: Vec<(M4, Angle)>,
    /// Then rotations about two-wire operators, in the magic basis.
    rotations: Vec<(R4, Angle)>,
}

impl Segment {
    fn new(wires: [Wire; 2], basis: PairBasis) -> Self {
        let constant = tensor(&[IDENTITY; 2]);
        Self { wires, basis, ops: Vec::new(), constant, first: Vec::new(), rotations: Vec::new() }
    }

    /// Notes what a gate does if the stretch still has a canonical form with it.
    fn take(&mut self, op: &Op) -> bool {
        let OpKind::Gate { gate, angles, wires, .. } = &op.kind else { return false };
        if angles.iter().all(Angle::is_constant) {
            let before = self.constant;
            let angles: SmallVec<[f64; 3]> = angles.iter().map(|angle| angle.constant).collect();
            self.constant = apply(*gate, &angles, wires, self.wires, &before);
            // One-wire gates don't change what can be diagonalised.
            if wires.len() == 2 && !self.rotations.is_empty() && self.canonical().is_none() {
                self.constant = before;
                return false;
            }
        } else {
            let [angle] = angles.as_slice() else { return false };
            let Some(operator) = self.operator(*gate, wires) else { return false };
            let operator = times(&dagger(&self.constant), &times(&operator, &self.constant));
            if let Some(operator) = two_body(&operator) {
                self.rotations.push((operator, angle.clone()));
                if !self.rotations_commute() || self.canonical().is_none() {
                    self.rotations.pop();
                    return false;
                }
            } else if is_local(&operator) && self.commutes_with_rotations(&operator) {
                self.first.push((operator, angle.clone()));
            } else {
                return false;
            }
        }
        true
    }

    /// Appends the shorter of the stretch as it was and in canonical form.
    fn finish(self, out: &mut Vec<Op>) {
        let cost: usize = self.ops.iter().map(|op| self.basis.cost(op)).sum();
        let canonical = if self.may_get_shorter(cost) { self.canonical() } else { None };
        let Some(mut canonical) = canonical else { return out.extend(self.ops) };
        let mut coordinates = canonical.coordinates.map(Angle::constant);
        for ((axis, sign), (_, angle)) in canonical.generators.iter().zip(&self.rotations) {
            coordinates[*axis] = coordinates[*axis].plus(&angle.times(-0.5 * sign));
        }
        if self.basis.count(&coordinates) >= cost {
            return out.extend(self.ops);
        }
        pass_turns(&mut canonical, &coordinates);
        // A gate on two wires is what the new ones stand for.
        let main = self.ops.iter().find(|op| op.wires().len() == 2).unwrap_or(&self.ops[0]);
        let span = main.span;
        for (operator, angle) in &self.first {
            push_local_rotation(operator, angle, self.wires, span, out);
        }
        for (matrices, core) in [(&canonical.before, true), (&canonical.after, false)] {
            push_matrix(&matrices[0], self.wires[0], span, out);
            push_matrix(&matrices[1], self.wires[1], span, out);
            if core {
                self.basis.push(&coordinates, self.wires, span, out);
            }
        }
        push_phase(Angle::constant(canonical.phase), span, out);
    }

    /// Whether it is worth to look for the canonical form of a stretch that costs so many CX.
    fn may_get_shorter(&self, cost: usize) -> bool {
        if self.rotations.is_empty() && self.first.is_empty() {
            return cost > 0 && self.basis.count_of(&self.constant) < cost;
        }
        // A gate that is not a SWAP costs least by itself.
        self.ops.iter().filter(|op| op.wires().len() == 2).count() > 1
    }

    fn canonical(&self) -> Option<Canonical> {
        let operators: Vec<R4> = self.rotations.iter().map(|(operator, _)| *operator).collect();
        decompose_with(&self.constant, &operators)
    }

    /// Whether the last rotation commutes with all others.
    fn rotations_commute(&self) -> bool {
        let Some(((last, _), others)) = self.rotations.split_last() else { return true };
        others.iter().all(|(other, _)| {
            (0..4).all(|r| {
                (0..4).all(|c| {
                    let entry: f64 =
                        (0..4).map(|k| last[r][k] * other[k][c] - other[r][k] * last[k][c]).sum();
                    entry.abs() < 1e-9
                })
            })
        })
    }

    fn commutes_with_rotations(&self, operator: &M4) -> bool {
        self.rotations.iter().all(|(rotation, _)| {
            let rotation = qml_ir::canonical::from_two_body(rotation);
            let (ab, ba) = (times(operator, &rotation), times(&rotation, operator));
            ab.iter().flatten().zip(ba.iter().flatten()).all(|(x, y)| (x - y).norm() < 1e-9)
        })
    }

    fn place(&self, m: crate::one_qubit::M2, wire: Wire) -> M4 {
        if wire == self.wires[0] { tensor(&[m, IDENTITY]) } else { tensor(&[IDENTITY, m]) }
    }

    /// `P` of the rotation `exp(-i angle/2 P)`.
    fn operator(&self, gate: Gate, wires: &[Wire]) -> Option<M4> {
        let place = |(&letter, &wire): (&Pauli, &Wire)| {
            self.place(crate::one_qubit::gate_matrix(letter_gate(letter), &[]), wire)
        };
        rotation_letters(gate)?.iter().zip(wires).map(place).reduce(|a, b| times(&a, &b))
    }
}

/// Appends a rotation about an operator on one of the wires.
fn push_local_rotation(
    operator: &M4,
    angle: &Angle,
    wires: [Wire; 2],
    span: qml_source::Span,
    out: &mut Vec<Op>,
) {
    // The operator is `1 (x) n` or `n (x) 1` with a matrix `n` of trace 0.
    let low = [[operator[0][0], operator[0][1]], [operator[1][0], operator[1][1]]];
    let high = [[operator[0][0], operator[0][2]], [operator[2][0], operator[2][2]]];
    let is_low = (low[0][0] + low[1][1]).norm() < 1e-6 && (operator[0][2].norm() < 1e-6);
    let (n, wire) = if is_low { (low, wires[0]) } else { (high, wires[1]) };
    let [x, y, z] = [n[0][1].re, -n[0][1].im, n[0][0].re];
    // RZ(phi) RY(theta) takes Z to the axis.
    let (theta, phi) = (x.hypot(y).atan2(z), y.atan2(x));
    let constant = |gate, angle| Op::gate(gate, &[Angle::constant(angle)], &[wire], span);
    let turn = [(Gate::Rz, -phi), (Gate::Ry, -theta)];
    let turn: Vec<(Gate, f64)> = turn.into_iter().filter(|turn| turn.1.abs() > 1e-15).collect();
    out.extend(turn.iter().map(|&(gate, angle)| constant(gate, angle)));
    out.push(Op::gate(Gate::Rz, std::slice::from_ref(angle), &[wire], span));
    out.extend(turn.iter().rev().map(|&(gate, angle)| constant(gate, -angle)));
}

#[cfg(test)]
mod tests;
