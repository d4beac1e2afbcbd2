//! What is written reads back to the same circuit; what is wrong is found, at its place.

use std::collections::BTreeMap;
use std::fmt::Write;

use qml_ir::circuit::dense::{C64, branches, unitary};
use qml_ir::circuit::testing::{
    Options, Random, assert_same_unitary, assert_same_up_to_phase, distance, distance_up_to_phase,
    random_circuit,
};
use qml_ir::circuit::{Angle, Circuit, Slot};
use qml_ir::specialise::BindProgram;
use qml_ir::specialise::bind::{Binary, Node, Unary};
use qml_source::{FileId, SourceMap};

use crate::export::{slot_expressions, slot_names};
use crate::{Registers, export_bound, export_program, export_qasm2, export_qasm3, import, import_program};

fn read(text: &str) -> Circuit {
    import(FileId(0), text).unwrap_or_else(|faults| panic!("{faults:#?}\n{text}"))
}

/// A body of OpenQASM 2 and the circuit that it means, as text.
fn check2(body: &str, expected: &str) {
    let circuit = read(&format!("OPENQASM 2.0;\ninclude \"qelib1.inc\";\n{body}"));
    assert_eq!(Circuit::from_ops(circuit.ops).to_string(), expected);
}

/// The same with OpenQASM 3.
fn check3(body: &str, expected: &str) {
    let circuit = read(&format!("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n{body}"));
    assert_eq!(Circuit::from_ops(circuit.ops).to_string(), expected);
}

/// The faults of a text: code and the text under the primary label.
fn check_faults(text: &str, expected: &[(&str, &str)]) {
    let mut sources = SourceMap::default();
    let file = sources.add("test.qasm", text);
    let faults = import(file, text).err().unwrap_or_default();
    let found: Vec<_> = faults
        .iter()
        .map(|fault| (fault.code.as_str(), sources.snippet(fault.primary.as_ref().unwrap().span)))
        .collect();
    assert_eq!(found, expected, "{faults:#?}");
}

#[test]
fn registers_follow_each_other_and_broadcast() {
    check2("qreg a[2]; qreg b[2]; cx a, b; cx a[1], b;", "cx q0 q2; cx q1 q3; cx q1 q2; cx q1 q3");
    check2(
        "qreg a[2]; creg c[2]; measure a -> c; reset a;",
        "b0 = measure q0; b1 = measure q1; reset q0; reset q1",
    );
    check2("qreg a[2]; qreg b[1]; barrier a, b[0];", "barrier q0 q1 q2");
    check3("qubit[4] q; h q[1:2]; x q[-1];", "h q1; h q2; x q3");
    check3("x $2; qubit q; cx $0, q;", "x q2; cx q0 q3");
}

#[test]
fn angles_are_expressions() {
    check2("qreg q[1]; rx(-pi/2^2 + 3*(1-0.5)) q[0];", "rx(0.7146018366025517) q0");
    check2(
        "qreg q[1]; rz(sin(pi/2)) q[0]; rz(sqrt(4)*ln(exp(1))) q[0]; rz(2e-3) q[0];",
        "rz(1.0) q0; rz(2.0) q0; rz(0.002) q0",
    );
    check3(
        "input float[64] a; input float b; const float k = 2 * pi; qubit q; rz(k - (a + 2*b)/2 + -a) q;",
        "rz(-1.5*s0 - s1 + 2*pi) q0",
    );
    check3("input float _θ_0_; qubit q; p(tau * _θ_0_) q;", "p(6.283185307179586*s0) q0");
    check3("qubit q; const int k = 3; rz(2**k) q;", "rz(8.0) q0");
}

#[test]
fn definitions_are_expanded_or_recognised() {
    check2(
        "gate g(a,b) x,y { rx(a-b) x; barrier x,y; cx y,x; } qreg q[2]; g(2,1) q[1],q[0];",
        "rx(1.0) q1; barrier q1 q0; cx q0 q1",
    );
    check2("gate rzz(t) a,b { cx a,b; rz(t) b; cx a,b; } qreg q[2]; rzz(0.5) q[0],q[1];", "rzz(0.5) q0 q1");
    check2(
        "gate rzz(t) a,b { cx a,b; rx(t) b; cx a,b; } qreg q[2]; rzz(0.5) q[0],q[1];",
        "cx q0 q1; rx(0.5) q1; cx q0 q1",
    );
    // Only a constant phase may differ.
    check2("gate rz(t) a { u1(t) a; } qreg q[1]; rz(0.5) q[0];", "p(0.5) q0");
    check3("gate sxdg a { s a; h a; s a; } qubit q; sxdg q;", "sxdg q0; gphase(pi/4)");
    check2("opaque magic(a) q; qreg q[1]; x q[0];", "x q0");
    check2("gate nothing a { } qreg q[1]; nothing q[0];", "");
}

