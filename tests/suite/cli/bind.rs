//! `build --bind` and `--bind-rows`: numbers for inputs.

use qml_ir::circuit::testing::assert_same_on_device;
use qml_ir::circuit::{Angle, Circuit, Wire};
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
    let (mut circuit, bind) =
        qml_driver::kernel::bound_circuit(&compilation.program, &module, &request).unwrap();
    let mut slots = Vec::new();
    bind.bind(&values, &mut slots).unwrap();
    circuit.slots.clear();
    circuit.visit_mut(|op| {
        op.angles_mut().iter_mut().for_each(|angle| *angle = Angle::constant(angle.eval(&slots)));
    });
    circuit
}

/// What was written does what the source does for these values.
fn assert_bound(folder: &Folder, text: &str, stats: &str, values: [f64; 2]) {
    let source = source(folder, values);
    let mut written = qml_qasm::import(FileId(0), text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
    assert!(written.slots.is_empty(), "{text}");
    let stats: Value = serde_json::from_str(stats).unwrap();
    let layout = |name: &str| -> Vec<Wire> {
        stats[name].as_array().unwrap().iter().map(|wire| Wire(wire.as_u64().unwrap() as u32)).collect()
    };
    written.layout = layout("initial_layout");
    written.final_layout = layout("final_layout");
    written.output = source.output.iter().map(|wire| written.final_layout[wire.0 as usize]).collect();
    assert_same_on_device(&source, &written);
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

#[test]
fn blocks_of_a_bound_circuit_take_fewer_gates() {
    let folder = folder();
    let gates = |options: &str| -> u64 {
        let stats =
            folder.qmlang(&format!("build ansatz.qml --target line:3 --emit stats {options}")).noted();
        let stats: Value = serde_json::from_str(&stats).unwrap();
        stats["two_qubit_gates"].as_u64().unwrap()
    };
    assert!(gates("--bind a=0.3 --bind b=0.4") < gates(""));
}

#[test]
fn rows_of_a_table_become_files() {
    let folder = folder();
    let rows: Vec<[f64; 2]> = (0..11).map(|i| [0.1 * f64::from(i), 1.5 - f64::from(i)]).collect();
    let lines: Vec<String> = rows.iter().map(|[a, b]| format!("{b:?}, {a:?}\n")).collect();
    folder.write("values.csv", format!("b, a\n{}", lines.concat()));
    let build = |options: &str| folder.qmlang(&format!("build ansatz.qml --target line:3 {options}"));
    assert_eq!(build("--bind-rows values.csv -o out --emit qasm2").noted(), "");
    for (i, [a, b]) in rows.iter().enumerate() {
        let alone = build(&format!("--bind a={a:?} --bind b={b:?} --emit qasm2")).noted();
        assert_eq!(folder.read(&format!("out/{:02}.qasm", i + 1)), alone);
    }
    build("--bind-rows values.csv").fails_silent("Q0925", &["11 rows", "`-o FOLDER`"]);
    folder.write("values.csv", "a,b\n0.1,1.5\n");
    assert_eq!(build("--bind-rows values.csv").noted(), build("--bind a=0.1 --bind b=1.5").noted());
}

#[test]
fn what_is_wrong_with_values_is_told() {
    let folder = folder();
    let build = |options: &str| folder.qmlang(&format!("build ansatz.qml --target line:3 {options}"));
    build("--bind a=1").fails_silent("Q0925", &["`b` has no value", "a, b"]);
    build("--bind c=1").fails_silent("Q0925", &["no input `c`", "a, b"]);
    build("--bind a=1 --bind b=pi").fails_silent("Q0925", &["`pi` for the input `b`"]);
    build("--bind a=1 --bind a=2").fails_silent("Q0912", &["`a` twice"]);
    build("--bind a").fails_silent("Q0912", &["no value"]);
    build("--bind-rows none.csv").fails_silent("Q0910", &["none.csv"]);
    assert_eq!(build("--bind a=1 --bind-rows none.csv").status, 2);
    folder.write("values.csv", "a,b\n1\n");
    build("--bind-rows values.csv").fails_silent("Q0925", &["cannot be read", "first line names the inputs"]);
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
