//! Follows wires that are in a known eigenstate of a Pauli letter, and simplifies gates by it.
//!
//! All wires start in 0, the eigenstate +1 of Z. One-wire Clifford gates lead from one such state to another. As long as a
//! wire is known to be in one:
//!
//! - a control on a 0 or 1 decides nothing;
//! - the letter of a rotation becomes its eigenvalue: a turn about Z of a 0 is a global phase, one about ZZ a turn of the
//!   other wire, one about XX a turn of the other wire if this one is in |+>;
//! - a controlled gate that has the state as an eigenvector is a phase of its controls: CX on a target in |+> is nothing,
//!   on one in |-> it is a Z;
//! - a reset of a 0 does nothing, and neither does a SWAP of two equal states.
//!
//! What does not commute with the letter ends what is known. (Liu, Bello and Zhou, arXiv:2012.07711, follow the same
//! states.)
//!
//! Expects: any circuit. Leaves: the same with fewer controls and gates. Keeps: what the circuit does to wires that all
//! start in 0, up to a global phase. That is less than the unitary, so that circuits that are a unitary and nothing
//! else, with all wires returned, are left as they are where that is asked for ([`starts_from_zeros`]).

use std::f64::consts::PI;

use qml_gates::{Gate, Port};
use qml_ir::circuit::{
    Angle, Circuit, Control, Op, OpKind, Pauli, Wire, letter_rotation, rotation_gate, rotation_letters,
};
use smallvec::SmallVec;

use crate::one_qubit::{C64, M2, gate_matrix, is_multiple};

/// Whether a circuit is more than a unitary on its wires: something is measured or reset, or wires are not returned.
pub fn starts_from_zeros(circuit: &Circuit) -> bool {
    let is_told = !circuit.output.is_empty() || !circuit.result_bits.is_empty();
    is_told && (!circuit.is_unitary() || circuit.output.len() < circuit.n_wires)
}

/// Simplifies the circuit.
pub fn follow_states(circuit: &mut Circuit) {
    let mut known = Known(vec![Some(Eigenstate::ZERO); circuit.n_wires]);
    circuit.ops = known.follow(std::mem::take(&mut circuit.ops));
}

/// The state of a wire: an eigenvector of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Eigenstate {
    letter: Pauli,
    /// The eigenvalue is -1.
    is_minus: bool,
}

/// The state of each wire, if it is one of these.
#[derive(Clone)]
struct Known(Vec<Option<Eigenstate>>);

impl Known {
    fn follow(&mut self, ops: Vec<Op>) -> Vec<Op> {
        ops.into_iter().filter_map(|op| self.step(op)).collect()
    }

    /// The operation as it is after what is known; none if it does nothing.
    fn step(&mut self, mut op: Op) -> Option<Op> {
        match &mut op.kind {
            OpKind::Barrier { .. } => {}
            OpKind::Measure { wire, .. } => self.keep(*wire, Pauli::Z),
            OpKind::Reset { wire } => {
                let before = self.0[wire.0 as usize].replace(Eigenstate::ZERO);
                if before == Some(Eigenstate::ZERO) {
                    return None;
                }
            }
            OpKind::If { then, otherwise, .. } => {
                let mut other = self.clone();
                *then = self.follow(std::mem::take(then));
                *otherwise = other.follow(std::mem::take(otherwise));
                for (state, other) in self.0.iter_mut().zip(other.0) {
                    *state = state.filter(|_| *state == other);
                }
            }
            OpKind::Gate { .. } | OpKind::PauliRotation { .. } | OpKind::Unitary { .. } => {
                op = self.drop_controls(op)?;
                op = self.drop_letters(op);
                op = self.drop_target(op)?;
                self.note(&op);
            }
        }
        Some(op)
    }

    fn of(&self, wire: Wire) -> Option<Eigenstate> {
        self.0[wire.0 as usize]
    }

    /// The value of a wire in a basis state.
    fn bit(&self, wire: Wire) -> Option<bool> {
        self.of(wire).filter(|state| state.letter == Pauli::Z).map(|state| state.is_minus)
    }

    /// The eigenvalue of a letter on a wire, if it has one: whether it is -1.
    fn eigenvalue(&self, wire: Wire, letter: Pauli) -> Option<bool> {
        self.of(wire).filter(|state| state.letter == letter).map(|state| state.is_minus)
    }

