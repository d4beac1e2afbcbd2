//! What has an exact result on an emulated device, what a density matrix tells of small enough ones, and what gradients go
//! along elsewhere.

use qml_prelude::{Fault, ResultFunction};
use qml_simulator::{Density, Noise, Plan};
use qml_source::{Code, Diagnostic, bug};

use crate::huge_pages::allow_huge_pages_for;
use crate::kernels::Runnable;
use crate::session::{Session, simulation_fault};

/// Most qubits of a circuit whose density matrix is computed: 256 MiB.
const MAX_EXACT: usize = 12;

impl Session<'_> {
    /// The density matrix of a circuit on an emulated device; nothing where there is no noise.
    pub(crate) fn density<'r>(&mut self, runnable: &'r Runnable) -> Result<Option<&'r Density>, Fault> {
        let Some(noise) = &runnable.noise else { return Ok(None) };
        let n = runnable.circuit.n_wires;
        if n > MAX_EXACT {
            let message = format!("exact results of a noisy circuit on {n} qubits, {MAX_EXACT} are the most");
            return Err(Box::new(
                Diagnostic::error(Code::Q0722, message)
                    .note("qubits that the compiler routes through count too")
                    .help("estimate it: `shots: 1000` in the call, `@shots(1000)` on the kernel, or `--shots 1000`"),
            ));
        }
        if runnable.density.get().is_none() {
            self.kernels.statistics.plans += 1;
            // It is as large as a state of twice the qubits.
            allow_huge_pages_for(2 * n);
            let made = Density::new(&runnable.circuit, noise).map_err(|fault| simulation_fault(&fault))?;
            _ = runnable.density.set(made);
        }
        self.tell_as(runnable, "density matrix");
        Ok(runnable.density.get())
    }

    /// What gradients from trajectories go along, with the noise of an emulated device or with measurements alone.
    pub(crate) fn trajectories<'r>(&mut self, runnable: &'r Runnable) -> Result<&'r Plan, Fault> {
        if runnable.trajectories.get().is_none() {
            self.kernels.statistics.plans += 1;
            allow_huge_pages_for(runnable.circuit.n_wires);
            let none = Noise::default();
            let made = Plan::trajectories(&runnable.circuit, runnable.noise.as_ref().unwrap_or(&none));
            _ = runnable.trajectories.set(made.map_err(|fault| simulation_fault(&fault))?);
        }
        let Some(plan) = runnable.trajectories.get() else { bug!("just made") };
        self.tell_as(runnable, "gradients from trajectories");
        Ok(plan)
    }

    /// What needs a state vector has no result on an emulated device.
    pub(crate) fn check_emulated(&self, function: ResultFunction) -> Result<(), Fault> {
        let Some(emulator) = &self.kernels.emulator else { return Ok(()) };
        let name = match function {
            ResultFunction::State | ResultFunction::StateVjp | ResultFunction::StateJvp => "state",
            ResultFunction::Fidelity | ResultFunction::FidelityVjp => "fidelity",
            ResultFunction::Gram | ResultFunction::GramVjp => "gram",
            _ => return Ok(()),
        };
        let message = format!("`{name}` has no result on the emulated `{}`", emulator.device().name);
        Err(Box::new(
            Diagnostic::error(Code::Q0721, message).note("with noise a register has no state vector").help(
                "`probs`, `expect`, `variance`, `counts` and `samples` have; `--target simulator` has all",
            ),
        ))
    }
}
