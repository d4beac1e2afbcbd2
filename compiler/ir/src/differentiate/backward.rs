//! The way back: goes through regions in reverse order and carries cotangents.

use std::collections::BTreeSet;
use std::rc::Rc;

use qml_source::bug;
use rustc_hash::{FxHashMap, FxHashSet};

use super::activity::Activity;
use super::forward::Forward;
use super::{Key, Transform, cotangent_type};
use crate::host::{
    BinaryOp, Builder, Constant, Function, FunctionId, FunctionKind, GradientMethod, Op, OpKind, Region,
    Type, ValueId,
};

/// The value and gradient of a function in one body. Of a function that gives a tensor it is the gradient of the sum of the
/// elements, each times a weight; the weights are the last parameter.
pub(super) fn gradient_function(
    transform: &mut Transform,
    key: &Key,
    wrt: &[usize],
    name: String,
) -> Function {
    let mut way = Backward::new(transform, key, name);
    let function = way.function;
    let mut root = Context::new(&function.body, None);
    root.is_direct = true;
    for (&param, param_name) in function.body.params.iter().zip(&function.param_names) {
        let value = way.builder.param(param_name, function.ty(param).clone());
        root.known.insert(param, value);
    }

    let seed = match &function.results[0] {
        Type::Float => None,
        tensor => Some(way.builder.param("weights", tensor.clone())),
    };

    // What the way back asks for must be known before the way forward is written, so its operations are kept aside.
    way.builder.open(Vec::new());
    way.contexts.push(root);
    let cotangent = match seed {
        None => way.builder.float(1.0),
        Some(weights) => {
            let zero = way.unit();
            way.builder.builtin("ad.add", vec![zero, weights], Type::Cotangent)
        }
    };
    way.add(function.body.yields[0], cotangent);
    way.walk(&function.body);
    let cotangents = wrt.iter().map(|&i| way.dense(function.body.params[i])).collect();
    let back = way.builder.close(cotangents);

    let Backward { mut builder, mut contexts, plan, tape, .. } = way;
    let fixed = contexts.pop().map(|root| root.known).unwrap_or_default();
    if let Some(tape) = tape {
        builder.push(OpKind::TapeNew, Vec::new(), vec![tape], Vec::new());
    }
    let mut forward = Forward::new(function, &plan, &mut builder, tape, fixed);
    forward.ops(&function.body);
    let value = forward.get(function.body.yields[0]);
    builder.append(back.ops);
    let results = std::iter::once(value).chain(back.yields).collect();
    builder.finish(results)
}

/// The forward and the backward function.
pub(super) fn both_ways(
    transform: &mut Transform,
    key: &Key,
    names: (String, String),
) -> (Function, Function) {
    let varied = transform.activities.varied_results(key.function, &key.active);
    let mut way = Backward::new(transform, key, names.1);
    let function = way.function;
    way.tape = Some(way.builder.param("tape", Type::Tape));
    way.contexts.push(Context::new(&function.body, None));
    for (i, &value) in function.body.yields.iter().enumerate() {
        if varied[i] {
            let ty = cotangent_type(&function.results[i]);
            let cotangent = way.builder.param(format!("cotangent_{i}"), ty);
            way.add(value, cotangent);
        }
    }
    way.walk(&function.body);
    let params = function.body.params.iter().zip(&key.active).filter(|(_, active)| **active);
    let cotangents = params.map(|(&param, _)| way.current(param)).collect();
    way.prologue();
    let Backward { builder, plan, .. } = way;
    let backward = builder.finish(cotangents);

    let mut builder = Builder::new(names.0, FunctionKind::Fn, function.span);
    let mut fixed = FxHashMap::default();
    for (&param, param_name) in function.body.params.iter().zip(&function.param_names) {
        fixed.insert(param, builder.param(param_name, function.ty(param).clone()));
    }
    let tape = builder.param("tape", Type::Tape);
    let mut forward = Forward::new(function, &plan, &mut builder, Some(tape), fixed);
    forward.region(&function.body);
    let results = forward.all(&function.body.yields);
    (builder.finish(results), backward)
}

