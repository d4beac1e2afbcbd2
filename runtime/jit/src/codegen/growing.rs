//! Lists of scalars that loops fill, and that become tensors: see [`Growing`].

use std::mem::offset_of;

use cranelift::prelude::*;
use qml_ir::host::{Op, OpKind, Type as HostType};

use super::elements::element_bytes;
use super::function::{POINTER, Translator};
use crate::growing::Growing;
use crate::runtime::Entry;

impl Translator<'_, '_> {
    /// Makes a list that grows in its place, adds to it, or makes a tensor of it, if the operation is that.
    pub(super) fn growing_list(&mut self, op: &Op) -> bool {
        let OpKind::Builtin(id) = op.kind else { return false };
        let Some(&list) = op.args.first().or(op.results.first()) else { return false };
        if !self.growing.contains(&list) {
            return false;
        }
        let HostType::List(element) = self.function.ty(list).clone() else { return false };
        let word = match id.row().name {
            "list.new" => {
                let site = self.plain_site(vec![*element], HostType::Unit, op.span);
                self.call_runtime(Entry::GrowingNew, &[site], Some(POINTER))[0]
            }
            "list.push" => {
                let list = self.word(list);
                self.push_in_place(list, op, &element);
                list
            }
            "list.stack" => {
                let list = self.word(list);
                self.call_runtime(Entry::GrowingStack, &[list], Some(POINTER))[0]
            }
            _ => return false,
        };
        self.values.insert(op.results[0], word);
        true
    }

    fn push_in_place(&mut self, list: Value, op: &Op, element: &HostType) {
        let bytes = element_bytes(element).unwrap_or(8);
        let flags = MemFlagsData::trusted();
        let item = self.word(op.args[1]);
        let len = self.b.ins().load(types::I64, flags, list, offset_of!(Growing, len) as i32);
        let room = self.b.ins().load(types::I64, flags, list, offset_of!(Growing, room) as i32);
        let (full, push) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(full);
        let has_room = self.b.ins().icmp(IntCC::UnsignedLessThan, len, room);
        self.b.ins().brif(has_room, push, &[], full, &[]);
        self.b.switch_to_block(full);
        let site = self.plain_site(vec![element.clone()], HostType::Unit, op.span);
        let status = self.call_runtime(Entry::Grow, &[self.context, site, list], Some(types::I32))[0];
        self.b.ins().brif(status, self.failed, &[], push, &[]);

        self.b.switch_to_block(push);
        let data = self.b.ins().load(POINTER, flags, list, offset_of!(Growing, data) as i32);
        let offset = self.b.ins().imul_imm_s(len, bytes);
        let place = self.b.ins().iadd(data, offset);
        self.b.ins().store(flags, item, place, 0);
        let len = self.b.ins().iadd_imm_s(len, 1);
        self.b.ins().store(flags, len, list, offset_of!(Growing, len) as i32);
    }
}
