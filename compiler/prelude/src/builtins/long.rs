//! Calls that may take long are computed on a thread of their own, while the program listens for what interrupts it.
//!
//! How long is estimated from the sizes of the arguments: wrong by a factor it does no harm. A thread costs some 50
//! microseconds, so only calls that take a hundred times as long get one. One that is interrupted is left to itself: the
//! process is about to end.

use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use qml_source::{Code, Diagnostic};

use super::vjp::Derivative;
use super::{Builtin, Effect};
use crate::{Fault, Host, NoWorld, Tensor, Value, with_array};

/// Calls that take longer than so many nanoseconds, by estimate, are long.
const LONG: f64 = 1e7;
/// Arguments of fewer elements never make a long call.
const FEW: usize = 1 << 12;
/// How often it is asked whether the program was interrupted.
const LISTENING: Duration = Duration::from_millis(20);
/// Room for recursive algorithms.
const STACK: usize = 16 << 20;

impl Builtin {
    /// Does what the row does; if that takes long, it ends with Q0699 when the program is interrupted.
    pub fn run(&self, host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
        if self.nanoseconds(args) < LONG {
            return (self.call)(host, args);
        }
        let call = self.call;
        let mut args: Vec<Value> = args.iter_mut().map(std::mem::take).collect();
        aside(host, move || call(&mut NoWorld, &mut args))?
    }

    /// How long a call takes, by estimate; 0 if that is very short, or if it asks the world outside for something.
    pub fn nanoseconds(&self, args: &[Value]) -> f64 {
        if self.may_be_long(args) { estimate(self.name, args) } else { 0.0 }
    }

    /// Whether it is worth to estimate: most calls are of a few numbers.
    fn may_be_long(&self, args: &[Value]) -> bool {
        let is_large = |arg: &Value| match arg {
            Value::Int(n) => *n >= FEW as i64 && !self.signatures.is_empty(),
            Value::Tensor(tensor) => elements(tensor) >= FEW || asked(arg) >= FEW as f64,
            Value::Observable(_) => true,
            _ => false,
        };
        // A random key is no number of anything, and neither are the ints of the compiler's own rows.
        let args = match self.effect {
            Effect::Random => args.get(1..).unwrap_or_default(),
            Effect::Pure => args,
            Effect::Quantum | Effect::Io => return false,
        };
        args.iter().any(is_large)
    }
}

impl Derivative {
    /// As [`Derivative::vjp`]; if that takes long, it ends with Q0699 when the program is interrupted.
    pub fn run(
        self,
        host: &dyn Host,
        args: &[Value],
        result: &Value,
        cotangent: &Value,
    ) -> Option<Result<Vec<Value>, Fault>> {
        let is_large = |arg: &Value| match arg {
            Value::Tensor(tensor) => elements(tensor) >= FEW,
            Value::Observable(_) => true,
            _ => false,
        };
        // There and back again: about three times of what the function itself takes.
        if !args.iter().any(is_large) || 3.0 * estimate(self.name(), args) < LONG {
            return self.vjp(args, result, cotangent);
        }
        let (args, result, cotangent) = (args.to_vec(), result.clone(), cotangent.clone());
        aside(host, move || self.vjp(&args, &result, &cotangent)).unwrap_or_else(|fault| Some(Err(fault)))
    }
}

/// What `work` gives, computed on a thread of its own; Q0699 if the program is interrupted before.
fn aside<T: Send + 'static>(host: &dyn Host, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    let (sender, receiver) = sync_channel(1);
    let kept = Arc::new(Mutex::new(Some(work)));
    let theirs = Arc::clone(&kept);
    let take = |kept: &Mutex<Option<_>>| kept.lock().unwrap_or_else(PoisonError::into_inner).take();
    let run = move || {
        if let Some(work) = take(&theirs) {
            // Nobody waits any more for the result of a call that was left.
            _ = sender.send(work());
        }
    };
    let Ok(thread) = thread::Builder::new().stack_size(STACK).spawn(run) else {
        return match take(&kept) {
            Some(work) => Ok(work()),
            None => qml_source::bug!("a thread that was not made has taken its work"),
        };
    };
    loop {
        match receiver.recv_timeout(LISTENING) {
            Ok(result) => return Ok(result),
            Err(RecvTimeoutError::Timeout) if host.interrupted() => {
                return Err(Box::new(Diagnostic::error(Code::Q0699, "the program was interrupted")));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                Err(panic) => resume_unwind(panic),
                Ok(()) => qml_source::bug!("a thread has ended without a result"),
            },
        }
    }
}

