//! One program a point.

use expect_test::expect;
use qml_prelude::Value;

use super::{check, tensor};
use Value::{Float, Int};

#[test]
fn a_power_in_base_and_exponent() {
    let text = "fn @f(%0 x: float, %1 y: float) -> (float) { %2: float = pow %0, %1 return %2 }";
    check(text, &[Float(1.7), Float(-0.6)]);
    check(text, &[Float(0.2), Float(3.0)]);
}

#[test]
fn a_remainder() {
    let text = "fn @f(%0 x: float, %1 y: float) -> (float) { %2: float = mod %0, %1 return %2 }";
    check(text, &[Float(7.3), Float(-2.1)]);
    check(text, &[Float(-7.3), Float(2.1)]);
}

#[test]
fn repeated_use_of_a_value() {
    let text = "fn @f(%0 x: float) -> (float) {
        %1: float = mul %0, %0  %2: float = mul %1, %1  %3: float = sub %2, %1  %4: float = div %3, %0  return %4 }";
    check(text, &[Float(1.3)]);
}

#[test]
fn branches_that_use_different_parameters() {
    let text = "fn @f(%0 x: float, %1 y: float) -> (float) {
        %2: bool = lt %0, %1
        %3: float = if %2 { %4: float = mul %0, %0 yield %4 } { yield %1 }
        %5: float = mul %3, %1
        return %5 }";
    check(text, &[Float(1.3), Float(2.0)]);
    check(text, &[Float(1.3), Float(0.5)]);
}

#[test]
fn a_while_loop_whose_rounds_depend_on_the_parameter() {
    let text = "fn @f(%0 x: float) -> (float) {
        %1: float = const[100.0]
        %2: float = while %0 { (%3: float) %4: bool = lt %3, %1 yield %4 } {
            (%5: float) %6: float = mul %5, %5 %7: float = add %6, %0 yield %7 }
        return %2 }";
    check(text, &[Float(1.5)]);
    check(text, &[Float(0.9)]);
    check(text, &[Float(200.0)]);
}

#[test]
fn a_captured_value_is_summed_over_the_rounds() {
    let text = "fn @f(%0 x: float, %1 n: int) -> (float) {
        %2: int = const[0]  %3: float = const[1.0]
        %4: float = for %2, %1, %3 { (%5: int, %6: float)
            %7: float = to_float %5  %8: float = mul %7, %0  %9: float = add %6, %8
            %10: float = mul %9, %0  yield %10 }
        return %4 }";
    check(text, &[Float(0.7), Int(5)]);
    check(text, &[Float(0.7), Int(0)]);
    check(text, &[Float(0.7), Int(-3)]);
}

#[test]
fn values_carried_crosswise() {
    let text = "fn @f(%0 x: float, %1 y: float, %2 n: int) -> (float) {
        %3: int = const[0]
        %4: float, %5: float, %6: float = for %3, %2, %0, %1, %0 { (%7: int, %8: float, %9: float, %10: float)
            %11: float = mul %8, %1  yield %9, %11, %8 }
        %12: float = mul %4, %6
        return %12 }";
    for n in 0..4 {
        check(text, &[Float(0.7), Float(1.3), Int(n)]);
    }
}

#[test]
fn elements_set_in_a_loop() {
    let text = "fn @f(%0 t: tensor(float, 1), %1 x: float) -> (float) {
        %2: int = const[1]  %3: int = const[4]
        %4: tensor(float, 1) = for %2, %3, %0 { (%5: int, %6: tensor(float, 1))
            %7: int = sub %5, %2
            %8: float = builtin[op.index] %6, %7
            %9: float = mul %8, %1
            %10: tensor(float, 1) = builtin[op.index_set] %6, %9, %5
            yield %10 }
        %11: tensor(float, 1) = builtin[op.mul] %4, %4
        %12: float = builtin[sum] %11
        return %12 }";
    check(text, &[tensor(&[0.3, -0.8, 1.2, 0.4]), Float(1.1)]);
}

#[test]
fn an_element_read_in_a_map() {
    let text = "fn @f(%0 t: tensor(float, 1), %1 n: int) -> (float) {
        %2: tensor(float, 1) = map %1 { (%3: int)
            %4: float = builtin[op.index] %0, %3
            %5: bool = builtin[op.lt] %4, %4
            %6: float = if %5 { yield %4 } { %7: float = builtin[sin] %4 yield %7 }
            %8: float = mul %6, %4
            yield %8 }
        %9: float = builtin[mean] %2
        return %9 }";
    check(text, &[tensor(&[0.3, -0.8, 1.2]), Int(3)]);
    check(text, &[tensor(&[0.3, -0.8, 1.2]), Int(2)]);
}

