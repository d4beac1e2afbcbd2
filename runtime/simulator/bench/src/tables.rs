//! The tables.

use std::sync::Arc;

use ndarray::Axis;
use prism_q::backend::Backend;
use prism_q::{BackendKind, PreparedCircuit, StatevectorBackend};
use qml_ir::circuit::Circuit;
use qml_prelude::observable::Observable;
use qml_prelude::random::Stream;
use qml_simulator::{C64, Channel, Method, Noise, Plan, Precision, Prepared, Simulator};

use crate::machine::Machine;
use crate::measure::{alternate, show};
use crate::workloads::{self, Step, Workload};
use crate::{ours, peer};

/// A simulator of state vectors, with the instruction set that the environment names, `ISA='AVX2 and FMA'`.
pub fn simulator(precision: Precision, threads: usize) -> Simulator {
    let mut simulator = Simulator::with_method(Method::StateVector(precision), threads, Arc::default());
    if let Ok(name) = std::env::var("ISA") {
        simulator.use_instruction_set(&name);
    }
    simulator
}

fn head(columns: &str) {
    println!("| {} |", columns.split(", ").collect::<Vec<_>>().join(" | "));
    println!("|{}", " --- |".repeat(columns.split(", ").count()));
}

/// One plain gate, against the bandwidth of the machine.
pub fn one_gate(threads: usize, machine: &Machine, largest: usize) {
    head("one gate, n, precision, time, GB/s, of the machine's");
    let n = largest.min(24);
    for (precision, bytes) in [(Precision::F64, 16.0), (Precision::F32, 8.0)] {
        for target in [0, n / 2, n - 1] {
            // The difference of two circuits is one sweep: making the state takes one as well.
            let gates = |times: usize| {
                let steps = (0..times)
                    .flat_map(|i| [Step::Ry(0.3 + i as f64, target), Step::Cx(target, (target + 1) % n)]);
                Workload { n, steps: steps.take(1).collect() }
            };
            let simulator = simulator(precision, threads);
            let plans = [0, 1].map(|k| {
                let (circuit, slots) = ours::circuit(&gates(k));
                // A plan for noise doesn't count on amplitudes that are zero at first.
                (Plan::noisy(&circuit, &Noise::default()).expect("plan"), slots)
            });
            let run = |i: usize| simulator.amplitudes(&plans[i].0, &plans[i].1, &[0]).expect("state");
            let (without, with) = alternate(|| run(0), || run(1));
            let speed = 2.0 * bytes * (1u64 << n) as f64 / (with - without);
            println!(
                "| RY on {target} | {n} | {precision:?} | {} | {:.1} | {:.0} % |",
                show(with - without),
                speed / 1e9,
                100.0 * speed / machine.bandwidth
            );
        }
    }
    println!();
}

/// What a call of a planned small circuit costs.
pub fn calls(_threads: usize) {
    head("call, gates, time, 200 ns + 10 ns a gate");
    for layers in [1, 4, 16] {
        let workload = workloads::hea(4, layers);
        let (circuit, slots) = ours::circuit(&workload);
        let plan = Plan::new(&circuit).expect("plan");
        let simulator = simulator(Precision::F64, 1);
        let prepared = Prepared::new(&plan, &[ours::z()]).expect("observable");
        let run = || simulator.prepared_expectations(&plan, &slots, &prepared).expect("value");
        let (time, _) = alternate(run, || ());
        let gates = workload.steps.len();
        let bound = (200.0 + 10.0 * gates as f64) * 1e-9;
        println!("| HEA n=4, {layers} layers, Z | {gates} | {} | {} |", show(time), show(bound));
    }
    println!();
}

/// The largest distance of amplitudes.
fn distance(a: &[C64], b: &[C64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max)
}

