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
    /// The gates that SWAPs up to now were needed for, those within branches too.
    pub swaps: Vec<Span>,
}

impl Writer<'_> {
    /// The operations of routed blocks; `layout` is where the wires start, and then where they end.
    pub fn write_steps(&mut self, blocks: &[Block], steps: &[Step], layout: &mut Layout) -> Vec<Op> {
        let mut out = Vec::with_capacity(steps.len());
        let causes = causes(blocks, steps, layout);
        for (step, span) in steps.iter().zip(causes) {
            match *step {
                Step::Swap(a, b) => {
                    self.swaps.push(span);
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
                    out.extend(blocks[i as usize].ops.iter().map(|op| self.place(op, layout)));
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
        let blocks = collect_blocks(ops.to_vec(), layout.qubit.len(), self.target.pairs);
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

/// For each step the gate that it serves: for a SWAP the next one on two wires that either of its wires meets; if there is
/// none, the one before.
fn causes(blocks: &[Block], steps: &[Step], layout: &Layout) -> Vec<Span> {
    let mut layout = layout.clone();
    // Which wires each SWAP moves.
    let mut moved = |step: &Step| match *step {
        Step::Swap(a, b) => {
            let wires = [a, b].map(|qubit| layout.wire[usize::from(qubit)]);
            layout.swap(a, b);
            wires
        }
        Step::Block(_) => [NONE; 2],
    };
    let moved: Vec<[u16; 2]> = steps.iter().map(&mut moved).collect();
    // Going back: the next such gate of each wire, and where in the steps it is.
    let mut next: Vec<Option<(usize, Span)>> = vec![None; layout.qubit.len()];
    let mut causes = vec![None; steps.len()];
    for (i, step) in steps.iter().enumerate().rev() {
        match *step {
            Step::Swap(..) => {
                let of_wire = |wire: &u16| next.get(usize::from(*wire)).copied().flatten();
                causes[i] = moved[i].iter().filter_map(of_wire).min_by_key(|at| at.0).map(|at| at.1);
            }
            Step::Block(block) => {
                let gate = gate_of(&blocks[block as usize]);
                causes[i] = gate.map(|gate| gate.span);
                for wire in gate.map(Op::wires).unwrap_or_default() {
                    next[wire.0 as usize] = gate.map(|gate| (i, gate.span));
                }
            }
        }
    }
    let mut before = blocks.iter().find_map(gate_of).map(|gate| gate.span).unwrap_or_default();
    let or_before = |cause: Option<Span>| {
        before = cause.unwrap_or(before);
        before
    };
    causes.into_iter().map(or_before).collect()
}

/// The first gate on two wires.
fn gate_of(block: &Block) -> Option<&Op> {
    block.ops.iter().find(|op| matches!(op.kind, OpKind::Gate { .. }) && op.wires().len() > 1)
}

fn pair(gate: Gate, a: u16, b: u16, span: Span) -> Op {
    Op::gate(gate, &[], &[Wire(a.into()), Wire(b.into())], span)
}
