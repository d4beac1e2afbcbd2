//! Strings with values in them: `"{e:.6} Ha"`.
//!
//! The lexer takes a string whole. Here its text is cut at the braces, and what stands between them is read by the same
//! grammar as everything else, at its place in the file.

use crate::ast::{Align, Expr, ExprKind, Format, FormatStyle, StringPart, StringPartKind};
use crate::error::{InterpolationProblem, SyntaxError};
use crate::literal::character;
use crate::parse::{Context, parse_expr};

/// The parts of the string at `start..end`, both quotes included.
pub(crate) fn string(context: &mut Context<'_>, start: usize, end: usize) -> ExprKind {
    let (offset, inner) = (start + 1, context.text(start + 1, end - 1));
    let mut parts = Parts { list: Vec::new(), text: String::new(), text_start: 0 };
    let mut position = 0;
    while position < inner.len() {
        let rest = &inner[position..];
        if rest.starts_with("{{") || rest.starts_with("}}") {
            parts.text.push_str(&rest[..1]);
            position += 2;
        } else if rest.starts_with('}') {
            let span = context.span(offset + position, offset + position + 1);
            context.report(SyntaxError::Interpolation { span, problem: InterpolationProblem::NotOpened });
            position += 1;
        } else if rest.starts_with('{') {
            parts.end_text(context, offset, position);
            let length = closing_brace(rest).map(|brace| brace + 1);
            let place = (offset + position, offset + position + length.unwrap_or(rest.len()));
            let span = context.span(place.0, place.1);
            if length.is_none() {
                context.report(SyntaxError::Interpolation { span, problem: InterpolationProblem::NotClosed });
            } else if let Some(kind) = interpolated(context, place.0 + 1, place.1 - 1) {
                parts.list.push(StringPart { span, kind });
            }
            position = place.1 - offset;
            parts.text_start = position;
        } else {
            position += character(context, inner, position, offset, &mut parts.text);
        }
    }
    parts.end_text(context, offset, position);
    ExprKind::String(parts.list)
}

struct Parts {
    list: Vec<StringPart>,
    text: String,
    text_start: usize,
}

impl Parts {
    fn end_text(&mut self, context: &Context<'_>, offset: usize, end: usize) {
        if !self.text.is_empty() {
            let span = context.span(offset + self.text_start, offset + end);
            let kind = StringPartKind::Text(std::mem::take(&mut self.text));
            self.list.push(StringPart { span, kind });
        }
    }
}

/// The index of the brace that closes the one `rest` begins with.
fn closing_brace(rest: &str) -> Option<usize> {
    let mut depth = 0;
    rest.char_indices().find_map(|(index, character)| {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(index)
    })
}

/// What stands between the braces: an expression, and perhaps a format after the last `:` outside brackets.
fn interpolated(context: &mut Context<'_>, start: usize, end: usize) -> Option<StringPartKind> {
    let inner = context.text(start, end);
    let colon = last_colon(inner);
    let value_end = start + colon.unwrap_or(inner.len());
    if context.text(start, value_end).trim().is_empty() {
        let span = context.span(start - 1, end + 1);
        context.report(SyntaxError::Interpolation { span, problem: InterpolationProblem::Empty });
        return None;
    }
    let format = colon.and_then(|colon| format(context, start + colon + 1, end));
    let value: Expr = parse_expr(context, start, value_end)?;
    Some(StringPartKind::Value { value, format })
}

fn last_colon(inner: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut colon = None;
    for (index, byte) in inner.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 => colon = Some(index),
            _ => {}
        }
    }
    colon
}

/// `[<^>][width][.digits][d f e g %]`; what is none is reported.
fn format(context: &mut Context<'_>, start: usize, end: usize) -> Option<Format> {
    let text = context.text(start, end);
    let span = context.span(start, end);
    let format = read_format(text, span);
    if format.is_none() {
        context.report(SyntaxError::UnknownFormat { span, text: text.to_owned() });
    }
    format
}

/// The most characters a width or a precision may ask for.
const LONGEST_FIELD: u32 = 1000;

fn read_format(text: &str, span: qml_source::Span) -> Option<Format> {
    let mut rest = text;
    let align = match rest.chars().next()? {
        '<' => Some(Align::Left),
        '^' => Some(Align::Center),
        '>' => Some(Align::Right),
        _ => None,
    };
    rest = &rest[align.map_or(0, |_| 1)..];
    let (width, mut rest) = digits(rest)?;
    let mut precision = None;
    if let Some(after) = rest.strip_prefix('.') {
        (precision, rest) = digits(after)?;
        precision?;
    }
    let style = match rest {
        "" => None,
        "d" => Some(FormatStyle::Integer),
        "f" => Some(FormatStyle::Fixed),
        "e" => Some(FormatStyle::Exponent),
        "g" => Some(FormatStyle::General),
        "%" => Some(FormatStyle::Percent),
        _ => return None,
    };
    Some(Format { span, align, width, digits: precision, style })
}

/// A number at the start of the text, and the rest; `None` if it is too large.
fn digits(text: &str) -> Option<(Option<u32>, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return Some((None, text));
    }
    let value: u32 = text[..length].parse().ok()?;
    (value <= LONGEST_FIELD).then_some((Some(value), &text[length..]))
}
