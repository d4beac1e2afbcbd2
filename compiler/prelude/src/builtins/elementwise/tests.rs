//! Functions where they are easy to get wrong.

use crate::builtins::{BUILTINS, of_float};
use crate::testing::{assert_near, call, failure, flat, floats, ints};
use crate::{C64, Value};

#[test]
fn floats_become_ints_towards_zero_or_not_at_all() {
    assert_eq!(call("int", &[floats(&[4], &[1.9, -1.9, 0.0, 5e9])]), ints(&[4], &[1, -1, 0, 5_000_000_000]));
    assert_eq!(call("int", &[Value::Float(-(2f64.powi(63)))]), Value::Int(i64::MIN));
    for x in [f64::NAN, f64::INFINITY, 2f64.powi(63), -2f64.powi(64)] {
        assert!(failure("int", &[Value::Float(x)]).starts_with("Q0613"), "{x}");
    }
    assert_eq!(call("int", &[Value::vector(vec![true, false])]), ints(&[2], &[1, 0]));
    assert!(failure("abs", &[Value::Int(i64::MIN)]).starts_with("Q0601"));
}

#[test]
fn rounding_goes_to_even() {
    let x = floats(&[5], &[0.5, 1.5, 2.5, -0.5, 2.6]);
    assert_eq!(flat(&call("round", &[x.clone()])), [0.0, 2.0, 2.0, 0.0, 3.0]);
    assert_eq!(flat(&call("sign", &[x])), [1.0, 1.0, 1.0, -1.0, 1.0]);
    assert_eq!(call("sign", &[Value::Float(-0.0)]), Value::Float(0.0));
}

#[test]
fn large_arguments_do_not_overflow() {
    let x = floats(&[2, 2], &[1000.0, 1001.0, -1000.0, -1000.0]);
    let half = 1.0 / (1.0 + std::f64::consts::E);
    assert_near(&flat(&call("softmax", &[x.clone()])), &[half, 1.0 - half, 0.5, 0.5], 1e-12, "softmax");
    assert_near(&flat(&call("log_softmax", &[x]))[..1], &[half.ln()], 1e-12, "log_softmax");
    let equal = floats(&[2], &[1e15, 1e15]);
    assert_eq!(flat(&call("softmax", &[equal.clone()])), [0.5, 0.5]);
    assert_eq!(flat(&call("log_softmax", &[equal])), [-std::f64::consts::LN_2; 2]);
    assert_eq!(flat(&call("sigmoid", &[floats(&[2], &[800.0, -800.0])])), [1.0, 0.0]);
}

#[test]
fn identities_hold() {
    let x = floats(&[3], &[-0.7, 0.2, 0.9]);
    for (f, inverse) in [("sin", "asin"), ("tan", "atan"), ("exp", "log")] {
        assert_near(&flat(&call(inverse, &[call(f, &[x.clone()])])), &flat(&x), 1e-14, f);
    }
    let z = Value::Complex(C64::new(0.3, -1.1));
    let squares = call(
        "op.add",
        &[
            call("op.mul", &[call("sin", &[z.clone()]), call("sin", &[z.clone()])]),
            call("op.mul", &[call("cos", &[z.clone()]), call("cos", &[z.clone()])]),
        ],
    );
    assert!((squares.to_complex() - 1.0).norm() < 1e-14);
    assert_eq!(call("abs", &[Value::Complex(C64::new(3.0, -4.0))]), Value::Float(5.0));
    assert_eq!(call("op.mul", &[call("conj", &[z.clone()]), z.clone()]).to_complex().im, 0.0);
    assert_eq!((call("real", &[z.clone()]), call("imag", &[z])), (Value::Float(0.3), Value::Float(-1.1)));
    assert_eq!(call("log2", &[Value::Float(8.0)]), Value::Float(3.0));
    assert_eq!(call("atan2", &[Value::Float(-0.0), Value::Float(-1.0)]), Value::Float(-std::f64::consts::PI));
}

#[test]
fn functions_of_one_float_are_those_of_their_rows() {
    let found = BUILTINS.iter().filter_map(|row| Some((row.name, of_float(row.name)?)));
    let mut n_found = 0;
    for (name, f) in found {
        n_found += 1;
        for x in [-0.7, 0.0, -0.0, 0.3, 0.5, 2.5, 7.0, f64::NAN, f64::INFINITY] {
            let by_row = call(name, &[floats(&[1], &[x])]);
            assert_eq!(flat(&by_row)[0].to_bits(), f(x).to_bits(), "{name}({x})");
        }
    }
    assert_eq!(n_found, 18);
}
