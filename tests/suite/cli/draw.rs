//! `draw`: text as wide as asked for, SVG, before and after compilation; what is drawn itself is tested in `qml-report`.

use crate::suite::tool::{Folder, root};

fn folder() -> Folder {
    let folder = Folder::new();
    for name in ["bell.qml", "vqe_h2.qml", "teleport.qml"] {
        folder.write(name, std::fs::read_to_string(root().join("examples").join(name)).unwrap());
    }
    folder
}

#[test]
fn a_kernel_is_drawn_below_what_it_is() {
    let drawn = folder().qmlang("draw bell.qml").quiet();
    let lines: Vec<&str> = drawn.lines().collect();
    assert_eq!(lines[0], "bell: 2 qubits, 1 one-qubit gate, 1 two-qubit gate, depth 2");
    assert_eq!(lines[2..], ["q0: ─H──●──", "        │", "q1: ────⊕──"]);
}

#[test]
fn lines_are_as_long_as_asked_for() {
    let folder = folder();
    let draw = |options: &str| {
        folder.qmlang(&format!("draw vqe_h2.qml --kernel prepare --size l=2 --size n=3 {options}")).quiet()
    };
    let longest = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap();
    let narrow = draw("--width 40");
    let wires = narrow.lines().filter(|line| line.starts_with('q')).collect::<Vec<_>>().join("\n");
    assert!(longest(&wires) <= 40, "{narrow}");
    // Not a terminal: as wide as one was once.
    assert!(longest(&draw("")) <= 80);
    let whole = draw("--width 0");
    assert_eq!(whole.lines().filter(|line| line.starts_with("q0")).count(), 1, "{whole}");
}

#[test]
fn loops_are_folded_unless_asked_not_to() {
    let folder = folder();
    let draw = |options: &str| {
        folder.qmlang(&format!("draw vqe_h2.qml --kernel prepare --size l=5 --size n=2 {options}")).quiet()
    };
    assert!(draw("").contains("for i in 0..5") && draw("").contains("theta_i_0_1"));
    let unfolded = draw("--unfold");
    assert!(!unfolded.contains("for i") && unfolded.contains("theta_4_0_1"), "{unfolded}");
}

#[test]
fn what_is_compiled_has_the_gates_of_the_device() {
    let drawn = folder().qmlang("draw bell.qml --target iqm_garnet --no-cache").quiet();
    assert!(drawn.starts_with("bell on iqm_garnet: 2 qubits"), "{drawn}");
    assert!(drawn.contains("PRX(") && drawn.contains("M→b1") && !drawn.contains("─H─"), "{drawn}");
}

#[test]
fn a_file_of_openqasm_is_drawn() {
    let text = "OPENQASM 3.0; include \"stdgates.inc\"; input float a; qubit[2] q; bit[1] c; \
        rx(2 * sin(a)) q[0]; c[0] = measure q[0]; if (c[0]) { ctrl @ rz(pi / 4) q[0], q[1]; }";
    let drawn = Folder::with("a.qasm", text).qmlang("draw a.qasm").quiet();
    for part in ["RX(2·sin(a))", "M→b0", "╭ if b0", "RZ(π/4)", "1 parameter"] {
        assert!(drawn.contains(part), "{part} in\n{drawn}");
    }
}

#[test]
fn svg_goes_to_its_file() {
    let folder = folder();
    assert_eq!(folder.qmlang("draw teleport.qml --svg t.svg").quiet(), "");
    let svg = folder.read("t.svg");
    assert!(
        svg.starts_with("<svg ") && svg.contains(">if b1</text>") && svg.contains(">out 0</text>"),
        "{svg}"
    );
    folder
        .qmlang("draw teleport.qml --svg nowhere/t.svg")
        .fails_silent("Q0906", &["there is no such folder"]);
    folder.qmlang("draw teleport.qml --target nothing").fails_silent("Q0701", &["nothing"]);
}

#[test]
fn the_heading_is_as_wide_as_the_drawing_may_be() {
    let folder = Folder::with(
        "a.qml",
        "kernel one(a: float) -> qubit[1] { let q = qubit[1]; rx(a, q[0]); return q; }\n",
    );
    let drawn = folder.qmlang("draw a.qml --width 40").quiet();
    assert!(drawn.lines().all(|line| line.chars().count() <= 40), "{drawn}");
    assert!(
        drawn
            .starts_with("one: 1 qubit, 1 one-qubit gate,\n  0 two-qubit gates, depth 1,\n  1 parameter\n\n"),
        "{drawn}"
    );
    let whole = folder.qmlang("draw a.qml --width 0").quiet();
    assert!(
        whole.starts_with("one: 1 qubit, 1 one-qubit gate, 0 two-qubit gates, depth 1, 1 parameter\n\n"),
        "{whole}"
    );
}
