//! Gates, kernels and fns: signatures first, bodies after.

use std::rc::Rc;

use qml_source::Span;
use qml_syntax::ast::{self, Effect, ItemKind, Name};

use crate::body::{Body, Facts, Kind, TypeError};
use crate::check::Checker;
use crate::declared::Place;
use crate::effect::{EffectError, Effects};
use crate::global::GlobalEntry;
use crate::hir::{self, Block, Expr, FunctionId, Global, GlobalId, Local, LocalId, SizeParameter, Type};
use crate::scope::NameError;
use crate::size::Size;
use crate::types;

mod callable;
mod condition;
mod error;
mod flow;
mod solve;

pub(crate) use callable::{CallableParameter, Target, has_callables, instance};
pub(crate) use error::DeclarationError;
pub(crate) use flow::returns_value;

/// What a call has to know.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    /// Sizes, then parameters; types and defaults refer to them.
    pub locals: Vec<Local>,
    /// How each size follows from the arguments.
    pub sizes: Vec<SizeParameter>,
    /// The parameters in order, but for those that take a function.
    pub parameters: Vec<Parameter>,
    /// The parameters that take a function by name.
    pub callables: Vec<CallableParameter>,
    /// The result.
    pub result: Type,
    /// How many of the variables are sizes.
    pub n_sizes: usize,
    /// The condition after `where`.
    pub condition: Option<hir::Condition>,
}

/// A parameter.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// Its variable.
    pub local: LocalId,
    /// Its default.
    pub default: Option<Expr>,
}

/// A gate, kernel or fn.
pub(crate) struct FunctionEntry<'a> {
    /// The file.
    pub module: usize,
    /// The item.
    pub callable: &'a ast::Callable,
    /// Its signature.
    pub signature: Rc<Signature>,
    /// What it does itself.
    pub effects: Effects,
    /// What it calls.
    pub calls: Vec<(FunctionId, Span)>,
    /// The `const`s and `param`s that it names.
    pub globals: Vec<(GlobalId, Span)>,
    /// What its parameters that take a function stand for, in the order of the signature's.
    pub targets: Vec<Target>,
    path: String,
    docs: Option<String>,
    shots: Option<i64>,
    checked: Option<CheckedBody>,
}

struct CheckedBody {
    locals: Vec<Local>,
    block: Block,
}

impl FunctionEntry<'_> {
    /// The function for later stages.
    pub fn into_hir(self) -> hir::Function {
        let signature = &*self.signature;
        if self.targets.len() != signature.callables.len() {
            return self.into_pattern();
        }
        let (locals, body) = match self.checked {
            Some(checked) => (checked.locals, checked.block),
            None => (signature.locals.clone(), Block::default()),
        };
        hir::Function {
            name: self.callable.name.clone(),
            path: self.path,
            effect: self.callable.effect,
            locals,
            sizes: signature.sizes.clone(),
            parameters: signature.parameters.iter().map(|parameter| parameter.local).collect(),
            defaults: signature.parameters.iter().map(|parameter| parameter.default.clone()).collect(),
            result: signature.result.clone(),
            condition: signature.condition.clone(),
            shots: self.shots,
            body,
            docs: self.docs,
        }
    }
}

impl FunctionEntry<'_> {
    /// A function that takes functions is a pattern for its instances, and does nothing itself.
    fn into_pattern(self) -> hir::Function {
        hir::Function {
            name: self.callable.name.clone(),
            path: format!("pattern {}", self.path),
            effect: Effect::Fn,
            locals: Vec::new(),
            sizes: Vec::new(),
            parameters: Vec::new(),
            defaults: Vec::new(),
            result: Type::Unit,
            condition: None,
            shots: None,
            body: Block::default(),
            docs: self.docs,
        }
    }
}

/// The id of a callable item; reads its signature when it is first asked for, at `used`.
pub(crate) fn id(
    checker: &mut Checker<'_>,
    module: usize,
    item: usize,
    used: Option<Span>,
) -> Option<FunctionId> {
    if let Some(id) = checker.function_ids.get(&(module, item)) {
        return Some(*id);
    }
    let source = &checker.modules[module];
    let ast_item = &source.ast.items[item];
    let ItemKind::Callable(callable) = &ast_item.kind else { return None };
    if !checker.open_signatures.insert((module, item)) {
        let used = used.unwrap_or(callable.name.span);
        checker.report(DeclarationError::SignatureCycle { name: callable.name.clone(), used });
        return None;
    }
    let signature = read_signature(checker, module, callable);
    checker.open_signatures.remove(&(module, item));
    let shots = read_attributes(checker, module, callable, &ast_item.attributes);
    let id = FunctionId(checker.functions.len() as u32);
    checker.functions.push(FunctionEntry {
        module,
        callable,
        signature: Rc::new(signature),
        effects: Effects::PURE,
        calls: Vec::new(),
        globals: Vec::new(),
        targets: Vec::new(),
        path: format!("{}.{}", source.path, callable.name.text),
        docs: ast_item.docs.as_ref().map(|docs| docs.text.clone()),
        shots,
        checked: None,
    });
    checker.function_ids.insert((module, item), id);
    let is_pattern = !checker.functions[id.0 as usize].signature.callables.is_empty();
    if !is_pattern || checker.checks_patterns && !checker.is_std(module) {
        checker.queue.push(id);
    }
    Some(id)
}

