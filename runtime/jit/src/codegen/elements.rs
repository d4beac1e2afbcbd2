//! Single elements of tensors, without the detour over the table of built-in functions.

use cranelift::prelude::*;
use qml_ir::host::{Op, OpKind, Type as HostType, ValueId};
use qml_prelude::BuiltinId;

use super::function::{POINTER, Translator, register};
use super::ownership::LastUses;
use crate::runtime::Entry;
use crate::site::SiteKind;
use crate::words::is_owned;

impl Translator<'_, '_> {
    /// Reads or writes one element of a tensor without a detour; where that fails, the row tells what is wrong.
    pub(super) fn element_access(&mut self, op: &Op, at: usize, last: &LastUses) -> bool {
        let OpKind::Builtin(id) = op.kind else { return false };
        let result = op.results[0];
        let all_ints = |args: &[ValueId]| {
            !args.is_empty() && args.iter().all(|&arg| *self.function.ty(arg) == HostType::Int)
        };
        match id.row().name {
            "op.index" if all_ints(&op.args[1..]) => {
                let entry = match self.function.ty(result) {
                    HostType::Float => Entry::FloatAt,
                    HostType::Int => Entry::IntAt,
                    HostType::Bool => Entry::BoolAt,
                    _ => return false,
                };
                let word = self.read_element(entry, id, op);
                self.values.insert(result, word);
                // The operand was only looked at.
                if last.is_moved(op.args[0], at, &op.args, &op.regions) {
                    self.drop_owned(op.args[0]);
                }
                true
            }
            "op.index_set"
                if all_ints(&op.args[2..])
                    && *self.function.ty(op.args[1]) == HostType::Float
                    && matches!(self.function.ty(op.args[0]), HostType::Tensor(element, rank)
                        if **element == HostType::Float && usize::from(*rank) == op.args.len() - 2) =>
            {
                let tensor = self.take(op.args[0], at, &op.args, &op.regions, last);
                let word = self.write_element(tensor, id, op);
                self.values.insert(result, word);
                true
            }
            _ => false,
        }
    }

    fn read_element(&mut self, entry: Entry, id: BuiltinId, op: &Op) -> Value {
        let tensor = self.word(op.args[0]);
        let indices = self.spill(&op.args[1..]);
        let count = self.b.ins().iconst(types::I64, op.args.len() as i64 - 1);
        let out = self.room(1);
        let status = self.call_runtime(entry, &[tensor, indices, count, out], Some(types::I32))[0];
        let ty = self.function.ty(op.results[0]);
        let (slow, done) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(slow);
        self.b.append_block_param(done, register(ty));
        let fast = self.load_word(ty, out, 0);
        self.b.ins().brif(status, slow, &[], done, &[fast.into()]);
        self.b.switch_to_block(slow);
        let copies: Vec<Value> = op
            .args
            .iter()
            .map(|&arg| match self.function.ty(arg) {
                ty if is_owned(ty) => {
                    let word = self.word(arg);
                    self.call_runtime(Entry::Clone, &[word], Some(types::I64))[0]
                }
                _ => self.word(arg),
            })
            .collect();
        let word = self.operation(SiteKind::Builtin(id), &copies, op);
        self.b.ins().jump(done, &[word.into()]);
        self.b.switch_to_block(done);
        self.b.block_params(done)[0]
    }

    fn write_element(&mut self, tensor: Value, id: BuiltinId, op: &Op) -> Value {
        let item = self.word(op.args[1]);
        let indices = self.spill(&op.args[2..]);
        let count = self.b.ins().iconst(types::I64, op.args.len() as i64 - 2);
        let status = self.call_runtime(Entry::FloatSet, &[tensor, item, indices, count], Some(types::I32))[0];
        let (slow, done) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(slow);
        self.b.append_block_param(done, POINTER);
        self.b.ins().brif(status, slow, &[], done, &[tensor.into()]);
        self.b.switch_to_block(slow);
        let mut args = vec![tensor, item];
        args.extend(op.args[2..].iter().map(|&index| self.word(index)));
        let word = self.operation(SiteKind::Builtin(id), &args, op);
        self.b.ins().jump(done, &[word.into()]);
        self.b.switch_to_block(done);
        self.b.block_params(done)[0]
    }
}
