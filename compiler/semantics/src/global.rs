//! `const`s and `param`s, in the order of their dependencies.

use qml_source::Span;
use qml_syntax::ast::{self, ItemKind, Name};

use crate::body::{Body, Kind};
use crate::check::{Checker, nowhere};
use crate::declared::Place;
use crate::function::DeclarationError;
use crate::hir::{Expr, ExprKind, FunctionId, Global, GlobalId, Type};
use crate::modules::SourceModule;
use crate::size::Size;
use crate::suggest;

mod order;

pub(crate) use order::order;

/// A `const` or `param` whose value was checked.
pub(crate) struct GlobalEntry {
    /// For later stages.
    pub global: Global,
    /// The value of an int that is known when the program is compiled.
    pub value: Option<Size>,
    /// The functions that the value calls.
    pub calls: Vec<(FunctionId, Span)>,
    /// The others that it names.
    pub uses: Vec<(GlobalId, Span)>,
    /// Its file, and its position in it; `None` for the default of a parameter.
    pub item: Option<(usize, usize)>,
}

/// What is known of a `const` or `param`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum GlobalState {
    /// Its value is being checked.
    Open,
    /// It is there.
    Done(GlobalId),
    /// It is refused, which is reported.
    Failed,
}

/// Checks a `const` or `param` when it is first asked for, at `used`.
pub(crate) fn state(
    checker: &mut Checker<'_>,
    module: usize,
    item: usize,
    used: Option<Span>,
) -> Option<GlobalId> {
    let modules = checker.modules;
    let kind = &modules[module].ast.items[item].kind;
    match checker.global_states.get(&(module, item)) {
        Some(GlobalState::Done(id)) => return Some(*id),
        Some(GlobalState::Failed) => return None,
        Some(GlobalState::Open) => {
            if let Some(name) = modules[module].ast.items[item].name() {
                let used = used.unwrap_or(name.span);
                checker.report(DeclarationError::Cycle { name: name.clone(), used });
            }
            checker.global_states.insert((module, item), GlobalState::Failed);
            return None;
        }
        None => checker.global_states.insert((module, item), GlobalState::Open),
    };
    let entry = match kind {
        ItemKind::Const(declared) => check_const(checker, (module, item), declared),
        ItemKind::Param(declared) => check_param(checker, (module, item), declared),
        _ => return None,
    };
    if let Some(GlobalState::Failed) = checker.global_states.get(&(module, item)) {
        return None;
    }
    let id = GlobalId(checker.globals.len() as u32);
    checker.globals.push(entry);
    checker.global_states.insert((module, item), GlobalState::Done(id));
    Some(id)
}

fn check_const(checker: &mut Checker<'_>, place: (usize, usize), item: &ast::Const) -> GlobalEntry {
    let mut body = Body::new(checker, place.0, Kind::Constant);
    let declared = item.ty.as_ref().map(|ty| body.declared_type(ty, Place::Item));
    let init = match &declared {
        Some(ty) => Body::shaped(body.expr_of(&item.value, ty), ty, item.name.span),
        None => body.value(&item.value, None),
    };
    let value = body.size(&init);
    let ty = declared.unwrap_or_else(|| init.ty.clone());
    let (locals, calls, uses) = (body.locals, body.calls, body.globals);
    let global = Global { name: item.name.clone(), ty, init, locals, is_param: false };
    GlobalEntry { global, value, calls, uses, item: Some(place) }
}

fn check_param(checker: &mut Checker<'_>, place: (usize, usize), item: &ast::Param) -> GlobalEntry {
    let given = checker.params.remove(&(place.0, item.name.text.clone()));
    let mut body = Body::new(checker, place.0, Kind::Constant);
    let ty = body.declared_type(&item.ty, Place::Item);
    if !matches!(ty, Type::Int | Type::Float | Type::Complex | Type::Bool | Type::Str | Type::Error) {
        let text = body.show(&ty);
        body.report(DeclarationError::ParamType { span: item.ty.span, ty: text });
    }
    let default = body.expr_of(&item.default, &ty);
    // No tensor is a constant, which is told of its type.
    if !is_constant(&default) && !matches!(ty, Type::Tensor(..)) {
        body.report(DeclarationError::ParamDefault { span: item.default.span });
    }
    let init = given.unwrap_or(default);
    let value = body.size(&init);
    let (locals, uses) = (body.locals, body.globals);
    let global = Global { name: item.name.clone(), ty, init, locals, is_param: true };
    GlobalEntry { global, value, calls: Vec::new(), uses, item: Some(place) }
}

