//! Values as text, where the type says more than the value: structs and counts.

use qml_ir::host::{OpKind, Type, ValueId};
use qml_source::Span;

use super::body::Body;
use crate::hir;

impl Body<'_, '_> {
    /// A value as `print` gets it: as it is, unless only its type tells how it looks.
    pub(super) fn shown(&mut self, value: ValueId, ty: &hir::Type, span: Span) -> ValueId {
        if is_named(ty) { self.text(value, ty, "", span) } else { value }
    }

    /// A value as text in this format.
    pub(super) fn text(&mut self, value: ValueId, ty: &hir::Type, format: &str, span: Span) -> ValueId {
        match ty {
            hir::Type::Counts => self.builtin("op.format_counts", vec![value], Type::Str, span),
            hir::Type::Struct(id) => {
                let program = self.context.program;
                let definition = &program.structs[id.0 as usize];
                let labels = definition.fields.iter().map(|(name, _)| format!("{}: ", name.text)).collect();
                let types: Vec<&hir::Type> = definition.fields.iter().map(|(_, ty)| ty).collect();
                let brackets = [format!("{} {{ ", definition.name.text), " }".to_string()];
                self.joined(value, &types, labels, brackets, format, span)
            }
            hir::Type::Tuple(parts) if parts.iter().any(is_named) => {
                let labels = vec![String::new(); parts.len()];
                let types: Vec<&hir::Type> = parts.iter().collect();
                self.joined(value, &types, labels, ["(".to_string(), ")".to_string()], format, span)
            }
            hir::Type::Tensor(element, dims) if is_named(element) => {
                self.items(value, element, dims.len(), format, span)
            }
            _ => {
                let format = self.str(format, span);
                self.builtin("op.format", vec![value, format], Type::Str, span)
            }
        }
    }

    /// A tensor of such values: a tensor of their texts, shown like any other.
    fn items(
        &mut self,
        value: ValueId,
        element: &hir::Type,
        rank: usize,
        format: &str,
        span: Span,
    ) -> ValueId {
        let texts = self.texts(value, element, rank, format, span);
        let plain = self.str("", span);
        self.builtin("op.format", vec![texts, plain], Type::Str, span)
    }

    fn texts(
        &mut self,
        value: ValueId,
        element: &hir::Type,
        rank: usize,
        format: &str,
        span: Span,
    ) -> ValueId {
        let ty = self.host_type(element);
        let item_type = if rank == 1 { ty } else { Type::Tensor(Box::new(ty), rank as u8 - 1) };
        let count = self.builtin("op.len", vec![value], Type::Int, span);
        let region = self.region(vec![Type::Int], |body, params| {
            let item = body.builtin("op.index", vec![value, params[0]], item_type, span);
            vec![if rank == 1 {
                body.text(item, element, format, span)
            } else {
                body.texts(item, element, rank - 1, format, span)
            }]
        });
        let all = Type::Tensor(Box::new(Type::Str), rank as u8);
        self.emit(OpKind::Map, vec![count], vec![all], vec![region], span)[0]
    }

    fn joined(
        &mut self,
        value: ValueId,
        types: &[&hir::Type],
        labels: Vec<String>,
        [open, close]: [String; 2],
        format: &str,
        span: Span,
    ) -> ValueId {
        let mut pieces = Vec::new();
        let mut before = open;
        for (index, (ty, label)) in types.iter().zip(labels).enumerate() {
            pieces.push(self.str(before + &label, span));
            let part = self.part(value, index, span);
            pieces.push(self.text(part, ty, format, span));
            before = ", ".to_string();
        }
        pieces.push(self.str(close, span));
        self.builtin("op.concat", pieces, Type::Str, span)
    }
}

fn is_named(ty: &hir::Type) -> bool {
    match ty {
        hir::Type::Counts | hir::Type::Struct(_) => true,
        hir::Type::Tuple(parts) => parts.iter().any(is_named),
        hir::Type::Tensor(element, _) => is_named(element),
        _ => false,
    }
}
