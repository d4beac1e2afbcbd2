//! Names: what is found, and what is offered instead.

use expect_test::expect;

use super::{edit_distance, find};

#[test]
fn near_names_are_offered() {
    let error = find("ibm_turino").unwrap_err();
    expect!["there is no device `ibm_turino`"].assert_eq(&error.message);
    assert!(error.help[0].contains("`ibm_torino`"), "{:?}", error.help);
    let error = find("garnet").unwrap_err();
    assert!(error.help[0].contains("`iqm_garnet`"), "{:?}", error.help);
    assert_eq!(find("").unwrap_err().help.len(), 1);
}

#[test]
fn a_missing_file_is_diagnosed() {
    assert_eq!(find("./no_such.json").unwrap_err().code.as_str(), "Q0703");
}

#[test]
fn distances() {
    assert_eq!(edit_distance("kitten", "sitting"), 3);
    assert_eq!(edit_distance("", "abc"), 3);
    assert_eq!(edit_distance("same", "same"), 0);
}

#[test]
fn an_unknown_gate_of_a_known_device_is_told() {
    let error = find("ibm_fez/cccx").unwrap_err();
    expect!["`ibm_fez` has no two-qubit gate `cccx`"].assert_eq(&error.message);
}
