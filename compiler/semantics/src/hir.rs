//! The typed program: what all later stages see of a source.
//!
//! Every name is resolved, every expression has a type, every implicit widening is a node, arguments stand in the order of
//! the parameters. A program that exists as [`Program`] and was checked without an error can be lowered.

use qml_gates::Gate;
use qml_ir::host::GradientMethod;
use qml_prelude::BuiltinId;
use qml_source::Span;
use qml_syntax::ast;

use crate::claim::Verdict;
use crate::size::Size;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);)*
    };
}

ids! {
    /// A gate, kernel or fn of the program.
    FunctionId
    /// A `const` or `param`.
    GlobalId
    /// A struct.
    StructId
    /// A variable of one function: a parameter, a size, a `let` or `var`, a loop or comprehension variable.
    LocalId
}

/// A whole program with all its modules.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Gates, kernels and fns of all modules; those of the standard library only where they are used.
    pub functions: Vec<Function>,
    /// `const`s and `param`s in the order of their initialisation.
    pub globals: Vec<Global>,
    /// Structs.
    pub structs: Vec<Struct>,
    /// `main` of the first file.
    pub main: Option<FunctionId>,
    /// Tests of the first file, in source order.
    pub tests: Vec<Test>,
    /// What has to be so of qubits and wasn't refuted, in source order.
    pub verdicts: Vec<Verdict>,
}

impl Program {
    /// The fields of a struct, the parts of a tuple, which are named by their numbers; nothing for other types.
    pub fn fields<'t>(&'t self, ty: &'t Type) -> Vec<(String, &'t Type)> {
        match ty {
            Type::Struct(id) => {
                let fields = &self.structs[id.0 as usize].fields;
                fields.iter().map(|(name, ty)| (name.text.clone(), ty)).collect()
            }
            Type::Tuple(parts) => parts.iter().enumerate().map(|(i, ty)| (i.to_string(), ty)).collect(),
            _ => Vec::new(),
        }
    }
}

/// A `const` or `param`.
#[derive(Clone, Debug)]
pub struct Global {
    /// Its name.
    pub name: ast::Name,
    /// Its type.
    pub ty: Type,
    /// Its value; of a `param` the one given from outside, else its default.
    pub init: Expr,
    /// Variables of the initialiser (of comprehensions).
    pub locals: Vec<Local>,
    /// Whether it is a `param`.
    pub is_param: bool,
}

/// A struct.
#[derive(Clone, Debug)]
pub struct Struct {
    /// Its name.
    pub name: ast::Name,
    /// Its fields in order.
    pub fields: Vec<(ast::Name, Type)>,
}

/// A test block.
#[derive(Clone, Debug)]
pub struct Test {
    /// What it shows.
    pub name: String,
    /// Its variables.
    pub locals: Vec<Local>,
    /// What it does.
    pub body: Block,
    /// Where its name stands.
    pub span: Span,
}

/// A gate, kernel or fn.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: ast::Name,
    /// The module's path and the name: `main`, `std.ansatz.hardware_efficient`.
    pub path: String,
    /// Which of the three.
    pub effect: ast::Effect,
    /// All its variables.
    pub locals: Vec<Local>,
    /// The sizes in brackets, and how each follows from the arguments.
    pub sizes: Vec<SizeParameter>,
    /// The parameters in order.
    pub parameters: Vec<LocalId>,
    /// Defaults of the parameters, as many as there are parameters; they refer to globals alone.
    pub defaults: Vec<Option<Expr>>,
    /// The result; `Unit` if there is none.
    pub result: Type,
    /// The condition after `where`.
    pub condition: Option<Condition>,
    /// `@shots(k)`
    pub shots: Option<i64>,
    /// What it does.
    pub body: Block,
    /// Documentation.
    pub docs: Option<String>,
}

/// A size and where it comes from: the dimension `axis` of parameter `parameter` (of its part `fields`) is
/// `scale * size + offset`.
#[derive(Clone, Debug)]
pub struct SizeParameter {
    /// The size as a variable (an immutable `int`).
    pub local: LocalId,
    /// Position of the parameter.
    pub parameter: usize,
    /// The way to the tensor inside a tuple or struct.
    pub fields: Vec<usize>,
    /// The axis.
    pub axis: usize,
    /// Never zero.
    pub scale: i64,
    /// Added to it; the sum of known parts of the dimension.
    pub offset: i64,
}

