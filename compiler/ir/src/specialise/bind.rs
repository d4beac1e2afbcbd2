//! The bind program: from the floats among a kernel's arguments to the slots of its circuit, and back for gradients.

use std::sync::Arc;

use qml_prelude::Fault;
use qml_prelude::builtins::power;
use qml_source::{Code, Diagnostic, bug};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::bound_call::BoundCall;
use crate::circuit::{Angle, Circuit, Slot};
use crate::pair_block::PairBlock;

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unary {
    /// `sin(x)`.
    Sin,
    /// `cos(x)`.
    Cos,
    /// `tan(x)`.
    Tan,
    /// `asin(x)`.
    Asin,
    /// `acos(x)`.
    Acos,
    /// `atan(x)`.
    Atan,
    /// `tanh(x)`.
    Tanh,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// `max(x, 0)`.
    Relu,
    /// `exp(x)`.
    Exp,
    /// `ln(x)`.
    Log,
    /// `log2(x)`.
    Log2,
    /// The square root.
    Sqrt,
    /// `|x|`.
    Abs,
    /// -1, 0 or 1.
    Sign,
    /// Rounded down.
    Floor,
    /// Rounded up.
    Ceil,
    /// Rounded to the nearest, ties to even.
    Round,
    /// `x`, with derivative zero.
    Stop,
}

/// A function of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Binary {
    /// `x * y`.
    Mul,
    /// `x / y`.
    Div,
    /// `x` to the power `y`.
    Pow,
    /// The remainder with the sign of `y`.
    Mod,
    /// The angle of the point `(y, x)`: first the ordinate.
    Atan2,
    /// The larger one.
    Max,
    /// The smaller one.
    Min,
}

/// A number computed from slots before it.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A function of one number.
    Unary(Unary, Angle),
    /// A function of two numbers.
    Binary(Binary, Angle, Angle),
    /// One of the numbers that a call gives; the nodes of all of them follow each other, in order.
    Output(Arc<BoundCall>, usize),
    /// One of the angles of a two-wire block; the nodes of all of them follow each other, in order.
    Block(Arc<PairBlock>, usize),
}

/// Computes the slots of a circuit: first the inputs, then one slot a node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BindProgram {
    /// How many inputs there are.
    pub n_inputs: usize,
    /// Node `i` gives slot `n_inputs + i` from slots before it.
    pub nodes: Vec<Node>,
}

impl BindProgram {
    /// How many slots there are.
    pub fn n_slots(&self) -> usize {
        self.n_inputs + self.nodes.len()
    }

    /// Fills the slots.
    ///
    /// # Errors
    /// What a function refuses that is called on these inputs.
    pub fn bind(&self, inputs: &[f64], slots: &mut Vec<f64>) -> Result<(), Fault> {
        self.bind_until(inputs, slots, &|| false)
    }

    /// The same; `stop` is asked now and then whether to stop functions that are called, which is an error.
    ///
    /// # Errors
    /// See [`Self::bind`].
    pub fn bind_until(
        &self,
        inputs: &[f64],
        slots: &mut Vec<f64>,
        stop: &dyn Fn() -> bool,
    ) -> Result<(), Fault> {
        assert_eq!(inputs.len(), self.n_inputs, "as many inputs as the kernel's arguments have floats");
        slots.clear();
        slots.reserve(self.n_slots());
        slots.extend_from_slice(inputs);
        for node in &self.nodes {
            match node {
                Node::Unary(function, x) => slots.push(function.eval(x.eval(slots))),
                Node::Binary(function, x, y) => slots.push(function.eval(x.eval(slots), y.eval(slots))),
                Node::Output(call, 0) => slots.extend(call.outputs(slots, stop)?),
                Node::Block(block, 0) => {
                    let (before, angles) = (slots.len(), slots.len() + block.n_angles());
                    slots.resize(angles, 0.0);
                    let (before, angles) = slots.split_at_mut(before);
                    block.fill_angles(before, angles);
                }
                Node::Output(..) | Node::Block(..) => {}
            }
        }
        Ok(())
    }

