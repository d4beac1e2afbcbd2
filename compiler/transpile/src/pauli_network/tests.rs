//! Networks give back rotations and Clifford.

use qml_ir::circuit::testing::Random;

use super::{Aim, Piece, pauli_network};
use crate::pauli_string::{Clifford, Controlled, Letter, Pauli};

fn letter(x: u128, z: u128) -> Pauli {
    Pauli { x, z, phase: (x & z).count_ones() as u8 % 4 }
}

fn apply(piece: Piece, pauli: &mut Pauli) {
    match piece {
        Piece::Clifford(gate) => pauli.conjugate(gate),
        Piece::Controlled(gate) => gate.conjugate_all(std::iter::once(pauli)),
        Piece::Rotation { .. } => {}
    }
}

fn undo(piece: Piece, pauli: &mut Pauli) {
    match piece {
        Piece::Clifford(gate) => pauli.conjugate(gate.inverse()),
        // Its own inverse.
        other => apply(other, pauli),
    }
}

/// Random rotations and the table of a random Clifford.
pub fn random_aim(random: &mut Random, n_wires: usize) -> (Vec<Pauli>, Vec<[Pauli; 2]>) {
    let mut rotations = Vec::new();
    for _ in 0..random.below(8) {
        let [x, z] = [0, 1].map(|_| random.below(1 << n_wires) as u128);
        if x | z != 0 {
            let pauli = letter(x, z);
            let sign = 2 * random.below(2) as u8;
            rotations.push(Pauli { phase: (pauli.phase + sign) % 4, ..pauli });
        }
    }
    let mut table: Vec<[Pauli; 2]> =
        (0..n_wires).map(|wire| [letter(1 << wire, 0), letter(0, 1 << wire)]).collect();
    for _ in 0..12 {
        let wires = random.wires(2, n_wires);
        let [a, b] = [wires[0].0 as usize, wires[1].0 as usize];
        let cx = Controlled { wires: [a, b], letters: [Letter::Z, Letter::X] };
        let piece = [
            Piece::Clifford(Clifford::H(a)),
            Piece::Clifford(Clifford::S(a)),
            Piece::Clifford(Clifford::X(a)),
            Piece::Controlled(cx),
        ][random.below(4)];
        table.iter_mut().flatten().for_each(|pauli| apply(piece, pauli));
    }
    (rotations, table)
}

/// Fails unless the pieces do each rotation, in an order that is allowed, and then the Clifford.
pub fn assert_network(aim: Aim, pieces: &[Piece]) {
    // Each rotation is the string that its letter was before the gates up to it.
    let mut order = Vec::new();
    for (i, piece) in pieces.iter().enumerate() {
        if let Piece::Rotation { number, wire, letter: name, is_negated } = *piece {
            let bit = 1 << wire;
            let mut pauli = match name {
                Letter::X => letter(bit, 0),
                Letter::Y => letter(bit, bit),
                Letter::Z => letter(0, bit),
            };
            pauli.phase = (pauli.phase + if is_negated { 2 } else { 0 }) % 4;
            pieces[..i].iter().rev().for_each(|&piece| undo(piece, &mut pauli));
            assert_eq!(pauli, aim.rotations[number]);
            order.push(number);
        }
    }
    assert_eq!(order.len(), aim.rotations.len());
    for (i, &late) in order.iter().enumerate() {
        for &early in order[i + 1..].iter().filter(|&&early| early < late) {
            assert!(aim.rotations[late].commutes_with(aim.rotations[early]));
        }
    }
    let mut rest = aim.clifford.to_vec();
    for &piece in pieces {
        rest.iter_mut().flatten().for_each(|pauli| apply(piece, pauli));
    }
    for (wire, row) in rest.iter().enumerate() {
        assert_eq!(*row, [letter(1 << wire, 0), letter(0, 1 << wire)]);
    }
}

#[test]
fn random_strings_come_up_in_order() {
    let mut random = Random::new(62);
    for _ in 0..60 {
        let n_wires = 2 + random.below(4);
        let (rotations, table) = random_aim(&mut random, n_wires);
        let aim = Aim { rotations: &rotations, clifford: &table };
        let pieces = pauli_network(aim, 1000).unwrap();
        assert_network(aim, &pieces);
    }
}
