//! Operations with shortcuts, where they fit and where they don't.

use ndarray::ArrayD;
use qml_prelude::{Element, Value};

use super::memory::check_no_leak_of;
use super::{check, parse, tensor};

fn matrix(rows: usize, columns: usize, is_turned: bool) -> Value {
    let array = ArrayD::from_shape_fn(vec![rows, columns], |at| ((at[0] * 7 + at[1] * 3) as f64 / 1.1).sin());
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
fn comparisons_are_counted() {
    for name in ["op.eq", "op.ne", "op.lt", "op.le", "op.gt", "op.ge"] {
        // In the second count something else comes between.
        let text = format!(
            "fn @f(%0 a: tensor(float, 2), %1 b: tensor(float, 2), %2 x: float) -> (int, int, tensor(float, 2)) {{
            %3: unit = const[unit]
            %4: tensor(bool, 2) = builtin[{name}] %0, %1 !0:3:4
            %5: int = builtin[sum] %4, %3 !0:5:6
            %6: tensor(float, 2) = builtin[op.add] %0, %2
            %7: tensor(bool, 2) = builtin[{name}] %6, %2 !0:7:8
            %8: tensor(float, 2) = builtin[op.mul] %1, %2
            %9: int = builtin[sum] %7
            return %5, %9, %8 }}"
        );
        let nan = Value::Float(f64::NAN);
        for (a, b, x, fits) in [
            (matrix(4, 3, false), matrix(4, 3, false), Value::Float(0.25), true),
            (matrix(4, 4, true), matrix(4, 4, false), Value::Float(-0.25), true),
            (matrix(1, 3, false), matrix(4, 3, false), nan.clone(), true),
            (matrix(0, 3, false), matrix(0, 3, false), nan, true),
            (matrix(2, 3, false), matrix(3, 3, false), Value::Float(0.0), false),
        ] {
            assert_eq!(is_right(&text, &[a.clone(), b, x]), fits, "{name} of {a:?}");
        }
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

#[test]
fn rows_that_are_only_looked_at() {
    // In order: a product with itself, one with a vector, elements in an inner loop, a branch that may not look; a row that is
    // kept is a tensor.
    let text =
        "fn @f(%0 a: tensor(float, 2), %1 x: tensor(float, 1), %2 m: int, %3 n: int) -> (tensor(float, 2)) {
        %4: int = const[0] %5: float = const[0.0]
        %6: tensor(float, 2) = map %2 { (%7: int)
            %8: tensor(float, 1) = builtin[op.index] %0, %7 !0:3:4
            %9: int = builtin[op.dim] %8, %4
            %10: float = builtin[dot] %8, %8
            %11: float = builtin[op.matmul] %8, %1 !0:5:6
            %12: float = for %4, %3, %10 { (%13: int, %14: float)
                %15: float = builtin[op.index] %8, %13 !0:7:8
                %16: float = sub %14, %15
                yield %16 }
            %17: bool = lt %12, %5
            %18: tensor(float, 1) = builtin[op.index] %0, %7
            %19: float = if %17 { %20: float = builtin[sum] %18 yield %20 } { yield %11 }
            %21: tensor(float, 1) = builtin[op.index] %0, %7
            %22: float = to_float %9
            %23: tensor(float, 1) = builtin[op.mul] %22, %21
            %24: tensor(float, 1) = builtin[op.add] %19, %23
            yield %24 }
        return %6 }";
    let x: Vec<f64> = (0..20).map(|i| (f64::from(i) * 0.7).sin()).collect();
    let mut n_right = 0;
    for a in [
        matrix(20, 20, false),
        matrix(20, 20, true),
        matrix(5, 20, false),
        matrix(20, 6, true),
        matrix(0, 20, false),
    ] {
        for (m, n) in [(0, 0), (20, 20), (3, 2), (6, 1), (1, 21), (1, -1)] {
            n_right += usize::from(is_right(text, &[a.clone(), tensor(&x), Value::Int(m), Value::Int(n)]));
        }
        assert!(!is_right(text, &[matrix(4, 3, false), tensor(&x), Value::Int(2), Value::Int(1)]));
        assert!(!is_right(text, &[tensor(&[]), tensor(&x), Value::Int(2), Value::Int(1)]));
    }
    assert!((15..25).contains(&n_right), "{n_right}");
}

