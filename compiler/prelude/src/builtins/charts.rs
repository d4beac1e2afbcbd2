//! Charts: the data is checked here, the host draws it.

use super::{Builtin, Effect, row};

use super::faults::{domain, size};
use super::format::format_value;
use crate::chart::{Chart, Content};
use crate::{Fault, Host, Value};

pub(super) const ROWS: &[Builtin] = &[
    row(
        Effect::Io,
        "plot",
        &[
            "plot(y: float[n], title?: string, x_label?: string, y_label?: string, log_y: bool = false, file?: string)",
            "plot(x: float[n], y: float[n], title?: string, x_label?: string, y_label?: string, log_y: bool = false, file?: string)",
            "plot(x: float[n], y: float[k, n], names?: string[k], title?: string, x_label?: string, y_label?: string, log_y: bool = false, file?: string)",
        ],
        plot,
        "Draws a line through the points `(x[i], y[i])`, or a line for each row of `y`; without `x`, over `0, 1, 2, ...`. `log_y` draws logarithms. A chart is kept with the run as SVG and PNG, and in `file`, whose name ends in `.svg` or `.png`.",
    ),
    row(
        Effect::Io,
        "scatter",
        &[
            "scatter(x: float[n], y: float[n], title?: string, x_label?: string, y_label?: string, file?: string)",
            "scatter(points: float[n, 2], classes?: float[n], title?: string, x_label?: string, y_label?: string, file?: string)",
        ],
        scatter,
        "Draws points, in a colour for each class.",
    ),
    row(
        Effect::Io,
        "heatmap",
        &["heatmap(x: float[m, n], title?: string, x_label?: string, y_label?: string, file?: string)"],
        heatmap,
        "Draws a matrix in colours, the first row at the top.",
    ),
    row(
        Effect::Io,
        "histogram",
        &[
            "histogram(x: float[n], bins: int = 20, title?: string, x_label?: string, y_label?: string, file?: string)",
            "histogram(counts: Counts, most: int = 32, title?: string, x_label?: string, y_label?: string, file?: string)",
        ],
        histogram,
        "Draws how many values are in each of `bins` intervals of one width; or how often each outcome was measured, the `most` frequent ones.",
    ),
    row(
        Effect::Io,
        "decision_boundary",
        &[
            "decision_boundary(x: float[n], y: float[m], scores: float[m, n], points: float[k, 2], classes: float[k], threshold: float = 0.0, title?: string, x_label?: string, y_label?: string, file?: string)",
        ],
        decision_boundary,
        "Draws where a classifier of two features decides for which class: `scores[i, j]` is its value at `(x[j], y[i])`, for the second class from `threshold` on. The points are drawn over it.",
    ),
];

/// The part of a chart that all functions have at the end of their arguments.
fn chart(function: &'static str, words: [&Value; 3], file: &Value, content: Content) -> Result<Chart, Fault> {
    let text = |value: &Value| match value {
        Value::Str(text) => text.to_string(),
        _ => String::new(),
    };
    let file = match file {
        Value::Str(path) if path.ends_with(".svg") || path.ends_with(".png") => Some(path.to_string()),
        Value::Str(path) => {
            let fault = domain(format!("`{function}` can't write `{path}`"));
            return Err(Box::new(fault.help("the name of the file ends in `.svg` or `.png`")));
        }
        _ => None,
    };
    let [title, x_label, y_label] = words.map(text);
    Ok(Chart { function, title, x_label, y_label, file, content })
}

/// Beyond it the length of an axis would be no number; what is larger is drawn here.
const LARGEST: f64 = 7e307;

/// The numbers of a tensor, row by row.
fn floats(value: &Value) -> Vec<f64> {
    let drawn = |&x: &f64| if x.is_finite() { x.clamp(-LARGEST, LARGEST) } else { x };
    value.clone().into_floats().iter().map(drawn).collect()
}

/// The same, all of them finite, and at least one.
fn finite(function: &str, what: &str, value: &Value) -> Result<Vec<f64>, Fault> {
    let numbers = floats(value);
    if numbers.is_empty() {
        return Err(domain(format!("`{function}` has nothing to draw: `{what}` is empty")));
    }
    match numbers.iter().position(|x| !x.is_finite()) {
        Some(i) => Err(domain(format!("`{function}` can't draw {}, number {i} of `{what}`", numbers[i]))),
        None => Ok(numbers),
    }
}

