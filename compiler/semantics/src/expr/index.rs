//! Elements of tensors, qubits of registers.

use qml_source::Span;
use qml_syntax::ast::{self, IndexKind};

use crate::body::{Body, TypeError};
use crate::hir::{Dim, Index, Type};
use crate::size::Size;
use crate::types;

impl Body<'_, '_> {
    /// The indices with the type of what they take from a value of this type; `None` if that is reported.
    pub fn indices(
        &mut self,
        base: &Type,
        base_span: Span,
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
            let (index, dim) = self.index(index, &dims[axis], axis, is_register)?;
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
    fn index(
        &mut self,
        index: &ast::Index,
        length: &Dim,
        axis: usize,
        is_register: bool,
    ) -> Option<(Index, Option<Dim>)> {
        match &index.kind {
            IndexKind::Range { start, end } => {
                let start = start.as_ref().map(|start| self.static_int(start, "an index"));
                let end = end.as_ref().map(|end| self.static_int(end, "an index"));
                let first = start.as_ref().map_or(Some(Size::default()), |start| self.size(start));
                let last = match (&end, length) {
                    (Some(end), _) => self.size(end),
                    (None, Dim::Size(length)) => Some(length.clone()),
                    (None, Dim::Unknown) => None,
                };
                self.check_range(index.span, first.as_ref(), last.as_ref(), length)?;
                let dim = first.zip(last).and_then(|(first, last)| last.sub(&first));
                Some((Index::Range(start, end), Some(dim.map_or(Dim::Unknown, Dim::Size))))
            }
            IndexKind::Expr(expr) => {
                let saw_outcome = std::mem::replace(&mut self.saw_outcome, false);
                let checked = self.value(expr, None);
                if self.saw_outcome && !self.is_fn() {
                    let error = crate::effect::EffectError::Outcome { span: expr.span, what: "an index" };
                    self.report(error);
                }
                self.saw_outcome |= saw_outcome;
                if checked.ty != Type::Float {
                    self.refuse_slot(&checked, "an index");
                }
                match &checked.ty {
                    Type::Error => None,
                    Type::Int => {
                        self.check_in_range(&checked, length)?;
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
            (Type::Float, _) => Some("`int(x)` makes an int of a float".to_owned()),
            _ => None,
        };
        self.report(TypeError::Index { span: index.span, message, help });
        None
    }

    fn check_in_range(&mut self, index: &crate::hir::Expr, length: &Dim) -> Option<()> {
        let Some(size) = self.size(index) else { return Some(()) };
        if let Some(value) = size.as_constant() {
            let is_below = value < 0;
            let is_beyond = types::dim_constant(length).is_some_and(|length| value >= length);
            if is_below || is_beyond {
                let length = self.show_length(length);
                self.report(TypeError::OutOfRange { span: index.span, index: value, length });
                return None;
            }
        }
        // Only what fails for all sizes: `q[n]`, `q[i + 1]` with `i in 0..n`.
        self.refuse_outside(index.span, &size, length, 0)
    }

    /// Reports a place that is below 0 or more than `most` beyond the length, at least in one round of the loops around.
    fn refuse_outside(&mut self, span: Span, place: &Size, length: &Dim, most: i64) -> Option<()> {
        let mut sizes = vec![place.clone()];
        if let Dim::Size(length) = length {
            sizes.push(length.clone());
        }
        let witness = self.witness(&sizes, &|sizes| {
            let is_below = sizes[0].as_constant().is_some_and(|value| value < 0);
            let gap = sizes.get(1).and_then(|length| sizes[0].sub(length)?.as_constant());
            is_below || gap.is_some_and(|gap| gap >= most)
        });
        let Some(witness) = witness else { return Some(()) };
        let index = place.show(&|local| self.local(local).name.text.clone());
        let length = self.show_length(length);
        self.report(TypeError::BeyondEnd { span, index, length, rounds: witness.values });
        None
    }

    fn check_range(
        &mut self,
        span: Span,
        first: Option<&Size>,
        last: Option<&Size>,
        length: &Dim,
    ) -> Option<()> {
        let symbolic = (first.cloned(), last.cloned());
        let (first, last) = (first.and_then(Size::as_constant), last.and_then(Size::as_constant));
        let wrong = match (first, last, types::dim_constant(length)) {
            (Some(first @ ..0), _, _) => Some(first),
            (Some(first), Some(last), _) if last < first => Some(last),
            (_, Some(last), Some(length)) if last > length => Some(last),
            (Some(first), None, Some(length)) if first > length => Some(first),
            _ => None,
        };
        let Some(index) = wrong else {
            // A slice may end, and so begin, at the length.
            let (first, last) = symbolic;
            first.map_or(Some(()), |first| self.refuse_outside(span, &first, length, 1))?;
            return last.map_or(Some(()), |last| self.refuse_outside(span, &last, length, 1));
        };
        let length = self.show_length(length);
        self.report(TypeError::OutOfRange { span, index, length });
        None
    }

    fn show_length(&self, length: &Dim) -> String {
        let text = types::show_shape(std::slice::from_ref(length), self);
        text.trim_matches(['[', ']']).to_owned()
    }
}