/// States.
pub fn states(threads: usize, largest: usize) {
    head("state, n, f64, f32, PRISM-Q, ratio f64, ratio f32, distance f64, f32");
    let mut ratios = [Vec::new(), Vec::new()];
    let families: [(&str, fn(usize) -> Workload); 6] = [
        ("brickwork", workloads::brickwork),
        ("QFT", workloads::qft),
        ("QV", workloads::quantum_volume),
        ("HEA, CZ", |n| workloads::hea(n, 5)),
        ("HEA, CX", |n| workloads::hea_cx(n, 5)),
        ("QAOA", workloads::qaoa),
    ];
    for (name, family) in families {
        for n in [20, 22, 24].into_iter().filter(|n| *n <= largest) {
            let workload = family(n);
            let (circuit, slots) = ours::circuit(&workload);
            let plan = Plan::new(&circuit).expect("plan");
            let (peer_circuit, parameters) = peer::circuit(&workload);
            let values = parameters.values(&peer_circuit).expect("values");
            let mut prepared =
                PreparedCircuit::with_backend(peer_circuit, parameters, BackendKind::Statevector)
                    .expect("prepared");
            let mut backend = StatevectorBackend::new(1);
            let mut theirs = || {
                backend.init(n, 0).expect("init");
                let fused = prepared.bind_fused(&values).expect("bound");
                backend.apply_instructions(&fused.instructions).expect("run");
            };
            let mut row = Vec::new();
            for precision in [Precision::F64, Precision::F32] {
                let simulator = simulator(precision, threads);
                let ours = || simulator.amplitudes(&plan, &slots, &[0]).expect("state");
                row.push(alternate(ours, &mut theirs));
            }
            theirs();
            let distances = [Precision::F64, Precision::F32].map(|precision| {
                let state = simulator(precision, threads).state(&plan, &slots).expect("state").value;
                distance(&state, backend.state_vector())
            });
            let ratio = [row[0].1 / row[0].0, row[1].1 / row[1].0];
            ratios[0].push(ratio[0]);
            ratios[1].push(ratio[1]);
            println!(
                "| {name} | {n} | {} | {} | {} | {:.2} | {:.2} | {:.0e} | {:.0e} |",
                show(row[0].0),
                show(row[1].0),
                show(row[0].1),
                ratio[0],
                ratio[1],
                distances[0],
                distances[1]
            );
        }
    }
    let [f64s, f32s] = ratios.map(crate::measure::median);
    println!("| median | | | | | {f64s:.2} | {f32s:.2} | | |\n");
}

/// Value and gradient.
pub fn gradients(threads: usize, largest: usize) {
    head("value and gradient, n, f64, f32, PRISM-Q, ratio f64, ratio f32, over the value alone, distance");
    for n in [4, 8, 12, 16, 20].into_iter().filter(|n| *n <= largest) {
        let workload = workloads::hea(n, 4);
        let (circuit, slots) = ours::circuit(&workload);
        let plan = Plan::new(&circuit).expect("plan");
        let prepared = Prepared::new(&plan, &[ours::tfim(n)]).expect("observable");
        let (peer_circuit, parameters) = peer::circuit(&workload);
        let hamiltonian = peer::tfim(n);
        let theirs = || {
            prism_q::run_expectation_gradient(&peer_circuit, &hamiltonian, &parameters, 1).expect("gradient")
        };
        let run = |simulator: &Simulator| {
            simulator.prepared_expectations_vjp(&plan, &slots, &prepared, &[1.0]).expect("gradient").value
        };
        let (doubles, singles) = (simulator(Precision::F64, threads), simulator(Precision::F32, threads));
        let (ours, theirs_time) = alternate(|| run(&doubles), theirs);
        let (ours_f32, _) = alternate(|| run(&singles), || ());
        let value = || doubles.prepared_expectations(&plan, &slots, &prepared).expect("value");
        let (both, alone) = alternate(|| run(&doubles), value);
        let (mine, other) = (run(&doubles), theirs());
        let far = mine.d_slots.iter().zip(&other.gradient).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        println!(
            "| HEA, TFIM | {n} | {} | {} | {} | {:.2} | {:.2} | {:.2} | {:.0e} |",
            show(ours),
            show(ours_f32),
            show(theirs_time),
            theirs_time / ours,
            theirs_time / ours_f32,
            both / alone,
            far.max((mine.values[0] - other.value).abs())
        );
    }
    println!();
}

