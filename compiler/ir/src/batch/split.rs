//! The loops that take the place of one.

use rustc_hash::{FxHashMap, FxHashSet};

use qml_prelude::BuiltinId;
use qml_source::{Span, bug};

use super::facts::Facts;
use super::invariant::take_invariant;
use super::known::Known;
use super::ops::Ops;
use super::rows::{in_columns, in_rows};
use super::stages::{Site, Stage, Stages};
use crate::host::copy::Names;
use crate::host::{
    BinaryOp, Builder, Function, FunctionId, FunctionKind, Module, Op, OpKind, Region, Type, ValueId,
};

/// Rounds of a loop whose arguments are in memory at once.
const CHUNK: i64 = 1024;
/// The same where each round makes many calls.
const CHUNK_OF_BATCHES: i64 = 16;

/// A function whose loops are split.
pub(super) struct Split<'m> {
    pub module: &'m Module,
    pub facts: &'m Facts,
    /// What is left of it: types of its values.
    pub function: Function,
    /// What the operations before tell.
    pub known: Known,
    /// Results of one call at most, of a branch.
    pub single: FxHashSet<ValueId>,
    /// Loops as they were written, for what goes wrong.
    made: &'m mut Vec<Function>,
    names: &'m mut FxHashSet<String>,
}

/// A loop while it is split.
struct Rounds<'a> {
    body: &'a Region,
    stages: &'a Stages<'a>,
    span: Span,
    /// How many rounds there are.
    count: ValueId,
    /// The index of the first one; 0 if none.
    first: Option<ValueId>,
    /// Whether it stands in no other, so that its calls may stand in columns.
    is_outermost: bool,
    /// The calls of each stage, with their results.
    done: Vec<(ValueId, ValueId)>,
}

impl<'m> Split<'m> {
    pub(super) fn new(
        module: &'m Module,
        facts: &'m Facts,
        function: Function,
        made: &'m mut Vec<Function>,
        names: &'m mut FxHashSet<String>,
    ) -> Self {
        Self { module, facts, function, known: Known::default(), single: FxHashSet::default(), made, names }
    }

    /// The region with its loops split.
    pub(super) fn region(&mut self, region: &Region) -> Region {
        let before = self.known.clone();
        let mut ops = Vec::new();
        for op in &region.ops {
            match self.outermost(op) {
                Some(split) => ops.extend(split),
                None => ops.push(self.with_regions(op.clone())),
            }
            self.known.note(op, &self.function.types);
        }
        self.known = before;
        Region { params: region.params.clone(), ops, yields: region.yields.clone() }
    }

    fn with_regions(&mut self, op: Op) -> Op {
        let regions = op.regions.iter().map(|region| self.region(region)).collect();
        Op { regions, ..op }
    }

    fn is_candidate(&self, op: &Op) -> bool {
        matches!(op.kind, OpKind::For | OpKind::Map)
            && self.facts.makes_calls(&op.regions[0])
            && !self.facts.has_effects(&op.regions[0])
    }

    /// A loop or a branch in the body of a loop: what takes its place makes calls that are one call of that body.
    pub(super) fn inner(&mut self, op: Op) -> Vec<Op> {
        if op.kind == OpKind::If {
            return self.branch(op);
        }
        if !self.is_candidate(&op) {
            return vec![self.with_regions(op)];
        }
        let (n_made, mut body) = (self.made.len(), self.opened(&op.regions[0]));
        let invariant = take_invariant(&mut body, &self.function);
        let types = self.function.types.clone();
        let Some(stages) = Stages::new(&types, &body, carried(&op, &body)) else {
            self.forget(n_made);
            return vec![self.with_regions(op)];
        };
        let mut ops = Ops { done: invariant, span: op.span };
        let (first, count) = match op.kind {
            OpKind::Map => (None, op.args[0]),
            _ => (Some(op.args[0]), ops.binary(self, BinaryOp::Sub, op.args[1], op.args[0])),
        };
        let mut rounds = Rounds::new(&body, &stages, op.span, count, first);
        rounds.gather(self, &mut ops);
        let region = rounds.last(self, &op);
        let args = match op.kind {
            OpKind::Map => vec![count],
            _ => op.args.clone(),
        };
        ops.push(op.kind.clone(), args, op.results.clone(), vec![region]);
        ops.done
    }