    /// How the slots move where the inputs do; `slots` as [`Self::bind`] left them. `None` where they come from functions that
    /// are called or from two-wire blocks, whose derivatives only go back.
    pub fn bind_jvp(&self, slots: &[f64], d_inputs: &[f64]) -> Option<Vec<f64>> {
        let mut d_slots = d_inputs.to_vec();
        for node in &self.nodes {
            let moved = |angle: &Angle| angle.moved(&d_slots);
            // What doesn't move has no part in it, also where its derivative is infinite.
            let part = |moved: f64, derivative: f64| if moved == 0.0 { 0.0 } else { moved * derivative };
            d_slots.push(match node {
                Node::Unary(function, x) => part(moved(x), function.derivative(x.eval(slots))),
                Node::Binary(function, x, y) => {
                    let (dx, dy) = function.derivatives(x.eval(slots), y.eval(slots));
                    part(moved(x), dx) + part(moved(y), dy)
                }
                Node::Output(..) | Node::Block(..) => return None,
            });
        }
        Some(d_slots)
    }

    /// The gradient by the inputs from the gradient by the slots; `slots` as [`Self::bind`] left them.
    ///
    /// # Errors
    /// A function that is called has no derivative. Two-wire blocks have none either: Q0520; what they stand for has one,
    /// so the circuit before compilation, with its own bind program, is to be differentiated instead.
    pub fn bind_vjp(&self, slots: &[f64], d_slots: &[f64]) -> Result<Vec<f64>, Fault> {
        let mut d_slots = d_slots.to_vec();
        for (index, node) in self.nodes.iter().enumerate().rev() {
            let slot = self.n_inputs + index;
            match node {
                Node::Output(call, 0) => {
                    let d_outputs = d_slots[slot..slot + call.n_outputs].to_vec();
                    if d_outputs.iter().any(|d| *d != 0.0) {
                        call.add_vjp(slots, &d_outputs, &mut d_slots)?;
                    }
                }
                Node::Output(..) => {}
                Node::Block(..) if d_slots[slot] != 0.0 => return Err(no_block_derivative()),
                _ if d_slots[slot] != 0.0 => node.add_vjp(slots, d_slots[slot], &mut d_slots),
                _ => {}
            }
        }
        d_slots.truncate(self.n_inputs);
        Ok(d_slots)
    }
}

impl Node {
    fn add_vjp(&self, slots: &[f64], d: f64, d_slots: &mut [f64]) {
        let mut add = |angle: &Angle, factor: f64| {
            for &(slot, coefficient) in &angle.terms {
                d_slots[slot.0 as usize] += d * factor * coefficient;
            }
        };
        match self {
            Self::Unary(function, x) => add(x, function.derivative(x.eval(slots))),
            Self::Binary(function, x, y) => {
                let (dx, dy) = function.derivatives(x.eval(slots), y.eval(slots));
                if !x.is_constant() {
                    add(x, dx);
                }
                if !y.is_constant() {
                    add(y, dy);
                }
            }
            Self::Output(..) => bug!("the numbers of a call have one derivative"),
            Self::Block(..) => bug!("the angles of a block have no derivative"),
        }
    }

    /// The same node on other slots.
    fn map_angles(&self, map: &mut dyn FnMut(&Angle) -> Angle) -> Self {
        match self {
            Self::Unary(function, x) => Self::Unary(*function, map(x)),
            Self::Binary(function, x, y) => Self::Binary(*function, map(x), map(y)),
            Self::Output(call, output) => Self::Output(Arc::new(call.map_angles(map)), *output),
            Self::Block(block, angle) => Self::Block(Arc::new(block.map_angles(map)), *angle),
        }
    }

    /// The forms over slots that it is computed from.
    pub fn angles(&self) -> Vec<&Angle> {
        match self {
            Self::Unary(_, x) => vec![x],
            Self::Binary(_, x, y) => vec![x, y],
            Self::Output(call, _) => call.angles(),
            Self::Block(block, _) => block.angles().collect(),
        }
    }
}

fn no_block_derivative() -> Fault {
    Box::new(
        Diagnostic::error(Code::Q0520, "the angles of a compiled two-qubit block cannot be differentiated")
            .help("differentiate the circuit before compilation, or shift its inputs and bind again"),
    )
}

impl Unary {
    /// The function of this name in the prelude.
    pub fn find(name: &str) -> Option<Self> {
        Some(match name {
            "sin" => Self::Sin,
            "cos" => Self::Cos,
            "tan" => Self::Tan,
            "asin" => Self::Asin,
            "acos" => Self::Acos,
            "atan" => Self::Atan,
            "tanh" => Self::Tanh,
            "sigmoid" => Self::Sigmoid,
            "relu" => Self::Relu,
            "exp" => Self::Exp,
            "log" => Self::Log,
            "log2" => Self::Log2,
            "sqrt" => Self::Sqrt,
            "abs" => Self::Abs,
            "sign" => Self::Sign,
            "floor" => Self::Floor,
            "ceil" => Self::Ceil,
            "round" => Self::Round,
            "stop_gradient" => Self::Stop,
            _ => return None,
        })
    }

