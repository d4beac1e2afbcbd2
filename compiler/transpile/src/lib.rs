//! Circuits to the native gates and the coupling map of a device.
//!
//! [`compile`] is the pipeline; every pass is a file of its own. The crate must never learn where circuits come from,
//! nor what runs them.

mod attribute_spans;
mod bind_blocks;
mod cancel_gates;
mod check_device;
mod choose_layout;
mod choose_result;
mod collect_blocks;
mod consolidate_pairs;
mod couple_paulis;
mod coupled_network;
mod device_facts;
mod elide_swaps;
mod embed;
mod emit_canonical;
mod emit_iswap;
mod estimate;
mod find_line;
mod find_region;
mod fold_angles;
mod fold_parities;
mod fold_paulis;
mod follow_zeros;
mod graph;
mod lower_controls;
mod lower_native;
mod move_states;
mod one_qubit;
mod pair_basis;
mod pair_matrix;
mod parity_network;
mod parity_tree;
mod parity_twine;
mod pass_turns;
mod pauli_network;
mod pauli_string;
mod place_by_errors;
mod random;
mod remove_unread;
mod report;
mod route_swaps;
mod schedule;
mod schedule_blocks;
mod stats;
pub mod stored;
mod target;
mod template;
mod translate_pairs;
mod waiting;
mod write_routed;

use qml_devices::Device;
use qml_ir::circuit::{Circuit, Wire};
use qml_ir::specialise::bind::Node;
use qml_source::{Diagnostic, Span};
use rayon::prelude::*;

pub use device_facts::DeviceFacts;
pub use estimate::{Estimate, estimate};
pub use report::{Compile, check_shots, diagnose, report};
pub use schedule::{Exposure, exposures};
pub use stats::Stats;
pub use template::{Angles, Template};

use choose_layout::{Effort, Problem, Routed, choose_layouts, plain_layout};
use collect_blocks::Block;
use pair_basis::PairBasis;
use target::Target;
use write_routed::Writer;

/// How to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// 0: no optimisation and the plain layout; 1: cancelling, merging and a short search for a layout; 2 and 3: longer
    /// searches.
    pub level: u8,
    /// Seed of the searches.
    pub seed: u64,
    /// All qubits of the result are measured in the Z basis right after the circuit: last turns about Z may go. Without
    /// it, a circuit that returns all its wires and measures nothing is kept as a unitary, up to a global phase; of any
    /// other, above level 0, what it does to wires that start in 0: the result bits, and the state of returned qubits.
    pub measured: bool,
    /// Two-qubit runs whose angles don't stay affine in the slots may become three CX at most, their angles computed when
    /// values are bound ([`Compiled::computed`]); not at level 0. For whoever binds: in text that keeps its inputs free
    /// these slots would be further inputs.
    pub blocks_at_bind: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { level: 2, seed: 0, measured: false, blocks_at_bind: false }
    }
}

/// A circuit on the qubits of a device, with its figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Compiled {
    /// The circuit; as many wires as the device has qubits, and one for the resonator of a star. `layout`, `final_layout` and `output` tell where the source's
    /// wires are. Global phase is not kept.
    pub circuit: Circuit,
    /// The slots that compilation appended to those of the source, in order: what each is computed from.
    pub computed: Vec<Node>,
    /// Its figures.
    pub stats: Stats,
    /// For each SWAP that routing inserted the gate of the source that it was needed for.
    pub swaps: Vec<Span>,
}

/// A circuit on the qubits of a device with as few gates as are known, not yet in native ones.
struct Finished {
    circuit: Circuit,
    computed: Vec<Node>,
    swaps: Vec<Span>,
}

