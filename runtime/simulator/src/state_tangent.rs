//! How a state moves where the slots of its circuit do, in one pass forward.
//!
//! `d(U psi) = U dpsi + sum_k da_k (dU / da_k) psi` gate by gate, for the angles `a_k` of the gate: two states, whatever is
//! looked at in the end. It is done on the circuit as it is, in plain loops over amplitudes, several times as slow as a
//! sweep of a plan; but the gradients of many numbers would be as many sweeps back.

use qml_ir::circuit::{Circuit, Control, Op, OpKind, Pauli, Wire};
use qml_prelude::observable::Observable;

use crate::kernel::is_odd;
use crate::pauli::masks;
use crate::plan::Select;
use crate::simulator::Simulator;
use crate::{C64, Fault};

/// The state of all wires of a circuit, and how it moves.
#[derive(Clone, Debug)]
pub struct StateTangent<'c> {
    circuit: &'c Circuit,
    state: Vec<C64>,
    tangent: Vec<C64>,
}

impl Simulator {
    /// The state at the end of a circuit and its derivative along `d_slots`; `None` for a circuit that measures, resets or
    /// branches.
    pub fn state_tangent<'c>(
        &self,
        circuit: &'c Circuit,
        slots: &[f64],
        d_slots: &[f64],
    ) -> Option<Result<StateTangent<'c>, Fault>> {
        let is_unitary =
            |op: &Op| !matches!(op.kind, OpKind::Measure { .. } | OpKind::Reset { .. } | OpKind::If { .. });
        let is_pure = circuit.ops.iter().all(is_unitary) && circuit.unfinished.is_empty();
        is_pure.then(|| {
            // Both states, and what is made of them.
            self.kets.require::<f64>(circuit.n_wires, 4)?;
            let mut moving = StateTangent::new(circuit);
            for op in &circuit.ops {
                self.run.check()?;
                moving.apply(&op.kind, slots, d_slots);
            }
            Ok(moving)
        })
    }
}

impl<'c> StateTangent<'c> {
    fn new(circuit: &'c Circuit) -> Self {
        let mut state = vec![C64::ZERO; 1 << circuit.n_wires];
        let tangent = state.clone();
        state[0] = C64::ONE;
        Self { circuit, state, tangent }
    }

    /// How each outcome's probability moves, qubit 0 of the register least significant.
    pub fn probabilities(&self) -> Vec<f64> {
        let mut moved = vec![0.0; 1 << self.circuit.output.len()];
        for (i, (psi, tangent)) in self.state.iter().zip(&self.tangent).enumerate() {
            moved[self.outcome(i)] += 2.0 * (psi.conj() * tangent).re;
        }
        moved
    }

    /// How each amplitude moves, if the register has all wires.
    pub fn amplitudes(&self) -> Option<Vec<C64>> {
        let is_whole = self.circuit.output.len() == self.circuit.n_wires;
        is_whole.then(|| {
            let mut moved = vec![C64::ZERO; self.tangent.len()];
            self.tangent.iter().enumerate().for_each(|(i, tangent)| moved[self.outcome(i)] = *tangent);
            moved
        })
    }

    /// How the expectation value of an observable on the register moves: `2 Re <psi| O |dpsi>`.
    pub fn expectation(&self, observable: &Observable) -> f64 {
        let strings = observable.terms.iter().map(|(string, c)| {
            let on_wires =
                string.iter().map(|&(qubit, letter)| (self.circuit.output[qubit as usize], letter));
            let letters = Letters::new(on_wires);
            let products =
                self.tangent.iter().enumerate().map(|(i, tangent)| {
                    (self.state[i ^ letters.flip].conj() * letters.factor(i) * tangent).re
                });
            2.0 * c.re * products.sum::<f64>()
        });
        let projectors = observable.projectors.iter().map(|(bits, c)| {
            let wires = bits.iter().zip(&self.circuit.output);
            let select = wires.fold(Select::default(), |select, (&bit, wire)| select.with(wire.0, bit));
            let seen = select.indices(self.state.len());
            2.0 * c.re * seen.map(|i| (self.state[i].conj() * self.tangent[i]).re).sum::<f64>()
        });
        strings.chain(projectors).sum()
    }

    /// The register's outcome for an index of the state.
    fn outcome(&self, index: usize) -> usize {
        let bits = self.circuit.output.iter().enumerate();
        bits.fold(0, |outcome, (i, wire)| outcome | (index >> wire.0 & 1) << i)
    }

