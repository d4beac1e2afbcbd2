//! Reductions against sums over flat positions.

use crate::Value;
use crate::random::Stream;
use crate::testing::{assert_near, call, failure, flat, floats, ints, random_floats};

#[test]
fn an_axis_is_reduced_lane_by_lane() {
    let mut stream = Stream::new(4);
    let shape = [2, 3, 4];
    let x = random_floats(&mut stream, &shape);
    let all = flat(&x);
    for axis in 0..3 {
        let stride: usize = shape[axis + 1..].iter().product();
        let lane = |k: usize| {
            let start = k / stride * stride * shape[axis] + k % stride;
            (0..shape[axis]).map(|i| all[start + i * stride]).collect::<Vec<f64>>()
        };
        let lanes: Vec<Vec<f64>> = (0..24 / shape[axis]).map(lane).collect();
        let check = |name: &str, f: fn(&[f64]) -> f64| {
            let expected: Vec<f64> = lanes.iter().map(|lane| f(lane)).collect();
            assert_near(&flat(&call(name, &[x.clone(), Value::Int(axis as i64)])), &expected, 1e-14, name);
        };
        check("sum", |lane| lane.iter().sum());
        check("prod", |lane| lane.iter().product());
        check("mean", |lane| lane.iter().sum::<f64>() / lane.len() as f64);
        check("min", |lane| lane.iter().copied().fold(f64::INFINITY, f64::min));
        check("max", |lane| lane.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    }
    assert_near(&flat(&call("sum", &[x])), &[all.iter().sum()], 1e-14, "sum");
}

#[test]
fn extremes_are_those_of_one_after_the_other() {
    let mut stream = Stream::new(5);
    for n in 1..40 {
        let mut x = flat(&random_floats(&mut stream, &[n]));
        // From the second round on with zeros of both signs in front of all others, then with a `nan`.
        for round in 0..3 {
            for (name, sign) in [("max", 1.0), ("min", -1.0)] {
                let mut expected = x[0];
                for &t in &x {
                    expected = if t.is_nan() || sign * t > sign * expected { t } else { expected };
                }
                let found = call(name, &[floats(&[n], &x)]);
                assert_eq!(format!("{found:?}"), format!("{:?}", Value::Float(expected)), "{name} {x:?}");
            }
            match round {
                0 => x.iter_mut().enumerate().for_each(|(i, t)| *t = if i * 7 % 3 == 1 { 0.0 } else { -0.0 }),
                _ => x[n * 5 / 7] = f64::NAN,
            }
        }
    }
}

#[test]
fn bools_are_counted() {
    let mask = Value::vector(vec![true, false, true, true]);
    assert_eq!(call("sum", &[mask.clone()]), Value::Int(3));
    assert_eq!(call("mean", &[mask.clone()]), Value::Float(0.75));
    assert_eq!(call("any", &[mask.clone()]), Value::Bool(true));
    assert_eq!(call("all", &[mask]), Value::Bool(false));
}

#[test]
fn the_first_of_equal_extremes_is_found_and_nan_is_seen() {
    let x = ints(&[4], &[1, 3, 3, 1]);
    assert_eq!((call("argmax", &[x.clone()]), call("argmin", &[x])), (Value::Int(1), Value::Int(0)));
    let with_nan = floats(&[3], &[1.0, f64::NAN, 0.0]);
    assert!(call("min", &[with_nan.clone()]).to_float().is_nan());
    assert_eq!(call("argmax", &[with_nan]), Value::Int(1));
    assert_eq!(call("max", &[ints(&[2], &[i64::MAX, i64::MAX - 1])]), Value::Int(i64::MAX));
}

#[test]
fn nothing_has_a_sum_and_no_mean() {
    let nothing = floats(&[0], &[]);
    assert_eq!(call("sum", &[nothing.clone()]), Value::Float(0.0));
    assert_eq!(call("prod", &[nothing.clone()]), Value::Float(1.0));
    for name in ["mean", "min", "argmax"] {
        assert!(failure(name, &[nothing.clone()]).starts_with("Q0610"), "{name}");
    }
    assert!(failure("sum", &[floats(&[1], &[1.0]), Value::Int(1)]).starts_with("Q0610"));
}
