//! Which measurements nobody looks at later.

use qml_ir::circuit::{Bit, BitExpr, Circuit, Control, Op, OpKind, Wire};

/// For each op outside of branches: whether it is a measurement after which nothing touches its wire, writes its bit or
/// reads it in a condition, that of a loop that was cut off among them.
pub(super) fn last_measurements(circuit: &Circuit) -> Vec<bool> {
    let mut later = Later { wires: vec![false; circuit.n_wires], bits: vec![false; circuit.n_bits] };
    circuit.unfinished.iter().for_each(|cut| later.note_condition(&cut.condition));
    let mut last: Vec<bool> = circuit
        .ops
        .iter()
        .rev()
        .map(|op| {
            let is_last = match op.kind {
                OpKind::Measure { wire, bit } => !later.wires[wire.0 as usize] && !later.bits[bit.0 as usize],
                _ => false,
            };
            later.note(op);
            is_last
        })
        .collect();
    last.reverse();
    last
}

/// What the operations seen so far touch.
struct Later {
    wires: Vec<bool>,
    bits: Vec<bool>,
}

impl Later {
    fn note(&mut self, op: &Op) {
        let (wires, controls): (Vec<Wire>, &[Control]) = match &op.kind {
            OpKind::Gate { wires, controls, .. } | OpKind::Unitary { wires, controls, .. } => {
                (wires.to_vec(), controls)
            }
            OpKind::PauliRotation { pauli, controls, .. } => (pauli.iter().map(|p| p.0).collect(), controls),
            OpKind::Measure { wire, bit } => {
                self.bits[bit.0 as usize] = true;
                (vec![*wire], &[])
            }
            OpKind::Reset { wire } => (vec![*wire], &[]),
            OpKind::If { condition, then, otherwise } => {
                self.note_condition(condition);
                then.iter().chain(otherwise).for_each(|op| self.note(op));
                return;
            }
            OpKind::Barrier { .. } => return,
        };
        let all = wires.into_iter().chain(controls.iter().map(|control| control.wire));
        all.for_each(|wire| self.wires[wire.0 as usize] = true);
    }

    fn note_condition(&mut self, condition: &BitExpr) {
        match condition {
            BitExpr::Const(_) => {}
            BitExpr::Bit(Bit(bit)) => self.bits[*bit as usize] = true,
            BitExpr::Not(a) => self.note_condition(a),
            BitExpr::And(a, b) | BitExpr::Or(a, b) | BitExpr::Xor(a, b) => {
                self.note_condition(a);
                self.note_condition(b);
            }
        }
    }
}
