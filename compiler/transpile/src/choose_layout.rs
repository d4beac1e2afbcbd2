//! Chooses where the wires start: a layout without SWAPs if one is found, else the best of several trials, each
//! improved by routing the circuit forwards and backwards (Li, Ding and Xie, ASPLOS 2019).
//!
//! Trials run in parallel and are compared by their SWAPs and then by their number: any thread count gives the same.

use qml_ir::circuit::{Circuit, Op, OpKind};
use rayon::prelude::*;

use crate::embed::embed;
use crate::graph::Graph;
use crate::random::Random;
use crate::route_swaps::{Layout, Step, route};
use crate::target::Target;

/// Rounds of forward and backward routing.
const ROUNDS: usize = 2;

/// A way to route a circuit.
pub struct Routed {
    /// Where the wires start.
    pub start: Layout,
    /// What happens.
    pub steps: Vec<Step>,
    /// SWAPs outside of branches.
    pub n_swaps: usize,
}

/// The `n_best` ways with the fewest SWAPs among `n_trials`, best first.
pub fn choose_layouts(
    circuit: &Circuit,
    target: &Target,
    n_trials: u64,
    n_best: usize,
    seed: u64,
) -> Vec<Routed> {
    let graph = Graph::new(&circuit.ops, circuit.n_wires, circuit.n_bits);
    if let Some(place) = embed(&links(circuit), target) {
        let start = Layout::new(place, target.n_qubits);
        return vec![record(&graph, target, start, &mut Random::new(seed, 0))];
    }
    let reversed = graph.reversed();
    let mut trials: Vec<(usize, u64, Routed)> = (0..n_trials)
        .into_par_iter()
        .map(|trial| {
            let mut random = Random::new(seed, trial);
            let mut layout = first_layout(circuit.n_wires, target, trial, &mut random);
            for _ in 0..ROUNDS {
                route(&graph, target, &mut layout, &mut random, |_| {});
                route(&reversed, target, &mut layout, &mut random, |_| {});
            }
            let routed = record(&graph, target, layout, &mut random);
            (routed.n_swaps, trial, routed)
        })
        .collect();
    trials.sort_by_key(|&(n_swaps, trial, _)| (n_swaps, trial));
    trials.truncate(n_best);
    trials.into_iter().map(|(_, _, routed)| routed).collect()
}

/// The first wires on the first qubits, without any search.
pub fn plain_layout(circuit: &Circuit, target: &Target, seed: u64) -> Routed {
    let graph = Graph::new(&circuit.ops, circuit.n_wires, circuit.n_bits);
    let start = Layout::new(target.usable[..circuit.n_wires].to_vec(), target.n_qubits);
    record(&graph, target, start, &mut Random::new(seed, 0))
}

fn record(graph: &Graph, target: &Target, start: Layout, random: &mut Random) -> Routed {
    let mut steps = Vec::with_capacity(graph.pairs.len());
    let n_swaps = route(graph, target, &mut start.clone(), random, |step| steps.push(step));
    Routed { start, steps, n_swaps }
}

/// Even trials start anywhere on the device, odd ones close together around a random qubit.
fn first_layout(n_wires: usize, target: &Target, trial: u64, random: &mut Random) -> Layout {
    let mut qubits = target.usable.clone();
    random.shuffle(&mut qubits);
    if trial % 2 == 1 {
        let centre = qubits[0];
        qubits.sort_by_key(|&qubit| target.distance(centre, qubit));
        qubits.truncate(n_wires);
        random.shuffle(&mut qubits);
    }
    qubits.truncate(n_wires);
    Layout::new(qubits, target.n_qubits)
}

/// For each wire those that it shares a gate with, sorted.
fn links(circuit: &Circuit) -> Vec<Vec<u16>> {
    let mut links = vec![Vec::new(); circuit.n_wires];
    circuit.visit(|op: &Op| {
        if let (OpKind::Gate { .. }, &[a, b]) = (&op.kind, op.wires().as_slice()) {
            links[a.0 as usize].push(b.0 as u16);
            links[b.0 as usize].push(a.0 as u16);
        }
    });
    for own in &mut links {
        own.sort_unstable();
        own.dedup();
    }
    links
}
