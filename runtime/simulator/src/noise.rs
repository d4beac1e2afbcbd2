//! Noise: what may happen to a circuit besides what it says.
//!
//! A [`Channel`] is a completely positive, trace preserving map `rho -> sum_k K_k rho K_k^H`, told by its Kraus operators
//! (Nielsen and Chuang, section 8.2). A [`Noise`] puts channels before and after the operations of a circuit, and says
//! how often outcomes are read wrongly. The same noise is run in two ways: shot by shot along trajectories
//! (`trajectory.rs`), and exactly with the density matrix (`density.rs`).

mod channel;
mod readout;

use std::collections::BTreeMap;

use qml_ir::circuit::{Wire, Wires};

pub use channel::{Channel, NoChannel};
pub(crate) use readout::{Readout, Told};

/// Channels at places of a circuit, and readout errors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Noise {
    /// By the number of an operation in the order of `Circuit::visit`.
    before: BTreeMap<usize, Vec<(Channel, Wires)>>,
    after: BTreeMap<usize, Vec<(Channel, Wires)>>,
    /// By wire.
    readout: BTreeMap<Wire, [f64; 2]>,
}

impl Noise {
    /// Puts a channel before an operation, told by its number in the order of `Circuit::visit`. Channels at one place
    /// happen in the order in which they were added. The channel's first wire is the least significant.
    pub fn before(&mut self, op: usize, channel: Channel, wires: &[Wire]) {
        assert_eq!(channel.n_wires(), wires.len(), "a wire for each of the channel");
        self.before.entry(op).or_default().push((channel, Wires::from_slice(wires)));
    }

    /// The same after an operation; after a branch, both of its sides are over.
    pub fn after(&mut self, op: usize, channel: Channel, wires: &[Wire]) {
        assert_eq!(channel.n_wires(), wires.len(), "a wire for each of the channel");
        self.after.entry(op).or_default().push((channel, Wires::from_slice(wires)));
    }

    /// Outcomes 0 and 1 of this wire are told wrongly with these probabilities, also those of a returned qubit at the
    /// end. The state stays that of the true outcome.
    pub fn misread(&mut self, wire: Wire, errors: [f64; 2]) {
        assert!(errors.iter().all(|error| (0.0..=1.0).contains(error)), "probabilities");
        self.readout.insert(wire, errors);
    }

    /// Whether there is a channel before or after this operation.
    pub(crate) fn has_channels(&self, op: usize) -> bool {
        self.before.contains_key(&op) || self.after.contains_key(&op)
    }

    pub(crate) fn channels_before(&self, op: usize) -> &[(Channel, Wires)] {
        self.before.get(&op).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn channels_after(&self, op: usize) -> &[(Channel, Wires)] {
        self.after.get(&op).map_or(&[], Vec::as_slice)
    }

    /// How often outcomes 0 and 1 of this wire are told wrongly.
    pub(crate) fn readout_error(&self, wire: Wire) -> [f64; 2] {
        self.readout.get(&wire).copied().unwrap_or_default()
    }

    /// Whether something happens to a wire after this operation or later.
    pub(crate) fn touches_from(&self, op: usize, wire: Wire) -> bool {
        let later = self.before.range(op + 1..).chain(self.after.range(op..));
        later.flat_map(|(_, channels)| channels).any(|(_, wires)| wires.contains(&wire))
    }
}
