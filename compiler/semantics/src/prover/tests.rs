//! What the prover calls contradictory has no solution by brute force, and what the search finds is one.

use proptest::prelude::*;

use super::search::{Values, search};
use super::{Cases, Facts, opposite};
use crate::hir::LocalId;
use crate::size::Size;

fn var(index: u32) -> Size {
    Size::local(LocalId(index))
}

fn int(value: i64) -> Size {
    Size::constant(value)
}

/// `a < b`
fn less(a: &Size, b: &Size) -> Size {
    opposite(&a.sub(b).unwrap()).unwrap()
}

/// `0 <= i < n` for `n = var(0)`, `i = var(1)`.
fn counter() -> Facts {
    Facts { all: vec![var(1), less(&var(1), &var(0))], one_of: Vec::new(), ..Facts::default() }
}

/// That `a` and `b` are one number.
fn equal(a: &Size, b: &Size) -> Vec<Size> {
    vec![a.sub(b).unwrap(), b.sub(a).unwrap()]
}

#[test]
fn neighbours_on_a_ring_differ() {
    let (n, i) = (var(0), var(1));
    let next = i.add(&int(1)).unwrap().rem(&n).unwrap();
    let mut facts = counter();
    assert!(!facts.contradict(&equal(&i, &next)), "n may be 1");
    let witness = search(&facts, &equal(&i, &next)).unwrap();
    assert_eq!(witness, Values::from([(LocalId(0), 1), (LocalId(1), 0)]));
    facts.all.push(n.sub(&int(2)).unwrap());
    assert!(facts.contradict(&equal(&i, &next)));
    let before = i.sub(&int(1)).unwrap().add(&n).unwrap().rem(&n).unwrap();
    assert!(facts.contradict(&equal(&i, &before)));
    assert!(facts.contradict(&equal(&i, &i.sub(&int(1)).unwrap().rem(&n).unwrap())));
    // Two further on, three qubits are needed.
    let after = i.add(&int(2)).unwrap().rem(&n).unwrap();
    assert!(!facts.contradict(&equal(&i, &after)));
    facts.all.push(n.sub(&int(3)).unwrap());
    assert!(facts.contradict(&equal(&i, &after)));
    // The neighbour is in range.
    assert!(facts.contradict(&[opposite(&next).unwrap()]));
    assert!(facts.contradict(&[next.sub(&n).unwrap()]));
}

#[test]
fn strides_and_mirrors_differ() {
    let (n, i) = (var(0), var(1));
    let half = n.div(&int(2)).unwrap();
    let facts =
        Facts { all: vec![n.clone(), i.clone(), less(&i, &half)], one_of: Vec::new(), ..Facts::default() };
    let even = i.scale(2).unwrap();
    let odd = even.add(&int(1)).unwrap();
    assert!(facts.contradict(&equal(&even, &odd)));
    assert!(facts.contradict(&[odd.sub(&n).unwrap()]), "in range");
    let mirror = n.sub(&int(1)).unwrap().sub(&i).unwrap();
    assert!(facts.contradict(&equal(&i, &mirror)));
    // Parities of different loops.
    let facts = Facts::default();
    assert!(facts.contradict(&equal(&even, &var(2).scale(2).unwrap().add(&int(1)).unwrap())));
}

#[test]
fn grids_are_in_range() {
    let [m, n, i, j] = [var(0), var(1), var(2), var(3)];
    let facts = Facts {
        all: vec![m.clone(), n.clone(), i.clone(), less(&i, &m), j.clone(), less(&j, &n)],
        one_of: Vec::new(),
        ..Facts::default()
    };
    let place = i.mul(&n).unwrap().add(&j).unwrap();
    assert!(facts.contradict(&[place.sub(&m.mul(&n).unwrap()).unwrap()]));
    assert!(facts.contradict(&[opposite(&place).unwrap()]));
    let below = place.add(&n).unwrap();
    assert!(facts.contradict(&equal(&place, &below)));
}

#[test]
fn cases_are_told_apart() {
    let (i, j) = (var(0), var(1));
    let unequal: Cases = vec![vec![less(&i, &j)], vec![less(&j, &i)]];
    let mut facts = Facts::default();
    facts.assume(unequal);
    assert!(facts.contradict(&equal(&i, &j)));
    assert!(!facts.contradict(&equal(&i, &j.add(&int(1)).unwrap())));
}

#[test]
fn powers_are_large() {
    let facts = Facts { all: vec![var(0)], one_of: Vec::new(), ..Facts::default() };
    let power = int(2).pow(&var(0)).unwrap();
    assert!(facts.contradict(&[int(0).sub(&power).unwrap()]));
    assert!(facts.contradict(&[var(0).sub(&power).unwrap()]));
}

/// A term: a variable, a number, or an operation on such.
fn term() -> impl Strategy<Value = Size> {
    let leaf = || prop_oneof![(0u32..3).prop_map(var), (-3i64..4).prop_map(int)];
    prop_oneof![
        4 => leaf(),
        1 => (leaf(), leaf()).prop_map(|(a, b)| a.mul(&b).unwrap()),
        1 => (leaf(), leaf(), leaf()).prop_filter_map("by zero", |(a, b, c)| a.add(&b)?.rem(&c)),
        1 => (leaf(), leaf()).prop_filter_map("by zero", |(a, b)| a.div(&b)),
    ]
}

fn constraint() -> impl Strategy<Value = Size> {
    prop::collection::vec((term(), -2i64..3), 1..4).prop_map(|terms| {
        terms
            .into_iter()
            .fold(Size::default(), |sum, (term, scale)| sum.add(&term.scale(scale).unwrap()).unwrap())
    })
}

fn holds(sizes: &[Size], values: &[i64; 3]) -> bool {
    sizes
        .iter()
        .all(|size| size.evaluate(&|local| Some(values[local.0 as usize])).is_some_and(|value| value >= 0))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn contradictions_have_no_solution(
        all in prop::collection::vec(constraint(), 1..6),
        split in prop::collection::vec(prop::collection::vec(constraint(), 1..3), 2..4),
        more in prop::collection::vec(constraint(), 1..3),
    ) {
        let mut facts = Facts { all, one_of: Vec::new(), ..Facts::default() };
        facts.assume(split);
        let is_contradiction = facts.contradict(&more);
        for code in 0..15i64.pow(3) {
            let values = [code % 15 - 6, code / 15 % 15 - 6, code / 225 - 6];
            let is_solution = holds(&facts.all, &values)
                && holds(&more, &values)
                && facts.one_of.iter().all(|cases| cases.iter().any(|case| holds(case, &values)));
            prop_assert!(!(is_contradiction && is_solution), "{values:?} solves {facts:?} and {more:?}");
        }
        if let Some(found) = search(&facts, &more) {
            let values = [0, 1, 2].map(|local| found.get(&LocalId(local)).copied().unwrap_or(0));
            prop_assert!(holds(&facts.all, &values) && holds(&more, &values), "{values:?}");
            prop_assert!(facts.one_of.iter().all(|cases| cases.iter().any(|case| holds(case, &values))));
        }
    }
}
