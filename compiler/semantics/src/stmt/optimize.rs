//! `optimize`: places, options, and a block that ends in its objective.

use qml_prelude::Rule;
use qml_source::Span;
use qml_syntax::ast::{self, Goal, OptionValue, StmtKind as Ast};

use crate::body::{Body, Facts, Kind};
use crate::effect::{EffectError, Effects, Surroundings};
use crate::hir::{Block, Expr, ExprKind, LocalId, Optimize, Place, StmtKind, Type};
use crate::lower::rules;
use crate::place::PlaceError;
use crate::suggest;

mod metrics;
mod misplaced;
mod program;

/// Options with their types.
const OPTIONS: &[(&str, Type)] = &[
    ("steps", Type::Int),
    ("epochs", Type::Int),
    ("tolerance", Type::Float),
    ("patience", Type::Int),
    ("validate", Type::Float),
    ("clip_norm", Type::Float),
    ("seed", Type::Int),
    ("checkpoint", Type::Str),
];

pub(super) const NO_OBJECTIVE: &str = "the block of an `optimize` ends in `minimize` or `maximize`";

/// The option that has another name in other tools.
fn meant_option(name: &str) -> Option<&'static str> {
    Some(match name {
        "iterations" | "n_steps" | "num_steps" | "max_steps" | "maxiter" | "max_iter" | "n_iter" => "steps",
        "n_epochs" | "num_epochs" => "epochs",
        "tol" | "atol" | "threshold" => "tolerance",
        "clip" | "max_norm" | "grad_clip" => "clip_norm",
        "metric" | "log" | "logs" | "monitor" | "track" => metrics::OPTION,
        _ => return None,
    })
}

impl Body<'_, '_> {
    pub(super) fn optimize(&mut self, optimize: &ast::Optimize) -> Option<StmtKind> {
        if let Kind::Quantum(effect) = self.kind {
            self.report(EffectError::OnlyInFn { what: "`optimize`", span: optimize.optimizer.span, effect });
            return None;
        }
        self.refuse_nested(optimize.optimizer.span);
        self.effects = self.effects.with(Effects::TRAINS);
        let places: Vec<_> = optimize.places.list.iter().map(|place| self.optimized(place)).collect();
        self.refuse_overlapping(&places.iter().flatten().cloned().collect::<Vec<_>>());
        let optimizer = self.expr_of(&optimize.optimizer, &Type::Optimizer);
        let optimizer_local = self.optimizer_variable(&optimize.optimizer, &optimizer);
        let options = self.options(optimize);
        let metrics = self.metrics(optimize);
        let rule = rules::made_by(&optimizer);
        self.check_rule(rule, optimize, &options);
        let over = optimize.over.as_ref().map(|over| (over, self.iterable(&over.iterable)));
        self.in_region(Surroundings::Optimize, optimize.optimizer.span, |body| {
            body.scoped(|body| {
                let over = over.map(|(over, (iterable, item, _))| {
                    (body.bind(&over.pattern, &item, false, &Facts::default()), iterable)
                });
                let is_placed = places.iter().all(Option::is_some);
                let objective = body.closed("optimize", |body| body.objective(&optimize.body, is_placed));
                let (statements, objective, goal) = objective?;
                let program = program::of_objective(&statements, &objective);
                if rule == Some(Rule::Qng) && program.is_none() {
                    body.report(PlaceError::NoProgram { span: objective.span, optimizer: optimizer.span });
                }
                Some(StmtKind::Optimize(Box::new(Optimize {
                    places: places.into_iter().collect::<Option<_>>()?,
                    optimizer,
                    optimizer_local,
                    options,
                    metrics,
                    over,
                    statements,
                    objective,
                    program,
                    goal,
                })))
            })
        })
    }

    fn optimized(&mut self, place: &ast::Place) -> Option<Place> {
        let (checked, _) = self.float_place(place)?;
        let variable = self.local(checked.local);
        if !variable.is_mutable {
            let declared = variable.name.span;
            self.report(PlaceError::OptimizedImmutable { name: place.root.clone(), declared });
            return None;
        }
        Some(checked)
    }

    fn optimizer_variable(&mut self, written: &ast::Expr, checked: &Expr) -> Option<LocalId> {
        let ExprKind::Local(local) = checked.kind else { return None };
        let variable = self.local(local);
        if !variable.is_mutable {
            let declared = variable.name.span;
            let name = ast::Name { text: variable.name.text.clone(), span: written.span };
            self.report(PlaceError::OptimizerImmutable { name, declared });
        }
        Some(local)
    }

