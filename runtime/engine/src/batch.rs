//! Many calls of kernels at once, which the compiler has gathered.
//!
//! Calls with the same circuit are one batch for the simulator: what they have in common is bound once, and threads share
//! the calls. Circuits that are so large that one of them keeps all threads busy run one after the other, and so do those
//! of a device. The results are those of single calls, to the last bit.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use qml_prelude::observable::Observable;
use qml_prelude::{Fault, ResultFunction, Tensor, Value};
use qml_simulator::{C64, Exact, Plan};

use crate::gradients::{ADJOINT, Method as Rule, cotangent_of};
use crate::kernels::{self, BoundProgram, Prepared, Runnable};
use crate::ledger::Account;
use crate::results::{Sampling, like_observables, observables_of};
use crate::session::{Session, simulation_fault};
use crate::simulation::Method;
use crate::way::MANY_WIRES;

/// Fewer calls run one by one.
const LEAST: usize = 2;

/// A call: its key, and its arguments.
type Call = (i64, Vec<Value>);

/// Calls of one circuit, by their numbers.
struct Group<Program> {
    prepared: Rc<Prepared>,
    calls: Vec<usize>,
    programs: Vec<Program>,
}

/// Before and after the angles of its programs are computed.
type Unbound = Group<kernels::Unbound>;
type Bound = Group<BoundProgram>;

impl<Program> Group<Program> {
    fn runnable(&self) -> &Runnable {
        &self.prepared.runnable
    }

    /// Whether its calls are worth running beside each other.
    fn is_worth_it(&self) -> bool {
        self.calls.len() >= LEAST && self.runnable().circuit.n_wires < MANY_WIRES
    }

    fn account(&self) -> Account {
        self.runnable().account.clone()
    }
}

