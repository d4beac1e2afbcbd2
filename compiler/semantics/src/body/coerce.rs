//! Values where a certain type is asked for: widening, and the message where that doesn't help.

use qml_source::Span;
use qml_syntax::ast::{BinaryOp, UnaryOp};

use crate::body::{Body, TypeError};
use crate::hir::{Callee, Dim, Expr, ExprKind, Index, Type};
use crate::size::Size;
use crate::types::{self, Mismatch};

impl Body<'_, '_> {
    /// The expression as one of this type, widened if need be; else the expression as it was.
    pub fn coerce(&mut self, expr: Expr, wanted: &Type) -> Result<Expr, (Expr, Mismatch)> {
        match types::fit(&expr.ty, wanted) {
            Ok(()) => Ok(expr),
            Err(mismatch) => match widened(&expr.ty, wanted) {
                Some(Ok(ty)) => Ok(widen(expr, ty)),
                Some(Err(shape)) => Err((expr, shape)),
                None => self.coerce_parts(expr, wanted, mismatch),
            },
        }
    }

    /// The value, which fits `wanted`, with a check of its shape where that isn't known before it is there.
    pub fn shaped(value: Expr, wanted: &Type, declared: Span) -> Expr {
        if types::surely_fits(&value.ty, wanted) {
            return value;
        }
        Expr { span: value.span, ty: wanted.clone(), kind: ExprKind::Shaped(Box::new(value), declared) }
    }

    fn coerce_parts(&mut self, expr: Expr, wanted: &Type, why: Mismatch) -> Result<Expr, (Expr, Mismatch)> {
        match (expr.kind, wanted) {
            (ExprKind::Tuple(parts), Type::Tuple(types)) if parts.len() == types.len() => {
                let parts = parts.into_iter().zip(types).map(|(part, ty)| self.expect_type(part, ty));
                let parts: Vec<_> = parts.collect();
                let ty = Type::Tuple(parts.iter().map(|part| part.ty.clone()).collect());
                Ok(Expr { span: expr.span, ty, kind: ExprKind::Tuple(parts) })
            }
            (kind, _) => Err((Expr { kind, ..expr }, why)),
        }
    }

    /// The message for a value that doesn't fit.
    pub fn mismatch(&self, expr: &Expr, wanted: &Type, mismatch: Mismatch) -> TypeError {
        let (found, wanted_text) = (self.show(&expr.ty), self.show(wanted));
        match mismatch {
            _ if expr.ty == Type::Unit => TypeError::NoValue { span: expr.span },
            Mismatch::Kind => TypeError::Mismatch {
                span: expr.span,
                help: match expr.kind {
                    ExprKind::Binary(BinaryOp::Div, ..) if *wanted == Type::Int => {
                        Some("`/` gives a float; `div(a, b)` divides ints and rounds down".to_owned())
                    }
                    _ => conversion(&expr.ty, wanted)
                        .or_else(|| self.element_help(expr, wanted))
                        .or_else(|| self.one_qubit_help(expr, wanted))
                        .or_else(|| {
                            self.outcome_help(expr).filter(|_| *types::parts(wanted).0 == Type::Bool)
                        }),
                },
                found,
                wanted: wanted_text,
            },
            Mismatch::Rank => TypeError::Shape { span: expr.span, found, wanted: wanted_text, axis: None },
            Mismatch::Axis(axis) => {
                TypeError::Shape { span: expr.span, found, wanted: wanted_text, axis: Some(axis) }
            }
        }
    }
}

impl Body<'_, '_> {
    /// The way from several values to the one that is asked for.
    fn element_help(&self, expr: &Expr, wanted: &Type) -> Option<String> {
        let (element, dims) = types::parts(&expr.ty);
        let element = (dims.len() == 1 && element == wanted).then(|| self.first_element(expr))??;
        Some(format!("one of them is `{element}`"))
    }

    /// `q[0]` where a register of one qubit is asked for.
    fn one_qubit_help(&self, expr: &Expr, wanted: &Type) -> Option<String> {
        let (ExprKind::Index(base, indices), Type::Qubit, Type::Register(_)) = (&expr.kind, &expr.ty, wanted)
        else {
            return None;
        };
        let [Index::At(index)] = indices.as_slice() else { return None };
        let (base, index) = (self.written(base)?, self.size(index)?);
        let show = |size: &Size| size.show(&|local| self.local(local).name.text.clone());
        let (first, end) = (show(&index), show(&index.add(&Size::constant(1))?));
        Some(format!("a register of this one qubit is `{base}[{first}..{end}]`"))
    }

