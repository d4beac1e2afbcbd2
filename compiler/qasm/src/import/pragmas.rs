//! What lines for tools mean.

use num_complex::Complex;
use qml_ir::circuit::{Op, OpKind, Wires};
use qml_source::Span;
use smallvec::SmallVec;

use super::ast::{Name, Operand};
use super::fault::Fault;
use super::lower::{Lowering, check_distinct};

/// The most qubits of a matrix.
const MAX_WIRES: usize = 8;

/// How far a matrix may be from unitary, entry by entry: Braket takes them with rounded digits.
const TOLERANCE: f64 = 1e-10;

impl Lowering<'_> {
    /// A matrix for qubits, the first one highest.
    pub fn unitary(
        &mut self,
        matrix: &[Complex<f64>],
        operands: &[Operand],
        span: Span,
    ) -> Result<Vec<Op>, Fault> {
        let mut wires = Wires::new();
        for operand in operands {
            wires.extend(self.wires(operand)?.0);
        }
        check_distinct(&wires, span)?;
        wires.reverse();
        if wires.len() > MAX_WIRES || matrix.len() != 1 << (2 * wires.len()) || !is_unitary(matrix) {
            return Err(Fault::Kind { wanted: "a unitary matrix with 2^n rows for n qubits", span });
        }
        let kind = OpKind::Unitary { matrix: matrix.into(), wires, controls: SmallVec::new() };
        Ok(vec![Op { kind, span }])
    }
}

fn is_unitary(matrix: &[Complex<f64>]) -> bool {
    let dim = matrix.len().isqrt();
    let product = |i: usize, j: usize| -> Complex<f64> {
        (0..dim).map(|k| matrix[i * dim + k] * matrix[j * dim + k].conj()).sum()
    };
    (0..dim).all(|i| (0..dim).all(|j| (product(i, j) - f64::from(i == j)).norm() < TOLERANCE))
}

/// Of what is told to tools, only what changes the circuit must not be passed over.
pub fn check_pragma(line: &Name) -> Result<(), Fault> {
    let words: Vec<&str> = line.text.split([' ', '(']).take(3).collect();
    match words[..] {
        [_, "braket", "noise"] => {
            Err(Fault::Unsupported { what: "`pragma braket noise`".to_owned(), span: line.span })
        }
        _ => Ok(()),
    }
}
