//! Names in any order, and what is wrong with them.

use super::{from_csv, from_pairs};

fn inputs() -> Vec<String> {
    vec!["a".to_owned(), "b".to_owned()]
}

fn pairs(text: &str) -> Vec<(String, String)> {
    text.split_whitespace()
        .filter_map(|pair| pair.split_once('='))
        .map(|(a, b)| (a.into(), b.into()))
        .collect()
}

#[test]
fn values_take_the_order_of_the_inputs() {
    assert_eq!(from_pairs(&inputs(), &pairs("b=2 a=-1e-3")).unwrap(), [-1e-3, 2.0]);
    let rows = from_csv(&inputs(), "b, a\n2, 1\n4, 3\n").unwrap();
    assert_eq!(rows, [[1.0, 2.0], [3.0, 4.0]]);
    assert_eq!(from_pairs(&[], &[]).unwrap(), Vec::<f64>::new());
}

#[test]
fn what_is_wrong_is_named() {
    let of_pairs = |text| from_pairs(&inputs(), &pairs(text)).unwrap_err().message;
    assert_eq!(of_pairs("a=1 c=2"), "the circuit has no input `c`");
    assert_eq!(of_pairs("a=1"), "the input `b` has no value");
    assert_eq!(of_pairs(""), "2 inputs have no value, `a` is the first of them");
    assert_eq!(of_pairs("a=1 b=x"), "`x` for the input `b` is no number");
    let of_csv = |text| from_csv(&inputs(), text).unwrap_err().message;
    assert_eq!(of_csv("a,b\n1,2\n3,inf\n"), "`inf` for the input `b` in line 3 is no number");
    assert_eq!(of_csv("a,b\n"), "the table of values has no row");
    assert_eq!(of_csv("\n"), "the table of values is empty");
    let many: Vec<String> = (0..20).map(|i| format!("a{i}")).collect();
    let help = from_pairs(&many, &pairs("b=1")).unwrap_err().help;
    assert!(help[0].ends_with("its 20 inputs are a0, a1, a2, a3, a4, a5, a6, a7, .."), "{help:?}");
    assert_eq!(of_csv("a,b,a\n1,2,3\n"), "the input `a` gets two values");
    assert_eq!(of_csv("a,b\n1,2\n1\n"), "line 3 of the table has 1 value, and its first line 2 names");
}
