//! Lets turns of single wires pass a canonical gate that allows it.
//!
//! `CAN(a, b, c)` takes a turn about X of one wire to itself if `b` and `c` are multiples of pi/2, and to a turn about X of
//! the other wire if both are odd multiples of pi/4; Y and Z in the same manner. Such a canonical form has many ways to
//! be written. The one without that turn before the core has fewer angles, and only Clifford gates if its product is one.
//!
//! Expects: `K1 CAN K2`. Leaves: no turn at the end of `K2` that may stand in `K1`. Keeps: the product, including global
//! phase.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

use qml_gates::Gate;
use qml_ir::circuit::Angle;

use crate::one_qubit::{M2, dagger, euler, gate_matrix, is_multiple, times};
use qml_ir::canonical::Canonical;

/// Lets turns pass; `coordinates` are those of the core, which may have slots.
pub fn pass_turns(canonical: &mut Canonical, coordinates: &[Angle; 3]) {
    for axis in 0..3 {
        let others = [&coordinates[(axis + 1) % 3], &coordinates[(axis + 2) % 3]];
        let Some((is_crossing, sign)) = passage(others) else { continue };
        for wire in 0..2 {
            let to = if is_crossing { 1 - wire } else { wire };
            let angle = last_turn(&canonical.before[wire], axis);
            canonical.before[wire] = times(&turn(axis, -angle), &canonical.before[wire]);
            canonical.after[to] = times(&canonical.after[to], &turn(axis, sign * angle));
        }
    }
}

/// Whether turns about an axis end on the other wire, and the sign that they get, by the coordinates of the other axes;
/// none if they do not pass. For Z it is `exp 2i(a XX + b YY) Z_1`, which is `cos 2a cos 2b Z_1` or `sin 2a sin 2b Z_2` if the
/// other terms vanish.
fn passage(others: [&Angle; 2]) -> Option<(bool, f64)> {
    let factors = |from: f64, of: fn(f64) -> f64| {
        let is_special = |angle: &&Angle| is_multiple(&angle.plus(&Angle::constant(-from)), FRAC_PI_2);
        let product = of(2.0 * others[0].constant) * of(2.0 * others[1].constant);
        others.iter().all(is_special).then_some(product.signum())
    };
    let stays = factors(0.0, f64::cos).map(|sign| (false, sign));
    stays.or_else(|| factors(FRAC_PI_4, f64::sin).map(|sign| (true, sign)))
}

/// The turn about an axis that a matrix ends with.
fn last_turn(matrix: &M2, axis: usize) -> f64 {
    // Takes the axis to Z.
    let frame = match axis {
        0 => gate_matrix(Gate::Ry, &[-FRAC_PI_2]),
        1 => gate_matrix(Gate::Rx, &[FRAC_PI_2]),
        _ => gate_matrix(Gate::Id, &[]),
    };
    euler(&times(&frame, &times(matrix, &dagger(&frame)))).phi
}

fn turn(axis: usize, angle: f64) -> M2 {
    gate_matrix([Gate::Rx, Gate::Ry, Gate::Rz][axis], &[angle])
}

#[cfg(test)]
mod tests;
