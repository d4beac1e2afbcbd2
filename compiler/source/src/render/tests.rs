//! What a person sees of a diagnostic, and what a program does.
#![allow(clippy::needless_raw_string_hashes)] // expect-test writes them.

use expect_test::{Expect, expect};

use crate::{Code, Diagnostic, SourceMap, Span, Style, render, render_json};

/// The span of the `nth` occurrence of `words`.
fn span(sources: &SourceMap, file: crate::FileId, words: &str, nth: usize) -> Span {
    let (start, _) = sources.text(file).match_indices(words).nth(nth).unwrap();
    Span::new(file, start, start + words.len())
}

fn check(diagnostic: &Diagnostic, sources: &SourceMap, expected: &Expect) {
    expected.assert_eq(&render(diagnostic, sources, Style::default()));
}

#[test]
fn labels_notes_and_help() {
    let mut sources = SourceMap::default();
    let file = sources.add("bell.qml", "kernel bell() {\n    let a = measure(q[0]);\n    h(q[0]);\n}\n");
    let diagnostic = Diagnostic::error(Code::Q0009, "qubit `q[0]` was already measured")
        .primary(span(&sources, file, "q[0]", 1), "used here")
        .secondary(span(&sources, file, "measure(q[0])", 0), "measured here")
        .note("a measured qubit is classical")
        .help("`reset(q[0]);` makes it fresh");
    check(
        &diagnostic,
        &sources,
        &expect![[r#"
        [Q0009] Error: qubit `q[0]` was already measured
           ╭─[ bell.qml:3:7 ]
           │
         2 │     let a = measure(q[0]);
           │             ──────┬──────
           │                   ╰──────── measured here
         3 │     h(q[0]);
           │       ──┬─
           │         ╰─── used here
           │
           │ Help: `reset(q[0]);` makes it fresh
           │
           │ Note: a measured qubit is classical
        ───╯
    "#]],
    );
}

#[test]
fn greek_and_cjk_source() {
    let mut sources = SourceMap::default();
    let file = sources.add("θ.qml", "fn 角度(θ: float) {\n    let 量子 = θ + ψ;\n}\n");
    let diagnostic = Diagnostic::warning(Code::Q0009, "unknown name `ψ`")
        .primary(span(&sources, file, "ψ", 0), "not declared")
        .secondary(span(&sources, file, "量子", 0), "needed here");
    check(
        &diagnostic,
        &sources,
        &expect![[r#"
        [Q0009] Warning: unknown name `ψ`
           ╭─[ θ.qml:2:18 ]
           │
         2 │     let 量子 = θ + ψ;
           │         ──┬─       ┬
           │           ╰─────────── needed here
           │                    │
           │                    ╰── not declared
        ───╯
    "#]],
    );
}

#[test]
fn an_empty_place_at_the_end_of_the_file() {
    let mut sources = SourceMap::default();
    let file = sources.add("short.qml", "fn main() {\n");
    let end = sources.text(file).len();
    let diagnostic =
        Diagnostic::error(Code::Q0012, "`{` is never closed").primary(Span::new(file, end, end), "here");
    check(
        &diagnostic,
        &sources,
        &expect![[r#"
        [Q0012] Error: `{` is never closed
           ╭─[ short.qml:1:13 ]
           │
         1 │ fn main() {
           │             │
           │             ╰─ here
        ───╯
    "#]],
    );
    let file = sources.add("no_newline.qml", "fn main() {");
    let diagnostic =
        Diagnostic::error(Code::Q0012, "`{` is never closed").primary(Span::new(file, 11, 11), "here");
    check(
        &diagnostic,
        &sources,
        &expect![[r#"
        [Q0012] Error: `{` is never closed
           ╭─[ no_newline.qml:1:12 ]
           │
         1 │ fn main() {
           │            │
           │            ╰─ here
        ───╯
    "#]],
    );
    let file = sources.add("empty.qml", "");
    let diagnostic = Diagnostic::error(Code::Q0012, "nothing to run").primary(Span::new(file, 0, 0), "here");
    check(
        &diagnostic,
        &sources,
        &expect![[r#"
        [Q0012] Error: nothing to run
           ╭─[ empty.qml:1:1 ]
           │
         1 │
           │ │
           │ ╰─ here
        ───╯
    "#]],
    );
}

#[test]
fn lines_that_end_in_crlf() {
    let mut sources = SourceMap::default();
    let file = sources.add("dos.qml", "fn main() {\r\n    let x = 3\r\n    print(y);\r\n}\r\n");
    let diagnostic = Diagnostic::error(Code::Q0009, "unknown name `y`")
        .primary(span(&sources, file, "y", 0), "not declared");
    check(
        &diagnostic,
        &sources,
        &expect![[r#"
        [Q0009] Error: unknown name `y`
           ╭─[ dos.qml:3:11 ]
           │
         3 │     print(y);
           │           ┬
           │           ╰── not declared
        ───╯
    "#]],
    );
}

#[test]
fn two_files_and_a_place_of_many_lines() {
    let mut sources = SourceMap::default();
    let first = sources.add("main.qml", "use ./other.f;\nfn f() {\n    print(1);\n}\n");
    let second = sources.add("other.qml", "fn f() { }\n");
    let whole = span(&sources, first, "fn f() {\n    print(1);\n}", 0);
    let diagnostic = Diagnostic::error(Code::Q0009, "`f` is declared twice")
        .primary(whole, "declared here")
        .secondary(span(&sources, second, "f()", 0), "and imported from here");
    check(
        &diagnostic,
        &sources,
        &expect![[r#"
        [Q0009] Error: `f` is declared twice
           ╭─[ main.qml:2:1 ]
           │
         2 │ ╭─▶ fn f() {
           ┆ ┆
         4 │ ├─▶ }
           │ │
           │ ╰─────── declared here
           │
           ├─[ other.qml:1:4 ]
           │
         1 │ fn f() { }
           │    ─┬─
           │     ╰─── and imported from here
        ───╯
    "#]],
    );
}

#[test]
fn a_place_without_words() {
    let mut sources = SourceMap::default();
    let file = sources.add("a.qml", "let x = !y;\n");
    let diagnostic = Diagnostic::error(Code::Q0008, "`!` is not part of the language")
        .primary(span(&sources, file, "!", 0), "")
        .help("write `not`");
    check(
        &diagnostic,
        &sources,
        &expect![[r#"
        [Q0008] Error: `!` is not part of the language
           ╭─[ a.qml:1:9 ]
           │
         1 │ let x = !y;
           │         ┬
           │         ╰── here
           │
           │ Help: write `not`
        ───╯
    "#]],
    );
}

#[test]
fn a_message_without_a_place() {
    let diagnostic =
        Diagnostic::error(Code::Q0009, "there is no file `vqe.qml`").note("looked in `.`").help("check it");
    check(
        &diagnostic,
        &SourceMap::default(),
        &expect![[r#"
        [Q0009] Error: there is no file `vqe.qml`
          Note: looked in `.`
          Help: check it
    "#]],
    );
}

#[test]
fn colours_only_where_they_are_asked_for() {
    let mut sources = SourceMap::default();
    let file = sources.add("a.qml", "x\n");
    let placed = Diagnostic::error(Code::Q0009, "m").primary(Span::new(file, 0, 1), "l").note("n").help("h");
    let unplaced = Diagnostic { primary: None, ..placed.clone() };
    for diagnostic in [placed, unplaced] {
        assert!(!render(&diagnostic, &sources, Style { color: false }).contains('\x1b'));
        assert!(render(&diagnostic, &sources, Style { color: true }).contains('\x1b'));
    }
}

#[test]
fn json_is_one_line_with_places_in_bytes_and_characters() {
    let mut sources = SourceMap::default();
    let file = sources.add("θ.qml", "fn 角度() {\n    ψψ x;\n}\n");
    let diagnostic = Diagnostic::error(Code::Q0009, "say \"x\"")
        .primary(span(&sources, file, "x", 0), "here\nand here")
        .secondary(span(&sources, file, "角度", 0), "there")
        .note("why")
        .help("what");
    let line = render_json(&diagnostic, &sources);
    assert!(!line.contains('\n'));
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    expect![[r#"
        {
          "code": "Q0009",
          "help": [
            "what"
          ],
          "message": "say \"x\"",
          "notes": [
            "why"
          ],
          "primary": {
            "column": 8,
            "end": 24,
            "end_column": 9,
            "end_line": 2,
            "file": "θ.qml",
            "line": 2,
            "start": 23,
            "text": "here\nand here"
          },
          "secondary": [
            {
              "column": 4,
              "end": 9,
              "end_column": 6,
              "end_line": 1,
              "file": "θ.qml",
              "line": 1,
              "start": 3,
              "text": "there"
            }
          ],
          "severity": "error"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&value).unwrap());
    let unplaced = render_json(&Diagnostic::warning(Code::Q0009, "m"), &sources);
    expect![[r#"{"code":"Q0009","help":[],"message":"m","notes":[],"primary":null,"secondary":[],"severity":"warning"}"#]].assert_eq(&unplaced);
}
