//! Circuits to the native gates and the coupling map of a device.
//!
//! [`compile`] is the pipeline; every pass is a file of its own. The crate must never learn where circuits come from,
//! nor what runs them.

mod attach_turns;
mod attribute_spans;
mod bind_blocks;
mod bits;
mod cancel_gates;
mod check_device;
mod choose_layout;
mod choose_result;
mod clifford_classes;
mod collect_blocks;
mod consolidate_pairs;
mod couple_paulis;
mod coupled_network;
mod device_facts;
mod effort;
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
mod follow_states;
mod graph;
mod lower_controls;
mod lower_native;
mod merge_cliffords;
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
mod setting;
mod shorten_windows;
mod stats;
pub mod stored;
mod stretches;
mod target;
mod template;
mod translate_pairs;
mod vary_circuit;
mod waiting;
mod window;
mod window_network;
mod write_native;
mod write_routed;

use qml_devices::Device;
use qml_ir::circuit::Circuit;
use qml_ir::specialise::bind::Node;
use qml_source::{Diagnostic, Span};
use rayon::prelude::*;

pub use device_facts::DeviceFacts;
pub use estimate::{Estimate, estimate};
pub use report::{Compile, check_shots, diagnose, report};
pub use schedule::{Exposure, exposures};
pub use stats::Stats;
pub use template::{Angles, Template};

use choose_layout::{Problem, Routed, choose_layouts, plain_layout};
use effort::Effort;
use pair_basis::PairBasis;
use setting::Setting;
use target::Target;

/// How to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// 0: no optimisation and the plain layout; 1: cancelling, merging and a short search for a layout; 2 and 3: longer
    /// searches.
    pub level: u8,
    /// Seed of the searches.
    pub seed: u64,
    /// All qubits of the result are measured in the Z basis right after the circuit: last turns about Z may go.
    pub measured: bool,
    /// All wires start in 0: above level 0, only what the circuit does then is kept, the result bits and the state of
    /// returned qubits. Without it, a circuit that returns all its wires and measures nothing is kept as a unitary, up to
    /// a global phase; of any other it is taken for granted, since nobody can put it behind something else.
    pub from_zeros: bool,
    /// Two-qubit runs whose angles don't stay affine in the slots may become three CX at most, their angles computed when
    /// values are bound ([`Compiled::computed`]); not at level 0. For whoever binds: in text that keeps its inputs free
    /// these slots would be further inputs.
    pub blocks_at_bind: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { level: 2, seed: 0, measured: false, from_zeros: false, blocks_at_bind: false }
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
    /// For each SWAP that routing inserted, and that adds gates, the gate of the source that it was needed for.
    pub swaps: Vec<Span>,
}

/// A circuit on coupled qubits of a device.
struct RoutedCircuit {
    circuit: Circuit,
    swaps: Vec<Span>,
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
    let setting = Setting::new(device, options)?;
    check_device::check_size(circuit, device, &setting.target)?;
    check_device::check_features(circuit, device)?;
    // To the threads once, not for every loop on its own.
    rayon::scope(|_| run_passes(circuit, &setting))
}

/// The passes, in order.
fn run_passes(circuit: &Circuit, setting: &Setting) -> Result<Compiled, Diagnostic> {
    let source = lower_source(circuit, setting)?;
    let (source, mut variants) = vary_circuit::vary_circuit(source, setting);
    let problem = |circuit| Problem::new(circuit, setting.target.pairs, setting.at_bind);
    let problems: Vec<Problem> = variants.par_iter_mut().map(problem).collect();
    let ways = route(&problems, circuit.n_wires, setting);
    let least = problems.iter().map(|problem| problem.n_cx).min().unwrap_or(0);
    let place = |(rank, way): (usize, &Routed)| {
        let blocks = &problems[way.problem].blocks;
        let placed = write_routed::write_routed(&variants[way.problem], blocks, &setting.target, way);
        shorten_routed(placed, setting.is_favourite(rank), setting)
    };
    let (mut finished, coupled) = rayon::join(
        || ways.par_iter().enumerate().map(place).collect::<Vec<Finished>>(),
        || couple(&source, &ways, least, setting),
    );
    finished.extend(coupled);
    choose_result::keep_promising(&mut finished, setting.target.pairs, setting.depth_weight);
    let write = |finished| write_native::write_native(finished, setting);
    let compiled: Vec<Compiled> = finished.into_par_iter().map(write).collect();
    let chosen = choose_result::choose_result(&compiled, &setting.facts, setting.depth_weight);
    compiled.into_iter().nth(chosen).map_or_else(|| qml_source::bug!("no layout was tried"), Ok)
}

