//! README and `docs/`: every command shown gives what is shown below it, every program does what it should.
//!
//! In a block ```` ```console ```` a line `$ ...` is a command, and what follows is what it shows on a
//! terminal; a line `...` stands for any lines, and floats may differ in their last bits. Commands run in a folder with a copy of `examples/`; those that
//! are not the tool's are left out.
//!
//! A block ```` ```qml ```` is a program that compiles, and whose `main` and tests run without a message. If its first
//! line is `// name.qml`, it is a file of that folder for what follows it. What `main` of a block ```` ```qml run ````
//! writes with seed 0 is the block ```` ```text ```` right below it, or, if there is none, what stands after `//> ` in its
//! lines. A block ```` ```qml fail ```` is a wrong program; a block ```` ```text ```` right below it is what is said of it.

use std::path::{Path, PathBuf};

use crate::suite::messages::{Text, compile_and_run};
use crate::suite::tool::{Folder, root};

/// A fenced block.
struct Block<'a> {
    info: &'a str,
    /// The line of its opening fence, from 1.
    line: usize,
    /// The line of its closing fence.
    end: usize,
    text: String,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((line, fence)) = lines.next() {
        let Some(info) = fence.strip_prefix("```") else { continue };
        let (mut text, mut end) = (String::new(), line);
        for (at, inner) in lines.by_ref() {
            end = at;
            if inner.starts_with("```") {
                break;
            }
            text += inner;
            text += "\n";
        }
        blocks.push(Block { info: info.trim(), line: line + 1, end: end + 1, text });
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
    let blocks = blocks(page);
    for (i, block) in blocks.iter().enumerate() {
        let next = blocks.get(i + 1).filter(|next| next.info == "text" && next.line <= block.end + 2);
        let below = next.map(|next| next.text.as_str());
        let faults = match block.info {
            "console" => {
                let commands = commands(&block.text).into_iter();
                let commands: Vec<_> =
                    commands.filter_map(|(line, shown)| Some((tool_args(line)?, shown))).collect();
                report.n_commands += commands.len();
                commands.iter().filter_map(|(args, shown)| check_command(&folder, args, shown)).collect()
            }
            "qml" | "qml run" | "qml fail" => {
                report.n_programs += 1;
                check_program(&folder, block, below)
            }
            _ => Vec::new(),
        };
        report.faults.extend(faults.into_iter().map(|what| format!("{name}:{}: {what}", block.line)));
    }
    report
}

/// What is wrong with a command of the tool, if something is.
fn check_command(folder: &Folder, args: &[&str], shown: &[&str]) -> Option<String> {
    let found = folder.shown(args);
    let is_right = matches(shown, &found.lines().collect::<Vec<_>>());
    (!is_right).then(|| format!("`{}` gives\n{found}--- not ---\n{}", args.join(" "), shown.join("\n")))
}

/// What is wrong with a program and what is shown below it.
fn check_program(folder: &Folder, block: &Block<'_>, below: Option<&str>) -> Vec<String> {
    let named = block.text.lines().next().and_then(|line| line.strip_prefix("// "));
    let named = named.filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "qml"));
    if let Some(name) = named {
        folder.write(name, &block.text);
    }
    let is_wrong = block.info == "qml fail";
    // A message names the file: the one that it shows.
    let shown = below.filter(|_| is_wrong).and_then(|below| below.split_once("─[ ")?.1.split_once(':'));
    let name = shown.map(|(name, _)| name).or(named).unwrap_or("block.qml");
    let said = compile_and_run(&Text { folder: folder.path(), name, text: &block.text });
    let mut faults = Vec::new();
    if said.diagnostics.is_empty() == is_wrong {
        faults.push(format!("`{}` says [{}]\n{}", block.info, said.text(), block.text));
    }
    if let Some(below) = below.filter(|_| is_wrong) {
        let text = said.text();
        if !matches(&below.lines().collect::<Vec<_>>(), &text.lines().collect::<Vec<_>>()) {
            faults.push(format!("it says\n{text}--- not ---\n{below}"));
        }
    }
    if block.info == "qml run" {
        folder.write(name, &block.text);
        let outcome = folder.qmlang_args(&["run", name, "--seed", "0", "-q"]);
        let beside: Vec<_> = block.text.lines().filter_map(|line| Some(line.split_once("//> ")?.1)).collect();
        let expected = below.map_or(beside, |below| below.lines().collect());
        let found = outcome.out + &outcome.err;
        if expected.is_empty() || !matches(&expected, &found.lines().collect::<Vec<_>>()) {
            faults.push(format!("it writes\n{found}--- not ---\n{}", expected.join("\n")));
        }
    }
    faults
}

/// Copies a folder's files.
fn copy(from: &Path, to: &Folder, name: &str) {
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
            found.first().is_some_and(|first| is_same(line.trim_end(), first.trim_end()))
                && matches(rest, &found[1..])
        }
    }
}

