//! Where numbers stand along an axis, and how they are written: so that two of them never look alike.

use std::ops::Range;

/// Fewer numbers than these leave an axis by logarithms unread.
const FEWEST: usize = 3;
/// More decades than these are not all told.
const MOST_DECADES: i32 = 8;

/// The whole numbers below `n` that stand at an axis with room for about `most` of them.
pub(super) fn whole(n: usize, most: usize) -> impl Iterator<Item = usize> {
    let steps = (0..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_usize.pow(power)));
    let step = steps.take(40).find(|step| n.div_ceil(*step) <= most).unwrap_or(n.max(1));
    (0..n).step_by(step)
}

/// The numbers at an axis by logarithms: powers of ten, between them 2 and 5, then all digits, as few decades leave room for.
pub(super) fn logarithmic(range: &Range<f64>) -> Vec<f64> {
    let (lo, hi) = (range.start.log10().floor() as i32, range.end.log10().ceil() as i32);
    let step = ((hi - lo) / MOST_DECADES).max(1);
    let inside = |digits: &[f64]| -> Vec<f64> {
        let decades = (lo..=hi).filter(|power| power.rem_euclid(step) == 0);
        // A power that is computed may be a little off.
        let number = |digit: &f64, power: i32| format!("{digit}e{power}").parse().unwrap_or(f64::INFINITY);
        let numbers = decades.flat_map(|power| digits.iter().map(move |digit| number(digit, power)));
        numbers.filter(|number| range.contains(number)).collect()
    };
    let choices: [&[f64]; 3] = [&[1.0], &[1.0, 2.0, 5.0], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]];
    let found = choices.into_iter().map(inside).find(|numbers| numbers.len() >= FEWEST);
    found.unwrap_or_else(|| even(range))
}

/// Round numbers at even distances.
fn even(range: &Range<f64>) -> Vec<f64> {
    let size = 10f64.powf(((range.end - range.start) / 5.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * size);
    let step = step.into_iter().find(|step| (range.end - range.start) / step <= 6.0).unwrap_or(10.0 * size);
    let first = (range.start / step).ceil() as i64;
    let last = (range.end / step).floor() as i64;
    (first..=last).map(|k| k as f64 * step).collect()
}

/// A number alone.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if size < 1e-12 {
        return "0".to_owned();
    }
    if !(1e-3..1e6).contains(&size) {
        return scientific(value, 1);
    }
    fixed(value, if size < 0.1 { 4 } else { 3 })
}

/// A number at an axis of this length, whose numbers differ by a twentieth of it at least.
pub(super) fn number_of(value: f64, length: f64) -> String {
    let size = value.abs();
    let apart = length / 20.0;
    if !apart.is_finite() || apart <= 0.0 {
        return number(value);
    }
    // Nothing but what rounding leaves of a zero.
    if size < 1e-6 * length {
        return "0".to_owned();
    }
    if (1e-3..1e6).contains(&size) && apart >= 1e-6 {
        return fixed(value, (-apart.log10()).ceil().clamp(0.0, 7.0) as usize);
    }
    scientific(value, (size / apart).log10().ceil().clamp(1.0, 15.0) as usize)
}

fn fixed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.replace('-', "−")
}

fn scientific(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{}e{exponent}", mantissa.trim_end_matches('0').trim_end_matches('.')).replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::{logarithmic, number_of, whole};

    #[test]
    fn an_axis_by_logarithms_has_numbers_for_any_range() {
        assert_eq!(logarithmic(&(2.0..7.0)), [2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(logarithmic(&(0.5..30.0)), [0.5, 1.0, 2.0, 5.0, 10.0, 20.0]);
        assert_eq!(logarithmic(&(0.5..2000.0)), [1.0, 10.0, 100.0, 1000.0]);
        for decades in 1..300 {
            let numbers = logarithmic(&(10f64.powi(-decades)..1.1));
            assert!((3..=20).contains(&numbers.len()), "{decades}: {numbers:?}");
        }
        for width in [1.0, 0.3, 0.02, 1e-3, 1e-6] {
            let numbers = logarithmic(&(1.03..1.03 + width));
            assert!((3..=9).contains(&numbers.len()), "{width}: {numbers:?}");
        }
    }

    #[test]
    fn numbers_that_differ_look_different() {
        for (lo, hi) in
            [(0.0, 1.0), (1e6, 1.00001e6), (-1e-9, 1e-9), (0.0, 3.0), (5e-4, 7e-4), (1e20, 2e20), (0.0, 1e5)]
        {
            let step = (hi - lo) / 10.0;
            let texts: Vec<String> = (0..=10).map(|k| number_of(lo + f64::from(k) * step, hi - lo)).collect();
            let mut single = texts.clone();
            single.dedup();
            assert_eq!(single, texts);
            assert!(texts.iter().all(|text| text.chars().count() <= 10), "{texts:?}");
        }
        assert_eq!([0.0, 0.5, -2.0].map(|x| number_of(x, 10.0)), ["0", "0.5", "−2"]);
    }

    #[test]
    fn rows_have_round_numbers() {
        let of = |n: usize| whole(n, 10).collect::<Vec<_>>();
        assert_eq!((of(4), of(11)), (vec![0, 1, 2, 3], vec![0, 2, 4, 6, 8, 10]));
        assert_eq!((of(25), of(0).len()), (vec![0, 5, 10, 15, 20], 0));
    }
}
