//! Calls of what has no name: methods of other languages, sizes that are passed.

use qml_source::Span;
use qml_syntax::ast::{self, Argument, Name};

use crate::body::Body;
use crate::hir::Expr;
use crate::scope::NameError;
use crate::suggest;

impl Body<'_, '_> {
    /// `q[0].h()`, `k[2](x)`, `f(x)(y)`
    pub(super) fn call_of_no_name(&mut self, callee: &ast::Expr, arguments: &[Argument], span: Span) -> Expr {
        self.check_orphan_arguments(arguments);
        let error = match &callee.kind {
            ast::ExprKind::Field { base, field } => {
                if let ast::ExprKind::Index { .. } | ast::ExprKind::Call { .. } = base.kind {
                    self.expr(base, None);
                }
                NameError::Method {
                    name: field.clone(),
                    help: self.function_for_method(base, field, arguments),
                }
            }
            ast::ExprKind::Index { base, .. } if self.names_callable(base) => {
                let name = suggest::written(base).unwrap_or_default();
                let given: Option<Vec<_>> =
                    arguments.iter().map(|argument| suggest::written(&argument.value)).collect();
                let given = given.map_or_else(|| "...".to_owned(), |given| given.join(", "));
                let help = if arguments.is_empty() {
                    format!("pass it to a parameter: `{name}(n)`, where `n: int` is declared")
                } else {
                    format!("write `{name}({given})`")
                };
                NameError::SizesPassed { span: callee.span, help }
            }
            _ => NameError::NotCallable { span: callee.span },
        };
        self.refuse(span, error)
    }

    /// Whether the expression is the name of a function, not of a variable.
    fn names_callable(&self, expr: &ast::Expr) -> bool {
        matches!(&expr.kind, ast::ExprKind::Name(name)
            if self.find_local(&name.text).is_none() && self.callable_names().contains(&name.text.as_str()))
    }

    /// The call that does what a method does elsewhere: `h(q[0])` for `q.h(0)`.
    pub(super) fn function_for_method(
        &self,
        base: &ast::Expr,
        method: &Name,
        arguments: &[Argument],
    ) -> Option<String> {
        let name = method.text.as_str();
        if matches!(base.kind, ast::ExprKind::String(_)) && name == "format" {
            return Some("put the value into the string: `\"{x}\"`".to_owned());
        }
        if matches!(name, "c_if" | "if_test") {
            return Some("branch on the outcome: `if m { x(q[0]); }`".to_owned());
        }
        let receiver = suggest::written(base).unwrap_or_else(|| "...".to_owned());
        if matches!(name, "append" | "push" | "push_back") {
            let item = arguments.first().and_then(|argument| suggest::written(&argument.value));
            let item = item.unwrap_or_else(|| "x".to_owned());
            return Some(format!("tensors grow by a new value: `{receiver} = append({receiver}, {item});`"));
        }
        if name == "step" {
            return Some(format!(
                "write `(opt, w) = step(opt, w, g);`, or `optimize w with {receiver}, ...`"
            ));
        }
        let known = match suggest::known_elsewhere(name) {
            Some(known) => known,
            None => self.callable_names().into_iter().find(|known| *known == name)?,
        };
        if let (Some(gate), Some(operands)) = (qml_gates::Gate::find(known), operands(&receiver, arguments))
            && operands.len() == gate.def().params.len() + gate.def().wires.len()
        {
            return Some(format!("write `{known}({})`", operands.join(", ")));
        }
        let given = arguments.iter().map(|argument| suggest::written(&argument.value));
        let given: Option<Vec<_>> = std::iter::once(Some(receiver)).chain(given).collect();
        given.map(|given| format!("write `{known}({})`", given.join(", ")))
    }
}

/// The angles and qubits of a method of a register or qubit: `q.rx(0.3, 0)` acts on `q[0]`.
fn operands(receiver: &str, arguments: &[Argument]) -> Option<Vec<String>> {
    let (mut angles, mut qubits) = (Vec::new(), Vec::new());
    for argument in arguments {
        match &argument.value.kind {
            ast::ExprKind::Int(index) => qubits.push(format!("{receiver}[{index}]")),
            _ => angles.push(suggest::written(&argument.value)?),
        }
    }
    if qubits.is_empty() {
        qubits.push(receiver.to_owned());
    }
    Some([angles, qubits].concat())
}
