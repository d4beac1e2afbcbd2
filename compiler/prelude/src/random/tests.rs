//! Known answers and statistics of the random numbers.

use super::*;

/// From the known-answer file `kat_vectors` that comes with the authors' Random123 library.
#[test]
fn philox_gives_the_published_answers() {
    assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
    assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
    let pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
    assert_eq!(philox(pi, [0xa409_3822, 0x299f_31d0]), [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
}

#[test]
fn uniform_has_the_moments_of_the_unit_interval() {
    let mut stream = Stream::new(7);
    let draws: Vec<f64> = (0..100_000).map(|_| stream.uniform()).collect();
    assert!(draws.iter().all(|x| (0.0..1.0).contains(x)));
    let mean = draws.iter().sum::<f64>() / 1e5;
    let square = draws.iter().map(|x| x * x).sum::<f64>() / 1e5;
    // Four standard deviations of the mean: 4 * sqrt(1/12 / 1e5).
    assert!((mean - 0.5).abs() < 3.7e-3, "mean {mean}");
    assert!((square - 1.0 / 3.0).abs() < 3.8e-3, "mean square {square}");
}

#[test]
fn normal_has_mean_0_variance_1_and_kurtosis_3() {
    let mut stream = Stream::new(8);
    let draws: Vec<f64> = (0..100_000).map(|_| stream.normal()).collect();
    let moment = |k: i32| draws.iter().map(|x| x.powi(k)).sum::<f64>() / 1e5;
    assert!(moment(1).abs() < 0.013);
    assert!((moment(2) - 1.0).abs() < 0.018);
    assert!((moment(4) - 3.0).abs() < 0.13);
}

#[test]
fn below_is_even_over_a_bound_that_is_no_power_of_two() {
    let mut stream = Stream::new(9);
    let mut counts = [0u32; 7];
    for _ in 0..70_000 {
        counts[stream.below(7) as usize] += 1;
    }
    let chi_square: f64 = counts.iter().map(|&c| (f64::from(c) - 1e4).powi(2) / 1e4).sum();
    // The 99.9th percentile for 6 degrees of freedom.
    assert!(chi_square < 22.46, "{counts:?}");
}

#[test]
fn streams_of_children_and_of_neighbouring_keys_differ() {
    let keys = [1, 2, child_key(1, 0), child_key(1, 1), child_key(2, 0)];
    let firsts: std::collections::HashSet<u64> = keys.iter().map(|&k| pair_at(k, 0, 1)[0]).collect();
    assert_eq!(firsts.len(), keys.len());
}