    fn apply(&mut self, op: &OpKind, slots: &[f64], d_slots: &[f64]) {
        match op {
            OpKind::Gate { gate, angles, wires, controls } => {
                let values: Vec<f64> = angles.iter().map(|angle| angle.eval(slots)).collect();
                let mut derivative: Option<Vec<C64>> = None;
                for (k, angle) in angles.iter().enumerate() {
                    let moved = angle.moved(d_slots);
                    if moved != 0.0 {
                        let by_angle = gate.derivative(&values, k);
                        let sum = derivative.get_or_insert_with(|| vec![C64::ZERO; by_angle.data.len()]);
                        sum.iter_mut().zip(&by_angle.data).for_each(|(sum, d)| *sum += moved * d);
                    }
                }
                self.matrix(&gate.matrix(&values).data, derivative.as_deref(), wires, controls);
            }
            OpKind::Unitary { matrix, wires, controls } => self.matrix(matrix, None, wires, controls),
            OpKind::PauliRotation { pauli, angle, controls } => {
                let letters = Letters::new(pauli.iter().copied());
                self.rotation(&letters, (angle.eval(slots), angle.moved(d_slots)), controls);
            }
            OpKind::Barrier { .. } | OpKind::Measure { .. } | OpKind::Reset { .. } | OpKind::If { .. } => {}
        }
    }

    /// `psi' = m psi`, `dpsi' = m dpsi + d psi`, on each group of amplitudes that differ in these wires.
    fn matrix(&mut self, m: &[C64], d: Option<&[C64]>, wires: &[Wire], controls: &[Control]) {
        let dim = 1 << wires.len();
        let place = |k: usize| wires.iter().enumerate().map(|(i, wire)| (k >> i & 1) << wire.0).sum();
        let offsets: Vec<usize> = (0..dim).map(place).collect();
        let select = wires.iter().fold(select(controls), |select, wire| select.with(wire.0, false));
        let mut group = vec![(C64::ZERO, C64::ZERO); dim];
        for first in select.indices(self.state.len()) {
            for (both, offset) in group.iter_mut().zip(&offsets) {
                *both = (self.state[first | offset], self.tangent[first | offset]);
            }
            for (row, offset) in offsets.iter().enumerate() {
                let (mut psi, mut tangent) = (C64::ZERO, C64::ZERO);
                for (column, (old, moved)) in group.iter().enumerate() {
                    let entry = m[row * dim + column];
                    psi += entry * old;
                    tangent += entry * moved;
                    if let Some(d) = d {
                        tangent += d[row * dim + column] * old;
                    }
                }
                self.state[first | offset] = psi;
                self.tangent[first | offset] = tangent;
            }
        }
    }

    /// `exp(-i angle/2 P)`, whose derivative is `-i/2 P` behind it.
    fn rotation(&mut self, letters: &Letters, (angle, moved): (f64, f64), controls: &[Control]) {
        let (sin, cos) = (angle / 2.0).sin_cos();
        // Of two amplitudes that a string exchanges, the one with a zero there comes first.
        let select = match letters.flip.checked_ilog2() {
            Some(highest) => select(controls).with(highest, false),
            None => select(controls),
        };
        for i in select.indices(self.state.len()) {
            let j = i ^ letters.flip;
            let [to_j, to_i] = [i, j].map(|from| -C64::I * letters.factor(from));
            let turned = |v: &[C64]| (v[i] * cos + to_i * sin * v[j], v[j] * cos + to_j * sin * v[i]);
            let (psi, tangent) = (turned(&self.state), turned(&self.tangent));
            (self.state[i], self.state[j]) = psi;
            self.tangent[i] = tangent.0 + to_i * psi.1 * (moved / 2.0);
            if i != j {
                self.tangent[j] = tangent.1 + to_j * psi.0 * (moved / 2.0);
            }
        }
    }
}

/// A Pauli string on wires: `P |i> = factor(i) |i ^ flip>`.
struct Letters {
    flip: usize,
    sign: usize,
    /// `i^n_y`.
    of_ys: C64,
}

impl Letters {
    fn new(letters: impl Iterator<Item = (Wire, Pauli)>) -> Self {
        let (flip, sign, n_y) = masks(letters.map(|(wire, letter)| (wire.0, letter)));
        Self { flip, sign, of_ys: C64::I.powu(n_y) }
    }

    fn factor(&self, index: usize) -> C64 {
        if is_odd(index & self.sign) { -self.of_ys } else { self.of_ys }
    }
}

/// Where the controls hold.
fn select(controls: &[Control]) -> Select {
    controls.iter().fold(Select::default(), |select, c| select.with(c.wire.0, c.on_one))
}
