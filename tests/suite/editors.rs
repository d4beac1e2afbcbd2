//! The files under `editors/`: their lists of words come from the compiler's tables, and the `TextMate` grammar sees in
//! every program of the repository what our lexer sees.
//!
//! `UPDATE_EDITORS=1 cargo test editors` writes the lists anew.

mod textmate;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use qml_gates::Gate;
use qml_prelude::CONSTANTS;
use qml_source::FileId;
use qml_syntax::{Token, lex, parse};
use serde_json::Value;
use textmate::Grammar;

const TEXTMATE: &str = "editors/vscode/syntaxes/qml.tmLanguage.json";
const VIM: &str = "editors/vim/syntax/qml.vim";

/// The names of types; `qubit` is a reserved word.
const TYPES: &[&str] =
    &["int", "float", "complex", "bool", "string", "observable", "program", "optimizer", "Counts"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Compares a committed file with what it should hold, or writes it.
fn check_or_update(path: &str, expected: &str) {
    if std::env::var_os("UPDATE_EDITORS").is_some() {
        fs::write(root().join(path), expected).unwrap();
    }
    assert!(read(path) == expected, "{path} is stale: run `UPDATE_EDITORS=1 cargo test editors`");
}

/// A list of words with the names that the two kinds of file give it.
struct WordList {
    textmate: &'static str,
    vim: &'static str,
    words: Vec<&'static str>,
}

/// What a reserved word is to the eye.
fn keyword_group(token: Token) -> &'static str {
    use Token::{
        And, As, Break, Const, Continue, Else, False, Fn, For, Gate, If, In, Kernel, Let, Not, Or, Param,
        Return, Struct, Then, True, Use, Var, Where, While,
    };
    match token {
        If | Then | Else | For | In | While | Break | Continue | Return => "keyword-control",
        Use | As | Const | Param | Struct | Gate | Kernel | Fn | Where | Let | Var => "keyword-declaration",
        And | Or | Not => "keyword-operator",
        True | False => "constant-language",
        _ => "keyword-quantum",
    }
}

fn word_lists() -> Vec<WordList> {
    let keywords =
        |group| Token::KEYWORDS.iter().filter(move |row| keyword_group(row.1) == group).map(|row| row.0);
    let list = |textmate, vim, words| WordList { textmate, vim, words };
    vec![
        list("keyword-control", "qmlControl", keywords("keyword-control").collect()),
        list("keyword-declaration", "qmlDeclaration", keywords("keyword-declaration").collect()),
        list("keyword-operator", "qmlWordOperator", keywords("keyword-operator").collect()),
        list("keyword-quantum", "qmlQuantum", keywords("keyword-quantum").collect()),
        list("constant-language", "qmlBoolean", keywords("constant-language").collect()),
        list("constant", "qmlConstant", CONSTANTS.iter().map(|row| row.0).collect()),
        list("type", "qmlType", TYPES.to_vec()),
        list("gate", "qmlGate", Gate::ALL.iter().map(|gate| gate.def().name).collect()),
    ]
}

#[test]
fn textmate_words_are_those_of_the_compiler() {
    let mut grammar: Value = serde_json::from_str(&read(TEXTMATE)).unwrap();
    for list in word_lists() {
        // A gate is one where it is called: variables are often named as gates are.
        let after = if list.textmate == "gate" { "\\s*\\(" } else { "" };
        let pattern = format!("\\b({})\\b{after}", list.words.join("|"));
        grammar["repository"][list.textmate]["match"] = Value::String(pattern);
    }
    check_or_update(TEXTMATE, &(serde_json::to_string_pretty(&grammar).unwrap() + "\n"));
}

#[test]
fn vim_words_are_those_of_the_compiler() {
    let text = read(VIM);
    let (before, rest) = text.split_once("\" begin generated").unwrap();
    let (heading, _) = rest.split_once('\n').unwrap();
    let (_, after) = rest.split_once("\" end generated").unwrap();
    let mut lines = String::new();
    for list in word_lists() {
        let words = list.words.join(if list.vim == "qmlGate" { "\\|" } else { " " });
        let line = match list.vim {
            "qmlGate" => format!("syntax match qmlGate /\\<\\%({words}\\)\\>\\ze\\s*(/\n"),
            name => format!("syntax keyword {name} {words}\n"),
        };
        lines.push_str(&line);
    }
    check_or_update(VIM, &format!("{before}\" begin generated{heading}\n{lines}\" end generated{after}"));

    let mut keywords = BTreeSet::new();
    for line in read(VIM).lines().filter_map(|line| line.strip_prefix("syntax keyword ")) {
        for word in line.split_whitespace().skip(1) {
            assert!(keywords.insert(word.to_owned()), "`{word}` is in two lists");
        }
    }
    let constants = CONSTANTS.iter().map(|row| row.0);
    let known = Token::KEYWORDS.iter().map(|row| row.0).chain(constants).chain(TYPES.iter().copied());
    assert_eq!(keywords, known.map(str::to_owned).collect());
}