/// Compiles a circuit for a device. The same input gives the same output, on any number of threads.
///
/// Errors: Q0705 where the device cannot be compiled for yet, Q0710 where it is too small, Q0711 to Q0713 where it lacks
/// what the circuit needs, Q0714 for matrices that are too large.
pub fn compile(circuit: &Circuit, device: &Device, options: &Options) -> Result<Compiled, Diagnostic> {
    let basis = device.native_basis()?;
    let target = Target::new(device);
    let facts = DeviceFacts::new(device);
    check_device::check_size(circuit, device, &target)?;
    check_device::check_features(circuit, device)?;

    let mut lowered = circuit.clone();
    let is_shortened = options.level > 0;
    if is_shortened {
        remove_idle(&mut lowered, options.measured);
    }
    lower_controls::lower_controls(&mut lowered)?;
    if is_shortened {
        // Again: a gate on many wires may have been kept for the sake of one.
        remove_idle(&mut lowered, options.measured);
    }
    checked(&lowered);
    let (source, mut variants) =
        if options.level > 0 { variants(lowered, &target) } else { (Circuit::default(), vec![lowered]) };
    // Three CX for any block are worth it where each is one gate.
    let at_bind =
        options.blocks_at_bind && matches!(target.pairs, PairBasis::Controlled | PairBasis::Rotation);
    let problems: Vec<Problem> =
        variants.par_iter_mut().map(|circuit| Problem::new(circuit, target.pairs, at_bind)).collect();
    let n_wires = circuit.n_wires;
    let mut ways = match Effort::of_level(options.level) {
        None => vec![plain_layout(&problems[0], n_wires, &target, options.seed)],
        Some(effort) => choose_layouts(&problems, n_wires, &target, &effort, options.seed),
    };
    // As much depth as gates where nothing has to be routed: there fewer gates come at the price of many steps.
    let weight = if target.is_complete() { 1 } else { 2 };
    // What is far behind does not catch up when SWAPs merge.
    let limit = ways.iter().map(|routed| routed.key(weight)).min().unwrap_or(0);
    ways.retain(|routed| routed.key(weight) / 2 <= limit);
    let least = problems.iter().map(|problem| problem.n_cx).min().unwrap_or(0);
    let coupled = |routed: &Routed| {
        // Where routing adds next to nothing there is nothing to gain.
        let is_dear = options.level > 1 && routed.n_cx > least + least / 20;
        let limit = usize::try_from(routed.n_cx).unwrap_or(0);
        let way = || couple_paulis::couple_paulis(&source, &target, &routed.start, limit, &COUPLED);
        is_dear.then(way).flatten()
    };
    let lower = |mut circuit: Circuit| {
        translate_pairs::translate_pairs(&mut circuit, basis.two_qubit);
        let computed = lower_native::lower_native(&mut circuit, device, basis, options.measured);
        checked(&circuit);
        (circuit, computed)
    };
    // Then a circuit that moves is lowered anew: gates of one direction alone may have to be turned round.
    let is_directed = device.coupling.all_edges().any(|(_, _, facts)| facts.first.is_some());
    let finish = |(mut circuit, swaps): (Circuit, Vec<Span>)| -> Finished {
        let mut computed = Vec::new();
        if options.level > 0 {
            // Again: SWAPs merge with the gates beside them.
            shorten(&mut circuit, target.pairs);
            if at_bind {
                bind_blocks::bind_blocks(&mut circuit, target.pairs, &mut computed);
            }
            schedule_blocks::schedule_blocks(&mut circuit, target.pairs);
            checked(&circuit);
        }
        Finished { circuit, computed, swaps }
    };
    let write = |finished: Finished| {
        let Finished { circuit, mut computed, swaps } = finished;
        let kept = is_directed.then(|| circuit.clone());
        let (mut native, mut folded) = lower(circuit);
        let budget = place_by_errors::budget(options.level);
        if let Some(to) = place_by_errors::better_place(&native, &facts, &target, budget) {
            let is_kept = kept.is_some();
            let mut circuit = kept.unwrap_or_else(|| native.clone());
            place_by_errors::move_to(&to, &mut circuit);
            let moved = if is_kept { lower(circuit) } else { (circuit, folded.clone()) };
            if choose_result::log_fidelity(&moved.0, &facts) > choose_result::log_fidelity(&native, &facts) {
                (native, folded) = moved;
            }
        }
        computed.extend(folded);
        if device.is_star() {
            move_states::move_states(&mut native);
        }
        let stats = stats::measure(&native, &facts, swaps.len());
        Compiled { circuit: native, computed, stats, swaps }
    };
    let finished = |(rank, routed): (usize, &Routed)| -> Vec<Finished> {
        let (source, blocks) = (&variants[routed.problem], &problems[routed.problem].blocks);
        let placed = place(source, blocks, &target, routed);
        let coupled = if rank < 2 || options.level > 2 { coupled(routed) } else { None };
        std::iter::once(placed).chain(coupled.map(|circuit| (circuit, Vec::new()))).map(finish).collect()
    };
    let finished: Vec<Vec<Finished>> = ways.par_iter().enumerate().map(finished).collect();
    let mut finished: Vec<Finished> = finished.into_iter().flatten().collect();
    choose_result::keep_promising(&mut finished, target.pairs, weight);
    let compiled: Vec<Compiled> = finished.into_par_iter().map(write).collect();
    let chosen = choose_result::choose_result(&compiled, &facts, weight);
    compiled.into_iter().nth(chosen).map_or_else(|| qml_source::bug!("no layout was tried"), Ok)
}

/// Without what cannot change the result.
fn remove_idle(circuit: &mut Circuit, measured: bool) {
    if follow_zeros::starts_from_zeros(circuit) {
        follow_zeros::follow_zeros(circuit);
    }
    remove_unread::remove_unread(circuit, measured);
}