/// Nanoseconds of a call, by its leading term and a factor of one processor of 2026.
fn estimate(name: &str, args: &[Value]) -> f64 {
    // Rows and columns of a matrix; a vector is a column.
    let dims = |i: usize| match args.get(i).map(Value::shape) {
        Some([m, n]) => [*m as f64, *n as f64],
        Some([m]) => [*m as f64, 1.0],
        _ => [1.0, 1.0],
    };
    let total: f64 = args.iter().map(size).sum();
    let is_complex = args.iter().any(|arg| matches!(arg, Value::Tensor(Tensor::Complex(_))));
    let times = if is_complex { 4.0 } else { 1.0 };
    match name {
        "op.matmul" | "dot" => {
            let per_product = if args.iter().all(is_float) { 0.1 } else { 3.0 };
            // A vector on the left is a row.
            let rows = if args[0].shape().len() == 2 { dims(0)[0] } else { 1.0 };
            rows * size(&args[1]) * per_product
        }
        "det" | "inv" | "solve" => 0.3 * times * dims(0)[0].powi(3),
        "eigh" => 2.0 * times * dims(0)[0].powi(3),
        "lstsq" => 2.0 * size(&args[0]) * dims(0)[1],
        "pca" => total * dims(0)[1] + 2.0 * dims(0)[1].powi(3),
        "outer" | "kron" => 2.0 * size(&args[0]) * size(&args[1]),
        "ground_energy" | "smallest_eigenvalue" => 200.0 * size(&args[0]) * dimension(&args[0]),
        "matrix" => 10.0 * dimension(&args[0]).powi(2),
        "op.mul" | "commutator" if observable(&args[0]) && observable(&args[1]) => {
            500.0 * size(&args[0]) * size(&args[1])
        }
        "op.pow" if observable(&args[0]) => 500.0 * size(&args[0]).powi(2),
        "sort" | "argsort" | "median" | "quantile" => 50.0 * total,
        "uniform" | "normal" | "random_int" => 20.0 * args.get(3).map_or(1.0, asked),
        "permutation" | "choice" | "shuffle" => 20.0 * (total + args.get(1).map_or(1.0, asked)),
        "zeros" | "ones" | "full" | "eye" | "linspace" | "range" => {
            2.0 * args.iter().map(asked).product::<f64>()
        }
        "ad.vjp" => 3.0 * estimate(args[0].to_str(), &args[1..]),
        "rows.call" => 100.0 * total,
        _ => 5.0 * total,
    }
}

fn elements(tensor: &Tensor) -> usize {
    with_array!(tensor, array => array.len())
}

/// Elements of a tensor, terms of an observable.
fn size(value: &Value) -> f64 {
    match value {
        Value::Tensor(tensor) => elements(tensor) as f64,
        Value::Observable(observable) => (observable.terms.len() + observable.projectors.len()) as f64,
        _ => 1.0,
    }
}

/// The elements of a tensor of this shape; 1 of what is no shape.
fn asked(shape: &Value) -> f64 {
    match shape {
        Value::Int(n) => (*n).max(1) as f64,
        Value::Tensor(Tensor::Int(dims)) if dims.len() <= 8 => {
            dims.iter().map(|&n| n.max(1) as f64).product()
        }
        _ => 1.0,
    }
}

/// Of the space of an observable.
fn dimension(value: &Value) -> f64 {
    match value {
        Value::Observable(observable) => 2f64.powi(observable.n_qubits().min(1000) as i32),
        _ => 1.0,
    }
}

fn observable(value: &Value) -> bool {
    matches!(value, Value::Observable(_))
}

fn is_float(value: &Value) -> bool {
    matches!(value, Value::Tensor(Tensor::Float(_)))
}

#[cfg(test)]
mod tests;
