//! Against NumPy 2.4.

use crate::Value;
use crate::testing::{assert_near, call, failure, flat, floats, ints};

fn sample() -> Value {
    floats(&[7], &[3.7, -1.2, 0.0, 2.5, 2.5, 9.1, -4.4])
}

#[test]
fn statistics_agree_with_numpy() {
    let quantile = |q: f64| call("quantile", &[sample(), Value::Float(q)]).to_float();
    let quantiles = [0.0, 0.1, 0.25, 0.5, 0.9, 1.0].map(quantile);
    assert_near(&quantiles, &[-4.4, -2.48, -0.6, 2.5, 5.86, 9.1], 1e-14, "quantile");
    assert_near(&flat(&call("variance", &[sample()])), &[15.505_306_122_448_98], 1e-14, "variance");
    assert_near(&flat(&call("stddev", &[sample()])), &[3.937_677_757_568_409_7], 1e-14, "stddev");
    assert_eq!(call("median", &[floats(&[4], &[4.0, 1.0, 3.0, 2.0])]), Value::Float(2.5));
    let columns = call("variance", &[floats(&[2, 2], &[1.0, 5.0, 3.0, 5.0]), Value::Int(0)]);
    assert_eq!(flat(&columns), [1.0, 0.0]);
    let logits = floats(&[2, 3], &[2.0, -1.0, 0.5, 0.1, 0.2, 0.3]);
    let loss = call("cross_entropy", &[logits.clone(), ints(&[2], &[0, 2])]);
    assert_near(&flat(&loss), &[0.621_627_072_443_200_6], 1e-14, "cross_entropy");
    let single = call("cross_entropy", &[floats(&[3], &[2.0, -1.0, 0.5]), Value::Int(0)]);
    assert_near(&flat(&single), &[-0.785_597_034_589_275_8_f64.ln()], 1e-14, "cross_entropy of one");
}

#[test]
fn predictions_are_counted() {
    let (predicted, actual) = (ints(&[5], &[0, 1, 1, 2, 0]), ints(&[5], &[0, 1, 2, 2, 1]));
    assert_eq!(call("accuracy", &[predicted.clone(), actual.clone()]), Value::Float(0.6));
    let table = call("confusion", &[predicted, actual, Value::Unit]);
    assert_eq!(table, ints(&[3, 3], &[1, 0, 0, 1, 1, 0, 0, 1, 1]));
    assert_eq!(call("mse", &[floats(&[2], &[1.0, 2.0]), floats(&[2], &[0.0, 4.0])]), Value::Float(2.5));
}

#[test]
fn arguments_without_sense_are_refused() {
    assert!(failure("quantile", &[sample(), Value::Float(50.0)]).starts_with("Q0610"));
    assert!(failure("median", &[floats(&[0], &[])]).starts_with("Q0610"));
    assert!(failure("accuracy", &[ints(&[1], &[0]), ints(&[2], &[0, 1])]).starts_with("Q0604"));
    assert!(failure("cross_entropy", &[floats(&[2], &[0.0, 1.0]), Value::Int(2)]).starts_with("Q0610"));
}

/// From `numpy.polyfit`, NumPy 2.4.
#[test]
fn polynomials_fit_as_in_numpy() {
    let x = floats(&[6], &[-2.0, -1.5, 0.0, 0.5, 1.0, 3.0]);
    let y = floats(&[6], &[4.1, 2.0, 0.3, -0.2, 1.1, 9.7]);
    for (degree, expected) in [
        (0, &[2.8333333333333344][..]),
        (1, &[0.9836734693877552, 2.6693877551020417]),
        (2, &[1.065105386416862, 0.07072599531615875, -0.10749414519906383]),
        (
            4,
            &[
                0.03428571428571458,
                -0.03428571428571463,
                0.8485714285714273,
                0.07387755102040926,
                -0.006122448979592936,
            ],
        ),
    ] {
        let fitted = call("polyfit", &[x.clone(), y.clone(), Value::Int(degree)]);
        assert_near(&flat(&fitted), expected, 1e-11, "polyfit");
    }
    assert!(failure("polyfit", &[x.clone(), y.clone(), Value::Int(6)]).starts_with("Q0610"));
    assert!(failure("polyfit", &[x.clone(), y, Value::Int(-1)]).starts_with("Q0610"));
    assert!(failure("polyfit", &[x, floats(&[2], &[0.0; 2]), Value::Int(1)]).starts_with("Q0604"));
    let twice = floats(&[3], &[1.0, 1.0, 1.0]);
    assert!(failure("polyfit", &[twice.clone(), twice, Value::Int(1)]).starts_with("Q0611"));
}
