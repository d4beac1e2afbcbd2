//! Text to tree: the one entrance, and the functions behind the longer actions of the grammar.

use std::collections::BTreeSet;

use lalrpop_util::{ParseError, lalrpop_mod};
use qml_source::{Diagnostic, FileId, Span};

use crate::ast;
use crate::error::SyntaxError;
use crate::items;
use crate::lexer::{self, Lexeme};
use crate::token::Token;
use crate::{explain, nesting};

pub(crate) use crate::interpolation::string;
pub(crate) use crate::literal::{negated, number, string_literal};

lalrpop_mod!(
    #[allow(warnings, clippy::all, clippy::pedantic)]
    grammar
);

/// The most errors that are reported of one file.
pub(crate) const MOST_ERRORS: usize = 2000;

/// What became of a text.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree; items with errors are [`ast::ItemKind::Broken`].
    pub module: ast::Module,
    /// All syntax errors, in source order.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a source file. Any text gives a tree: what can't be read is reported, and the rest read on.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let mut context = Context::new(file, text);
    let items = items::items(&mut context);
    context.settle();
    let mut errors = context.errors;
    errors.sort_by_key(|error| (error.span().start, error.span().end));
    errors.dedup_by_key(|error| (error.span().start, error.span().end));
    let diagnostics = errors.into_iter().map(Diagnostic::from).collect();
    Parsed { module: ast::Module { file, items }, diagnostics }
}

/// What the actions of the grammar need: the source, and where to report.
pub(crate) struct Context<'text> {
    file: FileId,
    source: &'text str,
    errors: Vec<SyntaxError>,
    /// Where something begins that the lexer reported, sorted.
    lexical: BTreeSet<usize>,
    /// Reserved words that the file declares as names.
    pub(crate) misnamed: Vec<Token>,
    /// Errors that follow from a reserved word as a name, with the words, if that is reported.
    held: Vec<(SyntaxError, Vec<String>)>,
}

impl<'text> Context<'text> {
    pub(crate) fn new(file: FileId, source: &'text str) -> Self {
        Self {
            file,
            source,
            errors: Vec::new(),
            lexical: BTreeSet::new(),
            misnamed: Vec::new(),
            held: Vec::new(),
        }
    }

    pub(crate) fn file(&self) -> FileId {
        self.file
    }

    pub(crate) fn source(&self) -> &'text str {
        self.source
    }

    /// The text between two bytes; none where a word that recovery has put in stands out of order.
    pub(crate) fn text(&self, start: usize, end: usize) -> &'text str {
        self.source.get(start..end).unwrap_or_default()
    }

    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    pub(crate) fn name(&self, start: usize, end: usize) -> ast::Name {
        ast::Name { text: self.text(start, end).to_owned(), span: self.span(start, end) }
    }

    /// Reports an error, unless there are more than anybody reads.
    pub(crate) fn report(&mut self, error: SyntaxError) {
        if self.is_full() || self.is_swallowed(&error) {
            return;
        }
        if error.is_lexical() {
            self.lexical.insert(error.span().start as usize);
        }
        self.errors.push(error);
    }

    /// Whether what would close a bracket stands in a string that is not closed.
    fn is_swallowed(&self, error: &SyntaxError) -> bool {
        let SyntaxError::Unbalanced { span: opened, bracket, is_open: true } = error else { return false };
        let closing = match bracket {
            '(' => ')',
            '[' => ']',
            _ => '}',
        };
        self.errors.iter().any(|error| match error {
            SyntaxError::OpenString { span } if span.start > opened.start => {
                self.text(span.start as usize, span.end as usize).contains(closing)
            }
            _ => false,
        })
    }

    /// Keeps an error back that is none of its own if one of the words is reported as a name.
    pub(crate) fn hold(&mut self, error: SyntaxError, words: Vec<String>) {
        if self.held.len() < MOST_ERRORS {
            self.held.push((error, words));
        }
    }

    /// Reports what was kept back for nothing.
    fn settle(&mut self) {
        let names = self.errors.iter().filter_map(|error| match error {
            SyntaxError::ReservedWord { word, .. } => Some(word.clone()),
            _ => None,
        });
        let names: BTreeSet<String> = names.collect();
        for (error, words) in std::mem::take(&mut self.held) {
            if !words.iter().any(|word| names.contains(word)) {
                self.report(error);
            }
        }
    }

    /// Whether nothing more is reported.
    pub(crate) fn is_full(&self) -> bool {
        self.errors.len() >= MOST_ERRORS
    }

    pub(crate) fn n_errors(&self) -> usize {
        self.errors.len()
    }

    /// Whether something that the lexer reports was reported between two bytes.
    pub(crate) fn has_lexical_error_in(&self, start: usize, end: usize) -> bool {
        self.lexical.range(start..=end).next().is_some()
    }

    /// Forgets the last error if it is at this place.
    pub(crate) fn forget_last_at(&mut self, span: Span) {
        if let Some(error) = self.errors.pop_if(|error| error.span() == span) {
            self.forget(&error);
        }
    }

    /// Forgets what was reported of these words since there were `n_errors`.
    pub(crate) fn forget_of(&mut self, n_errors: usize, words: &[Lexeme]) {
        let since = self.errors.split_off(n_errors);
        let is_of = |start: usize| words.iter().any(|word| (word.start..word.end).contains(&start));
        for error in since {
            if is_of(error.span().start as usize) {
                self.forget(&error);
            } else {
                self.errors.push(error);
            }
        }
    }

    fn forget(&mut self, error: &SyntaxError) {
        if error.is_lexical() {
            self.lexical.remove(&(error.span().start as usize));
        }
    }
}

