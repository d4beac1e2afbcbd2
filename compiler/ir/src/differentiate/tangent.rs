//! Forward mode: a function that gives, next to what it gives anyway, how that moves where its parameters move.
//!
//! Expects: a function whose derivative [`super::choice`] finds to have tangents. Leaves: one that takes after its
//! parameters their tangents, and gives after its results theirs. Keeps: what the results are.
//!
//! A value may move along several directions at once, its *lanes*; what has no tangents is computed once for all of them.
//! In each lane other parameters are active. The tangent of a value has the type of the value (see
//! [`qml_prelude::builtins::jvp`]); it is made right behind the value, so a loop carries tangents beside its values and
//! needs no tape.

use std::rc::Rc;

use qml_source::bug;
use rustc_hash::FxHashMap;

use super::activity::Activity;
use super::collect::Collected;
use super::{Directions, Transform, carries_floats};
use crate::host::{
    Builder, Function, FunctionId, FunctionKind, GradientMethod, Op, OpKind, Region, Type, ValueId,
};

/// The function with tangents: after the parameters come, lane by lane, the tangents of those that are active, after the
/// results those of the varied ones.
pub(super) fn tangent_function(transform: &mut Transform, key: &Directions, name: String) -> Function {
    let mut way = Tangents::new(transform, key, name);
    let function = way.function;
    way.parameters();
    for (lane, active) in key.lanes.iter().enumerate() {
        for (i, &param) in function.body.params.iter().enumerate().filter(|(i, _)| active[*i]) {
            let name = format!("tangent_{lane}_{}", function.param_names[i]);
            let tangent = way.builder.param(name, function.ty(param).clone());
            way.moving[lane].insert(param, tangent);
        }
    }
    way.ops(&function.body);
    let mut results = way.all(&function.body.yields);
    for (lane, active) in key.lanes.iter().enumerate() {
        let varied = way.transform.activities.varied_results(key.function, active);
        let moved = function.body.yields.iter().zip(varied).filter(|(_, varied)| *varied);
        results.extend(moved.map(|(&value, _)| way.tangent(lane, value)).collect::<Vec<_>>());
    }
    way.builder.finish(results)
}

/// The value of a function and its derivatives by parameters that are made of floats, a lane for each of these. The
/// derivative of a tensor has the shape of the tensor.
pub(super) fn gradient_function(
    transform: &mut Transform,
    function: FunctionId,
    wrt: &[usize],
    method: GradientMethod,
    name: String,
) -> Function {
    let body = &transform.module.function(function).body;
    let n_floats = |&i: &usize| n_floats(transform.module.function(function).ty(body.params[i])).unwrap_or(0);
    let counts: Vec<usize> = wrt.iter().map(n_floats).collect();
    let lanes = wrt.iter().zip(&counts).flat_map(|(&i, &count)| {
        let mut active = vec![false; body.params.len()];
        active[i] = true;
        std::iter::repeat_n(active, count)
    });
    let key = Directions { function, lanes: lanes.collect(), method };
    let mut way = Tangents::new(transform, &key, name);
    let function = way.function;
    way.parameters();
    let mut lane = 0;
    for (&i, &count) in wrt.iter().zip(&counts) {
        let param = function.body.params[i];
        for k in 0..count {
            let mut numbers = (0..count).map(|i| if i == k { 1.0 } else { 0.0 });
            let tangent = way.tuple_of(function.ty(param), &mut numbers);
            way.moving[lane].insert(param, tangent);
            lane += 1;
        }
    }
    way.ops(&function.body);
    let value = function.body.yields[0];
    let mut results = vec![way.get(value)];
    let mut lane = 0;
    for &i in wrt {
        let ty = function.ty(function.body.params[i]);
        results.push(way.derivative(value, ty, &mut lane));
    }
    way.builder.finish(results)
}

/// How many floats a value of this type has, if it has nothing else.
pub(super) fn n_floats(ty: &Type) -> Option<usize> {
    match ty {
        Type::Float => Some(1),
        Type::Tuple(parts) => parts.iter().map(n_floats).sum(),
        _ => None,
    }
}

pub(super) struct Tangents<'t, 'm> {
    transform: &'t mut Transform<'m>,
    pub(super) function: &'m Function,
    pub(super) method: GradientMethod,
    pub(super) builder: Builder,
    /// What is active, lane by lane.
    pub(super) lanes: Vec<Rc<Activity>>,
    /// New values by old ones.
    known: FxHashMap<ValueId, ValueId>,
    /// The tangents that there are in a lane, by old values.
    moving: Vec<FxHashMap<ValueId, ValueId>>,
}

impl<'t, 'm> Tangents<'t, 'm> {
    fn new(transform: &'t mut Transform<'m>, key: &Directions, name: String) -> Self {
        let function = transform.module.function(key.function);
        let lanes: Vec<_> =
            key.lanes.iter().map(|active| transform.activities.of(key.function, active)).collect();
        Self {
            transform,
            function,
            method: key.method,
            builder: Builder::new(name, FunctionKind::Fn, function.span),
            moving: vec![FxHashMap::default(); lanes.len()],
            lanes,
            known: FxHashMap::default(),
        }
    }

