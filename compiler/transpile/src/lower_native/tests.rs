//! One-wire runs in native gates, as text.

use expect_test::{Expect, expect};
use qml_devices::find;
use qml_ir::circuit::Circuit;
use qml_ir::circuit::testing::assert_same_up_to_phase;

use super::lower_native;

fn check(before: &str, device: &str, measured: bool, after: &Expect) {
    let mut original = Circuit::parse(before).unwrap();
    let device = find(device).unwrap();
    // Only the first wires take part; the rest of the device is left out.
    let mut circuit = original.clone();
    lower_native(&mut circuit, &device, device.native_basis().unwrap(), measured);
    circuit.validate();
    if !measured {
        original.output = Circuit::wires(0..original.n_wires as u32);
        assert_same_up_to_phase(&original, &circuit);
    }
    after.assert_eq(&circuit.to_string());
}

#[test]
fn quarter_turns() {
    check("h q0", "line:2", false, &expect!["rz(pi/2) q0; sx q0; rz(pi/2) q0"]);
    check("rx(s0) q0", "line:2", false, &expect!["rz(pi/2) q0; sx q0; rz(s0 + pi) q0; sx q0; rz(pi/2) q0"]);
    check(
        "rz(s0) q0; ry(s1) q0; rz(s2) q0",
        "line:2",
        false,
        &expect!["rz(s0) q0; sx q0; rz(s1 + pi) q0; sx q0; rz(s2 + pi) q0"],
    );
    check("rz(s0) q0; x q0; rz(s1) q0", "line:2", false, &expect!["x q0; rz(-s0 + s1) q0"]);
    check(
        "u(0.1, 0.2, 0.3) q0; cz q0 q1; rz(0.4) q0",
        "line:2",
        false,
        &expect!["rz(0.3) q0; sx q0; rz(-3.041592653589793) q0; sx q0; cz q0 q1; rz(-2.541592653589793) q0"],
    );
    check("h q0", "rigetti_cepheus_1_108q", false, &expect!["rz(pi/2) q0; rx(pi/2) q0; rz(pi/2) q0"]);
}

#[test]
fn turns_about_an_axis_in_the_plane() {
    check("rx(s0) q0", "iqm_garnet", false, &expect!["prx(s0, 0.0) q0"]);
    check(
        "ry(s0) q0; rz(s1) q0; rx(s0) q0",
        "iqm_garnet",
        false,
        &expect!["prx(s0, pi/2) q0; prx(s0, -s1) q0; prx(pi, 0.0) q0; prx(pi, 0.5*s1) q0"],
    );
    check(
        "h q0; cz q0 q1; rz(s1) q1",
        "iqm_garnet",
        true,
        &expect![[r"
        circuit slots [s0 s1]
        prx(pi/2, -pi/2) q0
        cz q0 q1
    "]],
    );
    check("rz(s0) q0", "iqm_garnet", false, &expect!["prx(pi, 0.0) q0; prx(pi, 0.5*s0) q0"]);
    check(
        "h q0; b0 = measure q0; x q0",
        "iqm_garnet",
        true,
        &expect!["prx(pi/2, -pi/2) q0; b0 = measure q0; prx(pi, pi/2) q0"],
    );
}

#[test]
fn directions() {
    check(
        "cx q0 q1",
        "ibm_brisbane",
        false,
        &expect![[r"
        rz(pi/2) q1
        sx q1
        rz(pi/2) q1
        rz(pi/2) q0
        sx q0
        rz(pi/2) q0
        ecr q1 q0
        rz(pi/2) q0
        sx q0
        rz(pi) q1
        sx q1
        rz(-pi/2) q1
    "]],
    );
    check(
        "cx q1 q0",
        "ibm_brisbane",
        false,
        &expect!["ecr q1 q0; rz(pi) q0; sx q0; rz(pi) q0; x q1; rz(-pi/2) q1"],
    );
    check(
        "cx q0 q1; cz q0 q1",
        "line:2/cx",
        false,
        &expect!["cx q0 q1; rz(pi/2) q1; sx q1; rz(pi/2) q1; cx q0 q1; rz(pi/2) q1; sx q1; rz(pi/2) q1"],
    );
}

#[test]
fn half_and_quarter_turns_alone() {
    let on = |text, after: &Expect| check(text, "ionq_forte_1", false, after);
    on("h q0", &expect!["prx(pi/2, pi/2) q0; prx(pi, pi) q0"]);
    on(
        "rx(s0) q0; rz(s1) q0",
        &expect![
            "prx(pi/2, -pi/2) q0; prx(pi/2, -s0 + pi/2) q0; prx(pi, 0.0) q0; prx(pi, 0.5*s0 + 0.5*s1 + pi) q0"
        ],
    );
    on("rz(s0) q0", &expect!["prx(pi, 0.0) q0; prx(pi, 0.5*s0) q0"]);
    on(
        "u(0.1, 0.2, 0.3) q0",
        &expect!["prx(pi/2, -0.3) q0; prx(pi/2, -0.3999999999999999) q0; prx(pi, 3.041592653589793) q0"],
    );
    on("x q0; rz(0.3) q0", &expect!["prx(pi, 0.1499999999999999) q0"]);
    check(
        "rz(s0) q0; rx(s1) q1; rzz(s2) q0 q1; h q0",
        "ionq_forte_1",
        true,
        &expect!["prx(pi/2, -pi/2) q1; prx(pi/2, -s1 + pi/2) q1; rzz(s2) q0 q1; prx(pi/2, -s0 - pi/2) q0"],
    );
}

#[test]
fn axes_of_rotations_about_xx_take_in_turns_about_z() {
    check(
        "rz(s0) q0; rxx(s1) q0 q1; h q0",
        "ionq_aria_1",
        true,
        &expect!["ms(-s0, 0.0, s1) q0 q1; prx(pi/2, -s0 - pi/2) q0"],
    );
}

#[test]
fn angles_are_brought_into_their_range() {
    check("rxx(-0.3) q0 q1", "aqt_ibex_q1", false, &expect!["rz(pi) q0; rxx(0.3) q0 q1; rz(pi) q0"]);
    check(
        "rxx(2.0) q0 q1",
        "aqt_ibex_q1",
        true,
        &expect!["rz(pi) q0; rxx(1.1415926535897931) q0 q1; prx(pi, pi/2) q0; prx(pi, pi/2) q1"],
    );
    check(
        "rzz(1.0) q0 q1; rzz(3.0) q1 q2",
        "ibm_fez/rzz",
        true,
        &expect!["rzz(1.0) q0 q1; x q1; rzz(0.14159265358979312) q1 q2; x q1"],
    );
    check(
        "rx(s0) q0; rz(0.1) q0",
        "aqt_ibex_q1",
        false,
        &expect!["prx(pi/2, -pi/2) q0; prx(pi/2, -s0 + pi/2) q0; rz(s0 + 0.10000000000000009) q0"],
    );
}

#[test]
fn an_exchange_takes_turns_about_z_along() {
    check(
        "rz(s0) q0; iswap q0 q1; h q1",
        "rigetti_ankaa_3",
        false,
        &expect!["iswap q0 q1; rz(s0 + pi/2) q1; rx(pi/2) q1; rz(pi/2) q1"],
    );
    check("rz(s0) q0; sqrt_iswap q0 q1", "line:2/sqrt_iswap", false, &expect!["rz(s0) q0; sqrt_iswap q0 q1"]);
}
