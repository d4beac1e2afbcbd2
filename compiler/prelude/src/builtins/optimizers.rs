//! Gradient descent and its relatives, one step at a time.

use super::{Builtin, internal, pure};

use std::sync::Arc;

use ndarray::Zip;
use qml_source::bug;

use super::faults::{domain, shapes};
use super::gradients::zeros;
use crate::value::Array;
use crate::{Fault, Optimizer, Value};

pub(super) const ROWS: &[Builtin] = &[
    pure(
        "sgd",
        &["sgd(lr: float = 0.1) -> optimizer"],
        |_, args| constructor("sgd", &["lr"], args),
        "Gradient descent: `w -= lr * g`.",
    ),
    pure(
        "momentum",
        &["momentum(lr: float = 0.01, beta: float = 0.9) -> optimizer"],
        |_, args| constructor("momentum", &["lr", "beta"], args),
        "Gradient descent with momentum: `v = beta * v + g; w -= lr * v`.",
    ),
    pure(
        "adam",
        &["adam(lr: float = 0.01, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> optimizer"],
        |_, args| constructor("adam", &["lr", "beta1", "beta2", "eps"], args),
        "Adam (Kingma and Ba, arXiv:1412.6980, algorithm 1).",
    ),
    pure(
        "step",
        &["step(opt: optimizer, w: T, g: T) -> (optimizer, T)"],
        |_, args| step(args),
        "One step from `w` with the gradient `g`: the optimizer with its new state, and the new `w`.",
    ),
    internal("opt.start", |_, args| Ok(start(&args[0])), "`(optimizer)`: the same rule without its state."),
    internal(
        "opt.step",
        |_, args| step(args),
        "`(optimizer, params, grads) -> (optimizer, params)`: one step; a Unit gradient is zero.",
    ),
];

fn constructor(rule: &'static str, names: &[&'static str], args: &[Value]) -> Result<Value, Fault> {
    let options: Vec<_> = names.iter().copied().zip(args.iter().map(Value::to_float)).collect();
    for &(name, x) in &options {
        let is_good = match name {
            "lr" => x.is_finite() && x >= 0.0,
            "eps" => x.is_finite() && x > 0.0,
            _ => (0.0..1.0).contains(&x),
        };
        if !is_good {
            return Err(domain(format!("{rule}: {name} is {x:?}")));
        }
    }
    Ok(Value::Optimizer(Arc::new(Optimizer { rule, options, steps: 0, moments: Vec::new() })))
}

fn start(optimizer: &Value) -> Value {
    let Value::Optimizer(optimizer) = optimizer else { bug!("{optimizer:?} is no optimizer") };
    let options = optimizer.options.clone();
    Value::Optimizer(Arc::new(Optimizer { rule: optimizer.rule, options, steps: 0, moments: Vec::new() }))
}

impl Optimizer {
    /// A number of the rule.
    pub fn option(&self, name: &str) -> f64 {
        match self.options.iter().find(|option| option.0 == name) {
            Some(option) => option.1,
            None => bug!("the rule {} has no {name}", self.rule),
        }
    }

    fn n_moments(&self) -> usize {
        match self.rule {
            "adam" => 2,
            "momentum" => 1,
            _ => 0,
        }
    }
}

/// One step: `(optimizer, params, grads)` to `(optimizer, params)`.
fn step(args: &mut [Value]) -> Result<Value, Fault> {
    let Value::Optimizer(mut optimizer) = std::mem::take(&mut args[0]) else {
        bug!("a step without an optimizer")
    };
    let state = Arc::make_mut(&mut optimizer);
    state.steps += 1;
    let mut moments = std::mem::take(&mut state.moments);
    moments.resize(state.n_moments(), Value::Unit);
    let params = update(state, std::mem::take(&mut args[1]), std::mem::take(&mut args[2]), &mut moments)?;
    state.moments = moments;
    Ok(Value::tuple([Value::Optimizer(optimizer), params]))
}

/// Steps each part of the parameters; moments and gradients are Unit where they are zero.
fn update(optimizer: &Optimizer, params: Value, grads: Value, moments: &mut [Value]) -> Result<Value, Fault> {
    let Value::Tuple(parts) = &params else { return update_tensor(optimizer, params, grads, moments) };
    let part_of =
        |tree: &Value, i: usize| if let Value::Tuple(parts) = tree { parts[i].clone() } else { Value::Unit };
    let mut new_parts = Vec::with_capacity(parts.len());
    let mut new_moments: Vec<Vec<Value>> = vec![Vec::new(); moments.len()];
    for (i, part) in parts.iter().enumerate() {
        let mut part_moments: Vec<Value> = moments.iter().map(|moment| part_of(moment, i)).collect();
        new_parts.push(update(optimizer, part.clone(), part_of(&grads, i), &mut part_moments)?);
        for (all, one) in new_moments.iter_mut().zip(part_moments) {
            all.push(one);
        }
    }
    for (moment, parts) in moments.iter_mut().zip(new_moments) {
        *moment = Value::tuple(parts);
    }
    Ok(Value::tuple(new_parts))
}

fn update_tensor(
    optimizer: &Optimizer,
    params: Value,
    grads: Value,
    moments: &mut [Value],
) -> Result<Value, Fault> {
    let mut w = params.into_floats();
    let tensor = |value: Value| if value == Value::Unit { zeros(w.shape()) } else { value.into_floats() };
    let g = tensor(grads);
    let mut state: Vec<Array<f64>> =
        moments.iter_mut().map(|moment| tensor(std::mem::take(moment))).collect();
    for other in std::iter::once(&g).chain(&state) {
        if other.shape() != w.shape() {
            let axis = w.shape().iter().zip(other.shape()).take_while(|(m, n)| m == n).count();
            return Err(shapes("optimizer step", w.shape(), other.shape(), axis));
        }
    }
    let lr = optimizer.option("lr");
    match (optimizer.rule, state.as_mut_slice()) {
        ("sgd", []) => w.zip_mut_with(&g, |w, g| *w -= lr * g),
        ("momentum", [v]) => {
            let beta = optimizer.option("beta");
            v.zip_mut_with(&g, |v, g| *v = beta * *v + g);
            w.zip_mut_with(v, |w, v| *w -= lr * v);
        }
        ("adam", [m, v]) => {
            let (beta1, beta2) = (optimizer.option("beta1"), optimizer.option("beta2"));
            let eps = optimizer.option("eps");
            m.zip_mut_with(&g, |m, g| *m = beta1 * *m + (1.0 - beta1) * g);
            v.zip_mut_with(&g, |v, g| *v = beta2 * *v + (1.0 - beta2) * g * g);
            let t = optimizer.steps as f64;
            let (bias1, bias2) = (1.0 - beta1.powf(t), 1.0 - beta2.powf(t));
            Zip::from(&mut w).and(&*m).and(&*v).for_each(|w, m, v| {
                *w -= lr * (m / bias1) / ((v / bias2).sqrt() + eps);
            });
        }
        (rule, _) => bug!("no rule for a step of {rule}"),
    }
    for (moment, array) in moments.iter_mut().zip(state) {
        *moment = Value::from_array(array);
    }
    Ok(Value::from_array(w))
}

#[cfg(test)]
mod tests;
