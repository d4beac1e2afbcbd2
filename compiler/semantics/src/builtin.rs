//! Functions of the prelude: their signatures, read when first used, and calls held against them.

use std::sync::{LazyLock, OnceLock};

use qml_prelude::{BUILTINS, BuiltinId};
use qml_source::Span;
use qml_syntax::ast::{Argument, Name};

use crate::body::{Body, TypeError, error_expr};
use crate::effect::Effects;
use crate::hir::{Callee, Expr, ExprKind, Type};
use crate::{suggest, types};
use matching::{Failure, Match};
use signature::{Default, Signature};

mod matching;
mod signature;
#[cfg(test)]
mod tests;

/// The signatures of a row. Of hundreds of rows a program uses few.
fn signatures(id: BuiltinId) -> &'static [Signature] {
    static READ: LazyLock<Vec<OnceLock<Vec<Signature>>>> =
        LazyLock::new(|| BUILTINS.iter().map(|_| OnceLock::new()).collect());
    let read = || id.row().signatures.iter().map(|text| signature::read(text)).collect();
    READ[id.0 as usize].get_or_init(read)
}

/// A call of the rows of one name.
pub(crate) fn call(
    body: &mut Body<'_, '_>,
    rows: &[BuiltinId],
    name: &Name,
    arguments: &[Argument],
    span: Span,
) -> Expr {
    let forms: Vec<(BuiltinId, usize, &Signature)> = rows
        .iter()
        .flat_map(|&id| signatures(id).iter().enumerate().map(move |(i, signature)| (id, i, signature)))
        .collect();
    // `[]` is the shape of a scalar.
    let no_dimensions = Type::Tensor(Box::new(Type::Int), vec![types::known(0)]);
    let values: Vec<_> = arguments
        .iter()
        .enumerate()
        .map(|(position, argument)| {
            let is_shape = forms.iter().any(|(_, _, form)| form.takes_shape(position, argument));
            body.value(&argument.value, is_shape.then_some(&no_dimensions))
        })
        .collect();
    if values.iter().any(|value| types::has_error(&value.ty)) {
        note_effects(body, rows[0], name, span);
        return error_expr(span);
    }
    if name.text == "print" && arguments.iter().all(|argument| argument.name.is_none()) {
        note_effects(body, rows[0], name, span);
        // It takes as many arguments as there are.
        return Expr { span, ty: Type::Unit, kind: ExprKind::Call(Callee::Builtin(rows[0], 0), values) };
    }
    let mut failures = Vec::new();
    for (id, form, signature) in &forms {
        match Match::of(body, signature, arguments, &values) {
            Ok(found) => {
                note_effects(body, *id, name, span);
                let (ty, values) = found.finish(body, signature, values, span);
                let call = Expr { span, ty, kind: ExprKind::Call(Callee::Builtin(*id, *form), values) };
                let name = id.row().name;
                body.require_registers(name, &call);
                return Body::typed_result(name, call);
            }
            Err(failure) => failures.push((*signature, failure)),
        }
    }
    if !body.is_fn() && Effects::of_builtin(rows[0].row().effect) != Effects::PURE {
        // It can't be called here at all: why the arguments don't fit is of no use.
        note_effects(body, rows[0], name, span);
        return error_expr(span);
    }
    let error = explain(body, name, arguments, &values, &forms, failures, span);
    body.refuse(span, error)
}

fn note_effects(body: &mut Body<'_, '_>, id: BuiltinId, name: &Name, span: Span) {
    let effects = Effects::of_builtin(id.row().effect);
    if effects != Effects::PURE {
        body.has_effect(effects, &name.text, span);
    }
}

