//! Rules whose step is a formula in the gradient.

use super::{Answer, Memory, Optimizer, Rule, Step};

/// One step from `point` with the gradient there; `t` counts from 1:
///
/// - `sgd`: `w -= lr g`
/// - `momentum`: `v = beta v + g; w -= lr v`
/// - `adagrad`: `s += g^2; w -= lr g / (sqrt(s) + eps)`
/// - `rmsprop`: `s = decay s + (1 - decay) g^2; w -= lr g / (sqrt(s) + eps)`
/// - `adam`: `m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;`
///   `w -= lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)`
pub(super) fn step(optimizer: &mut Optimizer, point: Vec<f64>, answer: &Answer) -> Step {
    let lr = optimizer.rate();
    let n_moments = match optimizer.rule {
        Rule::Adam => 2,
        Rule::Momentum | Rule::Adagrad | Rule::Rmsprop => 1,
        _ => 0,
    };
    let mut moments = match std::mem::replace(&mut optimizer.memory, Memory::Fresh) {
        Memory::Moments(moments) => moments,
        _ => vec![vec![0.0; point.len()]; n_moments],
    };
    let mut w = point.clone();
    let steps = w.iter_mut().zip(&answer.gradient);
    match (optimizer.rule, moments.as_mut_slice()) {
        (Rule::Momentum, [v]) => {
            let beta = optimizer.option("beta");
            for ((w, g), v) in steps.zip(v) {
                *v = beta * *v + g;
                *w -= lr * *v;
            }
        }
        (Rule::Adagrad, [s]) => {
            let eps = optimizer.option("eps");
            for ((w, g), s) in steps.zip(s) {
                *s += g * g;
                *w -= lr * g / (s.sqrt() + eps);
            }
        }
        (Rule::Rmsprop, [s]) => {
            let (decay, eps) = (optimizer.option("decay"), optimizer.option("eps"));
            for ((w, g), s) in steps.zip(s) {
                *s = decay * *s + (1.0 - decay) * g * g;
                *w -= lr * g / (s.sqrt() + eps);
            }
        }
        (Rule::Adam, [m, v]) => {
            let (beta1, beta2) = (optimizer.option("beta1"), optimizer.option("beta2"));
            let eps = optimizer.option("eps");
            let t = (optimizer.steps + 1) as f64;
            let (bias1, bias2) = (1.0 - beta1.powf(t), 1.0 - beta2.powf(t));
            for ((w, g), (m, v)) in steps.zip(m.iter_mut().zip(v)) {
                *m = beta1 * *m + (1.0 - beta1) * g;
                *v = beta2 * *v + (1.0 - beta2) * g * g;
                *w -= lr * (*m / bias1) / ((*v / bias2).sqrt() + eps);
            }
        }
        _ => {
            for (w, g) in steps {
                *w -= lr * g;
            }
        }
    }
    optimizer.memory = Memory::Moments(moments);
    Step { point: w, value: answer.value, measured: point, is_converged: false }
}
