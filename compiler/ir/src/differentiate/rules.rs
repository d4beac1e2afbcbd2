//! The derivatives of operations without regions.

use qml_source::bug;

use super::activity::{BuiltinRule, builtin_rule};
use super::backward::Backward;
use super::calls::{active_arguments, method_name};
use super::slopes::slope;
use crate::host::{BinaryOp, Constant, Op, OpKind, Type, UnaryOp, ValueId};

impl<'m> Backward<'_, 'm> {
    /// Spreads the cotangent of the result over the operands.
    pub(super) fn adjoint(&mut self, op: &'m Op) {
        let Some(cotangent) = op.results.first().and_then(|&result| self.take(result)) else { return };
        match &op.kind {
            OpKind::Unary(UnaryOp::Neg) => {
                let negated = self.builder.unary(UnaryOp::Neg, cotangent);
                self.add(op.args[0], negated);
            }
            OpKind::Binary(kind) => self.binary(*kind, op, cotangent),
            OpKind::Builtin(id) => {
                let row = id.row();
                match builtin_rule(row) {
                    BuiltinRule::Vjp if self.elementary(row.name, op, cotangent) => {}
                    BuiltinRule::Vjp => self.by_vjp(row.name, op, cotangent),
                    BuiltinRule::Quantum(vjp, of_coefficients) => {
                        self.by_program(vjp, of_coefficients, op, cotangent);
                    }
                    BuiltinRule::Batch(vjp, of_coefficients) => {
                        self.by_programs(vjp, of_coefficients, op, cotangent);
                    }
                    // The results are a tensor of as many items as there are calls, whether they are made at once or not.
                    BuiltinRule::Item if self.activity.is_active(op.args[0]) => {
                        self.part_of_tensor(op.args[0], op.args[1], cotangent, &op.args[2..]);
                    }
                    BuiltinRule::Item => {}
                    BuiltinRule::Zero => {}
                    BuiltinRule::ToInt | BuiltinRule::Outcomes | BuiltinRule::None => {
                        bug!("`{}` was found to be differentiable", row.name)
                    }
                }
            }
            OpKind::Tuple | OpKind::Program(_) => self.parts(&op.args, cotangent),
            OpKind::TupleGet(i) => self.part_of_tuple(op.args[0], *i as usize, cotangent),
            OpKind::Const(_) | OpKind::Global(_) | OpKind::Unary(_) => {}
            other => bug!("no derivative of {other:?}"),
        }
    }

    fn binary(&mut self, kind: BinaryOp, op: &Op, c: ValueId) {
        let (x, y, z) = (op.args[0], op.args[1], op.results[0]);
        let needs = [x, y].map(|arg| self.activity.is_active(arg));
        match kind {
            BinaryOp::Add => {
                self.add(x, c);
                self.add(y, c);
            }
            BinaryOp::Sub => {
                self.add(x, c);
                if needs[1] {
                    let negated = self.builder.unary(UnaryOp::Neg, c);
                    self.add(y, negated);
                }
            }
            BinaryOp::Mul => {
                for (arg, other, need) in [(x, y, needs[0]), (y, x, needs[1])] {
                    if need {
                        let factor = self.primal(other);
                        let part = self.builder.binary(BinaryOp::Mul, c, factor);
                        self.add(arg, part);
                    }
                }
            }
            // z = x / y; dz = dx / y - z dy / y.
            BinaryOp::Div => {
                let divisor = self.primal(y);
                let part = self.builder.binary(BinaryOp::Div, c, divisor);
                self.add(x, part);
                if needs[1] {
                    let quotient = self.primal(z);
                    let part = self.builder.binary(BinaryOp::Mul, part, quotient);
                    let part = self.builder.unary(UnaryOp::Neg, part);
                    self.add(y, part);
                }
            }
            // z = x - y floor(x / y); dz = dx + (z - x) / y dy.
            BinaryOp::Mod => {
                self.add(x, c);
                if needs[1] {
                    let [x, divisor, z] = [x, y, z].map(|value| self.primal(value));
                    let difference = self.builder.binary(BinaryOp::Sub, z, x);
                    let slope = self.builder.binary(BinaryOp::Div, difference, divisor);
                    let part = self.builder.binary(BinaryOp::Mul, c, slope);
                    self.add(y, part);
                }
            }
            BinaryOp::Pow => self.by_vjp("op.pow", op, c),
            other => bug!("no derivative of {other:?}"),
        }
    }

    /// Scalar functions that are worth a rule of their own; false for all others.
    fn elementary(&mut self, name: &str, op: &Op, c: ValueId) -> bool {
        let Some(slope) = slope(name) else { return false };
        if op.args.len() != 1 || *self.function.ty(op.args[0]) != Type::Float {
            return false;
        }
        let value = self.primal(if slope.of_result { op.results[0] } else { op.args[0] });
        let part = (slope.times)(&mut self.builder, c, value);
        self.add(op.args[0], part);
        true
    }

    fn by_vjp(&mut self, name: &str, op: &Op, cotangent: ValueId) {
        let base = op.args[0];
        if name == "op.index" && self.activity.is_active(base) {
            return self.part_of_tensor(base, base, cotangent, &op.args[1..]);
        }
        let mut args = vec![self.builder.constant(Constant::Str(name.to_owned()))];
        args.extend(op.args.iter().chain(&op.results).map(|&value| self.primal(value)).collect::<Vec<_>>());
        args.push(cotangent);
        let parts = self.builder.builtin("ad.vjp", args, Type::Cotangent);
        self.parts(&op.args, parts);
    }

    /// The part of a tensor at these indices: added in place to what there is, so that a loop over the items takes no more
    /// time than they do. All together are as many as `like` has items.
    fn part_of_tensor(&mut self, tensor: ValueId, like: ValueId, cotangent: ValueId, indices: &[ValueId]) {
        let sum = match self.take(tensor) {
            Some(sum) => sum,
            None => self.unit(),
        };
        let mut args = vec![sum, self.primal(like), cotangent];
        args.extend(indices.iter().map(|&index| self.primal(index)).collect::<Vec<_>>());
        let sum = self.builder.builtin("ad.index_add", args, Type::Cotangent);
        self.add(tensor, sum);
    }

    /// The programs have one row of the table, the coefficients of observables another: either may cost runs, so only
    /// what is asked for is computed.
    fn by_program(
        &mut self,
        vjp: &'static str,
        of_coefficients: Option<&'static str>,
        op: &Op,
        cotangent: ValueId,
    ) {
        let mut args: Vec<_> = op.args.iter().map(|&arg| self.primal(arg)).collect();
        args.push(cotangent);
        args.push(method_name(&mut self.builder, self.method));
        let mut first = 0;
        if let Some(of_coefficients) = of_coefficients {
            first = 1;
            if self.activity.is_active(op.args[1]) {
                let part = self.builder.builtin(of_coefficients, args.clone(), Type::Cotangent);
                self.add(op.args[1], part);
            }
        }
        if op.args[1 + first..].iter().any(|&arg| self.activity.is_active(arg)) {
            let parts = self.builder.builtin(vjp, args, Type::Cotangent);
            self.parts_from(first, &op.args[1..], parts);
        }
    }

    /// The same for many calls at once.
    fn by_programs(
        &mut self,
        vjp: &'static str,
        of_coefficients: Option<&'static str>,
        op: &Op,
        cotangent: ValueId,
    ) {
        let calls = op.args[0];
        let active = active_arguments(self.function, &self.activity, calls);
        let args = vec![self.primal(calls), cotangent, method_name(&mut self.builder, self.method)];
        let first_program = if let Some(of_coefficients) = of_coefficients {
            if active[1] {
                let part = self.builder.builtin(of_coefficients, args.clone(), Type::Cotangent);
                self.add(calls, part);
            }
            2
        } else {
            1
        };
        if active[first_program..].contains(&true) {
            let part = self.builder.builtin(vjp, args, Type::Cotangent);
            self.add(calls, part);
        }
    }

    /// One part of a tuple's cotangent for each value.
    fn parts(&mut self, values: &[ValueId], cotangents: ValueId) {
        self.parts_from(0, values, cotangents);
    }

    fn parts_from(&mut self, first: usize, values: &[ValueId], cotangents: ValueId) {
        for (i, &value) in values.iter().enumerate().skip(first) {
            if self.activity.is_active(value) {
                let index = self.builder.int(i as i64);
                let part = self.builder.builtin("ad.tuple_get", vec![cotangents, index], Type::Cotangent);
                self.add_part(value, part);
            }
        }
    }

    fn part_of_tuple(&mut self, tuple: ValueId, i: usize, cotangent: ValueId) {
        let Type::Tuple(parts) = self.function.ty(tuple) else { bug!("{tuple} is no tuple") };
        let n_parts = parts.len();
        let zero = self.unit();
        let mut args = vec![zero; n_parts];
        args[i] = cotangent;
        let whole = self.builder.value(OpKind::Tuple, args, Type::Cotangent);
        self.add(tuple, whole);
    }
}
