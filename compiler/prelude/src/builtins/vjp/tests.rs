//! Each rule against central differences, at random places and with random cotangents.

use std::sync::Arc;

mod other_numbers;
mod spectra;

use super::{Differentiability, has_derivative, is_differentiable, vjp};
use crate::builtins::gradients::contract;
use crate::builtins::jvp::{jvp, pushforward};
use crate::random::Stream;
use crate::testing::{TestHost, assert_near, call, flat, floats, ints, random_floats};
use crate::{BUILTINS, Tensor, Value};

/// The same tree with its floats replaced by the next ones.
fn rebuilt(value: &Value, next: &mut dyn FnMut() -> f64) -> Value {
    match value {
        Value::Float(_) => Value::Float(next()),
        Value::Tensor(Tensor::Float(array)) => Value::from_owned(array.map(|_| next())),
        Value::Tensor(Tensor::Value(array)) => Value::from_owned(array.map(|x| rebuilt(x, next))),
        Value::Tuple(parts) => Value::tuple(parts.iter().map(|x| rebuilt(x, next)).collect::<Vec<_>>()),
        Value::List(items) => Value::List(Arc::new(items.iter().map(|x| rebuilt(x, next)).collect())),
        Value::Int(_) | Value::Bool(_) | Value::Str(_) | Value::Tensor(_) => Value::Unit,
        other => other.clone(),
    }
}

/// The floats of a cotangent, with zeros where it is Unit and the value has floats.
fn flat_like(cotangent: &Value, like: &Value) -> Vec<f64> {
    match (cotangent, like) {
        (Value::Unit, like) => vec![0.0; flat(like).len()],
        (Value::Tuple(parts), Value::Tuple(likes)) => {
            parts.iter().zip(likes.iter()).flat_map(|(x, y)| flat_like(x, y)).collect()
        }
        (Value::List(parts), Value::List(likes)) => {
            parts.iter().zip(likes.iter()).flat_map(|(x, y)| flat_like(x, y)).collect()
        }
        (Value::Tensor(Tensor::Value(parts)), Value::Tensor(Tensor::Value(likes))) => {
            parts.iter().zip(likes.iter()).flat_map(|(x, y)| flat_like(x, y)).collect()
        }
        (cotangent, like) => {
            assert_eq!(cotangent.shape(), like.shape());
            flat(cotangent)
        }
    }
}

fn check(name: &str, args: &[Value], stream: &mut Stream) {
    let result = call(name, args);
    let cotangent = rebuilt(&result, &mut || stream.normal());
    let weights = flat_like(&cotangent, &result);
    let cotangents =
        vjp(name, args, &result, &cotangent).expect(name).unwrap_or_else(|f| panic!("{}", f.message));
    assert_eq!(cotangents.len(), args.len(), "{name}");
    let mut moved = |arg: &Value| changed_floats(arg, &mut || stream.normal());
    check_pushforward(name, (args, &result), (&cotangents, &cotangent), &mut moved);
    for (position, (arg, cotangent)) in args.iter().zip(&cotangents).enumerate() {
        let place = flat(arg);
        let step = 1e-6;
        let slopes: Vec<f64> = (0..place.len())
            .map(|i| {
                let at = |offset: f64| {
                    let mut j = 0;
                    let mut changed = args.to_vec();
                    changed[position] = changed_floats(arg, &mut || {
                        j += 1;
                        place[j - 1] + if j - 1 == i { offset } else { 0.0 }
                    });
                    let y = flat(&call(name, &changed));
                    y.iter().zip(&weights).map(|(y, g)| y * g).sum::<f64>()
                };
                (at(step) - at(-step)) / (2.0 * step)
            })
            .collect();
        assert_near(&flat_like(cotangent, arg), &slopes, 2e-7, &format!("{name}, argument {position}"));
    }
}

