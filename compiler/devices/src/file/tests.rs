//! Device files: what is read, and what an error says.

use expect_test::{Expect, expect};

use crate::{OneQubitBasis, TwoQubitBasis, parse};

const GOOD: &str = r#"{
    "name": "mine", "num_qubits": 3,
    "connectivity": {"kind": "graph", "directed": true, "edges": [[1, 0], [1, 2]]},
    "native_gates": [
        {"name": "rz", "num_qubits": 1, "virtual": true},
        {"name": "sx", "num_qubits": 1}, {"name": "x", "num_qubits": 1}, {"name": "ecr", "num_qubits": 2}
    ],
    "calibration": {"qubits": [{"index": 1, "t1_s": 1e-4, "gates": {"sx": {"error": 0.01}}}],
                    "edges": [{"qubits": [1, 2], "gates": {"ecr": {"error": 0.1, "error_kind": "pauli_error_rb"}}}]},
    "features": {"reset": true}
}"#;

fn check(from: &str, to: &str, expect: &Expect) {
    let text = GOOD.replace(from, to);
    assert!(from.is_empty() || text != GOOD, "nothing replaced");
    let message = match parse(&text, "mine.json") {
        Ok(_) => "no error".to_owned(),
        Err(error) => error.message,
    };
    expect.assert_eq(&message);
}

#[test]
fn a_good_file_is_read() {
    let device = parse(GOOD, "mine.json").unwrap();
    let basis = device.native_basis().unwrap();
    assert_eq!((basis.one_qubit, basis.two_qubit), (OneQubitBasis::RzSxX, TwoQubitBasis::Ecr));
    assert_eq!(device.coupling.edge_weight(0, 1).unwrap().first, Some(1));
    assert_eq!(device.one_qubit_facts("sx", 1).error, Some(0.01));
    // Pauli error probabilities are 5/4 of the infidelity of two qubits.
    assert!((device.two_qubit_facts("ecr", 2, 1).error.unwrap() - 0.08).abs() < 1e-15);
    assert_eq!(device.features.reset, Some(true));
    assert_eq!(device.features.feed_forward, None);
}

#[test]
fn readout_errors_may_differ_between_outcomes() {
    let with = |errors: &str| parse(&GOOD.replace("\"t1_s\": 1e-4", errors), "mine.json");
    let errors = |text: &str| with(text).unwrap().qubits[1].errors_of_outcomes();
    let both = "\"readout_error_of_0\": 0.01, \"readout_error_of_1\": 0.05";
    assert_eq!(errors(both), Some([0.01, 0.05]));
    assert_eq!(with(both).unwrap().qubits[1].readout_error, Some(f64::midpoint(0.01, 0.05)));
    assert_eq!(errors("\"readout_error\": 0.02"), Some([0.02, 0.02]));
    assert_eq!(errors("\"t1_s\": 1e-4"), None);
}

#[test]
fn errors_name_the_field() {
    check(
        "\"t1_s\": 1e-4",
        "\"readout_error_of_0\": 0.01",
        &expect![
            "device file `mine.json`: `calibration.qubits[0]` has the readout error of one outcome and not of the other"
        ],
    );
    check(
        "\"num_qubits\": 3",
        "\"num_qubits\": -3",
        &expect!["device file `mine.json`: `num_qubits` must be a whole number, not negative"],
    );
    check(
        "\"num_qubits\": 3",
        "\"num_qubits\": 0",
        &expect!["device file `mine.json`: `num_qubits` must be from 1 to 2000"],
    );
    check(
        "[1, 2]]}",
        "[1, 3]]}",
        &expect!["device file `mine.json`: `connectivity.edges[1][1]` is 3, but the qubits are 0 to 2"],
    );
    check(
        "[1, 2]]}",
        "[1]]}",
        &expect!["device file `mine.json`: `connectivity.edges[1]` must be a pair of qubits"],
    );
    check(
        "\"num_qubits\": 3",
        "\"num_qubits\": 3, \"price\": {\"currency\": \"EUR\", \"per_shots\": 0.1}",
        &expect![
            "device file `mine.json`: `price.per_shots` is no part of a price: these are `currency`, `per_task`, `per_shot` and `per_second`"
        ],
    );
    check(
        "\"num_qubits\": 3",
        "\"num_qubits\": 3, \"price\": {\"currency\": \"EUR\", \"per_shot\": 1e308}",
        &expect!["device file `mine.json`: `price.per_shot` must be at most 1e9"],
    );
    check(
        "\"num_qubits\": 3",
        "\"num_qubits\": 3, \"price\": {\"currency\": \"\"}",
        &expect![[
            r#"device file `mine.json`: `price.currency` must be the name of a currency, such as "EUR""#
        ]],
    );
    check("\"name\": \"mine\", ", "", &expect!["device file `mine.json`: the file has no field `name`"]);
    check(
        "0.01",
        "7",
        &expect![
            "device file `mine.json`: `calibration.qubits[0].gates.sx.error` must be a number from 0 to 1"
        ],
    );
    check(
        "\"qubits\": [1, 2]",
        "\"qubits\": [0, 2]",
        &expect!["device file `mine.json`: `calibration.edges[0].qubits` is not an edge of the coupling map"],
    );
    check(
        "\"features\"",
        "features",
        &expect!["device file `mine.json` is not JSON: key must be a string at line 10 column 5"],
    );
}

#[test]
fn an_unknown_native_gate_is_a_reason() {
    let device = parse(&GOOD.replace("\"ecr\", \"num", "\"fsim\", \"num"), "mine.json").unwrap();
    let error = device.native_basis().unwrap_err();
    expect!["none of its two-qubit gates (`fsim`) is one of `rzz`, `ms`, `rxx`, `cz`, `cx`, `ecr`, `iswap`, `sqrt_iswap`"]
        .assert_eq(&error.notes[0]);
}