/// 256 samples of a classifier: mean squared error and its gradient.
pub fn batches(threads: usize, largest: usize) {
    head("256 samples, n, f64, f32, PRISM-Q, ratio f64, ratio f32, distance");
    for n in [4, 8, 10].into_iter().filter(|n| *n <= largest) {
        let mut stream = Stream::new(6);
        let layers = 4;
        let weights: Vec<f64> = (0..3 * n * layers).map(|_| stream.normal()).collect();
        let samples: Vec<Vec<f64>> = (0..256).map(|_| (0..n).map(|_| stream.normal()).collect()).collect();
        let labels: Vec<f64> = (0..256).map(|i| f64::from(i % 2) * 2.0 - 1.0).collect();
        let all: Vec<Workload> =
            samples.iter().map(|x| workloads::classifier(n, layers, &weights, x)).collect();
        let (circuit, _) = ours::circuit(&all[0]);
        let rows: Vec<Vec<f64>> = all.iter().map(|workload| ours::circuit(workload).1).collect();
        let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        let plan = Plan::new(&circuit).expect("plan");
        let observable: [Observable; 1] = [ours::z()];
        let prepared = Prepared::new(&plan, &observable).expect("observable");
        let peers: Vec<_> = all.iter().map(peer::circuit).collect();
        let hamiltonian = [(1.0, vec![prism_q::PauliTerm::z(0)])];
        // One circuit a core: what the peer's own batches do.
        let theirs = || {
            let one = |i: usize| {
                let (circuit, parameters) = &peers[i];
                let g = prism_q::run_expectation_gradient(circuit, &hamiltonian, parameters, 1)
                    .expect("gradient");
                g.gradient.iter().map(|d| 2.0 * (g.value - labels[i]) * d).collect::<Vec<f64>>()
            };
            let parts: Vec<Vec<f64>> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..threads)
                    .map(|t| {
                        let one = &one;
                        scope.spawn(move || {
                            let mine = (t * 256 / threads..(t + 1) * 256 / threads).map(one);
                            mine.reduce(|sum, g| sum.iter().zip(g).map(|(a, b)| a + b).collect())
                        })
                    })
                    .collect();
                threads.into_iter().filter_map(|thread| thread.join().expect("thread")).collect()
            });
            parts
                .into_iter()
                .reduce(|sum, g| sum.iter().zip(g).map(|(a, b)| a + b).collect())
                .unwrap_or_default()
        };
        let run = |simulator: &Simulator| {
            let cotangent =
                |i: usize, values: &[f64], of: &mut [f64]| of[0] = 2.0 * (values[0] - labels[i]);
            let batch = simulator.batch_vjp(&plan, &rows, &prepared, &cotangent).expect("batch");
            batch.d_slots.sum_axis(Axis(0)).to_vec()
        };
        let (doubles, singles) = (simulator(Precision::F64, threads), simulator(Precision::F32, threads));
        let (ours, theirs_time) = alternate(|| run(&doubles), theirs);
        let (ours_f32, _) = alternate(|| run(&singles), || ());
        let far = run(&doubles).iter().zip(theirs()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        println!(
            "| classifier | {n} | {} | {} | {} | {:.2} | {:.2} | {far:.0e} |",
            show(ours),
            show(ours_f32),
            show(theirs_time),
            theirs_time / ours,
            theirs_time / ours_f32
        );
    }
    println!();
}

