//! Random and degenerate unitaries, put together again.

use super::testing::{can, check, random_4, random_locals};
use super::{count_cx_of, times};
use crate::circuit::testing::Random;

#[test]
fn random_and_degenerate_unitaries() {
    let mut random = Random::new(3);
    for _ in 0..200 {
        check(&random_4(&mut random));
        for coordinates in [
            [0.0; 3],
            [0.25, 0.0, 0.0],
            [0.25, 0.25, 0.0],
            [0.25; 3],
            [0.25, 0.125, 0.0],
            [1e-7, 0.0, 0.0],
            [0.25, 0.25, 0.25 - 1e-9],
        ] {
            let core = can(coordinates.map(|x| x * std::f64::consts::PI));
            check(&times(&random_locals(&mut random), &times(&core, &random_locals(&mut random))));
        }
    }
}

#[test]
fn cx_are_counted_without_the_form() {
    use std::f64::consts::FRAC_PI_4;
    let mut random = Random::new(26);
    for (coordinates, n_cx) in [
        ([0.0; 3], 0),
        ([FRAC_PI_4, 0.0, 0.0], 1),
        ([FRAC_PI_4, FRAC_PI_4, 0.0], 2),
        ([FRAC_PI_4; 3], 3),
        ([0.3, 0.0, 0.0], 2),
    ] {
        for _ in 0..10 {
            let u =
                times(&random_locals(&mut random), &times(&can(coordinates), &random_locals(&mut random)));
            assert_eq!(count_cx_of(&u), n_cx, "{coordinates:?}");
        }
    }
    for _ in 0..40 {
        let [a, b] = [random.unit(), random.unit()];
        let two = times(&random_locals(&mut random), &times(&can([a, b, 0.0]), &random_locals(&mut random)));
        assert_eq!(count_cx_of(&two), 2);
        assert_eq!(count_cx_of(&random_4(&mut random)), 3);
    }
}