    fn options(&mut self, optimize: &ast::Optimize) -> Vec<(ast::Name, Expr)> {
        let mut options: Vec<(ast::Name, Expr)> = Vec::new();
        // Options that stand under another name, which is reported.
        let mut meant = Vec::new();
        for option in &optimize.options {
            let name = option.name.text.as_str();
            if name == metrics::OPTION {
                continue;
            }
            if let Some((_, ty)) = OPTIONS.iter().find(|(known, _)| *known == name) {
                let OptionValue::Expr(value) = &option.value else {
                    meant.push(name);
                    self.report(PlaceError::NamedValues {
                        name: option.name.clone(),
                        span: option.value.span(),
                    });
                    continue;
                };
                let value = self.expr_of(value, ty);
                if options.iter().any(|(given, _)| given.text == name) {
                    let why = "given twice";
                    self.report(PlaceError::WrongOption { name: option.name.clone(), why, help: None });
                    continue;
                }
                options.push((option.name.clone(), value));
            } else {
                let known = OPTIONS.iter().map(|(known, _)| *known).chain([metrics::OPTION]);
                let nearest = meant_option(name).or_else(|| suggest::nearest(name, known));
                meant.extend(nearest);
                let nearest = nearest.map(str::to_owned);
                self.report(PlaceError::UnknownOption { name: option.name.clone(), nearest });
            }
        }
        let (needed, other, because, why) = if optimize.over.is_some() {
            ("epochs", "steps", "how many times through the data?", "with `over`, `epochs:` counts")
        } else {
            ("steps", "epochs", "how many steps?", "there is no `over`, so there are no epochs")
        };
        if let Some((name, _)) = options.iter().find(|(name, _)| name.text == other) {
            let name = name.clone();
            let written = optimize.options.iter().find(|option| option.name.text == other);
            let number = written.and_then(|option| match &option.value {
                OptionValue::Expr(value) => suggest::written(value),
                OptionValue::Named(..) => None,
            });
            let help = number.map(|number| format!("write `{needed}: {number}`"));
            self.report(PlaceError::WrongOption { name, why, help });
        } else if !options.iter().any(|(name, _)| name.text == needed) && !meant.contains(&needed) {
            let span = optimize.optimizer.span;
            self.report(PlaceError::MissingOption { span, option: needed, because });
        }
        options
    }

    /// What the rule, where it is known, doesn't go with.
    fn check_rule(&mut self, rule: Option<Rule>, optimize: &ast::Optimize, options: &[(ast::Name, Expr)]) {
        let Some(rule) = rule else { return };
        let optimizer = optimize.optimizer.span;
        if let Some(over) = &optimize.over
            && !rule.takes_batches()
        {
            let over = over.span;
            self.report(PlaceError::NotOver { rule: rule.name(), optimizer, over });
        }
        if let Some((name, _)) = options.iter().find(|(name, _)| name.text == "clip_norm")
            && !rule.takes_clipping()
        {
            self.report(PlaceError::NothingToClip { rule: rule.name(), optimizer, option: name.span });
        }
    }

    /// The statements and the objective at their end. Where what is optimized is refused already, its type tells nothing.
    fn objective(&mut self, block: &ast::Block, is_placed: bool) -> Option<(Block, Expr, Goal)> {
        if let Some(misplaced) = misplaced::find(block) {
            self.report(misplaced);
            return None;
        }
        let end = Span { start: block.span.end - 1, ..block.span };
        let Some((last, before)) = block.statements.split_last() else {
            self.no_objective(end);
            return None;
        };
        let statements = before.iter().filter_map(|statement| self.statement(statement)).collect();
        let Ast::Objective { goal, value } = &last.kind else {
            match &last.kind {
                Ast::Return(_) => _ = self.statement(last),
                Ast::Expr(value) => {
                    let checked = self.expr(value, None);
                    if checked.ty != Type::Error {
                        let help = suggest::written(value).map(|value| format!("write `minimize {value};`"));
                        let (span, problem) = (last.span, NO_OBJECTIVE);
                        self.report(PlaceError::Objective { span, problem, help });
                    }
                }
                _ => {
                    self.statement(last);
                    self.no_objective(end);
                }
            }
            return None;
        };
        let objective = self.value(value, Some(&Type::Float));
        if !is_placed && objective.ty == Type::Int {
            return None;
        }
        let objective = self.objective_type(objective)?;
        Some((Block { statements }, objective, *goal))
    }

    fn no_objective(&mut self, span: Span) {
        self.report(PlaceError::Objective { span, problem: NO_OBJECTIVE, help: None });
    }

    /// Reports a `grad` or `optimize` inside of another.
    pub fn refuse_nested(&mut self, span: Span) {
        let outer = self
            .regions
            .iter()
            .find(|region| matches!(region.surroundings, Surroundings::Optimize | Surroundings::Gradient))
            .map(|region| region.span);
        if let Some(outer) = outer {
            self.report(PlaceError::Nested { span, outer });
        }
    }

    /// What is optimized or differentiated is a `float`.
    pub fn objective_type(&mut self, objective: Expr) -> Option<Expr> {
        if objective.ty == Type::Float {
            return Some(objective);
        }
        if objective.ty != Type::Error {
            let (span, found) = (objective.span, self.show(&objective.ty));
            match &objective.ty {
                Type::Tensor(element, _) if **element == Type::Float => {
                    self.report(PlaceError::TensorObjective { span, found });
                }
                _ => self.report(PlaceError::ObjectiveType { span, found }),
            }
        }
        None
    }
}
