//! Walks through typed trees, and what is found out by walking.

use std::collections::BTreeSet;

use crate::hir::{
    Block, Clause, Expr, ExprKind, Index, Iterable, LocalId, Modifier, Place, Projection, Stmt, StmtKind,
    StrPart,
};

/// A node of the tree; parents come before children.
#[derive(Clone, Copy)]
pub(crate) enum Node<'a> {
    Stmt(&'a Stmt),
    Expr(&'a Expr),
    Place(&'a Place),
}

type Visitor<'v, 'a> = &'v mut dyn FnMut(Node<'a>);

/// Visits all nodes of a block.
pub(crate) fn visit_block<'a>(block: &'a Block, visit: Visitor<'_, 'a>) {
    for stmt in &block.statements {
        visit_stmt(stmt, visit);
    }
}

/// Visits a statement and all nodes in it.
pub(super) fn visit_stmt<'a>(stmt: &'a Stmt, visit: Visitor<'_, 'a>) {
    visit(Node::Stmt(stmt));
    match &stmt.kind {
        StmtKind::Let { value, .. } | StmtKind::Expr(value) => visit_expr(value, visit),
        StmtKind::Assign { places, value, .. } => {
            visit_places(places, visit);
            visit_expr(value, visit);
        }
        StmtKind::Return(value) => {
            if let Some(value) = value {
                visit_expr(value, visit);
            }
        }
        StmtKind::Break | StmtKind::Continue => {}
        StmtKind::If { condition, then, otherwise } => {
            visit_expr(condition, visit);
            visit_block(then, visit);
            visit_block(otherwise, visit);
        }
        StmtKind::For { iterable, body, .. } => {
            visit_iterable(iterable, visit);
            visit_block(body, visit);
        }
        StmtKind::While { condition, body } => {
            visit_expr(condition, visit);
            visit_block(body, visit);
        }
        StmtKind::Modified { modifiers, body } => {
            for modifier in modifiers {
                match modifier {
                    Modifier::Adjoint => {}
                    Modifier::Control(operands) => operands.iter().for_each(|(e, _)| visit_expr(e, visit)),
                    Modifier::Power(exponent) => visit_expr(exponent, visit),
                }
            }
            visit_block(body, visit);
        }
        StmtKind::Within { within, apply } => {
            visit_block(within, visit);
            visit_block(apply, visit);
        }
        StmtKind::Optimize(optimize) => {
            visit_places(&optimize.places, visit);
            visit_expr(&optimize.optimizer, visit);
            let options = optimize.options.iter().chain(&optimize.metrics);
            options.for_each(|(_, option)| visit_expr(option, visit));
            if let Some((_, iterable)) = &optimize.over {
                visit_iterable(iterable, visit);
            }
            visit_block(&optimize.statements, visit);
            visit_expr(&optimize.objective, visit);
        }
    }
}

/// Visits an expression and all nodes in it.
pub(crate) fn visit_expr<'a>(expr: &'a Expr, visit: Visitor<'_, 'a>) {
    visit(Node::Expr(expr));
    match &expr.kind {
        ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Imaginary(_)
        | ExprKind::Bool(_)
        | ExprKind::Local(_)
        | ExprKind::Global(_)
        | ExprKind::Omitted
        | ExprKind::Error => {}
        ExprKind::Str(parts) => {
            for part in parts {
                if let StrPart::Value(value, _) = part {
                    visit_expr(value, visit);
                }
            }
        }
        ExprKind::Widen(inner)
        | ExprKind::Shaped(inner, _)
        | ExprKind::Unary(_, inner)
        | ExprKind::Field(inner, _)
        | ExprKind::Allocate(inner) => visit_expr(inner, visit),
        ExprKind::Binary(_, left, right) | ExprKind::Repeat(left, right) => {
            visit_expr(left, visit);
            visit_expr(right, visit);
        }
        ExprKind::If(condition, then, otherwise) => {
            visit_expr(condition, visit);
            visit_expr(then, visit);
            visit_expr(otherwise, visit);
        }
        ExprKind::Call(_, items)
        | ExprKind::Program(_, items)
        | ExprKind::Tuple(items)
        | ExprKind::List(items) => items.iter().for_each(|item| visit_expr(item, visit)),
        ExprKind::Index(base, indices) => {
            visit_expr(base, visit);
            visit_indices(indices, visit);
        }
        ExprKind::Unpack { flat, lengths, .. } => {
            visit_expr(flat, visit);
            lengths.iter().flatten().for_each(|length| visit_expr(length, visit));
        }
        ExprKind::Comprehension { element, clauses } => {
            for clause in clauses {
                match clause {
                    Clause::For(_, iterable) => visit_iterable(iterable, visit),
                    Clause::If(condition) => visit_expr(condition, visit),
                }
            }
            visit_expr(element, visit);
        }
        ExprKind::Grad { objective, places, .. } => {
            visit_places(places, visit);
            visit_expr(objective, visit);
        }
    }
}

