//! `build`: every kind of target and of output, and that what is written does what the source does.

use std::collections::BTreeMap;

use qml_ir::circuit::dense::{C64, branches, unitary};
use qml_ir::circuit::testing::{assert_same_on_device, distance_up_to_phase};
use qml_ir::circuit::{Circuit, Wire};
use qml_source::FileId;
use serde_json::Value;

use crate::suite::tool::{Folder, Outcome, root};

/// A program to build: its file, and the options that choose its circuit.
type Source = (&'static str, &'static str);

const KERNELS: &[Source] = &[
    ("bell.qml", ""),
    ("vqe_h2.qml", "--kernel prepare --size l=2 --size n=4"),
    ("iris.qml", "--size l=1"),
    ("ring.qml", "--kernel ring"),
];
const QASM: &[Source] = &[("fourier.qasm", ""), ("toffoli.qasm", "")];
const TARGETS: &[&str] = &["iqm_garnet", "ibm_torino", "all_to_all:5", "line:5", "grid:2x3"];

/// The kernel of the `MaxCut` example takes a list of edges, which a command line cannot give: a kernel around it can.
const RING: &str = "use ./qaoa_maxcut.qaoa;
kernel ring(gamma: float[1], beta: float[1]) -> qubit[4] {
    let q = qaoa(gamma, beta, [(0, 1), (1, 2), (2, 3), (3, 0)], 4);
    return q;
}
";
const FOURIER: &str = "OPENQASM 2.0;
include \"qelib1.inc\";
qreg q[4];
h q[3]; cu1(pi/2) q[2],q[3]; h q[2]; cu1(pi/4) q[1],q[3]; cu1(pi/2) q[1],q[2]; h q[1];
cu1(pi/8) q[0],q[3]; cu1(pi/4) q[0],q[2]; cu1(pi/2) q[0],q[1]; h q[0];
swap q[0],q[3]; swap q[1],q[2];
";
const TOFFOLI: &str = "OPENQASM 2.0;
include \"qelib1.inc\";
gate twist(a) x, y { cx x, y; rz(a / 2) y; cx x, y; ry(-a) x; }
qreg a[2];
qreg b[1];
u3(0.3, 0.2, 0.1) a[0];
h a;
ccx a[0], a[1], b[0];
twist(0.7) b[0], a[0];
t b[0];
";

fn folder() -> Folder {
    let folder = Folder::new();
    for name in ["bell.qml", "vqe_h2.qml", "iris.qml", "qaoa_maxcut.qml", "teleport.qml"] {
        folder.write(name, std::fs::read_to_string(root().join("examples").join(name)).unwrap());
    }
    folder.write("ring.qml", RING);
    folder.write("fourier.qasm", FOURIER);
    folder.write("toffoli.qasm", TOFFOLI);
    folder
}

fn build(folder: &Folder, (file, options): Source, target: &str, emit: &str) -> Outcome {
    folder.qmlang(&format!("build {file} {options} --target {target} --unmeasured --emit {emit}"))
}

/// The circuit that a build starts from.
fn source_circuit(folder: &Folder, (file, options): Source) -> Circuit {
    let path = folder.path().join(file);
    if path.extension().is_some_and(|extension| extension == "qasm") {
        return qml_qasm::import(FileId(0), &folder.read(file)).unwrap();
    }
    let compilation = qml_driver::compile(&qml_driver::Disk, &path, &[]);
    let words: Vec<&str> = options.split_whitespace().collect();
    let mut request = qml_driver::kernel::KernelRequest::default();
    for option in words.chunks(2) {
        let pair =
            || option[1].split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
        match option[0] {
            "--kernel" => request.kernel = Some(option[1].to_owned()),
            "--size" => request.sizes.push(pair()),
            _ => request.args.push(pair()),
        }
    }
    qml_driver::kernel::circuit(&compilation.program, &compilation.module.unwrap(), &request).unwrap()
}

/// The circuit on those wires alone that something happens on or that belong to the source.
fn touched(circuit: &Circuit) -> Circuit {
    let mut circuit = circuit.clone();
    let mut names: BTreeMap<Wire, Wire> = BTreeMap::new();
    circuit.visit(|op| names.extend(op.wires().iter().map(|&wire| (wire, wire))));
    names.extend(circuit.layout.iter().chain(&circuit.final_layout).map(|&wire| (wire, wire)));
    names.values_mut().enumerate().for_each(|(i, name)| *name = Wire(i as u32));
    for op in &mut circuit.ops {
        op.map_wires(&mut |wire| names[&wire]);
    }
    let Circuit { output, layout, final_layout, .. } = &mut circuit;
    output.iter_mut().chain(layout).chain(final_layout).for_each(|wire| *wire = names[wire]);
    circuit.n_wires = names.len();
    circuit
}

