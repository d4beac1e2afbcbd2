//! Lowers controls, Pauli rotations, matrices and large gates to few kinds of gates on one and two wires.
//!
//! Expects: a valid circuit. Leaves: the gates H, U, RX, RY, RZ, GPHASE, CX, CZ, SWAP, RXX, RYY, RZZ, RZX without
//! controls, and U without slots; measurements, resets, branches and barriers stay. Keeps: the unitary, including
//! global phase; what happens in branches.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Control, Op, OpKind, Pauli, Wire, letter_rotation};
use qml_source::{Code, Diagnostic, Span, bug};

use crate::emit_canonical::push_decomposition;
use crate::one_qubit::{C64, M2, gate_matrix, is_multiple, push_matrix, push_phase};
use qml_ir::canonical::{M4, decompose};

mod multi_control;
mod two_level;

/// Largest constant matrix that is taken apart.
const MAX_MATRIX_WIRES: usize = 6;

/// Lowers the whole circuit; Q0714 if a matrix is too large.
pub fn lower_controls(circuit: &mut Circuit) -> Result<(), Diagnostic> {
    let ops = std::mem::take(&mut circuit.ops);
    circuit.ops = lower_all(ops, circuit.n_wires)?;
    Ok(())
}

fn lower_all(ops: Vec<Op>, n_wires: usize) -> Result<Vec<Op>, Diagnostic> {
    let mut lowering = Lowering { n_wires, span: Span::default(), out: Vec::with_capacity(ops.len()) };
    for op in ops {
        lowering.span = op.span;
        lowering.lower(op)?;
    }
    Ok(lowering.out)
}

/// What has been lowered, and where the next operation comes from.
struct Lowering {
    n_wires: usize,
    span: Span,
    out: Vec<Op>,
}

impl Lowering {
    fn lower(&mut self, op: Op) -> Result<(), Diagnostic> {
        match op.kind {
            OpKind::Gate { gate, angles, wires, controls } => {
                let controls = self.open(&controls);
                self.gate(gate, &angles, &wires, &controls.on_one);
                self.close(&controls);
            }
            OpKind::PauliRotation { pauli, angle, controls } => {
                let controls = self.open(&controls);
                self.pauli_rotation(&pauli, &angle, &controls.on_one);
                self.close(&controls);
            }
            OpKind::Unitary { matrix, wires, controls } => {
                if wires.len() > MAX_MATRIX_WIRES {
                    return Err(too_large(wires.len(), op.span));
                }
                let controls = self.open(&controls);
                self.unitary(&matrix, &wires, &controls.on_one);
                self.close(&controls);
            }
            OpKind::If { condition, then, otherwise } => {
                let then = lower_all(then, self.n_wires)?;
                let otherwise = lower_all(otherwise, self.n_wires)?;
                self.out.push(Op { kind: OpKind::If { condition, then, otherwise }, span: op.span });
            }
            kind @ (OpKind::Measure { .. } | OpKind::Reset { .. } | OpKind::Barrier { .. }) => {
                self.out.push(Op { kind, span: op.span });
            }
        }
        Ok(())
    }

    /// Turns controls on 0 into controls on 1.
    fn open(&mut self, controls: &[Control]) -> Controls {
        let on_one = controls.iter().map(|control| control.wire).collect();
        let flipped: Vec<Wire> =
            controls.iter().filter(|control| !control.on_one).map(|control| control.wire).collect();
        flipped.iter().for_each(|&wire| self.gate(Gate::X, &[], &[wire], &[]));
        Controls { on_one, flipped }
    }

    fn close(&mut self, controls: &Controls) {
        controls.flipped.iter().for_each(|&wire| self.gate(Gate::X, &[], &[wire], &[]));
    }

    /// Appends a gate that stays.
    fn push(&mut self, gate: Gate, angles: &[Angle], wires: &[Wire]) {
        self.out.push(Op::gate(gate, angles, wires, self.span));
    }

