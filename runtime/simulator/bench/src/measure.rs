//! Medians of two things that are done in turn.

use std::hint::black_box;
use std::time::Instant;

/// Runs both alternately until each has at least seven times and half a second, or half a minute has passed; the medians
/// in seconds.
pub fn alternate<A, B>(mut ours: impl FnMut() -> A, mut theirs: impl FnMut() -> B) -> (f64, f64) {
    black_box(ours());
    black_box(theirs());
    // So many calls that a time is at least a tenth of a millisecond.
    let calls = |seconds: f64| ((1e-4 / seconds).ceil() as usize).max(1);
    let time = |calls: usize, work: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..calls).for_each(|_| work());
        start.elapsed().as_secs_f64() / calls as f64
    };
    let mut ours = || drop(black_box(ours()));
    let mut theirs = || drop(black_box(theirs()));
    let n_ours = calls(time(1, &mut ours));
    let n_theirs = calls(time(1, &mut theirs));
    let (mut a, mut b) = (Vec::new(), Vec::new());
    let start = Instant::now();
    let passed = || start.elapsed().as_secs_f64();
    while a.is_empty() || (a.len() < 7 && passed() < 30.0) || (passed() < 1.0 && a.len() < 1000) {
        a.push(time(n_ours, &mut ours));
        b.push(time(n_theirs, &mut theirs));
    }
    (median(a), median(b))
}

/// The median.
pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A time for people.
pub fn show(seconds: f64) -> String {
    match seconds {
        s if s < 1e-6 => format!("{:.0} ns", s * 1e9),
        s if s < 1e-3 => format!("{:.1} us", s * 1e6),
        s if s < 1.0 => format!("{:.2} ms", s * 1e3),
        s => format!("{s:.2} s"),
    }
}
