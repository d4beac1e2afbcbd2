//! What `let`, `for` and comprehensions bind.

use qml_syntax::ast::{self, PatternKind};

use crate::body::{Body, Facts, TypeError};
use crate::hir::{Pattern, Type};
use crate::scope::NameError;

impl Body<'_, '_> {
    /// Declares the variables of a pattern for a value of this type.
    pub fn bind(&mut self, pattern: &ast::Pattern, ty: &Type, is_mutable: bool, facts: &Facts) -> Pattern {
        let mut names = Vec::new();
        self.refuse_repeated(pattern, &mut names);
        self.bind_part(pattern, ty, is_mutable, facts)
    }

    fn bind_part(&mut self, pattern: &ast::Pattern, ty: &Type, is_mutable: bool, facts: &Facts) -> Pattern {
        match (&pattern.kind, ty) {
            (PatternKind::Ignore, _) => Pattern::Ignore,
            (PatternKind::Name(name), _) => {
                Pattern::Local(self.declare(name, ty.clone(), is_mutable, facts.clone()))
            }
            (PatternKind::Tuple(parts), Type::Tuple(types)) if parts.len() == types.len() => {
                // A size of the whole says nothing of the parts.
                let parts = parts.iter().zip(types).map(|(part, ty)| {
                    let is_slot = facts.is_slot && self.holds_floats(ty);
                    let facts = Facts { size: None, is_slot, ..facts.clone() };
                    self.bind_part(part, ty, is_mutable, &facts)
                });
                Pattern::Tuple(parts.collect())
            }
            (PatternKind::Tuple(parts), ty) => {
                if *ty != Type::Error {
                    let found = self.show(ty);
                    self.report(TypeError::Pattern { span: pattern.span, n_parts: parts.len(), found });
                }
                let facts = Facts { size: None, ..facts.clone() };
                let parts = parts.iter().map(|part| self.bind_part(part, &Type::Error, is_mutable, &facts));
                Pattern::Tuple(parts.collect())
            }
        }
    }

    fn refuse_repeated<'p>(&mut self, pattern: &'p ast::Pattern, names: &mut Vec<&'p ast::Name>) {
        match &pattern.kind {
            PatternKind::Ignore => {}
            PatternKind::Tuple(parts) => parts.iter().for_each(|part| self.refuse_repeated(part, names)),
            PatternKind::Name(name) => {
                if let Some(first) = names.iter().find(|first| first.text == name.text) {
                    let first = first.span;
                    self.report(NameError::DeclaredTwice { name: name.clone(), first });
                }
                names.push(name);
            }
        }
    }
}
