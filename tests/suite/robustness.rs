//! The programs of the repository with words left out, doubled, swapped, and with bytes changed: whatever they are, the
//! compiler says something and stands.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use qml_driver::Files;
use qml_ir::circuit::testing::Random;

use crate::suite::messages::programs;
use crate::suite::tool::{Folder, root};

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

/// What a hostile file may make the tool do: end by itself, with results or a message of bounded length.
fn stands(text: impl AsRef<[u8]>) -> String {
    let folder = Folder::with("a.qml", text);
    let mut said = String::new();
    for command in
        ["check a.qml", "fmt --check a.qml", "doc a.qml -o pages", "build a.qml --target line:4", "run a.qml"]
    {
        let outcome = folder.qmlang(command);
        assert!(matches!(outcome.status, 0 | 1), "{command}: {outcome:?}");
        assert!(outcome.err.len() < 200_000, "{command}: a message of {} bytes", outcome.err.len());
        if command.starts_with("check") {
            said = outcome.err;
        }
    }
    said
}

#[test]
fn deep_files_are_refused() {
    let n = 100_000;
    let deep = [
        format!("fn main() {{ let x = {}1{}; }}", "(".repeat(n), ")".repeat(n)),
        format!("fn main() {{ {}{} }}", "if true { ".repeat(n), "}".repeat(n)),
        format!("gate f(q: qubit) {{ {}x(q); }}", "adjoint ".repeat(n)),
        format!("const A = 1{};", " + 1".repeat(n)),
    ];
    deep.iter().for_each(|text| assert!(stands(text).starts_with("[Q0014]"), "{}", &text[..60]));
}

#[test]
fn long_chains_have_enough_stack() {
    let n = 3_000;
    let lines = |line: fn(usize) -> String| (0..n).map(line).collect::<Vec<_>>().concat();
    let constants = lines(|i| format!("const A{i} = A{} + 1;\n", i + 1));
    stands(constants + &format!("const A{n} = 1;\nfn main() {{ print(A0); }}"));
    let structs = lines(|i| format!("struct S{i} {{ a: S{} }}\n", i + 1));
    stands(structs + &format!("struct S{n} {{ a: int }}\nfn main() {{ }}"));
}

#[test]
fn long_lines_and_many_errors_are_told_briefly() {
    let name = "x".repeat(1_000_000);
    assert!(stands(format!("fn main() {{ {name}; }}")).len() < 2_000);
    stands(format!("fn main() {{ {} }}", "let x = 1 + 2; ".repeat(5_000)));
    let long = format!("fn main() {{ {} let y = ; }}", " ".repeat(1_000_000));
    assert!(stands(long).contains("a.qml:1:1000022: "));
    let many = stands("fn f() { let x = ; }\n".repeat(10_000));
    assert!(many.contains("more messages are not shown"), "{}", &many[..200]);
}

#[test]
fn long_sums_are_no_deep_trees() {
    let terms: String = (0..3000).map(|i| format!(" + 0.{i} * Z({})", i % 4)).collect::<Vec<_>>().concat();
    let text = format!(
        "kernel k() -> qubit[4] {{ let q = qubit[4]; return q; }}\nfn main() {{ print(expect(X(0){terms}, k())); }}"
    );
    assert_eq!(stands(text), "");
}

#[test]
fn what_is_no_text_is_told() {
    let said = stands(b"fn main() {\n    print(\"\xff\");\n}");
    assert!(said.contains("not UTF-8") && said.contains("byte 23"), "{said}");
    stands("fn main() { }".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
}

#[test]
fn numbers_out_of_range_are_told() {
    for (text, code) in [
        ("const A = 2 ** 2 ** 99;\nfn main() { print(A); }", "Q0601"),
        ("fn f(x: float[99999999999 * 99999999999]) { }\nfn main() { }", "Q0303"),
        ("fn main() { print(len([i for i in 0..9223372036854775807])); }", "Q0663"),
        ("fn main() { print(zeros([4000000000, 4000000000])); }", "Q0663"),
        ("fn main() { let x = 1e999999999; print(x); }", "Q0004"),
    ] {
        stands(text);
        let outcome = Folder::with("a.qml", text).qmlang("run a.qml");
        assert!(
            outcome.err.contains(&format!("[{code}]")) && outcome.err.len() < 3000,
            "{text}\n{}",
            outcome.err
        );
    }
}
