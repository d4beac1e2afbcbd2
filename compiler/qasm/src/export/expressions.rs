//! What a bind program computes, as expressions of OpenQASM 3.

use qml_ir::circuit::{Angle, Op, OpKind, Wire};
use qml_ir::pair_block::PairBlock;
use qml_ir::specialise::bind::{Binary, Node, Unary};

/// The expression, in parentheses where it needs them; or, if OpenQASM has none, what it is in the words of our language.
pub(super) fn expression(node: &Node, text: &dyn Fn(&Angle) -> String) -> Result<String, String> {
    match node {
        Node::Unary(function, x) => unary(*function, &text(x)),
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
    Ok(match function {
        Unary::Sin => format!("sin({x})"),
        Unary::Cos => format!("cos({x})"),
        Unary::Tan => format!("tan({x})"),
        Unary::Asin => format!("arcsin({x})"),
        Unary::Acos => format!("arccos({x})"),
        Unary::Atan => format!("arctan({x})"),
        Unary::Exp => format!("exp({x})"),
        Unary::Log => format!("log({x})"),
        Unary::Sqrt => format!("sqrt({x})"),
        Unary::Stop => format!("({x})"),
        Unary::Log2 => format!("(log({x})/log(2.0))"),
        Unary::Sigmoid => format!("(1.0/(1.0 + exp(-({x}))))"),
        Unary::Tanh => format!("(1.0 - 2.0/(exp(2.0*({x})) + 1.0))"),
        Unary::Relu => return Err(format!("relu({x})")),
        Unary::Abs => return Err(format!("abs({x})")),
        Unary::Sign => return Err(format!("sign({x})")),
        Unary::Floor => return Err(format!("floor({x})")),
        Unary::Ceil => return Err(format!("ceil({x})")),
        Unary::Round => return Err(format!("round({x})")),
    })
}

fn binary(function: Binary, x: &str, y: &str) -> Result<String, String> {
    Ok(match function {
        Binary::Mul => format!("(({x})*({y}))"),
        Binary::Div => format!("(({x})/({y}))"),
        Binary::Pow => format!("(({x})**({y}))"),
        Binary::Mod => return Err(format!("({x}) % ({y})")),
        Binary::Atan2 => return Err(format!("atan2({x}, {y})")),
        Binary::Max => return Err(format!("maximum({x}, {y})")),
        Binary::Min => return Err(format!("minimum({x}, {y})")),
    })
}
