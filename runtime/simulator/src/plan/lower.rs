//! From a circuit to entries: rotations, phases, matrices and flips at positions of the state index.
//!
//! Expects: a valid circuit. Keeps: the state, including its global phase.

mod noisy;
mod runs;

use std::collections::{BTreeMap, BTreeSet};
use std::f64::consts::PI;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, BitExpr, Circuit, Control, Op, OpKind, Pauli, Wire};

use super::measured::last_measurements;
use super::pairs::fuse_pairs;
use super::pieces::Run;
use super::schedule::{Entry, schedule};
use super::track::{Track, Unit};
use super::{Arguments, Block, Entries, Factor, MatrixSource, Plan, Select, Step, TILE_WIRES, Trig};
use crate::C64;
use crate::noise::{Noise, Readout};

use noisy::Beside;
pub(crate) use noisy::{Chances, Planned, Undone};

/// What a plan is for.
#[derive(Clone, Copy)]
pub(super) enum Kind<'a> {
    /// The state of a circuit.
    State,
    /// Shots of a circuit with noise.
    Shots(&'a Noise),
    /// The same with a step for each channel, to be gone back through.
    Trajectories(&'a Noise),
    /// The density matrix of a circuit with noise, see [`noisy`].
    Density(&'a Noise),
    /// The same with channels apart from unitaries, to be gone back through.
    LayeredDensity(&'a Noise),
}

impl<'a> Kind<'a> {
    /// What happens besides the circuit, where anything does.
    fn noise(self) -> Option<&'a Noise> {
        match self {
            Self::State => None,
            Self::Shots(noise)
            | Self::Trajectories(noise)
            | Self::Density(noise)
            | Self::LayeredDensity(noise) => Some(noise),
        }
    }

    fn is_density(self) -> bool {
        matches!(self, Self::Density(_) | Self::LayeredDensity(_))
    }
}

/// Plans a circuit.
pub(super) fn lower(circuit: &Circuit, kind: Kind<'_>) -> Plan {
    let n_wires = if kind.is_density() { 2 * circuit.n_wires } else { circuit.n_wires };
    let mut builder = Builder {
        kind,
        number: 0,
        position: (0..n_wires as u32).collect(),
        pending: vec![Run::default(); n_wires],
        entries: Vec::new(),
        constants: BTreeMap::new(),
        maps: BTreeSet::new(),
        units: Vec::new(),
        beside: Beside::default(),
        is_straight: true,
        plan: Plan {
            n_wires,
            n_bits: circuit.n_bits,
            slots: circuit.slots.clone(),
            steps: Vec::new(),
            segments: Vec::new(),
            angles: Vec::new(),
            trigs: Vec::new(),
            arguments: Arguments::default(),
            tables: Default::default(),
            matrices: Vec::new(),
            n_entries: 0,
            channels: Vec::new(),
            channel_runs: Vec::new(),
            tracks: Vec::new(),
            coefficients: Vec::new(),
            readout: Readout::default(),
            n_forms: 0,
            phase: Angle::default(),
            output: Vec::new(),
            result_bits: circuit.result_bits.clone(),
            unfinished: circuit.unfinished.iter().map(|cut| cut.condition.clone()).collect(),
        },
    };
    let last = last_measurements(circuit);
    if let Kind::Trajectories(noise) = kind {
        builder.in_layers(circuit, &last, noise);
    } else {
        for (op, is_last) in circuit.ops.iter().zip(last) {
            builder.op(op, is_last);
        }
    }
    builder.flush_all();
    builder.close_channels();
    let mut plan = builder.plan;
    plan.arguments = Arguments::new(&plan.angles, &plan.trigs);
    plan.output = circuit.output.iter().map(|wire| builder.position[wire.0 as usize]).collect();
    if let Some(noise) = kind.noise() {
        plan.readout = Readout::new(circuit.output.iter().map(|wire| noise.readout_error(*wire)));
    }
    plan
}

struct Builder<'a> {
    kind: Kind<'a>,
    /// Which operation comes next, in the order of `Circuit::visit`.
    number: usize,
    /// Where each wire is, as a bit of a state index.
    position: Vec<u32>,
    /// For each wire, the one-qubit gates that are not yet entries.
    pending: Vec<Run>,
    /// What is not yet a step.
    entries: Vec<Entry>,
    /// Trigs that are always the same, by the bits of their arguments.
    constants: BTreeMap<u64, usize>,
    /// Matrices that are channels of a density matrix.
    maps: BTreeSet<usize>,
    /// Channels with the gates before them that are not yet a step.
    units: Vec<Unit>,
    /// The channels that are the last steps.
    beside: Beside,
    /// Outside of all branches, where wires may be relabelled.
    is_straight: bool,
    plan: Plan,
}

impl Builder<'_> {
    fn step_of(&mut self, op: &Op, is_last: bool) {
        match &op.kind {
            OpKind::Gate { gate, angles, wires, controls } => self.gate(*gate, angles, wires, controls),
            OpKind::PauliRotation { pauli, angle, controls } => self.pauli_rotation(pauli, angle, controls),
            OpKind::Unitary { matrix, wires, controls } => match (&wires[..], &matrix[..], &controls[..]) {
                (&[wire], &[a, b, c, d], []) => self.pending[wire.0 as usize].push_matrix([a, b, c, d]),
                _ => self.matrix(Entries::Constant(matrix.to_vec()), wires, controls),
            },
            OpKind::Measure { wire, bit } => {
                self.flush(*wire);
                let (position, bit) = (self.at(*wire), bit.0 as usize);
                self.step(Step::Measure { position, bit, is_last });
            }
            OpKind::Reset { wire } => {
                self.flush(*wire);
                let position = self.at(*wire);
                self.step(Step::Reset { position });
            }
            OpKind::If { condition, then, otherwise } => self.branch(condition, then, otherwise),
            OpKind::Barrier { .. } => {}
        }
    }

    fn branch(&mut self, condition: &BitExpr, then: &[Op], otherwise: &[Op]) {
        self.flush_all();
        let was_straight = std::mem::replace(&mut self.is_straight, false);
        let branch = self.plan.steps.len();
        self.step(Step::Branch { condition: condition.clone(), otherwise: 0 });
        for op in then {
            self.op(op, false);
        }
        self.flush_all();
        let jump = self.plan.steps.len();
        self.step(Step::Jump { to: 0 });
        for op in otherwise {
            self.op(op, false);
        }
        self.flush_all();
        let end = self.plan.steps.len();
        self.plan.steps[jump] = Step::Jump { to: end };
        self.plan.steps[branch] = Step::Branch { condition: condition.clone(), otherwise: jump + 1 };
        self.is_straight = was_straight;
    }

    fn gate(&mut self, gate: Gate, angles: &[Angle], wires: &[Wire], controls: &[Control]) {
        if let Some((n_controls, base)) = gate.def().control {
            // The first angles are the base's; `cu` has a phase of its own after them.
            let own = wires[..n_controls].iter().map(|&wire| Control { wire, on_one: true });
            let all: Vec<Control> = controls.iter().copied().chain(own).collect();
            return self.gate(base, angles, &wires[n_controls..], &all);
        }
        match (gate, wires) {
            (Gate::Gphase, _) => self.phase(&angles[0], controls),
            (Gate::Swap, &[a, b]) => self.swap(a, b, controls),
            (Gate::Rxx, &[a, b]) => {
                self.pauli_rotation(&[(a, Pauli::X), (b, Pauli::X)], &angles[0], controls);
            }
            (Gate::Ryy, &[a, b]) => {
                self.pauli_rotation(&[(a, Pauli::Y), (b, Pauli::Y)], &angles[0], controls);
            }
            (Gate::Rzz, &[a, b]) => {
                self.pauli_rotation(&[(a, Pauli::Z), (b, Pauli::Z)], &angles[0], controls);
            }
            (Gate::Rzx, &[a, b]) => {
                self.pauli_rotation(&[(a, Pauli::Z), (b, Pauli::X)], &angles[0], controls);
            }
            (_, &[wire]) if controls.is_empty() => self.one_qubit(gate, angles, wire),
            (_, &[wire]) => self.controlled(gate, angles, wire, controls),
            _ => {
                let range = self.add_angles(angles);
                self.matrix(Entries::Gate(gate, range), wires, controls);
            }
        }
    }

    fn one_qubit(&mut self, gate: Gate, angles: &[Angle], wire: Wire) {
        if self.pending[wire.0 as usize].push_gate(gate, angles) {
            return;
        }
        let factor = self.factor(gate, angles);
        match factor {
            Factor::Constant(matrix) => self.pending[wire.0 as usize].push_matrix(matrix),
            Factor::Gate(..) => self.pending[wire.0 as usize].push_factor(factor),
        }
    }

    fn controlled(&mut self, gate: Gate, angles: &[Angle], wire: Wire, controls: &[Control]) {
        let phase = match gate {
            Gate::Z => Some(PI),
            Gate::S => Some(PI / 2.0),
            Gate::Sdg => Some(-PI / 2.0),
            Gate::T => Some(PI / 4.0),
            Gate::Tdg => Some(-PI / 4.0),
            _ => None,
        };
        // A controlled phase is a phase where control and wire are one.
        let with_wire = || {
            let own = Control { wire, on_one: true };
            controls.iter().copied().chain([own]).collect::<Vec<_>>()
        };
        match gate {
            Gate::Id => {}
            Gate::P => self.phase(&angles[0], &with_wire()),
            Gate::Rz => {
                self.phase(&angles[0].times(-0.5), controls);
                self.phase(&angles[0], &with_wire());
            }
            Gate::X => {
                self.flush(wire);
                let select = self.select(controls);
                let flip = 1 << self.at(wire);
                self.entry(Entry::Flip { flip, select });
            }
            _ => match phase {
                Some(phase) => self.phase(&Angle::constant(phase), &with_wire()),
                None => {
                    self.flush(wire);
                    let select = self.select(controls);
                    let factor = self.factor(gate, angles);
                    self.dense(Entries::Block(Block { factors: vec![factor] }), &[wire], select);
                }
            },
        }
    }

    fn factor(&mut self, gate: Gate, angles: &[Angle]) -> Factor {
        if angles.iter().all(Angle::is_constant) {
            let values: Vec<f64> = angles.iter().map(|angle| angle.constant).collect();
            Factor::Constant(super::block::one_qubit(gate, &values))
        } else {
            Factor::Gate(gate, self.add_angles(angles))
        }
    }

    fn pauli_rotation(&mut self, pauli: &[(Wire, Pauli)], angle: &Angle, controls: &[Control]) {
        match *pauli {
            [] => return self.phase(&angle.times(-0.5), controls),
            [(wire, letter)] => {
                let gate = match letter {
                    Pauli::X => Gate::Rx,
                    Pauli::Y => Gate::Ry,
                    Pauli::Z => Gate::Rz,
                };
                return self.gate(gate, std::slice::from_ref(angle), &[wire], controls);
            }
            _ => {}
        }
        let is_diagonal = pauli.iter().all(|&(_, letter)| letter == Pauli::Z);
        for &(wire, _) in pauli {
            self.flush(wire);
        }
        let select = self.select(controls);
        let (x, z, n_y) = crate::pauli::masks(pauli.iter().map(|&(wire, letter)| (self.at(wire), letter)));
        if is_diagonal && pauli.len() == 2 && controls.is_empty() {
            // -(1 - 2a)(1 - 2b)/2 = -1/2 + a + b - 2ab
            let (a, b) = (z & z.wrapping_neg(), z & (z - 1));
            self.global(&angle.times(-0.5));
            for (mask, factor) in [(a, 1.0), (b, 1.0), (z, -2.0)] {
                let trig = self.add_trig(angle, factor);
                self.entry(Entry::Monomial { mask, trig });
            }
        } else if is_diagonal {
            let trig = self.add_trig(angle, -0.5);
            self.entry(Entry::Parity { z, select, trig });
        } else {
            let trig = self.add_trig(angle, 0.5);
            self.entry(Entry::Rotation { x, z, n_y, trig, select });
        }
    }

    /// The factor `exp(i angle)` where the controls are satisfied.
    fn phase(&mut self, angle: &Angle, controls: &[Control]) {
        match *controls {
            [] => return self.global(angle),
            [Control { wire, on_one: true }] => {
                self.pending[wire.0 as usize].push_gate(Gate::P, std::slice::from_ref(angle));
                return;
            }
            _ => {}
        }
        let select = self.select(controls);
        if controls.len() > 2 {
            let trig = self.add_trig(angle, 1.0);
            return self.entry(Entry::Phase { select, trig });
        }
        // A control on zero is 1 - b: the term without the bit, less the term with it.
        let zeros = select.mask & !select.value;
        let mut part = zeros;
        loop {
            let mask = select.value | part;
            let factor = if part.count_ones() % 2 == 1 { -1.0 } else { 1.0 };
            if mask == 0 {
                self.global(&angle.times(factor));
            } else {
                let trig = self.add_trig(angle, factor);
                self.entry(Entry::Monomial { mask, trig });
            }
            if part == 0 {
                break;
            }
            part = (part - 1) & zeros;
        }
    }

    /// The factor `exp(i angle)` for the whole state. Outside of branches it waits for the end, where only states look.
    fn global(&mut self, angle: &Angle) {
        if self.is_straight {
            self.plan.phase = self.plan.phase.plus(angle);
        } else if !(angle.is_constant() && angle.constant == 0.0) {
            let trig = self.add_trig(angle, 1.0);
            self.entry(Entry::Monomial { mask: 0, trig });
        }
    }

    fn swap(&mut self, a: Wire, b: Wire, controls: &[Control]) {
        if controls.is_empty() && self.is_straight {
            self.pending.swap(a.0 as usize, b.0 as usize);
            self.position.swap(a.0 as usize, b.0 as usize);
        } else {
            self.flush(a);
            self.flush(b);
            let (a, b) = (self.at(a), self.at(b));
            // Of the four values of the two wires only 01 and 10 change places.
            let select = self.select(controls).with(a.min(b), true);
            self.entry(Entry::Flip { flip: 1 << a | 1 << b, select });
        }
    }

    fn matrix(&mut self, entries: Entries, wires: &[Wire], controls: &[Control]) {
        for &wire in wires {
            self.flush(wire);
        }
        let select = self.select(controls);
        self.dense(entries, wires, select);
    }

    fn dense(&mut self, entries: Entries, wires: &[Wire], select: Select) {
        let matrix = self.plan.matrices.len();
        let positions: Vec<u32> = wires.iter().map(|&wire| self.at(wire)).collect();
        let start = self.plan.n_entries;
        self.plan.n_entries += 1 << (2 * wires.len());
        self.plan.matrices.push(MatrixSource { n_wires: wires.len(), start, entries });
        self.entry(Entry::Matrix { positions, matrix, select });
    }

    fn flush_all(&mut self) {
        (0..self.plan.n_wires as u32).for_each(|wire| self.flush(Wire(wire)));
        self.close_segment();
    }

    /// Adds an entry; one that undoes its predecessor on the same wires goes with it.
    fn entry(&mut self, entry: Entry) {
        if matches!(entry, Entry::Flip { .. }) {
            let before = self.entries.iter().rposition(|other| other.touches() & entry.touches() != 0);
            if let Some(before) = before.filter(|&i| self.entries[i] == entry) {
                self.entries.remove(before);
                return;
            }
        }
        self.entries.push(entry);
    }

    fn step(&mut self, step: Step) {
        self.close_segment();
        self.close_channels();
        self.plan.steps.push(step);
    }

    /// Makes the entries a step.
    fn close_segment(&mut self) {
        let entries = std::mem::take(&mut self.entries);
        if !self.units.is_empty() {
            let units = std::mem::take(&mut self.units);
            let track = Track::new(&mut self.plan, units, entries);
            self.plan.steps.push(Step::Track(self.plan.tracks.len()));
            return self.plan.tracks.push(track);
        }
        if let Kind::LayeredDensity(_) = self.kind {
            return self.close_layers(entries);
        }
        self.unitary(entries);
    }

    /// Makes entries a step.
    fn unitary(&mut self, mut entries: Vec<Entry>) {
        if entries.is_empty() {
            return;
        }
        self.close_channels();
        if self.plan.n_wires > TILE_WIRES {
            entries = fuse_pairs(&mut self.plan, entries);
        }
        let segment = self.segment(entries);
        if self.plan.steps.is_empty() && matches!(self.kind, Kind::State) {
            self.begin_at_zero(segment);
        }
        self.plan.steps.push(Step::Unitary(segment));
    }

    /// Nothing but zeros before this segment: the first passes have few tiles that are not zero.
    fn begin_at_zero(&mut self, segment: usize) {
        let mut live = 0;
        for pass in &mut self.plan.segments[segment].passes {
            pass.live = live;
            live |= pass.tile.iter().map(|position| 1 << position).sum::<usize>();
        }
    }

    /// Makes entries one of the plan's segments.
    fn segment(&mut self, entries: Vec<Entry>) -> usize {
        let segment = schedule(&mut self.plan, entries);
        self.plan.segments.push(segment);
        self.plan.segments.len() - 1
    }

    /// The indices where all controls are satisfied; their wires are flushed.
    fn select(&mut self, controls: &[Control]) -> Select {
        controls.iter().fold(Select::default(), |select, control| {
            self.flush(control.wire);
            select.with(self.at(control.wire), control.on_one)
        })
    }

    fn add_angles(&mut self, angles: &[Angle]) -> std::ops::Range<usize> {
        let start = self.plan.angles.len();
        self.plan.angles.extend_from_slice(angles);
        start..self.plan.angles.len()
    }

    fn add_trig(&mut self, angle: &Angle, factor: f64) -> usize {
        let argument = (angle.constant * factor).to_bits();
        if angle.is_constant() {
            if let Some(&trig) = self.constants.get(&argument) {
                return trig;
            }
            self.constants.insert(argument, self.plan.trigs.len());
        }
        // The terms of one gate stand side by side and share their angle.
        let angle = match self.plan.angles.last() {
            Some(last) if last == angle => self.plan.angles.len() - 1,
            _ => self.add_angles(std::slice::from_ref(angle)).start,
        };
        self.plan.trigs.push(Trig { angle, factor });
        self.plan.trigs.len() - 1
    }

    /// A trig with the parts of a number.
    fn add_coefficient(&mut self, c: C64) -> usize {
        let angle = self.add_angles(&[Angle::constant(1.0)]).start;
        self.plan.trigs.push(Trig { angle, factor: 1.0 });
        let trig = self.plan.trigs.len() - 1;
        self.plan.coefficients.push((trig, c));
        trig
    }

    fn at(&self, wire: Wire) -> u32 {
        self.position[wire.0 as usize]
    }
}
