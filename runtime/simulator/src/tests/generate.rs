//! Random circuits over the whole gate table, random observables.

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Bit, BitExpr, Circuit, Control, Op, OpKind, Slot, Wire};
use qml_prelude::observable::{Observable, Pauli};
use qml_prelude::random::Stream;
use qml_source::Span;

use crate::C64;

const LETTERS: [Pauli; 3] = [Pauli::X, Pauli::Y, Pauli::Z];

/// Which operations a circuit may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum With {
    Unitaries,
    Outcomes,
}

pub(super) fn circuit(stream: &mut Stream, n_wires: usize, n_ops: usize, with: With) -> Circuit {
    let mut output = Circuit::wires(0..n_wires as u32);
    shuffle(stream, &mut output);
    if with == With::Outcomes {
        output.truncate(n_wires.div_ceil(2));
    }
    Circuit {
        n_wires,
        n_bits: 3,
        slots: (0..4).map(|i| format!("s{i}")).collect(),
        ops: ops(stream, n_wires, n_ops, with, 0),
        output,
        result_bits: vec![bit(0), BitExpr::Xor(Box::new(bit(1)), Box::new(bit(2)))],
        ..Circuit::default()
    }
}

pub(super) fn slots(stream: &mut Stream) -> Vec<f64> {
    (0..4).map(|_| 6.0 * stream.uniform() - 3.0).collect()
}

/// A sum of strings and, sometimes, projectors on a register.
pub(super) fn observable(stream: &mut Stream, n_qubits: usize, n_terms: usize) -> Observable {
    let mut observable = Observable::default();
    for _ in 0..n_terms {
        let coefficient = C64::new(stream.normal(), 0.0);
        if stream.below(6) == 0 {
            let bits = (0..n_qubits).map(|_| stream.below(2) == 1).collect();
            observable.projectors.push((bits, coefficient));
        } else {
            let string = (0..n_qubits as u32).filter_map(|qubit| {
                let letter = LETTERS.get(stream.below(4) as usize)?;
                Some((qubit, *letter))
            });
            observable.terms.insert(string.collect(), coefficient);
        }
    }
    observable
}

fn bit(index: u32) -> BitExpr {
    BitExpr::Bit(Bit(index))
}

fn shuffle<T>(stream: &mut Stream, items: &mut [T]) {
    for i in (1..items.len()).rev() {
        items.swap(i, stream.below(i as u64 + 1) as usize);
    }
}

fn ops(stream: &mut Stream, n_wires: usize, n_ops: usize, with: With, depth: usize) -> Vec<Op> {
    (0..n_ops).map(|_| Op { kind: op(stream, n_wires, with, depth), span: Span::default() }).collect()
}

fn op(stream: &mut Stream, n_wires: usize, with: With, depth: usize) -> OpKind {
    let mut wires = Circuit::wires(0..n_wires as u32);
    shuffle(stream, &mut wires);
    if with == With::Outcomes {
        match stream.below(if depth < 2 { 8 } else { 12 }) {
            0 => return OpKind::Measure { wire: wires[0], bit: Bit(stream.below(3) as u32) },
            1 => return OpKind::Reset { wire: wires[0] },
            2 if depth < 2 => {
                let (a, b) = (bit(stream.below(3) as u32), bit(stream.below(3) as u32));
                let (a, b) = (Box::new(a), Box::new(b));
                let condition = match stream.below(4) {
                    0 => BitExpr::Not(a),
                    1 => BitExpr::And(a, b),
                    2 => BitExpr::Or(a, b),
                    _ => BitExpr::Xor(a, b),
                };
                let then = ops(stream, n_wires, 3, with, depth + 1);
                return OpKind::If { condition, then, otherwise: ops(stream, n_wires, 2, with, depth + 1) };
            }
            _ => {}
        }
    }
    match stream.below(8) {
        0 => {
            let n = 1 + stream.below(n_wires as u64) as usize;
            let mut pauli: Vec<(Wire, Pauli)> =
                wires[..n].iter().map(|&wire| (wire, LETTERS[stream.below(3) as usize])).collect();
            pauli.sort_by_key(|&(wire, _)| wire);
            let controls = controls(stream, &wires[n..]);
            OpKind::PauliRotation { pauli: pauli.into_iter().collect(), angle: angle(stream), controls }
        }
        1 => {
            // Unitary because the table's matrices are.
            let n = (1 + stream.below(3) as usize).min(n_wires);
            let angles = [0, 1, 2].map(|_| stream.uniform());
            let matrix = match n {
                1 => Gate::U.matrix(&angles),
                2 => Gate::Rzx.matrix(&angles).times(&Gate::XxPlusYy.matrix(&angles)),
                _ => Gate::Cswap.matrix(&[]).times(&Gate::Ccx.matrix(&[])),
            };
            let controls = controls(stream, &wires[n..]);
            let wires = wires[..n].iter().copied().collect();
            OpKind::Unitary { matrix: matrix.data.to_vec().into(), wires, controls }
        }
        _ => loop {
            let gate = Gate::ALL[stream.below(Gate::ALL.len() as u64) as usize];
            let n = gate.def().wires.len();
            if n <= n_wires {
                let angles = gate.def().params.iter().map(|_| angle(stream)).collect();
                let controls = controls(stream, &wires[n..]);
                break OpKind::Gate { gate, angles, wires: wires[..n].iter().copied().collect(), controls };
            }
        },
    }
}

/// Mostly none, sometimes one or two.
fn controls(stream: &mut Stream, free: &[Wire]) -> smallvec::SmallVec<[Control; 2]> {
    let n = (stream.below(6) as usize).saturating_sub(3).min(free.len());
    free[..n].iter().map(|&wire| Control { wire, on_one: stream.below(2) == 1 }).collect()
}

/// A constant, a slot, or a sum of two slots with factors.
fn angle(stream: &mut Stream) -> Angle {
    let mut angle = Angle::constant(stream.normal());
    for _ in 0..stream.below(3) {
        let factor = stream.normal();
        angle = angle.plus(&Angle::slot(Slot(stream.below(4) as u32)).times(factor));
    }
    angle
}
