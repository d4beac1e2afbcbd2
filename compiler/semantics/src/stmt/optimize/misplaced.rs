//! `minimize` elsewhere than at the end of its block: what is meant.

use qml_source::Span;
use qml_syntax::ast::{Block, Else, Expr, Goal, If, StmtKind};

use crate::place::PlaceError;
use crate::suggest::written;

/// The first statement that shows it.
pub(super) fn find(block: &Block) -> Option<PlaceError> {
    let followed = block.statements.windows(2).find_map(|pair| {
        let objective = objective(&pair[0].kind)?;
        Some(match self::objective(&pair[1].kind) {
            Some(next) => second_objective(pair[1].span, objective, next),
            None => followed(pair[1].span, objective.0),
        })
    });
    followed.or_else(|| match &block.statements.last()?.kind {
        StmtKind::If(branch) => in_branches(branch),
        _ => None,
    })
}

fn objective(statement: &StmtKind) -> Option<(Goal, &Expr)> {
    match statement {
        StmtKind::Objective { goal, value } => Some((*goal, value)),
        _ => None,
    }
}

fn followed(span: Span, goal: Goal) -> PlaceError {
    let problem = match goal {
        Goal::Minimize => "nothing may follow `minimize`",
        Goal::Maximize => "nothing may follow `maximize`",
    };
    PlaceError::Objective {
        span,
        problem,
        help: Some("move it after the block of the `optimize`".to_owned()),
    }
}

/// `minimize a; minimize b;`
fn second_objective(span: Span, (goal, first): (Goal, &Expr), (other, second): (Goal, &Expr)) -> PlaceError {
    let (first, second) = written(first).zip(written(second)).unwrap_or(("a".to_owned(), "b".to_owned()));
    let (what, sign) = if goal == other { ("add", '+') } else { ("subtract", '-') };
    let help = format!("{what} them: `{} {first} {sign} {second};`", keyword(goal));
    PlaceError::Objective { span, problem: "an `optimize` has one objective", help: Some(help) }
}

/// `if c { minimize a; } else { minimize b; }`
fn in_branches(branch: &If) -> Option<PlaceError> {
    let (goal, then) = objective(&branch.then.statements.last()?.kind)?;
    let otherwise = match &branch.otherwise {
        Some(Else::Block(block)) => block.statements.last().and_then(|last| objective(&last.kind)),
        _ => None,
    };
    let text = |expr: &Expr, other: &str| written(expr).unwrap_or_else(|| other.to_owned());
    let condition = text(&branch.condition, "condition");
    let (then, otherwise) =
        (text(then, "a"), otherwise.map_or("b".to_owned(), |(_, value)| text(value, "b")));
    let help = format!("write `{} if {condition} then {then} else {otherwise};`", keyword(goal));
    let problem = "the objective of an `optimize` doesn't stand in an `if`";
    Some(PlaceError::Objective { span: branch.span, problem, help: Some(help) })
}

fn keyword(goal: Goal) -> &'static str {
    match goal {
        Goal::Minimize => "minimize",
        Goal::Maximize => "maximize",
    }
}