    /// Its value.
    pub fn eval(self, x: f64) -> f64 {
        match self {
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Tan => x.tan(),
            Self::Asin => x.asin(),
            Self::Acos => x.acos(),
            Self::Atan => x.atan(),
            Self::Tanh => x.tanh(),
            Self::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Self::Relu => x.max(0.0),
            Self::Exp => x.exp(),
            Self::Log => x.ln(),
            Self::Log2 => x.log2(),
            Self::Sqrt => x.sqrt(),
            Self::Abs => x.abs(),
            Self::Sign => f64::from(i8::from(x > 0.0) - i8::from(x < 0.0)),
            Self::Floor => x.floor(),
            Self::Ceil => x.ceil(),
            Self::Round => x.round_ties_even(),
            Self::Stop => x,
        }
    }

    fn derivative(self, x: f64) -> f64 {
        match self {
            Self::Sin => x.cos(),
            Self::Cos => -x.sin(),
            Self::Tan => 1.0 + x.tan().powi(2),
            Self::Asin => 1.0 / (1.0 - x * x).sqrt(),
            Self::Acos => -1.0 / (1.0 - x * x).sqrt(),
            Self::Atan => 1.0 / (1.0 + x * x),
            Self::Tanh => 1.0 - x.tanh().powi(2),
            Self::Sigmoid => {
                let y = self.eval(x);
                y * (1.0 - y)
            }
            Self::Relu => f64::from(u8::from(x > 0.0)),
            Self::Exp => x.exp(),
            Self::Log => 1.0 / x,
            Self::Log2 => 1.0 / (x * std::f64::consts::LN_2),
            Self::Sqrt => 0.5 / x.sqrt(),
            Self::Abs => Self::Sign.eval(x),
            Self::Sign | Self::Floor | Self::Ceil | Self::Round | Self::Stop => 0.0,
        }
    }
}

impl Binary {
    /// Its value.
    pub fn eval(self, x: f64, y: f64) -> f64 {
        match self {
            Self::Mul => x * y,
            Self::Div => x / y,
            Self::Pow => power(x, y),
            Self::Mod => x - y * (x / y).floor(),
            Self::Atan2 => x.atan2(y),
            Self::Max => x.max(y),
            Self::Min => x.min(y),
        }
    }

    fn derivatives(self, x: f64, y: f64) -> (f64, f64) {
        let when = |condition: bool| f64::from(u8::from(condition));
        match self {
            Self::Mul => (y, x),
            Self::Div => (1.0 / y, -x / (y * y)),
            Self::Pow => {
                // x^y with y = 0 has slope 0 in x also where x = 0.
                let dx = if y == 0.0 { 0.0 } else { y * power(x, y - 1.0) };
                let dy = if x == 0.0 { 0.0 } else { power(x, y) * x.ln() };
                (dx, dy)
            }
            Self::Mod => (1.0, -(x / y).floor()),
            Self::Atan2 => {
                let r = x * x + y * y;
                (y / r, -x / r)
            }
            Self::Max => (when(x >= y), when(x < y)),
            Self::Min => (when(x <= y), when(x > y)),
        }
    }
}

/// A bind program under construction: equal nodes are made once.
#[derive(Debug, Default)]
pub(super) struct BindBuilder {
    program: BindProgram,
    known: FxHashMap<NodeKey, Slot>,
}

type AngleKey = (u64, Vec<(u32, u64)>);

#[derive(Debug, PartialEq, Eq, Hash)]
enum NodeKey {
    Unary(Unary, AngleKey),
    Binary(Binary, AngleKey, AngleKey),
}

impl BindBuilder {
    pub(super) fn new(n_inputs: usize) -> Self {
        Self { program: BindProgram { n_inputs, nodes: Vec::new() }, known: FxHashMap::default() }
    }

    /// A function of one number.
    pub(super) fn unary(&mut self, function: Unary, x: &Angle) -> Angle {
        if x.is_constant() {
            return Angle::constant(function.eval(x.constant));
        }
        let key = NodeKey::Unary(function, angle_key(x));
        self.node(key, || Node::Unary(function, x.clone()))
    }

