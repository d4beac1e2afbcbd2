//! What windows take in, and what has to wait.

use std::collections::VecDeque;

use qml_ir::circuit::Circuit;

use super::{Effects, Entry, Grower, partners};

/// The window on q0, q1 and q2: its members and what comes after it, by place.
fn window(text: &str) -> Option<(Vec<u32>, Vec<u32>)> {
    let circuit = Circuit::parse(text).unwrap();
    let near: VecDeque<Entry> =
        circuit.ops.iter().zip(0..).map(|(op, i)| Entry::new(i, op, &mut Effects::default())).collect();
    let mut grower = Grower::new(circuit.n_wires);
    let reaches = grower.grow(&near, [0, 1, 2]);
    reaches.then_some((grower.window.members, grower.window.after))
}

#[test]
fn a_window_ends_where_its_wires_meet_others() {
    let text = "cx q0 q1; cx q1 q2; cx q2 q3; cx q0 q1; h q2; cx q0 q2";
    assert_eq!(window(text), Some((vec![0, 1, 3], vec![2])));
}

#[test]
fn what_comes_before_the_third_wire_joins_is_left_out() {
    let text = "cx q0 q1; cx q2 q3; h q2; cx q1 q2; cx q3 q4; rz(s0) q0";
    assert_eq!(window(text), Some((vec![0, 3, 5], vec![])));
}

#[test]
fn what_depends_on_the_window_stays_outside() {
    // The third wire has met one that met the window.
    assert_eq!(window("cx q0 q1; cx q1 q3; cx q3 q2; cx q0 q2"), None);
    let text = "cx q0 q1; cx q1 q2; b0 = measure q0; b1 = measure q4; cx q1 q2";
    assert_eq!(window(text), Some((vec![0, 1, 4], vec![2, 3])));
}

#[test]
fn wires_that_two_wires_meet_first() {
    let of = |text: &str| {
        let circuit = Circuit::parse(text).unwrap();
        partners(
            &circuit.ops.iter().zip(0..).map(|(op, i)| Entry::new(i, op, &mut Effects::default())).collect(),
        )
    };
    assert_eq!(of("cx q0 q1; cx q1 q0; cx q3 q0; cx q0 q1; cx q1 q2; cx q0 q2"), [Some(3), Some(2)]);
    assert_eq!(of("cx q0 q1; cx q2 q3; b0 = measure q0; cx q1 q2"), [None, Some(2)]);
}
