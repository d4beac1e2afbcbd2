//! The programs of the repository with words left out, doubled, swapped, and with bytes changed: whatever they are, the
//! compiler says something and stands.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use qml_driver::Files;
use qml_ir::circuit::testing::Random;

use crate::suite::messages::programs;
use crate::suite::tool::root;

/// Changed programs a source.
const ROUNDS: usize = 50;

struct Only<'a>(&'a str);

impl Files for Only<'_> {
    fn read(&self, path: &Path) -> Result<String, String> {
        if path == Path::new("a.qml") {
            Ok(self.0.to_owned())
        } else {
            Err("there is no such file".to_owned())
        }
    }
}

/// The words of a program with the blanks between them.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut end = 0;
    for token in qml_syntax::lex(text) {
        words.extend([&text[end..token.start], &text[token.start..token.end]]);
        end = token.end;
    }
    words.push(&text[end..]);
    words
}

/// One to four changes of a program.
fn changed(random: &mut Random, text: &str, others: &[String]) -> String {
    if random.chance(0.2) {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            match random.below(3) {
                0 => _ = bytes.remove(at),
                1 => bytes.insert(at, random.bits() as u8),
                _ => bytes[at] = random.bits() as u8,
            }
        }
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    let other = words(&others[random.below(others.len())]);
    let mut words = words(text);
    for _ in 0..=random.below(4) {
        let (a, b) = (random.below(words.len()), random.below(words.len()));
        match random.below(6) {
            0 => _ = words.remove(a),
            1 => words.insert(a, words[b]),
            2 => words.swap(a, b),
            3 => words[a] = words[b],
            4 => words[a] = other[random.below(other.len())],
            // A stretch is left out.
            _ => _ = words.drain(a..(a + random.below(12)).min(words.len())),
        }
        if words.is_empty() {
            return String::new();
        }
    }
    words.concat()
}

/// The first changed program that breaks `work`.
fn first_panic(seed: u64, texts: &[String], work: impl Fn(&str)) -> Option<String> {
    let mut random = Random::new(seed);
    texts.iter().find_map(|text| {
        (0..ROUNDS).find_map(|_| {
            let program = changed(&mut random, text, texts);
            catch_unwind(AssertUnwindSafe(|| work(&program))).err().map(|_| program)
        })
    })
}

fn texts() -> Vec<String> {
    let files = ["examples", "stdlib", "tests/ui"].map(|folder| programs(&root().join(folder)));
    let texts: Vec<String> = files
        .concat()
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .filter(|text| text.len() < 2500)
        .collect();
    assert!(texts.len() > 10);
    texts
}

#[test]
fn no_changed_program_breaks_the_compiler() {
    let texts = texts();
    let broken = first_panic(1, &texts, |program| {
        let compilation = qml_driver::compile(&Only(program), Path::new("a.qml"), &[]);
        let has_error = compilation.diagnostics.iter().any(qml_source::Diagnostic::is_error);
        assert_eq!(
            compilation.module.is_none(),
            has_error,
            "no module, and nothing said, or the other way round"
        );
        let style = qml_source::Style { color: false };
        for diagnostic in &compilation.diagnostics {
            assert!(!qml_source::render(diagnostic, &compilation.sources, style).is_empty());
        }
    });
    assert!(broken.is_none(), "this program breaks the compiler:\n{}", broken.unwrap_or_default());
}

#[test]
fn a_break_is_noticed() {
    let broken =
        first_panic(1, &texts(), |program| assert!(!program.contains("; ;") && program.contains("fn")));
    assert!(broken.is_some());
}
