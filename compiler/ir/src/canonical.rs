//! The canonical form of two-wire unitaries: `K1 CAN(a, b, c) K2` with one-wire `K1`, `K2` and
//! `CAN(a, b, c) = exp i(a XX + b YY + c ZZ)`.
//!
//! In the magic basis one-wire gates are real and CAN is diagonal, so that a real rotation has to be found that
//! diagonalises the real and the imaginary part of `M = U^T U` together: joint Jacobi rotations (Cardoso and
//! Souloumiac, SIAM J. Matrix Anal. Appl. 17, 161 (1996)), which are exact for degenerate cases too. Rotations with
//! slots join in: their generators are diagonalised along with `M`.

use std::ops::{Add, Mul, Sub};

use smallvec::{SmallVec, smallvec};

use crate::euler::{C64, M2};

/// A 4x4 matrix, `[row][column]`; the first wire is least significant.
pub type M4 = [[C64; 4]; 4];

/// A real 4x4 matrix, `[row][column]`.
pub type R4 = [[f64; 4]; 4];

/// `exp(i phase) K1 CAN(a, b, c) K2`, with `K = K[1] (x) K[0]`.
#[derive(Clone, Debug)]
pub struct Canonical {
    /// What happens last, on each wire.
    pub after: [M2; 2],
    /// `a`, `b`, `c`, not reduced.
    pub coordinates: [f64; 3],
    /// What happens first, on each wire.
    pub before: [M2; 2],
    /// Global phase.
    pub phase: f64,
    /// For each generator, the coordinate (0 for XX and so on) and the sign that it has between `K2^-1` and `K2`.
    pub generators: Vec<(usize, f64)>,
}

const O: C64 = C64::new(0.0, 0.0);
/// Eigenvalues of XX, YY, ZZ on the magic basis.
const SIGNS: [[f64; 4]; 3] = [[1.0, 1.0, -1.0, -1.0], [-1.0, 1.0, -1.0, 1.0], [1.0, -1.0, -1.0, 1.0]];

/// The canonical form of a unitary.
pub fn decompose(u: &M4) -> Canonical {
    match decompose_with(u, &[]) {
        Some(canonical) => canonical,
        None => qml_source::bug!("a unitary without canonical form: {u:?}"),
    }
}

/// The canonical form of `u` in which the generators, given in the magic basis, are among XX, YY, ZZ up to sign; none
/// if there is no such form.
pub fn decompose_with(u: &M4, generators: &[R4]) -> Option<Canonical> {
    let up = to_magic(u);
    let m = times(&transpose(&up), &up);
    let mut matrices: SmallVec<[R4; 4]> = smallvec![part(&m, |z| z.re), part(&m, |z| z.im)];
    matrices.extend_from_slice(generators);
    let mut p = diagonalize_jointly(&mut matrices)?;
    if determinant(&p) < 0.0 {
        p.iter_mut().for_each(|row| row[0] = -row[0]);
    }
    let mut d: [f64; 4] = std::array::from_fn(|i| 0.5 * matrices[1][i][i].atan2(matrices[0][i][i]));
    let mut k1 = [[O; 4]; 4];
    for (r, row) in k1.iter_mut().enumerate() {
        for (c, entry) in row.iter_mut().enumerate() {
            let sum: C64 = (0..4).map(|k| up[r][k] * p[k][c]).sum();
            *entry = sum * C64::from_polar(1.0, -d[c]);
        }
    }
    if determinant(&part(&k1, |z| z.re)) < 0.0 {
        d[0] += std::f64::consts::PI;
        k1.iter_mut().for_each(|row| row[0] = -row[0]);
    }
    let phase = d.iter().sum::<f64>() / 4.0;
    let coordinates = SIGNS.map(|signs| signs.iter().zip(&d).map(|(s, d)| s * d).sum::<f64>() / 4.0);
    let k2: M4 = std::array::from_fn(|r| std::array::from_fn(|c| C64::new(p[c][r], 0.0)));
    let (after, phase_1) = split(&from_magic(&k1));
    let (before, phase_2) = split(&from_magic(&k2));
    let generators = matrices[2..].iter().map(match_generator).collect::<Option<_>>()?;
    Some(Canonical { after, coordinates, before, phase: phase + phase_1 + phase_2, generators })
}

/// A Hermitian matrix in the magic basis, where it is real exactly if it is a sum of products of two Pauli letters.
pub fn two_body(hermitian: &M4) -> Option<R4> {
    let m = to_magic(hermitian);
    m.iter().flatten().all(|z| z.im.abs() < 1e-9).then(|| part(&m, |z| z.re))
}

/// The matrix in the usual basis of what [`two_body`] returned.
pub fn from_two_body(m: &R4) -> M4 {
    from_magic(&m.map(|row| row.map(|x| C64::new(x, 0.0))))
}

/// Whether a Hermitian matrix is a sum of one-wire operators: then it is imaginary in the magic basis.
pub fn is_local(hermitian: &M4) -> bool {
    to_magic(hermitian).iter().flatten().all(|z| z.re.abs() < 1e-9)
}