/// What the way forward has to do for the way back. Operations are named by their first result.
#[derive(Default)]
pub(super) struct Plan {
    /// For each region, the values pushed at its end, in this order.
    pub(super) saves: FxHashMap<*const Region, Vec<ValueId>>,
    /// `while` loops with the value that counts their rounds; it comes after the function's own values.
    pub(super) counts: FxHashMap<ValueId, ValueId>,
    /// Calls, and the forward function that takes the place of the called one.
    pub(super) calls: FxHashMap<ValueId, FunctionId>,
    /// `map`s that become loops, so that pushes are in order.
    pub(super) maps: FxHashSet<ValueId>,
}

/// A region that the way back is in.
struct Context {
    region: *const Region,
    /// Values of the way forward that are known here: new values by old ones.
    known: FxHashMap<ValueId, ValueId>,
    /// Those of them that are popped off the tape at the start, in the order in which they were pushed.
    saved: Vec<ValueId>,
    /// Operations at the start: constants, and the index of the loop.
    first: Vec<Op>,
    /// The old index of the loop, the last one that it took, and the number of this round on the way back.
    index: Option<(ValueId, ValueId, ValueId)>,
    /// Whether both ways are in one body, so that nothing needs the tape.
    is_direct: bool,
}

impl Context {
    fn new(region: &Region, index: Option<(ValueId, ValueId, ValueId)>) -> Self {
        Self {
            region,
            known: FxHashMap::default(),
            saved: Vec::new(),
            first: Vec::new(),
            index,
            is_direct: false,
        }
    }
}

pub(super) struct Backward<'t, 'm> {
    pub(super) transform: &'t mut Transform<'m>,
    pub(super) function: &'m Function,
    pub(super) method: GradientMethod,
    pub(super) activity: Rc<Activity>,
    pub(super) builder: Builder,
    /// Made when the first value is popped.
    tape: Option<ValueId>,
    /// Types of the function's values, then of counts.
    types: Vec<Type>,
    /// The region that defines a value.
    home: FxHashMap<ValueId, *const Region>,
    /// Values that are computed anew.
    constants: FxHashMap<ValueId, &'m OpKind>,
    contexts: Vec<Context>,
    cotangents: FxHashMap<ValueId, ValueId>,
    plan: Plan,
}

impl<'t, 'm> Backward<'t, 'm> {
    fn new(transform: &'t mut Transform<'m>, key: &Key, name: String) -> Self {
        let function = transform.module.function(key.function);
        let activity = transform.activities.of(key.function, &key.active);
        let mut way = Self {
            transform,
            function,
            method: key.method,
            activity,
            builder: Builder::new(name, FunctionKind::Fn, function.span),
            tape: None,
            types: function.types.clone(),
            home: FxHashMap::default(),
            constants: FxHashMap::default(),
            contexts: Vec::new(),
            cotangents: FxHashMap::default(),
            plan: Plan::default(),
        };
        way.settle(&function.body);
        way
    }

    /// Notes where each value of a region is defined.
    fn settle(&mut self, region: &'m Region) {
        let home = std::ptr::from_ref(region);
        self.home.extend(region.params.iter().map(|&param| (param, home)));
        for op in &region.ops {
            self.home.extend(op.results.iter().map(|&result| (result, home)));
            if matches!(op.kind, OpKind::Const(_) | OpKind::Global(_)) {
                self.constants.insert(op.results[0], &op.kind);
            }
            op.regions.iter().for_each(|region| self.settle(region));
        }
    }

