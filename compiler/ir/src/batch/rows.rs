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

use std::collections::HashMap;

use qml_prelude::builtins::vjp::{Differentiability, is_differentiable};
use qml_prelude::{BuiltinId, Effect};

use super::split::{Ops, Split};
use super::stages::type_of_many;
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
}

struct InRows<'s, 'm> {
    split: &'s mut Split<'m>,
    ops: Ops,
    count: ValueId,
    places: HashMap<ValueId, Place>,
    /// Parts of tuples, and what they are.
    parts: HashMap<ValueId, ValueId>,
    has_tensors: bool,
}

/// The result of a `map` with this region and so many rounds, without the loop: the operations that compute it, and it. None if
/// that is not possible, or not better.
pub(super) fn in_rows(split: &mut Split<'_>, region: &Region, count: ValueId) -> Option<(Vec<Op>, ValueId)> {
    let mut ops = Ops::new(region.ops.first()?.span);
    let zero = ops.int(split, 0);
    let places = HashMap::from([(region.params[0], Place::Index(zero))]);
    let mut rows = InRows { split, ops, count, places, parts: HashMap::new(), has_tensors: false };
    region.ops.iter().try_for_each(|op| rows.op(op))?;
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

impl InRows<'_, '_> {
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
                let ty = type_of_many(self.split.function.ty(result));
                let args = vec![op.args[0], self.first(op.args[1])?, self.count];
                let rows = self.ops.builtin(self.split, "rows.part", args, ty);
                self.places.insert(result, Place::Rows(rows));
            }
            kind => self.call(name_of(kind, self.split.function.ty(result))?, op)?,
        }
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
        if !is_numbers(&ty) {
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
                Some(Place::Tuple(_)) => return None,
            });
        }
        let mut all = vec![self.text(name), self.text(&which), self.count];
        all.extend(args);
        let rows = self.ops.builtin(self.split, "rows.call", all, type_of_many(&ty));
        self.places.insert(result, Place::Rows(rows));
        Some(())
    }

    /// The indices of all rounds.
    fn indices(&mut self, first: ValueId) -> ValueId {
        let end = self.ops.binary(self.split, BinaryOp::Add, first, self.count);
        self.ops.builtin(self.split, "op.range", vec![first, end], type_of_many(&Type::Int))
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
    let element = if let Type::Tensor(element, _) = ty { element } else { ty };
    matches!(element, Type::Bool | Type::Int | Type::Float | Type::Complex)
}