/// How many CX a constant unitary needs, without its canonical form (Shende, Bullock and Markov, Phys. Rev. A 70, 012310
/// (2004)): with `M = U^T U` in the magic basis and `d = det U`, none if `M^2 = d` for a scalar `M`, one if `M` has no
/// trace and `M^2 = -d`, two if the square of the trace is a real positive multiple of `d`.
pub fn count_cx_of(u: &M4) -> usize {
    const CLOSE: f64 = 1e-9;
    let m = magic_square(u);
    let d = determinant(u);
    let trace = m[0][0] + m[1][1] + m[2][2] + m[3][3];
    let is_scalar = |m: &M4, scale: C64| {
        let entries =
            m.iter().enumerate().flat_map(|(r, row)| row.iter().enumerate().map(move |(c, z)| (r, c, z)));
        entries.into_iter().all(|(r, c, z)| (z - if r == c { scale } else { O }).norm() < CLOSE)
    };
    if is_scalar(&m, m[0][0]) {
        return if (m[0][0] * m[0][0] - d).norm() < CLOSE { 0 } else { 3 };
    }
    if trace.norm() < CLOSE && is_scalar(&times(&m, &m), -d) {
        return 1;
    }
    let ratio = trace * trace * d.conj();
    if ratio.im.abs() < CLOSE && ratio.re > -CLOSE { 2 } else { 3 }
}

/// `U^T U` in the magic basis: what gates on one wire before and after `U` leave of it is its eigenvalues.
pub fn magic_square(u: &M4) -> M4 {
    let up = to_magic(u);
    times(&transpose(&up), &up)
}

/// The determinant, by minors of two rows.
pub fn determinant<T>(m: &[[T; 4]; 4]) -> T
where
    T: Copy + Mul<Output = T> + Add<Output = T> + Sub<Output = T>,
{
    let minor = |r: usize, a: usize, b: usize| m[r][a] * m[r + 1][b] - m[r][b] * m[r + 1][a];
    minor(0, 0, 1) * minor(2, 2, 3) - minor(0, 0, 2) * minor(2, 1, 3)
        + minor(0, 0, 3) * minor(2, 1, 2)
        + minor(0, 1, 2) * minor(2, 0, 3)
        - minor(0, 1, 3) * minor(2, 0, 2)
        + minor(0, 2, 3) * minor(2, 0, 1)
}

/// The product `a * b`.
pub fn times(a: &M4, b: &M4) -> M4 {
    let mut product = [[O; 4]; 4];
    for (row, to) in a.iter().zip(&mut product) {
        for (entry, from) in row.iter().zip(b) {
            for (sum, factor) in to.iter_mut().zip(from) {
                *sum += entry * factor;
            }
        }
    }
    product
}

/// The conjugate transpose.
pub fn dagger(m: &M4) -> M4 {
    std::array::from_fn(|r| std::array::from_fn(|c| m[c][r].conj()))
}

/// `k[1] (x) k[0]`.
pub fn tensor(k: &[M2; 2]) -> M4 {
    std::array::from_fn(|r| std::array::from_fn(|c| k[1][r / 2][c / 2] * k[0][r % 2][c % 2]))
}

fn transpose<T: Copy>(m: &[[T; 4]; 4]) -> [[T; 4]; 4] {
    std::array::from_fn(|r| std::array::from_fn(|c| m[c][r]))
}

/// `B^dagger m B` with the magic basis `B`, of which the columns are `(1, 0, 0, 1)`, `i (0, 1, 1, 0)`, `(0, 1, -1, 0)` and
/// `i (1, 0, 0, -1)` over the root of 2.
fn to_magic(m: &M4) -> M4 {
    let rows = m.map(|[a, b, c, d]| [a + d, turned(b + c, 1.0), b - c, turned(a - d, 1.0)]);
    let columns = transpose(&rows);
    let columns = columns.map(|[a, b, c, d]| [a + d, turned(b + c, -1.0), b - c, turned(a - d, -1.0)]);
    transpose(&columns).map(|row| row.map(|z| z * 0.5))
}

/// `B m B^dagger`.
fn from_magic(m: &M4) -> M4 {
    let mixed = |[a, b, c, d]: [C64; 4], sign: f64| {
        let (b, d) = (turned(b, sign), turned(d, sign));
        [a + d, b + c, b - c, a - d]
    };
    let rows = m.map(|row| mixed(row, -1.0));
    transpose(&transpose(&rows).map(|column| mixed(column, 1.0))).map(|row| row.map(|z| z * 0.5))
}

/// `i sign z`.
fn turned(z: C64, sign: f64) -> C64 {
    C64::new(-sign * z.im, sign * z.re)
}

fn part(m: &M4, of: fn(C64) -> f64) -> R4 {
    m.map(|row| row.map(of))
}

/// Pairs of axes, in an order in which every two after each other have none in common: a processor works on both at once.
const AXES: [[usize; 2]; 6] = [[0, 1], [2, 3], [0, 2], [1, 3], [0, 3], [1, 2]];

