//! What the tests of this crate share: a host without a world, calls by name, random values.

use std::collections::HashMap;

use qml_source::{Code, Diagnostic};

use crate::random::Stream;
use crate::{BuiltinId, Fault, Host, ResultFunction, Value};

/// Files in memory; printed text is kept; a result is the tuple of what was asked.
#[derive(Default)]
pub struct TestHost {
    pub printed: String,
    pub files: HashMap<String, Vec<u8>>,
    pub asked: Vec<(ResultFunction, i64)>,
    pub is_interrupted: bool,
}

impl Host for TestHost {
    fn print(&mut self, text: &str) -> Result<(), Fault> {
        self.printed.push_str(text);
        Ok(())
    }

    fn read_file(&mut self, path: &str) -> Result<Vec<u8>, Fault> {
        let missing = || Box::new(Diagnostic::error(Code::Q0901, format!("{path}: no such file")));
        self.files.get(path).cloned().ok_or_else(missing)
    }

    fn write_file(&mut self, path: &str, content: &[u8]) -> Result<(), Fault> {
        self.files.insert(path.to_string(), content.to_vec());
        Ok(())
    }

    fn elapsed(&mut self) -> f64 {
        1.5
    }

    fn result(&mut self, function: ResultFunction, key: i64, args: &[Value]) -> Result<Value, Fault> {
        self.asked.push((function, key));
        Ok(Value::tuple(args.to_vec()))
    }

    fn interrupted(&self) -> bool {
        self.is_interrupted
    }
}

/// Calls the first row of this name.
pub fn try_call(name: &str, args: &[Value]) -> Result<Value, Fault> {
    call_with(&mut TestHost::default(), name, args)
}

/// Calls the first row of this name in a given world.
pub fn call_with(host: &mut TestHost, name: &str, args: &[Value]) -> Result<Value, Fault> {
    let row = BuiltinId::find(name).unwrap_or_else(|| panic!("no row {name}")).row();
    (row.call)(host, &mut args.to_vec())
}

/// Calls the first row of this name, which must not fail.
pub fn call(name: &str, args: &[Value]) -> Value {
    try_call(name, args).unwrap_or_else(|fault| panic!("{name}: {}", fault.message))
}

/// The code and the message of a call that must fail.
pub fn failure(name: &str, args: &[Value]) -> String {
    let fault = try_call(name, args).expect_err("a fault");
    format!("{} {}", fault.code, fault.message)
}

/// A tensor of random floats between -1 and 1 away from 0, a scalar for an empty shape.
pub fn random_floats(stream: &mut Stream, shape: &[usize]) -> Value {
    let mut draw = || {
        let x = 2.0 * stream.uniform() - 1.0;
        x + 0.05 * x.signum()
    };
    let elements: Vec<f64> = (0..shape.iter().product()).map(|_| draw()).collect();
    floats(shape, &elements)
}

/// A tensor of floats.
pub fn floats(shape: &[usize], elements: &[f64]) -> Value {
    Value::from_owned(ndarray::ArrayD::from_shape_vec(shape, elements.to_vec()).unwrap())
}

/// A tensor of ints.
pub fn ints(shape: &[usize], elements: &[i64]) -> Value {
    Value::from_owned(ndarray::ArrayD::from_shape_vec(shape, elements.to_vec()).unwrap())
}

/// A tensor of rank 1 of strings.
pub fn strings(words: &[&str]) -> Value {
    Value::vector(words.iter().map(|&word| Value::text(word)).collect::<Vec<Value>>())
}

/// All floats of a value, last index fastest.
pub fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Float(x) => vec![*x],
        Value::Tensor(crate::Tensor::Float(array)) => array.iter().copied().collect(),
        Value::Tensor(crate::Tensor::Value(array)) => array.iter().flat_map(flat).collect(),
        Value::Tuple(parts) => parts.iter().flat_map(flat).collect(),
        Value::List(items) => items.iter().flat_map(flat).collect(),
        _ => Vec::new(),
    }
}

/// Numbers equal up to rounding.
pub fn assert_near(actual: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}: {actual:?} and {expected:?}");
    for (x, y) in actual.iter().zip(expected) {
        let scale = 1.0 + y.abs();
        assert!((x - y).abs() <= tolerance * scale, "{what}: {actual:?} is not near {expected:?}");
    }
}
