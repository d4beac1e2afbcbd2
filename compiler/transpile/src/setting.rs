//! What a compilation is for: the device as its passes see it, and how far to go.

use qml_devices::{Device, NativeBasis};
use qml_source::Diagnostic;

use crate::Options;
use crate::device_facts::DeviceFacts;
use crate::pair_basis::PairBasis;
use crate::target::Target;

/// The device of a compilation, and its options.
pub struct Setting<'a> {
    /// The device.
    pub device: &'a Device,
    /// Its native gates.
    pub basis: NativeBasis,
    /// Its couplings.
    pub target: Target,
    /// Errors and durations.
    pub facts: DeviceFacts<'a>,
    /// How to compile.
    pub options: &'a Options,
    /// Whether anything is made shorter: not at level 0.
    pub is_shortened: bool,
    /// Whether angles of blocks on two wires may be computed when values are bound.
    pub at_bind: bool,
    /// How many hundredths of the gates a hundredth of the depth is worth, the other way round.
    pub depth_weight: u32,
}

impl<'a> Setting<'a> {
    /// The setting of a compilation for a device.
    ///
    /// Errors: Q0705 where the device cannot be compiled for yet.
    pub fn new(device: &'a Device, options: &'a Options) -> Result<Self, Diagnostic> {
        let target = Target::new(device);
        Ok(Self {
            basis: device.native_basis()?,
            facts: DeviceFacts::new(device),
            is_shortened: options.level > 0,
            // Three CX for any block are worth it where each is one gate.
            at_bind: options.blocks_at_bind
                && matches!(target.pairs, PairBasis::Controlled | PairBasis::Rotation),
            // As much depth as gates where nothing has to be routed: there fewer gates come at the price of many steps.
            depth_weight: if target.is_complete() { 1 } else { 2 },
            device,
            target,
            options,
        })
    }

    /// Whether the way of this rank gets what takes long: at level 2 the best way alone, at level 3 the best two.
    pub fn is_favourite(&self, rank: usize) -> bool {
        let n_ranks = match self.options.level {
            0 | 1 => 0,
            2 => 1,
            _ => 2,
        };
        rank < n_ranks
    }

    /// For how many of the best ways a Pauli network on the couplings may come in their place.
    pub fn n_coupled(&self) -> usize {
        match self.options.level {
            _ if self.target.is_complete() => 0,
            0 | 1 => 0,
            2 => 1,
            _ => usize::MAX,
        }
    }

    /// How many hundredths routing has to add before such a network is tried: below, one is seldom shorter.
    pub fn coupled_above(&self) -> i64 {
        if self.options.level > 2 { 5 } else { 40 }
    }
}
