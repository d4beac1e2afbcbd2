//! Calls: of functions of the program, structs and the prelude.

use std::rc::Rc;

use qml_prelude::BuiltinId;
use qml_source::Span;
use qml_syntax::ast::{self, Argument, Effect, Name};

use super::Item;
use crate::body::coerce::would_fit;
use crate::body::{Body, Kind, TypeError, error_expr};
use crate::effect::EffectError;
use crate::function::{self, returns_value};
use crate::hir::{Callee, Dim, Expr, ExprKind, FunctionId, StructId, Type};
use crate::scope::NameError;
use crate::{builtin, suggest, types};

impl Body<'_, '_> {
    pub(super) fn call(&mut self, callee: &ast::Expr, arguments: &[Argument], span: Span) -> Expr {
        let path = callee.unparenthesized().as_path().unwrap_or_default();
        match path.as_slice() {
            [name] => self.call_name(name, arguments, span),
            [module, name] => self.call_path(module, name, arguments, span),
            [] => self.call_of_no_name(callee.unparenthesized(), arguments, span),
            [first, .., last] => {
                self.check_orphan_arguments(arguments);
                let text = path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
                let help = if first.text == "std" {
                    Some(format!(
                        "bring it into scope first, `use {text};` at the top of the file, then call `{}(...)`",
                        last.text
                    ))
                } else {
                    self.plain_call(last)
                };
                self.refuse(span, NameError::NotAPath { span: callee.span, text, help })
            }
        }
    }

    fn call_name(&mut self, name: &Name, arguments: &[Argument], span: Span) -> Expr {
        if let Some(target) = self.callables.get(&name.text).cloned() {
            return self.call_target(&target, name, arguments, span);
        }
        let scope = &self.checker.scopes[self.module];
        if let Some(entry) = scope.callables.get(name.text.as_str()).copied() {
            let item = self.callable(entry.module, entry.item, name.span);
            return self.call_item(item, name, arguments, span);
        }
        if scope.broken.contains(name.text.as_str()) {
            self.check_orphan_arguments(arguments);
            return error_expr(span);
        }
        if let Some(expr) = self.call_quantum(name, arguments, span) {
            return expr;
        }
        let rows = BuiltinId::find_all(&name.text);
        if !rows.is_empty() && !name.text.contains('.') && !rows[0].row().signatures.is_empty() {
            return builtin::call(self, rows, name, arguments, span);
        }
        self.check_orphan_arguments(arguments);
        let is_value = self.find_local(&name.text).is_some()
            || self.checker.scopes[self.module].values.contains_key(name.text.as_str());
        let nearest = suggest::known_elsewhere(&name.text)
            .or_else(|| suggest::nearest(&name.text, self.callable_names()))
            .map(str::to_owned);
        let module = (self.checker.library)(&name.text);
        self.refuse(span, NameError::UnknownCallable { name: name.clone(), nearest, is_value, module })
    }

    /// `qml.RX(...)` is `rx(...)` here, `np.sin(...)` is `sin(...)`.
    fn plain_call(&self, name: &Name) -> Option<String> {
        let known = match suggest::known_elsewhere(&name.text) {
            Some(known) => known,
            None => self.callable_names().into_iter().find(|known| *known == name.text)?,
        };
        Some(format!("write `{known}(...)`, without anything before it"))
    }

    pub(super) fn callable_names(&self) -> Vec<&str> {
        let items = self.checker.scopes[self.module].callables.keys().copied();
        let prelude = qml_prelude::BUILTINS.iter().map(|row| row.name);
        let gates = qml_gates::Gate::ALL.iter().map(|gate| gate.def().name);
        items.chain(prelude).chain(gates).chain(["measure", "reset", "unitary", "evolve"]).collect()
    }

