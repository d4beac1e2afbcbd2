//! Plans of circuits with noise: for shots, where channels are steps of their own, and for the density matrix.
//!
//! A density matrix on `n` wires is a state vector `vec(rho)` on `2 n` wires: the low half of an index is the row, the
//! ket, the high half the column, the bra. A gate `U` acts as `U (x) conj(U)`, so it is done once on the ket's wires and,
//! conjugated, once on the bra's; a channel is the matrix `sum K (x) conj(K)`. Wires are relabelled on both halves
//! alike: the bra of the wire at position `p` is at `p + n`.

use std::sync::Arc;

use qml_gates::Gate;
use qml_ir::circuit::{Circuit, Op, OpKind, Pauli, Wire, Wires};
use qml_source::bug;

use super::{Builder, Kind};
use crate::C64;
use crate::noise::{Channel, Noise};
use crate::plan::schedule::Entry;
use crate::plan::track::CERTAIN;
use crate::plan::{ChannelRun, Entries, MatrixSource, Select, Step};

/// A channel as a step for shots.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    /// Its wires, as bits of the state index.
    pub positions: Vec<u32>,
    /// What each operator does: a segment, or nothing. Unitaries of a mixture are scaled to be unitary.
    pub operators: Vec<Option<usize>>,
    /// Their adjoints, where the plan is to be gone back through.
    pub adjoints: Vec<Option<usize>>,
    /// What undoes the first operator, where that is a diagonal that makes no amplitude much smaller.
    pub undone: Option<Undone>,
    pub chances: Chances,
    /// No operator but the first happens with more than this probability, all together.
    pub most: f64,
}

/// The inverse of an operator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Undone {
    pub segment: usize,
    /// How much longer it makes a state at most.
    pub growth: f64,
}

/// What the channels that are the last steps usually do.
#[derive(Default)]
pub(super) struct Beside {
    n: usize,
    usual: Vec<Entry>,
    /// The last channel first.
    adjoint: Vec<Entry>,
    undone: Vec<Entry>,
}

/// The inverse of an operator that makes a state longer than this is not used: rounding errors grow as well.
const MOST_GROWTH: f64 = 1.5;

/// How probable operators are.
#[derive(Clone, Debug)]
pub(crate) enum Chances {
    /// The same in each state.
    Fixed(Vec<f64>),
    /// The diagonals of `K^H K`, which are diagonal, on one wire.
    Diagonal(Vec<[f64; 2]>),
    /// `K^H K`.
    General(Vec<Vec<C64>>),
}

impl Chances {
    fn of(channel: &Channel) -> Self {
        if let Some(mixture) = channel.mixture() {
            return Self::Fixed(mixture);
        }
        let effects = channel.effects();
        let is_diagonal = |effect: &Vec<C64>| effect[1].norm() == 0.0 && effect[2].norm() == 0.0;
        if channel.n_wires() == 1 && effects.iter().all(is_diagonal) {
            return Self::Diagonal(effects.iter().map(|effect| [effect[0].re, effect[3].re]).collect());
        }
        Self::General(effects)
    }

    /// A bound on the probability of all operators but the first: the largest eigenvalue of `1 - K^H K` is at most the
    /// largest sum of a row (Gershgorin).
    fn most(&self) -> f64 {
        match self {
            Self::Fixed(chances) => 1.0 - chances[0],
            Self::Diagonal(effects) => 1.0 - effects[0][0].min(effects[0][1]),
            Self::General(effects) => {
                let dim = effects[0].len().isqrt();
                let row = |i: usize| {
                    let entry = |j: usize| {
                        let identity = if i == j { 1.0 } else { 0.0 };
                        (C64::new(identity, 0.0) - effects[0][i * dim + j]).norm()
                    };
                    (0..dim).map(entry).sum::<f64>()
                };
                (0..dim).map(row).fold(0.0, f64::max)
            }
        }
    }
}

impl Planned {
    /// How long it takes where the waiting time for something unusual is exponential, see [`crate::plan::Track`].
    pub(crate) fn time(&self) -> f64 {
        -(1.0 - self.most.min(CERTAIN)).ln()
    }
}

