//! The way forward: what the function does, with pushes for the way back.

use rustc_hash::FxHashMap;

use qml_source::bug;

use super::backward::Plan;
use super::collect::Collected;
use crate::host::{BinaryOp, Builder, Function, Op, OpKind, Region, Type, ValueId};

pub(super) struct Forward<'p, 'm> {
    function: &'m Function,
    plan: &'p Plan,
    builder: &'p mut Builder,
    /// Missing where nothing is pushed.
    tape: Option<ValueId>,
    /// New values by old ones.
    known: FxHashMap<ValueId, ValueId>,
}

impl<'p, 'm> Forward<'p, 'm> {
    /// `fixed` are new values that were given to old ones before; parameters are among them.
    pub(super) fn new(
        function: &'m Function,
        plan: &'p Plan,
        builder: &'p mut Builder,
        tape: Option<ValueId>,
        fixed: FxHashMap<ValueId, ValueId>,
    ) -> Self {
        Self { function, plan, builder, tape, known: fixed }
    }

    /// The new value.
    pub(super) fn get(&self, value: ValueId) -> ValueId {
        match self.known.get(&value) {
            Some(&new) => new,
            None => bug!("{value} is used before it is computed"),
        }
    }

    fn tape(&self) -> ValueId {
        match self.tape {
            Some(tape) => tape,
            None => bug!("a push without a tape"),
        }
    }

    pub(super) fn all(&self, values: &[ValueId]) -> Vec<ValueId> {
        values.iter().map(|&value| self.get(value)).collect()
    }

    /// The operations of a region, then its pushes.
    pub(super) fn region(&mut self, region: &'m Region) {
        self.ops(region);
        for &value in self.plan.saves.get(&std::ptr::from_ref(region)).into_iter().flatten() {
            let args = vec![self.tape(), self.get(value)];
            self.builder.push(OpKind::TapePush, args, Vec::new(), Vec::new());
        }
    }

    pub(super) fn ops(&mut self, region: &'m Region) {
        for op in &region.ops {
            self.builder.span = op.span;
            self.op(op);
        }
    }

    fn op(&mut self, op: &'m Op) {
        let first = op.results.first();
        let found = |table: &FxHashMap<ValueId, _>| first.and_then(|result| table.get(result).copied());
        if let Some(&count) = first.and_then(|result| self.plan.counts.get(result)) {
            return self.counted_while(op, count);
        }
        if first.is_some_and(|result| self.plan.maps.contains(result)) {
            return self.map_as_loop(op);
        }
        let mut args = self.all(&op.args);
        let mut kind = op.kind.clone();
        if let Some(forward) = found(&self.plan.calls) {
            kind = OpKind::Call(forward);
            args.push(self.tape());
        }
        let regions = op.regions.iter().map(|region| self.nested(region)).collect();
        self.push(op, kind, args, regions);
    }

    /// Adds the operation, with the values that take the place of the results of the old one.
    fn push(&mut self, op: &Op, kind: OpKind, args: Vec<ValueId>, regions: Vec<Region>) {
        let results = op.results.iter().map(|&result| self.define(result)).collect();
        self.builder.span = op.span;
        self.builder.push(kind, args, results, regions);
    }

    fn nested(&mut self, region: &'m Region) -> Region {
        self.open(region);
        self.region(region);
        let yields = self.all(&region.yields);
        self.builder.close(yields)
    }

    fn open(&mut self, region: &Region) {
        let types = region.params.iter().map(|&param| self.function.ty(param).clone()).collect();
        let params = self.builder.open(types);
        self.known.extend(region.params.iter().copied().zip(params));
    }

    fn define(&mut self, value: ValueId) -> ValueId {
        let ty = self.function.ty(value).clone();
        *self.known.entry(value).or_insert_with(|| self.builder.new_value(ty))
    }

    /// The loop with one more carried value, the number of its rounds.
    fn counted_while(&mut self, op: &'m Op, count: ValueId) {
        let mut args = self.all(&op.args);
        args.push(self.builder.int(0));

        self.open(&op.regions[0]);
        let unused = self.builder.new_value(Type::Int);
        self.region(&op.regions[0]);
        let yields = self.all(&op.regions[0].yields);
        let mut condition = self.builder.close(yields);
        condition.params.push(unused);

        self.open(&op.regions[1]);
        let before = self.builder.new_value(Type::Int);
        self.region(&op.regions[1]);
        let one = self.builder.int(1);
        let after = self.builder.binary(BinaryOp::Add, before, one);
        let mut yields = self.all(&op.regions[1].yields);
        yields.push(after);
        let mut body = self.builder.close(yields);
        body.params.push(before);

        let mut results: Vec<_> = op.results.iter().map(|&result| self.define(result)).collect();
        let count = *self.known.entry(count).or_insert_with(|| self.builder.new_value(Type::Int));
        results.push(count);
        self.builder.span = op.span;
        self.builder.push(OpKind::While, args, results, vec![condition, body]);
    }

    /// A loop that collects the items.
    fn map_as_loop(&mut self, op: &'m Op) {
        let region = &op.regions[0];
        let item = self.function.ty(region.yields[0]).clone();
        let count = self.get(op.args[0]);
        let collected = Collected::open(self.builder, count, &[item]);
        self.known.insert(region.params[0], collected.index);
        self.region(region);
        let item = self.get(region.yields[0]);
        let result = self.define(op.results[0]);
        self.builder.span = op.span;
        collected.close(self.builder, &[item], &[result]);
    }
}
