//! Values are values, changed in place where nobody can see it, and given back.

use qml_ir::differentiate;
use qml_ir::host::Module;
use qml_ir::host::testing::random_module;
use qml_prelude::Value::{self, Float, Int};

use super::allocations::{LARGE_BYTES, large, live};
use super::{Recorder, call, check, parse, tensor};
use crate::Compiled;

/// Each call gives back all that it took.
fn check_no_leak(text: &str, args: &[Value]) {
    check(text, args).unwrap();
    check_no_leak_of(&parse(text), args);
}

/// The same for a function that does not fault.
pub(super) fn check_no_leak_of(module: &Module, args: &[Value]) {
    let f = module.find("f").unwrap();
    let compiled = Compiled::new(module, &[f], 2);
    let run = || drop(call(&compiled, f, &mut Recorder::default(), &[], args).unwrap());
    run();
    let before = live();
    for _ in 0..20 {
        run();
    }
    assert_eq!(live(), before, "{module}");
}

/// Writes into a tensor `n` times.
const FILL: &str = "fn @f(%0 t: tensor(float, 1), %1 n: int) -> (tensor(float, 1)) {
    %2: int = const[0]  %3: int = const[100]
    %4: tensor(float, 1) = for %2, %1, %0 { (%5: int, %6: tensor(float, 1))
        %7: int = mod %5, %3
        %8: float = builtin[op.index] %6, %7
        %9: float = to_float %5  %10: float = add %8, %9
        %11: tensor(float, 1) = builtin[op.index_set] %6, %10, %7
        yield %11 }
    return %4 }";

#[test]
fn a_tensor_is_changed_in_place() {
    let module = parse(FILL);
    let f = module.find("f").unwrap();
    let compiled = Compiled::new(&module, &[f], 2);
    let args = [tensor(&vec![1.0; LARGE_BYTES / 8]), Int(1000)];
    let before = large();
    let results = call(&compiled, f, &mut Recorder::default(), &[], &args).unwrap();
    // One copy, because `args` still holds the tensor; not one a round.
    assert_eq!(large() - before, 1);
    assert_ne!(results[0], args[0]);
}

#[test]
fn in_place_also_through_branches_calls_and_while() {
    let text = "fn @bump(%0 t: tensor(float, 1), %1 i: int) -> (tensor(float, 1)) {
            %2: float = to_float %1
            %3: tensor(float, 1) = builtin[op.index_set] %0, %2, %1  return %3 }
        fn @f(%0 t: tensor(float, 1), %1 n: int) -> (tensor(float, 1)) {
        %2: int = const[0]  %3: int = const[2]  %4: int = const[1]
        %5: int, %6: tensor(float, 1) = while %2, %0 { (%7: int, %8: tensor(float, 1))
            %9: bool = lt %7, %1  yield %9
        } { (%10: int, %11: tensor(float, 1))
            %12: tensor(float, 1) = call[@bump] %11, %10
            %13: int = add %10, %4
            yield %13, %12 }
        return %6 }";
    let module = parse(text);
    let f = module.find("f").unwrap();
    let compiled = Compiled::new(&module, &[f], 2);
    let args = [tensor(&vec![1.0; LARGE_BYTES / 8]), Int(500)];
    let before = large();
    call(&compiled, f, &mut Recorder::default(), &[], &args).unwrap();
    assert_eq!(large() - before, 1);
}

#[test]
fn a_copy_is_not_changed() {
    let text = "fn @f(%0 t: tensor(float, 1), %1 n: int) -> (tensor(float, 1), tensor(float, 1), tensor(float, 2)) {
        %2: int = const[0]  %3: float = const[9.0]
        %4: tuple(tensor(float, 1), int) = tuple %0, %2
        %5: tensor(float, 1) = for %2, %1, %0 { (%6: int, %7: tensor(float, 1))
            %8: tensor(float, 1) = builtin[op.index_set] %7, %3, %6
            %9: float = builtin[op.index] %0, %6
            %10: tensor(float, 1) = builtin[op.index_set] %0, %3, %6
            yield %8 }
        %11: tensor(float, 2) = map %1 { (%12: int) %13: tensor(float, 1) = builtin[op.index_set] %0, %3, %12 yield %13 }
        %14: tensor(float, 1) = get[0] %4
        return %5, %14, %11 }";
    let results = check(text, &[tensor(&[1.0, 2.0, 3.0]), Int(2)]).unwrap();
    assert_eq!(results[..2], [tensor(&[9.0, 9.0, 3.0]), tensor(&[1.0, 2.0, 3.0])]);
}

