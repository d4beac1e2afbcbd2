//! Writes what routing decided as operations on the qubits of a device.
//!
//! A SWAP with a qubit that holds no wire is two CX: such a qubit is 0, before and after.

use qml_gates::Gate;
use qml_ir::circuit::{Circuit, Op, OpKind, Wire};
use qml_source::Span;

use crate::RoutedCircuit;
use crate::choose_layout::Routed;
use crate::collect_blocks::Block;
use crate::route_swaps::{Layout, NONE, Regions, RoutedRegion, Step};
use crate::target::Target;

/// The circuit on the qubits of the device, and the gates that its SWAPs are for.
pub fn write_routed(circuit: &Circuit, blocks: &[Block], target: &Target, routed: &Routed) -> RoutedCircuit {
    let mut end = routed.start.clone();
    let mut writer = Writer { swaps: Vec::new() };
    let ops = writer.write_steps(blocks, &routed.steps, &routed.regions, Span::default(), &mut end);
    let at = |layout: &Layout, wire: &Wire| Wire(layout.qubit[wire.0 as usize].into());
    let wires = Circuit::wires(0..circuit.n_wires as u32);
    let or_own = |layout: &[Wire]| if layout.is_empty() { wires.clone() } else { layout.to_vec() };
    let placed = Circuit {
        n_wires: target.n_qubits,
        ops,
        output: circuit.output.iter().map(|wire| at(&end, wire)).collect(),
        layout: or_own(&circuit.layout).iter().map(|wire| at(&routed.start, wire)).collect(),
        final_layout: or_own(&circuit.final_layout).iter().map(|wire| at(&end, wire)).collect(),
        name: circuit.name.clone(),
        n_bits: circuit.n_bits,
        slots: circuit.slots.clone(),
        result_bits: circuit.result_bits.clone(),
        unfinished: circuit.unfinished.clone(),
    };
    RoutedCircuit { circuit: placed, swaps: writer.swaps }
}

/// What `write_steps` writes to.
struct Writer {
    /// The gates that SWAPs up to now were needed for, those within branches too; but for SWAPs that add no gate.
    swaps: Vec<Span>,
}

impl Writer {
    /// The operations of routed blocks; `layout` is where the wires start, and then where they end. SWAPs that serve no
    /// gate of the blocks are for the one at `origin`.
    fn write_steps(
        &mut self,
        blocks: &[Block],
        steps: &[Step],
        regions: &Regions,
        origin: Span,
        layout: &mut Layout,
    ) -> Vec<Op> {
        let n_ops = steps.iter().map(|step| match *step {
            Step::Swap(..) => 2,
            Step::Block(i) => blocks[i as usize].ops.len(),
        });
        let mut out = Vec::with_capacity(n_ops.sum());
        let causes = causes(blocks, steps, regions, origin, layout);
        // The block that was the last one on each qubit.
        let mut latest: Vec<Option<&Block>> = vec![None; layout.wire.len()];
        for (step, span) in steps.iter().zip(causes) {
            match *step {
                Step::Swap(a, b) => {
                    if !is_free(&mut latest, a, b) {
                        self.swaps.push(span);
                    }
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
                    let block = &blocks[i as usize];
                    match regions.get(&i) {
                        Some(region) => {
                            out.extend(self.write_region(block, region, layout));
                            latest.fill(None);
                        }
                        None => {
                            let first = out.len();
                            out.extend(block.ops.iter().map(|op| place(op, layout)));
                            // A SWAP may go past a gate on one qubit.
                            let is_turn = |op: &Op| matches!(op.kind, OpKind::Gate { .. }) && !is_pair(op);
                            for op in out[first..].iter().filter(|op| !is_turn(op)) {
                                op.wires().iter().for_each(|wire| latest[wire.0 as usize] = Some(block));
                            }
                        }
                    }
                }
            }
        }
        out
    }

    /// A branch, both sides of which end with the wires in the same places.
    fn write_region(&mut self, block: &Block, region: &RoutedRegion, layout: &mut Layout) -> Option<Op> {
        let op = block.ops.first()?;
        let OpKind::If { condition, .. } = &op.kind else { return None };
        let mut origin = Span::default();
        op.visit(&mut |op| {
            if origin == Span::default() && is_pair(op) {
                origin = op.span;
            }
        });
        let [then, otherwise] = region.sides.each_ref().map(|side| {
            let mut end = layout.clone();
            self.write_steps(&side.blocks, &side.steps, &side.regions, origin, &mut end)
        });
        layout.clone_from(&region.exit);
        Some(Op { kind: OpKind::If { condition: condition.clone(), then, otherwise }, span: op.span })
    }
}

/// Whether a SWAP adds no gate to the block before it, on the same pair, and so but gives its wires other places: a CX is
/// two iSWAPs, with a SWAP behind it one.
fn is_free(latest: &mut [Option<&Block>], a: u16, b: u16) -> bool {
    let [of_a, of_b] = [a, b].map(|qubit| latest[usize::from(qubit)].take());
    match (of_a, of_b) {
        (Some(block), Some(other)) => {
            std::ptr::eq(block, other) && block.pair.is_some() && block.n_mirror <= block.n_cx
        }
        _ => false,
    }
}

/// An operation where its wires are.
fn place(op: &Op, layout: &Layout) -> Op {
    let mut op = op.clone();
    op.map_wires(&mut |wire| Wire(layout.qubit[wire.0 as usize].into()));
    op
}

/// For each step the gate that it serves: for a SWAP the next one on two wires that either of its wires meets; if there is
/// none, the one before.
fn causes(blocks: &[Block], steps: &[Step], regions: &Regions, origin: Span, layout: &Layout) -> Vec<Span> {
    let mut layout = layout.clone();
    // Which wires each SWAP moves.
    let mut moved = |step: &Step| match *step {
        Step::Swap(a, b) => {
            let wires = [a, b].map(|qubit| layout.wire[usize::from(qubit)]);
            layout.swap(a, b);
            wires
        }
        Step::Block(block) => {
            if let Some(region) = regions.get(&block) {
                layout.clone_from(&region.exit);
            }
            [NONE; 2]
        }
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
                for &wire in &*gate.map(Op::wires).unwrap_or_default() {
                    next[wire.0 as usize] = gate.map(|gate| (i, gate.span));
                }
            }
        }
    }
    let mut before = blocks.iter().find_map(gate_of).map_or(origin, |gate| gate.span);
    let or_before = |cause: Option<Span>| {
        before = cause.unwrap_or(before);
        before
    };
    causes.into_iter().map(or_before).collect()
}

/// The first gate on two wires.
fn gate_of(block: &Block) -> Option<&Op> {
    block.ops.iter().find(|op| is_pair(op))
}

fn is_pair(op: &Op) -> bool {
    matches!(op.kind, OpKind::Gate { .. }) && op.wires().len() > 1
}

fn pair(gate: Gate, a: u16, b: u16, span: Span) -> Op {
    Op::gate(gate, &[], &[Wire(a.into()), Wire(b.into())], span)
}