    /// A loop that stands in no other that is split with it.
    fn outermost(&mut self, op: &Op) -> Option<Vec<Op>> {
        if !self.is_candidate(op) {
            return None;
        }
        let (n_made, mut body) = (self.made.len(), self.opened(&op.regions[0]));
        let invariant = take_invariant(&mut body, &self.function);
        let types = self.function.types.clone();
        let Some(stages) = Stages::new(&types, &body, carried(op, &body)) else {
            self.forget(n_made);
            return None;
        };
        let is_of_batches = stages.sites.iter().any(|site| self.is_of_many(site));
        let chunk = if is_of_batches { CHUNK_OF_BATCHES } else { CHUNK };
        let ops = Ops { done: invariant, span: op.span };
        Some(self.in_chunks(op, &body, &stages, chunk, ops))
    }

    /// Whether each round makes many calls here.
    pub(super) fn is_of_many(&self, site: &Site<'_>) -> bool {
        site.op.kind == OpKind::Builtin(site.row) && !self.single.contains(&site.op.results[0])
    }

    /// How many functions were made.
    pub(super) fn n_made(&self) -> usize {
        self.made.len()
    }

    /// Gives up what was made for a loop that is not split.
    pub(super) fn forget(&mut self, n_made: usize) {
        self.made.drain(n_made..).for_each(|function| _ = self.names.remove(&function.name));
    }

    /// A loop over chunks. In each, the calls of all rounds are made first, and then the rest of the rounds. The items of
    /// a comprehension are joined.
    fn in_chunks(
        &mut self,
        op: &Op,
        body: &Region,
        stages: &Stages<'_>,
        chunk: i64,
        mut ops: Ops,
    ) -> Vec<Op> {
        let is_map = op.kind == OpKind::Map;
        let (start, end) = if is_map { (ops.int(self, 0), op.args[0]) } else { (op.args[0], op.args[1]) };
        let (one, size) = (ops.int(self, 1), ops.int(self, chunk));
        let n_rounds = ops.binary(self, BinaryOp::Sub, end, start);
        // The last chunk may be empty: so there is one, and with it the type of no items.
        let n_whole = ops.binary(self, BinaryOp::DivFloor, n_rounds, size);
        let n_chunks = ops.binary(self, BinaryOp::Add, n_whole, one);
        let initial = if is_map {
            vec![ops.builtin(self, "op.stack", Vec::new(), self.function.ty(op.results[0]).clone())]
        } else {
            op.args[2..].to_vec()
        };

        let mut inner = Ops::new(op.span);
        let number = self.function.new_value(Type::Int);
        let before: Vec<ValueId> = initial.iter().map(|&value| self.alike(value)).collect();
        let offset = inner.binary(self, BinaryOp::Mul, number, size);
        let lo = inner.binary(self, BinaryOp::Add, start, offset);
        let full = inner.binary(self, BinaryOp::Add, lo, size);
        let hi = inner.smaller(self, full, end);
        let count = inner.binary(self, BinaryOp::Sub, hi, lo);
        let mut known = vec![lo, hi];
        if !is_map {
            known.extend(&before);
        }
        let plain = self.plain(op, &mut known);
        inner.push(OpKind::Ahead(plain), known, Vec::new(), Vec::new());
        let rounds = Rounds::new(body, stages, op.span, count, Some(lo));
        let mut rounds = Rounds { is_outermost: true, ..rounds };
        rounds.gather(self, &mut inner);
        let region = rounds.last(self, op);
        let (at_once, rows) = is_map.then(|| in_rows(self, &region, count)).flatten().unzip();
        inner.done.extend(at_once.into_iter().flatten());
        inner.push(OpKind::Behind, Vec::new(), Vec::new(), Vec::new());
        let after: Vec<ValueId> = op.results.iter().map(|&value| self.alike(value)).collect();
        let yields = if is_map {
            let items = rows.unwrap_or(after[0]);
            if rows.is_none() {
                inner.push(OpKind::Map, vec![count], after.clone(), vec![region]);
            }
            let ty = self.function.ty(after[0]).clone();
            vec![inner.builtin(self, "concat", vec![before[0], items], ty)]
        } else {
            inner.push(OpKind::For, [vec![lo, hi], before.clone()].concat(), after.clone(), vec![region]);
            after
        };

        let zero = ops.int(self, 0);
        let region = Region { params: [vec![number], before].concat(), ops: inner.done, yields };
        ops.push(OpKind::For, [vec![zero, n_chunks], initial].concat(), op.results.clone(), vec![region]);
        ops.done
    }

