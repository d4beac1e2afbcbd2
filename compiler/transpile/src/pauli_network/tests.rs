//! Strings under gates follow the matrices, and networks give back rotations and Clifford.

use qml_ir::circuit::testing::Random;

use super::{Letter, Pauli, Piece, pauli_network};

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
    let after = |mut pauli: Pauli, piece| {
        pauli.conjugate(piece);
        pauli
    };
    assert_eq!(after(x, Piece::S(0)), y);
    assert_eq!(after(y, Piece::S(0)), Pauli { phase: 2, ..x });
    assert_eq!(after(y, Piece::H(0)), Pauli { phase: 3, ..y });
    // CX takes X X to X 1 and Y Y to -X Z.
    assert_eq!(after(letter(3, 0), Piece::Cx(0, 1)), letter(1, 0));
    assert!(after(letter(3, 3), Piece::Cx(0, 1)).is_negative());
}

#[test]
fn random_strings_come_up_in_order() {
    let mut random = Random::new(62);
    for _ in 0..60 {
        let n_wires = 2 + random.below(4);
        let rotations: Vec<Pauli> = (0..random.below(8))
            .map(|_| {
                loop {
                    let [x, z] = [0, 1].map(|_| random.below(1 << n_wires) as u128);
                    if x | z != 0 {
                        let pauli = letter(x, z);
                        break if random.chance(0.5) {
                            pauli
                        } else {
                            Pauli { phase: (pauli.phase + 2) % 4, ..pauli }
                        };
                    }
                }
            })
            .collect();
        // Gates of a random Clifford, as a table.
        let mut table: Vec<[Pauli; 2]> =
            (0..n_wires).map(|wire| [letter(1 << wire, 0), letter(0, 1 << wire)]).collect();
        for _ in 0..12 {
            let wires = random.wires(2, n_wires);
            let [a, b] = [wires[0].0 as usize, wires[1].0 as usize];
            let piece = [Piece::H(a), Piece::S(a), Piece::Cx(a, b), Piece::X(a)][random.below(4)];
            table.iter_mut().flatten().for_each(|pauli| pauli.conjugate(piece));
        }
        let pieces = pauli_network(n_wires, &rotations, &table, 1000, [0, 300][random.below(2)]).unwrap();
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
                pieces[..i].iter().rev().for_each(|&piece| {
                    pauli.conjugate(match piece {
                        Piece::S(q) => Piece::Sdg(q),
                        Piece::Sdg(q) => Piece::S(q),
                        other => other,
                    });
                });
                assert_eq!(pauli, rotations[number]);
                order.push(number);
            }
        }
        assert_eq!(order.len(), rotations.len());
        for (i, &late) in order.iter().enumerate() {
            for &early in order[i + 1..].iter().filter(|&&early| early < late) {
                assert!(rotations[late].commutes_with(rotations[early]));
            }
        }
        let mut rest = table.clone();
        for &piece in &pieces {
            rest.iter_mut().flatten().for_each(|pauli| pauli.conjugate(piece));
        }
        for (wire, row) in rest.iter().enumerate() {
            assert_eq!(*row, [letter(1 << wire, 0), letter(0, 1 << wire)]);
        }
    }
}
