//! `map`: a loop that makes the elements of a tensor, in order.
//!
//! Scalars are written by the code itself. A `map` whose elements are rows of scalars, each made by another `map` as often as
//! the others, writes them all to one tensor; other elements go to a builder one by one.

use cranelift::prelude::*;
use qml_ir::host::{BinaryOp, Constant, Op, OpKind, Region, Type as HostType, ValueId};

use super::convention::load_word;
use super::elements::{axis, element_bytes};
use super::function::Translator;
use super::loops::block_args;
use super::ranges::Range;
use crate::runtime::Entry;
use crate::slot::Axis;

/// Where the elements of a `map` go.
struct Elements {
    builder: Value,
    site: Value,
    to: Target,
}

enum Target {
    /// Scalars of so many bytes, to this place.
    Place(i64, Value),
    /// Rows of so many bytes, which another `map` makes, from this place on.
    Rows(ValueId, Value, Value),
    /// To the builder.
    Builder,
}

impl Translator<'_, '_> {
    /// The tensor of the elements that the region makes for each counter.
    pub(super) fn map(&mut self, op: &Op, count: Value) -> Value {
        if let Some(&place) = self.rows.get(&op.results[0]) {
            self.fill_row(op, count, place);
            return self.b.ins().iconst(types::I64, 0);
        }
        let region = &op.regions[0];
        let element = self.function.ty(region.yields[0]).clone();
        let bytes = element_bytes(&element);
        let result = self.function.ty(op.results[0]).clone();
        let done = self.b.create_block();
        self.b.append_block_param(done, types::I64);
        let row = self.row_of(region);
        let is_long = !(self.runs_once && self.n_loops == 0);
        if !(is_long
            && bytes.is_some()
            && self
                .plan_rounds(region, region.params[0])
                .is_some_and(|plan| self.lanes(&plan, region, &[]).is_some()))
        {
            self.try_map_as_chain(op, count, done);
        }
        let item = row.as_ref().map_or(element, |(_, scalar, _)| scalar.clone());
        let site = self.plain_site(vec![item], result.clone(), op.span);
        let row_len = match &row {
            Some((.., len)) => *len,
            None => self.b.ins().iconst(types::I64, -1),
        };
        let out = self.room(2);
        let args = [self.context, site, count, row_len, out];
        let status = self.call_runtime(Entry::BuilderNew, &args, Some(types::I32))[0];
        self.fail_if(status);
        let builder = self.b.ins().load(types::I64, MemFlagsData::trusted(), out, 0);
        let place = self.b.ins().load(types::I64, MemFlagsData::trusted(), out, 8);
        let to = match (row, bytes) {
            (Some((row, scalar, len)), _) => {
                let bytes = self.b.ins().imul_imm_s(len, element_bytes(&scalar).unwrap_or(8));
                Target::Rows(row, bytes, place)
            }
            (None, Some(bytes)) => Target::Place(bytes, place),
            (None, None) => Target::Builder,
        };
        self.all_elements(op, count, &Elements { builder, site, to }, is_long);

        let out = self.room(1);
        let args = [self.context, site, builder, count, row_len, out];
        let status = self.call_runtime(Entry::BuilderFinish, &args, Some(types::I32))[0];
        self.fail_if(status);
        let tensor = load_word(&mut self.b, &result, out, 0);
        self.b.ins().jump(done, &[tensor.into()]);
        self.b.switch_to_block(done);
        self.b.block_params(done)[0]
    }

    /// Writes the elements of a row to their place.
    fn fill_row(&mut self, op: &Op, count: Value, place: Value) {
        let bytes = element_bytes(self.function.ty(op.regions[0].yields[0])).unwrap_or(8);
        let nothing = self.b.ins().iconst(types::I64, 0);
        let elements = Elements { builder: nothing, site: nothing, to: Target::Place(bytes, place) };
        self.all_elements(op, count, &elements, true);
    }

