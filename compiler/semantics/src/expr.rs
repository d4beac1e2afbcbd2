//! Expressions.

use qml_source::Span;
use qml_syntax::ast::{self, ExprKind as Ast};

use crate::body::{Body, Kind, TypeError, Use, error_expr};
use crate::hir::{Expr, ExprKind, LocalId, Type};
use crate::scope::NameError;
use crate::{function, global, suggest, types};

mod call;
mod callable;
mod gate;
mod gradient;
mod index;
mod list;
mod load;
mod method;
mod operator;
mod outcome;
mod text;

pub(crate) use call::counted;

impl Body<'_, '_> {
    /// An expression that gives a value, not qubits alone.
    pub fn value(&mut self, expr: &ast::Expr, expected: Option<&Type>) -> Expr {
        let checked = self.expr(expr, expected);
        if checked.ty == Type::Unit {
            return self.refuse(expr.span, TypeError::NoValue { span: expr.span });
        }
        checked
    }

    /// An expression; `expected` is the type that is asked for, where it is known, which helps `[]` to its own.
    pub fn expr(&mut self, expr: &ast::Expr, expected: Option<&Type>) -> Expr {
        let span = expr.span;
        let literal = |ty, kind| Expr { span, ty, kind };
        match &expr.kind {
            Ast::Name(name) => self.name(name),
            Ast::Int(value) => literal(Type::Int, ExprKind::Int(*value)),
            Ast::Float(value) => literal(Type::Float, ExprKind::Float(*value)),
            Ast::Imaginary(value) => literal(Type::Complex, ExprKind::Imaginary(*value)),
            Ast::Bool(value) => literal(Type::Bool, ExprKind::Bool(*value)),
            Ast::String(parts) => self.string(parts, span),
            Ast::Qubit(count) => self.allocate(count, span),
            Ast::Paren(inner) => {
                let inner = self.expr(inner, expected);
                Expr { span, ..inner }
            }
            Ast::Tuple(parts) => self.tuple(parts, expected, span),
            Ast::List(elements) => self.list(elements, expected, span),
            Ast::Repeat { value, count } => self.repeat(value, count, span),
            Ast::Comprehension { element, clauses } => self.comprehension(element, clauses, span),
            Ast::Unary { operator, operand } => {
                let operand = self.value(operand, None);
                self.unary(*operator, operand, span)
            }
            Ast::Binary { .. } => self.binary_chain(expr),
            Ast::Call { callee, arguments } => {
                let call = self.call(callee, arguments, span);
                self.loaded(call, expected)
            }
            Ast::Index { base, indices } => {
                let name = plain_name(base);
                let base = self.value(base, None);
                let declared = self.declaration_of(&base);
                match self.indices(&base.ty, (base.span, declared, name), indices, span) {
                    Some((indices, ty)) => literal(ty, ExprKind::Index(Box::new(base), indices)),
                    None => error_expr(span),
                }
            }
            Ast::Field { base, field } => self.field_expr(expr, base, field),
            Ast::If { condition, then, otherwise } => {
                self.conditional(condition, then, otherwise, expected, span)
            }
            Ast::Grad { objective, places, method } => {
                self.gradient(objective, places, method.as_ref(), span)
            }
        }
    }

    /// A variable, `const`, `param` or constant of the prelude.
    pub fn name(&mut self, name: &ast::Name) -> Expr {
        let span = name.span;
        if let Some(local) = self.find_local(&name.text) {
            self.uses.push(Use { local, fields: Vec::new(), span });
            return self.local_expr(local, span);
        }
        let scope = &self.checker.scopes[self.module];
        if let Some(entry) = scope.values.get(name.text.as_str()).copied() {
            return self.global_expr(entry.module, entry.item, span);
        }
        if scope.broken.contains(name.text.as_str()) {
            return error_expr(span);
        }
        if let Some((_, value)) = qml_prelude::CONSTANTS.iter().find(|(known, _)| *known == name.text) {
            return Expr { span, ty: Type::Float, kind: ExprKind::Float(*value) };
        }
        let nearest = suggest::nearest(&name.text, self.value_names()).map(str::to_owned);
        let ended = self.ended.get(&name.text).map(|local| self.local(*local).name.span);
        let error = match self.sized_item(&name.text).filter(|_| nearest.is_none()) {
            Some(declared) => NameError::UnknownSize { name: name.clone(), declared },
            None => NameError::UnknownValue {
                name: name.clone(),
                nearest,
                other: self.other_of(&name.text),
                ended,
            },
        };
        self.forgive(name);
        self.refuse(span, error)
    }

