//! Derivatives of result functions: the vector-Jacobian products that reverse mode asks for.
//!
//! Of an exact value one sweep back gives all slots (adjoint), through the state or, on an emulated device, through its
//! density matrix. With shots it is the parameter-shift rule, as on a device. Both, central differences and simultaneous
//! perturbation can be forced; an adjoint with shots is the mean over as many trajectories. The rule gives derivatives with respect to slots, the bind program takes them to the
//! arguments.

use std::sync::Arc;

use qml_ir::specialise::cotangents;
use qml_prelude::observable::Observable;
use qml_prelude::optimizer::flatten;
use qml_prelude::random::{child_key, sign_at};
use qml_prelude::{Fault, ResultFunction, Value};
use qml_simulator::{C64, Plan};
use qml_source::{Code, Diagnostic, bug};

use crate::kernels::{Angles, BoundProgram};
use crate::results::{Sampling, squared};
use crate::session::{Session, simulation_fault};
use crate::shift::Shifted;

/// How far simultaneous perturbation moves where values come from shots, whose noise is divided by it.
const DISTANCE_OF_SHOTS: f64 = 0.1;

/// The method that needs amplitudes.
pub(crate) const ADJOINT: &str = "adjoint gradients";

/// The stream of the signs, apart from those of shots.
const SIGNS: u64 = 1 << 63;
/// The stream of trajectories, apart from that of the shots of a value.
const TRAJECTORIES: u64 = 1 << 60;

/// How a derivative is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Adjoint,
    /// The mean of adjoint gradients along so many trajectories, with their key.
    Trajectories(usize, u64),
    ParameterShift,
    FiniteDifference,
    /// With the key of its signs.
    Spsa(u64),
}

