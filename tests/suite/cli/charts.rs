//! `plot` and its like: where charts go, and what is refused.

use crate::suite::tool::Folder;

fn run(main: &str) -> (Folder, crate::suite::tool::Outcome) {
    let folder = Folder::with("a.qml", format!("fn main() {{ {main} }}\n"));
    let outcome = folder.qmlang("run a.qml --seed 1 --no-run-dir");
    (folder, outcome)
}

#[test]
fn what_cannot_be_drawn_is_an_error_that_says_why() {
    for (main, said) in [
        ("plot([0.0; 0]);", "nothing to draw"),
        ("plot([1.0, -1.0], log_y: true);", "the logarithm of -1"),
        ("plot([1.0], file: \"a.pdf\");", "`.svg` or `.png`"),
        ("scatter([1.0], [inf]);", "inf"),
        ("histogram([1.0], bins: 0);", "0 bars"),
        ("decision_boundary([0.0], [0.0, 1.0], [[0.0], [1.0]], [[0.0, 0.0]], [1.0]);", "has to rise"),
    ] {
        run(main).1.fails("Q0610", &[said]);
    }
    run("plot([1.0], file: \"nowhere/a.svg\");").1.fails("Q0906", &["nowhere/a.svg"]);
}

#[test]
fn charts_are_numbered_by_function_and_reported_as_drawn() {
    let main = "plot([1.0, 2.0]); histogram([1.0, 1.5]); plot([2.0, 1.0]);";
    let folder = Folder::with("a.qml", format!("fn main() {{ {main} }}\n"));
    folder.qmlang("run a.qml --seed 1 -q --run-dir run").quiet();
    folder.qmlang("report run").quiet();
    let page = folder.read("run/report.html");
    let places = ["plot-1", "histogram-1", "plot-2"].map(|name| {
        assert!(folder.path().join(format!("run/plots/{name}.svg")).exists(), "{name}");
        page.find(name).unwrap_or_else(|| panic!("no {name}"))
    });
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_chart_that_is_kept_nowhere_is_told_of() {
    let (_, outcome) = run("plot([1.0, 2.0]); histogram([1.0]);");
    assert_eq!((outcome.status, outcome.err.matches("[Q0931] Warning").count()), (0, 1), "{outcome:?}");
    let (folder, outcome) = run("plot([1.0, 2.0], file: \"a.svg\");");
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    assert!(folder.path().join("a.svg").exists());
}

/// As a training that went astray leaves them.
#[test]
fn numbers_at_the_ends_of_the_range_are_drawn() {
    let main = "plot([1e308, -1e308]); plot([9e307, -9e307, inf, inf - inf]); histogram([-1e308, 1e308]);
        scatter([-1e308, 1e308], [0.0, 1.0]); plot([1.0, 1e300], log_y: true); plot([1e-320, 1e308], log_y: true);
        heatmap([[1e308, -1e308]]);";
    let folder = Folder::with("a.qml", format!("fn main() {{ {main} }}\n"));
    folder.qmlang("run a.qml --seed 1 --run-dir here -q").quiet();
    for name in ["plot-1", "plot-4", "histogram-1", "scatter-1", "heatmap-1"] {
        let svg = folder.read(&format!("here/plots/{name}.svg"));
        assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN") && !svg.contains("inf"), "{name}");
    }
}
