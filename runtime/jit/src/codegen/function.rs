//! One function: its frame, calls of the runtime, and the operations that aren't scalar arithmetic or loops.

use std::mem::offset_of;

use cranelift::codegen::ir::{self, FuncRef, SigRef};
use cranelift::prelude::isa::TargetIsa;
use cranelift::prelude::*;
use qml_ir::evaluate::constant_value;
use qml_ir::host::{Constant, Function, FunctionId, Op, OpKind, Region, Type as HostType, ValueId};
use qml_source::{Span, bug};
use rustc_hash::{FxHashMap, FxHashSet};

use super::ahead::Ahead;
use super::chains::{Chains, form_chains};
use super::cotangents::{Parts, take_parts};
use super::counts::{Counts, find_counts};
use super::ownership::{LastUses, count_uses};
use super::parts::{Bounds, find_bounds};
use super::pinned::growing_lists;
use super::ranges::Range;
use super::sure::Place;
use super::tuples::without_unseen_tuples;
use super::{Declared, Functions};
use crate::context::Context;
use crate::runtime::Entry;
use crate::site::Site;
use crate::words::is_owned;

pub(super) const POINTER: Type = types::I64;

/// Translates a function into `code`; gives the blocks in which it asks the runtime for an operation, or that run once.
#[expect(clippy::vec_box, reason = "machine code holds the addresses")]
pub(super) fn translate(
    functions: &Functions<'_>,
    id: FunctionId,
    isa: &dyn TargetIsa,
    code: &mut ir::Function,
    frontend: &mut FunctionBuilderContext,
    sites: &mut Vec<Box<Site>>,
) -> Vec<Block> {
    let Declared { function, runs_once, .. } = &functions[&id];
    let mut builder = FunctionBuilder::new(code, frontend);
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let context = builder.block_params(entry)[0];
    let failed = builder.create_block();
    builder.set_cold_block(failed);

    let mut translator = Translator {
        b: builder,
        function,
        functions,
        isa,
        sites,
        context,
        failed,
        ahead: Vec::new(),
        values: FxHashMap::default(),
        constants: FxHashSet::default(),
        pinned: FxHashSet::default(),
        growing: FxHashSet::default(),
        condition: None,
        ranges: FxHashMap::default(),
        places: FxHashMap::default(),
        rows: FxHashMap::default(),
        views: FxHashMap::default(),
        cotangents: Parts::default(),
        bounds: Bounds::default(),
        chains: Chains::default(),
        counts: Counts::default(),
        counted: FxHashSet::default(),
        signatures: FxHashMap::default(),
        imported: FxHashMap::default(),
        operations: Vec::new(),
        runs_once: *runs_once,
        n_loops: 0,
    };
    if translator.runs_once {
        // Nobody notices how good code is that runs once, outside of its loops.
        translator.operations.push(entry);
    }
    let out = translator.enter(entry);
    let mut body = without_unseen_tuples(&function.body);
    translator.cotangents = take_parts(&mut body);
    let n_uses = count_uses(&body);
    growing_lists(function, &body, &n_uses, &mut translator.growing);
    translator.pinned.extend(&translator.growing);
    translator.counts = find_counts(function, &body, &n_uses);
    translator.bounds = find_bounds(function, &body, &n_uses);
    translator.chains = form_chains(function, &mut body, &n_uses);
    let results = translator.region(&body, &[]);
    translator.leave(&results, out)
}

