//! Writes a circuit with the native gates of a device.
//!
//! One pass over the operations. Each wire holds back what has not been written yet, `A RZ(gamma)`: a turn about Z by
//! an angle that may have slots, then a constant matrix. Turns about Z commute with the control of CX, with CZ and with
//! measurements, so they move on to where they merge with others or do not matter; on devices with PRX they change the
//! phases of later gates and cost nothing (`McKay` et al., PRA 96, 022330 (2017)).
//!
//! Expects: one-wire gates without controls, CX, CZ, on coupled qubits. Leaves: native gates. Keeps: the unitary up to a
//! global phase; with `measured`, only the probabilities of outcomes in the Z basis.

use std::f64::consts::{FRAC_PI_2, PI};

use qml_devices::{Device, NativeBasis, OneQubitBasis, TwoQubitBasis};
use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Op, OpKind, Wire};
use qml_source::{Span, bug};

use crate::one_qubit::{
    IDENTITY, M2, TOLERANCE, dagger, euler, gate_matrix, is_multiple, op_matrix, times, wrap,
};

/// Rewrites the circuit in the native gates.
pub fn lower_native(circuit: &mut Circuit, device: &Device, basis: NativeBasis, measured: bool) {
    let ops = std::mem::take(&mut circuit.ops);
    let mut writer = Writer { device, basis, held: vec![Held::default(); circuit.n_wires], out: Vec::new() };
    writer.write_all(ops);
    for wire in 0..circuit.n_wires as u32 {
        writer.flush(Wire(wire), measured);
    }
    circuit.ops = writer.out;
}

/// What a wire holds back: `matrix RZ(turn)`, up to a phase.
#[derive(Clone)]
struct Held {
    turn: Angle,
    matrix: M2,
    span: Span,
}

impl Default for Held {
    fn default() -> Self {
        Self { turn: Angle::default(), matrix: IDENTITY, span: Span::default() }
    }
}

struct Writer<'a> {
    device: &'a Device,
    basis: NativeBasis,
    held: Vec<Held>,
    out: Vec<Op>,
}

