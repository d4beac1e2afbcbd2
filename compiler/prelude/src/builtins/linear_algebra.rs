//! Vectors and matrices: products, norms, systems of equations, eigenvalues.

use super::pending;
use super::{Builtin, pure};

pub(super) const ROWS: &[Builtin] = &[
    pure(
        "dot",
        &["dot(a: num[m], b: num[m]) -> num"],
        pending,
        "Sum of `a[i] * b[i]`; nothing is conjugated.",
    ),
    pure("outer", &["outer(a: num[m], b: num[n]) -> num[m, n]"], pending, "The matrix of `a[i] * b[j]`."),
    pure(
        "kron",
        &[
            "kron(x: num[m], y: num[n]) -> num[m * n]",
            "kron(x: num[a, b], y: num[c, d]) -> num[a * c, b * d]",
        ],
        pending,
        "The Kronecker product; the index of `y` runs faster.",
    ),
    pure(
        "norm",
        &["norm(x: float[..s]) -> float", "norm(x: complex[..s]) -> float"],
        pending,
        "The square root of the sum of `abs(x) ** 2` over all elements.",
    ),
    pure("trace", &["trace(a: num[n, n]) -> num"], pending, "The sum of the diagonal."),
    pure(
        "det",
        &["det(a: float[n, n]) -> float", "det(a: complex[n, n]) -> complex"],
        pending,
        "The determinant.",
    ),
    pure(
        "inv",
        &["inv(a: float[n, n]) -> float[n, n]", "inv(a: complex[n, n]) -> complex[n, n]"],
        pending,
        "The inverse matrix.",
    ),
    pure(
        "solve",
        &[
            "solve(a: float[n, n], b: float[n]) -> float[n]",
            "solve(a: float[n, n], b: float[n, m]) -> float[n, m]",
            "solve(a: complex[n, n], b: complex[n]) -> complex[n]",
            "solve(a: complex[n, n], b: complex[n, m]) -> complex[n, m]",
        ],
        pending,
        "The `x` with `a @ x == b`.",
    ),
    pure(
        "lstsq",
        &["lstsq(a: float[m, n], b: float[m]) -> float[n]"],
        pending,
        "The `x` that makes `norm(a @ x - b)` smallest; the columns of `a` must be independent.",
    ),
    pure(
        "eigh",
        &[
            "eigh(a: float[n, n]) -> (float[n], float[n, n])",
            "eigh(a: complex[n, n]) -> (float[n], complex[n, n])",
        ],
        pending,
        "Eigenvalues in rising order, and the eigenvectors as columns, of a symmetric or Hermitian matrix.",
    ),
];
