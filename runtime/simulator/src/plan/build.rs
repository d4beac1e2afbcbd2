//! From a circuit to a plan.

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Bit, BitExpr, Circuit, Control, Op, OpKind, Pauli, Wire};

use super::block::{Block, FLIP, Factor, IDENTITY, one_qubit};
use super::{Entries, MatrixSource, Plan, Step, Unitary, UnitaryKind};
use crate::kernel::Select;

pub(super) fn build(circuit: &Circuit) -> Plan {
    let mut builder = Builder {
        position: (0..circuit.n_wires as u32).collect(),
        pending: (0..circuit.n_wires).map(|_| Block { factors: Vec::new() }).collect(),
        is_straight: true,
        plan: Plan {
            n_wires: circuit.n_wires,
            n_bits: circuit.n_bits,
            slots: circuit.slots.clone(),
            steps: Vec::new(),
            angles: Vec::new(),
            blocks: Vec::new(),
            matrices: Vec::new(),
            phase: Angle::default(),
            output: Vec::new(),
            result_bits: circuit.result_bits.clone(),
        },
    };
    let last = last_measurements(circuit);
    for (op, is_last) in circuit.ops.iter().zip(last) {
        builder.op(op, is_last);
    }
    builder.flush_all();
    let mut plan = builder.plan;
    plan.output = circuit.output.iter().map(|wire| builder.position[wire.0 as usize]).collect();
    plan
}

struct Builder {
    /// Where each wire is, as a bit of a state index.
    position: Vec<u32>,
    /// For each wire, the one-qubit gates that are not yet a step.
    pending: Vec<Block>,
    /// Outside of all branches, where wires may be relabelled.
    is_straight: bool,
    plan: Plan,
}

impl Builder {
    fn op(&mut self, op: &Op, is_last: bool) {
        match &op.kind {
            OpKind::Gate { gate, angles, wires, controls } => self.gate(*gate, angles, wires, controls),
            OpKind::PauliRotation { pauli, angle, controls } => self.pauli_rotation(pauli, angle, controls),
            OpKind::Unitary { matrix, wires, controls } => {
                self.matrix(Entries::Constant(matrix.to_vec()), wires, controls);
            }
            OpKind::Measure { wire, bit } => {
                self.flush(*wire);
                let (position, bit) = (self.at(*wire), bit.0 as usize);
                self.plan.steps.push(Step::Measure { position, bit, is_last });
            }
            OpKind::Reset { wire } => {
                self.flush(*wire);
                self.plan.steps.push(Step::Reset { position: self.at(*wire) });
            }
            OpKind::If { condition, then, otherwise } => self.branch(condition, then, otherwise),
            OpKind::Barrier { .. } => {}
        }
    }

    fn branch(&mut self, condition: &BitExpr, then: &[Op], otherwise: &[Op]) {
        self.flush_all();
        let was_straight = std::mem::replace(&mut self.is_straight, false);
        let branch = self.plan.steps.len();
        self.plan.steps.push(Step::Branch { condition: condition.clone(), otherwise: 0 });
        for op in then {
            self.op(op, false);
        }
        self.flush_all();
        let jump = self.plan.steps.len();
        self.plan.steps.push(Step::Jump { to: 0 });
        for op in otherwise {
            self.op(op, false);
        }
        self.flush_all();
        let end = self.plan.steps.len();
        self.plan.steps[jump] = Step::Jump { to: end };
        self.plan.steps[branch] = Step::Branch { condition: condition.clone(), otherwise: jump + 1 };
        self.is_straight = was_straight;
    }

    fn gate(&mut self, gate: Gate, angles: &[Angle], wires: &[Wire], controls: &[Control]) {
        if let Some((n_controls, base)) = gate.def().control {
            let own = wires[..n_controls].iter().map(|&wire| Control { wire, on_one: true });
            let all: Vec<Control> = controls.iter().copied().chain(own).collect();
            return self.gate(base, angles, &wires[n_controls..], &all);
        }
        match (gate, wires) {
            (Gate::Gphase, _) => self.phase(&angles[0], controls),
            (Gate::Swap, &[a, b]) => self.swap(a, b, controls),
            (Gate::Rxx, &[a, b]) => {
                self.pauli_rotation(&[(a, Pauli::X), (b, Pauli::X)], &angles[0], controls);
            }
            (Gate::Ryy, &[a, b]) => {
                self.pauli_rotation(&[(a, Pauli::Y), (b, Pauli::Y)], &angles[0], controls);
            }
            (Gate::Rzz, &[a, b]) => {
                self.pauli_rotation(&[(a, Pauli::Z), (b, Pauli::Z)], &angles[0], controls);
            }
            (Gate::Rzx, &[a, b]) => {
                self.pauli_rotation(&[(a, Pauli::Z), (b, Pauli::X)], &angles[0], controls);
            }
            // A controlled phase is a phase where control and wire are one.
            (Gate::P, &[wire]) if !controls.is_empty() => {
                let mut controls = controls.to_vec();
                controls.push(Control { wire, on_one: true });
                self.phase(&angles[0], &controls);
            }
            (_, &[wire]) => self.one_qubit(gate, angles, wire, controls),
            _ => {
                let range = self.add_angles(angles);
                self.matrix(Entries::Gate(gate, range), wires, controls);
            }
        }
    }