    fn call_path(&mut self, module: &Name, name: &Name, arguments: &[Argument], span: Span) -> Expr {
        let scope = &self.checker.scopes[self.module];
        if scope.broken.contains(module.text.as_str()) {
            self.check_orphan_arguments(arguments);
            return error_expr(span);
        }
        let Some((index, _)) = scope.modules.get(module.text.as_str()).copied() else {
            self.check_orphan_arguments(arguments);
            let text = format!("{}.{}", module.text, name.text);
            let local = self.find_local(&module.text);
            let base = ast::Expr { span: module.span, kind: ast::ExprKind::Name(module.clone()) };
            let method = local.and_then(|_| self.function_for_method(&base, name, arguments));
            let help = method.or_else(|| self.plain_call(name));
            return self.refuse(span, NameError::NotAPath { span: module.span, text, help });
        };
        let Some(item) = self.item_of_module(index, name) else {
            self.check_orphan_arguments(arguments);
            return error_expr(span);
        };
        self.call_item(item, name, arguments, span)
    }

    /// A callable item of a module; that there is none is reported.
    pub(super) fn item_of_module(&mut self, module: usize, name: &Name) -> Option<Item> {
        let items = &self.checker.modules[module].ast.items;
        let is_meant = |item: &ast::Item| {
            let kind = &item.kind;
            (matches!(kind, ast::ItemKind::Callable(_) | ast::ItemKind::Struct(_) | ast::ItemKind::Broken(_)))
                && item.name().is_some_and(|declared| declared.text == name.text)
        };
        let Some(item) = items.iter().position(is_meant) else {
            let known: Vec<_> =
                items.iter().filter_map(ast::Item::name).map(|name| name.text.as_str()).collect();
            let nearest = suggest::nearest(&name.text, known).map(str::to_owned);
            let path = self.checker.modules[module].path.clone();
            self.report(NameError::NoSuchItem { name: name.clone(), path, nearest });
            return None;
        };
        Some(match items[item].kind {
            ast::ItemKind::Broken(_) => Item::Broken,
            _ => self.callable(module, item, name.span),
        })
    }

    fn call_item(&mut self, item: Item, name: &Name, arguments: &[Argument], span: Span) -> Expr {
        match item {
            Item::Function(id) => self.call_function(id, name, arguments, span),
            Item::Struct(id) => self.construct(id, name, arguments, span),
            Item::Broken => {
                self.check_orphan_arguments(arguments);
                error_expr(span)
            }
        }
    }

    /// Arguments of a call that is refused: what is wrong inside of them is still of interest.
    pub fn check_orphan_arguments(&mut self, arguments: &[Argument]) {
        for argument in arguments {
            // A function may be what is asked for.
            let is_function = argument.value.as_path().is_some_and(|path| match path.as_slice() {
                [name] => {
                    self.find_local(&name.text).is_none()
                        && self.callable_names().contains(&name.text.as_str())
                }
                _ => false,
            });
            if !is_function {
                self.expr(&argument.value, None);
            }
        }
    }

