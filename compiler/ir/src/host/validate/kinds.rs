//! What each kind of operation asks of its operands, results and regions.

use super::{Check, Rule};
use crate::host::build::derivative_type;
use crate::host::{BinaryOp, Constant, FunctionId, FunctionKind, Modifier, Op, OpKind, Type, UnaryOp};

impl<'m> Check<'m> {
    pub(super) fn kind_rules(&self, op: &'m Op) -> Rule {
        let in_fn = self.function.kind == FunctionKind::Fn;
        if op.kind.is_quantum() && in_fn {
            return Err("a quantum operation in a `fn`".into());
        }
        let args = self.types(&op.args);
        let results = self.types(&op.results);
        let n_regions = match op.kind {
            OpKind::If | OpKind::While | OpKind::Within => 2,
            OpKind::For | OpKind::Map | OpKind::Modified(_) => 1,
            _ => 0,
        };
        if op.regions.len() != n_regions {
            return Err(format!("{n_regions} regions are due"));
        }
        match &op.kind {
            OpKind::Const(Constant::Unit) => {
                counts(op, Some(0), 1)?;
                rule(matches!(results[0], Type::Unit | Type::Cotangent), "a unit constant of another type")
            }
            OpKind::Const(constant) => signature(op, (&args, &results), &[], &[constant.ty()]),
            OpKind::Global(id) => match self.module.globals.get(id.0 as usize) {
                Some(global) => signature(op, (&args, &results), &[], std::slice::from_ref(&global.ty)),
                None => Err("no such global".into()),
            },
            OpKind::Unary(kind) => {
                counts(op, Some(1), 1)?;
                let fits = match kind {
                    UnaryOp::Neg => is_number(&args[0]) && results[0] == args[0],
                    UnaryOp::Not => args[0] == Type::Bool && results[0] == Type::Bool,
                    UnaryOp::ToFloat => args[0] == Type::Int && results[0] == Type::Float,
                };
                rule(fits, "a scalar operation on other types")
            }
            OpKind::Binary(kind) => {
                counts(op, Some(2), 1)?;
                let fits = match kind {
                    BinaryOp::Add
                    | BinaryOp::Sub
                    | BinaryOp::Mul
                    | BinaryOp::Mod
                    | BinaryOp::Lt
                    | BinaryOp::Le
                    | BinaryOp::Gt
                    | BinaryOp::Ge => is_number(&args[0]),
                    BinaryOp::Div | BinaryOp::Pow => args[0] == Type::Float,
                    BinaryOp::DivFloor => args[0] == Type::Int,
                    BinaryOp::Eq | BinaryOp::Ne => is_number(&args[0]) || args[0] == Type::Bool,
                    BinaryOp::And | BinaryOp::Or => args[0] == Type::Bool,
                };
                let result = if kind.is_comparison() { &Type::Bool } else { &args[0] };
                rule(fits && args[0] == args[1] && results[0] == *result, "a scalar operation on other types")
            }
            OpKind::Builtin(_) => rule(op.results.len() == 1, "a built-in function has one result"),
            OpKind::Call(id) => self.call_rules(*id, op, &args, &results),
            OpKind::Tuple => {
                rule(op.results.len() == 1, "a tuple is one value")?;
                rule(
                    results[0] == Type::Cotangent || results[0] == Type::Tuple(args),
                    "a tuple of other types",
                )
            }
            OpKind::TupleGet(i) => {
                counts(op, Some(1), 1)?;
                match &args[0] {
                    Type::Tuple(parts) => {
                        rule(parts.get(*i as usize) == Some(&results[0]), "a part of another type")
                    }
                    _ => Err("a part of what is no tuple".into()),
                }
            }
            OpKind::Program(id) => {
                rule(in_fn, "a program in a gate or kernel")?;
                let Some(kernel) = self.module.functions.get(id.0 as usize) else {
                    return Err("no such function".into());
                };
                rule(kernel.kind == FunctionKind::Kernel, "a program of what is no kernel")?;
                let params = self.param_types(*id);
                if results == [Type::Program.of_many()] {
                    let is_due = |(arg, param): (&Type, &Type)| arg == param || *arg == param.of_many();
                    let fit = args.len() == params.len() && args.iter().zip(&params).all(is_due);
                    return rule(
                        fit,
                        "programs whose arguments are neither those of the kernel nor rows of them",
                    );
                }
                signature(op, (&args, &results), &params, &[Type::Program])
            }
            OpKind::If => {
                rule(args == [Type::Bool], "an `if` takes one bool")?;
                for region in &op.regions {
                    rule(region.params.is_empty(), "a branch has no parameters")?;
                    rule(
                        self.types(&region.yields) == results,
                        "a branch yields other types than the results",
                    )?;
                }
                Ok(())
            }
            OpKind::For => {
                rule(args.len() >= 2 && args[..2] == [Type::Int, Type::Int], "a `for` takes two int bounds")?;
                let region = &op.regions[0];
                let params = self.types(&region.params);
                rule(params.first() == Some(&Type::Int), "the index of a `for` is an int")?;
                rule(params[1..] == args[2..], "the region takes other types than the initial values")?;
                rule(results[..] == args[2..], "the results have other types than the initial values")?;
                rule(self.types(&region.yields) == results, "the region yields other types than the results")
            }
            OpKind::While => {
                rule(results == args, "the results have other types than the initial values")?;
                for region in &op.regions {
                    rule(
                        self.types(&region.params) == args,
                        "a region takes other types than the initial values",
                    )?;
                }
                rule(self.types(&op.regions[0].yields) == [Type::Bool], "the condition yields one bool")?;
                rule(
                    self.types(&op.regions[1].yields) == args,
                    "the region yields other types than the results",
                )
            }
            OpKind::Map => {
                rule(
                    args == [Type::Int] && results.len() == 1,
                    "a `map` takes a count and gives one tensor",
                )?;
                let region = &op.regions[0];
                rule(self.types(&region.params) == [Type::Int], "the region of a `map` takes an index")?;
                rule(region.yields.len() == 1, "the region of a `map` yields one value")?;
                let item = match self.ty(region.yields[0]) {
                    Type::Tensor(element, rank) => Type::Tensor(element.clone(), rank + 1),
                    scalar => scalar.of_many(),
                };
                rule(results[0] == item, "the result is not the tensor of what the region yields")
            }
            OpKind::ValueAndGradient { function, wrt, .. } => {
                rule(in_fn, "a gradient in a gate or kernel")?;
                let Some(callee) = self.module.functions.get(function.0 as usize) else {
                    return Err("no such function".into());
                };
                rule(callee.kind == FunctionKind::Fn, "a gradient of what is no `fn`")?;
                let [value] = &callee.results[..] else { return Err("a gradient of several results".into()) };
                let is_tensor = matches!(value, Type::Tensor(element, _) if **element == Type::Float);
                rule(*value == Type::Float || is_tensor, "a gradient of what is made of no floats")?;
                let params = self.param_types(*function);
                rule(wrt.iter().all(|&i| i < params.len()), "no such parameter")?;
                let mut due = vec![value.clone()];
                due.extend(wrt.iter().map(|&i| derivative_type(value, &params[i])));
                signature(op, (&args, &results), &params, &due)
            }
            OpKind::Ahead(id) => {
                let Some(plain) = self.module.functions.get(id.0 as usize) else {
                    return Err("no such function".into());
                };
                rule(in_fn && plain.kind == FunctionKind::Fn, "work ahead of its turn is that of a `fn`")?;
                rule(plain.results.is_empty(), "what finds a fault gives no results")?;
                signature(op, (&args, &results), &self.param_types(*id), &[])
            }
            OpKind::Behind => signature(op, (&args, &results), &[], &[]),
            OpKind::TapeNew => signature(op, (&args, &results), &[], &[Type::Tape]),
            OpKind::TapePush => {
                counts(op, Some(2), 0)?;
                rule(args[0] == Type::Tape, "no tape")
            }
            OpKind::TapePop => {
                counts(op, Some(1), 1)?;
                rule(args[0] == Type::Tape, "no tape")
            }
            OpKind::Allocate => signature(op, (&args, &results), &[Type::Int], &[Type::Register]),
            OpKind::QubitAt => signature(op, (&args, &results), &[Type::Register, Type::Int], &[Type::Qubit]),
            OpKind::QubitSlice => {
                counts(op, Some(2), 1)?;
                rule(args[0] == Type::Register && results[0] == Type::Register, "no register")
            }
            OpKind::RegisterLen => signature(op, (&args, &results), &[Type::Register], &[Type::Int]),
            OpKind::Gate(gate) => {
                let def = gate.def();
                counts(op, Some(def.params.len() + def.wires.len()), 0)?;
                rule(args[def.params.len()..].iter().all(is_wires), "a gate on what is no qubit")
            }
            OpKind::Unitary => {
                counts(op, Some(2), 0)?;
                rule(is_wires(&args[1]), "a gate on what is no qubit")
            }
            OpKind::Evolve => {
                counts(op, Some(5), 0)?;
                rule(args[0] == Type::Observable && is_wires(&args[2]), "no observable, or no register")
            }
            OpKind::Measure => {
                counts(op, Some(1), 1)?;
                let outcome = match args[0] {
                    Type::Qubit => Type::Bool,
                    Type::Register => Type::Bool.of_many(),
                    _ => return Err("a measurement of what is no qubit".into()),
                };
                rule(results[0] == outcome, "an outcome of another type")
            }
            OpKind::Reset => {
                counts(op, Some(1), 0)?;
                rule(is_wires(&args[0]), "a reset of what is no qubit")
            }
            OpKind::Modified(modifier) => {
                let fits = match modifier {
                    Modifier::Adjoint => args.is_empty(),
                    Modifier::Control(on) => args.len() == on.len() && args.iter().all(is_wires),
                    Modifier::Power => args == [Type::Int],
                };
                rule(fits, "a modifier with other operands")?;
                self.modified_rules(op)
            }
            OpKind::Within => {
                counts(op, Some(0), 0)?;
                self.modified_rules(op)
            }
        }
    }

