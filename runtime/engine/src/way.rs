//! Which simulator a circuit runs on.
//!
//! Amplitudes and tableaux are exact, so the choice between them is one of time and memory. It depends on the circuit and
//! the values of its slots, never on the machine. Matrix-product states are taken where they are asked for.

use std::rc::Rc;
use std::sync::Arc;

use qml_mps::{Approximate, Mps, TooWide};
use qml_prelude::Fault;
use qml_prelude::observable::Observable;
use qml_simulator::{Clifford, Exact, Plan, Prepared, Shots};
use qml_source::{Code, Diagnostic, bug};

use crate::kernels::{Angles, Runnable};
use crate::session::{Session, simulation_fault};
use crate::simulation::{Method, Simulation};

/// From so many wires on a Clifford circuit runs on a tableau: below, amplitudes are as fast.
pub(crate) const MANY_WIRES: usize = 17;

/// How a circuit is simulated.
pub(crate) enum Way<'r> {
    /// All amplitudes.
    StateVector(&'r Plan),
    /// A stabiliser tableau.
    Stabilizer(Rc<Clifford>),
    /// A matrix-product state.
    Mps(Box<Mps>),
}

/// From this distance to the exact state on, a user is told.
const FAR: f64 = 1e-6;

impl Session<'_> {
    /// How the circuit runs for these values of its slots.
    pub(crate) fn way<'r>(&mut self, (runnable, slots): Angles<'r>) -> Result<Way<'r>, Fault> {
        let Simulation { method, limits, .. } = self.simulation;
        let is_noisy = runnable.noise.is_some();
        let is_many = runnable.circuit.n_wires >= MANY_WIRES;
        let is_tableau_wanted = method == Method::Stabilizer || method == Method::Auto && is_many;
        let clifford = if is_tableau_wanted { runnable.clifford(slots) } else { None };
        let way = match (clifford, method) {
            (_, Method::Mps) if !is_noisy => match Mps::new(&runnable.circuit, slots, limits) {
                Ok(mps) => Way::Mps(Box::new(mps)),
                Err(too_wide) => return Err(too_wide_for_mps(&too_wide)),
            },
            (Some(clifford), _) => Way::Stabilizer(clifford),
            (None, Method::Stabilizer) if !is_noisy => return Err(not_clifford(runnable, slots)),
            (None, _) => Way::StateVector(runnable.plan()?),
        };
        self.tell(runnable, &way);
        Ok(way)
    }

    /// The plan of a circuit for what needs amplitudes; `what` is named where another method was asked for.
    pub(crate) fn amplitudes_of<'r>(
        &mut self,
        runnable: &'r Runnable,
        what: &str,
    ) -> Result<&'r Plan, Fault> {
        match self.simulation.method {
            Method::Auto | Method::StateVector => {}
            other @ (Method::Stabilizer | Method::Mps) => {
                let message = format!("`--method {}` has no {what}", other.name());
                return Err(Box::new(
                    Diagnostic::error(Code::Q0664, message)
                        .help("leave `--method` out: the method is chosen for each call"),
                ));
            }
        }
        let plan = runnable.plan()?;
        self.tell(runnable, &Way::StateVector(plan));
        Ok(plan)
    }

    pub(crate) fn exact_expectations(
        &mut self,
        angles: Angles<'_>,
        observables: &Arc<[Observable]>,
    ) -> Result<Vec<f64>, Fault> {
        let result = match (self.density(angles.0)?, angles.1) {
            (Some(density), slots) => self.simulator.noisy_expectations(density, slots, observables),
            (None, slots) => match self.way(angles)? {
                Way::StateVector(plan) => {
                    let prepared = angles.0.observables(observables);
                    prepared.and_then(|seen| self.expectations_of(angles.0, plan, slots, &seen))
                }
                Way::Stabilizer(clifford) => self.simulator.clifford_expectations(&clifford, observables),
                Way::Mps(mps) => {
                    let result = mps.expectations(&self.simulator, observables);
                    result.map(|found| self.approximate(angles.0, found))
                }
            },
        };
        self.exact(&angles.0.account, result)
    }

    /// Exact values from amplitudes. A small state is kept: most often the gradient is asked for next.
    fn expectations_of(
        &self,
        runnable: &Runnable,
        plan: &Plan,
        slots: &[f64],
        prepared: &Prepared,
    ) -> Result<Exact<Vec<f64>>, qml_simulator::Fault> {
        if runnable.circuit.n_wires >= MANY_WIRES {
            return self.simulator.prepared_expectations(plan, slots, prepared);
        }
        runnable.end.take().into_iter().for_each(|end| self.simulator.recycle(end));
        let (exact, end) = self.simulator.expectations_to_end(plan, slots, prepared)?;
        runnable.end.replace(end);
        Ok(exact)
    }

    pub(crate) fn exact_probabilities(&mut self, angles: Angles<'_>) -> Result<Vec<f64>, Fault> {
        let result: Result<Exact<Vec<f64>>, _> = match (self.density(angles.0)?, angles.1) {
            (Some(density), slots) => self.simulator.noisy_probabilities(density, slots),
            (None, slots) => match self.way(angles)? {
                Way::StateVector(plan) => self.simulator.probabilities(plan, slots),
                Way::Stabilizer(clifford) => self.simulator.clifford_probabilities(&clifford),
                Way::Mps(mps) => {
                    let result = mps.probabilities(&self.simulator);
                    result.map(|found| self.approximate(angles.0, found))
                }
            },
        };
        self.exact(&angles.0.account, result)
    }

    /// A part of the shots of a longer call.
    pub(crate) fn sample_part(
        &mut self,
        angles: Angles<'_>,
        part: std::ops::Range<usize>,
        key: u64,
    ) -> Result<Shots, Fault> {
        let drawn = match self.way(angles)? {
            Way::StateVector(plan) => self.simulator.sample_part(plan, angles.1, part, key),
            Way::Stabilizer(clifford) => self.simulator.clifford_sample_part(&clifford, part, key),
            Way::Mps(mps) => {
                let result = mps.sample_part(&self.simulator, part, key);
                result.map(|found| self.approximate(angles.0, found))
            }
        };
        drawn.map_err(|fault| simulation_fault(&fault))
    }

    /// The value; how far it may be off is kept for the end of the run.
    fn approximate<T>(&mut self, runnable: &Runnable, found: Approximate<T>) -> T {
        let worst = self.kernels.distances.entry(runnable.circuit.name.clone()).or_insert((0.0, 1));
        *worst = (worst.0.max(found.distance), worst.1.max(found.bond));
        found.value
    }

    /// What was left out of matrix-product states, one message a kernel.
    pub(crate) fn warn_of_distances(&mut self) {
        for (name, (distance, bond)) in std::mem::take(&mut self.kernels.distances) {
            if distance < FAR {
                continue;
            }
            let function = self.module.functions.iter().find(|function| function.name == name);
            let shown = name.strip_prefix("main.").unwrap_or(&name);
            // No two states are further apart.
            let distance = distance.min(1.0);
            let message =
                format!("`{shown}` is simulated up to a distance of {distance:.1e}, at bonds of {bond}");
            let mut warning = Diagnostic::warning(Code::Q0665, message)
                .note("probabilities are off by at most that, expectation values by twice that times the largest value")
                .help("a larger `--max-bond` leaves out less");
            if let Some(function) = function {
                warning = warning.primary(function.span, "its states have more entanglement");
            }
            self.kernels.warnings.push(warning);
        }
    }

    /// Tells how a circuit is simulated, once for each way.
    fn tell(&mut self, runnable: &Runnable, way: &Way<'_>) {
        let name = match way {
            Way::StateVector(_) if runnable.noise.is_some() => "trajectories",
            Way::StateVector(_) => Method::StateVector.name(),
            Way::Stabilizer(_) if runnable.noise.is_some() => "Pauli frames",
            Way::Stabilizer(_) => Method::Stabilizer.name(),
            Way::Mps(_) => Method::Mps.name(),
        };
        self.tell_as(runnable, name);
    }

    /// The same for a way of this name.
    pub(crate) fn tell_as(&mut self, runnable: &Runnable, name: &'static str) {
        if runnable.told.replace(Some(name)) == Some(name) {
            return;
        }
        let circuit = &runnable.circuit;
        if self.kernels.told.insert((circuit.name.clone(), circuit.n_wires, name)) {
            let kernel = circuit.name.strip_prefix("main.").unwrap_or(&circuit.name);
            self.output.method(kernel, circuit.n_wires, name);
        }
    }
}

fn not_clifford(runnable: &Runnable, slots: &[f64]) -> Fault {
    let Err(op) = Clifford::new(&runnable.circuit, slots) else { bug!("it is a Clifford circuit") };
    Box::new(
        Diagnostic::error(Code::Q0664, "`--method stabilizer` has Clifford gates, and this is none")
            .primary(op.span, "for these values")
            .note("Clifford gates are made of `h`, `s` and `cx`; rotations are, by multiples of `pi / 2`")
            .help("leave `--method` out: the method is chosen for each call"),
    )
}

fn too_wide_for_mps(too_wide: &TooWide<'_>) -> Fault {
    let message =
        format!("`--method mps` has gates on {} qubits at most, controls included", too_wide.most_wires);
    Box::new(
        Diagnostic::error(Code::Q0664, message)
            .primary(too_wide.op.span, format!("on {}", too_wide.op.wires().len()))
            .help("leave `--method` out: the method is chosen for each call"),
    )
}
