//! Single elements of tensors, read and written by the code itself; scalars at the end of lists.
//!
//! A [`Slot`] tells where the elements are. Its fields are read as memory that never changes, so Cranelift takes such loads
//! out of loops: whoever changes a tensor hands on a word that is new to it. Where a tensor or an index is not what it should
//! be, the row of the built-in function tells what is wrong.

use std::mem::offset_of;

use cranelift::prelude::*;
use qml_ir::host::{Function, Op, OpKind, Type as HostType, ValueId};
use qml_prelude::BuiltinId;

use super::function::{POINTER, Translator, register};
use super::operations::Operand;
use super::ownership::LastUses;
use super::sure::Place;
use crate::runtime::Entry;
use crate::site::SiteKind;
use crate::slot::{Axis, Slot, kind};

/// The bytes of an element that is a scalar.
pub(super) fn element_bytes(element: &HostType) -> Option<i64> {
    match element {
        HostType::Bool => Some(1),
        HostType::Int | HostType::Float => Some(8),
        _ => None,
    }
}

/// The kind of a tensor of which the operation reads or writes a single element, if it does that.
pub(super) fn element_kind(function: &Function, op: &Op) -> Option<u32> {
    let OpKind::Builtin(id) = op.kind else { return None };
    let n_before = match id.row().name {
        "op.index" => 1,
        "op.index_set" => 2,
        _ => return None,
    };
    let indices = &op.args[n_before..];
    let HostType::Tensor(element, rank) = function.ty(op.args[0]) else { return None };
    let are_ints = indices.iter().all(|&index| *function.ty(index) == HostType::Int);
    let is_alike = n_before == 1 || *function.ty(op.args[1]) == **element;
    kind(element, usize::from(*rank)).filter(|_| are_ints && is_alike && indices.len() == usize::from(*rank))
}

impl Translator<'_, '_> {
    /// Reads or writes one element of a tensor, or adds a scalar to a list, if the operation is that.
    pub(super) fn element_access(&mut self, op: &Op, at: usize, last: &LastUses) -> bool {
        if self.growing_list(op) {
            return true;
        }
        let OpKind::Builtin(id) = op.kind else { return false };
        let name = id.row().name;
        if name == "list.push" && element_bytes(self.function.ty(op.args[1])).is_some() {
            let list = self.take(op.args[0], at, &op.args, &op.regions, last);
            self.push_scalar(list, op);
            self.values.insert(op.results[0], list);
            return true;
        }
        let Some(kind) = element_kind(self.function, op) else { return false };
        if let Some(&place) = self.places.get(&op.results[0]) {
            self.sure_element(place, name == "op.index_set", op);
            return true;
        }
        let indices = &op.args[1 + usize::from(name == "op.index_set")..];
        let word = if name == "op.index" && self.pinned.contains(&op.args[0]) {
            let place = self.place_or_fault(kind, id, op, indices);
            let ty = register(self.function.ty(op.results[0]));
            self.b.ins().load(ty, MemFlagsData::trusted(), place, 0)
        } else if name == "op.index" {
            let word = self.read_element(kind, id, op, indices);
            self.drop_moved(op, at, last);
            word
        } else if self.pinned.contains(&op.args[0]) {
            let (tensor, item) = (self.word(op.args[0]), self.word(op.args[1]));
            let place = self.place_or_fault(kind, id, op, indices);
            self.b.ins().store(MemFlagsData::trusted(), item, place, 0);
            tensor
        } else {
            let tensor = self.take(op.args[0], at, &op.args, &op.regions, last);
            self.write_element(tensor, kind, id, op, indices)
        };
        self.values.insert(op.results[0], word);
        true
    }

    /// Reads or writes an element that is known to be there. Its tensor stays where it is.
    fn sure_element(&mut self, place: Place, is_write: bool, op: &Op) {
        let place = self.address(place);
        let word = if is_write {
            let item = self.word(op.args[1]);
            self.b.ins().store(MemFlagsData::trusted(), item, place, 0);
            self.word(op.args[0])
        } else {
            let ty = register(self.function.ty(op.results[0]));
            self.b.ins().load(ty, MemFlagsData::trusted(), place, 0)
        };
        self.values.insert(op.results[0], word);
    }

    fn read_element(&mut self, kind: u32, id: BuiltinId, op: &Op, indices: &[ValueId]) -> Value {
        let tensor = self.word(op.args[0]);
        let ty = self.function.ty(op.results[0]);
        let (slow, done) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(slow);
        self.b.append_block_param(done, register(ty));
        self.check_element(tensor, kind, indices, slow);
        let place = self.element_place(tensor, indices);
        let element = self.b.ins().load(register(ty), MemFlagsData::trusted(), place, 0);
        self.b.ins().jump(done, &[element.into()]);

        self.b.switch_to_block(slow);
        let operands = self.lent(op);
        let word = self.operation(SiteKind::Builtin(id), &operands, op);
        self.b.ins().jump(done, &[word.into()]);
        self.b.switch_to_block(done);
        self.b.block_params(done)[0]
    }