    /// A modified block takes nothing; what it assigns to variables outside comes out of its last region.
    fn modified_rules(&self, op: &'m Op) -> Rule {
        let bare = op.regions.iter().all(|region| region.params.is_empty());
        let (last, before) = op.regions.split_last().ok_or("a modified block is due")?;
        rule(
            bare && before.iter().all(|region| region.yields.is_empty()),
            "a modified block takes no values",
        )?;
        rule(
            self.types(&last.yields) == self.types(&op.results),
            "a block yields other types than the results",
        )
    }

    fn call_rules(&self, id: FunctionId, op: &Op, args: &[Type], results: &[Type]) -> Rule {
        let Some(callee) = self.module.functions.get(id.0 as usize) else {
            return Err("no such function".into());
        };
        if callee.kind == FunctionKind::Fn {
            return signature(op, (args, results), &self.param_types(id), &callee.results);
        }
        rule(self.function.kind != FunctionKind::Fn, "a call of a gate or kernel in a `fn`")?;
        counts(op, Some(callee.body.params.len()), callee.results.len())
    }

    fn param_types(&self, id: FunctionId) -> Vec<Type> {
        let function = self.module.function(id);
        function.body.params.iter().map(|&param| function.ty(param).clone()).collect()
    }
}

fn rule(holds: bool, broken: &str) -> Rule {
    if holds { Ok(()) } else { Err(broken.into()) }
}

fn counts(op: &Op, n_args: Option<usize>, n_results: usize) -> Rule {
    rule(n_args.is_none_or(|n| op.args.len() == n), "another number of operands is due")?;
    rule(op.results.len() == n_results, "another number of results is due")
}

fn signature(op: &Op, found: (&[Type], &[Type]), args: &[Type], results: &[Type]) -> Rule {
    counts(op, Some(args.len()), results.len())?;
    for (i, (found, due)) in found.0.iter().zip(args).enumerate() {
        rule(found == due, &format!("operand {i} is {found}, and {due} is due"))?;
    }
    for (i, (found, due)) in found.1.iter().zip(results).enumerate() {
        rule(found == due, &format!("result {i} is {found}, and {due} is due"))?;
    }
    Ok(())
}

fn is_number(ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Float)
}

fn is_wires(ty: &Type) -> bool {
    matches!(ty, Type::Qubit | Type::Register)
}
