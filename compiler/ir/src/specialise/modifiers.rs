//! `adjoint`, `control`, `power` and `within`, worked out on the operations inside.

use qml_source::{Span, bug};

use super::controls;
use super::faults::{self, Failure};
use super::machine::{Frame, Machine, int};
use super::qubits::{self, Qubits};
use super::value::Abstract;
use crate::circuit::{Control, Op, OpKind};
use crate::host::{self, Modifier};

/// A modifier whose operations must be reversible.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around {
    pub name: &'static str,
    pub span: Span,
}

impl Machine<'_> {
    /// Refuses what no modifier can be applied to.
    pub(super) fn require_irreversible(&self, what: &str, span: Span) -> Result<(), Failure> {
        match self.around.last() {
            Some(around) => Err(faults::not_reversible(what, around.name, around.span, span)),
            None => Ok(()),
        }
    }

    pub(super) fn modified(
        &mut self,
        frame: &mut Frame,
        op: &host::Op,
        modifier: &Modifier,
    ) -> Result<Vec<Abstract>, Failure> {
        let span = op.span;
        let args: Vec<Abstract> = op.args.iter().map(|&value| frame.get(value).clone()).collect();
        let name = match modifier {
            Modifier::Adjoint => "adjoint",
            Modifier::Control(_) => "control",
            Modifier::Power => "power",
        };
        let (yields, ops) = self.reversible(frame, &op.regions[0], name, span)?;
        match modifier {
            Modifier::Adjoint => self.emit_inverse(ops)?,
            Modifier::Control(on_one) => self.control(ops, &args, on_one, span)?,
            Modifier::Power => {
                let exponent = int(&args[0], "the exponent of `power`", span)?;
                let ops = if exponent < 0 { inverse(ops) } else { ops };
                self.n_ops = self.n_ops.saturating_sub(ops.len());
                let ops = if exponent == 0 { Vec::new() } else { ops };
                if !ops.is_empty() {
                    self.require_room(ops.len() as u64, exponent.unsigned_abs(), span)?;
                    for _ in 0..exponent.unsigned_abs() {
                        ops.iter().cloned().try_for_each(|op| self.emit(op))?;
                    }
                }
            }
        }
        Ok(yields)
    }

    /// `v`, `u`, the inverse of `v`.
    pub(super) fn within(&mut self, frame: &mut Frame, op: &host::Op) -> Result<Vec<Abstract>, Failure> {
        let (_, within) = self.reversible(frame, &op.regions[0], "within", op.span)?;
        self.n_ops -= within.len();
        within.iter().cloned().try_for_each(|op| self.emit(op))?;
        let yields = self.region(frame, &op.regions[1], Vec::new())?;
        self.n_ops += within.len();
        self.emit_inverse(within)?;
        Ok(yields)
    }

    /// The operations of a region, none of which may be irreversible.
    fn reversible(
        &mut self,
        frame: &mut Frame,
        region: &host::Region,
        name: &'static str,
        span: Span,
    ) -> Result<(Vec<Abstract>, Vec<Op>), Failure> {
        self.around.push(Around { name, span });
        let collected = self.collect(frame, region);
        self.around.pop();
        collected
    }

    fn emit_inverse(&mut self, ops: Vec<Op>) -> Result<(), Failure> {
        self.n_ops -= ops.len();
        inverse(ops).into_iter().try_for_each(|op| self.emit(op))
    }

    fn control(
        &mut self,
        mut ops: Vec<Op>,
        args: &[Abstract],
        on_one: &[bool],
        span: Span,
    ) -> Result<(), Failure> {
        let operands: Vec<&Qubits> = args.iter().map(qubits::operand).collect();
        qubits::check_distinct(&operands, "`control`", span)?;
        self.n_ops -= ops.len();
        for (operand, &on_one) in operands.iter().zip(on_one) {
            for &wire in operand.wires.iter() {
                check_not_used(&ops, wire, operand.span)?;
                ops = ops
                    .into_iter()
                    .flat_map(|op| controls::controlled(op, Control { wire, on_one }))
                    .collect();
            }
        }
        ops.into_iter().try_for_each(|op| self.emit(op))
    }
}

fn check_not_used(ops: &[Op], wire: crate::circuit::Wire, operand: Span) -> Result<(), Failure> {
    for op in ops {
        // Controls of before are new phases' wires too; those were checked against each other.
        let is_used = match &op.kind {
            OpKind::If { then, otherwise, .. } => {
                check_not_used(then, wire, operand)?;
                check_not_used(otherwise, wire, operand)?;
                false
            }
            _ => op.wires().contains(&wire),
        };
        if is_used {
            return Err(faults::control_is_target(operand, op.span));
        }
    }
    Ok(())
}

/// The operations that undo these; all are reversible.
fn inverse(ops: Vec<Op>) -> Vec<Op> {
    ops.into_iter().rev().map(inverse_of).collect()
}

fn inverse_of(op: Op) -> Op {
    let span = op.span;
    match op.kind {
        OpKind::If { condition, then, otherwise } => {
            Op { kind: OpKind::If { condition, then: inverse(then), otherwise: inverse(otherwise) }, span }
        }
        _ => match op.inverse() {
            Some(inverse) => inverse,
            None => bug!("the inverse of {op:?}"),
        },
    }
}
