//! Types, patterns, and the places of `optimize` and `grad`.

use super::builder::Builder;
use crate::Token;
use crate::ast::{Dim, DimKind, Effect, Name, Pattern, PatternKind, Place, Places, Type, TypeKind};

impl Builder<'_> {
    /// `: float`
    pub(super) fn annotation(&mut self, ty: &Type) {
        self.word(Token::Colon);
        self.space();
        self.ty(ty);
    }

    /// A type. Parentheses around a single type are in the text alone, so they are counted there.
    pub(super) fn ty(&mut self, ty: &Type) {
        let n_parens = match &ty.kind {
            TypeKind::Name(name) => self.n_words_before(name.span.start),
            TypeKind::Tuple(parts) => self.n_words_before(parts[0].span.start) - 1,
            TypeKind::Array { element, .. } => self.n_words_before(element.span.start),
            TypeKind::Qubit | TypeKind::Callable { .. } => self.n_open_parens(),
        };
        (0..n_parens).for_each(|_| self.word(Token::LeftParen));
        self.bare_type(&ty.kind);
        (0..n_parens).for_each(|_| self.word(Token::RightParen));
    }

    fn bare_type(&mut self, kind: &TypeKind) {
        match kind {
            TypeKind::Name(_) | TypeKind::Qubit => self.any_word(),
            TypeKind::Tuple(parts) => self.types(parts),
            TypeKind::Array { element, dims } => {
                self.ty(element);
                self.word(Token::LeftBracket);
                self.plain_list(dims, Self::dim);
                self.word(Token::RightBracket);
            }
            TypeKind::Callable { effect, parameters, result } => {
                self.effect(*effect);
                self.types(parameters);
                if let Some(result) = result {
                    self.result(result);
                }
            }
        }
    }

    /// `gate`, `kernel` or `fn`
    pub(super) fn effect(&mut self, effect: Effect) {
        self.word(match effect {
            Effect::Gate => Token::Gate,
            Effect::Kernel => Token::Kernel,
            Effect::Fn => Token::Fn,
        });
    }

    /// ` -> float`
    pub(super) fn result(&mut self, result: &Type) {
        self.space();
        self.keyword(Token::Arrow);
        self.ty(result);
    }

    fn types(&mut self, types: &[Type]) {
        self.word(Token::LeftParen);
        self.plain_list(types, Self::ty);
        self.word(Token::RightParen);
    }

    fn dim(&mut self, dim: &Dim) {
        match &dim.kind {
            DimKind::Expr(expr) => self.expr(expr),
            DimKind::Unknown => self.word(Token::Question),
        }
    }

    /// `[n, m]` after the name of an item.
    pub(super) fn sizes(&mut self, sizes: &[Name]) {
        if !sizes.is_empty() {
            self.word(Token::LeftBracket);
            self.plain_list(sizes, |it, _| it.any_word());
            self.word(Token::RightBracket);
        }
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Name(_) | PatternKind::Ignore => self.any_word(),
            PatternKind::Tuple(parts) => {
                self.word(Token::LeftParen);
                self.plain_list(parts, Self::pattern);
                self.word(Token::RightParen);
            }
        }
    }

    pub(super) fn places(&mut self, places: &Places) {
        if let [place] = &places.list[..] {
            self.place(place);
        } else {
            self.word(Token::LeftParen);
            self.plain_list(&places.list, Self::place);
            self.word(Token::RightParen);
        }
    }

    fn place(&mut self, place: &Place) {
        self.any_word();
        for _ in &place.fields {
            self.word(Token::Dot);
            self.any_word();
        }
    }
}
