//! Finds what is repeated: a loop of the source is a stretch of steps that comes several times in a row.
//!
//! The rounds of a loop are alike if gates and wires are the same and angles are, but for indices of slots that grow by one
//! each round: `theta_0_1`, `theta_1_1`, `theta_2_1` are `theta_i_1` for `i` from 0 to 2.

use super::steps::Step;

/// A step, or several rounds of some.
#[derive(Clone, Debug)]
pub(super) enum Item<'a> {
    Step(Step<'a>),
    Repeat { title: String, body: Vec<Item<'a>> },
}

/// The longest round that is looked for.
const LONGEST: usize = 2000;
/// What the indices of loops inside of loops are called.
const INDICES: [&str; 4] = ["i", "j", "k", "l"];

/// Folds steps; `depth` loops are around them.
pub(super) fn fold<'a>(steps: &[Step<'a>], depth: usize) -> Vec<Item<'a>> {
    let mut items = Vec::new();
    let mut at = 0;
    while at < steps.len() {
        match best_loop(&steps[at..]) {
            Some(found) => {
                let index = INDICES[depth.min(INDICES.len() - 1)];
                let (body, range) = found.body(&steps[at..], index);
                let title = range.unwrap_or_else(|| format!("{} times", found.rounds));
                items.push(Item::Repeat { title, body: fold(&body, depth + 1) });
                at += found.rounds * found.period;
            }
            None => {
                items.push(Item::Step(steps[at].clone()));
                at += 1;
            }
        }
    }
    items
}

/// Rounds of `period` steps each.
struct Loop {
    period: usize,
    rounds: usize,
}

impl Loop {
    /// Whether folding makes the drawing easier to read: two short rounds are better seen.
    fn is_worth_it(&self) -> bool {
        let n_saved = (self.rounds - 1) * self.period;
        self.rounds >= 3 && n_saved >= 6 || n_saved >= 16
    }

    /// The first round with `index` in place of what grows, and the range of it if something does.
    fn body<'a>(&self, steps: &[Step<'a>], index: &str) -> (Vec<Step<'a>>, Option<String>) {
        let (first, second) = (&steps[..self.period], &steps[self.period..2 * self.period]);
        let pairs = || first.iter().zip(second).flat_map(|(a, b)| a.angles.iter().zip(&b.angles));
        let growing = pairs().flat_map(|(a, b)| growing(a, b).unwrap_or_default());
        let Some(start) = growing.min() else { return (first.to_vec(), None) };
        let body = first.iter().zip(second).map(|(a, b)| {
            let angles = a.angles.iter().zip(&b.angles).map(|(a, b)| with_index(a, b, start, index));
            Step { angles: angles.collect(), ..a.clone() }
        });
        (body.collect(), Some(format!("for {index} in {start}..{}", start + self.rounds as u64)))
    }
}

/// The loop at the start of these steps that stands for most of them.
fn best_loop(steps: &[Step<'_>]) -> Option<Loop> {
    let mut best: Option<Loop> = None;
    for period in 1..=LONGEST.min(steps.len() / 2) {
        if steps[0].key != steps[period].key {
            continue;
        }
        let rounds =
            1 + (1..steps.len() / period).take_while(|&round| is_round(steps, period, round)).count();
        let found = Loop { period, rounds };
        let saved = |found: &Loop| (found.rounds - 1) * found.period;
        if rounds > 1 && found.is_worth_it() && best.as_ref().is_none_or(|best| saved(&found) > saved(best)) {
            best = Some(found);
        }
    }
    best
}

/// Whether a round is as the first one, its indices grown as they do from the first to the second.
fn is_round(steps: &[Step<'_>], period: usize, round: usize) -> bool {
    let (first, rest) = steps.split_at(period);
    let second = &rest[..period];
    let this = &steps[round * period..(round + 1) * period];
    let has_same_keys = first.iter().zip(this).all(|(a, b)| a.key == b.key);
    has_same_keys
        && first.iter().zip(second).zip(this).all(|((a, b), c)| {
            a.angles.iter().zip(&b.angles).zip(&c.angles).all(|((a, b), c)| grows(a, b, c, round as u64))
        })
}

/// Whether `c` is what the texts `a` and `b` of the rounds 0 and 1 become in this round.
fn grows(a: &str, b: &str, c: &str, round: u64) -> bool {
    if a == b && b == c {
        return true;
    }
    let (Some(_), a, b, c) = (growing(a, b), runs(a), runs(b), runs(c)) else { return false };
    a.len() == c.len()
        && a.iter().zip(&b).zip(&c).all(|((a, b), c)| {
            if a == b { a == c } else { a.parse().ok().map(|a: u64| a + round) == c.parse().ok() }
        })
}

/// The indices in `a` that are greater by one in `b`; none if the texts differ in something else.
fn growing(a: &str, b: &str) -> Option<Vec<u64>> {
    let (a, b) = (runs(a), runs(b));
    if a.len() != b.len() {
        return None;
    }
    let mut indices = Vec::new();
    for i in 0..a.len() {
        if a[i] == b[i] {
            continue;
        }
        let is_index = i > 0 && a[i - 1].ends_with('_');
        let (before, after) = (a[i].parse::<u64>().ok()?, b[i].parse::<u64>().ok()?);
        if !is_index || after != before + 1 {
            return None;
        }
        indices.push(before);
    }
    Some(indices)
}

/// `a` with `index` for what is greater by one in `b`; `index + 1` where it starts later than at `start`.
fn with_index(a: &str, b: &str, start: u64, index: &str) -> String {
    let (a, b) = (runs(a), runs(b));
    let run = |(a, b): (&&str, &&str)| match a.parse::<u64>() {
        Ok(value) if a != b && value > start => format!("{{{index}+{}}}", value - start),
        Ok(_) if a != b => index.to_owned(),
        _ => (*a).to_owned(),
    };
    a.iter().zip(&b).map(run).collect()
}

/// The text cut into runs of digits and runs of others.
fn runs(text: &str) -> Vec<&str> {
    let mut runs = Vec::new();
    let mut start = 0;
    let is_digit: Vec<(usize, bool)> = text.char_indices().map(|(at, c)| (at, c.is_ascii_digit())).collect();
    for pair in is_digit.windows(2) {
        if pair[0].1 != pair[1].1 {
            runs.push(&text[start..pair[1].0]);
            start = pair[1].0;
        }
    }
    runs.push(&text[start..]);
    runs
}
