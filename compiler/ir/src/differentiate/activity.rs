//! Which values of a function need a cotangent.
//!
//! A value is *varied* if it depends on an active parameter through operations that have a derivative, *useful* if a
//! result depends on it so, and *active* if it is both.

use std::rc::Rc;

use qml_prelude::Effect;
use qml_prelude::builtins::Builtin;
use qml_prelude::builtins::vjp::{Differentiability, is_differentiable};
use rustc_hash::FxHashMap;

use super::calls::{arguments, part_of_item};
use super::carries_floats;
use crate::host::{BinaryOp, Function, FunctionId, Module, Op, OpKind, Region, UnaryOp, ValueId};

/// What reverse mode does with a built-in function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BuiltinRule {
    /// By `ad.vjp`.
    Vjp,
    /// By this row, which runs a program; and by this one for the coefficients of its observables.
    Quantum(&'static str, Option<&'static str>),
    /// The same for many programs.
    Batch(&'static str, Option<&'static str>),
    /// A result of many calls.
    Item,
    /// The derivative is zero.
    Zero,
    /// A conversion to int: zero almost everywhere, and not what a gradient is asked for.
    ToInt,
    /// Outcomes of measurements.
    Outcomes,
    /// None.
    None,
}

/// The rule of a row of the table.
pub(super) fn builtin_rule(row: &Builtin) -> BuiltinRule {
    match (row.effect, row.name) {
        (Effect::Quantum, "expect") => {
            BuiltinRule::Quantum("ad.expect_vjp", Some("ad.expect_coefficients_vjp"))
        }
        (Effect::Quantum, "variance") => {
            BuiltinRule::Quantum("ad.variance_vjp", Some("ad.variance_coefficients_vjp"))
        }
        (Effect::Quantum, "probs") => BuiltinRule::Quantum("ad.probs_vjp", None),
        (Effect::Quantum, "fidelity") => BuiltinRule::Quantum("ad.fidelity_vjp", None),
        (Effect::Quantum, "gram") => BuiltinRule::Quantum("ad.gram_vjp", None),
        (Effect::Quantum, "state") => BuiltinRule::Quantum("ad.state_vjp", None),
        (Effect::Quantum, "batch.expect") => {
            BuiltinRule::Batch("ad.batch_expect_vjp", Some("ad.batch_expect_coefficients_vjp"))
        }
        (Effect::Quantum, "batch.variance") => {
            BuiltinRule::Batch("ad.batch_variance_vjp", Some("ad.batch_variance_coefficients_vjp"))
        }
        (Effect::Quantum, "batch.probs") => BuiltinRule::Batch("ad.batch_probs_vjp", None),
        (Effect::Quantum, "batch.fidelity") => BuiltinRule::Batch("ad.batch_fidelity_vjp", None),
        (Effect::Quantum, "batch.probs_item" | "batch.state_item") => BuiltinRule::Item,
        (Effect::Quantum, "batch.state") => BuiltinRule::Batch("ad.batch_state_vjp", None),
        (Effect::Quantum, _) => BuiltinRule::Outcomes,
        (_, "stop_gradient") => BuiltinRule::Zero,
        (_, "int") => BuiltinRule::ToInt,
        (_, name) => match is_differentiable(name) {
            Differentiability::Yes => BuiltinRule::Vjp,
            Differentiability::Zero => BuiltinRule::Zero,
            Differentiability::No => BuiltinRule::None,
        },
    }
}

/// The activity of one function for one choice of parameters.
pub(super) struct Activity {
    /// By value.
    pub(super) varied: Vec<bool>,
    /// By value.
    pub(super) useful: Rc<Vec<bool>>,
    carries: Vec<bool>,
}

impl Activity {
    /// Whether the value needs a cotangent.
    pub(super) fn is_active(&self, value: ValueId) -> bool {
        let i = value.0 as usize;
        self.varied[i] && self.useful[i] && self.carries[i]
    }
}

type Cache<K, V> = FxHashMap<K, V>;

/// The activities of the functions of a module, as they are asked for.
pub(super) struct Activities<'m> {
    /// The module.
    pub(super) module: &'m Module,
    known: Cache<(FunctionId, Vec<bool>), Rc<Activity>>,
    varied_results: Cache<(FunctionId, Vec<bool>), Vec<bool>>,
    useful: Cache<FunctionId, Rc<Vec<bool>>>,
    useful_params: Cache<FunctionId, Vec<bool>>,
}