    /// The argument of each parameter; `None` if the call doesn't match, which is reported. `signature` tells the reader
    /// what would.
    pub fn arrange<'e>(
        &mut self,
        callee: &Name,
        parameters: &[&str],
        arguments: &'e [Argument],
        signature: &str,
    ) -> Option<Vec<Option<&'e Argument>>> {
        let mut arranged: Vec<Option<&Argument>> = vec![None; parameters.len()];
        let name = || callee.text.clone();
        let mut named_before = false;
        for (i, argument) in arguments.iter().enumerate() {
            let problem = |span, problem: &str| TypeError::Arguments {
                span,
                name: name(),
                problem: problem.to_owned(),
                signature: Some(signature.to_owned()),
            };
            let position = match &argument.name {
                None if named_before => {
                    self.report(problem(argument.span, "named arguments stand after those without a name"));
                    return None;
                }
                None if i >= parameters.len() => {
                    let text = counted(arguments.len(), parameters.len());
                    self.report(problem(argument.span, &text));
                    return None;
                }
                None => i,
                Some(given) => {
                    named_before = true;
                    let Some(position) = parameters.iter().position(|parameter| *parameter == given.text)
                    else {
                        let help = suggest::parameter(&given.text, parameters);
                        let known = parameters.iter().map(|parameter| format!("`{parameter}`")).collect();
                        let error =
                            TypeError::ArgumentName { name: given.clone(), callee: name(), known, help };
                        self.report(error);
                        return None;
                    };
                    position
                }
            };
            if arranged[position].is_some() {
                self.report(problem(argument.span, "given twice"));
                return None;
            }
            arranged[position] = Some(argument);
        }
        Some(arranged)
    }

    pub(super) fn call_function(
        &mut self,
        id: FunctionId,
        name: &Name,
        arguments: &[Argument],
        span: Span,
    ) -> Expr {
        let entry = &self.checker.functions[id.0 as usize];
        let (signature, effect) = (Rc::clone(&entry.signature), entry.callable.effect);
        let declared = entry.callable.name.span;
        if !self.may_call(effect, name, span) {
            self.check_orphan_arguments(arguments);
            return error_expr(span);
        }
        if effect == Effect::Kernel
            && self.is_fn()
            && signature.parameters.iter().any(|parameter| types::has_qubits(&parameter.ty))
        {
            self.check_orphan_arguments(arguments);
            let error = EffectError::ProgramWithQubits { name: name.text.clone(), span, declared };
            return self.refuse(span, error);
        }
        let text = self.show_signature(id);
        let names = signature.names();
        let Some(mut arranged) = self.arrange(name, &names, arguments, &text) else {
            self.check_orphan_arguments(arguments);
            return error_expr(span);
        };
        let mut functions = Vec::new();
        for callable in signature.callables.iter().rev() {
            functions.push((callable, arranged.remove(callable.position)));
        }
        functions.reverse();
        let Some(id) = self.instance(id, &functions, name, &text, span) else {
            for argument in arranged.into_iter().flatten() {
                self.expr(&argument.value, None);
            }
            return error_expr(span);
        };
        let mut values = Vec::new();
        let mut missing = Vec::new();
        for (parameter, argument) in signature.parameters.iter().zip(arranged) {
            let expected = types::substitute(&parameter.ty, &|_| None);
            match (argument, &parameter.default) {
                (Some(argument), _) if types::has_qubits(&parameter.ty) => {
                    values.push(self.qubits(&argument.value));
                }
                (Some(argument), _) if effect == Effect::Gate && parameter.ty == Type::Int => {
                    values.push(self.static_int(&argument.value, "an argument of a gate"));
                }
                (Some(argument), _) => values.push(self.value(&argument.value, Some(&expected))),
                (None, Some(default)) => values.push(Expr { span, ..default.clone() }),
                (None, None) => {
                    missing.push(format!("`{}`", parameter.name.text));
                    values.push(error_expr(span));
                }
            }
        }
        if let Some(problem) = turned_round(name, arguments, &values, &signature) {
            let (name, signature) = (name.text.clone(), Some(text));
            return self.refuse(span, TypeError::Arguments { span, name, problem, signature });
        }
        if !missing.is_empty() {
            let verb = if missing.len() == 1 { "is" } else { "are" };
            let problem = format!("{} {verb} missing", missing.join(" and "));
            let (name, signature) = (name.text.clone(), Some(text.clone()));
            self.report(TypeError::Arguments { span, name, problem, signature });
        }
        let mut is_right = missing.is_empty();
        let types: Vec<_> = values.iter().map(|value| value.ty.clone()).collect();
        let ints: Vec<_> = values.iter().map(|value| self.size(value)).collect();
        let solution = signature.solve(&types, &ints);
        is_right &= self.sizes_exist(&signature, &values);
        is_right &= self.condition_holds(&name.text, &signature, &solution, span);
        let solved = |local: crate::hir::LocalId| solution.get(local.0 as usize).cloned().flatten();
        let values: Vec<_> = values
            .into_iter()
            .zip(&signature.parameters)
            .map(|(value, parameter)| {
                let wanted = types::substitute(&parameter.ty, &solved);
                if effect == Effect::Gate && broadcasts(&value.ty, &parameter.ty) {
                    let is_register = types::has_qubits(&value.ty);
                    return if is_register { value } else { crate::body::coerce::widen_elements(value, 2) };
                }
                is_right &= !types::has_error(&value.ty);
                let value = self.expect_type(value, &wanted);
                is_right &= !types::has_error(&value.ty);
                value
            })
            .collect();
        self.refuse_shared_qubits(&values);
        self.has_call_of(id, effect, span);
        // A result that isn't declared is reported where it is returned.
        let body = &self.checker.functions[id.0 as usize].callable.body;
        if !is_right || signature.result == Type::Unit && returns_value(body) {
            return error_expr(span);
        }
        if effect == Effect::Kernel && self.is_fn() {
            let result = types::substitute(&signature.result, &solved);
            let ty = Type::Program(Some(Box::new(result)));
            return Expr { span, ty, kind: ExprKind::Program(id, values) };
        }
        // Bits that a kernel gives are outcomes.
        self.saw_outcome |= effect == Effect::Kernel;
        let ty = types::substitute(&signature.result, &solved);
        Expr { span, ty, kind: ExprKind::Call(Callee::Function(id), values) }
    }

    fn has_call_of(&mut self, id: FunctionId, effect: Effect, span: Span) {
        if effect == Effect::Fn {
            self.has_call(id, span);
        } else {
            self.calls.push((id, span));
        }
    }

    /// Whether something with this effect may be called here; if not, that is reported.
    pub(super) fn may_call(&mut self, effect: Effect, name: &Name, span: Span) -> bool {
        let what = format!("a call of the {} `{}`", effect.keyword(), name.text);
        match (effect, self.kind) {
            (Effect::Fn, _) | (Effect::Gate | Effect::Kernel, Kind::Quantum(Effect::Kernel)) => {
                if effect == Effect::Kernel
                    && let Some(modifier) = self.modifier
                {
                    self.report(EffectError::NotReversible { what, span, modifier });
                    return false;
                }
                true
            }
            (Effect::Gate, Kind::Quantum(_)) | (Effect::Kernel, Kind::Fn | Kind::Constant) => true,
            (Effect::Kernel, Kind::Quantum(_)) => {
                self.report(EffectError::NotInGate { what, span });
                false
            }
            (Effect::Gate, Kind::Fn | Kind::Constant) => {
                self.report(EffectError::QuantumInFn { what, span });
                false
            }
        }
    }

    fn show_signature(&self, id: FunctionId) -> String {
        let entry = &self.checker.functions[id.0 as usize];
        let names = SignatureNames { body: self, locals: &entry.signature.locals };
        // A type that is unknown is reported where it stands.
        let typed = |name: &str, ty: &Type| {
            if types::has_error(ty) {
                name.to_owned()
            } else {
                format!("{name}: {}", types::show(ty, &names))
            }
        };
        let parameters = entry.signature.parameters.iter();
        let mut parameters: Vec<_> =
            parameters.map(|parameter| typed(&parameter.name.text, &parameter.ty)).collect();
        for callable in &entry.signature.callables {
            parameters
                .insert(callable.position, format!("{}: {}", callable.name.text, callable.show(&names)));
        }
        let result = match &entry.signature.result {
            Type::Unit => String::new(),
            ty if types::has_error(ty) => String::new(),
            ty => format!(" -> {}", types::show(ty, &names)),
        };
        format!("{}({}){result}", entry.callable.name.text, parameters.join(", "))
    }

    fn construct(&mut self, id: StructId, name: &Name, arguments: &[Argument], span: Span) -> Expr {
        let fields = self.checker.structs[id.0 as usize].fields.clone();
        let shown: Vec<_> =
            fields.iter().map(|(field, ty)| format!("{}: {}", field.text, self.show(ty))).collect();
        let signature = format!("{}({})", name.text, shown.join(", "));
        if let Some(argument) = arguments.iter().find(|argument| argument.name.is_none()) {
            let problem = "the fields of a struct are given by name".to_owned();
            let (name, signature) = (name.text.clone(), Some(signature));
            self.report(TypeError::Arguments { span: argument.span, name, problem, signature });
            self.check_orphan_arguments(arguments);
            return Expr { span, ty: Type::Struct(id), kind: ExprKind::Error };
        }
        let names: Vec<_> = fields.iter().map(|(field, _)| field.text.as_str()).collect();
        let Some(arranged) = self.arrange(name, &names, arguments, &signature) else {
            self.check_orphan_arguments(arguments);
            return Expr { span, ty: Type::Struct(id), kind: ExprKind::Error };
        };
        let values = fields.iter().zip(arranged).map(|((field, ty), argument)| {
            let Some(argument) = argument else {
                let problem = format!("`{}` is missing", field.text);
                let (name, signature) = (name.text.clone(), Some(signature.clone()));
                self.report(TypeError::Arguments { span, name, problem, signature });
                return error_expr(span);
            };
            Self::shaped(self.expr_of(&argument.value, ty), ty, field.span)
        });
        let values = values.collect();
        Expr { span, ty: Type::Struct(id), kind: ExprKind::Call(Callee::Struct(id), values) }
    }
}

