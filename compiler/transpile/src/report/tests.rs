use qml_source::FileId;

use super::*;

/// A circuit whose operation `i` stands at byte `10 * i`.
fn circuit(text: &str) -> Circuit {
    let mut circuit = Circuit::parse(text).unwrap();
    let mut place = 0;
    circuit.visit_mut(|op| {
        op.span = span(place);
        place += 1;
    });
    circuit
}

fn span(place: usize) -> Span {
    Span::new(FileId(0), 10 * place, 10 * place + 5)
}

fn line(n: usize) -> Device {
    qml_devices::find(&format!("line:{n}")).unwrap()
}

fn said(source: &Circuit, device: &Device) -> Vec<Diagnostic> {
    diagnose(source, span(99), device, &Options { level: 1, ..Options::default() }, &crate::compile)
}

fn codes(said: &[Diagnostic]) -> Vec<(Code, Severity)> {
    said.iter().map(|diagnostic| (diagnostic.code, diagnostic.severity)).collect()
}

#[test]
fn a_swap_is_told_at_the_gate_that_needs_it() {
    // Three wires in a ring: the gate that comes last finds its wires apart.
    let source = circuit("ry(s0) q0; cx q0 q1; ry(s1) q1; cx q1 q2; ry(s2) q2; cx q2 q0; ry(s3) q0");
    let found = said(&source, &line(3));
    assert_eq!(codes(&found), [(Code::Q0719, Severity::Note)]);
    let primary = found[0].primary.as_ref().unwrap();
    assert_eq!((primary.span, primary.text.as_str()), (span(5), "1 SWAP for this gate"));
    let coupled = qml_devices::find("all_to_all:3").unwrap();
    assert_eq!(said(&source, &coupled), []);
}

#[test]
fn too_many_operations_are_told_at_the_first_that_is_too_many() {
    let mut device = line(2);
    device.limits.max_ops_per_circuit = Some(3);
    assert_eq!(said(&circuit("x q0; cz q0 q1; x q1"), &device), []);
    let found = said(&circuit("ry(s0) q0; cz q0 q1; ry(s1) q1; cz q0 q1"), &device);
    assert_eq!(codes(&found), [(Code::Q0716, Severity::Error)]);
}

#[test]
fn time_is_held_against_t2() {
    let mut device = line(2);
    device.averages.duration_1q_s = Some(1e-6);
    device.averages.duration_2q_s = Some(2e-6);
    let source = circuit("ry(s0) q0; cz q0 q1; ry(s1) q0; cz q0 q1; ry(s2) q0");
    let severities = |device: &Device| codes(&said(&source, device)).first().map(|found| found.1);
    for (t2, expected) in [(100e-6, None), (12e-6, Some(Severity::Note)), (5e-6, Some(Severity::Warning))] {
        device.qubits.iter_mut().for_each(|qubit| qubit.t2_s = Some(t2));
        assert_eq!(severities(&device), expected, "{t2}");
    }
    // The longer life is that of wire 0, from the first gate on.
    let found = said(&source, &device);
    assert!(found[0].message.contains("has to last 10.0 µs, longer than its T2 of 5.0 µs"), "{found:?}");
    assert_eq!(found[0].primary.as_ref().unwrap().span, span(4));
    assert_eq!(found[0].secondary[0].span, span(0));
}

#[test]
fn branches_are_held_against_what_an_outcome_can_switch() {
    let mut device = line(3);
    let source = circuit("circuit wires 3 bits 2 output [q2]\nb0 = measure q0; if b0 { x q2 }");
    let pair = circuit("circuit wires 3 bits 2 output [q2]\nh q1; h q2; b0 = measure q0; if b0 { cz q1 q2 }");
    let both =
        circuit("circuit wires 3 bits 2 output [q2]\nb0 = measure q0; b1 = measure q1; if b0 & b1 { x q2 }");
    for source in [&source, &pair, &both] {
        assert_eq!(said(source, &device), []);
    }
    device.conditional_gates = Some(vec!["x".to_owned()]);
    assert_eq!(said(&source, &device), []);
    for (source, place) in [(&pair, 4), (&both, 2)] {
        let found = said(source, &device);
        assert_eq!(codes(&found), [(Code::Q0717, Severity::Error)]);
        assert_eq!(found[0].primary.as_ref().unwrap().span, span(place));
    }
}

#[test]
fn shots_have_a_least_and_a_most() {
    let mut device = line(1);
    let is_wrong = |shots, device: &Device| check_shots(shots, None, device).is_some();
    assert!(!is_wrong(1_000_000, &device));
    device.limits.min_shots = Some(10);
    device.limits.max_shots = Some(1000);
    assert_eq!([9, 10, 1000, 1001].map(|shots| is_wrong(shots, &device)), [true, false, false, true]);
}
