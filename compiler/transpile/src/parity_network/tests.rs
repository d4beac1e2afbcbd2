//! Networks do what they are asked for, on random parities and maps, and few CX are enough for known families.

use qml_ir::circuit::testing::Random;

use super::{Piece, parity_network};

/// Fails unless each turn happens once, on its parity; the parities that the wires end with, and the number of CX.
pub(crate) fn follow(n_wires: usize, turns: &[u128], pieces: Vec<Piece>) -> (Vec<u128>, usize) {
    let mut wires: Vec<u128> = (0..n_wires).map(|i| 1 << i).collect();
    let mut taken = vec![false; turns.len()];
    let mut n_cx = 0;
    for piece in pieces {
        match piece {
            Piece::Cx(control, target) => {
                wires[target] ^= wires[control];
                n_cx += 1;
            }
            Piece::Swap(a, b) => wires.swap(a, b),
            Piece::Turn(turn, wire) => {
                assert_eq!(wires[wire], turns[turn]);
                assert!(!std::mem::replace(&mut taken[turn], true));
            }
        }
    }
    assert!(taken.into_iter().all(|taken| taken));
    (wires, n_cx)
}

/// As [`follow`], for a network of CX on coupled wires alone that leaves each wire with one parity, `end`; the number of CX.
pub(crate) fn follow_cx(
    turns: &[u128],
    (pieces, end): (Vec<Piece>, Vec<usize>),
    are_coupled: impl Fn(usize, usize) -> bool,
) -> usize {
    for piece in &pieces {
        match *piece {
            Piece::Cx(control, target) => assert!(are_coupled(control, target)),
            Piece::Turn(..) => {}
            Piece::Swap(..) => panic!("SWAPs are CX"),
        }
    }
    let (wires, n_cx) = follow(end.len(), turns, pieces);
    assert!(end.iter().zip(&wires).all(|(&label, &wire)| wire == 1 << label));
    n_cx
}

/// Fails unless the wires end up right; the number of CX.
fn check(n_wires: usize, turns: &[u128], map: &[u128]) -> usize {
    let pieces = parity_network(n_wires, turns, map, usize::MAX).unwrap();
    let (wires, n_cx) = follow(n_wires, turns, pieces);
    assert_eq!(wires, map);
    n_cx
}

#[test]
fn random_parities_and_maps() {
    let mut random = Random::new(51);
    for _ in 0..100 {
        let n_wires = 2 + random.below(6);
        let mut map: Vec<u128> = (0..n_wires).map(|i| 1 << i).collect();
        for _ in 0..random.below(20) {
            let [a, b] = [0, 1].map(|_| random.below(n_wires));
            if a != b {
                map[a] ^= map[b];
            }
        }
        let mut turns: Vec<u128> =
            (0..random.below(12)).map(|_| 1 + random.below((1 << n_wires) - 1) as u128).collect();
        turns.sort_unstable();
        turns.dedup();
        let n_cx = check(n_wires, &turns, &map);
        assert_eq!(parity_network(n_wires, &turns, &map, n_cx), None);
        assert!(parity_network(n_wires, &turns, &map, n_cx + 1).is_some());
    }
}

#[test]
fn all_pairs_take_one_each_and_the_way_back() {
    for n in 3..9 {
        let pairs: Vec<u128> = (0..n).flat_map(|a| (0..a).map(move |b| 1 << a | 1 << b)).collect();
        let map: Vec<u128> = (0..n).map(|i| 1 << i).collect();
        assert!(check(n, &pairs, &map) < n * (n - 1) / 2 + n);
    }
}

#[test]
fn a_permutation_is_free() {
    assert_eq!(check(3, &[], &[0b010, 0b100, 0b001]), 0);
}
