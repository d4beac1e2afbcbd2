//! Spans are exact: the text under the span of a node, read again at its place, gives the very same node.

#![allow(clippy::needless_for_each)] // Shorter, where a node has many parts.

use qml_source::{FileId, Span};

use crate::ast::{
    Block, ClauseKind, Dim, DimKind, Else, Expr, ExprKind, If, IndexKind, Item, ItemKind, Iterable,
    IterableKind, ModifiedBody, ModifierKind, Name, OptionValue, Pattern, PatternKind, Places, Stmt,
    StmtKind, StringPartKind, Type, TypeKind, Within,
};
use crate::lexer::{Lexeme, lex_part};
use crate::parse;
use crate::parse::tests::CORPUS;
use crate::parse::{Context, parse_expr, parse_item};

#[test]
fn each_node_reads_back_from_its_text() {
    for (name, text) in CORPUS {
        let parsed = parse(FileId(0), text);
        let mut walk = Walk { text, n_nodes: 0 };
        parsed.module.items.iter().for_each(|item| walk.item(item));
        assert!(walk.n_nodes > 100, "{name}: only {} nodes were seen", walk.n_nodes);
    }
}

/// Walks the tree and reads each node again.
struct Walk<'a> {
    text: &'a str,
    n_nodes: usize,
}