impl Session<'_> {
    /// What each of the calls gives.
    pub(crate) fn results_of(
        &mut self,
        function: ResultFunction,
        calls: &[Call],
    ) -> Result<Vec<Value>, Fault> {
        let is_for_amplitudes = self.kernels.emulator.is_none()
            && matches!(self.simulation.method, Method::Auto | Method::StateVector);
        if calls.len() < LEAST || !is_for_amplitudes {
            return self.in_turn(function, calls);
        }
        match function {
            ResultFunction::Expect
            | ResultFunction::Probs
            | ResultFunction::State
            | ResultFunction::ExpectVjp => {}
            ResultFunction::Fidelity => return self.fidelities(calls),
            _ => return self.in_turn(function, calls),
        }
        let place = usize::from(matches!(function, ResultFunction::Expect | ResultFunction::ExpectVjp));
        let mut values = vec![Value::Unit; calls.len()];
        for group in self.groups(calls, place)? {
            let numbers = group.calls.clone();
            let found = if group.is_worth_it() && self.is_exact(function, calls, &group)? {
                self.of_group(function, calls, group)?
            } else {
                self.in_turn(function, numbers.iter().map(|&i| &calls[i]))?
            };
            numbers.into_iter().zip(found).for_each(|(i, value)| values[i] = value);
        }
        Ok(values)
    }

    /// Whether the results of these calls may be held at once.
    pub(crate) fn have_room(&mut self, function: ResultFunction, calls: &[Call]) -> Result<bool, Fault> {
        if !matches!(function, ResultFunction::Probs | ResultFunction::State) {
            return Ok(true);
        }
        let mut bytes = 0usize;
        for (_, args) in calls {
            let qubits = self.unbound(&args[0])?.prepared.runnable.circuit.output.len();
            bytes = bytes.saturating_add(size_of::<C64>() << qubits.min(40));
        }
        Ok(bytes <= MOST_BYTES)
    }

    /// One call after the other.
    fn in_turn<'c>(
        &mut self,
        function: ResultFunction,
        calls: impl IntoIterator<Item = &'c Call>,
    ) -> Result<Vec<Value>, Fault> {
        calls.into_iter().map(|(key, args)| self.timed(function, *key, args)).collect()
    }

    /// The calls by their circuits, in order.
    fn groups(&mut self, calls: &[Call], place: usize) -> Result<Vec<Unbound>, Fault> {
        let mut groups: Vec<Unbound> = Vec::new();
        let mut number: HashMap<*const Prepared, usize> = HashMap::new();
        for (i, (_, args)) in calls.iter().enumerate() {
            let program = self.unbound_register(&args[place])?;
            let at = *number.entry(Rc::as_ptr(&program.prepared)).or_insert(groups.len());
            if at == groups.len() {
                let prepared = Rc::clone(&program.prepared);
                groups.push(Group { prepared, calls: Vec::new(), programs: Vec::new() });
            }
            groups[at].calls.push(i);
            groups[at].programs.push(program);
        }
        Ok(groups)
    }

    /// Whether the calls ask for exact values, by one sweep back where they ask for derivatives: others have no faster way
    /// than one by one.
    fn is_exact(&self, function: ResultFunction, calls: &[Call], group: &Unbound) -> Result<bool, Fault> {
        let shots_at = match function {
            ResultFunction::State => return Ok(true),
            ResultFunction::Probs => 1,
            _ => 2,
        };
        for &i in &group.calls {
            let (key, args) = &calls[i];
            if let Sampling::Shots { .. } = self.sampling(&args[shots_at], &group.prepared, *key)? {
                return Ok(false);
            }
        }
        let (key, args) = &calls[group.calls[0]];
        Ok(function != ResultFunction::ExpectVjp
            || self.rule(args[4].to_str(), Sampling::Exact, *key)? == Rule::Adjoint)
    }

    /// The exact values for calls of one circuit.
    fn of_group(
        &mut self,
        function: ResultFunction,
        calls: &[Call],
        group: Unbound,
    ) -> Result<Vec<Value>, Fault> {
        let programs = group.programs.into_iter().map(|program| self.bound(program));
        let programs = programs.collect::<Result<_, _>>()?;
        let group = &Group { prepared: group.prepared, calls: group.calls, programs };
        let before = self.record.meter.seconds();
        let plan = self.amplitudes_of(group.runnable(), ADJOINT)?;
        let rows: Vec<&[f64]> = group.programs.iter().map(|program| program.slots.as_slice()).collect();
        let found = match function {
            ResultFunction::Expect => {
                let values = self.batch_expectations(group, plan, &rows, &observables(calls, group))?;
                let like = &calls[group.calls[0]].1[0];
                values.into_iter().map(|values| like_observables(like, values)).collect()
            }
            ResultFunction::ExpectVjp => {
                let weights: Vec<Vec<f64>> = group
                    .calls
                    .iter()
                    .map(|&i| calls[i].1[3].clone().into_floats().into_iter().collect())
                    .collect();
                let d_slots =
                    self.batch_gradients(group, plan, &rows, &observables(calls, group), &weights)?;
                let cotangent = |(program, d_slots): (&BoundProgram, Vec<f64>)| {
                    Ok(Value::tuple([Value::Unit, cotangent_of(program, &d_slots)?, Value::Unit]))
                };
                group.programs.iter().zip(d_slots).map(cotangent).collect::<Result<_, Fault>>()?
            }
            ResultFunction::Probs => {
                let found = self
                    .simulator
                    .each(rows.len(), plan.cost(), |i| self.simulator.probabilities(plan, rows[i]));
                self.exact_each(group, found)?.into_iter().map(Value::vector).collect()
            }
            _ => {
                let found =
                    self.simulator.each(rows.len(), plan.cost(), |i| self.simulator.state(plan, rows[i]));
                self.exact_each(group, found)?.into_iter().map(Value::vector).collect()
            }
        };
        let seconds = self.seconds_since(before);
        self.enter_calls(function, &group.account(), group.calls.len(), seconds);
        self.kernels.statistics.batches += 1;
        Ok(found)
    }

    fn batch_expectations(
        &mut self,
        group: &Bound,
        plan: &Plan,
        rows: &[&[f64]],
        observables: &Observables,
    ) -> Result<Vec<Vec<f64>>, Fault> {
        let Observables::Same(same) = observables else {
            let one = |i: usize| self.simulator.expectations(plan, rows[i], observables.of(i));
            let found = self.simulator.each(rows.len(), plan.cost(), one);
            return self.exact_each(group, found);
        };
        let prepared = group.runnable().observables(same).map_err(|fault| simulation_fault(&fault))?;
        let prepared = &*prepared;
        if plan.is_unitary() {
            self.kernels.count(&group.account(), rows.len() as u64, 0)?;
            let found = self.simulator.batch_expectations(plan, rows, prepared);
            return found.map_err(|fault| simulation_fault(&fault));
        }
        let one = |i: usize| self.simulator.prepared_expectations(plan, rows[i], prepared);
        let found = self.simulator.each(rows.len(), plan.cost(), one);
        self.exact_each(group, found)
    }

    fn batch_gradients(
        &mut self,
        group: &Bound,
        plan: &Plan,
        rows: &[&[f64]],
        observables: &Observables,
        weights: &[Vec<f64>],
    ) -> Result<Vec<Vec<f64>>, Fault> {
        if let (Observables::Same(same), true) = (observables, plan.is_unitary()) {
            let prepared = group.runnable().observables(same);
            let prepared = prepared.map_err(|fault| simulation_fault(&fault))?;
            self.kernels.count(&group.account(), rows.len() as u64, 0)?;
            let cotangents = |i: usize, _: &[f64]| weights[i].clone();
            let found = self.simulator.batch_vjp(plan, rows, &prepared, &cotangents);
            return Ok(found.map_err(|fault| simulation_fault(&fault))?.d_slots);
        }
        let one = |i: usize| self.simulator.expectations_vjp(plan, rows[i], observables.of(i), &weights[i]);
        let found = self.simulator.each(rows.len(), plan.cost(), one);
        Ok(self.exact_each(group, found)?.into_iter().map(|found| found.d_slots).collect())
    }

    /// The values of a group, with a note if one took very many branches.
    fn exact_each<T>(
        &mut self,
        group: &Bound,
        found: Result<Vec<Exact<T>>, qml_simulator::Fault>,
    ) -> Result<Vec<T>, Fault> {
        let found = found.map_err(|fault| simulation_fault(&fault))?;
        let account = group.account();
        found.into_iter().map(|exact| self.exact(&account, Ok(exact))).collect()
    }

    /// Fidelities: each state is computed once.
    fn fidelities(&mut self, calls: &[Call]) -> Result<Vec<Value>, Fault> {
        let before = self.record.meter.seconds();
        let mut states = States::default();
        let mut pairs = Vec::with_capacity(calls.len());
        for (key, args) in calls {
            let (p, q) = (self.unbound_register(&args[0])?, self.unbound_register(&args[1])?);
            if let Sampling::Shots { .. } = self.sampling(&args[2], &p.prepared, *key)? {
                return self.in_turn(ResultFunction::Fidelity, calls);
            }
            let (p, q) = (self.bound(p)?, self.bound(q)?);
            pairs.push((states.number(p), states.number(q)));
        }
        let is_small = |program: &BoundProgram| program.prepared.runnable.circuit.n_wires < MANY_WIRES;
        if !states.programs.iter().all(is_small) || states.bytes() > MOST_BYTES {
            return self.in_turn(ResultFunction::Fidelity, calls);
        }
        for &(p, q) in &pairs {
            for number in [p, q] {
                self.kernels.count(states.programs[number].account(), 1, 0)?;
            }
        }
        let found = self.states_of(&states.programs)?;
        let of_pair = |i: usize| self.simulator.overlap(&found[pairs[i].0], &found[pairs[i].1]);
        let values = self
            .simulator
            .each(pairs.len(), found[0].len(), of_pair)
            .map_err(|fault| simulation_fault(&fault))?;
        // A call by itself goes under the kernel of its second program.
        let mut by_kernel: Vec<(&Account, usize)> = Vec::new();
        for &(_, q) in &pairs {
            let account = states.programs[q].account();
            match by_kernel.iter_mut().find(|known| known.0.kernel == account.kernel) {
                Some((_, n_calls)) => *n_calls += 1,
                None => by_kernel.push((account, 1)),
            }
        }
        let seconds = self.seconds_since(before);
        for (account, n_calls) in by_kernel {
            let share = seconds * n_calls as f64 / calls.len() as f64;
            self.enter_calls(ResultFunction::Fidelity, account, n_calls, share);
        }
        self.kernels.statistics.batches += 1;
        Ok(values.into_iter().map(Value::Float).collect())
    }

    fn seconds_since(&mut self, before: f64) -> f64 {
        self.record.meter.look();
        self.record.meter.seconds() - before
    }

    /// Enters many calls for a kernel, and tells of them.
    fn enter_calls(&mut self, function: ResultFunction, account: &Account, n_calls: usize, seconds: f64) {
        let kernel = &account.kernel;
        self.kernels.books.enter_calls(kernel, n_calls as u64, seconds);
        self.kernels.last = None;
        if self.kernels.told_batches.insert((Rc::clone(kernel), name(function))) {
            self.output.batch(kernel, name(function), n_calls);
        }
    }
}

