//! What an `optimize` tells the world of itself, and the state that it may get back.

use std::sync::Arc;

use qml_source::{Code, Diagnostic, bug};

use crate::builtins::faults::domain;
use crate::optimizer::{Optimizer, flatten};
use crate::{Fault, Host, Stage, Training, Value};

pub(super) fn begin(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let [begun, names, place, path, ty, metrics] = args else {
        bug!("`run.train` with {} arguments", args.len())
    };
    let begun = held(begun);
    let checkpoint = match path {
        Value::Unit => None,
        path => Some((path.to_str().to_owned(), ty.to_str().to_owned())),
    };
    if let Some((path, _)) = &checkpoint
        && (has_extension(path, "npy") || has_extension(path, "npz"))
    {
        return Err(domain(format!("`checkpoint` is \"{path}\", and NumPy's files hold no optimizer")));
    }
    let training = Training {
        names: listed(names),
        place: place.to_str().to_owned(),
        checkpoint,
        metrics: listed(metrics),
    };
    match host.begin_training(&training, begun)? {
        None => Ok(Value::Optimizer(Arc::clone(begun))),
        Some(kept) if is_of(&kept, begun) => Ok(Value::Optimizer(kept)),
        Some(_) => Err(Box::new(
            Diagnostic::error(Code::Q0926, "what was kept of this run is about another `optimize`")
                .help("begin anew with `qmlang run`: the program has changed"),
        )),
    }
}

pub(super) fn step(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let steps = (args[1] != Value::Unit).then(|| args[1].to_int().max(0) as u64);
    host.trained(Stage::Step(steps), held(&args[0]))?;
    Ok(Value::Unit)
}

pub(super) fn round(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let validation = (args[1] != Value::Unit).then(|| args[1].to_float());
    let metrics = if args[2] == Value::Unit { Vec::new() } else { flatten(&args[2]) };
    host.trained(Stage::Round(validation, &metrics), held(&args[0]))?;
    Ok(Value::Unit)
}

/// Names with commas between.
fn listed(names: &Value) -> Vec<String> {
    names.to_str().split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

pub(super) fn end(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    host.trained(Stage::End, held(&args[0]))?;
    Ok(Value::Unit)
}

fn held(value: &Value) -> &Arc<Optimizer> {
    match value {
        Value::Optimizer(optimizer) => optimizer,
        other => bug!("{other:?} is no optimizer"),
    }
}

fn has_extension(path: &str, wanted: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension == wanted)
}

/// Whether a kept state is one of the `optimize` that has begun.
fn is_of(kept: &Optimizer, begun: &Optimizer) -> bool {
    let rule = |optimizer: &Optimizer| (optimizer.rule, optimizer.rates.clone(), optimizer.options.clone());
    let (Some(kept_run), Some(run)) = (&kept.run, &begun.run) else { return false };
    rule(kept) == rule(begun)
        && kept_run.settings == run.settings
        && kept_run.shape == run.shape
        && kept_run.key == run.key
}
