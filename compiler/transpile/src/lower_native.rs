//! Writes a circuit with the native gates of a device.
//!
//! One pass over the operations. Each wire holds back what has not been written yet, `A RZ(gamma)`: a turn about Z by
//! an angle that may have slots, then a constant matrix. Turns about Z commute with the control of CX, with CZ and with
//! measurements, so they move on to where they merge with others or do not matter; on devices with PRX they change the
//! phases of later gates and cost nothing (`McKay` et al., PRA 96, 022330 (2017)).
//!
//! Expects: one-wire gates without controls and what `translate_pairs` leaves, on coupled qubits. Leaves: native gates, the
//! angles of which are what the device takes, for whatever values the slots are bound to. Keeps: the unitary up to a global
//! phase; with `measured`, only the probabilities of outcomes in the Z basis.

use std::f64::consts::{FRAC_PI_2, PI};

use qml_devices::{Device, NativeBasis, OneQubitBasis, TwoQubitBasis};
use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Op, OpKind, Wire};
use qml_ir::specialise::bind::Node;
use qml_source::{Span, bug};

use crate::fold_angles::{Fold, Folded};
use crate::one_qubit::{
    IDENTITY, M2, TOLERANCE, dagger, euler, gate_matrix, is_multiple, op_matrix, times, wrap,
};

