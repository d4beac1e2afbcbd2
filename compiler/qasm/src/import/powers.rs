//! Powers of gates that are no whole numbers.

use std::f64::consts::PI;

use num_complex::Complex;
use qml_gates::Inverse;
use qml_ir::circuit::{Angle, Circuit, Op, OpKind, Wire, Wires, dense};

type C64 = Complex<f64>;

/// The operations to some power: the angle of a rotation times that number; else the phases of all eigenvalues, in
/// `(-pi, pi]`. None for unknown angles of anything but one rotation, for more than three wires, and for matrices with more
/// than two eigenvalues.
pub fn power(mut once: Vec<Op>, exponent: f64) -> Option<Vec<Op>> {
    if let [Op { kind: OpKind::Gate { gate, angles, .. }, .. }] = &mut once[..]
        && gate.def().inverse == Inverse::Negate
    {
        angles.iter_mut().for_each(|angle| *angle = angle.times(exponent));
        return Some(once);
    }
    matrix_power(&once, exponent)
}

/// With two eigenvalues `a` and `b`, `U = a A + b B` for the projectors `A = (U - b)/(a - b)` and `B = 1 - A`.
fn matrix_power(ops: &[Op], exponent: f64) -> Option<Vec<Op>> {
    let is_known = |op: &Op| op.angles().iter().all(Angle::is_constant);
    if !ops.iter().all(is_known) {
        return None;
    }
    let mut wires: Vec<_> = ops.iter().flat_map(|op| op.wires().into_owned()).collect();
    wires.sort_unstable();
    wires.dedup();
    if wires.len() > 3 {
        return None;
    }
    let mut local = ops.to_vec();
    for op in &mut local {
        op.map_wires(&mut |wire| {
            let at = wires.iter().position(|&other| other == wire);
            Wire(at.unwrap_or_default() as u32)
        });
    }
    let matrix = dense::unitary(&Circuit { n_wires: wires.len(), ops: local, ..Circuit::default() }, &[]);
    let (a, b) = eigenvalues(&matrix)?;
    let (ra, rb) = (root(a, exponent), root(b, exponent));
    let dim = matrix.len();
    let entry = |i: usize, j: usize| {
        let one = if i == j { C64::ONE } else { C64::ZERO };
        if (a - b).norm() < 1e-9 {
            return ra * one;
        }
        let on_a = (matrix[i][j] - b * one) / (a - b);
        ra * on_a + rb * (one - on_a)
    };
    let matrix: Vec<C64> = (0..dim * dim).map(|k| entry(k / dim, k % dim)).collect();
    let wires: Wires = wires.into_iter().collect();
    let kind = OpKind::Unitary { matrix: matrix.into(), wires, controls: smallvec::SmallVec::new() };
    Some(vec![Op { kind, span: ops.first()?.span }])
}

fn root(value: C64, exponent: f64) -> C64 {
    // The phase of -1 is pi, whatever rounding says.
    let phase = if value.arg() < 1e-9 - PI { PI } else { value.arg() };
    C64::from_polar(1.0, exponent * phase)
}

/// The two eigenvalues of a matrix that has no others: those of the polynomial `U^2 = t U - d` that it fulfils.
fn eigenvalues(matrix: &[Vec<C64>]) -> Option<(C64, C64)> {
    let dim = matrix.len();
    let square = |i: usize, j: usize| (0..dim).map(|k| matrix[i][k] * matrix[k][j]).sum::<C64>();
    // From two entries of the matrix: one beside the diagonal, or two different ones on it.
    let all = || (0..dim).flat_map(|i| (0..dim).map(move |j| (i, j)));
    let beside = all().filter(|(i, j)| i != j).find(|&(i, j)| matrix[i][j].norm() > 1e-6);
    let t = if let Some((i, j)) = beside {
        square(i, j) / matrix[i][j]
    } else {
        let other = (1..dim).find(|&i| (matrix[i][i] - matrix[0][0]).norm() > 1e-6);
        matrix[0][0] + other.map_or(matrix[0][0], |i| matrix[i][i])
    };
    let d = t * matrix[0][0] - square(0, 0);
    let fulfils = all().all(|(i, j)| {
        let one = if i == j { d } else { C64::ZERO };
        (square(i, j) - t * matrix[i][j] + one).norm() < 1e-9
    });
    let discriminant = (t * t - 4.0 * d).sqrt();
    fulfils.then_some(((t + discriminant) / 2.0, (t - discriminant) / 2.0))
}
