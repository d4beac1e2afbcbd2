//! Quantum kernels whose values are all the same.
//!
//! With more qubits or deeper circuits the overlaps of different inputs concentrate around one value, exponentially
//! (Thanasilp et al., arXiv:2208.11060). What tells inputs apart is then smaller than what shots can show.

use qml_source::{Code, Diagnostic};

/// Fewer different pairs tell nothing.
const LEAST_PAIRS: usize = 20;
/// Standard deviations below this are not seen with less than a million shots.
const NARROW: f64 = 1e-3;

/// The warning for a matrix of overlaps, row by row with `n_columns` each; `is_square` where rows and columns are the same
/// states. `shots` estimate each of them; exact without.
pub(crate) fn warning(
    values: &[f64],
    n_columns: usize,
    is_square: bool,
    shots: Option<u64>,
) -> Option<Diagnostic> {
    let is_pair = |i: usize| !is_square || i / n_columns < i % n_columns;
    let pairs: Vec<f64> = (0..values.len()).filter(|&i| is_pair(i)).map(|i| values[i]).collect();
    if pairs.len() < LEAST_PAIRS {
        return None;
    }
    let mean = pairs.iter().sum::<f64>() / pairs.len() as f64;
    let variance = pairs.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / pairs.len() as f64;
    // Of shots there is the variance of counting, which is not one of the kernel.
    let counting = shots.map_or(0.0, |shots| mean * (1.0 - mean) / shots as f64);
    let is_narrow = variance.sqrt() < NARROW || (shots.is_some() && variance < 1.5 * counting);
    is_narrow.then(|| {
        let message = format!(
            "the values of this kernel are all alike: {mean:.2e} on average, with a standard deviation of {:.1e}",
            variance.sqrt()
        );
        Diagnostic::warning(Code::Q0670, message)
            .note("a kernel concentrates with the number of qubits and the depth: it takes very many shots to tell inputs apart")
            .help("smaller angles, fewer qubits or a shallower circuit")
    })
}

#[cfg(test)]
mod tests {
    use super::warning;

    /// Overlaps `mean + spread * (-1)^i`, on the diagonal 1.
    fn matrix(n: usize, mean: f64, spread: f64) -> Vec<f64> {
        let value = |i: usize| {
            if i / n == i % n { 1.0 } else { mean + if i.is_multiple_of(2) { spread } else { -spread } }
        };
        (0..n * n).map(value).collect()
    }

    #[test]
    fn narrow_kernels_are_told_and_others_are_not() {
        let told = |mean, spread, shots| warning(&matrix(9, mean, spread), 9, true, shots).is_some();
        assert!(told(0.5, 0.0009, None) && !told(0.5, 0.0012, None));
        // A hundred shots have a standard deviation of 0.05 themselves.
        assert!(told(0.5, 0.05, Some(100)) && !told(0.5, 0.07, Some(100)));
        assert!(warning(&matrix(6, 0.5, 0.0), 6, true, None).is_none(), "15 pairs are too few");
        // Between two lists no value is that of a state with itself.
        assert!(warning(&matrix(9, 0.5, 0.0), 9, false, None).is_none());
    }
}
