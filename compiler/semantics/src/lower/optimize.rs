//! `optimize`: a loop on the host that answers what the optimizer asks.
//!
//! The optimizer is a value that holds the state of the run. Each round (a step, or with `over` an epoch) has steps; in each
//! step the optimizer asks for values, gradients or overlaps of states until it is content (`opt.asks`), and the round is
//! judged (`opt.judge`). A rule that is known from the source gets the evaluations that it asks for; of another one all are
//! compiled, and chosen while it runs.

use qml_ir::host::{BinaryOp, Constant, GradientMethod, OpKind, Type, ValueId};
use qml_prelude::Rule;
use qml_source::{Span, bug};
use qml_syntax::ast::Goal;

use super::body::{Body, Variable};
use super::gradients::{Form, Outlined};
use super::saved::type_text;
use super::{random, rules};
use crate::hir::{self, Block, Expr, Iterable, Optimize, Program};

/// An `optimize` that is being lowered.
struct Training<'a> {
    optimize: &'a Optimize,
    /// The rule, if the source tells it.
    rule: Option<Rule>,
    /// The variable that holds the running optimizer.
    state: Variable,
    /// That one and those that are optimized.
    carried: Vec<Variable>,
    /// Whether random numbers are drawn or programs run inside.
    draws: bool,
    span: Span,
}

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
        let rule = rules::of_optimizer(&optimize.optimizer, self.statements);
        let draws = self.optimize_draws(optimize);
        let training = Training { optimize, rule, state, carried, draws, span };
        let key = self.key;
        if let Some(seed) = option(optimize, "seed") {
            // What is drawn inside depends on the seed alone, not on the seed of the run or the call.
            self.key = Some(self.expr(seed));
        }
        let rounds = self.begin(&training);
        if let Some((pattern, iterable)) = &optimize.over {
            self.rounds(&training, |body| {
                // Items may depend on the variables as they are when the round begins, and a run may go on in its middle.
                body.set_params_to("opt.round_start", &training);
                let mut rows = body.rows(iterable, span);
                let count = body.int_binary(BinaryOp::Sub, rows.end, rows.start, span);
                let place = match iterable {
                    Iterable::Sequence(sequence) => sequence.span,
                    Iterable::Range(start, _) => start.span,
                };
                let count = body.builtin("run.check_items", vec![count], Type::Int, place);
                let steps = body.int_binary(BinaryOp::Mul, rounds, count, span);
                let item = body.builtin("opt.item", vec![body.get(training.state)], Type::Int, span);
                rows.start = body.int_binary(BinaryOp::Add, rows.start, item, span);
                body.for_rows(&rows, &training.carried, draws, span, |body, index| {
                    body.bind_row(pattern, &rows, index, span);
                    body.step(&training, steps);
                });
            });
        } else {
            self.rounds(&training, |body| body.step(&training, rounds));
        }
        self.end(&training);
        self.key = key;
    }

    /// Evaluates the options and begins the run; gives the number of rounds.
    fn begin(&mut self, training: &Training) -> ValueId {
        let Training { optimize, span, .. } = *training;
        let name = if optimize.over.is_some() { "epochs" } else { "steps" };
        let Some(rounds) = option(optimize, name) else { bug!("`optimize` without {name}") };
        let at = rounds.span;
        let rounds = self.expr(rounds);
        let label = self.constant(Constant::Str(name.to_owned()), Type::Str, at);
        let rounds = self.builtin("run.check_count", vec![rounds, label], Type::Int, at);
        let params = self.params(training);
        let is_over = self.bool(optimize.over.is_some(), span);
        let [tolerance, patience, clip_norm] =
            ["tolerance", "patience", "clip_norm"].map(|name| match option(optimize, name) {
                Some(option) => self.checked_option(option, name),
                None => self.unit(span),
            });
        let has_validation = self.bool(option(optimize, "validate").is_some(), span);
        let is_maximized = self.bool(optimize.goal == Goal::Maximize, span);
        let has_program = self.bool(optimize.program.is_some(), span);
        let key = if rules::may_draw(training.rule) { self.own_key(span) } else { self.unit(span) };
        let args = vec![
            self.get(training.state),
            params,
            rounds,
            is_over,
            tolerance,
            patience,
            clip_norm,
            has_validation,
            is_maximized,
            has_program,
            key,
        ];
        let begun = self.builtin("opt.begin", args, Type::Optimizer, optimize.optimizer.span);
        self.variables[training.state] = Some(begun);
        self.tell_begin(training);
        rounds
    }

    /// Tells what begins, and goes on from what is kept of it.
    fn tell_begin(&mut self, training: &Training) {
        let span = training.span;
        let names = self.str(self.names(training), span);
        let place = self.str(self.context.place(span), span);
        let path = match option(training.optimize, "checkpoint") {
            Some(path) => self.expr(path),
            None => self.unit(span),
        };
        let program = self.context.program;
        let types: Vec<String> =
            training.optimize.places.iter().map(|place| type_text(program, &place.ty)).collect();
        let params = if let [ty] = &types[..] { ty.clone() } else { format!("({})", types.join(", ")) };
        let ty = self.str(format!("({params}, optimizer)"), span);
        let metrics: Vec<&str> =
            training.optimize.metrics.iter().map(|(name, _)| name.text.as_str()).collect();
        let metrics = self.str(metrics.join(","), span);
        self.update("run.train", training.state, vec![names, place, path, ty, metrics], span);
        self.set_params_to("opt.point", training);
    }

    /// The variables as the optimizer has them.
    fn set_params_to(&mut self, row: &str, training: &Training) {
        let ty = self.params_type(training);
        let params = self.builtin(row, vec![self.get(training.state)], ty, training.span);
        self.set_params(training, params);
    }

    /// The value of an option; one that it can't have is told where it stands.
    fn checked_option(&mut self, option: &Expr, name: &str) -> ValueId {
        let value = self.expr(option);
        let label = self.constant(Constant::Str(name.to_owned()), Type::Str, option.span);
        self.builtin_effect("opt.check_option", vec![value, label], option.span);
        value
    }

    /// Rounds until the optimizer has enough, each judged at its end.
    fn rounds(&mut self, training: &Training, round: impl FnOnce(&mut Self)) {
        let Training { optimize, state, span, .. } = *training;
        self.repeat("opt.goes_on", state, &training.carried, span, |body| {
            if training.draws {
                let index = body.builtin("opt.round", vec![body.get(state)], Type::Int, span);
                body.enter_round(index, span);
            }
            round(body);
            if option(optimize, "validate").is_some() || !optimize.metrics.is_empty() {
                body.set_params_to("opt.point", training);
            }
            let validation = match option(optimize, "validate") {
                Some(validation) => {
                    let value = body.expr(validation);
                    let names = body.str(body.names(training), validation.span);
                    let args = vec![body.get(state), value, names];
                    body.builtin_effect("opt.check_validation", args, validation.span);
                    value
                }
                None => body.unit(span),
            };
            let metrics: Vec<ValueId> =
                optimize.metrics.iter().map(|(_, metric)| body.expr(metric)).collect();
            let metrics = if metrics.is_empty() { body.unit(span) } else { body.tuple(metrics, span) };
            body.update("opt.judge", state, vec![validation], span);
            body.builtin_effect("run.round", vec![body.get(state), validation, metrics], span);
        });
    }

    /// One step: what the optimizer asks for, the variables' new values.
    fn step(&mut self, training: &Training, steps: ValueId) {
        let Training { state, span, .. } = *training;
        self.update("opt.next", state, Vec::new(), span);
        if training.rule.is_some_and(Rule::steps_once) {
            self.evaluate(training);
        } else {
            self.repeat("opt.asks", state, &[state], span, |body| {
                if training.draws {
                    let key = body.key.unwrap_or_else(|| bug!("an `optimize` draws without a key"));
                    body.key = Some(body.builtin("opt.key", vec![key, body.get(state)], Type::Int, span));
                }
                body.evaluate(training);
            });
        }
        self.builtin_effect("run.step", vec![self.get(state), steps], span);
    }

    /// Answers what is asked: by the one kind of evaluation that the rule needs, or by the one that it wants.
    fn evaluate(&mut self, training: &Training) {
        match training.rule {
            Some(rule) if rule.uses_overlaps() => {
                self.either(training, 2, Self::answer_overlap, Self::answer_gradient);
            }
            Some(rule) if rule.uses_gradient() => self.answer_gradient(training),
            Some(_) => self.answer_value(training),
            None if training.optimize.program.is_some() => {
                self.either(training, 2, Self::answer_overlap, |body, training| {
                    body.either(training, 1, Self::answer_gradient, Self::answer_value);
                });
            }
            None => self.either(training, 1, Self::answer_gradient, Self::answer_value),
        }
    }

    /// One answer if the optimizer wants this, else another one.
    fn either(
        &mut self,
        training: &Training,
        wanted: i64,
        then: impl FnOnce(&mut Self, &Training),
        otherwise: impl FnOnce(&mut Self, &Training),
    ) {
        let Training { state, span, .. } = *training;
        let wants = self.builtin("opt.wants", vec![self.get(state)], Type::Int, span);
        let wanted = self.int(wanted, span);
        let condition = self.one(OpKind::Binary(BinaryOp::Eq), vec![wants, wanted], Type::Bool, span);
        let then = self.region(Vec::new(), |body, _| {
            then(body, training);
            vec![body.get(state)]
        });
        let otherwise = self.region(Vec::new(), |body, _| {
            otherwise(body, training);
            vec![body.get(state)]
        });
        let results =
            self.emit(OpKind::If, vec![condition], vec![Type::Optimizer], vec![then, otherwise], span);
        self.set_all(&[state], &results);
    }

    fn answer_value(&mut self, training: &Training) {
        let outlined = self.outlined(training);
        let mut args = self.asked_point("opt.point", training);
        args.extend(&outlined.captured);
        let span = training.optimize.objective.span;
        let value = self.one(OpKind::Call(outlined.function), args, Type::Float, span);
        let gradient = self.unit(span);
        self.tell(training, value, gradient);
    }

    fn answer_gradient(&mut self, training: &Training) {
        let outlined = self.outlined(training);
        self.tell_gradient(training, &outlined);
    }

    /// The gradient of the fidelity of two states of the program, at two points.
    fn answer_overlap(&mut self, training: &Training) {
        let optimize = training.optimize;
        let Some(program) = &optimize.program else { bug!("the overlap of no program") };
        let span = program.span;
        let outline =
            |body: &mut Self, form| body.outline(&optimize.statements, program, &optimize.places, form, span);
        let prepared = outline(self, Form::Plain);
        let mut args = self.asked_point("opt.other", training);
        args.extend(&prepared.captured);
        let other = self.one(OpKind::Call(prepared.function), args, Type::Program, span);
        let mut overlap = outline(self, Form::Overlap);
        overlap.captured.push(other);
        self.tell_gradient(training, &overlap);
    }

    fn tell_gradient(&mut self, training: &Training, outlined: &Outlined) {
        let span = training.optimize.objective.span;
        let point = self.asked_point("opt.point", training);
        let mut results = self.value_and_gradient(outlined, &point, GradientMethod::Auto, span);
        let value = results.remove(0);
        let gradient = if let [gradient] = results[..] { gradient } else { self.tuple(results, span) };
        self.tell(training, value, gradient);
    }

    fn tell(&mut self, training: &Training, value: ValueId, gradient: ValueId) {
        let span = training.optimize.objective.span;
        let names = self.str(self.names(training), span);
        self.builtin_effect("opt.check", vec![self.get(training.state), value, gradient, names], span);
        self.update("opt.tell", training.state, vec![value, gradient], training.span);
    }

    fn outlined(&mut self, training: &Training) -> Outlined {
        let Training { optimize, span, .. } = *training;
        let form = if optimize.goal == Goal::Maximize { Form::Negated } else { Form::Plain };
        self.outline(&optimize.statements, &optimize.objective, &optimize.places, form, span)
    }

    /// A point that is asked for, as the places.
    fn asked_point(&mut self, row: &str, training: &Training) -> Vec<ValueId> {
        let ty = self.params_type(training);
        let point = self.builtin(row, vec![self.get(training.state)], ty, training.span);
        self.split(training, point)
    }

    /// Ends the run: the variables and the optimizer as it leaves them.
    fn end(&mut self, training: &Training) {
        self.builtin_effect("run.trained", vec![self.get(training.state)], training.span);
        let ty = Type::Tuple(vec![Type::Optimizer, self.params_type(training)]);
        let ended = self.builtin("opt.end", vec![self.get(training.state)], ty, training.span);
        self.variables[training.state] = Some(self.part(ended, 0, training.span));
        let params = self.part(ended, 1, training.span);
        self.set_params(training, params);
    }

    /// The parameters as one value: that of the place, or a tuple for several.
    fn params(&mut self, training: &Training) -> ValueId {
        let points: Vec<ValueId> =
            training.optimize.places.iter().map(|place| self.read_fields(place)).collect();
        if let [point] = points[..] { point } else { self.tuple(points, training.span) }
    }

    /// The names of the scalars and tensors that are optimized, with commas between.
    fn names(&self, training: &Training) -> String {
        let program = self.context.program;
        let mut names = Vec::new();
        for place in &training.optimize.places {
            let (name, ty) = self.named_place(place);
            push_names(program, &name, ty, &mut names);
        }
        names.join(",")
    }

    fn params_type(&self, training: &Training) -> Type {
        let types: Vec<Type> =
            training.optimize.places.iter().map(|place| self.host_type(&place.ty)).collect();
        if let [ty] = &types[..] { ty.clone() } else { Type::Tuple(types) }
    }

    fn split(&mut self, training: &Training, params: ValueId) -> Vec<ValueId> {
        match training.optimize.places.len() {
            1 => vec![params],
            n => (0..n).map(|position| self.part(params, position, training.span)).collect(),
        }
    }

    fn set_params(&mut self, training: &Training, params: ValueId) {
        let values = self.split(training, params);
        for (place, value) in training.optimize.places.iter().zip(values) {
            let steps = self.steps(place);
            self.write(place, &steps, value);
        }
    }

    /// A loop that goes on as long as a row says so of the state.
    fn repeat(
        &mut self,
        row: &str,
        state: Variable,
        carried: &[Variable],
        span: Span,
        round: impl FnOnce(&mut Self),
    ) {
        let types = self.types_of(carried);
        let test = self.region(types.clone(), |body, params| {
            body.set_all(carried, params);
            vec![body.builtin(row, vec![body.get(state)], Type::Bool, span)]
        });
        let again = self.region(types.clone(), |body, params| {
            body.set_all(carried, params);
            round(body);
            body.get_all(carried)
        });
        let args = self.get_all(carried);
        let results = self.emit(OpKind::While, args, types, vec![test, again], span);
        self.set_all(carried, &results);
    }

    /// The state after a row that changes it.
    fn update(&mut self, row: &str, state: Variable, more: Vec<ValueId>, span: Span) {
        let args = std::iter::once(self.get(state)).chain(more).collect();
        self.variables[state] = Some(self.builtin(row, args, Type::Optimizer, span));
    }

    fn int_binary(&mut self, operator: BinaryOp, left: ValueId, right: ValueId, span: Span) -> ValueId {
        self.one(OpKind::Binary(operator), vec![left, right], Type::Int, span)
    }

    fn optimize_draws(&self, optimize: &Optimize) -> bool {
        let expr_draws = |expr: &Expr| random::expr_draws(self.context, expr);
        let block_draws = |block: &Block| random::block_draws(self.context, block);
        let over_draws = match &optimize.over {
            Some((_, Iterable::Range(start, end))) => expr_draws(start) || expr_draws(end),
            Some((_, Iterable::Sequence(sequence))) => expr_draws(sequence),
            None => false,
        };
        over_draws
            || expr_draws(&optimize.objective)
            || block_draws(&optimize.statements)
            || option(optimize, "validate").is_some_and(expr_draws)
            || optimize.metrics.iter().any(|(_, metric)| expr_draws(metric))
    }
}

fn push_names(program: &Program, name: &str, ty: &hir::Type, names: &mut Vec<String>) {
    let fields = program.fields(ty);
    if fields.is_empty() && !matches!(ty, hir::Type::Struct(_)) {
        names.push(name.to_owned());
    }
    fields.iter().for_each(|(field, ty)| push_names(program, &format!("{name}.{field}"), ty, names));
}

fn option<'a>(optimize: &'a Optimize, name: &str) -> Option<&'a Expr> {
    optimize.options.iter().find(|(option, _)| option.text == name).map(|(_, value)| value)
}