/// A function on its way into Cranelift's IR.
#[expect(clippy::vec_box, reason = "machine code holds the addresses")]
pub(super) struct Translator<'a, 'f> {
    pub(super) b: FunctionBuilder<'f>,
    pub(super) function: &'a Function,
    pub(super) functions: &'a Functions<'a>,
    pub(super) isa: &'a dyn TargetIsa,
    pub(super) sites: &'a mut Vec<Box<Site>>,
    pub(super) context: Value,
    pub(super) failed: Block,
    /// Work ahead of its turn that has begun, innermost last.
    pub(super) ahead: Vec<Ahead>,
    pub(super) values: FxHashMap<ValueId, Value>,
    /// Values that live as long as the code: nobody takes them over.
    pub(super) constants: FxHashSet<ValueId>,
    /// Versions of tensors that stay where they are while a loop changes them.
    pub(super) pinned: FxHashSet<ValueId>,
    /// Those of lists of scalars that are kept unboxed; they are among the pinned values.
    pub(super) growing: FxHashSet<ValueId>,
    /// Only if this holds, what is computed now is wanted: without it nothing is a fault.
    pub(super) condition: Option<Value>,
    /// What is known of ints.
    pub(super) ranges: FxHashMap<ValueId, Range>,
    /// Where elements are that are known to be there, by the result of the operation on them.
    pub(super) places: FxHashMap<ValueId, Place>,
    /// Where the elements of a `map` go that makes a row of another one's.
    pub(super) rows: FxHashMap<ValueId, Value>,
    /// Rows and parts that are only looked at, and where it is told what they are.
    pub(super) views: FxHashMap<ValueId, Value>,
    pub(super) cotangents: Parts,
    /// Bounds of parts of tensors, of which no tuple is made.
    pub(super) bounds: Bounds,
    pub(super) chains: Chains,
    /// Comparisons that are only counted.
    pub(super) counts: Counts,
    /// What came of those that stand before.
    pub(super) counted: FxHashSet<ValueId>,
    signatures: FxHashMap<(Vec<Type>, Option<Type>), SigRef>,
    /// Compiled functions that are called.
    pub(super) imported: FxHashMap<FunctionId, FuncRef>,
    /// Where the runtime is asked for an operation, or what runs once.
    pub(super) operations: Vec<Block>,
    /// Nobody calls the function a second time.
    pub(super) runs_once: bool,
    /// Loops around the place that is translated.
    pub(super) n_loops: usize,
}

/// The register type of a word.
pub(super) fn register(ty: &HostType) -> Type {
    match ty {
        HostType::Float => types::F64,
        HostType::Bool => types::I8,
        _ => types::I64,
    }
}

impl Translator<'_, '_> {
    /// Translates a region whose parameters have their values, and that gives up what is handed down to it; gives its
    /// yields, owned.
    pub(super) fn region(&mut self, region: &Region, handed_down: &[ValueId]) -> Vec<Value> {
        let last_uses = LastUses::of(region, handed_down);
        for &param in &last_uses.unused {
            self.drop_owned(param);
        }
        for (i, op) in region.ops.iter().enumerate() {
            let handed_down = self.handed_down(op, i, &last_uses);
            if !self.view(op, region, &last_uses) {
                self.op(op, i, &last_uses, &handed_down);
            }
            for value in last_uses.ending_at(i).into_iter().filter(|value| !handed_down.contains(value)) {
                if self.is_lent(value) || !last_uses.is_moved(value, i, &op.args, &op.regions) {
                    self.drop_owned(value);
                }
            }
        }
        let end = region.ops.len();
        let yields = region
            .yields
            .iter()
            .map(|&value| self.take(value, end, &region.yields, &[], &last_uses))
            .collect();
        for value in last_uses.ending_at(end) {
            if !last_uses.is_moved(value, end, &region.yields, &[]) {
                self.drop_owned(value);
            }
        }
        yields
    }

    /// What the regions of an `if` give up in the place of this one: one of them runs.
    fn handed_down(&self, op: &Op, at: usize, last: &LastUses) -> Vec<ValueId> {
        if op.kind != OpKind::If {
            return Vec::new();
        }
        let is_inside = |value: &ValueId| !op.args.contains(value) && !op.results.contains(value);
        let ending = last.ending_at(at).into_iter();
        ending.filter(|value| is_inside(value) && is_owned(self.function.ty(*value))).collect()
    }

    /// The word of a value.
    pub(super) fn word(&self, value: ValueId) -> Value {
        match self.values.get(&value) {
            Some(&word) => word,
            None => bug!("%{} of `{}` is used before it is defined", value.0, self.function.name),
        }
    }

    /// The word of an operand for somebody who takes it over: the value itself at its last use, else a copy.
    pub(super) fn take(
        &mut self,
        value: ValueId,
        at: usize,
        operands: &[ValueId],
        nested: &[Region],
        last: &LastUses,
    ) -> Value {
        let word = self.word(value);
        let is_kept = self.constants.contains(&value) || !last.is_moved(value, at, operands, nested);
        if !is_owned(self.function.ty(value)) || !is_kept {
            return word;
        }
        self.call_runtime(Entry::Clone, &[word], Some(types::I64))[0]
    }