impl Writer<'_> {
    fn write_all(&mut self, ops: Vec<Op>) {
        for op in ops {
            self.write(op);
        }
    }

    fn write(&mut self, op: Op) {
        let span = op.span;
        if let Some(matrix) = op_matrix(&op) {
            return self.hold(&matrix, op.wires()[0], span);
        }
        match op.kind {
            OpKind::Gate { gate: Gate::Gphase, .. } => {}
            OpKind::Gate { gate, angles, wires, .. } => match (gate, wires.as_slice()) {
                (_, &[wire]) => self.rotate(gate, &angles[0], wire, span),
                (Gate::Cz, &[a, b]) => self.controlled_z(a, b, span),
                (Gate::Cx, &[a, b]) => self.controlled_x(a, b, span),
                _ => bug!("the gate {gate:?} reached native lowering"),
            },
            OpKind::Measure { wire, .. } => {
                self.flush(wire, true);
                // The phase between outcomes is gone.
                self.held[wire.0 as usize].turn = Angle::default();
                self.out.push(op);
            }
            OpKind::Reset { wire } => {
                self.held[wire.0 as usize] = Held::default();
                self.out.push(op);
            }
            OpKind::Barrier { ref wires } => {
                for &wire in wires {
                    // A turn that is no operation of the device has no place before or after the barrier.
                    self.flush(wire, self.basis.one_qubit == OneQubitBasis::Prx);
                }
                self.out.push(op);
            }
            OpKind::If { .. } => self.branch(op),
            OpKind::PauliRotation { .. } | OpKind::Unitary { .. } => bug!("{op:?} reached native lowering"),
        }
    }

    /// Both sides start and end with nothing held back.
    fn branch(&mut self, op: Op) {
        let wires = op.wires();
        wires.iter().for_each(|&wire| self.flush(wire, false));
        let OpKind::If { condition, then, otherwise } = op.kind else { bug!("a branch is expected") };
        let [then, otherwise] = [then, otherwise].map(|ops| {
            let before = std::mem::take(&mut self.out);
            self.write_all(ops);
            wires.iter().for_each(|&wire| self.flush(wire, false));
            std::mem::replace(&mut self.out, before)
        });
        self.out.push(Op { kind: OpKind::If { condition, then, otherwise }, span: op.span });
    }

    fn hold(&mut self, matrix: &M2, wire: Wire, span: Span) {
        let held = &mut self.held[wire.0 as usize];
        held.matrix = times(matrix, &held.matrix);
        held.span = span;
    }

    fn hold_gate(&mut self, gate: Gate, angles: &[f64], wire: Wire, span: Span) {
        self.hold(&gate_matrix(gate, angles), wire, span);
    }

    /// A rotation with slots: constant gates around a turn about Z.
    fn rotate(&mut self, gate: Gate, angle: &Angle, wire: Wire, span: Span) {
        let frame: &[Gate] = match gate {
            Gate::Rz => &[],
            Gate::Rx => &[Gate::H],
            Gate::Ry => &[Gate::Sdg, Gate::H],
            _ => bug!("the gate {gate:?} has slots at native lowering"),
        };
        frame.iter().for_each(|&gate| self.hold_gate(gate, &[], wire, span));
        self.turn(angle, wire, span);
        for gate in frame.iter().rev() {
            let gate = if *gate == Gate::Sdg { Gate::S } else { *gate };
            self.hold_gate(gate, &[], wire, span);
        }
    }

    /// `RZ(angle) A RZ(turn)`.
    fn turn(&mut self, angle: &Angle, wire: Wire, span: Span) {
        let held = &mut self.held[wire.0 as usize];
        let e = euler(&held.matrix);
        if e.theta == 0.0 {
            held.turn = held.turn.plus(angle);
        } else if e.theta == PI {
            held.turn = held.turn.plus(&angle.times(-1.0));
        } else if self.basis.one_qubit == OneQubitBasis::Prx && (e.theta - FRAC_PI_2).abs() < TOLERANCE {
            // RZ(angle) A = A R(angle) about an axis in the XY plane, which may go first.
            let z = [[IDENTITY[0][0], IDENTITY[0][1]], [IDENTITY[1][0], -IDENTITY[1][1]]];
            let axis = times(&dagger(&held.matrix), &times(&z, &held.matrix));
            let phase = Angle::constant(axis[1][0].arg()).plus(&held.turn.times(-1.0));
            self.push_prx(angle.clone(), phase, wire, span);
        } else {
            self.flush(wire, true);
            let held = &mut self.held[wire.0 as usize];
            held.turn = held.turn.plus(angle);
        }
        self.held[wire.0 as usize].span = span;
    }

    fn controlled_z(&mut self, a: Wire, b: Wire, span: Span) {
        match self.basis.two_qubit {
            TwoQubitBasis::Cz => {
                self.flush(a, true);
                self.flush(b, true);
                self.out.push(Op::gate(Gate::Cz, &[], &[a, b], span));
            }
            TwoQubitBasis::Cx | TwoQubitBasis::Ecr => {
                self.hold_gate(Gate::H, &[], b, span);
                self.controlled_x(a, b, span);
                self.hold_gate(Gate::H, &[], b, span);
            }
        }
    }

    fn controlled_x(&mut self, control: Wire, target: Wire, span: Span) {
        let first = self.device.coupling.edge_weight(control.0, target.0).and_then(|facts| facts.first);
        let is_against = first.is_some_and(|first| first != control.0);
        match self.basis.two_qubit {
            TwoQubitBasis::Cz => {
                self.hold_gate(Gate::H, &[], target, span);
                self.controlled_z(control, target, span);
                self.hold_gate(Gate::H, &[], target, span);
            }
            _ if is_against => {
                for wire in [control, target] {
                    self.hold_gate(Gate::H, &[], wire, span);
                }
                self.controlled_x(target, control, span);
                for wire in [control, target] {
                    self.hold_gate(Gate::H, &[], wire, span);
                }
            }
            TwoQubitBasis::Cx => {
                self.flush(control, true);
                self.flush(target, false);
                self.out.push(Op::gate(Gate::Cx, &[], &[control, target], span));
            }
            // ECR = X_a exp(-i pi/4 Z_a X_b), and CX = exp(i pi/4 (1 - Z_a)(1 - X_b)).
            TwoQubitBasis::Ecr => {
                self.flush(control, false);
                self.flush(target, false);
                self.out.push(Op::gate(Gate::Ecr, &[], &[control, target], span));
                self.hold_gate(Gate::X, &[], control, span);
                self.hold_gate(Gate::Rz, &[FRAC_PI_2], control, span);
                self.hold_gate(Gate::Rx, &[FRAC_PI_2], target, span);
                // exp(-i pi/4 ZX) became exp(i pi/4 ZX) by -i ZX.
                self.hold_gate(Gate::Z, &[], control, span);
                self.hold_gate(Gate::X, &[], target, span);
            }
        }
    }

    /// Writes what a wire holds back; with `keep_turn`, but for a turn about Z that happens last.
    fn flush(&mut self, wire: Wire, keep_turn: bool) {
        let Held { turn, matrix, span } = std::mem::take(&mut self.held[wire.0 as usize]);
        let rest = match self.basis.one_qubit {
            OneQubitBasis::Prx => self.flush_prx(&turn, &matrix, wire, span, keep_turn),
            OneQubitBasis::RzSxX | OneQubitBasis::RzRx => self.flush_quarters(turn, &matrix, wire, span),
        };
        if keep_turn {
            self.held[wire.0 as usize] = Held { turn: rest, matrix: IDENTITY, span };
        } else if self.basis.one_qubit != OneQubitBasis::Prx {
            self.push_rz(rest, wire, span);
        }
    }

    /// Quarter and half turns about X between turns about Z; returns the last turn.
    fn flush_quarters(&mut self, turn: Angle, matrix: &M2, wire: Wire, span: Span) -> Angle {
        let e = euler(matrix);
        let shift = |angle: Angle, by: f64| angle.plus(&Angle::constant(by));
        if e.theta == 0.0 {
            return shift(turn, e.phi + e.lambda);
        }
        if e.theta == PI {
            // RY(pi) = X RZ(pi), and a turn before X is the opposite turn after it.
            self.push_x(2, wire, span);
            return shift(turn.times(-1.0), e.phi - e.lambda - PI);
        }
        if (e.theta - FRAC_PI_2).abs() < TOLERANCE {
            self.push_rz(shift(turn, e.lambda - FRAC_PI_2), wire, span);
            self.push_x(1, wire, span);
            return Angle::constant(e.phi + FRAC_PI_2);
        }
        self.push_rz(shift(turn, e.lambda), wire, span);
        self.push_x(1, wire, span);
        self.push_rz(Angle::constant(e.theta + PI), wire, span);
        self.push_x(1, wire, span);
        Angle::constant(e.phi + PI)
    }

    /// One turn about an axis in the XY plane; returns the turn about Z after it. Without `keep_turn` a second one
    /// takes that in: `RZ(g) PRX(t, p) = -PRX(pi, p + g/2) PRX(t + pi, p)`.
    fn flush_prx(&mut self, turn: &Angle, matrix: &M2, wire: Wire, span: Span, keep_turn: bool) -> Angle {
        let e = euler(matrix);
        let phase = Angle::constant(FRAC_PI_2 - e.lambda).plus(&turn.times(-1.0));
        let rest = turn.plus(&Angle::constant(e.phi + e.lambda));
        if keep_turn || is_multiple(&rest, 2.0 * PI) {
            if e.theta != 0.0 {
                self.push_prx(Angle::constant(e.theta), phase, wire, span);
            }
            return rest;
        }
        let phase = if e.theta == 0.0 { Angle::default() } else { phase };
        let last = phase.plus(&rest.times(0.5));
        if e.theta != PI {
            self.push_prx(Angle::constant(e.theta + PI), phase, wire, span);
        }
        self.push_prx(Angle::constant(PI), last, wire, span);
        Angle::default()
    }

    fn push_rz(&mut self, angle: Angle, wire: Wire, span: Span) {
        if !is_multiple(&angle, 2.0 * PI) {
            self.out.push(Op::gate(Gate::Rz, &[tidy(angle)], &[wire], span));
        }
    }

    /// X by quarter turns.
    fn push_x(&mut self, quarters: u8, wire: Wire, span: Span) {
        let op = match (self.basis.one_qubit, quarters) {
            (OneQubitBasis::RzRx, _) => {
                Op::gate(Gate::Rx, &[Angle::constant(f64::from(quarters) * FRAC_PI_2)], &[wire], span)
            }
            (_, 1) => Op::gate(Gate::Sx, &[], &[wire], span),
            _ => Op::gate(Gate::X, &[], &[wire], span),
        };
        self.out.push(op);
    }

    fn push_prx(&mut self, angle: Angle, phase: Angle, wire: Wire, span: Span) {
        if !is_multiple(&angle, 2.0 * PI) {
            self.out.push(Op::gate(Gate::Prx, &[tidy(angle), tidy(phase)], &[wire], span));
        }
    }
}

/// The constant part within half a turn.
fn tidy(mut angle: Angle) -> Angle {
    angle.constant = wrap(angle.constant);
    angle
}

#[cfg(test)]
mod tests;
