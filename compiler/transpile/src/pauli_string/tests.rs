//! Strings under gates follow the matrices.

use super::{Clifford, Controlled, LETTERS, Letter, Pauli};
use qml_ir::circuit::testing::Random;

fn letter(x: u128, z: u128) -> Pauli {
    Pauli { x, z, phase: (x & z).count_ones() as u8 % 4 }
}

#[test]
fn products_and_signs() {
    let (x, y, z) = (letter(1, 0), letter(1, 1), letter(0, 1));
    // XY = iZ.
    assert_eq!(x.times(y), Pauli { phase: 1, ..z });
    assert_eq!(y.times(y), Pauli { x: 0, z: 0, phase: 0 });
    assert!(!x.commutes_with(z) && letter(3, 0).commutes_with(letter(0, 3)));
    let after = |mut pauli: Pauli, gate| {
        pauli.conjugate(gate);
        pauli
    };
    assert_eq!(after(x, Clifford::S(0)), y);
    assert_eq!(after(y, Clifford::S(0)), Pauli { phase: 2, ..x });
    assert_eq!(after(y, Clifford::H(0)), Pauli { phase: 3, ..y });
    // CX takes X X to X 1 and Y Y to -X Z.
    let cx = Controlled { wires: [0, 1], letters: [Letter::Z, Letter::X] };
    let mut strings = [letter(3, 0), letter(3, 3)];
    cx.conjugate_all(strings.iter_mut());
    assert_eq!(strings[0], letter(1, 0));
    assert!(strings[1].is_negative() && (strings[1].x, strings[1].z) == (1, 2));
}

#[test]
fn every_controlled_gate_is_a_cx_in_its_frame() {
    let mut random = Random::new(63);
    for _ in 0..400 {
        let letters = [0, 1].map(|_| LETTERS[random.below(3)]);
        let gate = Controlled { wires: [2, 0], letters };
        let start = letter(random.below(8) as u128, random.below(8) as u128);
        let mut direct = start;
        gate.conjugate_all(std::iter::once(&mut direct));
        let mut framed = start;
        gate.frame().for_each(|turn| framed.conjugate(turn));
        // By the definition of CX on bits.
        let bit = |set: u128, wire: u32| set >> wire & 1;
        let moved = Pauli {
            x: framed.x ^ bit(framed.x, 2),
            z: framed.z ^ bit(framed.z, 0) << 2,
            phase: framed.phase,
        };
        framed = moved;
        gate.frame().rev().for_each(|turn| framed.conjugate(turn.inverse()));
        assert_eq!(direct, framed, "{gate:?} of {start:?}");
        let (before, after) = (start.letters_at([2, 0]), direct.letters_at([2, 0]));
        assert_eq!(gate.letters_after(before), after);
        assert_eq!(gate.growth(before), direct.weight() - start.weight());
    }
}