    /// Whether users only look at a value: a tape and a row stay with the region that made them.
    pub(super) fn is_lent(&self, value: ValueId) -> bool {
        *self.function.ty(value) == HostType::Tape || self.views.contains_key(&value)
    }

    /// Gives up a value, if there is anything to give up.
    pub(super) fn drop_owned(&mut self, value: ValueId) {
        if self.bounds.contains_key(&value) {
            // It was never made.
            return;
        }
        let word = self.word(value);
        if let Some(&place) = self.views.get(&value) {
            return self.end_view(word, place);
        }
        match self.function.ty(value) {
            _ if self.constants.contains(&value) => {}
            ty if is_owned(ty) => _ = self.call_runtime(Entry::Drop, &[word, self.context], None),
            // Only the function that made a tape gives it up; elsewhere it is a parameter or a captured value.
            HostType::Tape if makes_tape(&self.function.body, value) => {
                self.call_runtime(Entry::TapeDrop, &[word], None);
            }
            _ => {}
        }
    }

    /// Gives up what ends with an operation that only looked at its operands.
    pub(super) fn drop_moved(&mut self, op: &Op, at: usize, last: &LastUses) {
        for &arg in &op.args {
            if last.is_moved(arg, at, &op.args, &op.regions) && !self.is_lent(arg) {
                self.drop_owned(arg);
            }
        }
    }

    fn op(&mut self, op: &Op, at: usize, last: &LastUses, handed_down: &[ValueId]) {
        if let Some(word) = self.scalar(op) {
            self.values.insert(op.results[0], word);
            return;
        }
        if self.element_access(op, at, last)
            || self.shape_operation(op, at, last)
            || self.count(op, at, last)
            || self.part_operation(op, at, last)
            || self.direct(op, at, last)
        {
            return;
        }
        if let Some(kind) = self.site_kind(op) {
            let operands = self.operands(op, at, last);
            let results = self.operations(kind, &operands, op);
            self.values.extend(op.results.iter().copied().zip(results));
            return;
        }
        let args: Vec<Value> =
            op.args.iter().map(|&arg| self.take(arg, at, &op.args, &op.regions, last)).collect();
        let results = match &op.kind {
            OpKind::Const(constant) => vec![self.constant(constant, op)],
            OpKind::Call(callee) => self.call(*callee, &args, op),
            OpKind::Ahead(plain) => {
                self.begin_ahead(*plain, args, op);
                Vec::new()
            }
            OpKind::Behind => {
                self.end_ahead();
                Vec::new()
            }
            OpKind::TapeNew => self.call_runtime(Entry::TapeNew, &[], Some(types::I64)),
            OpKind::TapePush => {
                let word = self.as_i64(args[1]);
                let kept = self.function.ty(op.args[1]).clone();
                let site = self.plain_site(vec![kept], HostType::Unit, op.span);
                let args = [self.context, site, args[0], word];
                let status = self.call_runtime(Entry::TapePush, &args, Some(types::I32))[0];
                self.fail_if(status);
                Vec::new()
            }
            OpKind::TapePop => {
                let word = self.call_runtime(Entry::TapePop, &[args[0]], Some(types::I64))[0];
                vec![self.of_i64(word, self.function.ty(op.results[0]))]
            }
            OpKind::If => self.branch(op, args[0], handed_down),
            OpKind::For => self.for_loop(op, &args),
            OpKind::While => self.while_loop(op, &args),
            OpKind::Map => vec![self.map(op, args[0])],
            kind => bug!("{kind:?} in the host function `{}`", self.function.name),
        };
        self.values.extend(op.results.iter().copied().zip(results));
    }

    fn constant(&mut self, constant: &Constant, op: &Op) -> Value {
        match constant {
            Constant::Unit if !is_owned(self.function.ty(op.results[0])) => {
                self.b.ins().iconst(types::I64, 0)
            }
            Constant::Bool(b) => self.b.ins().iconst(types::I8, i64::from(*b)),
            Constant::Int(i) => self.b.ins().iconst(types::I64, *i),
            Constant::Float(x) => self.b.ins().f64const(*x),
            other => {
                self.constants.insert(op.results[0]);
                self.constant_slot(constant_value(other), op.span)
            }
        }
    }

