//! Host code beside Rust: loops of scalars beside the same loops, tensors beside ndarray.
//!
//! `cargo bench --bench host [part of a name]` compiles `scalars.qml` and `tensors.qml` to machine code and calls each
//! function alternately with its twin of `scalars.rs` and `tensors.rs`, which the Rust compiler optimized. Results are
//! compared first. A time is the shortest of several, since others only add to it; both sides allocate by the allocator of the tool, and run on one thread. Loops of
//! scalars may take twice the time of Rust, tensors one and a half times that of ndarray.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a table on the screen, of programs that compile"
)]

mod scalars;
mod tensors;

use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use ndarray::{Array, Dimension};
use qml_driver::{Disk, compile};
use qml_ir::host::{FunctionId, Module};
use qml_jit::{Call, Compiled};
use qml_prelude::{Element, NoWorld, Tensor, Value};
use qml_source::Diagnostic;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Seconds a sample takes at least: calls are repeated until then.
const SAMPLE: f64 = 2e-3;
const N_SAMPLES: usize = 11;
const STACK_BYTES: usize = 1 << 20;

/// One loop in both languages.
struct Row {
    /// The function of the `.qml` file.
    function: &'static str,
    args: Vec<Value>,
    /// What it is compared with, arguments included.
    rust: Box<dyn Fn() -> Value>,
}

/// A row; arguments are hidden from the optimizer in each call.
fn row<A: 'static, R: Element>(
    function: &'static str,
    values: Vec<Value>,
    args: A,
    rust: impl Fn(&A) -> R + 'static,
) -> Row {
    Row { function, args: values, rust: Box::new(move || rust(black_box(&args)).into_value()) }
}

/// A tensor of the language with the elements of an array.
fn tensor<T: Element, D: Dimension>(array: Array<T, D>) -> Value {
    Value::Tensor(T::into_tensor(array.into_dyn().into_shared()))
}

fn main() {
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    for (file, title, limit, rows) in [
        ("scalars.qml", "scalars, beside Rust", 2.0, scalars::rows()),
        ("tensors.qml", "tensors, beside ndarray", 1.5, tensors::rows()),
    ] {
        println!("| {title:<24} |      QML |     Rust | ratio, at most {limit} |");
        println!("| {:-<24} | -------: | -------: | ------------------ |", "");
        let module = module(file);
        let mut ratios: Vec<f64> = Vec::new();
        for row in rows.into_iter().filter(|row| row.function.contains(&filter)) {
            let (ours, theirs) = times(&module, &row);
            let ratio = ours / theirs;
            let verdict = if ratio > limit { "over" } else { "" };
            println!(
                "| {:<24} | {} | {} | {ratio:>13.2} {verdict:<4} |",
                row.function,
                seconds(ours),
                seconds(theirs)
            );
            ratios.push(ratio);
        }
        if !ratios.is_empty() {
            println!("| {:<24} |          |          | {:>13.2}      |\n", "median", median(ratios));
        }
    }
}

fn module(file: &str) -> Module {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/host").join(file);
    let compilation = compile(&Disk, &path, &[]);
    let error = compilation.diagnostics.iter().find(|diagnostic| Diagnostic::is_error(diagnostic));
    assert!(error.is_none(), "{error:?}");
    compilation.module.unwrap()
}

/// The shortest seconds of a call of ours and of Rust, which take turns.
fn times(module: &Module, row: &Row) -> (f64, f64) {
    let function = module.find(&format!("main.{}", row.function)).unwrap();
    let compiled = Compiled::new(module, &[function], 2);
    let ours = || call(&compiled, function, row.args.clone());
    let close = are_close(&ours(), &(row.rust)());
    assert!(close, "{}: {:?} is not {:?}", row.function, ours(), (row.rust)());

    let repetitions = [repetitions(&ours), repetitions(&row.rust)];
    (0..N_SAMPLES).fold((f64::INFINITY, f64::INFINITY), |(our_best, their_best), _| {
        (our_best.min(sample(repetitions[0], &ours)), their_best.min(sample(repetitions[1], &row.rust)))
    })
}

fn call(compiled: &Compiled, function: FunctionId, args: Vec<Value>) -> Value {
    let interrupt = AtomicBool::new(false);
    let call = Call { host: &mut NoWorld, globals: &[], interrupt: &interrupt, stack_bytes: STACK_BYTES };
    compiled.call(function, args, call).unwrap().pop().unwrap()
}

/// Seconds of one of so many calls.
fn sample(repetitions: usize, work: &dyn Fn() -> Value) -> f64 {
    let start = Instant::now();
    for _ in 0..repetitions {
        black_box(work());
    }
    start.elapsed().as_secs_f64() / repetitions as f64
}

fn repetitions(work: &dyn Fn() -> Value) -> usize {
    let n = (0..24).map(|k| 1 << k).find(|&n| sample(n, work) * n as f64 > SAMPLE);
    n.unwrap_or(1 << 24)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Equal up to rounding: sums may be taken in another order.
fn are_close(a: &Value, b: &Value) -> bool {
    let close = |x: f64, y: f64| (x - y).abs() <= 1e-10 * (1.0 + y.abs());
    match (a, b) {
        (Value::Float(x), Value::Float(y)) => close(*x, *y),
        (Value::Tensor(Tensor::Float(x)), Value::Tensor(Tensor::Float(y))) => {
            x.shape() == y.shape() && x.iter().zip(y).all(|(&x, &y)| close(x, y))
        }
        _ => a == b,
    }
}

fn seconds(time: f64) -> String {
    match time {
        t if t < 1e-6 => format!("{:>5.0} ns", t * 1e9),
        t if t < 1e-3 => format!("{:>5.1} us", t * 1e6),
        t => format!("{:>5.1} ms", t * 1e3),
    }
}
