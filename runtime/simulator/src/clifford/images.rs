//! What a gate does to Pauli letters, read off its matrix.
//!
//! A product of letters on `k` wires is a number: bit `2 i` is the X part on wire `i`, bit `2 i + 1` the Z part, and
//! Y = i X Z has both.

use qml_gates::Matrix;
use qml_ir::circuit::Control;

use crate::C64;

/// How far entries may be from those of a Clifford gate: what rounding leaves of an angle.
const ROUNDING: f64 = 1e-9;
/// Most wires of a gate whose matrix is looked at; Clifford gates on more are rotations about Pauli strings.
pub(super) const MOST_WIRES: usize = 3;

/// A Clifford gate `G`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Action {
    /// `G^H P G` for each product of letters `P`: the letters, and whether there is a minus.
    pub back: Vec<(usize, bool)>,
    /// The letters of `G P G^H` for `P = X_0, Z_0, X_1, ..`; signs don't matter where it is used.
    pub forth: Vec<usize>,
}

impl Action {
    /// The action of a matrix; none if it is not in the Clifford group.
    pub fn of(matrix: &Matrix) -> Option<Self> {
        let n_wires = matrix.dim.trailing_zeros() as usize;
        let dagger = matrix.dagger();
        let image = |product, left: &Matrix, right: &Matrix| {
            as_letters(&left.times(&letters(product, n_wires)).times(right), n_wires)
        };
        // Most matrices that are none of the group are told by the first letters.
        let forth: Option<Vec<usize>> =
            (0..2 * n_wires).map(|bit| Some(image(1 << bit, matrix, &dagger)?.0)).collect();
        let back: Option<Vec<(usize, bool)>> =
            (0..1 << (2 * n_wires)).map(|product| image(product, &dagger, matrix)).collect();
        Some(Self { back: back?, forth: forth? })
    }

    /// If the gate is a product of letters itself, up to a phase: which one.
    pub fn as_product(&self) -> Option<usize> {
        let n_bits = self.forth.len();
        let keeps = (0..n_bits).all(|bit| self.back[1 << bit].0 == 1 << bit);
        // What has a minus anticommutes with it: X parts are told by Z, Z parts by X.
        let part = |bit: usize| usize::from(self.back[1 << (bit ^ 1)].1) << bit;
        keeps.then(|| (0..n_bits).map(part).sum())
    }
}

/// The product of letters that an operator is, up to a sign.
pub(super) fn product_of(operator: &[C64], n_wires: usize) -> Option<usize> {
    let matrix = Matrix { dim: 1 << n_wires, data: operator.into() };
    as_letters(&matrix, n_wires).map(|(product, _)| product)
}

/// The matrix with its controls as further wires, above its own.
pub(super) fn controlled(matrix: &Matrix, controls: &[Control]) -> Matrix {
    let pattern: usize = controls.iter().enumerate().map(|(i, c)| usize::from(c.on_one) << i).sum();
    let mut all = Matrix::identity(matrix.dim << controls.len());
    let first = pattern * matrix.dim;
    for row in 0..matrix.dim {
        for column in 0..matrix.dim {
            all.data[(first + row) * all.dim + first + column] = matrix.at(row, column);
        }
    }
    all
}

/// The matrix of a product of letters.
fn letters(product: usize, n_wires: usize) -> Matrix {
    let dim = 1 << n_wires;
    let mut matrix = Matrix::zero(dim);
    for column in 0..dim {
        let (row, entry) = moved(product, n_wires, column);
        matrix.data[row * dim + column] = entry;
    }
    matrix
}

/// Where a product of letters takes a basis state, and with which phase.
fn moved(product: usize, n_wires: usize, column: usize) -> (usize, C64) {
    let (mut row, mut entry) = (column, C64::ONE);
    for wire in 0..n_wires {
        let (x, z) = (product >> (2 * wire) & 1, product >> (2 * wire + 1) & 1);
        row ^= x << wire;
        if z & column >> wire & 1 == 1 {
            entry = -entry;
        }
        if x & z == 1 {
            entry *= C64::I;
        }
    }
    (row, entry)
}

/// The product of letters that a matrix is, up to a sign.
fn as_letters(matrix: &Matrix, n_wires: usize) -> Option<(usize, bool)> {
    let is_large = |row: &usize| matrix.at(*row, 0).norm() > 0.5;
    let x = (0..matrix.dim).find(is_large)?;
    // The Z part on a wire is whether its bit changes the sign.
    let mut product = 0;
    for wire in 0..n_wires {
        let column = 1 << wire;
        let z = usize::from((matrix.at(x ^ column, column) * matrix.at(x, 0).conj()).re < 0.0);
        product |= (x >> wire & 1) << (2 * wire) | z << (2 * wire + 1);
    }
    let is_minus = (matrix.at(x, 0) * moved(product, n_wires, 0).1.conj()).re < 0.0;
    let sign = if is_minus { -1.0 } else { 1.0 };
    let wanted = letters(product, n_wires);
    let is_same = matrix.data.iter().zip(&wanted.data).all(|(a, b)| (a - b * sign).norm() < ROUNDING);
    is_same.then_some((product, is_minus))
}
