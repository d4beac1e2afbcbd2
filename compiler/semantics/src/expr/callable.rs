//! Functions given by name, and calls of the parameters that take them.

use std::rc::Rc;

use qml_gates::Gate;
use qml_prelude::BuiltinId;
use qml_source::Span;
use qml_syntax::ast::{self, Argument, Effect, Name};

use super::Item;
use super::call::SignatureNames;
use crate::body::{Body, TypeError, error_expr};
use crate::builtin;
use crate::function::{self, CallableParameter, Signature, Target};
use crate::hir::{Expr, ExprKind, FunctionId, Type};
use crate::types;

impl Body<'_, '_> {
    /// The function with the items put for its parameters that take functions; the function itself if there are none.
    /// `None` if one is missing or doesn't fit, which is reported.
    pub(super) fn instance(
        &mut self,
        id: FunctionId,
        functions: &[(&CallableParameter, Option<&Argument>)],
        name: &Name,
        text: &str,
        span: Span,
    ) -> Option<FunctionId> {
        if functions.is_empty() {
            return Some(id);
        }
        let mut targets = Vec::new();
        let mut is_right = true;
        for (callable, argument) in functions {
            let Some(argument) = argument else {
                let problem = format!("`{}` is missing", callable.name.text);
                let (name, signature) = (name.text.clone(), Some(text.to_owned()));
                self.report(TypeError::Arguments { span, name, problem, signature });
                is_right = false;
                continue;
            };
            match self.target(id, callable, &argument.value) {
                Some(target) => targets.push(target),
                None => is_right = false,
            }
        }
        if !is_right {
            return None;
        }
        if targets.iter().any(|target| matches!(target, Target::Any(_))) {
            return Some(id);
        }
        Some(function::instance(self.checker, id, targets))
    }

    /// The item that an argument names, if it fits; else that is reported.
    fn target(
        &mut self,
        taker: FunctionId,
        callable: &CallableParameter,
        argument: &ast::Expr,
    ) -> Option<Target> {
        let span = argument.span;
        let target = self.named_target(taker, callable, argument)?;
        let problem = match &target {
            Target::Function(id) => {
                let entry = &self.checker.functions[id.0 as usize];
                let (effect, declared) = (entry.callable.effect, entry.callable.name.span);
                let problem = misfit(&Rc::clone(&entry.signature), effect, callable, self);
                problem.map(|problem| (problem, Some(declared)))
            }
            Target::Gate(gate) => gate_misfit(*gate, callable).map(|problem| (problem, None)),
            Target::Builtin(id) => {
                let is_fn = callable.effect == Effect::Fn;
                (!is_fn).then(|| (format!("`{}` is a `fn`", id.row().name), None))
            }
            Target::Any(position) => {
                let signature = self.own_signature()?;
                let given = signature.callables.get(*position)?;
                let is_same =
                    given.effect == callable.effect && given.parameters.len() == callable.parameters.len();
                (!is_same).then(|| ("a parameter of another type".to_owned(), Some(given.name.span)))
            }
        };
        let Some((problem, declared)) = problem else { return Some(target) };
        let wanted = self.show_callable(taker, callable);
        self.report(TypeError::NotTheFunction { span, wanted, problem, declared });
        None
    }

    fn named_target(
        &mut self,
        taker: FunctionId,
        callable: &CallableParameter,
        argument: &ast::Expr,
    ) -> Option<Target> {
        let path = argument.unparenthesized().as_path().unwrap_or_default();
        let item = match path.as_slice() {
            [name] => {
                if let Some(target) = self.callables.get(&name.text) {
                    return Some(target.clone());
                }
                let scope = &self.checker.scopes[self.module];
                if let Some(entry) = scope.callables.get(name.text.as_str()).copied() {
                    Some(self.callable(entry.module, entry.item, name.span))
                } else if scope.broken.contains(name.text.as_str()) {
                    return None;
                } else if let Some(gate) = Gate::find(&name.text) {
                    return Some(Target::Gate(gate));
                } else {
                    let id = BuiltinId::find(&name.text).filter(|id| !id.row().signatures.is_empty());
                    if let Some(id) = id {
                        return Some(Target::Builtin(id));
                    }
                    None
                }
            }
            [module, name] => {
                let scope = &self.checker.scopes[self.module];
                match scope.modules.get(module.text.as_str()).copied() {
                    Some((index, _)) => Some(self.item_of_module(index, name)?),
                    None => None,
                }
            }
            _ => None,
        };
        let problem = match item {
            Some(Item::Broken) => return None,
            Some(Item::Function(id))
                if self.checker.functions[id.0 as usize].signature.callables.is_empty() =>
            {
                return Some(Target::Function(id));
            }
            Some(Item::Function(_)) => "takes a function itself".to_owned(),
            Some(Item::Struct(_)) => "a struct".to_owned(),
            None if path.is_empty() => "not the name of a function".to_owned(),
            None => "no function has this name".to_owned(),
        };
        let wanted = self.show_callable(taker, callable);
        self.report(TypeError::NotTheFunction { span: argument.span, wanted, problem, declared: None });
        None
    }

