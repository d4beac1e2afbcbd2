//! `optimize`: a loop on the host around the gradient of the objective and the optimizer's step.

use qml_ir::host::{BinaryOp, Constant, GradientMethod, OpKind, Type, UnaryOp, ValueId};
use qml_source::{Span, bug};
use qml_syntax::ast::Goal;

use super::body::{Body, Variable};
use super::gradients::Form;
use super::random;
use crate::hir::{Expr, Iterable, Optimize};

impl Body<'_, '_> {
    pub(super) fn optimize(&mut self, optimize: &Optimize, span: Span) {
        let state = if let Some(local) = optimize.optimizer_local {
            local.0 as usize
        } else {
            let optimizer = self.expr(&optimize.optimizer);
            let fresh = self.builtin("opt.start", vec![optimizer], Type::Optimizer, optimize.optimizer.span);
            self.hidden(fresh)
        };
        let mut carried: Vec<Variable> = optimize.places.iter().map(|place| place.local.0 as usize).collect();
        carried.push(state);
        carried.sort_unstable();
        carried.dedup();
        let draws = self.optimize_draws(optimize);
        let key = self.key;
        if let Some(seed) = option(optimize, "seed") {
            // What is drawn inside depends on the seed alone, not on the seed of the run or the call.
            self.key = Some(self.expr(seed));
        }
        if optimize.over.is_some() {
            self.epochs(optimize, state, &carried, draws, span);
        } else {
            let Some(steps) = option(optimize, "steps") else { bug!("`optimize` without steps") };
            let steps = self.expr(steps);
            let steps = self.checked_count(steps, "steps", span);
            let zero = self.int(0, span);
            self.counted(zero, steps, &carried, draws, span, |body, index| {
                body.step(optimize, state, index, steps, span);
            });
        }
        self.key = key;
    }

    /// The count, which is a fault when it is negative.
    fn checked_count(&mut self, count: ValueId, name: &str, span: Span) -> ValueId {
        let name = self.constant(Constant::Str(name.to_owned()), Type::Str, span);
        self.builtin("run.check_count", vec![count, name], Type::Int, span)
    }

    /// Steps over the items of a sequence, which is made anew for each epoch.
    fn epochs(
        &mut self,
        optimize: &Optimize,
        state: Variable,
        carried: &[Variable],
        draws: bool,
        span: Span,
    ) {
        let (Some(epochs), Some((pattern, iterable))) = (option(optimize, "epochs"), &optimize.over) else {
            bug!("`optimize` over a sequence without epochs")
        };
        let epochs = self.expr(epochs);
        let epochs = self.checked_count(epochs, "epochs", span);
        let zero = self.int(0, span);
        self.counted(zero, epochs, carried, draws, span, |body, epoch| {
            let rows = body.rows(iterable, span);
            let count = body.int_binary(BinaryOp::Sub, rows.end, rows.start, span);
            let before = body.int_binary(BinaryOp::Mul, epoch, count, span);
            let steps = body.int_binary(BinaryOp::Mul, epochs, count, span);
            body.for_rows(&rows, carried, draws, span, |body, index| {
                body.bind_row(pattern, &rows, index, span);
                let index = body.int_binary(BinaryOp::Sub, index, rows.start, span);
                let index = body.int_binary(BinaryOp::Add, before, index, span);
                body.step(optimize, state, index, steps, span);
            });
        });
    }

    /// One step: value and gradient, the optimizer's step, the variables' new values.
    fn step(&mut self, optimize: &Optimize, state: Variable, index: ValueId, steps: ValueId, span: Span) {
        let is_negated = optimize.goal == Goal::Maximize;
        let form = if is_negated { Form::Negated } else { Form::Plain };
        let objective_span = optimize.objective.span;
        let outlined = self.outline(&optimize.statements, &optimize.objective, &optimize.places, form, span);
        let points: Vec<ValueId> = optimize.places.iter().map(|place| self.read_fields(place)).collect();
        let mut results = self.value_and_gradient(&outlined, &points, GradientMethod::Auto, objective_span);
        let value = results.remove(0);
        let value = self.builtin("run.check_finite", vec![value], Type::Float, objective_span);
        let (params, gradient) = if let ([point], [gradient]) = (&points[..], &results[..]) {
            (*point, *gradient)
        } else {
            (self.tuple(points, span), self.tuple(results, span))
        };
        let ty = Type::Tuple(vec![Type::Optimizer, self.ty(params)]);
        let stepped = self.builtin("opt.step", vec![self.get(state), params, gradient], ty, span);
        self.variables[state] = Some(self.part(stepped, 0, span));
        let next = self.part(stepped, 1, span);
        for (position, place) in optimize.places.iter().enumerate() {
            let value = if optimize.places.len() == 1 { next } else { self.part(next, position, span) };
            let steps = self.steps(place);
            self.write(place, &steps, value);
        }
        let one = self.int(1, span);
        let number = self.int_binary(BinaryOp::Add, index, one, span);
        let shown = if is_negated {
            self.one(OpKind::Unary(UnaryOp::Neg), vec![value], Type::Float, objective_span)
        } else {
            value
        };
        self.builtin_effect("run.progress", vec![number, steps, shown], span);
    }

    fn counted(
        &mut self,
        start: ValueId,
        end: ValueId,
        carried: &[Variable],
        draws: bool,
        span: Span,
        round: impl FnOnce(&mut Self, ValueId),
    ) {
        let rows = super::loops::Rows::counted(start, end);
        self.for_rows(&rows, carried, draws, span, round);
    }

    fn int_binary(&mut self, operator: BinaryOp, left: ValueId, right: ValueId, span: Span) -> ValueId {
        self.one(OpKind::Binary(operator), vec![left, right], Type::Int, span)
    }

    fn optimize_draws(&self, optimize: &Optimize) -> bool {
        let expr_draws = |expr: &Expr| random::expr_draws(self.context, expr);
        let over_draws = match &optimize.over {
            Some((_, Iterable::Range(start, end))) => expr_draws(start) || expr_draws(end),
            Some((_, Iterable::Sequence(sequence))) => expr_draws(sequence),
            None => false,
        };
        over_draws
            || expr_draws(&optimize.objective)
            || random::block_draws(self.context, &optimize.statements)
    }
}

fn option<'a>(optimize: &'a Optimize, name: &str) -> Option<&'a Expr> {
    optimize.options.iter().find(|(option, _)| option.text == name).map(|(_, value)| value)
}
