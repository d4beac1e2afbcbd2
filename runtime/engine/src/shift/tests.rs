//! Rules against derivatives known in closed form.

use qml_gates::Gate;

use super::rule;

/// Holds the rule for these frequencies against a function that has them.
fn check(frequencies: &[f64]) {
    let f = |x: f64| frequencies.iter().map(|w| (w * x + 0.3 * w).sin() * (1.0 + w)).sum::<f64>();
    let exact: f64 = frequencies.iter().map(|w| w * (0.3 * w).cos() * (1.0 + w)).sum();
    let rule = rule(frequencies).unwrap();
    let found: f64 = rule.iter().map(|(shift, weight)| weight * (f(*shift) - f(-shift))).sum();
    assert!((found - exact).abs() < 1e-11, "{frequencies:?}: {found} {exact}");
    // With shots the variance grows with the squared weights.
    assert!(rule.iter().map(|(_, weight)| weight.abs()).sum::<f64>() < 10.0, "{frequencies:?}: {rule:?}");
}

#[test]
fn one_frequency_is_the_known_rule() {
    let rule = rule(&[1.0]).unwrap();
    assert!((rule[0].0 - std::f64::consts::FRAC_PI_2).abs() < 1e-15 && (rule[0].1 - 0.5).abs() < 1e-15);
}

#[test]
fn two_frequencies_are_the_known_rule() {
    // Anselmetti et al., arXiv:2104.05695: shifts pi/2 and 3 pi/2, weights (sqrt 2 ± 1) / (4 sqrt 2).
    let root = std::f64::consts::SQRT_2;
    let rule = rule(&[0.5, 1.0]).unwrap();
    assert!((rule[0].1 - (root + 1.0) / (4.0 * root)).abs() < 1e-15);
    assert!((rule[1].1 + (root - 1.0) / (4.0 * root)).abs() < 1e-15);
}

#[test]
fn a_constant_needs_no_evaluation() {
    assert_eq!(rule(&[]), Some(Vec::new()));
}

#[test]
fn rules_differentiate_their_frequencies() {
    for frequencies in [&[1.0][..], &[0.5, 1.0], &[1.0, 2.0], &[0.5, 1.0, 1.5]] {
        check(frequencies);
    }
}

#[test]
fn every_angle_of_the_table_has_a_rule_controlled_or_not() {
    for &gate in Gate::ALL {
        for (i, own) in gate.def().frequencies.iter().enumerate() {
            check(own);
            check(&gate.controlled_frequencies(i));
        }
    }
}
