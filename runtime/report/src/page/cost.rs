//! What a run cost.

use super::html::{paragraph, table};
use crate::figures::{count, duration, short};
use crate::run::{Entry, Run};

/// The ledger as a table: a row a kernel, and the sum.
pub(super) fn ledger(run: &Run) -> String {
    let Some(total) = &run.total else { return String::new() };
    let all = || run.kernels.iter().chain(std::iter::once(total));
    let has_device = all().any(|entry| entry.qpu_seconds.is_some());
    let has_price = all().any(|entry| entry.price.is_some());
    let mut head = vec!["kernel", "calls", "circuits"];
    head.extend(has_device.then_some("jobs"));
    head.extend(["shots", "time"]);
    head.extend(has_device.then_some("device time"));
    head.extend(has_price.then_some("price"));
    let row = |entry: &Entry, name: &str, seconds: Option<f64>| {
        let mut cells = vec![name.to_owned(), count(entry.calls), count(entry.circuits)];
        cells.extend(has_device.then(|| or_dash(entry.jobs, count)));
        cells.extend([count(entry.shots), or_dash(seconds, duration)]);
        if has_device {
            cells.push(or_dash(entry.qpu_seconds, duration));
        }
        if has_price {
            cells.push(or_dash(entry.price, |price| money(price, total)));
        }
        cells
    };
    let rows: Vec<Vec<String>> =
        run.kernels.iter().map(|entry| row(entry, &entry.kernel, entry.seconds)).collect();
    let in_kernels: f64 = run.kernels.iter().filter_map(|entry| entry.seconds).sum();
    let sum = row(total, "in sum", Some(in_kernels));
    table(&head, 1, &rows, Some(&sum)) + &paragraph(&whole(total))
}

/// The sentence below the table.
fn whole(total: &Entry) -> String {
    let mut parts = Vec::new();
    parts.extend(total.seconds.map(|seconds| format!("The whole run took {}", duration(seconds))));
    parts.extend(total.cpu_seconds.map(|seconds| format!("{} of processor time", duration(seconds))));
    let energy = total.energy_joules.map(|energy| format!("{} J", short(energy, 3)));
    let note = || total.energy_note.clone().map(|note| format!("energy not measured ({note})"));
    parts.extend(energy.or_else(note));
    if parts.is_empty() { String::new() } else { parts.join(", ") + "." }
}

/// An amount in its currency.
pub(super) fn money(amount: f64, total: &Entry) -> String {
    format!("{amount:.2} {}", total.currency.as_deref().unwrap_or("")).trim_end().to_owned()
}

fn or_dash<T>(value: Option<T>, show: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "–".to_owned(), show)
}
