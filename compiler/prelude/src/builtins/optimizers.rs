//! Optimizers as values, schedules of their learning rates, and what compiled code calls to run them.

use super::{Builtin, Effect, internal, pure, row};

use std::sync::Arc;

use qml_source::bug;

mod finite;
mod told;

use super::faults::{domain, size};
use crate::optimizer::{
    Answer, Ask, Optimizer, Rule, Settings, check_option, flatten, flatten_like, misuse, shape_of, unflatten,
};
use crate::{Fault, Value};

pub(super) const ROWS: &[Builtin] = &[
    pure(
        "sgd",
        &["sgd(lr: float = 0.1) -> optimizer", "sgd(lr: float[n]) -> optimizer"],
        |_, args| constructor(Rule::Sgd, args),
        "Gradient descent: `w -= lr * g`. Here and below `lr` may be a schedule: one number a step, the last one for all later steps.",
    ),
    pure(
        "momentum",
        &[
            "momentum(lr: float = 0.01, beta: float = 0.9) -> optimizer",
            "momentum(lr: float[n], beta: float = 0.9) -> optimizer",
        ],
        |_, args| constructor(Rule::Momentum, args),
        "Gradient descent with momentum: `v = beta * v + g; w -= lr * v`.",
    ),
    pure(
        "adagrad",
        &[
            "adagrad(lr: float = 0.1, eps: float = 1e-8) -> optimizer",
            "adagrad(lr: float[n], eps: float = 1e-8) -> optimizer",
        ],
        |_, args| constructor(Rule::Adagrad, args),
        "AdaGrad (Duchi, Hazan and Singer, JMLR 12, 2011): `s += g ** 2; w -= lr * g / (sqrt(s) + eps)`.",
    ),
    pure(
        "rmsprop",
        &[
            "rmsprop(lr: float = 0.01, decay: float = 0.9, eps: float = 1e-8) -> optimizer",
            "rmsprop(lr: float[n], decay: float = 0.9, eps: float = 1e-8) -> optimizer",
        ],
        |_, args| constructor(Rule::Rmsprop, args),
        "RMSProp (Hinton, 2012): `s = decay * s + (1 - decay) * g ** 2; w -= lr * g / (sqrt(s) + eps)`.",
    ),
    pure(
        "adam",
        &[
            "adam(lr: float = 0.01, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> optimizer",
            "adam(lr: float[n], beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> optimizer",
        ],
        |_, args| constructor(Rule::Adam, args),
        "Adam (Kingma and Ba, arXiv:1412.6980, algorithm 1).",
    ),
    pure(
        "lbfgs",
        &["lbfgs(memory: int = 10, gtol: float = 1e-5) -> optimizer"],
        |_, args| constructor(Rule::Lbfgs, args),
        "L-BFGS (Liu and Nocedal, 1989) with the last `memory` pairs and the line search of Moré and Thuente; done when no element of the gradient is larger than `gtol`. Not with `over`.",
    ),
    pure(
        "spsa",
        &[
            "spsa(lr: float = 0.1, c: float = 0.1, alpha: float = 0.602, gamma: float = 0.101, stability: float = 0.0) -> optimizer",
        ],
        |_, args| constructor(Rule::Spsa, args),
        "Simultaneous perturbation (Spall, 1992): two values a step and no gradient. In step k from 0, along random signs s, `w -= lr / (stability + k + 1) ** alpha * (f(w + c_k * s) - f(w - c_k * s)) / (2 * c_k) * s` with `c_k = c / (k + 1) ** gamma`.",
    ),
    pure(
        "nelder_mead",
        &["nelder_mead(edge: float = 0.5) -> optimizer"],
        |_, args| constructor(Rule::NelderMead, args),
        "The simplex method of Nelder and Mead (1965), which asks for values alone; the first simplex reaches `edge` along each axis. Not with `over`.",
    ),
    pure(
        "rotosolve",
        &["rotosolve() -> optimizer"],
        |_, args| constructor(Rule::Rotosolve, args),
        "A step sets each parameter in turn to its best value (Ostaszewski, Grant and Benedetti, arXiv:1905.09692). For expectation values in which each parameter is the angle of one rotation. Not with `over`.",
    ),
    pure(
        "qng",
        &[
            "qng(lr: float = 0.01, lam: float = 1e-3) -> optimizer",
            "qng(lr: float[n], lam: float = 1e-3) -> optimizer",
        ],
        |_, args| constructor(Rule::Qng, args),
        "Quantum natural gradient (Stokes, Izaac, Killoran and Carleo, arXiv:1909.02108): `w -= lr * solve(G + lam, g)` with the full Fubini-Study metric `G` of the one program in the objective.",
    ),
    pure(
        "step_decay",
        &["step_decay(lr: float, factor: float, every: int, steps: int) -> float[steps]"],
        |_, args| step_decay(args),
        "A schedule: `lr * factor ** div(k, every)` for step k from 0.",
    ),
    pure(
        "exponential_decay",
        &["exponential_decay(lr: float, factor: float, steps: int) -> float[steps]"],
        |_, args| exponential_decay(args),
        "A schedule: `lr * factor ** k` for step k from 0.",
    ),
    pure(
        "cosine_decay",
        &["cosine_decay(lr: float, steps: int, last: float = 0.0) -> float[steps]"],
        |_, args| cosine_decay(args),
        "A schedule: `last + (lr - last) * (1 + cos(pi * k / (steps - 1))) / 2` for step k from 0 (Loshchilov and Hutter, arXiv:1608.03983); it begins at `lr` and ends at `last`.",
    ),
    pure(
        "warm_up",
        &["warm_up(steps: int, lr: float) -> float[?]", "warm_up(steps: int, lr: float[n]) -> float[?]"],
        |_, args| warm_up(args),
        "A schedule: rises in `steps` equal steps to the first rate of `lr`, then goes on with it.",
    ),
    pure(
        "step",
        &["step(opt: optimizer, w: T, g: T) -> (optimizer, T)"],
        |_, args| step(args),
        "One step from `w` with the gradient `g`: the optimizer with its new state, and the new `w`. For `sgd`, `momentum`, `adagrad`, `rmsprop` and `adam`.",
    ),
    internal(
        "opt.start",
        |_, args| Ok(Value::Optimizer(Arc::new(optimizer(&args[0]).fresh()))),
        "`(optimizer)`: the same rule without its state.",
    ),
    internal(
        "opt.begin",
        |_, args| begin(args),
        "`(optimizer, params, rounds, is_over, tolerance, patience, clip_norm, has_validation, is_maximized, has_program, key)`: an optimizer that runs; Unit for options that aren't given.",
    ),
    internal(
        "opt.goes_on",
        |_, args| Ok(Value::Bool(optimizer(&args[0]).running().ended.is_none())),
        "`(run)`: whether another round is due.",
    ),
    internal(
        "opt.round",
        |_, args| Ok(count(optimizer(&args[0]).running().round)),
        "`(run)`: how many rounds are done.",
    ),
    internal(
        "opt.item",
        |_, args| Ok(count(optimizer(&args[0]).running().item)),
        "`(run)`: how many steps of this round are done.",
    ),
    internal(
        "opt.round_start",
        |_, args| {
            let run = optimizer(&args[0]).running();
            Ok(unflatten(&run.shape, &run.start))
        },
        "`(run)`: the parameters when this round began.",
    ),
    internal(
        "opt.next",
        |_, args| changed(args, |optimizer, _| optimizer.next_step()),
        "`(run)`: begins a step.",
    ),
    internal(
        "opt.asks",
        |_, args| Ok(Value::Bool(optimizer(&args[0]).running().ask.is_some())),
        "`(run)`: whether the step needs another evaluation.",
    ),
    internal(
        "opt.wants",
        |_, args| Ok(Value::Int(wants(optimizer(&args[0])))),
        "`(run)`: 0 for a value, 1 for a gradient too, 2 for the overlap of states.",
    ),
    internal(
        "opt.point",
        |_, args| Ok(point(optimizer(&args[0]))),
        "`(run)`: where to evaluate; the parameters, between steps.",
    ),
    internal(
        "opt.other",
        |_, args| Ok(other(optimizer(&args[0]))),
        "`(run)`: where the second state of an overlap is.",
    ),
    internal("opt.key", |_, args| Ok(key(args)), "`(key, run)`: the random key of this evaluation."),
    internal(
        "opt.tell",
        |_, args| changed(args, tell),
        "`(run, value, gradient)`: takes an answer; a Unit gradient is zero.",
    ),
    internal(
        "opt.check_option",
        |_, args| check_setting(&args[0], args[1].to_str()),
        "`(value, name)`: a fault unless the option can have the value.",
    ),
    internal(
        "opt.check",
        |_, args| finite::check_answer(args),
        "`(run, value, gradient, names)`: a fault unless the answer is finite; the names of the parameters with commas between.",
    ),
    internal(
        "opt.check_validation",
        |_, args| finite::check_validation(args),
        "`(run, validation, names)`: the same of what `validate` gives.",
    ),
    internal(
        "opt.judge",
        |_, args| changed(args, judge),
        "`(run, validation)`: ends a round; Unit without `validate`.",
    ),
    internal("opt.end", |_, args| end(args), "`(run) -> (optimizer, params)`: ends it."),
    row(
        Effect::Io,
        "run.train",
        &[],
        told::begin,
        "`(run, names, place, checkpoint, type, metrics)`: tells that it begins; gives it, or the state of it that was kept. The names, those of `metrics` too, have commas between; `checkpoint` may be Unit.",
    ),
    row(
        Effect::Io,
        "run.step",
        &[],
        told::step,
        "`(run, steps)`: tells of a step; `steps` is Unit if nobody knows how many there are.",
    ),
    row(
        Effect::Io,
        "run.round",
        &[],
        told::round,
        "`(run, validation, metrics)`: tells of a round, judged by this or by Unit, and of a tuple of what else was measured, or Unit.",
    ),
    row(Effect::Io, "run.trained", &[], told::end, "`(run)`: tells that it ends."),
];

