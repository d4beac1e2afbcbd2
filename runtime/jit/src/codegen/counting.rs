//! `while` loops that count, as in `while k < n { .. k += step; }`.
//!
//! Where the step is positive and stays the same, such a loop has rounds that are sure, as a loop over a range has
//! ([`super::sure`]): as long as its counter is less than what the lengths tell. The ordinary loop does all that is left.

use cranelift::prelude::*;
use qml_ir::host::{BinaryOp, Constant, Op, OpKind, Region, Type as HostType, ValueId};

use super::function::Translator;
use super::loops::SHORT_ROUNDS;
use super::ranges::Range;
use super::sure::SMALL;

/// How a loop counts.
struct Counting {
    /// Which of the carried values is the counter.
    at: usize,
    /// The loop goes on while the counter is less than this, or not more than it.
    end: Operand,
    is_inclusive: bool,
    step: Operand,
}

/// What stays the same in a loop.
#[derive(Clone, Copy)]
enum Operand {
    Before(ValueId),
    Constant(i64),
}

impl Translator<'_, '_> {
    /// The rounds of a `while` loop that are sure, if there may be any; the carried values behind them.
    pub(super) fn sure_while(&mut self, op: &Op, words: Vec<Value>, stays: &[bool]) -> Vec<Value> {
        let work = &op.regions[1];
        let Some(Counting { at, end, is_inclusive, step }) = self.counting(op) else { return words };
        let staying = work.params.iter().zip(&words).zip(stays).filter(|(_, stays)| **stays);
        self.values.extend(staying.map(|((&param, &word), _)| (param, word)));
        let Some(plan) = self.plan_rounds(work, work.params[at]).filter(|plan| !plan.accesses.is_empty())
        else {
            return words;
        };
        let (mut end, step_by) = (self.operand(end), self.operand(step));
        if is_inclusive {
            // Rounds of larger counters are not sure.
            let most = self.b.ins().iconst(types::I64, SMALL - 1);
            let last = self.b.ins().smin(end, most);
            end = self.b.ins().iadd_imm_s(last, 1);
        }
        let (sure_end, before) = self.begin_sure(&plan, words[at], end, Some(step_by));
        if let Operand::Before(step) = step {
            self.ranges.insert(step, Range { low: 1, high: SMALL - 1 });
        }
        let counter = (work.params.as_slice(), at);
        let words = self.repeat(counter, sure_end, &words, stays, |this, words| {
            this.check_interrupt(op.span);
            let far = this.b.ins().imul_imm_s(step_by, SHORT_ROUNDS);
            let next_look = this.b.ins().iadd(words[at], far);
            let next_look = this.b.ins().smin(next_look, sure_end);
            this.repeat(counter, next_look, words, stays, |this, words| this.while_round(op, words))
        });
        self.end_sure(&plan, before);
        words
    }

    fn operand(&mut self, operand: Operand) -> Value {
        match operand {
            Operand::Before(value) => self.word(value),
            Operand::Constant(value) => self.b.ins().iconst(types::I64, value),
        }
    }

    /// How a loop counts, if its condition compares an int with what stays the same, and each round adds such an int to it.
    fn counting(&self, op: &Op) -> Option<Counting> {
        let (test, work) = (&op.regions[0], &op.regions[1]);
        let condition = test.ops.iter().find(|op| op.results == [test.yields[0]])?;
        let OpKind::Binary(operator) = condition.kind else { return None };
        let (counter, end, is_inclusive) = match (operator, condition.args.as_slice()) {
            (BinaryOp::Lt, &[k, end]) | (BinaryOp::Gt, &[end, k]) => (k, end, false),
            (BinaryOp::Le, &[k, end]) | (BinaryOp::Ge, &[end, k]) => (k, end, true),
            _ => return None,
        };
        let at = test.params.iter().position(|&param| param == counter)?;
        if *self.function.ty(counter) != HostType::Int {
            return None;
        }
        let next = work.ops.iter().find(|op| op.results == [work.yields[at]])?;
        let step = match (&next.kind, next.args.as_slice()) {
            (OpKind::Binary(BinaryOp::Add), &[k, step]) if k == work.params[at] => step,
            (OpKind::Binary(BinaryOp::Add), &[step, k]) if k == work.params[at] => step,
            _ => return None,
        };
        Some(Counting { at, end: self.same(test, end)?, is_inclusive, step: self.same(work, step)? })
    }

    /// A value that stays the same, from before the loop or a constant of this region.
    fn same(&self, region: &Region, value: ValueId) -> Option<Operand> {
        if region.params.contains(&value) {
            return None;
        }
        match region.ops.iter().find(|op| op.results.contains(&value)) {
            Some(op) => match op.kind {
                OpKind::Const(Constant::Int(value)) => Some(Operand::Constant(value)),
                _ => None,
            },
            None => self.values.contains_key(&value).then_some(Operand::Before(value)),
        }
    }
}
