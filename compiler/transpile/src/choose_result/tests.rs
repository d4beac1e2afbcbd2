use qml_devices::Device;

use super::*;
use crate::stats::measure;

fn result(text: &str, device: &Device) -> Compiled {
    let mut circuit = Circuit::parse(text).unwrap();
    circuit.n_wires = device.n_qubits;
    circuit.output.clear();
    Compiled {
        stats: measure(&circuit, &DeviceFacts::new(device), 0),
        circuit,
        computed: Vec::new(),
        swaps: Vec::new(),
    }
}

#[test]
fn two_good_gates_are_better_than_one_bad_gate() {
    let mut device = qml_devices::find("line:4").unwrap();
    let results = |device: &Device| [result("cz q0 q1; cz q2 q3", device), result("cz q1 q2", device)];
    assert_eq!(choose_result(&results(&device), &DeviceFacts::new(&device), 2), 1);
    device.averages.error_1q = Some(0.001);
    for (a, b, error) in [(0, 1, 0.01), (1, 2, 0.1), (2, 3, 0.01)] {
        let facts = qml_devices::GateFacts { error: Some(error), duration_s: None };
        device.coupling.edge_weight_mut(a, b).unwrap().gates.insert("cz".to_owned(), facts);
    }
    assert_eq!(choose_result(&results(&device), &DeviceFacts::new(&device), 2), 0);
}

#[test]
fn depth_counts_as_before() {
    let device = qml_devices::find("line:4").unwrap();
    let results = [
        result("cz q0 q1; cz q1 q2; cz q2 q3", &device),
        result("cz q0 q1; cz q2 q3; cz q0 q1; cz q2 q3", &device),
    ];
    // 9 * 3 and 16 * 2; 3 * 3 and 4 * 2.
    assert_eq!([2, 1].map(|weight| choose_result(&results, &DeviceFacts::new(&device), weight)), [0, 1]);
}

#[test]
fn what_is_worse_by_a_third_is_left_out() {
    let finished = |n: usize| Finished {
        circuit: Circuit::parse(&vec!["cz q0 q1"; n].join("; ")).unwrap(),
        computed: Vec::new(),
        swaps: Vec::new(),
    };
    let mut all: Vec<Finished> = [12, 10, 11].map(finished).into();
    // Gates times depth: 144, 100 and 121.
    keep_promising(&mut all, PairBasis::Controlled, 1);
    let left: Vec<usize> = all.iter().map(|finished| finished.circuit.ops.len()).collect();
    assert_eq!(left, [10, 11]);
}
