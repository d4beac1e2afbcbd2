//! Cotangents of the arguments of a built-in function, without the tuple that `ad.vjp` makes of them.
//!
//! Where all that is done with such a tuple is that parts of it are taken, the call gives just these parts. Its results
//! are theirs, and the name of the function is looked up when the code is made.

use rustc_hash::FxHashMap;

use qml_ir::host::{Constant, OpKind, Region, ValueId};
use qml_prelude::builtins::vjp::Derivative;

/// What the calls that give parts ask for, by their first result.
pub(super) type Parts = FxHashMap<ValueId, (Derivative, Vec<usize>)>;

/// Makes such calls of the others.
pub(super) fn take_parts(body: &mut Region) -> Parts {
    let mut facts = Facts::default();
    facts.gather(body);
    let mut parts = FxHashMap::default();
    rewrite(body, &facts, &mut parts);
    parts
}

#[derive(Default)]
struct Facts {
    constants: FxHashMap<ValueId, Constant>,
    n_uses: FxHashMap<ValueId, usize>,
}

impl Facts {
    fn gather(&mut self, region: &Region) {
        for op in &region.ops {
            if let OpKind::Const(constant) = &op.kind {
                self.constants.insert(op.results[0], constant.clone());
            }
            op.args.iter().for_each(|&arg| *self.n_uses.entry(arg).or_default() += 1);
            op.regions.iter().for_each(|nested| self.gather(nested));
        }
        region.yields.iter().for_each(|&value| *self.n_uses.entry(value).or_default() += 1);
    }
}

fn is_builtin(kind: &OpKind, name: &str) -> bool {
    matches!(kind, OpKind::Builtin(id) if id.row().name == name)
}

fn rewrite(region: &mut Region, facts: &Facts, parts: &mut Parts) {
    // Parts that are taken in this region: of which tuple, which one, the result.
    let mut taken: FxHashMap<ValueId, Vec<(usize, ValueId)>> = FxHashMap::default();
    for op in region.ops.iter().filter(|op| is_builtin(&op.kind, "ad.tuple_get")) {
        if let Some(Constant::Int(position)) = facts.constants.get(&op.args[1]) {
            taken.entry(op.args[0]).or_default().push((*position as usize, op.results[0]));
        }
    }
    let mut unseen = Vec::new();
    for op in &mut region.ops {
        op.regions.iter_mut().for_each(|nested| rewrite(nested, facts, parts));
        if !is_builtin(&op.kind, "ad.vjp") {
            continue;
        }
        let tuple = op.results[0];
        let Some(mut found) = taken.remove(&tuple) else { continue };
        found.sort_unstable();
        found.dedup_by_key(|(position, _)| *position);
        let Some(Constant::Str(name)) = facts.constants.get(&op.args[0]) else { continue };
        if facts.n_uses[&tuple] != found.len() {
            continue;
        }
        let Some(derivative) = Derivative::of(name) else { continue };
        let (wanted, results) = found.into_iter().unzip();
        op.results = results;
        op.args.remove(0);
        parts.insert(op.results[0], (derivative, wanted));
        unseen.push(tuple);
    }
    region.ops.retain(|op| !(is_builtin(&op.kind, "ad.tuple_get") && unseen.contains(&op.args[0])));
}
