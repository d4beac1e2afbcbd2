//! Any text gives a tree and messages with places inside the text; nothing panics, nothing runs out of stack.

use proptest::prelude::*;
use qml_source::{FileId, SourceMap, Style, render};

use crate::parse::tests::CORPUS;
use crate::{Parsed, lex, parse};

/// Reads the text and checks what must hold of any text.
fn read(text: &str) -> Parsed {
    let mut sources = SourceMap::default();
    let file = sources.add("a.qml", text);
    let parsed = parse(file, text);
    let mut last = 0;
    for diagnostic in &parsed.diagnostics {
        let span = diagnostic.primary.as_ref().unwrap().span;
        assert!(span.start <= span.end && span.end as usize <= text.len(), "{text:?}: {diagnostic:?}");
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{text:?}: {diagnostic:?}");
        assert!(span.start >= last, "out of order in {text:?}");
        last = span.start;
    }
    for diagnostic in parsed.diagnostics.iter().take(3) {
        assert!(!render(diagnostic, &sources, Style::default()).is_empty());
    }
    let is_broken =
        parsed.module.items.iter().any(|item| matches!(item.kind, crate::ast::ItemKind::Broken(_)));
    assert!(!is_broken || !parsed.diagnostics.is_empty(), "{text:?} is broken and nothing says so");
    parsed
}

/// Words of our language, of others, and of none.
const WORDS: &[&str] = &[
    "use",
    "as",
    "const",
    "param",
    "struct",
    "gate",
    "kernel",
    "fn",
    "where",
    "let",
    "var",
    "if",
    "then",
    "else",
    "for",
    "in",
    "while",
    "break",
    "continue",
    "return",
    "and",
    "or",
    "not",
    "true",
    "false",
    "adjoint",
    "control",
    "power",
    "within",
    "apply",
    "optimize",
    "with",
    "over",
    "minimize",
    "maximize",
    "grad",
    "wrt",
    "using",
    "qubit",
    "test",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    ".",
    "..",
    "./",
    "->",
    "@",
    "?",
    "_",
    "=",
    "+=",
    "==",
    "!=",
    "<",
    "<=",
    "+",
    "-",
    "*",
    "**",
    "/",
    "%",
    "x",
    "θ",
    "量子",
    "1",
    "1.5e-3",
    "2im",
    "0x1f",
    "9999999999999999999",
    "\"a\"",
    "\"{x:.3}\"",
    "\"{x:.3q}\"",
    "\"{x\"",
    "\"",
    "'a'",
    "&&",
    "!",
    "//",
    "/// doc\n",
    "\n",
    "#",
    "/*",
    "*/",
    "1.",
    ".5",
    "elif",
    "def",
    "−",
    "“",
    "\u{a0}",
    "\u{feff}",
    "\r\n",
    "\0",
    "\\",
    "😀",
];

fn soup() -> impl Strategy<Value = String> {
    let word = (0..WORDS.len(), any::<bool>()).prop_map(|(index, space)| (WORDS[index], space));
    prop::collection::vec(word, 0..60).prop_map(|words| {
        words.into_iter().flat_map(|(word, space)| [word, if space { " " } else { "" }]).collect()
    })
}

fn in_a_function() -> impl Strategy<Value = String> {
    soup().prop_map(|soup| format!("fn before() {{ }}\nfn f() {{\n    {soup}\n}}\nfn after() {{ }}\n"))
}

/// A program with some of its words removed, doubled or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, 0..WORDS.len()), 1..6);
    (0..CORPUS.len(), edits).prop_map(|(program, edits)| {
        let mut text = CORPUS[program].1.to_owned();
        for (place, kind, word) in edits {
            let words = lex(&text);
            if words.is_empty() {
                break;
            }
            let chosen = words[place.index(words.len())];
            let old = text[chosen.start..chosen.end].to_owned();
            let new = match kind {
                0 => String::new(),
                1 => format!("{old} {old}"),
                _ => format!(" {} ", WORDS[word]),
            };
            text.replace_range(chosen.start..chosen.end, &new);
        }
        text
    })
}

