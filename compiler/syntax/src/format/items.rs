//! Items, and what stands between them.

use qml_source::bug;

use super::builder::Builder;
use super::layout::Layout;
use crate::Token;
use crate::ast::{
    Attribute, Callable, FieldDeclaration, Import, Item, ItemKind, Module, Parameter, Struct, Use,
};

impl Builder<'_> {
    /// A file.
    pub(super) fn module(&mut self, module: &Module) {
        for (index, item) in module.items.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| &module.items[before]);
            let is_apart = before.is_some_and(|before| has_body(before) || has_body(item));
            self.separate(before.is_none(), is_apart);
            self.item(item);
        }
        self.separate(module.items.is_empty(), false);
    }

    /// The comments before the next item or statement, and lines to set both off from what comes before them: one blank
    /// line where there was one, or where there has to be one.
    pub(super) fn separate(&mut self, is_first: bool, is_apart: bool) {
        let blank_after = self.is_after_blank();
        let mut comments = std::mem::take(&mut self.next_word().leading);
        let has_blank = blank_after || comments.iter().any(|comment| comment.is_after_blank);
        let mut is_apart = is_apart && !has_blank;
        let mut is_first = is_first;
        for comment in comments.drain(..) {
            let blank = !is_first && (comment.is_after_blank || is_apart);
            self.add(if blank { Layout::BlankLine } else { Layout::HardLine });
            self.add(Layout::Comment(comment));
            (is_first, is_apart) = (false, false);
        }
        let blank = !is_first && (blank_after || is_apart) && self.has_more();
        self.add(if blank { Layout::BlankLine } else { Layout::HardLine });
    }

    fn item(&mut self, item: &Item) {
        for attribute in &item.attributes {
            self.attribute(attribute);
            self.add(Layout::HardLine);
        }
        match &item.kind {
            ItemKind::Use(part) => self.use_item(part, item),
            ItemKind::Const(item) => {
                self.keyword(Token::Const);
                self.any_word();
                if let Some(ty) = &item.ty {
                    self.annotation(ty);
                }
                self.value(&item.value);
                self.end_of_item();
            }
            ItemKind::Param(item) => {
                self.keyword(Token::Param);
                self.any_word();
                self.annotation(&item.ty);
                self.value(&item.default);
                self.end_of_item();
            }
            ItemKind::Struct(fields) => self.struct_item(fields, item),
            ItemKind::Callable(callable) => self.callable(callable),
            ItemKind::Test(test) => self.group(|it| {
                it.keyword(Token::Test);
                it.keyword(Token::String);
                it.block(&test.body, !it.is_multiline(test.body.span));
            }),
            ItemKind::Broken(_) => bug!("a broken item was to be formatted"),
        }
    }

    /// The semicolon. Documentation before it would belong to the next item if it came after it.
    fn end_of_item(&mut self) {
        if self.next_comments_are_plain() {
            self.punctuation(Token::Semicolon);
        } else {
            self.word(Token::Semicolon);
        }
    }

    fn attribute(&mut self, attribute: &Attribute) {
        self.word(Token::At);
        self.any_word();
        if self.peek() == Some(Token::LeftParen) {
            self.arguments(&attribute.arguments);
        }
    }

    fn use_item(&mut self, item: &Use, whole: &Item) {
        self.keyword(Token::Use);
        if item.path.is_local {
            self.word(Token::DotSlash);
        }
        for index in 0..item.path.segments.len() {
            if index > 0 {
                self.word(Token::Dot);
            }
            self.any_word();
        }
        match &item.import {
            Import::Last => {}
            Import::As(_) => {
                self.space();
                self.keyword(Token::As);
                self.any_word();
            }
            Import::Listed(names) => {
                self.word(Token::Dot);
                let has_comments = self.has_comments(whole.span);
                self.brackets(Token::LeftBrace, Token::RightBrace, |it| {
                    if has_comments {
                        it.comma_list(names, false, |it, _| it.any_word());
                    } else {
                        it.filled_list(names, |it, _| it.any_word());
                    }
                });
            }
        }
        self.end_of_item();
    }

    fn struct_item(&mut self, item: &Struct, whole: &Item) {
        let is_broken = self.is_multiline(whole.span);
        self.keyword(Token::Struct);
        self.any_word();
        self.space();
        self.group(|it| {
            it.word(Token::LeftBrace);
            it.indent(|it| {
                for (index, field) in item.fields.iter().enumerate() {
                    if index > 0 {
                        it.punctuation(Token::Comma);
                    }
                    it.part_of_block(index == 0, is_broken);
                    it.field(field);
                }
                if !item.fields.is_empty() {
                    it.trailing_comma();
                }
                it.end_of_block();
            });
            if !item.fields.is_empty() {
                it.line();
            }
            it.word(Token::RightBrace);
        });
    }

    fn field(&mut self, field: &FieldDeclaration) {
        self.any_word();
        self.annotation(&field.ty);
    }

    fn callable(&mut self, item: &Callable) {
        self.group(|it| {
            it.effect(item.effect);
            it.space();
            it.any_word();
            it.sizes(&item.sizes);
            it.brackets(Token::LeftParen, Token::RightParen, |it| {
                it.comma_list(&item.parameters, false, Self::parameter);
            });
            if let Some(result) = &item.result {
                it.result(result);
            }
            if let Some(condition) = &item.condition {
                it.space();
                it.keyword(Token::Where);
                it.expr(condition);
            }
            it.space();
            it.block(&item.body, !it.is_multiline(item.body.span));
        });
    }

    fn parameter(&mut self, parameter: &Parameter) {
        self.any_word();
        self.annotation(&parameter.ty);
        if let Some(default) = &parameter.default {
            self.value(default);
        }
    }
}

/// Whether an item is set off by blank lines.
fn has_body(item: &Item) -> bool {
    matches!(item.kind, ItemKind::Callable(_) | ItemKind::Test(_))
}