#[test]
fn modifiers_become_controls_inverses_and_repetitions() {
    check3("qubit[3] q; ctrl @ x q[0], q[1]; ctrl(2) @ z q[0], q[1], q[2];", "cx q0 q1; ccz q0 q1 q2");
    check3("qubit[3] q; negctrl @ ctrl @ rx(1) q[0], q[1], q[2];", "ctrl(!q0, q1) rx(1.0) q2");
    check3(
        "qubit q; inv @ s q; pow(2) @ t q; inv @ pow(2) @ rz(1) q; pow(0) @ x q;",
        "sdg q0; t q0; t q0; rz(-1.0) q0; rz(-1.0) q0",
    );
    check3("gate g a, b { h a; cx a, b; s b; } qubit[2] q; inv @ g q[0], q[1];", "sdg q1; cx q0 q1; h q0");
    check3("qubit q; gphase(0.5); ctrl @ gphase(0.25) q;", "p(0.25) q0; gphase(0.5)");
}

#[test]
fn gates_of_the_included_files_have_their_matrices() {
    let same = |qasm: &str, text: &str| {
        let circuit = read(&format!("OPENQASM 2.0; include \"qelib1.inc\"; qreg q[5]; {qasm}"));
        let expected = Circuit::parse(&format!("circuit wires 5\n{text}")).unwrap();
        assert!(distance(&unitary(&circuit, &[]), &unitary(&expected, &[])) < 1e-12, "{qasm}");
    };
    same("u2(0.1,0.2) q[0];", "u(pi/2, 0.1, 0.2) q0");
    same(
        "u3(0.3,0.1,0.2) q[0]; U(0.3,0.1,0.2) q[1]; CX q[0],q[1];",
        "u(0.3, 0.1, 0.2) q0; u(0.3, 0.1, 0.2) q1; cx q0 q1",
    );
    same("cu3(0.3,0.1,0.2) q[0],q[1];", "ctrl(q0) u(0.3, 0.1, 0.2) q1");
    same("cu1(0.3) q[0],q[1]; u1(0.2) q[1]; u0(1) q[0];", "cp(0.3) q0 q1; p(0.2) q1");
    same("csx q[0],q[1];", "ctrl(q0) sx q1");
    same(
        "c3x q[0],q[1],q[2],q[3]; c4x q[0],q[1],q[2],q[3],q[4];",
        "ctrl(q0, q1, q2) x q3; ctrl(q0, q1, q2, q3) x q4",
    );
    same("c3sqrtx q[0],q[1],q[2],q[3];", "ctrl(q0, q1, q2) sx q3");
    // Maslov, arXiv:1508.03273: Toffoli but for the phases of a controlled-controlled iY on target 1.
    same("rccx q[0],q[1],q[2]; rccx q[0],q[1],q[2];", "");
    // OpenQASM 3 gives `U`, `u2` and `u3` other phases, seen under controls.
    check3("qubit[2] q; ctrl @ u3(0.2, 0.3, 0.1) q[0], q[1];", "p(-0.2) q0; ctrl(q0) u(0.2, 0.3, 0.1) q1");
    check3("qubit[2] q; ctrl @ U(0.2, 0.3, 0.1) q[0], q[1];", "p(0.1) q0; ctrl(q0) u(0.2, 0.3, 0.1) q1");
}

#[test]
fn conditions_compare_registers_and_read_bits() {
    check2("qreg q[1]; creg a[1]; creg c[2]; if (c==2) x q[0]; if(a==2) x q[0];", "if !b1 & b2 { x q0 }");
    check3(
        "qubit q; bit[2] c; bit d = measure q; if (c[0] && !d) { x q; } else if (c != 1) h q;",
        "b2 = measure q0; if b0 & !b2 { x q0 } else { if !(b0 & !b1) { h q0 } }",
    );
    check3(
        "qubit q; bit c; c = measure q; if (c == true) { reset q; } if (c == 0) { z q; }",
        "b0 = measure q0; if b0 { reset q0 }; if !b0 { z q0 }",
    );
    let circuit = read("OPENQASM 3; qubit[2] q; bit c; c = measure q[1];");
    assert_eq!((circuit.output, circuit.result_bits.len()), (Circuit::wires(0..2), 1));
}

#[test]
fn numbers_of_bits_are_computed_and_compared() {
    let head = "qubit q; bit[2] c; ";
    check3(
        &format!("{head} if (c < 2) x q; if (c >= 2) y q; if (1 < c) z q;"),
        "if !b1 { x q0 }; if b1 { y q0 }; if b1 { z q0 }",
    );
    check3(&format!("{head} if (c > c[0]) x q;"), "if b1 | !b1 & (!b0 & b0) { x q0 }");
    check3(
        &format!("{head} if ((c & 2) == 2) x q; if ((c >> 1) == 0) y q; if ((c ^ 3) == 0) z q;"),
        "if b1 { x q0 }; if !b1 { y q0 }; if b0 & b1 { z q0 }",
    );
    check3(
        &format!("{head} uint[2] n = c; bool f; f = n == 3; if (f && n[0]) x q;"),
        "if b0 & b1 & b0 { x q0 }",
    );
    check3(
        &format!(
            "{head} int s; s = c; switch (s) {{ case 0 {{ x q; }} case 1, 2 {{ y q; }} default {{ z q; }} }}"
        ),
        "if !b0 & !b1 { x q0 } else { if b0 & !b1 | !b0 & b1 { y q0 } else { z q0 } }",
    );
}

