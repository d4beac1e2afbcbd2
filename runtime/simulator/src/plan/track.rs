//! Gates and channels between two measurements, prepared for states that pass most channels as if they were gates.
//!
//! A *unit* is a channel with the gates before it; the gates behind the last channel are a unit without one. What a
//! channel usually does, its first operator, is an entry as any other: for damping a diagonal, which joins the phases
//! around it, for a mixture of unitaries nothing at all. So units in which only the usual happens are scheduled together.
//! They are it in blocks of 2, 4, 8, .. units: any run of `k` units is at most `2 log2 k` blocks.

use super::schedule::{Entry, schedule};
use super::{Plan, Segment};

/// The largest probability of something unusual that has a waiting time.
pub(super) const CERTAIN: f64 = 1.0 - f64::EPSILON / 2.0;

/// A run of units.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    /// For each unit its gates: one of the plan's segments.
    pub gates: Vec<Option<usize>>,
    /// For each unit but the last one its channel.
    pub channels: Vec<usize>,
    /// `blocks[l][i]` has the units from `i 2^(l+1)` on, `2^(l+1)` of them or as many as there are.
    blocks: Vec<Vec<Option<usize>>>,
    /// For each channel the sum of `-ln(1 - p)` over those up to it, `p` bounding how often something unusual happens.
    rates: Vec<f64>,
}

/// A unit: its gates, its channel, and what that usually does.
pub(super) type Unit = (Vec<Entry>, usize, Vec<Entry>);

impl Track {
    /// Schedules units and the gates behind them.
    pub(super) fn new(plan: &mut Plan, units: Vec<Unit>, last: Vec<Entry>) -> Self {
        let mut gates: Vec<Option<usize>> = units.iter().map(|unit| add(plan, unit.0.clone())).collect();
        gates.push(add(plan, last.clone()));
        let channels: Vec<usize> = units.iter().map(|unit| unit.1).collect();
        let mut entries: Vec<Vec<Entry>> =
            units.into_iter().map(|(gates, _, usual)| [gates, usual].concat()).collect();
        entries.push(last);
        let mut blocks = Vec::new();
        while entries.len() > 1 {
            entries = entries.chunks(2).map(<[Vec<Entry>]>::concat).collect();
            blocks.push(entries.iter().map(|entries| add(plan, entries.clone())).collect());
        }
        let rates = channels.iter().scan(0.0, |sum, &channel| {
            *sum += plan.channels[channel].time();
            Some(*sum)
        });
        let rates = rates.collect();
        Self { gates, channels, blocks, rates }
    }

    /// The first channel from `from` on at which something unusual may happen; their number if there is none. `uniform` is
    /// one number from `[0, 1)` for all of them: as in radioactive decay, the waiting time is exponential when each channel
    /// takes `-ln(1 - p)` of time.
    pub(crate) fn next_event(&self, from: usize, uniform: f64) -> usize {
        let start = if from == 0 { 0.0 } else { self.rates[from - 1] };
        let time = start - (1.0 - uniform).ln();
        from + self.rates[from..].partition_point(|&end| end <= time)
    }

    /// The segments that take a state from before the unit `from` to before the unit `to` where all channels do the
    /// usual.
    pub(crate) fn usual<'a>(&self, plan: &'a Plan, mut from: usize, to: usize) -> Vec<&'a Segment> {
        let mut segments = Vec::new();
        while from < to {
            let fits = |level: &usize| {
                let len = 2 << level;
                from.is_multiple_of(len) && (from + len <= to || to == self.gates.len())
            };
            let n_levels = (0..self.blocks.len()).take_while(fits).count();
            if n_levels == 0 {
                segments.extend(self.gates[from]);
                segments
                    .extend(self.channels.get(from).and_then(|&channel| plan.channels[channel].operators[0]));
                from += 1;
            } else {
                let level = n_levels - 1;
                segments.extend(self.blocks[level][from >> n_levels]);
                from += 2 << level;
            }
        }
        segments.into_iter().map(|segment| &plan.segments[segment]).collect()
    }
}

/// Makes entries one of the plan's segments.
fn add(plan: &mut Plan, entries: Vec<Entry>) -> Option<usize> {
    if entries.is_empty() {
        return None;
    }
    let segment = schedule(plan, entries);
    plan.segments.push(segment);
    Some(plan.segments.len() - 1)
}
