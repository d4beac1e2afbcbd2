//! Arithmetic on scalars, in registers.

use cranelift::prelude::*;
use qml_ir::host::{BinaryOp, Op, OpKind, Type as HostType, UnaryOp};
use qml_source::bug;

use super::function::Translator;
use crate::runtime::Entry;
use crate::site::{Site, SiteKind};

impl Translator<'_, '_> {
    /// The result, if the operation is one on scalars.
    pub(super) fn scalar(&mut self, op: &Op) -> Option<Value> {
        match &op.kind {
            OpKind::Unary(operator) => Some(self.unary(*operator, op)),
            OpKind::Binary(operator) => {
                let (a, b) = (self.word(op.args[0]), self.word(op.args[1]));
                Some(match self.function.ty(op.args[0]) {
                    HostType::Int => self.ints(*operator, a, b, op),
                    HostType::Float => self.floats(*operator, a, b),
                    HostType::Bool => self.bools(*operator, a, b),
                    ty => bug!("{operator:?} of {ty:?}"),
                })
            }
            OpKind::Builtin(id) => self.builtin(id.row().name, op),
            _ => None,
        }
    }

    /// A built-in function of scalars that needs no table.
    fn builtin(&mut self, name: &str, op: &Op) -> Option<Value> {
        let types: Vec<&HostType> =
            op.args.iter().chain(&op.results).map(|&value| self.function.ty(value)).collect();
        let all = |wanted: &HostType| types.iter().all(|ty| *ty == wanted);
        let x = || self.word(op.args[0]);
        match (name, types.as_slice()) {
            ("float" | "op.to_float", [HostType::Float, HostType::Float])
            | ("int" | "op.to_int", [HostType::Int, HostType::Int]) => Some(x()),
            ("float" | "op.to_float", [HostType::Int, HostType::Float]) => {
                let x = x();
                Some(self.b.ins().fcvt_from_sint(types::F64, x))
            }
            ("int" | "op.to_int", [HostType::Bool, HostType::Int]) => {
                let x = x();
                Some(self.b.ins().uextend(types::I64, x))
            }
            ("maximum" | "minimum", _) if all(&HostType::Int) => {
                let (x, y) = (x(), self.word(op.args[1]));
                let is_max = name == "maximum";
                Some(if is_max { self.b.ins().smax(x, y) } else { self.b.ins().smin(x, y) })
            }
            ("op.mix", _) if all(&HostType::Int) => {
                let (key, salt) = (x(), self.word(op.args[1]));
                Some(self.call_runtime(Entry::Mix, &[key, salt], Some(types::I64))[0])
            }
            ("abs", _) if all(&HostType::Float) => {
                let x = x();
                Some(self.b.ins().fabs(x))
            }
            ("sqrt", _) if all(&HostType::Float) => {
                let x = x();
                Some(self.b.ins().sqrt(x))
            }
            _ if all(&HostType::Float) => {
                let entry = math(name)?;
                let args: Vec<Value> = op.args.iter().map(|&arg| self.word(arg)).collect();
                Some(self.call_runtime(entry, &args, Some(types::F64))[0])
            }
            _ => None,
        }
    }

    fn unary(&mut self, operator: UnaryOp, op: &Op) -> Value {
        let x = self.word(op.args[0]);
        match operator {
            UnaryOp::Neg if *self.function.ty(op.args[0]) == HostType::Int => {
                let smallest = self.b.ins().iconst(types::I64, i64::MIN);
                let overflows = self.b.ins().icmp(IntCC::Equal, x, smallest);
                let span = op.span;
                self.fault_if(overflows, Entry::IntFault, |this| {
                    vec![this.context, this.plain_site(Vec::new(), HostType::Int, span), x, x]
                });
                self.b.ins().ineg(x)
            }
            UnaryOp::Neg => self.b.ins().fneg(x),
            UnaryOp::Not => self.negated(x),
            UnaryOp::ToFloat => self.b.ins().fcvt_from_sint(types::F64, x),
        }
    }

    fn ints(&mut self, operator: BinaryOp, a: Value, b: Value, op: &Op) -> Value {
        let compared = match operator {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul if self.fits(operator, &op.args, op.results[0]) => {
                return match operator {
                    BinaryOp::Add => self.b.ins().iadd(a, b),
                    BinaryOp::Sub => self.b.ins().isub(a, b),
                    _ => self.b.ins().imul(a, b),
                };
            }
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => {
                let (value, overflows) = self.with_overflow(operator, a, b);
                self.int_fault_if(overflows, operator, a, b, op);
                return value;
            }
            BinaryOp::DivFloor | BinaryOp::Mod => return self.divide(operator, a, b, op),
            BinaryOp::Eq => IntCC::Equal,
            BinaryOp::Ne => IntCC::NotEqual,
            BinaryOp::Lt => IntCC::SignedLessThan,
            BinaryOp::Le => IntCC::SignedLessThanOrEqual,
            BinaryOp::Gt => IntCC::SignedGreaterThan,
            BinaryOp::Ge => IntCC::SignedGreaterThanOrEqual,
            BinaryOp::Div | BinaryOp::Pow | BinaryOp::And | BinaryOp::Or => bug!("{operator:?} of ints"),
        };
        self.b.ins().icmp(compared, a, b)
    }