/// What Pauli networks on couplings weigh, one after the other.
const COUPLED: [coupled_network::Weights; 3] = [
    coupled_network::Weights { fading: 900, table: 100 },
    coupled_network::Weights { fading: 970, table: 200 },
    coupled_network::Weights { fading: 800, table: 30 },
];

/// Rewrites a circuit; how often, or by how much.
type Fold<'a> = dyn Fn(&mut Circuit) -> usize + Sync + 'a;

/// The circuit with its permutation taken out, and with fewer gates, in ways of which only routing shows which is the
/// best.
fn variants(mut circuit: Circuit, target: &Target) -> (Circuit, Vec<Circuit>) {
    elide_swaps::elide_swaps(&mut circuit);
    cancel_gates::cancel_gates(&mut circuit);
    let n_cx = |circuit: &Circuit| circuit.ops.iter().map(|op| target.pairs.cost(op)).sum::<usize>();
    let slide = |circuit: &mut Circuit| fold_parities::slide_parities(circuit, target);
    let mut folds: Vec<&Fold> = vec![&|_| 1, &fold_parities::fold_parities, &fold_paulis::fold_paulis];
    if !target.is_complete() {
        // On a line, and on a region of the device: nothing has to be routed.
        folds.extend([&fold_parities::twine_parities as &Fold, &slide]);
    }
    let source = circuit;
    let folded = |fold: &&Fold| {
        let mut folded = source.clone();
        (fold(&mut folded) > 0).then(|| {
            elide_swaps::elide_swaps(&mut folded);
            shorten(&mut folded, target.pairs);
            folded
        })
    };
    let mut variants: Vec<Option<Circuit>> = folds.par_iter().map(folded).collect();
    let limit = variants[0].as_ref().map_or(0, n_cx);
    for (i, variant) in variants.iter_mut().enumerate().skip(1) {
        // What is made for couplings needs no SWAPs.
        let limit = if i >= 3 { 2 * limit } else { limit };
        variant.take_if(|variant| n_cx(variant) >= limit);
    }
    let variants = variants.into_iter().flatten().collect();
    (source, variants)
}

/// Whether the device is large enough for the circuit and can do what it asks for, as [`compile`] demands.
pub fn check(circuit: &Circuit, device: &Device) -> Result<(), Diagnostic> {
    check_device::check_size(circuit, device, &Target::new(device))?;
    check_device::check_features(circuit, device)
}

/// Fewer gates, the same wires.
fn shorten(circuit: &mut Circuit, basis: PairBasis) {
    cancel_gates::cancel_gates(circuit);
    consolidate_pairs::consolidate_pairs(circuit, basis);
    // After consolidation: gates of neighbouring runs meet.
    cancel_gates::cancel_gates(circuit);
    checked(circuit);
}

/// The native circuit shortened as it stands on the device, layouts kept; `compiled` if it doesn't get better.
fn lower_again(
    mut circuit: Circuit,
    compiled: &Compiled,
    device: &Device,
    options: &Options,
) -> Result<Compiled, Diagnostic> {
    let basis = device.native_basis()?;
    let plain = circuit.clone();
    lower_controls::lower_controls(&mut circuit)?;
    let pairs = PairBasis::of(basis.two_qubit);
    shorten(&mut circuit, pairs);
    schedule_blocks::schedule_blocks(&mut circuit, pairs);
    translate_pairs::translate_pairs(&mut circuit, basis.two_qubit);
    lower_native::lower_native(&mut circuit, device, basis, options.measured);
    checked(&circuit);
    let facts = DeviceFacts::new(device);
    let measured = |circuit: Circuit| {
        let stats = stats::measure(&circuit, &facts, compiled.swaps.len());
        Compiled { circuit, computed: Vec::new(), stats, swaps: compiled.swaps.clone() }
    };
    let key = |compiled: &Compiled| (compiled.stats.two_qubit_gates, compiled.stats.one_qubit_gates);
    let (plain, again) = (measured(plain), measured(circuit));
    Ok(if key(&again) < key(&plain) { again } else { plain })
}

/// The circuit on the qubits of the device, and the gates that its SWAPs are for.
fn place(circuit: &Circuit, blocks: &[Block], target: &Target, routed: &Routed) -> (Circuit, Vec<Span>) {
    let mut end = routed.start.clone();
    let mut writer = Writer { swaps: Vec::new() };
    let ops = writer.write_steps(blocks, &routed.steps, &routed.regions, Span::default(), &mut end);
    let at = |layout: &route_swaps::Layout, wire: &Wire| Wire(layout.qubit[wire.0 as usize].into());
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
    (placed, writer.swaps)
}

/// Debug builds check the circuit after every pass.
fn checked(circuit: &Circuit) {
    if cfg!(debug_assertions) {
        circuit.validate();
    }
}

#[cfg(test)]
mod tests;
