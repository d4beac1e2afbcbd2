//! Work ahead of its turn. Where it fails, the same is done in its turn, to find the fault that the program has.

use cranelift::prelude::*;
use qml_ir::host::{FunctionId, Op, Type as HostType};
use qml_source::bug;

use super::function::Translator;
use crate::runtime::Entry;
use crate::words::is_owned;

/// Work ahead of its turn, from its begin to its end.
pub(super) struct Ahead {
    /// What the host calls it.
    level: Value,
    /// What the plain function would get, with the types.
    words: Vec<(Value, HostType)>,
    /// Where a fault leads without this work.
    failed: Block,
}

impl Translator<'_, '_> {
    /// From here on a fault leads to a call of the plain function. `args` are owned.
    pub(super) fn begin_ahead(&mut self, plain: FunctionId, args: Vec<Value>, op: &Op) {
        let level = self.call_runtime(Entry::Ahead, &[self.context], Some(types::I64))[0];
        let words: Vec<_> = args
            .into_iter()
            .zip(&op.args)
            .map(|(word, &arg)| (word, self.function.ty(arg).clone()))
            .collect();
        let (retry, go_on) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(retry);
        self.b.ins().jump(go_on, &[]);

        self.b.switch_to_block(retry);
        let status = self.call_runtime(Entry::Retry, &[self.context, level], Some(types::I32))[0];
        self.fail_if(status);
        let args: Vec<Value> = words.iter().map(|(word, _)| *word).collect();
        let (status, _) = self.call_function(plain, &args);
        self.fail_if(status);
        // It met none: then the first one stands.
        self.call_runtime(Entry::FirstFault, &[self.context], None);
        self.b.ins().jump(self.failed, &[]);

        self.b.switch_to_block(go_on);
        let failed = std::mem::replace(&mut self.failed, retry);
        self.ahead.push(Ahead { level, words, failed });
    }

    /// From here on a fault is a fault.
    pub(super) fn end_ahead(&mut self) {
        let Some(Ahead { level, words, failed }) = self.ahead.pop() else { bug!("nothing is ahead") };
        self.failed = failed;
        self.call_runtime(Entry::Behind, &[self.context, level], None);
        for (word, ty) in words {
            if is_owned(&ty) {
                self.call_runtime(Entry::Drop, &[word, self.context], None);
            }
        }
    }
}
