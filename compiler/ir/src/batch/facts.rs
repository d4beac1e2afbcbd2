//! What functions do besides computing, calls included.

use qml_prelude::Effect;

use super::row_of_many;
use crate::host::{FunctionId, Module, OpKind, Region};

/// By function.
pub(super) struct Facts {
    /// Whether it makes a call that may be gathered.
    makes_calls: Vec<bool>,
    /// Whether it reads or writes outside of the program.
    has_effects: Vec<bool>,
}

impl Facts {
    pub(super) fn new(module: &Module) -> Self {
        let n = module.functions.len();
        let mut facts = Self { makes_calls: vec![false; n], has_effects: vec![false; n] };
        // Until nothing changes: functions may call each other in circles.
        loop {
            let mut is_stable = true;
            for (i, function) in module.functions.iter().enumerate() {
                let found = (facts.makes_calls(&function.body), facts.has_effects(&function.body));
                is_stable &= found == (facts.makes_calls[i], facts.has_effects[i]);
                (facts.makes_calls[i], facts.has_effects[i]) = found;
            }
            if is_stable {
                return facts;
            }
        }
    }

    pub(super) fn makes_calls_in(&self, function: FunctionId) -> bool {
        self.makes_calls[function.0 as usize]
    }

    /// Whether the region makes a call that may be gathered, itself or in a function that it calls.
    pub(super) fn makes_calls(&self, region: &Region) -> bool {
        region.ops.iter().any(|op| {
            row_of_many(op).is_some()
                || matches!(op.kind, OpKind::Call(callee) if self.makes_calls_in(callee))
                || op.regions.iter().any(|region| self.makes_calls(region))
        })
    }

    /// Whether the region reads or writes outside of the program, itself or in a function that it calls.
    pub(super) fn has_effects(&self, region: &Region) -> bool {
        region.ops.iter().any(|op| {
            let own = match &op.kind {
                OpKind::Builtin(id) => id.row().effect == Effect::Io,
                OpKind::Call(callee) | OpKind::ValueAndGradient { function: callee, .. } => {
                    self.has_effects[callee.0 as usize]
                }
                _ => false,
            };
            own || op.regions.iter().any(|region| self.has_effects(region))
        })
    }
}