    fn show_callable(&self, taker: FunctionId, callable: &CallableParameter) -> String {
        let locals = &self.checker.functions[taker.0 as usize].signature.locals;
        callable.show(&SignatureNames { body: self, locals })
    }

    fn own_signature(&self) -> Option<Rc<Signature>> {
        self.pattern.clone()
    }

    /// A call of a parameter that takes a function.
    pub(super) fn call_target(
        &mut self,
        target: &Target,
        name: &Name,
        arguments: &[Argument],
        span: Span,
    ) -> Expr {
        match target {
            Target::Function(id) => self.call_function(*id, name, arguments, span),
            Target::Gate(gate) => self.table_gate(*gate, name, arguments, span),
            Target::Builtin(id) => {
                let name = Name { text: id.row().name.to_owned(), span: name.span };
                builtin::call(self, BuiltinId::find_all(id.row().name), &name, arguments, span)
            }
            Target::Any(position) => self.call_any(*position, name, arguments, span),
        }
    }

    /// A call of whatever fits the type of the parameter. What comes of it is no part of a program.
    fn call_any(&mut self, position: usize, name: &Name, arguments: &[Argument], span: Span) -> Expr {
        let Some(signature) = self.own_signature() else { return error_expr(span) };
        let callable = &signature.callables[position];
        if !self.may_call(callable.effect, name, span) {
            self.check_orphan_arguments(arguments);
            return error_expr(span);
        }
        let mut is_right = arguments.len() == callable.parameters.len();
        if is_right {
            for (argument, wanted) in arguments.iter().zip(&callable.parameters) {
                let value = if types::has_qubits(wanted) {
                    self.qubits(&argument.value)
                } else {
                    self.value(&argument.value, Some(wanted))
                };
                let is_broadcast =
                    callable.effect == Effect::Gate && super::call::broadcasts(&value.ty, wanted);
                is_right &= !types::has_error(&value.ty);
                if !is_broadcast && is_right {
                    is_right &= !types::has_error(&self.expect_type(value, wanted).ty);
                }
            }
        } else {
            let problem = super::call::counted(arguments.len(), callable.parameters.len());
            let text = Some(format!("{}: {}", callable.name.text, callable.show(self)));
            self.report(TypeError::Arguments { span, name: name.text.clone(), problem, signature: text });
            self.check_orphan_arguments(arguments);
        }
        if !is_right {
            return error_expr(span);
        }
        self.saw_outcome |= callable.effect == Effect::Kernel && !self.is_fn();
        let ty = match (callable.effect, self.is_fn()) {
            (Effect::Kernel, true) => Type::Program(Some(Box::new(callable.result.clone()))),
            _ => callable.result.clone(),
        };
        Expr { span, ty, kind: ExprKind::Error }
    }
}

/// Why a function of the program can't stand for the parameter.
fn misfit(
    signature: &Signature,
    effect: Effect,
    callable: &CallableParameter,
    body: &Body<'_, '_>,
) -> Option<String> {
    if effect != callable.effect {
        return Some(format!("a `{}`", effect.keyword()));
    }
    let wanted = &callable.parameters;
    let n_needed = signature.parameters.iter().filter(|parameter| parameter.default.is_none()).count();
    if signature.parameters.len() < wanted.len() || n_needed > wanted.len() {
        let needed = super::call::counted_arguments(n_needed);
        return Some(format!("takes {needed}, and is given {}", wanted.len()));
    }
    let solution = signature.solve(wanted, &vec![None; wanted.len()]);
    let solved = |local: crate::hir::LocalId| solution.get(local.0 as usize).cloned().flatten();
    for (given, parameter) in wanted.iter().zip(&signature.parameters) {
        let taken = types::substitute(&parameter.ty, &solved);
        if types::fit(given, &taken).is_err() {
            let names = SignatureNames { body, locals: &signature.locals };
            let shown = types::show(&parameter.ty, &names);
            return Some(format!("`{}` is `{shown}`", parameter.name.text));
        }
    }
    let result = types::substitute(&signature.result, &solved);
    if types::fit(&result, &callable.result).is_err() {
        let names = SignatureNames { body, locals: &signature.locals };
        return Some(format!("its result is `{}`", types::show(&signature.result, &names)));
    }
    None
}

fn gate_misfit(gate: Gate, callable: &CallableParameter) -> Option<String> {
    let row = gate.def();
    if callable.effect != Effect::Gate {
        return Some(format!("`{}` is a `gate`", row.name));
    }
    let is_right =
        callable.parameters.len() == row.params.len() + row.wires.len()
            && callable.parameters.iter().enumerate().all(|(i, ty)| {
                if i < row.params.len() { !types::has_qubits(ty) } else { types::has_qubits(ty) }
            });
    let parameters: Vec<_> = row.params.iter().chain(row.wires).copied().collect();
    (!is_right).then(|| format!("`{}({})`", row.name, parameters.join(", ")))
}
