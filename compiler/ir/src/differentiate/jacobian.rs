//! The derivative of a tensor: its shape is that of the tensor, then that of the parameter.
//!
//! By few numbers it is made by [`super::tangent`] alone. Else each parameter decides when it runs. Where it has fewer
//! numbers than the tensor, less than a quarter where programs give tensors, each column is how the tensor moves along one
//! of them. If not, each row is the gradient of one element: of the sum of all with the weights 0 and once 1.

use qml_source::bug;

use super::choice::{Programs, has_tangents};
use super::{Directions, Key, Modes, Transform, backward};
use crate::host::build::derivative_type;
use crate::host::{
    BinaryOp, Builder, Constant, Function, FunctionId, FunctionKind, GradientMethod, OpKind, Type, ValueId,
};

/// The value of a function that gives a tensor, and its derivative by each of these parameters.
pub(super) fn jacobian_function(
    transform: &mut Transform,
    key: &Key,
    wrt: &[usize],
    name: String,
) -> Function {
    let callee = transform.module.function(key.function);
    let mut builder = Builder::new(name, FunctionKind::Fn, callee.span);
    builder.span = callee.span;
    let types = callee.body.params.iter().zip(&callee.param_names);
    let args: Vec<ValueId> =
        types.map(|(&param, name)| builder.param(name, callee.ty(param).clone())).collect();
    let ty = callee.results[0].clone();
    let value = builder.value(OpKind::Call(key.function), args.clone(), ty);
    let shape = builder.builtin("shape", vec![value], vector(Type::Int));
    let count = product(&mut builder, shape);
    let mut results = vec![value];
    for &param in wrt {
        let mut active = vec![false; args.len()];
        active[param] = true;
        let key = Key { active, ..key.clone() };
        let (pullback, name) = transform.reserve(&callee.name, "pullback");
        let made = backward::gradient_function(transform, &key, &[param], name);
        transform.put(pullback, made);
        let tangents = tangents(transform, &key);
        let ty = callee.ty(callee.body.params[param]).clone();
        let args = args.clone();
        let mut way = Jacobian { builder, param, pullback, args, value, shape, count, tangents };
        results.push(way.by_part(&mut Vec::new(), &ty));
        builder = way.builder;
    }
    builder.finish(results)
}

/// The function that gives the value and how it moves along one direction of the parameter that is active, if there is one,
/// and what programs give on the way.
fn tangents(transform: &mut Transform, key: &Key) -> Option<(FunctionId, Programs)> {
    if transform.modes != Modes::Both || !transform.activities.varied_results(key.function, &key.active)[0] {
        return None;
    }
    let is_adjoint = matches!(key.method, GradientMethod::Auto | GradientMethod::Adjoint);
    let mut moves = |programs| has_tangents(&mut transform.activities, key.function, &key.active, programs);
    let programs = if moves(Programs::Numbers) {
        Programs::Numbers
    } else if is_adjoint && moves(Programs::Tensors) {
        Programs::Tensors
    } else {
        return None;
    };
    let Key { function, active, method } = key.clone();
    let directions = Directions { function, lanes: vec![active], method };
    Some((transform.tangents(directions), programs))
}

/// The derivative by one parameter.
struct Jacobian {
    builder: Builder,
    param: usize,
    /// Gives the value, and for weights of its elements the gradient.
    pullback: FunctionId,
    /// All parameters.
    args: Vec<ValueId>,
    /// The tensor, its shape, and how many elements it has.
    value: ValueId,
    shape: ValueId,
    count: ValueId,
    /// See [`tangents`].
    tangents: Option<(FunctionId, Programs)>,
}

impl Jacobian {
    /// The derivative by a part of the parameter: a tuple of derivatives for a tuple.
    fn by_part(&mut self, path: &mut Vec<u32>, ty: &Type) -> ValueId {
        let result = derivative_type(self.builder.ty(self.value), ty);
        if let Type::Tuple(types) = ty {
            let mut parts = Vec::with_capacity(types.len());
            for (field, ty) in (0..).zip(types) {
                path.push(field);
                parts.push(self.by_part(path, ty));
                path.pop();
            }
            return self.builder.value(OpKind::Tuple, parts, result);
        }
        let part = self.at_path(self.args[self.param], path);
        let (own_shape, n) = match ty {
            Type::Float => (None, self.builder.int(1)),
            _ => {
                let shape = self.builder.builtin("shape", vec![part], vector(Type::Int));
                (Some(shape), product(&mut self.builder, shape))
            }
        };
        let shape = match own_shape {
            Some(own) => self.builder.builtin("concat", vec![self.shape, own], vector(Type::Int)),
            None => self.shape,
        };
        match self.tangents {
            None => self.rows(path, ty, shape, &result),
            Some((tangents, programs)) => {
                let cost = match programs {
                    Programs::Numbers => self.builder.int(1),
                    Programs::Tensors => self.builder.builtin("ad.rows_a_column", Vec::new(), Type::Int),
                };
                let columns = self.builder.binary(BinaryOp::Mul, n, cost);
                let is_smaller = self.builder.binary(BinaryOp::Lt, columns, self.count);
                self.builder.open(Vec::new());
                let derivative = self.columns(tangents, path, (own_shape, n), shape, &result);
                let columns = self.builder.close(vec![derivative]);
                self.builder.open(Vec::new());
                let derivative = self.rows(path, ty, shape, &result);
                let rows = self.builder.close(vec![derivative]);
                let regions = vec![columns, rows];
                self.builder.op_with_regions(OpKind::If, vec![is_smaller], vec![result], regions)[0]
            }
        }
    }

