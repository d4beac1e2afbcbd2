//! Brings the gates of a star around a resonator to the resonator.
//!
//! The qubits of such a device (IQM's stars) are coupled to one resonator and not with each other. MOVE takes the state of a
//! qubit into the resonator, which is in its ground state, and back; in between CZ acts on the resonator and the other
//! qubits, and nothing happens to the qubit that is away. CZ commute: those that wait on a qubit share one stay in the
//! resonator, and the qubit with the most of them goes.
//!
//! Expects: native gates, CZ on any two qubits. Leaves: CZ on a qubit and the resonator, SWAP of both for MOVE, in pairs.
//! Keeps: the unitary on the qubits, the resonator starting and ending in 0; what happens in branches.

use qml_gates::Gate;
use qml_ir::circuit::{Circuit, Op, OpKind, Wire};
use qml_source::Span;

/// Writes the circuit with one wire more, the last one: the resonator.
pub fn move_states(circuit: &mut Circuit) {
    let resonator = Wire(circuit.n_wires as u32);
    circuit.n_wires += 1;
    circuit.ops = write_all(std::mem::take(&mut circuit.ops), resonator);
}

fn write_all(ops: Vec<Op>, resonator: Wire) -> Vec<Op> {
    let mut writer = Writer { resonator, waiting: Vec::new(), out: Vec::with_capacity(2 * ops.len()) };
    for op in ops {
        writer.add(op);
    }
    while let Some(([a, b], _)) = writer.waiting.first().copied() {
        let qubit = writer.busier(a, b);
        writer.visit(qubit);
    }
    writer.out
}

struct Writer {
    resonator: Wire,
    /// CZ that have not been written yet.
    waiting: Vec<([Wire; 2], Span)>,
    out: Vec<Op>,
}

impl Writer {
    fn add(&mut self, mut op: Op) {
        if let OpKind::Gate { gate: Gate::Cz, wires, .. } = &op.kind {
            return self.waiting.push(([wires[0], wires[1]], op.span));
        }
        for &wire in &*op.wires() {
            self.release(wire);
        }
        if let OpKind::If { then, otherwise, .. } = &mut op.kind {
            *then = write_all(std::mem::take(then), self.resonator);
            *otherwise = write_all(std::mem::take(otherwise), self.resonator);
        }
        self.out.push(op);
    }

    /// Writes all CZ of a qubit.
    fn release(&mut self, wire: Wire) {
        while let Some(&([a, b], _)) = self.waiting.iter().find(|(pair, _)| pair.contains(&wire)) {
            let qubit = self.busier(a, b);
            self.visit(qubit);
        }
    }

    /// The one of two qubits on which more CZ wait.
    fn busier(&self, a: Wire, b: Wire) -> Wire {
        let n_waiting = |wire| self.waiting.iter().filter(|(pair, _)| pair.contains(&wire)).count();
        if n_waiting(b) > n_waiting(a) { b } else { a }
    }

    /// A qubit goes to the resonator, all its CZ happen, and it comes back.
    fn visit(&mut self, qubit: Wire) {
        let (own, rest) = self.waiting.drain(..).partition(|(pair, _)| pair.contains(&qubit));
        self.waiting = rest;
        let own: Vec<([Wire; 2], Span)> = own;
        let [first, last] = [own.first(), own.last()].map(|gate| gate.map(|gate| gate.1).unwrap_or_default());
        self.out.push(Op::gate(Gate::Swap, &[], &[qubit, self.resonator], first));
        for ([a, b], span) in own {
            let other = if a == qubit { b } else { a };
            self.out.push(Op::gate(Gate::Cz, &[], &[other, self.resonator], span));
        }
        self.out.push(Op::gate(Gate::Swap, &[], &[qubit, self.resonator], last));
    }
}

#[cfg(test)]
mod tests;