/// What was written, read again, is the source on other wires, the angles random; `stats` says on which.
fn assert_means_the_same(source: &Circuit, text: &str, stats: &Value) {
    let mut written = qml_qasm::import(FileId(0), text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
    let layout = |name: &str| -> Vec<Wire> {
        stats[name].as_array().unwrap().iter().map(|wire| Wire(wire.as_u64().unwrap() as u32)).collect()
    };
    written.layout = layout("initial_layout");
    written.final_layout = layout("final_layout");
    written.output = source.output.iter().map(|wire| written.final_layout[wire.0 as usize]).collect();
    assert_eq!(written.slots, source.slots, "the inputs keep their names and order");
    let written = touched(&written);
    assert!(written.n_wires <= 8, "small enough to be compared");
    assert_same_on_device(source, &written);
}

#[test]
fn what_is_written_does_what_the_source_does() {
    let folder = folder();
    for &from in KERNELS.iter().chain(QASM) {
        let source = source_circuit(&folder, from);
        for target in TARGETS {
            let stats: Value = serde_json::from_str(&build(&folder, from, target, "stats").noted()).unwrap();
            assert_means_the_same(&source, &build(&folder, from, target, "qasm3").noted(), &stats);
            let qasm2 = build(&folder, from, target, "qasm2");
            if source.slots.is_empty() {
                assert_means_the_same(&source, &qasm2.noted(), &stats);
            } else {
                qasm2.fails_silent("Q0812", &["OpenQASM 2 has no inputs", "write OpenQASM 3"]);
            }
            let text = build(&folder, from, target, "ir").noted();
            let circuit = Circuit::parse(&text).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
            assert_same_on_device(&source, &touched(&circuit));
        }
    }
}

/// Deutsch's algorithm on three qubits, whose result is certain, and not the same in another order.
const CERTAIN: &str = "kernel certain() -> qubit[3] {
    let q = qubit[3];
    h(q);
    z(q[0]);
    z(q[2]);
    cx(q[0], q[1]);
    cx(q[0], q[1]);
    h(q);
    swap(q[0], q[1]);
    return q;
}
";

#[test]
fn returned_qubits_are_measured_in_their_order() {
    let folder = folder();
    folder.write("certain.qml", CERTAIN);
    for target in TARGETS {
        for emit in ["qasm3", "qasm2", "ir"] {
            let text = folder.qmlang(&format!("build certain.qml --target {target} --emit {emit}")).noted();
            let mut circuit = match emit {
                "ir" => Circuit::parse(&text).unwrap(),
                _ => qml_qasm::import(FileId(0), &text).unwrap(),
            };
            circuit.output.clear();
            let mut likely = branches(&touched(&circuit), &[]);
            likely.retain(|branch| branch.state.iter().map(C64::norm_sqr).sum::<f64>() > 1e-9);
            assert_eq!(likely.len(), 1, "{target} {emit}: {text}");
            assert_eq!(likely[0].bits, [false, true, true], "{target} {emit}: {text}");
        }
    }
}

#[test]
fn what_is_measured_already_is_not_measured_again() {
    let folder = folder();
    let coin = "kernel coin() -> qubit[1] { let q = qubit[2]; h(q[0]); ry(0.3, q[1]); if measure(q[0]) { x(q[1]); } return q[1..2]; }\n";
    folder.write("coin.qml", coin);
    let text = folder.qmlang("build coin.qml --target line:2").noted();
    assert!(text.contains("// result: c[1]\n") && text.matches("measure").count() == 2, "{text}");
    // A file of OpenQASM says itself what it measures, and nothing else counts.
    let one =
        "OPENQASM 2.0;\nqreg q[2];\ncreg c[1];\nU(1,0,0) q[1];\nU(2,0,0) q[0];\nmeasure q[1] -> c[0];\n";
    folder.write("one.qasm", one);
    let text = folder.qmlang("build one.qasm --target line:2").noted();
    assert!(text.matches("measure").count() == 1 && !text.contains("result"), "{text}");
    assert!(!text.contains("sx q[0]") || !text.contains("sx q[1]"), "{text}");
    let text = folder.qmlang("build one.qasm --target line:2 --unmeasured").noted();
    assert!(text.contains("sx q[0]") && text.contains("sx q[1]"), "{text}");
    folder.write("none.qasm", "OPENQASM 2.0;\nqreg q[2];\nU(1,0,0) q[1];\n");
    let text = folder.qmlang("build none.qasm --target line:2").noted();
    assert!(text.matches("measure").count() == 2, "{text}");
    let text = folder.qmlang("build none.qasm --target line:2 --unmeasured").noted();
    assert!(!text.contains("measure"), "{text}");
}

