//! The host IR: typed SSA with structured regions.
//!
//! `fn`s are host functions. Gates and kernels are host functions too, with quantum operations in program order: what
//! specialisation evaluates to a circuit ([`crate::specialise`]). Control flow is `if`, `for`, `while` and `map` with
//! regions; values defined outside a region may be used inside it; there are no other jumps. `break`, `continue` and early
//! `return` are lowered to flags before they come here. Structs are tuples here, sizes are `int` values.
//!
//! Random functions take their key as an `int` value: keys are made from the caller's key with `op.mix`, so the order of
//! execution never matters.

pub mod build;
pub(crate) mod copy;
pub mod testing;
pub mod text;
pub mod validate;

use std::collections::BTreeSet;

use qml_gates::Gate;
use qml_prelude::BuiltinId;
use qml_source::Span;

pub use build::Builder;
pub use text::ReadError;

/// A function of a [`Module`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// A value of a [`Function`]: defined once, by a parameter, a region's parameter or an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(pub u32);

/// A constant or parameter of the program, computed once before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GlobalId(pub u32);

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// No value.
    Unit,
    /// `bool`; in kernels possibly an outcome.
    Bool,
    /// `int`.
    Int,
    /// `float`.
    Float,
    /// `complex`.
    Complex,
    /// `string`.
    Str,
    /// A tensor: type of its elements and rank. Sizes are checked by operations.
    Tensor(Box<Type>, u8),
    /// A growing list, while a comprehension with several clauses runs.
    List(Box<Type>),
    /// A tuple or struct.
    Tuple(Vec<Type>),
    /// `observable`.
    Observable,
    /// `program`.
    Program,
    /// `optimizer`.
    Optimizer,
    /// The cotangent of a value whose own type has no other: of a program it is a tuple with one entry an argument.
    Cotangent,
    /// What reverse mode remembers on the way forward: a stack of values.
    Tape,
    /// One qubit; in gates and kernels only.
    Qubit,
    /// A register; in gates and kernels only.
    Register,
}

impl Type {
    /// That of many values of this type, one after the other.
    #[must_use]
    pub fn of_many(&self) -> Self {
        Self::Tensor(Box::new(self.clone()), 1)
    }
}

/// A constant of scalar or string type.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// No value: an argument left out.
    Unit,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `float`.
    Float(f64),
    /// `complex`, real and imaginary part.
    Complex(f64, f64),
    /// `string`.
    Str(String),
}

/// Operations on one scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-x`, of int (overflow is a fault) or float.
    Neg,
    /// `not x`.
    Not,
    /// Int to float.
    ToFloat,
}

/// Operations on two scalars of the same type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`, int (overflow is a fault) or float.
    Add,
    /// `-`.
    Sub,
    /// `*`.
    Mul,
    /// `/`, float only.
    Div,
    /// Floor division, int only; by zero is a fault.
    DivFloor,
    /// Floored remainder; int by zero is a fault.
    Mod,
    /// Power, float only here (int powers are the builtin `op.pow`).
    Pow,
    /// `==`, of int, float or bool.
    Eq,
    /// `!=`.
    Ne,
    /// `<`, of int or float.
    Lt,
    /// `<=`.
    Le,
    /// `>`.
    Gt,
    /// `>=`.
    Ge,
    /// `and` of two bools, both evaluated; short-circuit is an `if`.
    And,
    /// `or` of two bools.
    Or,
}

/// How a gradient is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GradientMethod {
    /// The best for the kernel and target: adjoint on exact simulators.
    Auto,
    /// One backward sweep over the state.
    Adjoint,
    /// The general parameter-shift rule, summed over occurrences.
    ParameterShift,
    /// Central finite differences.
    FiniteDifference,
    /// Simultaneous perturbation: all parameters moved at once, along random signs.
    Spsa,
}