fn is_constant(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Imaginary(_) | ExprKind::Bool(_) => true,
        ExprKind::Global(_) | ExprKind::Error => true,
        ExprKind::Str(parts) => parts.iter().all(|part| matches!(part, crate::hir::StrPart::Text(_))),
        ExprKind::Widen(operand) | ExprKind::Unary(_, operand) => is_constant(operand),
        ExprKind::Binary(_, left, right) => is_constant(left) && is_constant(right),
        _ => false,
    }
}

/// A `param` of the program.
struct DeclaredParam<'a> {
    module: usize,
    param: &'a ast::Param,
    /// With the path of its module, `encoder.depth`; of the file that runs the name alone.
    full_name: String,
}

fn declared_params(modules: &[SourceModule]) -> Vec<DeclaredParam<'_>> {
    let mut declared = Vec::new();
    for (module, source) in modules.iter().enumerate() {
        let path = source.path.trim_start_matches("./").replace('/', ".");
        for item in &source.ast.items {
            let ItemKind::Param(param) = &item.kind else { continue };
            let name = &param.name.text;
            let full_name = if module == 0 { name.clone() } else { format!("{path}.{name}") };
            declared.push(DeclaredParam { module, param, full_name });
        }
    }
    declared
}

/// The `param`s that a name may mean: the one of the file that runs, else those of other files.
fn meant<'d, 'a>(declared: &'d [DeclaredParam<'a>], name: &str) -> Vec<&'d DeclaredParam<'a>> {
    if let Some(own) = declared.iter().find(|one| one.module == 0 && one.full_name == name) {
        return vec![own];
    }
    declared.iter().filter(|one| one.full_name == name || one.param.name.text == name).collect()
}

/// Reads the values from outside, each by the declared type of its `param`.
pub(crate) fn read_params(checker: &mut Checker<'_>, params: &[(String, String)]) {
    let modules = checker.modules;
    let declared = declared_params(modules);
    for (name, value) in params {
        let (module, param) = match meant(&declared, name)[..] {
            [one] => (one.module, one.param),
            [] => {
                checker.report(unknown_param(&declared, name));
                continue;
            }
            ref several => {
                let known = several.iter().map(|one| one.full_name.clone()).collect();
                checker.report(DeclarationError::AmbiguousParam { name: name.clone(), known });
                continue;
            }
        };
        let ast::TypeKind::Name(ty) = &param.ty.kind else { continue };
        match read_value(&ty.text, value) {
            Some(mut expr) => {
                expr.span = param.default.span;
                checker.params.insert((module, param.name.text.clone()), expr);
            }
            None => {
                let ty = ty.text.clone();
                let name = Name::clone(&param.name);
                checker.report(DeclarationError::ParamValue { name, value: value.clone(), ty });
            }
        }
    }
}

/// Those there are, each by the shortest name that means it alone.
fn unknown_param(declared: &[DeclaredParam<'_>], name: &str) -> DeclarationError {
    let shortest = |one: &DeclaredParam<'_>| {
        let short = &one.param.name.text;
        let is_enough = matches!(meant(declared, short)[..], [only] if only.full_name == one.full_name);
        if is_enough { short.clone() } else { one.full_name.clone() }
    };
    let known: Vec<String> = declared.iter().map(shortest).collect();
    let nearest = suggest::nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
    DeclarationError::UnknownParam { name: name.to_owned(), known, nearest }
}

fn read_value(ty: &str, text: &str) -> Option<Expr> {
    let text = if ty == "string" { text } else { text.trim() };
    let digits = text.replace('_', "");
    let (ty, kind) = match ty {
        "int" => (Type::Int, ExprKind::Int(digits.parse().ok()?)),
        "float" => {
            let value: f64 = digits.parse().ok()?;
            let is_number = value.is_finite() && digits.ends_with(|c: char| c.is_ascii_digit() || c == '.');
            (Type::Float, ExprKind::Float(is_number.then_some(value)?))
        }
        "complex" => return read_complex(&digits),
        "bool" => (Type::Bool, ExprKind::Bool(text.parse().ok()?)),
        "string" => (Type::Str, ExprKind::Str(vec![crate::hir::StrPart::Text(text.to_owned())])),
        _ => return None,
    };
    Some(Expr { span: nowhere(), ty, kind })
}

/// A real or an imaginary number: `1.5` or `2.0im`.
fn read_complex(digits: &str) -> Option<Expr> {
    if let Some(digits) = digits.strip_suffix("im") {
        let value: f64 = digits.parse().ok()?;
        let kind = ExprKind::Imaginary(value.is_finite().then_some(value)?);
        return Some(Expr { span: nowhere(), ty: Type::Complex, kind });
    }
    let value = read_value("float", digits)?;
    Some(Expr { span: nowhere(), ty: Type::Complex, kind: ExprKind::Widen(Box::new(value)) })
}