    /// A sum, difference or product, and whether it overflows.
    fn with_overflow(&mut self, operator: BinaryOp, a: Value, b: Value) -> (Value, Value) {
        match (operator, self.constant_int(b)) {
            // One comparison, which a jump takes as it is.
            (BinaryOp::Add | BinaryOp::Sub, Some(constant)) if constant != i64::MIN => {
                let change = if operator == BinaryOp::Add { constant } else { -constant };
                let sum = self.b.ins().iadd_imm_s(a, change);
                let wrong = if change < 0 { IntCC::SignedGreaterThan } else { IntCC::SignedLessThan };
                (sum, self.b.ins().icmp(wrong, sum, a))
            }
            (BinaryOp::Add, _) => self.b.ins().sadd_overflow(a, b),
            (BinaryOp::Sub, _) => self.b.ins().ssub_overflow(a, b),
            (_, constant) => {
                let (product, overflows) = self.b.ins().smul_overflow(a, b);
                let [by_a, by_b] = [self.constant_int(a).map(|x| (b, x)), constant.map(|x| (a, x))];
                let short = by_b.or(by_a).and_then(|(x, constant)| self.by_shift(x, constant));
                (short.unwrap_or(product), overflows)
            }
        }
    }

    /// A product by shift and addition, which is there earlier than that of a multiplication.
    fn by_shift(&mut self, x: Value, constant: i64) -> Option<Value> {
        match constant {
            2 | 4 | 8 => Some(self.b.ins().ishl_imm_u(x, i64::from(constant.trailing_zeros()))),
            3 | 5 | 9 => {
                let rest = self.b.ins().ishl_imm_u(x, i64::from((constant - 1).trailing_zeros()));
                Some(self.b.ins().iadd(x, rest))
            }
            _ => None,
        }
    }

    pub(super) fn int_fault_if(&mut self, condition: Value, operator: BinaryOp, a: Value, b: Value, op: &Op) {
        let span = op.span;
        self.fault_if(condition, Entry::IntFault, |this| {
            let (kind, result) = (SiteKind::Int(operator), HostType::Int);
            let site = Site { kind, args: Vec::new(), lent: Vec::new(), result, span };
            vec![this.context, this.site(site), a, b]
        });
    }

    pub(super) fn floats(&mut self, operator: BinaryOp, a: Value, b: Value) -> Value {
        let compared = match operator {
            BinaryOp::Add => return self.b.ins().fadd(a, b),
            BinaryOp::Sub => return self.b.ins().fsub(a, b),
            BinaryOp::Mul => return self.b.ins().fmul(a, b),
            BinaryOp::Div => return self.b.ins().fdiv(a, b),
            BinaryOp::Mod => return self.call_runtime(Entry::FloatMod, &[a, b], Some(types::F64))[0],
            // As `power` has it.
            BinaryOp::Pow if self.constant_float(b) == Some(2.0) => return self.b.ins().fmul(a, a),
            BinaryOp::Pow => return self.call_runtime(Entry::Pow, &[a, b], Some(types::F64))[0],
            BinaryOp::Eq => FloatCC::Equal,
            BinaryOp::Ne => FloatCC::NotEqual,
            BinaryOp::Lt => FloatCC::LessThan,
            BinaryOp::Le => FloatCC::LessThanOrEqual,
            BinaryOp::Gt => FloatCC::GreaterThan,
            BinaryOp::Ge => FloatCC::GreaterThanOrEqual,
            BinaryOp::DivFloor | BinaryOp::And | BinaryOp::Or => bug!("{operator:?} of floats"),
        };
        self.b.ins().fcmp(compared, a, b)
    }

    fn bools(&mut self, operator: BinaryOp, a: Value, b: Value) -> Value {
        match operator {
            BinaryOp::And => self.b.ins().band(a, b),
            BinaryOp::Or => self.b.ins().bor(a, b),
            BinaryOp::Eq => self.b.ins().icmp(IntCC::Equal, a, b),
            BinaryOp::Ne => self.b.ins().icmp(IntCC::NotEqual, a, b),
            _ => bug!("{operator:?} of bools"),
        }
    }
}

/// Functions of one float that need no table.
fn math(name: &str) -> Option<Entry> {
    Some(match name {
        "sin" => Entry::Sin,
        "cos" => Entry::Cos,
        "exp" => Entry::Exp,
        "log" => Entry::Log,
        "tanh" => Entry::Tanh,
        _ => return None,
    })
}
