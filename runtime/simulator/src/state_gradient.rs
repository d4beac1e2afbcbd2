//! The derivatives of amplitudes, and of overlaps with several states at once.

use crate::bind::Bound;
use crate::ket::Ket;
use crate::pieces::for_pieces_mut;
use crate::plan::Plan;
use crate::simulator::{Amplitude, Exact, Precision, Simulator};
use crate::state::Parts;
use crate::sweep::sweep;
use crate::walk::Purpose;
use crate::{C64, Fault};

impl Simulator {
    /// The derivative with respect to each slot of `Re sum_i conj(cotangent_i) state_i`, for the state that
    /// [`Self::state`] gives.
    ///
    /// All other wires must end in one basis state: else the global phase of the register is a choice, and amplitudes
    /// have no derivative. Where they don't, this is [`Fault::Mixed`].
    pub fn state_vjp(&self, plan: &Plan, slots: &[f64], cotangent: &[C64]) -> Result<Exact<Vec<f64>>, Fault> {
        match self.precision() {
            Precision::F64 => self.state_vjp_in(&self.bind::<f64>(plan, slots)?, cotangent),
            Precision::F32 => self.state_vjp_in(&self.bind::<f32>(plan, slots)?, cotangent),
        }
    }

    fn state_vjp_in<T: Amplitude>(
        &self,
        bound: &Bound<T>,
        cotangent: &[C64],
    ) -> Result<Exact<Vec<f64>>, Fault> {
        let plan = bound.plan;
        let parts = Parts::new(&self.run, plan)?;
        let (mut d_phase, phase) = (0.0, bound.phase(0));
        let mut leaf = |psi: &Ket<T>, bra: &mut Ket<T>| {
            let is_own = |rest: usize| (parts.weight(&self.run, psi, rest) - 1.0).abs() < T::NORMALISED;
            let own = parts.rests().find(|&rest| self.run.is_interrupted() || is_own(rest));
            self.run.check()?;
            let own = own.ok_or(Fault::Mixed)?;
            for_pieces_mut(&self.run, bra, |_, piece| piece.fill(T::ZERO));
            for i in self.run.pieces(cotangent.len()).flatten() {
                let (at, g) = (parts.indices[i] | own, cotangent[i]);
                // The sweep gives 2 Re <bra|d psi>, without the phase that no wire carries.
                bra.set(at, g * phase.conj() / 2.0);
                d_phase += (g.conj() * C64::I * phase * psi.get(at)).re;
            }
            self.run.check()
        };
        let (mut value, branches) = sweep(self, bound, Purpose::State, &mut leaf)?;
        for &(slot, coefficient) in &plan.phase.terms {
            value[slot.0 as usize] += coefficient * d_phase;
        }
        Ok(Exact { value, branches })
    }

    /// The derivative with respect to each slot of `sum_j weight_j <target_j| rho |target_j>`, where `rho` is the density
    /// matrix of the register: of the overlaps with all targets by one sweep back.
    pub fn overlaps_vjp(
        &self,
        plan: &Plan,
        slots: &[f64],
        targets: &[(f64, &[C64])],
    ) -> Result<Exact<Vec<f64>>, Fault> {
        match self.precision() {
            Precision::F64 => self.overlaps_vjp_in(&self.bind::<f64>(plan, slots)?, targets),
            Precision::F32 => self.overlaps_vjp_in(&self.bind::<f32>(plan, slots)?, targets),
        }
    }

    fn overlaps_vjp_in<T: Amplitude>(
        &self,
        bound: &Bound<T>,
        targets: &[(f64, &[C64])],
    ) -> Result<Exact<Vec<f64>>, Fault> {
        let parts = Parts::new(&self.run, bound.plan)?;
        let mut leaf = |psi: &Ket<T>, bra: &mut Ket<T>| {
            for_pieces_mut(&self.run, bra, |_, piece| piece.fill(T::ZERO));
            for rest in parts.rests() {
                for (weight, target) in targets {
                    let along = parts.overlap(&self.run, target, psi, rest) * *weight;
                    for i in self.run.pieces(target.len()).flatten() {
                        let at = parts.indices[i] | rest;
                        bra.set(at, bra.get(at) + target[i] * along);
                    }
                }
                self.run.check()?;
            }
            Ok(())
        };
        let (value, branches) = sweep(self, bound, Purpose::State, &mut leaf)?;
        Ok(Exact { value, branches })
    }
}