#[test]
fn loops_are_unrolled() {
    check3("qubit[3] q; for int i in [0:2] { rx(i / 2) q[i]; }", "rx(0.0) q0; rx(0.5) q1; rx(1.0) q2");
    check3("qubit[3] q; for uint[8] i in [2:-2:0] x q[i];", "x q2; x q0");
    check3(
        "const int n = 2; qubit[3] q; for i in {n, 0} { for int j in [1:i] { cx q[0], q[j]; } }",
        "cx q0 q1; cx q0 q2",
    );
    check3(
        "qubit q; bit c; for int i in [0:1] { c = measure q; if (c) { reset q; } }",
        "b0 = measure q0; if b0 { reset q0 }; b0 = measure q0; if b0 { reset q0 }",
    );
    check3("qubit q; for int i in [1:0] { x q; } z q;", "z q0");
    check3(
        "qubit[2] q; box { x q[0]; delay[100ns] q[0]; } delay[2.5us] q;",
        "x q0; barrier q0; barrier q0 q1",
    );
}

#[test]
fn roots_of_gates() {
    let same = |qasm: &str, text: &str| {
        let circuit =
            read(&format!("OPENQASM 3.0; include \"stdgates.inc\"; input float a; qubit[2] q; {qasm}"));
        let expected = Circuit::parse(&format!("circuit wires 2 slots [a]\n{text}")).unwrap();
        assert!(distance(&unitary(&circuit, &[0.3]), &unitary(&expected, &[0.3])) < 1e-9, "{qasm}");
    };
    same("pow(0.5) @ x q[0]; pow(-0.5) @ x q[1];", "sx q0; sxdg q1");
    same("pow(0.25) @ z q[0]; pow(1.5) @ s q[1];", "t q0; p(0.75*pi) q1");
    same("pow(0.5) @ rx(2 * a) q[0]; inv @ pow(0.5) @ cp(a) q[0], q[1];", "rx(s0) q0; cp(-0.5*s0) q0 q1");
    same("ctrl @ pow(0.5) @ x q[0], q[1];", "ctrl(q0) sx q1");
    same("pow(0.5) @ swap q[0], q[1]; pow(0.5) @ swap q[0], q[1];", "swap q0 q1");
    same("pow(0.5) @ h q[0]; pow(0.5) @ h q[0]; pow(0.5) @ id q[1];", "h q0");
}

#[test]
fn gates_of_braket_need_no_include() {
    let same = |qasm: &str, text: &str| {
        let circuit = read(&format!("OPENQASM 3.0; qubit[2] q; {qasm}"));
        let expected = Circuit::parse(&format!("circuit wires 2\n{text}")).unwrap();
        assert!(distance(&unitary(&circuit, &[]), &unitary(&expected, &[])) < 1e-12, "{qasm}");
    };
    same("cnot q[0], q[1]; v q[0]; si q[1]; i q[0];", "cx q0 q1; sx q0; sdg q1");
    same(
        "xx(0.3) q[0], q[1]; zz(0.2) q[0], q[1]; prx(0.3, 0.4) q[0];",
        "rxx(0.3) q0 q1; rzz(0.2) q0 q1; prx(0.3, 0.4) q0",
    );
    same("ms(0, 0, 0.4) q[0], q[1]; gpi(0) q[0]; gpi2(0.5) q[1];", "rxx(0.4) q0 q1; x q0; prx(pi/2, 0.5) q1");
    same("gate cnot a, b { cz a, b; } cnot q[0], q[1];", "cz q0 q1");
    let phase = "[0, 1, 0, 0], [0, 0, 0.6 - 0.8im, 0], [0, 0, 0, 1]";
    same(
        &format!("#pragma braket unitary([[1, 0, 0, 0], {phase}]) q[0], q[1]\n"),
        "x q1; cp(-0.9272952180016122) q0 q1; x q1",
    );
}

