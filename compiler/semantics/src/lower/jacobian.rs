//! The derivative of a tensor: a gradient for each of its elements, shaped as the tensor, then the place.

use qml_ir::host::{Constant, GradientMethod, OpKind, Type, ValueId};
use qml_source::{Span, bug};

use super::body::Body;
use super::gradients::{Form, Outlined};
use crate::hir::{Block, Expr, Place};

impl Body<'_, '_> {
    /// The tuple of the tensor and its derivative. For element k the weights are 1 at k and 0 elsewhere.
    pub(super) fn jacobian(
        &mut self,
        objective: &Expr,
        places: &[Place],
        method: GradientMethod,
        span: Span,
    ) -> ValueId {
        let none = Block::default();
        let sites = self.sites;
        let whole = self.outline(&none, objective, places, Form::Value, span);
        // The same call sites, so that what is drawn at random is the same.
        self.sites = sites;
        let weighted = self.outline(&none, objective, places, Form::Weighted, span);
        let points: Vec<ValueId> = places.iter().map(|place| self.read_fields(place)).collect();
        let ty = self.host_type(&objective.ty);
        let args = points.iter().chain(&whole.captured).copied().collect();
        let value = self.one(OpKind::Call(whole.function), args, ty, span);
        let shape = self.shape(value, span);
        let all = self.unit(span);
        let count = self.builtin("prod", vec![shape, all], Type::Int, span);
        let Type::Tensor(_, rank) = self.ty(value) else { bug!("the derivative of a scalar by rows") };
        let rows = Rows { weighted, points, method, shape, count, rank };
        let derivatives: Vec<ValueId> = (0..rows.points.len())
            .map(|position| {
                let ty = self.ty(rows.points[position]);
                self.by_part(&rows, position, &mut Vec::new(), &ty, span)
            })
            .collect();
        let derivative =
            if let [derivative] = derivatives[..] { derivative } else { self.tuple(derivatives, span) };
        self.tuple(vec![value, derivative], span)
    }

    /// The derivative by a part of a place: a tuple of derivatives for a tuple.
    fn by_part(
        &mut self,
        rows: &Rows,
        position: usize,
        path: &mut Vec<usize>,
        ty: &Type,
        span: Span,
    ) -> ValueId {
        if let Type::Tuple(types) = ty {
            let mut parts = Vec::with_capacity(types.len());
            for (field, ty) in types.iter().enumerate() {
                path.push(field);
                parts.push(self.by_part(rows, position, path, ty, span));
                path.pop();
            }
            return self.tuple(parts, span);
        }
        let (element, rank) = match ty {
            Type::Tensor(element, rank) => ((**element).clone(), *rank),
            scalar => (scalar.clone(), 0),
        };
        let region = self.region(vec![Type::Int], |body, params| {
            let weights = body.one_hot(rows, params[0], span);
            let args = rows.points.iter().chain(&rows.weighted.captured).chain([&weights]).copied().collect();
            let function = rows.weighted.function;
            let kind = OpKind::ValueAndGradient { function, wrt: vec![position], method: rows.method };
            let types = vec![Type::Float, body.ty(rows.points[position])];
            let gradient = body.emit(kind, args, types, Vec::new(), span)[1];
            vec![body.at_path(gradient, path, span)]
        });
        let flat = Type::Tensor(Box::new(element.clone()), rank + 1);
        let flat = self.emit(OpKind::Map, vec![rows.count], vec![flat], vec![region], span)[0];
        let mut shape = rows.shape;
        if rank > 0 {
            let point = self.at_path(rows.points[position], path, span);
            let inner = self.shape(point, span);
            shape = self.builtin("concat", vec![shape, inner], vector(Type::Int), span);
        }
        let ty = Type::Tensor(Box::new(element), rows.rank + rank);
        self.builtin("reshape", vec![flat, shape], ty, span)
    }

    /// A tensor of zeros with a one.
    fn one_hot(&mut self, rows: &Rows, index: ValueId, span: Span) -> ValueId {
        let [zero, one] = [0.0, 1.0].map(|x| self.constant(Constant::Float(x), Type::Float, span));
        let zeros = self.builtin("op.fill", vec![zero, rows.count], vector(Type::Float), span);
        let flat = self.builtin("op.index_set", vec![zeros, one, index], vector(Type::Float), span);
        let ty = Type::Tensor(Box::new(Type::Float), rows.rank);
        self.builtin("reshape", vec![flat, rows.shape], ty, span)
    }

    fn shape(&mut self, tensor: ValueId, span: Span) -> ValueId {
        self.builtin("shape", vec![tensor], vector(Type::Int), span)
    }

    fn at_path(&mut self, value: ValueId, path: &[usize], span: Span) -> ValueId {
        path.iter().fold(value, |value, &field| self.part(value, field, span))
    }
}

/// What the gradients of all elements share.
struct Rows {
    weighted: Outlined,
    points: Vec<ValueId>,
    method: GradientMethod,
    /// The shape of the tensor, its number of elements, its number of axes.
    shape: ValueId,
    count: ValueId,
    rank: u8,
}

fn vector(element: Type) -> Type {
    Type::Tensor(Box::new(element), 1)
}
