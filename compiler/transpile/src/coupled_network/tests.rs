//! Networks on couplings give back rotations and Clifford, and use couplings alone.

use qml_ir::circuit::testing::Random;

use super::{Couplings, Weights, coupled_network};
use crate::pauli_network::tests::{assert_network, random_aim};
use crate::pauli_network::{Aim, Piece};
use crate::pauli_string::Clifford;

const WEIGHTS: Weights = Weights { fading: 900, table: 100 };

fn line(n: usize) -> Vec<u64> {
    (0..n).map(|i| (if i + 1 < n { 2 << i } else { 0 }) | (1 << i) >> 1).collect()
}

#[test]
fn the_cost_of_a_string_is_that_of_its_tree() {
    let couplings = Couplings::new(line(6));
    assert_eq!(couplings.cost(0b1), 0);
    assert_eq!(couplings.cost(0b111), 2);
    // To the other end of a line of four and back from all but one: two steps between, three along.
    assert_eq!(couplings.cost(0b1001), 5);
}

#[test]
fn random_strings_on_lines_and_rings() {
    let mut random = Random::new(64);
    for _ in 0..80 {
        let n = 3 + random.below(3);
        let mut neighbours = line(n);
        if random.chance(0.5) {
            neighbours[0] |= 1 << (n - 1);
            neighbours[n - 1] |= 1;
        }
        let couplings = Couplings::new(neighbours.clone());
        let (rotations, table) = random_aim(&mut random, n);
        let aim = Aim { rotations: &rotations, clifford: &table };
        let (mut pieces, end) = coupled_network(aim, &couplings, 1000, WEIGHTS).unwrap();
        for piece in &pieces {
            if let Piece::Controlled(gate) = piece {
                assert_eq!(neighbours[gate.wires[0]] >> gate.wires[1] & 1, 1);
            }
        }
        // The wires back to their places, as SWAPs.
        let mut at = end;
        for wire in 0..n {
            while at[wire] != wire {
                let other = at[wire];
                pieces.push(Piece::Clifford(Clifford::Swap(wire, other)));
                let moved = at.iter().position(|&place| place == wire).unwrap();
                at[moved] = other;
                at[wire] = wire;
            }
        }
        assert_network(aim, &pieces);
    }
}
