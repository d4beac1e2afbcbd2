//! The smallest eigenvalue of an observable.

use qml_source::Code;

use crate::builtins::faults::{domain, fault};
use crate::observable::{Observable, Pauli};
use crate::random::Stream;
use crate::{C64, Fault};

/// More qubits need more than 16 MiB a vector, and hours.
const MAX_QUBITS: usize = 20;

/// The smallest eigenvalue: the smallest element of a diagonal observable, else by the Lanczos method (Golub and Van
/// Loan, Matrix Computations, 10.1), which converges to it to rounding without orthogonalising again (Paige 1980).
pub(super) fn ground_energy(observable: &Observable) -> Result<f64, Fault> {
    check(observable)?;
    Ok(if is_diagonal(observable) {
        diagonal(observable).into_iter().fold(f64::INFINITY, f64::min)
    } else {
        lanczos(observable, 0, |_, _| {}).smallest
    })
}

/// The expectation of each string and each projector in the ground state: the derivative of the smallest eigenvalue by
/// its coefficient (Hellmann and Feynman). A fault where there are several ground states, and they differ in it.
pub(in crate::builtins) fn ground_expectations(observable: &Observable) -> Result<Vec<f64>, Fault> {
    check(observable)?;
    let states: Vec<Vec<C64>> = if is_diagonal(observable) {
        let diagonal = diagonal(observable);
        let smallest = diagonal.iter().copied().fold(f64::INFINITY, f64::min);
        let near = smallest + 1e-9 * scale(observable);
        let basis_state = |index: usize| {
            let mut state = vec![C64::ZERO; diagonal.len()];
            state[index] = C64::ONE;
            state
        };
        (0..diagonal.len()).filter(|&index| diagonal[index] <= near).take(64).map(basis_state).collect()
    } else {
        // From different starts one comes to different states, if there are several.
        (0..2).map(|start| ground_state(observable, start)).collect()
    };
    let mut all = states.iter().map(|state| expectations(observable, state));
    let first = all.next().unwrap_or_default();
    if all.flatten().zip(first.iter().cycle()).any(|(x, y)| (x - y).abs() > 1e-5) {
        return Err(domain(format!(
            "the smallest eigenvalue of `{observable}` has no derivative: several states have it"
        )));
    }
    Ok(first)
}

fn check(observable: &Observable) -> Result<(), Fault> {
    if let Some(coefficient) = observable.coefficients().find(|coefficient| !coefficient.is_finite()) {
        let coefficient = crate::format_coefficient(*coefficient);
        return Err(domain(format!("the observable has the coefficient {coefficient}, which is not finite")));
    }
    if !observable.is_hermitian() {
        return Err(fault(
            Code::Q0612,
            format!("`{observable}` is not Hermitian: it has complex coefficients"),
        ));
    }
    let n = observable.n_qubits();
    if n > MAX_QUBITS {
        let message =
            format!("the smallest eigenvalue of an observable on {n} qubits; {MAX_QUBITS} are possible");
        return Err(fault(Code::Q0614, message));
    }
    Ok(())
}

fn is_diagonal(observable: &Observable) -> bool {
    observable.terms.keys().all(|string| string.iter().all(|&(_, letter)| letter == Pauli::Z))
}

/// The diagonal of a diagonal observable.
fn diagonal(observable: &Observable) -> Vec<f64> {
    let dim = 1 << observable.n_qubits();
    let mut diagonal = vec![C64::ZERO; dim];
    observable.multiply_add(&vec![C64::ONE; dim], &mut diagonal);
    diagonal.iter().map(|x| x.re).collect()
}

/// Bounds every eigenvalue.
fn scale(observable: &Observable) -> f64 {
    observable.coefficients().map(|coefficient| coefficient.norm()).sum()
}

/// `<psi|P|psi>` for each string and projector.
fn expectations(observable: &Observable, psi: &[C64]) -> Vec<f64> {
    let strings = observable.terms.keys().map(|string| Observable::term(string.clone(), C64::ONE));
    let projectors = observable.projectors.iter().map(|(bits, _)| Observable::projector(bits.clone()));
    let expectation = |part: Observable| {
        let mut product = vec![C64::ZERO; psi.len()];
        part.multiply_add(psi, &mut product);
        psi.iter().zip(&product).map(|(x, y)| (x.conj() * y).re).sum()
    };
    strings.chain(projectors).map(expectation).collect()
}

/// The observable in the basis of Lanczos vectors: a tridiagonal matrix, and its smallest eigenvalue.
struct Krylov {
    alphas: Vec<f64>,
    betas: Vec<f64>,
    smallest: f64,
}

