//! The bind program: its values against the prelude, its derivatives against finite differences.

use std::fmt::Write;

use qml_prelude::{BuiltinId, Value};

use super::bound;
use crate::circuit::testing::Random;
use crate::specialise::{Argument, BindProgram, argument};

/// Functions that are smooth where the random expressions go.
const FUNCTIONS: &[&str] = &["sin", "cos", "tanh", "exp", "sigmoid", "atan"];

/// A kernel whose one angle is a random expression of `x`, `y` and the tensor `t`.
fn random_kernel(random: &mut Random) -> String {
    let mut text = String::from(
        "
kernel @k(%0 x: float, %1 y: float, %2 t: tensor(float, 1)) -> (register) {
  %3: int = const[1]
  %4: register = allocate %3
  %5: int = const[2]
  %6: float = builtin[op.index] %2, %5
  %7: float = builtin[sum] %2
  %8: float = const[0.25]
",
    );
    let (mut scalars, mut tensors) = (vec![0, 1, 6, 7, 8], vec![2]);
    for value in 9..25 {
        let pick = |random: &mut Random, from: &[usize]| from[random.below(from.len())];
        let (a, b) = (pick(random, &scalars), pick(random, &scalars));
        let (s, u) = (pick(random, &tensors), pick(random, &tensors));
        let function = FUNCTIONS[random.below(FUNCTIONS.len())];
        let tensor = "tensor(float, 1)";
        let line = match random.below(8) {
            0 => format!("float = add %{a}, %{b}"),
            1 => format!("float = mul %{a}, %{b}"),
            2 => format!("float = sub %{a}, %{b}"),
            3 => format!("float = builtin[{function}] %{a}"),
            4 => format!("{tensor} = builtin[{function}] %{s}"),
            5 => format!("{tensor} = builtin[op.mul] %{s}, %{u}"),
            6 => format!("{tensor} = builtin[op.add] %{s}, %{a}"),
            _ => format!("float = builtin[dot] %{s}, %{u}"),
        };
        if line.starts_with("float") {
            scalars.push(value);
        } else {
            tensors.push(value);
        }
        let _ = writeln!(text, "  %{value}: {line}");
    }
    let last = scalars[scalars.len() - 1];
    let tensor = tensors[tensors.len() - 1];
    let _ = write!(
        text,
        "  %30: float = builtin[mean] %{tensor}
  %31: float = add %30, %{last}
  %32: float = builtin[sin] %31
  gate[rx] %32, %4
  return %4
}}
"
    );
    text
}

fn angle(program: &BindProgram, specialised: &super::Specialised, inputs: &[f64]) -> f64 {
    let mut slots = Vec::new();
    program.bind(inputs, &mut slots).unwrap();
    specialised.circuit.ops[0].angles()[0].eval(&slots)
}

#[test]
fn derivatives_agree_with_finite_differences() {
    let mut n_moved = 0;
    for seed in 0..60 {
        let mut random = Random::new(seed);
        let text = random_kernel(&mut random);
        let inputs: Vec<f64> = (0..5).map(|_| random.unit() - 0.5).collect();
        let args = [Value::Float(inputs[0]), Value::Float(inputs[1]), Value::vector(inputs[2..].to_vec())];
        let (specialised, slots) = bound(&text, &args);
        let program = &specialised.bind;
        let mut d_slots = vec![0.0; slots.len()];
        for &(slot, coefficient) in &specialised.circuit.ops[0].angles()[0].terms {
            d_slots[slot.0 as usize] += coefficient;
        }
        let gradient = program.bind_vjp(&slots, &d_slots).unwrap();
        let direction: Vec<f64> = (0..5).map(|_| random.unit() - 0.5).collect();
        if let Some(moved) = program.bind_jvp(&slots, &direction) {
            n_moved += 1;
            let along = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let (forth, back) = (along(&d_slots, &moved), along(&gradient, &direction));
            assert!((forth - back).abs() <= 1e-12 * (1.0 + back.abs()), "{forth} {back}\n{text}");
        }
        for i in 0..5 {
            let shifted = |h: f64| {
                let mut inputs = inputs.clone();
                inputs[i] += h;
                angle(program, &specialised, &inputs)
            };
            // Five points: the error falls with the fourth power of the distance.
            let h = 1e-3;
            let difference =
                (8.0 * (shifted(h) - shifted(-h)) - (shifted(2.0 * h) - shifted(-2.0 * h))) / (12.0 * h);
            let scale = 1.0 + difference.abs();
            if scale < 1e4 {
                assert!(
                    (gradient[i] - difference).abs() < 1e-5 * scale,
                    "{i}: {} {difference}\n{text}",
                    gradient[i]
                );
            }
        }
    }
    assert!(n_moved > 20, "{n_moved}");
}

