//! Two arrays element by element, broadcast as NumPy does.
//!
//! Rows of elements that lie side by side are walked as slices, so that the compiler makes vector code of the loop; an operand
//! that nobody else holds takes the result.

use ndarray::{ArrayD, ArrayViewD, IxDyn};
use qml_source::bug;

use crate::builtins::faults::shapes;
use crate::room::check_room;
use crate::value::{Array, Element};
use crate::{Fault, Value};

/// The shape that two shapes broadcast to.
pub(crate) fn broadcast_shape(what: &str, a: &[usize], b: &[usize]) -> Result<Vec<usize>, Fault> {
    if a == b {
        return Ok(a.to_vec());
    }
    let rank = a.len().max(b.len());
    let size = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(rank).map_or(1, |i| shape[i]);
    let shape: Vec<usize> = (0..rank)
        .map(|axis| match (size(a, axis), size(b, axis)) {
            (1, n) | (n, 1) => Ok(n),
            (m, n) if m == n => Ok(m),
            (m, n) => Err(shapes(what, a, b, format_args!("{axis}: {m} and {n}"))),
        })
        .collect::<Result<_, _>>()?;
    if shape != a && shape != b {
        check_room(&shape, 8).map_err(|fault| {
            fault.help(
                "shapes `[n, 1]` and `[n]` broadcast to `[n, n]`: look at the shapes that come together here",
            )
        })?;
    }
    Ok(shape)
}

/// An array seen in a larger shape, which must fit.
pub(crate) fn spread<'a, T>(array: &'a Array<T>, shape: &[usize]) -> ArrayViewD<'a, T> {
    match array.broadcast(IxDyn(shape)) {
        Some(view) => view,
        None => bug!("{:?} doesn't broadcast to {shape:?}", array.shape()),
    }
}

/// Element by element, in place where nobody else holds an operand of the shape of the result.
pub(crate) fn zip_same<T: Element>(
    what: &str,
    mut a: Array<T>,
    mut b: Array<T>,
    f: impl Fn(&T, &T) -> T,
) -> Result<Value, Fault> {
    let shape = broadcast_shape(what, a.shape(), b.shape())?;
    if a.shape() == shape && a.is_unique() {
        update(&mut a, &b, &shape, f);
        return Ok(Value::from_array(a));
    }
    if b.shape() == shape && b.is_unique() {
        update(&mut b, &a, &shape, |y, x| f(x, y));
        return Ok(Value::from_array(b));
    }
    Ok(Value::from_owned(zipped(&a, &b, &shape, f)))
}

/// Element by element, to another type.
pub(crate) fn zip_map<T: Element, U: Element>(
    what: &str,
    a: &Array<T>,
    b: &Array<T>,
    f: impl Fn(&T, &T) -> U,
) -> Result<Value, Fault> {
    let shape = broadcast_shape(what, a.shape(), b.shape())?;
    Ok(Value::from_owned(zipped(a, b, &shape, f)))
}

/// Element by element, where an element may fail.
pub(crate) fn zip_try<T: Element>(
    what: &str,
    a: &Array<T>,
    b: &Array<T>,
    f: impl Fn(T, T) -> Result<T, Fault>,
) -> Result<Value, Fault> {
    let shape = broadcast_shape(what, a.shape(), b.shape())?;
    let (a, b) = (spread(a, &shape), spread(b, &shape));
    let elements: Vec<T> =
        a.iter().zip(b.iter()).map(|(x, y)| f(x.clone(), y.clone())).collect::<Result<_, _>>()?;
    Ok(Value::from_owned(of_shape(&shape, elements)))
}

fn of_shape<T>(shape: &[usize], elements: Vec<T>) -> ArrayD<T> {
    match ArrayD::from_shape_vec(IxDyn(shape), elements) {
        Ok(array) => array,
        Err(error) => bug!("{error}"),
    }
}

/// a = f(a, b), where a has the shape already.
fn update<T: Element>(a: &mut Array<T>, b: &Array<T>, shape: &[usize], f: impl Fn(&T, &T) -> T) {
    let is_alike = a.shape() == b.shape();
    if let (Some(x), Some(y)) = (a.as_slice_mut(), b.as_slice()) {
        match y {
            [y] => x.iter_mut().for_each(|x| *x = f(x, y)),
            _ if is_alike => x.iter_mut().zip(y).for_each(|(x, y)| *x = f(x, y)),
            _ => update_rows(a, b, shape, f),
        }
    } else {
        update_rows(a, b, shape, f);
    }
}

fn update_rows<T: Element>(a: &mut Array<T>, b: &Array<T>, shape: &[usize], f: impl Fn(&T, &T) -> T) {
    let b = spread(b, shape);
    for (mut x, y) in a.rows_mut().into_iter().zip(b.rows()) {
        match (x.as_slice_mut(), y.as_slice()) {
            (Some(x), Some(y)) => x.iter_mut().zip(y).for_each(|(x, y)| *x = f(x, y)),
            (Some(x), None) if y.strides() == [0] => {
                let y = &y[0];
                x.iter_mut().for_each(|x| *x = f(x, y));
            }
            _ => x.iter_mut().zip(y).for_each(|(x, y)| *x = f(x, y)),
        }
    }
}

/// A new array of f(a, b).
fn zipped<T, U>(a: &Array<T>, b: &Array<T>, shape: &[usize], f: impl Fn(&T, &T) -> U) -> ArrayD<U> {
    if let (Some(x), Some(y)) = (a.as_slice(), b.as_slice()) {
        match (x, y) {
            _ if a.shape() == b.shape() => {
                return of_shape(shape, x.iter().zip(y).map(|(x, y)| f(x, y)).collect());
            }
            ([x], _) if b.shape() == shape => return of_shape(shape, y.iter().map(|y| f(x, y)).collect()),
            (_, [y]) if a.shape() == shape => return of_shape(shape, x.iter().map(|x| f(x, y)).collect()),
            // Rows with the same row, as those of a table with its means.
            _ if a.shape() == shape && !y.is_empty() && shape.ends_with(b.shape()) => {
                let mut elements = Vec::with_capacity(x.len());
                let rows = x.chunks_exact(y.len());
                rows.for_each(|row| elements.extend(row.iter().zip(y).map(|(x, y)| f(x, y))));
                return of_shape(shape, elements);
            }
            _ => {}
        }
    }
    let (a, b) = (spread(a, shape), spread(b, shape));
    let mut elements = Vec::with_capacity(shape.iter().product());
    for (x, y) in a.rows().into_iter().zip(b.rows()) {
        match (x.as_slice(), y.as_slice()) {
            (Some(x), Some(y)) => elements.extend(x.iter().zip(y).map(|(x, y)| f(x, y))),
            (Some(x), None) if y.strides() == [0] => elements.extend(x.iter().map(|x| f(x, &y[0]))),
            (None, Some(y)) if x.strides() == [0] => elements.extend(y.iter().map(|y| f(&x[0], y))),
            _ => elements.extend(x.iter().zip(y).map(|(x, y)| f(x, y))),
        }
    }
    of_shape(shape, elements)
}
