//! Elementwise operations on tensors of floats that follow each other, put together to [`Chain`]s.
//!
//! Operations join a chain if they share a tensor with it, whose shape is then likely theirs. A chain stands where its last
//! operation stood, so what comes between and stays in front of it must not need its results. And what goes wrong first in
//! the program must still go wrong first: an operation on two tensors may find that they don't fit, so nothing that can
//! fail comes between it and its chain. On a tensor and a number, or on one tensor, nothing can fail.

use rustc_hash::{FxHashMap, FxHashSet};

use qml_ir::host::{BinaryOp, Function as HostFunction, Op, OpKind, Region, Type, UnaryOp, ValueId};
use qml_prelude::builtins::of_float;

use super::ownership::for_each_use;
use crate::chain::{Chain, Function, MOST_BETWEEN, MOST_STEPS, Place, Step, Target};
use crate::slot::MOST_AXES;

/// Chains by their first result.
pub(super) type Chains = FxHashMap<ValueId, Chain>;

/// Puts operations of the region, and of those inside it, together.
pub(super) fn form_chains(
    function: &HostFunction,
    body: &mut Region,
    n_uses: &FxHashMap<ValueId, usize>,
) -> Chains {
    let mut former = Former { function, n_uses, chains: Chains::default() };
    former.region(body);
    former.chains
}

/// Operations that become a chain.
#[derive(Default)]
struct Group {
    /// With their positions in the region.
    members: Vec<(usize, Op)>,
    /// Tensors that they take or make.
    tensors: FxHashSet<ValueId>,
    /// Whether one of them can fail.
    can_fail: bool,
}

impl Group {
    /// Whether the operation needs a tensor of the group, or may change it in place as its last user.
    fn is_used_by(&self, op: &Op) -> bool {
        let mut found = false;
        for_each_use(op, &mut |value| found |= self.tensors.contains(&value));
        found
    }

    fn join(&mut self, other: Self) {
        self.members.extend(other.members);
        self.tensors.extend(other.tensors);
        self.can_fail |= other.can_fail;
    }
}

struct Former<'a> {
    function: &'a HostFunction,
    n_uses: &'a FxHashMap<ValueId, usize>,
    chains: Chains,
}

