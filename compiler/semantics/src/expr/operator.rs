//! Operators: element types widen to the wider one, shapes broadcast.

use qml_source::Span;
use qml_syntax::ast::{self, BinaryOp, ExprKind as Ast, UnaryOp};

use crate::body::coerce::widen_elements;
use crate::body::{Body, TypeError, error_expr};
use crate::hir::{Dim, Expr, ExprKind, Type};
use crate::types;

impl Body<'_, '_> {
    /// A chain of operators, `a + b + c`: by a loop along its left side, which may be long.
    pub(super) fn binary_chain(&mut self, expr: &ast::Expr) -> Expr {
        let mut chain = Vec::new();
        let mut first = expr;
        while let Ast::Binary { operator, operator_span, left, right } = &first.kind {
            chain.push((first.span, *operator, *operator_span, right));
            first = left;
        }
        let mut left = self.value(first, None);
        for (span, operator, operator_span, right) in chain.into_iter().rev() {
            let right = match operator {
                BinaryOp::And | BinaryOp::Or => {
                    self.if_it_is(&left, operator == BinaryOp::And, |body| body.value(right, None))
                }
                _ => self.value(right, None),
            };
            left = self.binary(operator, operator_span, span, left, right);
        }
        left
    }

    /// `left operator right`
    pub fn binary(
        &mut self,
        operator: BinaryOp,
        operator_span: Span,
        span: Span,
        left: Expr,
        right: Expr,
    ) -> Expr {
        if types::has_error(&left.ty) || types::has_error(&right.ty) {
            return error_expr(span);
        }
        let checked = match operator {
            BinaryOp::And | BinaryOp::Or => logic(left, right),
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                comparison(operator, left, right)
            }
            BinaryOp::MatMul => return self.matrix_product(operator_span, span, left, right),
            _ => self.arithmetic(operator, left, right),
        };
        match checked {
            Ok((left, right, element)) => {
                let (a, b) = (types::parts(&left.ty).1, types::parts(&right.ty).1);
                match types::broadcast(a, b) {
                    Ok(dims) => {
                        let kind = ExprKind::Binary(operator, Box::new(left), Box::new(right));
                        Expr { span, ty: types::tensor(element, dims), kind }
                    }
                    Err(axis) => {
                        let what = format!("they differ in axis {axis} of the result");
                        self.refuse_shapes(operator_span, span, &left, &right, what)
                    }
                }
            }
            Err((left, right)) => self.refuse_operator(operator, operator_span, span, &left, &right),
        }
    }

    fn refuse_shapes(&mut self, at: Span, span: Span, left: &Expr, right: &Expr, what: String) -> Expr {
        let shape = |body: &Self, expr: &Expr| types::show_shape(types::parts(&expr.ty).1, body);
        let left = (left.span, shape(self, left));
        let right = (right.span, shape(self, right));
        self.report(TypeError::Shapes { span: at, left, right, what });
        error_expr(span)
    }

    fn refuse_operator(&mut self, op: BinaryOp, at: Span, span: Span, left: &Expr, right: &Expr) -> Expr {
        let operands = vec![(left.span, self.show(&left.ty)), (right.span, self.show(&right.ty))];
        let (a, b) = (types::parts(&left.ty).0, types::parts(&right.ty).0);
        let help = match op {
            BinaryOp::MatMul if *a == Type::Observable || *b == Type::Observable => {
                Some("a product of observables is written `*`: `Z(0) * Z(1)`".to_owned())
            }
            BinaryOp::Eq | BinaryOp::Ne if *a == Type::Bool || *b == Type::Bool => {
                Some("a `bool` is a condition by itself: `if m { ... }`, `if not m { ... }`".to_owned())
            }
            _ if matches!(left.kind, ExprKind::Grad { .. })
                || matches!(right.kind, ExprKind::Grad { .. }) =>
            {
                Some("`grad` gives two values: `let (value, slope) = grad f(x) wrt x;`".to_owned())
            }
            _ if matches!(a, Type::Tuple(_)) || matches!(b, Type::Tuple(_)) => {
                Some("take the tuple apart: `let (a, b) = pair;`".to_owned())
            }
            BinaryOp::Div if *a == Type::Observable => Some("multiply: `0.5 * h`".to_owned()),
            BinaryOp::Rem if *a == Type::Str => {
                Some("put the value into the string: `\"{x}\"`, `\"{x:.3}\"`".to_owned())
            }
            _ if matches!(a, Type::Program(_)) || matches!(b, Type::Program(_)) => Some(
                "a program is not run yet: `run(p)`, `probs(p)`, `expect(h, p)` give its results".to_owned(),
            ),
            BinaryOp::Add if *a == Type::Str || *b == Type::Str => {
                Some("put both into one string: `\"{a}{b}\"`".to_owned())
            }
            _ if *a == Type::Bool || *b == Type::Bool => {
                Some("`int(x)` is 1 for `true` and 0 for `false`".to_owned())
            }
            _ => None,
        };
        self.refuse(span, TypeError::Operator { span: at, symbol: op.symbol(), operands, help })
    }

    #[allow(clippy::result_large_err)]
    fn arithmetic(&mut self, operator: BinaryOp, left: Expr, right: Expr) -> Checked {
        let widths = (types::width(types::parts(&left.ty).0), types::width(types::parts(&right.ty).0));
        let (Some(a), Some(b)) = widths else { return self.by_parts(operator, left, right) };
        let width = a.max(b);
        let width = match operator {
            BinaryOp::Div => width.max(2),
            _ => width,
        };
        let is_defined = match operator {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => true,
            BinaryOp::Div | BinaryOp::Pow => width <= 3,
            BinaryOp::Rem => width <= 2,
            _ => false,
        };
        if !is_defined {
            return Err((left, right));
        }
        Ok((widen_elements(left, width), widen_elements(right, width), types::of_width(width)))
    }

    /// Structs and tuples add and subtract part by part, and scale.
    #[allow(clippy::result_large_err)]
    fn by_parts(&mut self, operator: BinaryOp, left: Expr, right: Expr) -> Checked {
        let has_parts = |ty: &Type| {
            matches!(ty, Type::Struct(_) | Type::Tuple(_))
                && types::is_arithmetic(ty, &|id| self.checker.field_types(id))
        };
        let is_scalar = |ty: &Type| matches!(ty, Type::Int | Type::Float);
        let (a, b) = (has_parts(&left.ty), has_parts(&right.ty));
        match operator {
            BinaryOp::Add | BinaryOp::Sub if a && b && types::fit(&left.ty, &right.ty).is_ok() => {
                let ty = left.ty.clone();
                Ok((left, right, ty))
            }
            BinaryOp::Mul if a && is_scalar(&right.ty) => {
                let ty = left.ty.clone();
                Ok((left, widen_elements(right, 2), ty))
            }
            BinaryOp::Mul if b && is_scalar(&left.ty) => {
                let ty = right.ty.clone();
                Ok((widen_elements(left, 2), right, ty))
            }
            BinaryOp::Div if a && is_scalar(&right.ty) => {
                let ty = left.ty.clone();
                Ok((left, widen_elements(right, 2), ty))
            }
            _ => Err((left, right)),
        }
    }

    /// `a @ b` of vectors and matrices.
    fn matrix_product(&mut self, at: Span, span: Span, left: Expr, right: Expr) -> Expr {
        let operator = BinaryOp::MatMul;
        let widths = (types::width(types::parts(&left.ty).0), types::width(types::parts(&right.ty).0));
        let (Some(a @ ..=3), Some(b @ ..=3)) = widths else {
            return self.refuse_operator(operator, at, span, &left, &right);
        };
        let width = a.max(b);
        let (left, right) = (widen_elements(left, width), widen_elements(right, width));
        let (a, b) = (types::parts(&left.ty).1, types::parts(&right.ty).1);
        let inner: (&Dim, &Dim);
        let dims = match (a, b) {
            ([n], [m]) => {
                inner = (n, m);
                vec![]
            }
            ([rows, n], [m]) => {
                inner = (n, m);
                vec![rows.clone()]
            }
            ([n], [m, columns]) => {
                inner = (n, m);
                vec![columns.clone()]
            }
            ([rows, n], [m, columns]) => {
                inner = (n, m);
                vec![rows.clone(), columns.clone()]
            }
            _ => return self.refuse_operator(operator, at, span, &left, &right),
        };
        if types::surely_differ(inner.0, inner.1) {
            let what = "as many columns on the left as rows on the right are needed".to_owned();
            return self.refuse_shapes(at, span, &left, &right, what);
        }
        let ty = types::tensor(types::of_width(width), dims);
        Expr { span, ty, kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)) }
    }

    /// `-a`, `not a`
    pub(super) fn unary(&mut self, operator: UnaryOp, operand: Expr, span: Span) -> Expr {
        let element = types::parts(&operand.ty).0;
        let is_defined = match operator {
            _ if types::has_error(&operand.ty) => return error_expr(span),
            UnaryOp::Not => *element == Type::Bool,
            UnaryOp::Neg => {
                types::width(element).is_some()
                    || types::is_arithmetic(&operand.ty, &|id| self.checker.field_types(id))
            }
        };
        if !is_defined {
            let operands = vec![(operand.span, self.show(&operand.ty))];
            let symbol = operator.symbol();
            let help = self.outcome_help(&operand).filter(|_| operator == UnaryOp::Not);
            return self.refuse(span, TypeError::Operator { span, symbol, operands, help });
        }
        Expr { span, ty: operand.ty.clone(), kind: ExprKind::Unary(operator, Box::new(operand)) }
    }
}

/// Both sides widened, with the element type of the result; else both as they were.
type Checked = Result<(Expr, Expr, Type), (Expr, Expr)>;

#[allow(clippy::result_large_err)]
fn logic(left: Expr, right: Expr) -> Checked {
    if *types::parts(&left.ty).0 == Type::Bool && *types::parts(&right.ty).0 == Type::Bool {
        Ok((left, right, Type::Bool))
    } else {
        Err((left, right))
    }
}

#[allow(clippy::result_large_err)]
fn comparison(operator: BinaryOp, left: Expr, right: Expr) -> Checked {
    let is_equality = matches!(operator, BinaryOp::Eq | BinaryOp::Ne);
    let (a, b) = (types::parts(&left.ty).0, types::parts(&right.ty).0);
    let highest = if is_equality { 3 } else { 2 };
    match (types::width(a), types::width(b)) {
        (Some(a), Some(b)) if a.max(b) <= highest => {
            let width = a.max(b);
            Ok((widen_elements(left, width), widen_elements(right, width), Type::Bool))
        }
        _ if is_equality && a == b && matches!(a, Type::Bool | Type::Str) => Ok((left, right, Type::Bool)),
        _ => Err((left, right)),
    }
}
