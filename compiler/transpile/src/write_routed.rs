//! Writes what routing decided as operations on the qubits of a device.
//!
//! A SWAP with a qubit that holds no wire is two CX: such a qubit is 0, before and after.

use qml_gates::Gate;
use qml_ir::circuit::{Op, OpKind, Wire};
use qml_source::Span;

use crate::choose_layout::PLAIN;
use crate::collect_blocks::{Block, collect_blocks};
use crate::graph::Graph;
use crate::random::Random;
use crate::route_swaps::{Costs, Layout, NONE, Source, Step, route};
use crate::target::Target;

/// What `write_steps` writes to.
pub struct Writer<'a> {
    /// The device.
    pub target: &'a Target,
    /// Bits of the circuit.
    pub n_bits: usize,
    /// Seed of the routing within branches.
    pub seed: u64,
    /// SWAPs up to now, those within branches too.
    pub n_swaps: usize,
}

impl Writer<'_> {
    /// The operations of routed blocks; `layout` is where the wires start, and then where they end.
    pub fn write_steps(&mut self, blocks: &[Block], steps: &[Step], layout: &mut Layout) -> Vec<Op> {
        let mut out = Vec::with_capacity(steps.len());
        let mut span = Span::default();
        for step in steps {
            match *step {
                Step::Swap(a, b) => {
                    self.n_swaps += 1;
                    let [is_a, is_b] = [a, b].map(|qubit| layout.wire[usize::from(qubit)] != NONE);
                    match (is_a, is_b) {
                        (true, true) => out.push(pair(Gate::Swap, a, b, span)),
                        (true, false) => out.extend([pair(Gate::Cx, a, b, span), pair(Gate::Cx, b, a, span)]),
                        (false, true) => out.extend([pair(Gate::Cx, b, a, span), pair(Gate::Cx, a, b, span)]),
                        (false, false) => {}
                    }
                    layout.swap(a, b);
                }
                Step::Block(i) => {
                    for op in &blocks[i as usize].ops {
                        span = op.span;
                        out.push(self.place(op, layout));
                    }
                }
            }
        }
        out
    }

    /// An operation where its wires are; a branch is routed inside and leaves the layout as it found it.
    fn place(&mut self, op: &Op, layout: &Layout) -> Op {
        if let OpKind::If { condition, then, otherwise } = &op.kind {
            let [then, otherwise] = [then, otherwise].map(|ops| self.write_region(ops, layout));
            return Op { kind: OpKind::If { condition: condition.clone(), then, otherwise }, span: op.span };
        }
        let mut op = op.clone();
        op.map_wires(&mut |wire| Wire(layout.qubit[wire.0 as usize].into()));
        op
    }

    fn write_region(&mut self, ops: &[Op], layout: &Layout) -> Vec<Op> {
        let blocks = collect_blocks(ops, layout.qubit.len());
        let graph = Graph::new(&blocks, layout.qubit.len(), self.n_bits);
        let costs = Costs::new(PLAIN, self.target);
        let source = Source::forwards(&graph);
        let random = &mut Random::new(self.seed, 0);
        let routed = route(source, self.target, &costs, layout.clone(), random, i64::MAX);
        let mut steps = routed.map(|router| router.steps).unwrap_or_default();
        let back: Vec<Step> =
            steps.iter().rev().filter(|step| matches!(step, Step::Swap(..))).copied().collect();
        steps.extend(back);
        self.write_steps(&blocks, &steps, &mut layout.clone())
    }
}

fn pair(gate: Gate, a: u16, b: u16, span: Span) -> Op {
    Op::gate(gate, &[], &[Wire(a.into()), Wire(b.into())], span)
}
