//! Ours for a program in another language: it asks for one workload after another, and for a run of it whenever it wants.
//!
//! Requests are lines of words on standard input; the answer to each is a line on standard output:
//!
//! - `prepare TASK FAMILY N f64|f32 FOLDER` plans the workload and writes its circuit to `FOLDER/circuit.txt`, a gate a line;
//!   of a classifier its data to `FOLDER/data.bin`.
//! - `time TIMES` runs it so often, one time after the other, and answers with the seconds that each took on average.
//! - `check` runs it and writes the result to `FOLDER/result.bin`.
//!
//! Binary files are doubles, little-endian: a state as real and imaginary parts; a gradient after its value; means of Z of shots.

use std::hint::black_box;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use ndarray::Axis;
use qml_prelude::random::Stream;
use qml_simulator::{Plan, Precision, Prepared, Simulator};

use crate::workloads::{self, Step, Workload};
use crate::{ours, tables};

/// Samples of a batch, and layers of its circuits.
const BATCH: usize = 256;
const LAYERS: usize = 4;
const SHOTS: usize = 1_000_000;
const NOISY_SHOTS: usize = 10_000;

/// A planned workload: `run` is what is timed, `result` does the same and gives what is compared.
struct Task {
    run: Box<dyn Fn()>,
    result: Box<dyn Fn() -> Vec<f64>>,
}

/// A circuit that is planned, and the simulator that runs it.
struct Planned {
    simulator: Simulator,
    plan: Plan,
    slots: Vec<f64>,
}

/// Answers until there are no more requests.
pub fn run(threads: usize) {
    let mut task: Option<(Task, PathBuf)> = None;
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let words: Vec<&str> = line.split_whitespace().collect();
        let answer = match (words.as_slice(), &task) {
            (["prepare", kind, family, n, precision, folder], _) => {
                let precision = if *precision == "f32" { Precision::F32 } else { Precision::F64 };
                let simulator = tables::simulator(precision, threads);
                // The last one goes before the next is made: states are large.
                drop(task.take());
                let folder = PathBuf::from(folder);
                task = Some((prepare(kind, family, n.parse().expect("n"), simulator, &folder), folder));
                "ready".to_owned()
            }
            (["time", times], Some((task, _))) => {
                let times: u32 = times.parse().expect("a number");
                let start = Instant::now();
                (0..times).for_each(|_| (task.run)());
                (start.elapsed() / times).as_secs_f64().to_string()
            }
            (["check"], Some((task, folder))) => {
                write_doubles(&folder.join("result.bin"), &(task.result)());
                "ready".to_owned()
            }
            _ => panic!("not understood: {line}"),
        };
        println!("{answer}");
        std::io::stdout().flush().expect("an answer");
    }
}

fn prepare(kind: &str, family: &str, n: usize, simulator: Simulator, folder: &Path) -> Task {
    let workload = match family {
        "brickwork" => workloads::brickwork(n),
        "qft" => workloads::qft(n),
        "qv" => workloads::quantum_volume(n),
        "hea" => workloads::hea(n, if kind == "state" { 5 } else { 4 }),
        "short_hea" => workloads::hea(n, 2),
        "hea_cx" => workloads::hea_cx(n, 5),
        "qaoa" => workloads::qaoa(n),
        "classifier" => return classifier(n, simulator, folder),
        _ => panic!("no family {family}"),
    };
    write_circuit(&folder.join("circuit.txt"), &workload);
    match kind {
        "state" => state(&workload, simulator),
        "gradient" => gradient(&workload, simulator),
        "shots" => shots(&workload, false, SHOTS, simulator),
        "noisy" => shots(&workload, true, NOISY_SHOTS, simulator),
        _ => panic!("no task {kind}"),
    }
}

fn task(run: impl Fn() + 'static, result: impl Fn() -> Vec<f64> + 'static) -> Task {
    Task { run: Box::new(run), result: Box::new(result) }
}

fn state(workload: &Workload, simulator: Simulator) -> Task {
    let (circuit, slots) = ours::circuit(workload);
    let planned = Rc::new(Planned { simulator, plan: Plan::new(&circuit).expect("plan"), slots });
    let same = Rc::clone(&planned);
    task(
        move || drop(black_box(planned.simulator.amplitudes(&planned.plan, &planned.slots, &[0]))),
        move || {
            let state = same.simulator.state(&same.plan, &same.slots).expect("state").value;
            state.iter().flat_map(|a| [a.re, a.im]).collect()
        },
    )
}

