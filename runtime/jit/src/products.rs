//! Sums of products of floats.
//!
//! Terms go to eight sums in turn, which are added at the end: the order in which ndarray adds them, so the bits are those of
//! the built-in functions. Compiled twice, for any processor and for AVX2: 2 flops for 16 bytes that are read.

#![expect(
    clippy::inline_always,
    reason = "what is inlined is compiled for the instruction set of its caller"
)]

/// Sums side by side.
const LANES: usize = 8;

/// The product of two vectors of the same length.
pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { dot_with_avx2(x, y) };
    }
    in_lanes(x, y)
}

/// The products of the rows of a matrix with a vector, which has an element for each column.
pub(crate) fn rows_times(matrix: &[f64], vector: &[f64], products: &mut [f64]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { rows_with_avx2(matrix, vector, products) };
    }
    each_row(matrix, vector, products);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn dot_with_avx2(x: &[f64], y: &[f64]) -> f64 {
    in_lanes(x, y)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn rows_with_avx2(matrix: &[f64], vector: &[f64], products: &mut [f64]) {
    each_row(matrix, vector, products);
}

#[inline(always)]
fn each_row(matrix: &[f64], vector: &[f64], products: &mut [f64]) {
    let n = vector.len();
    for (i, product) in products.iter_mut().enumerate() {
        *product = in_lanes(&matrix[i * n..][..n], vector);
    }
}

#[inline(always)]
fn in_lanes(x: &[f64], y: &[f64]) -> f64 {
    let (x_groups, x_rest) = x.as_chunks::<LANES>();
    let (y_groups, y_rest) = y.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in x_groups.iter().zip(y_groups) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let (low, high) = sums.split_at(LANES / 2);
    let whole = low.iter().zip(high).fold(0.0, |sum, (a, b)| sum + (a + b));
    x_rest.iter().zip(y_rest).fold(whole, |sum, (a, b)| sum + a * b)
}

#[cfg(test)]
mod tests {
    use ndarray::{ArrayView1, ArrayView2};

    use super::{dot, rows_times};

    #[test]
    fn products_have_the_bits_of_ndarray() {
        for n in 0..40 {
            let x: Vec<f64> = (0..3 * n).map(|i| f64::from(i).sin() * 10_f64.powi(i % 7)).collect();
            let y: Vec<f64> = (0..n).map(|i| (f64::from(i) * 0.3).cos()).collect();
            let row = ArrayView1::from(&x[..y.len()]);
            assert_eq!(dot(&x[..y.len()], &y).to_bits(), row.dot(&ArrayView1::from(&y)).to_bits(), "{n}");
            let mut products = [f64::NAN; 3];
            rows_times(&x, &y, &mut products);
            let rows = ArrayView2::from_shape((3, y.len()), &x).unwrap();
            for (row, product) in rows.rows().into_iter().zip(products) {
                assert_eq!(product.to_bits(), row.dot(&ArrayView1::from(&y)).to_bits(), "{n}");
            }
        }
    }
}
