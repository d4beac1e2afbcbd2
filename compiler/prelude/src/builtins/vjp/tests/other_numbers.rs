//! Complex numbers and observables: each rule against central differences of the real number
//! `Re sum conj(cotangent) value`.

use super::super::vjp;
use crate::observable::Observable;
use crate::random::Stream;
use crate::testing::{assert_near, call, ints, random_floats};
use crate::{C64, Tensor, Value};

const STEP: f64 = 1e-6;

/// Real and imaginary parts of the complex numbers in a value, and its floats, in order.
fn parts(value: &Value) -> Vec<f64> {
    match value {
        Value::Float(x) => vec![*x],
        Value::Complex(z) => vec![z.re, z.im],
        Value::Tensor(Tensor::Float(array)) => array.iter().copied().collect(),
        Value::Tensor(Tensor::Complex(array)) => array.iter().flat_map(|z| [z.re, z.im]).collect(),
        Value::Tensor(Tensor::Value(array)) => array.iter().flat_map(parts).collect(),
        Value::Observable(sum) => {
            let projectors = sum.projectors.iter().map(|(_, c)| c);
            sum.terms.values().chain(projectors).flat_map(|c| [c.re, c.im]).collect()
        }
        _ => Vec::new(),
    }
}

/// The value with other numbers.
fn with_parts(value: &Value, next: &mut dyn FnMut() -> f64) -> Value {
    let mut complex = || C64::new(next(), next());
    match value {
        Value::Complex(_) => Value::Complex(complex()),
        Value::Tensor(Tensor::Complex(array)) => Value::from_owned(array.map(|_| complex())),
        Value::Observable(sum) => {
            let mut sum = (**sum).clone();
            sum.terms.values_mut().for_each(|c| *c = complex());
            sum.projectors.iter_mut().for_each(|(_, c)| *c = complex());
            Value::observable(sum)
        }
        Value::Float(_) => Value::Float(next()),
        Value::Tensor(Tensor::Float(array)) => Value::from_owned(array.map(|_| next())),
        Value::Tensor(Tensor::Value(array)) => Value::from_owned(array.map(|x| with_parts(x, next))),
        other => other.clone(),
    }
}

/// The cotangent with the strings of the argument, zero where it has none.
fn aligned(cotangent: &Value, arg: &Value) -> Vec<f64> {
    match (cotangent, arg) {
        (Value::Observable(found), Value::Observable(arg)) => {
            let strings = arg.terms.keys().map(|string| found.terms.get(string).copied().unwrap_or_default());
            let projectors = arg.projectors.iter().map(|(bits, _)| {
                found.projectors.iter().find(|(other, _)| other == bits).map_or(C64::ZERO, |(_, c)| *c)
            });
            strings.chain(projectors).flat_map(|c| [c.re, c.im]).collect()
        }
        (Value::Tensor(Tensor::Value(found)), Value::Tensor(Tensor::Value(args))) => {
            found.iter().zip(args.iter()).flat_map(|(found, arg)| aligned(found, arg)).collect()
        }
        (Value::Unit, arg) => vec![0.0; parts(arg).len()],
        // A complex argument may have a real cotangent.
        (Value::Float(x), Value::Complex(_)) => vec![*x, 0.0],
        (Value::Tensor(Tensor::Float(found)), Value::Tensor(Tensor::Complex(_))) => {
            found.iter().flat_map(|x| [*x, 0.0]).collect()
        }
        (found, arg) => {
            assert_eq!(found.shape(), arg.shape());
            parts(found)
        }
    }
}

fn check(name: &str, args: &[Value], stream: &mut Stream) {
    let result = call(name, args);
    let cotangent = with_parts(&result, &mut || stream.normal());
    let weights = parts(&cotangent);
    let found = vjp(name, args, &result, &cotangent).expect(name).unwrap_or_else(|f| panic!("{}", f.message));
    let mut moved = |arg: &Value| with_parts(arg, &mut || stream.normal());
    super::check_pushforward(name, (args, &result), (&found, &cotangent), &mut moved);
    for (position, arg) in args.iter().enumerate() {
        let place = parts(arg);
        let slopes: Vec<f64> = (0..place.len())
            .map(|i| {
                let at = |offset: f64| {
                    let mut j = 0;
                    let mut changed = args.to_vec();
                    changed[position] = with_parts(arg, &mut || {
                        j += 1;
                        place[j - 1] + if j - 1 == i { offset } else { 0.0 }
                    });
                    parts(&call(name, &changed)).iter().zip(&weights).map(|(y, g)| y * g).sum::<f64>()
                };
                (at(STEP) - at(-STEP)) / (2.0 * STEP)
            })
            .collect();
        assert_near(&aligned(&found[position], arg), &slopes, 1e-6, &format!("{name}, argument {position}"));
    }
}

fn complexes(stream: &mut Stream, shape: &[usize]) -> Value {
    let (re, im) = (random_floats(stream, shape), random_floats(stream, shape));
    call("op.add", &[re, call("op.mul", &[im, Value::Complex(C64::i())])])
}

