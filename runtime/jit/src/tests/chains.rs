//! Elementwise operations that go in one pass, and those that can't.

use ndarray::ArrayD;
use qml_prelude::Element;
use qml_prelude::Value::{self, Float};

use super::memory::check_no_leak_of;
use super::{check, parse, tensor};

/// A chain of six operations with two results, of tensors of this type.
fn chain(ty: &str) -> String {
    format!(
        "fn @f(%0 x: {ty}, %1 y: {ty}, %2 a: float) -> ({ty}, {ty}) {{
            %3: {ty} = builtin[op.mul] %2, %0
            %4: {ty} = builtin[op.add] %3, %1
            %5: {ty} = builtin[exp] %4
            %6: {ty} = builtin[op.div] %5, %0
            %7: {ty} = builtin[op.pow] %6, %2
            %8: {ty} = builtin[op.neg] %4
            return %7, %8 }}"
    )
}

fn matrix(rows: usize, columns: usize) -> ArrayD<f64> {
    ArrayD::from_shape_fn(vec![rows, columns], |at| 0.1 + (at[0] * 31 + at[1] * 17 % 7) as f64 / 50.0)
}

fn value(array: ArrayD<f64>) -> Value {
    Value::Tensor(f64::into_tensor(array.into_shared()))
}

#[test]
fn vectors_of_all_lengths() {
    for n in [0, 1, 2, 255, 256, 257, 1000] {
        let x: Vec<f64> = (0..n).map(|i| f64::from(i) / 100.0 - 0.3).collect();
        let y: Vec<f64> = x.iter().map(|x| x * x).collect();
        let args = [tensor(&x), tensor(&y), Float(1.7)];
        check(&chain("tensor(float, 1)"), &args).unwrap();
        check_no_leak_of(&parse(&chain("tensor(float, 1)")), &args);
    }
}

#[test]
fn matrices_that_lie_otherwise_and_that_are_spread() {
    let text = chain("tensor(float, 2)");
    let turned = matrix(5, 40).reversed_axes();
    for other in [matrix(40, 5), matrix(40, 1), matrix(1, 5), matrix(1, 1)] {
        check(&text, &[value(turned.clone()), value(other.clone()), Float(2.0)]).unwrap();
        check(&text, &[value(other), value(turned.clone()), Float(-0.5)]).unwrap();
    }
}

#[test]
fn shapes_that_do_not_fit_are_told_where_they_are_met() {
    let text = "fn @f(%0 x: tensor(float, 1), %1 y: tensor(float, 1), %2 z: tensor(float, 1), %3 i: int) -> (tensor(float, 1)) {
        %4: tensor(float, 1) = builtin[sin] %0 !0:1:2
        %5: tensor(float, 1) = builtin[op.add] %4, %1 !0:3:4
        %6: tensor(float, 1) = builtin[op.mul] %5, %2 !0:5:6
        %7: float = builtin[op.index] %0, %3 !0:7:8
        %8: tensor(float, 1) = builtin[op.mul] %7, %6 !0:9:10
        return %8 }";
    let of_len = |n: usize| tensor(&vec![0.5; n]);
    for (n, m, i, place) in [(4, 3, 9, 3), (3, 4, 9, 5), (3, 3, 9, 7), (4, 4, 0, 3)] {
        let fault = check(text, &[of_len(3), of_len(n), of_len(m), Value::Int(i)]).unwrap_err();
        assert_eq!(fault.primary.unwrap().span.start, place, "{n} {m} {i}");
    }
    check(text, &[of_len(3), of_len(3), of_len(1), Value::Int(2)]).unwrap();
}

#[test]
fn maps_over_elements() {
    let text = "fn @f(%0 x: tensor(float, 1), %1 y: tensor(float, 1), %2 a: float, %3 n: int) -> (tensor(float, 1)) {
        %4: tensor(float, 1) = map %3 { (%5: int)
            %6: float = builtin[op.index] %0, %5
            %7: float = builtin[op.index] %1, %5 !0:3:4
            %8: float = const[2.0]
            %9: float = pow %7, %8
            %10: float = mul %6, %9
            %11: float = builtin[tanh] %10
            %12: float = sub %11, %2
            yield %12 }
        return %4 }";
    let x: Vec<f64> = (0..300).map(|i| f64::from(i) / 70.0 - 2.0).collect();
    for n in [0, 1, 299, 300] {
        let args = [tensor(&x), tensor(&x), Float(0.3), Value::Int(n)];
        check(text, &args).unwrap();
        check_no_leak_of(&parse(text), &args);
    }
    // A vector that is too short, and a column of a matrix, whose elements don't lie side by side.
    let args = [tensor(&x), tensor(&x[1..]), Float(0.3), Value::Int(300)];
    assert_eq!(check(text, &args).unwrap_err().primary.unwrap().span.start, 3);
    let column = matrix(300, 3).index_axis_move(ndarray::Axis(1), 1);
    check(text, &[tensor(&x), value(column), Float(0.3), Value::Int(300)]).unwrap();
}

#[test]
fn results_go_where_inputs_end() {
    // Products that are needed after the sum, a tensor that is also outside, and one that is taken twice.
    let text = "fn @f(%0 g: tensor(float, 1), %1 n: int) -> (tensor(float, 1), tensor(float, 1), tensor(float, 1), tensor(float, 1)) {
        %2: float = const[0.9] %3: int = const[0]
        %4: tensor(float, 1) = builtin[op.mul] %2, %0
        %5: tensor(float, 1) = builtin[op.neg] %4
        %20: tensor(float, 1), %21: tensor(float, 1), %22: tensor(float, 1) = for %3, %1, %4, %5, %0 { (%6: int, %7: tensor(float, 1), %8: tensor(float, 1), %9: tensor(float, 1))
            %10: tensor(float, 1) = builtin[op.sub] %7, %8
            %11: tensor(float, 1) = builtin[op.mul] %10, %7
            %12: tensor(float, 1) = builtin[op.mul] %2, %8
            %13: tensor(float, 1) = builtin[op.add] %12, %9
            %14: tensor(float, 1) = builtin[op.mul] %13, %13
            yield %11, %13, %14 }
        return %20, %21, %22, %0 }";
    for (len, n) in [(0, 3), (1, 3), (7, 4), (8, 4), (300, 3)] {
        let g: Vec<f64> = (0..len).map(|i| (f64::from(i) * 0.7).sin()).collect();
        let args = [tensor(&g), Value::Int(n)];
        check(text, &args).unwrap();
        check_no_leak_of(&parse(text), &args);
    }
}