#[test]
fn a_recursive_function() {
    // x ** n by repeated multiplication.
    let text = "fn @power(%0 x: float, %1 n: int) -> (float) {
        %2: int = const[0]
        %3: bool = le %1, %2
        %4: float = if %3 { %5: float = const[1.0] yield %5 } {
            %6: int = const[1]  %7: int = sub %1, %6
            %8: float = call[@power] %0, %7
            %9: float = mul %8, %0
            yield %9 }
        return %4 }
      fn @f(%0 x: float, %1 n: int) -> (float) { %2: float = call[@power] %0, %1 return %2 }";
    let module = check(text, &[Float(1.1), Int(6)]);
    check(text, &[Float(1.1), Int(0)]);
    assert!(module.find("power.backward").is_some() && module.find("power.backward.1").is_none());
}

#[test]
fn a_function_of_two_results_and_one_unused() {
    let text = "fn @g(%0 x: float, %1 t: tensor(float, 1)) -> (float, tensor(float, 1), int) {
        %2: tensor(float, 1) = builtin[op.mul] %0, %1  %3: int = const[1]
        %4: float = builtin[op.index] %1, %3  %5: float = mul %4, %0
        return %5, %2, %3 }
      fn @f(%0 x: float, %1 t: tensor(float, 1)) -> (float) {
        %2: float, %3: tensor(float, 1), %4: int = call[@g] %0, %1
        %5: float, %6: tensor(float, 1), %7: int = call[@g] %2, %3
        %8: float = builtin[op.index] %6, %7
        return %8 }";
    check(text, &[Float(1.1), tensor(&[0.4, -1.3])]);
}

#[test]
fn a_tuple_with_parts_of_all_kinds() {
    let text = "fn @f(%0 m: tuple(tensor(float, 1), tuple(float, int), float)) -> (float) {
        %1: tensor(float, 1) = get[0] %0
        %2: tuple(float, int) = get[1] %0
        %3: float = get[0] %2
        %4: int = get[1] %2
        %5: float = builtin[op.index] %1, %4
        %6: float = mul %5, %3
        return %6 }";
    let pair = Value::Tuple(vec![Float(0.6), Int(1)].into());
    check(text, &[Value::Tuple(vec![tensor(&[1.0, 2.0]), pair, Float(3.0)].into())]);
}

#[test]
fn an_unused_parameter_has_a_zero_of_its_shape() {
    let text = "fn @f(%0 x: float, %1 t: tensor(float, 1)) -> (float) { %2: float = mul %0, %0 return %2 }";
    check(text, &[Float(1.1), tensor(&[0.4, -1.3])]);
}

#[test]
fn ints_have_no_derivative() {
    let text = "fn @f(%0 x: float, %1 n: int) -> (float) {
        %2: float = to_float %1  %3: bool = lt %0, %2
        %4: tensor(float, 1) = builtin[op.stack] %0, %2
        %5: int = builtin[argmax] %4
        %6: float = builtin[op.index] %4, %5
        %7: float = mul %6, %0
        return %7 }";
    check(text, &[Float(1.1), Int(1)]);
    check(text, &[Float(1.1), Int(2)]);
}

#[test]
fn items_collected_in_a_list() {
    let text = "fn @f(%0 x: float, %1 n: int) -> (float) {
        %2: list(float) = builtin[list.new]
        %3: int = const[0]
        %4: list(float) = for %3, %1, %2 { (%5: int, %6: list(float))
            %7: float = to_float %5  %8: float = mul %7, %0  %9: float = builtin[sin] %8
            %10: list(float) = builtin[list.push] %6, %9
            yield %10 }
        %11: tensor(float, 1) = builtin[list.stack] %4
        %12: float = builtin[sum] %11
        return %12 }";
    check(text, &[Float(0.6), Int(4)]);
}

#[test]
fn the_gradient_of_a_product() {
    let text = "fn @f(%0 x: float, %1 n: int) -> (float) {
        %2: int = const[0]
        %3: float = for %2, %1, %0 { (%4: int, %5: float) %6: float = mul %5, %0 yield %6 }
        return %3 }";
    let module = check(text, &[Float(1.1), Int(3)]);
    let gradient = module.find("f.gradient").unwrap();
    expect![[r"
        fn @f.gradient(%0 x: float, %1 n: int) -> (float, float) {
          %16: tape = tape_new
          %3: int = const[0]
          %23: float = for %3, %1, %0 { (%20: int, %21: float)
            %22: float = mul %21, %0
            tape_push %16, %21
            yield %22
          }
          %2: float = const[1.0]
          %4: int = sub %1, %3
          %5: int = const[1]
          %6: int = sub %1, %5
          %7: int = const[0]
          %8: float = const[0.0]
          %17: float, %18: float = for %7, %4, %2, %8 { (%9: int, %10: float, %11: float)
            %13: float = tape_pop %16
            %12: float = mul %10, %0
            %14: float = mul %10, %13
            %15: float = add %11, %14
            yield %12, %15
          }
          %19: float = add %18, %17
          return %23, %19
        }
    "]]
    .assert_eq(&module.function_text(gradient));
}
