//! Small dense matrices.

/// A complex number in double precision.
pub type C64 = num_complex::Complex<f64>;

/// A square matrix, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// Rows and columns, a power of two.
    pub dim: usize,
    /// `dim * dim` entries; entry `(row, column)` stands at `row * dim + column`.
    pub data: Vec<C64>,
}

impl Matrix {
    /// The identity.
    pub fn identity(dim: usize) -> Self {
        let mut data = vec![C64::new(0.0, 0.0); dim * dim];
        for i in 0..dim {
            data[i * dim + i] = C64::new(1.0, 0.0);
        }
        Self { dim, data }
    }

    /// Entry `(row, column)`.
    pub fn at(&self, row: usize, column: usize) -> C64 {
        self.data[row * self.dim + column]
    }

    /// The product `self * other`.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        let n = self.dim;
        let mut data = vec![C64::new(0.0, 0.0); n * n];
        for i in 0..n {
            for k in 0..n {
                for j in 0..n {
                    data[i * n + j] += self.data[i * n + k] * other.data[k * n + j];
                }
            }
        }
        Self { dim: n, data }
    }

    /// The conjugate transpose.
    #[must_use]
    pub fn dagger(&self) -> Self {
        let n = self.dim;
        let data = (0..n * n).map(|i| self.data[(i % n) * n + i / n].conj()).collect();
        Self { dim: n, data }
    }
}
