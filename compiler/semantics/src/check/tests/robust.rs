//! Programs with words changed, left out or doubled: whatever they are, the checker says something and stands.

use proptest::prelude::*;
use qml_source::SourceMap;

use crate::check;
use crate::modules::SourceModule;

const PROGRAM: &str = include_str!("../../../../../examples/iris.qml");
const OTHER: &str = include_str!("../../../../../stdlib/gates.qml");

fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for line in text.lines().map(|line| line.split("//").next().unwrap_or_default()) {
        let mut word = String::new();
        for c in line.chars() {
            if c.is_alphanumeric() || c == '_' {
                word.push(c);
            } else {
                words.push(std::mem::take(&mut word));
                words.push(c.to_string());
            }
        }
        words.push(word);
        words.push("\n".to_owned());
    }
    words.retain(|word| !word.is_empty());
    words
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn changed_programs_never_panic(
        changes in prop::collection::vec((0usize..4, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6),
        is_other in any::<bool>(),
    ) {
        let mut words = words(if is_other { OTHER } else { PROGRAM });
        for (kind, at, other) in changes {
            let (at, other) = (at.index(words.len()), other.index(words.len()));
            match kind {
                0 => words.swap(at, other),
                1 => { words.remove(at); }
                2 => words.insert(at, words[other].clone()),
                _ => words[at] = words[other].clone(),
            }
        }
        let text = words.concat();
        let mut sources = SourceMap::default();
        let parsed = qml_syntax::parse(sources.add("main.qml", &text), &text);
        let modules = [SourceModule { path: "main".to_owned(), ast: parsed.module, uses: Vec::new() }];
        check(&modules, &[], |_| None);
    }
}
