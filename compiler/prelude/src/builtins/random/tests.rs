//! Same key, same numbers; other key, other numbers; bounds and permutations.

use crate::Value;
use crate::testing::{call, failure, flat, floats, ints};

fn uniform(key: i64, seed: Value) -> Value {
    let args = [Value::Int(key), Value::Float(-1.0), Value::Float(3.0), ints(&[2], &[20, 10]), seed];
    call("uniform", &args)
}

#[test]
fn numbers_are_a_function_of_the_key_or_the_seed() {
    assert_eq!(uniform(1, Value::Unit), uniform(1, Value::Unit));
    assert_ne!(uniform(1, Value::Unit), uniform(2, Value::Unit));
    assert_eq!(uniform(1, Value::Int(5)), uniform(2, Value::Int(5)));
}

#[test]
fn numbers_keep_their_bounds_and_moments() {
    let x = flat(&uniform(3, Value::Unit));
    assert_eq!(x.len(), 200);
    assert!(x.iter().all(|x| (-1.0..3.0).contains(x)));
    let args = [Value::Int(4), Value::Float(2.0), Value::Float(0.5), Value::Int(4000), Value::Unit];
    let y = call("normal", &args);
    assert!((call("mean", &[y.clone()]).to_float() - 2.0).abs() < 0.03);
    assert!((call("stddev", &[y]).to_float() - 0.5).abs() < 0.03);
    let dice =
        call("random_int", &[Value::Int(5), Value::Int(1), Value::Int(7), Value::Int(600), Value::Unit])
            .into_ints();
    for face in 1..7 {
        let n = dice.iter().filter(|&&x| x == face).count();
        assert!((60..140).contains(&n), "{face}: {n}");
    }
    assert_eq!(dice.iter().filter(|&&x| !(1..7).contains(&x)).count(), 0);
    let scalar =
        call("uniform", &[Value::Int(1), Value::Float(0.0), Value::Float(1.0), Value::Unit, Value::Unit]);
    assert!(matches!(scalar, Value::Float(_)));
}

#[test]
fn permutations_hold_each_number_once() {
    let n = 30;
    let order = call("permutation", &[Value::Int(8), Value::Int(n), Value::Unit]);
    let identity = Value::vector((0..n).collect::<Vec<i64>>());
    assert_ne!(order, identity);
    assert_eq!(call("sort", &[order.clone()]), identity);
    let shuffled = call("shuffle", &[Value::Int(8), identity.clone(), Value::Unit]);
    assert_eq!(shuffled, order);
    let chosen = call("choice", &[Value::Int(9), identity, Value::Int(n), Value::Unit]);
    assert_eq!(call("sort", &[chosen]), call("sort", &[order]));
}

#[test]
fn bounds_without_sense_are_refused() {
    let f = Value::Float;
    assert!(
        failure("uniform", &[Value::Int(0), f(1.0), f(0.0), Value::Unit, Value::Unit]).starts_with("Q0610")
    );
    assert!(
        failure("normal", &[Value::Int(0), f(1.0), f(-1.0), Value::Unit, Value::Unit]).starts_with("Q0610")
    );
    let same = [Value::Int(0), Value::Int(3), Value::Int(3), Value::Unit, Value::Unit];
    assert!(failure("random_int", &same).starts_with("Q0610"));
    assert!(
        failure("choice", &[Value::Int(0), floats(&[1], &[0.0]), Value::Int(2), Value::Unit])
            .starts_with("Q0610")
    );
}
