//! Scaling of the columns of a table, and fits.

use ndarray::{ArrayView1, ArrayViewMut1, Axis, Zip};

use crate::builtins::data::{bounds, mean_and_sd};
use crate::builtins::gradients::{still, zeros};
use crate::builtins::linear_algebra::lstsq_jvp;
use crate::builtins::statistics::powers;
use crate::{Fault, Value};

/// A column of `x`, that column of what `x` is scaled by, and their tangents.
struct Column<'a> {
    x: ArrayView1<'a, f64>,
    reference: ArrayView1<'a, f64>,
    of_x: ArrayView1<'a, f64>,
    of_reference: ArrayView1<'a, f64>,
}

/// The tangent of a scaled table, column by column; `x` is scaled by itself if it has no other reference.
fn by_columns(
    x: (&Value, &Value),
    reference: (&Value, &Value),
    mut f: impl FnMut(&Column<'_>, ArrayViewMut1<'_, f64>),
) -> Value {
    let floats = |(value, tangent): (&Value, &Value)| {
        let tangent = if *tangent == Value::Unit { still(value) } else { tangent.clone() };
        (value.clone().into_floats(), tangent.into_floats())
    };
    let reference = if *reference.0 == Value::Unit { x } else { reference };
    let ((x, of_x), (reference, of_reference)) = (floats(x), floats(reference));
    let mut out = zeros(x.shape());
    let columns = x.lanes(Axis(0)).into_iter().zip(of_x.lanes(Axis(0)));
    let references = reference.lanes(Axis(0)).into_iter().zip(of_reference.lanes(Axis(0)));
    for (((x, of_x), (reference, of_reference)), target) in
        columns.zip(references).zip(out.lanes_mut(Axis(0)))
    {
        f(&Column { x, reference, of_x, of_reference }, target);
    }
    Value::from_array(out)
}

/// With y = (x - m) / s, of n numbers r: `dy = (dx - dm - y ds) / s`, where `dm = sum(dr) / n` and
/// `ds = sum((r - m) dr) / (n s)`.
pub(super) fn standardize(args: &[Value], _: &Value, tangents: &[Value]) -> Result<Value, Fault> {
    Ok(by_columns((&args[0], &tangents[0]), (&args[1], &tangents[1]), |column, mut out| {
        let (mean, sd) = mean_and_sd(&column.reference);
        if sd <= 0.0 {
            return;
        }
        let n = column.reference.len() as f64;
        let of_mean = column.of_reference.sum() / n;
        let pairs = column.reference.iter().zip(column.of_reference);
        let of_sd = pairs.map(|(r, of_r)| (r - mean) * of_r).sum::<f64>() / (n * sd);
        Zip::from(&mut out)
            .and(column.x)
            .and(column.of_x)
            .for_each(|out, x, of_x| *out = (of_x - of_mean - (x - mean) / sd * of_sd) / sd);
    }))
}

/// With u = (x - a) / (b - a) for the smallest number a and the largest b: y = lo + (hi - lo) u, and
/// `du = (dx - da - u (db - da)) / (b - a)`. a and b move as the first element that is the extreme one.
pub(super) fn minmax(args: &[Value], tangents: &[Value]) -> Result<Value, Fault> {
    let [lo, hi] = [1, 2].map(|i| args[i].to_float());
    let [of_lo, of_hi] = [1, 2].map(|i: usize| match &tangents[i] {
        Value::Unit => 0.0,
        tangent => tangent.to_float(),
    });
    Ok(by_columns((&args[0], &tangents[0]), (&args[3], &tangents[3]), |column, mut out| {
        let (a, b) = bounds(&column.reference);
        if a >= b {
            out.fill(of_lo);
            return;
        }
        let of_bound = |bound: f64| {
            let first = column.reference.iter().position(|r| *r == bound).unwrap_or(0);
            column.of_reference[first]
        };
        let (of_a, of_b) = (of_bound(a), of_bound(b));
        Zip::from(&mut out).and(column.x).and(column.of_x).for_each(|out, x, of_x| {
            let u = (x - a) / (b - a);
            let of_u = (of_x - of_a - u * (of_b - of_a)) / (b - a);
            *out = of_lo + (of_hi - of_lo) * u + (hi - lo) * of_u;
        });
    }))
}

/// Least squares on the powers of x, whose derivatives are those of one less.
pub(super) fn polyfit(
    args: &[Value],
    coefficients: &Value,
    (of_x, of_y): (&Value, &Value),
) -> Result<Value, Fault> {
    let degree = args[2].to_int() as usize;
    let x = args[0].clone().into_floats();
    let matrix = powers(&x, degree);
    let of_matrix = match of_x {
        Value::Unit => Value::Unit,
        of_x => {
            let of_x = of_x.clone().into_floats();
            let slope = |i: usize, k: usize| k as f64 * x[i].powi(k as i32 - 1) * of_x[i];
            Value::from_owned(ndarray::Array2::from_shape_fn(matrix.dim(), |(i, j)| slope(i, degree - j)))
        }
    };
    lstsq_jvp((&Value::from_owned(matrix), &args[1]), coefficients, (&of_matrix, of_y))
}