/// "3 arguments, it takes 1"
pub(crate) fn counted(given: usize, taken: usize) -> String {
    let taken = if taken == 0 { "none".to_owned() } else { taken.to_string() };
    format!("{}, it takes {taken}", counted_arguments(given))
}

/// "1 argument", "2 arguments"
pub(super) fn counted_arguments(n: usize) -> String {
    if n == 1 { "1 argument".to_owned() } else { format!("{n} arguments") }
}

/// Whether a gate is applied once for each part of an argument.
pub(super) fn broadcasts(argument: &Type, parameter: &Type) -> bool {
    match (argument, parameter) {
        (Type::Register(_), Type::Qubit) => true,
        (Type::Tensor(element, dims), Type::Float) => {
            dims.len() == 1 && matches!(**element, Type::Float | Type::Int)
        }
        _ => false,
    }
}

/// Names of variables of another function.
pub(super) struct SignatureNames<'b, 'c, 'a> {
    pub body: &'b Body<'c, 'a>,
    pub locals: &'b [crate::hir::Local],
}

impl types::Names for SignatureNames<'_, '_, '_> {
    fn local(&self, local: crate::hir::LocalId) -> String {
        self.locals.get(local.0 as usize).map_or_else(|| "?".to_owned(), |local| local.name.text.clone())
    }

    fn structure(&self, id: StructId) -> String {
        types::Names::structure(self.body, id)
    }
}

/// Whether two lengths may be one.
pub(super) fn agree(a: &Dim, b: &Dim) -> bool {
    !types::surely_differ(a, b)
}

/// The call with its two arguments in the other order, if that is how they fit.
fn turned_round(
    name: &Name,
    arguments: &[Argument],
    values: &[Expr],
    signature: &function::Signature,
) -> Option<String> {
    let ([first, second], [a, b]) = (arguments, values) else { return None };
    if first.name.is_some() || second.name.is_some() {
        return None;
    }
    let fits = |value: &Expr, parameter: usize| {
        let wanted = types::substitute(&signature.parameters[parameter].ty, &|_| None);
        value.ty != Type::Error && would_fit(&value.ty, &wanted)
    };
    let is_turned = fits(a, 1) && fits(b, 0) && !fits(a, 0) && !fits(b, 1);
    let (first, second) = (suggest::written(&first.value), suggest::written(&second.value));
    let call = first.zip(second).map(|(first, second)| format!(": `{}({second}, {first})`", name.text));
    is_turned.then(|| format!("in the other order the arguments fit{}", call.unwrap_or_default()))
}
