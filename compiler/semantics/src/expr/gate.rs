//! Quantum operations: gates of the table, measurement, reset, fresh qubits, unitaries, evolutions.

use qml_gates::Gate;
use qml_source::Span;
use qml_syntax::ast::{self, Argument, Name};

use super::call::agree;
use crate::body::coerce::widen_elements;
use crate::body::{Body, TypeError, error_expr};
use crate::effect::EffectError;
use crate::hir::{Callee, Dim, Expr, ExprKind, Type};
use crate::types;

impl Body<'_, '_> {
    /// A quantum operation of this name, if there is one.
    pub(super) fn call_quantum(&mut self, name: &Name, arguments: &[Argument], span: Span) -> Option<Expr> {
        Some(match name.text.as_str() {
            "measure" => self.measure(name, arguments, span),
            "reset" => self.reset(name, arguments, span),
            "unitary" => self.unitary_gate(name, arguments, span),
            "evolve" => self.evolve(name, arguments, span),
            text => {
                let gate = Gate::find(text)?;
                self.table_gate(gate, name, arguments, span)
            }
        })
    }

    /// A qubit, a slice or a register.
    pub fn qubits(&mut self, expr: &ast::Expr) -> Expr {
        let checked = self.value(expr, None);
        match &checked.ty {
            Type::Qubit | Type::Register(_) | Type::Error => checked,
            other => {
                let help = (*other == Type::Int)
                    .then(|| "a qubit is an element of a register, `q[0]`, not a number".to_owned());
                let (found, wanted) = (self.show(other), "qubit".to_owned());
                self.refuse(expr.span, TypeError::Mismatch { span: expr.span, found, wanted, help })
            }
        }
    }

    pub(super) fn allocate(&mut self, count: &ast::Expr, span: Span) -> Expr {
        if !self.may_leave_gates("`qubit[n]`", span) {
            return error_expr(span);
        }
        let count = self.static_int(count, "a size");
        if types::has_error(&count.ty) {
            return error_expr(span);
        }
        let Some(size) = self.checked_size(&count) else { return error_expr(span) };
        self.assume_size(&size);
        Expr { span, ty: Type::Register(Dim::Size(size)), kind: ExprKind::Allocate(Box::new(count)) }
    }

    fn one_register(&mut self, name: &Name, arguments: &[Argument], span: Span) -> Option<Expr> {
        if !self.may_leave_gates(&format!("`{}`", name.text), span) {
            self.check_orphan_arguments(arguments);
            return None;
        }
        let signature = format!("{}(q)", name.text);
        let arranged = self.arrange(name, &["q"], arguments, &signature)?;
        let Some(Some(argument)) = arranged.first() else {
            let (name, problem) = (name.text.clone(), "`q` is missing".to_owned());
            self.report(TypeError::Arguments { span, name, problem, signature: Some(signature) });
            return None;
        };
        let qubits = self.qubits(&argument.value);
        (qubits.ty != Type::Error).then_some(qubits)
    }

    fn measure(&mut self, name: &Name, arguments: &[Argument], span: Span) -> Expr {
        let Some(qubits) = self.one_register(name, arguments, span) else { return error_expr(span) };
        self.saw_outcome = true;
        let ty = match &qubits.ty {
            Type::Register(dim) => types::tensor(Type::Bool, vec![dim.clone()]),
            _ => Type::Bool,
        };
        Expr { span, ty, kind: ExprKind::Call(Callee::Measure, vec![qubits]) }
    }

    fn reset(&mut self, name: &Name, arguments: &[Argument], span: Span) -> Expr {
        let Some(qubits) = self.one_register(name, arguments, span) else { return error_expr(span) };
        Expr { span, ty: Type::Unit, kind: ExprKind::Call(Callee::Reset, vec![qubits]) }
    }

    fn may_apply_gates(&mut self, name: &Name, arguments: &[Argument], span: Span) -> bool {
        if self.is_fn() {
            self.report(match observable_meant(name, arguments) {
                Some(observable) => EffectError::GateForObservable { name: name.clone(), span, observable },
                None => EffectError::QuantumInFn { what: format!("the gate `{}`", name.text), span },
            });
            self.check_orphan_arguments(arguments);
            return false;
        }
        true
    }

