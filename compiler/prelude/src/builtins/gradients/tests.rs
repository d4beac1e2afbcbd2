//! Cotangents: zeros, sums, shapes.

use super::{broadcast, unbroadcast, zeros_like};
use crate::Value;
use crate::testing::{call, flat, floats};

#[test]
fn unit_is_zero() {
    let x = floats(&[2], &[1.0, 2.0]);
    assert_eq!(call("ad.add", &[Value::Unit, x.clone()]), x);
    assert_eq!(call("ad.add", &[x.clone(), Value::Unit]), x);
    let a = Value::tuple([Value::Unit, Value::Float(1.0)]);
    let b = Value::tuple([x.clone(), Value::Float(2.0)]);
    assert_eq!(call("ad.add", &[a, b]), Value::tuple([x.clone(), Value::Float(3.0)]));
    assert_eq!(call("ad.tuple_get", &[Value::Unit, Value::Int(1)]), Value::Unit);
    let like = Value::tuple([x.clone(), Value::Int(3)]);
    assert_eq!(zeros_like(&like), Value::tuple([floats(&[2], &[0.0; 2]), Value::Unit]));
}

#[test]
fn a_dense_cotangent_has_all_numbers_and_no_signed_zero() {
    let like = Value::tuple([floats(&[2], &[5.0; 2]), Value::Float(5.0)]);
    assert_eq!(
        call("ad.dense", &[Value::Unit, like.clone()]),
        Value::tuple([floats(&[2], &[0.0; 2]), Value::Float(0.0)])
    );
    let found = call("ad.dense", &[Value::tuple([floats(&[2], &[-0.0, 1.0]), Value::Float(-0.0)]), like]);
    let bits = |value: &Value| flat(value).iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&found.parts()[0]), [0.0, 1.0].map(f64::to_bits));
    assert_eq!(bits(&found.parts()[1]), [0.0].map(f64::to_bits));
    let shared = floats(&[2], &[-0.0, 1.0]);
    let found = call("ad.dense", &[shared.clone(), floats(&[2], &[0.0; 2])]);
    assert_eq!(bits(&found), [0.0, 1.0].map(f64::to_bits));
    assert_eq!(bits(&shared), [-0.0, 1.0].map(f64::to_bits));
}

#[test]
fn unbroadcast_undoes_broadcast() {
    let g = floats(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let to = |like: Value| unbroadcast(g.clone(), &like);
    assert_eq!(to(Value::Float(0.0)), Value::Float(21.0));
    assert_eq!(to(floats(&[3], &[0.0; 3])), floats(&[3], &[5.0, 7.0, 9.0]));
    assert_eq!(to(floats(&[2, 1], &[0.0; 2])), floats(&[2, 1], &[6.0, 15.0]));
    assert_eq!(flat(&broadcast(Value::Float(2.0), &[2, 2])), [2.0; 4]);
}

#[test]
fn the_row_finds_the_rule() {
    let args =
        [Value::text("op.mul"), Value::Float(2.0), Value::Int(5), Value::Float(10.0), Value::Float(1.0)];
    assert_eq!(call("ad.vjp", &args), Value::tuple([Value::Float(5.0), Value::Unit]));
}
