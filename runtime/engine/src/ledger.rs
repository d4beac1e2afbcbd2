//! What a run costs: circuits, shots, seconds of the device, money; by kernel, and in sum.
//!
//! All but wall time follows from the program, so a run that was resumed has the figures of one that was not.

use std::collections::BTreeMap;
use std::rc::Rc;

use qml_devices::Price;
use qml_prelude::Fault;
use qml_source::bug;
use serde::{Deserialize, Serialize};

mod budget;

pub use budget::Budget;

/// What was spent on a kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Costs {
    /// How often a result was asked for, gradients included.
    pub calls: u64,
    /// Circuits that were run.
    pub circuits: u64,
    /// Jobs that a device would get: one for all circuits of a call, or of calls that were gathered, split to what the
    /// device takes at once.
    #[serde(default)]
    pub jobs: u64,
    /// Shots that were drawn.
    pub shots: u64,
    /// Wall time.
    pub seconds: f64,
    /// What the device would take: durations of schedules times shots.
    pub qpu_seconds: f64,
    /// Shots of circuits whose duration isn't known.
    pub untimed_shots: u64,
    /// What the device's owner asks for that.
    pub price: f64,
}

/// What was spent, by kernel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// By the name of the kernel.
    pub kernels: BTreeMap<String, Costs>,
    /// In all.
    pub total: Costs,
}

impl Costs {
    fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.circuits += other.circuits;
        self.jobs += other.jobs;
        self.shots += other.shots;
        self.seconds += other.seconds;
        self.qpu_seconds += other.qpu_seconds;
        self.untimed_shots += other.untimed_shots;
        self.price += other.price;
    }
}

impl Ledger {
    /// The costs of a kernel, to add to.
    pub(crate) fn of(&mut self, kernel: &str) -> &mut Costs {
        // The name is copied once a kernel, not once a circuit.
        if !self.kernels.contains_key(kernel) {
            self.kernels.insert(kernel.to_owned(), Costs::default());
        }
        self.kernels.get_mut(kernel).unwrap_or_else(|| bug!("just entered"))
    }
}

/// Whose account a circuit goes to, and what a shot of it takes.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// The kernel that it comes from.
    pub kernel: Rc<str>,
    /// The duration of its schedule; none where there is no device, or it lacks a duration.
    pub seconds: Option<f64>,
}

/// The ledger of a run with what limits it.
#[derive(Debug, Default)]
pub(crate) struct Books {
    pub ledger: Ledger,
    pub budget: Budget,
    /// Whether circuits are those of a device.
    pub on_device: bool,
    /// What the device asks for, if that is public.
    pub tariff: Option<Price>,
}

impl Books {
    /// Enters circuits that run with so many shots each, or refuses them because they would cost more than there is.
    pub(crate) fn enter(&mut self, account: &Account, circuits: u64, shots: u64) -> Result<(), Fault> {
        let drawn = circuits * shots;
        let is_timed = account.seconds.is_some() || !self.on_device;
        let qpu_seconds = drawn as f64 * account.seconds.unwrap_or(0.0);
        let costs = Costs {
            circuits,
            shots: drawn,
            qpu_seconds,
            untimed_shots: if is_timed { 0 } else { drawn },
            price: if drawn == 0 { 0.0 } else { self.price(circuits, drawn, qpu_seconds) },
            ..Costs::default()
        };
        let mut total = self.ledger.total;
        total.add(&costs);
        let currency = self.tariff.as_ref().map_or("", |tariff| tariff.currency.as_str());
        if let Some(fault) = self.budget.refusal(&total, &account.kernel, currency) {
            return Err(fault);
        }
        self.ledger.total = total;
        self.ledger.of(&account.kernel).add(&costs);
        Ok(())
    }

    fn price(&self, circuits: u64, shots: u64, qpu_seconds: f64) -> f64 {
        let Some(tariff) = &self.tariff else { return 0.0 };
        let part = |rate: Option<f64>, count: f64| rate.map_or(0.0, |rate| rate * count);
        part(tariff.per_task, circuits as f64)
            + part(tariff.per_shot, shots as f64)
            + part(tariff.per_second, qpu_seconds)
    }

    /// Enters jobs of a device.
    pub(crate) fn enter_jobs(&mut self, kernel: &str, jobs: u64) {
        let costs = Costs { jobs, ..Costs::default() };
        self.ledger.of(kernel).add(&costs);
        self.ledger.total.add(&costs);
    }

    /// Enters calls, and how long they took together.
    pub(crate) fn enter_calls(&mut self, kernel: &str, calls: u64, seconds: f64) {
        let costs = Costs { calls, seconds, ..Costs::default() };
        self.ledger.of(kernel).add(&costs);
        self.ledger.total.add(&costs);
    }
}

#[cfg(test)]
mod tests;
