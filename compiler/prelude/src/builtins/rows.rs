//! One function for many rows at once, for the compiler, which makes such calls of comprehensions: `vmap` of other tools.
//!
//! Some arguments have a row for each call, the others are the same in all of them. Rows of numbers of one shape are a tensor
//! with the rows on its first axis; others are a tensor of values. Where the function works along rows, or on elements, it
//! is called once with the whole tensors. Else, and where that is a fault, it is called row by row, so that the fault is
//! that of the first row which has one. Each way gives the same bits.

use std::iter;

use ndarray::{ArrayView1, Axis};
use qml_source::bug;

use super::elementwise::{log_softmax, of_float, softmax};
use super::jvp::jvp;
use super::operators::{kind, spread};
use super::statistics::classes;
use super::tensors::reshape;
use super::vjp::vjp;
use super::{Builtin, BuiltinId, gradients, indexing, internal, lists};
use crate::random::child_key;
use crate::value::Array;
use crate::{Fault, Host, Tensor, Value};

mod pairs;

use pairs::Pair;

pub(super) const ROWS: &[Builtin] = &[
    internal(
        "rows.call",
        |host, args| Rows::new(args).run(host),
        "`(name, which, n, args...)`: n calls of a function; which says for each argument whether it has a row a call (`r`) \
         or is the same (`s`).",
    ),
    internal(
        "rows.part",
        |_, args| part(&args[0], args[1].to_int(), args[2].to_int()),
        "`(t, lo, n)`: the items of a tensor from lo on as n rows.",
    ),
    internal(
        "rows.stack",
        |_, args| match std::mem::take(&mut args[0]) {
            Value::Tensor(Tensor::Value(items)) => lists::stack(items.iter().cloned().collect()),
            dense => Ok(dense),
        },
        "`(rows)`: the tensor of the rows.",
    ),
];

/// Calls of one function.
pub(super) struct Rows<'a> {
    function: &'static Builtin,
    is_row: Vec<bool>,
    n: usize,
    args: &'a [Value],
}

impl<'a> Rows<'a> {
    pub(super) fn new(args: &'a [Value]) -> Self {
        let [name, which, n, args @ ..] = args else { bug!("rows.call without its arguments") };
        let Some(function) = BuiltinId::find(name.to_str()) else { bug!("no function {name:?}") };
        let is_row = which.to_str().bytes().map(|letter| letter == b'r').collect();
        Self { function: function.row(), is_row, n: n.to_int() as usize, args }
    }

    fn run(&self, host: &mut dyn Host) -> Result<Value, Fault> {
        if let Some(result) = self.at_once(host) {
            return Ok(result);
        }
        if self.n > 0 && !self.is_row.contains(&true) {
            let same = (self.function.call)(host, &mut self.row(0))?;
            return rows_of(vec![same; self.n]);
        }
        let rows: Result<Vec<Value>, Fault> =
            (0..self.n).map(|i| (self.function.call)(host, &mut self.row(i))).collect();
        rows_of(rows?)
    }

    fn at_once(&self, host: &mut dyn Host) -> Option<Value> {
        match self.function.name {
            "cross_entropy" => return self.cross_entropy(),
            "op.mix" => return self.mixed(),
            _ => {}
        }
        if let Some(pair) = self.pair() {
            return pair.run();
        }
        let mut whole = match self.shape_of_work()? {
            Work::Elements => self.aligned(self.args)?,
            Work::Lanes => self.args.to_vec(),
        };
        (self.function.call)(host, &mut whole).ok()
    }

