//! A small `TextMate`: enough of it to run our own grammar, whose expressions keep to what the `regex` crate knows.

use std::collections::BTreeMap;

use regex::{Captures, Regex};
use serde_json::Value;

/// A grammar, ready to run.
pub struct Grammar {
    top: Vec<Rule>,
}

enum Rule {
    Match { name: String, pattern: Regex, captures: BTreeMap<usize, Capture> },
    Region { name: String, begin: Regex, end: Regex, inside: Vec<Rule> },
}

struct Capture {
    name: String,
    inside: Vec<Rule>,
}

impl Grammar {
    /// Reads a grammar from its JSON; panics where it is none.
    pub fn new(text: &str) -> Self {
        let json: Value = serde_json::from_str(text).unwrap();
        Self { top: rules(&json["patterns"], &json) }
    }

    /// The scopes of each byte of the text, outermost first, with blanks between; an error if a region is still open at
    /// the end.
    pub fn scopes(&self, text: &str) -> Result<Vec<String>, String> {
        let mut scopes = vec![String::new(); text.len()];
        let mut open: Vec<&Rule> = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let bare = line.trim_end_matches(['\n', '\r']);
            run(&self.top, &mut open, bare, &mut scopes[start..start + bare.len()]);
            start += line.len();
        }
        match open.last() {
            Some(Rule::Region { name, .. }) => Err(format!("`{name}` is still open at the end")),
            _ => Ok(scopes),
        }
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn regex(value: &Value) -> Regex {
    Regex::new(value.as_str().unwrap()).unwrap()
}

fn rules(list: &Value, grammar: &Value) -> Vec<Rule> {
    list.as_array().into_iter().flatten().flat_map(|rule| rule_of(rule, grammar)).collect()
}

fn rule_of(rule: &Value, grammar: &Value) -> Vec<Rule> {
    if let Some(name) = rule["include"].as_str() {
        let name = name.strip_prefix('#').expect("only rules of the repository are included");
        let included = &grammar["repository"][name];
        assert!(included.is_object(), "the repository has no `{name}`");
        return rule_of(included, grammar);
    }
    let name = text_of(&rule["name"]);
    if rule["match"].is_string() {
        let captures = rule["captures"].as_object().into_iter().flatten();
        let captures = captures.map(|(index, capture)| {
            let inside = rules(&capture["patterns"], grammar);
            (index.parse().unwrap(), Capture { name: text_of(&capture["name"]), inside })
        });
        let captures = captures.collect();
        return vec![Rule::Match { name, pattern: regex(&rule["match"]), captures }];
    }
    let inside = rules(&rule["patterns"], grammar);
    if rule["begin"].is_string() {
        return vec![Rule::Region { name, begin: regex(&rule["begin"]), end: regex(&rule["end"]), inside }];
    }
    inside
}

/// Adds a scope to bytes.
fn paint(scopes: &mut [String], name: &str) {
    for scope in scopes.iter_mut().filter(|_| !name.is_empty()) {
        if !scope.is_empty() {
            scope.push(' ');
        }
        scope.push_str(name);
    }
}

/// Runs the rules over a line, and leaves in `open` the regions that go on in the next.
fn run<'g>(top: &'g [Rule], open: &mut Vec<&'g Rule>, line: &str, scopes: &mut [String]) {
    let mut at = 0;
    loop {
        let inside = match open.last() {
            Some(Rule::Region { name, end, inside, .. }) => {
                let close = end.find_at(line, at);
                let next = first(inside, line, at);
                let stop =
                    close.filter(|close| next.as_ref().is_none_or(|next| close.start() <= next.1.start()));
                if let Some(close) = stop {
                    paint(&mut scopes[at..close.end()], name);
                    at = close.end();
                    open.pop();
                    continue;
                }
                let until = next.as_ref().map_or(line.len(), |next| next.1.end());
                paint(&mut scopes[at..until], name);
                next
            }
            _ => first(top, line, at),
        };
        let Some((rule, found, captures)) = inside else { return };
        match rule {
            Rule::Match { name, captures: named, .. } => {
                paint(&mut scopes[found.clone().range()], name);
                for (index, capture) in named {
                    let Some(part) = captures.get(*index) else { continue };
                    paint(&mut scopes[part.range()], &capture.name);
                    let mut nested = Vec::new();
                    run(&capture.inside, &mut nested, part.as_str(), &mut scopes[part.range()]);
                }
                assert!(!found.is_empty(), "a rule matches nothing");
            }
            Rule::Region { name, .. } => {
                paint(&mut scopes[found.range()], name);
                open.push(rule);
            }
        }
        at = found.end();
    }
}

/// The rule that matches first; of those that match at one place, the first in the list.
fn first<'g, 't>(
    rules: &'g [Rule],
    line: &'t str,
    at: usize,
) -> Option<(&'g Rule, regex::Match<'t>, Captures<'t>)> {
    let mut best: Option<(&Rule, regex::Match<'_>, Captures<'_>)> = None;
    for rule in rules {
        let (Rule::Match { pattern, .. } | Rule::Region { begin: pattern, .. }) = rule;
        let Some(captures) = pattern.captures_at(line, at) else { continue };
        let Some(found) = captures.get(0) else { continue };
        if best.as_ref().is_none_or(|best| found.start() < best.1.start()) {
            best = Some((rule, found, captures));
        }
    }
    best
}
