//! Parameters that take a function by name: the function is instantiated for each item that it is given.

use std::collections::HashMap;
use std::rc::Rc;

use qml_gates::Gate;
use qml_prelude::BuiltinId;
use qml_syntax::ast::{self, Effect, ItemKind, Name, TypeKind};

use super::{FunctionEntry, Signature};
use crate::body::Body;
use crate::check::Checker;
use crate::declared::Place;
use crate::effect::Effects;
use crate::hir::{FunctionId, Type};
use crate::types::{self, Names};

/// A parameter that takes a function.
#[derive(Clone, Debug)]
pub(crate) struct CallableParameter {
    /// Its name.
    pub name: Name,
    /// Its place among all parameters.
    pub position: usize,
    /// Which kind of function.
    pub effect: Effect,
    /// The types of its parameters, over the sizes of the function around.
    pub parameters: Vec<Type>,
    /// Its result.
    pub result: Type,
}

/// What is given for such a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    /// A gate, kernel or fn.
    Function(FunctionId),
    /// A gate of the table.
    Gate(Gate),
    /// A function of the prelude, with all rows of its name.
    Builtin(BuiltinId),
    /// Any that fits the parameter's type: when a function is checked on its own. The position among those parameters.
    Any(usize),
}

impl CallableParameter {
    /// The type as the user would write it.
    pub fn show(&self, names: &dyn Names) -> String {
        let parameters: Vec<_> = self.parameters.iter().map(|ty| types::show(ty, names)).collect();
        let result = match &self.result {
            Type::Unit => String::new(),
            ty => format!(" -> {}", types::show(ty, names)),
        };
        format!("{}({}){result}", self.effect.keyword(), parameters.join(", "))
    }
}

impl Signature {
    /// The names of all parameters in order.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> =
            self.parameters.iter().map(|parameter| parameter.name.text.as_str()).collect();
        for callable in &self.callables {
            names.insert(callable.position, &callable.name.text);
        }
        names
    }
}

/// Reads the types of such parameters; the sizes of the function are in scope.
pub(super) fn read(body: &mut Body<'_, '_>, written: &[(usize, &ast::Parameter)]) -> Vec<CallableParameter> {
    let mut callables: Vec<CallableParameter> = Vec::new();
    for (position, parameter) in written {
        let TypeKind::Callable { effect, parameters, result } = &parameter.ty.kind else { continue };
        let place = Place::Signature(*effect);
        let parameters = parameters.iter().map(|ty| body.declared_type(ty, place)).collect();
        let result = result.as_ref().map_or(Type::Unit, |ty| body.declared_type(ty, place));
        if let Some(first) = callables.iter().find(|first| first.name.text == parameter.name.text) {
            let first = first.name.span;
            body.report(crate::scope::NameError::DeclaredTwice { name: parameter.name.clone(), first });
        }
        if let Some(default) = &parameter.default {
            body.report(crate::body::TypeError::CallableType { span: default.span });
        }
        let name = parameter.name.clone();
        callables.push(CallableParameter { name, position: *position, effect: *effect, parameters, result });
    }
    callables
}

/// What the names of such parameters stand for in the body.
pub(super) fn in_scope(signature: &Signature, targets: &[Target]) -> HashMap<String, Target> {
    let of = |position: usize| targets.get(position).cloned().unwrap_or(Target::Any(position));
    let named = signature.callables.iter().enumerate();
    named.map(|(position, callable)| (callable.name.text.clone(), of(position))).collect()
}

/// Whether a file has a function that takes functions.
pub(crate) fn has_callables(module: &ast::Module) -> bool {
    module.items.iter().any(|item| match &item.kind {
        ItemKind::Callable(callable) => {
            callable.parameters.iter().any(|parameter| matches!(parameter.ty.kind, TypeKind::Callable { .. }))
        }
        _ => false,
    })
}

/// The function with these targets put for its parameters; made when it is first asked for.
pub(crate) fn instance(checker: &mut Checker<'_>, pattern: FunctionId, targets: Vec<Target>) -> FunctionId {
    let key = (pattern, targets);
    if let Some(id) = checker.instances.get(&key) {
        return *id;
    }
    let id = FunctionId(checker.functions.len() as u32);
    let names: Vec<_> = key.1.iter().map(|target| name(checker, target)).collect();
    let entry = &checker.functions[pattern.0 as usize];
    let instance = FunctionEntry {
        module: entry.module,
        callable: entry.callable,
        signature: Rc::clone(&entry.signature),
        effects: Effects::PURE,
        calls: Vec::new(),
        globals: Vec::new(),
        targets: key.1.clone(),
        path: format!("{}[{}]", entry.path, names.join(", ")),
        docs: entry.docs.clone(),
        shots: entry.shots,
        checked: None,
    };
    checker.functions.push(instance);
    checker.instances.insert(key, id);
    checker.queue.push(id);
    id
}

fn name(checker: &Checker<'_>, target: &Target) -> String {
    match target {
        Target::Function(id) => {
            let path = &checker.functions[id.0 as usize].path;
            path.strip_prefix("main.").unwrap_or(path).to_owned()
        }
        Target::Gate(gate) => gate.def().name.to_owned(),
        Target::Builtin(id) => id.row().name.to_owned(),
        Target::Any(_) => "?".to_owned(),
    }
}