    /// A function that does the rounds from `lo` to `hi` as they were written. Its arguments are those that are known
    /// already, `lo`, `hi` and what the loop carries; others are added.
    fn plain(&mut self, op: &Op, args: &mut Vec<ValueId>) -> FunctionId {
        let mut name = format!("{}.in_order", self.function.name);
        for number in 1.. {
            if self.names.insert(name.clone()) {
                break;
            }
            name = format!("{}.in_order.{number}", self.function.name);
        }
        let mut builder = Builder::new(name, FunctionKind::Fn, op.span);
        builder.span = op.span;
        let types = self.function.types.clone();
        let (lo, hi) = (builder.param("lo", Type::Int), builder.param("hi", Type::Int));
        let ty = |value: &ValueId| types[value.0 as usize].clone();
        let carried: Vec<ValueId> =
            args[2..].iter().map(|value| builder.param("carried", ty(value))).collect();
        let mut names = Names::default();
        for value in op.regions[0].captured() {
            names.set(value, builder.param("captured", ty(&value)));
            args.push(value);
        }
        let region = &op.regions[0];
        let results: Vec<Type> = op.results.iter().map(ty).collect();
        if op.kind == OpKind::Map {
            let count = builder.binary(BinaryOp::Sub, hi, lo);
            let round = builder.open(vec![Type::Int])[0];
            let index = builder.binary(BinaryOp::Add, lo, round);
            names.set(region.params[0], index);
            let yields = copied(region, &types, &mut names, &mut builder);
            let region = builder.close(yields);
            builder.op_with_regions(OpKind::Map, vec![count], results, vec![region]);
        } else {
            let params = builder.open(std::iter::once(Type::Int).chain(results.iter().cloned()).collect());
            region.params.iter().zip(params).for_each(|(&old, new)| names.set(old, new));
            let yields = copied(region, &types, &mut names, &mut builder);
            let region = builder.close(yields);
            builder.op_with_regions(OpKind::For, [vec![lo, hi], carried].concat(), results, vec![region]);
        }
        self.made.push(builder.finish(Vec::new()));
        FunctionId((self.module.functions.len() + self.made.len() - 1) as u32)
    }

    /// A new value of the same type.
    fn alike(&mut self, value: ValueId) -> ValueId {
        let ty = self.function.ty(value).clone();
        self.function.new_value(ty)
    }
}

/// Copies the operations of a region to where the builder is; gives what it yields.
fn copied(region: &Region, types: &[Type], names: &mut Names, builder: &mut Builder) -> Vec<ValueId> {
    let ops = region.ops.iter().map(|op| names.op(op, types, &mut builder.function)).collect();
    builder.append(ops);
    names.all(&region.yields)
}

/// What a loop carries from round to round, as its body knows it.
fn carried<'b>(op: &Op, body: &'b Region) -> &'b [ValueId] {
    if op.kind == OpKind::Map { &[] } else { &body.params[1..] }
}

impl<'a> Rounds<'a> {
    fn new(
        body: &'a Region,
        stages: &'a Stages<'a>,
        span: Span,
        count: ValueId,
        first: Option<ValueId>,
    ) -> Self {
        Self { body, stages, span, count, first, is_outermost: false, done: Vec::new() }
    }