#[test]
fn faults_are_named_at_their_place() {
    let two = |body: &str| format!("OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\ncreg c[2];\n{body}");
    check_faults(&two("h q[0]\nx q[1]; y q[0] q[1]; z q[0];"), &[("Q0801", "x"), ("Q0801", "q")]);
    check_faults(&two("h q[0]; § x q[1];"), &[("Q0801", "§")]);
    check_faults("OPENQASM 4.0; qubit q;", &[("Q0802", "4.0")]);
    check_faults("OPENQASM 2.0; include \"mine.inc\";", &[("Q0802", "\"mine.inc\"")]);
    check_faults(&two("qreg c[1]; gate g a,a { }"), &[("Q0803", "c"), ("Q0803", "a")]);
    check_faults(
        &two("foo q[0]; x r[0]; rx(beta) q[0]; rx(sinh(1)) q[0];"),
        &[("Q0804", "foo"), ("Q0804", "r[0]"), ("Q0804", "beta"), ("Q0804", "sinh")],
    );
    check_faults("OPENQASM 3.0; qubit[2] q; cx q[0], q[1];", &[("Q0804", "cx")]);
    check_faults(
        &two("cx q[0]; rx q[0]; qreg r[3]; cx q, r;"),
        &[("Q0805", "cx q[0];"), ("Q0805", "rx q[0];"), ("Q0805", "r")],
    );
    check_faults(&two("x q[2]; measure q[0] -> c[7];"), &[("Q0806", "2"), ("Q0806", "7")]);
    check_faults(
        &two("cx q[0], q[0]; cx q, q[1];"),
        &[("Q0807", "cx q[0], q[0];"), ("Q0807", "cx q, q[1];")],
    );
    check_faults(&two("opaque m a; m q[0];"), &[("Q0808", "m")]);
    let three = "OPENQASM 3.0; include \"stdgates.inc\"; input float a; input float b; qubit q; ";
    check_faults(
        &format!("{three} rz(2 * (a * b)) q; rz(cos(a)) q;"),
        &[("Q0809", "(a * b)"), ("Q0809", "cos(a)")],
    );
    check_faults(
        &format!("{three} while (true) {{ x q; }} let r = q; x r; def f(qubit p) {{ x p; }} break;"),
        &[("Q0810", "while"), ("Q0810", "def"), ("Q0810", "break")],
    );
    check_faults(
        &format!("{three} bit c; let r = c ++ q; let s = {{q, q}}; let t = none; if (c) {{ bit d; }} d = c;"),
        &[("Q0811", "c"), ("Q0807", "let s = {q, q};"), ("Q0804", "none"), ("Q0804", "d")],
    );
    check_faults(
        &format!("{three} input int n; pow(0.5) @ U(a, 0, 0) q;"),
        &[("Q0810", "int"), ("Q0810", "pow(0.5) @ U(a, 0, 0) q;")],
    );
    check_faults(
        &format!(
            "{three} for int i in [0:a] {{ x q; }} for int i in [0:0:1] {{ }} for i in [0:9] {{ x r; }}"
        ),
        &[("Q0811", "a"), ("Q0811", "for int i in [0:0:1] { }"), ("Q0804", "r")],
    );
    check_faults(
        &format!("{three} bit c; bool f; c = measure q; if (f) x q; f = c; if (f) {{ f = !c; }} m = f;"),
        &[("Q0810", "f"), ("Q0804", "m")],
    );
    check_faults(
        "OPENQASM 3.0; qubit q; #pragma braket noise bit_flip(0.1) q\nx q;",
        &[("Q0810", "#pragma braket noise bit_flip(0.1) q")],
    );
    check_faults(
        &two("h c[0]; measure q -> q; rx(q) q[0]; if (c) x q[0]; rx(1/0) q[0];"),
        &[("Q0811", "c[0]"), ("Q0811", "q"), ("Q0811", "q"), ("Q0811", "c"), ("Q0811", "1/0")],
    );
    check_faults("OPENQASM 2.0; qreg q[100000000];", &[("Q0814", "qreg q[100000000];")]);
    let mut bomb = "gate g0 a { U(1,1,1) a; }\n".to_owned();
    for i in 1..30 {
        let _ = writeln!(bomb, "gate g{i} a {{ g{0} a; g{0} a; }}", i - 1);
    }
    // Definition i stands for 2^i gates; the limit is 2^22.
    let too_large = ["g23", "g24", "g25", "g26", "g27", "g28", "g29"].map(|name| ("Q0814", name));
    check_faults(&format!("OPENQASM 2.0;\n{bomb}"), &too_large);
}

#[test]
fn broken_text_never_panics() {
    let mut random = Random::new(9);
    for _ in 0..10 {
        let text = export_qasm3(&random_circuit(&mut random, &Options::everything(3, 8)));
        let words: Vec<&str> = text.split_inclusive([' ', '\n', '(', ';']).collect();
        for _ in 0..40 {
            let mut words = words.clone();
            let (i, j) = (random.below(words.len()), random.below(words.len()));
            match random.below(3) {
                0 => words.swap(i, j),
                1 => drop(words.remove(i)),
                _ => words.insert(
                    i,
                    [
                        "ctrl @ ",
                        "{ ",
                        "c ",
                        "gate ",
                        "$3 ",
                        "\"",
                        "-1",
                        "if (",
                        "for i in [0:2] { ",
                        "int x = c; ",
                        "x = ",
                        "switch (c) { case 1 { ",
                        "pow(0.5) @ ",
                        "#pragma braket unitary([[1]]) q\n",
                        "< ",
                    ][random.below(15)],
                ),
            }
            let _ = import(FileId(0), &words.concat());
        }
    }
    let _ = import(FileId(0), &format!("OPENQASM 3; qubit q; rx({}1) q;", "(".repeat(10_000)));
    let _ = import(FileId(0), &format!("OPENQASM 3; qubit q; U({}1, 0, 0) q;", "1+".repeat(10_000)));
    let _ = import(FileId(0), &format!("OPENQASM 3; bit c; {}", "if (c) {".repeat(10_000)));
    let _ = import(FileId(0), &format!("OPENQASM 3; {}", "for int i in [0:9] {".repeat(10_000)));
    let _ = import(FileId(0), "OPENQASM 3; qubit q; for int i in [0:1000000000] { x q; }");
    let doubled = "x = x ^ (x << 1); ".repeat(60);
    let _ = import(FileId(0), &format!("OPENQASM 3; bit[8] c; int x = c; {doubled} if (x < 3) {{ }}"));
    let _ = import(FileId(0), "OPENQASM 3; bit[100000] c; qubit q; if (c == 5) { x q; }");
}