/// A million shots.
pub fn shots(threads: usize, largest: usize) {
    head("shots, n, f64, f32, PRISM-Q, ratio f64, ratio f32, distance of the means of Z");
    let n = largest.min(20);
    let workload = workloads::hea(n, 2);
    let (circuit, slots) = ours::circuit(&workload);
    let plan = Plan::new(&circuit).expect("plan");
    let (mut peer_circuit, _) = peer::circuit(&workload);
    peer_circuit = {
        let mut measured = prism_q::Circuit::new(n, n);
        measured.instructions.extend(peer_circuit.instructions.iter().cloned());
        (0..n).for_each(|q| measured.add_measure(q, q));
        measured
    };
    let count = 1_000_000;
    let theirs = || {
        prism_q::simulate(&peer_circuit)
            .backend(BackendKind::Statevector)
            .seed(1)
            .shots(count)
            .expect("shots")
    };
    let (doubles, singles) = (simulator(Precision::F64, threads), simulator(Precision::F32, threads));
    let run = |simulator: &Simulator| simulator.sample(&plan, &slots, count, 1).expect("shots");
    let (ours, theirs_time) = alternate(|| run(&doubles), theirs);
    let (ours_f32, _) = alternate(|| run(&singles), || ());
    let mine = run(&doubles);
    let probabilities = doubles.probabilities(&plan, &slots).expect("probabilities").value;
    let far = (0..n).map(|q| {
        let exact: f64 =
            probabilities.iter().enumerate().filter(|(i, _)| i >> q & 1 == 1).map(|(_, p)| p).sum();
        let found = (0..count).filter(|&shot| mine.row(shot)[q]).count() as f64 / count as f64;
        (exact - found).abs()
    });
    println!(
        "| 10^6 | {n} | {} | {} | {} | {:.2} | {:.2} | {:.0e} |\n",
        show(ours),
        show(ours_f32),
        show(theirs_time),
        theirs_time / ours,
        theirs_time / ours_f32,
        far.fold(0.0, f64::max)
    );
}

/// Depolarizing noise of 1e-3 and amplitude damping of 1e-2 on each wire of each gate.
pub fn noise(circuit: &Circuit) -> Noise {
    let mut noise = Noise::default();
    for (i, op) in circuit.ops.iter().enumerate() {
        for &wire in &*op.wires() {
            // Each letter with a third of the probability.
            noise.after(i, Channel::depolarizing(1, 4.0 / 3.0 * 1e-3), &[wire]);
            noise.after(i, Channel::amplitude_damping(1e-2), &[wire]);
        }
    }
    noise
}

/// Shots with depolarizing noise of 1e-3 and amplitude damping of 1e-2 on each wire of each gate.
pub fn noisy_shots(threads: usize, largest: usize) {
    head("noisy shots, n, f64, f32, PRISM-Q, ratio f64, ratio f32, distance of the means of Z");
    for (n, count) in
        [(4, 10_000), (8, 10_000), (12, 10_000), (16, 10_000)].into_iter().filter(|(n, _)| *n <= largest)
    {
        let workload = workloads::hea(n, 2);
        let (circuit, slots) = ours::circuit(&workload);
        let plan = Plan::noisy(&circuit, &noise(&circuit)).expect("plan");
        let (unmeasured, _) = peer::circuit(&workload);
        let mut peer_circuit = prism_q::Circuit::new(n, n);
        peer_circuit.instructions.extend(unmeasured.instructions.iter().cloned());
        (0..n).for_each(|q| peer_circuit.add_measure(q, q));
        let mut model = prism_q::NoiseModel::uniform_depolarizing(&peer_circuit, 1e-3);
        let damping = prism_q::NoiseModel::with_amplitude_damping(&peer_circuit, 1e-2);
        model.after_gate.iter_mut().zip(damping.after_gate).for_each(|(events, more)| events.extend(more));
        let theirs = || {
            prism_q::simulate(&peer_circuit)
                .backend(BackendKind::Statevector)
                .noise(&model)
                .seed(1)
                .shots(count)
                .expect("shots")
        };
        let (doubles, singles) = (simulator(Precision::F64, threads), simulator(Precision::F32, threads));
        let run = |simulator: &Simulator| simulator.sample(&plan, &slots, count, 1).expect("shots");
        let (ours, theirs_time) = alternate(|| run(&doubles), theirs);
        let (ours_f32, _) = alternate(|| run(&singles), || ());
        let (mine, other) = (run(&doubles), theirs());
        let far = (0..n).map(|q| {
            let ones = (0..count).filter(|&shot| mine.row(shot)[q]).count() as f64;
            let others = other.shots.iter().filter(|shot| shot[q]).count() as f64;
            2.0 * (ones - others).abs() / count as f64
        });
        println!(
            "| {count} | {n} | {} | {} | {} | {:.2} | {:.2} | {:.0e} |",
            show(ours),
            show(ours_f32),
            show(theirs_time),
            theirs_time / ours,
            theirs_time / ours_f32,
            far.fold(0.0, f64::max)
        );
    }
    println!();
}

