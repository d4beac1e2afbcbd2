//! Many calls of kernels at once, which the compiler has gathered.
//!
//! Calls with the same circuit are one batch for the simulator: what they have in common is bound once, and threads share
//! the calls. Circuits that are so large that one of them keeps all threads busy run one after the other, and so do those
//! of a device. The results are those of single calls, to the last bit.

use std::collections::HashMap;
use std::rc::Rc;

use qml_prelude::optimizer::flatten;
use qml_prelude::{Fault, ResultFunction, Value};
use qml_simulator::{C64, Exact};
use qml_source::bug;

use crate::gradients::{ADJOINT, Method as Rule, cotangent_of};
use crate::kernels::{self, BoundProgram, Prepared, Runnable};
use crate::ledger::Account;
use crate::results::{Sampling, like_observables};
use crate::session::{Session, simulation_fault};
use crate::simulation::Method;
use crate::states::no_phase;
use crate::way::MANY_WIRES;

mod columns;
mod expectations;
mod overlaps;
mod sampled;

use expectations::observables;

/// Fewer calls run one by one.
const LEAST: usize = 2;

/// More bytes of states are not held at once.
const MOST_BYTES: usize = 256 << 20;

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
    /// Whether circuits run on amplitudes here, if they can.
    fn is_for_amplitudes(&self) -> bool {
        self.kernels.emulator.is_none()
            && matches!(self.simulation.method, Method::Auto | Method::StateVector)
    }

    /// What each of the calls gives.
    pub(crate) fn results_of(
        &mut self,
        function: ResultFunction,
        calls: &[Call],
    ) -> Result<Vec<Value>, Fault> {
        if calls.len() < LEAST || !self.is_for_amplitudes() {
            return self.in_turn(function, calls);
        }
        match function {
            ResultFunction::Expect
            | ResultFunction::Variance
            | ResultFunction::Probs
            | ResultFunction::State
            | ResultFunction::ExpectVjp
            | ResultFunction::VarianceVjp
            | ResultFunction::ProbsVjp
            | ResultFunction::StateVjp => {}
            ResultFunction::Fidelity => return self.fidelities(calls),
            ResultFunction::FidelityVjp => return self.fidelity_cotangents(calls),
            _ => return self.in_turn(function, calls),
        }
        let place = usize::from(has_observables(function));
        let mut values = vec![Value::Unit; calls.len()];
        for group in self.groups(calls, place)? {
            let numbers = group.calls.clone();
            let beside = if group.is_worth_it() { self.beside(function, calls, group)? } else { None };
            let found = match beside {
                Some(found) => found,
                None => self.in_turn(function, numbers.iter().map(|&i| &calls[i]))?,
            };
            numbers.into_iter().zip(found).for_each(|(i, value)| values[i] = value);
        }
        Ok(values)
    }

    /// The results of calls of one circuit, computed beside each other, if there is a way.
    fn beside(
        &mut self,
        function: ResultFunction,
        calls: &[Call],
        group: Unbound,
    ) -> Result<Option<Vec<Value>>, Fault> {
        let is_exact = self.is_exact(function, calls, &group)?;
        if !is_exact && function != ResultFunction::Expect {
            return Ok(None);
        }
        let programs = group.programs.into_iter().map(|program| self.bound(program));
        let programs = programs.collect::<Result<_, _>>()?;
        let group = &Group { prepared: group.prepared, calls: group.calls, programs };
        if is_exact {
            self.of_group(function, calls, group).map(Some)
        } else {
            self.sampled_of_group(calls, group)
        }
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
            let is_of_last = |group: &Unbound| Rc::ptr_eq(&group.prepared, &program.prepared);
            // Most often all calls are of one circuit.
            let at = if groups.last().is_some_and(is_of_last) {
                groups.len() - 1
            } else {
                *number.entry(Rc::as_ptr(&program.prepared)).or_insert(groups.len())
            };
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
        let shots_at = 1 + usize::from(has_observables(function));
        for &i in &group.calls {
            let (key, args) = &calls[i];
            // Amplitudes have no shots.
            if !matches!(function, ResultFunction::State | ResultFunction::StateVjp)
                && let Sampling::Shots { .. } = self.sampling(&args[shots_at], &group.prepared, *key)?
            {
                return Ok(false);
            }
        }
        let (key, args) = &calls[group.calls[0]];
        Ok(!is_derivative(function) || self.is_adjoint(*key, args)?)
    }

    /// Whether a derivative that needs exact values takes one sweep back, by its last argument.
    fn is_adjoint(&self, key: i64, args: &[Value]) -> Result<bool, Fault> {
        let method = args.last().unwrap_or_else(|| bug!("a derivative without its method")).to_str();
        Ok(self.rule(method, Sampling::Exact, key)? == Rule::Adjoint)
    }

    /// The exact values for calls of one circuit.
    fn of_group(
        &mut self,
        function: ResultFunction,
        calls: &[Call],
        group: &Bound,
    ) -> Result<Vec<Value>, Fault> {
        let before = self.record.meter.seconds();
        let rows: Vec<&[f64]> = group.programs.iter().map(|program| program.slots.as_slice()).collect();
        let found = if is_derivative(function) {
            let d_slots = self.derivatives_of_group(function, calls, group, &rows)?;
            let cotangent = |(program, d_slots): (&BoundProgram, Vec<f64>)| {
                let of_program = cotangent_of(program, &d_slots)?;
                Ok(match function {
                    ResultFunction::StateVjp => Value::tuple([of_program]),
                    ResultFunction::ProbsVjp => Value::tuple([of_program, Value::Unit]),
                    _ => Value::tuple([Value::Unit, of_program, Value::Unit]),
                })
            };
            group.programs.iter().zip(d_slots).map(cotangent).collect::<Result<_, Fault>>()?
        } else {
            self.values_of_group(function, calls, group, &rows)?
        };
        let seconds = self.seconds_since(before);
        self.enter_calls(function, &group.account(), group.calls.len(), seconds);
        self.kernels.statistics.batches += 1;
        Ok(found)
    }

    fn values_of_group(
        &mut self,
        function: ResultFunction,
        calls: &[Call],
        group: &Bound,
        rows: &[&[f64]],
    ) -> Result<Vec<Value>, Fault> {
        let plan = self.amplitudes_of(group.runnable(), ADJOINT)?;
        Ok(match function {
            ResultFunction::Expect => {
                let values = self.batch_expectations(group, plan, rows, &observables(calls, group))?;
                let like = &calls[group.calls[0]].1[0];
                values.into_iter().map(|values| like_observables(like, values)).collect()
            }
            ResultFunction::Variance => {
                let observables = observables(calls, group);
                let one = |i: usize| self.simulator.variances(plan, rows[i], observables.of(i));
                let found = self.simulator.each(rows.len(), plan.cost(), one);
                self.exact_each(group, found)?.into_iter().map(|values| Value::Float(values[0])).collect()
            }
            ResultFunction::Probs => {
                let one = |i: usize| self.simulator.probabilities(plan, rows[i]);
                let found = self.simulator.each(rows.len(), plan.cost(), one);
                self.exact_each(group, found)?.into_iter().map(Value::vector).collect()
            }
            ResultFunction::State => {
                let one = |i: usize| self.simulator.state(plan, rows[i]);
                let found = self.simulator.each(rows.len(), plan.cost(), one);
                self.exact_each(group, found)?.into_iter().map(Value::vector).collect()
            }
            other => bug!("{other:?} is not computed in batches"),
        })
    }

    /// For each call the derivatives by its slots.
    fn derivatives_of_group(
        &mut self,
        function: ResultFunction,
        calls: &[Call],
        group: &Bound,
        rows: &[&[f64]],
    ) -> Result<Vec<Vec<f64>>, Fault> {
        let plan = self.amplitudes_of(group.runnable(), ADJOINT)?;
        // Before the method, which is last.
        let cotangents = || group.calls.iter().map(|&i| &calls[i].1[calls[i].1.len() - 2]);
        let weights = || cotangents().map(flatten);
        match function {
            ResultFunction::ExpectVjp => {
                let weights: Vec<Vec<f64>> = weights().collect();
                self.batch_gradients(group, plan, rows, &observables(calls, group), &weights)
            }
            ResultFunction::VarianceVjp => {
                let weights: Vec<f64> = cotangents().map(Value::to_float).collect();
                self.variance_gradients(group, plan, rows, &observables(calls, group), &weights)
            }
            ResultFunction::ProbsVjp => {
                let weights: Vec<Vec<f64>> = weights().collect();
                let one = |i: usize| self.simulator.probabilities_vjp(plan, rows[i], &weights[i]);
                let found = self.simulator.each(rows.len(), plan.cost(), one);
                Ok(self.exact_each(group, found)?.into_iter().map(|found| found.d_slots).collect())
            }
            ResultFunction::StateVjp => {
                let cotangents = cotangents().map(|cotangent| cotangent.clone().into_complexes());
                let cotangents: Vec<Vec<C64>> =
                    cotangents.map(|cotangent| cotangent.into_iter().collect()).collect();
                let one = |i: usize| self.simulator.state_vjp(plan, rows[i], &cotangents[i]);
                let found = self.simulator.each(rows.len(), plan.cost(), one);
                if found == Err(qml_simulator::Fault::Mixed) {
                    return Err(no_phase());
                }
                self.exact_each(group, found)
            }
            other => bug!("{other:?} is not computed in batches"),
        }
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

    fn seconds_since(&mut self, before: f64) -> f64 {
        self.record.meter.look() - before
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

/// Whether the first argument is an observable, and the second one the program.
fn has_observables(function: ResultFunction) -> bool {
    use ResultFunction as F;
    matches!(function, F::Expect | F::Variance | F::ExpectVjp | F::VarianceVjp)
}

fn is_derivative(function: ResultFunction) -> bool {
    use ResultFunction as F;
    matches!(function, F::ExpectVjp | F::VarianceVjp | F::ProbsVjp | F::StateVjp | F::FidelityVjp)
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
