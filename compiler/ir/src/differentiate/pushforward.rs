//! The tangents of operations without regions.

use qml_prelude::builtins::jvp::{Pushforward, pushforward};
use qml_source::bug;

use super::activity::{BuiltinRule, builtin_rule};
use super::calls::{active_arguments, are_columns, method_name};
use super::choice::tangent_row;
use super::slopes::slope;
use super::tangent::Tangents;
use crate::host::{BinaryOp, Constant, Op, OpKind, Type, UnaryOp, ValueId};

impl<'m> Tangents<'_, 'm> {
    /// Makes the tangent of the result in each lane in which it moves.
    pub(super) fn pushforward(&mut self, op: &'m Op) {
        let Some(&result) = op.results.first() else { return };
        let lanes: Vec<usize> =
            (0..self.lanes.len()).filter(|&lane| self.lanes[lane].is_active(result)).collect();
        if lanes.is_empty() {
            return;
        }
        if let OpKind::Builtin(id) = &op.kind {
            match builtin_rule(id.row()) {
                BuiltinRule::Quantum(..) if *self.function.ty(result) != Type::Float => {
                    return self.with_program(id.row().name, op, &lanes);
                }
                BuiltinRule::Quantum(vjp, of_coefficients) => {
                    return self.along_program(vjp, of_coefficients, op, &lanes);
                }
                BuiltinRule::Batch(vjp, of_coefficients) => {
                    return self.along_programs(vjp, of_coefficients, op, &lanes);
                }
                _ => {}
            }
        }
        for lane in lanes {
            let tangent = match &op.kind {
                OpKind::Unary(UnaryOp::Neg) => {
                    let tangent = self.tangent(lane, op.args[0]);
                    self.builder.unary(UnaryOp::Neg, tangent)
                }
                OpKind::Binary(kind) => self.along_binary(lane, *kind, op),
                OpKind::Builtin(id) => match pushforward(id.row().name) {
                    Some(Pushforward::Linear) => self.along_all(lane, op),
                    Some(Pushforward::Sum) => self.along_sum(lane, op),
                    Some(Pushforward::Product) => self.along_product(lane, op),
                    Some(Pushforward::Rule) => self.along_rule(lane, id.row().name, op),
                    None => bug!("`{}` was found to have tangents", id.row().name),
                },
                OpKind::Tuple | OpKind::TupleGet(_) | OpKind::Program(_) => self.along_all(lane, op),
                other => bug!("no tangent of {other:?}"),
            };
            self.set(lane, op, tangent);
        }
    }

    /// The operation, with tangents in the place of values.
    fn along_all(&mut self, lane: usize, op: &'m Op) -> ValueId {
        let args = op.args.iter().map(|&arg| self.tangent(lane, arg)).collect();
        let ty = self.function.ty(op.results[0]).clone();
        self.builder.value(op.kind.clone(), args, ty)
    }

    fn along_binary(&mut self, lane: usize, kind: BinaryOp, op: &'m Op) -> ValueId {
        let (x, y, z) = (op.args[0], op.args[1], op.results[0]);
        let [of_x, of_y] = [x, y].map(|arg| self.moved(lane, arg));
        let [x, y, z] = [x, y, z].map(|value| self.get(value));
        let builder = &mut self.builder;
        match kind {
            BinaryOp::Add => match (of_x, of_y) {
                (Some(a), Some(b)) => builder.binary(BinaryOp::Add, a, b),
                (Some(one), _) | (_, Some(one)) => one,
                (None, None) => bug!("a sum moves whose terms don't"),
            },
            BinaryOp::Sub => match (of_x, of_y) {
                (Some(a), Some(b)) => builder.binary(BinaryOp::Sub, a, b),
                (Some(a), None) => a,
                (None, Some(b)) => builder.unary(UnaryOp::Neg, b),
                (None, None) => bug!("a difference moves whose terms don't"),
            },
            BinaryOp::Mul => {
                let of_x = of_x.map(|a| builder.binary(BinaryOp::Mul, a, y));
                let of_y = of_y.map(|b| builder.binary(BinaryOp::Mul, x, b));
                self.added(of_x, of_y)
            }
            // z = x / y; dz = (dx - z dy) / y.
            BinaryOp::Div => {
                let part = of_y.map(|b| builder.binary(BinaryOp::Mul, z, b));
                let numerator = match (of_x, part) {
                    (Some(a), Some(part)) => builder.binary(BinaryOp::Sub, a, part),
                    (Some(a), None) => a,
                    (None, Some(part)) => builder.unary(UnaryOp::Neg, part),
                    (None, None) => bug!("a quotient moves whose terms don't"),
                };
                builder.binary(BinaryOp::Div, numerator, y)
            }
            // z = x - y floor(x / y); dz = dx + (z - x) / y dy.
            BinaryOp::Mod => {
                let part = of_y.map(|b| {
                    let difference = builder.binary(BinaryOp::Sub, z, x);
                    let slope = builder.binary(BinaryOp::Div, difference, y);
                    builder.binary(BinaryOp::Mul, slope, b)
                });
                self.added(of_x, part)
            }
            BinaryOp::Pow => self.along_rule(lane, "op.pow", op),
            other => bug!("no tangent of {other:?}"),
        }
    }

    fn added(&mut self, a: Option<ValueId>, b: Option<ValueId>) -> ValueId {
        match (a, b) {
            (Some(a), Some(b)) if *self.builder.ty(a) == Type::Float => {
                self.builder.binary(BinaryOp::Add, a, b)
            }
            (Some(a), Some(b)) => {
                let ty = self.builder.ty(a).clone();
                self.builder.builtin("op.add", vec![a, b], ty)
            }
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => bug!("a result moves of what doesn't"),
        }
    }

    /// Both terms, or one as large as the sum.
    fn along_sum(&mut self, lane: usize, op: &'m Op) -> ValueId {
        let moved = [0, 1].map(|i| self.moved(lane, op.args[i]));
        let ty = self.function.ty(op.results[0]).clone();
        if let [Some(a), Some(b)] = moved {
            return self.builder.value(op.kind.clone(), vec![a, b], ty);
        }
        self.along_rule(lane, name_of(op), op)
    }

    fn along_product(&mut self, lane: usize, op: &'m Op) -> ValueId {
        let ty = self.function.ty(op.results[0]).clone();
        let parts = [0, 1].map(|i| {
            let tangent = self.moved(lane, op.args[i])?;
            let mut factors = self.all(&op.args);
            factors[i] = tangent;
            Some(self.builder.value(op.kind.clone(), factors, ty.clone()))
        });
        self.added(parts[0], parts[1])
    }

    /// By the slope, where it is worth operations of its own, else by `ad.jvp`.
    fn along_rule(&mut self, lane: usize, name: &str, op: &'m Op) -> ValueId {
        let ty = self.function.ty(op.results[0]).clone();
        if let ([x], Some(slope)) = (&op.args[..], slope(name))
            && ty == Type::Float
        {
            let tangent = self.tangent(lane, *x);
            let value = self.get(if slope.of_result { op.results[0] } else { *x });
            return (slope.times)(&mut self.builder, tangent, value);
        }
        let mut args = vec![self.builder.constant(Constant::Str(name.to_owned()))];
        args.extend(self.all(&op.args));
        args.push(self.get(op.results[0]));
        for &arg in &op.args {
            let tangent = self.moved(lane, arg);
            args.push(tangent.unwrap_or_else(|| self.builder.constant(Constant::Unit)));
        }
        self.builder.builtin("ad.jvp", args, ty)
    }

    /// A number that a program gives: its cotangents by the arguments are found once, and tell for each lane how it moves.
    fn along_program(
        &mut self,
        vjp: &'static str,
        of_coefficients: Option<&'static str>,
        op: &'m Op,
        lanes: &[usize],
    ) {
        let mut args = self.all(&op.args);
        args.push(self.builder.float(1.0));
        args.push(method_name(&mut self.builder, self.method));
        let is_moved = |way: &Self, arg: ValueId| lanes.iter().any(|&lane| way.moved(lane, arg).is_some());
        let first = usize::from(of_coefficients.is_some());
        let mut cotangents: Vec<(ValueId, ValueId)> = Vec::new();
        if let Some(of_coefficients) = of_coefficients
            && is_moved(self, op.args[1])
        {
            let part = self.builder.builtin(of_coefficients, args.clone(), Type::Cotangent);
            cotangents.push((op.args[1], part));
        }
        let programs: Vec<usize> =
            (first..op.args.len() - 1).filter(|i| is_moved(self, op.args[1 + i])).collect();
        if !programs.is_empty() {
            let parts = self.builder.builtin(vjp, args, Type::Cotangent);
            for i in programs {
                let index = self.builder.int(i as i64);
                let part = self.builder.builtin("ad.tuple_get", vec![parts, index], Type::Cotangent);
                cotangents.push((op.args[1 + i], part));
            }
        }
        for &lane in lanes {
            let mut sum = None;
            for &(arg, cotangent) in &cotangents {
                let Some(tangent) = self.moved(lane, arg) else { continue };
                let part = self.builder.builtin("ad.contract", vec![cotangent, tangent], Type::Float);
                sum = Some(self.added(sum, Some(part)));
            }
            if let Some(tangent) = sum {
                self.set(lane, op, tangent);
            }
        }
    }

    /// Many numbers that a program gives: it runs with tangents.
    fn with_program(&mut self, name: &str, op: &'m Op, lanes: &[usize]) {
        let Some(row) = tangent_row(name) else { bug!("`{name}` was found to have tangents") };
        let is_program = |&&arg: &&ValueId| *self.function.ty(arg) == Type::Program;
        let Some(&program) = op.args.iter().find(is_program) else { bug!("`{name}` of no program") };
        let ty = self.function.ty(op.results[0]).clone();
        for &lane in lanes {
            let mut args = self.all(&op.args);
            args.push(self.tangent(lane, program));
            args.push(method_name(&mut self.builder, self.method));
            let tangent = self.builder.builtin(row, args, ty.clone());
            self.set(lane, op, tangent);
        }
    }

    /// Calls, or their tangents, as a tensor of tuples: in columns the cotangent of what all calls have in common is a sum.
    fn one_by_one(&mut self, op: &Op, calls: ValueId) -> ValueId {
        if !are_columns(self.function, op.args[0]) {
            return calls;
        }
        self.builder.builtin("batch.one_by_one", vec![calls], Type::Cotangent)
    }

    /// The same for many calls at once.
    fn along_programs(
        &mut self,
        vjp: &'static str,
        of_coefficients: Option<&'static str>,
        op: &'m Op,
        lanes: &[usize],
    ) {
        let calls = self.get(op.args[0]);
        let calls = self.one_by_one(op, calls);
        let result = self.get(op.results[0]);
        let ty = self.function.ty(op.results[0]).clone();
        let ones = self.builder.builtin("ad.ones_like", vec![result], Type::Cotangent);
        let args = vec![calls, ones, method_name(&mut self.builder, self.method)];
        let active: Vec<Vec<bool>> = lanes
            .iter()
            .map(|&lane| active_arguments(self.function, &self.lanes[lane], op.args[0]))
            .collect();
        // Behind the key, where there are coefficients, the observables.
        let first_program = 1 + usize::from(of_coefficients.is_some());
        let is_moved = |from: usize, to: usize| active.iter().any(|all| all[from..to].contains(&true));
        let n_args = active[0].len();
        let of_observables = of_coefficients.filter(|_| is_moved(1, first_program));
        let of_programs = Some(vjp).filter(|_| is_moved(first_program, n_args));
        let rows = of_observables.into_iter().chain(of_programs);
        let cotangents: Vec<ValueId> =
            rows.map(|row| self.builder.builtin(row, args.clone(), Type::Cotangent)).collect();
        for &lane in lanes {
            let tangents = self.tangent(lane, op.args[0]);
            let tangents = self.one_by_one(op, tangents);
            let mut sum = None;
            for &cotangent in &cotangents {
                let args = vec![tangents, cotangent];
                let part = self.builder.builtin("ad.batch_contract", args, ty.clone());
                sum = Some(match sum {
                    Some(sum) => self.builder.builtin("ad.add", vec![sum, part], ty.clone()),
                    None => part,
                });
            }
            if let Some(tangent) = sum {
                self.set(lane, op, tangent);
            }
        }
    }
}

/// The name of the built-in function that is called.
fn name_of(op: &Op) -> &'static str {
    match &op.kind {
        OpKind::Builtin(id) => id.row().name,
        other => bug!("{other:?} is no built-in function"),
    }
}