#[test]
fn every_function_agrees_with_the_prelude() {
    let names = [
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "tanh",
        "sigmoid",
        "relu",
        "exp",
        "log",
        "log2",
        "sqrt",
        "abs",
        "sign",
        "floor",
        "ceil",
        "round",
        "stop_gradient",
        "atan2",
        "maximum",
        "minimum",
        "op.mod",
        "op.pow",
        "op.div",
    ];
    for name in names {
        let is_binary = name.contains('.') || matches!(name, "atan2" | "maximum" | "minimum");
        let operands = if is_binary { "%0, %1" } else { "%0" };
        let text = format!(
            "
kernel @k(%0 x: float, %1 y: float) -> (register) {{
  %2: int = const[1]
  %3: register = allocate %2
  %4: float = builtin[{name}] {operands}
  gate[rx] %4, %3
  return %3
}}
"
        );
        for (x, y) in [(0.3, 0.7), (0.9, -0.4), (0.5, 2.0)] {
            let args = [Value::Float(x), Value::Float(y)];
            let (specialised, slots) = bound(&text, &args);
            let found = specialised.circuit.ops[0].angles()[0].eval(&slots);
            let mut args = args[..if is_binary { 2 } else { 1 }].to_vec();
            let row = BuiltinId::find(name).unwrap().row();
            let wanted = (row.call)(&mut super::programs::Nothing, &mut args).unwrap().to_float();
            assert!((found - wanted).abs() < 1e-14, "{name}({x}, {y}) = {wanted}, not {found}");
        }
    }
}

#[test]
fn unused_inputs_stay_and_unused_nodes_go() {
    let text = "
kernel @k(%0 x: float, %1 y: float) -> (register) {
  %2: int = const[1]
  %3: register = allocate %2
  %4: float = mul %0, %1
  %5: float = builtin[sin] %4
  gate[rx] %1, %3
  return %3
}
";
    let (specialised, slots) = bound(text, &[Value::Float(0.3), Value::Float(0.4)]);
    assert_eq!(slots, [0.3, 0.4]);
    assert!(specialised.bind.nodes.is_empty());
}

#[test]
fn gradients_come_back_in_the_shape_of_the_arguments() {
    let args = [
        Value::tuple(vec![Value::vector(vec![1.0, 2.0]), Value::Int(3), Value::Float(4.0)]),
        Value::Bool(true),
        Value::Float(5.0),
    ];
    let (keys, inputs) = argument::split(&args);
    assert_eq!(inputs, [1.0, 2.0, 4.0, 5.0]);
    assert_eq!(keys.iter().map(Argument::n_inputs).sum::<usize>(), 4);
    let back = argument::cotangents(&keys, &[10.0, 20.0, 40.0, 50.0]);
    let wanted = [
        Value::tuple(vec![Value::vector(vec![10.0, 20.0]), Value::Unit, Value::Float(40.0)]),
        Value::Unit,
        Value::Float(50.0),
    ];
    assert_eq!(back[..], wanted);
}
