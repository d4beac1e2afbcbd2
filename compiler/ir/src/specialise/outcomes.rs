//! Measurements, and what may depend on their outcomes.

use qml_prelude::Value;
use qml_source::Span;

use super::cases::select_number;
use super::faults::{self, Failure};
use super::machine::{Frame, Machine, known};
use super::qubits;
use super::value::{Abstract, Grid};
use crate::circuit::condition::choose;
use crate::circuit::{Bit, BitExpr, Op, OpKind};
use crate::host;

impl Machine<'_> {
    pub(super) fn measure(&mut self, operand: &Abstract, span: Span) -> Result<Abstract, Failure> {
        self.require_irreversible("a measurement", span)?;
        let operand = qubits::operand(operand);
        let mut outcomes = Vec::with_capacity(operand.wires.len());
        for &wire in operand.wires.iter() {
            let bit = Bit(self.n_bits);
            self.n_bits += 1;
            self.emit(Op { kind: OpKind::Measure { wire, bit }, span })?;
            outcomes.push(Abstract::Outcome(BitExpr::Bit(bit)));
        }
        let shape = if operand.is_register { vec![outcomes.len()] } else { Vec::new() };
        if outcomes.is_empty() {
            return Ok(Abstract::Known(Value::vector::<bool>(Vec::new())));
        }
        Ok(Grid { shape, items: outcomes }.into_abstract())
    }

    pub(super) fn reset(&mut self, operand: &Abstract, span: Span) -> Result<Vec<Abstract>, Failure> {
        self.require_irreversible("`reset`", span)?;
        for &wire in qubits::operand(operand).wires.iter() {
            self.emit(Op { kind: OpKind::Reset { wire }, span })?;
        }
        Ok(Vec::new())
    }

    /// `if`: one branch where the condition is known, else both, with their results merged.
    pub(super) fn branch(&mut self, frame: &mut Frame, op: &host::Op) -> Result<Vec<Abstract>, Failure> {
        let condition = self.seen.value(frame.get(op.args[0])).into_owned();
        let Abstract::Outcome(condition) = condition else {
            let holds = known(&condition, "a branch", op.span)?.to_bool();
            return self.region(frame, &op.regions[usize::from(!holds)], Vec::new());
        };
        let mut block = |index: usize, holds| {
            let facts = self.seen.assume(&condition, holds);
            let collected = self.collect(frame, &op.regions[index]);
            self.seen.forget(facts);
            collected
        };
        let ((then_values, then), (other_values, otherwise)) = (block(0, true)?, block(1, false)?);
        if !(then.is_empty() && otherwise.is_empty()) {
            let kind = OpKind::If { condition: condition.clone(), then, otherwise };
            self.emit(Op { kind, span: op.span })?;
        }
        then_values.iter().zip(&other_values).map(|(a, b)| select(&condition, a, b, op.span)).collect()
    }
}

/// `if condition then a else b`.
pub(super) fn select(
    condition: &BitExpr,
    a: &Abstract,
    b: &Abstract,
    span: Span,
) -> Result<Abstract, Failure> {
    if a == b {
        return Ok(a.clone());
    }
    let is_bool = |value: &Abstract| matches!(value, Abstract::Outcome(_) | Abstract::Known(Value::Bool(_)));
    if is_bool(a) && is_bool(b) {
        return Ok(Abstract::outcome(choose(condition, a.to_outcome(), b.to_outcome())));
    }
    let is_int = |value: &Abstract| matches!(value, Abstract::Number(_) | Abstract::Known(Value::Int(_)));
    if is_int(a) && is_int(b) {
        return select_number(condition, a, b, span);
    }
    let is_tuple = |value: &Abstract| matches!(value, Abstract::Tuple(_) | Abstract::Known(Value::Tuple(_)));
    if is_tuple(a) && is_tuple(b) {
        let parts = (0..a.n_parts()).map(|index| select(condition, &a.part(index), &b.part(index), span));
        return Ok(Abstract::tuple(parts.collect::<Result<_, _>>()?));
    }
    if !a.shape().is_empty() && a.shape() == b.shape() {
        let (a, b) = (a.to_grid(), b.to_grid());
        let items = a.items.iter().zip(&b.items).map(|(a, b)| select(condition, a, b, span));
        return Ok(Grid { shape: a.shape.clone(), items: items.collect::<Result<_, _>>()? }.into_abstract());
    }
    Err(faults::depends_on_outcome("a value that is no `bool` or `int`", span))
}
