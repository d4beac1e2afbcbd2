//! The results of programs, with what their kernels say of them.

use crate::body::Body;
use crate::effect::EffectError;
use crate::hir::{Dim, Expr, ExprKind, Type};
use crate::size::Size;
use crate::types;

/// The result functions that are about the register of a program.
const REGISTER_FUNCTIONS: &[&str] = &["expect", "variance", "probs", "state", "fidelity", "gram"];

impl Body<'_, '_> {
    /// A call of a result function with the shape that the program's kernel tells: `run(p)` as the kernel's result,
    /// `probs(p)` with `2 ** n` entries, `samples(p)` with as many columns as there are bits.
    pub fn typed_result(name: &str, call: Expr) -> Expr {
        let ExprKind::Call(_, arguments) = &call.kind else { return call };
        let Some(Type::Program(Some(result))) = arguments.first().map(|program| &program.ty) else {
            return call;
        };
        let result = (**result).clone();
        match name {
            "run" => Self::unpacked(call, &result),
            "probs" | "state" => match register(&result).and_then(|n| Size::constant(2).pow(&n)) {
                Some(n) => with_last_dim(call, n),
                None => call,
            },
            "samples" => match n_bits(&result) {
                Some(n) => with_last_dim(call, n),
                None => call,
            },
            _ => call,
        }
    }

    /// Reports programs without a register, where the result function is about that.
    pub fn require_registers(&mut self, name: &str, call: &Expr) {
        if !REGISTER_FUNCTIONS.contains(&name) {
            return;
        }
        let ExprKind::Call(_, arguments) = &call.kind else { return };
        for program in arguments {
            let (element, _) = types::parts(&program.ty);
            if let Type::Program(Some(result)) = element
                && !types::has_qubits(result)
                && !types::has_error(result)
            {
                let result = (**result != Type::Unit).then(|| self.show(result));
                self.report(EffectError::NoRegister { span: program.span, name: name.to_owned(), result });
            }
        }
    }

    fn unpacked(flat: Expr, result: &Type) -> Expr {
        let span = flat.span;
        let parts = match result {
            Type::Tuple(parts) => parts.clone(),
            single => vec![single.clone()],
        };
        let Some(measured) = parts.iter().map(measured).collect::<Option<Vec<_>>>() else { return flat };
        let lengths: Vec<_> =
            measured.iter().map(|part| length(part).and_then(|size| Self::size_expr(&size, span))).collect();
        // Two parts of unknown length can't be told apart.
        if lengths.iter().filter(|length| length.is_none()).count() > 1 {
            return flat;
        }
        let ty = match result {
            Type::Tuple(_) => Type::Tuple(measured),
            _ => measured[0].clone(),
        };
        let register = parts.iter().position(types::has_qubits);
        Expr { span, ty, kind: ExprKind::Unpack { flat: Box::new(flat), lengths, register } }
    }
}

/// What a part of a kernel's result is when it was measured.
fn measured(part: &Type) -> Option<Type> {
    match part {
        Type::Qubit | Type::Bool => Some(Type::Bool),
        Type::Register(dim) => Some(types::tensor(Type::Bool, vec![dim.clone()])),
        Type::Tensor(element, dims) if **element == Type::Bool && dims.len() == 1 => Some(part.clone()),
        _ => None,
    }
}

fn length(part: &Type) -> Option<Size> {
    match part {
        Type::Tensor(_, dims) => match &dims[0] {
            Dim::Size(size) => Some(size.clone()),
            Dim::Unknown => None,
        },
        _ => Some(Size::constant(1)),
    }
}

/// The number of qubits of the register.
fn register(result: &Type) -> Option<Size> {
    match result {
        Type::Qubit => Some(Size::constant(1)),
        Type::Register(Dim::Size(size)) => Some(size.clone()),
        Type::Tuple(parts) => parts.iter().find(|part| types::has_qubits(part)).and_then(register),
        _ => None,
    }
}

/// The number of bits of one shot.
fn n_bits(result: &Type) -> Option<Size> {
    match result {
        Type::Tuple(parts) => {
            parts.iter().try_fold(Size::default(), |sum, part| sum.add(&length(&measured(part)?)?))
        }
        single => length(&measured(single)?),
    }
}

fn with_last_dim(call: Expr, size: Size) -> Expr {
    let Type::Tensor(element, mut dims) = call.ty else { return call };
    if let Some(last) = dims.last_mut() {
        *last = Dim::Size(size);
    }
    Expr { ty: Type::Tensor(element, dims), ..call }
}
