//! Calls of result functions, also of many at once, whose arguments are a tensor of tuples.

use qml_source::bug;

use super::activity::Activity;
use crate::host::text::words::{METHODS, word};
use crate::host::{Builder, Constant, Function, GradientMethod, Op, OpKind, Region, Type, ValueId};

/// The last argument of a derivative of a result function: the name of its method.
pub(super) fn method_name(builder: &mut Builder, method: GradientMethod) -> ValueId {
    let name = word(METHODS, &method).unwrap_or("auto");
    builder.constant(Constant::Str(name.to_owned()))
}

/// Which arguments of many calls are active: those of the tuple that the loop over them makes.
pub(super) fn active_arguments(function: &Function, activity: &Activity, calls: ValueId) -> Vec<bool> {
    one_call(function, calls).args.iter().map(|&arg| activity.is_active(arg)).collect()
}

/// The tuple of a call.
pub(super) fn one_call(function: &Function, calls: ValueId) -> &Op {
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

/// The operation that defines a value.
pub(super) fn definition(region: &Region, value: ValueId) -> Option<&Op> {
    region.ops.iter().find_map(|op| {
        if op.results.contains(&value) {
            return Some(op);
        }
        op.regions.iter().find_map(|region| definition(region, value))
    })
}
