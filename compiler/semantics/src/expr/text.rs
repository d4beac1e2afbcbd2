//! Strings with values in them.

use qml_source::Span;
use qml_syntax::ast::{self, Align, FormatStyle, StringPartKind};

use crate::body::{Body, TypeError, error_expr};
use crate::hir::{Expr, ExprKind, StrPart, Type};
use crate::types;

impl Body<'_, '_> {
    pub(super) fn string(&mut self, parts: &[ast::StringPart], span: Span) -> Expr {
        let mut checked = Vec::new();
        let mut is_right = true;
        for part in parts {
            match &part.kind {
                StringPartKind::Text(text) => checked.push(StrPart::Text(text.clone())),
                StringPartKind::Value { value, format } => {
                    let value = self.value(value, None);
                    is_right &= self.check_format(&value, *format);
                    checked.push(StrPart::Value(value, format.map(show_format)));
                }
            }
        }
        if is_right { Expr { span, ty: Type::Str, kind: ExprKind::Str(checked) } } else { error_expr(span) }
    }

    /// Whether the value can be shown so; what can't is reported.
    fn check_format(&mut self, value: &Expr, format: Option<ast::Format>) -> bool {
        if types::has_error(&value.ty) {
            return false;
        }
        if types::has_qubits(&value.ty) {
            self.report(self.copied(value));
            return false;
        }
        let Some(format) = format else { return true };
        let element = types::parts(&value.ty).0;
        let why = match (format.style, element) {
            (Some(FormatStyle::Integer), Type::Int) => None,
            (Some(FormatStyle::Integer), _) => Some("`d` shows ints"),
            (Some(_), Type::Int | Type::Float | Type::Complex) => None,
            (Some(_), _) => Some("this shows numbers"),
            (None, Type::Float | Type::Complex) => None,
            // Of a tuple or struct the floats are shown so, and the rest as always.
            (None, Type::Tuple(_) | Type::Struct(_)) => None,
            (None, Type::Int) if format.digits.is_some() => {
                Some("an int has no digits after the point; `.2f` shows it as a float")
            }
            (None, _) if format.digits.is_some() => Some("digits after the point are for floats"),
            (None, _) => None,
        };
        let Some(why) = why else { return true };
        let found = self.show(&value.ty);
        self.report(TypeError::Format { span: format.span, format: show_format(format), found, why });
        false
    }
}

/// The format as written.
fn show_format(format: ast::Format) -> String {
    let mut text = String::new();
    text += match format.align {
        Some(Align::Left) => "<",
        Some(Align::Center) => "^",
        Some(Align::Right) => ">",
        None => "",
    };
    if let Some(width) = format.width {
        text += &width.to_string();
    }
    if let Some(digits) = format.digits {
        text += &format!(".{digits}");
    }
    text += match format.style {
        Some(FormatStyle::Integer) => "d",
        Some(FormatStyle::Fixed) => "f",
        Some(FormatStyle::Exponent) => "e",
        Some(FormatStyle::General) => "g",
        Some(FormatStyle::Percent) => "%",
        None => "",
    };
    text
}
