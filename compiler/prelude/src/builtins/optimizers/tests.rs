//! Trajectories on f(w) = (w - c) D (w - c), computed with the published formulas in NumPy.

use crate::Value;
use crate::testing::{assert_near, call, failure, flat, floats};

fn gradient(w: &[f64]) -> Vec<f64> {
    vec![2.0 * (w[0] - 0.3), 6.0 * (w[1] - 0.5)]
}

fn check(optimizer: &Value, expected: [[f64; 2]; 4]) {
    // Once as a tensor, once as a tuple.
    let mut state = call("opt.start", &[optimizer.clone()]);
    let mut parts = call("opt.start", &[optimizer.clone()]);
    let mut w = floats(&[2], &[1.0, -2.0]);
    let mut pair = Value::tuple([Value::Float(1.0), floats(&[1], &[-2.0])]);
    for place in expected {
        let g = gradient(&flat(&w));
        let next = call("opt.step", &[state, w, floats(&[2], &g)]);
        (state, w) = (next.parts()[0].clone(), next.parts()[1].clone());
        assert_near(&flat(&w), &place, 1e-14, "tensor");
        let next = call("step", &[parts, pair, Value::tuple([Value::Float(g[0]), floats(&[1], &g[1..])])]);
        (parts, pair) = (next.parts()[0].clone(), next.parts()[1].clone());
        assert_near(&flat(&pair), &place, 1e-14, "tuple");
    }
    let Value::Optimizer(state) = state else { panic!() };
    assert_eq!(state.steps, 4);
}

#[test]
fn trajectories_agree_with_the_formulas() {
    check(&call("sgd", &[Value::Float(0.1)]), [[0.86, -0.5], [0.748, 0.1], [0.6584, 0.34], [0.58672, 0.436]]);
    check(
        &call("momentum", &[Value::Float(0.05), Value::Float(0.9)]),
        [[0.93, -1.25], [0.804, -0.05], [0.6402, 1.195], [0.45876, 2.107]],
    );
    check(
        &call("adam", &[0.1, 0.9, 0.999, 1e-8].map(Value::Float)),
        [
            [0.900_000_000_714_285_7, -1.900_000_000_066_666_6],
            [0.800_694_419_751_602_4, -1.800_127_188_111_839_5],
            [0.702_743_481_942_138_6, -1.700_473_933_456_210_2],
            [0.607_001_655_208_000_3, -1.601_138_408_825_939_3],
        ],
    );
}

#[test]
fn a_gradient_that_is_missing_is_zero() {
    let optimizer = call("adam", &[0.1, 0.9, 0.999, 1e-8].map(Value::Float));
    let params = Value::tuple([Value::Float(1.0), Value::Float(2.0)]);
    let grads = Value::tuple([Value::Unit, Value::Float(1.0)]);
    let next = call("opt.step", &[optimizer.clone(), params.clone(), grads]);
    assert_near(&flat(&next.parts()[1]), &[1.0, 1.9], 1e-8, "step");
    let next = call("opt.step", &[optimizer, params.clone(), Value::Unit]);
    assert_eq!(next.parts()[1], params);
}

#[test]
fn options_without_sense_are_refused() {
    assert!(failure("sgd", &[Value::Float(f64::NAN)]).starts_with("Q0610"));
    assert!(failure("adam", &[0.1, 1.0, 0.999, 1e-8].map(Value::Float)).starts_with("Q0610"));
    let optimizer = call("sgd", &[Value::Float(0.1)]);
    assert!(
        failure("step", &[optimizer, floats(&[2], &[0.0; 2]), floats(&[3], &[0.0; 3])]).starts_with("Q0604")
    );
}
