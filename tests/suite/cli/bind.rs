//! `build --bind` and `--bind-rows`: numbers for inputs.

use qml_ir::circuit::{Circuit, dense};
use qml_source::FileId;
use serde_json::Value;

use crate::suite::tool::Folder;

/// Rotations that don't commute between gates on one pair, and an angle that is no sum.
const ANSATZ: &str = "kernel ansatz(a: float, b: float) -> qubit[3] {
    let q = qubit[3];
    for i in 0..3 {
        ry(sin(a) * b, q);
        rz(b, q[0]);
        cx(q[0], q[1]);
        rx(a, q[1]);
        cx(q[1], q[0]);
        cx(q[2], q[0]);
    }
    return q;
}
";

fn folder() -> Folder {
    Folder::with("ansatz.qml", ANSATZ)
}

/// The source with numbers.
fn source(folder: &Folder, values: [f64; 2]) -> Circuit {
    let compilation = qml_driver::compile(&qml_driver::Disk, &folder.path().join("ansatz.qml"), &[]);
    let request = qml_driver::kernel::KernelRequest::default();
    let module = compilation.module.unwrap();
    let (circuit, bind) = qml_driver::kernel::bound_circuit(&compilation.program, &module, &request).unwrap();
    let mut slots = Vec::new();
    bind.bind(&values, &mut slots).unwrap();
    circuit.bound(&slots)
}

/// What was written makes the state of zeros what the source makes of it for these values.
fn assert_bound(folder: &Folder, text: &str, stats: &str, values: [f64; 2]) {
    let source = source(folder, values);
    let written = qml_qasm::import(FileId(0), text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
    assert!(written.slots.is_empty(), "{text}");
    let stats: Value = serde_json::from_str(stats).unwrap();
    let ends = stats["final_layout"].as_array().unwrap().iter().map(|wire| wire.as_u64().unwrap());
    let ends: Vec<u64> = ends.collect();
    let states = [&source, &written].map(|circuit| dense::final_state(circuit, &[], 0));
    let overlap: dense::C64 = states[0]
        .iter()
        .enumerate()
        .map(|(i, z)| {
            let on_device: usize = ends.iter().enumerate().map(|(bit, end)| (i >> bit & 1) << end).sum();
            z.conj() * states[1][on_device]
        })
        .sum();
    assert!((overlap.norm() - 1.0).abs() < 1e-9, "{overlap} for {values:?}\n{text}");
}

#[test]
fn values_make_every_output_one_without_inputs() {
    let folder = folder();
    for target in ["line:3", "all_to_all:3/cx", "grid:2x2"] {
        for values in [[0.3, -1.1], [0.0, std::f64::consts::PI]] {
            let [a, b] = values;
            let build = |emit: &str| {
                let bind = format!("--unmeasured --bind b={b:?} --bind a={a:?}");
                folder.qmlang(&format!("build ansatz.qml --target {target} {bind} --emit {emit}")).noted()
            };
            for emit in ["qasm3", "qasm2"] {
                assert_bound(&folder, &build(emit), &build("stats"), values);
            }
            assert!(Circuit::parse(&build("ir")).unwrap().slots.is_empty());
        }
    }
}

/// Gates on two qubits in the text that `--emit stats` gives.
fn two_qubit_gates(stats: &str) -> u64 {
    let stats: Value = serde_json::from_str(stats).unwrap();
    stats["two_qubit_gates"].as_u64().unwrap()
}

#[test]
fn numbers_take_fewer_gates_than_inputs() {
    let folder = folder();
    let gates = |options: &str| {
        let build = format!("build ansatz.qml --target line:3 --emit stats {options}");
        two_qubit_gates(&folder.qmlang(&build).noted())
    };
    assert!(gates("--bind a=0.3 --bind b=0.4") < gates(""));
    // No angle is left, and all wires stay in 0.
    assert_eq!(gates("--bind a=0 --bind b=0"), 0);
}

#[test]
fn rows_of_a_table_become_files_of_one_structure() {
    let folder = folder();
    let rows: Vec<[f64; 2]> = (0..11).map(|i| [0.1 * f64::from(i), 1.5 - f64::from(i)]).collect();
    let lines: Vec<String> = rows.iter().map(|[a, b]| format!("{b:?}, {a:?}\n")).collect();
    folder.write("values.csv", format!("b, a\n{}", lines.concat()));
    let build = |options: &str| folder.qmlang(&format!("build ansatz.qml --target line:3 {options}"));
    let rows_of = |options: &str| build(&format!("--unmeasured --bind-rows values.csv {options}"));
    assert_eq!(rows_of("-o out --emit qasm2").noted(), "");
    assert_eq!(rows_of("-o stats --emit stats").noted(), "");
    let without_angles = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| match (line.find('('), line.find(')')) {
            (Some(open), Some(close)) => format!("{}{}", &line[..open], &line[close + 1..]),
            _ => line.to_owned(),
        });
        lines.collect()
    };
    let structure = without_angles(&folder.read("out/01.qasm"));
    for (i, &values) in rows.iter().enumerate() {
        let text = folder.read(&format!("out/{:02}.qasm", i + 1));
        let stats = folder.read(&format!("stats/{:02}.json", i + 1));
        assert_bound(&folder, &text, &stats, values);
        assert_eq!(without_angles(&text), structure);
    }
    // Alone, the numbers of a row may take fewer gates.
    let alone = build("--bind a=0 --bind b=1.5 --emit stats").noted();
    assert!(two_qubit_gates(&alone) < two_qubit_gates(&folder.read("stats/01.json")));
    build("--bind-rows values.csv").fails_silent("Q0925", &["11 rows", "`-o FOLDER`"]);
    folder.write("values.csv", "a,b\n0.1,1.5\n");
    assert!(build("--bind-rows values.csv").noted().starts_with("OPENQASM 3.0;"));
}