#[test]
fn complex_rules_agree_with_central_differences() {
    let mut stream = Stream::new(31);
    let stream = &mut stream;
    for _ in 0..5 {
        for name in [
            "real", "imag", "conj", "abs", "sqrt", "exp", "log", "sin", "cos", "op.neg", "sum", "mean",
            "prod",
        ] {
            for shape in [&[][..], &[3], &[2, 2]] {
                if shape.is_empty() && matches!(name, "sum" | "mean" | "prod") {
                    continue;
                }
                check(name, &[complexes(stream, shape)], stream);
            }
        }
        for name in ["sum", "mean", "prod"] {
            check(name, &[complexes(stream, &[2, 3]), Value::Int(1)], stream);
        }
        check("op.to_complex", &[random_floats(stream, &[3])], stream);
        for name in ["op.add", "op.sub", "op.mul", "op.div"] {
            check(name, &[complexes(stream, &[2, 3]), complexes(stream, &[3])], stream);
            check(name, &[complexes(stream, &[]), random_floats(stream, &[2])], stream);
            check(name, &[random_floats(stream, &[2]), complexes(stream, &[2])], stream);
        }
        check("op.pow", &[complexes(stream, &[2]), Value::Int(3)], stream);
        check("op.pow", &[complexes(stream, &[2]), complexes(stream, &[])], stream);
        check("op.matmul", &[complexes(stream, &[2, 3]), complexes(stream, &[3, 2])], stream);
        check("op.matmul", &[random_floats(stream, &[2, 2]), complexes(stream, &[2])], stream);
        check("dot", &[complexes(stream, &[3]), complexes(stream, &[3])], stream);
        check("outer", &[complexes(stream, &[2]), complexes(stream, &[3])], stream);
        check("kron", &[complexes(stream, &[2]), complexes(stream, &[2])], stream);
        for name in ["trace", "det", "inv", "norm", "transpose"] {
            check(name, &[complexes(stream, &[2, 2])], stream);
        }
        let column = complexes(stream, &[2]);
        check("det", &[call("op.stack", &[column.clone(), column])], stream);
        check("solve", &[complexes(stream, &[2, 2]), complexes(stream, &[2])], stream);
        check("op.index", &[complexes(stream, &[4]), ints(&[3], &[1, 1, 0])], stream);
        check("op.index_set", &[complexes(stream, &[3]), complexes(stream, &[]), Value::Int(1)], stream);
        check("op.stack", &[complexes(stream, &[]), random_floats(stream, &[])], stream);
        check("op.fill", &[complexes(stream, &[]), Value::Int(3)], stream);
        check("concat", &[complexes(stream, &[2]), complexes(stream, &[3])], stream);
        check("reshape", &[complexes(stream, &[2, 3]), ints(&[1], &[6])], stream);
    }
}

/// A sum of three strings on two qubits, one of them with the coefficient 0.
fn observable(stream: &mut Stream) -> Value {
    let mut sum = Observable::default();
    for zero in [false, true, false] {
        let word: String = (0..2).map(|_| ['I', 'X', 'Y', 'Z'][stream.below(4) as usize]).collect();
        let string = call("pauli", &[Value::text(word)]).to_observable();
        let coefficient = if zero { C64::ZERO } else { C64::new(stream.normal(), stream.normal()) };
        sum.add_scaled(&string, coefficient);
    }
    Value::observable(sum)
}

#[test]
fn rules_of_observables_agree_with_central_differences() {
    let mut stream = Stream::new(32);
    let stream = &mut stream;
    let list = |stream: &mut Stream| Value::vector((0..3).map(|_| observable(stream)).collect::<Vec<_>>());
    for _ in 0..10 {
        for name in ["op.add", "op.sub", "op.mul", "commutator"] {
            check(name, &[observable(stream), observable(stream)], stream);
        }
        for name in ["op.add", "op.sub", "op.mul"] {
            check(name, &[observable(stream), random_floats(stream, &[])], stream);
            check(name, &[complexes(stream, &[]), observable(stream)], stream);
            check(name, &[list(stream), observable(stream)], stream);
        }
        check("op.mul", &[random_floats(stream, &[3]), list(stream)], stream);
        check("op.div", &[observable(stream), complexes(stream, &[])], stream);
        check("op.pow", &[observable(stream), Value::Int(3)], stream);
        check("op.neg", &[observable(stream)], stream);
        check("op.to_observable", &[random_floats(stream, &[2])], stream);
        check("op.to_observable", &[Value::Float(0.0)], stream);
        let three = list(stream);
        check("sum", &[three.clone()], stream);
        check("op.index", &[three, Value::Int(1)], stream);
        let projector = call("projector", &[Value::vector(vec![true, false])]);
        check("op.mul", &[random_floats(stream, &[]), projector.clone()], stream);
        check("op.mul", &[projector, call("pauli", &[Value::text("ZZ")])], stream);
    }
}

#[test]
fn what_has_no_complex_derivative_is_refused() {
    let i = Value::Complex(C64::i());
    let fault = vjp("tanh", &[i.clone()], &i, &i).unwrap().unwrap_err();
    assert_eq!(fault.code.as_str(), "Q0610");
}