#[test]
fn rows_of_other_scalars() {
    let text =
        "fn @f(%0 a: tensor(int, 2), %1 b: tensor(bool, 2), %2 m: int, %3 j: int) -> (tensor(int, 1)) {
        %6: tensor(int, 1) = map %2 { (%7: int)
            %8: tensor(int, 1) = builtin[op.index] %0, %7 !0:1:2
            %9: tensor(bool, 1) = builtin[op.index] %1, %7 !0:3:4
            %10: int = builtin[op.index] %8, %3 !0:5:6
            %11: bool = builtin[op.index] %9, %3 !0:7:8
            %12: int = if %11 { %13: int = mul %10, %10 yield %13 } { yield %10 }
            yield %12 }
        return %6 }";
    let a = ArrayD::from_shape_fn(vec![3, 4], |at| (at[0] * 5 + at[1]) as i64).into_shared();
    let b = ArrayD::from_shape_fn(vec![4, 3], |at| (at[0] + at[1]) % 2 == 0).reversed_axes().into_shared();
    let [a, b] = [Value::Tensor(i64::into_tensor(a)), Value::Tensor(bool::into_tensor(b))];
    for (m, j, fits) in [(3, 2, true), (2, 3, true), (4, 0, false), (3, 4, false), (3, -1, false)] {
        assert_eq!(is_right(text, &[a.clone(), b.clone(), Value::Int(m), Value::Int(j)]), fits, "{m}, {j}");
    }
}

#[test]
fn slices() {
    let text = "fn @f(%0 a: tensor(float, 2), %1 lo: int, %2 hi: int) -> (tensor(float, 2), tensor(float, 2), tensor(float, 2)) {
        %3: unit = const[unit]
        %4: tuple(int, int) = tuple %1, %2
        %5: tuple(unit, int) = tuple %3, %2
        %6: tuple(int, unit) = tuple %1, %3
        %7: tensor(float, 2) = builtin[op.index] %0, %5 !0:1:2
        %8: tensor(float, 2) = builtin[op.index] %0, %6 !0:3:4
        %9: tensor(float, 2) = builtin[op.index] %0, %4 !0:5:6
        return %7, %8, %9 }";
    for is_turned in [false, true] {
        for (low, high, fits) in BOUNDS {
            let args = [matrix(5, 5, is_turned), Value::Int(low), Value::Int(high)];
            assert_eq!(is_right(text, &args), fits, "{low}..{high}");
        }
    }
}

/// Pairs of bounds of 5 elements, and whether they fit.
const BOUNDS: [(i64, i64, bool); 8] = [
    (0, 5, true),
    (2, 2, true),
    (5, 5, true),
    (1, 4, true),
    (3, 2, false),
    (0, 6, false),
    (-1, 2, false),
    (i64::MIN, i64::MAX, false),
];

/// Five floats: in order, reversed in memory, or every second one of a matrix.
fn vectors() -> [Value; 3] {
    let line = ArrayD::from_shape_fn(vec![5], |at| (at[0] as f64 * 0.7).sin()).into_shared();
    let mut reversed = line.clone();
    reversed.invert_axis(ndarray::Axis(0));
    let column = ArrayD::from_shape_fn(vec![5, 2], |at| (at[0] * 2 + at[1]) as f64);
    let column = column.into_shared().index_axis_move(ndarray::Axis(1), 1);
    [line, reversed, column].map(|array| Value::Tensor(f64::into_tensor(array)))
}

#[test]
fn parts_that_are_only_looked_at() {
    // Of a tensor from outside, and of one that the loop changes afterwards; in a chain, a product, an inner loop.
    let text = "fn @f(%0 x: tensor(float, 1), %1 lo: int, %2 hi: int) -> (tensor(float, 1), tensor(float, 1)) {
        %3: unit = const[unit] %4: int = const[0] %5: int = const[3] %6: float = const[0.25]
        %7: tensor(float, 1), %8: tensor(float, 1) = for %4, %5, %0, %0 { (%9: int, %10: tensor(float, 1), %11: tensor(float, 1))
            %12: tuple(int, int) = tuple %1, %2
            %13: tensor(float, 1) = builtin[op.index] %10, %12 !0:1:2
            %14: tuple(int, unit) = tuple %9, %3
            %15: tensor(float, 1) = builtin[op.index] %0, %14 !0:3:4
            %16: float = builtin[dot] %13, %13
            %17: int = builtin[op.dim] %13, %4
            %18: float = for %4, %17, %16 { (%19: int, %20: float)
                %21: float = builtin[op.index] %13, %19 !0:5:6
                %22: float = add %20, %21
                yield %22 }
            %23: tensor(float, 1) = builtin[op.mul] %6, %13
            %24: tensor(float, 1) = builtin[op.add] %23, %18
            %25: float = builtin[sum] %15
            %26: tensor(float, 1) = builtin[op.mul] %24, %25
            %27: tuple(int, int) = tuple %1, %2
            %28: tensor(float, 1) = builtin[op.index_set] %10, %26, %27 !0:7:8
            %29: tensor(float, 1) = builtin[op.mul] %11, %16
            yield %28, %29 }
        return %7, %8 }";
    for x in vectors() {
        for (low, high, fits) in BOUNDS {
            assert_eq!(
                is_right(text, &[x.clone(), Value::Int(low), Value::Int(high)]),
                fits,
                "{low}..{high}"
            );
        }
    }
}