    fn write_element(
        &mut self,
        tensor: Value,
        kind: u32,
        id: BuiltinId,
        op: &Op,
        indices: &[ValueId],
    ) -> Value {
        let item = self.word(op.args[1]);
        let (slow, done) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(slow);
        self.b.append_block_param(done, POINTER);
        self.check_element(tensor, kind, indices, slow);
        let own = self.own(tensor);
        let place = self.element_place(own, indices);
        self.b.ins().store(MemFlagsData::trusted(), item, place, 0);
        self.b.ins().jump(done, &[own.into()]);

        self.b.switch_to_block(slow);
        let mut operands = self.lent(op);
        operands[0] = Operand::owned(tensor);
        let word = self.operation(SiteKind::Builtin(id), &operands, op);
        self.b.ins().jump(done, &[word.into()]);
        self.b.switch_to_block(done);
        self.b.block_params(done)[0]
    }

    /// The address of an element of a tensor that stays where it is, where only an index can be wrong.
    fn place_or_fault(&mut self, kind: u32, id: BuiltinId, op: &Op, indices: &[ValueId]) -> Value {
        let tensor = self.word(op.args[0]);
        let (slow, go_on) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(slow);
        self.check_element(tensor, kind, indices, slow);
        let place = self.element_place(tensor, indices);
        self.b.ins().jump(go_on, &[]);

        self.b.switch_to_block(slow);
        let operands = self.lent(op);
        self.operation(SiteKind::Builtin(id), &operands, op);
        self.b.ins().jump(self.failed, &[]);
        self.b.switch_to_block(go_on);
        place
    }

    /// The word of a tensor whose elements nobody else holds: another one, whose fields are read anew.
    pub(super) fn own(&mut self, tensor: Value) -> Value {
        let (shared, own) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(shared);
        self.b.append_block_param(own, POINTER);
        let offset = offset_of!(Slot, is_unshared) as i32;
        let is_unshared = self.b.ins().load(types::I8, MemFlagsData::trusted(), tensor, offset);
        self.b.ins().brif(is_unshared, own, &[tensor.into()], shared, &[]);
        self.b.switch_to_block(shared);
        let word = self.call_runtime(Entry::Unshare, &[tensor], Some(POINTER))[0];
        self.b.ins().jump(own, &[word.into()]);
        self.b.switch_to_block(own);
        self.b.block_params(own)[0]
    }

    fn push_scalar(&mut self, list: Value, op: &Op) {
        let types: Vec<HostType> = op.args.iter().map(|&arg| self.function.ty(arg).clone()).collect();
        let site = self.plain_site(types, HostType::Unit, op.span);
        let word = self.word(op.args[1]);
        let word = self.as_i64(word);
        let status =
            self.call_runtime(Entry::ListPush, &[self.context, site, list, word], Some(types::I32))[0];
        self.fail_if(status);
    }

    /// Goes on if the tensor is of this kind, and the indices are in range. One branch each: what stays the same in a loop is
    /// computed before it.
    fn check_element(&mut self, tensor: Value, kind: u32, indices: &[ValueId], otherwise: Block) {
        let found = self.slot_field(types::I32, tensor, offset_of!(Slot, kind));
        let is_other = self.b.ins().icmp_imm_s(IntCC::NotEqual, found, i64::from(kind));
        self.go_on_unless(is_other, otherwise);
        for (i, &index) in indices.iter().enumerate() {
            let len = self.slot_field(types::I64, tensor, axis(i) + offset_of!(Axis, len));
            // As a number without sign a negative index is larger than any length.
            let index = self.word(index);
            let is_outside = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, index, len);
            self.go_on_unless(is_outside, otherwise);
        }
    }

    fn go_on_unless(&mut self, condition: Value, otherwise: Block) {
        let go_on = self.b.create_block();
        self.leave_if(condition, otherwise, go_on);
        self.b.switch_to_block(go_on);
    }

    /// The address of an element that is there.
    fn element_place(&mut self, tensor: Value, indices: &[ValueId]) -> Value {
        let data = self.slot_field(POINTER, tensor, offset_of!(Slot, data));
        indices.iter().enumerate().fold(data, |place, (i, &index)| {
            let stride = self.slot_field(types::I64, tensor, axis(i) + offset_of!(Axis, stride));
            let index = self.word(index);
            let offset = self.b.ins().imul(index, stride);
            self.b.ins().iadd(place, offset)
        })
    }

    pub(super) fn slot_field(&mut self, ty: Type, slot: Value, offset: usize) -> Value {
        let flags = MemFlagsData::trusted().with_readonly().with_can_move();
        self.b.ins().load(ty, flags, slot, offset as i32)
    }
}

/// Where a slot tells of an axis.
pub(super) fn axis(i: usize) -> usize {
    offset_of!(Slot, axes) + i * size_of::<Axis>()
}