    fn pair(&self) -> Option<Pair<'_>> {
        if self.n == 0 || !self.is_row.contains(&true) {
            return None;
        }
        Pair::new(self.function.name, self.args, &self.is_row, self.n)
    }

    /// How the function works, if all calls are one of the whole tensors.
    fn shape_of_work(&self) -> Option<Work> {
        let is_float = |arg: &Value| matches!(arg, Value::Float(_) | Value::Tensor(Tensor::Float(_)));
        if self.n == 0 || !self.is_row.contains(&true) || !self.args.iter().all(is_float) {
            return None;
        }
        match self.function.name {
            "softmax" | "log_softmax" if self.args[0].shape().len() == 2 => Some(Work::Lanes),
            name => works_on_elements(name, self.args.len()).then_some(Work::Elements),
        }
    }

    /// The arguments, or their tangents, with the elements of a call on the same last axes, so that they broadcast to each
    /// other.
    fn aligned(&self, values: &[Value]) -> Option<Vec<Value>> {
        let rank_in_call = |(arg, is_row): (&Value, &bool)| arg.shape().len() - usize::from(*is_row);
        let rank = self.args.iter().zip(&self.is_row).map(rank_in_call).max()?;
        let aligned = |(arg, is_row): (&Value, &bool)| {
            if !is_row || *arg == Value::Unit || arg.shape().len() == rank + 1 {
                return Some(arg.clone());
            }
            let mut shape = vec![1; rank + 1];
            shape[0] = self.n;
            shape[rank + 2 - arg.shape().len()..].copy_from_slice(&arg.shape()[1..]);
            reshape(arg.clone(), &shape).ok()
        };
        values.iter().zip(&self.is_row).map(aligned).collect()
    }

    /// Keys.
    fn mixed(&self) -> Option<Value> {
        let [a, b] = self.args else { return None };
        let int = |value: &Value, i: usize| match value {
            Value::Tensor(Tensor::Int(rows)) => rows[[i]],
            same => same.to_int(),
        };
        let mixed = (0..self.n).map(|i| child_key(int(a, i) as u64, int(b, i) as u64) as i64);
        Some(Value::vector(mixed.collect::<Vec<_>>()))
    }

    /// Its own loop: of a matrix, the function gives the mean of the rows.
    fn cross_entropy(&self) -> Option<Value> {
        let (logits, classes) = self.logits()?;
        let logs = log_softmax(logits);
        let of_row = |(row, class): (ArrayView1<'_, f64>, &usize)| iter::once(-row[*class]).sum::<f64>();
        Some(Value::vector(logs.lanes(Axis(1)).into_iter().zip(&classes).map(of_row).collect()))
    }

    /// A row of numbers and a class for each call, if these are right.
    fn logits(&self) -> Option<(Array<f64>, Vec<usize>)> {
        let [Value::Tensor(Tensor::Float(logits)), Value::Tensor(Tensor::Int(labels))] = self.args else {
            return None;
        };
        if self.is_row != [true, true] || logits.ndim() != 2 || labels.ndim() != 1 || self.n == 0 {
            return None;
        }
        Some((logits.clone(), classes(&self.args[1], logits.shape()[1]).ok()?))
    }

    /// The arguments of one call.
    fn row(&self, i: usize) -> Vec<Value> {
        self.row_of(self.args, i)
    }

    fn row_of(&self, values: &[Value], i: usize) -> Vec<Value> {
        let arg = |(arg, &is_row): (&Value, &bool)| if is_row { item(arg, i) } else { arg.clone() };
        values.iter().zip(&self.is_row).map(arg).collect()
    }

    /// The tangents of the results, from those of the arguments.
    pub(super) fn jvp(
        &self,
        host: &mut dyn Host,
        results: &Value,
        tangents: &[Value],
    ) -> Result<Value, Fault> {
        let name = self.function.name;
        let whole = match self.shape_of_work() {
            Some(Work::Lanes) => Some((self.args.to_vec(), tangents.to_vec())),
            Some(Work::Elements) => self.aligned(self.args).zip(self.aligned(tangents)),
            None => None,
        };
        if let Some((args, tangents)) = whole {
            return jvp(host, name, &args, results, &tangents);
        }
        let of_row = |i: usize| jvp(host, name, &self.row(i), &item(results, i), &self.row_of(tangents, i));
        rows_of((0..self.n).map(of_row).collect::<Result<_, _>>()?)
    }

    /// The cotangents of the arguments, from those of the results. What is the same in all calls gets the sum, last call
    /// first, as loops have it.
    pub(super) fn vjp(&self, results: &Value, cotangents: &Value) -> Result<Vec<Value>, Fault> {
        if let Some(found) = self.vjp_at_once(results, cotangents) {
            return Ok(found);
        }
        let mut of_args: Vec<Vec<Value>> = vec![Vec::new(); self.args.len()];
        for i in (0..self.n).rev() {
            let Some(found) = vjp(self.function.name, &self.row(i), &item(results, i), &item(cotangents, i))
            else {
                bug!("`{}` has no derivative", self.function.name)
            };
            for (of_arg, cotangent) in of_args.iter_mut().zip(found?) {
                of_arg.push(cotangent);
            }
        }
        let whole = |(mut parts, is_row): (Vec<Value>, &bool)| {
            parts.reverse();
            if *is_row { cotangents_of(parts) } else { sum_of(parts) }
        };
        of_args.into_iter().zip(&self.is_row).map(whole).collect()
    }

    fn vjp_at_once(&self, results: &Value, cotangents: &Value) -> Option<Vec<Value>> {
        let Value::Tensor(Tensor::Float(g)) = cotangents else { return None };
        if self.function.name == "cross_entropy" {
            return self.vjp_of_cross_entropy(g);
        }
        if let (Some(pair), Some(g)) = (self.pair(), g.as_slice()) {
            return pair.vjp(g);
        }
        let whole = match self.shape_of_work()? {
            Work::Lanes => self.args.to_vec(),
            Work::Elements => {
                let aligned = self.aligned(self.args)?;
                let rank = results.shape().len();
                let as_rows = |(arg, &is_row)| if is_row { arg } else { repeated(arg, self.n, rank) };
                aligned.into_iter().zip(&self.is_row).map(as_rows).collect()
            }
        };
        let found = vjp(self.function.name, &whole, results, cotangents)?.ok()?.into_iter();
        found
            .zip(self.args.iter().zip(&self.is_row))
            .map(|(found, (arg, &is_row))| {
                let of_arg = if is_row { found } else { sum_of_rows(&found.into_floats()) };
                if of_arg.shape() == arg.shape() { Some(of_arg) } else { reshape(of_arg, arg.shape()).ok() }
            })
            .collect()
    }

    /// (softmax(logits) - one at the label), times the cotangent of each row.
    fn vjp_of_cross_entropy(&self, g: &Array<f64>) -> Option<Vec<Value>> {
        let (logits, classes) = self.logits()?;
        let mut out = softmax(logits);
        for ((mut row, &class), &g) in out.lanes_mut(Axis(1)).into_iter().zip(&classes).zip(g) {
            row[class] -= 1.0;
            row.mapv_inplace(|x| x * g);
        }
        Some(vec![Value::from_array(out), Value::Unit])
    }
}

