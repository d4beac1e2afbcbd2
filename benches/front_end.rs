//! How long the compiler takes on large programs, and how much of it a short program waits for.
//!
//! `cargo bench --bench front_end` prints a table; each row is the best of several runs, since others only add to the
//! time. The programs are made here: functions, gates and kernels of a few lines each.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a table on the screen, of programs that compile"
)]

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use qml_driver::kernel::{KernelRequest, circuit};
use qml_driver::{Compilation, Disk, Files, check, compile};
use qml_jit::Compiled;
use qml_simulator::Plan;
use qml_source::Diagnostic;

/// One text as a file.
struct Only<'a>(&'a str);

impl Files for Only<'_> {
    fn read(&self, _: &Path) -> Result<String, String> {
        Ok(self.0.to_owned())
    }
}

const NAME: &str = "bench.qml";

/// The shortest of `runs` runs.
fn best<T>(runs: usize, mut work: impl FnMut() -> T) -> Duration {
    let times = (0..runs).map(|_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

fn row(what: &str, time: Duration, limit: Option<f64>) {
    let time = time.as_secs_f64() * 1e3;
    let limit = limit.map(|limit| format!("{limit:.0} ms")).unwrap_or_default();
    println!("| {what:<64} | {time:>8.2} ms | {limit:>7} |");
}

fn compiled(files: &dyn Files, path: &str) -> Compilation {
    let compilation = compile(files, Path::new(path), &[]);
    let error = compilation.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
    assert!(error.is_none(), "{error:?}");
    compilation
}

/// A program of so many lines: twenty lines of a gate, a kernel, a loss and a function of the host, again and again.
fn program(n_lines: usize) -> String {
    let mut text = String::new();
    for i in 0..n_lines / 20 {
        let part = format!(
            "/// Turns a pair.
/// Both ways.
gate pair{i}(t: float, a: qubit, b: qubit) {{
    ry(t, a);
    within {{ cx(a, b); }} apply {{ rz(2.0 * t, b); }}
}}
kernel layers{i}[n](w: float[n, 4]) -> qubit[4] {{
    let q = qubit[4];
    for k in 0..n {{
        for j in 0..4 {{ pair{i}(w[k, j], q[j], q[(j + 1) % 4]); }}
    }}
    return q;
}}
fn loss{i}[n](w: float[n, 4], y: float) -> float {{
    let e = expect(Z(0) * Z(1), layers{i}(w));
    return if y > 0.0 then (e - y) ** 2 else e * e + {i}.0;
}}
fn steps{i}(k: int) -> int {{
    return sum([j * j for j in 0..k]) + {i};
}}\n"
        );
        assert_eq!(part.lines().count(), 20);
        text += &part;
    }
    text
}

/// A kernel of so many gates, written as two loops.
fn gates(n_gates: usize) -> String {
    format!(
        "kernel wide(w: float[{}, 10]) -> qubit[10] {{
    let q = qubit[10];
    for k in 0..{0} {{
        for j in 0..10 {{ ry(w[k, j], q[j]); cx(q[j], q[(j + 1) % 10]); }}
    }}
    return q;
}}\n",
        n_gates / 20
    )
}

/// A program of a hundred lines that trains.
fn training() -> String {
    let mut text = program(60);
    for _ in 0..21 {
        _ = writeln!(text, "// A line that says what the next one does.");
    }
    text + "param rate: float = 0.1;
param n: int = 3;

fn target(x: float) -> float {
    return sin(2.0 * x) + 0.5;
}

fn total(w: float[3, 4]) -> float {
    return mean([loss0(w, target(y)) for y in [0.1, 0.2, 0.3]]);
}

fn main() {
    var w = normal(0.0, 0.1, [3, 4]);
    optimize w with adam(lr: rate), steps: 100 {
        minimize total(w);
    }
    print(\"loss {total(w):.3}\");
    print(w);
}
"
}

fn check_time(n_lines: usize, runs: usize) -> Duration {
    let text = program(n_lines);
    assert_eq!(text.lines().count(), n_lines);
    best(runs, || {
        let compilation = check(&Only(&text), Path::new(NAME), &[]);
        assert!(!compilation.diagnostics.iter().any(Diagnostic::is_error), "{:?}", compilation.diagnostics);
    })
}

fn main() {
    println!("| {:<64} | {:>11} | {:>7} |\n|{:-<66}|{:-<13}|{:-<9}|", "what", "time", "limit", "", "", "");
    row("check, 1,000 lines", check_time(1_000, 20), None);
    row("check, 10,000 lines", check_time(10_000, 10), Some(200.0));
    row("check, 100,000 lines", check_time(100_000, 3), None);

    let compilation = compiled(&Only(&gates(20_000)), NAME);
    let module = compilation.module.as_ref().unwrap();
    let time = best(10, || {
        let circuit = circuit(&compilation.program, module, &KernelRequest::default()).unwrap();
        assert_eq!(circuit.ops.len(), 20_000);
        Plan::new(&circuit).unwrap()
    });
    row("specialise and plan a kernel of 20,000 gates", time, Some(100.0));

    let text = training();
    assert_eq!(text.lines().count(), 100);
    let machine_code = |files: &dyn Files, path: &str| {
        let compilation = compiled(files, path);
        let module = compilation.module.unwrap();
        Compiled::new(&module, &[module.main.unwrap()], 2)
    };
    row(
        "text to machine code, 100 lines that train",
        best(20, || machine_code(&Only(&text), NAME)),
        Some(15.0),
    );
    for program in ["examples/iris.qml", "tests/peers/training/hundred_lines.qml"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(program);
        let path = path.to_str().unwrap();
        row(&format!("text to machine code, {program}"), best(20, || machine_code(&Disk, path)), Some(15.0));
    }
}