/// Tangents by [`jvp`]: whatever they are, the cotangent of the result along that of the result is what the cotangents of
/// the arguments are along those of the arguments. `moved` makes a tangent.
fn check_pushforward(
    name: &str,
    (args, result): (&[Value], &Value),
    (cotangents, cotangent): (&[Value], &Value),
    moved: &mut dyn FnMut(&Value) -> Value,
) {
    if pushforward(name).is_none() {
        return;
    }
    let moving: Vec<usize> = (0..args.len()).filter(|&i| has_derivative(&args[i])).collect();
    // All at once, and one after the other.
    for some in std::iter::once(moving.clone()).chain(moving.iter().map(|&i| vec![i])) {
        let mut tangents = vec![Value::Unit; args.len()];
        some.iter().for_each(|&i| tangents[i] = moved(&args[i]));
        let found = jvp(&mut TestHost::default(), name, args, result, &tangents)
            .unwrap_or_else(|fault| panic!("{name}: {}", fault.message));
        assert_eq!(found.shape(), result.shape(), "{name} moved in {some:?}");
        let along: f64 = cotangents.iter().zip(&tangents).map(|(g, t)| contract(g, t)).sum();
        let moved = contract(cotangent, &found);
        assert_near(&[moved], &[along], 1e-9, &format!("{name} moved in {some:?}, {args:?}"));
    }
}

/// As [`rebuilt`], but keeps what is no float.
fn changed_floats(value: &Value, next: &mut dyn FnMut() -> f64) -> Value {
    match value {
        Value::Tuple(parts) => {
            Value::tuple(parts.iter().map(|x| changed_floats(x, next)).collect::<Vec<_>>())
        }
        Value::Int(_) | Value::Bool(_) | Value::Str(_) => value.clone(),
        Value::Tensor(Tensor::Int(_) | Tensor::Bool(_)) => value.clone(),
        other => rebuilt(other, next),
    }
}

