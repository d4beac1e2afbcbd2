//! Every pair comes up, on the line.

use super::parity_twine;
use crate::parity_network::Piece;

#[test]
fn all_pairs_and_singles_come_up_on_a_line() {
    for n in 2..12 {
        let pairs = (0..n).flat_map(|a| (0..=a).map(move |b| 1_u128 << a | 1 << b));
        let turns: Vec<u128> = pairs.collect();
        let (pieces, end) = parity_twine(n, &turns).unwrap();
        let mut held: Vec<u128> = (0..n).map(|wire| 1 << wire).collect();
        let mut is_done = vec![false; turns.len()];
        let mut n_cx = 0;
        for piece in pieces {
            match piece {
                Piece::Cx(control, target) => {
                    assert_eq!(control.abs_diff(target), 1);
                    held[target] ^= held[control];
                    n_cx += 1;
                }
                Piece::Turn(number, wire) => {
                    assert_eq!(held[wire], turns[number]);
                    assert!(!std::mem::replace(&mut is_done[number], true));
                }
                Piece::Swap(..) => panic!("no SWAP is needed"),
            }
        }
        assert!(is_done.into_iter().all(|done| done));
        assert!(end.iter().zip(&held).all(|(&label, &held)| held == 1 << label));
        assert!(n_cx <= n * (n - 1) + n);
    }
}

#[test]
fn larger_parities_are_left_to_others() {
    assert!(parity_twine(3, &[7]).is_none());
}
