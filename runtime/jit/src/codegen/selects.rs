//! Small `if`s on ints: both ways are computed, and one result is taken. A jump that the processor can't foresee would cost
//! more than the few operations.

use cranelift::codegen::ir::condcodes::CondCode;
use cranelift::codegen::ir::{InstructionData, Opcode, ValueDef};
use cranelift::prelude::*;
use qml_ir::host::{BinaryOp, Op, OpKind, Region, Type as HostType, UnaryOp, ValueId};

use super::function::Translator;

/// Operations besides constants, in both ways together.
const MOST_OPS: usize = 4;

impl Translator<'_, '_> {
    /// The results, if the `if` is so small.
    pub(super) fn select(&mut self, op: &Op, condition: Value) -> Option<Vec<Value>> {
        let is_int = |value: &ValueId| matches!(self.function.ty(*value), HostType::Int | HostType::Bool);
        if op.results.is_empty() || !op.results.iter().all(is_int) || self.condition.is_some() {
            return None;
        }
        let n_ops = op.regions.iter().map(|region| self.n_cheap(region)).sum::<Option<usize>>()?;
        if n_ops > MOST_OPS {
            return None;
        }
        let otherwise = self.negated(condition);
        let [then, otherwise] = [(condition, 0), (otherwise, 1)].map(|(condition, i)| {
            self.condition = Some(condition);
            self.region(&op.regions[i], &[])
        });
        self.condition = None;
        let choose = |(then, otherwise)| self.b.ins().select(condition, then, otherwise);
        Some(then.into_iter().zip(otherwise).map(choose).collect())
    }

    /// The opposite of a bool; of a comparison, the opposite comparison.
    pub(super) fn negated(&mut self, condition: Value) -> Value {
        let data = match self.b.func.dfg.value_def(condition) {
            ValueDef::Result(inst, _) => Some(self.b.func.dfg.insts[inst]),
            _ => None,
        };
        match data {
            Some(InstructionData::IntCompare { cond, args: [a, b], .. }) => {
                self.b.ins().icmp(cond.complement(), a, b)
            }
            Some(InstructionData::FloatCompare { cond, args: [a, b], .. }) => {
                self.b.ins().fcmp(cond.complement(), a, b)
            }
            _ => self.b.ins().bxor_imm_u(condition, 1),
        }
    }

    /// What a bool is the opposite of, if it is made as such.
    pub(super) fn without_not(&self, condition: Value) -> Option<Value> {
        let ValueDef::Result(inst, _) = self.b.func.dfg.value_def(condition) else { return None };
        match self.b.func.dfg.insts[inst] {
            InstructionData::Binary { opcode: Opcode::Bxor, args: [x, one] } => {
                (self.constant_int(one) == Some(1)).then_some(x)
            }
            _ => None,
        }
    }

    /// How many operations there are besides constants, if all are cheap, and do no harm where they shouldn't be done.
    fn n_cheap(&self, region: &Region) -> Option<usize> {
        let is_int = |value: ValueId| *self.function.ty(value) == HostType::Int;
        let mut n_ops = 0;
        for op in &region.ops {
            n_ops += match &op.kind {
                OpKind::Const(_)
                    if matches!(self.function.ty(op.results[0]), HostType::Int | HostType::Bool) =>
                {
                    0
                }
                OpKind::Unary(UnaryOp::Not) => 1,
                OpKind::Unary(UnaryOp::Neg) if is_int(op.args[0]) => 1,
                OpKind::Binary(BinaryOp::DivFloor | BinaryOp::Mod) if is_int(op.args[0]) => {
                    // Others would have to be looked at.
                    let is_power = |divisor: i64| divisor > 0 && divisor.count_ones() == 1;
                    is_power(self.constant_in(region, op.args[1])?).then_some(1)?
                }
                OpKind::Binary(_) if is_int(op.args[0]) => 1,
                OpKind::Binary(BinaryOp::And | BinaryOp::Or | BinaryOp::Eq | BinaryOp::Ne)
                    if *self.function.ty(op.args[0]) == HostType::Bool =>
                {
                    1
                }
                _ => return None,
            };
        }
        Some(n_ops)
    }

    /// A constant of the region, or from before it.
    fn constant_in(&self, region: &Region, value: ValueId) -> Option<i64> {
        use qml_ir::host::Constant::Int;
        let here = region.ops.iter().find(|op| op.results.contains(&value));
        match here.map(|op| &op.kind) {
            Some(OpKind::Const(Int(x))) => Some(*x),
            Some(_) => None,
            None => self.constant_int(self.word(value)),
        }
    }
}