    /// How the bits of a qubit or program come about, where bits are asked for.
    pub fn outcome_help(&self, expr: &Expr) -> Option<String> {
        let written = self.written(expr);
        match &expr.ty {
            Type::Qubit => {
                Some(format!("its bit is `measure({})`", written.unwrap_or_else(|| "q[0]".to_owned())))
            }
            Type::Register(_) => {
                let register = written.unwrap_or_else(|| "q".to_owned());
                Some(format!("the bit of one qubit is `measure({register}[0])`"))
            }
            Type::Program(Some(result)) if *types::parts(result).0 == Type::Bool => {
                let program = written.unwrap_or_else(|| "p".to_owned());
                let (run, result) = (format!("run({program})"), self.show(result));
                Some(format!("the program is not run yet: `{run}` gives its `{result}`"))
            }
            _ => None,
        }
    }

    /// A variable, one of its elements, or a program, as it is written.
    fn written(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Local(local) => Some(self.local(*local).name.text.clone()),
            ExprKind::Index(base, indices) => {
                let [Index::At(index)] = indices.as_slice() else { return None };
                let index = self.size(index)?.show(&|local| self.local(local).name.text.clone());
                Some(format!("{}[{index}]", self.written(base)?))
            }
            ExprKind::Program(id, values) => {
                let name = &self.checker.functions[id.0 as usize].callable.name.text;
                Some(format!("{name}({})", if values.is_empty() { "" } else { "..." }))
            }
            _ => None,
        }
    }

    /// The first of several values as it is written: `m[0]`, `not measure(q[0])`.
    pub fn first_element(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Local(local) => Some(format!("{}[0]", self.local(*local).name.text)),
            ExprKind::Call(Callee::Measure, qubits) => {
                Some(format!("measure({})", self.first_element(qubits.first()?)?))
            }
            ExprKind::Unary(UnaryOp::Not, operand) => Some(format!("not {}", self.first_element(operand)?)),
            _ => None,
        }
    }
}

/// The operand with a node that widens it.
pub(crate) fn widen(expr: Expr, ty: Type) -> Expr {
    Expr { span: expr.span, ty, kind: ExprKind::Widen(Box::new(expr)) }
}

/// The expression with elements of this width, if they are narrower.
pub(crate) fn widen_elements(expr: Expr, width: u8) -> Expr {
    let (element, dims) = types::parts(&expr.ty);
    let is_narrower = types::width(element).unwrap_or(0) < width && *element != Type::Error;
    if !is_narrower {
        return expr;
    }
    let ty = types::tensor(types::of_width(width), dims.to_vec());
    widen(expr, ty)
}

/// `found` with the elements of `wanted`, if they are numbers and wider: the error is on shapes then.
fn widened(found: &Type, wanted: &Type) -> Option<Result<Type, Mismatch>> {
    let ((a, a_dims), (b, b_dims)) = (types::parts(found), types::parts(wanted));
    let (a_width, b_width) = (types::width(a)?, types::width(b)?);
    if a_width > b_width {
        return None;
    }
    Some(match types::fit_dims(a_dims, b_dims) {
        Ok(()) => Ok(types::tensor(b.clone(), a_dims.to_vec())),
        Err(mismatch) => Err(mismatch),
    })
}

/// Whether a value of one type goes where another is asked for.
pub(crate) fn would_fit(found: &Type, wanted: &Type) -> bool {
    types::fit(found, wanted).is_ok() || matches!(widened(found, wanted), Some(Ok(_)))
}

fn conversion(found: &Type, wanted: &Type) -> Option<String> {
    let ((found, found_dims), (wanted, wanted_dims)) = (types::parts(found), types::parts(wanted));
    let unknown: &[Dim] = &[];
    match (found, wanted) {
        _ if (found_dims == unknown) != (wanted_dims == unknown) => None,
        (Type::Float, Type::Int) => Some("`int(round(x))` makes an int of a float".to_owned()),
        (Type::Bool, Type::Int) => Some("`int(x)` is 1 for `true` and 0 for `false`".to_owned()),
        (Type::Bool, Type::Float) => Some("`float(x)` is 1.0 for `true` and 0.0 for `false`".to_owned()),
        (Type::Complex, Type::Float) => Some("`real(x)` is the real part, `abs(x)` the modulus".to_owned()),
        (Type::Int | Type::Float, Type::Str) => Some("put it in a string: `\"{x}\"`".to_owned()),
        _ => None,
    }
}