#[test]
fn qir_is_a_program_of_numbers() {
    let folder = folder();
    let text = folder.qmlang("build bell.qml --target iqm_garnet --emit qir").noted();
    for line in [
        "define i64 @main() #0 {",
        "  call void @__quantum__qis__cz__body(ptr null, ptr inttoptr (i64 1 to ptr))",
        "  call void @__quantum__rt__array_record_output(i64 2, ptr @0)",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(text.contains("\"base_profile\"") && text.contains("\"required_num_qubits\"=\"20\""), "{text}");
    folder
        .qmlang("build ring.qml --kernel ring --target line:4 --emit qir")
        .fails_silent("Q0815", &["not bound"]);
    let forward = "kernel k() -> qubit[1] { let q = qubit[2]; h(q[0]); ry(0.3, q[1]); if measure(q[0]) { x(q[1]); } return q[1..2]; }\n";
    folder.write("forward.qml", forward);
    let text = folder.qmlang("build forward.qml --target line:2 --emit qir").noted();
    assert!(text.contains("adaptive_profile") && text.contains("br i1 %0, label %then_0"), "{text}");
}

#[test]
fn functions_of_the_inputs_are_inputs_and_products_are_expressions() {
    let folder = folder();
    let kernel =
        "kernel k(α: float, b: float) -> qubit[1] { let q = qubit[1]; rx(sin(α) * b, q); return q; }\n";
    folder.write("product.qml", kernel);
    let inputs = "input float[64] α;\ninput float[64] b;\n";
    let head = format!("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n{inputs}");
    folder.write("product.qasm", format!("{head}qubit q;\nrx(sin(α) * b) q;\n"));
    for file in ["product.qml", "product.qasm"] {
        let text = build(&folder, (file, ""), "line:1", "qasm3").noted();
        assert!(text.contains(inputs), "{text}");
        let program = qml_qasm::import_program(FileId(0), &text).unwrap();
        assert!(text.contains("; // sin(α)\n"), "{text}");
        let found = unitary(&program.circuit, &program.bind(&[0.3, 0.7, 0.3_f64.sin()]));
        let expected =
            unitary(&Circuit::parse("circuit slots [a]\nrx(s0) q0").unwrap(), &[0.3_f64.sin() * 0.7]);
        assert!(distance_up_to_phase(&found, &expected) < 1e-12, "{text}");
    }
}

#[test]
fn a_wrong_circuit_is_noticed() {
    let folder = folder();
    let source = source_circuit(&folder, QASM[0]);
    let stats: Value = serde_json::from_str(&build(&folder, QASM[0], "line:5", "stats").noted()).unwrap();
    let text = build(&folder, QASM[0], "line:5", "qasm3").noted();
    let wrong = text.replacen("sx q[", "x q[", 1);
    assert_ne!(wrong, text);
    let result = std::panic::catch_unwind(|| assert_means_the_same(&source, &wrong, &stats));
    assert!(result.is_err());
}

#[test]
fn every_level_and_seed_gives_the_same_circuit() {
    let folder = folder();
    let source = source_circuit(&folder, QASM[0]);
    for options in ["-O 0", "-O1", "-O 2 --seed 5", "-O 3"] {
        let from = |emit: &str| {
            folder
                .qmlang(&format!("build fourier.qasm {options} --target grid:2x3 --unmeasured --emit {emit}"))
                .noted()
        };
        let stats = serde_json::from_str(&from("stats")).unwrap();
        assert_means_the_same(&source, &from("qasm3"), &stats);
        assert_eq!(from("qasm3"), from("qasm3"), "{options}");
    }
}

#[test]
fn stats_have_their_keys() {
    let folder = folder();
    for target in TARGETS {
        let stats: Value = serde_json::from_str(&build(&folder, QASM[1], target, "stats").noted()).unwrap();
        let keys = stats.as_object().unwrap();
        for key in [
            "qubits",
            "two_qubit_gates",
            "two_qubit_depth",
            "one_qubit_gates",
            "depth",
            "swaps",
            "estimated_fidelity",
            "duration_s",
            "compile_ms",
            "initial_layout",
            "final_layout",
        ] {
            assert!(keys.contains_key(key), "{target} {key}");
        }
        // Six for the Toffoli gate, at most two for the other one.
        assert!((4..=20).contains(&stats["two_qubit_gates"].as_u64().unwrap()), "{stats}");
        assert_eq!(stats["initial_layout"].as_array().unwrap().len(), 3);
    }
}

#[test]
fn feed_forward_is_refused_by_name_where_a_device_has_none() {
    let folder = folder();
    for target in ["iqm_garnet", "ibm_torino", "line:4"] {
        let text = build(&folder, ("teleport.qml", ""), target, "qasm3").noted();
        assert!(text.contains("measure") && text.contains("if ("), "{text}");
    }
    folder
        .qmlang("build teleport.qml --target iqm_garnet_fake")
        .fails_silent("Q0712", &["`iqm_garnet_fake`", "feed-forward", "teleport.qml:20:5"]);
    folder
        .qmlang("check teleport.qml --target iqm_garnet_fake")
        .fails_silent("Q0712", &["`iqm_garnet_fake`"]);
}

#[test]
fn a_device_file_and_a_shape_with_a_basis_are_targets() {
    let folder = folder();
    let device = root().join("compiler/devices/catalogue/iqm_garnet.json");
    folder.write("mine.json", std::fs::read_to_string(device).unwrap());
    let text = build(&folder, KERNELS[0], "./mine.json", "qasm3").noted();
    assert!(text.contains("prx("), "{text}");
    for (target, gate) in [("line:2/cx", "cx q["), ("line:2/ecr", "ecr q["), ("line:2", "cz q[")] {
        let text = build(&folder, KERNELS[0], target, "qasm3").noted();
        assert!(text.contains(gate), "{target}: {text}");
    }
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = folder();
    let shown = build(&folder, KERNELS[0], "line:2", "qasm3").noted();
    let before = folder.names();
    assert_eq!(folder.qmlang("build bell.qml --target line:2 --unmeasured -o bell.qasm").noted(), "");
    assert_eq!(folder.read("bell.qasm"), shown);
    let missing = folder.qmlang("build bell.qml --target line:2 -o none/bell.qasm");
    missing.fails_silent("Q0906", &["`none/bell.qasm`: there is no such folder"]);
    folder.qmlang("build bell.qml --target line:2 -o .").fails_silent("Q0906", &["`.`"]);
    folder.qmlang("build bell.qml --target line:1 -o bell.qasm").fails_silent("Q0710", &[]);
    assert_eq!(folder.read("bell.qasm"), shown, "an error leaves the file as it was");
    let after: Vec<_> = folder.names().into_iter().filter(|name| name != "bell.qasm").collect();
    assert_eq!(after, before);
}

#[test]
fn kernels_and_their_arguments_are_asked_for() {
    let folder = folder();
    folder.write(
        "two.qml",
        "kernel one(n: int, s: float) -> qubit[n] { let q = qubit[n]; rx(s, q); return q; }
kernel two[n](t: float[n], both: bool) -> qubit[n] { let q = qubit[n]; if both { ry(t, q); } return q; }
",
    );
    let build = |options: &str| folder.qmlang(&format!("build two.qml --target line:4 {options}"));
    build("").fails_silent("Q0920", &["`one`, `two`", "`--kernel one`"]);
    build("--kernel three").fails_silent("Q0920", &["no kernel `three`", "`one`, `two`"]);
    build("--kernel one").fails_silent("Q0922", &["`n`", "`--arg n=3`"]);
    build("--kernel one --arg n=many").fails_silent("Q0921", &["`many` is no int"]);
    build("--kernel one --arg k=2").fails_silent("Q0921", &["no parameter `k`", "n, s"]);
    build("--kernel one --arg s=0.5").fails_silent("Q0921", &["`s` is no int or bool"]);
    build("--kernel one --arg n=2 --arg n=3").fails_silent("Q0912", &["`n` twice"]);
    build("--kernel two --arg both=true").fails_silent("Q0922", &["`t`", "`--size n=2`"]);
    build("--kernel two --arg both=true --size m=2").fails_silent("Q0921", &["no size `m`"]);
    build("--kernel two --arg both=true --size n=-1").fails_silent("Q0921", &["`-1`"]);
    let text = build("--kernel two --arg both=true --size n=2").noted();
    assert!(text.contains("input float[64] t_0;") && text.contains("input float[64] t_1;"), "{text}");
    build("--kernel one --arg n=1 --emit svg").fails_silent("Q0923", &["svg", "qasm3"]);
    folder
        .qmlang("build qaoa_maxcut.qml --target line:4 --size p=1 --size m=2 --arg n=4")
        .fails_silent("Q0922", &["`edges` cannot be given on the command line"]);
}

#[test]
fn wrong_openqasm_is_diagnosed_at_its_place() {
    let folder = Folder::with("a.qasm", "OPENQASM 2.0;\nqreg q[2];\nhh q[0];\nh q[5];\n");
    folder.qmlang("build a.qasm --target line:3").fails_silent("Q0804", &["`hh`", "a.qasm:3:1"]);
    folder.write("a.qasm", "this is no program");
    let outcome = folder.qmlang("build a.qasm --target line:3");
    assert_eq!((outcome.status, outcome.out.as_str()), (1, ""), "{outcome:?}");
    assert!(outcome.err.starts_with("[Q08"), "{}", outcome.err);
}
