//! README and `docs/`: every command shown gives what is shown below it, every program does what it should.
//!
//! In a block ```` ```console ```` a line `$ ...` is a command, and what follows is its output, standard output before
//! standard error; a line `...` stands for any lines. Commands run in a folder with a copy of `examples/`; those that
//! are not the tool's are left out. A block ```` ```qml ```` whose first line is `// name.qml` is a file of that folder
//! for what follows it. A block ```` ```qml fail ```` is a wrong program.

use std::path::PathBuf;

use crate::suite::messages::{Text, compile_and_run};
use crate::suite::tool::{Folder, root};

/// A fenced block.
struct Block<'a> {
    info: &'a str,
    line: usize,
    text: String,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((line, fence)) = lines.next() {
        let Some(info) = fence.strip_prefix("```") else { continue };
        let mut text = String::new();
        for (_, inner) in lines.by_ref() {
            if inner.starts_with("```") {
                break;
            }
            text += inner;
            text += "\n";
        }
        blocks.push(Block { info: info.trim(), line: line + 1, text });
    }
    blocks
}

/// How many commands and programs a page had, and what is wrong with them.
#[derive(Default)]
struct Report {
    n_commands: usize,
    n_programs: usize,
    faults: Vec<String>,
}

/// Does what a page shows.
fn check_page(name: &str, page: &str) -> Report {
    let folder = Folder::new();
    copy(&root().join("examples"), &folder, "examples");
    let mut report = Report::default();
    for block in blocks(page) {
        let fault = |what: String| format!("{name}:{}: {what}", block.line);
        match block.info {
            "console" => {
                for (command, expected) in commands(&block.text) {
                    let Some(args) = tool_args(command) else { continue };
                    report.n_commands += 1;
                    let outcome = folder.qmlang_args(&args);
                    let found = outcome.out + &outcome.err;
                    if !matches(&expected, &found.lines().collect::<Vec<_>>()) {
                        let expected = expected.join("\n");
                        report
                            .faults
                            .push(fault(format!("`{command}` gives\n{found}--- not ---\n{expected}")));
                    }
                }
            }
            "qml" | "qml fail" => {
                report.n_programs += 1;
                if let Some(file) = block.text.lines().next().and_then(|line| line.strip_prefix("// ")) {
                    if file.ends_with(".qml") && !file.contains(' ') {
                        folder.write(file, &block.text);
                    }
                }
                let said =
                    compile_and_run(&Text { folder: folder.path(), name: "block.qml", text: &block.text });
                if said.diagnostics.is_empty() != (block.info == "qml") {
                    report.faults.push(fault(format!(
                        "`{}` says [{}]\n{}",
                        block.info,
                        said.text(),
                        block.text
                    )));
                }
            }
            _ => {}
        }
    }
    report
}

/// Copies a folder's files.
fn copy(from: &std::path::Path, to: &Folder, name: &str) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let inner = format!("{name}/{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() { copy(&path, to, &inner) } else { to.write(&inner, std::fs::read(&path).unwrap()) }
    }
}

/// The commands of a block with the lines below each.
fn commands(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut commands: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command, Vec::new())),
            (None, Some((_, output))) => output.push(line),
            (None, None) => panic!("output without a command: {line}"),
        }
    }
    commands
}

/// The arguments of a command of the tool.
fn tool_args(command: &str) -> Option<Vec<&str>> {
    let starts = [
        "cargo run --release -- ",
        "cargo run -- ",
        "./target/release/qmlang ",
        "target/release/qmlang ",
        "qmlang ",
    ];
    let rest = starts.iter().find_map(|start| command.strip_prefix(start))?;
    assert!(!rest.contains(['\'', '"', '\\', '|', '>', ';', '&']), "plain words only: {command}");
    Some(rest.split_whitespace().take_while(|word| *word != "#").collect())
}

/// Whether lines are as shown; `...` stands for any.
fn matches(shown: &[&str], found: &[&str]) -> bool {
    match shown {
        [] => found.is_empty(),
        ["...", rest @ ..] => (0..=found.len()).any(|skipped| matches(rest, &found[skipped..])),
        [line, rest @ ..] => {
            found.first().is_some_and(|first| first.trim_end() == line.trim_end())
                && matches(rest, &found[1..])
        }
    }
}

fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    if let Ok(entries) = std::fs::read_dir(root().join("docs")) {
        pages.extend(
            entries
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|e| e == "md")),
        );
    }
    pages.sort();
    pages
}

#[test]
fn what_is_shown_is_so() {
    for path in pages() {
        let report = check_page(&path.display().to_string(), &std::fs::read_to_string(&path).unwrap());
        assert!(report.faults.is_empty(), "{}", report.faults.join("\n"));
        if path.ends_with("README.md") {
            assert!(
                report.n_commands > 0 && report.n_programs > 0,
                "README shows a program and how to run it"
            );
        }
    }
}

#[test]
fn wrong_pages_are_noticed() {
    let n_faults = |page: &str| check_page("page", page).faults.len();
    let program = "```qml\n// hi.qml\nfn main() { print(\"hi\"); print(1); print(2); }\n```\n";
    let shown = |output: &str| {
        format!(
            "{program}```console\n$ ls\nanything\n$ cargo run --release -- run hi.qml --seed 1\n{output}```\n"
        )
    };
    for right in ["hi\n1\n2\n", "hi\n...\n", "...\n2\n", "...\n1\n...\n"] {
        assert_eq!(n_faults(&shown(right)), 0, "{right}");
    }
    for wrong in ["", "hi\n1\n", "hi\n1\n3\n", "hi\n...\n3\n", "hi\n1\n2\n3\n"] {
        assert_eq!(n_faults(&shown(wrong)), 1, "{wrong}");
    }
    assert_eq!(
        n_faults(
            "```console\n$ qmlang run none.qml\n[Q0910] Error: cannot read `none.qml`: there is no such file\n```\n"
        ),
        0
    );
    assert_eq!(n_faults("```qml\nfn main() { print(missing); }\n```\n"), 1);
    assert_eq!(n_faults("```qml fail\nfn main() { print(missing); }\n```\n"), 0);
    assert_eq!(n_faults("```qml fail\nfn main() { print(1); }\n```\n"), 1);
    assert_eq!(n_faults("```qml fail\nfn main() { assert(1 > 2); }\n```\n"), 0);
}

#[test]
fn commands_are_found() {
    let report = check_page(
        "page",
        "# A page\n```console\n$ cargo build\n$ qmlang --version\n...\n```\n```qml\nconst N = 1;\n```\n```text\nqmlang\n```\n",
    );
    assert_eq!((report.n_commands, report.n_programs, report.faults), (1, 1, Vec::new()));
}
