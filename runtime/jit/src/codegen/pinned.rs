//! Tensors that a loop carries and only changes element by element, and lists of scalars that it only adds to.
//!
//! Such a tensor stays where it is: it is made ours before the loop, and from then on its word, and all that its slot tells,
//! are the same in each round. So they stay in registers, and an assignment is a store. A list that becomes a tensor after
//! the loop is kept unboxed.
//!
//! The versions of the tensor or list are followed through the loop: each one is made from the one before it by an assignment, or by
//! a branch or loop that hands it on, and the one before it isn't looked at again.

use rustc_hash::{FxHashMap, FxHashSet};

use qml_ir::host::{Function, Op, OpKind, Region, Type, ValueId};

use super::elements::{element_bytes, element_kind};
use super::ownership::for_each_use;

/// The versions of the tensor that the loop carries at a position, if it can stay in its place.
pub(super) fn versions(function: &Function, op: &Op, position: usize) -> Option<FxHashSet<ValueId>> {
    let (body, first_param) = carrying(op)?;
    let param = body.params[first_param + position];
    let Type::Tensor(element, rank) = function.ty(param) else { return None };
    crate::slot::kind(element, usize::from(*rank))?;
    let mut follower = Follower { function, versions: FxHashSet::default(), is_changed: false };
    let after = follower.loop_rounds(op, position)?;
    // Behind the loop it is a value like any other.
    follower.versions.remove(&after);
    follower.is_changed.then_some(follower.versions)
}

/// All versions of lists of scalars that begin empty, are filled by a loop, and become tensors.
pub(super) fn growing_lists(
    function: &Function,
    region: &Region,
    n_uses: &FxHashMap<ValueId, usize>,
    found: &mut FxHashSet<ValueId>,
) {
    // Whether such an operation makes or takes the value, and nothing else uses it.
    let is_end = |name: &str, value: ValueId| {
        let is_it = |op: &Op| matches!(op.kind, OpKind::Builtin(id) if id.row().name == name);
        let touches = |op: &Op| op.results.contains(&value) || op.args.contains(&value);
        n_uses.get(&value) == Some(&1) && region.ops.iter().any(|op| is_it(op) && touches(op))
    };
    for op in &region.ops {
        let n_bounds = if op.kind == OpKind::For { 2 } else { 0 };
        for (position, &result) in op.results.iter().enumerate() {
            let Type::List(element) = function.ty(result) else { continue };
            let Some(&first) = op.args.get(n_bounds + position) else { continue };
            if element_bytes(element).is_none() || !is_end("list.new", first) || !is_end("list.stack", result)
            {
                continue;
            }
            let mut follower = Follower { function, versions: FxHashSet::default(), is_changed: false };
            if follower.loop_rounds(op, position).is_some() {
                found.extend(follower.versions);
                found.insert(first);
            }
        }
        op.regions.iter().for_each(|nested| growing_lists(function, nested, n_uses, found));
    }
}

/// The region that a loop repeats, and how many of its parameters come before the carried values.
fn carrying(op: &Op) -> Option<(&Region, usize)> {
    match op.kind {
        OpKind::For => Some((&op.regions[0], 1)),
        OpKind::While => Some((&op.regions[1], 0)),
        _ => None,
    }
}

struct Follower<'a> {
    function: &'a Function,
    versions: FxHashSet<ValueId>,
    is_changed: bool,
}

impl Follower<'_> {
    /// Follows the tensor through the rounds of a loop that carries it; gives the version after the loop.
    fn loop_rounds(&mut self, op: &Op, position: usize) -> Option<ValueId> {
        let (body, first_param) = carrying(op)?;
        if op.kind == OpKind::While {
            // The condition may look at it.
            let test = &op.regions[0];
            let param = test.params[position];
            self.versions.insert(param);
            let last = self.region(test, param)?;
            if last != param || test.yields.contains(&param) {
                return None;
            }
        }
        let param = body.params[first_param + position];
        self.versions.insert(param);
        let last = self.region(body, param)?;
        let is_handed_on =
            body.yields.iter().enumerate().all(|(i, &value)| (i == position) == (value == last));
        let after = op.results[position];
        self.versions.insert(after);
        is_handed_on.then_some(after)
    }

    /// Follows the tensor through the operations of a region; gives the last version.
    fn region(&mut self, region: &Region, first: ValueId) -> Option<ValueId> {
        let mut now = first;
        for op in &region.ops {
            let mut n_uses = 0;
            let mut is_old = false;
            for_each_use(op, &mut |value| {
                n_uses += usize::from(value == now);
                is_old |= value != now && self.versions.contains(&value);
            });
            if is_old {
                return None;
            }
            if n_uses > 0 {
                now = self.operation(op, now, n_uses)?;
            }
        }
        let is_old = |value: &ValueId| *value != now && self.versions.contains(value);
        (!region.yields.iter().any(is_old)).then_some(now)
    }

    /// Follows the tensor through an operation that uses it so many times; gives the version after it.
    fn operation(&mut self, op: &Op, now: ValueId, n_uses: usize) -> Option<ValueId> {
        let carried: Vec<usize> = (0..op.args.len()).filter(|&i| op.args[i] == now).collect();
        match (&op.kind, &carried[..]) {
            (OpKind::Builtin(id), [0]) => match id.row().name {
                "list.push" => Some(self.version(op.results[0])),
                "op.dim" => Some(now),
                "op.index" if element_kind(self.function, op).is_some() => Some(now),
                "op.index_set" if element_kind(self.function, op).is_some() => {
                    self.is_changed = true;
                    Some(self.version(op.results[0]))
                }
                _ => None,
            },
            (OpKind::If, []) => {
                let [one, other] = [&op.regions[0], &op.regions[1]].map(|region| {
                    let last = self.region(region, now)?;
                    let mut places = (0..region.yields.len()).filter(|&i| region.yields[i] == last);
                    let place = places.next();
                    places.next().is_none().then_some((last, place))
                });
                match (one?, other?) {
                    ((_, Some(i)), (_, Some(j))) if i == j => Some(self.version(op.results[i])),
                    ((a, None), (b, None)) if a == now && b == now => Some(now),
                    _ => None,
                }
            }
            (OpKind::For, &[at]) if n_uses == 1 => self.loop_rounds(op, at.checked_sub(2)?),
            (OpKind::While, &[at]) if n_uses == 1 => self.loop_rounds(op, at),
            (OpKind::For | OpKind::While | OpKind::Map, []) => {
                let is_only_seen = op
                    .regions
                    .iter()
                    .all(|region| self.region(region, now) == Some(now) && !region.yields.contains(&now));
                is_only_seen.then_some(now)
            }
            _ => None,
        }
    }

    fn version(&mut self, value: ValueId) -> ValueId {
        self.versions.insert(value);
        value
    }
}