/// A rotation `P` that makes all `P^T A P` diagonal, which replace the matrices; none if there isn't one.
fn diagonalize_jointly(matrices: &mut [R4]) -> Option<R4> {
    // Transposed: its columns turn as rows.
    let mut p: R4 = std::array::from_fn(|r| std::array::from_fn(|c| f64::from(u8::from(r == c))));
    for _ in 0..40 {
        for [i, j] in AXES {
            let (mut g11, mut g12, mut g22) = (0.0, 0.0, 0.0);
            for a in matrices.iter() {
                let h = [a[i][i] - a[j][j], 2.0 * a[i][j]];
                g11 += h[0] * h[0];
                g12 += h[0] * h[1];
                g22 += h[1] * h[1];
            }
            let (on, off) = (g11 - g22, 2.0 * g12);
            if on > 0.0 && off.abs() < 4e-17 * on {
                continue;
            }
            // The half of the half angle; with `off` 0 and `on` negative the axes are exchanged half way.
            let (cos, sin) = half_angle(half_angle((on, off)));
            matrices.iter_mut().for_each(|a| rotate_symmetric(a, i, j, cos, sin));
            rotate_rows(&mut p, i, j, cos, sin);
        }
        if off_diagonal(matrices) < 1e-28 {
            return Some(transpose(&p));
        }
    }
    (off_diagonal(matrices) < 1e-22).then(|| transpose(&p))
}

/// Cosine and sine of half the angle of a point, between -pi/2 and pi/2; `(1, 0)` for the origin.
fn half_angle((x, y): (f64, f64)) -> (f64, f64) {
    let r = (x * x + y * y).sqrt();
    if r == 0.0 {
        return (1.0, 0.0);
    }
    // The larger of both without cancellation, the other one by `2 sin cos = y / r`.
    let large = (0.5 * (r + x.abs()) / r).sqrt();
    let small = 0.5 * y.abs() / (r * large);
    if x >= 0.0 { (large, small.copysign(y)) } else { (small, large.copysign(y)) }
}

fn rotate_rows(m: &mut R4, i: usize, j: usize, cos: f64, sin: f64) {
    let (x, y) = (m[i], m[j]);
    m[i] = std::array::from_fn(|k| cos * x[k] + sin * y[k]);
    m[j] = std::array::from_fn(|k| cos * y[k] - sin * x[k]);
}

/// Turns rows and columns of a symmetric matrix.
fn rotate_symmetric(m: &mut R4, i: usize, j: usize, cos: f64, sin: f64) {
    rotate_rows(m, i, j, cos, sin);
    let (x, y) = (m[i], m[j]);
    for k in 0..4 {
        m[k][i] = x[k];
        m[k][j] = y[k];
    }
    m[i][i] = cos * x[i] + sin * x[j];
    m[j][j] = cos * y[j] - sin * y[i];
    m[i][j] = cos * x[j] - sin * x[i];
    m[j][i] = m[i][j];
}

fn off_diagonal(matrices: &[R4]) -> f64 {
    let square = |a: &R4| AXES.iter().map(|&[i, j]| a[i][j] * a[i][j]).sum::<f64>();
    2.0 * matrices.iter().map(square).sum::<f64>()
}

/// The factors of a product of one-wire matrices, of determinant 1, and the phase.
fn split(m: &M4) -> ([M2; 2], f64) {
    let block = |r: usize, c: usize| -> M2 {
        std::array::from_fn(|i| std::array::from_fn(|j| m[2 * r + i][2 * c + j]))
    };
    let norm = |b: &M2| b.iter().flatten().map(C64::norm_sqr).sum::<f64>();
    let (r, c) = if norm(&block(0, 0)) > norm(&block(0, 1)) { (0, 0) } else { (0, 1) };
    let low = unit_determinant(&block(r, c)).0;
    let trace = |b: &M2| {
        (low[0][0].conj() * b[0][0]
            + low[0][1].conj() * b[0][1]
            + low[1][0].conj() * b[1][0]
            + low[1][1].conj() * b[1][1])
            / 2.0
    };
    let high: M2 = std::array::from_fn(|i| std::array::from_fn(|j| trace(&block(i, j))));
    let (high, phase) = unit_determinant(&high);
    ([low, high], phase)
}

/// The matrix scaled to determinant 1, and the phase that was taken out.
fn unit_determinant(m: &M2) -> (M2, f64) {
    let determinant = m[0][0] * m[1][1] - m[0][1] * m[1][0];
    let (cos, sin) = half_angle((determinant.re, determinant.im));
    let scale = C64::new(cos, -sin) / determinant.norm_sqr().sqrt().sqrt();
    (m.map(|row| row.map(|z| z * scale)), sin.atan2(cos))
}

fn match_generator(diagonal: &R4) -> Option<(usize, f64)> {
    SIGNS.iter().enumerate().find_map(|(k, signs)| {
        let overlap = (0..4).map(|i| signs[i] * diagonal[i][i]).sum::<f64>() / 4.0;
        (overlap.abs() > 1.0 - 1e-9).then_some((k, overlap.signum()))
    })
}

pub mod testing;
#[cfg(test)]
mod tests;
