//! Every pair comes up, on the line.

use super::parity_twine;
use crate::parity_network::tests::follow_cx;

#[test]
fn all_pairs_and_singles_come_up_on_a_line() {
    for n in 2..12 {
        let pairs = (0..n).flat_map(|a| (0..=a).map(move |b| 1_u128 << a | 1 << b));
        let turns: Vec<u128> = pairs.collect();
        let n_cx = follow_cx(&turns, parity_twine(n, &turns).unwrap(), |a, b| a.abs_diff(b) == 1);
        assert!(n_cx <= n * (n - 1) + n);
    }
}

#[test]
fn larger_parities_are_left_to_others() {
    assert!(parity_twine(3, &[7]).is_none());
}
