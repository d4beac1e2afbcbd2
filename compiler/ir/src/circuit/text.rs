//! Circuits as text that reads back: `cx q0 q1; rz(0.5*s0 + pi/2) q1`.
//!
//! Wires are `q0`, bits `b0`, slots `s0`. A first line `circuit NAME wires 3 bits 1 slots [theta_0] output [q0 q2]
//! results [!b0] layout [..] final [..]` tells what the operations alone don't; each of its parts, and the line as a whole,
//! is left out where it says nothing new. Operations are parted by `;` or a new line. Spans are not kept.

mod parse;

use std::f64::consts::PI;
use std::fmt::{self, Write};

pub use parse::ParseError;

use super::{Angle, Bit, BitExpr, Circuit, Control, Op, OpKind, Pauli, Slot, Wire};

/// Circuits of one line are at most this long.
const LINE: usize = 100;

impl fmt::Display for Circuit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = self.header();
        let ops: Vec<String> = self.ops.iter().map(Op::to_string).collect();
        let line = ops.join("; ");
        if header.is_empty() && line.len() <= LINE && !line.contains('\n') {
            return f.write_str(&line);
        }
        if !header.is_empty() {
            writeln!(f, "{header}")?;
        }
        ops.iter().try_for_each(|op| writeln!(f, "{op}"))
    }
}

impl Circuit {
    /// The first line, with what can't be seen from the operations; empty if there is nothing.
    fn header(&self) -> String {
        let plain = Self::from_ops(self.ops.clone());
        let mut header = vec!["circuit".to_owned()];
        if !self.name.is_empty() {
            header.push(quoted(&self.name));
        }
        if self.n_wires != plain.n_wires {
            header.push(format!("wires {}", self.n_wires));
        }
        if self.n_bits != plain.n_bits {
            header.push(format!("bits {}", self.n_bits));
        }
        if self.slots != plain.slots {
            header.push(format!("slots {}", list(self.slots.iter().map(|slot| quoted(slot)), " ")));
        }
        if self.output != Self::wires(0..self.n_wires as u32) {
            header.push(format!("output {}", list(&self.output, " ")));
        }
        if !self.result_bits.is_empty() {
            header.push(format!("results {}", list(&self.result_bits, ", ")));
        }
        if !self.unfinished.is_empty() {
            let conditions: Vec<_> = self.unfinished.iter().map(|cut| &cut.condition).collect();
            header.push(format!("unfinished {}", list(conditions, ", ")));
        }
        if !self.layout.is_empty() {
            header.push(format!("layout {}", list(&self.layout, " ")));
        }
        if !self.final_layout.is_empty() {
            header.push(format!("final {}", list(&self.final_layout, " ")));
        }
        if header.len() == 1 { String::new() } else { header.join(" ") }
    }

    /// The smallest circuit of these operations: as many wires, bits and slots (`s0`, `s1`, ..) as they name, all wires
    /// returned in order, without a name.
    pub fn from_ops(ops: Vec<Op>) -> Self {
        let (mut n_wires, mut n_bits, mut n_slots) = (0, 0, 0);
        for op in &ops {
            op.visit(&mut |op| {
                let terms = op.angles().iter().flat_map(|angle| &angle.terms);
                n_slots = terms.map(|term| term.0.0 + 1).fold(n_slots, u32::max);
                match &op.kind {
                    OpKind::If { condition, .. } => {
                        condition.each_bit(&mut |bit| n_bits = n_bits.max(bit.0 + 1));
                    }
                    OpKind::Measure { bit, .. } => n_bits = n_bits.max(bit.0 + 1),
                    _ => {}
                }
            });
            n_wires = op.wires().iter().map(|wire| wire.0 + 1).fold(n_wires, u32::max);
        }
        Self {
            n_wires: n_wires as usize,
            n_bits: n_bits as usize,
            slots: (0..n_slots).map(|slot| format!("s{slot}")).collect(),
            ops,
            output: Self::wires(0..n_wires),
            ..Self::default()
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.controls().is_empty() {
            let controls: Vec<String> = self.controls().iter().map(Control::to_string).collect();
            write!(f, "ctrl({}) ", controls.join(", "))?;
        }
        match &self.kind {
            OpKind::Gate { gate, angles, wires, .. } => {
                f.write_str(gate.def().name)?;
                if !angles.is_empty() {
                    let angles: Vec<String> = angles.iter().map(Angle::to_string).collect();
                    write!(f, "({})", angles.join(", "))?;
                }
                write_wires(f, wires)
            }
            OpKind::PauliRotation { pauli, angle, .. } => {
                write!(f, "rot({angle})")?;
                pauli.iter().try_for_each(|(wire, letter)| write!(f, " {} {wire}", letter_name(*letter)))
            }
            OpKind::Unitary { matrix, wires, .. } => {
                let entries = matrix.iter().map(|z| format!("{:?} {:?}", z.re, z.im));
                write!(f, "unitary{}", list(entries, ", "))?;
                write_wires(f, wires)
            }
            OpKind::Measure { wire, bit } => write!(f, "{bit} = measure {wire}"),
            OpKind::Reset { wire } => write!(f, "reset {wire}"),
            OpKind::Barrier { wires } => {
                f.write_str("barrier")?;
                write_wires(f, wires)
            }
            OpKind::If { condition, then, otherwise } => {
                write!(f, "if {condition} {}", block(then))?;
                if otherwise.is_empty() { Ok(()) } else { write!(f, " else {}", block(otherwise)) }
            }
        }
    }
}

fn write_wires(f: &mut fmt::Formatter<'_>, wires: &[Wire]) -> fmt::Result {
    wires.iter().try_for_each(|wire| write!(f, " {wire}"))
}

/// Operations in braces: on the line if they fit, else a line each.
fn block(ops: &[Op]) -> String {
    let ops: Vec<String> = ops.iter().map(Op::to_string).collect();
    let line = ops.join("; ");
    if line.len() <= LINE / 2 && !line.contains('\n') {
        return if line.is_empty() { "{ }".to_owned() } else { format!("{{ {line} }}") };
    }
    let lines = ops.join("\n").replace('\n', "\n  ");
    format!("{{\n  {lines}\n}}")
}

fn letter_name(letter: Pauli) -> char {
    match letter {
        Pauli::X => 'X',
        Pauli::Y => 'Y',
        Pauli::Z => 'Z',
    }
}

fn list<T: fmt::Display>(items: impl IntoIterator<Item = T>, separator: &str) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    format!("[{}]", items.join(separator))
}