/// More bytes of states are not held at once.
const MOST_BYTES: usize = 256 << 20;

/// Different states, and the numbers that they have.
#[derive(Default)]
struct States {
    programs: Vec<BoundProgram>,
    numbers: HashMap<(*const Prepared, Vec<u64>), usize>,
}

impl States {
    fn number(&mut self, program: BoundProgram) -> usize {
        let bits = program.slots.iter().map(|slot| slot.to_bits()).collect();
        let programs = &mut self.programs;
        *self.numbers.entry((Rc::as_ptr(&program.prepared), bits)).or_insert_with(|| {
            programs.push(program);
            programs.len() - 1
        })
    }

    fn bytes(&self) -> usize {
        let qubits = |program: &BoundProgram| program.prepared.runnable.circuit.output.len().min(40);
        self.programs.iter().map(|program| size_of::<C64>() << qubits(program)).sum()
    }
}

/// The observables of calls.
enum Observables {
    /// Of all of them.
    Same(Vec<Observable>),
    /// Of each.
    Each(Vec<Vec<Observable>>),
}

impl Observables {
    fn of(&self, i: usize) -> &[Observable] {
        match self {
            Self::Same(all) => all,
            Self::Each(each) => &each[i],
        }
    }
}

fn observables(calls: &[Call], group: &Bound) -> Observables {
    let first = &calls[group.calls[0]].1[0];
    if group.calls.iter().all(|&i| is_same(&calls[i].1[0], first)) {
        return Observables::Same(observables_of(first));
    }
    Observables::Each(group.calls.iter().map(|&i| observables_of(&calls[i].1[0])).collect())
}

/// Whether two observables, or two tensors of them, are the same. Most often they are one.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Observable(a), Value::Observable(b)) => Arc::ptr_eq(a, b) || a == b,
        (Value::Tensor(Tensor::Value(a)), Value::Tensor(Tensor::Value(b))) => {
            (a.as_ptr() == b.as_ptr() && a.shape() == b.shape()) || a == b
        }
        _ => a == b,
    }
}

/// A function as a user knows it.
pub(crate) fn name(function: ResultFunction) -> &'static str {
    match function {
        ResultFunction::Expect => "expect",
        ResultFunction::Variance => "variance",
        ResultFunction::Probs => "probs",
        ResultFunction::Samples => "samples",
        ResultFunction::Counts => "counts",
        ResultFunction::Run => "run",
        ResultFunction::Gram => "gram",
        ResultFunction::State => "state",
        ResultFunction::Fidelity => "fidelity",
        _ => "gradients",
    }
}