/// Where the grammar stopped, and what would have let it go on.
pub(crate) struct Stop {
    /// Index of the word it stopped at; the number of words at their end.
    pub(crate) at: usize,
    /// The words that would have done, as the grammar writes them, without quotes.
    pub(crate) expected: Vec<String>,
}

/// Reads the words of one item.
pub(crate) fn parse_item(context: &mut Context<'_>, words: &[Lexeme]) -> Result<ast::Item, Stop> {
    grammar::ItemParser::new().parse(context, stream(words)).map_err(|error| stop(words, error))
}

/// Reads the expression at `start..end`, which stands in a string.
pub(crate) fn parse_expr(context: &mut Context<'_>, start: usize, end: usize) -> Option<ast::Expr> {
    let (words, errors) = lexer::lex_part(context.file, context.text(start, end), start);
    let is_clean = errors.is_empty();
    for error in errors {
        context.report(error);
    }
    if let Some(error) = nesting::too_deep(context, &words) {
        context.report(error);
        return None;
    }
    let result =
        grammar::ExprParser::new().parse(context, stream(&words)).map_err(|error| stop(&words, error));
    match result {
        Ok(expr) => Some(expr),
        Err(stop) => {
            if is_clean {
                let error = explain::explain(context, &words, &stop, end);
                context.report(error);
            }
            None
        }
    }
}

fn stream(words: &[Lexeme]) -> impl Iterator<Item = Result<(usize, Token, usize), std::convert::Infallible>> {
    words.iter().filter(|word| word.token != Token::Doc).map(|word| Ok((word.start, word.token, word.end)))
}

fn stop(words: &[Lexeme], error: ParseError<usize, Token, std::convert::Infallible>) -> Stop {
    let (token, expected) = match error {
        ParseError::UnrecognizedToken { token, expected } => (Some(token), expected),
        ParseError::ExtraToken { token } => (Some(token), Vec::new()),
        ParseError::UnrecognizedEof { expected, .. } => (None, expected),
        ParseError::InvalidToken { .. } => (None, Vec::new()),
        ParseError::User { error } => match error {},
    };
    // Words that recovery has put in may begin at the same byte as others.
    let index =
        token.and_then(|token| words.iter().position(|word| (word.start, word.token, word.end) == token));
    let at = index.unwrap_or(words.len());
    let expected = expected.into_iter().map(|word| word.trim_matches('"').to_owned()).collect();
    Stop { at, expected }
}

// ---- Actions ----

/// What stands in an `optimize` statement.
pub struct OptimizeParts {
    pub(crate) places: ast::Places,
    pub(crate) optimizer: ast::Expr,
    pub(crate) options: Vec<ast::NamedOption>,
    pub(crate) over: Option<ast::Over>,
    pub(crate) body: ast::Block,
}

pub(crate) fn push<T>(mut list: Vec<T>, node: T) -> Vec<T> {
    list.push(node);
    list
}

pub(crate) fn binary(left: ast::Expr, operator: (Span, ast::BinaryOp), right: ast::Expr) -> ast::Expr {
    let span = left.span.to(right.span);
    let (operator_span, operator) = operator;
    let kind =
        ast::ExprKind::Binary { operator, operator_span, left: Box::new(left), right: Box::new(right) };
    ast::Expr { span, kind }
}

pub(crate) fn item((span, (attributes, kind)): (Span, (Vec<ast::Attribute>, ast::ItemKind))) -> ast::Item {
    ast::Item { span, docs: None, attributes, kind }
}

