//! What a bind program computes, as expressions of OpenQASM 3.
//!
//! Only sums, products and quotients: OpenQASM 3 has functions too, but Qiskit's reader, for one, does not take them for
//! inputs. Whoever binds the inputs computes them.

use qml_ir::circuit::{Angle, Op, OpKind, Wire};
use qml_ir::pair_block::PairBlock;
use qml_ir::specialise::bind::{Binary, Node, Unary};

/// The expression, in parentheses where it needs them; or, if there is none, what it is in the words of our language.
pub(super) fn expression(node: &Node, text: &dyn Fn(&Angle) -> String) -> Result<String, String> {
    match node {
        Node::Unary(function, x) => unary(*function, &text(x)),
        Node::Binary(Binary::Pow, x, y) if y.is_constant() && y.constant == 2.0 => {
            Ok(format!("(({x})*({x}))", x = text(x)))
        }
        Node::Binary(function, x, y) => binary(*function, &text(x), &text(y)),
        Node::Output(call, output) => Err(format!("number {output} of what {} gives", call.name())),
        Node::Block(block, angle) => {
            Err(format!("angle {angle} of {} CX for {}", block.n_cx(), gates(block, text)))
        }
    }
}

/// The gates of a block, on wires 0 and 1.
fn gates(block: &PairBlock, text: &dyn Fn(&Angle) -> String) -> String {
    let gate = |op: &Op| {
        let angles: Vec<String> = op.angles().iter().map(text).collect();
        let wires: Vec<String> = op.wires().iter().map(Wire::to_string).collect();
        let OpKind::Gate { gate, .. } = op.kind else { return String::new() };
        let angles = if angles.is_empty() { String::new() } else { format!("({})", angles.join(", ")) };
        format!("{}{angles} {}", gate.def().name, wires.join(" "))
    };
    block.ops().iter().map(gate).collect::<Vec<_>>().join("; ")
}

fn unary(function: Unary, x: &str) -> Result<String, String> {
    let name = match function {
        Unary::Stop => return Ok(format!("({x})")),
        Unary::Sin => "sin",
        Unary::Cos => "cos",
        Unary::Tan => "tan",
        Unary::Asin => "asin",
        Unary::Acos => "acos",
        Unary::Atan => "atan",
        Unary::Exp => "exp",
        Unary::Log => "log",
        Unary::Log2 => "log2",
        Unary::Sqrt => "sqrt",
        Unary::Sigmoid => "sigmoid",
        Unary::Tanh => "tanh",
        Unary::Relu => "relu",
        Unary::Abs => "abs",
        Unary::Sign => "sign",
        Unary::Floor => "floor",
        Unary::Ceil => "ceil",
        Unary::Round => "round",
    };
    Err(format!("{name}({x})"))
}

fn binary(function: Binary, x: &str, y: &str) -> Result<String, String> {
    match function {
        Binary::Mul => Ok(format!("(({x})*({y}))")),
        Binary::Div => Ok(format!("(({x})/({y}))")),
        Binary::Pow => Err(format!("({x})**({y})")),
        Binary::Mod => Err(format!("({x}) % ({y})")),
        Binary::Atan2 => Err(format!("atan2({x}, {y})")),
        Binary::Max => Err(format!("maximum({x}, {y})")),
        Binary::Min => Err(format!("minimum({x}, {y})")),
    }
}
