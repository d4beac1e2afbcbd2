//! Small dense matrices.

use smallvec::{SmallVec, smallvec};

/// A complex number in double precision.
pub type C64 = num_complex::Complex<f64>;

/// A square matrix, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// Rows and columns, a power of two.
    pub dim: usize,
    /// `dim * dim` entries; entry `(row, column)` stands at `row * dim + column`. Up to two wires without an
    /// allocation: passes ask for the matrices of gates all the time.
    pub data: SmallVec<[C64; 16]>,
}

impl Matrix {
    /// Nothing but zeros.
    pub fn zero(dim: usize) -> Self {
        Self { dim, data: smallvec![C64::new(0.0, 0.0); dim * dim] }
    }

    /// The identity.
    pub fn identity(dim: usize) -> Self {
        let mut identity = Self::zero(dim);
        for i in 0..dim {
            identity.data[i * dim + i] = C64::new(1.0, 0.0);
        }
        identity
    }

    /// Entry `(row, column)`.
    pub fn at(&self, row: usize, column: usize) -> C64 {
        self.data[row * self.dim + column]
    }

    /// The product `self * other`.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        let n = self.dim;
        let mut product = Self::zero(n);
        for i in 0..n {
            for k in 0..n {
                for j in 0..n {
                    product.data[i * n + j] += self.data[i * n + k] * other.data[k * n + j];
                }
            }
        }
        product
    }

    /// The conjugate transpose.
    #[must_use]
    pub fn dagger(&self) -> Self {
        let n = self.dim;
        let data = (0..n * n).map(|i| self.data[(i % n) * n + i / n].conj()).collect();
        Self { dim: n, data }
    }
}
