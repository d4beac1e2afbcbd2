//! The format of an interpolation: `[<^>][width][.digits][d f e g %]`, as in Python with `f` the default for floats.

use super::{format_complex, format_value};
use crate::builtins::faults::domain;
use crate::{Fault, Value};

/// A format, read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spec {
    align: Option<char>,
    width: usize,
    digits: Option<usize>,
    style: Option<char>,
}

impl Spec {
    /// Reads a format; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut take = |allowed: &[char]| {
            let first = rest.chars().next().filter(|c| allowed.contains(c))?;
            rest = &rest[first.len_utf8()..];
            Some(first)
        };
        let align = take(&['<', '^', '>']);
        let (width, after) = number(rest);
        rest = after;
        let mut digits = None;
        if let Some(after) = rest.strip_prefix('.') {
            let (number, after) = number(after);
            digits = Some(number?);
            rest = after;
        }
        let style = match rest {
            "" => None,
            "d" | "f" | "e" | "g" | "%" => rest.chars().next(),
            _ => return None,
        };
        // Wider than any line is a slip, and would cost memory.
        let is_sane = |n: usize| n <= 10_000;
        (is_sane(width.unwrap_or(0)) && is_sane(digits.unwrap_or(0))).then_some(Self {
            align,
            width: width.unwrap_or(0),
            digits,
            style,
        })
    }

    /// One number, string or other value without parts.
    pub(super) fn scalar(&self, value: &Value) -> Result<String, Fault> {
        let text = match (value, self.style) {
            (Value::Int(x), None | Some('d')) if self.digits.is_none() => x.to_string(),
            (Value::Int(x), Some(style)) if style != 'd' => self.float(*x as f64, style),
            // A part of a tuple or struct whose floats are shown so.
            (Value::Int(x), None) => x.to_string(),
            (Value::Float(_), None) if self.digits.is_none() => format_value(value),
            (Value::Float(x), style) if style != Some('d') => self.float(*x, style.unwrap_or('f')),
            (Value::Complex(x), None) if self.digits.is_none() => format_complex(*x),
            (Value::Complex(x), style) if style != Some('d') => {
                let style = style.unwrap_or('f');
                let imaginary = self.float(x.im, style);
                let sign = if imaginary.starts_with('-') { "" } else { "+" };
                format!("{}{sign}{imaginary}im", self.float(x.re, style))
            }
            (Value::Str(text), None) => text.chars().take(self.digits.unwrap_or(usize::MAX)).collect(),
            (value, None) if self.digits.is_none() => format_value(value),
            (value, style) => {
                let style = style.map_or_else(|| "digits".to_string(), |style| format!("`{style}`"));
                return Err(domain(format!("the format {style} doesn't go with {}", format_value(value))));
            }
        };
        let is_number = matches!(value, Value::Int(_) | Value::Float(_) | Value::Complex(_));
        let width = self.width;
        Ok(match self.align.unwrap_or(if is_number { '>' } else { '<' }) {
            '<' => format!("{text:<width$}"),
            '^' => format!("{text:^width$}"),
            _ => format!("{text:>width$}"),
        })
    }

    fn float(self, x: f64, style: char) -> String {
        if !x.is_finite() {
            let percent = if style == '%' { "%" } else { "" };
            return format!("{}{percent}", super::format_float(x));
        }
        let digits = self.digits.unwrap_or(6);
        let text = match style {
            'e' => exponential(x, digits),
            'g' => general(x, digits.max(1)),
            '%' => format!("{:.digits$}%", x * 100.0),
            _ => format!("{x:.digits$}"),
        };
        without_zero_sign(text)
    }
}

/// Leading digits as a number, and what follows.
fn number(text: &str) -> (Option<usize>, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].parse().ok(), &text[end..])
}

/// With an exponent of two digits at least: `1.5e-03`.
fn exponential(x: f64, digits: usize) -> String {
    let text = format!("{x:.digits$e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            let (sign, exponent) =
                exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
            format!("{mantissa}e{sign}{exponent:0>2}")
        }
        None => text,
    }
}

/// Significant digits without trailing zeros; an exponent if it is below -4 or at least the number of digits.
fn general(x: f64, digits: usize) -> String {
    let scientific = exponential(x, digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i64 = exponent.parse().unwrap_or(0);
    let trim = |text: &str| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_string()
        } else {
            text.to_string()
        }
    };
    if power < -4 || power >= digits as i64 {
        return format!("{}e{exponent}", trim(mantissa));
    }
    let decimals = (digits as i64 - 1 - power).max(0) as usize;
    trim(&format!("{x:.decimals$}"))
}

/// `-0.000` is `0.000`.
fn without_zero_sign(text: String) -> String {
    let mantissa = text.split('e').next().unwrap_or(&text);
    match text.strip_prefix('-') {
        Some(positive) if !mantissa.contains(|c: char| ('1'..='9').contains(&c)) => positive.to_string(),
        _ => text,
    }
}
