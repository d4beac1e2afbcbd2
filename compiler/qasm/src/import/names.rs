//! What names mean, and the gates that a file has without defining them.

use std::collections::HashMap;
use std::rc::Rc;

use qml_gates::Gate;
use qml_ir::circuit::Angle;
use qml_source::Span;

use super::ast::Expr;

/// The most operations of a circuit or a definition, and the most wires of a circuit.
pub const MAX_OPS: usize = 1 << 22;

/// What a name means.
#[derive(Clone, Debug)]
pub enum Meaning {
    /// Wires, from the first on; a single qubit is no register.
    Qubits { start: usize, size: usize, is_register: bool },
    /// Bits, from the first on.
    Bits { start: usize, size: usize, is_register: bool },
    /// An input or a constant.
    Value(Angle),
    /// A gate.
    Gate(GateMeaning),
}

/// What the name of a gate means.
#[derive(Clone, Debug)]
pub enum GateMeaning {
    /// A gate of the table.
    Table(Gate),
    /// A definition.
    Defined(Rc<Defined>),
    /// A gate that nobody defined, declared here.
    Opaque(Span),
}

/// A gate definition with its names resolved.
#[derive(Debug)]
pub struct Defined {
    /// Its angles.
    pub params: Vec<String>,
    /// How many wires it has.
    pub n_wires: usize,
    /// Its body.
    pub body: Vec<BodyCall>,
    /// How many operations it becomes.
    pub n_ops: usize,
    /// The gate of the table that it is, but for a constant phase.
    pub native: Option<(Gate, f64)>,
    /// It has faults, which are reported; applying it does nothing.
    pub is_broken: bool,
}

/// A statement of a gate's body.
#[derive(Clone, Debug)]
pub enum BodyCall {
    /// A gate applied to some of the wires.
    Gate { gate: GateMeaning, modified: Modified, arguments: Vec<Expr>, wires: Vec<usize> },
    /// A barrier.
    Barrier(Vec<usize>),
}

/// What modifiers make of a gate.
#[derive(Clone, Debug)]
pub struct Modified {
    /// For each control, outermost first, whether it is on one.
    pub controls: Vec<bool>,
    /// How often the gate is applied; negative for its inverse.
    pub power: i64,
}

/// A name's meaning and where it was declared; names of included files may be declared again.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// The meaning.
    pub meaning: Meaning,
    /// The declaration.
    pub declared: Option<Span>,
}

/// All names of a file.
pub type Symbols = HashMap<String, Symbol>;

/// The gates of `stdgates.inc` that are rows of the table.
pub const STDGATES: [&str; 26] = [
    "p", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "rx", "ry", "rz", "cx", "cy", "cz", "cp", "crx",
    "cry", "crz", "ch", "swap", "ccx", "cswap", "cu", "id",
];

/// The other gates of OpenQASM 2 and `qelib1.inc`, from the table's. Phases are those of Qiskit.
const DEFINITIONS_2: &str = "
gate U(t, a, b) q { u(t, a, b) q; }
gate CX c, t { cx c, t; }
gate u0(g) q { id q; }
gate u1(l) q { p(l) q; }
gate u2(a, b) q { u(pi / 2, a, b) q; }
gate u3(t, a, b) q { u(t, a, b) q; }
gate cu1(l) c, t { cp(l) c, t; }
gate cu3(t, a, b) c, d { cu(t, a, b, 0) c, d; }
gate csx c, t { ctrl @ sx c, t; }
gate rccx a, b, c { h c; t c; cx b, c; tdg c; cx a, c; t c; cx b, c; tdg c; h c; }
gate rc3x a, b, c, d {
  h d; t d; cx c, d; tdg d; h d; cx a, d; t d; cx b, d; tdg d; cx a, d; t d; cx b, d; tdg d;
  h d; t d; cx c, d; tdg d; h d;
}
gate c3x a, b, c, t { ctrl(3) @ x a, b, c, t; }
gate c3sqrtx a, b, c, t { ctrl(3) @ sx a, b, c, t; }
gate c4x a, b, c, d, t { ctrl(4) @ x a, b, c, d, t; }
";

/// The other gates of OpenQASM 3 and `stdgates.inc`, with the phases that its specification gives them.
const DEFINITIONS_3: &str = "
gate U(t, a, b) q { gphase(t / 2); u(t, a, b) q; }
gate CX c, t { cx c, t; }
gate phase(l) q { p(l) q; }
gate cphase(l) c, t { cp(l) c, t; }
gate u1(l) q { p(l) q; }
gate u2(a, b) q { gphase(-(a + b) / 2); u(pi / 2, a, b) q; }
gate u3(t, a, b) q { gphase(-(a + b) / 2); u(t, a, b) q; }
";

/// The file that a version includes.
pub fn included_file(version: u32) -> &'static str {
    if version == 2 { "qelib1.inc" } else { "stdgates.inc" }
}

/// The gates of the table that a file may name: always, and after the include.
pub fn table_gates(version: u32, is_included: bool) -> Vec<Gate> {
    let is_there = |gate: &Gate| match (version, is_included) {
        (2, false) => false,
        (2, true) => gate.def().qasm2.is_some(),
        (_, false) => *gate == Gate::Gphase,
        (_, true) => STDGATES.contains(&gate.def().name),
    };
    Gate::ALL.iter().copied().filter(is_there).collect()
}

/// The text of the definitions that a version brings along.
pub fn definitions(version: u32) -> &'static str {
    if version == 2 { DEFINITIONS_2 } else { DEFINITIONS_3 }
}

/// Whether a brought-along definition is there without the include.
pub fn is_built_in(version: u32, name: &str) -> bool {
    name == "U" || version == 2 && name == "CX"
}

/// The name of a gate of the table in a version.
pub fn table_name(version: u32, gate: Gate) -> &'static str {
    if version == 2 { gate.def().qasm2.unwrap_or(gate.def().name) } else { gate.def().name }
}
