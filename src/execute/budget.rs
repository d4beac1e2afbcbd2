//! The limits of `--budget`.

use qml_devices::Device;
use qml_engine::Budget;
use qml_source::{Code, Diagnostic};

/// The limits as they were given, `shots=100000` and the like, of a run on this device.
pub(super) fn budget(limits: &[String], device: Option<&Device>) -> Result<Budget, Diagnostic> {
    let mut budget = Budget::default();
    for text in limits {
        enter(&mut budget, text, device).map_err(|why| {
            let given = if text.is_empty() { limits.join(",") } else { text.clone() };
            let error = Diagnostic::error(Code::Q0912, format!("`--budget {given}`: {}", why.what));
            let error = why.note.into_iter().fold(error, Diagnostic::note);
            error.help(why.help.unwrap_or_else(|| format!("`--budget {}`", example(device))))
        })?;
    }
    Ok(budget)
}

/// What is wrong with a limit.
#[derive(Default)]
struct Wrong {
    what: String,
    note: Option<String>,
    /// Instead of an example.
    help: Option<String>,
}

fn wrong(what: impl Into<String>) -> Wrong {
    Wrong { what: what.into(), ..Wrong::default() }
}

fn enter(budget: &mut Budget, text: &str, device: Option<&Device>) -> Result<(), Wrong> {
    let Some((name, limit)) = text.split_once('=') else {
        return Err(wrong(if text.is_empty() {
            "between commas stands a limit"
        } else {
            "a limit is missing"
        }));
    };
    let amount: f64 = limit.replace('_', "").parse().unwrap_or(f64::NAN);
    if !(amount.is_finite() && amount >= 0.0) {
        return Err(wrong(format!("`{limit}` is no amount, which is a number from 0 on")));
    }
    let is_twice = match name.to_lowercase().as_str() {
        "shots" if amount.fract() != 0.0 => return Err(wrong("a number of shots is whole")),
        "shots" => budget.shots.replace(amount as u64).is_some(),
        "qpu_s" if device.is_none() => {
            return Err(Wrong {
                help: Some(
                    "`--target emulator:DEVICE` counts them; `--budget shots=100000` limits the shots".into(),
                ),
                ..wrong("a simulator has no QPU seconds to count")
            });
        }
        "qpu_s" => budget.qpu_seconds.replace(amount).is_some(),
        currency => {
            check_currency(currency, name, device)?;
            budget.price.replace(amount).is_some()
        }
    };
    if is_twice { Err(wrong(format!("`{name}` has a limit already"))) } else { Ok(()) }
}

/// Whether the device's price is in this currency.
fn check_currency(currency: &str, written: &str, device: Option<&Device>) -> Result<(), Wrong> {
    match device.and_then(|device| device.price.as_ref()) {
        Some(price) if price.currency.to_lowercase() == currency => Ok(()),
        Some(price) => Err(wrong(format!("the device's price is in `{}`", price.currency.to_lowercase()))),
        None => Err(Wrong {
            note: Some("limits are `shots`, with a device `qpu_s`, and a currency where the price is known: a device file of your own can have a `price`".into()),
            ..wrong(format!("there is no limit `{written}` on this target"))
        }),
    }
}

/// Limits that this device takes.
fn example(device: Option<&Device>) -> String {
    let Some(device) = device else { return "shots=100000".to_owned() };
    let price = device.price.as_ref().map(|price| format!(",{}=20", price.currency.to_lowercase()));
    format!("shots=100000,qpu_s=60{}", price.unwrap_or_default())
}