    /// The item whose signature is read with one more size: `kernel k[n]`.
    fn sized_item(&self, size: &str) -> Option<String> {
        let callable = self.declares?;
        let sizes = callable.sizes.iter().map(|size| size.text.as_str()).chain([size]);
        let sizes = sizes.collect::<Vec<_>>().join(", ");
        Some(format!("{} {}[{sizes}]", callable.effect.keyword(), callable.name.text))
    }

    /// What else has this name, and what is to be done with it.
    fn other_of(&self, name: &str) -> Option<String> {
        let mut is_gate = false;
        let parameters: Vec<&str> = if let Some(entry) = self.checker.scopes[self.module].callables.get(name)
        {
            match &self.checker.modules[entry.module].ast.items[entry.item].kind {
                ast::ItemKind::Callable(callable) => {
                    is_gate = callable.effect == ast::Effect::Gate;
                    parameter_names(callable)
                }
                _ => vec!["..."],
            }
        } else if let Some(gate) = qml_gates::Gate::find(name) {
            is_gate = true;
            gate.def().params.iter().chain(gate.def().wires).copied().collect()
        } else {
            let row = qml_prelude::BuiltinId::find(name)?.row();
            let is_optimizer = row.signatures.iter().any(|signature| signature.ends_with("-> optimizer"));
            if is_optimizer { Vec::new() } else { vec!["..."] }
        };
        let call = format!("{name}({})", parameters.join(", "));
        Some(match (is_gate, self.kind) {
            (true, Kind::Quantum(_)) => format!("`{name}` is a gate: apply it, `{call}`"),
            (true, _) => format!("`let {name} = ...;` declares it; the gate `{name}` is for kernels"),
            (false, _) => format!("`{name}` is a function: call it, `{call}`"),
        })
    }

    /// Where the variable that something is a part of was declared; its own place if it is none.
    pub fn declaration_of(&self, expr: &Expr) -> Span {
        match &expr.kind {
            ExprKind::Local(local) => self.local(*local).name.span,
            ExprKind::Index(base, _) | ExprKind::Field(base, _) => self.declaration_of(base),
            _ => expr.span,
        }
    }

    fn local_expr(&mut self, local: LocalId, span: Span) -> Expr {
        self.saw_outcome |= self.facts(local).is_outcome;
        Expr { span, ty: self.local(local).ty.clone(), kind: ExprKind::Local(local) }
    }

    fn global_expr(&mut self, module: usize, item: usize, span: Span) -> Expr {
        match global::state(self.checker, module, item, Some(span)) {
            Some(id) => {
                self.globals.push((id, span));
                let ty = self.checker.globals[id.0 as usize].global.ty.clone();
                Expr { span, ty, kind: ExprKind::Global(id) }
            }
            None => error_expr(span),
        }
    }

    /// `m.w`, or `module.CONSTANT`.
    fn field_expr(&mut self, whole: &ast::Expr, base: &ast::Expr, field: &ast::Name) -> Expr {
        let span = whole.span;
        if let Ast::Name(name) = &base.kind
            && self.find_local(&name.text).is_none()
            && let Some((module, _)) =
                self.checker.scopes[self.module].modules.get(name.text.as_str()).copied()
        {
            return self.module_value(module, &name.text, field, span);
        }
        let first_use = self.uses.len();
        let written = base;
        let base = self.value(base, None);
        let Some((index, ty)) = self.field(&base.ty, field, written) else { return error_expr(span) };
        // The use of a field is no use of the others.
        if is_path(&base)
            && self.uses.len() == first_use + 1
            && let Some(used) = self.uses.last_mut()
        {
            used.fields.push(index);
            used.span = span;
        }
        Expr { span, ty, kind: ExprKind::Field(Box::new(base), index) }
    }

