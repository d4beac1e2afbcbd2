//! When qubits wait.
//!
//! As in the compiler's schedule, operations start as late as those after them allow, so that a qubit waits in its ground
//! state rather than in the middle. A branch is one operation that takes as long as its longer side; what waits inside of
//! it is not told.

use qml_ir::circuit::{Bit, Circuit, Op, OpKind, Wire};

/// A qubit that holds a state and waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wait {
    pub wire: Wire,
    /// The number of an operation on it, in the order of `Circuit::visit`.
    pub op: usize,
    /// After this operation, else before it.
    pub is_after: bool,
    pub seconds: f64,
}

/// All times that a qubit waits, the latest first. What has no known duration is taken to last no time, so that waits are
/// at least as long as told.
pub(super) fn waits(circuit: &Circuit, duration: &dyn Fn(&Op) -> Option<f64>) -> Vec<Wait> {
    let mut late = Late {
        wires: vec![Later::default(); circuit.n_wires],
        bits: vec![0.0; circuit.n_bits],
        found: Vec::new(),
    };
    for wire in &circuit.output {
        late.wires[wire.0 as usize].is_held = true;
    }
    let mut number = count(&circuit.ops);
    for op in circuit.ops.iter().rev() {
        number -= count(std::slice::from_ref(op));
        late.step(op, number, length(op, duration));
    }
    late.found
}

/// How many operations there are, with those inside of branches.
fn count(ops: &[Op]) -> usize {
    let mut n = 0;
    ops.iter().for_each(|op| op.visit(&mut |_| n += 1));
    n
}

/// The seconds that an operation takes; the sides of a branch one operation after the other.
fn length(op: &Op, duration: &dyn Fn(&Op) -> Option<f64>) -> f64 {
    match &op.kind {
        OpKind::Barrier { .. } => 0.0,
        OpKind::If { then, otherwise, .. } => {
            let side = |ops: &[Op]| ops.iter().map(|op| length(op, duration)).sum::<f64>();
            side(then).max(side(otherwise))
        }
        _ => duration(op).unwrap_or(0.0),
    }
}

/// What comes later on a qubit: times are seconds before the end of the circuit.
#[derive(Clone, Copy, Debug, Default)]
struct Later {
    /// The next operation, and when it starts.
    next: Option<usize>,
    start: f64,
    /// When what comes before has to be over: that start, or that of a barrier before it.
    free: f64,
    /// What it holds is needed.
    is_held: bool,
}

struct Late {
    wires: Vec<Later>,
    /// The first use of each bit.
    bits: Vec<f64>,
    found: Vec<Wait>,
}

impl Late {
    fn step(&mut self, op: &Op, number: usize, length: f64) {
        let wires = op.wires();
        let mut end = wires.iter().map(|wire| self.wires[wire.0 as usize].free).fold(0.0, f64::max);
        if let OpKind::Barrier { .. } = op.kind {
            wires.iter().for_each(|wire| self.wires[wire.0 as usize].free = end);
            return;
        }
        op.visit(&mut |op| {
            if let OpKind::Measure { bit: Bit(bit), .. } = op.kind {
                end = f64::max(end, self.bits[bit as usize]);
            }
        });
        let start = end + length;
        for &wire in &*wires {
            let later = &mut self.wires[wire.0 as usize];
            let seconds = end - later.start;
            if later.is_held && seconds > 0.0 {
                let (op, is_after) = later.next.map_or((number, true), |next| (next, false));
                self.found.push(Wait { wire, op, is_after, seconds });
            }
            // What is reset needs no state before.
            let is_held = !matches!(op.kind, OpKind::Reset { .. });
            *later = Later { next: Some(number), start, free: start, is_held };
        }
        op.visit(&mut |op| {
            if let OpKind::If { condition, .. } = &op.kind {
                condition.each_bit(&mut |Bit(bit)| {
                    let bit = &mut self.bits[bit as usize];
                    *bit = bit.max(start);
                });
            }
        });
    }
}
