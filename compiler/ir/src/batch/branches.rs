//! Calls under an `if`: of the rounds that take a branch.
//!
//! What makes many calls at once takes calls that are not made, too: a branch gives its call or none, before it is taken.
//!
//! ```text
//! if c { y = expect h, p      call = if c { yield (h, p) } else { yield none }
//!        yield g(y) }         y = batch.expect call
//! else { yield z }      =>    if c { yield g(y) } else { yield z }
//! ```
//!
//! The outer body has one call then, which is gathered as others are.

use super::invariant::take_invariant;
use super::ops::Ops;
use super::split::Split;
use super::stages::{Stage, Stages};
use crate::host::copy::Names;
use crate::host::{Op, OpKind, Region, ValueId};

impl Split<'_> {
    /// A branch in the body of a loop: what takes its place makes its calls before it.
    pub(super) fn branch(&mut self, op: Op) -> Vec<Op> {
        let mut ops = Ops::new(op.span);
        let sides =
            [0, 1].map(|side| self.side(&op.regions[side], Taken { condition: op.args[0], side }, &mut ops));
        ops.done.push(Op { regions: sides.into(), ..op });
        ops.done
    }

    /// One side of a branch, whose calls are made in `ops`; as it is where it makes none that can be gathered.
    fn side(&mut self, region: &Region, taken: Taken, ops: &mut Ops) -> Region {
        if !self.facts.makes_calls(region) || self.facts.has_effects(region) {
            return self.region(region);
        }
        let (n_made, mut body) = (self.n_made(), self.opened(region));
        let invariant = take_invariant(&mut body, &self.function);
        let types = self.function.types.clone();
        let Some(stages) = Stages::new(&types, &body, &[]) else {
            self.forget(n_made);
            return self.region(region);
        };
        ops.done.extend(invariant);
        let mut side = Side { stages: &stages, taken, done: Vec::new() };
        side.gather(self, &body, ops);
        let (mut inner, mut names) = (Ops::new(ops.span), Names::default());
        if let Some(last) = stages.stages.last() {
            side.stage(self, &body, last, &mut names, &mut inner);
        }
        Region { params: Vec::new(), ops: inner.done, yields: names.all(&body.yields) }
    }
}

/// When a side is taken: the first one (0) where the condition holds.
#[derive(Clone, Copy)]
struct Taken {
    condition: ValueId,
    side: usize,
}

/// A side while it is split.
struct Side<'a> {
    stages: &'a Stages<'a>,
    taken: Taken,
    /// The call of each stage, with its result.
    done: Vec<(ValueId, ValueId)>,
}

impl Side<'_> {
    /// All stages but the last one, each with its call.
    fn gather(&mut self, split: &mut Split<'_>, body: &Region, ops: &mut Ops) {
        for (stage, site) in self.stages.stages.iter().zip(&self.stages.sites) {
            let (mut inner, mut names) = (Ops::new(site.op.span), Names::default());
            self.stage(split, body, stage, &mut names, &mut inner);
            let parts = site.op.args.iter().chain(&stage.kept).map(|&value| names.get(value)).collect();
            let call = inner.tuple(split, parts);
            let made = Region { params: Vec::new(), ops: inner.done, yields: vec![call] };
            let ty = split.function.ty(call).clone();
            let mut other = Ops::new(site.op.span);
            let none = other.builtin(split, "batch.none", Vec::new(), ty.clone());
            let not_made = Region { params: Vec::new(), ops: other.done, yields: vec![none] };
            let regions = if self.taken.side == 0 { [made, not_made] } else { [not_made, made] };

            let span = std::mem::replace(&mut ops.span, site.op.span);
            let call = split.function.new_value(ty);
            ops.push(OpKind::If, vec![self.taken.condition], vec![call], regions.into());
            let ty = split.function.ty(site.op.results[0]).clone();
            let result = ops.value(split, OpKind::Builtin(site.row), vec![call], ty);
            ops.span = span;
            if !split.is_of_many(site) {
                split.single.insert(result);
            }
            self.done.push((call, result));
        }
    }

    /// What a stage fetches and does.
    fn stage(&self, split: &mut Split<'_>, body: &Region, stage: &Stage, names: &mut Names, inner: &mut Ops) {
        let types = split.function.types.clone();
        for &value in &stage.fetched {
            let of_site = self.stages.sites.iter().position(|site| site.op.results.contains(&value));
            let fetched = match of_site {
                Some(number) => self.done[number].1,
                None => {
                    let (number, part) = self.stages.kept(value);
                    let ty = types[value.0 as usize].clone();
                    inner.value(split, OpKind::TupleGet(part), vec![self.done[number].0], ty)
                }
            };
            names.set(value, fetched);
        }
        for &at in &stage.ops {
            inner.done.push(names.op(&body.ops[at], &types, &mut split.function));
        }
    }
}
