//! Calls of result functions, also of many at once, which stand in columns or are a tensor of tuples.

use qml_source::bug;

use super::activity::Activity;
use crate::host::text::words::{METHODS, word};
use crate::host::{Builder, Constant, Function, GradientMethod, Op, OpKind, Region, Type, ValueId};

/// The last argument of a derivative of a result function: the name of its method.
pub(super) fn method_name(builder: &mut Builder, method: GradientMethod) -> ValueId {
    let name = word(METHODS, &method).unwrap_or("auto");
    builder.constant(Constant::Str(name.to_owned()))
}

/// Which of the key and the arguments of many calls are active.
pub(super) fn active_arguments(function: &Function, activity: &Activity, calls: ValueId) -> Vec<bool> {
    arguments(function, calls).iter().map(|&arg| activity.is_active(arg)).collect()
}

/// Whether calls stand in columns.
pub(super) fn are_columns(function: &Function, calls: ValueId) -> bool {
    matches!(function.ty(calls), Type::Tuple(parts) if parts.first() == Some(&Type::Str))
}

/// The key and the arguments of many calls: columns, or those of the tuple that the loop over them makes.
pub(super) fn arguments(function: &Function, calls: ValueId) -> &[ValueId] {
    match definition(&function.body, calls) {
        // Behind the letters and the number of calls.
        Some(columns) if are_columns(function, calls) => &columns.args[2..],
        _ => &one_call(function, calls).args,
    }
}

/// The tuple of a call.
fn one_call(function: &Function, calls: ValueId) -> &Op {
    let made_by = |value| definition(&function.body, value);
    // Of a branch one side makes the call.
    let yielded = |op: &'_ Op| {
        let mut yields = op.regions.iter().filter_map(|region| made_by(region.yields[0]));
        yields.find(|op| op.kind == OpKind::Tuple)
    };
    let Some(call) = made_by(calls).and_then(yielded) else { bug!("{calls} are no calls") };
    let first = call.args[0];
    // A call begins with its key, one of a batch with the calls of the batch.
    if *function.ty(first) == Type::Int { call } else { one_call(function, first) }
}

/// What a loop over tuples puts at this place of each, if `tuple` is one that it made.
pub(super) fn part_of_item(function: &Function, tuple: ValueId, place: u32) -> Option<ValueId> {
    let made_by = |value| definition(&function.body, value);
    let item =
        made_by(tuple).filter(|op| matches!(op.kind, OpKind::Builtin(id) if id.row().name == "op.index"))?;
    let all = made_by(item.args[0]).filter(|op| op.kind == OpKind::Map)?;
    let made = made_by(all.regions[0].yields[0]).filter(|op| op.kind == OpKind::Tuple)?;
    made.args.get(place as usize).copied()
}

/// The operation that defines a value.
pub(super) fn definition(region: &Region, value: ValueId) -> Option<&Op> {
    region.ops.iter().find_map(|op| {
        if op.results.contains(&value) {
            return Some(op);
        }
        op.regions.iter().find_map(|region| definition(region, value))
    })
}
