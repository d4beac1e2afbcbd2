//! Which profile of QIR a circuit needs.

use qml_ir::circuit::{BitExpr, Circuit, OpKind, Wire};

/// How much of LLVM a program uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Gates, then measurements, then the output.
    Base,
    /// Also measurements between gates, resets and branches on outcomes.
    Adaptive,
}

impl Profile {
    /// The smaller one that is enough: in the base profile nothing happens to a qubit after its measurement, every bit is
    /// measured once, and the output is bits.
    pub fn of(circuit: &Circuit) -> Self {
        let mut measured: Vec<Wire> = Vec::new();
        let mut is_written = vec![false; circuit.n_bits];
        for op in &circuit.ops {
            let is_late = op.wires().iter().any(|wire| measured.contains(wire));
            match &op.kind {
                OpKind::Barrier { .. } => {}
                OpKind::Reset { .. } | OpKind::If { .. } => return Self::Adaptive,
                OpKind::Measure { wire, bit } => {
                    if is_late || std::mem::replace(&mut is_written[bit.0 as usize], true) {
                        return Self::Adaptive;
                    }
                    measured.push(*wire);
                }
                OpKind::Gate { .. } | OpKind::PauliRotation { .. } | OpKind::Unitary { .. } => {
                    if is_late {
                        return Self::Adaptive;
                    }
                }
            }
        }
        let is_bit = |result: &BitExpr| matches!(result, BitExpr::Bit(_));
        if circuit.result_bits.iter().all(is_bit) { Self::Base } else { Self::Adaptive }
    }

    /// The name in the attribute `qir_profiles`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Base => "base_profile",
            Self::Adaptive => "adaptive_profile",
        }
    }
}