    fn phase(&mut self, angle: Angle) {
        push_phase(angle, self.span, &mut self.out);
    }

    /// `exp(i phase) R(angle)`, for constant gates that are rotations.
    fn rotation_with_phase(&mut self, gate: Gate, angle: f64, wire: Wire, phase: f64) {
        self.push(gate, &[Angle::constant(angle)], &[wire]);
        self.phase(Angle::constant(phase));
    }

    /// A gate of the table, controlled on 1 of all `controls`.
    fn gate(&mut self, gate: Gate, angles: &[Angle], wires: &[Wire], controls: &[Wire]) {
        if let Some((k, base)) = gate.def().control {
            let controls = [controls, &wires[..k]].concat();
            return self.gate(base, angles, &wires[k..], &controls);
        }
        let pauli = |letters: [Pauli; 2]| [(wires[0], letters[0]), (wires[1], letters[1])];
        match gate {
            Gate::Gphase => self.multi_phase(&angles[0], controls),
            Gate::Cu => {
                let controls = [controls, &wires[..1]].concat();
                self.multi_phase(&angles[3], &controls);
                self.gate(Gate::U, &angles[..3], &wires[1..], &controls);
            }
            Gate::Swap if controls.is_empty() => self.push(gate, &[], wires),
            Gate::Swap => {
                self.push(Gate::Cx, &[], &[wires[1], wires[0]]);
                self.multi_x(&[controls, &wires[..1]].concat(), wires[1]);
                self.push(Gate::Cx, &[], &[wires[1], wires[0]]);
            }
            Gate::Rxx => self.pauli_rotation(&pauli([Pauli::X, Pauli::X]), &angles[0], controls),
            Gate::Ryy => self.pauli_rotation(&pauli([Pauli::Y, Pauli::Y]), &angles[0], controls),
            Gate::Rzz => self.pauli_rotation(&pauli([Pauli::Z, Pauli::Z]), &angles[0], controls),
            Gate::Rzx => self.pauli_rotation(&pauli([Pauli::Z, Pauli::X]), &angles[0], controls),
            // exp(i pi/4 (XX + YY)), and its square root.
            Gate::Iswap | Gate::SqrtIswap => {
                let angle = Angle::constant(if gate == Gate::Iswap { -FRAC_PI_2 } else { -FRAC_PI_4 });
                self.pauli_rotation(&pauli([Pauli::X, Pauli::X]), &angle, controls);
                self.pauli_rotation(&pauli([Pauli::Y, Pauli::Y]), &angle, controls);
            }
            // (X_a - Y_a X_b) / sqrt(2) = X_a exp(-i pi/4 Z_a X_b).
            Gate::Ecr => {
                self.pauli_rotation(&pauli([Pauli::Z, Pauli::X]), &Angle::constant(FRAC_PI_2), controls);
                self.multi_x(controls, wires[0]);
            }
            Gate::Ms => {
                let turn = |lowering: &mut Self, sign: f64| {
                    for (angle, wire) in angles.iter().zip(wires) {
                        lowering.push(Gate::Rz, &[angle.times(sign)], &[*wire]);
                    }
                };
                turn(self, -1.0);
                self.pauli_rotation(&pauli([Pauli::X, Pauli::X]), &angles[2], controls);
                turn(self, 1.0);
            }
            Gate::XxPlusYy => {
                let half = angles[0].times(0.5);
                self.push(Gate::Rz, &[angles[1].clone()], &wires[..1]);
                self.pauli_rotation(&pauli([Pauli::X, Pauli::X]), &half, controls);
                self.pauli_rotation(&pauli([Pauli::Y, Pauli::Y]), &half, controls);
                self.push(Gate::Rz, &[angles[1].times(-1.0)], &wires[..1]);
            }
            _ if wires.len() == 1 => self.one_wire_gate(gate, angles, wires[0], controls),
            _ => bug!("no lowering of the gate {gate:?}"),
        }
    }

