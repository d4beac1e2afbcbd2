//! What the operations of a circuit are as matrices.

use std::f64::consts::FRAC_PI_2;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Control, Op, OpKind, Pauli};
use qml_simulator::branches::Program;

use crate::C64;

/// Most wires of a matrix.
const MOST_WIRES: usize = 8;

/// A matrix on some wires, the first one least significant, row by row.
#[derive(Clone, Debug)]
pub(crate) struct Matrix {
    pub wires: Vec<u32>,
    pub entries: Vec<C64>,
}

/// An operation on more wires than a matrix may have here.
#[derive(Clone, Debug, PartialEq)]
pub struct TooWide<'a> {
    /// The operation.
    pub op: &'a Op,
    /// The most that there may be.
    pub most_wires: usize,
}

/// The circuit for these values of its slots.
pub(crate) fn lower<'a>(circuit: &'a Circuit, slots: &[f64]) -> Result<Program<Matrix>, TooWide<'a>> {
    Program::new(circuit, &mut |op| match op.kind {
        OpKind::If { .. } => Ok(None),
        _ => matrices(op, slots).map(Some).ok_or(TooWide { op, most_wires: MOST_WIRES }),
    })
}

/// One matrix, or several for rotations about long strings; none if there are too many wires.
fn matrices(op: &Op, slots: &[f64]) -> Option<Vec<Matrix>> {
    match &op.kind {
        OpKind::Gate { gate, angles, wires, controls } => {
            let angles: Vec<f64> = angles.iter().map(|angle| angle.eval(slots)).collect();
            let wires: Vec<u32> = wires.iter().map(|wire| wire.0).collect();
            Some(vec![controlled(&gate.matrix(&angles).data, wires, controls)?])
        }
        OpKind::Unitary { matrix, wires, controls } => {
            Some(vec![controlled(matrix, wires.iter().map(|wire| wire.0).collect(), controls)?])
        }
        OpKind::PauliRotation { pauli, angle, controls } => {
            let mut around = Vec::new();
            for &(wire, letter) in pauli {
                match letter {
                    Pauli::X => around.push(Op::gate(Gate::H, &[], &[wire], op.span)),
                    Pauli::Y => {
                        let angle = Angle::constant(FRAC_PI_2);
                        around.push(Op::gate(Gate::Rx, &[angle], &[wire], op.span));
                    }
                    Pauli::Z => {}
                }
            }
            around.extend(
                pauli.windows(2).map(|pair| Op::gate(Gate::Cx, &[], &[pair[0].0, pair[1].0], op.span)),
            );
            let last = pauli.last()?.0;
            let mut turn = Op::gate(Gate::Rz, std::slice::from_ref(angle), &[last], op.span);
            if let OpKind::Gate { controls: own, .. } = &mut turn.kind {
                own.clone_from(controls);
            }
            let back: Vec<Op> = around.iter().rev().filter_map(Op::inverse).collect();
            let ops = around.iter().chain([&turn]).chain(&back);
            ops.map(|op| matrices(op, slots)).collect::<Option<Vec<_>>>().map(|all| all.concat())
        }
        OpKind::Barrier { .. } | OpKind::Measure { .. } | OpKind::Reset { .. } | OpKind::If { .. } => {
            Some(Vec::new())
        }
    }
}

/// The matrix with its controls as further wires, above its own.
fn controlled(matrix: &[C64], mut wires: Vec<u32>, controls: &[Control]) -> Option<Matrix> {
    let dim = 1 << wires.len();
    wires.extend(controls.iter().map(|control| control.wire.0));
    if wires.len() > MOST_WIRES {
        return None;
    }
    let pattern: usize = controls.iter().enumerate().map(|(i, c)| usize::from(c.on_one) << i).sum();
    let all = dim << controls.len();
    let mut entries = vec![C64::ZERO; all * all];
    for i in 0..all {
        entries[i * all + i] = C64::ONE;
    }
    for (i, entry) in matrix.iter().enumerate() {
        entries[(pattern * dim + i / dim) * all + pattern * dim + i % dim] = *entry;
    }
    Some(Matrix { wires, entries })
}
