//! Every right program of the repository with one word changed: nothing panics, and what is said points at the change.
//!
//! The suite makes a few changes to each program; `QML_EDITS=1000 cargo test --release --test suite mutations` makes a
//! thousand, and prints the share of messages that point at the change.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use qml_driver::check;
use qml_ir::circuit::testing::Random;
use qml_source::SourceMap;
use qml_syntax::Token;

use crate::suite::messages::{Text, programs};
use crate::suite::tool::root;

/// Changes of each program, unless told.
const EDITS: usize = 4;

/// The share of changes leading to an error that has a primary place within a line of them.
const SHARE: f64 = 0.9;

const NAME: &str = "changed.qml";

/// A program, and the folder of what it uses.
struct Program {
    name: String,
    folder: PathBuf,
    text: String,
}

impl Program {
    fn codes(&self, text: &str) -> (Vec<qml_source::Diagnostic>, SourceMap) {
        let compilation = check(&Text { folder: &self.folder, name: NAME, text }, Path::new(NAME), &[]);
        (compilation.diagnostics, compilation.sources)
    }
}

/// The right programs of the repository: files, and what stands in the book and on the pages of codes.
fn corpus() -> Vec<Program> {
    let folders = ["examples", "stdlib", "tests/run", "tests/ui"];
    let files = folders.iter().flat_map(|folder| programs(&root().join(folder)));
    let mut all: Vec<Program> = files
        .map(|path| Program {
            name: path.display().to_string(),
            folder: path.parent().unwrap().to_path_buf(),
            text: std::fs::read_to_string(&path).unwrap(),
        })
        .collect();
    for folder in ["docs/src", "compiler/source/src/codes"] {
        let mut pages: Vec<PathBuf> =
            std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        pages.sort();
        for page in pages.iter().filter(|page| page.extension().is_some_and(|extension| extension == "md")) {
            let text = std::fs::read_to_string(page).unwrap();
            let blocks = text.split("\n```qml").skip(1).filter_map(|block| block.split_once('\n'));
            all.extend(blocks.map(|(_, block)| Program {
                name: page.display().to_string(),
                folder: root().to_path_buf(),
                text: block.split("\n```").next().unwrap_or_default().to_owned(),
            }));
        }
    }
    all.retain(|program| {
        let (diagnostics, _) = program.codes(&program.text);
        !program.text.trim().is_empty() && !diagnostics.iter().any(qml_source::Diagnostic::is_error)
    });
    all
}

/// A text with one word deleted, put in, replaced, doubled, or swapped with the next, and the bytes where that happened.
fn edited(random: &mut Random, text: &str) -> (String, std::ops::Range<usize>) {
    let words = qml_syntax::lex(text);
    let at = random.below(words.len());
    let word = words[at];
    let any = words[random.below(words.len())];
    let any = if random.chance(0.5) {
        &text[any.start..any.end]
    } else {
        Token::KEYWORDS[random.below(Token::KEYWORDS.len())].0
    };
    let old = &text[word.start..word.end];
    let (end, new) = match random.below(5) {
        0 => (word.end, String::new()),
        1 => (word.start, format!("{any} ")),
        2 => (word.end, any.to_owned()),
        3 => (word.end, format!("{old} {old}")),
        _ => match words.get(at + 1) {
            Some(next) => {
                let gap = &text[word.end..next.start];
                (next.end, format!("{}{gap}{old}", &text[next.start..next.end]))
            }
            None => (word.end, String::new()),
        },
    };
    let changed = [&text[..word.start], &new, &text[end..]].concat();
    (changed, word.start..word.start + new.len())
}

/// What became of the changes.
#[derive(Default)]
struct Count {
    /// Changes that lead to an error.
    errors: usize,
    /// Of these, those with a primary place within a line of the change.
    near: usize,
    /// Of these, those whose first error is there.
    first: usize,
    /// Others, for people.
    far: Vec<String>,
    panics: Vec<String>,
}

fn line(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset].split(|&byte| byte == b'\n').count() - 1
}

