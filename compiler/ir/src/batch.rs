//! Gathers the calls of kernels that a loop makes into one: loop fission.
//!
//! Expects: a valid module, before [`crate::differentiate`]. Leaves: a valid module, in which comprehensions and `for` loops
//! over calls that don't wait for each other run in three parts: a first loop computes the arguments of all calls, one
//! operation makes them (`batch.expect` and the like), a second loop uses the results. Keeps: what everything computes, and
//! in which order it goes wrong.
//!
//! ```text
//! map n { i                    calls = map n { i
//!   p = program f, x[i]          p = program f, x[i]
//!   y = expect h, p              yield (h, p) }
//!   yield g(y) }         =>    ys = batch.expect calls
//!                              map n { i yield g(ys[i]) }
//! ```
//!
//! - A body may make several calls, each from the results of those before it: each ends a stage, which is a loop of its own
//!   ([`stages`]). A `for` loop is split at the calls whose arguments don't depend on what it carries.
//! - Under an `if` calls are made for the rounds that come there ([`branches`]).
//! - Functions that make calls are copied into the body ([`inline`]), and a loop in a loop is split first: what it makes
//!   of its calls is then one call of the outer body, so a batch may be one of batches.
//! - What is the same in each round is computed once, where it cannot go wrong ([`invariant`]): observables, the weights
//!   of a model. Sizes that were checked before are not checked again ([`known`]).
//! - What a comprehension does with tensors after its last call is done for all rounds at once, and so are arguments of
//!   calls that work on elements ([`rows`]).
//! - Between [`OpKind::Ahead`] and [`OpKind::Behind`] stands what runs ahead of its turn. If that faults, the loop as it was
//!   written is run in its place: it meets the fault that the program has, after all that comes before it ([`split`]).
//! - Loops are cut into chunks, so that memory for arguments is bounded.
//!
//! Allen, Kennedy, Optimizing Compilers for Modern Architectures, section 5.6, on the fission of loops.

mod branches;
mod facts;
mod inline;
mod invariant;
mod known;
mod ops;
mod rows;
mod split;
mod stages;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashSet;

use qml_prelude::{BuiltinId, Effect};
use qml_source::bug;

use crate::host::{Function, FunctionKind, Module, Op, OpKind, Region};
use facts::Facts;
use split::Split;

/// The functions whose calls are gathered.
const GATHERED: [&str; 5] = ["expect", "variance", "probs", "state", "fidelity"];

/// Gathers the calls of kernels in all loops of the module.
pub fn batch_calls(module: &mut Module) {
    let facts = Facts::new(module);
    let mut names: FxHashSet<String> =
        module.functions.iter().map(|function| function.name.clone()).collect();
    let mut changed = Vec::new();
    let mut made = Vec::new();
    for (i, function) in module.functions.iter().enumerate() {
        if function.kind == FunctionKind::Fn && facts.makes_calls(&function.body) && has_loop(&function.body)
        {
            let mut split = Split::new(module, &facts, function.clone(), &mut made, &mut names);
            let body = split.region(&function.body);
            changed.push((i, Function { body, ..split.function }));
        }
    }
    changed.into_iter().for_each(|(i, function)| module.functions[i] = function);
    module.functions.extend(made);
    if cfg!(debug_assertions)
        && let Err(broken) = module.validate()
    {
        bug!("gathering calls broke a rule: {broken}");
    }
}

fn has_loop(region: &Region) -> bool {
    let is_loop = |op: &Op| matches!(op.kind, OpKind::For | OpKind::Map);
    region.ops.iter().any(|op| is_loop(op) || op.regions.iter().any(has_loop))
}

/// The row that makes many such calls at once; of a batch itself, the same row for a batch of them.
fn row_of_many(op: &Op) -> Option<BuiltinId> {
    let OpKind::Builtin(id) = op.kind else { return None };
    let row = id.row();
    if row.effect != Effect::Quantum {
        return None;
    }
    if let Some(name) = row.name.strip_prefix("batch.") {
        return GATHERED.contains(&name).then_some(id);
    }
    let name = GATHERED.iter().find(|name| **name == row.name)?;
    BuiltinId::find(&format!("batch.{name}"))
}
