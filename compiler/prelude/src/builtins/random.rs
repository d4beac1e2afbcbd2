//! Random numbers. Each function is a pure function of its key: same key, same numbers.

use super::{Builtin, Call, Effect, internal, row};

use super::faults::{domain, size};
use super::lists::{from_elements, select, sequence_len};
use super::tensors::shape_of;
use crate::random::{Stream, child_key};
use crate::room::check_room;
use crate::{Fault, Value};

pub(super) const ROWS: &[Builtin] = &[
    random(
        "uniform",
        &["uniform(lo: float, hi: float, shape?: shape[..s], seed?: int) -> float[..s]"],
        |_, args| uniform(args),
        "Uniform numbers from `lo` (included) to `hi` (not included).",
    ),
    random(
        "normal",
        &["normal(mean: float, sd: float, shape?: shape[..s], seed?: int) -> float[..s]"],
        |_, args| normal(args),
        "Numbers of a normal distribution with this mean and standard deviation.",
    ),
    random(
        "random_int",
        &["random_int(lo: int, hi: int, shape?: shape[..s], seed?: int) -> int[..s]"],
        |_, args| random_int(args),
        "Whole numbers from `lo` (included) to `hi` (not included).",
    ),
    random(
        "permutation",
        &["permutation(n: int, seed?: int) -> int[n]"],
        |_, args| permutation(args),
        "The numbers 0 to `n - 1` in random order.",
    ),
    random(
        "choice",
        &["choice(s: T[m, ..r], k: int, seed?: int) -> T[k, ..r]"],
        |_, args| choice(args),
        "`k` different items in random order.",
    ),
    random(
        "shuffle",
        &["shuffle(s: seq[m], seed?: int) -> seq[m]"],
        |_, args| shuffle(args),
        "The items in random order.",
    ),
    internal(
        "op.mix",
        |_, args| Ok(Value::Int(child_key(args[0].to_int() as u64, args[1].to_int() as u64) as i64)),
        "`op.mix(key, salt)`: a random key derived from another one.",
    ),
];

const fn random(
    name: &'static str,
    signatures: &'static [&'static str],
    call: Call,
    doc: &'static str,
) -> Builtin {
    row(Effect::Random, name, signatures, call, doc)
}

/// The stream of a call: of its `seed` if it has one, else of its hidden key.
pub(super) fn stream(key: &Value, seed: &Value) -> Stream {
    Stream::new(if *seed == Value::Unit { key } else { seed }.to_int() as u64)
}

/// A permutation of 0 to n - 1 (Fisher and Yates).
pub(super) fn permuted(stream: &mut Stream, n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, stream.below(i as u64 + 1) as usize);
    }
    order
}

/// A tensor of this shape, or a scalar, drawn element by element.
fn drawn<T: crate::Element>(shape: &Value, mut draw: impl FnMut() -> T) -> Result<Value, Fault> {
    let shape = shape_of(shape)?;
    let n = shape.iter().product();
    Ok(from_elements(&shape, (0..n).map(|_| draw()).collect()))
}

fn uniform(args: &[Value]) -> Result<Value, Fault> {
    let (lo, hi) = (args[1].to_float(), args[2].to_float());
    if !(lo <= hi && lo.is_finite() && hi.is_finite()) {
        return Err(domain(format!("uniform from {lo:?} to {hi:?}: the bounds must be finite, and rising")));
    }
    let mut stream = stream(&args[0], &args[4]);
    let width = hi - lo;
    drawn(&args[3], || {
        let share = stream.uniform();
        // The distance of very large bounds has no float.
        if width.is_finite() { lo + width * share } else { lo * (1.0 - share) + hi * share }
    })
}

fn normal(args: &[Value]) -> Result<Value, Fault> {
    let (mean, sd) = (args[1].to_float(), args[2].to_float());
    if sd.is_nan() || sd < 0.0 {
        return Err(domain(format!("normal with the standard deviation {sd:?}, it can't be negative")));
    }
    let mut stream = stream(&args[0], &args[4]);
    drawn(&args[3], || mean + sd * stream.normal())
}

fn random_int(args: &[Value]) -> Result<Value, Fault> {
    let (lo, hi) = (args[1].to_int(), args[2].to_int());
    if lo >= hi {
        return Err(domain(format!("random_int from {lo} to before {hi}: there is no such number")));
    }
    let mut stream = stream(&args[0], &args[4]);
    drawn(&args[3], || lo.wrapping_add(stream.below(hi.abs_diff(lo)) as i64))
}

fn permutation(args: &[Value]) -> Result<Value, Fault> {
    let n = size("the number of items", args[1].to_int())?;
    check_room(&[n], 8)?;
    let order = permuted(&mut stream(&args[0], &args[2]), n);
    Ok(Value::vector(order.into_iter().map(|i| i as i64).collect()))
}

fn choice(args: &[Value]) -> Result<Value, Fault> {
    let (n, k) = (super::lists::len(&args[1]), size("the number of items", args[2].to_int())?);
    if k > n {
        return Err(domain(format!("choice of {k} different items among {n}")));
    }
    let order = permuted(&mut stream(&args[0], &args[3]), n);
    Ok(select(&args[1], &order[..k]))
}

fn shuffle(args: &[Value]) -> Result<Value, Fault> {
    let order = permuted(&mut stream(&args[0], &args[2]), sequence_len(&args[1])?);
    Ok(select(&args[1], &order))
}

#[cfg(test)]
mod tests;
