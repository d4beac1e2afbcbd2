//! The condition after a signature: `where n >= 2`. It is a fact in the body, and checked at each call.

use std::collections::BTreeSet;

use qml_source::Span;
use qml_syntax::ast;

use super::{Signature, Solution};
use crate::body::{Body, TypeError};
use crate::hir::{Condition, Expr, ExprKind, LocalId};
use crate::path::cases_of;
use crate::prover::Cases;
use crate::size::Size;

/// Reads a condition; the sizes and parameters of the function are in scope.
pub(super) fn read(body: &mut Body<'_, '_>, written: &ast::Expr) -> Option<Condition> {
    let checked = body.condition(written);
    if crate::types::has_error(&checked.ty) {
        return None;
    }
    let size = |expr: &Expr| body.size(expr);
    let (holds, fails) = (cases_of(&checked, true, &size), cases_of(&checked, false, &size));
    if !holds.is_all || !fails.is_all {
        let why = "a `where` is a condition on sizes: comparisons with `and`, `or` and `not`".to_owned();
        body.report(TypeError::NotASize { span: written.span, why });
        return None;
    }
    let mut locals = BTreeSet::new();
    holds.cases.iter().chain(&fails.cases).flatten().for_each(|size| size.collect_locals(&mut locals));
    let text = show(body, &checked, false);
    let locals = locals.into_iter().map(|local| (local, body.local(local).name.text.clone())).collect();
    Some(Condition { text, span: written.span, holds: holds.cases, fails: fails.cases, locals })
}

/// The condition as the user would write it.
fn show(body: &Body<'_, '_>, condition: &Expr, is_operand: bool) -> String {
    let text = match &condition.kind {
        ExprKind::Unary(ast::UnaryOp::Not, operand) => return format!("not {}", show(body, operand, true)),
        ExprKind::Binary(operator, left, right) if condition.ty == crate::hir::Type::Bool => {
            let is_logic = matches!(operator, ast::BinaryOp::And | ast::BinaryOp::Or);
            let (left, right) = (show(body, left, is_logic), show(body, right, is_logic));
            format!("{left} {} {right}", operator.symbol())
        }
        ExprKind::Bool(value) => value.to_string(),
        _ => body.size(condition).unwrap_or_default().show(&|local| body.local(local).name.text.clone()),
    };
    let is_mixed = text.contains(" and ") || text.contains(" or ");
    if is_operand && is_mixed { format!("({text})") } else { text }
}

impl Body<'_, '_> {
    /// What the sizes and the condition of a function tell in its body.
    pub(super) fn assume_signature(&mut self, signature: &Signature) {
        for local in 0..signature.n_sizes {
            self.assume_size(&Size::local(LocalId(local as u32)));
        }
        for parameter in &signature.parameters {
            for dim in crate::types::all_dims(&parameter.ty) {
                self.assume_size(&dim);
            }
        }
        if let Some(condition) = &signature.condition {
            self.assume(condition.holds.clone());
        }
    }

    /// Reports a call whose sizes break the condition of the function.
    pub fn condition_holds(
        &mut self,
        name: &str,
        signature: &Signature,
        solution: &Solution,
        span: Span,
    ) -> bool {
        let Some(condition) = &signature.condition else { return true };
        let put = |local: LocalId| solution.get(local.0 as usize).cloned().flatten();
        let Some(holds) = substitute(&condition.holds, &put) else { return true };
        let facts = &self.path.facts;
        let fails = |case: &Vec<Size>| {
            case.iter().any(|size| size.as_constant().is_some_and(|value| value < 0))
                || facts.contradict(case)
        };
        if !holds.iter().all(fails) {
            return true;
        }
        // What never runs breaks nothing.
        let broken = substitute(&condition.fails, &put).unwrap_or_default();
        if broken.iter().all(|case| facts.contradict(case)) {
            return true;
        }
        let show = |(local, name): &(LocalId, String)| {
            let value = put(*local).unwrap_or_default();
            format!("{name} = {}", value.show(&|local| self.local(local).name.text.clone()))
        };
        let values: Vec<_> = condition.locals.iter().map(show).collect();
        let (text, declared) = (condition.text.clone(), condition.span);
        let name = name.to_owned();
        self.report(TypeError::WhereFails { span, name, text, values: values.join(", "), declared });
        false
    }
}

fn substitute(cases: &Cases, put: &dyn Fn(LocalId) -> Option<Size>) -> Option<Cases> {
    cases.iter().map(|case| case.iter().map(|size| size.substitute(put)).collect()).collect()
}