#[test]
fn parts_that_are_replaced() {
    // By a part of the same vector, which stays what it was; by one of another vector; by one that is kept.
    let text = "fn @f(%0 x: tensor(float, 1), %1 y: tensor(float, 1), %2 lo: int, %3 hi: int) -> (tensor(float, 1), tensor(float, 1), tensor(float, 1)) {
        %4: unit = const[unit] %5: int = const[2] %6: int = const[1] %7: float = const[2.0]
        %8: tuple(int, int) = tuple %2, %3
        %9: tensor(float, 1) = builtin[op.index] %0, %8 !0:1:2
        %10: tuple(unit, int) = tuple %4, %5
        %11: tensor(float, 1) = builtin[op.index] %0, %10 !0:3:4
        %12: tuple(int, unit) = tuple %6, %4
        %13: tensor(float, 1) = builtin[op.mul] %7, %1
        %14: tensor(float, 1) = builtin[op.index_set] %13, %9, %8 !0:5:6
        %15: tuple(unit, int) = tuple %4, %5
        %16: tensor(float, 1) = builtin[op.index_set] %14, %11, %15 !0:7:8
        %17: tuple(int, int) = tuple %2, %3
        %18: tensor(float, 1) = builtin[op.index] %16, %17 !0:9:10
        %19: tensor(float, 1) = builtin[op.index_set] %16, %18, %12 !0:11:12
        %20: tensor(float, 1) = builtin[op.index_set] %0, %18, %12 !0:13:14
        return %19, %18, %20 }";
    let mut n_right = 0;
    for x in vectors() {
        for y in vectors() {
            for (low, high, _) in BOUNDS {
                let args = [x.clone(), y.clone(), Value::Int(low), Value::Int(high)];
                n_right += usize::from(is_right(text, &args));
            }
            let args = [x.clone(), y.clone(), Value::Int(1), Value::Int(5)];
            assert!(is_right(text, &args));
        }
    }
    assert_eq!(n_right, 0, "only four elements fit behind the first");
}

#[test]
fn parts_of_other_scalars() {
    let text = "fn @f(%0 a: tensor(int, 1), %1 b: tensor(bool, 1), %2 lo: int, %3 hi: int) -> (tensor(int, 1), tensor(bool, 1)) {
        %4: unit = const[unit] %5: int = const[0] %6: tuple(int, int) = tuple %2, %3
        %7: tensor(int, 1) = builtin[op.index] %0, %6 !0:1:2
        %8: tensor(bool, 1) = builtin[op.index] %1, %6 !0:3:4
        %9: int = builtin[op.dim] %7, %5
        %10: tensor(int, 1) = map %9 { (%11: int)
            %12: int = builtin[op.index] %7, %11 !0:5:6
            %13: bool = builtin[op.index] %8, %11 !0:7:8
            %14: int = if %13 { yield %12 } { yield %5 }
            yield %14 }
        %15: tuple(int, int) = tuple %2, %3
        %16: tensor(int, 1) = builtin[op.index_set] %0, %10, %15 !0:9:10
        %17: tensor(bool, 1) = builtin[op.index_set] %1, %8, %6 !0:11:12
        return %16, %17 }";
    let a = ArrayD::from_shape_fn(vec![5], |at| at[0] as i64 * 3 - 4).into_shared();
    let b = ArrayD::from_shape_fn(vec![5], |at| at[0] % 2 == 0).into_shared();
    let [a, b] = [Value::Tensor(i64::into_tensor(a)), Value::Tensor(bool::into_tensor(b))];
    for (low, high, fits) in BOUNDS {
        let args = [a.clone(), b.clone(), Value::Int(low), Value::Int(high)];
        assert_eq!(is_right(text, &args), fits, "{low}..{high}");
    }
}