pub(crate) fn attribute(
    (span, (name, arguments)): (Span, (ast::Name, Vec<ast::Argument>)),
) -> ast::Attribute {
    ast::Attribute { span, name, arguments }
}

pub(crate) fn use_path((span, first): (Span, ast::Name), is_local: bool) -> ast::UsePath {
    ast::UsePath { span, is_local, segments: vec![first] }
}

pub(crate) fn longer_path(path: ast::UsePath, name: ast::Name) -> ast::UsePath {
    ast::UsePath { span: path.span.to(name.span), segments: push(path.segments, name), ..path }
}

pub(crate) fn field_declaration((span, (name, ty)): (Span, (ast::Name, ast::Type))) -> ast::FieldDeclaration {
    ast::FieldDeclaration { span, name, ty }
}

type ParameterParts = (ast::Name, ast::Type, Option<ast::Expr>);

pub(crate) fn parameter((span, (name, ty, default)): (Span, ParameterParts)) -> ast::Parameter {
    ast::Parameter { span, name, ty, default }
}

type IfParts = (ast::Expr, ast::Block, Option<ast::Else>);

pub(crate) fn if_statement((span, (condition, then, otherwise)): (Span, IfParts)) -> ast::If {
    ast::If { span, condition, then, otherwise }
}

pub(crate) fn within((span, (within, apply)): (Span, (ast::Block, ast::Block))) -> ast::Within {
    ast::Within { span, within, apply }
}

pub(crate) fn optimize((span, parts): (Span, Box<OptimizeParts>)) -> ast::StmtKind {
    let OptimizeParts { places, optimizer, options, over, body } = *parts;
    ast::StmtKind::Optimize(Box::new(ast::Optimize { span, places, optimizer, options, over, body }))
}

pub(crate) fn named_option((span, (name, value)): (Span, (ast::Name, ast::OptionValue))) -> ast::NamedOption {
    ast::NamedOption { span, name, value }
}

pub(crate) fn named_value((span, (name, value)): (Span, (ast::Name, ast::Expr))) -> ast::NamedValue {
    ast::NamedValue { span, name, value }
}

pub(crate) fn over((span, (pattern, iterable)): (Span, (ast::Pattern, ast::Iterable))) -> ast::Over {
    ast::Over { span, pattern, iterable }
}

pub(crate) fn place((span, (root, fields)): (Span, (ast::Name, Vec<ast::Name>))) -> ast::Place {
    ast::Place { span, root, fields }
}

pub(crate) fn argument((span, (name, value)): (Span, (Option<ast::Name>, ast::Expr))) -> ast::Argument {
    ast::Argument { span, name, value }
}

/// The arguments of `control`: qubits, each perhaps with `not` before it.
pub(crate) fn control(context: &mut Context<'_>, arguments: (Span, Vec<ast::Argument>)) -> ast::ModifierKind {
    let (span, arguments) = arguments;
    let help = "write `control(a, not b) x(q[0]);`: `not` acts where b is zero";
    if arguments.is_empty() {
        context.report(SyntaxError::ModifierArguments { span, message: "`control` needs a qubit", help });
    }
    let controls = arguments.into_iter().map(|argument| {
        if let Some(name) = argument.name {
            let message = "the qubits of `control` have no names";
            context.report(SyntaxError::ModifierArguments { span: name.span, message, help });
        }
        match argument.value {
            ast::Expr { span, kind: ast::ExprKind::Unary { operator: ast::UnaryOp::Not, operand } } => {
                ast::Control { span, is_negated: true, qubit: *operand }
            }
            qubit => ast::Control { span: qubit.span, is_negated: false, qubit },
        }
    });
    ast::ModifierKind::Control(controls.collect())
}

/// The argument of `power`: one integer.
pub(crate) fn power(context: &mut Context<'_>, arguments: (Span, Vec<ast::Argument>)) -> ast::ModifierKind {
    let (span, mut arguments) = arguments;
    let is_one = arguments.len() == 1 && arguments[0].name.is_none();
    if !is_one {
        let (message, help) = ("`power` takes one integer", "write `power(k) u(x, q);`");
        context.report(SyntaxError::ModifierArguments { span, message, help });
    }
    let nothing = || ast::Expr { span, kind: ast::ExprKind::Int(1) };
    ast::ModifierKind::Power(arguments.pop().map_or_else(nothing, |argument| argument.value))
}

#[cfg(test)]
pub(crate) mod tests;