    fn one_qubit(&mut self, gate: Gate, angles: &[Angle], wire: Wire, controls: &[Control]) {
        let factor = if angles.iter().all(Angle::is_constant) {
            let values: Vec<f64> = angles.iter().map(|angle| angle.constant).collect();
            Factor::Constant(one_qubit(gate, &values))
        } else {
            Factor::Gate(gate, self.add_angles(angles))
        };
        if controls.is_empty() {
            self.pending[wire.0 as usize].push(factor);
        } else {
            self.flush(wire);
            let select = self.select(controls);
            self.block(Block { factors: vec![factor] }, wire, select);
        }
    }

    fn pauli_rotation(&mut self, pauli: &[(Wire, Pauli)], angle: &Angle, controls: &[Control]) {
        match *pauli {
            [] => return self.phase(&angle.times(-0.5), controls),
            [(wire, letter)] => {
                let gate = match letter {
                    Pauli::X => Gate::Rx,
                    Pauli::Y => Gate::Ry,
                    Pauli::Z => Gate::Rz,
                };
                return self.one_qubit(gate, std::slice::from_ref(angle), wire, controls);
            }
            _ => {}
        }
        for &(wire, _) in pauli {
            self.flush(wire);
        }
        let select = self.select(controls);
        let angle = self.add_angles(std::slice::from_ref(angle)).start;
        let (x, z, n_y) = crate::pauli::masks(pauli.iter().map(|&(wire, letter)| (self.at(wire), letter)));
        self.unitary(select, UnitaryKind::Rotation { x, z, n_y, angle });
    }

    fn phase(&mut self, angle: &Angle, controls: &[Control]) {
        if controls.is_empty() && self.is_straight {
            self.plan.phase = self.plan.phase.plus(angle);
        } else {
            let select = self.select(controls);
            let angle = self.add_angles(std::slice::from_ref(angle)).start;
            self.unitary(select, UnitaryKind::Phase { angle });
        }
    }

    fn swap(&mut self, a: Wire, b: Wire, controls: &[Control]) {
        if controls.is_empty() && self.is_straight {
            self.pending.swap(a.0 as usize, b.0 as usize);
            self.position.swap(a.0 as usize, b.0 as usize);
        } else {
            self.flush(a);
            self.flush(b);
            let (a, b) = (self.at(a), self.at(b));
            // Of the four values of the two wires only 01 and 10 change places.
            let select = self.select(controls).with(a.min(b), true);
            self.unitary(select, UnitaryKind::Flip { flip: 1 << a | 1 << b });
        }
    }

    fn matrix(&mut self, entries: Entries, wires: &[Wire], controls: &[Control]) {
        for &wire in wires {
            self.flush(wire);
        }
        let select = self.select(controls);
        let source = self.plan.matrices.len();
        let positions = wires.iter().map(|&wire| self.at(wire)).collect();
        self.plan.matrices.push(MatrixSource { positions, entries });
        self.unitary(select, UnitaryKind::Matrix { source });
    }

    /// Makes a block a step.
    fn block(&mut self, block: Block, wire: Wire, select: Select) {
        let position = self.at(wire);
        let kind = match block.constant() {
            Some(IDENTITY) => return,
            Some(FLIP) => UnitaryKind::Flip { flip: 1 << position },
            _ => {
                let is_diagonal = block.is_diagonal();
                let index = self.plan.blocks.len();
                self.plan.blocks.push(block);
                if is_diagonal {
                    UnitaryKind::Diagonal { position, block: index }
                } else {
                    UnitaryKind::Dense { position, block: index }
                }
            }
        };
        self.unitary(select, kind);
    }

    fn unitary(&mut self, select: Select, kind: UnitaryKind) {
        self.plan.steps.push(Step::Unitary(Unitary { select, kind }));
    }

    fn flush(&mut self, wire: Wire) {
        let block = std::mem::replace(&mut self.pending[wire.0 as usize], Block { factors: Vec::new() });
        self.block(block, wire, Select::default());
    }

    fn flush_all(&mut self) {
        (0..self.plan.n_wires as u32).for_each(|wire| self.flush(Wire(wire)));
    }

    /// The indices where all controls are satisfied; their wires are flushed.
    fn select(&mut self, controls: &[Control]) -> Select {
        controls.iter().fold(Select::default(), |select, control| {
            self.flush(control.wire);
            select.with(self.at(control.wire), control.on_one)
        })
    }

    fn add_angles(&mut self, angles: &[Angle]) -> std::ops::Range<usize> {
        let start = self.plan.angles.len();
        self.plan.angles.extend_from_slice(angles);
        start..self.plan.angles.len()
    }

    fn at(&self, wire: Wire) -> u32 {
        self.position[wire.0 as usize]
    }
}

/// For each op outside of branches: whether it is a measurement after which nothing touches its wire, writes its bit or
/// reads it in a condition.
fn last_measurements(circuit: &Circuit) -> Vec<bool> {
    let mut later = Later { wires: vec![false; circuit.n_wires], bits: vec![false; circuit.n_bits] };
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