    fn one_wire_gate(&mut self, gate: Gate, angles: &[Angle], wire: Wire, controls: &[Wire]) {
        match gate {
            Gate::Id => {}
            Gate::X => self.multi_x(controls, wire),
            Gate::Z => self.multi_phase(&Angle::constant(PI), &[controls, &[wire]].concat()),
            Gate::S => self.multi_phase(&Angle::constant(FRAC_PI_2), &[controls, &[wire]].concat()),
            Gate::Sdg => self.multi_phase(&Angle::constant(-FRAC_PI_2), &[controls, &[wire]].concat()),
            Gate::T => self.multi_phase(&Angle::constant(FRAC_PI_4), &[controls, &[wire]].concat()),
            Gate::Tdg => self.multi_phase(&Angle::constant(-FRAC_PI_4), &[controls, &[wire]].concat()),
            Gate::P => self.multi_phase(&angles[0], &[controls, &[wire]].concat()),
            Gate::Y if controls.is_empty() => self.rotation_with_phase(Gate::Ry, PI, wire, FRAC_PI_2),
            Gate::Sx if controls.is_empty() => {
                self.rotation_with_phase(Gate::Rx, FRAC_PI_2, wire, FRAC_PI_4);
            }
            Gate::Sxdg if controls.is_empty() => {
                self.rotation_with_phase(Gate::Rx, -FRAC_PI_2, wire, -FRAC_PI_4);
            }
            // Y = S X S^-1.
            Gate::Y => {
                self.one_wire_gate(Gate::Sdg, &[], wire, &[]);
                self.multi_x(controls, wire);
                self.one_wire_gate(Gate::S, &[], wire, &[]);
            }
            Gate::Rx => self.pauli_rotation(&[(wire, Pauli::X)], &angles[0], controls),
            Gate::Ry => self.pauli_rotation(&[(wire, Pauli::Y)], &angles[0], controls),
            Gate::Rz => self.pauli_rotation(&[(wire, Pauli::Z)], &angles[0], controls),
            Gate::H if controls.is_empty() => self.push(gate, &[], &[wire]),
            // RZ(phi) RX(theta) RZ(-phi).
            Gate::Prx => {
                self.push(Gate::Rz, &[angles[1].times(-1.0)], &[wire]);
                self.pauli_rotation(&[(wire, Pauli::X)], &angles[0], controls);
                self.push(Gate::Rz, &[angles[1].clone()], &[wire]);
            }
            _ if angles.iter().all(Angle::is_constant) => {
                let angles: Vec<f64> = angles.iter().map(|angle| angle.constant).collect();
                self.matrix(&gate_matrix(gate, &angles), wire, controls);
            }
            Gate::U => self.general(angles, wire, controls),
            _ => bug!("no lowering of the gate {gate:?}"),
        }
    }

    /// `U` with slots: `exp(i (phi + lambda)/2) RZ(phi) RY(theta) RZ(lambda)`; with controls as in Barenco et al.,
    /// quant-ph/9503016, lemma 5.1.
    fn general(&mut self, angles: &[Angle], wire: Wire, controls: &[Wire]) {
        let [theta, phi, lambda] = angles else { bug!("a general gate has three angles") };
        let sum = phi.plus(lambda).times(0.5);
        self.multi_phase(&sum, controls);
        if controls.is_empty() {
            self.push(Gate::Rz, std::slice::from_ref(lambda), &[wire]);
            self.push(Gate::Ry, std::slice::from_ref(theta), &[wire]);
            self.push(Gate::Rz, std::slice::from_ref(phi), &[wire]);
            return;
        }
        self.push(Gate::Rz, &[lambda.plus(&phi.times(-1.0)).times(0.5)], &[wire]);
        self.multi_x(controls, wire);
        self.push(Gate::Rz, &[sum.times(-1.0)], &[wire]);
        self.push(Gate::Ry, &[theta.times(-0.5)], &[wire]);
        self.multi_x(controls, wire);
        self.push(Gate::Ry, &[theta.times(0.5)], &[wire]);
        self.push(Gate::Rz, std::slice::from_ref(phi), &[wire]);
    }