/// Changes a program a number of times.
fn count(program: &Program, seed: u64, n_edits: usize) -> Count {
    let mut random = Random::new(seed);
    let mut count = Count::default();
    for _ in 0..n_edits {
        let (text, place) = edited(&mut random, &program.text);
        let Ok((diagnostics, _)) = catch_unwind(AssertUnwindSafe(|| program.codes(&text))) else {
            count.panics.push(text);
            continue;
        };
        let (from, to) = (line(&text, place.start), line(&text, place.end));
        let is_near = |diagnostic: &qml_source::Diagnostic| {
            diagnostic.primary.as_ref().is_some_and(|label| {
                let (start, end) = (label.span.start as usize, label.span.end as usize);
                label.span.file.0 == 0 && line(&text, start) <= to + 1 && line(&text, end) + 1 >= from
            })
        };
        let mut errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).peekable();
        let Some(first) = errors.peek() else { continue };
        count.errors += 1;
        count.first += usize::from(is_near(first));
        let (code, message) = (first.code, first.message.clone());
        if errors.any(is_near) {
            count.near += 1;
        } else {
            let old = program.text.lines().nth(from).unwrap_or_default();
            let new = text.lines().nth(from).unwrap_or_default();
            count.far.push(format!(
                "{}:{}: [{code}] {message}\n  - {old}\n  + {new}",
                program.name,
                from + 1
            ));
        }
    }
    count
}

/// Changes all programs, several at a time.
fn count_all(programs: &[Program], n_edits: usize) -> Count {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut total = Count::default();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(program) = programs.get(index) else { return total };
            let count = count(program, index as u64, n_edits);
            total.add(count);
        }
    };
    let n_threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        // The stack that the tool gives itself.
        let thread = || std::thread::Builder::new().stack_size(1 << 30).spawn_scoped(scope, work);
        let threads: Vec<_> = (0..n_threads).map(|_| thread()).collect();
        threads.into_iter().fold(Count::default(), |mut total, thread| {
            total.add(thread.unwrap().join().unwrap());
            total
        })
    })
}

impl Count {
    fn add(&mut self, other: Self) {
        self.errors += other.errors;
        self.near += other.near;
        self.first += other.first;
        self.far.extend(other.far);
        self.panics.extend(other.panics);
    }

    fn share(&self) -> f64 {
        self.near as f64 / self.errors as f64
    }
}

#[test]
fn messages_point_at_the_change() {
    let n_edits = std::env::var("QML_EDITS").map_or(EDITS, |count| count.parse().unwrap());
    let programs = corpus();
    assert!(programs.len() > 100, "{} programs", programs.len());
    let count = count_all(&programs, n_edits);
    println!(
        "{} programs, {n_edits} changes each: {} errors, {:.2} % with a place at the change, {:.2} % the first",
        programs.len(),
        count.errors,
        100.0 * count.share(),
        100.0 * count.first as f64 / count.errors as f64,
    );
    if let Some(path) = std::env::var_os("QML_FAR") {
        std::fs::write(path, count.far.join("\n")).unwrap();
    }
    assert!(count.panics.is_empty(), "this program breaks the compiler:\n{}", count.panics[0]);
    assert!(count.errors > programs.len(), "few changes are errors");
    let some = count.far.iter().take(20).cloned().collect::<Vec<_>>();
    assert!(count.share() >= SHARE, "only {:.3}:\n{}", count.share(), some.join("\n"));
}

#[test]
fn a_far_message_is_noticed() {
    let text =
        "\n\n\n\nfn f() -> int {\n    return 1;\n}\n\n\n\n\n\nfn main() {\n    print(f());\n}\n".to_owned();
    let program = Program { name: "a".into(), folder: root().to_path_buf(), text };
    let total = count(&program, 3, 200);
    assert!(total.panics.is_empty() && total.errors > 50);
    // Where `f` is called otherwise than it is declared, the call is what is blamed.
    assert!(!total.far.is_empty() && total.near > total.far.len());
}
