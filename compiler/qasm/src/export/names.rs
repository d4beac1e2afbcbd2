//! Names that OpenQASM accepts.

use std::collections::HashSet;
use std::ops::Range;

use qml_gates::Gate;
use qml_ir::circuit::{Bit, BitExpr};

use crate::Register;

/// Words that can't name an input, beside the gates: keywords, constants, functions, and our register of qubits.
const RESERVED: &[&str] = &[
    "q",
    "U",
    "CX",
    "pi",
    "tau",
    "euler",
    "phase",
    "cphase",
    "u1",
    "u2",
    "u3",
    "OPENQASM",
    "include",
    "input",
    "output",
    "const",
    "qubit",
    "bit",
    "qreg",
    "creg",
    "gate",
    "opaque",
    "measure",
    "reset",
    "barrier",
    "if",
    "else",
    "for",
    "while",
    "in",
    "switch",
    "case",
    "default",
    "break",
    "continue",
    "return",
    "end",
    "def",
    "cal",
    "defcal",
    "defcalgrammar",
    "extern",
    "let",
    "box",
    "delay",
    "duration",
    "durationof",
    "stretch",
    "int",
    "uint",
    "float",
    "angle",
    "bool",
    "complex",
    "array",
    "mutable",
    "readonly",
    "void",
    "im",
    "true",
    "false",
    "ctrl",
    "negctrl",
    "inv",
    "pow",
    "pragma",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "exp",
    "log",
    "sqrt",
    "ceiling",
    "floor",
    "mod",
    "popcount",
    "rotl",
    "rotr",
    "sizeof",
    "real",
    "imag",
    "nop",
];

/// The names of bits: each is an element of a register.
#[derive(Clone, Debug)]
pub struct BitNames {
    /// Name and first bit.
    registers: Vec<(String, usize)>,
    n_bits: usize,
}

impl BitNames {
    /// Names for the bits of a circuit: those of the source's registers, in order, then `c` for the others; and names for
    /// its slots. In OpenQASM 2 names begin with a small letter and are of ASCII.
    pub fn new(
        registers: &[Register],
        n_bits: usize,
        slots: &[String],
        is_version_2: bool,
    ) -> (Self, Vec<String>) {
        let mut at = 0;
        let mut all = Vec::new();
        for register in registers.iter().filter(|register| register.size > 0) {
            all.push((register.name.clone(), at));
            at += register.size;
        }
        if at < n_bits {
            all.push(("c".to_owned(), at));
        }
        let (names, starts): (Vec<String>, Vec<usize>) = all.into_iter().unzip();
        let mut names = sanitize(&[&names[..], slots].concat(), is_version_2);
        let slots = names.split_off(starts.len());
        (Self { registers: names.into_iter().zip(starts).collect(), n_bits: n_bits.max(at) }, slots)
    }

    /// How many registers there are.
    pub fn len(&self) -> usize {
        self.registers.len()
    }

    /// The name of a register.
    pub fn register(&self, i: usize) -> &str {
        &self.registers[i].0
    }

    /// The bits of a register.
    pub fn bits(&self, i: usize) -> Range<usize> {
        let end = self.registers.get(i + 1).map_or(self.n_bits, |next| next.1);
        self.registers[i].1..end
    }

    /// The name of a bit.
    pub fn name(&self, bit: Bit) -> String {
        let bit = bit.0 as usize;
        let (name, start) = &self.registers[self.registers.partition_point(|register| register.1 <= bit) - 1];
        format!("{name}[{}]", bit - start)
    }
}

/// A condition with the operators of OpenQASM 3.
pub fn format_condition(condition: &BitExpr, name: &dyn Fn(Bit) -> String) -> String {
    let text = |a: &BitExpr| format_condition(a, name);
    match condition {
        BitExpr::Const(value) => value.to_string(),
        BitExpr::Bit(bit) => name(*bit),
        BitExpr::Not(a) => format!("!{}", text(a)),
        BitExpr::And(a, b) => format!("({} && {})", text(a), text(b)),
        BitExpr::Or(a, b) => format!("({} || {})", text(a), text(b)),
        BitExpr::Xor(a, b) => format!("({} ^ {})", text(a), text(b)),
    }
}

/// For each name one that OpenQASM accepts, all different: letters of any script, digits and underscores, a
/// `_` behind what is taken.
fn sanitize(names: &[String], is_version_2: bool) -> Vec<String> {
    let mut taken: HashSet<String> = RESERVED.iter().map(|word| (*word).to_owned()).collect();
    taken.extend(Gate::ALL.iter().map(|gate| gate.def().name.to_owned()));
    let is_letter = |c: char| if is_version_2 { c.is_ascii_alphabetic() } else { c.is_alphabetic() };
    let is_first = |c: char| if is_version_2 { c.is_ascii_lowercase() } else { is_letter(c) || c == '_' };
    let mut clean = Vec::new();
    for name in names {
        let mut text: String =
            name.chars().map(|c| if is_letter(c) || c.is_ascii_digit() { c } else { '_' }).collect();
        // Names of our own definitions begin like this.
        let is_ours = ["rot_", "unitary_", "controlled_"].iter().any(|ours| text.starts_with(ours));
        if is_ours || !text.starts_with(is_first) {
            text.insert_str(0, "p_");
        }
        while !taken.insert(text.clone()) {
            text.push('_');
        }
        clean.push(text);
    }
    clean
}
