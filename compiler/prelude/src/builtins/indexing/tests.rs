//! Indices against plain arithmetic on flat positions.

use crate::random::Stream;
use crate::testing::{call, failure, flat, floats, ints, random_floats};
use crate::{Tensor, Value};

/// What an index selects of an axis, and whether the axis goes.
fn selected(index: &Value, length: usize) -> (Vec<usize>, bool) {
    match index {
        Value::Int(i) => (vec![*i as usize], true),
        Value::Tuple(range) => ((range[0].to_int() as usize..range[1].to_int() as usize).collect(), false),
        Value::Tensor(Tensor::Bool(mask)) => ((0..length).filter(|&i| mask[i]).collect(), false),
        Value::Tensor(Tensor::Int(list)) => (list.iter().map(|&i| i as usize).collect(), false),
        _ => ((0..length).collect(), false),
    }
}

/// The flat positions and the shape of a part.
fn part(shape: &[usize], indices: &[Value]) -> (Vec<usize>, Vec<usize>) {
    let (mut positions, mut part_shape) = (vec![0], Vec::new());
    for (axis, &length) in shape.iter().enumerate() {
        let (places, goes) = selected(indices.get(axis).unwrap_or(&Value::Unit), length);
        positions = positions.iter().flat_map(|p| places.iter().map(move |i| p * length + i)).collect();
        if !goes {
            part_shape.push(places.len());
        }
    }
    (positions, part_shape)
}

fn random_index(stream: &mut Stream, length: usize) -> Value {
    let mut below = |n: usize| stream.below(n as u64) as i64;
    match below(5) {
        0 => Value::Int(below(length)),
        1 => {
            let (a, b) = (below(length + 1), below(length + 1));
            Value::tuple([Value::Int(a.min(b)), Value::Int(a.max(b))])
        }
        2 => Value::vector((0..length).map(|_| below(2) == 1).collect()),
        3 => Value::vector((0..3).map(|_| below(length)).collect::<Vec<i64>>()),
        _ => Value::Unit,
    }
}

#[test]
fn parts_agree_with_flat_positions() {
    let mut stream = Stream::new(5);
    for _ in 0..300 {
        let shape: Vec<usize> = (0..=stream.below(3)).map(|_| 1 + stream.below(4) as usize).collect();
        let n_indices = 1 + stream.below(shape.len() as u64) as usize;
        let indices: Vec<Value> = shape[..n_indices].iter().map(|&n| random_index(&mut stream, n)).collect();
        let (positions, part_shape) = part(&shape, &indices);
        let t = random_floats(&mut stream, &shape);
        let all = flat(&t);

        let got = call("op.index", &[&[t.clone()], &indices[..]].concat());
        assert_eq!(got.shape(), part_shape);
        assert_eq!(flat(&got), positions.iter().map(|&p| all[p]).collect::<Vec<_>>());

        let v = random_floats(&mut stream, &part_shape);
        let (mut set, mut added) = (all.clone(), all.clone());
        for (&p, x) in positions.iter().zip(flat(&v)) {
            set[p] = x;
            added[p] += x;
        }
        let args = [&[t.clone(), v.clone()], &indices[..]].concat();
        assert_eq!(flat(&call("op.index_set", &args)), set);
        assert_eq!(flat(&call("op.index_add", &args)), added);
    }
}

#[test]
fn a_scalar_fills_a_part() {
    let t =
        call("op.index_set", &[floats(&[2, 2], &[0.0; 4]), Value::Float(1.0), Value::Unit, Value::Int(1)]);
    assert_eq!(flat(&t), [0.0, 1.0, 0.0, 1.0]);
    let t = call("op.index_add", &[ints(&[3], &[1, 2, 3]), Value::Int(10), Value::Int(1)]);
    assert_eq!(t, ints(&[3], &[1, 12, 3]));
}

#[test]
fn what_is_out_of_range_is_named() {
    let t = floats(&[3], &[1.0, 2.0, 3.0]);
    let at = |index: Value| failure("op.index", &[t.clone(), index]);
    assert_eq!(at(Value::Int(3)), "Q0605 index 3 is out of range: axis 0 has length 3");
    assert_eq!(at(Value::Int(-1)), "Q0605 index -1 is out of range: axis 0 has length 3");
    let range = |a: i64, b: i64| Value::tuple([Value::Int(a), Value::Int(b)]);
    assert_eq!(at(range(1, 4)), "Q0605 range 1..4 is out of range: axis 0 has length 3");
    assert_eq!(at(range(2, 1)), "Q0605 range 2..1 ends before it begins");
    assert!(at(range(2, 1)).starts_with("Q0605"));
    assert!(at(ints(&[1], &[7])).starts_with("Q0605 index 7"));
    assert!(at(Value::vector(vec![true])).starts_with("Q0604"));
    assert!(failure("op.index_set", &[t.clone(), floats(&[2], &[0.0; 2]), range(0, 3)]).starts_with("Q0604"));
    assert!(failure("op.index_set", &[t, Value::Float(0.0), Value::Int(5)]).starts_with("Q0605"));
}

#[test]
fn sizes_are_read_and_compared() {
    let t = floats(&[2, 3], &[0.0; 6]);
    assert_eq!(call("op.dim", &[t, Value::Int(1)]), Value::Int(3));
    let args = |a, b| [Value::Int(a), Value::Int(b), Value::Int(1), Value::text("`x`")];
    assert_eq!(call("op.shape_check", &args(3, 3)), Value::Int(3));
    assert_eq!(failure("op.shape_check", &args(3, 4)), "Q0604 `x`: axis 1 has length 3, not 4");
}
