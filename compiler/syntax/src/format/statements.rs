//! Blocks and statements.

use qml_source::Span;

use super::builder::Builder;
use super::layout::Layout;
use crate::Token;
use crate::ast::{
    BinaryOp, Block, Control, Else, Expr, Goal, If, Iterable, IterableKind, ModifiedBody, Modifier,
    ModifierKind, NamedOption, NamedValue, Optimize, OptionValue, Stmt, StmtKind, Within,
};

impl Builder<'_> {
    /// A block, which is a part of the group around it. It may be flat if it was written on one line, is not to be
    /// broken because of what stands beside it, and holds no block of its own.
    pub(super) fn block(&mut self, block: &Block, may_be_flat: bool) {
        let is_broken = !may_be_flat || block.statements.iter().any(holds_block);
        self.word(Token::LeftBrace);
        self.indent(|it| {
            for (index, statement) in block.statements.iter().enumerate() {
                it.part_of_block(index == 0, is_broken);
                it.statement(statement);
            }
            it.end_of_block();
        });
        if !block.statements.is_empty() {
            self.line();
        }
        self.word(Token::RightBrace);
    }

    /// The line that a statement or field begins, with the comments before it.
    pub(super) fn part_of_block(&mut self, is_first: bool, is_broken: bool) {
        if is_broken || !self.next_word().leading.is_empty() {
            self.separate(is_first, false);
        } else {
            self.line();
        }
    }

    /// The comments before the brace that ends a block.
    pub(super) fn end_of_block(&mut self) {
        let comments = std::mem::take(&mut self.next_word().leading);
        for (index, comment) in comments.into_iter().enumerate() {
            let blank = comment.is_after_blank && (index > 0 || self.follows_statement());
            self.add(if blank { Layout::BlankLine } else { Layout::HardLine });
            self.add(Layout::Comment(comment));
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Let { is_mutable, pattern, ty, value } => {
                self.keyword(if *is_mutable { Token::Var } else { Token::Let });
                self.pattern(pattern);
                if let Some(ty) = ty {
                    self.annotation(ty);
                }
                self.value(value);
                self.semicolon();
            }
            StmtKind::Assign { target, operator, value } => {
                self.expr(target);
                self.space();
                self.keyword(assignment(*operator));
                self.expr(value);
                self.semicolon();
            }
            StmtKind::Expr(expr) => {
                self.expr(expr);
                self.semicolon();
            }
            StmtKind::Return(value) => {
                self.word(Token::Return);
                if let Some(value) = value {
                    self.space();
                    self.expr(value);
                }
                self.semicolon();
            }
            StmtKind::Break | StmtKind::Continue => {
                self.any_word();
                self.semicolon();
            }
            StmtKind::If(part) => {
                let may_be_flat = !self.is_multiline(part.span) && !chain_holds_block(part);
                self.group(|it| it.if_statement(part, may_be_flat));
            }
            StmtKind::For { pattern, iterable, body } => self.group(|it| {
                it.keyword(Token::For);
                it.pattern(pattern);
                it.space();
                it.keyword(Token::In);
                it.iterable(iterable);
                it.space();
                it.block(body, !it.is_multiline(body.span));
            }),
            StmtKind::While { condition, body } => self.group(|it| {
                it.keyword(Token::While);
                it.expr(condition);
                it.space();
                it.block(body, !it.is_multiline(body.span));
            }),
            StmtKind::Modified { modifiers, body } => self.group(|it| it.modified(modifiers, body)),
            StmtKind::Within(within) => self.group(|it| it.within(within)),
            StmtKind::Optimize(optimize) => self.group(|it| it.optimize(optimize)),
            StmtKind::Objective { goal, value } => {
                self.keyword(match goal {
                    Goal::Minimize => Token::Minimize,
                    Goal::Maximize => Token::Maximize,
                });
                self.expr(value);
                self.semicolon();
            }
        }
    }

    fn semicolon(&mut self) {
        self.punctuation(Token::Semicolon);
    }

    /// ` = value`
    pub(super) fn value(&mut self, value: &Expr) {
        self.space();
        self.keyword(Token::Assign);
        self.expr(value);
    }

    fn if_statement(&mut self, part: &If, may_be_flat: bool) {
        self.keyword(Token::If);
        self.expr(&part.condition);
        self.space();
        self.block(&part.then, may_be_flat);
        if let Some(otherwise) = &part.otherwise {
            self.space();
            self.keyword(Token::Else);
            match otherwise {
                Else::Block(block) => self.block(block, may_be_flat),
                Else::If(part) => self.if_statement(part, may_be_flat),
            }
        }
    }

    pub(super) fn iterable(&mut self, iterable: &Iterable) {
        match &iterable.kind {
            IterableKind::Range { start, end } => {
                self.expr(start);
                self.word(Token::DotDot);
                self.expr(end);
            }
            IterableKind::Expr(expr) => self.expr(expr),
        }
    }

    fn modified(&mut self, modifiers: &[Modifier], body: &ModifiedBody) {
        for modifier in modifiers {
            self.modifier(modifier);
            self.space();
        }
        match body {
            ModifiedBody::Call(call) => {
                self.expr(call);
                self.semicolon();
            }
            ModifiedBody::Block(block) => self.block(block, !self.is_multiline(block.span)),
            ModifiedBody::Within(within) => self.within(within),
        }
    }

    fn modifier(&mut self, modifier: &Modifier) {
        match &modifier.kind {
            ModifierKind::Adjoint => self.word(Token::Adjoint),
            ModifierKind::Control(controls) => {
                self.word(Token::Control);
                self.brackets(Token::LeftParen, Token::RightParen, |it| {
                    it.comma_list(controls, true, Self::control);
                });
            }
            ModifierKind::Power(exponent) => {
                self.word(Token::Power);
                self.brackets(Token::LeftParen, Token::RightParen, |it| {
                    it.comma_list(std::slice::from_ref(exponent), true, Self::expr);
                });
            }
        }
    }

    fn control(&mut self, control: &Control) {
        if control.is_negated {
            self.keyword(Token::Not);
        }
        self.expr(&control.qubit);
    }

    fn within(&mut self, within: &Within) {
        let holds_block = within.within.statements.iter().chain(&within.apply.statements).any(holds_block);
        let may_be_flat = !self.is_multiline(within.span) && !holds_block;
        self.keyword(Token::Within);
        self.block(&within.within, may_be_flat);
        self.space();
        self.keyword(Token::Apply);
        self.block(&within.apply, may_be_flat);
    }

    /// A head that doesn't fit on a line has each option on its own, and the block begins on the next.
    fn optimize(&mut self, optimize: &Optimize) {
        self.group(|it| {
            it.keyword(Token::Optimize);
            it.places(&optimize.places);
            it.space();
            it.keyword(Token::With);
            it.expr(&optimize.optimizer);
            it.indent(|it| {
                for option in &optimize.options {
                    it.punctuation(Token::Comma);
                    it.line();
                    it.named_option(option);
                }
                if let Some(over) = &optimize.over {
                    it.line();
                    it.keyword(Token::Over);
                    it.pattern(&over.pattern);
                    it.space();
                    it.keyword(Token::In);
                    it.iterable(&over.iterable);
                }
            });
            it.line();
        });
        self.block(&optimize.body, !self.is_multiline(optimize.body.span));
    }

    fn named_option(&mut self, option: &NamedOption) {
        self.any_word();
        self.word(Token::Colon);
        self.space();
        match &option.value {
            OptionValue::Expr(value) => self.expr(value),
            OptionValue::Named(_, values) => {
                self.brackets(Token::LeftParen, Token::RightParen, |it| {
                    it.comma_list(values, true, Self::named_value);
                });
            }
        }
    }

    fn named_value(&mut self, value: &NamedValue) {
        self.any_word();
        self.word(Token::Colon);
        self.space();
        self.expr(&value.value);
    }

    /// Whether a span was written on several lines.
    pub(super) fn is_multiline(&self, span: Span) -> bool {
        self.source()[span.start as usize..span.end as usize].contains('\n')
    }
}

