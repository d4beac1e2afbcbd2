//! Branches, loops and comprehensions, followed as far as they can be.

use qml_prelude::Value;

use super::seen::{Known, Level, Origins, Seen};
use super::{Frame, MAX_TURNS, Machine};
use crate::evaluate::empty_tensor;
use crate::host::{Op, Region};

/// How often an open loop is followed before nothing is taken as known.
const MAX_ROUNDS: usize = 8;

impl<'m> Machine<'m, '_> {
    pub(super) fn branch(&mut self, op: &'m Op, frame: &mut Frame<'m>, condition: &Seen) -> Vec<Seen> {
        match condition.as_exact() {
            Some(Value::Bool(holds)) => self.region(&op.regions[usize::from(!holds)], Vec::new(), frame),
            _ => {
                let then = self.region(&op.regions[0], Vec::new(), frame);
                let otherwise = self.region(&op.regions[1], Vec::new(), frame);
                join_all(&then, &otherwise)
            }
        }
    }

    pub(super) fn for_loop(&mut self, op: &'m Op, frame: &mut Frame<'m>, mut args: Vec<Seen>) -> Vec<Seen> {
        let mut carried = args.split_off(2);
        let bounds = (args[0].as_exact(), args[1].as_exact());
        let body = &op.regions[0];
        if let (Some(Value::Int(lo)), Some(Value::Int(hi))) = bounds {
            let mut turn = *lo;
            while turn < *hi && self.can_follow(hi.saturating_sub(*lo)) {
                let budget = self.budget;
                carried = self.turn(body, Seen::exact(Value::Int(turn)), carried, frame);
                turn += 1;
                let cost = (budget - self.budget).saturating_mul((hi - turn) as usize);
                if cost > self.budget / 2 {
                    break;
                }
            }
            if turn >= *hi {
                return carried;
            }
        }
        let index = || Seen::Known(Known::constant(Value::Int(0), Level::Shape));
        self.until_stable(carried, |machine, carried| machine.turn(body, index(), carried, frame))
    }

    fn can_follow(&self, turns: i64) -> bool {
        turns <= MAX_TURNS && self.budget > 0
    }

    fn turn(
        &mut self,
        body: &'m Region,
        index: Seen,
        mut carried: Vec<Seen>,
        frame: &mut Frame<'m>,
    ) -> Vec<Seen> {
        carried.insert(0, index);
        self.region(body, carried, frame)
    }

    pub(super) fn while_loop(
        &mut self,
        op: &'m Op,
        frame: &mut Frame<'m>,
        mut carried: Vec<Seen>,
    ) -> Vec<Seen> {
        let mut turns = 0;
        while self.can_follow(turns) {
            let condition = self.region(&op.regions[0], carried.clone(), frame).pop();
            match condition.as_ref().and_then(Seen::as_exact) {
                Some(Value::Bool(true)) => carried = self.region(&op.regions[1], carried, frame),
                Some(Value::Bool(false)) => return carried,
                _ => break,
            }
            turns += 1;
        }
        self.until_stable(carried, |machine, carried| {
            machine.region(&op.regions[0], carried.clone(), frame);
            machine.region(&op.regions[1], carried, frame)
        })
    }

    /// What is true of the carried values after any number of turns.
    fn until_stable(
        &mut self,
        mut carried: Vec<Seen>,
        mut turn: impl FnMut(&mut Self, Vec<Seen>) -> Vec<Seen>,
    ) -> Vec<Seen> {
        for _ in 0..MAX_ROUNDS {
            let next = turn(self, carried.clone());
            let joined = join_all(&carried, &next);
            let is_stable = joined.iter().zip(&carried).all(|(a, b)| a.is_like(b));
            carried = joined;
            if is_stable || self.budget == 0 {
                return carried;
            }
        }
        let unknown = vec![Seen::Unknown(Origins::Any); carried.len()];
        turn(self, unknown.clone());
        unknown
    }

    pub(super) fn map(&mut self, op: &'m Op, frame: &mut Frame<'m>, count: &Seen) -> Seen {
        let body = &op.regions[0];
        let item = |machine: &mut Self, index: Seen, frame: &mut Frame<'m>| {
            machine.region(body, vec![index], frame).pop().unwrap_or(Seen::Unknown(Origins::Any))
        };
        let open = || Seen::Known(Known::constant(Value::Int(0), Level::Shape));
        let Some(&Value::Int(n)) = count.as_exact() else {
            return Seen::Unknown(item(self, open(), frame).origins());
        };
        if n <= 0 {
            return Seen::exact(empty_tensor(&frame.types[op.results[0].0 as usize]));
        }
        let mut items = Vec::new();
        while (items.len() as i64) < n && self.can_follow(n) {
            let budget = self.budget;
            items.push(item(self, Seen::exact(Value::Int(items.len() as i64)), frame));
            let cost = (budget - self.budget).saturating_mul(n as usize - items.len());
            if cost > self.budget / 2 {
                break;
            }
        }
        if (items.len() as i64) < n {
            let any = item(self, open(), frame);
            let any = items.iter().fold(any, |any, item| any.join(item));
            if n > 100_000 {
                return Seen::Unknown(any.origins());
            }
            items = vec![any; n as usize];
        }
        self.stack(&items)
    }
}

fn join_all(a: &[Seen], b: &[Seen]) -> Vec<Seen> {
    a.iter().zip(b).map(|(a, b)| a.join(b)).collect()
}