impl Former<'_> {
    fn region(&mut self, region: &mut Region) {
        let mut open: Vec<Group> = Vec::new();
        let mut ops = Vec::with_capacity(region.ops.len());
        for (at, mut op) in std::mem::take(&mut region.ops).into_iter().enumerate() {
            op.regions.iter_mut().for_each(|nested| self.region(nested));
            if self.function_of(&op).is_some() {
                let tensors: Vec<ValueId> =
                    op.args.iter().copied().filter(|&arg| self.is_tensor(arg)).collect();
                let can_fail = tensors.len() > 1;
                let is_near = |group: &Group| tensors.iter().any(|tensor| group.tensors.contains(tensor));
                let (near, far) = std::mem::take(&mut open).into_iter().partition(is_near);
                open = far;
                if can_fail {
                    open.drain(..).for_each(|group| self.close(group, &mut ops));
                }
                let mut group = Group::default();
                near.into_iter().for_each(|other: Group| group.join(other));
                if group.members.len() >= MOST_STEPS {
                    self.close(std::mem::take(&mut group), &mut ops);
                }
                group.can_fail |= can_fail;
                group.tensors.extend(tensors);
                group.tensors.insert(op.results[0]);
                group.members.push((at, op));
                open.push(group);
                continue;
            }
            let is_barrier = !op.regions.is_empty()
                || matches!(op.kind, OpKind::Ahead(_) | OpKind::Behind | OpKind::Call(_));
            let cant_fail = self.cant_fail(&op);
            let must_close =
                |group: &Group| is_barrier || (group.can_fail && !cant_fail) || group.is_used_by(&op);
            let (closed, still_open): (Vec<_>, Vec<_>) = open.into_iter().partition(must_close);
            open = still_open;
            closed.into_iter().for_each(|group| self.close(group, &mut ops));
            ops.push(op);
        }
        open.into_iter().for_each(|group| self.close(group, &mut ops));
        region.ops = ops;
    }

    fn is_tensor(&self, value: ValueId) -> bool {
        matches!(self.function.ty(value), Type::Tensor(..))
    }

    /// What a member of a chain does with elements; none if the operation can't be one.
    fn function_of(&self, op: &Op) -> Option<Function> {
        let OpKind::Builtin(id) = op.kind else { return None };
        let function = match (id.row().name, op.args.len()) {
            ("op.add", 2) => Function::Add,
            ("op.sub", 2) => Function::Sub,
            ("op.mul", 2) => Function::Mul,
            ("op.div", 2) => Function::Div,
            ("op.pow", 2) => Function::Pow,
            ("op.neg", 1) => Function::Neg,
            ("sqrt", 1) => Function::Sqrt,
            (name, 1) => Function::Unary(of_float(name)?),
            _ => return None,
        };
        let result = self.function.ty(op.results[0]);
        let Type::Tensor(element, rank) = result else { return None };
        let fits = |&arg: &ValueId| *self.function.ty(arg) == Type::Float || self.function.ty(arg) == result;
        let is_known = **element == Type::Float && usize::from(*rank) <= MOST_AXES;
        let is_member =
            is_known && op.args.iter().all(fits) && op.args.iter().any(|&arg| self.is_tensor(arg));
        is_member.then_some(function)
    }

    /// Whether an operation always comes to its end, and has no effect.
    fn cant_fail(&self, op: &Op) -> bool {
        match op.kind {
            OpKind::Const(_)
            | OpKind::Tuple
            | OpKind::TupleGet(_)
            | OpKind::Unary(UnaryOp::Not | UnaryOp::ToFloat) => true,
            OpKind::Unary(UnaryOp::Neg) => *self.function.ty(op.args[0]) == Type::Float,
            OpKind::Binary(operator) => match operator {
                BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Mod => {
                    *self.function.ty(op.args[0]) == Type::Float
                }
                BinaryOp::DivFloor => false,
                _ => true,
            },
            OpKind::Builtin(id) => {
                let is_float = |value: &ValueId| *self.function.ty(*value) == Type::Float;
                of_float(id.row().name).is_some() && op.args.iter().chain(&op.results).all(is_float)
            }
            _ => false,
        }
    }

    /// Puts the chain of a group after the operations so far.
    fn close(&mut self, mut group: Group, ops: &mut Vec<Op>) {
        group.members.sort_by_key(|(at, _)| *at);
        let members: Vec<Op> = group.members.into_iter().map(|(_, op)| op).collect();
        let Some(last) = members.last() else { return };
        let span = last.span;
        let kind = last.kind.clone();
        let mut inputs: Vec<ValueId> = Vec::new();
        let mut outputs = Vec::new();
        let made: FxHashMap<ValueId, usize> =
            members.iter().enumerate().map(|(i, op)| (op.results[0], i)).collect();
        let places: Vec<Vec<Place>> = members
            .iter()
            .map(|op| {
                let place = |&arg: &ValueId| match made.get(&arg) {
                    Some(&step) => Place::Step(step),
                    None => {
                        Place::Input(inputs.iter().position(|&input| input == arg).unwrap_or_else(|| {
                            inputs.push(arg);
                            inputs.len() - 1
                        }))
                    }
                };
                op.args.iter().map(place).collect()
            })
            .collect();
        for (i, op) in members.iter().enumerate() {
            let n_inside = places.iter().flatten().filter(|&&place| place == Place::Step(i)).count();
            if self.n_uses.get(&op.results[0]).copied().unwrap_or(0) > n_inside {
                outputs.push(i);
            }
        }
        let targets = targets(&places, &outputs);
        let (Some(targets), false) = (targets, outputs.is_empty()) else {
            ops.extend(members);
            return;
        };
        let results: Vec<ValueId> = outputs.iter().map(|&at| members[at].results[0]).collect();
        let (mut steps, mut rows) = (Vec::new(), Vec::new());
        for ((op, args), target) in members.iter().zip(places).zip(targets) {
            let (OpKind::Builtin(id), Some(function)) = (&op.kind, self.function_of(op)) else { continue };
            steps.push(Step { function, args, target });
            rows.push((*id, op.span));
        }
        self.chains.insert(results[0], Chain::new(steps, outputs, rows));
        ops.push(Op { kind, args: inputs, results, regions: Vec::new(), span });
    }
}

/// Where each step's result goes: to a block that no operand of the step is in. None if there are too few blocks.
pub(super) fn targets(args: &[Vec<Place>], outputs: &[usize]) -> Option<Vec<Target>> {
    // Of each block, the step whose result is in it.
    let mut held: [Option<usize>; MOST_BETWEEN] = [None; MOST_BETWEEN];
    let mut targets = Vec::with_capacity(args.len());
    for i in 0..args.len() {
        targets.push(if let Some(at) = outputs.iter().position(|&output| output == i) {
            Target::Output(at)
        } else {
            let block = held.iter().position(Option::is_none)?;
            held[block] = Some(i);
            Target::Between(block)
        });
        let is_read = |step| args[i + 1..].iter().flatten().any(|&place| place == Place::Step(step));
        for holder in &mut held {
            *holder = holder.filter(|&step| is_read(step));
        }
    }
    Some(targets)
}
