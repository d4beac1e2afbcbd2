//! Which known name was meant.

/// The known name that is written most alike; none if all are too different.
pub(crate) fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let lower = name.to_lowercase();
    let is_alike = |&(distance, known): &(usize, &str)| {
        distance <= 1 + name.chars().count() / 4
            || (lower.len() > 1 && (known.starts_with(&lower) || lower.starts_with(known)))
    };
    let distances = known.iter().map(|&known| (edit_distance(&lower, known), known));
    distances.filter(is_alike).min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

/// Fewest insertions, deletions and replacements of a character that make one text into the other.
pub(crate) fn edit_distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}
