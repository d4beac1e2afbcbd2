//! Graphs as lists of edges in text files.

use qml_source::Code;

use crate::builtins::faults::fault;
use crate::{Fault, Host, Value};

/// `read_graph(path, first)`: each line two nodes and perhaps a weight, between spaces, tabs, commas or semicolons; what
/// follows a `#` or `%` is a comment, empty lines are nothing. Nodes are counted from `first` in the file, from 0 in the result.
pub(super) fn read_graph(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let (path, first) = (args[0].to_str(), args[1].to_int());
    let bytes = host.read_file(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let (mut edges, mut weights) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        let content = line.split(['#', '%']).next().unwrap_or_default();
        let words: Vec<&str> =
            content.split([' ', '\t', ',', ';']).map(str::trim).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            continue;
        }
        let wrong = |what: String| fault(Code::Q0909, format!("{path}, line {}: {what}", number + 1));
        let node = |word: &str| {
            let node: i64 = word.parse().map_err(|_| wrong(format!("`{word}` is no number of a node")))?;
            match node.checked_sub(first).filter(|node| *node >= 0) {
                Some(node) => Ok(Value::Int(node)),
                None => Err(wrong(format!("node {node}, where the first one is {first}"))),
            }
        };
        let weight = match words.as_slice() {
            [_, _] => 1.0,
            [_, _, text] => {
                let weight = text.parse().ok().filter(|weight: &f64| weight.is_finite());
                weight.ok_or_else(|| wrong(format!("`{text}` is no weight")))?
            }
            _ => {
                return Err(wrong(format!(
                    "{} words, two nodes and perhaps a weight are expected",
                    words.len()
                )));
            }
        };
        edges.push(Value::tuple([node(words[0])?, node(words[1])?]));
        weights.push(weight);
    }
    if edges.is_empty() {
        return Err(fault(Code::Q0905, format!("{path}: there is no edge")));
    }
    Ok(Value::tuple([Value::vector::<Value>(edges), Value::vector::<f64>(weights)]))
}
