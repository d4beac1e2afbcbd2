//! The backward light cone of an observable: the operations that its expectation value can depend on.
//!
//! Going back through the circuit, each wire has the Pauli letters that the observable may have on it by then. An operation
//! that commutes with all of them on each of its wires leaves the observable as it is: it is outside the cone, and the
//! derivative by an angle that occurs only there is exactly zero. So a last `rz` is outside the cone of a Z, and a CX passes
//! a Z on its control. An operation inside the cone makes all letters possible on its wires, but
//!
//! - where the observable and the operation both commute with a letter, so does what comes out;
//! - a permutation of basis states with phases takes Z and I to Z and I;
//! - a SWAP exchanges the letters of its wires.
//!
//! The cone may be too large, it is never too small: letters of different terms are put together, and nothing is known of
//! the state that the circuit starts from.

use qml_gates::{Gate, Port};
use qml_prelude::observable::Observable;

use super::{Bit, BitExpr, Circuit, Op, OpKind, Pauli, Wire};

/// A set of Pauli letters; the identity is always possible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Letters(u8);

impl Letters {
    /// The identity alone.
    pub const NONE: Self = Self(0);
    /// Every letter.
    pub const ALL: Self = Self(7);

    /// The identity and this letter.
    pub fn only(letter: Pauli) -> Self {
        Self(1 << letter as u8)
    }

    fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

const Z: Letters = Letters(1 << Pauli::Z as u8);

/// The letters that some observables have on each qubit of a register of `n` qubits.
pub fn letters_of<'a>(observables: impl IntoIterator<Item = &'a Observable>, n: usize) -> Vec<Letters> {
    let mut letters = vec![Letters::NONE; n];
    for observable in observables {
        for &(qubit, letter) in observable.terms.keys().flatten() {
            if let Some(of_qubit) = letters.get_mut(qubit as usize) {
                *of_qubit = of_qubit.and(Letters::only(letter));
            }
        }
        let most = observable.projectors.iter().map(|(bits, _)| bits.len()).max().unwrap_or(0);
        letters.iter_mut().take(most).for_each(|of_qubit| *of_qubit = of_qubit.and(Z));
    }
    letters
}

/// Whether the angles of each slot can change the expectation value of an observable that has these letters on the
/// qubits of the circuit's register.
pub fn slots_in_cone(circuit: &Circuit, register: &[Letters]) -> Vec<bool> {
    let mut cone = Cone::at_end(circuit, register);
    cone.go_back(&circuit.ops, true);
    cone.slots
}

/// Removes the operations that can change neither the result bits nor what observables with these letters on the qubits of
/// the circuit's register tell, outcomes and observables taken together. Barriers stay.
pub fn remove_outside(circuit: &mut Circuit, register: &[Letters]) {
    let mut cone = Cone::at_end(circuit, register);
    let ends = circuit.unfinished.iter().map(|unfinished| &unfinished.condition);
    for condition in circuit.result_bits.iter().chain(ends) {
        condition.each_bit(&mut |bit| cone.bits[bit.0 as usize] = true);
    }
    cone.keep_inside(&mut circuit.ops, true);
}

/// The cone at a point of the circuit.
#[derive(Clone)]
struct Cone {
    wires: Vec<Letters>,
    /// The bits whose outcomes matter from here on.
    bits: Vec<bool>,
    slots: Vec<bool>,
}

impl Cone {
    /// What observables with these letters ask about the register, after the last operation.
    fn at_end(circuit: &Circuit, register: &[Letters]) -> Self {
        let mut wires = vec![Letters::NONE; circuit.n_wires];
        for (wire, letters) in circuit.output.iter().zip(register) {
            wires[wire.0 as usize] = *letters;
        }
        Self { wires, bits: vec![false; circuit.n_bits], slots: vec![false; circuit.slots.len()] }
    }

    /// Goes back through operations; tells whether one of them is inside. `is_certain`: they happen whatever the outcomes
    /// are.
    fn go_back(&mut self, ops: &[Op], is_certain: bool) -> bool {
        let mut any = false;
        for op in ops.iter().rev() {
            any |= self.step(op, is_certain);
        }
        any
    }

    /// Goes back through operations and leaves those that are inside.
    fn keep_inside(&mut self, ops: &mut Vec<Op>, is_certain: bool) -> bool {
        let mut kept = Vec::with_capacity(ops.len());
        let mut any = false;
        for mut op in ops.drain(..).rev() {
            let is_inside = match &mut op.kind {
                OpKind::If { condition, then, otherwise } => self.branch(condition, |cone, is_first| {
                    cone.keep_inside(if is_first { then } else { otherwise }, false)
                }),
                _ => self.step(&op, is_certain),
            };
            any |= is_inside;
            if is_inside || matches!(op.kind, OpKind::Barrier { .. }) {
                kept.push(op);
            }
        }
        kept.reverse();
        *ops = kept;
        any
    }

