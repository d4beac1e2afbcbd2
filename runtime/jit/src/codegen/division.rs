//! Division of ints, rounded down.
//!
//! Most ints fit into 32 bits without a sign. Of two that do, the processor makes quotient and remainder in a fraction of the
//! time that 64 bits take, and there is nothing to correct; LLVM looks at the operands in the same way (`BypassSlowDivision`).

use cranelift::prelude::*;
use qml_ir::host::{BinaryOp, Op};

use super::function::Translator;
use super::ranges::Range;

impl Translator<'_, '_> {
    /// The quotient rounded down, or the remainder with the sign of the divisor. By zero is a fault, and the smallest int divided by
    /// -1.
    pub(super) fn divide(&mut self, operator: BinaryOp, a: Value, b: Value, op: &Op) -> Value {
        let is_sure = self.fits(operator, &op.args, op.results[0]);
        if let Some(divisor) = self.constant_divisor(b) {
            return self.by_constant(operator, a, b, divisor);
        }
        if !is_sure {
            let by_zero = self.b.ins().icmp_imm_s(IntCC::Equal, b, 0);
            self.int_fault_if(by_zero, operator, a, b, op);
        }
        if op.args.iter().all(|&arg| self.range(arg).is_some_and(|range| range.is_within(Range::HALF))) {
            return self.of_halves(operator, a, b);
        }
        let (small, large, done) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.append_block_param(done, types::I64);
        let both = self.b.ins().bor(a, b);
        let upper = self.b.ins().ushr_imm_u(both, 32);
        self.b.ins().brif(upper, large, &[], small, &[]);

        self.b.switch_to_block(small);
        let result = self.of_halves(operator, a, b);
        self.b.ins().jump(done, &[result.into()]);

        self.b.switch_to_block(large);
        let result = match operator {
            BinaryOp::DivFloor => self.quotient(a, b, op),
            _ => self.remainder(a, b),
        };
        self.b.ins().jump(done, &[result.into()]);
        self.b.switch_to_block(done);
        self.b.block_params(done)[0]
    }

    /// The divisor if it is a constant larger than zero: then nothing can go wrong.
    fn constant_divisor(&self, divisor: Value) -> Option<u64> {
        u64::try_from(self.constant_int(divisor)?).ok().filter(|&divisor| divisor > 0)
    }

    fn by_constant(&mut self, operator: BinaryOp, a: Value, b: Value, divisor: u64) -> Value {
        match operator {
            BinaryOp::DivFloor if divisor.is_power_of_two() => {
                self.b.ins().sshr_imm_s(a, i64::from(divisor.trailing_zeros()))
            }
            BinaryOp::DivFloor => {
                let quotient = self.b.ins().sdiv(a, b);
                let remainder = self.b.ins().srem(a, b);
                let correction = self.b.ins().sshr_imm_s(remainder, 63);
                self.b.ins().iadd(quotient, correction)
            }
            _ if divisor.is_power_of_two() => self.b.ins().band_imm_s(a, divisor as i64 - 1),
            _ => {
                let remainder = self.b.ins().srem(a, b);
                let is_negative = self.b.ins().sshr_imm_s(remainder, 63);
                let correction = self.b.ins().band(is_negative, b);
                self.b.ins().iadd(remainder, correction)
            }
        }
    }

    /// Of ints of 32 bits without sign.
    fn of_halves(&mut self, operator: BinaryOp, a: Value, b: Value) -> Value {
        let [a, b] = [a, b].map(|x| self.b.ins().ireduce(types::I32, x));
        let result = match operator {
            BinaryOp::DivFloor => self.b.ins().udiv(a, b),
            _ => self.b.ins().urem(a, b),
        };
        self.b.ins().uextend(types::I64, result)
    }

    /// The quotient of any ints, the divisor not zero.
    fn quotient(&mut self, a: Value, b: Value, op: &Op) -> Value {
        let smallest = self.b.ins().icmp_imm_s(IntCC::Equal, a, i64::MIN);
        let by_minus_one = self.b.ins().icmp_imm_s(IntCC::Equal, b, -1);
        let overflows = self.b.ins().band(smallest, by_minus_one);
        self.int_fault_if(overflows, BinaryOp::DivFloor, a, b, op);
        let quotient = self.b.ins().sdiv(a, b);
        let remainder = self.b.ins().srem(a, b);
        let rounds_up = self.rounds_up(remainder, b);
        let correction = self.b.ins().uextend(types::I64, rounds_up);
        self.b.ins().isub(quotient, correction)
    }

    /// The remainder of any ints, the divisor not zero.
    fn remainder(&mut self, a: Value, b: Value) -> Value {
        // The smallest int modulo -1 overflows in the processor; anything modulo 1 and -1 is 0.
        let minus_one = self.b.ins().icmp_imm_s(IntCC::Equal, b, -1);
        let one = self.b.ins().iconst(types::I64, 1);
        let divisor = self.b.ins().select(minus_one, one, b);
        let remainder = self.b.ins().srem(a, divisor);
        let rounds_up = self.rounds_up(remainder, divisor);
        let corrected = self.b.ins().iadd(remainder, divisor);
        self.b.ins().select(rounds_up, corrected, remainder)
    }

    /// Whether truncated division went up: the remainder is not zero and has not the sign of the divisor.
    fn rounds_up(&mut self, remainder: Value, divisor: Value) -> Value {
        let differ = self.b.ins().bxor(remainder, divisor);
        let signs_differ = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, differ, 0);
        let not_zero = self.b.ins().icmp_imm_s(IntCC::NotEqual, remainder, 0);
        self.b.ins().band(signs_differ, not_zero)
    }
}
