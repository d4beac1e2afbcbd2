//! Expectation values of a batch from shots: the circuits of each group of strings beside each other.

use qml_prelude::random::child_key;
use qml_prelude::{Fault, ResultFunction, Value};
use qml_simulator::check_observables;

use super::expectations::{Observables, observables};
use super::{Bound, Call};
use crate::results::{Sampling, like_observables};
use crate::sampled::groups;
use crate::session::{Session, simulation_fault};

impl Session<'_> {
    /// The estimates of each call, the same as by itself; none where the calls differ in more than angles, shots and keys.
    pub(super) fn sampled_of_group(
        &mut self,
        calls: &[Call],
        group: &Bound,
    ) -> Result<Option<Vec<Value>>, Fault> {
        let before = self.record.meter.seconds();
        let mut shots = Vec::with_capacity(group.calls.len());
        for &i in &group.calls {
            let (key, args) = &calls[i];
            match self.sampling(&args[2], &group.prepared, *key)? {
                Sampling::Shots { shots: n, key } => shots.push((n, key)),
                Sampling::Exact => return Ok(None),
            }
        }
        let Observables::Same(observables) = observables(calls, group) else { return Ok(None) };
        let (runnable, account) = (group.runnable(), group.account());
        let n_qubits = runnable.circuit.output.len();
        check_observables(n_qubits, &observables).map_err(|fault| simulation_fault(&fault))?;
        let mut constants = vec![0.0; observables.len()];
        let strings = groups(&observables, n_qubits, &mut constants);
        let mut values = vec![constants; group.calls.len()];
        let rows: Vec<&[f64]> = group.programs.iter().map(|program| program.slots.as_slice()).collect();
        for (number, strings) in strings.iter().enumerate() {
            let turned = self.turned(runnable, &strings.letters);
            let plan = self.amplitudes_of(&turned, "shots")?;
            for &(n, _) in &shots {
                self.kernels.count(&account, 1, n as u64)?;
            }
            let one = |i: usize| {
                let (n, key) = shots[i];
                let drawn = self.simulator.sample(plan, rows[i], n, child_key(key, number as u64))?;
                strings.estimates(number, &observables, &drawn, self.simulator.run())
            };
            let cost = plan.cost() + shots[0].0 * n_qubits;
            let found =
                self.simulator.each(rows.len(), cost, one).map_err(|fault| simulation_fault(&fault))?;
            for (values, parts) in values.iter_mut().zip(found) {
                parts.into_iter().for_each(|(observable, part)| values[observable] += part);
            }
        }
        let seconds = self.seconds_since(before);
        self.enter_calls(ResultFunction::Expect, &account, group.calls.len(), seconds);
        self.kernels.statistics.batches += 1;
        let like = &calls[group.calls[0]].1[0];
        Ok(Some(values.into_iter().map(|values| like_observables(like, values)).collect()))
    }
}
