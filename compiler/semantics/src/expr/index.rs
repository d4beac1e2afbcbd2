//! Elements of tensors, qubits of registers.

use qml_source::Span;
use qml_syntax::ast::{self, IndexKind};

use crate::body::{Body, TypeError};
use crate::effect::EffectError;
use crate::hir::{Dim, Index, Type};
use crate::qubits::Axis;
use crate::size::Size;
use crate::stmt::outcome_name;
use crate::types;

impl Body<'_, '_> {
    /// The indices with the type of what they take from a value of this type, which stands and was declared at these
    /// places and has this name; `None` if that is reported.
    pub fn indices(
        &mut self,
        base: &Type,
        (base_span, declared, name): (Span, Span, Option<&str>),
        indices: &[ast::Index],
        span: Span,
    ) -> Option<(Vec<Index>, Type)> {
        let (element, dims, is_register) = match base {
            Type::Error => {
                self.check_orphans(indices);
                return None;
            }
            Type::Register(dim) => (Type::Qubit, vec![dim.clone()], true),
            Type::Tensor(element, dims) => ((**element).clone(), dims.clone(), false),
            other => {
                let message = format!("`{}` has no elements", self.show(other));
                let help = match other {
                    Type::Tuple(_) => Some("take it apart: `let (a, b) = t;`".to_owned()),
                    Type::Counts => {
                        Some("its parts are `c.outcomes` and `c.n`, the most frequent first".to_owned())
                    }
                    Type::Program(_) => Some(
                        "it is not run yet: `run(p)`, `probs(p)`, `state(p)` give its results".to_owned(),
                    ),
                    _ => None,
                };
                self.report(TypeError::Index { span: base_span, message, help });
                self.check_orphans(indices);
                return None;
            }
        };
        if indices.len() > dims.len() {
            let message = format!("{} indices for `{}`", indices.len(), self.show(base));
            self.report(TypeError::Index { span, message, help: None });
            return None;
        }
        let mut checked = Vec::new();
        let mut result = Vec::new();
        for (axis, index) in indices.iter().enumerate() {
            let register = is_register.then_some(declared);
            let along = Axis { length: &dims[axis], register, name: name.filter(|_| axis == 0) };
            let (index, dim) = self.index(index, &along, axis)?;
            checked.push(index);
            result.extend(dim);
        }
        result.extend_from_slice(&dims[indices.len()..]);
        let ty = match (is_register, result.pop()) {
            (true, Some(dim)) => Type::Register(dim),
            (true, None) => Type::Qubit,
            (false, last) => {
                result.extend(last);
                types::tensor(element, result)
            }
        };
        Some((checked, ty))
    }

    fn check_orphans(&mut self, indices: &[ast::Index]) {
        for index in indices {
            if let IndexKind::Expr(expr) = &index.kind {
                self.expr(expr, None);
            }
        }
    }

    /// An index, with the axis that is left of its own.
    fn index(&mut self, index: &ast::Index, along: &Axis<'_>, axis: usize) -> Option<(Index, Option<Dim>)> {
        let is_register = along.register.is_some();
        match &index.kind {
            IndexKind::Range { start, end } => {
                let start = start.as_ref().map(|start| self.static_int(start, "an index"));
                let end = end.as_ref().map(|end| self.static_int(end, "an index"));
                let first = start.as_ref().map_or(Some(Size::default()), |start| self.size(start));
                let last = match (&end, along.length) {
                    (Some(end), _) => self.size(end),
                    (None, Dim::Size(length)) => Some(length.clone()),
                    (None, Dim::Unknown) => None,
                };
                self.check_bounds(index.span, (first.as_ref(), last.as_ref()), true, along)?;
                let dim = first.zip(last).and_then(|(first, last)| last.sub(&first));
                Some((Index::Range(start, end), Some(dim.map_or(Dim::Unknown, Dim::Size))))
            }
            IndexKind::Expr(expr) => {
                let saw_outcome = std::mem::replace(&mut self.saw_outcome, false);
                let checked = self.value(expr, None);
                let is_outcome = self.saw_outcome && !self.is_fn();
                self.saw_outcome |= saw_outcome;
                if is_outcome {
                    let (span, outcome) = (expr.span, outcome_name(expr, &checked.ty));
                    self.report(EffectError::Outcome { span, what: "an index", outcome });
                    return None;
                }
                if checked.ty != Type::Float {
                    self.refuse_slot(&checked, "an index");
                }
                match &checked.ty {
                    Type::Error => None,
                    Type::Int => {
                        self.check_in_range(&checked, along)?;
                        Some((Index::At(checked), None))
                    }
                    Type::Tensor(element, dims) if !is_register && dims.len() == 1 && axis == 0 => {
                        let dim = match &**element {
                            Type::Int => dims[0].clone(),
                            Type::Bool => Dim::Unknown,
                            _ => return self.refuse_index(&checked, is_register),
                        };
                        Some((Index::Gather(checked), Some(dim)))
                    }
                    _ => self.refuse_index(&checked, is_register),
                }
            }
        }
    }

    fn refuse_index<T>(&mut self, index: &crate::hir::Expr, is_register: bool) -> Option<T> {
        let message = format!("`{}` is no index here", self.show(&index.ty));
        let help = match (&index.ty, is_register) {
            (Type::Tensor(..), true) => Some("take a slice `q[0..2]`, or the qubits one by one".to_owned()),
            (Type::Tensor(..), false) => {
                Some("a list of indices gathers on the first axis: `xs[indices]`".to_owned())
            }
            (Type::Str, _) => {
                Some("elements are counted from 0; the number of an outcome is `to_int(bits)`".to_owned())
            }
            (Type::Float, _) => Some("`int(x)` makes an int of a float".to_owned()),
            _ => None,
        };
        self.report(TypeError::Index { span: index.span, message, help });
        None
    }

    /// An index has to be inside of the axis.
    fn check_in_range(&mut self, index: &crate::hir::Expr, along: &Axis<'_>) -> Option<()> {
        let first = self.size(index);
        let last = first.as_ref().and_then(|first| first.add(&Size::constant(1)));
        self.check_bounds(index.span, (first.as_ref(), last.as_ref()), false, along)
    }

    /// The length of an axis as text.
    pub fn show_length(&self, length: &Dim) -> String {
        let text = types::show_shape(std::slice::from_ref(length), self);
        text.trim_matches(['[', ']']).to_owned()
    }
}