/// Rewrites the circuit in the native gates; returns what the slots that it appends are computed from.
pub fn lower_native(circuit: &mut Circuit, device: &Device, basis: NativeBasis, measured: bool) -> Vec<Node> {
    let ops = std::mem::take(&mut circuit.ops);
    let folded = Folded { n_slots: circuit.slots.len(), nodes: Vec::new() };
    let held = vec![Held::default(); circuit.n_wires];
    let mut writer = Writer { device, basis, held, folded, out: Vec::with_capacity(2 * ops.len()) };
    writer.write_all(ops);
    for wire in 0..circuit.n_wires as u32 {
        writer.flush(Wire(wire), measured);
    }
    circuit.ops = writer.out;
    circuit.slots.extend((0..writer.folded.nodes.len()).map(|i| format!("folded_{i}")));
    writer.folded.nodes
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
    folded: Folded,
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
                (Gate::Rzz | Gate::Rxx, &[a, b]) => self.rotate_pair(gate, &angles[0], [a, b], span),
                (Gate::Iswap | Gate::SqrtIswap, &[a, b]) => self.exchange(gate, [a, b], span),
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
                    self.flush(wire, !self.basis.one_qubit.has_rz());
                }
                self.out.push(op);
            }
            OpKind::If { .. } => self.branch(op),
            OpKind::PauliRotation { .. } | OpKind::Unitary { .. } => bug!("{op:?} reached native lowering"),
        }
    }

    /// Both sides start and end with nothing held back.
    fn branch(&mut self, op: Op) {
        let wires = op.wires().into_owned();
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
        let has_any_prx = self.has_any_prx();
        let held = &mut self.held[wire.0 as usize];
        let e = euler(&held.matrix);
        if e.theta == 0.0 {
            held.turn = held.turn.plus(angle);
        } else if e.theta == PI {
            held.turn = held.turn.plus(&angle.times(-1.0));
        } else if has_any_prx && (e.theta - FRAC_PI_2).abs() < TOLERANCE {
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
            TwoQubitBasis::Cz | TwoQubitBasis::CzRzz => {
                self.flush(a, true);
                self.flush(b, true);
                self.out.push(Op::gate(Gate::Cz, &[], &[a, b], span));
            }
            TwoQubitBasis::Cx | TwoQubitBasis::Ecr => {
                self.hold_gate(Gate::H, &[], b, span);
                self.controlled_x(a, b, span);
                self.hold_gate(Gate::H, &[], b, span);
            }
            other => bug!("a controlled gate on a device with {other:?}"),
        }
    }

    fn controlled_x(&mut self, control: Wire, target: Wire, span: Span) {
        let first = self.device.coupling.edge_weight(control.0, target.0).and_then(|facts| facts.first);
        let is_against = first.is_some_and(|first| first != control.0);
        match self.basis.two_qubit {
            TwoQubitBasis::Cz | TwoQubitBasis::CzRzz => {
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
            other => bug!("a controlled gate on a device with {other:?}"),
        }
    }

    /// A rotation about ZZ or XX, by an angle that the device takes.
    fn rotate_pair(&mut self, gate: Gate, angle: &Angle, wires: [Wire; 2], span: Span) {
        let Some(range) = self.basis.two_qubit_angles.filter(|_| self.needs_folding(angle)) else {
            return self.push_pair_rotation(gate, angle.clone(), wires, span);
        };
        if range.min > 0.0 || range.max < FRAC_PI_2 - TOLERANCE {
            bug!("no folding into the angles {range:?}");
        }
        // About PP by `u`: by pi + u after P on both wires, and by -u between letters on one wire that P anticommutes with.
        let (own, other) = if gate == Gate::Rzz { (Gate::Rz, Gate::Rx) } else { (Gate::Rx, Gate::Rz) };
        let Fold { angle, far, back } = self.folded.fold(angle);
        self.hold_turn(other, &back, wires[0], span);
        self.push_pair_rotation(gate, angle, wires, span);
        self.hold_turn(other, &back.negated(), wires[0], span);
        wires.iter().for_each(|&wire| self.hold_turn(own, &far, wire, span));
    }

    /// Whether an angle may be one that the device doesn't take.
    fn needs_folding(&self, angle: &Angle) -> bool {
        !angle.is_constant() || {
            let angle = wrap(angle.constant);
            self.basis
                .two_qubit_angles
                .is_some_and(|range| angle < range.min || angle > range.max + TOLERANCE)
        }
    }

    fn hold_turn(&mut self, gate: Gate, angle: &Angle, wire: Wire, span: Span) {
        if angle.is_constant() {
            self.hold_gate(gate, &[angle.constant], wire, span);
        } else {
            self.rotate(gate, angle, wire, span);
        }
    }

    fn push_pair_rotation(&mut self, gate: Gate, angle: Angle, wires: [Wire; 2], span: Span) {
        if is_multiple(&angle, 2.0 * PI) {
            return;
        }
        let is_framed = self.basis.two_qubit == TwoQubitBasis::Ms;
        wires.iter().for_each(|&wire| self.flush(wire, gate == Gate::Rzz || is_framed));
        self.out.push(if is_framed {
            // RXX after RZ(g) is RZ(g) after the rotation about axes turned back by g.
            let [a, b] = wires.map(|wire| tidy(self.held[wire.0 as usize].turn.negated()));
            Op::gate(Gate::Ms, &[a, b, tidy(angle)], &wires, span)
        } else {
            Op::gate(gate, &[tidy(angle)], &wires, span)
        });
    }

    /// Turns about Z go with the wires that iSWAP exchanges; its square root only exchanges them half.
    fn exchange(&mut self, gate: Gate, [a, b]: [Wire; 2], span: Span) {
        let is_whole = gate == Gate::Iswap;
        self.flush(a, is_whole);
        self.flush(b, is_whole);
        self.out.push(Op::gate(gate, &[], &[a, b], span));
        self.held.swap(a.0 as usize, b.0 as usize);
    }

    /// Whether a turn about an axis in the XY plane may be by any angle.
    fn has_any_prx(&self) -> bool {
        let is_prx = matches!(self.basis.one_qubit, OneQubitBasis::Prx | OneQubitBasis::PrxRz);
        is_prx && self.basis.one_qubit_angles.is_none()
    }

    /// Writes what a wire holds back; with `keep_turn`, but for a turn about Z that happens last.
    fn flush(&mut self, wire: Wire, keep_turn: bool) {
        let Held { turn, matrix, span } = std::mem::take(&mut self.held[wire.0 as usize]);
        let has_rz = self.basis.one_qubit.has_rz();
        let rest = match self.basis.one_qubit {
            OneQubitBasis::Prx | OneQubitBasis::PrxRz => {
                self.flush_prx(&turn, &matrix, wire, span, keep_turn || has_rz)
            }
            OneQubitBasis::Gpi => self.flush_gpi(&turn, &matrix, wire, span, keep_turn),
            OneQubitBasis::RzSxX | OneQubitBasis::RzRx => self.flush_quarters(turn, &matrix, wire, span),
        };
        if keep_turn {
            self.held[wire.0 as usize] = Held { turn: rest, matrix: IDENTITY, span };
        } else if has_rz {
            self.push_rz(rest, wire, span);
        }
    }

    /// Quarter and half turns about axes in the XY plane; returns the turn about Z after them. Without `keep_turn` a
    /// half turn more takes that in.
    fn flush_gpi(&mut self, turn: &Angle, matrix: &M2, wire: Wire, span: Span, keep_turn: bool) -> Angle {
        let e = euler(matrix);
        let shift = |angle: &Angle, by: f64| angle.plus(&Angle::constant(by));
        let mut rest = shift(turn, e.phi + e.lambda);
        // Angle and phase of what comes last.
        let mut last = None;
        if e.theta == PI || (e.theta - FRAC_PI_2).abs() < TOLERANCE {
            last = Some((e.theta, shift(&turn.negated(), FRAC_PI_2 - e.lambda)));
        } else if e.theta != 0.0 {
            // U = RZ(phi + pi) SX RZ(theta + pi) SX RZ(lambda).
            let before = shift(turn, e.lambda);
            self.push_prx(Angle::constant(FRAC_PI_2), before.negated(), wire, span);
            last = Some((FRAC_PI_2, shift(&before, e.theta + PI).negated()));
            rest = shift(&rest, e.theta);
        }
        if keep_turn || is_multiple(&rest, 2.0 * PI) {
            if let Some((angle, phase)) = last {
                self.push_prx(Angle::constant(angle), phase, wire, span);
            }
            return rest;
        }
        // RZ(g) PRX(t, p) = -PRX(pi, p + g/2) PRX(t + pi, p), and three quarters are one quarter the other way.
        let (angle, phase) = last.unwrap_or_default();
        let half = phase.plus(&rest.times(0.5));
        if angle == 0.0 {
            self.push_prx(Angle::constant(PI), phase, wire, span);
        } else if angle != PI {
            self.push_prx(Angle::constant(FRAC_PI_2), shift(&phase, PI), wire, span);
        }
        self.push_prx(Angle::constant(PI), half, wire, span);
        Angle::default()
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

/// The constant part within half a turn; a quarter turn where it is one but for rounding, since ranges of angles end there and
/// some devices take no others; and another simple fraction where it is nothing but that.
fn tidy(mut angle: Angle) -> Angle {
    const FRACTIONS: [(f64, f64); 2] = [(2.0, TOLERANCE), (48.0, 1e-13)];
    let wrapped = wrap(angle.constant);
    // Zero without a sign.
    let nearest = |parts: f64| PI * (wrapped * parts / PI).round() / parts + 0.0;
    let simple = FRACTIONS.iter().find(|(parts, rounding)| (wrapped - nearest(*parts)).abs() < *rounding);
    angle.constant = simple.map_or(wrapped, |(parts, _)| nearest(*parts));
    angle
}

#[cfg(test)]
mod tests;
