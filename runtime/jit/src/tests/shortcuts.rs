//! Operations with shortcuts, where they fit and where they don't.

use ndarray::ArrayD;
use qml_prelude::{Element, Value};

use super::memory::check_no_leak_of;
use super::{check, parse, tensor};

fn matrix(rows: usize, columns: usize, is_turned: bool) -> Value {
    let array = ArrayD::from_shape_fn(vec![rows, columns], |at| (at[0] * 7 + at[1] * 3) as f64 / 11.0 - 1.0);
    let array = if is_turned { array.reversed_axes() } else { array };
    Value::Tensor(f64::into_tensor(array.into_shared()))
}

/// The value or the message, which must be those of the evaluator; nothing is left in memory.
fn is_right(text: &str, args: &[Value]) -> bool {
    let is_right = check(text, args).is_ok();
    if is_right {
        check_no_leak_of(&parse(text), args);
    }
    is_right
}

#[test]
fn products_and_sums() {
    let text = "fn @f(%0 a: tensor(float, 2), %1 x: tensor(float, 1), %2 b: float) -> (tensor(float, 1), float, float) {
        %3: tensor(float, 1) = builtin[op.mul] %2, %1
        %4: tensor(float, 1) = builtin[op.matmul] %0, %3 !0:3:4
        %5: float = builtin[op.matmul] %3, %4 !0:5:6
        %6: tensor(float, 2) = builtin[op.mul] %2, %0
        %7: float = builtin[sum] %6
        return %4, %5, %7 }";
    for (a, n, fits) in [
        (matrix(3, 3, false), 3, true),
        (matrix(9, 9, false), 9, true),
        (matrix(4, 4, true), 4, true),
        (matrix(1, 1, false), 1, true),
        (matrix(0, 0, false), 0, true),
        (matrix(2, 3, false), 3, false),
        (matrix(3, 3, false), 2, false),
        (matrix(3, 0, false), 0, false),
    ] {
        let x: Vec<f64> = (0..n).map(|i| f64::from(i) - 1.3).collect();
        assert_eq!(is_right(text, &[a.clone(), tensor(&x), Value::Float(0.3)]), fits, "{a:?}, {n}");
    }
}

#[test]
fn items_and_parts() {
    let text = "fn @f(%0 a: tensor(float, 2), %1 i: int) -> (tensor(float, 1), float, tuple(int, tensor(float, 1))) {
        %2: tensor(float, 1) = builtin[op.index] %0, %1 !0:3:4
        %3: tuple(int, tensor(float, 1)) = tuple %1, %2
        %4: tensor(tuple(int, tensor(float, 1)), 1) = builtin[op.stack] %3, %3
        %5: tuple(int, tensor(float, 1)) = builtin[op.index] %4, %1 !0:5:6
        %6: tensor(float, 1) = get[1] %5
        %7: float = builtin[sum] %6
        return %2, %7, %5 }";
    for is_turned in [false, true] {
        for (i, is_there) in [(0, true), (1, true), (2, false), (5, false), (-1, false), (i64::MIN, false)] {
            assert_eq!(is_right(text, &[matrix(4, 4, is_turned), Value::Int(i)]), is_there, "{i}");
        }
    }
}
