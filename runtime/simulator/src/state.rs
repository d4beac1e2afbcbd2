//! The state vector of the register, where it has one.

use crate::bind::Bound;
use crate::ket::Ket;
use crate::plan::Plan;
use crate::simulator::{Amplitude, Exact, Precision, Run, Simulator};
use crate::walk::Purpose;
use crate::{C64, Fault};

/// How much weight may lie outside of the one state.
const IMPURITY: f64 = 1e-10;

impl Simulator {
    /// The state of the register, qubit 0 least significant. Where other wires are traced out or outcomes were
    /// measured, the register's global phase is that of its largest part.
    pub fn state(&self, plan: &Plan, slots: &[f64]) -> Result<Exact<Vec<C64>>, Fault> {
        match self.precision() {
            Precision::F64 => self.pure_state(&self.bind::<f64>(plan, slots)?),
            Precision::F32 => self.pure_state(&self.bind::<f32>(plan, slots)?),
        }
    }

    /// Some amplitudes of the register's state, without a copy of the others.
    pub fn amplitudes(&self, plan: &Plan, slots: &[f64], indices: &[usize]) -> Result<Vec<C64>, Fault> {
        match self.precision() {
            Precision::F64 => self.amplitudes_in::<f64>(plan, slots, indices),
            Precision::F32 => self.amplitudes_in::<f32>(plan, slots, indices),
        }
    }

    fn amplitudes_in<T: Amplitude>(
        &self,
        plan: &Plan,
        slots: &[f64],
        indices: &[usize],
    ) -> Result<Vec<C64>, Fault> {
        let bound = self.bind::<T>(plan, slots)?;
        if !plan.is_pure() {
            let state = self.pure_state(&bound)?.value;
            return Ok(indices.iter().map(|&i| state[i]).collect());
        }
        let place = |i: usize| plan.output.iter().enumerate().map(|(k, p)| (i >> k & 1) << p).sum();
        let (mut found, phase) = (Vec::new(), bound.phase(0));
        self.walk(&bound, Purpose::State).run(|psi| {
            found = indices.iter().map(|&i| psi.get(place(i)) * phase).collect();
            Ok(())
        })?;
        Ok(found)
    }

    pub(crate) fn pure_state<T: Amplitude>(&self, bound: &Bound<T>) -> Result<Exact<Vec<C64>>, Fault> {
        let plan = bound.plan;
        if plan.is_whole() {
            self.kets.require::<T>(plan.n_wires, 3)?;
            let mut value = Vec::new();
            let phase = bound.phase(0);
            let branches = self.walk(bound, Purpose::State).run(|psi| {
                value = Vec::with_capacity(psi.len());
                for piece in self.run.pieces(psi.len()) {
                    psi.extend(&mut value, piece, phase);
                }
                self.run.check()
            })?;
            return Ok(Exact { value, branches });
        }
        // The state itself, the register's, and the register's indices.
        self.kets.require::<T>(plan.n_wires, 4)?;
        let parts = Parts::new(&self.run, plan)?;
        let mut pure: Option<Vec<C64>> = None;
        let branches = self.walk(bound, Purpose::State).run(|psi| {
            let state = match &mut pure {
                Some(state) => state,
                None => pure.insert(parts.normalised_largest(&self.run, psi)?),
            };
            let outside: f64 = parts
                .rests()
                .take_while(|_| !self.run.is_interrupted())
                .map(|rest| {
                    let overlap = parts.overlap(&self.run, state, psi, rest);
                    let off = |i: usize| (psi.get(parts.indices[i] | rest) - overlap * state[i]).norm_sqr();
                    self.run.pieces(state.len()).map(|piece| piece.map(off).sum::<f64>()).sum::<f64>()
                })
                .sum();
            self.run.check()?;
            if outside > IMPURITY { Err(Fault::Mixed) } else { Ok(()) }
        })?;
        let mut value = pure.unwrap_or_default();
        let phase = bound.phase(0);
        value.iter_mut().for_each(|a| *a *= phase);
        Ok(Exact { value, branches })
    }
}

/// A state seen as a table: one column of register amplitudes for each setting of the other wires.
pub(crate) struct Parts {
    /// The index of each outcome of the register, other wires zero.
    pub indices: Vec<usize>,
    /// The other wires.
    others: usize,
}

impl Parts {
    pub(crate) fn new(run: &Run, plan: &Plan) -> Result<Self, Fault> {
        let mut indices = vec![0];
        for &position in &plan.output {
            indices.reserve_exact(indices.len());
            for piece in run.pieces(indices.len()) {
                piece.for_each(|i| indices.push(indices[i] | 1 << position));
            }
            run.check()?;
        }
        let register: usize = plan.output.iter().map(|p| 1 << p).sum();
        Ok(Self { indices, others: ((1 << plan.n_wires) - 1) & !register })
    }

    /// The overlap `<target|column>` with a column of the table.
    pub(crate) fn overlap<T: Amplitude>(&self, run: &Run, target: &[C64], psi: &Ket<T>, rest: usize) -> C64 {
        let term = |i: usize| target[i].conj() * psi.get(self.indices[i] | rest);
        run.pieces(target.len()).map(|piece| piece.map(term).sum::<C64>()).sum()
    }

    /// All settings of the other wires, as parts of an index.
    pub(crate) fn rests(&self) -> impl Iterator<Item = usize> + use<> {
        let others = self.others;
        let mut next = Some(0usize);
        std::iter::from_fn(move || {
            let rest = next?;
            next = Some((rest | !others).wrapping_add(1) & others).filter(|&rest| rest != 0);
            Some(rest)
        })
    }

    /// The squared norm of a column.
    pub(crate) fn weight<T: Amplitude>(&self, run: &Run, psi: &Ket<T>, rest: usize) -> f64 {
        let term = |i: usize| psi.get(self.indices[i] | rest).norm_sqr();
        run.pieces(self.indices.len()).map(|piece| piece.map(term).sum::<f64>()).sum()
    }

    fn normalised_largest<T: Amplitude>(&self, run: &Run, psi: &Ket<T>) -> Result<Vec<C64>, Fault> {
        let (rest, largest) = self
            .rests()
            .take_while(|_| !run.is_interrupted())
            .map(|rest| (rest, self.weight(run, psi, rest)))
            .fold((0, -1.0), |best, part| if part.1 > best.1 { part } else { best });
        let scale =
            if self.others == 0 && (largest - 1.0).abs() < IMPURITY { 1.0 } else { largest.sqrt().recip() };
        let column = |piece: std::ops::Range<usize>| piece.map(|i| psi.get(self.indices[i] | rest) * scale);
        let column = run.pieces(self.indices.len()).flat_map(column).collect();
        run.check()?;
        Ok(column)
    }
}