/// Visits what a loop runs through.
pub(super) fn visit_iterable<'a>(iterable: &'a Iterable, visit: Visitor<'_, 'a>) {
    match iterable {
        Iterable::Range(start, end) => {
            visit_expr(start, visit);
            visit_expr(end, visit);
        }
        Iterable::Sequence(sequence) => visit_expr(sequence, visit),
    }
}

fn visit_places<'a>(places: &'a [Place], visit: Visitor<'_, 'a>) {
    for place in places {
        visit(Node::Place(place));
        for projection in &place.projections {
            if let Projection::Index(indices) = projection {
                visit_indices(indices, visit);
            }
        }
    }
}

fn visit_indices<'a>(indices: &'a [Index], visit: Visitor<'_, 'a>) {
    for index in indices {
        match index {
            Index::At(e) | Index::Gather(e) => visit_expr(e, visit),
            Index::Range(start, end) => {
                start.iter().chain(end).for_each(|bound| visit_expr(bound, visit));
            }
        }
    }
}

/// Variables that statements assign to.
pub(super) fn assigned<'a>(stmts: impl IntoIterator<Item = &'a Stmt>) -> BTreeSet<LocalId> {
    let mut locals = BTreeSet::new();
    for stmt in stmts {
        visit_stmt(stmt, &mut |node| {
            let Node::Stmt(stmt) = node else { return };
            match &stmt.kind {
                StmtKind::Assign { places, .. } => locals.extend(places.iter().map(|place| place.local)),
                StmtKind::Optimize(optimize) => {
                    locals.extend(optimize.places.iter().map(|place| place.local));
                    locals.extend(optimize.optimizer_local);
                }
                _ => {}
            }
        });
    }
    locals
}

/// Notes the variables that occur in a node, those in sizes of its type too: shapes are checked against these.
pub(super) fn note_used(node: Node, locals: &mut BTreeSet<LocalId>) {
    match node {
        Node::Expr(expr) => {
            if let ExprKind::Local(local) = expr.kind {
                locals.insert(local);
            }
            crate::types::all_dims(&expr.ty).iter().for_each(|size| size.collect_locals(locals));
        }
        Node::Place(place) => _ = locals.insert(place.local),
        Node::Stmt(_) => {}
    }
}

/// How a statement may leave what is around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Exits {
    pub returns: bool,
    pub breaks: bool,
    pub continues: bool,
}

impl Exits {
    pub(super) fn any(self) -> bool {
        self.returns || self.breaks || self.continues
    }

    fn or(self, other: Self) -> Self {
        Self {
            returns: self.returns || other.returns,
            breaks: self.breaks || other.breaks,
            continues: self.continues || other.continues,
        }
    }
}

/// How the statements may leave what is around them.
pub(super) fn exits<'a>(stmts: impl IntoIterator<Item = &'a Stmt>) -> Exits {
    stmts.into_iter().map(exits_of).fold(Exits::default(), Exits::or)
}

fn exits_of(stmt: &Stmt) -> Exits {
    match &stmt.kind {
        StmtKind::Return(_) => Exits { returns: true, ..Exits::default() },
        StmtKind::Break => Exits { breaks: true, ..Exits::default() },
        StmtKind::Continue => Exits { continues: true, ..Exits::default() },
        StmtKind::If { then, otherwise, .. } => exits(&then.statements).or(exits(&otherwise.statements)),
        StmtKind::For { body, .. } | StmtKind::While { body, .. } => {
            Exits { returns: exits(&body.statements).returns, ..Exits::default() }
        }
        StmtKind::Modified { body, .. } => exits(&body.statements),
        StmtKind::Within { within, apply } => exits(&within.statements).or(exits(&apply.statements)),
        StmtKind::Let { .. } | StmtKind::Assign { .. } | StmtKind::Expr(_) | StmtKind::Optimize(_) => {
            Exits::default()
        }
    }
}

/// Whether the statements return on every path.
pub(super) fn always_returns(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match &stmt.kind {
        StmtKind::Return(_) => true,
        StmtKind::If { then, otherwise, .. } => {
            always_returns(&then.statements) && always_returns(&otherwise.statements)
        }
        _ => false,
    })
}