/// Whether two lines are the same but for times in names of folders, and for the last bits of floats, which are those of the
/// processor family.
fn is_same(shown: &str, found: &str) -> bool {
    let (shown, found) = (numbers_apart(shown), numbers_apart(first_of_its_second(found)));
    let is_same_part = |(a, b): (&&str, &&str)| {
        let both = a.parse().ok().zip(b.parse().ok());
        a == b
            || is_folder_time(a) && is_folder_time(b)
            || both.is_some_and(|(x, y): (f64, f64)| {
                a.contains('.') && b.contains('.') && (x - y).abs() <= 1e-13 * x.abs().max(1.0)
            })
    };
    shown.len() == found.len() && shown.iter().zip(&found).all(is_same_part)
}

/// Where a run is kept, as if no other one of its name had begun in the same second.
fn first_of_its_second(line: &str) -> &str {
    let end = line.trim_end_matches(|c: char| c.is_ascii_digit());
    if line.starts_with("kept in runs/") { end.strip_suffix('-').unwrap_or(line) } else { line }
}

/// The time in the name of a run's folder: `20261129-183412`.
fn is_folder_time(part: &str) -> bool {
    let is_digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|byte| byte.is_ascii_digit());
    part.trim_end_matches('-')
        .split_once('-')
        .is_some_and(|(day, time)| is_digits(day, 8) && is_digits(time, 6))
}

/// A line cut before and after each number.
fn numbers_apart(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = line;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | '-');
        let end = rest[start..].find(|c| !is_part(c)).map_or(rest.len(), |end| start + end);
        parts.extend([&rest[..start], &rest[start..end]]);
        rest = &rest[end..];
    }
    parts.push(rest);
    parts
}

fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    for folder in ["docs", "docs/src"] {
        let entries = std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        pages.extend(entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    pages.sort();
    pages
}

#[test]
fn what_is_shown_is_so() {
    let mut faults = Vec::new();
    for path in pages() {
        let report = check_page(&path.display().to_string(), &std::fs::read_to_string(&path).unwrap());
        faults.extend(report.faults);
        if path.ends_with("README.md") {
            assert!(
                report.n_commands > 0 && report.n_programs > 0,
                "README shows a program and how to run it"
            );
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn wrong_pages_are_noticed() {
    let n_faults = |page: &str| check_page("page", page).faults.len();
    let program = "```qml\n// hi.qml\nfn main() { print(\"hi\"); print(1); print(2); }\n```\n";
    let shown = |output: &str| {
        format!(
            "{program}```console\n$ ls\nanything\n$ cargo run --release -- run hi.qml -q --seed 1\n{output}```\n"
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
fn last_bits_of_floats_may_differ() {
    assert!(is_same("[0.5, 0.0]", "[0.5000000000000001, 2.220446049250313e-16]"));
    assert!(is_same("11         510", "11         510"));
    assert!(is_same("kept in runs/20261129-183412-bell", "kept in runs/20270101-000000-bell-12"));
    assert!(!is_same("kept in runs/20261129-183412-bell", "kept in runs/20270101-000000-well"));
    for (shown, found) in
        [("11  510", "11  511"), ("0.5", "0.51"), ("1.0", "1"), ("0.5 Ha", "0.5"), ("1e-5", "1e-6")]
    {
        assert!(!is_same(shown, found), "{shown}, {found}");
    }
}

#[test]
fn output_beside_and_below_is_compared() {
    let n_faults = |page: &str| check_page("page", page).faults.len();
    let program = "fn main() {\n    print(1);  //> 1\n    print(2);\n}\n";
    assert_eq!(n_faults(&format!("```qml run\n{program}```\n")), 1, "one line is missing");
    assert_eq!(n_faults(&format!("```qml run\n{program}```\n\n```text\n1\n2\n```\n")), 0);
    assert_eq!(n_faults(&format!("```qml run\n{program}```\n\n```text\n1\n3\n```\n")), 1);
    assert_eq!(n_faults("```qml run\nfn main() { print(1); }\n```\n"), 1, "no output is shown");
    assert_eq!(n_faults("```qml run\nfn main() { print(1);  //> 1\n}\n```\n"), 0);
    let wrong = "```qml fail\nfn main() { print(missing); }\n```\n\n";
    let message = |line: &str| format!("{wrong}```text\n{line}\n   ╭─[ a.qml:1:19 ]\n...\n```\n");
    assert_eq!(n_faults(&message("[Q0101] Error: no variable is named `missing`")), 0);
    assert_eq!(n_faults(&message("[Q0101] Error: no variable is named `lost`")), 1);
}

#[test]
fn commands_are_found() {
    let report = check_page(
        "page",
        "# A page\n```console\n$ cargo build\n$ qmlang --version\n...\n```\n```qml\nconst N = 1;\n```\n```text\nqmlang\n```\n",
    );
    assert_eq!((report.n_commands, report.n_programs, report.faults), (1, 1, Vec::new()));
}
