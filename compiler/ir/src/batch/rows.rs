//! Makes of a comprehension a call of each of its functions for all rounds at once.
//!
//! What follows a call of a kernel is often little: `cross_entropy(m.scale * z + m.bias, label)` on three numbers. Round by
//! round, making tensors takes longer than computing with them. Here values of a round become rows:
//!
//! ```text
//! map n { i                      z = rows.part zs, lo, n
//!   z = zs[lo + i]               y = rows.call "op.mul", "sr", n, a, z
//!   y = mul a, z           =>    rows.stack y
//!   yield y }
//! ```
//!
//! This is loop fission once more, down to single operations (what JAX calls `vmap`). It is done where a round works on
//! tensors; numbers alone are faster in machine code. It changes which round goes wrong first, so it stands ahead of its
//! turn.
//!
//! So are arguments of calls, where all that differs from call to call is rows. The calls then stand in columns
//! ([`qml_prelude::columns`]), with the weights of a model but once, and so do their cotangents:
//!
//! ```text
//! map n { i                      x = rows.part xs, lo, n
//!   x = xs[lo + i]               p = program f, w, x
//!   p = program f, w, x    =>    ("rs(sr)s", n, key, h, p, shots)
//!   yield (key, h, p, shots) }
//! ```

use rustc_hash::FxHashMap;

use qml_prelude::builtins::vjp::{Differentiability, is_differentiable};
use qml_prelude::builtins::works_on_elements;
use qml_prelude::{BuiltinId, Effect};

use super::ops::Ops;
use super::split::Split;
use crate::host::{BinaryOp, Constant, Op, OpKind, Region, Type, UnaryOp, ValueId};

/// A value of the body that is not the same in all rounds.
#[derive(Clone)]
enum Place {
    /// An index that begins with this value and counts the rounds.
    Index(ValueId),
    /// Rows.
    Rows(ValueId),
    /// A tuple of these values.
    Tuple(Vec<ValueId>),
    /// A program, and the letters of its arguments.
    Program(ValueId, String),
}

/// What becomes rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// The items of a comprehension.
    Items,
    /// The arguments of calls: only what is done for all rows at once.
    Calls,
}

struct InRows<'s, 'm> {
    of: Use,
    split: &'s mut Split<'m>,
    ops: Ops,
    count: ValueId,
    places: FxHashMap<ValueId, Place>,
    /// Parts of tuples, and what they are.
    parts: FxHashMap<ValueId, ValueId>,
    has_tensors: bool,
}

/// The result of a `map` with this region and so many rounds, without the loop: the operations that compute it, and it. None if
/// that is not possible, or not better.
pub(super) fn in_rows(split: &mut Split<'_>, region: &Region, count: ValueId) -> Option<(Vec<Op>, ValueId)> {
    let mut rows = InRows::new(Use::Items, split, region, count)?;
    let Some(&Place::Rows(result)) = rows.places.get(&rows.whole(region.yields[0])) else { return None };
    if !rows.has_tensors {
        return None;
    }
    let ty = rows.split.function.ty(region.yields[0]).clone();
    let whole = match ty {
        Type::Tensor(element, rank) => {
            rows.ops.builtin(rows.split, "rows.stack", vec![result], Type::Tensor(element, rank + 1))
        }
        _ => result,
    };
    Some((rows.ops.done, whole))
}

/// The calls that a `map` with this region makes so many of, in columns: the operations that compute them, and they. None if
/// that is not possible.
pub(super) fn in_columns(
    split: &mut Split<'_>,
    region: &Region,
    count: ValueId,
) -> Option<(Vec<Op>, ValueId)> {
    let mut rows = InRows::new(Use::Calls, split, region, count)?;
    let Some(Place::Tuple(columns)) = rows.places.get(&region.yields[0]).cloned() else { return None };
    let mut letters = String::new();
    let mut parts = Vec::new();
    for column in columns {
        parts.push(match rows.places.get(&column).cloned() {
            None => {
                letters.push('s');
                column
            }
            Some(Place::Rows(rows)) => {
                letters.push('r');
                rows
            }
            Some(Place::Program(program, of_args)) => {
                letters.extend(["(", &of_args, ")"]);
                program
            }
            Some(Place::Index(_) | Place::Tuple(_)) => return None,
        });
    }
    let calls = [vec![rows.text(&letters), count], parts].concat();
    let calls = rows.ops.tuple(rows.split, calls);
    Some((rows.ops.done, calls))
}

impl<'s, 'm> InRows<'s, 'm> {
    /// The operations of a region for all rounds at once, if there is a way.
    fn new(of: Use, split: &'s mut Split<'m>, region: &Region, count: ValueId) -> Option<Self> {
        let mut ops = Ops::new(region.ops.first()?.span);
        let zero = ops.int(split, 0);
        let places = FxHashMap::from_iter([(region.params[0], Place::Index(zero))]);
        let mut rows =
            Self { of, split, ops, count, places, parts: FxHashMap::default(), has_tensors: false };
        region.ops.iter().try_for_each(|op| rows.op(op))?;
        Some(rows)
    }

