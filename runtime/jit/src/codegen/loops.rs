//! Branches and loops.

use cranelift::codegen::ir::BlockArg;
use cranelift::prelude::*;
use qml_ir::host::{Op, Region, ValueId};

use super::function::{Translator, register};
use super::ownership::uses;
use super::pinned::versions;
use super::ranges::Range;
use crate::runtime::Entry;
use crate::words::is_owned;

/// So many rounds of a loop that does little go by before anybody notices.
pub(super) const SHORT_ROUNDS: i64 = 256;

impl Translator<'_, '_> {
    /// `if`: both regions end in one block, whose parameters are the results.
    pub(super) fn branch(&mut self, op: &Op, condition: Value, handed_down: &[ValueId]) -> Vec<Value> {
        if let Some(results) = self.select(op, condition) {
            return results;
        }
        let (then, otherwise, after) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let stays: Vec<bool> = op.results.iter().map(|result| self.pinned.contains(result)).collect();
        for &result in op.results.iter().filter(|result| !self.pinned.contains(result)) {
            self.b.append_block_param(after, register(self.function.ty(result)));
        }
        match self.without_not(condition) {
            Some(opposite) => self.b.ins().brif(opposite, otherwise, &[], then, &[]),
            None => self.b.ins().brif(condition, then, &[], otherwise, &[]),
        };
        let mut results = Vec::new();
        for (block, region) in [then, otherwise].into_iter().zip(&op.regions) {
            self.b.switch_to_block(block);
            results = self.region(region, handed_down);
            self.b.ins().jump(after, &block_args(&moving(&results, &stays)));
        }
        self.b.switch_to_block(after);
        staying(&results, self.b.block_params(after), &stays)
    }

    /// `for`: rounds that are sure first, if there are any, then all that is left.
    pub(super) fn for_loop(&mut self, op: &Op, args: &[Value]) -> Vec<Value> {
        let region = &op.regions[0];
        let (start, end) = (args[0], args[1]);
        let mut words = vec![start];
        words.extend(&args[2..]);
        let mut stays = self.pin_carried(op, &region.params[1..], &mut words[1..]);
        stays.insert(0, false);
        let staying = region.params.iter().zip(&words).zip(&stays).filter(|(_, stays)| **stays);
        self.values.extend(staying.map(|((&param, &word), _)| (param, word)));
        if let Some(plan) = self.plan_rounds(region, region.params[0]) {
            let (sure_end, before) = self.begin_sure(&plan, start, end, None);
            words = match self.lanes(&plan, region, &stays[1..]) {
                Some(lanes) => {
                    words[0] = self.in_lanes(&plan, &lanes, region, [start, sure_end], None, op.span);
                    words
                }
                None => self.short_rounds(op, sure_end, &words, &stays),
            };
            self.end_sure(&plan, before);
        }
        self.count_from(region.params[0], op.args[0]);
        self.rounds(op, end, &words, &stays)[1..].to_vec()
    }

    /// Leaves a loop, or what may be in one, for `after`. In this order Cranelift goes through `otherwise` first, and knows that
    /// it is in the loop: what stays the same there is then computed before the loop.
    pub(super) fn leave_if(&mut self, condition: Value, after: Block, otherwise: Block) {
        self.b.ins().brif(condition, after, &[], otherwise, &[]);
    }

    /// Tells that a counter begins at a value.
    fn count_from(&mut self, counter: ValueId, start: ValueId) {
        if let Some(start) = self.range(start) {
            // It is less than some int.
            self.ranges.insert(counter, Range { low: start.low, high: i64::MAX - 1 });
        }
    }

    /// Rounds up to `end`.
    fn rounds(&mut self, op: &Op, end: Value, words: &[Value], stays: &[bool]) -> Vec<Value> {
        self.repeat((&op.regions[0].params, 0), end, words, stays, |this, words| {
            this.check_interrupt(op.span);
            this.round(op, words)
        })
    }

    /// The same of rounds that all take little time: many of them go without a look at the flag that interrupts.
    fn short_rounds(&mut self, op: &Op, end: Value, words: &[Value], stays: &[bool]) -> Vec<Value> {
        let counter = (op.regions[0].params.as_slice(), 0);
        self.repeat(counter, end, words, stays, |this, words| {
            this.check_interrupt(op.span);
            let next_look = this.b.ins().iadd_imm_s(words[0], SHORT_ROUNDS);
            let next_look = this.b.ins().smin(next_look, end);
            this.repeat(counter, next_look, words, stays, |this, words| this.round(op, words))
        })
    }

    /// Repeats `body` until the counter, one of the carried values, is at `end` or behind it. `body` gets the carried values, and
    /// gives them for the next time. Those that don't stay where they are, are parameters of the block of a round, and of the one
    /// behind the loop.
    pub(super) fn repeat(
        &mut self,
        (carried, counter): (&[ValueId], usize),
        end: Value,
        words: &[Value],
        stays: &[bool],
        body: impl FnOnce(&mut Self, &[Value]) -> Vec<Value>,
    ) -> Vec<Value> {
        let (inside, after) = (self.b.create_block(), self.b.create_block());
        for (&param, _) in carried.iter().zip(stays).filter(|(_, stays)| !**stays) {
            let ty = register(self.function.ty(param));
            self.b.append_block_param(inside, ty);
            self.b.append_block_param(after, ty);
        }
        // Looked at before the first round and at the end of each: one jump a round.
        let go_on = |this: &mut Self, words: &[Value]| {
            let is_over = this.b.ins().icmp(IntCC::SignedGreaterThanOrEqual, words[counter], end);
            let words = block_args(&moving(words, stays));
            this.b.ins().brif(is_over, after, &words, inside, &words);
        };
        go_on(self, words);
        self.b.switch_to_block(inside);
        let params = staying(words, self.b.block_params(inside), stays);
        let next = body(self, &params);
        go_on(self, &next);
        self.b.switch_to_block(after);
        staying(words, self.b.block_params(after), stays)
    }

    /// One round; gives the counter and the carried values for the next one.
    fn round(&mut self, op: &Op, words: &[Value]) -> Vec<Value> {
        let region = &op.regions[0];
        self.values.extend(region.params.iter().copied().zip(words.iter().copied()));
        let mut next = self.repeated(region);
        next.insert(0, self.b.ins().iadd_imm_s(words[0], 1));
        next
    }

    /// `while`: the condition gets copies of the carried values that it uses, the body the values.
    pub(super) fn while_loop(&mut self, op: &Op, args: &[Value]) -> Vec<Value> {
        let (test, work) = (&op.regions[0], &op.regions[1]);
        let mut words = args.to_vec();
        let stays = self.pin_carried(op, &work.params, &mut words);
        let words = self.sure_while(op, words, &stays);
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
        let is_over = self.negated(goes_on);
        self.leave_if(is_over, after, body);

        self.b.switch_to_block(body);
        self.check_interrupt(op.span);
        let next = self.while_round(op, &params);
        self.b.ins().jump(header, &block_args(&moving(&next, &stays)));

        self.b.switch_to_block(after);
        params
    }

    /// One round of a `while` loop; gives the carried values for the next one.
    pub(super) fn while_round(&mut self, op: &Op, words: &[Value]) -> Vec<Value> {
        let work = &op.regions[1];
        self.values.extend(work.params.iter().copied().zip(words.iter().copied()));
        self.repeated(work)
    }

    /// The body of a loop.
    pub(super) fn repeated(&mut self, body: &Region) -> Vec<Value> {
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

pub(super) fn block_args(values: &[Value]) -> Vec<BlockArg> {
    values.iter().map(|&value| value.into()).collect()
}