/// Goes from a random vector to the next ones until the smallest eigenvalue stays; calls `visit` with each.
fn lanczos(observable: &Observable, start: u64, mut visit: impl FnMut(usize, &[C64])) -> Krylov {
    let dim = 1usize << observable.n_qubits();
    // A random start has a part in every eigenspace; the key is fixed, so the result is.
    let mut stream = Stream::new(start);
    let mut v: Vec<C64> = (0..dim).map(|_| C64::new(stream.normal(), stream.normal())).collect();
    let mut previous = vec![C64::ZERO; dim];
    let mut beta = norm(&v);
    v.iter_mut().for_each(|x| *x /= beta);
    let scale = scale(observable);
    let (mut alphas, mut betas) = (Vec::new(), Vec::new());
    let (mut smallest, mut n_unchanged) = (f64::INFINITY, 0);
    beta = 0.0;
    while alphas.len() < 3000 && n_unchanged < 25 {
        visit(alphas.len(), &v);
        let mut w = vec![C64::ZERO; dim];
        observable.multiply_add(&v, &mut w);
        let alpha: f64 = v.iter().zip(&w).map(|(v, w)| (v.conj() * w).re).sum();
        for ((w, v), p) in w.iter_mut().zip(&v).zip(&previous) {
            *w -= alpha * v + beta * p;
        }
        alphas.push(alpha);
        let next = smallest_tridiagonal(&alphas, &betas, scale);
        n_unchanged = if (next - smallest).abs() <= 1e-14 * scale { n_unchanged + 1 } else { 0 };
        smallest = next;
        beta = norm(&w);
        if beta <= 1e-13 * scale {
            break;
        }
        betas.push(beta);
        w.iter_mut().for_each(|x| *x /= beta);
        previous = std::mem::replace(&mut v, w);
    }
    Krylov { alphas, betas, smallest }
}

/// The part of a random vector in the ground state, of length 1.
fn ground_state(observable: &Observable, start: u64) -> Vec<C64> {
    let krylov = lanczos(observable, start, |_, _| {});
    let weights = krylov.ground_weights(scale(observable));
    let mut state = vec![C64::ZERO; 1 << observable.n_qubits()];
    // The same vectors once more: all of them together may not fit into memory.
    lanczos(observable, start, |k, v| {
        state.iter_mut().zip(v).for_each(|(x, v)| *x += weights[k] * v);
    });
    let length = norm(&state);
    state.iter_mut().for_each(|x| *x /= length);
    state
}

impl Krylov {
    /// `(T - s) ** -4` times the first unit vector, for `s` little below the smallest eigenvalue: what belongs to others
    /// dies out. `T - s` is positive definite, so elimination needs no exchange of rows.
    fn ground_weights(&self, scale: f64) -> Vec<f64> {
        let n = self.alphas.len();
        let shift = self.smallest - if scale > 0.0 { 1e-9 * scale } else { 1.0 };
        let mut weights = vec![0.0; n];
        weights[0] = 1.0;
        let mut pivots: Vec<f64> = self.alphas.iter().map(|alpha| alpha - shift).collect();
        for k in 1..n {
            pivots[k] -= self.betas[k - 1].powi(2) / pivots[k - 1];
        }
        for _ in 0..4 {
            for k in 1..n {
                weights[k] -= self.betas[k - 1] / pivots[k - 1] * weights[k - 1];
            }
            weights[n - 1] /= pivots[n - 1];
            for k in (0..n - 1).rev() {
                weights[k] = (weights[k] - self.betas[k] * weights[k + 1]) / pivots[k];
            }
            let length = weights.iter().map(|x| x * x).sum::<f64>().sqrt();
            weights.iter_mut().for_each(|x| *x /= length);
        }
        weights
    }
}

fn norm(v: &[C64]) -> f64 {
    v.iter().map(C64::norm_sqr).sum::<f64>().sqrt()
}

/// The smallest eigenvalue of a symmetric tridiagonal matrix, by bisection on the number of eigenvalues below a point
/// (Sturm's sequence). The eigenvalues lie within `scale` of zero, up to rounding.
fn smallest_tridiagonal(diagonal: &[f64], off_diagonal: &[f64], scale: f64) -> f64 {
    let has_below = |x: f64| {
        let mut d = 1.0;
        diagonal.iter().enumerate().any(|(i, a)| {
            let square = if i == 0 { 0.0 } else { off_diagonal[i - 1].powi(2) };
            d = a - x - square / d;
            if d == 0.0 {
                d = f64::MIN_POSITIVE;
            }
            d < 0.0
        })
    };
    let (mut lo, mut hi) = (-1.001 * scale, 1.001 * scale);
    while hi - lo > 1e-16 * scale {
        let middle = lo + (hi - lo) / 2.0;
        if middle <= lo || middle >= hi {
            break;
        }
        if has_below(middle) {
            hi = middle;
        } else {
            lo = middle;
        }
    }
    lo + (hi - lo) / 2.0
}