    /// The gate without controls that are known; none if one of them is not fulfilled.
    fn drop_controls(&self, mut op: Op) -> Option<Op> {
        if op.controls().iter().any(|control| self.bit(control.wire) == Some(!control.on_one)) {
            return None;
        }
        match &mut op.kind {
            OpKind::Gate { controls, .. }
            | OpKind::PauliRotation { controls, .. }
            | OpKind::Unitary { controls, .. } => {
                controls.retain(|control| self.bit(control.wire).is_none());
            }
            _ => {}
        }
        let OpKind::Gate { gate, wires, .. } = &mut op.kind else { return Some(op) };
        if matches!(gate, Gate::Cz | Gate::Cp | Gate::Ccz) {
            // Any of the wires is as good a control.
            wires.sort_by_key(|wire| self.bit(*wire).is_none());
        }
        while let Some((n_controls, base)) = gate.def().control {
            let Some(place) = (0..n_controls).find(|&i| self.bit(wires[i]).is_some()) else { break };
            if self.bit(wires.remove(place)) == Some(false) {
                return None;
            }
            let fewer = Gate::ALL.iter().find(|other| other.def().control == Some((n_controls - 1, base)));
            *gate = *fewer.unwrap_or(&base);
        }
        Some(op)
    }

    /// A rotation without letters that have a known eigenvalue; one letter is left at least.
    fn drop_letters(&self, mut op: Op) -> Op {
        match &mut op.kind {
            OpKind::Gate { gate, angles, wires, .. } if wires.len() == 2 => {
                let Some(letters) = rotation_letters(*gate) else { return op };
                let known = (0..2).find_map(|i| Some((i, self.eigenvalue(wires[i], letters[i])?)));
                if let Some((i, is_minus)) = known {
                    wires.remove(i);
                    *gate = letter_rotation(letters[1 - i]);
                    if is_minus {
                        angles[0] = angles[0].negated();
                    }
                }
            }
            OpKind::PauliRotation { pauli, angle, .. } => {
                let mut n_left = pauli.len();
                pauli.retain(|&mut (wire, letter)| {
                    let known = self.eigenvalue(wire, letter).filter(|_| n_left > 1);
                    n_left -= usize::from(known.is_some());
                    if known == Some(true) {
                        *angle = angle.negated();
                    }
                    known.is_none()
                });
            }
            _ => {}
        }
        op
    }

    /// A gate on one wire that only gives its state a phase, as that phase of its controls; none if nothing is left.
    fn drop_target(&self, op: Op) -> Option<Op> {
        let Some((phase, controls)) = self.phase_of(&op) else { return Some(op) };
        if is_multiple(&phase, 2.0 * PI) {
            return None;
        }
        let Some(place) = controls.iter().position(|control| control.on_one) else {
            return if controls.is_empty() { None } else { Some(op) };
        };
        let mut controls = controls;
        let wire = controls.remove(place).wire;
        let (gate, angles): (_, &[Angle]) =
            if is_multiple(&phase, PI) { (Gate::Z, &[]) } else { (Gate::P, std::slice::from_ref(&phase)) };
        let mut op = Op::gate(gate, angles, &[wire], op.span);
        if let OpKind::Gate { controls: of_op, .. } = &mut op.kind {
            *of_op = controls;
        }
        Some(op)
    }

    /// The phase that a gate gives the state of the wires that it acts on, and all its controls.
    fn phase_of(&self, op: &Op) -> Option<(Angle, SmallVec<[Control; 2]>)> {
        let (phase, own, controls) = match &op.kind {
            OpKind::Gate { gate, angles, wires, controls } => {
                let (n_controls, base) = gate.def().control.unwrap_or((0, *gate));
                let (own, targets) = wires.split_at(n_controls);
                let phase = match *targets {
                    [wire] => self.of(wire)?.phase_under(base, angles)?,
                    [a, b] if base == Gate::Swap && self.of(a).is_some() && self.of(a) == self.of(b) => {
                        Angle::default()
                    }
                    _ => return None,
                };
                (phase, own, controls)
            }
            OpKind::PauliRotation { pauli, angle, controls } => match pauli[..] {
                [] => (angle.times(-0.5), &[][..], controls),
                [(wire, letter)] => {
                    let is_minus = self.eigenvalue(wire, letter)?;
                    (angle.times(if is_minus { 0.5 } else { -0.5 }), &[][..], controls)
                }
                _ => return None,
            },
            _ => return None,
        };
        let own = own.iter().map(|&wire| Control { wire, on_one: true });
        Some((phase, own.chain(controls.iter().copied()).collect()))
    }