fn constructor(rule: Rule, args: &[Value]) -> Result<Value, Fault> {
    let (rates, rest): (Vec<f64>, &[Value]) = match args.split_first() {
        Some((rate, rest)) if rule.has_rate() => (flatten(rate), rest),
        _ => (Vec::new(), args),
    };
    if rule.has_rate() && rates.is_empty() {
        return Err(domain(format!("{}: the schedule `lr` has no number", rule.name())));
    }
    for &rate in &rates {
        check_option(rule, "lr", rate)?;
    }
    let options: Vec<f64> = rest.iter().map(Value::to_float).collect();
    for (name, &x) in rule.options().iter().zip(&options) {
        check_option(rule, name, x)?;
    }
    Ok(Value::Optimizer(Arc::new(Optimizer::new(rule, rates, options))))
}

fn optimizer(value: &Value) -> &Optimizer {
    match value {
        Value::Optimizer(optimizer) => optimizer,
        other => bug!("{other:?} is no optimizer"),
    }
}

/// The optimizer after a change; in place if nobody else holds it.
fn changed(
    args: &mut [Value],
    change: impl FnOnce(&mut Optimizer, &mut [Value]) -> Result<(), Fault>,
) -> Result<Value, Fault> {
    let Some((first, rest)) = args.split_first_mut() else { bug!("no arguments") };
    let Value::Optimizer(mut optimizer) = std::mem::take(first) else { bug!("no optimizer") };
    change(Arc::make_mut(&mut optimizer), rest)?;
    Ok(Value::Optimizer(optimizer))
}

