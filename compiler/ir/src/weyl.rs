//! The Weyl chamber: of all coordinates of a two-wire unitary that differ by gates on one wire, the ones with
//! `pi/4 >= a >= b >= |c|`, and `c >= 0` where `a = pi/4` (`Zhang` et al., Phys. Rev. A 67, 042313 (2003)).

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

use qml_gates::Gate;

use crate::canonical::Canonical;
use crate::euler::{M2, gate_matrix, times};

/// Coordinates closer than this to a wall of the chamber are on it.
const CLOSE: f64 = 1e-9;

/// The same unitary with its coordinates in the chamber. Generators are left out.
pub fn to_chamber(canonical: Canonical) -> Canonical {
    let mut form = canonical;
    form.generators.clear();
    for axis in 0..3 {
        let turns = (form.coordinates[axis] / FRAC_PI_2).round();
        form.shift(axis, turns);
    }
    for (i, j) in [(0, 1), (1, 2), (0, 1)] {
        if form.coordinates[i].abs() < form.coordinates[j].abs() {
            form.exchange(i, j);
        }
    }
    for axis in 0..2 {
        if form.coordinates[axis] < 0.0 {
            form.flip(axis, 2);
        }
    }
    if form.coordinates[0] > FRAC_PI_4 - CLOSE && form.coordinates[2] < 0.0 {
        form.flip(0, 2);
        form.shift(0, -1.0);
    }
    form
}

impl Canonical {
    /// `exp(i pi/2 XX) = i XX`, taken out some times.
    fn shift(&mut self, axis: usize, turns: f64) {
        self.coordinates[axis] -= turns * FRAC_PI_2;
        self.phase += turns * FRAC_PI_2;
        if turns.rem_euclid(2.0) == 1.0 {
            let letter = letter(axis);
            self.after = self.after.map(|after| times(&after, &letter));
        }
    }

    /// A quarter turn about the third axis exchanges the other two.
    fn exchange(&mut self, i: usize, j: usize) {
        self.coordinates.swap(i, j);
        let gate = [Gate::Rx, Gate::Ry, Gate::Rz][3 - i - j];
        let turn = |sign: f64| gate_matrix(gate, &[sign * FRAC_PI_2]);
        self.before = self.before.map(|before| times(&turn(1.0), &before));
        self.after = self.after.map(|after| times(&after, &turn(-1.0)));
    }

    /// The third letter on one wire changes two signs.
    fn flip(&mut self, i: usize, j: usize) {
        self.coordinates[i] *= -1.0;
        self.coordinates[j] *= -1.0;
        let letter = letter(3 - i - j);
        self.before[0] = times(&letter, &self.before[0]);
        self.after[0] = times(&self.after[0], &letter);
    }
}

fn letter(axis: usize) -> M2 {
    gate_matrix([Gate::X, Gate::Y, Gate::Z][axis], &[])
}

#[cfg(test)]
mod tests;
