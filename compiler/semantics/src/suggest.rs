//! "Did you mean": the known name nearest to a misspelt one.

/// The candidate that takes the fewest edits to reach, if they are few.
pub(crate) fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let limit = 1 + name.chars().count() / 4;
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name && !candidate.contains('.'))
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
        _ => return None,
    })
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