    fn module_value(&mut self, module: usize, prefix: &str, name: &ast::Name, span: Span) -> Expr {
        let items = &self.checker.modules[module].ast.items;
        let found = items.iter().position(|item| {
            matches!(item.kind, ast::ItemKind::Const(_) | ast::ItemKind::Param(_) | ast::ItemKind::Broken(_))
                && item.name().is_some_and(|declared| declared.text == name.text)
        });
        if let Some(item) = found {
            return self.global_expr(module, item, span);
        }
        let callable = items.iter().find_map(|item| match &item.kind {
            ast::ItemKind::Callable(callable) if callable.name.text == name.text => Some(callable),
            _ => None,
        });
        if let Some(callable) = callable {
            let call = format!("{prefix}.{}({})", name.text, parameter_names(callable).join(", "));
            return self.refuse(span, NameError::FunctionOfModule { name: name.clone(), call });
        }
        let known: Vec<_> =
            items.iter().filter_map(|item| item.name()).map(|name| name.text.as_str()).collect();
        let nearest = suggest::nearest(&name.text, known).map(str::to_owned);
        let path = self.checker.modules[module].path.clone();
        self.refuse(span, NameError::NoSuchItem { name: name.clone(), path, nearest })
    }

    fn tuple(&mut self, parts: &[ast::Expr], expected: Option<&Type>, span: Span) -> Expr {
        let types: &[Type] = match expected {
            Some(Type::Tuple(types)) if types.len() == parts.len() => types,
            _ => &[],
        };
        let parts: Vec<_> =
            parts.iter().enumerate().map(|(i, part)| self.value(part, types.get(i))).collect();
        let ty = Type::Tuple(parts.iter().map(|part| part.ty.clone()).collect());
        Expr { span, ty, kind: ExprKind::Tuple(parts) }
    }

    fn conditional(
        &mut self,
        condition: &ast::Expr,
        then: &ast::Expr,
        otherwise: &ast::Expr,
        expected: Option<&Type>,
        span: Span,
    ) -> Expr {
        let condition = self.condition(condition);
        let then = self.if_it_is(&condition, true, |body| body.value(then, expected));
        let otherwise = self.if_it_is(&condition, false, |body| body.value(otherwise, expected));
        let what = "the two values of an `if`";
        let Some(ty) = self.common_type(&[&then, &otherwise], what) else { return error_expr(span) };
        let (then, otherwise) = (self.expect_type(then, &ty), self.expect_type(otherwise, &ty));
        let kind = ExprKind::If(Box::new(condition), Box::new(then), Box::new(otherwise));
        Expr { span, ty, kind }
    }

    /// The type that all of these widen to; different ones are reported.
    pub fn common_type(&mut self, exprs: &[&Expr], what: &'static str) -> Option<Type> {
        let (first, others) = exprs.split_first()?;
        let mut common = first.ty.clone();
        for expr in others {
            match list::join(&common, &expr.ty) {
                Some(ty) => common = ty,
                None => {
                    let first = (first.span, self.show(&common));
                    let second = (expr.span, self.show(&expr.ty));
                    self.report(TypeError::Differ { what, first, second });
                    return None;
                }
            }
        }
        if types::has_error(&common) { None } else { Some(common) }
    }
}

fn parameter_names(callable: &ast::Callable) -> Vec<&str> {
    callable.parameters.iter().map(|parameter| parameter.name.text.as_str()).collect()
}

/// The name that an expression is.
pub(crate) fn plain_name(expr: &ast::Expr) -> Option<&str> {
    match &expr.kind {
        Ast::Name(name) => Some(&name.text),
        _ => None,
    }
}

fn is_path(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Local(_) => true,
        ExprKind::Field(base, _) => is_path(base),
        _ => false,
    }
}

/// What a name that is called stands for, besides the prelude.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item {
    /// A gate, kernel or fn.
    Function(crate::hir::FunctionId),
    /// A struct.
    Struct(crate::hir::StructId),
    /// Broken, which is reported.
    Broken,
}

impl Body<'_, '_> {
    /// A callable item.
    fn callable(&mut self, module: usize, item: usize, span: Span) -> Item {
        match &self.checker.modules[module].ast.items[item].kind {
            ast::ItemKind::Struct(_) => crate::declared::struct_id(self.checker, module, item, span)
                .map_or(Item::Broken, Item::Struct),
            _ => function::id(self.checker, module, item, Some(span)).map_or(Item::Broken, Item::Function),
        }
    }
}