/// A name as it is if it is a word that the header doesn't know, else in quotes.
fn quoted(name: &str) -> String {
    let is_word = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_word && !parse::HEADER_WORDS.contains(&name) {
        return name.to_owned();
    }
    let mut text = String::from('"');
    for c in name.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text += "\\n",
            _ => text.push(c),
        }
    }
    text + "\""
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "q{}", self.0)
    }
}

impl fmt::Display for Bit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b{}", self.0)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}", self.0)
    }
}

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.on_one { "" } else { "!" }, self.wire)
    }
}

impl fmt::Display for Angle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format(|slot| slot.to_string()))
    }
}

impl Angle {
    /// The angle as an expression, slots by the names that `name` gives them. Numbers read back exactly.
    pub fn format(&self, name: impl Fn(Slot) -> String) -> String {
        let mut text = String::new();
        for &(slot, coefficient) in &self.terms {
            text += sign_between(&text, coefficient);
            if coefficient.abs() != 1.0 {
                let _ = write!(text, "{}*", format_float(coefficient.abs()));
            }
            text += &name(slot);
        }
        if text.is_empty() || self.constant != 0.0 {
            text += sign_between(&text, self.constant);
            text += &format_number(self.constant.abs());
        }
        text
    }
}

/// What stands before the next summand.
fn sign_between(before: &str, summand: f64) -> &'static str {
    match (before.is_empty(), summand.is_sign_negative()) {
        (true, true) => "-",
        (true, false) => "",
        (false, true) => " - ",
        (false, false) => " + ",
    }
}

/// A number that reads back exactly; as a multiple of `pi` where that is the same number.
fn format_number(value: f64) -> String {
    for denominator in [1u32, 2, 3, 4, 6, 8, 12, 16, 32, 64] {
        let numerator = (value / PI * f64::from(denominator)).round();
        let is_small = (1.0..1000.0).contains(&numerator);
        if is_small && numerator * PI / f64::from(denominator) == value {
            let mut text = if numerator == 1.0 { "pi".to_owned() } else { format!("{numerator}*pi") };
            if denominator > 1 {
                let _ = write!(text, "/{denominator}");
            }
            return text;
        }
    }
    format_float(value)
}

/// The shortest digits that read back, always with a point: OpenQASM 2 wants one.
fn format_float(value: f64) -> String {
    let text = format!("{value:?}");
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}

impl fmt::Display for BitExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binary = |f: &mut fmt::Formatter<'_>, a: &Self, sign: &str, b: &Self| {
            // Left-associative: the right side of the same strength needs parentheses.
            write!(f, "{} {sign} {}", self.side(a, false), self.side(b, true))
        };
        match self {
            Self::Const(value) => write!(f, "{value}"),
            Self::Bit(bit) => write!(f, "{bit}"),
            Self::Not(a) => write!(f, "!{}", self.side(a, false)),
            Self::And(a, b) => binary(f, a, "&", b),
            Self::Xor(a, b) => binary(f, a, "^", b),
            Self::Or(a, b) => binary(f, a, "|", b),
        }
    }
}

impl BitExpr {
    /// How strongly it binds.
    fn strength(&self) -> u32 {
        match self {
            Self::Or(..) => 0,
            Self::Xor(..) => 1,
            Self::And(..) => 2,
            Self::Not(_) => 3,
            Self::Const(_) | Self::Bit(_) => 4,
        }
    }

    fn side(&self, part: &Self, is_right: bool) -> String {
        let binds = part.strength() > self.strength() || part.strength() == self.strength() && !is_right;
        if binds { part.to_string() } else { format!("({part})") }
    }
}