/// Gates on one or two wires, above level 0 without what cannot change the result.
fn lower_source(circuit: &Circuit, setting: &Setting) -> Result<Circuit, Diagnostic> {
    let mut circuit = circuit.clone();
    remove_idle(&mut circuit, setting);
    lower_controls::lower_controls(&mut circuit)?;
    // Again: a gate on many wires may have been kept for the sake of one.
    remove_idle(&mut circuit, setting);
    checked(&circuit);
    Ok(circuit)
}

/// Without what cannot change the result.
fn remove_idle(circuit: &mut Circuit, setting: &Setting) {
    if !setting.is_shortened {
        return;
    }
    if setting.options.from_zeros || follow_states::starts_from_zeros(circuit) {
        follow_states::follow_states(circuit);
    }
    remove_unread::remove_unread(circuit, setting.options.measured);
}

/// The best ways to route any of the problems, best first.
fn route(problems: &[Problem], n_wires: usize, setting: &Setting) -> Vec<Routed> {
    let seed = setting.options.seed;
    let mut ways = match Effort::of_level(setting.options.level) {
        None => vec![plain_layout(&problems[0], n_wires, &setting.target, seed)],
        Some(effort) => choose_layouts(problems, n_wires, &setting.target, &effort, seed),
    };
    // What is far behind does not catch up when SWAPs merge.
    let key = |way: &Routed| way.key(setting.depth_weight);
    let limit = ways.iter().map(key).min().unwrap_or(0);
    ways.retain(|way| key(way) / 2 <= limit);
    ways
}

/// The source as Pauli networks on the couplings, in place of the best ways where routing adds much to `least` CX.
fn couple(source: &Circuit, ways: &[Routed], least: i64, setting: &Setting) -> Vec<Finished> {
    let mut found = Vec::new();
    let is_dear = |way: &Routed| 100 * (way.n_cx - least) > setting.coupled_above() * least;
    for (rank, way) in ways.iter().enumerate().take(setting.n_coupled()).filter(|way| is_dear(way.1)) {
        let limit = usize::try_from(way.n_cx).unwrap_or(0);
        match couple_paulis::couple_paulis(source, &setting.target, &way.start, limit) {
            Some(circuit) => {
                let routed = RoutedCircuit { circuit, swaps: Vec::new() };
                found.push(shorten_routed(routed, setting.is_favourite(rank), setting));
            }
            // From elsewhere it is hardly shorter by that much.
            None if limit > coupled_network::MAX_SMALL => break,
            None => {}
        }
    }
    found
}

/// With fewer gates: SWAPs merge with the gates beside them.
fn shorten_routed(routed: RoutedCircuit, is_favourite: bool, setting: &Setting) -> Finished {
    let RoutedCircuit { mut circuit, swaps } = routed;
    let mut computed = Vec::new();
    if setting.is_shortened {
        shorten(&mut circuit, setting.target.pairs);
        if is_favourite {
            shorten_all_windows(&mut circuit, setting);
        }
        if setting.at_bind {
            bind_blocks::bind_blocks(&mut circuit, setting.target.pairs, &mut computed);
        }
        schedule_blocks::schedule_blocks(&mut circuit, setting.target.pairs);
        checked(&circuit);
    }
    Finished { circuit, computed, swaps }
}

/// The windows of a circuit on the device, until they don't get shorter. Fewer gates in a window may make the circuit
/// deeper: then it stays as it was.
fn shorten_all_windows(circuit: &mut Circuit, setting: &Setting) {
    let shorten_windows::Effort { rounds, steps } = shorten_windows::Effort::of_level(setting.options.level);
    let pairs = setting.target.pairs;
    let cost = |circuit: &Circuit| choose_result::gates_and_depth(circuit, pairs, setting.depth_weight);
    let mut least = cost(circuit);
    for _ in 0..rounds {
        let before = circuit.clone();
        if shorten_windows::shorten_windows(circuit, &setting.target, steps) == 0 {
            return;
        }
        shorten(circuit, pairs);
        let now = cost(circuit);
        if now > least {
            *circuit = before;
            return;
        }
        least = now;
    }
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

/// Debug builds check the circuit after every pass.
fn checked(circuit: &Circuit) {
    if cfg!(debug_assertions) {
        circuit.validate();
    }
}

#[cfg(test)]
mod tests;