    /// A value of the way forward.
    pub(super) fn primal(&mut self, value: ValueId) -> ValueId {
        let home = self.home[&value];
        let Some(context) = self.contexts.iter_mut().rfind(|context| context.region == home) else {
            bug!("{value} is asked for outside of its region");
        };
        if let Some(&known) = context.known.get(&value) {
            return known;
        }
        let new = self.builder.new_value(self.types[value.0 as usize].clone());
        context.known.insert(value, new);
        let span = self.builder.span;
        let mut first = |kind: OpKind, args: Vec<ValueId>| {
            context.first.push(Op { kind, args, results: vec![new], regions: Vec::new(), span });
        };
        match (context.is_direct, self.constants.get(&value), context.index) {
            (true, ..) => {}
            (_, Some(&kind), _) => first(kind.clone(), Vec::new()),
            (_, _, Some((index, last, round))) if index == value => {
                first(OpKind::Binary(BinaryOp::Sub), vec![last, round]);
            }
            _ => context.saved.push(value),
        }
        new
    }

    fn tape(&mut self) -> ValueId {
        *self.tape.get_or_insert_with(|| self.builder.new_value(Type::Tape))
    }

    /// Adds to the cotangent of a value, if it needs one.
    pub(super) fn add(&mut self, value: ValueId, cotangent: ValueId) {
        if !self.activity.is_active(value) {
            return;
        }
        let sum = match self.cotangents.get(&value) {
            None => cotangent,
            Some(&old) if *self.function.ty(value) == Type::Float => {
                self.builder.binary(BinaryOp::Add, old, cotangent)
            }
            Some(&old) => self.builder.builtin("ad.add", vec![old, cotangent], Type::Cotangent),
        };
        self.cotangents.insert(value, sum);
    }

    /// The cotangent of a value, which gets no more additions.
    pub(super) fn take(&mut self, value: ValueId) -> Option<ValueId> {
        self.cotangents.remove(&value)
    }

    /// The cotangent of a value, or zero.
    fn current(&mut self, value: ValueId) -> ValueId {
        match self.cotangents.get(&value) {
            Some(&cotangent) => cotangent,
            None => self.zero(value),
        }
    }

    fn take_or_zero(&mut self, value: ValueId) -> ValueId {
        let cotangent = self.current(value);
        self.cotangents.remove(&value);
        cotangent
    }

    fn zero(&mut self, value: ValueId) -> ValueId {
        if *self.function.ty(value) == Type::Float {
            return self.builder.float(0.0);
        }
        self.unit()
    }

    /// The zero of cotangents.
    pub(super) fn unit(&mut self) -> ValueId {
        self.builder.value(OpKind::Const(Constant::Unit), Vec::new(), Type::Cotangent)
    }

    /// The cotangent of a parameter in the parameter's own type.
    fn dense(&mut self, param: ValueId) -> ValueId {
        let cotangent = self.current(param);
        let ty = self.function.ty(param).clone();
        if ty == Type::Float {
            return cotangent;
        }
        let like = self.primal(param);
        self.builder.builtin("ad.dense", vec![cotangent, like], ty)
    }

    /// The operations of a region in reverse order.
    fn walk(&mut self, region: &'m Region) {
        for op in region.ops.iter().rev() {
            self.builder.span = op.span;
            match &op.kind {
                OpKind::If => self.branches(op),
                OpKind::For => self.for_loop(op),
                OpKind::While => self.while_loop(op),
                OpKind::Map => self.map(op),
                OpKind::Call(callee) => self.call(op, *callee),
                _ => self.adjoint(op),
            }
        }
    }

    /// Ends the innermost context: what it asked for is popped or computed at its start.
    fn prologue(&mut self) {
        let Some(context) = self.contexts.pop() else { bug!("no region to end") };
        let mut ops = Vec::new();
        for &old in context.saved.iter().rev() {
            let tape = self.tape();
            let results = vec![context.known[&old]];
            let span = self.builder.span;
            ops.push(Op { kind: OpKind::TapePop, args: vec![tape], results, regions: Vec::new(), span });
        }
        ops.extend(context.first);
        self.builder.prepend(ops);
        self.plan.saves.insert(context.region, context.saved);
    }