    fn parameters(&mut self) {
        for (&param, name) in self.function.body.params.iter().zip(&self.function.param_names) {
            let value = self.builder.param(name, self.function.ty(param).clone());
            self.known.insert(param, value);
        }
    }

    /// The new value.
    pub(super) fn get(&self, value: ValueId) -> ValueId {
        match self.known.get(&value) {
            Some(&new) => new,
            None => bug!("{value} is used before it is computed"),
        }
    }

    pub(super) fn all(&self, values: &[ValueId]) -> Vec<ValueId> {
        values.iter().map(|&value| self.get(value)).collect()
    }

    /// The tangent of a value if it moves.
    pub(super) fn moved(&self, lane: usize, value: ValueId) -> Option<ValueId> {
        self.moving[lane].get(&value).copied()
    }

    /// The tangent of a value, whether it moves or not. What has no floats stands for itself.
    pub(super) fn tangent(&mut self, lane: usize, value: ValueId) -> ValueId {
        if let Some(tangent) = self.moved(lane, value) {
            return tangent;
        }
        let ty = self.function.ty(value).clone();
        let value = self.get(value);
        match ty {
            Type::Float => self.builder.float(0.0),
            ty if carries_floats(&ty) => self.builder.builtin("ad.still", vec![value], ty),
            _ => value,
        }
    }

    fn is_active(&self, lane: usize, value: ValueId) -> bool {
        self.lanes[lane].is_active(value)
    }

    /// A value of this type, which is made of floats, with the next ones of these numbers.
    fn tuple_of(&mut self, ty: &Type, numbers: &mut impl Iterator<Item = f64>) -> ValueId {
        let Type::Tuple(parts) = ty else {
            let Some(x) = numbers.next() else { bug!("fewer numbers than floats") };
            return self.builder.float(x);
        };
        let parts = parts.iter().map(|part| self.tuple_of(part, numbers)).collect();
        self.builder.value(OpKind::Tuple, parts, ty.clone())
    }

    /// How a value moves in the next lanes, put together as the parameter is.
    fn derivative(&mut self, value: ValueId, ty: &Type, lane: &mut usize) -> ValueId {
        let Type::Tuple(parts) = ty else {
            *lane += 1;
            return self.tangent(*lane - 1, value);
        };
        let parts: Vec<_> = parts.iter().map(|part| self.derivative(value, part, lane)).collect();
        let types = parts.iter().map(|&part| self.builder.ty(part).clone()).collect();
        self.builder.value(OpKind::Tuple, parts, Type::Tuple(types))
    }

    fn ops(&mut self, region: &'m Region) {
        for op in &region.ops {
            self.builder.span = op.span;
            match &op.kind {
                OpKind::If => self.branches(op),
                OpKind::For | OpKind::While => self.rounds(op),
                OpKind::Map => self.map(op),
                OpKind::Call(callee) => self.call(op, *callee),
                kind => {
                    let args = self.all(&op.args);
                    self.push(op, kind.clone(), args, Vec::new(), Vec::new());
                    self.pushforward(op);
                }
            }
        }
    }

    /// Adds the operation, with the values that take the place of the results of the old one, then the tangents of some.
    fn push(
        &mut self,
        op: &Op,
        kind: OpKind,
        args: Vec<ValueId>,
        regions: Vec<Region>,
        moved: Vec<(usize, ValueId)>,
    ) {
        let mut results = Vec::with_capacity(op.results.len() + moved.len());
        for &result in &op.results {
            let new = self.builder.new_value(self.function.ty(result).clone());
            self.known.insert(result, new);
            results.push(new);
        }
        for (lane, value) in moved {
            let new = self.builder.new_value(self.function.ty(value).clone());
            self.moving[lane].insert(value, new);
            results.push(new);
        }
        self.builder.span = op.span;
        self.builder.push(kind, args, results, regions);
    }

    /// The tangents of a value in some lanes.
    fn some(&mut self, moved: &[(usize, ValueId)]) -> Vec<ValueId> {
        moved.iter().map(|&(lane, value)| self.tangent(lane, value)).collect()
    }

    /// All lanes, with each of these positions that is meant in it.
    fn in_lanes(&self, n: usize, is_meant: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
        let all = (0..self.lanes.len()).flat_map(|lane| (0..n).map(move |i| (lane, i)));
        all.filter(|&(lane, i)| is_meant(lane, i)).collect()
    }

    fn branches(&mut self, op: &'m Op) {
        let condition = self.get(op.args[0]);
        let moved = self.in_lanes(op.results.len(), |lane, i| self.is_active(lane, op.results[i]));
        let mut regions = Vec::new();
        for region in &op.regions {
            self.builder.open(Vec::new());
            self.ops(region);
            let mut yields = self.all(&region.yields);
            yields.extend(self.some(&at(&moved, &region.yields)));
            regions.push(self.builder.close(yields));
        }
        self.push(op, OpKind::If, vec![condition], regions, at(&moved, &op.results));
    }