#[test]
fn openqasm_3_reads_back_to_the_same_matrix() {
    let mut random = Random::new(21);
    for _ in 0..60 {
        let circuit = random_circuit(&mut random, &Options { barriers: true, ..Options::unitary(4, 10) });
        assert_same_unitary(&circuit, &read(&export_qasm3(&circuit)));
    }
}

#[test]
fn openqasm_2_reads_back_to_the_same_matrix_up_to_phase() {
    let mut random = Random::new(22);
    for _ in 0..60 {
        let options = Options { pauli_rotations: true, barriers: true, ..Options::gates(4, 10) };
        let circuit = random_circuit(&mut random, &options);
        assert_same_up_to_phase(&circuit, &read(&export_qasm2(&circuit, &Registers::default()).unwrap()));
    }
}

/// The density matrix of the wires for each value of the bits.
fn mixture(circuit: &Circuit, slots: &[f64]) -> BTreeMap<Vec<bool>, Vec<Vec<C64>>> {
    let mut mixture = BTreeMap::new();
    for branch in branches(circuit, slots) {
        let dim = branch.state.len();
        let density = mixture.entry(branch.bits).or_insert_with(|| vec![vec![C64::new(0.0, 0.0); dim]; dim]);
        for (row, a) in branch.state.iter().enumerate() {
            for (column, b) in branch.state.iter().enumerate() {
                density[row][column] += a * b.conj();
            }
        }
    }
    mixture.retain(|_, density| (0..density.len()).map(|i| density[i][i].re).sum::<f64>() > 1e-12);
    mixture
}

fn assert_same_mixture(a: &Circuit, b: &Circuit) {
    let slots = Random::new(4).angles(a.slots.len());
    let (left, right) = (mixture(a, &slots), mixture(b, &slots));
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>(), "{a}\n--- and ---\n{b}");
    for (bits, density) in &left {
        assert!(distance(density, &right[bits]) < 1e-9, "{a}\n--- and ---\n{b}");
    }
}

#[test]
fn measurements_and_branches_read_back() {
    let mut random = Random::new(23);
    for _ in 0..60 {
        let circuit = random_circuit(&mut random, &Options::everything(3, 10));
        assert_same_mixture(&circuit, &read(&export_qasm3(&circuit)));
    }
}

/// The probability of each result, highest bit first.
fn results(text: &str) -> BTreeMap<String, f64> {
    let circuit = read(text);
    let mut results = BTreeMap::new();
    for branch in branches(&circuit, &[]) {
        let digits =
            circuit.result_bits.iter().rev().map(|bit| if bit.eval(&branch.bits) { '1' } else { '0' });
        let weight: f64 = branch.state.iter().map(C64::norm_sqr).sum();
        *results.entry(digits.collect()).or_insert(0.0) += weight;
    }
    results.retain(|_, weight| *weight > 1e-12);
    results
}

#[test]
fn aliases_are_second_names() {
    let text = |body: &str| {
        format!(
            "OPENQASM 3.0; include \"stdgates.inc\"; qubit[3] q; qubit r; bit[3] c; bit d;\n\
             x q[0]; x r; {body}"
        )
    };
    let direct = results(&text("cx q[0], q[1]; c[2] = measure q[1]; c[1] = measure r;"));
    for aliases in [
        "let a = q; let b = c; cx a[0], a[1]; b[2] = measure a[1]; b[1] = measure r;",
        "let a = q[0:1]; let b = c[1:2]; cx a[0], a[1]; b[1] = measure a[1]; b[0] = measure r;",
        "let a = r ++ q[{1, 0}]; cx a[2], a[1]; let b = c[1:2]; b = measure a[0:1];",
        "let a = {r, q[1]}; let b = {c[1], c[2]}; cx q[0], a[1]; b = measure a;",
    ] {
        assert_eq!(results(&text(aliases)), direct, "{aliases}");
    }
}

#[test]
fn what_branches_assign_depends_on_their_conditions() {
    let head = "OPENQASM 3.0; include \"stdgates.inc\"; qubit[3] q; bit[2] c; bit r;\n\
                h q[0]; h q[1]; c[0] = measure q[0]; c[1] = measure q[1];";
    // The last bit, r, is one for one of the outcomes of c, which are equally likely.
    let expected = |ones: &str| {
        let of = |c: &str| format!("{}{c}", u8::from(ones.split(' ').any(|one| one == c)));
        ["00", "01", "10", "11"].iter().map(|c| (of(c), 0.25)).collect::<BTreeMap<String, f64>>()
    };
    for (body, ones) in [
        ("bool x = false; if (c[0]) { x = c[1]; } r = x;", "11"),
        ("bool x = c[0]; if (c[1]) { x = !x; } else { x = false; } r = x;", "10"),
        ("uint[2] x = 0; if (c == 2) { x = 3; } else { x = c; } if (x == 3) { r = 1; }", "10 11"),
        ("if (c[0]) { if (c[1]) { r = 1; } else { r = 0; } } else { r = !c[1]; }", "00 11"),
        ("int n = 0; for int i in [1:3] { n = n + i; } if (c == n - 4) { r = 1; }", "10"),
        ("switch (c) { case 0, 3 { r = 1; } case 1 { bit t = c[0]; r = t; } default { } }", "00 01 11"),
        (
            "bit[2] d = \"01\"; let e = d; e[1] = c[0]; if (bool(d[1]) && uint[1](c) == 1) { r = d[0]; }",
            "01 11",
        ),
        ("if (c[0]) { x q[2]; } r = measure q[2]; if (c[1]) { r = r ^ c[0]; }", "01"),
        (
            "const int k = 2; float f = 1.5; int n = 4; rx(n * pi / 2 / k * (f - 0.5)) q[2]; r = measure q[2];",
            "00 01 10 11",
        ),
    ] {
        let found = results(&format!("{head} {body}"));
        let expected = expected(ones);
        // Bits that are declared on the way come behind r.
        let found = found.iter().map(|(digits, weight)| (digits[digits.len() - 3..].to_owned(), *weight));
        let mut shortened = BTreeMap::new();
        found.for_each(|(digits, weight)| *shortened.entry(digits).or_insert(0.0) += weight);
        for (digits, weight) in &expected {
            assert!((shortened.get(digits).unwrap_or(&0.0) - weight).abs() < 1e-9, "{body}: {shortened:?}");
        }
    }
}