    /// A constant matrix on one wire: with controls, `W diag(1, exp(i turn)) W^-1` up to a phase.
    fn matrix(&mut self, m: &M2, wire: Wire, controls: &[Wire]) {
        if controls.is_empty() {
            return push_matrix(m, wire, self.span, &mut self.out);
        }
        let (phase, turn, w) = diagonalize(m);
        self.multi_phase(&Angle::constant(phase), controls);
        push_matrix(&crate::one_qubit::dagger(&w), wire, self.span, &mut self.out);
        self.multi_phase(&Angle::constant(turn), &[controls, &[wire]].concat());
        push_matrix(&w, wire, self.span, &mut self.out);
    }

    fn pauli_rotation(&mut self, pauli: &[(Wire, Pauli)], angle: &Angle, controls: &[Wire]) {
        match (pauli, controls) {
            ([], _) => self.multi_phase(&angle.times(-0.5), controls),
            (&[(wire, letter)], []) => {
                self.push(letter_rotation(letter), std::slice::from_ref(angle), &[wire]);
            }
            (&[(a, p), (b, q)], []) => self.two_wire_rotation((a, p), (b, q), angle),
            (&[(wire, letter)], &[control]) => self.controlled_rotation(control, wire, letter, angle),
            _ => self.long_rotation(pauli, angle, controls),
        }
    }

    /// A rotation about two letters; a Y beside another letter is turned into X.
    fn two_wire_rotation(&mut self, a: (Wire, Pauli), b: (Wire, Pauli), angle: &Angle) {
        let (gate, wires) = match (a.1, b.1) {
            (Pauli::X, Pauli::X) => (Gate::Rxx, [a.0, b.0]),
            (Pauli::Y, Pauli::Y) => (Gate::Ryy, [a.0, b.0]),
            (Pauli::Z, Pauli::Z) => (Gate::Rzz, [a.0, b.0]),
            (Pauli::Z, Pauli::X) => (Gate::Rzx, [a.0, b.0]),
            (Pauli::X, Pauli::Z) => (Gate::Rzx, [b.0, a.0]),
            _ => {
                let turned = |(wire, letter)| (wire, if letter == Pauli::Y { Pauli::X } else { letter });
                let wire = if a.1 == Pauli::Y { a.0 } else { b.0 };
                self.push(Gate::Rz, &[Angle::constant(-FRAC_PI_2)], &[wire]);
                self.two_wire_rotation(turned(a), turned(b), angle);
                return self.push(Gate::Rz, &[Angle::constant(FRAC_PI_2)], &[wire]);
            }
        };
        self.push(gate, std::slice::from_ref(angle), &wires);
    }

    /// `exp(-i angle/2 (1 - Z)/2 P)`: half of the rotation always, and half of it by the control's sign.
    fn controlled_rotation(&mut self, control: Wire, wire: Wire, letter: Pauli, angle: &Angle) {
        self.pauli_rotation(&[(wire, letter)], &angle.times(0.5), &[]);
        self.two_wire_rotation((control, Pauli::Z), (wire, letter), &angle.times(-0.5));
    }

    /// All letters to Z, their parity onto the last wires, and the rotation there.
    fn long_rotation(&mut self, pauli: &[(Wire, Pauli)], angle: &Angle, controls: &[Wire]) {
        self.turn_to_z(pauli, 1.0);
        // Without controls the last two wires are rotated together.
        let n_parity = if controls.is_empty() { pauli.len() - 2 } else { pauli.len() - 1 };
        let links: Vec<[Wire; 2]> = pauli.windows(2).take(n_parity).map(|w| [w[0].0, w[1].0]).collect();
        links.iter().for_each(|link| self.push(Gate::Cx, &[], link));
        let last = pauli[pauli.len() - 1].0;
        match controls {
            [] => self.push(Gate::Rzz, std::slice::from_ref(angle), &[pauli[n_parity].0, last]),
            &[control] => self.controlled_rotation(control, last, Pauli::Z, angle),
            _ => {
                self.push(Gate::Rz, &[angle.times(0.5)], &[last]);
                self.multi_x(controls, last);
                self.push(Gate::Rz, &[angle.times(-0.5)], &[last]);
                self.multi_x(controls, last);
            }
        }
        links.iter().rev().for_each(|link| self.push(Gate::Cx, &[], link));
        self.turn_to_z(pauli, -1.0);
    }

