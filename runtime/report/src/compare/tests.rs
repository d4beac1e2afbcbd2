use expect_test::expect;

use super::compare;
use crate::run::Run;
use crate::run::tests::{folder, run};

#[test]
fn a_run_is_like_itself() {
    let run = run(&[1.0, 0.5, 0.25]);
    let comparison = compare(["a".to_owned(), "b".to_owned()], [&run, &run]);
    assert!(comparison.settings.is_empty() && comparison.diff.is_empty());
    assert!(comparison.text().contains("no setting differs"));
}

#[test]
fn what_differs_and_what_came_out_stands_side_by_side() {
    let first = run(&[1.0, 0.5, 0.25, 0.125]);
    let mut texts = folder(&[1.0, 0.125, -0.5]);
    texts.manifest = texts
        .manifest
        .replace(r#""layers": "2""#, r#""layers": "3", "rate": "0.2""#)
        .replace("0123456789", "9123456789");
    texts.sources[0].1 = texts.sources[0].1.replace("1 < 2", "2 < 1");
    let second = Run::read(texts).unwrap();
    let comparison = compare(["first".to_owned(), "second".to_owned()], [&first, &second]);
    expect![[r#"
                        first     second

        settings that differ
        source          01234567  91234567
        param layers    2         3
        param rate      –         0.2

        results
        steps           4         3
        last objective  0.125     −0.5
        best objective  0.125     −0.5
        steps to 0.125  4         2

        cost
        kernel calls    50        50
        circuits        50        50
        shots           12 000    12 000
        time            1.5 s     1.5 s

        --- vqe.qml
        +++ vqe.qml
        @@ -1,4 +1,4 @@
         // A program.
         fn main() {
        -    print(1 < 2);
        +    print(2 < 1);
         }
    "#]]
    .assert_eq(&comparison.text());
    let page = comparison.html();
    assert!(page.contains("<td>2 &lt; 1") || page.contains("print(2 &lt; 1)"), "{page}");
    assert!(!page.contains("http") && !page.contains("<script"));
}

#[test]
fn the_worse_goal_is_that_of_the_right_direction() {
    let maximized = |objectives: &[f64]| {
        let mut texts = folder(objectives);
        texts.manifest = texts.manifest.replace("minimize", "maximize");
        Run::read(texts).unwrap()
    };
    let runs = [maximized(&[1.0, 3.0, 2.0]), maximized(&[1.0, 2.0, 4.0])];
    let comparison = compare(["a".to_owned(), "b".to_owned()], [&runs[0], &runs[1]]);
    let row = comparison.results.iter().find(|row| row.name.starts_with("steps to")).unwrap();
    assert_eq!((row.name.as_str(), &row.values), ("steps to 3", &["2".to_owned(), "3".to_owned()]));
}