/// The squared overlaps of 102 states with each other, beside sums for one after the other.
pub fn overlaps(threads: usize) {
    head("overlaps of 102 states, n, time, one by one, GFLOP/s, distance");
    for n in [4, 8, 10] {
        let mut stream = Stream::new(7);
        let scale = 0.5f64.powf(f64::from(n + 1) / 2.0);
        let mut state =
            || (0..1 << n).map(|_| C64::new(stream.normal(), stream.normal()) * scale).collect::<Vec<_>>();
        let states: Vec<Vec<C64>> = (0..102).map(|_| state()).collect();
        let states: Vec<&[C64]> = states.iter().map(Vec::as_slice).collect();
        let simulator = simulator(Precision::F64, threads);
        let plain = || -> Vec<f64> {
            let overlap =
                |a: &[C64], b: &[C64]| a.iter().zip(b).map(|(a, b)| a.conj() * b).sum::<C64>().norm_sqr();
            states.iter().flat_map(|a| states.iter().map(|b| overlap(a, b))).collect()
        };
        let ours = || simulator.gram(&states).expect("overlaps");
        let (time, one_by_one) = alternate(ours, plain);
        let far = ours().iter().zip(plain()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let speed = 8.0 * f64::from(1 << n) * (51.0 * 103.0) / time;
        println!(
            "| 102 x 102 | {n} | {} | {} | {:.0} | {far:.0e} |",
            show(time),
            show(one_by_one),
            speed / 1e9
        );
    }
    println!();
}

/// Gradients from trajectories: noise as for shots, the energy of a chain.
pub fn noisy_gradients(threads: usize, largest: usize) {
    head("gradient from 1000 trajectories, n, f64, f32, without noise");
    for n in [4, 6, 8, 10, 12].into_iter().filter(|n| *n <= largest) {
        let workload = workloads::hea(n, 2);
        let (circuit, slots) = ours::circuit(&workload);
        let plan = Plan::trajectories(&circuit, &noise(&circuit)).expect("plan");
        let observable = [ours::tfim(n)];
        let run = |simulator: &Simulator| {
            simulator.sampled_expectations_vjp(&plan, &slots, &observable, &[1.0], 1000, 1).expect("gradient")
        };
        let (doubles, singles) = (simulator(Precision::F64, threads), simulator(Precision::F32, threads));
        let exact = Plan::new(&circuit).expect("plan");
        let prepared = Prepared::new(&exact, &observable).expect("observable");
        let without =
            || doubles.prepared_expectations_vjp(&exact, &slots, &prepared, &[1.0]).expect("gradient");
        let (ours, one) = alternate(|| run(&doubles), without);
        let (ours_f32, _) = alternate(|| run(&singles), || ());
        println!("| HEA, TFIM | {n} | {} | {} | {} |", show(ours), show(ours_f32), show(one));
    }
    println!();
}