fn count(n: u64) -> Value {
    Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

fn step(args: &mut [Value]) -> Result<Value, Fault> {
    let (params, gradient) = (std::mem::take(&mut args[1]), std::mem::take(&mut args[2]));
    let shape = shape_of(&params);
    let gradient = flatten_like(&gradient, &shape)?;
    finite::check_gradient(&gradient, &shape)?;
    let mut point = flatten(&params);
    let stepped = changed(&mut args[..1], |optimizer, _| {
        point = optimizer.step(&point, gradient)?;
        Ok(())
    })?;
    Ok(Value::tuple([stepped, unflatten(&shape, &point)]))
}

fn begin(args: &mut [Value]) -> Result<Value, Fault> {
    changed(args, |optimizer, args| {
        let [
            params,
            rounds,
            is_over,
            tolerance,
            patience,
            clip_norm,
            has_validation,
            is_maximized,
            has_program,
            key,
        ] = args
        else {
            bug!("an `optimize` with {} arguments", args.len())
        };
        if optimizer.rule.uses_overlaps() && !has_program.to_bool() {
            return Err(misuse(format!(
                "`{}` needs exactly one program in the objective",
                optimizer.rule.name()
            )));
        }
        let number = |value: &Value| (*value != Value::Unit).then(|| value.to_float());
        let patience = (*patience != Value::Unit).then(|| patience.to_int() as u64);
        let settings = Settings {
            rounds: size("the number of rounds", rounds.to_int())? as u64,
            is_over: is_over.to_bool(),
            tolerance: number(tolerance),
            patience,
            clip_norm: number(clip_norm),
            has_validation: has_validation.to_bool(),
            is_maximized: is_maximized.to_bool(),
        };
        let key = if *key == Value::Unit { 0 } else { key.to_int() as u64 };
        optimizer.begin(settings, shape_of(params), flatten(params), key)
    })
}

fn check_setting(value: &Value, name: &str) -> Result<Value, Fault> {
    let (is_possible, text, wrong) = match (name, value) {
        ("tolerance", value) => {
            let x = value.to_float();
            let wrong = if x < 0.0 { "it can't be negative" } else { "it must be finite" };
            (x.is_finite() && x >= 0.0, format!("{x:?}"), wrong)
        }
        (_, Value::Int(rounds)) => (*rounds > 0, rounds.to_string(), "it must be positive"),
        (_, value) => (value.to_float() > 0.0, format!("{:?}", value.to_float()), "it must be positive"),
    };
    if is_possible { Ok(Value::Unit) } else { Err(domain(format!("`{name}` is {text}, {wrong}"))) }
}

fn wants(optimizer: &Optimizer) -> i64 {
    match &optimizer.running().ask {
        Some(Ask::Gradient(_)) => 1,
        Some(Ask::Overlap { .. }) => 2,
        Some(Ask::Value(_)) | None => 0,
    }
}

fn point(optimizer: &Optimizer) -> Value {
    let run = optimizer.running();
    let point = match &run.ask {
        Some(Ask::Value(point) | Ask::Gradient(point) | Ask::Overlap { at: point, .. }) => point,
        None => &run.point,
    };
    unflatten(&run.shape, point)
}

fn other(optimizer: &Optimizer) -> Value {
    let run = optimizer.running();
    let Some(Ask::Overlap { with, .. }) = &run.ask else { bug!("no overlap is asked for") };
    unflatten(&run.shape, with)
}

/// The first evaluation of a step has the key of the step, the others have their own: so a sampled training by gradients
/// draws the same numbers whatever the optimizer is.
fn key(args: &[Value]) -> Value {
    match optimizer(&args[1]).running().evaluations {
        0 => args[0].clone(),
        n => Value::Int(crate::random::child_key(args[0].to_int() as u64, n) as i64),
    }
}

fn tell(optimizer: &mut Optimizer, args: &mut [Value]) -> Result<(), Fault> {
    let run = optimizer.running();
    let gradient = match run.ask {
        Some(Ask::Value(_)) | None => Vec::new(),
        _ => flatten_like(&args[1], &run.shape)?,
    };
    optimizer.answer(Answer { value: args[0].to_float(), gradient })
}

fn judge(optimizer: &mut Optimizer, args: &mut [Value]) -> Result<(), Fault> {
    optimizer.judge((args[0] != Value::Unit).then(|| args[0].to_float()));
    Ok(())
}

fn end(args: &mut [Value]) -> Result<Value, Fault> {
    let shape = optimizer(&args[0]).running().shape.clone();
    let mut point = Vec::new();
    let ended = changed(args, |optimizer, _| {
        point = optimizer.end();
        Ok(())
    })?;
    Ok(Value::tuple([ended, unflatten(&shape, &point)]))
}

/// A schedule of so many steps by a function of the step.
fn schedule(name: &str, steps: &Value, rate: impl Fn(f64) -> f64) -> Result<Value, Fault> {
    let steps = size(&format!("{name}: the number of steps"), steps.to_int())?;
    Ok(Value::vector((0..steps).map(|k| rate(k as f64)).collect::<Vec<f64>>()))
}

fn step_decay(args: &[Value]) -> Result<Value, Fault> {
    let (lr, factor, every) = (args[0].to_float(), args[1].to_float(), args[2].to_int());
    if every < 1 {
        return Err(domain(format!("step_decay: every {every} steps")));
    }
    schedule("step_decay", &args[3], |k| lr * factor.powf((k / every as f64).floor()))
}

fn exponential_decay(args: &[Value]) -> Result<Value, Fault> {
    let (lr, factor) = (args[0].to_float(), args[1].to_float());
    schedule("exponential_decay", &args[2], |k| lr * factor.powf(k))
}

fn cosine_decay(args: &[Value]) -> Result<Value, Fault> {
    let (lr, steps, last) = (args[0].to_float(), args[1].to_int(), args[2].to_float());
    let end = (steps - 1).max(1) as f64;
    schedule("cosine_decay", &args[1], |k| {
        last + (lr - last) * (1.0 + (std::f64::consts::PI * k / end).cos()) / 2.0
    })
}

fn warm_up(args: &[Value]) -> Result<Value, Fault> {
    let steps = size("warm_up: the number of steps", args[0].to_int())?;
    let after = flatten(&args[1]);
    let Some(&first) = after.first() else { return Err(domain("warm_up: the schedule `lr` has no number")) };
    let mut rates: Vec<f64> = (1..=steps).map(|k| first * k as f64 / (steps + 1) as f64).collect();
    rates.extend(after);
    Ok(Value::vector(rates))
}

#[cfg(test)]
mod tests;