#[test]
fn what_was_computed_from_a_bit_stays_when_it_is_measured_again() {
    let head = "OPENQASM 3.0; include \"stdgates.inc\"; qubit q; bit c; bit d; bool f;\n";
    let text =
        format!("{head} x q; c = measure q; f = c; d = !c; x q; c = measure q; if (f) {{ x q; }} d = d | c;");
    assert_eq!(results(&text), BTreeMap::from([("00".to_owned(), 1.0)]));
    let program = import_program(FileId(0), &text).unwrap();
    let written = export_program(&program);
    assert!(written.contains("bit[1] outcomes;") && written.contains("if (c[0]) {"), "{written}");
    assert!(written.contains("// result: outcomes[0], (!c[0] || outcomes[0])"), "{written}");
    // Three rounds count their ones.
    let rounds = format!(
        "{head} int n = 0; for int i in [1:3] {{ x q; c = measure q; if (c) {{ n = n ^ i; }} }} d = n == 2;"
    );
    assert_eq!(results(&rounds), BTreeMap::from([("11".to_owned(), 1.0)]));
    check_faults(
        &format!(
            "{head} c = measure q; if (c) {{ c = measure q; f = true; }} else {{ f = false; }} if (f) {{ }}"
        ),
        &[("Q0810", "f")],
    );
    // What is the same on both sides, or overwritten, is not.
    check_faults(&format!("{head} c = measure q; d = c; c = measure q; d = c; if (d) {{ x q; }}"), &[]);
}

#[test]
fn registers_keep_their_names() {
    let text = "OPENQASM 2.0; include \"qelib1.inc\"; qreg data[2]; qreg flag[1]; creg low[2]; creg high[1]; creg int[1];
        x data[1]; measure data -> low; if (low==2) x flag[0]; measure flag[0] -> high[0]; if (high==1) x data[0];";
    let program = import_program(FileId(0), text).unwrap();
    let three = export_program(&program);
    for line in [
        "// qubits of the source, in order: data[2], flag[1]",
        "bit[2] low;",
        "bit[1] high;",
        "bit[1] int_;",
        "low[1] = measure q[1];",
        "if (low == 2) {",
        "if (high[0]) {",
    ] {
        assert!(three.lines().any(|found| found == line), "{line}\n{three}");
    }
    assert_same_mixture(&program.circuit, &read(&three));
    let two = export_qasm2(&program.circuit, &program.registers).unwrap();
    for line in ["creg low[2];", "creg int_[1];", "if (low==2) x q[2];", "if (high==1) x q[0];"] {
        assert!(two.lines().any(|found| found == line), "{line}\n{two}");
    }
    assert_same_mixture(&program.circuit, &read(&two));
}

#[test]
fn conditions_are_tests_that_every_reader_knows() {
    let mut random = Random::new(25);
    let mut n_operators = 0;
    for _ in 0..60 {
        let mut circuit = random_circuit(&mut random, &Options::everything(2, 12));
        circuit.result_bits.clear();
        let text = export_qasm3(&circuit);
        let is_known = |line: &str| !["&&", "||", "^"].iter().any(|sign| line.contains(sign));
        n_operators += text.lines().filter(|line| line.contains("if (") && !is_known(line)).count();
        assert_same_mixture(&circuit, &read(&text));
    }
    assert_eq!(n_operators, 0);
    // A long condition over a long branch would be copied too often.
    let long = "b0 = measure q0; b1 = measure q0; b2 = measure q0; b3 = measure q0;";
    let body = "x q0; h q1; ".repeat(40);
    let circuit =
        Circuit::parse(&format!("{long} if b0 ^ b1 ^ b2 ^ b3 {{ {} }}", body.trim_end_matches("; ")));
    assert!(export_qasm3(&circuit.unwrap()).contains("if ((((c[0] ^ c[1]) ^ c[2]) ^ c[3])) {"));
}

#[test]
fn conditions_that_all_have_to_hold_are_nested() {
    let circuit =
        Circuit::parse("b0 = measure q0; b1 = measure q1; b2 = measure q2; if b0 & !b1 { x q0 }").unwrap();
    let text = export_qasm3(&circuit);
    assert!(text.ends_with("if (c[0]) {\n  if (!c[1]) {\n    x q[0];\n  }\n}\n"), "{text}");
}

