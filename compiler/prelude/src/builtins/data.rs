//! Tables from and to files; splitting, batching and scaling data.

use super::{Builtin, Call, Effect, pure, row};

use std::collections::BTreeMap;

use ndarray::{ArrayView1, ArrayViewMut1, Axis};

use super::faults::{domain, shapes};
use super::lists::{select, sequence_len};
use super::random::{permuted, stream};
use crate::{Fault, Value};

mod columns;
mod csv;
mod fcidump;
mod graph;
mod json;
mod numpy;
mod pca;
mod save;
mod types;

pub use numpy::npz;
pub use save::saved;

pub(super) const ROWS: &[Builtin] = &[
    io(
        "read_csv",
        &[
            "read_csv(path: string, header: bool = true, columns?: string[k]) -> float[?, ?]",
            "read_csv(path: string, header: bool = true, columns: int[k]) -> float[?, k]",
        ],
        csv::read_csv,
        "The numbers of a CSV file, all columns or those named or numbered (from 0).",
    ),
    io(
        "read_labels",
        &[
            "read_labels(path: string, column: string) -> int[?]",
            "read_labels(path: string, column: int, header: bool = true) -> int[?]",
        ],
        csv::read_labels,
        "A column of a CSV file as class numbers: whole numbers as they are, words by their place in alphabetical order.",
    ),
    io(
        "write_csv",
        &["write_csv(path: string, x: float[m, n], header?: string[n])"],
        csv::write_csv,
        "Writes a matrix as a CSV file.",
    ),
    io(
        "save",
        &["save(path: string, value: T)"],
        save::save,
        "Writes a value of any type but a program: `.npy` holds a tensor of numbers as NumPy does, `.npz` a struct or tuple of them by name (`arr_0` and so on in a tuple), `.csv` a table, any other file is JSON that `load` reads back to the last bit.",
    ),
    io(
        "load",
        &["load(path: string, at?: string) -> T"],
        save::load,
        "Reads what `save` or NumPy has written, other JSON (with `at: \"/model/0\"` a part of it), or a CSV file with typed columns. Its type is the one that is asked for, so that must be written: `let w: float[2, 4] = load(\"w.npy\");`.",
    ),
    io(
        "read_fcidump",
        &["read_fcidump(path: string) -> observable"],
        fcidump::read_fcidump,
        "The Hamiltonian of a molecule from an FCIDUMP file of integrals, by the transformation of Jordan and Wigner: qubit `2 p` is orbital `p` with spin up, `2 p + 1` with spin down. The energy of the nuclei is part of it.",
    ),
    io(
        "read_graph",
        &["read_graph(path: string, first: int = 0) -> ((int, int)[?], float[?])"],
        graph::read_graph,
        "The edges of a graph and their weights: a line for each edge, two nodes and perhaps a weight (else 1.0), with spaces, tabs or commas between; `#` and `%` begin comments. Nodes count from `first` in the file, from 0 in the result.",
    ),
    random(
        "split",
        &["split(s: seq[m], fraction: float, seed?: int, stratify?: int[m]) -> (seq[?], seq[?])"],
        |_, args| split(args),
        "Shuffles, then cuts: the first part has the share `fraction` of the items (rounded), the second the others. With `stratify`, of each class.",
    ),
    random(
        "batches",
        &["batches(s: seq[m], size: int, seed?: int) -> (seq[?])[?]"],
        |_, args| batches(args),
        "Shuffles, then cuts into parts of `size` items; the last one may be shorter.",
    ),
    pure(
        "standardize",
        &["standardize(x: float[m, n], reference?: float[k, n]) -> float[m, n]"],
        |_, args| standardize(args),
        "Each column minus its mean, divided by its standard deviation, both taken from `reference` (else `x`); a constant column becomes 0.",
    ),
    pure(
        "minmax",
        &["minmax(x: float[m, n], lo: float = 0.0, hi: float = 1.0, reference?: float[k, n]) -> float[m, n]"],
        |_, args| minmax(args),
        "Each column scaled so that its smallest value in `reference` (else `x`) becomes `lo` and its largest `hi`; a constant column becomes `lo`.",
    ),
    pure(
        "pca",
        &["pca(x: float[m, n], k: int, reference?: float[r, n]) -> float[m, k]"],
        |_, args| pca::pca(args),
        "The first `k` principal components of each row of `x`, minus the mean: those of `reference` (else `x`), in falling order of variance. The largest element of each axis is positive.",
    ),
];

const fn io(
    name: &'static str,
    signatures: &'static [&'static str],
    call: Call,
    doc: &'static str,
) -> Builtin {
    row(Effect::Io, name, signatures, call, doc)
}

