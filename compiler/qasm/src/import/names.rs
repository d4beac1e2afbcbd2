//! What names mean, and the gates that a file has without defining them.

use std::collections::HashMap;
use std::rc::Rc;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Bit, Wire};
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
    /// An alias for wires.
    SomeWires(Rc<[Wire]>),
    /// An alias for bits.
    SomeBits(Rc<[Bit]>),
    /// A classical variable, by its number.
    Variable(usize),
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
    /// How often the gate is applied; negative for its inverse, and a fraction for a root.
    pub power: f64,
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

/// The other gates of OpenQASM 2 and `qelib1.inc`, from the table's. Phases are those of Qiskit. `gphase` with a qubit is
/// what `PennyLane` writes.
const DEFINITIONS_2: &str = "
gate U(t, a, b) q { u(t, a, b) q; }
gate CX c, t { cx c, t; }
gate u0(g) q { id q; }
gate gphase(t) q { gphase(t); }
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

/// What Braket's files may name without any include, besides gates of the table.
const DEFINITIONS_BRAKET: &str = "
gate i q { id q; }
gate si q { sdg q; }
gate ti q { tdg q; }
gate v q { sx q; }
gate vi q { sxdg q; }
gate phaseshift(t) q { p(t) q; }
gate gpi(t) q { rz(-t) q; x q; rz(t) q; }
gate gpi2(t) q { prx(pi / 2, t) q; }
gate cnot c, t { cx c, t; }
gate cv c, t { ctrl @ sx c, t; }
gate ccnot c, d, t { ccx c, d, t; }
gate cphaseshift(t) a, b { cp(t) a, b; }
gate cphaseshift00(t) a, b { x a; x b; cp(t) a, b; x a; x b; }
gate cphaseshift01(t) a, b { x a; cp(t) a, b; x a; }
gate cphaseshift10(t) a, b { x b; cp(t) a, b; x b; }
gate pswap(t) a, b { p(t) a; p(t) b; cp(-2 * t) a, b; swap a, b; }
gate xy(t) a, b { xx_plus_yy(-t, 0) a, b; }
gate xx(t) a, b { rxx(t) a, b; }
gate yy(t) a, b { ryy(t) a, b; }
gate zz(t) a, b { rzz(t) a, b; }
gate ms(f, g, t) a, b { rz(-f) a; rz(-g) b; rxx(t) a, b; rz(f) a; rz(g) b; }
";

/// The gates of the table that Braket's files may name without any include.
const BRAKET_GATES: [&str; 16] =
    ["x", "y", "z", "h", "s", "t", "rx", "ry", "rz", "prx", "cy", "cz", "swap", "iswap", "ecr", "cswap"];

/// The file that a version includes.
pub fn included_file(version: u32) -> &'static str {
    if version == 2 { "qelib1.inc" } else { "stdgates.inc" }
}

/// Where gates come from that a file names without defining them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// They are part of the language.
    Language,
    /// From the included file.
    Include,
    /// From nowhere: a file of OpenQASM 3 that includes nothing may be Braket's.
    Braket,
}

/// The gates of the table that a file may name.
pub fn table_gates(version: u32, origin: Origin) -> Vec<Gate> {
    let is_there = |gate: &Gate| {
        let name = gate.def().name;
        match (version, origin) {
            (2, Origin::Include) => gate.def().qasm2.is_some(),
            (_, Origin::Include) => STDGATES.contains(&name),
            (_, Origin::Language) => version > 2 && *gate == Gate::Gphase,
            (_, Origin::Braket) => BRAKET_GATES.contains(&name),
        }
    };
    Gate::ALL.iter().copied().filter(is_there).collect()
}

/// The text of the definitions that come along.
pub fn definitions(version: u32, origin: Origin) -> &'static str {
    match (version, origin) {
        (_, Origin::Braket) => DEFINITIONS_BRAKET,
        (2, _) => DEFINITIONS_2,
        _ => DEFINITIONS_3,
    }
}

/// Whether a definition that comes along with an include is there without it.
pub fn is_built_in(version: u32, name: &str) -> bool {
    name == "U" || version == 2 && name == "CX"
}

/// The name of a gate of the table in a version.
pub fn table_name(version: u32, gate: Gate) -> &'static str {
    if version == 2 { gate.def().qasm2.unwrap_or(gate.def().name) } else { gate.def().name }
}