/// What changes the quantum operations of a region.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// The inverse, in reverse order.
    Adjoint,
    /// Controlled by the operands (`Qubit` or `Register`), one flag an operand: on one, else on zero.
    Control(Vec<bool>),
    /// Repeated; the operand is an `Int`, a negative one repeats the inverse.
    Power,
}

/// What an operation does. `args` and `results` are those of [`Op`].
#[derive(Clone, Debug, PartialEq)]
pub enum OpKind {
    /// A constant.
    Const(Constant),
    /// The value of a global.
    Global(GlobalId),
    /// One scalar to one.
    Unary(UnaryOp),
    /// Two scalars to one.
    Binary(BinaryOp),
    /// A built-in function; `Random` and `Quantum` rows take their key first.
    Builtin(BuiltinId),
    /// A function. In kernels and gates also a gate or kernel; a gate broadcasts where an argument is a register and the
    /// parameter a qubit, or a tensor and a float.
    Call(FunctionId),
    /// Makes a tuple.
    Tuple,
    /// Takes a part of a tuple.
    TupleGet(u32),
    /// A program: the kernel with these arguments. As a tensor of programs many of them, whose arguments are each the same in
    /// all or have a row for each, as the calls tell that they are for ([`qml_prelude::columns`]).
    Program(FunctionId),
    /// `args[0]` is the condition; two regions without parameters yield the results.
    If,
    /// `args` are the bounds `lo`, `hi` and the initial carried values; the region takes the index and the carried values,
    /// yields the next carried values; results are the last ones.
    For,
    /// `args` are the initial carried values. Region 0 takes them and yields a bool; region 1 takes them and yields the
    /// next ones; results are the last ones.
    While,
    /// `args[0]` is a count `n`; the region takes an index in `0..n`, has no effects, and yields one value; the result is
    /// the tensor of them (scalars to rank 1, tensors stack on a new first axis). Elements may be computed in any order.
    Map,
    /// The value of a function and its gradient: `args` as for a call of `function`, which has one result, a `Float` or a
    /// tensor of them; results are that value, then its derivative by each parameter listed in `wrt`, of the type that
    /// [`build::derivative_type`] says. Replaced by [`crate::differentiate`].
    ValueAndGradient {
        /// The differentiated function.
        function: FunctionId,
        /// Positions of parameters.
        wrt: Vec<usize>,
        /// The rule for kernels inside.
        method: GradientMethod,
    },
    /// From here to the next [`Self::Behind`] of the same region stands what runs ahead of its turn, and has no effects. If
    /// it faults, the function, called with `args`, does what follows as it was written, and the fault is the one that it
    /// meets; if it meets none, the first one stands.
    Ahead(FunctionId),
    /// The end of what [`Self::Ahead`] begins.
    Behind,
    /// A new empty tape.
    TapeNew,
    /// Pushes `args[1]` on the tape `args[0]`.
    TapePush,
    /// Pops the result off the tape `args[0]`.
    TapePop,

    // Quantum operations: in gates and kernels only.
    /// `args[0]` fresh qubits in `|0>`; the result is a `Register`.
    Allocate,
    /// Qubit `args[1]` of register `args[0]`.
    QubitAt,
    /// Part of a register: `args[1]` as for `op.index`: a tuple of bounds (`Unit` where left out) or an int tensor.
    QubitSlice,
    /// The number of qubits of a register.
    RegisterLen,
    /// A gate of the table: angles (`Float` or a tensor of them), then `Qubit`s or `Register`s; broadcasts.
    Gate(Gate),
    /// `unitary(matrix, q)`.
    Unitary,
    /// `evolve(h, t, q)`; `args` are observable, time, register, steps, order (`Unit` where left out).
    Evolve,
    /// Measures a `Qubit` to a `Bool` or a `Register` to a tensor of them.
    Measure,
    /// Resets a `Qubit` or `Register`.
    Reset,
    /// The quantum operations of the one region, modified; `args` are the operands of the modifier.
    Modified(Modifier),
    /// Two regions `v`, `u`: does v, u, and the inverse of v.
    Within,
}