#[test]
fn the_extension_names_its_files() {
    let package: Value = serde_json::from_str(&read("editors/vscode/package.json")).unwrap();
    let grammar: Value = serde_json::from_str(&read(TEXTMATE)).unwrap();
    let contributed = &package["contributes"]["grammars"][0];
    assert_eq!(contributed["scopeName"], grammar["scopeName"]);
    let configuration = &package["contributes"]["languages"][0]["configuration"];
    for path in [&contributed["path"], configuration] {
        let path = root().join("editors/vscode").join(path.as_str().unwrap());
        serde_json::from_str::<Value>(&fs::read_to_string(path).unwrap()).unwrap();
    }
}

/// The `.qml` files below a folder.
fn programs(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
            programs(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "qml") {
            found.push(path);
        }
    }
}

/// Where the grammar and our lexer disagree on a program, if they do.
fn disagreement(grammar: &Grammar, text: &str) -> Result<(), String> {
    let scopes = grammar.scopes(text)?;
    let mut end = 0;
    let all = |start: usize, end: usize, prefix: &[&str]| {
        (start..end)
            .all(|byte| prefix.iter().any(|prefix| scopes[byte].split(' ').any(|s| s.starts_with(prefix))))
    };
    for word in lex(text) {
        let written = &text[word.start..word.end];
        let gap = &text[end..word.start];
        // Between words stand blanks and comments.
        if let Some(comment) = gap.find("//") {
            let line = gap[comment..].lines().next().unwrap_or_default().trim_end();
            let start = end + comment;
            if !all(start, start + line.len(), &["comment."]) {
                return Err(format!("`{line}` is a comment, and here it is `{}`", scopes[start]));
            }
        }
        end = word.end;
        let expected: &[&str] = match word.token {
            Token::Doc => &["comment."],
            Token::String => &["string."],
            Token::Number => &["constant.numeric."],
            token if token.is_keyword() => &["keyword.", "constant.language."],
            Token::Name if all(word.start, word.end, &["keyword.", "comment.", "string.", "constant."]) => {
                return Err(format!("`{written}` is a name, and here it is `{}`", scopes[word.start]));
            }
            _ => continue,
        };
        if !all(word.start, word.end, expected) {
            return Err(format!(
                "`{written}` should be {expected:?}, and here it is `{}`",
                scopes[word.start]
            ));
        }
    }
    Ok(())
}

#[test]
fn textmate_scopes_agree_with_the_lexer_on_every_program() {
    let grammar = Grammar::new(&read(TEXTMATE));
    let mut paths = Vec::new();
    programs(root(), &mut paths);
    let mut n_checked = 0;
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        // Where there are words of no or of another language, colours are a matter of taste.
        let strange = ["Q0001", "Q0002", "Q0003", "Q0008", "Q0017"];
        let diagnostics = parse(FileId(0), &text).diagnostics;
        if diagnostics.iter().any(|diagnostic| strange.contains(&diagnostic.code.as_str())) {
            continue;
        }
        n_checked += 1;
        if let Err(message) = disagreement(&grammar, &text) {
            panic!("{}: {message}", path.display());
        }
    }
    assert!(n_checked >= 10, "only {n_checked} programs were found");
}

#[test]
fn a_wrong_grammar_is_noticed() {
    let right = read(TEXTMATE);
    let program = "/// Doc.\nfn f() { // remark\n    let x = 12.5; print(\"{x}\");\n}\n";
    assert_eq!(disagreement(&Grammar::new(&right), program), Ok(()));
    for (old, new) in
        [("|let|", "|"), ("\"|$", "'"), ("//.*$", "#.*$"), ("[0-9][0-9_]*(", "[0-9]("), ("|let|", "|let|x|")]
    {
        let wrong = right.replace(&old.replace('"', "\\\""), &new.replace('"', "\\\""));
        assert_ne!(wrong, right, "{old}");
        assert!(disagreement(&Grammar::new(&wrong), program).is_err(), "{old}");
    }
}
