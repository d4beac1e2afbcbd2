use qml_devices::find;
use qml_ir::circuit::Circuit;

use super::*;
use crate::choose_layout::PLAIN;

fn routed(text: &str, shape: &str) -> (RoutedRegion, Layout) {
    let circuit = Circuit::parse(text).unwrap();
    let target = Target::new(&find(shape).unwrap());
    let blocks = collect_blocks(circuit.ops.clone(), circuit.n_wires, PairBasis::Controlled);
    let at = blocks.iter().position(|block| matches!(block.ops[0].kind, OpKind::If { .. })).unwrap();
    let region = Region::new(&blocks[at], circuit.n_wires, circuit.n_bits, PairBasis::Controlled).unwrap();
    let entry = Layout::new((0..circuit.n_wires as u16).collect(), target.n_qubits);
    let costs = Costs::new(PLAIN, &target);
    // What comes after is on wires 0 and 2.
    let burden = |layout: &Layout| 1000 * (i64::from(target.distance(layout.qubit[0], layout.qubit[2])) - 1);
    (region.route(&entry, &target, &costs, &burden), entry)
}

#[test]
fn both_sides_end_in_the_common_exit() {
    for text in [
        "b0 = measure q0; if b0 { cx q0 q3; cx q1 q2 } else { cx q0 q2 }",
        "b0 = measure q0; if b0 { cx q0 q3 } else { x q1 }",
        "b0 = measure q0; if b0 { if !b0 { cx q0 q3 } else { cx q1 q3 }; cx q0 q2 } else { cx q0 q1 }",
    ] {
        let (region, entry) = routed(text, "line:4");
        for side in &region.sides {
            let mut at = entry.clone();
            swaps_of(&side.steps, &side.regions).into_iter().for_each(|(a, b)| at.swap(a, b));
            assert_eq!(at, region.exit, "{text}");
        }
    }
}

#[test]
fn sides_that_need_the_same_do_not_go_back() {
    let (region, entry) = routed("b0 = measure q1; if b0 { cx q0 q2 } else { cx q0 q2; x q0 }", "line:3");
    assert_ne!(region.exit, entry);
    let n_swaps = |side: &RoutedSide| swaps_of(&side.steps, &side.regions).len();
    assert_eq!(region.sides.each_ref().map(n_swaps), [1, 1]);
}

#[test]
fn what_follows_decides_between_exits_of_the_same_price() {
    let text = |inner: &str| format!("b0 = measure q1; if b0 {{ {inner} }} else {{ x q0 }}");
    // One SWAP back, or one on the other side, after which wires 0 and 2 are neighbours.
    let (region, entry) = routed(&text("cx q0 q2"), "line:3");
    assert_ne!(region.exit, entry);
}
