//! A plan with values for its slots: all angles and small matrices of one call.

use std::borrow::Cow;

use qml_source::bug;

use crate::plan::{Entries, M2, Plan};
use crate::{C64, Fault};

/// The numbers of one call.
#[derive(Debug)]
pub(crate) struct Bound<'a> {
    pub plan: &'a Plan,
    pub angles: Vec<f64>,
    pub blocks: Vec<M2>,
    pub matrices: Vec<Cow<'a, [C64]>>,
    /// The global factor.
    pub phase: C64,
}

impl<'a> Bound<'a> {
    /// Fills in the slots.
    pub(crate) fn new(plan: &'a Plan, slots: &[f64]) -> Result<Self, Fault> {
        if slots.len() != plan.slots.len() {
            bug!("{} values for {} slots", slots.len(), plan.slots.len());
        }
        if let Some(slot) = slots.iter().position(|value| !value.is_finite()) {
            return Err(Fault::NotFinite { slot, name: plan.slots[slot].clone(), value: slots[slot] });
        }
        let angles: Vec<f64> = plan.angles.iter().map(|angle| angle.eval(slots)).collect();
        let blocks = plan.blocks.iter().map(|block| block.matrix(&angles)).collect();
        let matrices = plan
            .matrices
            .iter()
            .map(|source| match &source.entries {
                Entries::Constant(entries) => Cow::Borrowed(entries.as_slice()),
                Entries::Gate(gate, range) => Cow::Owned(gate.matrix(&angles[range.clone()]).data),
            })
            .collect();
        let phase = C64::from_polar(1.0, plan.phase.eval(slots));
        Ok(Self { plan, angles, blocks, matrices, phase })
    }

    /// The derivatives with respect to the slots from those with respect to the plan's angles.
    pub(crate) fn to_slots(&self, d_angles: &[f64]) -> Vec<f64> {
        let mut d_slots = vec![0.0; self.plan.slots.len()];
        for (angle, d_angle) in self.plan.angles.iter().zip(d_angles) {
            for &(slot, coefficient) in &angle.terms {
                d_slots[slot.0 as usize] += coefficient * d_angle;
            }
        }
        d_slots
    }
}
