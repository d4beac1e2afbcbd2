//! Machine code held against the evaluator.

mod allocations;
mod calls;
mod chains;
mod faults;
mod growing;
mod hand;
mod interrupts;
mod memory;
mod pinned;
mod random;
mod shortcuts;
mod sure;

use std::cell::Cell;
use std::sync::atomic::AtomicBool;

use ndarray::ArrayD;
use qml_ir::evaluate::Evaluator;
use qml_ir::host::{FunctionId, Module};
use qml_prelude::{Fault, Host, ResultFunction, Tensor, Value};

use crate::{Call, Compiled};

/// A host that remembers what is printed and what is asked, and stops a program that asks for too long.
struct Recorder {
    text: String,
    patience: Cell<u32>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { text: String::new(), patience: Cell::new(200_000) }
    }
}

impl Host for Recorder {
    fn print(&mut self, text: &str) -> Result<(), Fault> {
        self.text.push_str(text);
        Ok(())
    }
    fn result(&mut self, function: ResultFunction, key: i64, args: &[Value]) -> Result<Value, Fault> {
        self.text.push_str(&format!("{function:?} {key} {args:?}\n"));
        Ok(Value::Float(0.25))
    }
    fn interrupted(&self) -> bool {
        self.patience.set(self.patience.get().saturating_sub(1));
        self.patience.get() == 0
    }
}

type Outcome = Result<Vec<Value>, Fault>;

fn tensor(items: &[f64]) -> Value {
    let array = ArrayD::from_shape_vec(vec![items.len()], items.to_vec()).unwrap();
    Value::Tensor(Tensor::Float(array.into_shared()))
}

fn parse(text: &str) -> Module {
    let module = Module::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    module.validate().unwrap_or_else(|broken| panic!("{broken}\n{text}"));
    module
}

/// Calls a compiled function on a small stack.
fn call(
    compiled: &Compiled,
    function: FunctionId,
    host: &mut Recorder,
    globals: &[Value],
    args: &[Value],
) -> Outcome {
    let interrupt = AtomicBool::new(false);
    compiled.call(
        function,
        args.to_vec(),
        Call { host, globals, interrupt: &interrupt, stack_bytes: 256 << 10 },
    )
}

/// Runs the function `f` both ways; what is told, printed and computed must be the same to the last bit.
fn check(text: &str, args: &[Value]) -> Outcome {
    check_module(&parse(text), &[], args)
}

fn check_module(module: &Module, globals: &[Value], args: &[Value]) -> Outcome {
    let function = module.find("f").unwrap();
    let (mut host, mut machine_host) = (Recorder::default(), Recorder::default());
    let expected = Evaluator::new(module, globals.to_vec()).call(function, &mut host, args.to_vec());
    let compiled = Compiled::new(module, &[function], 2);
    let actual = call(&compiled, function, &mut machine_host, globals, args);
    // As text: NaN equals itself, and the sign of a zero counts.
    assert_eq!(format!("{actual:?}"), format!("{expected:?}"), "{module}");
    assert_eq!(machine_host.text, host.text, "{module}");
    actual
}
