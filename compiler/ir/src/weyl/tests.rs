//! Random and special unitaries, put together again from coordinates in the chamber.

use std::f64::consts::FRAC_PI_4;

use super::to_chamber;
use crate::canonical::testing::{can, check_same, compose, random_4, random_locals};
use crate::canonical::{M4, decompose, times};
use crate::circuit::testing::Random;

fn check(u: &M4) -> [f64; 3] {
    let form = to_chamber(decompose(u));
    check_same(u, &compose(&form));
    let [a, b, c] = form.coordinates;
    assert!(a < FRAC_PI_4 + 1e-9 && a >= b && b >= c.abs(), "{:?}", form.coordinates);
    assert!(a < FRAC_PI_4 - 1e-8 || c > -1e-8, "{:?}", form.coordinates);
    form.coordinates
}

#[test]
fn coordinates_lie_in_the_chamber_and_do_not_depend_on_local_gates() {
    let mut random = Random::new(31);
    let special =
        [[0.0; 3], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0; 3], [1.0, 0.4, -0.2], [0.5, 0.5, 0.0], [0.5; 3]];
    for k in special {
        let core = can(k.map(|x| x * FRAC_PI_4));
        let wanted = check(&core);
        for _ in 0..10 {
            let u = times(&random_locals(&mut random), &times(&core, &random_locals(&mut random)));
            let found = check(&u);
            let apart = (0..3).map(|i| (found[i] - wanted[i]).abs()).fold(0.0, f64::max);
            assert!(apart < 1e-7, "{k:?}: {wanted:?} {found:?}");
        }
    }
    for _ in 0..100 {
        check(&random_4(&mut random));
    }
}
