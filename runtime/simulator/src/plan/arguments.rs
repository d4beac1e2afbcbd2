//! The arguments of a plan's sines and cosines, as functions of the slots that a call fills in.
//!
//! Nearly all are `offset + factor * slot`: three flat arrays, which a call walks through once. The few sums of several
//! slots are added behind. Derivatives go the same way back.

use super::{Angle, Trig};

/// For each trig its argument.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments {
    offsets: Vec<f64>,
    factors: Vec<f64>,
    slots: Vec<u32>,
    /// Further terms: the trig, the factor and the slot.
    more: Vec<(u32, f64, u32)>,
}

impl Arguments {
    pub(super) fn new(angles: &[Angle], trigs: &[Trig]) -> Self {
        let mut arguments = Self::default();
        for (index, trig) in trigs.iter().enumerate() {
            let angle = &angles[trig.angle];
            let mut terms = angle.terms.iter().map(|(slot, c)| (trig.factor * c, slot.0));
            let (factor, slot) = terms.next().unwrap_or_default();
            arguments.offsets.push(trig.factor * angle.constant);
            arguments.factors.push(factor);
            arguments.slots.push(slot);
            arguments.more.extend(terms.map(|(factor, slot)| (index as u32, factor, slot)));
        }
        arguments
    }

    /// Whether a trig depends on a slot.
    #[inline(always)]
    pub(crate) fn varies(&self, trig: usize) -> bool {
        self.factors[trig] != 0.0
    }

    /// Writes the arguments to `out[0], out[stride], ..`.
    pub(crate) fn fill(&self, slots: &[f64], out: &mut [f64], stride: usize) {
        let slots = if slots.is_empty() { &[0.0] } else { slots };
        let each = self.offsets.iter().zip(&self.factors).zip(&self.slots);
        for (((offset, factor), &slot), out) in each.zip(out.iter_mut().step_by(stride)) {
            *out = factor * slots[slot as usize] + offset;
        }
        for &(trig, factor, slot) in &self.more {
            out[trig as usize * stride] += factor * slots[slot as usize];
        }
    }

    /// Writes the arguments of some trigs to `out[0], out[stride], ..`.
    pub(crate) fn fill_some(&self, trigs: &[u32], slots: &[f64], out: &mut [f64], stride: usize) {
        for (&trig, out) in trigs.iter().zip(out.iter_mut().step_by(stride)) {
            let i = trig as usize;
            *out = self.factors[i] * slots[self.slots[i] as usize] + self.offsets[i];
            let first = self.more.partition_point(|more| more.0 < trig);
            for &(_, factor, slot) in self.more[first..].iter().take_while(|more| more.0 == trig) {
                *out += factor * slots[slot as usize];
            }
        }
    }

    /// The trigs that depend on one of the slots for which `is_varied` holds, in rising order.
    pub(crate) fn on(&self, is_varied: &[bool]) -> Vec<u32> {
        let is_on = |i: usize| {
            self.varies(i) && {
                let first = self.more.partition_point(|more| (more.0 as usize) < i);
                let more = self.more[first..].iter().take_while(|more| more.0 as usize == i);
                is_varied[self.slots[i] as usize] || more.into_iter().any(|more| is_varied[more.2 as usize])
            }
        };
        (0..self.offsets.len()).filter(|&i| is_on(i)).map(|i| i as u32).collect()
    }

    /// Adds what derivatives with respect to arguments, `d[0], d[stride], ..`, say of the slots.
    pub(crate) fn pull_back(&self, d: &[f64], stride: usize, d_slots: &mut [f64]) {
        if d_slots.is_empty() {
            return;
        }
        let each = self.factors.iter().zip(&self.slots);
        for ((factor, &slot), d) in each.zip(d.iter().step_by(stride)) {
            d_slots[slot as usize] += factor * d;
        }
        for &(trig, factor, slot) in &self.more {
            d_slots[slot as usize] += factor * d[trig as usize * stride];
        }
    }
}