    fn branches(&mut self, op: &'m Op) {
        let seeds: Vec<_> =
            op.results.iter().enumerate().filter_map(|(i, &result)| Some((i, self.take(result)?))).collect();
        if seeds.is_empty() {
            return;
        }
        let condition = self.primal(op.args[0]);
        let captured = self.captured(&op.regions);
        let before = self.cotangents.clone();
        let mut regions = Vec::new();
        for region in &op.regions {
            self.builder.open(Vec::new());
            self.contexts.push(Context::new(region, None));
            self.cotangents = before.clone();
            for &(i, cotangent) in &seeds {
                self.add(region.yields[i], cotangent);
            }
            self.walk(region);
            let yields = captured.iter().map(|&value| self.current(value)).collect();
            self.prologue();
            regions.push(self.builder.close(yields));
        }
        self.builder.span = op.span;
        self.cotangents = before;
        let types = self.cotangent_types(&captured);
        let results = self.builder.op_with_regions(OpKind::If, vec![condition], types, regions);
        self.cotangents.extend(captured.into_iter().zip(results));
    }

    fn for_loop(&mut self, op: &'m Op) {
        if !self.has_cotangent(op) {
            return;
        }
        let (lo, hi) = (self.primal(op.args[0]), self.primal(op.args[1]));
        let rounds = self.builder.binary(BinaryOp::Sub, hi, lo);
        let last = self.last(hi);
        let region = &op.regions[0];
        self.rounds(op, rounds, region, &op.args[2..], (&region.params[1..], Some((region.params[0], last))));
    }

    fn while_loop(&mut self, op: &'m Op) {
        if !self.has_cotangent(op) {
            return;
        }
        let count = ValueId(self.types.len() as u32);
        self.types.push(Type::Int);
        self.home.insert(count, self.home[&op.results[0]]);
        self.plan.counts.insert(op.results[0], count);
        let rounds = self.primal(count);
        let region = &op.regions[1];
        self.rounds(op, rounds, region, &op.args, (&region.params, None));
    }