    pub(super) fn table_gate(&mut self, gate: Gate, name: &Name, arguments: &[Argument], span: Span) -> Expr {
        if !self.may_apply_gates(name, arguments, span) {
            return error_expr(span);
        }
        let row = gate.def();
        let parameters: Vec<_> = row.params.iter().chain(row.wires).copied().collect();
        let typed = row.params.iter().map(|name| format!("{name}: float"));
        let typed = typed.chain(row.wires.iter().map(|name| format!("{name}: qubit")));
        let signature = format!("{}({})", row.name, typed.collect::<Vec<_>>().join(", "));
        if let Some((span, problem)) = self.wrong_angles(gate, arguments, span) {
            self.check_orphan_arguments(arguments);
            let (name, signature) = (name.text.clone(), Some(signature));
            return self.refuse(span, TypeError::Arguments { span, name, problem, signature });
        }
        let Some(values) =
            self.gate_arguments(name, &parameters, parameters.len(), arguments, &signature, span)
        else {
            return error_expr(span);
        };
        // `rx(q[0], theta)`: one slip, one message.
        let first = values.first().copied().flatten();
        if let (Some(first), [_, ..]) = (first.filter(|first| self.names_qubits(&first.value)), row.params) {
            self.check_orphan_arguments(arguments);
            let (found, wanted) = ("qubit".to_owned(), "float".to_owned());
            let help = Some(format!("the angles come first, then the qubits: `{signature}`"));
            return self.refuse(span, TypeError::Mismatch { span: first.value.span, found, wanted, help });
        }
        let mut length: Option<(Dim, Span)> = None;
        let mut checked = Vec::new();
        for (i, value) in values.into_iter().flatten().enumerate() {
            let is_element = matches!(value.value.kind, ast::ExprKind::Index { .. });
            let value = if i < row.params.len() { self.angle(value) } else { self.qubits(&value.value) };
            if i == 0 && i < row.params.len() && is_element && value.ty == Type::Error {
                // `rx(q[0], theta)` without a register `q`, which is reported: nothing is where it belongs.
                self.check_orphan_arguments(&arguments[1..]);
                return error_expr(span);
            }
            let dim = match &value.ty {
                Type::Register(dim) => Some(dim.clone()),
                Type::Tensor(_, dims) => dims.first().cloned(),
                _ => None,
            };
            if let Some(dim) = dim {
                match &length {
                    Some((first, at)) if !agree(first, &dim) => {
                        let shape =
                            |dim: &Dim, body: &Self| types::show_shape(std::slice::from_ref(dim), body);
                        let (left, right) = ((*at, shape(first, self)), (value.span, shape(&dim, self)));
                        let what = "a gate goes through registers and tensors of one length".to_owned();
                        self.report(TypeError::Shapes { span, left, right, what });
                        return error_expr(span);
                    }
                    Some(_) => {}
                    None => length = Some((dim, value.span)),
                }
            }
            checked.push(value);
        }
        if checked.iter().any(|value| types::has_error(&value.ty)) {
            return error_expr(span);
        }
        self.refuse_shared_qubits(&checked);
        Expr { span, ty: Type::Unit, kind: ExprKind::Call(Callee::Gate(gate), checked) }
    }

    /// `rx(q[0])`, `h(0.3, q[0])`: the right qubits behind too few angles or too many.
    fn wrong_angles(&self, gate: Gate, arguments: &[Argument], span: Span) -> Option<(Span, String)> {
        let row = gate.def();
        let is_qubit = |argument: &Argument| self.names_qubits(&argument.value);
        let n_angles = arguments.iter().position(is_qubit)?;
        let qubits = &arguments[n_angles..];
        let are_plain =
            arguments.iter().all(|argument| argument.name.is_none()) && qubits.iter().all(is_qubit);
        if !are_plain || qubits.len() != row.wires.len() {
            return None;
        }
        match row.params.get(n_angles..) {
            Some([]) => None,
            Some(missing) => {
                let names: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
                let (what, verb) = if names.len() == 1 { ("angle", "is") } else { ("angles", "are") };
                Some((span, format!("the {what} {} {verb} missing", names.join(" and "))))
            }
            None => {
                let problem = match row.params.len() {
                    0 => format!("`{}` takes no angle", row.name),
                    1 => format!("`{}` takes one angle", row.name),
                    n => format!("`{}` takes {n} angles", row.name),
                };
                Some((arguments[row.params.len()].span, problem))
            }
        }
    }