#[test]
fn openqasm_2_writes_most_branches_and_refuses_the_others() {
    let mut random = Random::new(24);
    let mut n_written = 0;
    for _ in 0..100 {
        let options = Options { measurements: true, pauli_rotations: true, ..Options::gates(3, 8) };
        let circuit = random_circuit(&mut random, &options);
        match export_qasm2(&circuit, &Registers::default()) {
            Ok(text) => {
                n_written += 1;
                assert_same_mixture(&circuit, &read(&text));
            }
            Err(refused) => assert_eq!(refused.code.as_str(), "Q0813"),
        }
    }
    assert!((50..100).contains(&n_written), "{n_written}");
}

#[test]
fn openqasm_2_refuses_what_it_has_no_words_for() {
    let code = |text: &str| {
        export_qasm2(&Circuit::parse(text).unwrap(), &Registers::default()).unwrap_err().code.to_string()
    };
    assert_eq!(code("rx(s0) q0"), "Q0812");
    assert_eq!(code("ctrl(q0, q1) rx(0.1) q2"), "Q0813");
    assert_eq!(code("if b0 { b0 = measure q0 }"), "Q0813");
    assert_eq!(code("if b0 & b7 { x q0 }"), "Q0813");
}

#[test]
fn what_is_written_is_short() {
    let circuit = "circuit demo bits 1 slots [\"θ 0\" q pi] output [q1 q0] layout [q1 q0] final [q0 q1]\n\
                   rx(0.5*s0 + pi/2) q0; ctrl(!q0) rzz(s1 - s2) q1 q2; b0 = measure q1; if !b0 { x q0 }";
    let circuit = Circuit::parse(circuit).unwrap();
    let expected = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n// demo\n// returned qubits: q[1], q[0]\n\
        // initial layout: q[1], q[0]\n// final layout: q[0], q[1]\n\
        input float[64] θ_0;\ninput float[64] q_;\ninput float[64] pi_;\n\
        gate controlled_0(t0) a0, a1, a2 {\n  negctrl @ cx a0, a1, a2;\n  negctrl @ rz(t0) a0, a2;\n  negctrl @ cx a0, a1, a2;\n}\nqubit[3] q;\nbit[1] c;\n\
        rx(0.5*θ_0 + pi/2) q[0];\ncontrolled_0(q_ - pi_) q[0], q[1], q[2];\nc[0] = measure q[1];\n\
        if (!c[0]) {\n  x q[0];\n}\n";
    assert_eq!(export_qasm3(&circuit), expected);
    let circuit =
        Circuit::parse("swap q0 q1; rz(1e-5) q0; iswap q0 q1; b0 = measure q1; if b0 { h q0 } else { x q0 }")
            .unwrap();
    let expected = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\n\
        gate iswap a0, a1 {\n  s a0;\n  s a1;\n  h a0;\n  cx a0, a1;\n  cx a1, a0;\n  h a1;\n}\nqreg q[2];\ncreg c[1];\n\
        swap q[0], q[1];\nrz(1.0e-5) q[0];\niswap q[0], q[1];\nmeasure q[1] -> c[0];\nif (c==1) h q[0];\nif (c==0) x q[0];\n";
    assert_eq!(export_qasm2(&circuit, &Registers::default()).unwrap(), expected);
}