impl Walk<'_> {
    fn snippet(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    /// The item made of the words of the span between other words, each with an empty place.
    fn read(&mut self, before: &str, span: Span, after: &str) -> Item {
        self.n_nodes += 1;
        assert_eq!(self.snippet(span), self.snippet(span).trim(), "a span begins and ends with its words");
        let (start, end) = (span.start as usize, span.end as usize);
        let invented = |text: &str, place: usize| -> Vec<Lexeme> {
            let words = lex_part(FileId(0), text, 0).0;
            words.into_iter().map(|word| Lexeme { token: word.token, start: place, end: place }).collect()
        };
        let mut words = invented(before, start);
        words.extend(lex_part(FileId(0), self.snippet(span), start).0);
        words.extend(invented(after, end));
        let mut context = Context::new(FileId(0), self.text);
        parse_item(&mut context, &words).map_err(|_| self.snippet(span).to_owned()).unwrap()
    }

    fn body_of(&mut self, before: &str, span: Span, after: &str) -> Vec<Stmt> {
        match self.read(&format!("fn f() {{ {before}"), span, &format!("{after} }}")).kind {
            ItemKind::Callable(callable) => callable.body.statements,
            other => panic!("{other:?}"),
        }
    }

    fn name(&mut self, name: &Name) {
        self.n_nodes += 1;
        assert_eq!(self.snippet(name.span), name.text);
    }

    fn item(&mut self, item: &Item) {
        let again = self.read("", item.span, "");
        assert_eq!((&again.kind, &again.attributes, again.span), (&item.kind, &item.attributes, item.span));
        if let Some(docs) = &item.docs {
            assert!(docs.span.end <= item.span.start);
            let text = self.snippet(docs.span).lines().map(|line| line.trim().trim_start_matches('/').trim());
            assert_eq!(docs.text, text.collect::<Vec<_>>().join("\n"));
        }
        for attribute in &item.attributes {
            assert!(self.snippet(attribute.span).starts_with('@'));
            self.name(&attribute.name);
            attribute.arguments.iter().for_each(|argument| self.expr(&argument.value));
        }
        match &item.kind {
            ItemKind::Use(item) => {
                item.path.segments.iter().for_each(|name| self.name(name));
                assert_eq!(self.snippet(item.path.span).starts_with("./"), item.path.is_local);
                assert!(self.snippet(item.path.span).ends_with(&item.path.segments.last().unwrap().text));
            }
            ItemKind::Const(item) => {
                self.name(&item.name);
                item.ty.iter().for_each(|ty| self.ty(ty));
                self.expr(&item.value);
            }
            ItemKind::Param(item) => {
                self.name(&item.name);
                self.ty(&item.ty);
                self.expr(&item.default);
            }
            ItemKind::Struct(item) => {
                for field in &item.fields {
                    self.name(&field.name);
                    self.ty(&field.ty);
                    assert_eq!(field.name.span.to(field.ty.span), field.span);
                }
            }
            ItemKind::Callable(item) => {
                self.name(&item.name);
                item.sizes.iter().for_each(|name| self.name(name));
                for parameter in &item.parameters {
                    self.name(&parameter.name);
                    self.ty(&parameter.ty);
                    parameter.default.iter().for_each(|value| self.expr(value));
                    let last = parameter.default.as_ref().map_or(parameter.ty.span, |value| value.span);
                    assert_eq!(parameter.name.span.to(last), parameter.span);
                }
                item.result.iter().for_each(|ty| self.ty(ty));
                item.condition.iter().for_each(|condition| self.expr(condition));
                self.block(&item.body);
            }
            ItemKind::Test(item) => {
                assert!(
                    self.snippet(item.name.span).starts_with('"')
                        && self.snippet(item.name.span).ends_with('"')
                );
                self.block(&item.body);
            }
            ItemKind::Broken(_) => panic!("a right program is broken"),
        }
    }

    fn ty(&mut self, ty: &Type) {
        match self.read("fn f(x:", ty.span, ") { }").kind {
            ItemKind::Callable(callable) => assert_eq!(callable.parameters[0].ty, *ty),
            other => panic!("{other:?}"),
        }
        match &ty.kind {
            TypeKind::Name(name) => {
                // `(float)` is a float; parentheses leave no trace but the span.
                assert!(self.snippet(ty.span).contains(&name.text));
                self.name(name);
            }
            TypeKind::Qubit => assert_eq!(self.snippet(ty.span), "qubit"),
            TypeKind::Tuple(parts) => parts.iter().for_each(|part| self.ty(part)),
            TypeKind::Array { element, dims } => {
                self.ty(element);
                dims.iter().for_each(|dim| self.dim(dim));
            }
            TypeKind::Callable { parameters, result, .. } => {
                parameters.iter().for_each(|part| self.ty(part));
                result.iter().for_each(|part| self.ty(part));
            }
        }
    }

    fn dim(&mut self, dim: &Dim) {
        match &dim.kind {
            DimKind::Expr(expr) => {
                assert_eq!(expr.span, dim.span);
                self.expr(expr);
            }
            DimKind::Unknown => assert_eq!(self.snippet(dim.span), "?"),
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        let statements = self.body_of("let", pattern.span, "= 1;");
        assert!(matches!(&statements[0].kind, StmtKind::Let { pattern: again, .. } if again == pattern));
        match &pattern.kind {
            PatternKind::Name(name) => self.name(name),
            PatternKind::Ignore => assert_eq!(self.snippet(pattern.span), "_"),
            PatternKind::Tuple(parts) => parts.iter().for_each(|part| self.pattern(part)),
        }
    }

    fn block(&mut self, block: &Block) {
        let statements = self.body_of("while true", block.span, "");
        assert!(matches!(&statements[0].kind, StmtKind::While { body, .. } if body == block));
        block.statements.iter().for_each(|statement| self.stmt(statement));
    }

    fn stmt(&mut self, statement: &Stmt) {
        assert_eq!(self.body_of("", statement.span, ""), std::slice::from_ref(statement));
        match &statement.kind {
            StmtKind::Let { pattern, ty, value, .. } => {
                self.pattern(pattern);
                ty.iter().for_each(|ty| self.ty(ty));
                self.expr(value);
            }
            StmtKind::Assign { target, value, .. } => {
                self.expr(target);
                self.expr(value);
            }
            StmtKind::Expr(expr) | StmtKind::Objective { value: expr, .. } => self.expr(expr),
            StmtKind::Return(value) => value.iter().for_each(|value| self.expr(value)),
            StmtKind::Break | StmtKind::Continue => {}
            StmtKind::If(branch) => self.branch(branch),
            StmtKind::For { pattern, iterable, body } => {
                self.pattern(pattern);
                self.iterable(iterable);
                self.block(body);
            }
            StmtKind::While { condition, body } => {
                self.expr(condition);
                self.block(body);
            }
            StmtKind::Modified { modifiers, body } => {
                for modifier in modifiers {
                    let statements = self.body_of("", modifier.span, "u();");
                    assert!(
                        matches!(&statements[0].kind, StmtKind::Modified { modifiers, .. } if modifiers[0] == *modifier)
                    );
                    match &modifier.kind {
                        ModifierKind::Adjoint => {}
                        ModifierKind::Control(controls) => controls.iter().for_each(|control| {
                            assert_eq!(self.snippet(control.span).starts_with("not"), control.is_negated);
                            self.expr(&control.qubit);
                        }),
                        ModifierKind::Power(exponent) => self.expr(exponent),
                    }
                }
                match body {
                    ModifiedBody::Call(call) => self.expr(call),
                    ModifiedBody::Block(block) => self.block(block),
                    ModifiedBody::Within(within) => self.within(within),
                }
            }
            StmtKind::Within(within) => self.within(within),
            StmtKind::Optimize(optimize) => {
                assert_eq!(optimize.span, statement.span);
                self.places(&optimize.places);
                self.expr(&optimize.optimizer);
                for option in &optimize.options {
                    self.name(&option.name);
                    match &option.value {
                        OptionValue::Expr(value) => self.expr(value),
                        OptionValue::Named(span, values) => {
                            assert!(
                                self.snippet(*span).starts_with('(') && self.snippet(*span).ends_with(')')
                            );
                            for value in values {
                                self.name(&value.name);
                                self.expr(&value.value);
                                assert_eq!(value.name.span.to(value.value.span), value.span);
                            }
                        }
                    }
                    assert_eq!(option.name.span.to(option.value.span()), option.span);
                }
                if let Some(over) = &optimize.over {
                    assert!(self.snippet(over.span).starts_with("over"));
                    self.pattern(&over.pattern);
                    self.iterable(&over.iterable);
                    assert_eq!(over.iterable.span.end, over.span.end);
                }
                self.block(&optimize.body);
            }
        }
    }

    fn branch(&mut self, branch: &If) {
        let statements = self.body_of("", branch.span, "");
        assert!(matches!(&statements[0].kind, StmtKind::If(again) if again == branch));
        self.expr(&branch.condition);
        self.block(&branch.then);
        match &branch.otherwise {
            Some(Else::Block(block)) => self.block(block),
            Some(Else::If(branch)) => self.branch(branch),
            None => {}
        }
    }

    fn within(&mut self, within: &Within) {
        let statements = self.body_of("", within.span, "");
        assert!(matches!(&statements[0].kind, StmtKind::Within(again) if again == within));
        self.block(&within.within);
        self.block(&within.apply);
    }

    fn iterable(&mut self, iterable: &Iterable) {
        let statements = self.body_of("for x in", iterable.span, "{ }");
        assert!(matches!(&statements[0].kind, StmtKind::For { iterable: again, .. } if again == iterable));
        match &iterable.kind {
            IterableKind::Range { start, end } => {
                self.expr(start);
                self.expr(end);
            }
            IterableKind::Expr(expr) => self.expr(expr),
        }
    }

    fn places(&mut self, places: &Places) {
        let statements = self.body_of("optimize", places.span, "with a { }");
        assert!(matches!(&statements[0].kind, StmtKind::Optimize(again) if again.places == *places));
        for place in &places.list {
            self.name(&place.root);
            place.fields.iter().for_each(|field| self.name(field));
            assert_eq!(
                place.fields.last().map_or(place.root.span, |last| place.root.span.to(last.span)),
                place.span
            );
        }
    }

    fn expr(&mut self, expr: &Expr) {
        self.n_nodes += 1;
        let mut context = Context::new(FileId(0), self.text);
        let again = parse_expr(&mut context, expr.span.start as usize, expr.span.end as usize);
        assert_eq!(again.as_ref(), Some(expr), "{}", self.snippet(expr.span));
        assert_eq!(self.snippet(expr.span), self.snippet(expr.span).trim());
        match &expr.kind {
            ExprKind::Name(name) => self.name(name),
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Imaginary(_) | ExprKind::Bool(_) => {}
            ExprKind::String(parts) => {
                let mut end = expr.span.start + 1;
                for part in parts {
                    assert_eq!(part.span.start, end, "the parts of a string touch");
                    end = part.span.end;
                    if let StringPartKind::Value { value, format } = &part.kind {
                        assert!(
                            self.snippet(part.span).starts_with('{')
                                && self.snippet(part.span).ends_with('}')
                        );
                        self.expr(value);
                        assert!(format.is_none_or(|format| format.span.end + 1 == part.span.end));
                    }
                }
                assert_eq!(end + 1, expr.span.end.max(expr.span.start + 2));
            }
            ExprKind::Qubit(inner) | ExprKind::Paren(inner) | ExprKind::Unary { operand: inner, .. } => {
                self.expr(inner);
            }
            ExprKind::Tuple(parts) | ExprKind::List(parts) => parts.iter().for_each(|part| self.expr(part)),
            ExprKind::Repeat { value, count } => {
                self.expr(value);
                self.expr(count);
            }
            ExprKind::Comprehension { element, clauses } => {
                self.expr(element);
                for clause in clauses {
                    match &clause.kind {
                        ClauseKind::For { pattern, iterable } => {
                            assert!(self.snippet(clause.span).starts_with("for"));
                            assert_eq!(clause.span.end, iterable.span.end);
                            self.pattern(pattern);
                            self.iterable(iterable);
                        }
                        ClauseKind::If(condition) => {
                            assert!(self.snippet(clause.span).starts_with("if"));
                            assert_eq!(clause.span.end, condition.span.end);
                            self.expr(condition);
                        }
                    }
                }
            }
            ExprKind::Binary { operator, operator_span, left, right } => {
                assert_eq!(self.snippet(*operator_span), operator.symbol());
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Call { callee, arguments } => {
                self.expr(callee);
                for argument in arguments {
                    argument.name.iter().for_each(|name| self.name(name));
                    self.expr(&argument.value);
                    let first = argument.name.as_ref().map_or(argument.value.span, |name| name.span);
                    assert_eq!(first.to(argument.value.span), argument.span);
                }
            }
            ExprKind::Index { base, indices } => {
                self.expr(base);
                for index in indices {
                    match &index.kind {
                        IndexKind::Expr(expr) => {
                            assert_eq!(expr.span, index.span);
                            self.expr(expr);
                        }
                        IndexKind::Range { start, end } => {
                            assert!(self.snippet(index.span).contains(".."));
                            start.iter().chain(end).for_each(|bound| self.expr(bound));
                        }
                    }
                }
            }
            ExprKind::Field { base, field } => {
                self.expr(base);
                self.name(field);
                assert_eq!(field.span.end, expr.span.end);
            }
            ExprKind::If { condition, then, otherwise } => {
                self.expr(condition);
                self.expr(then);
                self.expr(otherwise);
            }
            ExprKind::Grad { objective, places, method } => {
                self.expr(objective);
                self.places(places);
                assert!(
                    method.as_ref().is_none_or(|method| self.snippet(method.span).contains(&method.text))
                );
            }
        }
    }
}
