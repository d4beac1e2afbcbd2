//! Sizes of tensors, read and compared by the code itself. Where one is not what it should be, the row of the built-in
//! function tells what is wrong.

use std::mem::offset_of;

use cranelift::codegen::ir::{InstructionData, Opcode, ValueDef};
use cranelift::prelude::*;
use qml_ir::host::{Op, OpKind};
use qml_prelude::BuiltinId;

use super::elements::axis;
use super::function::Translator;
use super::ownership::LastUses;
use super::ranges::Range;
use crate::site::SiteKind;
use crate::slot::{Axis, MOST_AXES};

impl Translator<'_, '_> {
    /// Reads or checks a size, if the operation is that.
    pub(super) fn shape_operation(&mut self, op: &Op, at: usize, last: &LastUses) -> bool {
        let OpKind::Builtin(id) = op.kind else { return false };
        let size = match id.row().name {
            "op.dim" => self.dim(id, op),
            "op.shape_check" => Some(self.shape_check(id, op)),
            _ => None,
        };
        let Some(size) = size else { return false };
        self.values.insert(op.results[0], size);
        let is_dim = id.row().name == "op.dim";
        if let Some(range) = if is_dim { Some(Range::COUNT) } else { self.range(op.args[0]) } {
            self.ranges.insert(op.results[0], range);
        }
        self.drop_moved(op, at, last);
        true
    }

    /// The size of an axis that is known when the code is made; a tensor without items may lack the axis.
    fn dim(&mut self, id: BuiltinId, op: &Op) -> Option<Value> {
        let at = usize::try_from(self.constant_int(self.word(op.args[1]))?).ok()?;
        if at >= MOST_AXES {
            return None;
        }
        let tensor = self.word(op.args[0]);
        let len = self.slot_field(types::I64, tensor, axis(at) + offset_of!(Axis, len));
        let is_there = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, len, 0);
        Some(self.unless(is_there, len, |this| {
            let operands = this.lent(op);
            this.operation(SiteKind::Builtin(id), &operands, op)
        }))
    }

    fn shape_check(&mut self, id: BuiltinId, op: &Op) -> Value {
        let (actual, expected) = (self.word(op.args[0]), self.word(op.args[1]));
        let is_right = self.b.ins().icmp(IntCC::Equal, actual, expected);
        self.unless(is_right, actual, |this| {
            let operands = this.lent(op);
            this.operation(SiteKind::Builtin(id), &operands, op)
        })
    }

    /// The value if the condition holds, else what `slow` makes.
    pub(super) fn unless(
        &mut self,
        condition: Value,
        value: Value,
        slow: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        let (otherwise, done) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(otherwise);
        let ty = self.b.func.dfg.value_type(value);
        self.b.append_block_param(done, ty);
        self.b.ins().brif(condition, done, &[value.into()], otherwise, &[]);
        self.b.switch_to_block(otherwise);
        let made = slow(self);
        self.b.ins().jump(done, &[made.into()]);
        self.b.switch_to_block(done);
        self.b.block_params(done)[0]
    }

    /// The number that a word always is, if it is one.
    pub(super) fn constant_int(&self, word: Value) -> Option<i64> {
        let ValueDef::Result(inst, _) = self.b.func.dfg.value_def(word) else { return None };
        match self.b.func.dfg.insts[inst] {
            InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => Some(imm.bits()),
            _ => None,
        }
    }

    /// The same of a float.
    pub(super) fn constant_float(&self, word: Value) -> Option<f64> {
        let ValueDef::Result(inst, _) = self.b.func.dfg.value_def(word) else { return None };
        match self.b.func.dfg.insts[inst] {
            InstructionData::UnaryIeee64 { opcode: Opcode::F64const, imm } => Some(imm.as_f64()),
            _ => None,
        }
    }
}
