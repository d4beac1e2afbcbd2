//! How long a call goes on after somebody asked it to stop: the longest of several times, asked at moments spread over
//! the call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use num_complex::Complex;
use qml_ir::circuit::Circuit;
use qml_prelude::observable::{Observable, Pauli};
use qml_prelude::random::Stream;
use qml_simulator::{Density, Fault, Method, Plan, Precision, Prepared, Simulator};

use crate::measure::show;
use crate::workloads::{self, Workload};
use crate::{ours, tables};

/// How often a call is stopped.
const TIMES: u32 = 12;
/// Calls are stopped within their first seconds.
const LONGEST: Duration = Duration::from_secs(3);

/// So many random strings of letters.
fn many_terms(n: u32, count: usize) -> Observable {
    let mut stream = Stream::new(8);
    let mut observable = Observable::default();
    while observable.terms.len() < count {
        let letters = [None, Some(Pauli::X), Some(Pauli::Y), Some(Pauli::Z)];
        let string = (0..n).filter_map(|q| letters[stream.below(4) as usize].map(|letter| (q, letter)));
        observable.terms.insert(string.collect(), Complex::new(stream.normal(), 0.0));
    }
    observable
}

struct Row<'a> {
    threads: usize,
    name: &'static str,
    /// A part of the names of those that are wanted.
    word: &'a str,
}

impl Row<'_> {
    fn print(self, n: usize, call: impl Fn(&Simulator) -> Result<(), Fault>) {
        if !self.name.contains(self.word) {
            return;
        }
        let interrupt = Arc::new(AtomicBool::new(false));
        let method = Method::StateVector(Precision::F64);
        let simulator = Simulator::with_method(method, self.threads, Arc::clone(&interrupt));
        let stopped = |after: Duration| {
            interrupt.store(false, Ordering::Relaxed);
            let started = Instant::now();
            let (result, asked) = std::thread::scope(|scope| {
                let asker = scope.spawn(|| {
                    std::thread::sleep(after);
                    interrupt.store(true, Ordering::Relaxed);
                    Instant::now()
                });
                let result = call(&simulator);
                let returned = Instant::now();
                (result.map_err(|_| returned), asker.join().expect("thread"))
            });
            (result.err().map(|returned| returned - asked), started.elapsed())
        };
        // A whole call, once there is memory for it.
        stopped(LONGEST);
        let (_, whole) = stopped(LONGEST);
        let waits: Vec<Duration> =
            (0..TIMES).filter_map(|i| stopped(whole.min(LONGEST) * (2 * i + 1) / (2 * TIMES)).0).collect();
        let longest = waits.iter().max().copied().unwrap_or_default();
        println!("| {} | {n} | {} | {} |", self.name, waits.len(), show(longest.as_secs_f64()));
    }
}

fn planned(workload: &Workload) -> (Circuit, Vec<f64>, Plan) {
    let (circuit, slots) = ours::circuit(workload);
    let plan = Plan::new(&circuit).expect("plan");
    (circuit, slots, plan)
}

/// The rows whose names have the word.
pub fn longest_waits(threads: usize, word: &str) {
    println!("| stopped | n | times | longest until it returned |\n| --- | --- | --- | --- |");
    let row = |name| Row { threads, name, word };

    let (_, slots, plan) = planned(&workloads::brickwork(26));
    row("state").print(26, |s| s.amplitudes(&plan, &slots, &[0]).map(drop));

    let (_, slots, plan) = planned(&workloads::hea(24, 4));
    row("gradient").print(24, |s| s.expectations_vjp(&plan, &slots, &[ours::tfim(24)], &[1.0]).map(drop));

    let (_, slots, plan) = planned(&workloads::hea(20, 2));
    row("10^7 shots").print(20, |s| s.sample(&plan, &slots, 10_000_000, 1).map(drop));

    let many = [many_terms(20, 3000)];
    row("3000 terms").print(20, |s| s.expectations(&plan, &slots, &many).map(drop));
    row("3000 terms, gradient").print(20, |s| s.expectations_vjp(&plan, &slots, &many, &[1.0]).map(drop));

    let (_, slots, plan) = planned(&workloads::hea(10, 4));
    let rows = vec![slots.as_slice(); 50_000];
    let prepared = Prepared::new(&plan, &[ours::tfim(10)]).expect("observable");
    row("50,000 samples").print(10, |s| s.batch_vjp(&plan, &rows, &prepared, &|_, _, cotangents| cotangents.fill(1.0)).map(drop));

    let (circuit, slots) = ours::circuit(&workloads::hea(16, 2));
    let noise = tables::noise(&circuit);
    let plan = Plan::noisy(&circuit, &noise).expect("plan");
    row("10^6 noisy shots").print(16, |s| s.sample(&plan, &slots, 1_000_000, 1).map(drop));
    let plan = Plan::trajectories(&circuit, &noise).expect("plan");
    row("gradient, 10^5 trajectories").print(16, |s| {
        s.sampled_expectations_vjp(&plan, &slots, &[ours::tfim(16)], &[1.0], 100_000, 1).map(drop)
    });

    let (circuit, slots) = ours::circuit(&workloads::hea(12, 2));
    let density = Density::new(&circuit, &tables::noise(&circuit)).expect("density matrix");
    let energy = [ours::tfim(12)];
    row("density matrix").print(12, |s| s.noisy_expectations(&density, &slots, &energy).map(drop));
    row("density matrix, gradient")
        .print(12, |s| s.noisy_expectations_vjp(&density, &slots, &energy, &[1.0]).map(drop));
}
