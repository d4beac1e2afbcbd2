//! Against central differences: random programs, then one program a point.

mod forward;
mod hand;
mod kernels;
mod refused;

use ndarray::ArrayD;
use qml_prelude::{Host, NoWorld, Tensor, Value};

use super::{Modes, differentiate_by};
use crate::evaluate::Evaluator;
use crate::host::build::gradient_of;
use crate::host::testing::random_module;
use crate::host::{FunctionId, Module, Type};

fn tensor(items: &[f64]) -> Value {
    let array = ArrayD::from_shape_vec(vec![items.len()], items.to_vec()).unwrap();
    Value::Tensor(Tensor::Float(array.into_shared()))
}

/// The floats in a value, in order.
fn floats(value: &Value) -> Vec<f64> {
    match value {
        Value::Float(x) => vec![*x],
        Value::Tensor(Tensor::Float(array)) => array.iter().copied().collect(),
        Value::Tensor(Tensor::Value(array)) => array.iter().flat_map(floats).collect(),
        Value::Tuple(parts) => parts.iter().flat_map(floats).collect(),
        _ => Vec::new(),
    }
}

/// The value with this much added to its float number `k`.
fn shifted(value: &Value, k: &mut usize, by: f64) -> Value {
    let mut next = |x: f64| {
        let hit = *k == 0;
        *k = k.wrapping_sub(1);
        if hit { x + by } else { x }
    };
    match value {
        Value::Float(x) => Value::Float(next(*x)),
        Value::Tensor(Tensor::Float(array)) => {
            Value::Tensor(Tensor::Float(array.map(|x| next(*x)).into_shared()))
        }
        Value::Tuple(parts) => {
            Value::Tuple(parts.iter().map(|part| shifted(part, k, by)).collect::<Vec<_>>().into())
        }
        other => other.clone(),
    }
}

fn call(module: &Module, function: FunctionId, host: &mut dyn Host, args: &[Value]) -> Vec<Value> {
    match Evaluator::new(module, Vec::new()).call(function, host, args.to_vec()) {
        Ok(results) => results,
        Err(fault) => panic!("{fault:?}\n{module}"),
    }
}

/// The module without gradients, which is valid and reads back.
fn differentiated(mut module: Module, modes: Modes) -> Module {
    differentiate_by(&mut module, modes).unwrap_or_else(|messages| panic!("{messages:?}\n{module}"));
    assert_eq!(module.validate(), Ok(()));
    assert_eq!(Module::parse(&module.to_string()).as_ref(), Ok(&module));
    module
}

/// Differentiates `f` backward with respect to its float parameters, and holds it against differences.
fn check_function(mut module: Module, host: &mut dyn Host, args: &[Value]) -> Module {
    let f = module.find("f").unwrap();
    let function = module.function(f);
    let wrt: Vec<usize> = (0..function.body.params.len())
        .filter(|&i| super::carries_floats(function.ty(function.body.params[i])))
        .filter(|&i| *function.ty(function.body.params[i]) != Type::Observable)
        .collect();
    if module.find("df").is_none() {
        let gradient = gradient_of(&module, f, &wrt, "df");
        module.functions.push(gradient);
    }
    module.validate().unwrap();
    let module = differentiated(module, Modes::Backward);

    let results = call(&module, module.find("df").unwrap(), host, args);
    assert_eq!(results[0], call(&module, f, host, args)[0], "the value\n{module}");
    for (&i, gradient) in wrt.iter().zip(&results[1..]) {
        let gradient = floats(gradient);
        assert_eq!(
            gradient.len(),
            floats(&args[i]).len(),
            "the shape of parameter {i}: {:?}\n{module}",
            results[1]
        );
        for (k, &slope) in gradient.iter().enumerate() {
            let mut value_at = |by: f64| {
                let mut args = args.to_vec();
                args[i] = shifted(&args[i], &mut k.clone(), by);
                floats(&call(&module, f, host, &args)[0])[0]
            };
            let step = 1e-5;
            let difference = (value_at(step) - value_at(-step)) / (2.0 * step);
            let error = (slope - difference).abs() / (1.0 + difference.abs());
            assert!(error < 2e-6, "parameter {i}, part {k}: {slope} is not {difference}\n{module}");
        }
    }
    module
}

/// `f` as text, in either mode.
fn check(text: &str, args: &[Value]) -> Module {
    let module = Module::parse(text).unwrap();
    forward::check(&module, &mut NoWorld, args);
    check_function(module, &mut NoWorld, args)
}

#[test]
fn random_programs() {
    let mut stream = qml_prelude::random::Stream::new(5);
    for seed in 0..300 {
        let mut number = || stream.uniform() * 3.0 - 1.5;
        let args = [
            Value::Float(number()),
            Value::Float(number()),
            tensor(&[number(), number(), number()]),
            Value::Int(seed as i64 % 4),
        ];
        let module = random_module(seed);
        if seed % 4 == 0 {
            forward::check(&module, &mut NoWorld, &args);
        }
        check_function(module, &mut NoWorld, &args);
    }
}
