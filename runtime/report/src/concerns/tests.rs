use super::{Concern, concerns};
use crate::run::Run;
use crate::run::tests::{folder, run};

fn titles(run: &Run) -> Vec<String> {
    concerns(run).into_iter().map(|Concern { title, .. }| title).collect()
}

/// Objectives that fall like `exp(-t / time)`.
fn falling(n: usize, time: f64) -> Vec<f64> {
    (0..n).map(|t| (-(t as f64) / time).exp()).collect()
}

#[test]
fn a_training_that_went_well_only_has_its_warnings() {
    assert_eq!(titles(&run(&falling(200, 20.0))), ["Q0532, line 7"]);
}

#[test]
fn gradients_of_next_to_nothing_are_a_plateau() {
    let mut texts = folder(&falling(60, 6.0));
    let mut flat = |factor: f64| {
        let lines = texts.metrics.lines().enumerate().map(|(i, line)| {
            let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            if i > 0 {
                cells[4] = format!("{factor:?}");
            }
            cells.join(",") + "\n"
        });
        texts.metrics = lines.collect();
        titles(&Run::read(texts.clone()).unwrap())
    };
    // Sixteen parameters: the length is four times the root mean square.
    assert_eq!(flat(4.1e-4).len(), 1);
    assert_eq!(flat(3.9e-4)[1..], ["Barren plateau? (`optimize` 0)"]);
}

#[test]
fn noise_is_held_against_the_tolerance() {
    // A steady fall with errors of a known size: plus and minus by the bits of a hash.
    let noisy = |size: f64| -> Vec<f64> {
        let sign = |t: u64| if (t.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) & 1 == 0 { 1.0 } else { -1.0 };
        falling(100, 10.0).into_iter().enumerate().map(|(t, x)| x + size * sign(t as u64)).collect()
    };
    let found = |size: f64| {
        let mut texts = folder(&noisy(size));
        texts.manifest = texts.manifest.replace("\"tolerance\": null", "\"tolerance\": 0.01");
        titles(&Run::read(texts).unwrap())
    };
    assert_eq!(found(0.005).len(), 1);
    assert_eq!(found(0.02)[1..], ["Shot noise above the tolerance (`optimize` 0)"]);
}

#[test]
fn a_training_stopped_early_is_told() {
    assert_eq!(titles(&run(&falling(100, 100.0)))[1..], ["Still getting better (`optimize` 0)"]);
    // One that ended by itself had its reason.
    let mut texts = folder(&falling(100, 100.0));
    texts.manifest = texts.manifest.replace("\"ended\": \"rounds\"", "\"ended\": \"patience\"");
    assert_eq!(titles(&Run::read(texts).unwrap()).len(), 1);
}