    fn step(&mut self, op: &Op, is_certain: bool) -> bool {
        match &op.kind {
            OpKind::Barrier { .. } => false,
            OpKind::Reset { wire } => std::mem::take(self.at(*wire)) != Letters::NONE,
            OpKind::Measure { wire, bit: Bit(bit) } => {
                let matters = self.bits[*bit as usize];
                let before = *self.at(*wire);
                // The outcome is forgotten: only what commutes with Z is left.
                *self.at(*wire) = if matters || Z.within(before) { Z } else { Letters::NONE };
                if is_certain {
                    self.bits[*bit as usize] = false;
                }
                matters || !before.within(Z)
            }
            OpKind::If { condition, then, otherwise } => self.branch(condition, |cone, is_first| {
                cone.go_back(if is_first { then } else { otherwise }, false)
            }),
            OpKind::Gate { .. } | OpKind::PauliRotation { .. } | OpKind::Unitary { .. } => self.unitary(op),
        }
    }

    /// Goes back through both sides of a branch; whether one of them is inside, and so is the condition then.
    fn branch(&mut self, condition: &BitExpr, mut go_back: impl FnMut(&mut Self, bool) -> bool) -> bool {
        let mut other = self.clone();
        let any = go_back(self, true) | go_back(&mut other, false);
        self.take_in(&other);
        if any {
            condition.each_bit(&mut |bit| self.bits[bit.0 as usize] = true);
        }
        any
    }

    fn unitary(&mut self, op: &Op) -> bool {
        let ports = ports(op);
        if ports.iter().all(|&(wire, commuting)| self.at(wire).within(commuting)) {
            return false;
        }
        for &(slot, _) in op.angles().iter().flat_map(|angle| &angle.terms) {
            self.slots[slot.0 as usize] = true;
        }
        if let (OpKind::Gate { gate: Gate::Swap, wires, .. }, []) = (&op.kind, op.controls()) {
            self.wires.swap(wires[0].0 as usize, wires[1].0 as usize);
            return true;
        }
        let stays_z = ports.iter().all(|&(wire, _)| self.at(wire).within(Z)) && permutes_basis(op);
        for (wire, commuting) in ports {
            let letters = self.at(wire);
            *letters = if commuting != Letters::NONE && letters.within(commuting) {
                commuting
            } else if stays_z {
                Z
            } else {
                Letters::ALL
            };
        }
        true
    }

    fn at(&mut self, wire: Wire) -> &mut Letters {
        &mut self.wires[wire.0 as usize]
    }

    /// What either side may depend on.
    fn take_in(&mut self, other: &Self) {
        self.wires.iter_mut().zip(&other.wires).for_each(|(a, b)| *a = a.and(*b));
        self.bits.iter_mut().zip(&other.bits).for_each(|(a, b)| *a |= b);
        self.slots.iter_mut().zip(&other.slots).for_each(|(a, b)| *a |= b);
    }
}

/// The wires of a unitary operation with the letters that it commutes with there.
fn ports(op: &Op) -> Vec<(Wire, Letters)> {
    let mut ports: Vec<_> = op.controls().iter().map(|control| (control.wire, Z)).collect();
    match &op.kind {
        OpKind::Gate { gate, wires, .. } => {
            let letters = gate.def().ports.iter().map(|port| match port {
                Port::X => Letters::only(Pauli::X),
                Port::Y => Letters::only(Pauli::Y),
                Port::Z => Z,
                Port::Any => Letters::ALL,
                Port::None => Letters::NONE,
            });
            ports.extend(wires.iter().copied().zip(letters));
        }
        OpKind::PauliRotation { pauli, .. } => {
            ports.extend(pauli.iter().map(|&(wire, letter)| (wire, Letters::only(letter))));
        }
        _ => ports.extend(op.wires().iter().skip(ports.len()).map(|&wire| (wire, Letters::NONE))),
    }
    ports
}

/// Whether a gate takes basis states to basis states, with phases, whatever its angles are.
fn permutes_basis(op: &Op) -> bool {
    let OpKind::Gate { gate, angles, .. } = &op.kind else { return false };
    // Entries are trigonometric polynomials of the angles: what is zero at generic ones is zero.
    let generic = [0.618, 1.357, 2.236, 0.911];
    let generic = &generic[..angles.len()];
    let matrix = (gate.def().matrix)(generic);
    (0..matrix.dim)
        .all(|column| (0..matrix.dim).filter(|&row| matrix.at(row, column).norm() > 1e-9).count() == 1)
}

#[cfg(test)]
mod tests;