/// A program that ends too early.
fn cut_off() -> impl Strategy<Value = String> {
    (0..CORPUS.len(), any::<prop::sample::Index>()).prop_map(|(program, place)| {
        let text = CORPUS[program].1;
        let mut end = place.index(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text[..end].to_owned()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_characters(text in "\\PC{0,80}") {
        read(&text);
    }

    #[test]
    fn any_words(text in soup()) {
        read(&text);
    }

    #[test]
    fn any_words_in_a_function(text in in_a_function()) {
        read(&text);
    }

    #[test]
    fn programs_with_slips(text in mutated()) {
        read(&text);
    }

    #[test]
    fn programs_cut_off(text in cut_off()) {
        read(&text);
    }
}

#[test]
fn deep_nesting_is_refused_with_a_message() {
    let n = 100_000;
    let repeated = |before: &str, middle: &str, after: &str| {
        format!("fn f() {{ let x = {}{middle}{}; }}\nfn g() {{ }}\n", before.repeat(n), after.repeat(n))
    };
    let deep = [
        repeated("(", "1", ")"),
        repeated("(", "1", ""),
        repeated("[", "1", "]"),
        repeated("-", "1", ""),
        repeated("not ", "a", ""),
        repeated("a ** ", "b", ""),
        repeated("", "a", " + a"),
        repeated("", "a", " - a"),
        repeated("", "a", " * a"),
        repeated("", "a", " and a"),
        repeated("", "a", " or a"),
        repeated("", "f", "(1)"),
        repeated("", "f", "[1]"),
        repeated("", "f", ".a"),
        repeated("if a then ", "b", " else c"),
        repeated("if a then b else ", "c", ""),
        repeated("grad ", "b", " wrt c"),
        repeated("f(", "b", ")"),
        repeated("(", "1", " + 1)"),
        repeated("[a for x in ", "xs", "]"),
        format!(
            "fn f() {{ let x = {}1{}; }}",
            "(".repeat(300),
            format!("{})", " + 1".repeat(16)).repeat(300)
        ),
        format!("fn f() {{ {} }}", "if a { ".repeat(n)),
        format!("fn f() {{ {}{} }}", "while a { ".repeat(n), "}".repeat(n)),
        format!("fn f() {{ if a {{ }} {} }}", "else if b { } ".repeat(n)),
        format!("fn f(x: {}int{}) {{ }}", "(".repeat(n), ")".repeat(n)),
        format!("fn f(x: int{}) {{ }}", "[1]".repeat(n)),
        format!("fn f() {{ print(\"{{{}1{}}}\"); }}", "(".repeat(n), ")".repeat(n)),
        format!("fn f() {{ let {}a{} = b; }}", "(".repeat(n), ", b)".repeat(n)),
        format!("gate f(q: qubit) {{ {}x(q); }}", "adjoint ".repeat(n)),
        format!("gate f(q: qubit) {{ {}x(q); }}", "control(q) ".repeat(n)),
        format!("gate f(q: qubit) {{ {}x(q); }}", "power(2) ".repeat(n)),
        format!("gate f(q: qubit) {{ {}x(q); {}}}", "adjoint { ".repeat(n), "} ".repeat(n)),
        format!("gate f(q: qubit) {{ {}x(q); {}}}", "within { } apply { ".repeat(n), "} ".repeat(n)),
        format!("gate f(q: qubit) {{ {}x(q); {}}}", "within { ".repeat(n), "} apply { } ".repeat(n)),
        format!("fn f(x: float[{}1{}]) {{ }}", "(".repeat(n), ")".repeat(n)),
        format!("fn f(x: float[1{}]) {{ }}", " + 1".repeat(n)),
        format!("fn f(x: float[n{}]) {{ }}", " ** 2".repeat(n)),
        format!("fn f() {{ {}{} }}", "for i in 0..2 { ".repeat(n), "}".repeat(n)),
    ];
    for text in deep {
        let start: String = text.chars().take(40).collect();
        let parsed = parse(FileId(0), &text);
        assert_eq!(
            parsed.diagnostics.len(),
            1,
            "{start}: {:?}",
            parsed.diagnostics.iter().map(|d| &d.message).collect::<Vec<_>>()
        );
        assert_eq!(parsed.diagnostics[0].code.as_str(), "Q0014", "{start}");
    }
}

#[test]
fn long_is_not_deep() {
    let n = 5_000;
    let texts = [
        format!("const A = [{}];", "1.0 + 2.0 * x, ".repeat(n)),
        format!("fn f() {{ {} }}", "let x = -a + b * c ** 2;\n".repeat(n)),
        format!("fn f() {{ {} }}", "if a { b(); } else { c(); }\n".repeat(n)),
        "fn f() { }\n".repeat(n),
        format!("const A = [{}];", "Z(1) * Z(2), ".repeat(n)),
    ];
    for text in texts {
        let parsed = parse(FileId(0), &text);
        assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics.first());
    }
}

#[test]
fn what_is_broken_everywhere_is_reported_in_part() {
    let n = 50_000;
    let texts = [
        "fn f() { let x = ; }\n".repeat(n),
        "fn f() { let x = 1 $ ; let = 2; }\n".repeat(n),
        format!("fn f() {{ {} }}", "let x = 1 $ 2;\n".repeat(n)),
        "fn f() {\n".repeat(n),
        "fn f() { fn g() { ".repeat(n),
        "fn ".repeat(n),
        "use ".repeat(n),
        "! ".repeat(n),
        "\u{2212}".repeat(n),
        "'a".repeat(n),
        "/* ".repeat(n),
        "#".repeat(n),
        "}".repeat(n),
        "{".repeat(n),
        "\"".repeat(n),
        format!("fn f() {{ }}\n{}", "@a ".repeat(n)),
    ];
    for text in texts {
        let parsed = read(&text);
        let start: String = text.chars().take(40).collect();
        assert!(!parsed.diagnostics.is_empty() && parsed.diagnostics.len() <= 2100, "{start}");
        let longest = parsed.diagnostics.iter().map(|diagnostic| diagnostic.message.len()).max().unwrap();
        assert!(longest < 300, "{start}");
    }
}

#[test]
fn an_open_comment_ends_with_its_line() {
    let parsed = read("/* this\nfn f() { }\n/* that\nfn g() { }\n");
    let names: Vec<_> =
        parsed.module.items.iter().filter_map(|item| item.name()).map(|name| name.text.as_str()).collect();
    assert_eq!(names, ["f", "g"]);
    let names = read("/* this\nfn f() { }\n*/ fn g() { }\n").module.items;
    assert_eq!(names.len(), 1);
}
