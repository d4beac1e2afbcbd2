//! Tuples that nobody sees: `(x, y) = (y, x % y)` makes one only to take it apart.
//!
//! Where all that is done with a tuple is that parts of it are taken, the parts are used instead.

use rustc_hash::{FxHashMap, FxHashSet};

use qml_ir::host::{OpKind, Region, ValueId};

/// The region without such tuples.
pub(super) fn without_unseen_tuples(body: &Region) -> Region {
    let mut made = FxHashMap::default();
    find_made(body, &mut made);
    let mut seen = FxHashSet::default();
    find_seen(body, &mut seen);
    made.retain(|tuple, _| !seen.contains(tuple));
    let mut changed = body.clone();
    if !made.is_empty() {
        let mut parts = FxHashMap::default();
        find_parts(body, &made, &mut parts);
        rewrite(&mut changed, &made, &parts);
    }
    changed
}

/// All tuples that are made, with their parts.
fn find_made(region: &Region, made: &mut FxHashMap<ValueId, Vec<ValueId>>) {
    for op in &region.ops {
        if op.kind == OpKind::Tuple {
            made.insert(op.results[0], op.args.clone());
        }
        op.regions.iter().for_each(|nested| find_made(nested, made));
    }
}

/// All values that are used for more than their parts.
fn find_seen(region: &Region, seen: &mut FxHashSet<ValueId>) {
    for op in &region.ops {
        if !matches!(op.kind, OpKind::TupleGet(_)) {
            seen.extend(&op.args);
        }
        op.regions.iter().for_each(|nested| find_seen(nested, seen));
    }
    seen.extend(&region.yields);
}

/// What a value that is taken from a tuple was before.
fn find_parts(
    region: &Region,
    made: &FxHashMap<ValueId, Vec<ValueId>>,
    parts: &mut FxHashMap<ValueId, ValueId>,
) {
    for op in &region.ops {
        if let OpKind::TupleGet(i) = op.kind
            && let Some(all) = made.get(&op.args[0])
        {
            let part = all[i as usize];
            // The part may itself have been taken from a tuple.
            parts.insert(op.results[0], *parts.get(&part).unwrap_or(&part));
        }
        op.regions.iter().for_each(|nested| find_parts(nested, made, parts));
    }
}

fn rewrite(
    region: &mut Region,
    made: &FxHashMap<ValueId, Vec<ValueId>>,
    parts: &FxHashMap<ValueId, ValueId>,
) {
    let rename = |values: &mut Vec<ValueId>| {
        for value in values {
            *value = *parts.get(value).unwrap_or(value);
        }
    };
    region
        .ops
        .retain(|op| !op.results.iter().any(|value| made.contains_key(value) || parts.contains_key(value)));
    for op in &mut region.ops {
        rename(&mut op.args);
        op.regions.iter_mut().for_each(|nested| rewrite(nested, made, parts));
    }
    rename(&mut region.yields);
}
