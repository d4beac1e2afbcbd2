//! Operations of the runtime: what they get, what is asked for, and the constants that tell it.

use cranelift::prelude::*;
use qml_ir::host::{Op, OpKind, Type as HostType, ValueId};
use qml_source::{Span, bug};

use super::convention::{load_word, store_word};
use super::function::{POINTER, Translator};
use super::ownership::LastUses;
use crate::runtime::{Entry, Shortcut};
use crate::site::{Site, SiteKind};
use crate::slot::Slot;
use crate::words::is_owned;

/// What an operation gets.
#[derive(Clone, Copy)]
pub(super) struct Operand {
    word: Value,
    /// Whether the code keeps it.
    is_lent: bool,
}

impl Operand {
    /// One that is given up.
    pub(super) fn owned(word: Value) -> Self {
        Self { word, is_lent: false }
    }
}

impl Translator<'_, '_> {
    /// The operands of an operation of the runtime: given up at their last use, else lent.
    pub(super) fn operands(&self, op: &Op, at: usize, last: &LastUses) -> Vec<Operand> {
        let mut operands = self.lent(op);
        for (operand, &arg) in operands.iter_mut().zip(&op.args) {
            operand.is_lent &= self.constants.contains(&arg)
                || self.is_lent(arg)
                || !last.is_moved(arg, at, &op.args, &op.regions);
        }
        operands
    }

    /// The operands, all lent.
    pub(super) fn lent(&self, op: &Op) -> Vec<Operand> {
        op.args.iter().map(|&arg| self.lend(arg)).collect()
    }

    /// A value as an operand, lent.
    pub(super) fn lend(&self, value: ValueId) -> Operand {
        Operand { word: self.word(value), is_lent: is_owned(self.function.ty(value)) }
    }

    /// What the runtime is asked for, if it is the runtime that does the operation.
    pub(super) fn site_kind(&mut self, op: &Op) -> Option<SiteKind> {
        if let Some(chain) = op.results.first().and_then(|result| self.chains.remove(result)) {
            return Some(SiteKind::Chain(chain));
        }
        Some(match &op.kind {
            OpKind::Global(id) => SiteKind::Global(id.0 as usize),
            OpKind::Builtin(id) => match op.results.first().and_then(|result| self.cotangents.get(result)) {
                Some((derivative, wanted)) => SiteKind::Cotangents(*derivative, wanted.clone()),
                None => SiteKind::Builtin(*id),
            },
            OpKind::Tuple => SiteKind::Tuple,
            OpKind::TupleGet(i) => SiteKind::Part(*i as usize),
            OpKind::Program(kernel) => SiteKind::Program(kernel.0),
            _ => return None,
        })
    }

    /// Calls the runtime for an operation; gives the word of its result.
    pub(super) fn operation(&mut self, kind: SiteKind, operands: &[Operand], op: &Op) -> Value {
        self.operations(kind, operands, op)[0]
    }

    /// Calls the runtime for an operation; gives the words of its results, which have one type.
    pub(super) fn operations(&mut self, kind: SiteKind, operands: &[Operand], op: &Op) -> Vec<Value> {
        let args: Vec<HostType> = op.args.iter().map(|&arg| self.function.ty(arg).clone()).collect();
        let lent = operands.iter().map(|operand| operand.is_lent).collect();
        let result = op.results.first().map_or(HostType::Unit, |&result| self.function.ty(result).clone());
        let words = self.room(operands.len());
        for (i, (operand, ty)) in operands.iter().zip(&args).enumerate() {
            store_word(&mut self.b, ty, operand.word, words, i);
        }
        let kind = match kind {
            SiteKind::Builtin(id) => match Shortcut::of(id.row().name, &args) {
                Some(shortcut) => SiteKind::Shortcut(shortcut, id),
                None => SiteKind::Builtin(id),
            },
            other => other,
        };
        let n_results = op.results.len().max(1);
        let entry = if matches!(kind, SiteKind::Chain(_)) { Entry::Chain } else { Entry::Operation };
        let out = self.room(n_results);
        let site = self.site(Site { kind, args, lent, result: result.clone(), span: op.span });
        self.operations.extend(self.b.current_block());
        let status = self.call_runtime(entry, &[self.context, site, words, out], Some(types::I32))[0];
        self.fail_if(status);
        (0..n_results).map(|i| load_word(&mut self.b, &result, out, i)).collect()
    }

    /// The address of a constant that lives as long as the code.
    pub(super) fn site(&mut self, site: Site) -> Value {
        let address = std::ptr::from_ref(self.kept(site)).addr();
        self.b.ins().iconst(POINTER, address as i64)
    }

    fn kept(&mut self, site: Site) -> &Site {
        self.sites.push(Box::new(site));
        &self.sites[self.sites.len() - 1]
    }

    /// The word of a constant that lives as long as the code.
    pub(super) fn constant_slot(&mut self, value: qml_prelude::Value, span: Span) -> Value {
        let (kind, result) = (SiteKind::Constant(Slot::boxed(value)), HostType::Unit);
        let site = self.kept(Site { kind, args: Vec::new(), lent: Vec::new(), result, span });
        let SiteKind::Constant(slot) = &site.kind else { bug!("no constant") };
        let address = std::ptr::from_ref(&**slot).addr();
        self.b.ins().iconst(POINTER, address as i64)
    }

    /// A site that tells only a place and types.
    pub(super) fn plain_site(&mut self, args: Vec<HostType>, result: HostType, span: Span) -> Value {
        self.site(Site { kind: SiteKind::Plain, args, lent: Vec::new(), result, span })
    }
}