    /// Maps X and Y of the string to Z with `sign` 1, and back with `sign` -1.
    fn turn_to_z(&mut self, pauli: &[(Wire, Pauli)], sign: f64) {
        for &(wire, letter) in pauli {
            match letter {
                Pauli::X => self.push(Gate::H, &[], &[wire]),
                // RX(pi/2) Y RX(-pi/2) = Z.
                Pauli::Y => self.push(Gate::Rx, &[Angle::constant(sign * FRAC_PI_2)], &[wire]),
                Pauli::Z => {}
            }
        }
    }

    fn unitary(&mut self, matrix: &[C64], wires: &[Wire], controls: &[Wire]) {
        match *wires {
            [] => self.multi_phase(&Angle::constant(matrix[0].arg()), controls),
            [wire] => {
                let m = std::array::from_fn(|r| std::array::from_fn(|c| matrix[2 * r + c]));
                self.matrix(&m, wire, controls);
            }
            [a, b] => {
                let m: M4 = std::array::from_fn(|r| std::array::from_fn(|c| matrix[4 * r + c]));
                let mut ops = Vec::new();
                push_decomposition(&decompose(&m), [a, b], self.span, &mut ops);
                self.controlled(ops, controls);
            }
            _ => self.two_level(matrix, wires, controls),
        }
    }

    /// Gates, each of them controlled.
    fn controlled(&mut self, ops: Vec<Op>, controls: &[Wire]) {
        for op in ops {
            let OpKind::Gate { gate, angles, wires, .. } = op.kind else { bug!("only gates are controlled") };
            self.gate(gate, &angles, &wires, controls);
        }
    }
}

/// Controls that were made to be on 1.
struct Controls {
    on_one: Vec<Wire>,
    flipped: Vec<Wire>,
}

fn too_large(n_wires: usize, span: Span) -> Diagnostic {
    let message = format!("a matrix on {n_wires} qubits is too large to compile");
    Diagnostic::error(Code::Q0714, message).primary(span, "applied here").help(format!(
        "matrices on up to {MAX_MATRIX_WIRES} qubits can be compiled; build it from smaller ones"
    ))
}

/// `(phase, turn, W)` with `m = exp(i phase) W diag(1, exp(i turn)) W^-1`.
fn diagonalize(m: &M2) -> (f64, f64, M2) {
    let mean = (m[0][0] + m[1][1]) / 2.0;
    let determinant = m[0][0] * m[1][1] - m[0][1] * m[1][0];
    let root = (mean * mean - determinant).sqrt();
    let (first, second) = (mean + root, mean - root);
    // The larger of two columns of `m - second`, which spans the first eigenspace.
    let columns = [[m[0][0] - second, m[1][0]], [m[0][1], m[1][1] - second]];
    let norm = |v: &[C64; 2]| v[0].norm_sqr() + v[1].norm_sqr();
    let v = if norm(&columns[0]) > norm(&columns[1]) { columns[0] } else { columns[1] };
    let length = norm(&v).sqrt();
    let (x, y) = if length < 1e-12 {
        (C64::new(1.0, 0.0), C64::new(0.0, 0.0))
    } else {
        (v[0] / length, v[1] / length)
    };
    (first.arg(), (second / first).arg(), [[x, -y.conj()], [y, x.conj()]])
}

/// Whether a phase is known to be that of Z.
fn is_half_turn(angle: &Angle) -> bool {
    is_multiple(angle, PI) && !is_multiple(angle, 2.0 * PI)
}

#[cfg(test)]
mod tests;
