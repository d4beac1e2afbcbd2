//! Operations on tensors of floats for which there is a short way.

use cranelift::prelude::*;
use qml_ir::host::{Function, Op, OpKind, Type as HostType};
use qml_prelude::BuiltinId;

use super::function::{POINTER, Translator};
use super::ownership::LastUses;
use crate::runtime::{Direct, Entry};
use crate::site::SiteKind;

/// The short way of an operation, if there is one.
pub(super) fn direct(function: &Function, op: &Op) -> Option<(Direct, BuiltinId)> {
    let OpKind::Builtin(id) = op.kind else { return None };
    let types: Vec<&HostType> = op.args.iter().map(|&arg| function.ty(arg)).collect();
    Direct::of(id.row().name, &types).map(|direct| (direct, id))
}

impl Translator<'_, '_> {
    /// Does the operation the short way, if there is one; the row of the built-in functions does it where that doesn't fit,
    /// and tells what is wrong.
    pub(super) fn direct(&mut self, op: &Op, at: usize, last: &LastUses) -> bool {
        let Some((direct, id)) = direct(self.function, op) else { return false };
        let first = self.word(op.args[0]);
        let (fits, result) = match direct {
            Direct::Dot => {
                let second = self.word(op.args[1]);
                self.float_of(Entry::Dot, vec![first, second])
            }
            Direct::Sum => self.float_of(Entry::Sum, vec![first]),
            Direct::RowsTimes => {
                self.operations.extend(self.b.current_block());
                let args = [self.context, first, self.word(op.args[1])];
                let tensor = self.call_runtime(Entry::RowsTimes, &args, Some(POINTER))[0];
                (tensor, tensor)
            }
        };
        let word = self.unless(fits, result, |this| {
            let operands = this.lent(op);
            this.operation(SiteKind::Builtin(id), &operands, op)
        });
        self.values.insert(op.results[0], word);
        self.drop_moved(op, at, last);
        true
    }

    /// Asks for a float; gives whether there is one, and the float.
    fn float_of(&mut self, entry: Entry, mut args: Vec<Value>) -> (Value, Value) {
        let out = self.room(1);
        args.push(out);
        let fits = self.call_runtime(entry, &args, Some(types::I8))[0];
        (fits, self.b.ins().load(types::F64, MemFlagsData::trusted(), out, 0))
    }
}
