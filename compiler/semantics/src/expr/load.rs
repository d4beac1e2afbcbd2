//! `load`, whose type is the one that is asked for, and `save`, which takes what can be in a file.

use qml_source::{Code, Diagnostic};

use crate::body::{Body, error_expr};
use crate::hir::{Callee, Expr, ExprKind, Type};

impl Body<'_, '_> {
    /// The call with the type that is asked for, if it is a `load`.
    pub(super) fn loaded(&mut self, call: Expr, expected: Option<&Type>) -> Expr {
        let ExprKind::Call(Callee::Builtin(id, _), args) = &call.kind else { return call };
        match id.row().name {
            "load" => match expected {
                Some(ty) if self.is_kept(ty) => Expr { ty: ty.clone(), ..call },
                Some(Type::Error) => error_expr(call.span),
                Some(ty) => {
                    let message = format!("a file can't hold `{}`", self.show(ty));
                    self.report(Diagnostic::error(Code::Q0230, message).primary(call.span, "loaded here"));
                    error_expr(call.span)
                }
                None => {
                    self.report(
                        Diagnostic::error(Code::Q0230, "the type of what is loaded isn't written")
                            .primary(call.span, "could be anything")
                            .help("write it where the value gets its name: `let w: float[4] = load(...);`"),
                    );
                    error_expr(call.span)
                }
            },
            "save" if !self.is_kept(&args[1].ty) => {
                let message = format!("a file can't hold `{}`", self.show(&args[1].ty));
                let span = args[1].span;
                self.report(
                    Diagnostic::error(Code::Q0230, message)
                        .primary(span, "saved here")
                        .help("save the arguments of its kernel"),
                );
                error_expr(call.span)
            }
            _ => call,
        }
    }

    /// Whether a value of this type can be kept in a file: there is no program in it.
    fn is_kept(&self, ty: &Type) -> bool {
        match ty {
            Type::Tensor(element, _) => self.is_kept(element),
            Type::Tuple(parts) => parts.iter().all(|part| self.is_kept(part)),
            Type::Struct(id) => self.checker.field_types(*id).iter().all(|part| self.is_kept(part)),
            Type::Program(_) | Type::Unit | Type::Qubit | Type::Register(_) | Type::Error => false,
            _ => true,
        }
    }
}
