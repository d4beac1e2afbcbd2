//! Random programs: as they are, with faults put in, and differentiated.

use qml_ir::differentiate;
use qml_ir::host::testing::random_module;
use qml_ir::host::{BinaryOp, FunctionId, Module, OpKind, Region};
use qml_prelude::Value;
use qml_prelude::random::Stream;
use qml_source::{Code, FileId, Span};

use super::{Recorder, call, check_module, tensor};
use crate::Compiled;
use qml_ir::evaluate::Evaluator;

fn random_args(stream: &mut Stream) -> [Value; 4] {
    let mut number = || stream.uniform() * 3.0 - 1.5;
    let (x, y, t) = (number(), number(), [number(), number(), number()]);
    [Value::Float(x), Value::Float(y), tensor(&t), Value::Int(stream.below(9) as i64 - 4)]
}

/// Gives each operation a place of its own, and makes some remainders something that goes wrong.
fn disturb(region: &mut Region, place: &mut usize, stream: &mut Stream) {
    for op in &mut region.ops {
        *place += 1;
        op.span = Span::new(FileId(0), *place, *place + 1);
        if op.kind == OpKind::Binary(BinaryOp::Mod) {
            match stream.below(12) {
                0 => op.kind = OpKind::Binary(BinaryOp::Mul),
                1 => op.kind = OpKind::Binary(BinaryOp::Sub),
                2 => op.kind = OpKind::Binary(BinaryOp::DivFloor),
                3 => op.args[1] = op.args[0],
                _ => {}
            }
        }
        op.regions.iter_mut().for_each(|nested| disturb(nested, place, stream));
    }
}

#[test]
fn programs_give_the_same() {
    let mut stream = Stream::new(11);
    for seed in 0..150 {
        let mut module = random_module(seed);
        module.functions.truncate(3);
        let args = random_args(&mut stream);
        check_module(&module, &[], &args).unwrap();
    }
}

#[test]
fn programs_that_fault_tell_the_same() {
    let mut stream = Stream::new(12);
    let (mut faults, mut codes) = (0, std::collections::BTreeSet::new());
    for seed in 1000..1200 {
        let mut module = random_module(seed);
        module.functions.truncate(3);
        let mut place = 0;
        for function in &mut module.functions {
            disturb(&mut function.body, &mut place, &mut stream);
        }
        let args = random_args(&mut stream);
        let f = module.find("f").unwrap();
        // Some loops get endless by it.
        let trial = Evaluator::new(&module, Vec::new()).call(f, &mut Recorder::default(), args.to_vec());
        if trial.is_err_and(|fault| fault.code == Code::Q0699) {
            continue;
        }
        if let Err(fault) = check_module(&module, &[], &args) {
            faults += 1;
            codes.insert(fault.code.to_string());
            assert!(fault.primary.is_some(), "{fault:?} has no place");
        }
    }
    assert!(faults >= 40 && codes.len() >= 2, "only {faults} of the programs fault, with {codes:?}");
}

#[test]
fn gradients_give_the_same() {
    let mut stream = Stream::new(13);
    for seed in 2000..2100 {
        let mut module: Module = random_module(seed);
        differentiate(&mut module).unwrap();
        let args = random_args(&mut stream);
        let df = module.find("df").unwrap();
        let expected =
            Evaluator::new(&module, Vec::new()).call(df, &mut Recorder::default(), args.to_vec()).unwrap();
        let compiled = Compiled::new(&module, &[df, FunctionId(2)]);
        let actual = call(&compiled, df, &mut Recorder::default(), &[], &args).unwrap();
        assert_eq!(format!("{actual:?}"), format!("{expected:?}"), "{module}");
        // The same function again: nothing of the first call is left in it.
        assert_eq!(call(&compiled, df, &mut Recorder::default(), &[], &args).unwrap(), actual);
    }
}
