//! Derivatives of amplitudes and of Gram matrices.

use qml_prelude::{Fault, Value};
use qml_simulator::{C64, Plan};
use qml_source::{Code, Diagnostic};

use crate::gradients::{ADJOINT, Method, cotangent_of, method_for};
use crate::kernels::BoundProgram;
use crate::results::Sampling;
use crate::session::{Session, simulation_fault};
use crate::way::MANY_WIRES;

/// A program with the state of its register.
pub(crate) type BoundState = (BoundProgram, Vec<C64>);

impl Session<'_> {
    /// Arguments of `state`, its cotangent, the method.
    pub(crate) fn state_vjp(&mut self, key: i64, args: &[Value]) -> Result<Value, Fault> {
        let (cotangent, method) = (&args[1], args[2].to_str());
        if *cotangent == Value::Unit {
            return Ok(Value::tuple([Value::Unit]));
        }
        let program = self.bind(&args[0])?;
        let cotangent: Vec<C64> = cotangent.clone().into_complexes().into_iter().collect();
        let method = method_for(method, Sampling::Exact, key)?;
        let d_slots = match method {
            Method::Adjoint => {
                let plan = self.amplitudes_of(&program.prepared.runnable, ADJOINT)?;
                let result = self.simulator.state_vjp(plan, &program.slots, &cotangent);
                if result == Err(qml_simulator::Fault::Mixed) {
                    return Err(no_phase());
                }
                self.exact(program.account(), result)?
            }
            Method::ParameterShift | Method::Trajectories(..) => {
                let message = "there is no parameter-shift rule for amplitudes";
                return Err(Box::new(
                    Diagnostic::error(Code::Q0662, message).help("the adjoint method differentiates them"),
                ));
            }
            Method::FiniteDifference | Method::Spsa(_) => {
                self.by_evaluations(method, &program, Sampling::Exact, &mut |this, angles, _| {
                    let state = this.state(angles)?;
                    Ok(cotangent.iter().zip(&state).map(|(g, a)| (g.conj() * a).re).sum())
                })?
            }
        };
        Ok(Value::tuple([cotangent_of(&program, &d_slots)?]))
    }

    /// Arguments of `gram` with Unit for a second list that isn't there, the cotangent, the method.
    pub(crate) fn gram_vjp(&mut self, key: i64, args: &[Value]) -> Result<Value, Fault> {
        let [rows, columns, shots, cotangent, method] = args else {
            qml_source::bug!("arguments of the derivative of `gram`")
        };
        if *cotangent == Value::Unit {
            return Ok(Value::tuple([Value::Unit, Value::Unit, Value::Unit]));
        }
        let one_list = !matches!(columns, Value::Tensor(_));
        let left = self.bound_states(rows)?;
        let right = if one_list { left.clone() } else { self.bound_states(columns)? };
        let g = cotangent.clone().into_floats();
        let (m, n) = (left.len(), right.len());
        let mut found = [Vec::with_capacity(m), Vec::with_capacity(n)];
        // The overlap of a state with itself is 1, whatever the slots.
        let weight = |i: usize, j: usize| {
            if one_list && i == j { 0.0 } else { g[[i, j]] + if one_list { g[[j, i]] } else { 0.0 } }
        };
        for (i, row) in left.iter().enumerate() {
            let targets = (0..n).map(|j| (weight(i, j), right[j].1.as_slice())).collect::<Vec<_>>();
            found[0].push(self.overlaps_vjp(key, row, shots, method.to_str(), &targets, i as u64)?);
        }
        if !one_list {
            for (j, column) in right.iter().enumerate() {
                let targets = (0..m).map(|i| (weight(i, j), left[i].1.as_slice())).collect::<Vec<_>>();
                let stream = (m + j) as u64;
                found[1].push(self.overlaps_vjp(key, column, shots, method.to_str(), &targets, stream)?);
            }
        }
        let [by_rows, by_columns] = found;
        let by_columns = if one_list { Value::Unit } else { Value::vector(by_columns) };
        Ok(Value::tuple([Value::vector(by_rows), by_columns, Value::Unit]))
    }

    /// The programs of a list, each with its state.
    pub(crate) fn bound_states(&mut self, programs: &Value) -> Result<Vec<BoundState>, Fault> {
        let programs = programs.clone().into_values();
        let bound = programs.iter().map(|program| self.bind_register(program));
        let bound: Vec<BoundProgram> = bound.collect::<Result<_, _>>()?;
        for program in &bound {
            self.kernels.count(program.account(), 1, 0)?;
        }
        let states = self.states_of(&bound)?;
        Ok(bound.into_iter().zip(states).collect())
    }

    /// The states of programs, several at once where one of them does not keep all threads busy. They are not counted.
    pub(crate) fn states_of(&mut self, programs: &[BoundProgram]) -> Result<Vec<Vec<C64>>, Fault> {
        let plans: Vec<&Plan> = programs
            .iter()
            .map(|program| self.amplitudes_of(&program.prepared.runnable, "amplitudes"))
            .collect::<Result<_, _>>()?;
        let slots: Vec<&[f64]> = programs.iter().map(|program| program.slots.as_slice()).collect();
        let state = |i: usize| self.simulator.state(plans[i], slots[i]);
        let is_small = |program: &BoundProgram| program.prepared.runnable.circuit.n_wires < MANY_WIRES;
        let found = if programs.iter().all(is_small) {
            self.simulator.each(plans.len(), plans.first().map_or(0, |plan| plan.cost()), state)
        } else {
            (0..plans.len()).map(state).collect()
        };
        let found = found.map_err(|fault| simulation_fault(&fault))?;
        found.iter().for_each(|exact| self.note_branches(exact.branches));
        Ok(found.into_iter().map(|exact| exact.value).collect())
    }

    /// The cotangent of one program from those of its overlaps with other states.
    fn overlaps_vjp(
        &mut self,
        key: i64,
        (program, _): &BoundState,
        shots: &Value,
        method: &str,
        targets: &[(f64, &[C64])],
        stream: u64,
    ) -> Result<Value, Fault> {
        let sampling = self.sampling(shots, &program.prepared, key)?;
        let d_slots = match method_for(method, sampling, key)? {
            Method::Adjoint => {
                let plan = self.amplitudes_of(&program.prepared.runnable, ADJOINT)?;
                let result = self.simulator.overlaps_vjp(plan, &program.slots, targets);
                self.exact(program.account(), result)?
            }
            other => self.by_evaluations(other, program, sampling, &mut |this, angles, sampling| {
                let state = this.state(angles)?;
                let mut sum = 0.0;
                for (k, (weight, target)) in targets.iter().enumerate().filter(|(_, (w, _))| *w != 0.0) {
                    let stream = stream * targets.len() as u64 + k as u64;
                    sum += weight * this.overlap(program.account(), (&state, target), sampling, stream)?;
                }
                Ok(sum)
            })?,
        };
        cotangent_of(program, &d_slots)
    }
}

/// Of qubits that are not returned.
pub(crate) fn no_phase() -> Fault {
    let mut fault = simulation_fault(&qml_simulator::Fault::Mixed);
    "amplitudes have no derivative here: qubits that are not returned share a phase with the register"
        .clone_into(&mut fault.message);
    fault.help =
        vec!["`fidelity`, `gram`, `probs` and `expect` don't depend on it, and have derivatives".to_owned()];
    fault
}
