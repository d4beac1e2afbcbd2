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
        Err(error) => [vec![error.message], error.notes, error.help].concat().join("\n"),
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
            "device file `mine.json`: `price.per_shots` is no field of a device file\ndid you mean `per_shot`?"
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
fn what_nobody_reads_is_told() {
    check(
        "\"t1_s\"",
        "\"t1\"",
        &expect![[r#"
        device file `mine.json`: `calibration.qubits[0].t1` is no field of a device file
        did you mean `t1_s`?"#]],
    );
    check(
        "\"t1_s\"",
        "\"T2_us\"",
        &expect![[r#"
        device file `mine.json`: `calibration.qubits[0].T2_us` is no field of a device file
        did you mean `t2_s`?"#]],
    );
    check(
        "\"error\": 0.01",
        "\"fidelity\": 0.99",
        &expect![[r#"
        device file `mine.json`: `calibration.qubits[0].gates.sx.fidelity` is no field of a device file
        the fields here: error, error_kind, duration_s, operational
        what only people read can stand under `notes`"#]],
    );
    check(
        "\"features\"",
        "\"feature\"",
        &expect![[r#"
        device file `mine.json`: `feature` is no field of a device file
        did you mean `features`?"#]],
    );
    check("\"features\"", "\"notes\": {\"by\": \"me\"}, \"features\"", &expect!["no error"]);
    check(
        "\"calibration\": {",
        "\"calibration\": {\"averages\": {\"error_2p\": 0.1}, ",
        &expect![[r#"
        device file `mine.json`: `calibration.averages.error_2p` is no field of a device file
        did you mean `error_2q`?"#]],
    );
    check(
        "{\"sx\": {",
        "{\"sy\": {",
        &expect![[r#"
        device file `mine.json`: `calibration.qubits[0].gates.sy` is about none of the `native_gates`
        did you mean `sx`?"#]],
    );
    check(
        "{\"ecr\": {",
        "{\"crossed\": {",
        &expect![[r#"
        device file `mine.json`: `calibration.edges[0].gates.crossed` is about none of the `native_gates`
        these are rz, sx, x, ecr"#]],
    );
    check(
        "\"reset\": true",
        "\"reset\": true, \"reset\": false",
        &expect![
            "device file `mine.json` can't be read: the field `reset` stands twice in one object at line 10 column 39"
        ],
    );
    check(
        "{\"qubits\": [1, 2]",
        "{\"qubits\": [2, 1]}, {\"qubits\": [1, 2]",
        &expect![
            "device file `mine.json`: `calibration.edges[1].qubits` is the pair 1 and 2, as one before it"
        ],
    );
    check(
        "{\"index\": 1",
        "{\"index\": 1}, {\"index\": 1",
        &expect!["device file `mine.json`: `calibration.qubits[1]` is about qubit 1, as one before it"],
    );
}

#[test]
fn what_can_not_be_is_told() {
    check(
        "{\n",
        "{\"schema\": \"qml-device-facts/2\",",
        &expect![
            "device file `mine.json`: `schema` is `qml-device-facts/2`, and this version reads `qml-device-facts/1`"
        ],
    );
    check(
        "{\n",
        "{\"paradigm\": \"gates\",",
        &expect![
            "device file `mine.json`: `paradigm` is `gates`, which is none of `gate`, `analog`, `digital-analog`, `linear-optical`"
        ],
    );
    check(
        "\"graph\"",
        "\"grid\"",
        &expect![
            "device file `mine.json`: `connectivity.kind` is `grid`, which is none of `graph`, `all_to_all`, `star_via_resonator`, `reconfigurable`, `none`"
        ],
    );
    check(
        "{\n",
        "{\"qubit_labels\": [\"a\", \"b\", \"a\"],",
        &expect!["device file `mine.json`: `qubit_labels[2]` is `a`, as another qubit is called"],
    );
    check(
        "{\n",
        "{\"qubit_labels\": [\"a\", \"b\"],",
        &expect!["device file `mine.json`: `qubit_labels` has 2 entries for 3 qubits"],
    );
    check(
        "{\n",
        "{\"limits\": {\"min_shots\": 10, \"max_shots\": 5},",
        &expect!["device file `mine.json`: `limits` has a `min_shots` of 10 and a `max_shots` of 5"],
    );
    check(
        "{\n",
        "{\"limits\": {\"max_shots\": 0},",
        &expect!["device file `mine.json`: `limits.max_shots` must be at least 1"],
    );
    check(
        "\"ecr\", \"num_qubits\": 2",
        "\"ecr\", \"num_qubits\": 1",
        &expect!["device file `mine.json`: `native_gates[3]` is `ecr`, whose `num_qubits` is 2, not 1"],
    );
    check(
        "\"x\", \"num_qubits\": 1",
        "\"sx\", \"num_qubits\": 1",
        &expect!["device file `mine.json`: `native_gates[2]` is `sx`, as one before it"],
    );
    check(
        "\"x\", \"num_qubits\": 1",
        "\"x\", \"num_qubits\": 1, \"params\": [{\"name\": \"a\"}]",
        &expect!["device file `mine.json`: `native_gates[2]` is `x`, which has 0 parameters, not 1"],
    );
    check(
        "\"virtual\": true",
        "\"params\": [{\"name\": \"a\", \"min\": 1, \"max\": 0}]",
        &expect!["device file `mine.json`: `native_gates[0].params[0]` has a `min` of 1 and a `max` of 0"],
    );
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    assert!(parse(&format!("\u{feff}{GOOD}"), "mine.json").is_ok());
}

#[test]
fn t2_above_twice_t1_is_remarked() {
    let with = |times: &str| parse(&GOOD.replace("\"t1_s\": 1e-4", times), "mine.json").unwrap().caveats;
    assert!(with("\"t1_s\": 1e-4, \"t2_s\": 2e-4").is_empty());
    let remarks = with("\"t1_s\": 1e-4, \"t2_s\": 3e-4");
    expect!["of qubit 1 T2 is more than twice T1 (300.0 us and 100.0 us), which is impossible: noise is as if it were twice T1"].assert_eq(&remarks.join("\n"));
}

#[test]
fn an_unknown_native_gate_is_a_reason() {
    let device = parse(&GOOD.replace("\"ecr\"", "\"fsim\""), "mine.json").unwrap();
    let error = device.native_basis().unwrap_err();
    expect!["none of its two-qubit gates (`fsim`) is one of `rzz`, `ms`, `rxx`, `cz`, `cx`, `ecr`, `iswap`, `sqrt_iswap`"]
        .assert_eq(&error.notes[0]);
}
