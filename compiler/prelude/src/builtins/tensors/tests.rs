//! Making, reshaping and sorting tensors.

use crate::random::Stream;
use crate::testing::{call, failure, flat, floats, ints, random_floats, strings};
use crate::{Value, format_value};

#[test]
fn tensors_are_made() {
    assert_eq!(call("zeros", &[ints(&[2], &[2, 3])]), floats(&[2, 3], &[0.0; 6]));
    assert_eq!(call("ones", &[Value::Int(2)]), floats(&[2], &[1.0; 2]));
    assert_eq!(call("full", &[Value::Int(2), Value::text("a")]), strings(&["a", "a"]));
    assert_eq!(flat(&call("eye", &[Value::Int(2)])), [1.0, 0.0, 0.0, 1.0]);
    let points = call("linspace", &[Value::Float(0.0), Value::Float(0.3), Value::Int(4)]);
    assert_eq!(flat(&points)[3], 0.3);
    assert_eq!(call("range", &[Value::Int(5), Value::Int(0), Value::Int(-2)]), ints(&[3], &[5, 3, 1]));
    assert_eq!(call("range", &[Value::Int(i64::MAX - 1), Value::Int(i64::MAX), Value::Int(5)]).shape(), [1]);
    assert!(failure("range", &[Value::Int(0), Value::Int(1), Value::Int(0)]).starts_with("Q0610"));
    assert!(failure("zeros", &[Value::Int(-1)]).starts_with("Q0610"));
}

#[test]
fn elements_keep_their_order() {
    let x = ints(&[2, 3], &[1, 2, 3, 4, 5, 6]);
    assert_eq!(call("reshape", &[x.clone(), Value::Int(6)]), ints(&[6], &[1, 2, 3, 4, 5, 6]));
    let transposed = call("transpose", &[x.clone()]);
    assert_eq!(transposed, ints(&[3, 2], &[1, 4, 2, 5, 3, 6]));
    assert_eq!(call("reshape", &[transposed, Value::Int(6)]), ints(&[6], &[1, 4, 2, 5, 3, 6]));
    assert_eq!(call("shape", &[x.clone()]), ints(&[2], &[2, 3]));
    assert!(failure("reshape", &[x, Value::Int(5)]).starts_with("Q0604"));
}

#[test]
fn tensors_are_joined() {
    let (a, b) = (ints(&[2], &[1, 2]), floats(&[1], &[3.5]));
    assert_eq!(call("concat", &[a.clone(), b]), floats(&[3], &[1.0, 2.0, 3.5]));
    assert_eq!(call("append", &[a.clone(), Value::Int(3)]), ints(&[3], &[1, 2, 3]));
    // The empty list has no type of its own.
    assert_eq!(call("append", &[floats(&[0], &[]), Value::Int(3)]), ints(&[1], &[3]));
    assert_eq!(call("stack", &[a.clone(), a.clone()]), ints(&[2, 2], &[1, 2, 1, 2]));
    let message = failure("concat", &[ints(&[1, 2], &[1, 2]), ints(&[1, 3], &[1, 2, 3])]);
    assert!(message.starts_with("Q0604 concat: shapes [1, 2] and [1, 3]"), "{message}");
}

#[test]
fn sorting_orders_and_keeps_equal_elements_in_place() {
    let mut stream = Stream::new(9);
    let x = random_floats(&mut stream, &[50]);
    let sorted = flat(&call("sort", &[x.clone()]));
    assert!(sorted.is_sorted());
    assert_eq!(flat(&call("take", &[x.clone(), call("argsort", &[x])])), sorted);
    assert_eq!(call("argsort", &[ints(&[4], &[2, 1, 2, 1])]), ints(&[4], &[1, 3, 0, 2]));
    assert_eq!(call("sort", &[strings(&["b", "a"])]), strings(&["a", "b"]));
    let with_nan = flat(&call("sort", &[floats(&[3], &[f64::NAN, 1.0, -1.0])]));
    assert_eq!(with_nan[..2], [-1.0, 1.0]);
}

#[test]
fn pairs_are_made() {
    let pairs = call("zip", &[ints(&[2], &[1, 2]), floats(&[2, 2], &[1.0, 2.0, 3.0, 4.0])]);
    assert_eq!(format_value(&pairs), "[(1, [1.0, 2.0]), (2, [3.0, 4.0])]");
    assert_eq!(format_value(&call("enumerate", &[strings(&["a", "b"])])), "[(0, a), (1, b)]");
    assert!(failure("zip", &[ints(&[1], &[1]), ints(&[2], &[1, 2])]).starts_with("Q0604"));
}

#[test]
fn bits_and_numbers_are_inverse() {
    for k in 0..64 {
        let bits = call("bits", &[Value::Int(k), Value::Int(6)]);
        assert_eq!(bits.clone().into_bools()[0], k % 2 == 1);
        assert_eq!(call("to_int", &[bits]), Value::Int(k));
    }
    assert!(failure("bits", &[Value::Int(64), Value::Int(6)]).starts_with("Q0610"));
    assert!(failure("to_int", &[Value::vector(vec![true; 64])]).starts_with("Q0601"));
}

#[test]
fn extremes_and_clip_show_nan() {
    let x = floats(&[3], &[1.0, f64::NAN, 3.0]);
    let larger = flat(&call("maximum", &[x.clone(), Value::Float(2.0)]));
    assert!(larger[1].is_nan() && larger[0] == 2.0 && larger[2] == 3.0);
    let clipped = flat(&call("clip", &[x, Value::Float(0.0), Value::Float(2.0)]));
    assert!(clipped[1].is_nan() && clipped[2] == 2.0);
    assert!(failure("clip", &[Value::Float(0.0), Value::Float(2.0), Value::Float(1.0)]).starts_with("Q0610"));
    assert_eq!(call("where_true", &[Value::vector(vec![true, false, true])]), ints(&[2], &[0, 2]));
}
