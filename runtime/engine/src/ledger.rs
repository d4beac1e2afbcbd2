//! What a run costs: circuits, shots, seconds of the device, money; by kernel, and in sum.
//!
//! All but wall time follows from the program, so a run that was resumed has the figures of one that was not.

use std::collections::BTreeMap;
use std::rc::Rc;

use qml_devices::Price;
use qml_prelude::Fault;
use qml_source::{Code, Diagnostic};
use serde::{Deserialize, Serialize};

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

/// What a run may cost; nothing where there is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Budget {
    /// `shots=`
    pub shots: Option<u64>,
    /// `qpu_s=`
    pub qpu_seconds: Option<f64>,
    /// `eur=` and the like: an amount in the currency of the device's price.
    pub price: Option<f64>,
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
        self.kernels.entry(kernel.to_owned()).or_default()
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
        if let Some(fault) = self.over_budget(&total, &account.kernel) {
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

    /// Why so much is too much, if it is.
    fn over_budget(&self, total: &Costs, kernel: &str) -> Option<Fault> {
        let budget = &self.budget;
        let told = |spent: String, limit: String, option: String| {
            Box::new(
                Diagnostic::error(
                    Code::Q0927,
                    format!("the budget is used up: {spent} would be spent, {limit} is allowed"),
                )
                .note(format!("circuits of `{kernel}` were about to run; they did not"))
                .help(format!("`--budget {option}` allows more")),
            )
        };
        if let Some(limit) = budget.shots.filter(|&limit| total.shots > limit) {
            let option = format!("shots={}", 2 * limit);
            return Some(told(format!("{} shots", total.shots), limit.to_string(), option));
        }
        if let Some(limit) = budget.qpu_seconds {
            if total.untimed_shots > 0 {
                let message =
                    "the budget can't be kept: the device's data lacks a duration of these circuits";
                return Some(Box::new(
                    Diagnostic::error(Code::Q0927, message)
                        .help("a budget of shots can: `--budget shots=100000`"),
                ));
            }
            if total.qpu_seconds > limit {
                let option = format!("qpu_s={}", 2.0 * limit);
                return Some(told(
                    format!("{:.6} QPU seconds", total.qpu_seconds),
                    limit.to_string(),
                    option,
                ));
            }
        }
        let limit = budget.price.filter(|&limit| total.price > limit)?;
        let currency = self.tariff.as_ref().map_or("", |tariff| tariff.currency.as_str());
        let option = format!("{}={}", currency.to_lowercase(), 2.0 * limit);
        Some(told(format!("{:.4} {currency}", total.price), limit.to_string(), option))
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
