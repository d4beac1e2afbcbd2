//! What a run cost, as a table for people.

use qml_devices::Device;
use qml_engine::{Costs, Run};

/// A line for each kernel and one for the sum, then time and energy.
pub(crate) fn table(run: &Run, device: Option<&Device>) -> String {
    let price = device.and_then(|device| device.price.as_ref());
    let mut rows = vec![header(device.is_some(), price.map(|price| price.currency.as_str()))];
    let row = |name: &str, costs: &Costs| {
        let mut cells = vec![name.to_owned()];
        cells.extend([costs.calls, costs.circuits].map(|count| count.to_string()));
        cells.extend(device.map(|_| costs.jobs.to_string()));
        cells.push(costs.shots.to_string());
        cells.push(format!("{:.3}", costs.seconds));
        if device.is_some() {
            let is_known = costs.untimed_shots == 0;
            cells.push(if is_known { format!("{:.6}", costs.qpu_seconds) } else { "not known".to_owned() });
        }
        if price.is_some() {
            cells.push(format!("{:.4}", costs.price));
        }
        cells
    };
    rows.extend(run.ledger.kernels.iter().map(|(name, costs)| row(name, costs)));
    if run.ledger.kernels.len() != 1 {
        rows.push(row("total", &run.ledger.total));
    }
    let energy = run
        .reading
        .joules
        .map_or_else(|| "energy not measured".to_owned(), |joules| format!("{joules:.1} J"));
    let times =
        format!("{:.3} s, {:.3} s of processors, {energy}", run.reading.seconds, run.reading.cpu_seconds);
    aligned(&rows) + &times + "\n"
}

fn header(has_device: bool, currency: Option<&str>) -> Vec<String> {
    let mut header = vec!["kernel", "calls", "circuits"];
    header.extend(has_device.then_some("jobs"));
    header.extend(["shots", "seconds"]);
    header.extend(has_device.then_some("QPU seconds"));
    header.extend(currency);
    header.into_iter().map(str::to_owned).collect()
}

/// The first column to the left, the others to the right.
fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(i, (cell, width))| match i {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ") + "\n"
    };
    rows.iter().map(line).collect()
}