impl Builder<'_> {
    /// Operations with their channels in layers on different wires: all channels before a layer's operations are steps
    /// beside each other, and so are those behind them. What is no unitary has a layer of its own.
    pub(super) fn in_layers(&mut self, circuit: &Circuit, last: &[bool], noise: &Noise) {
        let mut layers: Vec<Vec<(usize, &Op)>> = Vec::new();
        // For each wire the first layer that is free.
        let mut free = vec![0; self.plan.n_wires];
        let mut number = 0;
        for (op, is_last) in circuit.ops.iter().zip(last) {
            if op.is_unitary() {
                let channels = noise.channels_before(number).iter().chain(noise.channels_after(number));
                let mut wires = op.wires().into_owned();
                wires.extend(channels.flat_map(|(_, wires)| wires));
                let layer = wires.iter().map(|wire| free[wire.0 as usize]).max().unwrap_or(0);
                wires.iter().for_each(|wire| free[wire.0 as usize] = layer + 1);
                layers.resize_with(layers.len().max(layer + 1), Vec::new);
                layers[layer].push((number, op));
                number += 1;
                continue;
            }
            self.layers(std::mem::take(&mut layers), noise);
            free.fill(0);
            self.number = number;
            self.op(op, *is_last);
            number = self.number;
        }
        self.layers(layers, noise);
    }

    fn layers(&mut self, layers: Vec<Vec<(usize, &Op)>>, noise: &Noise) {
        for layer in layers {
            self.channels(layer.iter().flat_map(|(number, _)| noise.channels_before(*number)));
            layer.iter().for_each(|(_, op)| self.step_of(op, false));
            self.channels(layer.iter().flat_map(|(number, _)| noise.channels_after(*number)));
        }
    }

    /// Channels beside each other.
    fn channels<'c>(&mut self, channels: impl Iterator<Item = &'c (Channel, Wires)> + Clone) {
        for (_, wires) in channels.clone() {
            wires.iter().for_each(|wire| self.flush(*wire));
        }
        channels.for_each(|(channel, wires)| self.channel(channel, wires));
    }

    /// The channels that are the last steps are all that stand beside each other.
    pub(super) fn close_channels(&mut self) {
        let Beside { n, usual, adjoint, undone } = std::mem::take(&mut self.beside);
        if n > 0 {
            let end = self.plan.steps.len();
            let mut segment = |entries: Vec<Entry>| (!entries.is_empty()).then(|| self.segment(entries));
            let (usual, adjoint, undone) = (segment(usual), segment(adjoint), segment(undone));
            self.plan.channel_runs.push(ChannelRun { steps: end - n..end, usual, adjoint, undone });
        }
    }

    /// The next operation with its channels.
    pub(super) fn op(&mut self, op: &Op, is_last: bool) {
        let number = self.number;
        self.number += 1;
        let Some(noise) = self.kind.noise() else { return self.step_of(op, is_last) };
        let is_density = self.kind.is_density();
        for (channel, wires) in noise.channels_before(number) {
            self.channel(channel, wires);
        }
        let n_wires = self.plan.n_wires as u32;
        match &op.kind {
            OpKind::Measure { wire, bit } => {
                if is_density {
                    self.flush(Wire(wire.0 + n_wires / 2));
                }
                let is_last = is_last && !noise.touches_from(number, *wire);
                self.step_of(op, is_last);
                let (bit, errors) = (bit.0 as usize, noise.readout_error(*wire));
                if errors != [0.0; 2] {
                    self.step(Step::Misread { bit, errors, is_last });
                }
            }
            OpKind::Reset { wire } if is_density => {
                // tr(rho) |0><0|
                let mut matrix = vec![C64::default(); 16];
                matrix[0] = C64::new(1.0, 0.0);
                matrix[3] = C64::new(1.0, 0.0);
                self.superoperator(matrix, &[*wire]);
            }
            _ if is_density && op.is_unitary() => {
                self.step_of(op, is_last);
                if !matches!(op.kind, OpKind::Barrier { .. }) {
                    self.step_of(&conjugate(op, n_wires / 2), is_last);
                }
            }
            _ => self.step_of(op, is_last),
        }
        for (channel, wires) in noise.channels_after(number) {
            self.channel(channel, wires);
        }
    }

    fn channel(&mut self, channel: &Channel, wires: &[Wire]) {
        if self.kind.is_density() {
            return self.superoperator(channel.superoperator(), wires);
        }
        wires.iter().for_each(|wire| self.flush(*wire));
        let is_step = matches!(self.kind, Kind::Trajectories(_));
        if is_step {
            self.close_segment();
        }
        let gates = std::mem::take(&mut self.entries);
        let chances = Chances::of(channel);
        let (mut usual, mut adjoint_usual, mut adjoints) = (Vec::new(), Vec::new(), Vec::new());
        let operators = channel.operators().iter().enumerate().map(|(k, operator)| {
            let scale = match &chances {
                Chances::Fixed(chances) => chances[k].max(f64::MIN_POSITIVE).sqrt().recip(),
                Chances::Diagonal(_) | Chances::General(_) => 1.0,
            };
            let matrix: Vec<C64> = operator.iter().map(|entry| entry * scale).collect();
            if is_step {
                let entries = self.operator(adjoint(&matrix), wires);
                if k == 0 {
                    adjoint_usual.clone_from(&entries);
                }
                adjoints.push((!entries.is_empty()).then(|| self.segment(entries)));
            }
            let entries = self.operator(matrix, wires);
            if k == 0 {
                usual.clone_from(&entries);
            }
            (!entries.is_empty()).then(|| self.segment(entries))
        });
        let operators = operators.collect();
        let undone = is_step.then(|| self.undone(&channel.operators()[0], wires)).flatten();
        let (undone, undone_entries) = undone.unzip();
        let positions = wires.iter().map(|&wire| self.at(wire)).collect();
        let most = chances.most();
        let channel = self.plan.channels.len();
        self.plan.channels.push(Planned { positions, operators, adjoints, undone, chances, most });
        if is_step {
            self.plan.steps.push(Step::Channel(channel));
            self.beside.n += 1;
            self.beside.usual.extend(usual);
            self.beside.adjoint.splice(0..0, adjoint_usual);
            self.beside.undone.extend(undone_entries.unwrap_or_default());
        } else {
            self.units.push((gates, channel, usual));
        }
    }

    /// Makes entries steps of unitaries and of channels in turn. An entry comes as early as those before it on its wires
    /// allow: there are as many steps as one wire has channels, not as many as the circuit has.
    pub(super) fn close_layers(&mut self, entries: Vec<Entry>) {
        let mut latest = vec![0; self.plan.n_wires];
        let mut layers: Vec<Vec<Entry>> = Vec::new();
        for entry in entries {
            let touches = entry.touches();
            let wires = || (0..latest.len()).filter(|wire| touches >> wire & 1 == 1);
            // Unitaries are in even layers, channels in odd ones.
            let after = wires().map(|wire| latest[wire]).max().unwrap_or(0);
            let layer = after + usize::from((after % 2 == 1) != self.is_map(&entry));
            let wires: Vec<usize> = wires().collect();
            wires.into_iter().for_each(|wire| latest[wire] = layer);
            layers.resize_with(layers.len().max(layer + 1), Vec::new);
            layers[layer].push(entry);
        }
        for (layer, entries) in layers.into_iter().enumerate() {
            if layer % 2 == 0 {
                self.unitary(entries);
            } else {
                let back = entries.iter().rev().map(|entry| self.adjoint_map(entry)).collect();
                let (forth, back) = (self.segment(entries), self.segment(back));
                self.plan.steps.push(Step::Map { forth, back });
            }
        }
    }

    fn is_map(&self, entry: &Entry) -> bool {
        matches!(entry, Entry::Matrix { matrix, .. } if self.maps.contains(matrix))
    }

    /// The adjoint of a channel, as a map of density matrices.
    fn adjoint_map(&mut self, entry: &Entry) -> Entry {
        let Entry::Matrix { positions, matrix, select } = entry else { bug!("no channel: {entry:?}") };
        let MatrixSource { n_wires, entries: Entries::Constant(entries), .. } = &self.plan.matrices[*matrix]
        else {
            bug!("a channel that is not constant")
        };
        let (n_wires, entries) = (*n_wires, Entries::Constant(adjoint(entries)));
        let (matrix, start) = (self.plan.matrices.len(), self.plan.n_entries);
        self.plan.n_entries += 1 << (2 * n_wires);
        self.plan.matrices.push(MatrixSource { n_wires, start, entries });
        Entry::Matrix { positions: positions.clone(), matrix, select: *select }
    }

    /// An operator as entries.
    fn operator(&mut self, matrix: Vec<C64>, wires: &[Wire]) -> Vec<Entry> {
        if is_identity(&matrix) {
            return Vec::new();
        }
        match (matrix.as_slice(), wires) {
            // What damping leaves where nothing is lost; a form takes any factor where a bit is one.
            (&[a, b, c, d], &[wire]) if a == C64::ONE && b == C64::ZERO && c == C64::ZERO => {
                let trig = self.add_coefficient(d);
                self.entry(Entry::Monomial { mask: 1 << self.at(wire), trig });
            }
            _ => self.dense(Entries::Constant(matrix), wires, Select::default()),
        }
        std::mem::take(&mut self.entries)
    }

    /// What undoes an operator, see [`Planned::undone`].
    fn undone(&mut self, operator: &[C64], wires: &[Wire]) -> Option<(Undone, Vec<Entry>)> {
        let &[a, b, c, d] = operator else { return None };
        let growth = d.norm().recip();
        if a != C64::ONE || b != C64::ZERO || c != C64::ZERO || growth > MOST_GROWTH {
            return None;
        }
        let entries = self.operator(vec![a, b, c, d.inv()], wires);
        (!entries.is_empty()).then(|| {
            let undone = Undone { segment: self.segment(entries.clone()), growth: growth.max(1.0) };
            (undone, entries)
        })
    }

    /// A linear map of the density matrix of these wires.
    fn superoperator(&mut self, matrix: Vec<C64>, wires: &[Wire]) {
        let half = self.plan.n_wires as u32 / 2;
        let bras = wires.iter().map(|wire| Wire(wire.0 + half));
        let both: Vec<Wire> = wires.iter().copied().chain(bras).collect();
        self.matrix(Entries::Constant(matrix), &both, &[]);
        self.maps.insert(self.plan.matrices.len() - 1);
    }
}