const fn random(
    name: &'static str,
    signatures: &'static [&'static str],
    call: Call,
    doc: &'static str,
) -> Builtin {
    row(Effect::Random, name, signatures, call, doc)
}

fn split(args: &[Value]) -> Result<Value, Fault> {
    let (sequence, fraction) = (&args[1], args[2].to_float());
    if !(0.0..=1.0).contains(&fraction) {
        return Err(domain(format!("split at {fraction:?}: the share goes from 0 to 1")));
    }
    let n = sequence_len(sequence)?;
    let classes: Vec<i64> = match &args[4] {
        Value::Unit => vec![0; n],
        labels => labels.clone().into_ints().iter().copied().collect(),
    };
    if classes.len() != n {
        return Err(shapes("split", &[n], &[classes.len()], format_args!("0: {n} and {}", classes.len())));
    }
    let mut quota: BTreeMap<i64, usize> = BTreeMap::new();
    for &class in &classes {
        *quota.entry(class).or_default() += 1;
    }
    for count in quota.values_mut() {
        *count = (*count as f64 * fraction).round() as usize;
    }
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for i in permuted(&mut stream(&args[0], &args[3]), n) {
        match quota.get_mut(&classes[i]) {
            Some(left) if *left > 0 => {
                *left -= 1;
                first.push(i);
            }
            _ => second.push(i),
        }
    }
    Ok(Value::tuple([select(sequence, &first), select(sequence, &second)]))
}

fn batches(args: &[Value]) -> Result<Value, Fault> {
    let (sequence, size) = (&args[1], args[2].to_int());
    if size < 1 {
        return Err(domain(format!("batches of {size} items")));
    }
    let order = permuted(&mut stream(&args[0], &args[3]), sequence_len(sequence)?);
    Ok(Value::vector(order.chunks(size as usize).map(|part| select(sequence, part)).collect::<Vec<Value>>()))
}

/// Maps each column of `x` by a function of the same column of `reference`.
fn scale_columns(
    x: &Value,
    reference: &Value,
    scale: impl Fn(&ArrayView1<'_, f64>, ArrayViewMut1<'_, f64>),
) -> Result<Value, Fault> {
    let reference = if *reference == Value::Unit { x } else { reference };
    if x.shape()[1] != reference.shape()[1] {
        return Err(shapes("scaling", x.shape(), reference.shape(), 1));
    }
    if reference.shape()[0] == 0 {
        return Err(domain("scaling by the columns of a table without rows"));
    }
    let (mut x, reference) = (x.clone().into_floats(), reference.clone().into_floats());
    for (column, lane) in x.lanes_mut(Axis(0)).into_iter().zip(reference.lanes(Axis(0))) {
        scale(&lane, column);
    }
    Ok(Value::from_array(x))
}

/// The mean and the standard deviation, which is 0 where all numbers are the same.
pub(super) fn mean_and_sd(column: &ArrayView1<'_, f64>) -> (f64, f64) {
    if let Some(&first) = column.first()
        && column.iter().all(|&x| x == first)
    {
        // Their sum may be rounded.
        return (first, 0.0);
    }
    let n = column.len() as f64;
    let mean = column.sum() / n;
    (mean, (column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt())
}

/// The smallest number and the largest; no numbers where one of them is none.
pub(super) fn bounds(column: &ArrayView1<'_, f64>) -> (f64, f64) {
    if column.iter().any(|x| x.is_nan()) {
        return (f64::NAN, f64::NAN);
    }
    column.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), &x| (lo.min(x), hi.max(x)))
}

fn standardize(args: &[Value]) -> Result<Value, Fault> {
    scale_columns(&args[0], &args[1], |reference, mut column| {
        let (mean, sd) = mean_and_sd(reference);
        column.mapv_inplace(|x| if sd == 0.0 { 0.0 } else { (x - mean) / sd });
    })
}

fn minmax(args: &[Value]) -> Result<Value, Fault> {
    let (lo, hi) = (args[1].to_float(), args[2].to_float());
    scale_columns(&args[0], &args[3], |reference, mut column| {
        let (smallest, largest) = bounds(reference);
        if largest == smallest {
            column.fill(lo);
        } else {
            column.mapv_inplace(|x| between(lo, hi, (x - smallest) / (largest - smallest)));
        }
    })
}

/// The number a fraction of the way from `lo` to `hi`: the bounds themselves at 0 and 1, and nothing beyond them in between.
fn between(lo: f64, hi: f64, fraction: f64) -> f64 {
    let there = lo * (1.0 - fraction) + hi * fraction;
    let is_inside = (0.0..=1.0).contains(&fraction);
    if is_inside { there.max(lo.min(hi)).min(lo.max(hi)) } else { there }
}

#[cfg(test)]
mod tests;