#[test]
fn loops_give_back_what_they_take() {
    check_no_leak(FILL, &[tensor(&vec![0.5; 100]), Int(500)]);
    let text = "fn @two(%0 a: tensor(float, 1), %1 s: string) -> (string, tensor(float, 1)) { return %1, %0 }
        fn @f(%0 t: tensor(float, 1), %1 s: string, %2 n: int) -> (tensor(float, 1), string) {
        %3: int = const[0]  %4: int = const[1]  %5: int = const[3]
        %6: tensor(float, 1), %7: string = for %3, %2, %0, %1 { (%8: int, %9: tensor(float, 1), %10: string)
            %11: tuple(tensor(float, 1), string, int) = tuple %9, %10, %8
            %12: string = const[\"another\"]
            %13: tensor(float, 1) = get[0] %11
            %14: string, %15: tensor(float, 1) = call[@two] %13, %12
            %16: tensor(float, 1) = builtin[op.add] %15, %0
            %17: int = mod %8, %5
            %18: bool = eq %17, %4
            %19: tensor(float, 1), %20: string = if %18 { yield %16, %14 } { yield %9, %10 }
            %21: tensor(float, 2) = map %5 { (%22: int) %23: tensor(float, 1) = builtin[op.neg] %19 yield %23 }
            %24: int, %25: string = while %3, %20 { (%26: int, %27: string) %28: bool = lt %26, %17 yield %28 }
                { (%29: int, %30: string) %31: int = add %29, %4 yield %31, %14 }
            yield %19, %25 }
        return %6, %7 }";
    check_no_leak(text, &[tensor(&[1.0, 2.0]), Value::Str("s".into()), Int(500)]);
}

#[test]
fn tapes_are_given_back() {
    // Its last use is an operand here, a nested region there.
    check_no_leak(
        "fn @f(%0 t: tensor(float, 1), %1 n: int) -> (int) {
            %2: tape = tape_new  tape_push %2, %0  %3: tensor(float, 1) = tape_pop %2
            %4: int = const[0]  %5: tape = tape_new
            for %4, %1 { (%6: int) tape_push %5, %3 %7: tape = tape_new tape_push %7, %6 %8: int = tape_pop %7 yield }
            for %4, %1 { (%9: int) %10: tensor(float, 1) = tape_pop %5 yield }
            %11: tape = tape_new
            return %4 }",
        &[tensor(&[1.0]), Int(100)],
    );
}

#[test]
fn gradients_give_back_what_they_take() {
    for seed in 0..60 {
        let mut module = random_module(seed);
        differentiate(&mut module).unwrap();
        let df = module.find("df").unwrap();
        let compiled = Compiled::new(&module, &[df], 2);
        let args = [Float(0.3), Float(-0.9), tensor(&[0.1, 0.2, -0.3]), Int(2)];
        let run = || drop(call(&compiled, df, &mut Recorder::default(), &[], &args).unwrap());
        run();
        let before = live();
        run();
        run();
        assert_eq!(live(), before, "{module}");
    }
}

#[test]
fn a_row_that_was_taken_is_not_changed() {
    // Of a matrix whose elements were just made its own, and are changed in place afterwards.
    let text = "fn @f(%0 a: tensor(float, 2), %1 x: float) -> (tensor(float, 1), tensor(float, 2)) {
        %2: int = const[0]
        %3: tensor(float, 2) = builtin[op.index_set] %0, %1, %2, %2 !0:1:2
        %4: tensor(float, 1) = builtin[op.index] %3, %2 !0:3:4
        %5: float = neg %1
        %6: tensor(float, 2) = builtin[op.index_set] %3, %5, %2, %2 !0:5:6
        return %4, %6 }";
    let a = ndarray::ArrayD::from_elem(vec![2, 2], 1.0).into_shared();
    check(text, &[Value::Tensor(qml_prelude::Tensor::Float(a)), Float(5.0)]).unwrap();
}