    /// Notes what is known of the wires after a gate.
    fn note(&mut self, op: &Op) {
        op.controls().iter().for_each(|control| self.keep(control.wire, Pauli::Z));
        let is_controlled = !op.controls().is_empty();
        match &op.kind {
            OpKind::Gate { gate: Gate::Swap, wires, .. } if !is_controlled => {
                self.0.swap(wires[0].0 as usize, wires[1].0 as usize);
            }
            OpKind::Gate { gate, angles, wires, .. } => match (wires.as_slice(), constants(angles)) {
                (&[wire], Some(angles)) if !is_controlled => {
                    let after = self.of(wire).and_then(|state| state.after(&gate_matrix(*gate, &angles)));
                    self.0[wire.0 as usize] = after;
                }
                _ => {
                    for (&wire, port) in wires.iter().zip(gate.def().ports) {
                        match port {
                            Port::X => self.keep(wire, Pauli::X),
                            Port::Y => self.keep(wire, Pauli::Y),
                            Port::Z => self.keep(wire, Pauli::Z),
                            Port::Any => {}
                            Port::None => self.0[wire.0 as usize] = None,
                        }
                    }
                }
            },
            OpKind::PauliRotation { pauli, .. } => {
                pauli.iter().for_each(|&(wire, letter)| self.keep(wire, letter));
            }
            OpKind::Unitary { wires, .. } => wires.iter().for_each(|wire| self.0[wire.0 as usize] = None),
            _ => {}
        }
    }

    /// Of a wire only an eigenstate of this letter stays known.
    fn keep(&mut self, wire: Wire, letter: Pauli) {
        self.0[wire.0 as usize].take_if(|state| state.letter != letter);
    }
}

impl Eigenstate {
    const ZERO: Self = Self { letter: Pauli::Z, is_minus: false };

    /// The phase that a gate gives the state, if the state is one of its eigenvectors.
    fn phase_under(self, gate: Gate, angles: &[Angle]) -> Option<Angle> {
        if rotation_gate(&[self.letter]) == Some(gate) {
            return Some(angles[0].times(if self.is_minus { 0.5 } else { -0.5 }));
        }
        if gate == Gate::P && self.letter == Pauli::Z {
            return Some(if self.is_minus { angles[0].clone() } else { Angle::default() });
        }
        let m = gate_matrix(gate, &constants(angles)?);
        if self.after(&m) != Some(self) {
            return None;
        }
        let (before, after) = (self.vector(), apply(&m, self.vector()));
        let overlap = before[0].conj() * after[0] + before[1].conj() * after[1];
        Some(Angle::constant(overlap.arg()))
    }

    /// Where a matrix leads from this state, if that is an eigenstate of a letter too.
    fn after(self, m: &M2) -> Option<Self> {
        let [a, b] = apply(m, self.vector());
        let cross = a.conj() * b;
        // The expectation values of the letters.
        let values = [2.0 * cross.re, 2.0 * cross.im, a.norm_sqr() - b.norm_sqr()];
        let is_zero = |i: usize| values[i].abs() < 1e-12;
        let letters = [Pauli::X, Pauli::Y, Pauli::Z];
        let found = (0..3).find(|&i| (0..3).all(|j| j == i || is_zero(j)))?;
        Some(Self { letter: letters[found], is_minus: values[found] < 0.0 })
    }

    /// Its amplitudes.
    fn vector(self) -> [C64; 2] {
        let sign = if self.is_minus { -1.0 } else { 1.0 };
        let half = std::f64::consts::FRAC_1_SQRT_2;
        match (self.letter, self.is_minus) {
            (Pauli::X, _) => [C64::new(half, 0.0), C64::new(sign * half, 0.0)],
            (Pauli::Y, _) => [C64::new(half, 0.0), C64::new(0.0, sign * half)],
            (Pauli::Z, false) => [C64::ONE, C64::ZERO],
            (Pauli::Z, true) => [C64::ZERO, C64::ONE],
        }
    }
}

/// The values of angles without slots.
fn constants(angles: &[Angle]) -> Option<SmallVec<[f64; 3]>> {
    angles.iter().map(|angle| angle.is_constant().then_some(angle.constant)).collect()
}

fn apply(m: &M2, v: [C64; 2]) -> [C64; 2] {
    [m[0][0] * v[0] + m[0][1] * v[1], m[1][0] * v[0] + m[1][1] * v[1]]
}

#[cfg(test)]
mod tests;