    /// Makes all elements: those that are sure first, then all that is left.
    fn all_elements(&mut self, op: &Op, count: Value, elements: &Elements, is_long: bool) {
        let region = &op.regions[0];
        let mut from = self.b.ins().iconst(types::I64, 0);
        if let Target::Place(_, place) = elements.to
            && is_long
            && let Some(plan) = self.plan_rounds(region, region.params[0])
        {
            let (sure_end, before) = self.begin_sure(&plan, from, count, None);
            from = match self.lanes(&plan, region, &[]) {
                Some(lanes) => self.in_lanes(&plan, &lanes, region, [from, sure_end], Some(place), op.span),
                None => self.elements(op, [from, sure_end], elements),
            };
            self.end_sure(&plan, before);
        }
        self.ranges.insert(region.params[0], Range::COUNT);
        self.elements(op, [from, count], elements);
    }

    /// Makes elements from one counter to another; gives the counter after them.
    fn elements(&mut self, op: &Op, [from, to]: [Value; 2], elements: &Elements) -> Value {
        let region = &op.regions[0];
        let (header, body, after) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.append_block_param(header, types::I64);
        self.b.ins().jump(header, &block_args(&[from]));
        self.b.switch_to_block(header);
        let index = self.b.block_params(header)[0];
        let is_over = self.b.ins().icmp(IntCC::SignedGreaterThanOrEqual, index, to);
        self.leave_if(is_over, after, body);

        self.b.switch_to_block(body);
        if self.runs_once && self.n_loops == 0 {
            // No list is so long that better code would save the time that it takes to make.
            self.operations.push(body);
        }
        self.check_interrupt(op.span);
        self.values.insert(region.params[0], index);
        if let Target::Rows(row, bytes, start) = elements.to {
            let offset = self.b.ins().imul(index, bytes);
            let place = self.b.ins().iadd(start, offset);
            self.rows.insert(row, place);
        }
        let word = self.repeated(region)[0];
        match elements.to {
            Target::Place(bytes, start) => {
                let offset = self.b.ins().imul_imm_s(index, bytes);
                let place = self.b.ins().iadd(start, offset);
                self.b.ins().store(MemFlagsData::trusted(), word, place, 0);
            }
            Target::Rows(row, ..) => _ = self.rows.remove(&row),
            Target::Builder => {
                self.call_runtime(Entry::BuilderPush, &[elements.builder, elements.site, word], None);
            }
        }
        let next = self.b.ins().iadd_imm_s(index, 1);
        self.b.ins().jump(header, &block_args(&[next]));
        self.b.switch_to_block(after);
        index
    }

    /// The row that a region makes by another `map`, the type of its scalars, and its length if that is the same each time.
    fn row_of(&mut self, region: &Region) -> Option<(ValueId, HostType, Value)> {
        let inner = region.ops.last().filter(|op| op.kind == OpKind::Map && op.results == region.yields)?;
        let scalar = self.function.ty(inner.regions[0].yields[0]).clone();
        element_bytes(&scalar)?;
        let len = self.before(inner.args[0], region)?;
        let none = self.b.ins().iconst(types::I64, 0);
        Some((inner.results[0], scalar, self.b.ins().smax(len, none)))
    }

    /// An int of a region, computed before it, if it is always the same and nothing can go wrong with it.
    fn before(&mut self, value: ValueId, region: &Region) -> Option<Value> {
        let Some(op) = region.ops.iter().find(|op| op.results.contains(&value)) else {
            return self.values.get(&value).copied();
        };
        match &op.kind {
            OpKind::Const(Constant::Int(x)) => Some(self.b.ins().iconst(types::I64, *x)),
            OpKind::Builtin(id) => match id.row().name {
                "op.dim" => {
                    let axis_number = self.before(op.args[1], region)?;
                    let tensor = *self.values.get(&op.args[0])?;
                    // All tensors have a first axis.
                    (self.constant_int(axis_number) == Some(0)).then(|| {
                        self.slot_field(types::I64, tensor, axis(0) + std::mem::offset_of!(Axis, len))
                    })
                }
                "maximum" => {
                    let (a, b) = (self.before(op.args[0], region)?, self.before(op.args[1], region)?);
                    Some(self.b.ins().smax(a, b))
                }
                _ => None,
            },
            OpKind::Binary(BinaryOp::Sub) => {
                let (a, b) = (self.before(op.args[0], region)?, self.before(op.args[1], region)?);
                (self.constant_int(b) == Some(0)).then_some(a)
            }
            _ => None,
        }
    }
}