    /// A function of two numbers; affine forms stay affine.
    pub(super) fn binary(&mut self, function: Binary, x: &Angle, y: &Angle) -> Angle {
        match (function, x.is_constant(), y.is_constant()) {
            (_, true, true) => return Angle::constant(function.eval(x.constant, y.constant)),
            (Binary::Mul, true, false) => return y.times(x.constant),
            (Binary::Mul, false, true) => return x.times(y.constant),
            (Binary::Div, false, true) if y.constant != 0.0 => return x.times(1.0 / y.constant),
            (Binary::Pow, false, true) if y.constant == 1.0 => return x.clone(),
            _ => {}
        }
        let key = NodeKey::Binary(function, angle_key(x), angle_key(y));
        self.node(key, || Node::Binary(function, x.clone(), y.clone()))
    }

    /// How many inputs there are.
    pub(super) fn n_inputs(&self) -> usize {
        self.program.n_inputs
    }

    /// All slots so far for some inputs.
    pub(super) fn sample(
        &self,
        inputs: &[f64],
        slots: &mut Vec<f64>,
        stop: &dyn Fn() -> bool,
    ) -> Result<(), Fault> {
        self.program.bind_until(inputs, slots, stop)
    }

    /// The numbers that a call gives.
    pub(super) fn call(&mut self, call: BoundCall) -> Vec<Angle> {
        let call = Arc::new(call);
        let first = self.program.n_slots() as u32;
        let nodes = (0..call.n_outputs).map(|output| Node::Output(Arc::clone(&call), output));
        self.program.nodes.extend(nodes);
        (0..call.n_outputs as u32).map(|output| Angle::slot(Slot(first + output))).collect()
    }

    fn node(&mut self, key: NodeKey, make: impl FnOnce() -> Node) -> Angle {
        if let Some(&slot) = self.known.get(&key) {
            return Angle::slot(slot);
        }
        let slot = Slot(self.program.n_slots() as u32);
        self.program.nodes.push(make());
        self.known.insert(key, slot);
        Angle::slot(slot)
    }

    /// The program with the nodes that the circuit needs; names their slots, and renumbers those of the circuit.
    pub(super) fn finish(self, circuit: &mut Circuit) -> BindProgram {
        let BindProgram { n_inputs, nodes } = self.program;
        let mut is_used = vec![false; n_inputs + nodes.len()];
        circuit.visit(|op| op.angles().iter().for_each(|angle| mark(angle, &mut is_used)));
        for (index, node) in nodes.iter().enumerate().rev() {
            if let Node::Output(call, 0) = node {
                // Its numbers are computed together, or not at all.
                let outputs = n_inputs + index..n_inputs + index + call.n_outputs;
                let is_any_used = is_used[outputs.clone()].contains(&true);
                is_used[outputs].fill(is_any_used);
            }
            if is_used[n_inputs + index] {
                node.angles().into_iter().for_each(|angle| mark(angle, &mut is_used));
            }
        }
        let mut new_slots: Vec<Slot> = (0..n_inputs as u32).map(Slot).collect();
        let mut kept = Vec::new();
        for (index, node) in nodes.into_iter().enumerate() {
            new_slots.push(Slot((n_inputs + kept.len()) as u32));
            if is_used[n_inputs + index] {
                let mut renumbered = |angle: &Angle| {
                    let mut angle = angle.clone();
                    renumber(&mut angle, &new_slots);
                    angle
                };
                let node = match (node, kept.last()) {
                    (Node::Output(_, output @ 1..), Some(Node::Output(call, _))) => {
                        Node::Output(Arc::clone(call), output)
                    }
                    (node, _) => node.map_angles(&mut renumbered),
                };
                circuit.slots.push(format!("_{}", kept.len()));
                kept.push(node);
            }
        }
        circuit.visit_mut(|op| op.angles_mut().iter_mut().for_each(|angle| renumber(angle, &new_slots)));
        BindProgram { n_inputs, nodes: kept }
    }
}

fn angle_key(angle: &Angle) -> AngleKey {
    (angle.constant.to_bits(), angle.terms.iter().map(|(slot, c)| (slot.0, c.to_bits())).collect())
}

fn mark(angle: &Angle, is_used: &mut [bool]) {
    angle.terms.iter().for_each(|(slot, _)| is_used[slot.0 as usize] = true);
}

fn renumber(angle: &mut Angle, new_slots: &[Slot]) {
    // The order of the slots stays as it is, so the terms stay sorted.
    angle.terms.iter_mut().for_each(|(slot, _)| *slot = new_slots[slot.0 as usize]);
}
