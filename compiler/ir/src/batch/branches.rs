//! Calls under an `if`: of the rounds that take a branch.
//!
//! A branch is a loop of one round or none. Split as a loop in a loop is, its calls are one call of the outer body, which is
//! made for the rounds that come there:
//!
//! ```text
//! if c { y = expect h, p      n = if c { yield 1 } else { yield 0 }
//!        yield g(y) }         ys = batch.expect (map n { yield (h, p) })
//! else { yield z }      =>    if c { yield g(ys[0]) } else { yield z }
//! ```

use super::copy::Names;
use super::invariant::take_invariant;
use super::split::{Ops, Rounds, Split};
use super::stages::Stages;
use crate::host::{Op, Region, Type, ValueId};

impl Split<'_> {
    /// A branch in the body of a loop: what takes its place makes its calls before it.
    pub(super) fn branch(&mut self, op: Op) -> Vec<Op> {
        let mut ops = Ops::new(op.span);
        let regions =
            [0, 1].map(|side| self.side(&op.regions[side], op.args[0], side, &mut ops)).into_iter().collect();
        ops.done.push(Op { regions, ..op });
        ops.done
    }

    /// One side of a branch, whose calls are made in `ops`; as it is where it makes none that can be gathered.
    fn side(&mut self, region: &Region, condition: ValueId, side: usize, ops: &mut Ops) -> Region {
        if !self.facts.makes_calls(region) || self.facts.has_effects(region) {
            return self.region(region);
        }
        let (n_made, mut body) = (self.n_made(), self.opened(region));
        let invariant = take_invariant(&mut body, &self.function);
        body.params = vec![self.function.new_value(Type::Int)];
        let types = self.function.types.clone();
        let Some(stages) = Stages::new(&types, &body, &[]) else {
            self.forget(n_made);
            return self.region(region);
        };
        ops.done.extend(invariant);
        let [one, none] = [1, 0].map(|number| ops.int(self, number));
        let (then, otherwise) = if side == 0 { (one, none) } else { (none, one) };
        let count = ops.choice(self, condition, then, otherwise);
        let mut rounds = Rounds::new(&body, &stages, ops.span, count, None);
        rounds.gather(self, ops);
        self.of_one_round.extend(rounds.results());
        let (mut inner, mut names) = (Ops::new(ops.span), Names::default());
        let only = inner.int(self, 0);
        rounds.last_stage(self, only, &mut names, &mut inner);
        Region { params: Vec::new(), ops: inner.done, yields: names.all(&body.yields) }
    }
}