/// `=` or `+=`
fn assignment(operator: Option<BinaryOp>) -> Token {
    match operator {
        Some(BinaryOp::Add) => Token::AddAssign,
        Some(BinaryOp::Sub) => Token::SubAssign,
        Some(BinaryOp::Mul) => Token::MulAssign,
        Some(BinaryOp::Div) => Token::DivAssign,
        _ => Token::Assign,
    }
}

/// Whether a block is a part of the statement.
fn holds_block(statement: &Stmt) -> bool {
    match &statement.kind {
        StmtKind::Let { .. }
        | StmtKind::Assign { .. }
        | StmtKind::Expr(_)
        | StmtKind::Return(_)
        | StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Objective { .. } => false,
        StmtKind::If(_)
        | StmtKind::For { .. }
        | StmtKind::While { .. }
        | StmtKind::Within(_)
        | StmtKind::Optimize(_) => true,
        StmtKind::Modified { body, .. } => !matches!(body, ModifiedBody::Call(_)),
    }
}

/// Whether one of the blocks of an `if` holds a block.
fn chain_holds_block(part: &If) -> bool {
    part.then.statements.iter().any(holds_block)
        || match &part.otherwise {
            None => false,
            Some(Else::Block(block)) => block.statements.iter().any(holds_block),
            Some(Else::If(part)) => chain_holds_block(part),
        }
}