    /// The rounds of a loop, last one first. Cotangents of carried values flow from round to round; those of values from
    /// outside are summed on the way.
    fn rounds(
        &mut self,
        op: &'m Op,
        rounds: ValueId,
        region: &'m Region,
        initial: &[ValueId],
        (params, index): (&'m [ValueId], Option<(ValueId, ValueId)>),
    ) {
        let is_active = |value: ValueId| self.activity.is_active(value);
        let carried: Vec<usize> = (0..op.results.len())
            .filter(|&i| is_active(op.results[i]) || is_active(params[i]) || is_active(region.yields[i]))
            .collect();
        let captured = self.captured(std::slice::from_ref(region));
        let zero = self.builder.int(0);
        let mut args = vec![zero, rounds];
        args.extend(carried.iter().map(|&i| self.take_or_zero(op.results[i])).collect::<Vec<_>>());
        args.extend(captured.iter().map(|&value| self.current(value)).collect::<Vec<_>>());
        let types: Vec<Type> = args[2..].iter().map(|&arg| self.builder.ty(arg).clone()).collect();

        let before = std::mem::take(&mut self.cotangents);
        let inner = self.builder.open([vec![Type::Int], types.clone()].concat());
        let (flowing, summed) = inner[1..].split_at(carried.len());
        self.contexts.push(Context::new(region, index.map(|(index, last)| (index, last, inner[0]))));
        self.cotangents.extend(captured.iter().copied().zip(summed.iter().copied()));
        for (&i, &cotangent) in carried.iter().zip(flowing) {
            self.add(region.yields[i], cotangent);
        }
        self.walk(region);
        self.builder.span = op.span;
        let mut yields: Vec<_> = carried.iter().map(|&i| self.take_or_zero(params[i])).collect();
        yields.extend(captured.iter().map(|&value| self.current(value)).collect::<Vec<_>>());
        self.prologue();
        let body = self.builder.close(yields);

        self.cotangents = before;
        let results = self.builder.op_with_regions(OpKind::For, args, types, vec![body]);
        let (flowing, summed) = results.split_at(carried.len());
        self.cotangents.extend(captured.iter().copied().zip(summed.iter().copied()));
        for (&i, &cotangent) in carried.iter().zip(flowing) {
            self.add(initial[i], cotangent);
        }
    }

    fn map(&mut self, op: &'m Op) {
        let Some(cotangent) = self.take(op.results[0]) else { return };
        self.plan.maps.insert(op.results[0]);
        let region = &op.regions[0];
        let rounds = self.primal(op.args[0]);
        let last = self.last(rounds);
        let captured = self.captured(std::slice::from_ref(region));
        let zero = self.builder.int(0);
        let mut args = vec![zero, rounds];
        args.extend(captured.iter().map(|&value| self.current(value)).collect::<Vec<_>>());
        let types = self.cotangent_types(&captured);

        let before = std::mem::take(&mut self.cotangents);
        let inner = self.builder.open([vec![Type::Int], types.clone()].concat());
        self.contexts.push(Context::new(region, Some((region.params[0], last, inner[0]))));
        self.cotangents.extend(captured.iter().copied().zip(inner[1..].iter().copied()));
        let index = self.primal(region.params[0]);
        let item = self.builder.builtin("ad.item", vec![cotangent, index], Type::Cotangent);
        self.add_part(region.yields[0], item);
        self.walk(region);
        let yields = captured.iter().map(|&value| self.current(value)).collect();
        self.builder.span = op.span;
        self.prologue();
        let body = self.builder.close(yields);

        self.cotangents = before;
        let results = self.builder.op_with_regions(OpKind::For, args, types, vec![body]);
        self.cotangents.extend(captured.into_iter().zip(results));
    }

    fn call(&mut self, op: &'m Op, callee: FunctionId) {
        let active: Vec<bool> = op.args.iter().map(|&arg| self.activity.is_active(arg)).collect();
        if !self.has_cotangent(op) || !active.contains(&true) {
            return;
        }
        let varied = self.transform.activities.varied_results(callee, &active);
        let ways = self.transform.ways(Key { function: callee, active, method: self.method });
        self.plan.calls.insert(op.results[0], ways.forward);
        let mut args = vec![self.tape()];
        for (&result, is_varied) in op.results.iter().zip(varied) {
            let cotangent = self.take_or_zero(result);
            if is_varied {
                args.push(cotangent);
            }
        }
        let params: Vec<_> = op.args.iter().copied().filter(|&arg| self.activity.is_active(arg)).collect();
        let types = self.cotangent_types(&params);
        let cotangents = self.builder.op(OpKind::Call(ways.backward), args, types);
        for (param, cotangent) in params.into_iter().zip(cotangents) {
            self.add(param, cotangent);
        }
    }

    /// Adds to the cotangent of a value one that may be a `Unit`.
    pub(super) fn add_part(&mut self, value: ValueId, cotangent: ValueId) {
        let part = if *self.function.ty(value) == Type::Float {
            self.builder.builtin("ad.to_float", vec![cotangent], Type::Float)
        } else {
            cotangent
        };
        self.add(value, part);
    }

    fn has_cotangent(&self, op: &Op) -> bool {
        op.results.iter().any(|result| self.cotangents.contains_key(result))
    }

    /// The last index of a loop that ends before `hi`.
    fn last(&mut self, hi: ValueId) -> ValueId {
        let one = self.builder.int(1);
        self.builder.binary(BinaryOp::Sub, hi, one)
    }

    fn cotangent_types(&self, values: &[ValueId]) -> Vec<Type> {
        values.iter().map(|&value| cotangent_type(self.function.ty(value))).collect()
    }

    /// The active values from outside that are used in these regions, in order.
    fn captured(&self, regions: &[Region]) -> Vec<ValueId> {
        let captured: BTreeSet<ValueId> = regions.iter().flat_map(Region::captured).collect();
        captured.into_iter().filter(|&value| self.activity.is_active(value)).collect()
    }
}