    /// Element by element of the tensor.
    fn rows(&mut self, path: &[u32], ty: &Type, shape: ValueId, result: &Type) -> ValueId {
        let row = self.builder.open(vec![Type::Int])[0];
        let ty_of_value = self.builder.ty(self.value).clone();
        let weights = self.one_hot(self.count, row, (Some(self.shape), &ty_of_value));
        let args = self.args.iter().copied().chain([weights]).collect();
        let types = [self.value, self.args[self.param]].map(|value| self.builder.ty(value).clone());
        let gradient = self.builder.op(OpKind::Call(self.pullback), args, types.to_vec())[1];
        let gradient = self.at_path(gradient, path);
        let region = self.builder.close(vec![gradient]);
        let stacked = match ty {
            Type::Tensor(element, rank) => Type::Tensor(element.clone(), rank + 1),
            scalar => vector(scalar.clone()),
        };
        let rows =
            self.builder.op_with_regions(OpKind::Map, vec![self.count], vec![stacked], vec![region])[0];
        self.builder.builtin("reshape", vec![rows, shape], result.clone())
    }

    /// Number by number of the parameter.
    fn columns(
        &mut self,
        tangents: FunctionId,
        path: &[u32],
        (own_shape, n): (Option<ValueId>, ValueId),
        shape: ValueId,
        result: &Type,
    ) -> ValueId {
        let column = self.builder.open(vec![Type::Int])[0];
        let whole = self.args[self.param];
        let part = self.at_path(whole, path);
        let own = self.builder.ty(part).clone();
        let direction = self.one_hot(n, column, (own_shape, &own));
        let direction = self.put(whole, path, direction);
        let args = self.args.iter().copied().chain([direction]).collect();
        let ty = self.builder.ty(self.value).clone();
        let moved = self.builder.op(OpKind::Call(tangents), args, vec![ty.clone(), ty.clone()])[1];
        let region = self.builder.close(vec![moved]);
        let Type::Tensor(element, rank) = ty else { bug!("the columns of a number") };
        let stacked = Type::Tensor(element.clone(), rank + 1);
        let columns = self.builder.op_with_regions(OpKind::Map, vec![n], vec![stacked], vec![region])[0];
        let matrix = Type::Tensor(element, 2);
        let flat = self.builder.builtin("op.stack", vec![n, self.count], vector(Type::Int));
        let columns = self.builder.builtin("reshape", vec![columns, flat], matrix.clone());
        let rows = self.builder.builtin("transpose", vec![columns], matrix);
        self.builder.builtin("reshape", vec![rows, shape], result.clone())
    }

    /// Zeros with a one, of this type; a number if there is no shape.
    fn one_hot(&mut self, n: ValueId, index: ValueId, (shape, ty): (Option<ValueId>, &Type)) -> ValueId {
        let Some(shape) = shape else { return self.builder.float(1.0) };
        let [zero, one] = [0.0, 1.0].map(|x| self.builder.float(x));
        let zeros = self.builder.builtin("op.fill", vec![zero, n], vector(Type::Float));
        let flat = self.builder.builtin("op.index_set", vec![zeros, one, index], vector(Type::Float));
        self.builder.builtin("reshape", vec![flat, shape], ty.clone())
    }

    /// The tangent of a value of which a part moves like this.
    fn put(&mut self, value: ValueId, path: &[u32], tangent: ValueId) -> ValueId {
        let Some((&field, rest)) = path.split_first() else { return tangent };
        let ty = self.builder.ty(value).clone();
        let Type::Tuple(types) = &ty else { bug!("{value} is no tuple") };
        let parts = (0..).zip(types.clone()).map(|(i, ty)| {
            let part = self.builder.value(OpKind::TupleGet(i), vec![value], ty.clone());
            if i == field {
                self.put(part, rest, tangent)
            } else {
                self.builder.builtin("ad.still", vec![part], ty)
            }
        });
        let parts = parts.collect();
        self.builder.value(OpKind::Tuple, parts, ty)
    }

    fn at_path(&mut self, value: ValueId, path: &[u32]) -> ValueId {
        path.iter().fold(value, |value, &field| {
            let Type::Tuple(types) = self.builder.ty(value) else { bug!("{value} is no tuple") };
            let ty = types[field as usize].clone();
            self.builder.value(OpKind::TupleGet(field), vec![value], ty)
        })
    }
}

/// How many elements a tensor of a shape has.
fn product(builder: &mut Builder, shape: ValueId) -> ValueId {
    let all = builder.constant(Constant::Unit);
    builder.builtin("prod", vec![shape, all], Type::Int)
}

fn vector(element: Type) -> Type {
    Type::Tensor(Box::new(element), 1)
}