fn plot(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    // The signatures differ in what stands before the title.
    let n_before = args.len() - 5;
    let (data, rest) = args.split_at(n_before);
    let (x, y) = match data {
        [y] => (None, y),
        _ => (Some(&data[0]), &data[1]),
    };
    let length = y.shape()[y.shape().len() - 1];
    let x = match x {
        Some(x) => finite("plot", "x", x)?,
        None => (0..length).map(|i| i as f64).collect(),
    };
    let lines: Vec<Vec<f64>> = floats(y).chunks(length.max(1)).map(<[f64]>::to_vec).collect();
    if lines.is_empty() {
        return Err(domain("`plot` has nothing to draw: `y` is empty"));
    }
    let log_y = rest[3].to_bool();
    if let Some(value) = lines.iter().flatten().find(|value| log_y && **value <= 0.0) {
        return Err(domain(format!("`plot` can't draw the logarithm of {value}")));
    }
    let names: Vec<String> = match data.get(2) {
        Some(names @ Value::Tensor(_)) => names.clone().into_values().iter().map(format_value).collect(),
        _ => vec![String::new(); lines.len()],
    };
    let content = Content::Lines { x, series: names.into_iter().zip(lines).collect(), log_y };
    host.chart(&chart("plot", [&rest[0], &rest[1], &rest[2]], &rest[4], content)?)?;
    Ok(Value::Unit)
}

fn pairs(numbers: &[f64]) -> Vec<(f64, f64)> {
    numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

fn scatter(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let (points, classes) = if args[0].shape().len() == 2 {
        let classes =
            if args[1] == Value::Unit { Vec::new() } else { finite("scatter", "classes", &args[1])? };
        (pairs(&finite("scatter", "points", &args[0])?), classes)
    } else {
        let (x, y) = (finite("scatter", "x", &args[0])?, finite("scatter", "y", &args[1])?);
        (x.into_iter().zip(y).collect(), Vec::new())
    };
    let content = Content::Points { points, classes };
    host.chart(&chart("scatter", [&args[2], &args[3], &args[4]], &args[5], content)?)?;
    Ok(Value::Unit)
}

fn heatmap(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let content =
        Content::Heatmap { n_columns: args[0].shape()[1], values: finite("heatmap", "x", &args[0])? };
    host.chart(&chart("heatmap", [&args[1], &args[2], &args[3]], &args[4], content)?)?;
    Ok(Value::Unit)
}

fn histogram(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let n = match args[1].to_int() {
        n @ 1.. => size("`bins`", n)?,
        n => return Err(domain(format!("`histogram` is asked for {n} bars"))),
    };
    let content = match &args[0] {
        Value::Tuple(counts) => {
            let outcomes = counts[0].clone().into_bools();
            let name = |row: ndarray::ArrayView1<'_, bool>| {
                row.iter().map(|&bit| if bit { '1' } else { '0' }).collect()
            };
            let rows = outcomes.view().into_dimensionality::<ndarray::Ix2>();
            let names: Vec<String> =
                rows.map_or_else(|_| Vec::new(), |rows| rows.rows().into_iter().map(name).collect());
            let lengths = counts[1].clone().into_ints();
            Content::Bars { bars: names.into_iter().zip(lengths.iter().map(|&n| n as f64)).take(n).collect() }
        }
        values => bins(&finite("histogram", "x", values)?, n),
    };
    host.chart(&chart("histogram", [&args[2], &args[3], &args[4]], &args[5], content)?)?;
    Ok(Value::Unit)
}

/// How many values are in each of `n` intervals between the smallest and the largest one, which belongs to the last.
fn bins(values: &[f64], n: usize) -> Content {
    let lo = values.iter().copied().fold(f64::INFINITY, f64::min);
    let hi = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (start, width) = if hi > lo { (lo, (hi - lo) / n as f64) } else { (lo - 0.5, 1.0 / n as f64) };
    let mut counts = vec![0; n];
    for value in values {
        counts[(((value - start) / width) as usize).min(n - 1)] += 1;
    }
    Content::Histogram { start, width, counts }
}

fn decision_boundary(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let numbers = |what: &str, value: &Value| finite("decision_boundary", what, value);
    let (x, y) = (numbers("x", &args[0])?, numbers("y", &args[1])?);
    for (name, axis) in [("x", &x), ("y", &y)] {
        if axis.len() < 2 || axis.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(Box::new(
                domain(format!("`{name}` of `decision_boundary` has to rise")).help("`linspace(lo, hi, 60)`"),
            ));
        }
    }
    let content = Content::Boundary {
        scores: numbers("scores", &args[2])?,
        threshold: args[5].to_float(),
        points: pairs(&floats(&args[3])),
        classes: floats(&args[4]),
        x,
        y,
    };
    host.chart(&chart("decision_boundary", [&args[6], &args[7], &args[8]], &args[9], content)?)?;
    Ok(Value::Unit)
}
