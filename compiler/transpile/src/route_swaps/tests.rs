//! Routed graphs: every gate once, in order, on coupled qubits.

use qml_ir::circuit::testing::{self, Options, random_circuit};

use super::{Costs, Layout, Router, Source, Step, Stretches, Weights, route, route_in_stretches};
use crate::choose_layout::PLAIN;
use crate::collect_blocks::collect_blocks;
use crate::graph::Graph;
use crate::pair_basis::PairBasis;
use crate::random::Random;
use crate::target::Target;

#[test]
fn every_gate_happens_once_on_coupled_qubits() {
    let mut stream = testing::Random::new(8);
    for shape in ["line:7", "grid:3x3", "heavy_hex:25"] {
        let target = Target::new(&qml_devices::find(shape).unwrap());
        for trial in 0..20 {
            let mut circuit = random_circuit(&mut stream, &Options::gates(7, 40));
            crate::lower_controls::lower_controls(&mut circuit).unwrap();
            let blocks = collect_blocks(circuit.ops.clone(), 7, PairBasis::Controlled);
            let graph = Graph::new(&blocks, 7, 0, PairBasis::Controlled);
            let start = Layout::new((0..7).collect(), target.n_qubits);
            let random = &mut Random::new(1, trial);
            let costs = [PLAIN, Weights { discount: 200, cx: 300, ..PLAIN }].map(|w| Costs::new(w, &target));
            let source = Source::forwards(&graph);
            let stretches = Stretches { n: 4, n_ways: 3, depth: 200 };
            let routers = [
                route(source, &target, &costs[0], start.clone(), random, i64::MAX).unwrap(),
                route_in_stretches(source, &target, &costs, start.clone(), random, stretches),
            ];
            for router in routers {
                assert_routed(&graph, &target, &start, &router);
            }
        }
    }
}

fn assert_routed(graph: &Graph, target: &Target, start: &Layout, router: &Router) {
    let mut at = start.clone();
    let mut done = vec![false; graph.pairs.len()];
    for &step in &router.steps {
        match step {
            Step::Swap(a, b) => {
                assert_eq!(target.distance(a, b), 1);
                at.swap(a, b);
            }
            Step::Block(op) => {
                assert!(!std::mem::replace(&mut done[op as usize], true));
                let earlier = (0..op).filter(|&before| graph.forwards.after(before).contains(&op));
                earlier.for_each(|before| assert!(done[before as usize]));
                if let Some(pair) = graph.pairs[op as usize] {
                    let [a, b] = pair.map(|wire| at.qubit[usize::from(wire)]);
                    assert_eq!(target.distance(a, b), 1);
                }
            }
        }
    }
    assert!(done.into_iter().all(|done| done));
    assert_eq!(at, router.layout);
}
