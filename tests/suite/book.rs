//! The book: its tables say what the compiler's tables say, and its pages are all in the summary.

use qml_gates::Gate;
use qml_prelude::{BUILTINS, Builtin, CONSTANTS};
use qml_source::Code;

use crate::suite::tool::root;

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join("docs/src").join(name)).unwrap()
}

/// A text inside a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The row of a function in `prelude.md`.
fn function_row(row: &Builtin) -> String {
    let signatures: Vec<_> = row.signatures.iter().map(|signature| format!("`{signature}`")).collect();
    format!("| {} | {} |", cell(&signatures.join("<br>")), cell(row.doc))
}

/// The row of a gate in `gates.md`.
fn gate_row(gate: Gate) -> String {
    let def = gate.def();
    format!("| `{}` | {} | {} | {} |", def.name, def.params.join(" "), def.wires.join(" "), cell(def.doc))
}

/// What `page` lacks of `rows`.
fn missing(page: &str, rows: impl IntoIterator<Item = String>) -> Vec<String> {
    rows.into_iter().filter(|row| !page.lines().any(|line| line == row)).collect()
}

#[test]
fn every_function_is_in_the_book() {
    let visible = || BUILTINS.iter().filter(|row| !row.name.contains('.'));
    assert!(visible().count() > 100, "the table of functions");
    let page = page("prelude.md");
    let missing = missing(&page, visible().map(|row| function_row(row)));
    assert!(missing.is_empty(), "docs/src/prelude.md lacks\n{}", missing.join("\n"));
    // Nothing is told of that isn't there.
    let n_rows = page.lines().filter(|line| line.starts_with("| `") && line.contains('(')).count();
    assert_eq!(n_rows, visible().count(), "rows of functions");
    for row in visible() {
        let is_shown = page.lines().any(|line| !line.starts_with('|') && calls(line, row.name));
        assert!(is_shown, "docs/src/prelude.md has no example of `{}`", row.name);
    }
}

/// Whether a line of a program calls this function.
fn calls(line: &str, name: &str) -> bool {
    line.match_indices(&format!("{name}(")).any(|(at, _)| {
        !line[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == '`')
    })
}

#[test]
fn a_missing_row_is_noticed() {
    let row = function_row(BUILTINS[0]);
    assert_eq!(missing(&format!("text\n{row}\n"), [row.clone()]), [""; 0]);
    assert_eq!(missing("text\n", [row.clone()]), [row]);
    assert!(calls("print(sum(x));", "sum") && !calls("cumsum(x)", "sum") && !calls("sum", "sum"));
}

#[test]
fn every_gate_is_in_the_book() {
    let page = page("gates.md");
    let missing = missing(&page, Gate::ALL.iter().map(|&gate| gate_row(gate)));
    assert!(missing.is_empty(), "docs/src/gates.md lacks\n{}", missing.join("\n"));
}

#[test]
fn constants_are_in_the_book() {
    let prelude = page("prelude.md");
    for (name, _) in CONSTANTS {
        assert!(prelude.contains(&format!("`{name}`")), "the constant `{name}`");
    }
}

#[test]
fn modules_have_what_the_book_says() {
    let page = page("modules.md");
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| `std.")).collect();
    assert_eq!(rows.len(), std::fs::read_dir(root().join("stdlib")).unwrap().count(), "modules");
    for row in rows {
        let mut names = row.split('`').skip(1).step_by(2);
        let module = names.next().unwrap().trim_start_matches("std.");
        let text = std::fs::read_to_string(root().join(format!("stdlib/{module}.qml"))).unwrap();
        for name in names {
            let starts = ["gate", "kernel", "fn"].map(|keyword| format!("{keyword} {name}"));
            let is_there = text.lines().any(|line| {
                starts
                    .iter()
                    .any(|start| line.strip_prefix(start).is_some_and(|rest| rest.starts_with(['(', '['])))
            });
            assert!(is_there, "`std.{module}` has no `{name}`");
        }
    }
}

#[test]
fn every_page_is_in_the_summary() {
    let summary = page("SUMMARY.md");
    for name in names() {
        if name != "SUMMARY.md" {
            assert!(summary.contains(&format!("({name})")), "{name} is not in SUMMARY.md");
        }
    }
}

/// The names of all pages.
fn names() -> Vec<String> {
    let entries = std::fs::read_dir(root().join("docs/src")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// What stands outside of blocks.
fn prose(page: &str) -> String {
    page.split("```").step_by(2).collect()
}

#[test]
fn links_and_codes_exist() {
    for name in names() {
        let text = page(&name);
        for link in
            prose(&text).split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link)
        {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            if file.starts_with("http") {
                continue;
            }
            let target = if file.is_empty() { &name } else { file };
            assert!(root().join("docs/src").join(target).is_file(), "{name} links to {link}");
            let text = page(target);
            let mut headings = text.lines().filter(|line| line.starts_with('#'));
            assert!(anchor.is_empty() || headings.any(|line| slug(line) == anchor), "{name} links to {link}");
        }
        for (at, _) in text.match_indices("Q0") {
            let code = text[at..].chars().take(5).collect::<String>();
            assert!(Code::find(&code).is_some(), "{name} names the code {code}");
        }
    }
}

/// The anchor of a heading.
fn slug(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}
