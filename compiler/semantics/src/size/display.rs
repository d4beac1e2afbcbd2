//! Sizes as the user would write them.

use super::{Atom, Size, SizeOp};
use crate::hir::LocalId;

impl Size {
    /// The size as text; `name` gives the names of its variables.
    pub fn show(&self, name: &dyn Fn(LocalId) -> String) -> String {
        let mut text = String::new();
        // The constant stands last: `2 * n + 1`.
        for (monomial, &coefficient) in self.terms.iter().filter(|(m, _)| !m.is_empty()) {
            push_sign(&mut text, coefficient);
            if coefficient.unsigned_abs() != 1 {
                text += &format!("{} * ", coefficient.unsigned_abs());
            }
            let factors: Vec<_> = monomial.iter().map(|atom| show_atom(atom, name)).collect();
            text += &factors.join(" * ");
        }
        if let Some(&constant) = self.terms.get(&Vec::new()) {
            push_sign(&mut text, constant);
            text += &constant.unsigned_abs().to_string();
        }
        if text.is_empty() { "0".to_owned() } else { text }
    }
}

fn push_sign(text: &mut String, coefficient: i64) {
    *text += match (text.is_empty(), coefficient < 0) {
        (true, true) => "-",
        (true, false) => "",
        (false, true) => " - ",
        (false, false) => " + ",
    };
}

fn show_atom(atom: &Atom, name: &dyn Fn(LocalId) -> String) -> String {
    let operand = |size: &Size| {
        let text = size.show(name);
        if text.contains(' ') { format!("({text})") } else { text }
    };
    match atom {
        Atom::Local(local) => name(*local),
        Atom::Operation(SizeOp::Pow, left, right) => format!("{} ** {}", operand(left), operand(right)),
        Atom::Operation(SizeOp::Rem, left, right) => format!("{} % {}", operand(left), operand(right)),
        Atom::Operation(SizeOp::Div, left, right) => {
            format!("div({}, {})", left.show(name), right.show(name))
        }
    }
}
