//! What a run may cost, and what is said where it would cost more.

use qml_prelude::Fault;
use qml_source::{Code, Diagnostic};

use super::Costs;

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

/// Sums of prices carry rounding errors, which no one is to pay for.
const SLACK: f64 = 1.0 + 1e-9;

impl Budget {
    /// Why so much is too much, if it is.
    pub(super) fn refusal(&self, total: &Costs, kernel: &str, currency: &str) -> Option<Fault> {
        let (spent, limit) = if let Some(limit) = self.shots.filter(|&limit| total.shots > limit) {
            (format!("{} shots", total.shots), limit.to_string())
        } else if self.qpu_seconds.is_some() && total.untimed_shots > 0 {
            return Some(self.cannot_be_kept(total, currency));
        } else if let Some(limit) = self.qpu_seconds.filter(|limit| total.qpu_seconds > limit * SLACK) {
            (format!("{} QPU seconds", amount(total.qpu_seconds, 6)), limit.to_string())
        } else {
            let limit = self.price.filter(|limit| total.price > limit * SLACK)?;
            (format!("{} {currency}", amount(total.price, 4)), limit.to_string())
        };
        let message = format!("the budget is used up: {spent} would be spent, {limit} is allowed");
        let options = self.enough_for_twice(total).options(currency);
        Some(Box::new(
            Diagnostic::error(Code::Q0927, message)
                .note(format!("circuits of `{kernel}` were about to run; they did not"))
                .help(format!("`--budget {options}` allows twice as much as would be spent then")),
        ))
    }

    fn cannot_be_kept(&self, total: &Costs, currency: &str) -> Fault {
        let message = "the budget can't be kept: the device's data lacks a duration of these circuits";
        let shots = self.shots.unwrap_or(0).max(round_up(2.0 * total.shots as f64) as u64);
        let instead = Self { shots: Some(shots), qpu_seconds: None, ..*self }.options(currency);
        Box::new(
            Diagnostic::error(Code::Q0927, message)
                .help(format!("a budget of shots can: `--budget {instead}`")),
        )
    }

    /// The budget with each limit that is passed raised to twice what would be spent.
    fn enough_for_twice(&self, total: &Costs) -> Self {
        let raised = |limit: f64, spent: f64| if spent > limit { round_up(2.0 * spent) } else { limit };
        Self {
            shots: self.shots.map(|limit| limit.max(raised(limit as f64, total.shots as f64) as u64)),
            qpu_seconds: self.qpu_seconds.map(|limit| raised(limit, total.qpu_seconds)),
            price: self.price.map(|limit| raised(limit, total.price)),
        }
    }

    /// As it is given to `--budget`.
    fn options(&self, currency: &str) -> String {
        let limits = [
            self.shots.map(|limit| format!("shots={limit}")),
            self.qpu_seconds.map(|limit| format!("qpu_s={limit}")),
            self.price.map(|limit| format!("{}={limit}", currency.to_lowercase())),
        ];
        limits.into_iter().flatten().collect::<Vec<_>>().join(",")
    }
}

/// The next number of two digits and zeros.
fn round_up(x: f64) -> f64 {
    if x <= 0.0 {
        return x;
    }
    let exponent = x.log10().floor() as i32 - 1;
    // Through text, so that it has no digits but those two.
    let digits = (x / 10f64.powi(exponent) - 1e-6).ceil();
    format!("{digits}e{exponent}").parse().unwrap_or(x)
}

/// So many decimals, or the first digits of what is less than they show.
fn amount(x: f64, decimals: usize) -> String {
    if x < 10f64.powi(2 - decimals as i32) { format!("{x:.2e}") } else { format!("{x:.decimals$}") }
}
