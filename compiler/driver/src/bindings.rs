//! Values for the inputs of a circuit: from the command line, or from a table with a row a circuit.

use qml_ir::circuit::Circuit;
use qml_source::{Code, Diagnostic};

/// Values of all inputs, in their order, from pairs of name and value.
///
/// # Errors
/// Q0925 for names that no input has, for inputs without a value, and for what is no finite number.
pub fn from_pairs(inputs: &[String], pairs: &[(String, String)]) -> Result<Vec<f64>, Diagnostic> {
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    let order = order(inputs, &names)?;
    order.iter().map(|&column| number(&pairs[column].1, names[column], None)).collect()
}

/// The same for each row of a table in CSV, whose first line names the columns.
///
/// # Errors
/// As [`from_pairs`]; and for text that is no table, or one without rows.
pub fn from_csv(inputs: &[String], text: &str) -> Result<Vec<Vec<f64>>, Diagnostic> {
    if text.trim().is_empty() {
        return Err(Diagnostic::error(Code::Q0925, "the table of values is empty")
            .help(format!("its first line names the inputs: {}", inputs.join(","))));
    }
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| no_table(&error))?.clone();
    let names: Vec<&str> = headers.iter().collect();
    let order = order(inputs, &names)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| no_table(&error))?;
        let line = record.position().map(csv::Position::line);
        let row = order.iter().map(|&column| number(&record[column], names[column], line));
        rows.push(row.collect::<Result<_, _>>()?);
    }
    if rows.is_empty() {
        return Err(
            Diagnostic::error(Code::Q0925, "the table of values has no row").help("a row for each circuit")
        );
    }
    Ok(rows)
}

/// So many inputs are named in a message.
const MOST_NAMES: usize = 8;

/// For each input the place among the names.
fn order(inputs: &[String], names: &[&str]) -> Result<Vec<usize>, Diagnostic> {
    let list = || match inputs {
        [] => "the circuit has no inputs".to_owned(),
        _ if inputs.len() <= MOST_NAMES => format!("its inputs are {}", inputs.join(", ")),
        _ => format!("its {} inputs are {}, ..", inputs.len(), inputs[..MOST_NAMES].join(", ")),
    };
    for (i, name) in names.iter().enumerate() {
        if !inputs.iter().any(|input| input == name) {
            return Err(
                Diagnostic::error(Code::Q0925, format!("the circuit has no input `{name}`")).help(list())
            );
        }
        if names[..i].contains(name) {
            return Err(Diagnostic::error(Code::Q0925, format!("the input `{name}` gets two values")));
        }
    }
    let place = |input: &String| names.iter().position(|name| name == input);
    let missing: Vec<String> =
        inputs.iter().filter(|input| place(input).is_none()).map(|input| format!("`{input}`")).collect();
    match missing.as_slice() {
        [] => Ok(inputs.iter().filter_map(place).collect()),
        [one] => Err(Diagnostic::error(Code::Q0925, format!("the input {one} has no value")).help(list())),
        [first, ..] => {
            let message = format!("{} inputs have no value, {first} is the first of them", missing.len());
            Err(Diagnostic::error(Code::Q0925, message).help(list()))
        }
    }
}

fn number(text: &str, name: &str, line: Option<u64>) -> Result<f64, Diagnostic> {
    match text.parse().ok().or_else(|| multiple_of_pi(text)).filter(|value: &f64| value.is_finite()) {
        Some(value) => Ok(value),
        None => {
            let place = line.map_or_else(String::new, |line| format!(" in line {line}"));
            Err(Diagnostic::error(
                Code::Q0925,
                format!("`{text}` for the input `{name}`{place} is no number"),
            )
            .help("angles are in radians, like `1.5708` or `pi/2`"))
        }
    }
}

/// `pi/2`, `-3*pi/4`: as angles of circuits are written.
fn multiple_of_pi(text: &str) -> Option<f64> {
    let is_part = |c: char| c.is_ascii_digit() || ".*/+-pi ".contains(c);
    let circuit = Circuit::parse(&format!("rz({text}) q0")).ok().filter(|_| text.chars().all(is_part))?;
    let angle = circuit.ops.first()?.angles().first()?.clone();
    angle.is_constant().then_some(angle.constant)
}

fn no_table(error: &csv::Error) -> Diagnostic {
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            let numbers = if *len == 1 { "value" } else { "values" };
            format!("line {line} of the table has {len} {numbers}, and its first line {expected_len} names")
        }
        _ => format!("the table of values cannot be read: {error}"),
    };
    Diagnostic::error(Code::Q0925, message)
        .help("the first line names the inputs, each other line has as many numbers, parted by commas")
}

#[cfg(test)]
mod tests;