    fn op(&mut self, op: &Op) -> Option<()> {
        if !op.regions.is_empty() {
            return None;
        }
        self.ops.span = op.span;
        let result = *op.results.first()?;
        let op = &Op { args: op.args.iter().map(|&arg| self.whole(arg)).collect(), ..op.clone() };
        let is_same = |arg: &ValueId| !self.places.contains_key(arg);
        match &op.kind {
            OpKind::Const(_) | OpKind::Global(_) => self.ops.done.push(op.clone()),
            OpKind::Tuple | OpKind::TupleGet(_) if op.args.iter().all(is_same) => {
                self.ops.done.push(op.clone());
            }
            OpKind::Program(_) if self.of == Use::Calls => self.program(op)?,
            OpKind::Tuple => _ = self.places.insert(result, Place::Tuple(op.args.clone())),
            OpKind::TupleGet(part) => {
                let Place::Tuple(parts) = &self.places[&op.args[0]] else { return None };
                self.parts.insert(result, parts[*part as usize]);
            }
            OpKind::Binary(BinaryOp::Add) if is_same(&op.args[0]) && self.first(op.args[1]).is_some() => {
                let first = self.first(op.args[1])?;
                let first = self.ops.binary(self.split, BinaryOp::Add, op.args[0], first);
                self.places.insert(result, Place::Index(first));
            }
            OpKind::Builtin(id) if self.is_item(*id, op) => {
                let ty = self.split.function.ty(result).of_many();
                let args = vec![op.args[0], self.first(op.args[1])?, self.count];
                let rows = self.ops.builtin(self.split, "rows.part", args, ty);
                self.places.insert(result, Place::Rows(rows));
            }
            kind => self.call(name_of(kind, self.split.function.ty(result))?, op)?,
        }
        Some(())
    }

    /// A program of each round: its rows are floats, for those alone are no part of what a kernel is compiled for.
    fn program(&mut self, op: &Op) -> Option<()> {
        let (mut letters, mut args) = (String::new(), Vec::new());
        for &arg in &op.args {
            let is_float = *element_of(self.split.function.ty(arg)) == Type::Float;
            let (letter, arg) = match self.places.get(&arg) {
                None => ('s', arg),
                Some(&Place::Rows(rows)) if is_float => ('r', rows),
                Some(_) => return None,
            };
            letters.push(letter);
            args.push(arg);
        }
        if !letters.contains('r') {
            self.ops.done.push(op.clone());
            return Some(());
        }
        let programs = self.ops.value(self.split, op.kind.clone(), args, Type::Program.of_many());
        self.places.insert(op.results[0], Place::Program(programs, letters));
        Some(())
    }

    /// What a value is, if it is a part of a tuple.
    fn whole(&self, value: ValueId) -> ValueId {
        self.parts.get(&value).copied().unwrap_or(value)
    }

    /// Whether this is the item of a round.
    fn is_item(&self, id: BuiltinId, op: &Op) -> bool {
        id.row().name == "op.index"
            && op.args.len() == 2
            && !self.places.contains_key(&op.args[0])
            && self.first(op.args[1]).is_some()
    }

    /// Where a value begins, if it is an index.
    fn first(&self, value: ValueId) -> Option<ValueId> {
        match self.places.get(&value) {
            Some(Place::Index(first)) => Some(*first),
            _ => None,
        }
    }

    fn call(&mut self, name: &'static str, op: &Op) -> Option<()> {
        let result = op.results[0];
        let ty = self.split.function.ty(result).clone();
        let is_at_once =
            name == "op.mix" || *element_of(&ty) == Type::Float && works_on_elements(name, op.args.len());
        if !is_numbers(&ty) || self.of == Use::Calls && !is_at_once {
            return None;
        }
        let mut which = String::new();
        let mut args = Vec::new();
        for arg in &op.args {
            let place = self.places.get(arg).cloned();
            self.has_tensors |= matches!(self.split.function.ty(*arg), Type::Tensor(..));
            which.push(if place.is_some() { 'r' } else { 's' });
            args.push(match place {
                None => *arg,
                Some(Place::Rows(rows)) => rows,
                Some(Place::Index(first)) => self.indices(first),
                Some(Place::Tuple(_) | Place::Program(..)) => return None,
            });
        }
        let mut all = vec![self.text(name), self.text(&which), self.count];
        all.extend(args);
        let rows = self.ops.builtin(self.split, "rows.call", all, ty.of_many());
        self.places.insert(result, Place::Rows(rows));
        Some(())
    }

    /// The indices of all rounds.
    fn indices(&mut self, first: ValueId) -> ValueId {
        let end = self.ops.binary(self.split, BinaryOp::Add, first, self.count);
        self.ops.builtin(self.split, "op.range", vec![first, end], Type::Int.of_many())
    }

    fn text(&mut self, text: &str) -> ValueId {
        let constant = OpKind::Const(Constant::Str(text.to_owned()));
        self.ops.value(self.split, constant, Vec::new(), Type::Str)
    }
}

/// The function that does what an operation does, if it has no effects, and one derivative or none that is asked for.
fn name_of(kind: &OpKind, result: &Type) -> Option<&'static str> {
    match kind {
        OpKind::Builtin(id) => {
            let row = id.row();
            let is_one = BuiltinId::find_all(row.name).len() == 1;
            let has_derivative = is_differentiable(row.name) != Differentiability::No;
            (row.effect == Effect::Pure && is_one && has_derivative).then_some(row.name)
        }
        // Those of ints may overflow, and are quick.
        _ if *result != Type::Float => None,
        OpKind::Unary(UnaryOp::Neg) => Some("op.neg"),
        OpKind::Binary(BinaryOp::Add) => Some("op.add"),
        OpKind::Binary(BinaryOp::Sub) => Some("op.sub"),
        OpKind::Binary(BinaryOp::Mul) => Some("op.mul"),
        OpKind::Binary(BinaryOp::Div) => Some("op.div"),
        _ => None,
    }
}

/// A number or a tensor of numbers.
pub(super) fn is_numbers(ty: &Type) -> bool {
    matches!(element_of(ty), Type::Bool | Type::Int | Type::Float | Type::Complex)
}

/// What a tensor is made of; what is none stands for itself.
fn element_of(ty: &Type) -> &Type {
    if let Type::Tensor(element, _) = ty { element } else { ty }
}