/// An operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Op {
    /// What it does.
    pub kind: OpKind,
    /// Operands.
    pub args: Vec<ValueId>,
    /// Values that it defines.
    pub results: Vec<ValueId>,
    /// Regions, as the kind says.
    pub regions: Vec<Region>,
    /// The place in the source.
    pub span: Span,
}

/// A block of operations with parameters and results.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Region {
    /// Values defined on entry.
    pub params: Vec<ValueId>,
    /// Operations in order.
    pub ops: Vec<Op>,
    /// Values handed to the operation around it.
    pub yields: Vec<ValueId>,
}

impl Region {
    /// How many operations there are, those of regions inside included.
    pub fn n_ops(&self) -> usize {
        self.ops.iter().map(|op| 1 + op.regions.iter().map(Self::n_ops).sum::<usize>()).sum()
    }

    /// The values from outside that are used inside, in order.
    pub(crate) fn captured(&self) -> BTreeSet<ValueId> {
        let (mut used, mut defined) = (BTreeSet::new(), BTreeSet::new());
        self.note(&mut used, &mut defined);
        used.difference(&defined).copied().collect()
    }

    fn note(&self, used: &mut BTreeSet<ValueId>, defined: &mut BTreeSet<ValueId>) {
        defined.extend(&self.params);
        used.extend(&self.yields);
        for op in &self.ops {
            used.extend(&op.args);
            defined.extend(&op.results);
            op.regions.iter().for_each(|region| region.note(used, defined));
        }
    }
}

/// What a function runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FunctionKind {
    /// The host.
    Fn,
    /// Part of a circuit.
    Gate,
    /// A circuit.
    Kernel,
}

/// A function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// The name, for people; unique in the module (`main`, `std.ansatz.hardware_efficient`, `main.grad.0`).
    pub name: String,
    /// What it runs on.
    pub kind: FunctionKind,
    /// Types of all values; `types[v]` for `ValueId(v)`.
    pub types: Vec<Type>,
    /// Names of the parameters, for messages and slot names; as many as the body has parameters.
    pub param_names: Vec<String>,
    /// Types of the results.
    pub results: Vec<Type>,
    /// The body; its parameters are the function's, its yields are the results.
    pub body: Region,
    /// `@shots(k)`.
    pub shots: Option<i64>,
    /// Where its name stands.
    pub span: Span,
}

impl Function {
    /// The name as the user wrote it: without the module, if it is the program's own.
    pub fn shown_name(&self) -> &str {
        shown_name(&self.name)
    }
}

/// The name of a function as the user wrote it.
pub(crate) fn shown_name(name: &str) -> &str {
    name.strip_prefix("main.").unwrap_or(name)
}

/// A constant or parameter of the program.
#[derive(Clone, Debug, PartialEq)]
pub struct Global {
    /// The name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// The function without parameters that computes it (a random one takes a key).
    pub init: FunctionId,
}

/// A test block.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What it shows.
    pub name: String,
    /// The function that runs it; takes the random key.
    pub function: FunctionId,
    /// Where it stands.
    pub span: Span,
}

/// A program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Module {
    /// All functions.
    pub functions: Vec<Function>,
    /// Globals in the order of their initialisation.
    pub globals: Vec<Global>,
    /// `main`; takes the random key (`Int`).
    pub main: Option<FunctionId>,
    /// Tests in source order.
    pub tests: Vec<Test>,
}

impl Module {
    /// The function.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// The function of this name.
    pub fn find(&self, name: &str) -> Option<FunctionId> {
        self.functions.iter().position(|f| f.name == name).map(|i| FunctionId(i as u32))
    }
}

impl Function {
    /// The type of a value.
    pub fn ty(&self, value: ValueId) -> &Type {
        &self.types[value.0 as usize]
    }

    /// A new value of this type.
    pub fn new_value(&mut self, ty: Type) -> ValueId {
        self.types.push(ty);
        ValueId(self.types.len() as u32 - 1)
    }
}
