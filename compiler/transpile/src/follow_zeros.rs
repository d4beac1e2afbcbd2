//! Follows wires that are in a known basis state, and simplifies gates by it.
//!
//! All wires start in 0. As long as a wire is known to be 0 or 1, a control on it decides nothing, a turn about Z of it is a
//! global phase, one about ZZ a turn of the other wire, and a reset of a 0 does nothing. X changes the value, SWAP
//! exchanges two; any other gate that is not diagonal on the wire ends it.
//!
//! Expects: any circuit. Leaves: the same with fewer controls and gates. Keeps: what the circuit does to wires that all
//! start in 0, up to a global phase. That is less than the unitary, so that circuits that are a unitary and nothing
//! else, with all wires returned, are left as they are ([`starts_from_zeros`]).

use qml_gates::{Gate, Port};
use qml_ir::circuit::{Circuit, Op, OpKind, Pauli, Wire};

/// Whether a circuit is more than a unitary on its wires: something is measured or reset, or wires are not returned.
pub fn starts_from_zeros(circuit: &Circuit) -> bool {
    let is_told = !circuit.output.is_empty() || !circuit.result_bits.is_empty();
    is_told && (!circuit.is_unitary() || circuit.output.len() < circuit.n_wires)
}

/// Simplifies the circuit.
pub fn follow_zeros(circuit: &mut Circuit) {
    let mut known = Known(vec![Some(false); circuit.n_wires]);
    circuit.ops = known.follow(std::mem::take(&mut circuit.ops));
}

/// The value of each wire.
#[derive(Clone)]
struct Known(Vec<Option<bool>>);

impl Known {
    fn follow(&mut self, ops: Vec<Op>) -> Vec<Op> {
        ops.into_iter().filter_map(|op| self.step(op)).collect()
    }

    fn of(&self, wire: Wire) -> Option<bool> {
        self.0[wire.0 as usize]
    }

    /// The operation as it is after what is known; none if it does nothing.
    fn step(&mut self, mut op: Op) -> Option<Op> {
        match &mut op.kind {
            OpKind::Barrier { .. } | OpKind::Measure { .. } => {}
            OpKind::Reset { wire } => {
                if self.0[wire.0 as usize].replace(false) == Some(false) {
                    return None;
                }
            }
            OpKind::If { then, otherwise, .. } => {
                let mut other = self.clone();
                *then = self.follow(std::mem::take(then));
                *otherwise = other.follow(std::mem::take(otherwise));
                for (value, other) in self.0.iter_mut().zip(other.0) {
                    *value = value.filter(|_| *value == other);
                }
            }
            OpKind::Gate { .. } | OpKind::PauliRotation { .. } | OpKind::Unitary { .. } => {
                op = self.drop_letters(self.drop_controls(op)?)?;
                self.forget(&op);
            }
        }
        Some(op)
    }

    /// The gate without controls that are known; none if one of them is not fulfilled.
    fn drop_controls(&self, mut op: Op) -> Option<Op> {
        if op.controls().iter().any(|control| self.of(control.wire) == Some(!control.on_one)) {
            return None;
        }
        match &mut op.kind {
            OpKind::Gate { controls, .. }
            | OpKind::PauliRotation { controls, .. }
            | OpKind::Unitary { controls, .. } => {
                controls.retain(|control| self.of(control.wire).is_none());
            }
            _ => {}
        }
        let OpKind::Gate { gate, wires, .. } = &mut op.kind else { return Some(op) };
        if matches!(gate, Gate::Cz | Gate::Cp | Gate::Ccz) {
            // Any of the wires is as good a control.
            wires.sort_by_key(|wire| self.of(*wire).is_none());
        }
        while let Some((n_controls, base)) = gate.def().control {
            let Some(place) = (0..n_controls).find(|&i| self.of(wires[i]).is_some()) else { break };
            if self.of(wires.remove(place)) == Some(false) {
                return None;
            }
            let fewer = Gate::ALL.iter().find(|other| other.def().control == Some((n_controls - 1, base)));
            *gate = *fewer.unwrap_or(&base);
        }
        Some(op)
    }

    /// The gate with Z on known wires replaced by its value; none if nothing is left of it.
    fn drop_letters(&self, mut op: Op) -> Option<Op> {
        let has_controls = !op.controls().is_empty();
        match &mut op.kind {
            OpKind::Gate { gate: gate @ Gate::Rzz, angles, wires, .. } => {
                if let Some(place) = (0..2).find(|&i| self.of(wires[i]).is_some()) {
                    if self.of(wires.remove(place)) == Some(true) {
                        angles[0] = angles[0].negated();
                    }
                    *gate = Gate::Rz;
                }
            }
            OpKind::PauliRotation { pauli, angle, .. } => {
                let is_known = |(wire, letter): (Wire, Pauli)| letter == Pauli::Z && self.of(wire).is_some();
                if pauli.iter().all(|&letter| is_known(letter)) {
                    // With controls it is a phase of theirs.
                    return has_controls.then_some(op);
                }
                let n_ones =
                    pauli.iter().filter(|letter| is_known(**letter) && self.of(letter.0) == Some(true));
                if n_ones.count() % 2 == 1 {
                    *angle = angle.negated();
                }
                pauli.retain(|letter| !is_known(*letter));
            }
            _ => {}
        }
        let OpKind::Gate { gate, wires, .. } = &op.kind else { return Some(op) };
        let is_diagonal = gate.def().ports.iter().all(|port| matches!(port, Port::Z | Port::Any));
        let is_phase = is_diagonal && !wires.is_empty() && wires.iter().all(|&wire| self.of(wire).is_some());
        let is_idle_swap =
            *gate == Gate::Swap && self.of(wires[0]).is_some() && self.of(wires[0]) == self.of(wires[1]);
        if is_phase && !has_controls || is_idle_swap { None } else { Some(op) }
    }

    /// Notes what a gate does to the values.
    fn forget(&mut self, op: &Op) {
        let is_controlled = !op.controls().is_empty();
        match &op.kind {
            OpKind::Gate { gate: Gate::X | Gate::Y, wires, .. } if !is_controlled => {
                let value = &mut self.0[wires[0].0 as usize];
                *value = value.map(|value| !value);
            }
            OpKind::Gate { gate: Gate::Swap, wires, .. } if !is_controlled => {
                self.0.swap(wires[0].0 as usize, wires[1].0 as usize);
            }
            OpKind::Gate { gate, wires, .. } => {
                for (wire, port) in wires.iter().zip(gate.def().ports) {
                    if !matches!(port, Port::Z | Port::Any) {
                        self.0[wire.0 as usize] = None;
                    }
                }
            }
            OpKind::PauliRotation { pauli, .. } => {
                for (wire, _) in pauli.iter().filter(|letter| letter.1 != Pauli::Z) {
                    self.0[wire.0 as usize] = None;
                }
            }
            OpKind::Unitary { wires, .. } => wires.iter().for_each(|wire| self.0[wire.0 as usize] = None),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
