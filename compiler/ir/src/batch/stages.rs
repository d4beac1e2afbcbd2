//! Which operation of a body runs when: before which of the gathered calls, or after all of them.

use std::collections::BTreeSet;

use qml_prelude::BuiltinId;
use qml_source::bug;
use rustc_hash::FxHashMap;

use super::row_of_many;
use crate::differentiate::carries_floats;
use crate::host::copy::used;
use crate::host::{Op, OpKind, Region, Type, ValueId};

/// A call that is gathered.
pub(super) struct Site<'b> {
    pub op: &'b Op,
    /// What makes all of them.
    pub row: BuiltinId,
}

/// What one of the loops does.
#[derive(Debug, Default)]
pub(super) struct Stage {
    /// Positions in the body.
    pub ops: BTreeSet<usize>,
    /// Values that come from earlier stages: results of their calls, and what they kept.
    pub fetched: BTreeSet<ValueId>,
    /// What it keeps for later stages besides the arguments of its call.
    pub kept: Vec<ValueId>,
}

/// The stages of a loop.
pub(super) struct Stages<'b> {
    /// In order; each ends the stage of its number.
    pub sites: Vec<Site<'b>>,
    /// One a site, and the last one.
    pub stages: Vec<Stage>,
}

struct Search<'b> {
    types: &'b [Type],
    body: &'b Region,
    /// The operation that defines a value.
    defined: FxHashMap<ValueId, usize>,
    /// The site at a position.
    site_at: FxHashMap<usize, usize>,
    /// The first stage that an operation runs in.
    first: Vec<Option<usize>>,
    stages: Vec<Stage>,
    /// Values that a loop carries, and whether the arguments of a call depend on one.
    carried: &'b [ValueId],
    waits: bool,
}

impl<'b> Stages<'b> {
    /// The stages of a body, in which no other calls stand on the outermost level than those that are gathered; none if
    /// there are none, or if some wait for what the loop carries.
    pub(super) fn new(types: &'b [Type], body: &'b Region, carried: &'b [ValueId]) -> Option<Self> {
        let mut search = Search::new(types, body, carried);
        let mut sites = Vec::new();
        for (at, op) in body.ops.iter().enumerate() {
            let Some(row) = row_of_many(op) else { continue };
            let stage = sites.len();
            search.stages.push(Stage::default());
            search.waits = false;
            op.args.iter().for_each(|&arg| search.require(stage, arg));
            if search.waits {
                return None;
            }
            search.site_at.insert(at, stage);
            sites.push(Site { op, row });
        }
        if sites.is_empty() {
            return None;
        }
        search.finish();
        Some(Self { sites, stages: search.stages })
    }

    /// The stage that keeps a value, and which part of its calls it is.
    pub(super) fn kept(&self, value: ValueId) -> (usize, u32) {
        let place = |(number, stage): (usize, &Stage)| {
            let place = stage.kept.iter().position(|&kept| kept == value)?;
            Some((number, (self.sites[number].op.args.len() + place) as u32))
        };
        let found = self.stages.iter().enumerate().find_map(place);
        found.unwrap_or_else(|| bug!("{value} was not kept"))
    }
}

impl<'b> Search<'b> {
    fn new(types: &'b [Type], body: &'b Region, carried: &'b [ValueId]) -> Self {
        let defined = body.ops.iter().enumerate();
        let defined = defined.flat_map(|(i, op)| op.results.iter().map(move |&result| (result, i))).collect();
        let first = vec![None; body.ops.len()];
        let (site_at, stages) = (FxHashMap::default(), Vec::new());
        Self { types, body, defined, site_at, first, stages, carried, waits: false }
    }

    /// Sees to it that a value is there in a stage.
    fn require(&mut self, stage: usize, value: ValueId) {
        self.waits |= self.carried.contains(&value);
        let Some(&at) = self.defined.get(&value) else { return };
        let op = &self.body.ops[at];
        if self.site_at.contains_key(&at) {
            self.stages[stage].fetched.insert(value);
            return;
        }
        match self.first[at] {
            Some(earlier) if earlier < stage && !self.is_cheap(op) => {
                if self.stages[stage].fetched.insert(value) && !self.stages[earlier].kept.contains(&value) {
                    self.stages[earlier].kept.push(value);
                }
            }
            _ => {
                if self.stages[stage].ops.insert(at) {
                    self.first[at].get_or_insert(stage);
                    used(op).into_iter().for_each(|value| self.require(stage, value));
                }
            }
        }
    }

    /// Whether it is better computed twice than kept. What has a derivative is not: its cotangent would be summed in another
    /// order.
    fn is_cheap(&self, op: &Op) -> bool {
        let carries = |value: &ValueId| carries_floats(&self.types[value.0 as usize]);
        match &op.kind {
            OpKind::Const(_) | OpKind::Global(_) | OpKind::TupleGet(_) => true,
            OpKind::Unary(_) | OpKind::Binary(_) => !op.results.iter().any(carries),
            OpKind::Builtin(id) => {
                ["op.index", "op.mix", "op.len", "op.dim"].contains(&id.row().name)
                    && !op.results.iter().any(carries)
            }
            _ => false,
        }
    }

    /// The last stage: what has not run, and the results.
    fn finish(&mut self) {
        let last = self.stages.len();
        self.stages.push(Stage::default());
        for at in 0..self.body.ops.len() {
            if self.first[at].is_none() && !self.site_at.contains_key(&at) {
                self.stages[last].ops.insert(at);
                self.first[at] = Some(last);
                used(&self.body.ops[at]).into_iter().for_each(|value| self.require(last, value));
            }
        }
        self.body.yields.iter().for_each(|&value| self.require(last, value));
    }
}