    /// Tangents are carried beside the values that are.
    fn rounds(&mut self, op: &'m Op) {
        // The bounds of a `for`, and its index.
        let (n_bounds, n_first) = if op.kind == OpKind::For { (2, 1) } else { (0, 0) };
        let body = &op.regions[op.regions.len() - 1];
        let moved = self.in_lanes(op.results.len(), |lane, i| {
            [op.results[i], body.params[n_first + i], body.yields[i]]
                .into_iter()
                .any(|value| self.is_active(lane, value))
        });
        let mut args = self.all(&op.args);
        args.extend(self.some(&at(&moved, &op.args[n_bounds..])));
        let mut regions = Vec::new();
        for region in &op.regions {
            let carried = at(&moved, &region.params[n_first..]);
            self.open(region, &carried);
            self.ops(region);
            let mut yields = self.all(&region.yields);
            // The condition of a `while` yields no values that are carried.
            if std::ptr::eq(region, body) {
                yields.extend(self.some(&at(&moved, &region.yields)));
            }
            regions.push(self.builder.close(yields));
        }
        self.push(op, op.kind.clone(), args, regions, at(&moved, &op.results));
    }

    fn open(&mut self, region: &Region, carried: &[(usize, ValueId)]) {
        let values = region.params.iter().copied().chain(carried.iter().map(|&(_, value)| value));
        let types = values.map(|value| self.function.ty(value).clone()).collect();
        let new = self.builder.open(types);
        let (params, tangents) = new.split_at(region.params.len());
        self.known.extend(region.params.iter().copied().zip(params.iter().copied()));
        for (&(lane, value), &tangent) in carried.iter().zip(tangents) {
            self.moving[lane].insert(value, tangent);
        }
    }

    /// A `map` yields one value; where the items move it becomes a loop.
    fn map(&mut self, op: &'m Op) {
        let region = &op.regions[0];
        let count = self.get(op.args[0]);
        let moved = self.in_lanes(1, |lane, _| self.is_active(lane, op.results[0]));
        if moved.is_empty() {
            self.open(region, &[]);
            self.ops(region);
            let yields = self.all(&region.yields);
            let region = self.builder.close(yields);
            return self.push(op, OpKind::Map, vec![count], vec![region], Vec::new());
        }
        let item = self.function.ty(region.yields[0]).clone();
        let collected = Collected::open(&mut self.builder, count, &vec![item; 1 + moved.len()]);
        self.known.insert(region.params[0], collected.index);
        self.ops(region);
        let mut items = self.all(&region.yields);
        items.extend(self.some(&at(&moved, &region.yields)));
        let ty = self.function.ty(op.results[0]);
        let results: Vec<_> = items.iter().map(|_| self.builder.new_value(ty.clone())).collect();
        self.builder.span = op.span;
        collected.close(&mut self.builder, &items, &results);
        self.known.insert(op.results[0], results[0]);
        for (&(lane, _), &tangent) in moved.iter().zip(&results[1..]) {
            self.moving[lane].insert(op.results[0], tangent);
        }
    }

    fn call(&mut self, op: &'m Op, callee: FunctionId) {
        let mut args = self.all(&op.args);
        let (mut lanes, mut results) = (Vec::new(), Vec::new());
        for lane in 0..self.lanes.len() {
            let active: Vec<bool> = op.args.iter().map(|&arg| self.is_active(lane, arg)).collect();
            let is_wanted = op.results.iter().any(|&result| self.is_active(lane, result));
            if !is_wanted || !active.contains(&true) {
                continue;
            }
            let moving = op.args.iter().zip(&active).filter(|(_, active)| **active);
            args.extend(self.some(&moving.map(|(&arg, _)| (lane, arg)).collect::<Vec<_>>()));
            let varied = self.transform.activities.varied_results(callee, &active);
            let varied = op.results.iter().zip(varied).filter(|(_, varied)| *varied);
            results.extend(varied.map(|(&result, _)| (lane, result)));
            lanes.push(active);
        }
        if lanes.is_empty() {
            return self.push(op, op.kind.clone(), args, Vec::new(), Vec::new());
        }
        let key = Directions { function: callee, lanes, method: self.method };
        let kind = OpKind::Call(self.transform.tangents(key));
        self.push(op, kind, args, Vec::new(), results);
    }

    /// Sets the tangent of the one result of an operation.
    pub(super) fn set(&mut self, lane: usize, op: &Op, tangent: ValueId) {
        self.moving[lane].insert(op.results[0], tangent);
    }
}

/// Values of positions in lanes.
fn at(positions: &[(usize, usize)], values: &[ValueId]) -> Vec<(usize, ValueId)> {
    positions.iter().map(|&(lane, i)| (lane, values[i])).collect()
}
