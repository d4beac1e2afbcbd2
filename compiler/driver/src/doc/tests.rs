//! Pages of small programs and of the library.

use std::collections::HashSet;
use std::path::Path;

use super::{Page, document, document_std};
use crate::Files;

/// Files in memory.
struct Texts(&'static [(&'static str, &'static str)]);

impl Files for Texts {
    fn read(&self, path: &Path) -> Result<String, String> {
        let found = self.0.iter().find(|(name, _)| Path::new(name) == path);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| "there is no such file".to_owned())
    }
}

const MAIN: &str = "// A small module, with <tags> & `layer`.
//
// Second paragraph.
use ./parts.{turn};
use std.gates.qft;
const N = 3;   // qubits
struct Model { w: float[N] }
/// One `layer` of *it*: |0><1| and a * b * c.
gate layer[n](q:qubit[n]) where n>=2 { turn(q); qft(q); h(q); }
kernel helper(n: int) -> qubit[n] { let q = qubit[n]; layer(q); measure(q[0]); return q; }
/// No test is about it.
fn scale(m: Model, x: float) -> Model { return m; }
test \"layers < ladders\" { assert(len(probs(helper(2))) == 4); }
";
const PARTS: &str = "/// Turns.\ngate turn[n](q: qubit[n]) { rx(pi, q); }\n";

fn pages() -> Vec<Page> {
    document(&Texts(&[("a/main.qml", MAIN), ("a/parts.qml", PARTS)]), Path::new("a/main.qml")).ok().unwrap()
}

fn page<'a>(pages: &'a [Page], file: &str) -> &'a str {
    &pages.iter().find(|page| page.file == file).unwrap_or_else(|| panic!("no {file}")).html
}

#[test]
fn a_page_a_module_and_the_tables() {
    let files: Vec<String> = pages().into_iter().map(|page| page.file).collect();
    assert_eq!(
        files,
        [
            "main.html",
            "parts.html",
            "std.gates.html",
            "reference-prelude.html",
            "reference-gates.html",
            "index.html"
        ]
    );
}

#[test]
fn signatures_are_formatted_and_names_are_links() {
    let pages = pages();
    let main = page(&pages, "main.html");
    let signature = "<span class=\"kw\">gate</span> <span class=\"def\">layer</span>[n](q: <span class=\"kw\">qubit</span>[n]) \
         <span class=\"kw\">where</span> n &gt;= <span class=\"num\">2</span></code>";
    assert!(main.contains(signature), "{main}");
    assert!(main.contains("(m: <a href=\"main.html#Model\">Model</a>, x: float)"), "{main}");
    assert!(main.contains("w: float[<a href=\"main.html#N\">N</a>]"), "{main}");
    assert!(main.contains("<span class=\"com\">// qubits</span>"), "{main}");
    assert!(main.contains("<a href=\"main.html#layer\">layer</a>(q)"), "in the example: {main}");
    assert!(main.contains("<a href=\"reference-gates.html#measure\">measure</a>("), "{main}");
    assert!(main.contains("<a href=\"reference-prelude.html#probs\">probs</a>("), "{main}");
}

#[test]
fn comments_are_markdown_and_never_html() {
    let pages = pages();
    let main = page(&pages, "main.html");
    assert!(
        main.contains("with &lt;tags&gt; &amp; <a href=\"main.html#layer\"><code>layer</code></a>."),
        "{main}"
    );
    assert!(main.contains("<p>Second paragraph.</p>"), "{main}");
    assert!(main.contains("|0&gt;&lt;1| and a * b * c."), "{main}");
}

#[test]
fn tables_headings_programs_and_names_in_brackets() {
    const TEXT: &str = "//! The module.

/// As [`other`] and [a page](#f), but:
///
/// # Example
/// ```qml
/// let x = f(1.0);
/// ```
///
/// | a | b |
/// |---|---|
/// | 1 | 2 |
fn f(x: float) -> float { return x; }
fn other() {}
";
    let pages = document(&Texts(&[("a.qml", TEXT)]), Path::new("a.qml")).ok().unwrap();
    let html = page(&pages, "a.html");
    assert!(html.contains("<p>The module.</p>"), "{html}");
    let names = "As <a href=\"a.html#other\"><code>other</code></a> and <a href=\"#f\">a page</a>, but:";
    assert!(html.contains(names), "{html}");
    assert!(html.contains("<h3>Example</h3>"), "{html}");
    assert!(html.contains("<span class=\"kw\">let</span> x = <a href=\"a.html#f\">f</a>("), "{html}");
    assert!(html.contains("<td>1</td><td>2</td>"), "{html}");
}

#[test]
fn tests_are_examples_of_what_they_use() {
    let pages = pages();
    let main = page(&pages, "main.html");
    assert_eq!(main.matches("Example: layers &lt; ladders").count(), 1, "{main}");
    let layer = main.find("id=\"layer\"").unwrap();
    let scale = main.find("id=\"scale\"").unwrap();
    let example = main.find("Example:").unwrap();
    assert!((layer..scale).contains(&example));
}

#[test]
fn what_is_wrong_is_told() {
    let wrong = |text: &'static str| {
        let files = [("a.qml", text)];
        let (diagnostics, _) = document(&Texts(Box::leak(Box::new(files))), Path::new("a.qml")).unwrap_err();
        diagnostics[0].code.as_str().to_owned()
    };
    assert_eq!(wrong("fn f( {}"), "Q0009");
    assert_eq!(wrong("use ./none.x;"), "Q0190");
    let (diagnostics, _) = document(&Texts(&[]), Path::new("a.qml")).unwrap_err();
    assert_eq!(diagnostics[0].code.as_str(), "Q0910");
}

/// The values of an attribute on a page.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn every_link_leads_somewhere() {
    for pages in [pages(), document_std()] {
        let mut targets = HashSet::new();
        for page in &pages {
            targets.insert(page.file.clone());
            let ids = attributes(&page.html, "id");
            let n_ids = ids.len();
            let ids: HashSet<&str> = ids.into_iter().collect();
            assert_eq!(ids.len(), n_ids, "an anchor twice on {}", page.file);
            targets.extend(ids.iter().map(|id| format!("{}#{id}", page.file)));
        }
        for page in &pages {
            let links = attributes(&page.html, "href");
            assert!(!links.is_empty());
            for link in links {
                let link =
                    if link.starts_with('#') { format!("{}{link}", page.file) } else { link.to_owned() };
                assert!(targets.contains(&link), "{}: {link}", page.file);
            }
        }
    }
}

#[test]
fn the_library_has_every_function_and_gate() {
    let pages = document_std();
    let prelude = page(&pages, "reference-prelude.html");
    let rows =
        qml_prelude::BUILTINS.iter().filter(|row| !row.name.contains('.') && !row.signatures.is_empty());
    let names: HashSet<&str> = rows.map(|row| row.name).collect();
    assert!(names.len() > 50);
    for name in names {
        assert!(prelude.contains(&format!(" id=\"{name}\"")), "{name}");
    }
    let gates = page(&pages, "reference-gates.html");
    for gate in qml_gates::Gate::ALL {
        assert!(gates.contains(&format!(" id=\"{}\"", gate.def().name)), "{gate:?}");
    }
    for (module, _) in crate::stdlib::MODULES {
        assert!(pages.iter().any(|page| page.file == format!("{module}.html")), "{module}");
    }
}

#[test]
fn pages_need_nothing_from_elsewhere() {
    for page in document_std() {
        for word in ["<script", "<link", "<img", "http:", "https:", "@import", "url("] {
            assert!(!page.html.contains(word), "{word} on {}", page.file);
        }
    }
}
