use super::page;
use crate::run::Run;
use crate::run::tests::{folder, run};

fn plain(text: &str) -> String {
    crate::markup::escape(text)
}

/// The names of elements that are opened, each closed in its turn; what never has an end is left out.
fn check_nesting(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').unwrap();
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        match tag {
            _ if tag.starts_with('!') || tag.ends_with('/') || name == "meta" => {}
            _ if tag.starts_with('/') => assert_eq!(open.pop(), Some(name), "before {rest:.80}"),
            _ => open.push(name),
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn a_page_is_one_whole_and_needs_nothing_else() {
    let objectives: Vec<f64> = (0..5000).map(|t| (f64::from(t) / 50.0).cos()).collect();
    let html = page(&run(&objectives), &plain);
    check_nesting(&html);
    for outside in ["http://", "https://", "<script", "<link", "src=", "@import", "url("] {
        let html = html.replace("http://www.w3.org/2000/svg", "");
        assert!(!html.contains(outside), "{outside}");
    }
    for part in
        ["Training", "Charts", "Circuits", "Output", "Cost", "Program", "How it was run", "To look at"]
    {
        assert!(html.contains(&format!("<h2>{part}</h2>")), "{part}");
    }
    assert!(html.contains("E = -1.0 &lt;Ha&gt;") && html.contains("print(1 &lt; 2)"));
    assert!(html.len() < 200_000, "{} bytes: long curves are thinned", html.len());
}

#[test]
fn what_a_run_does_not_have_is_not_there() {
    let mut texts = folder(&[]);
    texts.ledger.clear();
    texts.output.clear();
    texts.plots.clear();
    texts.circuits.clear();
    texts.manifest = r#"{"format": "qml run", "version": 1, "name": "bell", "status": "running"}"#.to_owned();
    let html = page(&Run::read(texts).unwrap(), &plain);
    check_nesting(&html);
    for part in ["Training", "Charts", "Circuits", "Output", "Cost", "To look at"] {
        assert!(!html.contains(&format!("<h2>{part}</h2>")), "{part}");
    }
    assert!(html.contains(">killed<"), "no process is at it");
}

#[test]
fn pictures_that_do_something_are_left_out() {
    let with = |svg: &str| {
        let mut texts = folder(&[1.0]);
        texts.plots = vec![("plot".to_owned(), svg.to_owned())];
        page(&Run::read(texts).unwrap(), &plain)
    };
    assert!(with("<svg><text>once on top = 1</text></svg>").contains("once on top"));
    for bad in [
        "<svg onload=\"x()\"></svg>",
        "<svg><script>x()</script></svg>",
        "<svg><image href='a'/></svg>",
        "no picture",
    ] {
        let html = with(bad);
        assert!(html.contains("is left out") && !html.contains("x()"), "{bad}");
    }
}