fn body_kind(effect: Effect) -> Kind {
    match effect {
        Effect::Fn => Kind::Fn,
        quantum => Kind::Quantum(quantum),
    }
}

fn read_signature<'a>(checker: &mut Checker<'a>, module: usize, callable: &'a ast::Callable) -> Signature {
    let mut body = Body::new(checker, module, Kind::Constant);
    body.declares = Some(callable);
    for name in &callable.sizes {
        declare_once(&mut body, name, Type::Int);
    }
    // Dimensions may name a parameter that comes later.
    let (taken, values): (Vec<_>, Vec<_>) = callable
        .parameters
        .iter()
        .enumerate()
        .partition(|(_, parameter)| matches!(parameter.ty.kind, ast::TypeKind::Callable { .. }));
    let mut parameters = Vec::new();
    for (_, parameter) in &values {
        let is_int = matches!(&parameter.ty.kind, ast::TypeKind::Name(name) if name.text == "int");
        let ty = if is_int { Type::Int } else { Type::Error };
        parameters.push(declare_once(&mut body, &parameter.name, ty));
    }
    let place = Place::Signature(callable.effect);
    for ((_, parameter), local) in values.iter().zip(&parameters) {
        let ty = body.declared_type(&parameter.ty, place);
        body.locals[local.0 as usize].ty = ty;
    }
    let callables = callable::read(&mut body, &taken);
    let result = callable.result.as_ref().map_or(Type::Unit, |ty| body.declared_type(ty, place));
    let condition = callable.condition.as_ref().and_then(|written| condition::read(&mut body, written));
    let locals = std::mem::take(&mut body.locals);
    if callable.effect == Effect::Kernel
        && let Some(ty) = &callable.result
        && !is_kernel_result(&result)
    {
        let text = types::show(&result, &body);
        let n_registers = match &result {
            Type::Tuple(parts) => parts.iter().filter(|part| types::has_qubits(part)).count(),
            _ => 0,
        };
        body.report(EffectError::KernelResult { span: ty.span, ty: text, n_registers });
    }
    let types: Vec<_> = parameters.iter().map(|local| locals[local.0 as usize].ty.clone()).collect();
    let sizes = solve::sizes(&mut body, &callable.sizes, &types);
    let parameters = values.iter().zip(&parameters).zip(types).map(|(((_, parameter), &local), ty)| {
        let default = parameter
            .default
            .as_ref()
            .map(|default| read_default(body.checker, module, parameter, default, &ty));
        Parameter { name: parameter.name.clone(), ty, local, default }
    });
    let parameters = parameters.collect();
    let n_sizes = callable.sizes.len();
    Signature { locals, sizes, parameters, callables, result, n_sizes, condition }
}

fn declare_once(body: &mut Body<'_, '_>, name: &Name, ty: Type) -> LocalId {
    if let Some(first) = body.find_local(&name.text) {
        let first = body.local(first).name.span;
        body.report(NameError::DeclaredTwice { name: name.clone(), first });
    }
    body.declare(name, ty, false, Facts { is_parameter: true, ..Facts::default() })
}

/// A default. One with variables of its own is computed once, like a `const`.
fn read_default(
    checker: &mut Checker<'_>,
    module: usize,
    parameter: &ast::Parameter,
    default: &ast::Expr,
    ty: &Type,
) -> Expr {
    let mut body = Body::new(checker, module, Kind::Constant);
    // The sizes of the function are not known to its defaults.
    let ty = types::map_dims(ty, &|dim| match dim {
        hir::Dim::Size(size) if size.as_constant().is_some() => dim.clone(),
        _ => hir::Dim::Unknown,
    });
    let expr = body.expr_of(default, &ty);
    if body.locals.is_empty() {
        return expr;
    }
    let (locals, calls, uses) = (body.locals, body.calls, body.globals);
    let id = GlobalId(checker.globals.len() as u32);
    let (span, ty) = (expr.span, expr.ty.clone());
    let global = Global { name: parameter.name.clone(), ty: ty.clone(), init: expr, locals, is_param: false };
    checker.globals.push(GlobalEntry { global, value: None, calls, uses, item: None });
    Expr { span, ty, kind: hir::ExprKind::Global(id) }
}