#[test]
fn what_is_wrong_with_values_is_told() {
    let folder = folder();
    let build = |options: &str| folder.qmlang(&format!("build ansatz.qml --target line:3 {options}"));
    build("--bind a=1").fails_silent("Q0925", &["`b` has no value", "a, b"]);
    build("--bind c=1").fails_silent("Q0925", &["no input `c`", "a, b"]);
    build("--bind a=1 --bind b=two").fails_silent("Q0925", &["`two` for the input `b`", "`pi/2`"]);
    build("--bind a=1 --bind b=s0").fails_silent("Q0925", &["`s0` for the input `b`"]);
    let half_turn = |b: &str| build(&format!("--bind a=-3*pi/4 --bind b={b} --emit ir")).noted();
    assert_eq!(half_turn("pi/2"), half_turn("1.5707963267948966"));
    build("--bind a=1 --bind a=2").fails_silent("Q0912", &["`a` twice"]);
    build("--bind a").fails_silent("Q0912", &["no value"]);
    build("--bind-rows none.csv").fails_silent("Q0910", &["none.csv"]);
    assert_eq!(build("--bind a=1 --bind-rows none.csv").status, 2);
    folder.write("values.csv", "a,b\n1\n");
    build("--bind-rows values.csv")
        .fails_silent("Q0925", &["line 2 of the table has 1 value", "first line names the inputs"]);
    folder.write("values.csv", "a,b\n1,2\n");
    folder.write(
        "root.qml",
        "kernel k(a: float) -> qubit[1] { let q = qubit[1]; rx(sqrt(a), q); return q; }\n",
    );
    let root = |a: &str| folder.qmlang(&format!("build root.qml --target line:1 --bind a={a}"));
    root("-2.5").fails_silent("Q0925", &["for the values -2.5 an angle is no number"]);
    root("2.5").noted();
    let onto_a_file = build("--bind-rows values.csv -o ansatz.qml");
    assert!(onto_a_file.status == 1 && onto_a_file.err.contains("[Q0906] Error: "), "{onto_a_file:?}");
    assert_eq!(folder.read("ansatz.qml"), ANSATZ);
}
