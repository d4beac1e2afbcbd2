//! "Did you mean": the known name nearest to a misspelt one.

use qml_syntax::ast::{self, ExprKind};

/// A name of more bytes is no slip of a name that somebody gave.
const LONGEST: usize = 200;

/// The candidate that takes the fewest edits to reach, if they are few.
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if name.len() > LONGEST {
        return None;
    }
    let limit = 1 + name.chars().count() / 4;
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name && candidate.len() <= LONGEST && !candidate.contains('.'))
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

/// The number of insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// A help with the parameter that is meant: by another tool's name for it, else the nearest.
pub(crate) fn parameter(name: &str, known: &[&str]) -> Option<String> {
    let ours: &[&str] = match name {
        "learning_rate" | "stepsize" | "step_size" | "eta" | "alpha" | "rate" => &["lr"],
        "nshots" | "n_shots" | "num_shots" | "repetitions" => &["shots"],
        "dim" | "dimension" => &["axis"],
        "random_state" | "rng" | "random_seed" => &["seed"],
        "epsilon" => &["eps"],
        "train_size" | "ratio" => &["fraction"],
        "size" | "dims" => &["shape"],
        "wires" | "wire" | "qubit" | "qubits" | "target" => &["q", "t"],
        "angle" | "phi" | "param" => &["theta", "phi", "lambda"],
        "low" | "minimum" => &["lo"],
        "high" | "maximum" => &["hi"],
        _ => &[],
    };
    let meant = ours
        .iter()
        .find_map(|ours| known.iter().copied().find(|known| known == ours))
        .or_else(|| nearest(name, known.iter().copied()))?;
    Some(format!("did you mean `{meant}`?"))
}

/// Our name for a gate or function that is named otherwise elsewhere.
pub(crate) fn known_elsewhere(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "cnot" | "cx" => "cx",
        "toffoli" | "ccnot" | "ccx" => "ccx",
        "fredkin" => "cswap",
        "hadamard" | "h" => "h",
        "pauli_x" | "paulix" => "x",
        "pauli_y" | "pauliy" => "y",
        "pauli_z" | "pauliz" => "z",
        "phase" => "p",
        "cphase" => "cp",
        "rx" => "rx",
        "ry" => "ry",
        "rz" => "rz",
        "cz" => "cz",
        "swap" => "swap",
        "u3" => "u",
        "m" => "measure",
        "expval" | "expectation" => "expect",
        "println" | "echo" => "print",
        "ln" => "log",
        "crx" => "crx",
        "cry" => "cry",
        "crz" => "crz",
        "phaseshift" | "u1" => "p",
        "isingzz" => "rzz",
        "isingxx" => "rxx",
        "isingyy" => "ryy",
        "s_dagger" => "sdg",
        "t_dagger" => "tdg",
        "linspace" => "linspace",
        "statevector" => "state",
        "get_counts" => "counts",
        "probabilities" => "probs",
        "std" => "stddev",
        "var" => "variance",
        "average" | "avg" => "mean",
        "identity" => "eye",
        "length" | "size" => "len",
        "rot" => "u",
        "execute" | "run_circuit" | "shot" => "run",
        "ground_state_energy" => "ground_energy",
        "conjugate" => "conj",
        "arccos" => "acos",
        "arcsin" => "asin",
        "arctan" => "atan",
        "arctan2" => "atan2",
        "arange" => "range",
        "concatenate" | "cat" | "hstack" => "concat",
        "vstack" => "stack",
        "determinant" => "det",
        "inverse" => "inv",
        "clamp" => "clip",
        "sample" => "samples",
        "observe" | "estimate" => "expect",
        "overlap" => "fidelity",
        "kernel_matrix" => "gram",
        _ => return None,
    })
}

/// A short expression as it is written, for a help that repeats it.
pub(crate) fn written(expr: &ast::Expr) -> Option<String> {
    let list = |exprs: &[ast::Expr]| Some(exprs.iter().map(written).collect::<Option<Vec<_>>>()?.join(", "));
    let text = match &expr.kind {
        ExprKind::Name(name) => name.text.clone(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Float(value) => format!("{value:?}"),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Paren(inner) => return written(inner),
        ExprKind::Unary { operator: ast::UnaryOp::Neg, operand } => format!("-{}", written(operand)?),
        ExprKind::Field { base, field } => format!("{}.{}", written(base)?, field.text),
        ExprKind::List(elements) => format!("[{}]", list(elements)?),
        ExprKind::Index { base, indices } => {
            let index = |index: &ast::Index| match &index.kind {
                ast::IndexKind::Expr(expr) => written(expr),
                ast::IndexKind::Range { .. } => None,
            };
            let indices: Vec<_> = indices.iter().map(index).collect::<Option<_>>()?;
            format!("{}[{}]", written(base)?, indices.join(", "))
        }
        ExprKind::Call { callee, arguments } => {
            let argument = |argument: &ast::Argument| match &argument.name {
                Some(name) => Some(format!("{}: {}", name.text, written(&argument.value)?)),
                None => written(&argument.value),
            };
            let arguments: Vec<_> = arguments.iter().map(argument).collect::<Option<_>>()?;
            format!("{}({})", written(callee)?, arguments.join(", "))
        }
        _ => return None,
    };
    (text.chars().count() <= 30).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{known_elsewhere, nearest};

    #[test]
    fn names_of_other_tools_are_known() {
        assert_eq!(known_elsewhere("CNOT"), Some("cx"));
        assert_eq!(known_elsewhere("theta"), None);
    }

    #[test]
    fn finds_misspellings_and_nothing_far() {
        let names = ["hardware_efficient", "expect", "sum", "x"];
        assert_eq!(nearest("hardware_eficient", names), Some("hardware_efficient"));
        assert_eq!(nearest("exepct", names), Some("expect"));
        assert_eq!(nearest("theta", names), None);
        assert_eq!(nearest("y", names), None);
    }
}
