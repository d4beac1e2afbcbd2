//! Controlled operations. A controlled global phase is no global phase: it becomes a phase gate on the control.

use qml_gates::Gate;
use qml_source::{Span, bug};
use smallvec::SmallVec;

use crate::circuit::{Angle, Control, Op, OpKind};

/// The operation with one more control, as one or two operations.
pub(super) fn controlled(mut op: Op, control: Control) -> SmallVec<[Op; 2]> {
    let span = op.span;
    match &mut op.kind {
        OpKind::Gate { gate: Gate::Gphase, angles, .. } => controlled_phase(&angles[0], control, span),
        OpKind::Gate { controls, .. }
        | OpKind::PauliRotation { controls, .. }
        | OpKind::Unitary { controls, .. } => {
            controls.push(control);
            SmallVec::from_iter([op])
        }
        OpKind::If { then, otherwise, .. } => {
            for branch in [then, otherwise] {
                let ops = std::mem::take(branch);
                *branch = ops.into_iter().flat_map(|op| controlled(op, control)).collect();
            }
            SmallVec::from_iter([op])
        }
        OpKind::Barrier { .. } => SmallVec::from_iter([op]),
        OpKind::Measure { .. } | OpKind::Reset { .. } => bug!("a controlled measurement"),
    }
}

/// `exp(i angle)` where the control lets it be: a phase on |1>, or on |0>, which is a global phase and its inverse on |1>.
fn controlled_phase(angle: &Angle, control: Control, span: Span) -> SmallVec<[Op; 2]> {
    if control.on_one {
        return SmallVec::from_iter([Op::gate(Gate::P, std::slice::from_ref(angle), &[control.wire], span)]);
    }
    SmallVec::from_iter([
        Op::gate(Gate::Gphase, std::slice::from_ref(angle), &[], span),
        Op::gate(Gate::P, &[angle.times(-1.0)], &[control.wire], span),
    ])
}