/// A condition on the sizes and int parameters of a function.
#[derive(Clone, Debug)]
pub struct Condition {
    /// As the user would write it.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// It holds if in one of these cases all are at least 0.
    pub holds: Vec<Vec<Size>>,
    /// It fails if in one of these cases all are at least 0.
    pub fails: Vec<Vec<Size>>,
    /// The variables that it is about, with their names.
    pub locals: Vec<(LocalId, String)>,
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name.
    pub name: ast::Name,
    /// Its type.
    pub ty: Type,
    /// Declared with `var`.
    pub is_mutable: bool,
}

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// No value.
    Unit,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `float`
    Float,
    /// `complex`
    Complex,
    /// `string`
    Str,
    /// `observable`
    Observable,
    /// `program`, with the result of its kernel where that is known: as the kernel declares it.
    Program(Option<Box<Type>>),
    /// `optimizer`
    Optimizer,
    /// `qubit`
    Qubit,
    /// `qubit[n]`
    Register(Dim),
    /// `T[d1, d2]`; the element is never a tensor.
    Tensor(Box<Type>, Vec<Dim>),
    /// `(A, B)`
    Tuple(Vec<Type>),
    /// A struct.
    Struct(StructId),
    /// The struct `Counts { outcomes: bool[?, ?], n: int[?] }` of the prelude, in host IR a tuple of the two.
    Counts,
    /// The type of an expression with an error, which is already reported; agrees with everything.
    Error,
}

/// A dimension.
#[derive(Clone, Debug, PartialEq)]
pub enum Dim {
    /// Known in terms of sizes.
    Size(Size),
    /// `?`
    Unknown,
}

/// A block.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The statements in order.
    pub statements: Vec<Stmt>,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: StmtKind,
}

/// What a `let`, `for` or comprehension binds.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// A variable.
    Local(LocalId),
    /// `_`
    Ignore,
    /// Parts of a tuple.
    Tuple(Vec<Pattern>),
}

/// The forms of a statement.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `let p = e;`, `var p = e;`
    Let {
        /// What is bound.
        pattern: Pattern,
        /// The value, of the pattern's type.
        value: Expr,
    },
    /// `place = e;`, `place += e;`, `(a, b) = e;`
    Assign {
        /// The places; more than one for a tuple.
        places: Vec<Place>,
        /// The operator of `+=` and the like; then there is one place, and the value's type is what the operator takes.
        operator: Option<ast::BinaryOp>,
        /// The value.
        value: Expr,
    },
    /// An expression for its effect: also a gate call, `measure(q);`, `reset(q);`.
    Expr(Expr),
    /// `return e;`
    Return(Option<Expr>),
    /// `break;`
    Break,
    /// `continue;`
    Continue,
    /// `if c { } else { }`
    If {
        /// A bool.
        condition: Expr,
        /// Where it holds.
        then: Block,
        /// Elsewhere; empty if there is no `else`.
        otherwise: Block,
    },
    /// `for p in i { }`
    For {
        /// What each round binds.
        pattern: Pattern,
        /// What is run through.
        iterable: Iterable,
        /// The body.
        body: Block,
    },
    /// `while c { }`
    While {
        /// A bool.
        condition: Expr,
        /// The body.
        body: Block,
    },
    /// `adjoint control(a) { }`
    Modified {
        /// Outermost first; at least one.
        modifiers: Vec<Modifier>,
        /// What they apply to.
        body: Block,
    },
    /// `within { v } apply { u }`
    Within {
        /// v
        within: Block,
        /// u
        apply: Block,
    },
    /// `optimize`
    Optimize(Box<Optimize>),
}

/// A modifier of quantum statements.
#[derive(Clone, Debug)]
pub enum Modifier {
    /// The inverse.
    Adjoint,
    /// Qubits or registers, with whether each is negated.
    Control(Vec<(Expr, bool)>),
    /// An int.
    Power(Expr),
}

/// `optimize places with optimizer, steps: n over p in s { statements; minimize objective; }`
#[derive(Clone, Debug)]
pub struct Optimize {
    /// The parameters: float-carrying `var`s or fields of them.
    pub places: Vec<Place>,
    /// The optimizer; a variable keeps its state.
    pub optimizer: Expr,
    /// The variable that holds the optimizer, if it is one.
    pub optimizer_local: Option<LocalId>,
    /// Options by name: `steps`, `epochs`, `tolerance`, `patience`, ...; each checked to be known and of its type.
    pub options: Vec<(ast::Name, Expr)>,
    /// What is evaluated after each round to be shown and kept, each a float with a name.
    pub metrics: Vec<(ast::Name, Expr)>,
    /// What each step binds, and the sequence, evaluated anew each epoch.
    pub over: Option<(Pattern, Iterable)>,
    /// `let`s and other statements before the objective.
    pub statements: Block,
    /// The objective, a float.
    pub objective: Expr,
    /// The one program that the objective is about, if there is exactly one: of its states is the metric of `qng`.
    pub program: Option<Expr>,
    /// Minimized or maximized.
    pub goal: ast::Goal,
}

/// What a `for` runs through.
#[derive(Clone, Debug)]
pub enum Iterable {
    /// Two ints, without the second.
    Range(Expr, Expr),
    /// A tensor (its rows), or a tuple of tensors of one length (tuples of their rows).
    Sequence(Expr),
}

