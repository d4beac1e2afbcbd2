//! Names that OpenQASM accepts.

use std::collections::HashSet;

use qml_gates::Gate;

/// Words that can't name an input, beside the gates: keywords, constants, functions, and our registers.
const RESERVED: &[&str] = &[
    "q",
    "c",
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

/// For each name one that OpenQASM accepts, all different: letters of any script, digits and underscores, a
/// `_` behind what is taken.
pub fn sanitize(names: &[String]) -> Vec<String> {
    let mut taken: HashSet<String> = RESERVED.iter().map(|word| (*word).to_owned()).collect();
    taken.extend(Gate::ALL.iter().map(|gate| gate.def().name.to_owned()));
    let mut clean = Vec::new();
    for name in names {
        let mut text: String =
            name.chars().map(|c| if c.is_alphabetic() || c.is_ascii_digit() { c } else { '_' }).collect();
        // Names of our own definitions begin like this.
        let is_ours = ["rot_", "unitary_", "controlled_"].iter().any(|ours| text.starts_with(ours));
        if is_ours || !text.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            text.insert_str(0, "p_");
        }
        while !taken.insert(text.clone()) {
            text.push('_');
        }
        clean.push(text);
    }
    clean
}
