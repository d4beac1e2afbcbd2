//! A circuit with slots that are computed from its inputs.

use qml_ir::circuit::{Angle, Circuit, Slot};
use qml_ir::specialise::BindProgram;
use qml_ir::specialise::bind::{Binary, Node, Unary};
use qml_source::Span;

use crate::Registers;

/// An imported circuit. Its slots are the inputs of the file, followed by the computed ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// The circuit.
    pub circuit: Circuit,
    /// How many slots are inputs.
    pub n_inputs: usize,
    /// The other slots in order; each needs only slots before it.
    pub computed: Vec<Computed>,
    /// What its wires and bits are called.
    pub registers: Registers,
}

/// A slot that is computed when the inputs are bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Computed {
    /// The slot.
    pub slot: Slot,
    /// What is computed.
    pub function: Function,
    /// From which values: two for arithmetic, one for the other functions.
    pub arguments: Vec<Angle>,
    /// Where the file has it first.
    pub span: Span,
}

/// What OpenQASM can compute beyond sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Named as in OpenQASM.
pub enum Function {
    Multiply,
    Divide,
    Power,
    Sin,
    Cos,
    Tan,
    Arcsin,
    Arccos,
    Arctan,
    Exp,
    Ln,
    Sqrt,
}

impl Program {
    /// The computed slots as a bind program.
    pub fn bind_program(&self) -> BindProgram {
        let nodes =
            self.computed.iter().map(|computed| computed.function.node(&computed.arguments)).collect();
        BindProgram { n_inputs: self.n_inputs, nodes }
    }

    /// The values of all slots for given inputs, in the order of the circuit's slots.
    pub fn bind(&self, inputs: &[f64]) -> Vec<f64> {
        assert_eq!(inputs.len(), self.n_inputs, "one value for each input");
        let mut slots = inputs.to_vec();
        for computed in &self.computed {
            let arguments: Vec<f64> = computed.arguments.iter().map(|angle| angle.eval(&slots)).collect();
            slots.push(computed.function.apply(&arguments));
        }
        slots
    }
}

impl Function {
    /// The functions with one argument, by their names; OpenQASM 3 and 2.
    pub(crate) const NAMES: [(&str, Self); 13] = [
        ("sin", Self::Sin),
        ("cos", Self::Cos),
        ("tan", Self::Tan),
        ("arcsin", Self::Arcsin),
        ("arccos", Self::Arccos),
        ("arctan", Self::Arctan),
        ("asin", Self::Arcsin),
        ("acos", Self::Arccos),
        ("atan", Self::Arctan),
        ("exp", Self::Exp),
        ("log", Self::Ln),
        ("ln", Self::Ln),
        ("sqrt", Self::Sqrt),
    ];

    /// The node of a bind program that computes it.
    fn node(self, arguments: &[Angle]) -> Node {
        let unary = |function| Node::Unary(function, arguments[0].clone());
        let binary = |function| Node::Binary(function, arguments[0].clone(), arguments[1].clone());
        match self {
            Self::Multiply => binary(Binary::Mul),
            Self::Divide => binary(Binary::Div),
            Self::Power => binary(Binary::Pow),
            Self::Sin => unary(Unary::Sin),
            Self::Cos => unary(Unary::Cos),
            Self::Tan => unary(Unary::Tan),
            Self::Arcsin => unary(Unary::Asin),
            Self::Arccos => unary(Unary::Acos),
            Self::Arctan => unary(Unary::Atan),
            Self::Exp => unary(Unary::Exp),
            Self::Ln => unary(Unary::Log),
            Self::Sqrt => unary(Unary::Sqrt),
        }
    }

    /// The value for its arguments.
    pub fn apply(self, arguments: &[f64]) -> f64 {
        let x = arguments[0];
        match self {
            Self::Multiply => x * arguments[1],
            Self::Divide => x / arguments[1],
            Self::Power => x.powf(arguments[1]),
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Tan => x.tan(),
            Self::Arcsin => x.asin(),
            Self::Arccos => x.acos(),
            Self::Arctan => x.atan(),
            Self::Exp => x.exp(),
            Self::Ln => x.ln(),
            Self::Sqrt => x.sqrt(),
        }
    }
}
