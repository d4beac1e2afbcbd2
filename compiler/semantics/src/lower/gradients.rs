//! `grad`: the objective becomes a function of its own, of the places it is differentiated by and of all else it uses.

use std::collections::BTreeSet;

use qml_ir::host::build::derivative_type;
use qml_ir::host::{
    Function, FunctionId, FunctionKind, GradientMethod, OpKind, Region, Type, UnaryOp, ValueId,
};
use qml_source::Span;

use super::body::{Body, Variable};
use super::random;
use super::visit::{self, Node};
use crate::hir::{Block, Expr, Place};

/// What an outlined function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The objective.
    Plain,
    /// The negated objective, a float.
    Negated,
    /// The objective is a program: the fidelity of its state and that of another program, which is the last parameter.
    Overlap,
}

/// An outlined objective: its value is to be had by calling `function` with the places, then `captured`.
pub(super) struct Outlined {
    pub function: FunctionId,
    pub captured: Vec<ValueId>,
}

impl Body<'_, '_> {
    /// The tuple of value and gradient.
    pub(super) fn grad(
        &mut self,
        objective: &Expr,
        places: &[Place],
        method: GradientMethod,
        span: Span,
    ) -> ValueId {
        let outlined = self.outline(&Block::default(), objective, places, Form::Plain, span);
        let points: Vec<ValueId> = places.iter().map(|place| self.read_fields(place)).collect();
        let mut results = self.value_and_gradient(&outlined, &points, method, span);
        let value = results.remove(0);
        let gradient = if let [gradient] = results[..] { gradient } else { self.tuple(results, span) };
        self.tuple(vec![value, gradient], span)
    }

    /// The value of an outlined objective at a point, then the gradient by each place.
    pub(super) fn value_and_gradient(
        &mut self,
        outlined: &Outlined,
        points: &[ValueId],
        method: GradientMethod,
        span: Span,
    ) -> Vec<ValueId> {
        let value = self.context.module.function(outlined.function).results[0].clone();
        let derivatives = points.iter().map(|&point| derivative_type(&value, &self.ty(point)));
        let results = std::iter::once(value.clone()).chain(derivatives).collect();
        let args = points.iter().chain(&outlined.captured).copied().collect();
        let wrt = (0..points.len()).collect();
        let kind = OpKind::ValueAndGradient { function: outlined.function, wrt, method };
        self.emit(kind, args, results, Vec::new(), span)
    }

    /// The value of a place that has fields alone.
    pub(super) fn read_fields(&mut self, place: &Place) -> ValueId {
        let steps = self.steps(place);
        self.read(place, &steps)
    }

    /// Makes a function of `statements; objective`.
    pub(super) fn outline(
        &mut self,
        statements: &Block,
        objective: &Expr,
        places: &[Place],
        form: Form,
        span: Span,
    ) -> Outlined {
        let mut used = BTreeSet::new();
        visit::visit_block(statements, &mut |node: Node| visit::note_used(node, &mut used));
        visit::visit_expr(objective, &mut |node: Node| visit::note_used(node, &mut used));
        let is_whole =
            |local| places.iter().any(|place| place.local == local && place.projections.is_empty());
        let captured: Vec<Variable> = used
            .into_iter()
            .filter(|&local| !is_whole(local))
            .map(|local| local.0 as usize)
            .filter(|&variable| self.variables[variable].is_some())
            .collect();
        let draws =
            random::expr_draws(self.context, objective) || random::block_draws(self.context, statements);

        let name = format!("{}.grad.{}", self.function.name, self.outlines);
        self.outlines += 1;
        let name = self.context.unique_name(&name);
        let captured_types = self.types_of(&captured);
        let function = Function {
            name,
            kind: FunctionKind::Fn,
            types: Vec::new(),
            param_names: Vec::new(),
            results: vec![if form == Form::Plain { self.host_type(&objective.ty) } else { Type::Float }],
            body: Region::default(),
            shots: None,
            span,
        };
        let mut inner = Body::new(&mut *self.context, function, self.locals, &self.path);
        (inner.sites, inner.outlines) = (self.sites, self.outlines);
        let points: Vec<ValueId> = places.iter().map(|place| inner.place_parameter(place)).collect();
        for (&variable, ty) in captured.iter().zip(captured_types) {
            let name = inner.locals[variable].name.text.clone();
            inner.variables[variable] = Some(inner.parameter(&name, ty));
        }
        if draws {
            inner.key = Some(inner.parameter("key", Type::Int));
        }
        let other = (form == Form::Overlap).then(|| inner.parameter("other", Type::Program));
        for (place, point) in places.iter().zip(points) {
            let steps = inner.steps(place);
            inner.write(place, &steps, point);
        }
        inner.stmts(&statements.statements);
        let mut value = inner.expr(objective);
        if let Some(other) = other {
            let key = inner.key.unwrap_or_else(|| inner.int(0, objective.span));
            let shots = inner.unit(objective.span);
            value = inner.builtin("fidelity", vec![key, value, other, shots], Type::Float, objective.span);
        }
        if form == Form::Negated {
            value = inner.one(OpKind::Unary(UnaryOp::Neg), vec![value], Type::Float, objective.span);
        }
        (self.sites, self.outlines) = (inner.sites, inner.outlines);
        let lowered = inner.finish(vec![value]);
        self.context.module.functions.push(lowered);
        let function = FunctionId(self.context.module.functions.len() as u32 - 1);
        let mut captured = self.get_all(&captured);
        captured.extend(
            draws.then(|| self.key.unwrap_or_else(|| qml_source::bug!("a gradient without a random key"))),
        );
        Outlined { function, captured }
    }

    fn place_parameter(&mut self, place: &Place) -> ValueId {
        let ty = self.host_type(&place.ty);
        let (name, _) = self.named_place(place);
        self.parameter(&name, ty)
    }
}
