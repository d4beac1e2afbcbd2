//! Text, rules, inverses, counts and the oracle, on random circuits.

use qml_gates::Gate;
use qml_source::Span;

use super::dense::{C64, branches, unitary};
use super::testing::{
    Options, Random, assert_same_on_device, assert_same_unitary, assert_same_up_to_phase, distance,
    random_circuit,
};
use super::{Angle, Circuit, Op, OpKind, Pauli, Slot, Wire, definition};

fn circuit(text: &str) -> Circuit {
    Circuit::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn random_circuits(n: usize, options: &Options) -> Vec<Circuit> {
    let mut random = Random::new(11);
    (0..n).map(|_| random_circuit(&mut random, options)).collect()
}

/// A text that is what it prints.
fn check_text(text: &str) {
    assert_eq!(circuit(text).to_string(), text);
}

#[test]
fn short_circuits_are_one_line() {
    check_text("");
    check_text("cx q0 q1; rz(0.5*s0 + 1.0) q1");
    check_text("ctrl(q0, !q1) rx(s0) q2");
    check_text("rot(0.3*s1 - pi/2) X q0 Y q3");
    check_text("gphase(-3*pi/4); u(0.1, -s0 - s2, 2.0*s1) q0");
    check_text("b0 = measure q1; reset q0; barrier q0 q1");
    check_text("if b0 & !b1 { x q0 } else { h q1; s q0 }");
    check_text("if (b0 | b1) & !(b0 ^ b2 ^ (b1 ^ b0)) { if true { } }");
    check_text("unitary[0.0 0.0, 0.0 -1.0, 0.0 1.0, 0.0 0.0] q1");
}

#[test]
fn a_header_tells_what_operations_dont() {
    check_text(
        "circuit vqe wires 3 bits 2 slots [theta_0] output [q2 q0] results [b0, !b1] layout [q1] final [q2]\nh q0\n",
    );
    check_text("circuit \"wires\"\nh q0\n");
    check_text("circuit \"a \\\"b\\\" \\\\\" slots [\"x y\"]\nrz(s0) q0\n");
    check_text("circuit output []\nh q0\n");
}

#[test]
fn errors_of_text_have_a_place() {
    let error = |text: &str| Circuit::parse(text).unwrap_err().to_string();
    assert_eq!(error("h q0\nfoo q1"), "2:1: no gate is named `foo`");
    assert_eq!(error("h q0; ctrl() x q1"), "1:12: expected a wire, as `q0`");
    assert_eq!(error("rx(s0*s0) q0"), "1:9: a product of slots is not affine");
    assert_eq!(error("rx(0.1 q0"), "1:8: expected `)`");
    assert_eq!(error("h q0 x q1"), "1:6: expected `;` or a new line after the operation");
    assert_eq!(error("if b0 { x q0"), "1:13: expected `}`");
    assert_eq!(error("h q0 }"), "1:6: expected an operation");
}

#[test]
fn printing_reads_back() {
    for (i, circuit) in random_circuits(300, &Options::everything(5, 12)).iter().enumerate() {
        circuit.validate();
        let text = circuit.to_string();
        let again = Circuit::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(&again, circuit, "{i}\n{text}");
    }
}

#[test]
fn text_that_is_cut_or_garbled_never_panics() {
    let mut random = Random::new(3);
    for circuit in random_circuits(20, &Options::everything(3, 6)) {
        let text = circuit.to_string();
        for _ in 0..50 {
            let at = random.below(text.len());
            let _ = Circuit::parse(&text[..at]);
            let garbled = format!(
                "{}{}{}",
                &text[..at],
                ["(", "q", "\"", "]", "é", "-", ";"][random.below(7)],
                &text[at..]
            );
            let _ = Circuit::parse(&garbled);
        }
    }
}

/// A text whose circuit breaks a rule that the message names.
#[test]
fn deep_and_large_texts_are_refused() {
    let n = 100_000;
    let texts = [
        ("if b0 {\n".repeat(n), "levels deep"),
        (format!("rx({}1) q0", "(".repeat(n)), "levels deep"),
        (format!("rx({}1) q0", "-".repeat(n)), "levels deep"),
        (format!("if {}b0 {{ }}", "(".repeat(n)), "levels deep"),
        (format!("if {}b0 {{ }}", "!".repeat(n)), "levels deep"),
        (format!("if b0{} {{ }}", " | b0".repeat(n)), "more than 3000 terms"),
        ("h q4000000000".to_owned(), "expected"),
        ("circuit wires 99999999999\nh q0".to_owned(), "the most is"),
        ("rx(s4000000000) q0".to_owned(), "expected"),
        ("b4000000000 = measure q0".to_owned(), "no gate"),
    ];
    for (text, message) in texts {
        let error = Circuit::parse(&text).unwrap_err();
        assert!(error.message.contains(message), "{error}");
    }
    let many: String = (0..40).map(|wire| format!(" q{wire}")).collect::<Vec<_>>().concat();
    check_broken(&format!("unitary [1 0 0 1]{many}"), "a matrix has 2^k rows and columns for k wires");
}

fn check_broken(text: &str, rule: &str) {
    let broken = circuit(text).check().expect_err(text).to_string();
    assert!(broken.contains(rule), "{text}: {broken}");
}

#[test]
fn the_validator_refuses_each_planted_fault() {
    check_broken("circuit wires 1\nh q1", "wires are in range");
    check_broken("circuit wires 1\nb0 = measure q1", "wires are in range");
    check_broken("circuit wires 1\nif b0 { if b0 { h q1 } }", "wires are in range, but not in `h q1`");
    check_broken("cx q0 q0", "the wires of an operation are different");
    check_broken("barrier q0 q1 q0", "the wires of an operation are different");
    check_broken("ctrl(q1) cx q0 q1", "none is among the wires");
    check_broken("ctrl(q1, !q1) x q0", "the controls are different");
    check_broken("ctrl(q0) rot(1.0) X q0", "none is among the wires");
    check_broken("rx q0", "as many angles as its row");
    check_broken("h(0.1) q0", "as many angles as its row");
    check_broken("cx q0", "as many wires as its row");
    check_broken("gphase(0.1) q0", "as many wires as its row");
    check_broken("circuit slots []\nrx(s0) q0", "slots are in range");
    check_broken("circuit bits 1\nb1 = measure q0", "bits are in range");
    check_broken("circuit bits 1\nif b1 { }", "bits are in range");
    check_broken("circuit results [b0]\nh q0", "bits are in range, but not in this circuit");
    check_broken("circuit output [q0 q0]\nh q0", "the output wires are different");
    check_broken("circuit output [q1]\nh q0", "wires are in range");
    check_broken("circuit layout [q0 q0] final [q0 q0]\ncx q0 q1", "start on the same wire");
    check_broken("circuit layout [q0 q1] final [q0 q0]\ncx q0 q1", "end on the same wire");
    check_broken("circuit layout [q0]\ncx q0 q1", "of the same source wires");
    check_broken("rot(1.0) X q1 Y q0", "sorted by wire");
    check_broken("rot(1.0) X q1 Y q1", "sorted by wire");
    check_broken("unitary[1.0 0.0, 0.0 0.0] q0", "2^k rows");
    check_broken("unitary[1.0 0.0, 0.0 0.0, 0.0 0.0, 1.1 0.0] q0", "a matrix is unitary");
    let angles = |angle: Angle| {
        let op = Op::gate(Gate::Rx, &[angle], &[Wire(0)], Span::default());
        Circuit { slots: vec!["a".into(), "b".into()], ..Circuit::from_ops(vec![op]) }
            .check()
            .unwrap_err()
            .rule
    };
    assert_eq!(angles(Angle::constant(f64::NAN)), "angles are finite");
    let unsorted = Angle { constant: 0.0, terms: [(Slot(1), 1.0), (Slot(0), 1.0)].into_iter().collect() };
    assert_eq!(angles(unsorted), "the slots of an angle are sorted, each once");
    let zero = Angle { constant: 0.0, terms: [(Slot(1), 0.0)].into_iter().collect() };
    assert_eq!(angles(zero), "no coefficient of an angle is zero");
}

#[test]
#[should_panic(expected = "the wires of an operation are different, but not in `cx q0 q0`")]
fn a_broken_rule_stops() {
    circuit("h q0; cx q0 q0").validate();
}

#[test]
fn a_circuit_and_its_inverse_are_the_identity() {
    let mut random = Random::new(5);
    for circuit in random_circuits(40, &Options::unitary(4, 10)) {
        let mut both = circuit.clone();
        both.ops.extend(circuit.inverse().unwrap().ops);
        both.validate();
        let slots = random.angles(circuit.slots.len());
        let nothing = Circuit::parse("circuit wires 4").unwrap();
        assert!(distance(&unitary(&both, &slots), &unitary(&nothing, &[])) < 1e-12, "{circuit}");
    }
    assert_eq!(circuit("h q0; b0 = measure q0").inverse(), None);
}

#[test]
fn a_pauli_rotation_is_its_usual_decomposition() {
    // exp(-i t/2 Y0 Z1 X3): basis change, ladder of CX, RZ.
    let ladder =
        "sdg q0; h q0; h q3; cx q0 q1; cx q1 q3; rz(0.3*s0) q3; cx q1 q3; cx q0 q1; h q3; h q0; s q0";
    assert_same_unitary(&circuit("rot(0.3*s0) Y q0 Z q1 X q3"), &circuit(ladder));
    for (short, long) in [
        ("rxx(s0) q0 q1", "rot(s0) X q0 X q1"),
        ("ryy(s0) q1 q0", "rot(s0) Y q0 Y q1"),
        ("rzx(s0) q1 q0", "rot(s0) X q0 Z q1"),
        ("circuit wires 2\nry(s0) q1", "circuit wires 2\nrot(s0) Y q1"),
    ] {
        assert_same_unitary(&circuit(short), &circuit(long));
    }
}

#[test]
fn controls_are_those_of_the_table() {
    for (short, long) in [
        ("cx q1 q0", "ctrl(q1) x q0"),
        ("ccx q2 q0 q1", "ctrl(q0, q2) x q1"),
        ("cswap q2 q0 q1", "ctrl(q2) swap q0 q1"),
        ("crz(s0) q1 q0", "ctrl(q1) rz(s0) q0"),
        ("x q0; cx q0 q1; x q0", "ctrl(!q0) x q1"),
        ("circuit wires 2\np(s0) q1", "circuit wires 2\nctrl(q1) gphase(s0)"),
        ("cu(s0, s1, s2, s3) q0 q1", "ctrl(q0) gphase(s3); ctrl(q0) u(s0, s1, s2) q1"),
        ("ecr q0 q1", "rzx(pi/4) q0 q1; x q0; rzx(-pi/4) q0 q1"),
        ("iswap q0 q1", "rxx(-pi/2) q0 q1; ryy(-pi/2) q0 q1"),
        ("circuit slots [a b]\nprx(s0, s1) q0", "rz(-s1) q0; rx(s0) q0; rz(s1) q0"),
        ("xx_plus_yy(s0, s1) q0 q1", "rz(s1) q0; rxx(0.5*s0) q0 q1; ryy(0.5*s0) q0 q1; rz(-s1) q0"),
    ] {
        let (mut short, long) = (circuit(short), circuit(long));
        short.slots.clone_from(&long.slots);
        assert_same_unitary(&short, &long);
    }
}

#[test]
#[should_panic(expected = "apart")]
fn different_circuits_are_found_out() {
    assert_same_up_to_phase(&circuit("h q0; cx q0 q1"), &circuit("h q0; cx q1 q0"));
}

#[test]
#[should_panic(expected = "apart")]
fn a_global_phase_is_found_out() {
    assert_same_unitary(&circuit("rz(1.0) q0"), &circuit("p(1.0) q0"));
}

#[test]
fn the_output_permutes() {
    assert_same_unitary(&circuit("h q0; swap q0 q1"), &circuit("circuit wires 2 output [q1 q0]\nh q0"));
    let source = circuit("circuit output [q1 q0]\nh q0; cx q0 q1");
    let compiled =
        "circuit output [q2 q1] layout [q2 q0] final [q1 q2]\nh q2; swap q2 q1; swap q0 q2; cx q1 q2";
    assert_same_on_device(&source, &circuit(compiled));
}

#[test]
#[should_panic(expected = "apart")]
fn a_wrong_layout_is_found_out() {
    let compiled = "circuit output [q1 q0] layout [q1 q0] final [q1 q0]\nh q0; cx q0 q1";
    assert_same_on_device(&circuit("h q0; cx q0 q1"), &circuit(compiled));
}

#[test]
fn branches_follow_outcomes() {
    // Teleportation of ry(0.7): qubit 2 ends as the input, in all four branches.
    let text = "ry(0.7) q0; h q1; cx q1 q2; cx q0 q1; h q0; b0 = measure q0; b1 = measure q1; \
                if b1 { x q2 }; if b0 { z q2 }; ry(-0.7) q2";
    let all = branches(&circuit(text), &[]);
    assert_eq!(all.len(), 4);
    for branch in all {
        let weight: f64 = branch.state.iter().map(C64::norm_sqr).sum();
        let off: f64 = branch.state[4..].iter().map(C64::norm_sqr).sum();
        assert!((weight - 0.25).abs() < 1e-12 && off < 1e-12);
    }
    let reset = branches(&circuit("h q0; cx q0 q1; reset q0; b0 = measure q0; b1 = measure q1"), &[]);
    let bits: Vec<_> = reset.iter().map(|branch| branch.bits.clone()).collect();
    assert_eq!(bits, [[false, false], [false, true]]);
}

#[test]
fn counts_and_depths() {
    let all = circuit(
        "h q0; ctrl(q0) rz(s0) q1; cx q1 q2; gphase(0.1); barrier q0 q1 q2; ccx q0 q1 q2; x q0; \
         b0 = measure q0; if b0 { swap q1 q2; x q1 } else { x q3 }",
    );
    assert_eq!((all.one_qubit_gates(), all.two_qubit_gates()), (4, 3));
    assert_eq!(all.two_qubit_depth(), 3);
    assert_eq!(all.depth(), 8);
    assert_eq!(circuit("h q0; barrier q0 q1; h q1").depth(), 2);
    assert_eq!(circuit("h q0; h q1").depth(), 1);
}

#[test]
fn wires_are_walked_and_mapped() {
    let mut all = circuit("ctrl(q3) cx q1 q0; rot(1.0) X q0 Y q2; if b0 { x q4; cx q4 q1 }");
    let wires = |circuit: &Circuit| -> Vec<Vec<u32>> {
        circuit.ops.iter().map(|op| op.wires().iter().map(|wire| wire.0).collect()).collect()
    };
    assert_eq!(wires(&all), [vec![3, 1, 0], vec![0, 2], vec![4, 1]]);
    all.ops.iter_mut().for_each(|op| op.map_wires(&mut |wire| Wire(4 - wire.0)));
    assert_eq!(all.to_string(), "ctrl(q1) cx q3 q4; rot(1.0) Y q2 X q4; if b0 { x q0; cx q0 q3 }");
    let OpKind::PauliRotation { pauli, .. } = &all.ops[1].kind else { panic!("a rotation") };
    assert_eq!(pauli[0], (Wire(2), Pauli::Y));
}

#[test]
fn loops_that_were_cut_off_are_written() {
    check_text("circuit unfinished [b0 & !b1]\nb0 = measure q0\nb1 = measure q1\n");
}

#[test]
fn definitions_are_their_gates() {
    let mut random = Random::new(31);
    let mut n_defined = 0;
    for &gate in Gate::ALL {
        let Some(body) = definition(gate) else { continue };
        n_defined += 1;
        let row = gate.def();
        let wires = Circuit::wires(0..row.wires.len() as u32);
        let angles: Vec<Angle> = (0..row.params.len() as u32).map(|i| Angle::slot(Slot(i))).collect();
        let op = Op::gate(gate, &angles, &wires, Span::default());
        let applied =
            Circuit { n_wires: wires.len(), slots: body.slots.clone(), ..Circuit::from_ops(vec![op]) };
        let values = random.angles(angles.len());
        let apart = distance(&unitary(&applied, &values), &unitary(&body, &values));
        assert!(apart < 1e-12, "{}: {apart}", row.name);
    }
    assert!(n_defined > 20);
}

#[test]
fn returned_qubits_are_measured_once() {
    let check = |before: &str, after: &str| {
        let mut circuit = circuit(before);
        circuit.measure_output();
        circuit.validate();
        assert_eq!(circuit.to_string(), after);
    };
    check(
        "circuit output [q1 q0]\nh q0; cx q0 q1",
        "circuit output [] results [b0, b1]\nh q0\ncx q0 q1\nb0 = measure q1\nb1 = measure q0\n",
    );
    check(
        "circuit output [q0 q1] results [!b0]\nh q0\nb0 = measure q0\nb1 = measure q1\nreset q1",
        "circuit output [] results [b0, b2, !b0]\nh q0\nb0 = measure q0\nb1 = measure q1\nreset q1\nb2 = measure q1\n",
    );
    check(
        "circuit output [q0]\nb0 = measure q0\nb0 = measure q1",
        "circuit output [] results [b1]\nb0 = measure q0\nb0 = measure q1\nb1 = measure q0\n",
    );
}