    /// All stages but the last one, each with its calls.
    fn gather(&mut self, split: &mut Split<'_>, ops: &mut Ops) {
        for (stage, site) in self.stages.stages.iter().zip(&self.stages.sites) {
            let mut inner = Ops::new(site.op.span);
            let round = split.function.new_value(Type::Int);
            let index = match self.first {
                Some(first) => inner.binary(split, BinaryOp::Add, first, round),
                None => round,
            };
            let mut names = Names::default();
            names.set(self.body.params[0], index);
            self.stage(split, stage, round, &mut names, &mut inner);
            let parts: Vec<ValueId> =
                site.op.args.iter().chain(&stage.kept).map(|&value| names.get(value)).collect();
            let call = inner.tuple(split, parts);
            let region = Region { params: vec![round], ops: inner.done, yields: vec![call] };

            ops.span = site.op.span;
            let has_columns =
                self.is_outermost && stage.kept.is_empty() && site.op.kind != OpKind::Builtin(site.row);
            let columns = has_columns.then(|| in_columns(split, &region, self.count)).flatten();
            let calls = if let Some((made, calls)) = columns {
                ops.done.extend(made);
                calls
            } else {
                let calls = split.function.new_value(split.function.ty(call).of_many());
                ops.push(OpKind::Map, vec![self.count], vec![calls], vec![region]);
                calls
            };
            let result = split.function.ty(site.op.results[0]).of_many();
            let results = split.function.new_value(result);
            ops.push(OpKind::Builtin(site.row), vec![calls], vec![results], Vec::new());
            ops.span = self.span;
            self.done.push((calls, results));
        }
    }

    /// The body of the last loop.
    fn last(&self, split: &mut Split<'_>, op: &Op) -> Region {
        let Some(stage) = self.stages.stages.last() else { bug!("a loop without stages") };
        let mut inner = Ops::new(self.span);
        let mut names = Names::default();
        let types = split.function.types.clone();
        let params = if op.kind == OpKind::Map {
            let round = split.function.new_value(Type::Int);
            let index = match self.first {
                Some(first) => inner.binary(split, BinaryOp::Add, first, round),
                None => round,
            };
            names.set(self.body.params[0], index);
            self.stage(split, stage, round, &mut names, &mut inner);
            vec![round]
        } else {
            let params = names.define(&self.body.params, &types, &mut split.function);
            let Some(first) = self.first else { bug!("a `for` loop without a start") };
            let round = inner.binary(split, BinaryOp::Sub, params[0], first);
            self.stage(split, stage, round, &mut names, &mut inner);
            params
        };
        Region { params, ops: inner.done, yields: names.all(&self.body.yields) }
    }

    /// What a stage fetches and does in one round.
    fn stage(
        &self,
        split: &mut Split<'_>,
        stage: &Stage,
        round: ValueId,
        names: &mut Names,
        inner: &mut Ops,
    ) {
        let types = split.function.types.clone();
        let mut items: FxHashMap<usize, ValueId> = FxHashMap::default();
        for &value in &stage.fetched {
            let ty = types[value.0 as usize].clone();
            let of_site = self.stages.sites.iter().position(|site| site.op.results.contains(&value));
            let fetched = match of_site {
                Some(number) => {
                    let (calls, results) = self.done[number];
                    match item_row(self.stages.sites[number].row) {
                        Some(row) => inner.builtin(split, row, vec![results, calls, round], ty),
                        None => inner.builtin(split, "op.index", vec![results, round], ty),
                    }
                }
                None => {
                    let (number, part) = self.stages.kept(value);
                    let calls = self.done[number].0;
                    let item = *items.entry(number).or_insert_with(|| {
                        let Type::Tensor(item, _) = split.function.ty(calls).clone() else {
                            bug!("calls are a tensor")
                        };
                        inner.builtin(split, "op.index", vec![calls, round], *item)
                    });
                    inner.value(split, OpKind::TupleGet(part), vec![item], ty)
                }
            };
            names.set(value, fetched);
        }
        for &at in &stage.ops {
            inner.done.push(names.op(&self.body.ops[at], &types, &mut split.function));
        }
    }
}

/// The row that gives one of the results, if they may be so large that they have no room together.
fn item_row(row: BuiltinId) -> Option<&'static str> {
    match row.row().name {
        "batch.probs" => Some("batch.probs_item"),
        "batch.state" => Some("batch.state_item"),
        _ => None,
    }
}
