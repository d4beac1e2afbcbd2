//! Branches and loops.

use cranelift::codegen::ir::BlockArg;
use cranelift::prelude::*;
use qml_ir::host::{Op, Region, ValueId};

use super::elements::element_bytes;
use super::function::{Translator, register};
use super::ownership::uses;
use super::pinned::versions;
use crate::runtime::Entry;
use crate::words::is_owned;

impl Translator<'_, '_> {
    /// `if`: both regions end in one block, whose parameters are the results.
    pub(super) fn branch(&mut self, op: &Op, condition: Value, handed_down: &[ValueId]) -> Vec<Value> {
        let (then, otherwise, after) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let stays: Vec<bool> = op.results.iter().map(|result| self.pinned.contains(result)).collect();
        for &result in op.results.iter().filter(|result| !self.pinned.contains(result)) {
            self.b.append_block_param(after, register(self.function.ty(result)));
        }
        self.b.ins().brif(condition, then, &[], otherwise, &[]);
        let mut results = Vec::new();
        for (block, region) in [then, otherwise].into_iter().zip(&op.regions) {
            self.b.switch_to_block(block);
            results = self.region(region, handed_down);
            self.b.ins().jump(after, &block_args(&moving(&results, &stays)));
        }
        self.b.switch_to_block(after);
        staying(&results, self.b.block_params(after), &stays)
    }

    /// `for`: the header's parameters are the index and the carried values, but for those that stay where they are.
    pub(super) fn for_loop(&mut self, op: &Op, args: &[Value]) -> Vec<Value> {
        let region = &op.regions[0];
        let (end, mut words) = (args[1], vec![args[0]]);
        words.extend(&args[2..]);
        let mut stays = self.pin_carried(op, &region.params[1..], &mut words[1..]);
        stays.insert(0, false);
        let (header, body, after) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        for (&param, _) in region.params.iter().zip(&stays).filter(|(_, stays)| !**stays) {
            self.b.append_block_param(header, register(self.function.ty(param)));
        }
        self.b.ins().jump(header, &block_args(&moving(&words, &stays)));

        self.b.switch_to_block(header);
        let params = staying(&words, self.b.block_params(header), &stays);
        let goes_on = self.b.ins().icmp(IntCC::SignedLessThan, params[0], end);
        self.b.ins().brif(goes_on, body, &[], after, &[]);

        self.b.switch_to_block(body);
        self.check_interrupt(op.span);
        self.values.extend(region.params.iter().copied().zip(params.iter().copied()));
        let mut next = self.repeated(region);
        next.insert(0, self.b.ins().iadd_imm_s(params[0], 1));
        self.b.ins().jump(header, &block_args(&moving(&next, &stays)));

        self.b.switch_to_block(after);
        params[1..].to_vec()
    }

    /// `while`: the condition gets copies of the carried values that it uses, the body the values.
    pub(super) fn while_loop(&mut self, op: &Op, args: &[Value]) -> Vec<Value> {
        let (test, work) = (&op.regions[0], &op.regions[1]);
        let mut words = args.to_vec();
        let stays = self.pin_carried(op, &work.params, &mut words);
        let used = test.params.iter().copied().filter(|&param| uses(test, param)).collect();
        let condition = Region { params: used, ..test.clone() };
        let (header, body, after) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        for (&param, _) in work.params.iter().zip(&stays).filter(|(_, stays)| !**stays) {
            self.b.append_block_param(header, register(self.function.ty(param)));
        }
        self.b.ins().jump(header, &block_args(&moving(&words, &stays)));

        self.b.switch_to_block(header);
        let params = staying(&words, self.b.block_params(header), &stays);
        for ((&param, &word), &stays) in test.params.iter().zip(&params).zip(&stays) {
            let word = match self.function.ty(param) {
                // The condition only looks at it.
                _ if stays => {
                    self.constants.insert(param);
                    word
                }
                ty if is_owned(ty) && condition.params.contains(&param) => {
                    self.call_runtime(Entry::Clone, &[word], Some(types::I64))[0]
                }
                _ => word,
            };
            self.values.insert(param, word);
        }
        let goes_on = self.region(&condition, &[])[0];
        self.b.ins().brif(goes_on, body, &[], after, &[]);

        self.b.switch_to_block(body);
        self.check_interrupt(op.span);
        self.values.extend(work.params.iter().copied().zip(params.iter().copied()));
        let next = self.repeated(work);
        self.b.ins().jump(header, &block_args(&moving(&next, &stays)));

        self.b.switch_to_block(after);
        params
    }

