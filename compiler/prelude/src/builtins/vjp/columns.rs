//! Scaling of the columns of a table, order statistics and fits.

use ndarray::{ArrayView1, ArrayViewMut1, Axis, Zip};

use crate::builtins::data::{bounds, mean_and_sd};
use crate::builtins::gradients::{add, zeros};
use crate::builtins::linear_algebra::lstsq_vjp;
use crate::builtins::statistics::powers;
use crate::builtins::tensors::sorted;
use crate::{Fault, Value};

/// A column of `x`, that column of what `x` is scaled by, and that of the cotangent.
struct Column<'a> {
    x: ArrayView1<'a, f64>,
    reference: ArrayView1<'a, f64>,
    g: ArrayView1<'a, f64>,
}

/// The cotangents of `x` and of the reference, column by column; all is that of `x` if it has no other reference.
fn by_columns(
    args: &[Value],
    reference: &Value,
    g: &Value,
    mut f: impl FnMut(&Column<'_>, ArrayViewMut1<'_, f64>, ArrayViewMut1<'_, f64>),
) -> Result<[Value; 2], Fault> {
    let is_own = *reference == Value::Unit;
    let x = args[0].clone().into_floats();
    let reference = if is_own { x.clone() } else { reference.clone().into_floats() };
    let g = g.clone().into_floats();
    let (mut of_x, mut of_reference) = (zeros(x.shape()), zeros(reference.shape()));
    let columns = x.lanes(Axis(0)).into_iter().zip(reference.lanes(Axis(0))).zip(g.lanes(Axis(0)));
    let targets = of_x.lanes_mut(Axis(0)).into_iter().zip(of_reference.lanes_mut(Axis(0)));
    for (((x, reference), g), (of_x, of_reference)) in columns.zip(targets) {
        f(&Column { x, reference, g }, of_x, of_reference);
    }
    let (of_x, of_reference) = (Value::from_array(of_x), Value::from_array(of_reference));
    Ok(if is_own { [add(of_x, of_reference)?, Value::Unit] } else { [of_x, of_reference] })
}

/// With y = (x - m) / s, of n numbers r: `g_x = g / s` and `g_r = -(sum(g) + sum(g y) (r - m) / s) / (n s)`.
pub(super) fn standardize(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let cotangents = by_columns(args, &args[1], g, |column, mut of_x, mut of_reference| {
        let (mean, sd) = mean_and_sd(&column.reference);
        if sd <= 0.0 {
            return;
        }
        let sum_g = column.g.sum();
        let sum_gy: f64 = column.g.iter().zip(column.x).map(|(g, x)| g * (x - mean) / sd).sum();
        Zip::from(&mut of_x).and(column.g).for_each(|of_x, g| *of_x = g / sd);
        let scale = column.reference.len() as f64 * sd;
        Zip::from(&mut of_reference)
            .and(column.reference)
            .for_each(|of_r, r| *of_r = -(sum_g + sum_gy * (r - mean) / sd) / scale);
    })?;
    Ok(cotangents.into())
}

/// With u = (x - a) / (b - a) for the smallest number a and the largest b: y = lo + (hi - lo) u. What belongs to a and b
/// goes to the first element that is the extreme one.
pub(super) fn minmax(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let (lo, hi) = (args[1].to_float(), args[2].to_float());
    let (mut of_lo, mut of_hi) = (0.0, 0.0);
    let [x, reference] = by_columns(args, &args[3], g, |column, mut of_x, mut of_reference| {
        let (a, b) = bounds(&column.reference);
        if a >= b {
            of_lo += column.g.sum();
            return;
        }
        let slope = (hi - lo) / (b - a);
        let above: f64 = column.g.iter().zip(column.x).map(|(g, x)| g * (x - a) / (b - a)).sum();
        let below = column.g.sum() - above;
        of_lo += below;
        of_hi += above;
        Zip::from(&mut of_x).and(column.g).for_each(|of_x, g| *of_x = g * slope);
        let first = |bound: f64| column.reference.iter().position(|r| *r == bound).unwrap_or(0);
        of_reference[first(a)] -= slope * below;
        of_reference[first(b)] -= slope * above;
    })?;
    Ok(vec![x, Value::Float(of_lo), Value::Float(of_hi), reference])
}

pub(super) fn median(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    Ok(vec![of_quantile(&args[0], 0.5, g.to_float()).0])
}

pub(super) fn quantile(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let (of_x, of_q) = of_quantile(&args[0], args[1].to_float(), g.to_float());
    Ok(vec![of_x, Value::Float(of_q)])
}

/// Linear between the elements before and after the place; by `q` it is the slope towards the next one.
fn of_quantile(x: &Value, q: f64, g: f64) -> (Value, f64) {
    let order = sorted(x);
    let x = x.clone().into_floats();
    let last = order.len().saturating_sub(1);
    let place = q * last as f64;
    let mut of_x = zeros(x.shape());
    of_x[order[place.floor() as usize]] += g * (1.0 - place.fract());
    of_x[order[place.ceil() as usize]] += g * place.fract();
    let before = (place.floor() as usize).min(last.saturating_sub(1));
    let step = x[order[(before + 1).min(last)]] - x[order[before]];
    (Value::from_array(of_x), g * step * last as f64)
}

pub(super) fn lstsq(args: &[Value], x: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    Ok(lstsq_vjp(&args[0], &args[1], x, g)?.into())
}

/// Least squares on the powers of x, whose derivatives are those of one less.
pub(super) fn polyfit(args: &[Value], coefficients: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let degree = args[2].to_int() as usize;
    let x = args[0].clone().into_floats();
    let [of_powers, of_y] = lstsq_vjp(&Value::from_owned(powers(&x, degree)), &args[1], coefficients, g)?;
    let of_powers = of_powers.into_floats();
    let slope = |i: usize| -> f64 {
        let power = |k: usize| of_powers[[i, degree - k]] * k as f64 * x[i].powi(k as i32 - 1);
        (1..=degree).map(power).sum()
    };
    Ok(vec![Value::vector((0..x.len()).map(slope).collect::<Vec<f64>>()), of_y])
}

/// y[i] = (1 - t) a + t b with t = i / (n - 1).
pub(super) fn linspace(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let g = g.clone().into_floats();
    let last = (args[2].to_int() - 1).max(1) as f64;
    let of_b: f64 = g.iter().enumerate().map(|(i, g)| g * i as f64 / last).sum();
    Ok(vec![Value::Float(g.sum() - of_b), Value::Float(of_b)])
}
