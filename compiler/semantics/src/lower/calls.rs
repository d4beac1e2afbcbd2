//! Calls: functions, the prelude, gates and what else acts on qubits.

use qml_ir::host::{BinaryOp, FunctionId, OpKind, Type, ValueId};
use qml_source::Span;

use super::body::Body;
use super::{random, saved};
use crate::hir::{self, Callee, Expr};

impl Body<'_, '_> {
    /// A call with results of these types; gives its results. `declared` is its type in the language.
    pub(super) fn call(
        &mut self,
        callee: Callee,
        args: &[Expr],
        results: Vec<Type>,
        declared: &hir::Type,
        span: Span,
    ) -> Vec<ValueId> {
        let mut values = Vec::with_capacity(args.len() + 1);
        let takes_key = match callee {
            Callee::Function(id) => self.context.draws[id.0 as usize],
            Callee::Builtin(id, _) => random::takes_key(id.row().effect),
            _ => false,
        };
        for arg in args {
            values.push(self.expr(arg));
        }
        if let Callee::Function(id) = callee {
            self.check_call(id, args, &values, span);
        }
        if takes_key {
            values.insert(0, self.site_key(span));
        }
        let kind = match callee {
            Callee::Function(id) => OpKind::Call(FunctionId(id.0)),
            Callee::Builtin(id, _) => match id.row().name {
                "print" => {
                    let shown =
                        values.iter().zip(args).map(|(&value, arg)| self.shown(value, &arg.ty, arg.span));
                    values = shown.collect();
                    OpKind::Builtin(id)
                }
                "save" => {
                    let ty = saved::type_text(self.context.program, &args[1].ty);
                    values.push(self.str(ty, span));
                    OpKind::Builtin(id)
                }
                "load" => {
                    values.push(self.str(saved::type_text(self.context.program, declared), span));
                    for dim in saved::dims(self.context.program, declared) {
                        values.push(self.dim_or_any(&dim, span));
                    }
                    OpKind::Builtin(id)
                }
                "div" if values.iter().all(|&value| self.ty(value) == Type::Int) => {
                    OpKind::Binary(BinaryOp::DivFloor)
                }
                _ => OpKind::Builtin(id),
            },
            Callee::Gate(gate) => OpKind::Gate(gate),
            Callee::Unitary => OpKind::Unitary,
            Callee::Evolve => {
                // Steps and order may be left out.
                while values.len() < 5 {
                    values.push(self.unit(span));
                }
                OpKind::Evolve
            }
            Callee::Measure => OpKind::Measure,
            Callee::Reset => OpKind::Reset,
            Callee::Struct(_) => OpKind::Tuple,
        };
        self.emit(kind, values, results, Vec::new(), span)
    }
}
