//! Fourier-Motzkin elimination over the integers.
//!
//! A row `c1 x1 + ... + ck xk + d >= 0` is divided by the greatest common divisor of its `c`, and `d` rounded down: no
//! integer solution is lost. A variable goes by adding each row in which its coefficient is positive to each in which it is
//! negative, scaled so that it cancels. A row without variables and with `d < 0` is a contradiction. (Schrijver, *Theory of
//! Linear and Integer Programming*, 12.2 and 23.1; Pugh, *The Omega test*, 1991, without its dark shadow.)

use std::collections::BTreeMap;

use crate::size::{Atom, Size};

/// Systems that grow beyond this are given up.
const MAX_ROWS: usize = 300;
/// Products of constraints are made of so many at most.
const MAX_FACTORS: usize = 16;

/// Rows by their coefficients; of several with the same, the one that says most.
type Rows = BTreeMap<Vec<i64>, i64>;

/// Whether the constraints have surely no common solution in the integers.
pub(super) fn has_no_solution(constraints: &[Size]) -> bool {
    let mut constraints = constraints.to_vec();
    constraints.extend(products(&constraints));
    let mut monomials: Vec<&Vec<Atom>> = constraints
        .iter()
        .flat_map(|size| size.terms.keys())
        .filter(|monomial| !monomial.is_empty())
        .collect();
    monomials.sort_unstable();
    monomials.dedup();
    let mut rows = Rows::new();
    for constraint in &constraints {
        let coefficients =
            monomials.iter().map(|monomial| constraint.terms.get(*monomial).copied().unwrap_or(0)).collect();
        let constant = constraint.terms.get(&Vec::new()).copied().unwrap_or(0);
        if insert(&mut rows, coefficients, constant).is_none() {
            return true;
        }
    }
    let mut left: Vec<usize> = (0..monomials.len()).collect();
    while let Some(at) = (0..left.len()).min_by_key(|&at| n_new_rows(&rows, left[at])) {
        match eliminate(&rows, left.swap_remove(at)) {
            Outcome::Rows(next) if next.len() <= MAX_ROWS => rows = next,
            Outcome::Rows(_) | Outcome::Overflow => return false,
            Outcome::Contradiction => return true,
        }
    }
    false
}

enum Outcome {
    Rows(Rows),
    Contradiction,
    Overflow,
}

fn n_new_rows(rows: &Rows, variable: usize) -> usize {
    let count = |is_meant: fn(i64) -> bool| rows.keys().filter(|row| is_meant(row[variable])).count();
    count(|c| c > 0) * count(|c| c < 0)
}

fn eliminate(rows: &Rows, variable: usize) -> Outcome {
    let mut next = Rows::new();
    for (above, d) in rows {
        if above[variable] == 0 && insert(&mut next, above.clone(), *d).is_none() {
            return Outcome::Contradiction;
        }
        if above[variable] <= 0 {
            continue;
        }
        for (below, e) in rows.iter().filter(|(row, _)| row[variable] < 0) {
            let common = gcd(above[variable], below[variable]);
            let Some(p) = (below[variable] / common).checked_neg() else { return Outcome::Overflow };
            let q = above[variable] / common;
            let sum = |a: i64, b: i64| a.checked_mul(p)?.checked_add(b.checked_mul(q)?);
            let row: Option<Vec<i64>> = above.iter().zip(below).map(|(&a, &b)| sum(a, b)).collect();
            let (Some(row), Some(constant)) = (row, sum(*d, *e)) else { return Outcome::Overflow };
            if insert(&mut next, row, constant).is_none() {
                return Outcome::Contradiction;
            }
        }
    }
    Outcome::Rows(next)
}

/// Adds a row, rounded; `None` if nothing satisfies it.
fn insert(rows: &mut Rows, mut row: Vec<i64>, mut constant: i64) -> Option<()> {
    let common = row.iter().fold(0, |common, &c| gcd(common, c));
    if common == 0 {
        return (constant >= 0).then_some(());
    }
    row.iter_mut().for_each(|c| *c /= common);
    constant = constant.div_euclid(common);
    rows.entry(row).and_modify(|known| *known = (*known).min(constant)).or_insert(constant);
    Some(())
}

/// The greatest common divisor, at least 0. Numbers at the very end of the range share no factor but 1.
fn gcd(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    i64::try_from(a).unwrap_or(1)
}

/// Products of two constraints (at least 0 as they are) that are made of the products of variables that occur.
fn products(constraints: &[Size]) -> Vec<Size> {
    let occurring: Vec<_> =
        constraints.iter().flat_map(|size| size.terms.keys()).filter(|m| m.len() == 2).collect();
    if occurring.is_empty() {
        return Vec::new();
    }
    let linear: Vec<_> = constraints
        .iter()
        .filter(|size| size.terms.keys().all(|monomial| monomial.len() <= 1))
        .take(MAX_FACTORS)
        .collect();
    let pairs = linear.iter().enumerate().flat_map(|(i, a)| linear[i..].iter().map(move |b| a.mul(b)));
    pairs
        .flatten()
        .filter(|product| {
            product.terms.keys().all(|monomial| monomial.len() < 2 || occurring.contains(&monomial))
        })
        .collect()
}