/// Whether a function of so many floats, or tensors of them, works on elements.
pub fn works_on_elements(name: &str, n_args: usize) -> bool {
    matches!(name, "op.add" | "op.sub" | "op.mul" | "op.div" | "op.neg")
        || n_args == 1 && of_float(name).is_some()
}

/// What a function does with its arguments.
enum Work {
    /// It works on elements, with broadcasting.
    Elements,
    /// It works along the last axis.
    Lanes,
}

/// A row.
fn item(rows: &Value, i: usize) -> Value {
    match rows {
        Value::Unit => Value::Unit,
        Value::Tensor(rows) => rows.item(i),
        other => bug!("{other:?} has no rows"),
    }
}

/// The cotangent of what is the same in all calls: the sum of theirs, last call first, as loops have it.
pub(crate) fn sum_of(cotangents: Vec<Value>) -> Result<Value, Fault> {
    cotangents.into_iter().rev().try_fold(Value::Unit, gradients::add)
}

/// The cotangent of rows.
pub(crate) fn cotangents_of(rows: Vec<Value>) -> Result<Value, Fault> {
    let is_zero = rows.iter().all(|row| *row == Value::Unit);
    if is_zero { Ok(Value::Unit) } else { rows_of(rows) }
}

/// Rows as a tensor of numbers if they are alike, as a tensor of values if not.
fn rows_of(rows: Vec<Value>) -> Result<Value, Fault> {
    let is_number = |row: &Value| {
        matches!(row, Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Complex(_))
            || matches!(row, Value::Tensor(tensor) if !matches!(tensor, Tensor::Value(_)))
    };
    let is_alike =
        |row: &Value| is_number(row) && row.shape() == rows[0].shape() && kind(row) == kind(&rows[0]);
    if rows.iter().all(is_alike) { lists::stack(rows) } else { Ok(Value::vector(rows)) }
}

/// The items of a tensor from `lo` on.
fn part(tensor: &Value, lo: i64, n: i64) -> Result<Value, Fault> {
    let Value::Tensor(items) = tensor else { bug!("{tensor:?} has no items") };
    let whole = if lo == 0 && n == items.len() as i64 {
        tensor.clone()
    } else {
        // An index that is out of range is told as that of the first row which has it.
        let first_wrong = if lo < 0 { lo } else { lo.max(items.len() as i64) };
        if n > 0 && (lo < 0 || lo + n > items.len() as i64) {
            return indexing::index(tensor, &[Value::Int(first_wrong)]);
        }
        let range = if n > 0 { (lo, lo + n) } else { (0, 0) };
        indexing::index(tensor, &[Value::tuple(vec![Value::Int(range.0), Value::Int(range.1)])])?
    };
    match whole {
        Value::Tensor(Tensor::Value(items)) if items.ndim() == 1 => rows_of(items.iter().cloned().collect()),
        whole => Ok(whole),
    }
}

/// The cotangent of a tensor, of which a part became rows.
pub(super) fn part_vjp(args: &[Value], g: &Value) -> Result<Vec<Value>, Fault> {
    let [Value::Tensor(items), lo, n] = args else { bug!("rows.part without its arguments") };
    let (lo, n) = (lo.to_int() as usize, n.to_int() as usize);
    if lo == 0 && n == items.len() {
        return Ok(vec![g.clone()]);
    }
    let mut all = if matches!(items, Tensor::Value(_)) {
        Value::vector(vec![Value::Unit; items.len()])
    } else {
        gradients::zeros_like(&args[0])
    };
    for i in (0..n).rev() {
        let part = item(g, i);
        if part != Value::Unit {
            all = indexing::index_add(all, part, &[Value::Int((lo + i) as i64)])?;
        }
    }
    Ok(vec![all])
}

/// The same in each of n rows, in a tensor of so many axes.
fn repeated(value: Value, n: usize, rank: usize) -> Value {
    let array = value.into_floats();
    let mut shape = vec![1; rank];
    shape[rank - array.ndim()..].copy_from_slice(array.shape());
    shape[0] = n;
    Value::from_owned(spread(&array, &shape).to_owned())
}

/// Their sum, last row first.
fn sum_of_rows(rows: &Array<f64>) -> Value {
    let mut backwards = rows.axis_iter(Axis(0)).rev();
    let mut sum = match backwards.next() {
        Some(last) => last.to_owned(),
        None => bug!("no rows to add"),
    };
    backwards.for_each(|row| sum += &row);
    Value::from_owned(sum)
}

#[cfg(test)]
mod tests;