    /// The body of a loop.
    fn repeated(&mut self, body: &Region) -> Vec<Value> {
        self.n_loops += 1;
        let yields = self.region(body, &[]);
        self.n_loops -= 1;
        yields
    }

    /// Which carried values stay where they are, with their words from now on.
    fn pin_carried(&mut self, op: &Op, params: &[ValueId], words: &mut [Value]) -> Vec<bool> {
        for (i, (param, word)) in params.iter().zip(words).enumerate() {
            if self.pinned.contains(param) {
                continue;
            }
            if let Some(versions) = versions(self.function, op, i) {
                *word = self.own(*word);
                self.pinned.extend(versions);
            }
        }
        params.iter().map(|param| self.pinned.contains(param)).collect()
    }

    /// `map`: a loop that hands each element to a builder, in order.
    pub(super) fn map(&mut self, op: &Op, count: Value) -> Value {
        let region = &op.regions[0];
        let element = self.function.ty(region.yields[0]).clone();
        let element_bytes = element_bytes(&element);
        let result = self.function.ty(op.results[0]).clone();
        let done = self.b.create_block();
        self.b.append_block_param(done, types::I64);
        self.try_map_as_chain(op, count, done);
        let site = self.plain_site(vec![element], result.clone(), op.span);
        let out = self.room(2);
        let args = [self.context, site, count, out];
        let status = self.call_runtime(Entry::BuilderNew, &args, Some(types::I32))[0];
        self.fail_if(status);
        let builder = self.b.ins().load(types::I64, MemFlagsData::trusted(), out, 0);
        let elements = self.b.ins().load(types::I64, MemFlagsData::trusted(), out, 8);

        let (header, body, after) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.append_block_param(header, types::I64);
        let zero = self.b.ins().iconst(types::I64, 0);
        self.b.ins().jump(header, &block_args(&[zero]));
        self.b.switch_to_block(header);
        let index = self.b.block_params(header)[0];
        let goes_on = self.b.ins().icmp(IntCC::SignedLessThan, index, count);
        self.b.ins().brif(goes_on, body, &[], after, &[]);

        self.b.switch_to_block(body);
        if self.runs_once && self.n_loops == 0 {
            // No list is so long that better code would save the time that it takes to make.
            self.operations.push(body);
        }
        self.check_interrupt(op.span);
        self.values.insert(region.params[0], index);
        let word = self.repeated(region)[0];
        match element_bytes {
            Some(bytes) => {
                let offset = self.b.ins().imul_imm_s(index, bytes);
                let place = self.b.ins().iadd(elements, offset);
                self.b.ins().store(MemFlagsData::trusted(), word, place, 0);
            }
            None => _ = self.call_runtime(Entry::BuilderPush, &[builder, site, word], None),
        }
        let next = self.b.ins().iadd_imm_s(index, 1);
        self.b.ins().jump(header, &block_args(&[next]));

        self.b.switch_to_block(after);
        let out = self.room(1);
        let args = [self.context, site, builder, count, out];
        let status = self.call_runtime(Entry::BuilderFinish, &args, Some(types::I32))[0];
        self.fail_if(status);
        let tensor = self.load_word(&result, out, 0);
        self.b.ins().jump(done, &[tensor.into()]);
        self.b.switch_to_block(done);
        self.b.block_params(done)[0]
    }
}

/// Those that don't stay where they are.
fn moving(values: &[Value], stays: &[bool]) -> Vec<Value> {
    values.iter().zip(stays).filter(|(_, stays)| !**stays).map(|(&value, _)| value).collect()
}

/// Those that stay, and in the places of the others what they are now.
fn staying(values: &[Value], moving: &[Value], stays: &[bool]) -> Vec<Value> {
    let mut moving = moving.iter().copied();
    values
        .iter()
        .zip(stays)
        .map(|(&value, &stays)| if stays { value } else { moving.next().unwrap_or(value) })
        .collect()
}

fn block_args(values: &[Value]) -> Vec<BlockArg> {
    values.iter().map(|&value| value.into()).collect()
}
