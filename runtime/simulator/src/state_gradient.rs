//! The derivatives of amplitudes, and of overlaps with several states at once.

use crate::bind::Bound;
use crate::plan::Plan;
use crate::simulator::{Exact, Simulator};
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
        let bound = Bound::new(plan, slots)?;
        let parts = Parts::new(plan);
        let mut d_phase = 0.0;
        let mut leaf = |psi: &[C64], bra: &mut [C64]| {
            let weight = |rest: usize| parts.indices.iter().map(|&i| psi[i | rest].norm_sqr()).sum::<f64>();
            let own = parts.rests().find(|&rest| (weight(rest) - 1.0).abs() < 1e-10).ok_or(Fault::Mixed)?;
            bra.fill(C64::ZERO);
            for (&i, g) in parts.indices.iter().zip(cotangent) {
                // The sweep gives 2 Re <bra|d psi>, without the phase that no wire carries.
                bra[i | own] = g * bound.phase.conj() / 2.0;
                d_phase += (g.conj() * C64::I * bound.phase * psi[i | own]).re;
            }
            Ok(())
        };
        let (mut value, branches) = sweep(self, &bound, Purpose::State, &mut leaf)?;
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
        let bound = Bound::new(plan, slots)?;
        let parts = Parts::new(plan);
        let mut leaf = |psi: &[C64], bra: &mut [C64]| {
            bra.fill(C64::ZERO);
            for rest in parts.rests() {
                for (weight, target) in targets {
                    let along: C64 =
                        target.iter().zip(&parts.indices).map(|(t, i)| t.conj() * psi[i | rest]).sum();
                    let along = along * *weight;
                    target.iter().zip(&parts.indices).for_each(|(t, i)| bra[i | rest] += t * along);
                }
                self.run.check()?;
            }
            Ok(())
        };
        let (value, branches) = sweep(self, &bound, Purpose::State, &mut leaf)?;
        Ok(Exact { value, branches })
    }
}
