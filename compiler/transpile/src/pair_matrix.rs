//! Matrices of runs of gates on two wires, gate by gate.
//!
//! Most gates are on one wire, or exchange rows or turn their signs: a product of 4x4 matrices would be mostly zeros.

use qml_gates::Gate;
use qml_ir::canonical::{M4, times};
use qml_ir::circuit::Wire;

use crate::one_qubit::{M2, gate_matrix};

/// `g u` for a gate `g` on one or both of two wires, of which the first is least significant.
pub fn apply(gate: Gate, angles: &[f64], own: &[Wire], wires: [Wire; 2], u: &M4) -> M4 {
    let [first, ..] = own else { return *u };
    let is_swapped = *first != wires[0];
    match gate {
        _ if own.len() == 1 => apply_one(&gate_matrix(gate, angles), usize::from(is_swapped), u),
        // Where the control is 1, the rows of the target change places.
        Gate::Cx if is_swapped => [u[0], u[1], u[3], u[2]],
        Gate::Cx => [u[0], u[3], u[2], u[1]],
        Gate::Cz => [u[0], u[1], u[2], u[3].map(|entry| -entry)],
        Gate::Swap => [u[0], u[2], u[1], u[3]],
        _ => {
            let m = (gate.def().matrix)(angles);
            let index = |i: usize| if is_swapped { (i >> 1) | (i & 1) << 1 } else { i };
            let m = std::array::from_fn(|r| std::array::from_fn(|c| m.at(index(r), index(c))));
            times(&m, u)
        }
    }
}

/// The same for a matrix on one of the wires, the first or the second.
pub fn apply_one(m: &M2, wire: usize, u: &M4) -> M4 {
    let bit = 1 << wire;
    std::array::from_fn(|r| {
        let [low, high] = m[r >> wire & 1];
        std::array::from_fn(|c| low * u[r & !bit][c] + high * u[r | bit][c])
    })
}

#[cfg(test)]
mod tests;