/// A kernel returns at most one register, and bits.
fn is_kernel_result(ty: &Type) -> bool {
    let is_bits = |ty: &Type| matches!(types::parts(ty).0, Type::Bool | Type::Error);
    match ty {
        Type::Qubit | Type::Register(_) => true,
        Type::Tuple(parts) => {
            parts.iter().filter(|part| matches!(part, Type::Qubit | Type::Register(_))).count() <= 1
                && parts.iter().all(|part| matches!(part, Type::Qubit | Type::Register(_)) || is_bits(part))
        }
        other => is_bits(other),
    }
}

fn read_attributes(
    checker: &mut Checker<'_>,
    module: usize,
    callable: &ast::Callable,
    attributes: &[ast::Attribute],
) -> Option<i64> {
    let mut shots = None;
    for attribute in attributes {
        if attribute.name.text != "shots" || callable.effect != Effect::Kernel {
            checker.report(DeclarationError::Attribute { name: attribute.name.clone() });
            continue;
        }
        let [ast::Argument { name: None, value, .. }] = attribute.arguments.as_slice() else {
            checker.report(DeclarationError::Shots { span: attribute.span });
            continue;
        };
        let mut body = Body::new(checker, module, Kind::Constant);
        let n_errors = body.checker.diagnostics.len();
        let value = body.expr_of(value, &Type::Int);
        match body.size(&value).and_then(|size| size.as_constant()) {
            Some(value @ 1..) => shots = Some(value),
            _ if checker.diagnostics.len() > n_errors => {}
            _ => checker.report(DeclarationError::Shots { span: attribute.span }),
        }
    }
    shots
}

/// Attributes of items that have none.
pub(crate) fn refuse_attributes(checker: &mut Checker<'_>, attributes: &[ast::Attribute]) {
    for attribute in attributes {
        checker.report(DeclarationError::Attribute { name: attribute.name.clone() });
    }
}

/// Checks the body of a function whose signature is read.
pub(crate) fn check_body(checker: &mut Checker<'_>, id: FunctionId) {
    let entry = &checker.functions[id.0 as usize];
    let (module, callable, signature) = (entry.module, entry.callable, Rc::clone(&entry.signature));
    let targets = entry.targets.clone();
    let mut body = Body::new(checker, module, body_kind(callable.effect));
    for local in &signature.locals {
        let is_slot = callable.effect != Effect::Fn && body.holds_floats(&local.ty);
        let facts = Facts { is_parameter: true, is_slot, ..Facts::default() };
        body.declare(&local.name, local.ty.clone(), false, facts);
    }
    body.assume_signature(&signature);
    body.result = signature.result.clone();
    body.result_place = callable.result.as_ref().map(|ty| ty.span);
    body.callables = callable::in_scope(&signature, &targets);
    body.pattern = (!signature.callables.is_empty()).then(|| Rc::clone(&signature));
    let block = body.scoped(|body| body.function_block(callable));
    let (locals, effects, calls, globals) = (body.locals, body.effects, body.calls, body.globals);
    let entry = &mut checker.functions[id.0 as usize];
    entry.effects = effects;
    entry.calls = calls;
    entry.globals = globals;
    entry.checked = Some(CheckedBody { locals, block });
}

impl Body<'_, '_> {
    fn function_block(&mut self, callable: &ast::Callable) -> Block {
        if callable.effect == Effect::Kernel {
            self.refuse_early_returns(&callable.body);
        }
        let block = self.statements(&callable.body);
        if self.result != Type::Unit && !flow::always_returns(&block) {
            let wanted = self.show(&self.result);
            self.report(TypeError::MissingReturn { name: callable.name.clone(), wanted });
        }
        block
    }
}

/// What a call knows of the sizes of its callee.
pub(crate) type Solution = Vec<Option<Size>>;

impl Signature {
    /// The sizes and int parameters that the arguments give, by variable; `int_values` are the values of `int` arguments
    /// that are sizes.
    pub fn solve(&self, arguments: &[Type], int_values: &[Option<Size>]) -> Solution {
        let mut solution = vec![None; self.locals.len()];
        for (parameter, value) in self.parameters.iter().zip(int_values) {
            if parameter.ty == Type::Int {
                solution[parameter.local.0 as usize].clone_from(value);
            }
        }
        for size in &self.sizes {
            if let Some(argument) = arguments.get(size.parameter) {
                solution[size.local.0 as usize] = solve::solved(size, argument);
            }
        }
        solution
    }
}