/// Arguments to check a function at, several variants of shape.
fn cases(name: &str, stream: &mut Stream) -> Vec<Vec<Value>> {
    let r = &mut |shape: &[usize]| random_floats(stream, shape);
    let positive = |x: Value| call("op.add", &[call("abs", &[x]), Value::Float(0.2)]);
    let int = Value::Int;
    let range = |a: i64, b: i64| Value::tuple([Value::Int(a), Value::Int(b)]);
    let regular =
        |x: Value| call("op.add", &[x, call("op.mul", &[Value::Float(3.0), call("eye", &[Value::Int(3)])])]);
    match name {
        "op.add" | "op.sub" | "op.mul" => vec![
            vec![r(&[]), r(&[])],
            vec![r(&[2, 3]), r(&[3])],
            vec![r(&[2, 1]), r(&[4])],
            vec![int(3), r(&[2])],
            vec![r(&[2]), int(-2)],
            vec![ints(&[2], &[1, 4]), r(&[])],
        ]
        .into_iter()
        .chain(match name {
            "op.mul" => vec![
                vec![Value::tuple([r(&[2]), r(&[])]), r(&[])],
                vec![r(&[]), Value::tuple([r(&[2]), r(&[])])],
            ],
            _ => vec![vec![Value::tuple([r(&[2]), r(&[])]), Value::tuple([r(&[2]), r(&[])])]],
        })
        .collect(),
        "op.div" => vec![
            vec![r(&[]), positive(r(&[]))],
            vec![r(&[2, 3]), positive(r(&[3]))],
            vec![r(&[]), positive(r(&[2]))],
            vec![int(3), positive(r(&[2]))],
            vec![Value::tuple([r(&[2]), r(&[])]), positive(r(&[]))],
        ],
        "op.mod" => vec![vec![floats(&[3], &[2.3, -1.2, 0.7]), Value::Float(0.5)]],
        "op.neg" => vec![vec![r(&[])], vec![r(&[2, 2])], vec![Value::tuple([r(&[2]), r(&[])])]],
        "op.pow" => vec![
            vec![r(&[3]), int(2)],
            vec![positive(r(&[3])), Value::Float(3.0)],
            vec![positive(r(&[2, 3])), r(&[3])],
            vec![r(&[2]), int(0)],
            vec![Value::Float(2.0), r(&[3])],
            vec![int(2), r(&[3])],
        ],
        "op.matmul" => vec![
            vec![r(&[3]), r(&[3])],
            vec![r(&[3]), r(&[3, 2])],
            vec![r(&[2, 3]), r(&[3])],
            vec![r(&[2, 3]), r(&[3, 4])],
            vec![ints(&[2, 2], &[1, 2, 3, 4]), r(&[2])],
        ],
        "dot" => vec![vec![r(&[4]), r(&[4])]],
        "outer" => vec![vec![r(&[2]), r(&[3])]],
        "kron" => vec![vec![r(&[2]), r(&[3])], vec![r(&[2, 3]), r(&[2, 2])]],
        "norm" => vec![vec![r(&[3])], vec![r(&[2, 2])]],
        "trace" => vec![vec![r(&[3, 3])]],
        // One column twice; the last has no inverse and no cofactor.
        "det" => vec![
            vec![regular(r(&[3, 3]))],
            vec![floats(&[3, 3], &[1.0, 2.0, 2.0, -0.5, 0.3, 0.3, 1.5, 0.7, 0.7])],
            vec![floats(&[1, 1], &[0.0])],
            vec![floats(&[3, 3], &[1.0; 9])],
        ],
        "inv" => vec![vec![regular(r(&[3, 3]))]],
        "solve" => vec![vec![regular(r(&[3, 3])), r(&[3])], vec![regular(r(&[3, 3])), r(&[3, 2])]],
        "op.index" => vec![
            vec![r(&[4]), int(2)],
            vec![r(&[3, 2]), int(1)],
            vec![r(&[3, 2]), range(1, 3), int(0)],
            vec![r(&[3, 2, 2]), Value::Unit, int(1)],
            vec![r(&[3, 2]), ints(&[4], &[0, 2, 2, 1])],
            vec![r(&[3, 2]), int(1), ints(&[3], &[1, 1, 0])],
            vec![r(&[3]), Value::vector(vec![true, false, true])],
        ],
        "take" => vec![vec![r(&[3, 2]), ints(&[3], &[2, 0, 2])]],
        "op.index_set" | "op.index_add" | "op.slice_zeros_add" => vec![
            vec![r(&[3]), r(&[]), int(1)],
            vec![r(&[3, 2]), r(&[2]), int(1)],
            vec![r(&[3, 2]), r(&[]), range(0, 2)],
            vec![r(&[3, 2]), r(&[3]), Value::Unit, int(1)],
            vec![r(&[3, 2]), r(&[2]), ints(&[2], &[2, 0])],
        ],
        "op.stack" | "stack" => vec![vec![r(&[]), r(&[])], vec![r(&[2]), r(&[2])]],
        "op.fill" => {
            vec![vec![r(&[]), int(3)], vec![r(&[2]), int(3)], vec![Value::tuple([r(&[]), r(&[2])]), int(2)]]
        }
        "full" => vec![vec![ints(&[2], &[2, 3]), r(&[])]],
        "op.tuple" => vec![vec![r(&[]), r(&[2]), int(3)]],
        "op.tuple_get" => vec![vec![Value::tuple([r(&[]), r(&[2]), int(1)]), int(1)]],
        "op.tuple_set" => vec![vec![Value::tuple([r(&[]), r(&[2])]), int(1), r(&[2])]],
        "rows.call" => {
            let mut rows = |name: &str, which: &str, shapes: &[&[usize]]| -> Vec<Value> {
                let args = shapes.iter().map(|shape| r(shape));
                [Value::text(name), Value::text(which), int(4)].into_iter().chain(args).collect()
            };
            let mut losses = rows("cross_entropy", "rr", &[&[4, 3]]);
            losses.push(ints(&[4], &[2, 0, 1, 1]));
            let mut quotients = rows("op.div", "rs", &[&[4, 2]]);
            quotients.push(floats(&[2], &[0.7, 1.4]));
            vec![
                rows("op.mul", "rs", &[&[4, 3], &[3]]),
                rows("op.mul", "sr", &[&[2, 3], &[4]]),
                rows("op.sub", "rr", &[&[4], &[4, 3]]),
                rows("op.add", "rs", &[&[4, 1], &[3]]),
                rows("op.neg", "r", &[&[4, 2]]),
                rows("tanh", "r", &[&[4, 2]]),
                rows("softmax", "r", &[&[4, 3]]),
                rows("sum", "r", &[&[4, 3]]),
                rows("op.matmul", "sr", &[&[2, 3], &[4, 3]]),
                rows("norm", "s", &[&[3]]),
                losses,
                quotients,
            ]
        }
        "rows.part" => vec![vec![r(&[3, 2]), int(0), int(3)], vec![r(&[5]), int(1), int(3)]],
        "rows.stack" => vec![vec![r(&[3, 2])], vec![r(&[3])]],
        "list.push" => vec![vec![Value::List(Arc::new(vec![r(&[]), r(&[])])), r(&[])]],
        "list.stack" => vec![vec![Value::List(Arc::new(vec![r(&[2]), r(&[2])]))]],
        "op.or_empty" => vec![vec![r(&[2, 3]), Value::Float(0.0), int(3)]],
        "list.get" => vec![vec![Value::List(Arc::new(vec![r(&[2]), r(&[2])])), int(1)]],
        "reshape" => vec![vec![r(&[2, 3]), ints(&[2], &[3, 2])]],
        "transpose" => vec![vec![r(&[2, 3])], vec![r(&[2, 3, 2])]],
        "concat" => vec![vec![r(&[2]), r(&[3])], vec![r(&[2, 2]), r(&[1, 2])]],
        "append" => vec![vec![r(&[2]), r(&[])], vec![r(&[2, 2]), r(&[2])]],
        "reverse" | "sort" => vec![vec![r(&[5])]],
        "zip" => vec![vec![r(&[3]), r(&[3, 2])], vec![r(&[2]), ints(&[2], &[1, 2])]],
        "enumerate" => vec![vec![r(&[3, 2])]],
        "sum" | "prod" | "mean" | "min" | "max" | "variance" | "stddev" => vec![
            vec![r(&[4])],
            vec![r(&[3, 2])],
            vec![r(&[3, 2]), int(0)],
            vec![r(&[3, 2]), int(1)],
            vec![r(&[2, 3, 2]), int(1)],
        ]
        .into_iter()
        .chain((name == "prod").then(|| vec![floats(&[3], &[0.0, 2.0, 3.0])]))
        .collect(),
        "maximum" | "minimum" => vec![vec![r(&[2, 3]), r(&[3])], vec![r(&[3]), Value::Float(0.1)]],
        "clip" => vec![vec![r(&[6]), Value::Float(-0.4), Value::Float(0.3)]],
        "atan2" => vec![vec![r(&[2, 3]), r(&[3])], vec![r(&[]), r(&[])]],
        "mse" => vec![vec![r(&[4]), r(&[4])], vec![r(&[2, 2]), r(&[2, 2])], vec![r(&[]), r(&[])]],
        "cross_entropy" => vec![vec![r(&[3, 4]), ints(&[3], &[0, 3, 3])], vec![r(&[4]), int(2)]],
        "softmax" | "log_softmax" => vec![vec![r(&[4])], vec![r(&[2, 3])]],
        "asin" | "acos" => vec![vec![call("op.mul", &[r(&[4]), Value::Float(0.8)])], vec![Value::Float(0.3)]],
        "sqrt" | "log" | "log2" => vec![vec![positive(r(&[4]))], vec![Value::Float(0.3)]],
        "sigmoid" => vec![vec![r(&[2, 2])], vec![Value::Float(-30.0)]],
        "op.to_float" => vec![vec![r(&[2])], vec![r(&[])]],
        "float" | "abs" | "exp" | "sin" | "cos" | "tan" | "atan" | "tanh" | "relu" => {
            vec![vec![r(&[2, 2])], vec![r(&[])]]
        }
        "lstsq" => vec![vec![r(&[5, 3]), r(&[5])], vec![regular(r(&[3, 3])), r(&[3])]],
        "polyfit" => vec![
            vec![floats(&[5], &[-1.1, -0.4, 0.2, 0.7, 1.3]), r(&[5]), int(2)],
            vec![floats(&[3], &[0.4, 0.9, 1.5]), r(&[3]), int(0)],
        ],
        "linspace" => vec![vec![r(&[]), r(&[]), int(4)], vec![r(&[]), r(&[]), int(1)]],
        "standardize" => {
            vec![
                vec![r(&[4, 2]), Value::Unit],
                vec![r(&[3, 2]), r(&[5, 2])],
                vec![floats(&[2, 1], &[0.5, 0.5]), r(&[2, 1])],
            ]
        }
        "minmax" => vec![
            vec![r(&[4, 2]), r(&[]), r(&[]), Value::Unit],
            vec![r(&[3, 2]), Value::Float(-1.0), Value::Float(2.0), r(&[5, 2])],
        ],
        "median" => vec![vec![r(&[5])], vec![r(&[4])], vec![r(&[1])]],
        "quantile" => vec![vec![r(&[5]), Value::Float(0.37)], vec![r(&[4]), Value::Float(0.9)]],
        // See `other_numbers` and `spectra`.
        "real"
        | "imag"
        | "conj"
        | "op.to_complex"
        | "op.to_observable"
        | "commutator"
        | "eigh"
        | "matrix"
        | "ground_energy"
        | "smallest_eigenvalue" => Vec::new(),
        other => panic!("{other} is differentiable and has no case here"),
    }
}

