//! Expressions.

use super::builder::Builder;
use crate::Token;
use crate::ast::{Argument, BinaryOp, Clause, ClauseKind, Expr, ExprKind, Index, IndexKind, UnaryOp};

/// A list whose elements are no longer than this has as many on a line as fit.
const SHORT: u32 = 12;

impl Builder<'_> {
    /// An expression.
    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Imaginary(_)
            | ExprKind::Bool(_)
            | ExprKind::String(_) => self.any_word(),
            ExprKind::Qubit(size) => {
                self.word(Token::Qubit);
                self.word(Token::LeftBracket);
                self.expr(size);
                self.word(Token::RightBracket);
            }
            ExprKind::Paren(inner) => {
                self.word(Token::LeftParen);
                self.expr(inner);
                self.word(Token::RightParen);
            }
            ExprKind::Tuple(parts) => self.brackets(Token::LeftParen, Token::RightParen, |it| {
                it.comma_list(parts, false, Self::expr);
            }),
            ExprKind::List(parts) => self.list(expr, parts),
            ExprKind::Repeat { value, count } => {
                self.brackets(Token::LeftBracket, Token::RightBracket, |it| {
                    it.expr(value);
                    it.punctuation(Token::Semicolon);
                    it.line();
                    it.expr(count);
                });
            }
            ExprKind::Comprehension { element, clauses } => {
                self.brackets(Token::LeftBracket, Token::RightBracket, |it| {
                    it.lead();
                    it.expr(element);
                    for clause in clauses {
                        it.line();
                        it.clause(clause);
                    }
                });
            }
            ExprKind::Unary { operator, operand } => {
                match operator {
                    UnaryOp::Neg => self.word(Token::Minus),
                    UnaryOp::Not => self.keyword(Token::Not),
                }
                // Two minus signs are easier to tell apart with a space.
                if matches!(operand.kind, ExprKind::Unary { operator: UnaryOp::Neg, .. }) {
                    self.space();
                }
                self.expr(operand);
            }
            ExprKind::Binary { operator: BinaryOp::Pow, left, right, .. } => {
                self.expr(left);
                self.space();
                self.keyword(Token::StarStar);
                self.expr(right);
            }
            ExprKind::Binary { .. } => self.chain(expr),
            ExprKind::Call { callee, arguments } => {
                self.expr(callee);
                self.arguments(arguments);
            }
            ExprKind::Index { base, indices } => {
                self.expr(base);
                self.word(Token::LeftBracket);
                self.plain_list(indices, Self::index);
                self.word(Token::RightBracket);
            }
            ExprKind::Field { base, .. } => {
                self.expr(base);
                self.word(Token::Dot);
                self.any_word();
            }
            ExprKind::If { .. } => self.group(|it| it.conditional(expr)),
            ExprKind::Grad { objective, places, method } => self.group(|it| {
                it.keyword(Token::Grad);
                it.expr(objective);
                it.indent(|it| {
                    it.line();
                    it.keyword(Token::Wrt);
                    it.places(places);
                    if method.is_some() {
                        it.line();
                        it.keyword(Token::Using);
                        it.any_word();
                    }
                });
            }),
        }
    }

    /// `(x, lr: 0.1)`. A single argument that has brackets of its own, or is a string, stays beside the parentheses.
    pub(super) fn arguments(&mut self, arguments: &[Argument]) {
        match arguments {
            [Argument { name: None, value, .. }] if stays_beside(value) => {
                self.word(Token::LeftParen);
                self.expr(value);
                if self.peek() == Some(Token::Comma) {
                    self.skip(Token::Comma);
                }
                self.word(Token::RightParen);
            }
            _ => self.brackets(Token::LeftParen, Token::RightParen, |it| {
                it.comma_list(arguments, true, Self::argument);
            }),
        }
    }

    fn argument(&mut self, argument: &Argument) {
        if argument.name.is_some() {
            self.any_word();
            self.word(Token::Colon);
            self.space();
        }
        self.expr(&argument.value);
    }

    fn list(&mut self, list: &Expr, parts: &[Expr]) {
        let is_short = |part: &Expr| is_plain(part) && part.span.end - part.span.start <= SHORT;
        let is_filled = parts.len() > 1 && parts.iter().all(is_short) && !self.has_comments(list.span);
        self.brackets(Token::LeftBracket, Token::RightBracket, |it| {
            if !is_filled {
                it.comma_list(parts, true, Self::expr);
                return;
            }
            it.filled_list(parts, Self::expr);
            it.trailing_comma();
        });
    }

    fn clause(&mut self, clause: &Clause) {
        match &clause.kind {
            ClauseKind::For { pattern, iterable } => {
                self.keyword(Token::For);
                self.pattern(pattern);
                self.space();
                self.keyword(Token::In);
                self.iterable(iterable);
            }
            ClauseKind::If(condition) => {
                self.keyword(Token::If);
                self.expr(condition);
            }
        }
    }

    fn index(&mut self, index: &Index) {
        match &index.kind {
            IndexKind::Expr(expr) => self.expr(expr),
            IndexKind::Range { start, end } => {
                if let Some(start) = start {
                    self.expr(start);
                }
                self.word(Token::DotDot);
                if let Some(end) = end {
                    self.expr(end);
                }
            }
        }
    }

    /// Operators of one level of precedence, `a + b - c`: a line may break before each.
    fn chain(&mut self, expr: &Expr) {
        let mut operands = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary { operator, left, right, .. } = &first.kind {
            if level(*operator) != chain_level(expr) {
                break;
            }
            operands.push(&**right);
            first = left;
        }
        operands.reverse();
        let has_comments = self.has_comments(expr.span);
        self.group(|it| {
            it.indent(|it| {
                if has_comments {
                    it.expr(first);
                    for operand in operands {
                        it.line();
                        it.operand(operand);
                    }
                } else {
                    let mut parts = vec![it.parts(|it| it.expr(first))];
                    parts.extend(operands.into_iter().map(|operand| it.parts(|it| it.operand(operand))));
                    it.fill(parts);
                }
            });
        });
    }

    /// An operator and what follows it.
    fn operand(&mut self, operand: &Expr) {
        self.any_word();
        self.space();
        self.expr(operand);
    }

    fn conditional(&mut self, expr: &Expr) {
        let ExprKind::If { condition, then, otherwise } = &expr.kind else { return self.expr(expr) };
        self.keyword(Token::If);
        self.expr(condition);
        self.indent(|it| {
            it.line();
            it.keyword(Token::Then);
            it.expr(then);
            it.line();
            it.keyword(Token::Else);
        });
        self.conditional(otherwise);
    }
}

