//! Kernels as host IR text, specialised and held against the dense oracle.

mod binding;
mod modifiers;
mod programs;

use qml_prelude::Value;
use qml_source::Code;

use super::{Specialised, argument, specialise};
use crate::circuit::dense::{self, C64};
use crate::host::Module;

/// The module of a text, which must be valid.
fn module(text: &str) -> Module {
    let module = match Module::parse(text) {
        Ok(module) => module,
        Err(error) => panic!("{error}\n{text}"),
    };
    if let Err(error) = module.validate() {
        panic!("{error}\n{text}");
    }
    module
}

/// The function `k` of a text, specialised for these arguments, and its slots.
fn bound(text: &str, args: &[Value]) -> (Specialised, Vec<f64>) {
    let module = module(text);
    let (args, inputs) = argument::split(args);
    let specialised = match specialise(&module, &[], module.find("k").unwrap(), &args) {
        Ok(specialised) => specialised,
        Err(diagnostic) => panic!("{diagnostic:?}\n{text}"),
    };
    let mut slots = Vec::new();
    specialised.bind.bind(&inputs, &mut slots).unwrap();
    (specialised, slots)
}

/// The circuit of `k` as text.
fn circuit_text(text: &str, args: &[Value]) -> String {
    bound(text, args).0.circuit.to_string()
}

/// The state that `k` makes.
fn state(text: &str, args: &[Value]) -> Vec<C64> {
    let (specialised, slots) = bound(text, args);
    dense::final_state(&specialised.circuit, &slots, 0)
}

/// The code of the error that `k` has.
fn fault(text: &str, args: &[Value]) -> Code {
    let module = module(text);
    let (args, _) = argument::split(args);
    match specialise(&module, &[], module.find("k").unwrap(), &args) {
        Ok(specialised) => panic!("no error in\n{text}\n{}", specialised.circuit),
        Err(diagnostic) => diagnostic.code,
    }
}

fn distance(a: &[C64], b: &[C64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max)
}