impl<'m> Activities<'m> {
    pub(super) fn new(module: &'m Module) -> Self {
        Self {
            module,
            known: Cache::default(),
            varied_results: Cache::default(),
            useful: Cache::default(),
            useful_params: Cache::default(),
        }
    }

    /// The activity of a function in which these parameters are active.
    pub(super) fn of(&mut self, id: FunctionId, active: &[bool]) -> Rc<Activity> {
        let key = (id, active.to_vec());
        if let Some(activity) = self.known.get(&key) {
            return Rc::clone(activity);
        }
        let function = self.module.function(id);
        let varied = self.varied(function, active);
        let useful = self.useful(id);
        let carries = function.types.iter().map(carries_floats).collect();
        let activity = Rc::new(Activity { varied, useful, carries });
        self.known.insert(key, Rc::clone(&activity));
        activity
    }

    /// Which results of a function are varied if these parameters are.
    pub(super) fn varied_results(&mut self, id: FunctionId, active: &[bool]) -> Vec<bool> {
        let key = (id, active.to_vec());
        if let Some(results) = self.varied_results.get(&key) {
            return results.clone();
        }
        let function = self.module.function(id);
        let any = active.contains(&true);
        let at_most = function.results.iter().map(|ty| any && carries_floats(ty)).collect();
        // What a recursive call sees; then replaced by what is found.
        self.varied_results.insert(key.clone(), at_most);
        let varied = self.varied(function, active);
        let results: Vec<_> = function.body.yields.iter().map(|value| varied[value.0 as usize]).collect();
        self.varied_results.insert(key, results.clone());
        results
    }

    fn varied(&mut self, function: &'m Function, active: &[bool]) -> Vec<bool> {
        let mut varied = Flags { function, set: vec![false; function.types.len()], changed: true };
        for (&param, &is_active) in function.body.params.iter().zip(active) {
            varied.raise(param, is_active);
        }
        while std::mem::take(&mut varied.changed) {
            self.varied_region(&function.body, &mut varied);
        }
        varied.set
    }

    fn varied_region(&mut self, region: &'m Region, varied: &mut Flags) {
        for op in &region.ops {
            self.varied_op(op, varied);
        }
    }

    fn varied_op(&mut self, op: &'m Op, varied: &mut Flags) {
        let any = op.args.iter().any(|&arg| varied.get(arg));
        match &op.kind {
            OpKind::Call(callee) => {
                let active: Vec<_> = op.args.iter().map(|&arg| varied.get(arg)).collect();
                let results = self.varied_results(*callee, &active);
                op.results.iter().zip(results).for_each(|(&result, flag)| varied.raise(result, flag));
            }
            OpKind::If => {
                for region in &op.regions {
                    self.varied_region(region, varied);
                    varied.flow(&region.yields, &op.results);
                }
            }
            OpKind::For | OpKind::While => {
                let is_for = op.kind == OpKind::For;
                let region = &op.regions[usize::from(!is_for)];
                let (args, params) = if is_for {
                    (&op.args[2..], &region.params[1..])
                } else {
                    (&op.args[..], &region.params[..])
                };
                varied.flow(args, params);
                varied.flow(args, &op.results);
                self.varied_region(region, varied);
                varied.flow(&region.yields, params);
                varied.flow(&region.yields, &op.results);
            }
            OpKind::Map => {
                self.varied_region(&op.regions[0], varied);
                varied.flow(&op.regions[0].yields, &op.results);
            }
            kind => {
                // What is kept beside a call has no part in its result, nor in what else is kept.
                let any = match kind {
                    OpKind::Builtin(id) if matches!(builtin_rule(id.row()), BuiltinRule::Batch(..)) => {
                        arguments(varied.function, op.args[0]).iter().any(|&arg| varied.get(arg))
                    }
                    OpKind::TupleGet(place) if any => {
                        part_of_item(varied.function, op.args[0], *place).is_none_or(|part| varied.get(part))
                    }
                    _ => any,
                };
                if any && passes(kind) {
                    op.results.iter().for_each(|&result| varied.raise(result, true));
                }
            }
        }
    }

