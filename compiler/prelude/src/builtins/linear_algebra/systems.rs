//! Systems of equations and determinants: LU factors with partial pivoting by faer (Golub and Van Loan, Matrix Computations, 3.4),
//! on one thread, of a matrix whose rows and columns were scaled to numbers of about 1.

use faer::linalg::lu::partial_pivoting::{factor, solve};
use faer::perm::PermRef;
use faer::traits::ComplexField;
use faer::{Mat, Par, Spec, dyn_stack};
use ndarray::{Array2, ArrayViewMut1, Axis};
use qml_source::Code;

use crate::builtins::faults::fault;
use crate::{C64, Fault};

/// `p a = l u`, both triangles in one matrix.
struct Factors<T> {
    triangles: Mat<T>,
    /// Which row of `a` stands where, and where each of them has gone.
    rows: [Vec<usize>; 2],
    /// Whether an odd number of rows was exchanged.
    is_odd: bool,
}

/// The factors, unless a pivot is no larger than rounding makes it.
fn factored<T: ComplexField>(mut triangles: Mat<T>, size: impl Fn(&T) -> f64) -> Option<Factors<T>> {
    let n = triangles.nrows();
    let mut rows = [vec![0; n], vec![0; n]];
    let [forward, inverse] = &mut rows;
    let spec = Spec::default();
    let mut memory = dyn_stack::MemBuffer::new(factor::lu_in_place_scratch::<usize, T>(n, n, Par::Seq, spec));
    let stack = dyn_stack::MemStack::new(&mut memory);
    let (info, _) = factor::lu_in_place(triangles.as_mut(), forward, inverse, Par::Seq, stack, spec);
    let is_odd = info.transposition_count % 2 == 1;
    // A pivot that is no number is handed on: so is what comes of it.
    let has_pivots = (0..n)
        .all(|k| size(&triangles[(k, k)]) > n as f64 * f64::EPSILON || size(&triangles[(k, k)]).is_nan());
    has_pivots.then_some(Factors { triangles, rows, is_odd })
}

/// The x with `a x = b`; none if `a` is singular up to rounding.
fn solved<T: ComplexField>(a: Mat<T>, mut b: Mat<T>, size: impl Fn(&T) -> f64) -> Option<Mat<T>> {
    let Factors { triangles, rows, .. } = factored(a, size)?;
    let n = triangles.nrows();
    let mut memory =
        dyn_stack::MemBuffer::new(solve::solve_in_place_scratch::<usize, T>(n, b.ncols(), Par::Seq));
    let stack = dyn_stack::MemStack::new(&mut memory);
    let order = PermRef::new_checked(&rows[0], &rows[1], n);
    solve::solve_in_place(triangles.as_ref(), triangles.as_ref(), order, b.as_mut(), Par::Seq, stack);
    Some(b)
}

/// The x with `a x = b`: for the scaled matrix `r a c` it is `c y` with `(r a c) y = r b`. A matrix that is singular up
/// to rounding is refused.
pub(super) fn solve_matrix(mut a: Array2<C64>, mut b: Array2<C64>) -> Result<Array2<C64>, Fault> {
    let [rows, columns] = equilibrate(&mut a);
    b.indexed_iter_mut().for_each(|((i, _), x)| *x = times_power(*x, rows[i]));
    let x = if is_real(&a) && is_real(&b) {
        let real = |x: &Array2<C64>| Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)].re);
        let x = solved(real(&a), real(&b), |x: &f64| x.abs());
        x.map(|x| Array2::from_shape_fn(b.dim(), |at| C64::new(x[at], 0.0)))
    } else {
        let complex = |x: &Array2<C64>| Mat::from_fn(x.nrows(), x.ncols(), |i, j| x[(i, j)]);
        let x = solved(complex(&a), complex(&b), |x: &C64| x.norm());
        x.map(|x| Array2::from_shape_fn(b.dim(), |at| x[at]))
    };
    let mut x = x.ok_or_else(|| fault(Code::Q0611, "the matrix is singular: it has no inverse"))?;
    x.indexed_iter_mut().for_each(|((i, _), x)| *x = times_power(*x, columns[i]));
    Ok(x)
}

/// The determinant; 0 of a matrix that is singular up to rounding.
pub(super) fn determinant(mut a: Array2<C64>) -> C64 {
    let n = a.nrows();
    let [rows, columns] = equilibrate(&mut a);
    let diagonal: Option<(Vec<C64>, bool)> = if is_real(&a) {
        let factors = factored(Mat::from_fn(n, n, |i, j| a[(i, j)].re), |x: &f64| x.abs());
        factors.map(|f| ((0..n).map(|k| C64::new(f.triangles[(k, k)], 0.0)).collect(), f.is_odd))
    } else {
        let factors = factored(Mat::from_fn(n, n, |i, j| a[(i, j)]), |x: &C64| x.norm());
        factors.map(|f| ((0..n).map(|k| f.triangles[(k, k)]).collect(), f.is_odd))
    };
    let Some((diagonal, is_odd)) = diagonal else { return C64::ZERO };
    // The product may be a float where one of its parts is none.
    let (mut product, mut power) = (if is_odd { -C64::ONE } else { C64::ONE }, 0);
    for (k, pivot) in diagonal.into_iter().enumerate() {
        product *= pivot;
        let exponent = exponent(product.re.abs().max(product.im.abs()));
        product = times_power(product, -exponent);
        power += exponent - rows[k] - columns[k];
    }
    times_power(product, power)
}

fn is_real(a: &Array2<C64>) -> bool {
    a.iter().all(|x| x.im == 0.0)
}

/// Scales the rows and columns of `a` by powers of two so that the largest number of each is about 1 (one of zeros stays),
/// and gives the exponents: `a[i, j]` becomes `a[i, j] * 2 ** (rows[i] + columns[j])`.
fn equilibrate(a: &mut Array2<C64>) -> [Vec<i32>; 2] {
    [Axis(0), Axis(1)].map(|axis| {
        let scale = |mut lane: ArrayViewMut1<'_, C64>| {
            let largest = lane.iter().map(|x| x.re.abs().max(x.im.abs())).fold(0.0, f64::max);
            let exponent = -exponent(largest);
            lane.mapv_inplace(|x| times_power(x, exponent));
            exponent
        };
        a.axis_iter_mut(axis).map(scale).collect()
    })
}

/// The power of two below a positive number; 0 for 0, infinity and `nan`.
fn exponent(x: f64) -> i32 {
    if x > 0.0 && x.is_finite() { x.log2().floor() as i32 } else { 0 }
}

/// `z * 2 ** exponent`, in steps: 2 ** exponent itself may be no float.
fn times_power(mut z: C64, mut exponent: i32) -> C64 {
    while exponent != 0 && z != C64::ZERO && z.is_finite() {
        let step = exponent.clamp(-1000, 1000);
        z *= 2f64.powi(step);
        exponent -= step;
    }
    z
}