    /// Whether this is a register or an element of one, without checking it.
    fn names_qubits(&self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            ast::ExprKind::Paren(inner) => self.names_qubits(inner),
            ast::ExprKind::Index { base, .. } => self.names_qubits(base),
            ast::ExprKind::Name(name) => {
                self.find_local(&name.text).is_some_and(|local| types::has_qubits(&self.local(local).ty))
            }
            _ => false,
        }
    }

    /// An angle: a float, or one for each qubit.
    fn angle(&mut self, argument: &Argument) -> Expr {
        let saw_outcome = std::mem::replace(&mut self.saw_outcome, false);
        let value = self.value(&argument.value, Some(&Type::Float));
        let is_outcome = self.saw_outcome && !types::has_error(&value.ty);
        self.saw_outcome |= saw_outcome;
        if is_outcome {
            let outcome = crate::stmt::outcome_name(&argument.value, &value.ty);
            let error = EffectError::Outcome { span: argument.span, what: "an angle", outcome };
            return self.refuse(argument.span, error);
        }
        let is_list = matches!(&value.ty, Type::Tensor(element, dims)
            if dims.len() == 1 && matches!(**element, Type::Int | Type::Float));
        if is_list { widen_elements(value, 2) } else { self.expect_type(value, &Type::Float) }
    }

    fn gate_arguments<'e>(
        &mut self,
        name: &Name,
        parameters: &[&str],
        n_required: usize,
        arguments: &'e [Argument],
        signature: &str,
        span: Span,
    ) -> Option<Vec<Option<&'e Argument>>> {
        let arranged = self.arrange(name, parameters, arguments, signature);
        let Some(arranged) = arranged else {
            self.check_orphan_arguments(arguments);
            return None;
        };
        if let Some(missing) = arranged[..n_required].iter().position(Option::is_none) {
            let problem = format!("`{}` is missing", parameters[missing]);
            let (name, signature) = (name.text.clone(), Some(signature.to_owned()));
            self.report(TypeError::Arguments { span, name, problem, signature });
            self.check_orphan_arguments(arguments);
            return None;
        }
        Some(arranged)
    }

    fn unitary_gate(&mut self, name: &Name, arguments: &[Argument], span: Span) -> Expr {
        if !self.may_apply_gates(name, arguments, span) {
            return error_expr(span);
        }
        let signature = "unitary(matrix, q)";
        let arranged = self.gate_arguments(name, &["matrix", "q"], 2, arguments, signature, span);
        let Some([Some(matrix), Some(qubits)]) = arranged.as_deref() else { return error_expr(span) };
        let qubits = self.qubits(&qubits.value);
        let dim = match &qubits.ty {
            Type::Register(Dim::Size(size)) => crate::size::Size::constant(2).pow(size),
            Type::Qubit => Some(crate::size::Size::constant(2)),
            _ => None,
        };
        let dim = dim.map_or(Dim::Unknown, Dim::Size);
        let wanted = types::tensor(Type::Complex, vec![dim.clone(), dim]);
        let matrix = self.expr_of(&matrix.value, &wanted);
        if types::has_error(&matrix.ty) || types::has_error(&qubits.ty) {
            return error_expr(span);
        }
        Expr { span, ty: Type::Unit, kind: ExprKind::Call(Callee::Unitary, vec![matrix, qubits]) }
    }

    fn evolve(&mut self, name: &Name, arguments: &[Argument], span: Span) -> Expr {
        if !self.may_apply_gates(name, arguments, span) {
            return error_expr(span);
        }
        let signature = "evolve(h, t, q, steps: k, order: p)";
        let names = ["h", "t", "q", "steps", "order"];
        let arranged = self.gate_arguments(name, &names, 3, arguments, signature, span);
        let Some([Some(h), Some(t), Some(q), steps, order]) = arranged.as_deref() else {
            return error_expr(span);
        };
        let (steps, order) = (*steps, *order);
        let h = self.expr_of(&h.value, &Type::Observable);
        let t = self.expr_of(&t.value, &Type::Float);
        let q = self.qubits(&q.value);
        let mut count = |argument: Option<&Argument>| match argument {
            Some(argument) => self.static_int(&argument.value, "a number of steps"),
            None => Expr { span, ty: Type::Unit, kind: ExprKind::Omitted },
        };
        let values = vec![h, t, q, count(steps), count(order)];
        if values.iter().any(|value| types::has_error(&value.ty)) {
            return error_expr(span);
        }
        Expr { span, ty: Type::Unit, kind: ExprKind::Call(Callee::Evolve, values) }
    }
}

/// `z(0)` where `Z(0)` is meant: the gate on a number.
fn observable_meant(name: &Name, arguments: &[Argument]) -> Option<String> {
    let [argument] = arguments else { return None };
    let is_pauli = matches!(name.text.as_str(), "x" | "y" | "z");
    let is_number = matches!(argument.value.kind, ast::ExprKind::Int(_));
    (is_pauli && is_number)
        .then(|| crate::suggest::written(&argument.value))
        .flatten()
        .map(|qubit| format!("{}({qubit})", name.text.to_uppercase()))
}
