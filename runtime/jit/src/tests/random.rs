//! Random programs: as they are, with faults put in, and differentiated.

use qml_ir::host::build::gradient_of;
use qml_ir::host::testing::{Cosines, four_values, random_module, random_module_with_calls};
use qml_ir::host::{BinaryOp, FunctionId, Module, OpKind, Region};
use qml_ir::{batch_calls, differentiate};
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
        let module = with_gradients(random_module(seed));
        let args = random_args(&mut stream);
        for name in GRADIENTS {
            let df = module.find(name).unwrap();
            let expected = Evaluator::new(&module, Vec::new())
                .call(df, &mut Recorder::default(), args.to_vec())
                .unwrap();
            let compiled = Compiled::new(&module, &[df, FunctionId(2)], 2);
            let actual = call(&compiled, df, &mut Recorder::default(), &[], &args).unwrap();
            assert_eq!(format!("{actual:?}"), format!("{expected:?}"), "{name}: {module}");
            // The same function again: nothing of the first call is left in it.
            assert_eq!(call(&compiled, df, &mut Recorder::default(), &[], &args).unwrap(), actual);
        }
    }
}

/// The gradient of the one result by all parameters goes backward, that by numbers forward, a Jacobian either way.
const GRADIENTS: [&str; 3] = ["df", "slopes", "jacobian"];

fn with_gradients(mut module: Module) -> Module {
    let f = module.find("f").unwrap();
    let slopes = gradient_of(&module, f, &[0, 1], "slopes");
    let four = four_values(&module, f);
    module.functions.extend([slopes, four]);
    let jacobian = gradient_of(&module, module.find("four").unwrap(), &[0, 1, 2], "jacobian");
    module.functions.push(jacobian);
    differentiate(&mut module).unwrap();
    module
}

/// What a function gives in a world where calls from this angle on are faults, by the evaluator and by machine code.
fn both(module: &Module, name: &str, args: &[Value], limit: f64) -> [super::Outcome; 2] {
    let function = module.find(name).unwrap();
    let world = || Cosines { limit, ..Cosines::new() };
    let slow = Evaluator::new(module, Vec::new()).call(function, &mut world(), args.to_vec());
    let compiled = Compiled::new(module, &[function], 2);
    let interrupt = std::sync::atomic::AtomicBool::new(false);
    let call =
        crate::Call { host: &mut world(), globals: &[], interrupt: &interrupt, stack_bytes: 256 << 10 };
    [slow, compiled.call(function, args.to_vec(), call)]
}

#[test]
fn loops_whose_calls_are_gathered_give_and_tell_the_same() {
    let mut stream = Stream::new(14);
    let mut n_faults = 0;
    for seed in 3000..3060 {
        let mut module = random_module_with_calls(seed);
        let mut place = 0;
        for function in &mut module.functions {
            disturb(&mut function.body, &mut place, &mut stream);
        }
        let mut split = module.clone();
        batch_calls(&mut split);
        let [module, split] = [module, split].map(with_gradients);
        let args = random_args(&mut stream);
        let limit = if seed % 2 == 0 { f64::INFINITY } else { stream.uniform() * 2.0 - 0.5 };
        let [expected, _] = both(&module, "f", &args, limit);
        for outcome in both(&split, "f", &args, limit) {
            // What is told is what goes wrong first, as the program is written.
            assert_eq!(format!("{outcome:?}"), format!("{expected:?}"), "{split}");
        }
        n_faults += usize::from(expected.is_err());
        for name in GRADIENTS {
            let [slow, fast] = both(&split, name, &args, limit);
            assert_eq!(format!("{fast:?}"), format!("{slow:?}"), "{name}: {split}");
        }
    }
    assert!(n_faults > 15, "only {n_faults} of the programs fault");
}

#[test]
fn gradients_go_through_batches_of_batches() {
    let text =
        "kernel @k(%0 x: float) -> (register) { %1: int = const[1] %2: register = allocate %1 return %2 }
      fn @f(%0 x: float) -> (float) {
        %1: int = const[3] %2: unit = const[unit] %3: observable = builtin[Z] %1
        %4: tensor(float, 2) = map %1 { (%5: int)
            %13: tensor(float, 1) = builtin[op.fill] %0, %1
            %6: tensor(float, 1) = map %1 { (%7: int)
                %8: float = to_float %7 %14: float = builtin[op.index] %13, %7 %9: float = mul %8, %14
                %10: program = program[@k] %9
                %11: float = builtin[expect] %7, %3, %10, %2
                %15: float = builtin[op.index] %13, %5 %16: float = mul %11, %15
                yield %16 }
            yield %6 }
        %12: float = builtin[sum] %4
        return %12 }";
    let mut module = super::parse(text);
    let gradient = gradient_of(&module, module.find("f").unwrap(), &[0], "df");
    module.functions.push(gradient);
    batch_calls(&mut module);
    differentiate(&mut module).unwrap();
    let [slow, fast] = both(&module, "df", &[Value::Float(0.3)], f64::INFINITY);
    assert_eq!(fast.unwrap(), slow.unwrap(), "{module}");
}