    fn useful(&mut self, id: FunctionId) -> Rc<Vec<bool>> {
        if let Some(useful) = self.useful.get(&id) {
            return Rc::clone(useful);
        }
        let function = self.module.function(id);
        let mut useful = Flags { function, set: vec![false; function.types.len()], changed: true };
        function.body.yields.iter().for_each(|&value| useful.raise_any(value, true));
        while std::mem::take(&mut useful.changed) {
            self.useful_region(&function.body, &mut useful);
        }
        let useful = Rc::new(useful.set);
        self.useful.insert(id, Rc::clone(&useful));
        useful
    }

    /// Which parameters of a function a result depends on.
    fn useful_params(&mut self, id: FunctionId) -> Vec<bool> {
        if let Some(params) = self.useful_params.get(&id) {
            return params.clone();
        }
        let function = self.module.function(id);
        self.useful_params.insert(id, vec![true; function.body.params.len()]);
        let useful = self.useful(id);
        let params: Vec<_> = function.body.params.iter().map(|param| useful[param.0 as usize]).collect();
        self.useful_params.insert(id, params.clone());
        params
    }

    fn useful_region(&mut self, region: &'m Region, useful: &mut Flags) {
        for op in region.ops.iter().rev() {
            self.useful_op(op, useful);
        }
    }

    fn useful_op(&mut self, op: &'m Op, useful: &mut Flags) {
        let any = op.results.iter().any(|&result| useful.get(result));
        match &op.kind {
            OpKind::Call(callee) => {
                if any {
                    let params = self.useful_params(*callee);
                    op.args.iter().zip(params).for_each(|(&arg, flag)| useful.raise_any(arg, flag));
                }
            }
            OpKind::If => {
                for region in &op.regions {
                    useful.flow_any(&op.results, &region.yields);
                    self.useful_region(region, useful);
                }
            }
            OpKind::For | OpKind::While => {
                let is_for = op.kind == OpKind::For;
                let region = &op.regions[usize::from(!is_for)];
                let (args, params) = if is_for {
                    (&op.args[2..], &region.params[1..])
                } else {
                    (&op.args[..], &region.params[..])
                };
                if any && is_for {
                    op.args[..2].iter().for_each(|&bound| useful.raise_any(bound, true));
                }
                useful.flow_any(&op.results, &region.yields);
                useful.flow_any(params, &region.yields);
                self.useful_region(region, useful);
                useful.flow_any(params, args);
                useful.flow_any(&op.results, args);
            }
            OpKind::Map => {
                useful.flow_any(&op.results, &op.regions[0].yields);
                if any {
                    useful.raise_any(op.args[0], true);
                }
                self.useful_region(&op.regions[0], useful);
            }
            kind => {
                if any && passes(kind) {
                    op.args.iter().for_each(|&arg| useful.raise_any(arg, true));
                }
            }
        }
    }
}

/// Whether a derivative may pass through the operation; through calls and regions it is a matter of what is in them.
fn passes(kind: &OpKind) -> bool {
    match kind {
        OpKind::Unary(op) => *op != UnaryOp::Not,
        OpKind::Binary(op) => !op.is_comparison() && !matches!(op, BinaryOp::And | BinaryOp::Or),
        OpKind::Builtin(id) => builtin_rule(id.row()) != BuiltinRule::Zero,
        OpKind::Const(_) | OpKind::Global(_) => false,
        _ => true,
    }
}

/// A flag a value.
struct Flags<'m> {
    function: &'m Function,
    set: Vec<bool>,
    changed: bool,
}

impl Flags<'_> {
    fn get(&self, value: ValueId) -> bool {
        self.set[value.0 as usize]
    }

    /// Raises the flag of a value that carries floats.
    fn raise(&mut self, value: ValueId, flag: bool) {
        let carries = carries_floats(self.function.ty(value));
        self.raise_any(value, flag && carries);
    }

    fn raise_any(&mut self, value: ValueId, flag: bool) {
        let slot = &mut self.set[value.0 as usize];
        self.changed |= flag && !*slot;
        *slot |= flag;
    }

    fn flow(&mut self, from: &[ValueId], to: &[ValueId]) {
        from.iter().zip(to).for_each(|(&from, &to)| self.raise(to, self.get(from)));
    }

    fn flow_any(&mut self, from: &[ValueId], to: &[ValueId]) {
        from.iter().zip(to).for_each(|(&from, &to)| self.raise_any(to, self.get(from)));
    }
}