/// The most telling message: that of the only form, or of the one that came furthest where all fail alike.
fn explain(
    body: &mut Body<'_, '_>,
    name: &Name,
    arguments: &[Argument],
    values: &[Expr],
    forms: &[(BuiltinId, usize, &Signature)],
    failures: Vec<(&Signature, Failure)>,
    span: Span,
) -> TypeError {
    let mut found: Vec<_> = values
        .iter()
        .zip(arguments)
        .map(|(value, argument)| match &argument.name {
            Some(name) => format!("`{}: {}`", name.text, body.show(&value.ty)),
            None => format!("`{}`", body.show(&value.ty)),
        })
        .collect();
    if name.text == "range" && arguments.len() == 1 {
        let end = suggest::written(&arguments[0].value).unwrap_or_else(|| "n".to_owned());
        let problem = format!("a range has two ends: `range(0, {end})`; in a `for` it is `0..{end}`");
        return TypeError::Arguments { span, name: name.text.clone(), problem, signature: None };
    }
    if let Some(problem) = larger_of_two(name, arguments, values, &failures) {
        return TypeError::Arguments { span, name: name.text.clone(), problem, signature: None };
    }
    let mut failures = failures;
    failures.sort_by_key(|(_, failure)| std::cmp::Reverse(failure.progress()));
    // A name that no form has.
    let is_unknown = failures.iter().all(|(_, failure)| matches!(failure, Failure::UnknownName { .. }));
    if let Some((signature, failure)) = failures.into_iter().next()
        && (forms.len() == 1 || is_unknown || failure.is_certain())
    {
        return failure.explain(body, name, signature, arguments, values, span);
    }
    if found.is_empty() {
        found.push("nothing".to_owned());
    }
    let signatures = forms.iter().map(|(_, _, signature)| signature.text).collect();
    let help =
        form_help(name, arguments, values).or_else(|| turned_round(body, name, arguments, values, forms));
    TypeError::NoSignature { span, name: name.text.clone(), found, signatures, help }
}

/// `max(a, b)`: the second argument of `max` is an axis.
fn larger_of_two(
    name: &Name,
    arguments: &[Argument],
    values: &[Expr],
    failures: &[(&Signature, Failure)],
) -> Option<String> {
    let ours = match name.text.as_str() {
        "max" => "maximum",
        "min" => "minimum",
        _ => return None,
    };
    let are_numbers = values.len() > 1
        && values.iter().all(|value| types::width(types::parts(&value.ty).0).is_some())
        && arguments.iter().all(|argument| argument.name.is_none());
    // An axis that isn't there is one all the same.
    let is_axis = !types::parts(&values.first()?.ty).1.is_empty() && values.get(1)?.ty == Type::Int;
    if !are_numbers || is_axis || failures.is_empty() {
        return None;
    }
    let given: Option<Vec<_>> = arguments.iter().map(|argument| suggest::written(&argument.value)).collect();
    let given = given.map_or_else(|| "a, b".to_owned(), |given| given.join(", "));
    Some(if values.len() == 2 {
        format!("it takes one tensor; of two values it is `{ours}({given})`")
    } else {
        format!("it takes one tensor: `{}([{given}])`", name.text)
    })
}

/// What is meant by arguments that look right elsewhere.
fn form_help(name: &Name, arguments: &[Argument], values: &[Expr]) -> Option<String> {
    let [observable, program, ..] = values else { return None };
    let written = |i: usize| suggest::written(&arguments[i].value);
    let takes_observable = matches!(name.text.as_str(), "expect" | "variance");
    match (&observable.ty, &program.ty) {
        (Type::Str, _) if takes_observable => {
            Some("an observable is made by `pauli(\"ZZ\")`, or `Z(0) * Z(1)`".to_owned())
        }
        (Type::Observable, Type::Tensor(element, _))
            if takes_observable && matches!(**element, Type::Program(_)) =>
        {
            let observable = written(0).unwrap_or_else(|| "h".to_owned());
            let programs = written(1).unwrap_or_else(|| "programs".to_owned());
            Some(format!("it takes one program: `[{}({observable}, p) for p in {programs}]`", name.text))
        }
        _ => None,
    }
}

/// The way out where the first two arguments fit in the other order.
fn turned_round(
    body: &Body<'_, '_>,
    name: &Name,
    arguments: &[Argument],
    values: &[Expr],
    forms: &[(BuiltinId, usize, &Signature)],
) -> Option<String> {
    if arguments.len() < 2 || arguments[..2].iter().any(|argument| argument.name.is_some()) {
        return None;
    }
    let (mut arguments, mut values) = (arguments.to_vec(), values.to_vec());
    arguments.swap(0, 1);
    values.swap(0, 1);
    let fits = forms.iter().any(|(_, _, form)| Match::of(body, form, &arguments, &values).is_ok());
    let given: Option<Vec<_>> = arguments.iter().map(|argument| suggest::written(&argument.value)).collect();
    let call = given.map_or_else(String::new, |given| format!(": `{}({})`", name.text, given.join(", ")));
    fits.then(|| format!("in the other order the first two arguments fit{call}"))
}

/// The value of a default.
fn default_expr(default: &Default, span: Span) -> Expr {
    let (ty, kind) = match default {
        Default::Int(value) => (Type::Int, ExprKind::Int(*value)),
        Default::Float(value) => (Type::Float, ExprKind::Float(*value)),
        Default::Bool(value) => (Type::Bool, ExprKind::Bool(*value)),
    };
    Expr { span, ty, kind }
}
