//! Gates of the table and constant unitaries.

use num_complex::Complex;
use qml_gates::Gate;
use qml_source::Span;
use smallvec::SmallVec;

use super::calls::{common_length, items_of};
use super::faults::{self, Failure};
use super::machine::{Machine, known};
use super::qubits::{self, Qubits};
use super::value::Abstract;
use crate::circuit::{Angle, Op, OpKind, Wires};

/// How far a matrix may be from unitary.
const TOLERANCE: f64 = 1e-10;

impl Machine<'_> {
    /// A gate on each item of its operands.
    pub(super) fn gate(
        &mut self,
        gate: Gate,
        args: &[Abstract],
        span: Span,
    ) -> Result<Vec<Abstract>, Failure> {
        let what = format!("`{}`", gate.def().name);
        let n_angles = gate.def().params.len();
        if let Some(bad) = args[..n_angles].iter().find(|angle| !is_real(angle)) {
            return Err(match bad {
                Abstract::Outcome(_) => faults::depends_on_outcome("an angle", span),
                other => qml_source::bug!("{other:?} as an angle"),
            });
        }
        let is_repeated = |arg: &&Abstract| match arg {
            Abstract::Qubits(qubits) => qubits.is_register,
            arg => !arg.shape().is_empty(),
        };
        let Some(count) = common_length(args.iter().filter(is_repeated), &what, span)? else {
            self.one_gate(gate, &args.iter().collect::<Vec<_>>(), n_angles, &what, span)?;
            return Ok(Vec::new());
        };
        let items: Vec<Vec<Abstract>> = args.iter().map(items_of).collect();
        for index in 0..count {
            let args: Vec<&Abstract> = items.iter().map(|items| &items[index % items.len()]).collect();
            self.one_gate(gate, &args, n_angles, &what, span)?;
        }
        Ok(Vec::new())
    }

    fn one_gate(
        &mut self,
        gate: Gate,
        args: &[&Abstract],
        n_angles: usize,
        what: &str,
        span: Span,
    ) -> Result<(), Failure> {
        let operands: Vec<&Qubits> = args[n_angles..].iter().map(|arg| qubits::operand(arg)).collect();
        qubits::check_distinct(&operands, what, span)?;
        let angles: Vec<Angle> = args[..n_angles].iter().map(|angle| angle.to_angle()).collect();
        let wires: Wires = operands.iter().flat_map(|operand| operand.wires.iter().copied()).collect();
        self.emit(Op::gate(gate, &angles, &wires, span))
    }

    /// A constant matrix on the qubits of its operand.
    pub(super) fn unitary(&mut self, args: &[Abstract], span: Span) -> Result<Vec<Abstract>, Failure> {
        let matrix = known(&args[0], "the matrix of `unitary`", span)?.clone().into_complexes();
        let operands: Vec<&Qubits> = args[1..].iter().map(qubits::operand).collect();
        qubits::check_distinct(&operands, "`unitary`", span)?;
        let wires: Wires = operands.iter().flat_map(|operand| operand.wires.iter().copied()).collect();
        let dim = 1usize << wires.len().min(32);
        if matrix.shape() != [dim, dim] {
            let message = format!("{} qubits need a matrix of {dim} rows and columns", wires.len());
            return Err(faults::not_unitary(
                format!("{message}, this one has the shape {:?}", matrix.shape()),
                span,
            ));
        }
        let entries: Vec<Complex<f64>> = matrix.iter().copied().collect();
        let deviation = deviation_from_unitary(&entries, dim);
        if deviation.is_nan() || deviation > TOLERANCE {
            let message =
                format!("the matrix is not unitary: `m m†` differs from the identity by {deviation:.1e}");
            return Err(faults::not_unitary(message, span));
        }
        let kind = OpKind::Unitary { matrix: entries.into(), wires, controls: SmallVec::new() };
        self.emit(Op { kind, span })?;
        Ok(Vec::new())
    }

    /// A global phase of this angle.
    pub(super) fn phase(&mut self, angle: &Angle, span: Span) -> Result<(), Failure> {
        self.emit(Op::gate(Gate::Gphase, std::slice::from_ref(angle), &[], span))
    }
}

fn is_real(value: &Abstract) -> bool {
    match value {
        Abstract::Float(_) | Abstract::Known(_) => true,
        Abstract::Grid(grid) => grid.items.iter().all(is_real),
        _ => false,
    }
}

fn deviation_from_unitary(entries: &[Complex<f64>], dim: usize) -> f64 {
    let mut deviation: f64 = 0.0;
    for i in 0..dim {
        for j in 0..dim {
            let product: Complex<f64> =
                (0..dim).map(|k| entries[i * dim + k] * entries[j * dim + k].conj()).sum();
            let distance = (product - f64::from(u8::from(i == j))).norm();
            if distance.is_nan() {
                return distance;
            }
            deviation = deviation.max(distance);
        }
    }
    deviation
}
