//! When each operation of a compiled circuit happens, and how long each qubit has to keep its state.
//!
//! Operations start as late as those after them allow, all qubits that are returned end at the same time: so a qubit waits
//! in its ground state, which costs nothing, rather than in the middle. Between its first operation and its last, or the
//! end if it is returned, a qubit has to keep what it holds: that is its exposure, which its T2 is held against.

use qml_devices::Device;
use qml_ir::circuit::{Bit, BitExpr, Circuit, Op, OpKind, Wire};
use qml_source::Span;

use crate::device_facts::DeviceFacts;

/// How long a qubit holds a state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exposure {
    /// The qubit of the device.
    pub wire: Wire,
    /// From its first operation to its end, in seconds. A reset starts anew; the longest time counts.
    pub seconds: f64,
    /// The last operation on it.
    pub last: Span,
    /// The first operation on it.
    pub first: Span,
}

/// The exposures of the qubits that something happens on, by qubit; none if the duration of an operation is not known.
pub fn exposures(circuit: &Circuit, device: &Device) -> Option<Vec<Exposure>> {
    exposures_by(circuit, &DeviceFacts::new(device))
}

/// The same, by facts that have been looked up.
pub fn exposures_by(circuit: &Circuit, facts: &DeviceFacts) -> Option<Vec<Exposure>> {
    let mut is_known = true;
    circuit.visit(|op| is_known &= facts.of(op).is_none_or(|facts| facts.duration_s.is_some()));
    if !is_known {
        return None;
    }
    let mut late =
        Late { facts, wires: vec![Life::default(); circuit.n_wires], bits: vec![0.0; circuit.n_bits] };
    for wire in &circuit.output {
        late.wires[wire.0 as usize].is_held = true;
    }
    late.go_back(&circuit.ops, 0.0);
    let exposure = |(i, life): (usize, &Life)| {
        let (first, last) = (life.first?, life.last?);
        let seconds = life.longest.max(life.start - life.end);
        Some(Exposure { wire: Wire(i as u32), seconds, last, first })
    };
    Some(late.wires.iter().enumerate().filter_map(exposure).collect())
}

/// A qubit, seen from the end: times are seconds before the end of the circuit.
#[derive(Clone, Default)]
struct Life {
    /// Its earliest operation up to now starts then.
    start: f64,
    /// What it holds is needed until then.
    end: f64,
    /// What it holds is needed until the end of the circuit, or until its measurement.
    is_held: bool,
    first: Option<Span>,
    last: Option<Span>,
    /// The longest life after a reset.
    longest: f64,
}

struct Late<'a> {
    facts: &'a DeviceFacts<'a>,
    wires: Vec<Life>,
    /// The first use of each bit.
    bits: Vec<f64>,
}

impl Late<'_> {
    /// Goes back; no operation ends later than `floor` seconds before the end.
    fn go_back(&mut self, ops: &[Op], floor: f64) {
        for op in ops.iter().rev() {
            match &op.kind {
                OpKind::Barrier { wires } => {
                    let start = self.start_of(wires, floor);
                    wires.iter().for_each(|wire| self.wires[wire.0 as usize].start = start);
                }
                OpKind::If { condition, then, otherwise } => {
                    self.branch(op, condition, [then, otherwise], floor);
                }
                _ => self.step(op, floor),
            }
        }
    }

    fn branch(&mut self, op: &Op, condition: &BitExpr, sides: [&Vec<Op>; 2], floor: f64) {
        // Both sides take as long as the longer one.
        let end = self.start_of(&op.wires(), floor);
        let before = (self.wires.clone(), self.bits.clone());
        self.go_back(sides[0], end);
        let first = std::mem::replace(&mut self.wires, before.0);
        let bits = std::mem::replace(&mut self.bits, before.1);
        self.go_back(sides[1], end);
        for (life, other) in self.wires.iter_mut().zip(first) {
            if other.start > life.start {
                *life = Life { last: life.last.or(other.last), ..other };
            }
        }
        self.bits.iter_mut().zip(bits).for_each(|(bit, other)| *bit = bit.max(other));
        let start = self.start_of(&op.wires(), end);
        condition.each_bit(&mut |Bit(bit)| {
            let bit = &mut self.bits[bit as usize];
            *bit = bit.max(start);
        });
    }

    fn step(&mut self, op: &Op, floor: f64) {
        let wires = op.wires();
        let mut end = self.start_of(&wires, floor);
        if let OpKind::Measure { bit: Bit(bit), .. } = op.kind {
            end = end.max(self.bits[bit as usize]);
        }
        let start = end + self.facts.of(op).and_then(|facts| facts.duration_s).unwrap_or(0.0);
        for wire in &*wires {
            let life = &mut self.wires[wire.0 as usize];
            if matches!(op.kind, OpKind::Reset { .. }) {
                life.longest = life.longest.max(life.start - life.end);
                (life.start, life.end) = (start, start);
                continue;
            }
            if life.last.is_none() && !life.is_held {
                life.end = end;
            }
            life.last.get_or_insert(op.span);
            life.first = Some(op.span);
            life.start = start;
        }
    }

    fn start_of(&self, wires: &[Wire], floor: f64) -> f64 {
        wires.iter().map(|wire| self.wires[wire.0 as usize].start).fold(floor, f64::max)
    }
}

#[cfg(test)]
mod tests;
