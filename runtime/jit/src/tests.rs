//! Machine code held against the evaluator.

use std::sync::atomic::{AtomicBool, Ordering};

use expect_test::expect;
use qml_ir::evaluate::Evaluator;
use qml_ir::host::{FunctionId, Module};
use qml_prelude::{Fault, Host, ResultFunction, Tensor, Value};

use crate::{Call, Compiled};

/// A host that only remembers what is printed.
#[derive(Default)]
struct Quiet(String);

impl Host for Quiet {
    fn print(&mut self, text: &str) {
        self.0.push_str(text);
    }
    fn read_file(&mut self, _: &str) -> Result<Vec<u8>, Fault> {
        panic!("no files here")
    }
    fn write_file(&mut self, _: &str, _: &[u8]) -> Result<(), Fault> {
        panic!("no files here")
    }
    fn elapsed(&mut self) -> f64 {
        0.0
    }
    fn result(&mut self, _: ResultFunction, _: i64, _: &[Value]) -> Result<Value, Fault> {
        panic!("no programs here")
    }
    fn progress(&mut self, _: i64, _: i64, _: f64) {}
    fn interrupted(&self) -> bool {
        false
    }
}

type Outcome = Result<Vec<Value>, Fault>;

fn machine(module: &Module, args: Vec<Value>) -> Outcome {
    let compiled = Compiled::new(module, &[FunctionId(0)]);
    let interrupt = AtomicBool::new(false);
    let call = Call { host: &mut Quiet::default(), globals: &[], interrupt: &interrupt, stack_bytes: 256 << 10 };
    compiled.call(FunctionId(0), args, call)
}

/// Runs function 0 both ways, and gives what both agree on.
fn check(text: &str, args: &[Value]) -> Outcome {
    let module = Module::parse(text).unwrap_or_else(|error| panic!("{error}"));
    module.validate();
    let expected = Evaluator::new(&module, Vec::new()).call(FunctionId(0), &mut Quiet::default(), args.to_vec());
    let actual = machine(&module, args.to_vec());
    assert_eq!(actual, expected);
    actual
}
