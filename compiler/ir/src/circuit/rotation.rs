//! Rotations `exp(-i angle/2 P)` about Pauli strings that are gates of the table.

use qml_gates::Gate;

use super::Pauli;

/// The gates and the letters of their strings, wire by wire.
const ROTATIONS: [(Gate, &[Pauli]); 7] = [
    (Gate::Rx, &[Pauli::X]),
    (Gate::Ry, &[Pauli::Y]),
    (Gate::Rz, &[Pauli::Z]),
    (Gate::Rxx, &[Pauli::X, Pauli::X]),
    (Gate::Ryy, &[Pauli::Y, Pauli::Y]),
    (Gate::Rzz, &[Pauli::Z, Pauli::Z]),
    (Gate::Rzx, &[Pauli::Z, Pauli::X]),
];

/// The letters of `P`, wire by wire, if a gate is a rotation about a Pauli string.
pub fn rotation_letters(gate: Gate) -> Option<&'static [Pauli]> {
    ROTATIONS.into_iter().find(|rotation| rotation.0 == gate).map(|rotation| rotation.1)
}

/// The gate that is the rotation about these letters on its wires.
pub fn rotation_gate(letters: &[Pauli]) -> Option<Gate> {
    ROTATIONS.into_iter().find(|rotation| rotation.1 == letters).map(|rotation| rotation.0)
}

/// The operator of a letter as a gate.
pub fn letter_gate(letter: Pauli) -> Gate {
    match letter {
        Pauli::X => Gate::X,
        Pauli::Y => Gate::Y,
        Pauli::Z => Gate::Z,
    }
}

/// The rotation about a letter.
pub fn letter_rotation(letter: Pauli) -> Gate {
    match letter {
        Pauli::X => Gate::Rx,
        Pauli::Y => Gate::Ry,
        Pauli::Z => Gate::Rz,
    }
}
