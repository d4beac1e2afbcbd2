//! Statements as they are written.

use num_complex::Complex;
use qml_source::Span;

/// A name with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// A file.
#[derive(Debug)]
pub struct File {
    /// 2 or 3.
    pub version: u32,
    /// How many qubits of the device (`$0`) it can name: one more than the largest index.
    pub n_physical: usize,
    /// The statements.
    pub statements: Vec<Statement>,
}

/// A statement with its place, from its first to its last token.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What it says.
    pub kind: StatementKind,
    /// Its place.
    pub span: Span,
}

/// What a statement says.
#[derive(Clone, Debug)]
pub enum StatementKind {
    /// `include "qelib1.inc";`
    Include(Name),
    /// `qreg q[2];`, `qubit[2] q;`
    Qubits { name: Name, size: Option<Expr> },
    /// `creg c[2];`, `bit[2] c;`, `bit[2] c = measure q;`, `bit c = d[0] & d[1];`
    Bits { name: Name, size: Option<Expr>, value: Option<Value> },
    /// `input float[64] x;`
    Input(Name),
    /// `let a = q[0:1];`, `let a = q ++ r;`, `let a = {q[0], r[1]};`: all of these, in order.
    Alias { name: Name, parts: Vec<Operand> },
    /// `const float x = pi / 2;`
    Constant { name: Name, value: Expr },
    /// `gate g(a) q { .. }`
    Gate(Definition),
    /// `opaque g(a) q;`
    Opaque(Name),
    /// `ctrl @ rx(0.1) q[0], q[1];`
    Call(Call),
    /// `measure q -> c;`, `c = measure q;`
    Measure { from: Operand, to: Option<Operand> },
    /// `reset q;`
    Reset(Operand),
    /// `barrier q;`; without operands, of all qubits.
    Barrier(Vec<Operand>),
    /// `if (c == 1) { .. } else { .. }`
    If { condition: Expr, then: Vec<Statement>, otherwise: Vec<Statement> },
    /// `for int i in [0:2] { .. }`
    For { name: Name, values: Values, body: Vec<Statement> },
    /// `switch (x) { case 1, 2 { .. } default { .. } }`
    Switch { subject: Expr, cases: Vec<(Vec<Expr>, Vec<Statement>)>, default: Vec<Statement> },
    /// `bool x = c[0];`, `uint[2] x;`
    Variable { name: Name, value: Option<Expr> },
    /// `x = c & 3;`, `c[0] = c[1];`
    Assign { to: Operand, value: Expr },
    /// `delay[100ns] q;`
    Delay(Vec<Operand>),
    /// `box { .. }`
    Box(Vec<Statement>),
    /// `#pragma ..`
    Pragma(Name),
    /// `#pragma braket unitary([[0, 1], [1, 0]]) q[0]`: the matrix row by row, the first qubit highest.
    Unitary { matrix: Vec<Complex<f64>>, operands: Vec<Operand> },
}

/// What bits are declared with.
#[derive(Clone, Debug)]
pub enum Value {
    /// `measure q`
    Measured(Operand),
    /// `c & 3`
    Expr(Expr),
}

/// What a loop goes through.
#[derive(Clone, Debug)]
pub enum Values {
    /// `[first:step:last]`, with the last one.
    Range(Box<Range>),
    /// `{0, 2, 5}`
    Set(Vec<Expr>),
}

/// `[first:step:last]`, with the last one.
#[derive(Clone, Debug)]
pub struct Range {
    /// The first value.
    pub first: Expr,
    /// What is added each time; 1 if it is missing.
    pub step: Option<Expr>,
    /// Where it ends.
    pub last: Expr,
}

/// A gate definition.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The gate's name.
    pub name: Name,
    /// Its angles.
    pub params: Vec<Name>,
    /// Its wires.
    pub wires: Vec<Name>,
    /// Its body.
    pub body: Vec<Statement>,
}

/// A gate applied.
#[derive(Clone, Debug)]
pub struct Call {
    /// Modifiers, outermost first.
    pub modifiers: Vec<Modifier>,
    /// The gate.
    pub name: Name,
    /// Its angles.
    pub arguments: Vec<Expr>,
    /// Its qubits, controls of the modifiers first.
    pub operands: Vec<Operand>,
}

/// What stands before `@`.
#[derive(Clone, Debug)]
pub enum Modifier {
    /// `inv`
    Inverse,
    /// `ctrl(2)`, `negctrl`
    Control { on_one: bool, count: Option<Expr> },
    /// `pow(2)`
    Power(Expr),
}

/// A register, or a part of it.
#[derive(Clone, Debug)]
pub struct Operand {
    /// The register's name, or `$0`.
    pub name: Name,
    /// The part.
    pub part: Part,
    /// Name and part.
    pub span: Span,
}

/// Which part of a register.
#[derive(Clone, Debug)]
pub enum Part {
    /// All of it.
    Whole,
    /// `q[1]`
    Index(Expr),
    /// `q[1:3]`, with the last one
    Range(Expr, Expr),
    /// `q[{0, 2}]`
    Set(Vec<Expr>),
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it says.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// What an expression says.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A number.
    Number(f64),
    /// `true`, `false`
    Bool(bool),
    /// `"0110"`: lowest bit first, which is the last digit.
    Bits(Vec<bool>),
    /// A name.
    Name(String),
    /// `c[1]`
    Index(Name, Box<Expr>),
    /// `-x`, `!x`, `~x`
    Unary(&'static str, Box<Expr>),
    /// `x + y`
    Binary(&'static str, Box<Expr>, Box<Expr>),
    /// `sin(x)`
    Call(Name, Vec<Expr>),
    /// `bool(x)`, `uint[8](x)`
    Cast { to: &'static str, size: Option<Box<Expr>>, value: Box<Expr> },
}
