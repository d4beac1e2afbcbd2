//! Many calls of kernels with their arguments in columns: what is the same in all calls stands once, the rest in rows.
//!
//! As a value they are a tuple of letters, the number of calls and the columns, of which the first one is the key and the
//! others are the arguments of the function. A letter tells what a column is: `s` for what is the same, `r` for rows, one a
//! call. A program that has rows among its arguments has a letter for each of them, in parentheses: `rs(sr)s` are the calls
//! of `expect(h, k(w, xs[i]))`. Rows are a tensor with the calls on its first axis.

use qml_source::bug;

use crate::builtins::rows;
use crate::{Fault, Program, Value};

/// Calls in columns.
#[derive(Clone, Debug)]
pub struct Columns<'a> {
    /// How many calls there are.
    pub n: usize,
    /// The key, then the arguments of the function.
    pub columns: Vec<Column<'a>>,
}

/// One argument of all calls.
#[derive(Clone, Debug)]
pub enum Column<'a> {
    /// The same in all of them.
    Same(&'a Value),
    /// A row for each.
    Rows(&'a Value),
    /// A program of one kernel.
    Program {
        /// The index of its function.
        kernel: u32,
        /// Its arguments.
        args: Vec<Column<'a>>,
    },
}

impl<'a> Columns<'a> {
    /// The calls that a value is; none if it is calls one by one, a tensor.
    pub fn of(calls: &'a Value) -> Option<Self> {
        let Value::Tuple(parts) = calls else { return None };
        let [Value::Str(letters), Value::Int(n), columns @ ..] = &**parts else { return None };
        let mut letters = letters.bytes();
        let columns = columns.iter().map(|value| Column::of(value, &mut letters)).collect();
        Some(Self { n: *n as usize, columns })
    }

    /// The same calls with another column behind.
    pub(crate) fn and(mut self, column: Column<'a>) -> Self {
        self.columns.push(column);
        self
    }

    /// The key and the arguments of one call.
    pub fn call(&self, i: usize) -> Vec<Value> {
        self.columns.iter().map(|column| column.at(i)).collect()
    }

    /// The calls one by one.
    pub(crate) fn one_by_one(&self) -> Value {
        Value::vector((0..self.n).map(|i| Value::tuple(self.call(i))).collect::<Vec<_>>())
    }

    /// The cotangent of these calls as a value, from that of the calls one by one.
    pub(crate) fn cotangent_of(&self, one_by_one: &[Value]) -> Result<Value, Fault> {
        let of_column = |(i, column): (usize, &Column<'_>)| column.joined(parts_at(one_by_one, i));
        let of_columns: Vec<Value> =
            self.columns.iter().enumerate().map(of_column).collect::<Result<_, _>>()?;
        Ok(Self::cotangent(of_columns))
    }

    /// The cotangent of calls as a value, from those of its columns.
    pub(crate) fn cotangent(of_columns: impl IntoIterator<Item = Value>) -> Value {
        Value::tuple([Value::Unit, Value::Unit].into_iter().chain(of_columns).collect::<Vec<_>>())
    }
}

impl<'a> Column<'a> {
    fn of(value: &'a Value, letters: &mut impl Iterator<Item = u8>) -> Self {
        match (letters.next(), value) {
            (Some(b's'), same) => Self::Same(same),
            (Some(b'r'), rows) => Self::Rows(rows),
            (Some(b'('), Value::Program(program)) => {
                let args = program.args.iter().map(|arg| Self::of(arg, letters)).collect();
                if letters.next() != Some(b')') {
                    bug!("a program with other arguments than its letters tell");
                }
                Self::Program { kernel: program.kernel, args }
            }
            (letter, value) => bug!("{value:?} with the letter {letter:?}"),
        }
    }

    /// What one call has.
    pub fn at(&self, i: usize) -> Value {
        match self {
            Self::Same(value) => (*value).clone(),
            Self::Rows(Value::Tensor(rows)) => rows.item(i),
            Self::Rows(other) => bug!("{other:?} has no rows"),
            Self::Program { kernel, args } => {
                let args = args.iter().map(|arg| arg.at(i)).collect();
                Value::Program(Program { kernel: *kernel, args }.into())
            }
        }
    }

    /// Its cotangent from those of all calls: what is the same in all of them gets the sum, last call first, as loops have
    /// it.
    fn joined(&self, of_calls: Vec<Value>) -> Result<Value, Fault> {
        match self {
            Self::Same(_) => rows::sum_of(of_calls),
            Self::Rows(_) => rows::cotangents_of(of_calls),
            Self::Program { .. } if of_calls.iter().all(|part| *part == Value::Unit) => Ok(Value::Unit),
            Self::Program { args, .. } => {
                let of_arg = |(i, arg): (usize, &Self)| arg.joined(parts_at(&of_calls, i));
                Ok(Value::tuple(args.iter().enumerate().map(of_arg).collect::<Result<Vec<_>, _>>()?))
            }
        }
    }
}

/// A part of each of these cotangents of tuples, which may be zero as a whole.
fn parts_at(tuples: &[Value], i: usize) -> Vec<Value> {
    let part = |tuple: &Value| match tuple {
        Value::Tuple(parts) => parts[i].clone(),
        _ => Value::Unit,
    };
    tuples.iter().map(part).collect()
}
