//! The smallest eigenvalue of an observable.

use qml_source::Code;

use crate::builtins::faults::fault;
use crate::observable::{Observable, Pauli};
use crate::random::Stream;
use crate::{C64, Fault};

/// More qubits need more than 16 MiB a vector, and hours.
const MAX_QUBITS: usize = 20;

/// The smallest eigenvalue: the smallest element of a diagonal observable, else by the Lanczos method (Golub and Van
/// Loan, Matrix Computations, 10.1), which converges to it to rounding without orthogonalising again (Paige 1980).
pub(super) fn ground_energy(observable: &Observable) -> Result<f64, Fault> {
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
    let is_diagonal =
        observable.terms.keys().all(|string| string.iter().all(|&(_, letter)| letter == Pauli::Z));
    Ok(if is_diagonal { smallest_diagonal(observable, n) } else { lanczos(observable, n) })
}

fn smallest_diagonal(observable: &Observable, n: usize) -> f64 {
    let ones = vec![C64::ONE; 1 << n];
    let mut diagonal = vec![C64::ZERO; 1 << n];
    observable.multiply_add(&ones, &mut diagonal);
    diagonal.iter().map(|x| x.re).fold(f64::INFINITY, f64::min)
}

fn lanczos(observable: &Observable, n: usize) -> f64 {
    let dim = 1usize << n;
    // A random start has a part in every eigenspace; the key is fixed, so the result is.
    let mut stream = Stream::new(0);
    let mut v: Vec<C64> = (0..dim).map(|_| C64::new(stream.normal(), stream.normal())).collect();
    let mut previous = vec![C64::ZERO; dim];
    let mut beta = norm(&v);
    v.iter_mut().for_each(|x| *x /= beta);
    // Bounds every eigenvalue.
    let scale: f64 =
        observable.terms.values().chain(observable.projectors.iter().map(|p| &p.1)).map(|x| x.norm()).sum();
    let (mut alphas, mut betas) = (Vec::new(), Vec::new());
    let (mut smallest, mut n_unchanged) = (f64::INFINITY, 0);
    beta = 0.0;
    while alphas.len() < 3000 && n_unchanged < 25 {
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
    smallest
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