/// Value and gradient of the Ising chain.
fn gradient(workload: &Workload, simulator: Simulator) -> Task {
    let (circuit, slots) = ours::circuit(workload);
    let plan = Plan::new(&circuit).expect("plan");
    let chain = Prepared::new(&plan, &[ours::tfim(workload.n)]).expect("observable");
    let both = Rc::new(move || {
        simulator.prepared_expectations_vjp(&plan, &slots, &chain, &[1.0]).expect("gradient").value
    });
    let same = Rc::clone(&both);
    task(
        move || drop(black_box(both())),
        move || {
            let outcome = same();
            [outcome.values, outcome.d_slots].concat()
        },
    )
}

/// The gradient of the mean squared error of a classifier by its weights, after the error itself.
fn classifier(n: usize, simulator: Simulator, folder: &Path) -> Task {
    let mut stream = Stream::new(6);
    let mut normal = |count: usize| (0..count).map(|_| stream.normal()).collect::<Vec<f64>>();
    let (weights, features) = (normal(3 * n * LAYERS), normal(BATCH * n));
    write_doubles(&folder.join("data.bin"), &[weights.clone(), features.clone()].concat());
    let samples: Vec<Workload> =
        features.chunks(n).map(|x| workloads::classifier(n, LAYERS, &weights, x)).collect();
    let (circuit, _) = ours::circuit(&samples[0]);
    let plan = Plan::new(&circuit).expect("plan");
    let z = Prepared::new(&plan, &[ours::z()]).expect("observable");
    let slots: Vec<Vec<f64>> = samples.iter().map(|sample| ours::circuit(sample).1).collect();
    let label = |i: usize| 2.0 * (i % 2) as f64 - 1.0;
    let both = Rc::new(move || {
        let rows: Vec<&[f64]> = slots.iter().map(Vec::as_slice).collect();
        let cotangent = |i: usize, values: &[f64], of: &mut [f64]| {
            of[0] = 2.0 * (values[0] - label(i)) / BATCH as f64;
        };
        let batch = simulator.batch_vjp(&plan, &rows, &z, &cotangent).expect("batch");
        let error = batch.values.iter().enumerate().map(|(i, value)| (value - label(i)).powi(2));
        let mut outcome = vec![error.sum::<f64>() / BATCH as f64];
        // Angles of features come before those of weights.
        outcome.extend(batch.d_slots.sum_axis(Axis(0)).iter().skip(n));
        outcome
    });
    let same = Rc::clone(&both);
    task(move || drop(black_box(both())), move || same())
}

/// Shots of all wires; with noise, depolarizing of 1e-3 and amplitude damping of 1e-2 on each wire of each gate.
fn shots(workload: &Workload, noisy: bool, count: usize, simulator: Simulator) -> Task {
    let (circuit, slots) = ours::circuit(workload);
    let plan = if noisy { Plan::noisy(&circuit, &tables::noise(&circuit)) } else { Plan::new(&circuit) };
    let planned = Rc::new(Planned { simulator, plan: plan.expect("plan"), slots });
    let same = Rc::clone(&planned);
    let n = workload.n;
    task(
        move || drop(black_box(planned.simulator.sample(&planned.plan, &planned.slots, count, 1))),
        move || {
            let shots = same.simulator.sample(&same.plan, &same.slots, count, 1).expect("shots");
            let ones = |q: usize| (0..count).filter(|&shot| shots.row(shot)[q]).count();
            (0..n).map(|q| 1.0 - 2.0 * ones(q) as f64 / count as f64).collect()
        },
    )
}

/// A gate a line: its name, its angle if it has one, its wires.
fn write_circuit(path: &Path, workload: &Workload) {
    let mut text = String::new();
    for step in &workload.steps {
        let line = match *step {
            Step::H(q) => format!("h {q}"),
            Step::Rx(t, q) => format!("rx {t} {q}"),
            Step::Ry(t, q) => format!("ry {t} {q}"),
            Step::Rz(t, q) => format!("rz {t} {q}"),
            Step::Cx(a, b) => format!("cx {a} {b}"),
            Step::Cz(a, b) => format!("cz {a} {b}"),
            Step::Cp(t, a, b) => format!("cp {t} {a} {b}"),
            Step::Rzz(t, a, b) => format!("rzz {t} {a} {b}"),
            Step::Swap(a, b) => format!("swap {a} {b}"),
        };
        text.push_str(&line);
        text.push('\n');
    }
    std::fs::write(path, text).expect("a file");
}

fn write_doubles(path: &Path, values: &[f64]) {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(path, bytes).expect("a file");
}
