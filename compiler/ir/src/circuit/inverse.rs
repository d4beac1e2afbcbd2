//! Inverses of operations and circuits.

use qml_gates::{Gate, Inverse};
use smallvec::SmallVec;

use super::{Angle, Circuit, Op, OpKind};

/// The gate and angles that undo a gate with these angles, on the same wires.
pub(super) fn invert_gate(gate: Gate, angles: &[Angle]) -> (Gate, SmallVec<[Angle; 3]>) {
    match gate.def().inverse {
        Inverse::Itself => (gate, angles.iter().cloned().collect()),
        Inverse::Gate(other) => (other, SmallVec::new()),
        Inverse::Negate => (gate, angles.iter().map(Angle::negated).collect()),
        Inverse::Angles(map) => (gate, map.iter().map(|&(sign, index)| angles[index].times(sign)).collect()),
        Inverse::Bound(other, fixed) => (other, fixed.iter().copied().map(Angle::constant).collect()),
    }
}

impl Op {
    /// The operation that undoes this one, including its global phase; none for measurements, resets and branches.
    pub fn inverse(&self) -> Option<Self> {
        let kind = match &self.kind {
            OpKind::Gate { gate, angles, wires, controls } => {
                let (gate, angles) = invert_gate(*gate, angles);
                OpKind::Gate { gate, angles, wires: wires.clone(), controls: controls.clone() }
            }
            OpKind::PauliRotation { pauli, angle, controls } => OpKind::PauliRotation {
                pauli: pauli.clone(),
                angle: angle.negated(),
                controls: controls.clone(),
            },
            OpKind::Unitary { matrix, wires, controls } => {
                let dim = 1 << wires.len();
                let dagger = (0..dim * dim).map(|i| matrix[(i % dim) * dim + i / dim].conj()).collect();
                OpKind::Unitary { matrix: dagger, wires: wires.clone(), controls: controls.clone() }
            }
            OpKind::Barrier { wires } => OpKind::Barrier { wires: wires.clone() },
            OpKind::Measure { .. } | OpKind::Reset { .. } | OpKind::If { .. } => return None,
        };
        Some(Self { kind, span: self.span })
    }
}

impl Circuit {
    /// The circuit whose operations undo those of this one; everything else stays. None if something is measured,
    /// reset or branched on.
    pub fn inverse(&self) -> Option<Self> {
        let ops = self.ops.iter().rev().map(Op::inverse).collect::<Option<_>>()?;
        Some(Self { ops, ..self.clone() })
    }
}
