//! Optimizers as values of the language: their numbers, steps by hand on all shapes of parameters, schedules.

use crate::Value;
use crate::testing::{assert_near, call, failure, flat, floats};

fn gradient(w: &[f64]) -> Vec<f64> {
    vec![2.0 * (w[0] - 0.3), 6.0 * (w[1] - 0.5)]
}

#[test]
fn a_tensor_and_a_tuple_take_the_same_steps() {
    let mut state = call("adam", &[0.1, 0.9, 0.999, 1e-8].map(Value::Float));
    let mut parts = state.clone();
    let mut w = floats(&[2], &[1.0, -2.0]);
    let mut pair = Value::tuple([Value::Float(1.0), floats(&[1], &[-2.0])]);
    // Computed with algorithm 1 of the paper in NumPy.
    for place in [
        [0.900_000_000_714_285_7, -1.900_000_000_066_666_6],
        [0.800_694_419_751_602_4, -1.800_127_188_111_839_5],
        [0.702_743_481_942_138_6, -1.700_473_933_456_210_2],
        [0.607_001_655_208_000_3, -1.601_138_408_825_939_3],
    ] {
        let g = gradient(&flat(&w));
        let next = call("step", &[state, w, floats(&[2], &g)]);
        (state, w) = (next.parts()[0].clone(), next.parts()[1].clone());
        assert_near(&flat(&w), &place, 1e-14, "tensor");
        let next = call("step", &[parts, pair, Value::tuple([Value::Float(g[0]), floats(&[1], &g[1..])])]);
        (parts, pair) = (next.parts()[0].clone(), next.parts()[1].clone());
        assert_near(&flat(&pair), &place, 1e-14, "tuple");
    }
    assert_eq!(state, parts);
    let Value::Optimizer(state) = state else { panic!() };
    assert_eq!(state.steps, 4);
}

#[test]
fn a_gradient_that_is_missing_is_zero() {
    let optimizer = call("adam", &[0.1, 0.9, 0.999, 1e-8].map(Value::Float));
    let params = Value::tuple([Value::Float(1.0), Value::Float(2.0)]);
    let grads = Value::tuple([Value::Unit, Value::Float(1.0)]);
    let next = call("step", &[optimizer.clone(), params.clone(), grads]);
    assert_near(&flat(&next.parts()[1]), &[1.0, 1.9], 1e-8, "step");
    let next = call("step", &[optimizer, params.clone(), Value::Unit]);
    assert_eq!(next.parts()[1], params);
}

#[test]
fn options_without_sense_are_refused() {
    assert!(failure("sgd", &[Value::Float(f64::NAN)]).starts_with("Q0610"));
    assert!(failure("sgd", &[floats(&[2], &[0.1, -0.1])]).starts_with("Q0610"));
    assert!(failure("sgd", &[floats(&[0], &[])]).starts_with("Q0610"));
    assert!(failure("adam", &[0.1, 1.0, 0.999, 1e-8].map(Value::Float)).starts_with("Q0610"));
    assert!(failure("lbfgs", &[Value::Int(0), Value::Float(1e-5)]).starts_with("Q0610"));
    assert!(failure("nelder_mead", &[Value::Float(0.0)]).starts_with("Q0610"));
    let optimizer = call("sgd", &[Value::Float(0.1)]);
    assert!(
        failure("step", &[optimizer, floats(&[2], &[0.0; 2]), floats(&[3], &[0.0; 3])]).starts_with("Q0604")
    );
    assert!(
        failure("step", &[call("rotosolve", &[]), Value::Float(0.0), Value::Float(0.0)]).contains("by hand")
    );
}

/// The values of optax' `exponential_decay` (with `staircase` for steps), `cosine_decay_schedule` and
/// `warmup_constant_schedule`, by their formulas in NumPy.
#[test]
fn schedules_are_their_formulas() {
    let float = Value::Float;
    let steps = call("step_decay", &[float(0.8), float(0.5), Value::Int(2), Value::Int(5)]);
    assert_near(&flat(&steps), &[0.8, 0.8, 0.4, 0.4, 0.2], 1e-15, "step_decay");
    let falling = call("exponential_decay", &[float(0.1), float(0.9), Value::Int(4)]);
    assert_near(&flat(&falling), &[0.1, 0.09, 0.081, 0.0729], 1e-15, "exponential_decay");
    let cosine = call("cosine_decay", &[float(0.1), Value::Int(5), float(0.02)]);
    let expected = [0.1, 0.088_284_271_247_461_9, 0.06, 0.031_715_728_752_538_1, 0.02];
    assert_near(&flat(&cosine), &expected, 1e-15, "cosine_decay");
    assert_eq!(flat(&call("cosine_decay", &[float(0.1), Value::Int(1), float(0.0)])), [0.1]);
    let warm = call("warm_up", &[Value::Int(3), floats(&[2], &[0.4, 0.2])]);
    assert_near(&flat(&warm), &[0.1, 0.2, 0.3, 0.4, 0.2], 1e-15, "warm_up");
    assert!(
        failure("step_decay", &[float(0.8), float(0.5), Value::Int(0), Value::Int(5)]).starts_with("Q0610")
    );
    assert!(failure("warm_up", &[Value::Int(-1), float(0.1)]).starts_with("Q0610"));
}

#[test]
fn a_schedule_gives_each_step_its_rate_and_the_last_to_all_later() {
    let mut state = call("sgd", &[floats(&[3], &[0.5, 0.25, 0.1])]);
    let mut w = Value::Float(0.0);
    for expected in [-0.5, -0.75, -0.85, -0.95] {
        let next = call("step", &[state, w, Value::Float(1.0)]);
        (state, w) = (next.parts()[0].clone(), next.parts()[1].clone());
        assert_near(&flat(&w), &[expected], 1e-15, "schedule");
    }
    assert_eq!(crate::format_value(&state), "sgd(lr: 0.5..0.1)");
    assert_eq!(crate::format_value(&call("nelder_mead", &[Value::Float(0.5)])), "nelder_mead(edge: 0.5)");
}

#[test]
fn a_state_is_about_its_parameters() {
    let adam = call("adam", &[0.1, 0.9, 0.999, 1e-8].map(Value::Float));
    let next = call("step", &[adam, Value::Float(1.0), Value::Float(1.0)]);
    let message =
        failure("step", &[next.parts()[0].clone(), floats(&[2], &[0.0; 2]), floats(&[2], &[0.0; 2])]);
    assert_eq!(message, "Q0604 the state of this `adam` is about 1 number, the parameters are 2");
}

#[test]
fn a_gradient_by_hand_must_be_finite() {
    let rates = call("sgd", &[Value::Float(0.1)]);
    let params = Value::tuple([Value::Float(0.0), floats(&[2, 2], &[0.0; 4])]);
    let gradient = Value::tuple([Value::Float(0.0), floats(&[2, 2], &[0.0, 0.0, f64::NAN, f64::INFINITY])]);
    assert_eq!(failure("step", &[rates, params, gradient]), "Q0617 the gradient `g.1[1, 0]` is nan");
}
