//! The words on gates: names and angles, short enough to be looked at.

use std::f64::consts::PI;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Pauli};

/// How a gate is called in a drawing: as in textbooks where they agree, else as in the language.
pub(super) fn gate_name(gate: Gate) -> String {
    match gate {
        Gate::Sdg => "S†".to_owned(),
        Gate::Tdg => "T†".to_owned(),
        Gate::Sxdg => "√X†".to_owned(),
        Gate::Sx => "√X".to_owned(),
        Gate::Iswap => "iSWAP".to_owned(),
        Gate::SqrtIswap => "√iSWAP".to_owned(),
        Gate::Id => "I".to_owned(),
        _ => gate.def().name.to_uppercase(),
    }
}

/// The name with its angles: `RX(theta_0)`.
pub(super) fn with_angles(name: &str, angles: &[String]) -> String {
    if angles.is_empty() { name.to_owned() } else { format!("{name}({})", angles.join(", ")) }
}

/// `X`, `Y` or `Z`.
pub(super) fn letter(pauli: Pauli) -> &'static str {
    match pauli {
        Pauli::X => "X",
        Pauli::Y => "Y",
        Pauli::Z => "Z",
    }
}

/// The angle as an expression, slots by their names; numbers with few digits.
pub(super) fn angle(angle: &Angle, slots: &[String]) -> String {
    let mut text = String::new();
    let mut add = |value: f64, summand: String| {
        let sign = match (text.is_empty(), value < 0.0) {
            (true, true) => "-",
            (true, false) => "",
            (false, true) => " - ",
            (false, false) => " + ",
        };
        text += sign;
        text += &summand;
    };
    for &(slot, coefficient) in &angle.terms {
        add(coefficient, times(coefficient.abs(), &slots[slot.0 as usize]));
    }
    if angle.terms.is_empty() || angle.constant.abs() > 1e-9 {
        add(angle.constant, number(angle.constant.abs()));
    }
    plain(&text)
}

/// The expression without parentheses around names, calls, and the whole.
fn plain(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut is_needless = vec![false; characters.len()];
    let mut open: Vec<usize> = Vec::new();
    for (at, &c) in characters.iter().enumerate() {
        if c == '(' {
            open.push(at);
        } else if c == ')'
            && let Some(start) = open.pop()
        {
            let is_call =
                start > 0 && (characters[start - 1].is_alphanumeric() || characters[start - 1] == '_');
            let is_whole = start == 0 && at + 1 == characters.len();
            if !is_call && (is_whole || is_atom(&characters[start + 1..at])) {
                is_needless[start] = true;
                is_needless[at] = true;
            }
        }
    }
    characters.iter().zip(is_needless).filter(|(_, needless)| !needless).map(|(c, _)| *c).collect()
}

/// Whether no operator is outside of parentheses.
fn is_atom(text: &[char]) -> bool {
    let mut depth = 0;
    text.iter().all(|&c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth > 0 || c.is_alphanumeric() || "_.()".contains(c)
    })
}

/// A positive multiple of a name: `2·x`, `x/2`.
fn times(coefficient: f64, name: &str) -> String {
    let inverse = (1.0 / coefficient).round();
    if coefficient == 1.0 {
        name.to_owned()
    } else if (2.0..=16.0).contains(&inverse) && (inverse * coefficient - 1.0).abs() < 1e-12 {
        format!("{name}/{inverse}")
    } else {
        format!("{}·{name}", number(coefficient))
    }
}

/// A number from 0: a simple multiple of pi if it is one up to rounding, else three decimals.
fn number(value: f64) -> String {
    for denominator in [1, 2, 3, 4, 6, 8, 16] {
        let numerator = (value / PI * f64::from(denominator)).round();
        let is_near = (numerator * PI / f64::from(denominator) - value).abs() < 1e-9;
        if is_near && (1.0..=32.0).contains(&numerator) {
            let numerator = if numerator == 1.0 { String::new() } else { numerator.to_string() };
            return if denominator == 1 {
                format!("{numerator}π")
            } else {
                format!("{numerator}π/{denominator}")
            };
        }
    }
    if value != 0.0 && !(1e-3..1e4).contains(&value) {
        return format!("{value:.1e}");
    }
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A text in lines of at most `width` characters, as far as words are not longer.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            // What goes on is set in.
            lines.push(format!("    {word}"));
        } else {
            *line += if line.is_empty() { "" } else { " " };
            *line += word;
        }
    }
    lines
}
