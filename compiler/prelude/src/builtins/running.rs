//! Printing, asserting, time, and what an optimization reports.

use super::{Builtin, BuiltinId, Call, Effect, internal, pure, row};

use qml_source::{Code, Diagnostic};

use super::faults::fault;
use super::format::{format_complex, format_float, format_short, format_value};
use super::operators::{Kind, broadcast_shape, kind, spread};
use crate::{Fault, Host, Value};

pub(super) const ROWS: &[Builtin] = &[
    io(
        "print",
        &[
            "print()",
            "print(x: T)",
            "print(x: T, y: U)",
            "print(x: T, y: U, z: V)",
            "print(x: T, y: U, z: V, w: W)",
        ],
        print,
        "Writes its arguments, with spaces between, and ends the line.",
    ),
    io(
        "table",
        &[
            "table(header: string[n], rows: num[m, n])",
            "table(header: string[n], rows: string[m, n])",
            "table(header: string[n], rows: bool[m, n])",
        ],
        table,
        "Writes a table with aligned columns.",
    ),
    pure(
        "assert",
        &["assert(condition: bool, message?: string)"],
        |_, args| assert(args),
        "Stops with an error unless the condition holds.",
    ),
    pure(
        "assert_close",
        &[
            "assert_close(a: float[..s], b: float[..t], tolerance: float = 1e-9)",
            "assert_close(a: complex[..s], b: complex[..t], tolerance: float = 1e-9)",
        ],
        |_, args| assert_close(args),
        "Stops with an error unless `abs(a - b) <= tolerance` everywhere.",
    ),
    io(
        "elapsed",
        &["elapsed() -> float"],
        |host, _| Ok(Value::Float(host.elapsed())),
        "Seconds since the program started.",
    ),
    internal(
        "op.assert_compare",
        assert_compare,
        "`(holds, message, row, text, left, text, right, ...)`: as `assert`, and tells the sides of each comparison by `row`.",
    ),
    internal(
        "run.check_count",
        |_, args| match args[0].to_int() {
            0.. => Ok(args[0].clone()),
            count => {
                let name = args[1].to_str();
                let fault = fault(Code::Q0615, format!("`{name}` is {count}, it can't be negative"));
                Err(Box::new(fault.help(format!("`{name}` is how many there are: `0` or more"))))
            }
        },
        "`(count, name)`: a fault if it is negative; gives it back.",
    ),
    internal(
        "run.check_items",
        |_, args| match args[0].to_int() {
            1.. => Ok(args[0].clone()),
            _ => {
                let fault = fault(Code::Q0618, "there is nothing to train on: `over` goes through no items");
                Err(Box::new(fault.help("look at what was read, split or filtered: `print(len(xs));`")))
            }
        },
        "`(count)`: a fault if it isn't positive; gives it back.",
    ),
];

const fn io(
    name: &'static str,
    signatures: &'static [&'static str],
    call: Call,
    doc: &'static str,
) -> Builtin {
    row(Effect::Io, name, signatures, call, doc)
}

fn print(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let texts: Vec<String> = args.iter().map(format_value).collect();
    host.print(&(texts.join(" ") + "\n"))?;
    Ok(Value::Unit)
}

fn table(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let header: Vec<String> = args[0].clone().into_values().iter().map(format_value).collect();
    let is_text = kind(&args[1]) == Kind::Other;
    let cells = args[1].clone().into_values();
    if cells.shape()[1] != header.len() {
        return Err(super::faults::shapes("table", args[0].shape(), args[1].shape(), 1));
    }
    let mut lines = vec![header];
    lines.extend(cells.axis_iter(ndarray::Axis(0)).map(|row| row.iter().map(format_value).collect()));
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    for line in &lines {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| if is_text { format!("{cell:<width$}") } else { format!("{cell:>width$}") })
            .collect();
        host.print(&format!("{}\n", cells.join("  ").trim_end()))?;
    }
    Ok(Value::Unit)
}

fn assert(args: &[Value]) -> Result<Value, Fault> {
    if args[0].to_bool() {
        return Ok(Value::Unit);
    }
    Err(match &args[1] {
        Value::Str(message) => fault(Code::Q0608, format!("assertion failed: {message}")),
        _ => fault(Code::Q0608, "assertion failed"),
    })
}

fn assert_compare(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let Err(plain) = assert(&args[..2]) else { return Ok(Value::Unit) };
    let comparisons: Vec<&[Value]> = args[2..].chunks(5).collect();
    let mut sides: Vec<String> = Vec::new();
    for side in comparisons.iter().flat_map(|comparison| comparison[1..].chunks(2)) {
        let told = format!("`{}` is {}", side[0].to_str(), format_short(&side[1]));
        if !sides.contains(&told) {
            sides.push(told);
        }
    }
    let told = sides.join(", ");
    let fault = match args[1] {
        Value::Unit => fault(Code::Q0608, format!("{}: {told}", plain.message)),
        _ => Box::new(plain.note(told)),
    };
    Err(comparisons
        .iter()
        .filter_map(|comparison| first_breach(host, comparison))
        .fold(fault, |fault, note| Box::new(fault.note(note))))
}

/// Where a comparison of tensors fails first.
fn first_breach(host: &mut dyn Host, comparison: &[Value]) -> Option<String> {
    let row = BuiltinId::find(comparison[0].to_str())?.row();
    let mut sides = [comparison[2].clone(), comparison[4].clone()];
    let holds = (row.call)(host, &mut sides.clone()).ok()?.into_bools();
    let (place, _) = holds.indexed_iter().find(|(_, holds)| !**holds)?;
    let place = ndarray::Dimension::slice(&place);
    if place.is_empty() {
        return None;
    }
    let [left, right] = sides.each_mut().map(|side| {
        let values = std::mem::take(side).into_values();
        format_short(&spread(&values, holds.shape())[place])
    });
    Some(format!("it fails first at {place:?}: {left} and {right}"))
}

fn assert_close(args: &[Value]) -> Result<Value, Fault> {
    let tolerance = args[2].to_float();
    let is_complex = kind(&args[0]).max(kind(&args[1])) == Kind::Complex;
    let (a, b) = (args[0].clone().into_complexes(), args[1].clone().into_complexes());
    let shape = broadcast_shape("assert_close", a.shape(), b.shape())?;
    // Equal infinities are close; `nan` is close to nothing.
    let distance = |x: &crate::C64, y: &crate::C64| if x == y { 0.0 } else { (x - y).norm() };
    let show = |x: &crate::C64| if is_complex { format_complex(*x) } else { format_float(x.re) };
    let (a, b) = (spread(&a, &shape), spread(&b, &shape));
    let pairs = a.indexed_iter().zip(b.iter()).map(|((place, x), y)| (place, x, y, distance(x, y)));
    let rank = |d: f64| if d.is_nan() { f64::INFINITY } else { d };
    let Some((place, x, y, d)) = pairs.max_by(|p, q| rank(p.3).total_cmp(&rank(q.3))) else {
        return Ok(Value::Unit);
    };
    if d <= tolerance {
        return Ok(Value::Unit);
    }
    let place =
        if shape.is_empty() { String::new() } else { format!(" at {:?}", ndarray::Dimension::slice(&place)) };
    let message = format!(
        "{} and {} differ by {}{place}, more than {}",
        show(x),
        show(y),
        format_float(d),
        format_float(tolerance)
    );
    Err(Box::new(Diagnostic::error(Code::Q0609, message)))
}

#[cfg(test)]
mod tests;
