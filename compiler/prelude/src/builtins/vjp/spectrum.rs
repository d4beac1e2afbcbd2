//! Eigenvalues and eigenvectors.

use ndarray::Array2;

use super::or_zeros;
use crate::builtins::faults::domain;
use crate::builtins::gradients::zeros_like;
use crate::builtins::linear_algebra::{matrix, typed};
use crate::builtins::operators::kind;
use crate::{C64, Fault, Value};

/// Distances of eigenvalues, and parts of cotangents, below this share of the largest count as zero.
const NEAR: f64 = 1e-9;

/// With `a = v diag(l) v^H` and `m = v^H g_v`: `g_a = v (diag(g_l) + k) v^H` where `k[i, j]` is
/// `(m[i, j] - conj(m[j, i])) / (2 (l[j] - l[i]))` off the diagonal (M. B. Giles, "Collected matrix derivative results
/// for forward and reverse mode algorithmic differentiation", 2008, section 3.1). It is Hermitian: the derivative among
/// Hermitian matrices. Where eigenvectors are not determined, the result must not depend on what they are.
pub(super) fn eigh(args: &[Value], result: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let (values, vectors) = (&result.parts()[0], &result.parts()[1]);
    let of_values = or_zeros(g.parts()[0].clone(), values).into_floats();
    let of_vectors = if g.parts()[1] == Value::Unit { zeros_like(vectors) } else { g.parts()[1].clone() };
    let l = values.clone().into_floats();
    let v = matrix(vectors);
    let adjoint = v.t().map(C64::conj);
    let of_vectors = matrix(&of_vectors);
    let m = adjoint.dot(&of_vectors);
    let largest = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(f64::abs).fold(0.0, f64::max);
    let near = NEAR * largest(&mut l.iter().copied());
    let negligible = NEAR * largest(&mut m.iter().map(|x| x.norm()));
    let mut k = Array2::<C64>::zeros(m.dim());
    for ((i, j), k) in k.indexed_iter_mut() {
        let turn = (m[(i, j)] - m[(j, i)].conj()) / 2.0;
        let distance = l[j] - l[i];
        *k = match (i == j, distance.abs() <= near) {
            (true, _) if turn.norm() <= negligible => C64::from(of_values[i]),
            (false, true) if turn.norm() <= negligible => C64::ZERO,
            (false, false) => turn / distance,
            (true, _) => {
                return Err(domain(format!("eigh: the result depends on the phase of eigenvector {i}")));
            }
            (false, true) => {
                let message =
                    format!("eigh: eigenvalues {i} and {j} are equal, their eigenvectors have no derivative");
                return Err(domain(message));
            }
        };
    }
    Ok(vec![typed(&v.dot(&k).dot(&adjoint), kind(&args[0]), false)])
}
