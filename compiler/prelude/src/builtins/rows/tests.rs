//! Rows at once against the same function called for each of them: the same bits, the same faults.

use crate::builtins::{gradients, vjp::vjp};
use crate::random::Stream;
use crate::testing::{call, floats, ints, random_floats, try_call};
use crate::{Fault, Tensor, Value};

const N: usize = 5;

fn item(value: &Value, which: u8, i: usize) -> Value {
    match (value, which) {
        (Value::Tensor(rows), b'r') => rows.item(i),
        (value, _) => value.clone(),
    }
}

fn row(args: &[Value], which: &str, i: usize) -> Vec<Value> {
    args.iter().zip(which.bytes()).map(|(arg, which)| item(arg, which, i)).collect()
}

fn of_many(name: &str, which: &str, args: &[Value]) -> Vec<Value> {
    let hidden = [Value::text(name), Value::text(which), Value::Int(N as i64)];
    hidden.into_iter().chain(args.iter().cloned()).collect()
}

fn fault(name: &str, args: &[Value]) -> Fault {
    try_call(name, args).unwrap_err()
}

/// The bits, so that a zero has a sign.
fn bits(value: &Value) -> String {
    format!("{value:?}")
}

fn check(name: &str, which: &str, args: &[Value]) {
    let many = of_many(name, which, args);
    let found = call("rows.call", &many);
    let expected: Vec<Value> = (0..N).map(|i| call(name, &row(args, which, i))).collect();
    let stacked = call("rows.stack", std::slice::from_ref(&found));
    assert_eq!(bits(&stacked), bits(&call("op.stack", &expected)), "{name} {which}");

    let mut stream = Stream::new(3);
    let cotangent = random_floats(&mut stream, stacked.shape());
    let at_once = vjp("rows.call", &many, &found, &cotangent).unwrap().unwrap();
    for (i, (arg, which_arg)) in args.iter().zip(which.bytes()).enumerate() {
        let of_call = |k: usize| {
            vjp(name, &row(args, which, k), &expected[k], &item(&cotangent, b'r', k)).unwrap().unwrap()[i]
                .clone()
        };
        let found = &at_once[3 + i];
        match (which_arg, found) {
            (_, Value::Unit) => assert!((0..N).all(|k| of_call(k) == Value::Unit), "{name} {which} {i}"),
            (b'r', Value::Tensor(rows)) => {
                assert_eq!(rows.shape(), arg.shape());
                (0..N).for_each(|k| assert_eq!(bits(&rows.item(k)), bits(&of_call(k)), "{name} {which} {i}"));
            }
            _ => {
                let sum = (0..N).rev().map(of_call).try_fold(Value::Unit, gradients::add).unwrap();
                assert_eq!(bits(found), bits(&sum), "{name} {which} {i}");
            }
        }
    }
}

#[test]
fn random_rows_give_the_bits_of_single_calls() {
    let mut stream = Stream::new(11);
    for _ in 0..20 {
        let r = &mut |shape: &[usize]| random_floats(&mut stream, shape);
        for name in ["op.add", "op.sub", "op.mul", "op.div"] {
            for (which, a, b) in [
                ("rr", vec![N], vec![N]),
                ("rr", vec![N, 3], vec![N]),
                ("rr", vec![N], vec![N, 2, 3]),
                ("rr", vec![N, 3], vec![N, 2, 3]),
                ("rr", vec![N, 1], vec![N, 3]),
                ("rs", vec![N, 3], vec![3]),
                ("rs", vec![N, 3], vec![]),
                ("sr", vec![3], vec![N]),
                ("sr", vec![2, 3], vec![N, 3]),
                ("sr", vec![N, 3], vec![N, 3]),
                ("ss", vec![3], vec![3]),
            ] {
                check(name, which, &[r(&a), r(&b)]);
            }
        }
        for name in ["op.neg", "sin", "exp", "relu", "softmax", "log_softmax", "sum", "mean", "norm", "max"] {
            check(name, "r", &[r(&[N, 4])]);
        }
        check("softmax", "r", &[r(&[N, 2, 3])]);
        check("dot", "rr", &[r(&[N, 4]), r(&[N, 4])]);
        check("op.matmul", "sr", &[r(&[3, 4]), r(&[N, 4])]);
        check("op.index", "rs", &[r(&[N, 4]), Value::Int(2)]);
        check("op.index", "sr", &[r(&[4]), ints(&[N], &[3, 0, 1, 1, 2])]);
        check("cross_entropy", "rr", &[r(&[N, 3]), ints(&[N], &[2, 0, 1, 1, 0])]);
        check("cross_entropy", "rs", &[r(&[N, 3]), Value::Int(1)]);
    }
}

#[test]
fn the_fault_is_that_of_the_first_row_which_has_one() {
    let logits = floats(&[N, 2], &[0.5; 2 * N]);
    let labels = ints(&[N], &[0, 1, 7, 0, 9]);
    let found = fault("rows.call", &of_many("cross_entropy", "rr", &[logits.clone(), labels]));
    assert_eq!(found.message, fault("cross_entropy", &[floats(&[2], &[0.5; 2]), Value::Int(7)]).message);
    let found = fault("rows.call", &of_many("op.mul", "rs", &[logits, floats(&[3], &[1.0; 3])]));
    assert_eq!(found.message, fault("op.mul", &[floats(&[2], &[0.5; 2]), floats(&[3], &[1.0; 3])]).message);
    let part = |lo, n| fault("rows.part", &[floats(&[3], &[1.0; 3]), Value::Int(lo), Value::Int(n)]);
    assert_eq!(part(1, 5).message, "index 3 is out of range: axis 0 has length 3");
    assert_eq!(part(7, 1).message, "index 7 is out of range: axis 0 has length 3");
}

#[test]
fn rows_of_several_lengths_are_kept_one_by_one() {
    let items: Vec<Value> = (1..=N).map(|n| floats(&[n], &vec![2.0; n])).collect();
    let rows = call("rows.part", &[Value::vector(items.clone()), Value::Int(0), Value::Int(N as i64)]);
    assert!(matches!(rows, Value::Tensor(Tensor::Value(_))));
    let doubled = call("rows.call", &of_many("op.mul", "rs", &[rows, Value::Float(2.0)]));
    let lengths = call("rows.call", &of_many("sum", "r", &[doubled.clone()]));
    assert_eq!(lengths, floats(&[N], &[4.0, 8.0, 12.0, 16.0, 20.0]));
    assert_eq!(fault("rows.stack", &[doubled]).message, fault("op.stack", &items).message,);
}

#[test]
fn no_rows_are_an_empty_tensor() {
    let rows = call("rows.part", &[floats(&[3, 2], &[1.0; 6]), Value::Int(3), Value::Int(0)]);
    let args = [Value::text("sum"), Value::text("r"), Value::Int(0), rows];
    assert_eq!(call("rows.stack", &[call("rows.call", &args)]), floats(&[0], &[]));
}