#[test]
fn each_rule_agrees_with_central_differences() {
    let mut stream = Stream::new(7);
    let mut n_checked = 0;
    for row in BUILTINS.iter().filter(|row| is_differentiable(row.name) == Differentiability::Yes) {
        if row.name == "variance" && row.effect != crate::Effect::Pure {
            continue;
        }
        for _ in 0..3 {
            for args in cases(row.name, &mut stream) {
                check(row.name, &args, &mut stream);
                n_checked += 1;
            }
        }
    }
    assert!(n_checked > 300, "{n_checked}");
}

#[test]
fn a_wrong_rule_is_seen() {
    let caught = std::panic::catch_unwind(|| {
        let args = [Value::Float(0.7)];
        let slope =
            (call("sin", &[Value::Float(0.7 + 1e-6)]).to_float() - call("sin", &args).to_float()) / 1e-6;
        assert_near(&[slope], &[0.7f64.cos() * 1.001], 2e-7, "sin");
    });
    assert!(caught.is_err());
}

#[test]
fn a_constant_function_has_zero_cotangents() {
    let args = [Value::Float(0.3), Value::Float(0.4)];
    let cotangents = vjp("op.lt", &args, &Value::Bool(true), &Value::Float(1.0)).unwrap().unwrap();
    assert_eq!(cotangents, [Value::Unit, Value::Unit]);
    assert!(vjp("read_csv", &[], &Value::Unit, &Value::Unit).is_none());
}

#[test]
fn a_zero_cotangent_gives_zeros() {
    let args = [Value::Float(0.3), Value::Float(0.4)];
    let cotangents = vjp("op.mul", &args, &Value::Float(0.12), &Value::Unit).unwrap().unwrap();
    assert_eq!(cotangents, [Value::Unit, Value::Unit]);
}