/// Whether an only argument stays beside the parentheses of its call.
fn stays_beside(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::String(_)
        | ExprKind::List(_)
        | ExprKind::Repeat { .. }
        | ExprKind::Comprehension { .. }
        | ExprKind::Tuple(_)
        | ExprKind::Call { .. } => true,
        ExprKind::Name(_)
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Imaginary(_)
        | ExprKind::Bool(_)
        | ExprKind::Qubit(_)
        | ExprKind::Paren(_)
        | ExprKind::Unary { .. }
        | ExprKind::Binary { .. }
        | ExprKind::Index { .. }
        | ExprKind::Field { .. }
        | ExprKind::If { .. }
        | ExprKind::Grad { .. } => false,
    }
}

/// A name or a number, perhaps with a sign.
fn is_plain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Unary { operator: UnaryOp::Neg, operand } => is_plain(operand),
        kind => matches!(
            kind,
            ExprKind::Name(_)
                | ExprKind::Int(_)
                | ExprKind::Float(_)
                | ExprKind::Imaginary(_)
                | ExprKind::Bool(_)
        ),
    }
}

/// Operators with the same level bind alike.
fn level(operator: BinaryOp) -> u8 {
    match operator {
        BinaryOp::Or => 0,
        BinaryOp::And => 1,
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => 2,
        BinaryOp::Add | BinaryOp::Sub => 3,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem | BinaryOp::MatMul => 4,
        BinaryOp::Pow => 5,
    }
}

fn chain_level(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Binary { operator, .. } => level(*operator),
        _ => u8::MAX,
    }
}