/// The files of `tests/data`, by name.
fn data() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let qasm = paths.filter(|path| path.extension().is_some_and(|extension| extension == "qasm"));
    let mut files: Vec<_> = qasm
        .map(|path| {
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                std::fs::read_to_string(&path).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

#[test]
fn files_of_other_tools_are_read() {
    let files = data();
    assert_eq!(files.len(), 21);
    for (name, text) in files {
        let program = import_program(FileId(0), &text).unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
        assert_eq!(program.n_inputs, text.matches("input ").count(), "{name}");
        assert!(program.circuit.ops.len() > 5, "{name}");
        assert_eq!(import(FileId(0), &text).is_ok(), program.computed.is_empty(), "{name}");
        if program.circuit.n_wires > 6 || program.circuit.n_bits > 0 {
            continue;
        }
        let again = import_program(FileId(0), &export_program(&program)).unwrap();
        let values = Random::new(6).angles(program.n_inputs);
        let slots = program.bind(&values);
        // Functions of inputs are inputs of what is written.
        let names = slot_names(&program.circuit, &program.bind_program());
        // A `_` is behind names that OpenQASM has already.
        let is_of = |slot: &String, name: &String| name.trim_end_matches('_') == slot.trim_end_matches('_');
        let value = |name: &String| slots[names.iter().position(|slot| is_of(slot, name)).unwrap()];
        let inputs: Vec<f64> = again.circuit.slots[..again.n_inputs].iter().map(value).collect();
        let matrix = |program: &crate::Program| {
            let inputs = if program.n_inputs == values.len() { &values } else { &inputs };
            unitary(&program.circuit, &program.bind(inputs))
        };
        assert!(distance(&matrix(&program), &matrix(&again)) < 1e-9, "{name}");
    }
}

#[test]
fn the_quantum_fourier_transform_is_one() {
    let (_, text) = data().into_iter().find(|(name, _)| name == "qft_5").unwrap();
    let found = unitary(&read(&text), &[]);
    let n = found.len();
    let entry = |j: usize, k: usize| {
        C64::from_polar(1.0 / (n as f64).sqrt(), std::f64::consts::TAU * (j * k % n) as f64 / n as f64)
    };
    let expected: Vec<Vec<C64>> = (0..n).map(|j| (0..n).map(|k| entry(j, k)).collect()).collect();
    assert!(distance_up_to_phase(&found, &expected) < 1e-9);
}

#[test]
fn computed_slots_are_what_the_file_says() {
    let text = "OPENQASM 3.0; include \"stdgates.inc\"; input float x; input float y; qubit q;\
                rz((pi - x) * (pi - y) / 2) q; rx(sin(x)**2 / y) q; rz((pi - x) * (pi - y)) q;";
    let program = import_program(FileId(0), text).unwrap();
    let (x, y) = (0.3, 0.7);
    let slots = program.bind(&[x, y]);
    let angles: Vec<f64> = program.circuit.ops.iter().map(|op| op.angles()[0].eval(&slots)).collect();
    let product = (std::f64::consts::PI - x) * (std::f64::consts::PI - y);
    assert_eq!(angles, [product / 2.0, x.sin().powf(2.0) / y, product]);
    assert_eq!(program.computed.len(), 4);
}

#[test]
fn products_are_written_as_expressions() {
    let (x, y) = (Angle::slot(Slot(0)), Angle::slot(Slot(1)));
    let sum = Angle::slot(Slot(2)).plus(&y.times(-0.5));
    let nodes = vec![
        Node::Unary(Unary::Stop, x.clone()),
        Node::Binary(Binary::Mul, x.clone(), sum.clone()),
        Node::Binary(Binary::Div, x.clone(), sum.clone()),
        Node::Binary(Binary::Pow, sum, Angle::constant(2.0)),
    ];
    let bind = BindProgram { n_inputs: 2, nodes };
    let mut text = "circuit wires 1 slots [\"θ\" b".to_owned();
    (0..bind.nodes.len()).for_each(|i| write!(text, " _{i}").unwrap());
    text.push_str("]\n");
    (0..bind.n_slots()).for_each(|i| writeln!(text, "rx(s{i}) q0").unwrap());
    let circuit = Circuit::parse(&text).unwrap();

    let written = export_bound(&circuit, &bind, &Registers::default());
    let again = import_program(FileId(0), &written).unwrap_or_else(|faults| panic!("{faults:#?}\n{written}"));
    assert_eq!(again.circuit.slots[..again.n_inputs], ["θ", "b"]);
    for inputs in [[0.3, 0.7], [0.9, -1.2]] {
        let mut slots = Vec::new();
        bind.bind(&inputs, &mut slots).unwrap();
        let again_slots = again.bind(&inputs);
        for (expected, op) in slots.iter().zip(&again.circuit.ops) {
            let found = op.angles()[0].eval(&again_slots);
            assert!((found - expected).abs() < 1e-12, "{found} for {expected}\n{written}");
        }
    }
}

#[test]
fn what_has_no_expression_stays_an_input_with_a_comment() {
    let slot = |i| Angle::slot(Slot(i));
    let nodes = vec![
        Node::Binary(Binary::Max, slot(0), slot(1)),
        Node::Binary(Binary::Mul, slot(2), slot(0)),
        Node::Unary(Unary::Sin, slot(3)),
    ];
    let circuit = Circuit::parse("circuit wires 1 slots [a b _0 _1 _2]\nrx(s3 + s4) q0").unwrap();
    let written = export_bound(&circuit, &BindProgram { n_inputs: 2, nodes }, &Registers::default());
    // Their names are the words of what they are.
    for line in [
        "input float[64] maximum_a_b; // maximum(a, b)\n",
        "input float[64] sin_maximum_a_b_a; // sin(((maximum_a_b)*(a)))\n",
        "rx(((maximum_a_b)*(a)) + sin_maximum_a_b_a) q[0];\n",
    ] {
        assert!(written.contains(line), "{written}");
    }
}

/// `a = a * a`, forty times: written out at each use, it would have a trillion words.
#[test]
fn what_is_computed_again_and_again_stays_short() {
    let slot = |i| Angle::slot(Slot(i));
    let nodes: Vec<Node> = (0..40).map(|i| Node::Binary(Binary::Mul, slot(i), slot(i))).collect();
    let slots: Vec<String> = (0..40).map(|i| format!("_{i}")).collect();
    let circuit =
        Circuit::parse(&format!("circuit wires 1 slots [a {}]\nrx(s40) q0", slots.join(" "))).unwrap();
    let bind = BindProgram { n_inputs: 1, nodes };
    let names = slot_names(&circuit, &bind);
    assert_eq!(names[1..4], ["a_a", "a_a_a_a", "a_a_a_a_a_a_a_a"]);
    assert!(names.iter().all(|name| name.chars().count() <= 24), "{names:?}");
    let written = export_bound(&circuit, &bind, &Registers::default());
    assert!(written.len() < 100_000 && written.contains("input float[64] a;"), "{written}");
    import_program(FileId(0), &written).unwrap();
    assert!(slot_expressions(&circuit, &bind).iter().all(|text| text.len() <= 4096));
}