impl Session<'_> {
    /// Arguments of the function, then the cotangent of its value, then the method; see [`ResultFunction::ExpectVjp`].
    pub(crate) fn vjp(&mut self, function: ResultFunction, key: i64, args: &[Value]) -> Result<Value, Fault> {
        match function {
            ResultFunction::StateVjp => return self.state_vjp(key, args),
            ResultFunction::GramVjp => return self.gram_vjp(key, args),
            _ => {}
        }
        let is_of_coefficients = matches!(
            function,
            ResultFunction::ExpectCoefficientsVjp | ResultFunction::VarianceCoefficientsVjp
        );
        let n = args.len();
        let (args, cotangent, method) = (&args[..n - 2], &args[n - 2], args[n - 1].to_str());
        let weights: Vec<f64> = match cotangent {
            Value::Float(x) => vec![*x],
            Value::Unit if is_of_coefficients => return Ok(Value::Unit),
            Value::Unit => return Ok(Value::tuple(vec![Value::Unit; args.len()])),
            tensor => flatten(tensor),
        };
        match function {
            ResultFunction::ExpectCoefficientsVjp => self.expect_coefficients(key, args, &weights),
            ResultFunction::VarianceCoefficientsVjp => self.variance_coefficients(key, args, weights[0]),
            ResultFunction::ExpectVjp => {
                let program = self.bind(&args[1])?;
                let sampling = self.sampling(&args[2], &program.prepared, key)?;
                let observables = self.observables_of(&args[0]);
                let method = self.rule(method, sampling, key)?;
                let d_slots = self.expect_slots(&program, &observables, &weights, sampling, method)?;
                Ok(Value::tuple([Value::Unit, cotangent_of(&program, &d_slots)?, Value::Unit]))
            }
            ResultFunction::VarianceVjp => {
                let program = self.bind(&args[1])?;
                let sampling = self.sampling(&args[2], &program.prepared, key)?;
                let observable = self.observables_of(&args[0]);
                // d(<O^2> - <O>^2) = d<O^2> - 2 <O> d<O>
                let mean = self.expectations(program.angles(), &observable, sampling)?[0];
                let both_weights = [weights[0], -2.0 * mean * weights[0]];
                let both = Arc::from([squared(&observable[0])?, observable[0].clone()]);
                let method = self.rule(method, sampling, key)?;
                let d_slots = self.expect_slots(&program, &both, &both_weights, sampling, method)?;
                Ok(Value::tuple([Value::Unit, cotangent_of(&program, &d_slots)?, Value::Unit]))
            }
            ResultFunction::ProbsVjp => {
                let program = self.bind(&args[0])?;
                let sampling = self.sampling(&args[1], &program.prepared, key)?;
                let method = self.rule(method, sampling, key)?;
                let d_slots = self.probability_slots(&program, &weights, sampling, method)?;
                Ok(Value::tuple([cotangent_of(&program, &d_slots)?, Value::Unit]))
            }
            ResultFunction::FidelityVjp => {
                let (p, q) = (self.bind(&args[0])?, self.bind(&args[1])?);
                let sampling = self.sampling(&args[2], &p.prepared, key)?;
                let method = self.rule(method, sampling, key)?;
                let (d_left, d_right) = self.fidelity_slots(&p, &q, sampling, method)?;
                let scaled = |d: &[f64]| d.iter().map(|x| x * weights[0]).collect::<Vec<_>>();
                Ok(Value::tuple([
                    cotangent_of(&p, &scaled(&d_left))?,
                    cotangent_of(&q, &scaled(&d_right))?,
                    Value::Unit,
                ]))
            }
            other => bug!("{other:?} is no derivative"),
        }
    }

    /// The rule that fits, or the one that was asked for if it can be.
    pub(crate) fn rule(&self, asked: &str, sampling: Sampling, key: i64) -> Result<Method, Fault> {
        match (asked, sampling) {
            ("auto", _) if self.simulation.method.is_without_amplitudes() && !self.is_emulated() => {
                Ok(Method::ParameterShift)
            }
            ("adjoint", Sampling::Shots { shots, key }) => {
                Ok(Method::Trajectories(shots, child_key(key, TRAJECTORIES)))
            }
            _ => method_for(asked, sampling, key),
        }
    }

    fn is_emulated(&self) -> bool {
        self.kernels.emulator.is_some()
    }

    fn probability_slots(
        &mut self,
        program: &BoundProgram,
        weights: &[f64],
        sampling: Sampling,
        method: Method,
    ) -> Result<Vec<f64>, Fault> {
        let (runnable, slots) = program.angles();
        match method {
            Method::Adjoint => match self.density(runnable)? {
                Some(density) => {
                    let result = self.simulator.noisy_probabilities_vjp(density, slots, weights);
                    self.exact(program.account(), result)
                }
                None => {
                    let plan = self.amplitudes_of(runnable, ADJOINT)?;
                    let result = self.simulator.probabilities_vjp(plan, slots, weights);
                    Ok(self.exact(program.account(), result)?.d_slots)
                }
            },
            Method::Trajectories(shots, key) => {
                let plan = self.along_trajectories(program, shots)?;
                let result = self.simulator.sampled_probabilities_vjp(plan, slots, weights, shots, key);
                result.map_err(|fault| simulation_fault(&fault))
            }
            other => self.by_evaluations(other, program, sampling, &mut |this, angles, sampling| {
                let values = this.probabilities(angles, sampling)?;
                Ok(weighted(&values, weights))
            }),
        }
    }

    /// What trajectories of a program are drawn from; they are paid for as shots.
    fn along_trajectories<'p>(&mut self, program: &'p BoundProgram, shots: usize) -> Result<&'p Plan, Fault> {
        let runnable = &program.prepared.runnable;
        if runnable.noise.is_none() {
            // Refused where another method was asked for.
            self.amplitudes_of(runnable, ADJOINT)?;
        }
        self.kernels.count(program.account(), 1, shots as u64)?;
        self.trajectories(runnable)
    }

    fn expect_slots(
        &mut self,
        program: &BoundProgram,
        observables: &Arc<[Observable]>,
        cotangents: &[f64],
        sampling: Sampling,
        method: Method,
    ) -> Result<Vec<f64>, Fault> {
        let (runnable, slots) = program.angles();
        match method {
            Method::Adjoint => match self.density(runnable)? {
                Some(density) => {
                    let vjp = self.simulator.noisy_expectations_vjp(density, slots, observables, cotangents);
                    self.exact(program.account(), vjp)
                }
                None => {
                    let plan = self.amplitudes_of(runnable, ADJOINT)?;
                    let (simulator, end) = (&self.simulator, runnable.end.take());
                    let result = runnable.observables(observables).and_then(|seen| {
                        simulator.expectations_vjp_from(plan, slots, &seen, cotangents, end)
                    });
                    Ok(self.exact(program.account(), result)?.d_slots)
                }
            },
            Method::Trajectories(shots, key) => {
                let plan = self.along_trajectories(program, shots)?;
                let simulator = &self.simulator;
                let vjp =
                    simulator.sampled_expectations_vjp(plan, slots, observables, cotangents, shots, key);
                vjp.map_err(|fault| simulation_fault(&fault))
            }
            other => self.by_evaluations(other, program, sampling, &mut |this, angles, sampling| {
                let values = this.expectations(angles, observables, sampling)?;
                Ok(weighted(&values, cotangents))
            }),
        }
    }

    /// The derivatives of a fidelity with respect to the slots of either program.
    fn fidelity_slots(
        &mut self,
        p: &BoundProgram,
        q: &BoundProgram,
        sampling: Sampling,
        method: Method,
    ) -> Result<(Vec<f64>, Vec<f64>), Fault> {
        match method {
            Method::Adjoint => {
                self.kernels.count(p.account(), 1, 0)?;
                self.kernels.count(q.account(), 1, 0)?;
                let left = self.amplitudes_of(&p.prepared.runnable, ADJOINT)?;
                let right = self.amplitudes_of(&q.prepared.runnable, ADJOINT)?;
                let result = self.simulator.fidelity_vjp((left, &p.slots), (right, &q.slots));
                let fidelity = result.map_err(|fault| simulation_fault(&fault))?;
                Ok((fidelity.d_left, fidelity.d_right))
            }
            Method::Trajectories(..) => Err(needs_exact_values()),
            other => {
                let states = (self.state(p.angles())?, self.state(q.angles())?);
                // One state is held while the other moves; each has its own stream of shots.
                let mut side = |stream: u64, moving: &BoundProgram, held: &[C64]| {
                    self.by_evaluations(other, moving, sampling, &mut |this, angles, sampling| {
                        let state = this.state(angles)?;
                        this.overlap(moving.account(), (&state, held), sampling, stream)
                    })
                };
                Ok((side(0, p, &states.1)?, side(1, q, &states.0)?))
            }
        }
    }

    /// The derivative with respect to each slot from values of the function itself.
    pub(crate) fn by_evaluations(
        &mut self,
        method: Method,
        program: &BoundProgram,
        sampling: Sampling,
        value: &mut dyn FnMut(&mut Self, Angles<'_>, Sampling) -> Result<f64, Fault>,
    ) -> Result<Vec<f64>, Fault> {
        let mut d_slots = vec![0.0; program.slots.len()];
        if method == Method::FiniteDifference {
            let half = self.simulation.difference_step();
            for (slot, derivative) in d_slots.iter_mut().enumerate() {
                let mut at = |this: &mut Self, step: f64| {
                    let mut moved = program.slots.clone();
                    moved[slot] += step;
                    value(this, (&program.prepared.runnable, &moved), sampling)
                };
                *derivative = (at(self, half)? - at(self, -half)?) / (2.0 * half);
            }
            return Ok(d_slots);
        }
        if let Method::Spsa(key) = method {
            return self.by_simultaneous_perturbation(key, program, sampling, value);
        }
        if program.prepared.shifted.get().is_none() {
            let shifted = Shifted::new(&mut self.kernels, &program.prepared.runnable);
            _ = program.prepared.shifted.set(shifted);
        }
        let Some(shifted) = program.prepared.shifted.get() else { bug!("just made") };
        let angles = shifted.bind(&program.slots);
        let mut evaluation = 0;
        for (i, occurrence) in shifted.occurrences.iter().enumerate() {
            let mut derivative = 0.0;
            for &(shift, weight) in &occurrence.rule {
                for sign in [1.0, -1.0] {
                    let mut moved = angles.clone();
                    moved[i] += sign * shift;
                    let stream = own_shots(sampling, evaluation);
                    evaluation += 1;
                    derivative += sign * weight * value(self, (&shifted.runnable, &moved), stream)?;
                }
            }
            for &(slot, coefficient) in &occurrence.angle.terms {
                d_slots[slot.0 as usize] += coefficient * derivative;
            }
        }
        Ok(d_slots)
    }

    /// All arguments moved at once along random signs s, there and back: `(f(x + c s) - f(x - c s)) / (2 c) * s`, two
    /// evaluations however many there are. Right on average up to c^2; Spall, IEEE Transactions on Automatic Control 37,
    /// 332 (1992).
    fn by_simultaneous_perturbation(
        &mut self,
        key: u64,
        program: &BoundProgram,
        sampling: Sampling,
        value: &mut dyn FnMut(&mut Self, Angles<'_>, Sampling) -> Result<f64, Fault>,
    ) -> Result<Vec<f64>, Fault> {
        let bind = &program.prepared.specialised.bind;
        let inputs = &program.slots[..bind.n_inputs];
        let sign = |i: usize| sign_at(key, 0, i as u64);
        let distance = match sampling {
            Sampling::Exact => self.simulation.perturbation(),
            Sampling::Shots { .. } => DISTANCE_OF_SHOTS,
        };
        let mut slots = Vec::new();
        let mut at = |this: &mut Self, distance: f64, evaluation| {
            let moved: Vec<f64> = inputs.iter().enumerate().map(|(i, x)| x + distance * sign(i)).collect();
            bind.bind(&moved, &mut slots)?;
            value(this, (&program.prepared.runnable, &slots), own_shots(sampling, evaluation))
        };
        let slope = (at(self, distance, 0)? - at(self, -distance, 1)?) / (2.0 * distance);
        let mut d_slots = vec![0.0; program.slots.len()];
        d_slots.iter_mut().take(inputs.len()).enumerate().for_each(|(i, d)| *d = slope * sign(i));
        Ok(d_slots)
    }
}

/// The same, with shots of its own for each evaluation.
fn own_shots(sampling: Sampling, evaluation: u64) -> Sampling {
    match sampling {
        Sampling::Exact => Sampling::Exact,
        Sampling::Shots { shots, key } => Sampling::Shots { shots, key: child_key(key, evaluation) },
    }
}

/// The rule that fits, or the one that was asked for if it can be.
pub(crate) fn method_for(asked: &str, sampling: Sampling, key: i64) -> Result<Method, Fault> {
    match (asked, sampling) {
        ("auto" | "adjoint", Sampling::Exact) => Ok(Method::Adjoint),
        ("auto" | "parameter_shift", _) => Ok(Method::ParameterShift),
        ("finite_difference", Sampling::Exact) => Ok(Method::FiniteDifference),
        ("spsa", _) => Ok(Method::Spsa(child_key(key as u64, SIGNS))),
        ("adjoint", Sampling::Shots { .. }) => Err(needs_exact_values()),
        ("finite_difference", Sampling::Shots { .. }) => Err(Box::new(
            Diagnostic::error(Code::Q0662, "finite differences of shots are noise divided by a small number")
                .help("`using \"parameter_shift\"` is exact on average"),
        )),
        (other, _) => bug!("the gradient method {other}"),
    }
}

/// Overlaps of states have no trajectories.
fn needs_exact_values() -> Fault {
    let message = "the adjoint method of overlaps needs exact values, and shots were asked for";
    Box::new(
        Diagnostic::error(Code::Q0662, message)
            .help("leave `shots` out, or leave the method out: with shots it is the parameter-shift rule"),
    )
}

fn weighted(values: &[f64], weights: &[f64]) -> f64 {
    values.iter().zip(weights).map(|(value, weight)| value * weight).sum()
}

/// From slots to the program's arguments.
pub(crate) fn cotangent_of(program: &BoundProgram, d_slots: &[f64]) -> Result<Value, Fault> {
    let prepared = &program.prepared;
    let d_inputs = prepared.specialised.bind.bind_vjp(&program.slots, d_slots)?;
    Ok(Value::Tuple(cotangents(&prepared.key.args, &d_inputs)))
}