/// What is assigned to.
#[derive(Clone, Debug)]
pub struct Place {
    /// The variable.
    pub local: LocalId,
    /// Fields and indices, outermost first.
    pub projections: Vec<Projection>,
    /// The type of the place.
    pub ty: Type,
    /// Where it stands.
    pub span: Span,
}

/// A step into a value.
#[derive(Clone, Debug)]
pub enum Projection {
    /// A part of a struct or tuple.
    Field(usize),
    /// Elements of a tensor; the last projection of a place.
    Index(Vec<Index>),
}

/// One index.
#[derive(Clone, Debug)]
pub enum Index {
    /// An int.
    At(Expr),
    /// `lo..hi`, ints.
    Range(Option<Expr>, Option<Expr>),
    /// A tensor of ints or bools.
    Gather(Expr),
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// Its type.
    pub ty: Type,
    /// What it is.
    pub kind: ExprKind,
}

/// The forms of an expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// An int.
    Int(i64),
    /// A float.
    Float(f64),
    /// An imaginary number.
    Imaginary(f64),
    /// A bool.
    Bool(bool),
    /// A string; a part without text is a value with its format.
    Str(Vec<StrPart>),
    /// A variable, also a size.
    Local(LocalId),
    /// A const or param.
    Global(GlobalId),
    /// An argument that was left out, of a built-in function.
    Omitted,
    /// The operand as a value of the wider type `ty`: int to float to complex to observable, also of elements, bool to int.
    Widen(Box<Expr>),
    /// The operand, which has to have the shape of `ty` when its own is known; with the place that declares it.
    Shaped(Box<Expr>, Span),
    /// `-a`, `not a`
    Unary(ast::UnaryOp, Box<Expr>),
    /// `a + b`: both sides widened to one element type already; shapes may differ and broadcast. `and` and `or` of two
    /// scalars don't evaluate the right side if the left one decides.
    Binary(ast::BinaryOp, Box<Expr>, Box<Expr>),
    /// `if c then a else b`, one type.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A call; arguments in the order of the parameters, defaults filled in.
    Call(Callee, Vec<Expr>),
    /// A kernel in a `fn`: a program, not run.
    Program(FunctionId, Vec<Expr>),
    /// A part of a struct or tuple.
    Field(Box<Expr>, usize),
    /// Elements of a tensor, qubits of a register.
    Index(Box<Expr>, Vec<Index>),
    /// `(a, b)`
    Tuple(Vec<Expr>),
    /// `[a, b]`, elements of one type.
    List(Vec<Expr>),
    /// `[e; n]`
    Repeat(Box<Expr>, Box<Expr>),
    /// `[e for ...]`
    Comprehension {
        /// Each element.
        element: Box<Expr>,
        /// The first is a `for`.
        clauses: Vec<Clause>,
    },
    /// `grad e wrt p`: the tuple of value and gradient; the gradient is a tuple for several places.
    Grad {
        /// A float.
        objective: Box<Expr>,
        /// By what; each occurs in the objective.
        places: Vec<Place>,
        /// The rule.
        method: GradientMethod,
    },
    /// The one shot that `run(p)` gives, as the kernel's result: the operand is a `bool[?]`, the register, then the bits.
    Unpack {
        /// `run(p)`
        flat: Box<Expr>,
        /// The number of bits of each part of the result; at most one isn't known, and gets the rest.
        lengths: Vec<Option<Expr>>,
        /// Which part is the register.
        register: Option<usize>,
    },
    /// `qubit[n]`
    Allocate(Box<Expr>),
    /// An expression with an error, which is already reported.
    Error,
}

/// A piece of a string.
#[derive(Clone, Debug)]
pub enum StrPart {
    /// Text.
    Text(String),
    /// A value with its format as written (`.6`, `>8.3f`), if any.
    Value(Expr, Option<String>),
}

/// A clause of a comprehension.
#[derive(Clone, Debug)]
pub enum Clause {
    /// `for p in i`
    For(Pattern, Iterable),
    /// `if c`
    If(Expr),
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// A fn anywhere, a gate or kernel inside gates and kernels.
    Function(FunctionId),
    /// A function of the prelude; the signature that was taken.
    Builtin(BuiltinId, usize),
    /// A gate of the table: angles, then qubits; each scalar or, to broadcast, a tensor or register.
    Gate(Gate),
    /// `unitary(matrix, q)`
    Unitary,
    /// `evolve(h, t, q)`, `evolve(h, t, q, steps: k, order: p)`
    Evolve,
    /// `measure(q)`
    Measure,
    /// `reset(q)`
    Reset,
    /// Makes a struct from its fields in order.
    Struct(StructId),
}