    /// Calls a function of the runtime.
    pub(super) fn call_runtime(&mut self, entry: Entry, args: &[Value], result: Option<Type>) -> Vec<Value> {
        let params: Vec<Type> = args.iter().map(|&arg| self.b.func.dfg.value_type(arg)).collect();
        let signature = self.runtime_signature(params, result);
        let target = self.b.ins().iconst(POINTER, entry.address() as i64);
        let call = self.b.ins().call_indirect(signature, target, args);
        self.b.inst_results(call).to_vec()
    }

    fn runtime_signature(&mut self, params: Vec<Type>, result: Option<Type>) -> SigRef {
        let key = (params, result);
        if let Some(&signature) = self.signatures.get(&key) {
            return signature;
        }
        let mut signature = Signature::new(self.isa.default_call_conv());
        signature.params.extend(key.0.iter().map(|&ty| AbiParam::new(ty)));
        signature.returns.extend(key.1.iter().map(|&ty| AbiParam::new(ty)));
        let reference = self.b.import_signature(signature);
        self.signatures.insert(key, reference);
        reference
    }

    /// Leaves the function if the status is not zero.
    pub(super) fn fail_if(&mut self, status: Value) {
        let go_on = self.b.create_block();
        self.b.ins().brif(status, self.failed, &[], go_on, &[]);
        self.b.switch_to_block(go_on);
    }

    /// Leaves the function with the fault that `entry` makes if the condition holds.
    pub(super) fn fault_if(
        &mut self,
        condition: Value,
        entry: Entry,
        args: impl FnOnce(&mut Self) -> Vec<Value>,
    ) {
        let (wrong, go_on) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(wrong);
        let condition = match self.condition {
            Some(wanted) => self.b.ins().band(condition, wanted),
            None => condition,
        };
        self.b.ins().brif(condition, wrong, &[], go_on, &[]);
        self.b.switch_to_block(wrong);
        let args = args(self);
        self.call_runtime(entry, &args, Some(types::I32));
        self.b.ins().jump(self.failed, &[]);
        self.b.switch_to_block(go_on);
    }

    /// Leaves the function if the program was asked to stop.
    pub(super) fn check_interrupt(&mut self, span: Span) {
        let offset = offset_of!(Context<'_>, interrupt) as i32;
        let flags = MemFlagsData::trusted().with_readonly().with_can_move();
        let address = self.b.ins().load(POINTER, flags, self.context, offset);
        // Atomic: a plain load in an inner loop may be replaced by the one before the loop.
        let flag = self.b.ins().atomic_load(types::I8, MemFlagsData::trusted(), address);
        self.fault_if(flag, Entry::Interrupted, |this| {
            vec![this.context, this.plain_site(Vec::new(), HostType::Unit, span)]
        });
    }

    /// Room for words on the stack; gives the address.
    pub(super) fn room(&mut self, words: usize) -> Value {
        let slot = StackSlotData::new(StackSlotKind::ExplicitSlot, (words.max(1) * 8) as u32, 3);
        let slot = self.b.create_sized_stack_slot(slot);
        self.b.ins().stack_addr(POINTER, slot, 0)
    }

    /// Any word in an integer register.
    pub(super) fn as_i64(&mut self, word: Value) -> Value {
        match self.b.func.dfg.value_type(word) {
            types::F64 => self.b.ins().bitcast(types::I64, MemFlagsData::new(), word),
            types::I8 => self.b.ins().uextend(types::I64, word),
            _ => word,
        }
    }

    fn of_i64(&mut self, word: Value, ty: &HostType) -> Value {
        match register(ty) {
            types::F64 => self.b.ins().bitcast(types::F64, MemFlagsData::new(), word),
            types::I8 => self.b.ins().ireduce(types::I8, word),
            _ => word,
        }
    }
}

fn makes_tape(region: &Region, value: ValueId) -> bool {
    region.ops.iter().any(|op| {
        (op.kind == OpKind::TapeNew && op.results.contains(&value))
            || op.regions.iter().any(|nested| makes_tape(nested, value))
    })
}
