//! The example `suite` writes what `tests/peers` reads.

#[path = "../examples/suite.rs"]
#[expect(dead_code, reason = "the command line is not used here")]
mod suite;

use std::fs;
use std::path::Path;

use qml_ir::circuit::Circuit;
use qml_ir::circuit::testing::assert_same_on_device;
use qml_source::FileId;

const SOURCE: &str = "OPENQASM 2.0;
include \"qelib1.inc\";
qreg q[3];
h q[0]; cx q[0],q[1]; cu1(0.3) q[1],q[2]; ry(0.7) q[2]; swap q[0],q[1];
";

#[test]
fn every_format_is_written_and_is_the_source() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("suite_example");
    let out = folder.join("out");
    fs::create_dir_all(folder.join("bound")).unwrap();
    fs::create_dir_all(&out).unwrap();
    fs::write(folder.join("bound/small.qasm"), SOURCE).unwrap();
    let head = "suite,circuit,target,tool,two_qubit_gates,two_qubit_depth";
    fs::write(folder.join("baseline.csv"), format!("{head}\nbound,small,all_to_all,none,9,9\n")).unwrap();
    suite::run(&folder, 2, Some(&out)).unwrap();

    let read = |kind: &str| fs::read_to_string(out.join(format!("bound.small.all_to_all.{kind}"))).unwrap();
    let source = qml_qasm::import(FileId(0), SOURCE).unwrap();
    let ir = Circuit::parse(&read("ir")).unwrap();
    assert_same_on_device(&source, &ir);
    for kind in ["qasm", "2.qasm"] {
        let text = read(kind);
        let mut circuit = qml_qasm::import(FileId(0), &text).unwrap();
        // The layouts are in comments.
        assert!(text.contains("// initial layout: q[") && text.contains("// final layout: q["), "{text}");
        (circuit.layout, circuit.final_layout) = (ir.layout.clone(), ir.final_layout.clone());
        circuit.output = ir.output.clone();
        assert_same_on_device(&source, &circuit);
    }
    assert_eq!(read("ll").matches("__quantum__qis__mz__body(ptr").count(), 4, "three and the declaration");
    let figures = fs::read_to_string(out.join("figures.csv")).unwrap();
    let expected = format!("bound,small,all_to_all,{},{},", ir.two_qubit_gates(), ir.two_qubit_depth());
    assert!(figures.lines().nth(1).is_some_and(|line| line.starts_with(&expected)), "{figures}");
}
