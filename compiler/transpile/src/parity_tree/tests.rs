//! Every pair comes up, on the couplings.

use super::{MAX_TREE, parity_tree};
use crate::parity_network::tests::follow_cx;

type Couplings = Vec<Vec<usize>>;

fn couplings(n: usize, are_coupled: impl Fn(usize, usize) -> bool) -> Couplings {
    (0..n).map(|a| (0..n).filter(|&b| a != b && are_coupled(a.min(b), a.max(b))).collect()).collect()
}

fn line(n: usize) -> Couplings {
    couplings(n, |a, b| a + 1 == b)
}

/// Two rows.
fn ladder(n: usize) -> Couplings {
    couplings(n, |a, b| a + 2 == b || a.is_multiple_of(2) && a + 1 == b)
}

fn pairs_and_singles(n: usize) -> Vec<u128> {
    (0..n).flat_map(|a| (0..=a).map(move |b| 1_u128 << a | 1 << b)).collect()
}

/// The CX of a network, in which everything comes up once.
fn check(couplings: &Couplings, turns: &[u128]) -> usize {
    let n = couplings.len();
    let network = parity_tree(couplings, turns, 4 * n * n).unwrap();
    follow_cx(turns, network, |a, b| couplings[a].contains(&b))
}

#[test]
fn all_pairs_and_singles_come_up() {
    for n in 2..8 {
        check(&line(n), &pairs_and_singles(n));
        check(&ladder(n), &pairs_and_singles(n));
    }
}

#[test]
fn some_pairs_come_up() {
    let turns: Vec<u128> = pairs_and_singles(7).into_iter().step_by(2).collect();
    check(&ladder(7), &turns);
}

#[test]
fn a_ladder_takes_fewer_cx_than_a_line() {
    let n_cx = check(&ladder(6), &pairs_and_singles(6));
    assert!(n_cx < check(&line(6), &pairs_and_singles(6)));
    // Each pair takes one, and each wire one to be by itself again.
    assert!(n_cx >= 15 + 5);
}

#[test]
fn what_does_not_fit_is_left_to_others() {
    assert!(parity_tree(&line(3), &[7], 100).is_none());
    assert!(parity_tree(&line(4), &pairs_and_singles(4), 6).is_none());
    assert!(parity_tree(&line(MAX_TREE + 1), &[3], 100).is_none());
}
