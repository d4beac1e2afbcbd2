//! Places and indices: reading and writing parts of variables.

use qml_ir::host::{OpKind, Type, ValueId};
use qml_source::{Span, bug};
use qml_syntax::ast;

use super::body::Body;
use crate::hir::{self, Expr, Index, Place, Projection};

/// A projection whose indices are evaluated.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Field(usize),
    Index(Vec<ValueId>),
}

impl Body<'_, '_> {
    /// An assignment. The value comes first, then the indices of the places.
    pub(super) fn assign(&mut self, places: &[Place], operator: Option<ast::BinaryOp>, value: &Expr) {
        let span = value.span;
        let value = self.expr(value);
        let [place] = places else {
            for (index, place) in places.iter().enumerate() {
                let part = self.part(value, index, span);
                let steps = self.steps(place);
                self.write(place, &steps, part);
            }
            return;
        };
        let steps = self.steps(place);
        let value = match operator {
            None => value,
            Some(operator) => {
                let ty = self.host_type(&place.ty);
                let before = self.read(place, &steps);
                self.binary(operator, before, value, ty, place.span)
            }
        };
        self.write(place, &steps, value);
    }

    /// A variable, or a field of one, as the source names it, and its type.
    pub(super) fn named_place(&self, place: &Place) -> (String, &hir::Type) {
        let local = &self.locals[place.local.0 as usize];
        let (mut name, mut ty) = (local.name.text.clone(), &local.ty);
        for projection in &place.projections {
            let Projection::Field(field) = projection else { break };
            let (part, part_type) = self.context.program.fields(ty).swap_remove(*field);
            (name, ty) = (format!("{name}.{part}"), part_type);
        }
        (name, ty)
    }

    /// The projections of a place with their indices evaluated.
    pub(super) fn steps(&mut self, place: &Place) -> Vec<Step> {
        let steps = place.projections.iter().map(|projection| match projection {
            Projection::Field(field) => Step::Field(*field),
            Projection::Index(indices) => Step::Index(self.indices(indices, place.span)),
        });
        steps.collect()
    }

    /// The value of a place.
    pub(super) fn read(&mut self, place: &Place, steps: &[Step]) -> ValueId {
        let mut value = self.get(place.local.0 as usize);
        for step in steps {
            value = match step {
                Step::Field(field) => self.part(value, *field, place.span),
                Step::Index(indices) => {
                    let ty = self.host_type(&place.ty);
                    self.index(value, indices.clone(), ty, place.span)
                }
            };
        }
        value
    }

    /// Gives a place another value.
    pub(super) fn write(&mut self, place: &Place, steps: &[Step], value: ValueId) {
        let variable = place.local.0 as usize;
        let whole = if steps.is_empty() {
            value
        } else {
            self.replaced(self.get(variable), steps, value, place.span)
        };
        self.variables[variable] = Some(whole);
    }

    /// `whole` with one part replaced.
    fn replaced(&mut self, whole: ValueId, steps: &[Step], value: ValueId, span: Span) -> ValueId {
        match steps {
            [] => value,
            [Step::Field(field), rest @ ..] => {
                let Type::Tuple(types) = self.ty(whole) else { bug!("a field of a value that is no struct") };
                let mut parts: Vec<ValueId> =
                    (0..types.len()).map(|index| self.part(whole, index, span)).collect();
                parts[*field] = self.replaced(parts[*field], rest, value, span);
                self.one(OpKind::Tuple, parts, Type::Tuple(types), span)
            }
            [Step::Index(indices), ..] => {
                let ty = self.ty(whole);
                let args = [whole, value].into_iter().chain(indices.iter().copied()).collect();
                self.builtin("op.index_set", args, ty, span)
            }
        }
    }

    /// Indices as values: an int, a tuple of bounds, or a tensor.
    pub(super) fn indices(&mut self, indices: &[Index], span: Span) -> Vec<ValueId> {
        let values = indices.iter().map(|index| match index {
            Index::At(e) | Index::Gather(e) => self.expr(e),
            Index::Range(start, end) => {
                let bounds = [start, end].map(|bound| match bound {
                    Some(bound) => self.expr(bound),
                    None => self.unit(span),
                });
                self.tuple(bounds.into(), span)
            }
        });
        values.collect()
    }

    /// Elements of a tensor, or qubits of a register.
    pub(super) fn index(&mut self, base: ValueId, indices: Vec<ValueId>, ty: Type, span: Span) -> ValueId {
        let mut args = vec![base];
        args.extend(indices);
        match (self.ty(base), &ty) {
            (Type::Register, Type::Qubit) => self.one(OpKind::QubitAt, args, ty, span),
            (Type::Register, _) => self.one(OpKind::QubitSlice, args, ty, span),
            _ => self.builtin("op.index", args, ty, span),
        }
    }
}