/// Whether a matrix of rows is the identity.
fn is_identity(matrix: &[C64]) -> bool {
    let dim = matrix.len().isqrt();
    let identity = |i: usize| if i / dim == i % dim { 1.0 } else { 0.0 };
    matrix.iter().enumerate().all(|(i, entry)| (entry - identity(i)).norm() < 1e-15)
}

/// The adjoint of a matrix of rows.
fn adjoint(matrix: &[C64]) -> Vec<C64> {
    let dim = matrix.len().isqrt();
    (0..dim * dim).map(|i| matrix[i % dim * dim + i / dim].conj()).collect()
}

/// The operation whose matrix is the conjugate, on wires that are `by` higher.
fn conjugate(op: &Op, by: u32) -> Op {
    let kind = match &op.kind {
        OpKind::Gate { gate, angles, wires, controls } => match angle_signs(*gate) {
            Some(signs) => {
                let angles = angles.iter().zip(signs).map(|(angle, sign)| angle.times(sign)).collect();
                OpKind::Gate { gate: *gate, angles, wires: wires.clone(), controls: controls.clone() }
            }
            None if angles.is_empty() => {
                let matrix = conjugated(&(gate.def().matrix)(&[]).data);
                OpKind::Unitary { matrix, wires: wires.clone(), controls: controls.clone() }
            }
            None => bug!("the conjugate of `{}`", gate.def().name),
        },
        OpKind::PauliRotation { pauli, angle, controls } => {
            // conj exp(-i t/2 P) = exp(i t/2 conj(P)), and only Y changes its sign.
            let n_y = pauli.iter().filter(|letter| letter.1 == Pauli::Y).count();
            let sign = if n_y % 2 == 1 { 1.0 } else { -1.0 };
            OpKind::PauliRotation {
                pauli: pauli.clone(),
                angle: angle.times(sign),
                controls: controls.clone(),
            }
        }
        OpKind::Unitary { matrix, wires, controls } => {
            OpKind::Unitary { matrix: conjugated(matrix), wires: wires.clone(), controls: controls.clone() }
        }
        other => bug!("no conjugate of {other:?}"),
    };
    let mut conjugate = Op { kind, span: op.span };
    conjugate.map_wires(&mut |wire| Wire(wire.0 + by));
    conjugate
}

fn conjugated(matrix: &[C64]) -> Arc<[C64]> {
    matrix.iter().map(C64::conj).collect()
}

/// The signs with which the angles of a gate give its conjugate, found on the matrix; none if there are none.
fn angle_signs(gate: Gate) -> Option<Vec<f64>> {
    let def = gate.def();
    let n = def.params.len();
    let tried = [[0.3, 1.1, -0.7, 2.3], [-1.9, 0.4, 2.6, -0.8]];
    let is_conjugate = |signs: &Vec<f64>| {
        tried.iter().all(|angles| {
            let turned: Vec<f64> = angles.iter().zip(signs).map(|(angle, sign)| angle * sign).collect();
            let (matrix, other) = ((def.matrix)(&angles[..n]).data, (def.matrix)(&turned).data);
            matrix.iter().zip(&other).all(|(a, b)| (a.conj() - b).norm() < 1e-12)
        })
    };
    let signs = |pattern: usize| (0..n).map(|i| if pattern >> i & 1 == 1 { -1.0 } else { 1.0 }).collect();
    (0..1 << n).map(signs).find(is_conjugate)
}
