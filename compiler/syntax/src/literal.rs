//! Numbers and plain strings: from their text to their value.

use crate::ast;
use crate::error::SyntaxError;
use crate::parse::Context;

/// The value of a number. One that doesn't fit is reported and read as zero.
pub(crate) fn number(context: &mut Context<'_>, start: usize, end: usize) -> ast::ExprKind {
    let text = context.text(start, end).replace('_', "");
    let span = context.span(start, end);
    // A malformed number is reported by the lexer; any value will do.
    if let Some(digits) = text.strip_prefix("0x") {
        return int(context, span, digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0b") {
        return int(context, span, digits, 2);
    }
    let (digits, is_imaginary) = match text.strip_suffix("im") {
        Some(digits) => (digits, true),
        None => (text.as_str(), false),
    };
    if !is_imaginary && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return int(context, span, digits, 10);
    }
    let mut value: f64 = digits.parse().unwrap_or(0.0);
    if value.is_infinite() {
        context.report(SyntaxError::NumberTooLarge { span, is_int: false });
        value = 0.0;
    }
    if is_imaginary { ast::ExprKind::Imaginary(value) } else { ast::ExprKind::Float(value) }
}

fn int(context: &mut Context<'_>, span: qml_source::Span, digits: &str, radix: u32) -> ast::ExprKind {
    match i64::from_str_radix(digits, radix) {
        Ok(value) => ast::ExprKind::Int(value),
        Err(error) => {
            if *error.kind() == std::num::IntErrorKind::PosOverflow {
                context.report(SyntaxError::NumberTooLarge { span, is_int: true });
            }
            let is_negatable = u64::from_str_radix(digits, radix) == Ok(i64::MIN.unsigned_abs());
            ast::ExprKind::Int(if is_negatable { i64::MIN } else { 0 })
        }
    }
}

/// `-operand`. The smallest int is the negative of a number that is too large by itself.
pub(crate) fn negated(context: &mut Context<'_>, operand: Box<ast::Expr>) -> ast::ExprKind {
    if let ast::ExprKind::Int(i64::MIN) = operand.kind {
        context.forget_last_at(operand.span);
    }
    ast::ExprKind::Unary { operator: ast::UnaryOp::Neg, operand }
}

/// A string without interpolation: braces are braces.
pub(crate) fn string_literal(context: &mut Context<'_>, start: usize, end: usize) -> ast::StringLiteral {
    let mut text = String::new();
    let inner = context.text(start + 1, end - 1);
    let mut position = 0;
    while position < inner.len() {
        position += character(context, inner, position, start + 1, &mut text);
    }
    ast::StringLiteral { text, span: context.span(start, end) }
}

/// Adds the character at `position` of `inner`, escapes resolved, and returns how many bytes it took. `inner` begins at
/// byte `offset` of the file.
pub(crate) fn character(
    context: &mut Context<'_>,
    inner: &str,
    position: usize,
    offset: usize,
    text: &mut String,
) -> usize {
    let mut characters = inner[position..].chars();
    let Some(first) = characters.next() else { return 0 };
    if first != '\\' {
        text.push(first);
        return first.len_utf8();
    }
    let Some(escape) = characters.next() else { return 1 };
    match escape {
        'n' => text.push('\n'),
        't' => text.push('\t'),
        '"' | '\\' => text.push(escape),
        _ => {
            let start = offset + position;
            let span = context.span(start, start + 1 + escape.len_utf8());
            context.report(SyntaxError::UnknownEscape { span, escape });
            text.push(escape);
        }
    }
    1 + escape.len_utf8()
}
