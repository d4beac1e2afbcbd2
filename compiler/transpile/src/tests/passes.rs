//! Every pass on circuits with symbols, measurements and branches: what it does, as text, and that results stay the same.

use expect_test::{Expect, expect};
use qml_devices::TwoQubitBasis;
use qml_gates::Gate;
use qml_ir::circuit::testing::{Options as Kinds, Random, random_circuit};
use qml_ir::circuit::{Angle, Circuit, Op};
use qml_source::Span;

use super::assert_same_outcomes;
use crate::pair_basis::PairBasis;
use crate::target::Target;
use crate::{
    cancel_gates, consolidate_pairs, elide_swaps, fold_parities, fold_paulis, follow_states, lower_controls,
    lower_native, merge_cliffords, remove_unread, schedule_blocks, shorten_windows, translate_pairs,
};

type Pass = fn(&mut Circuit);

fn lower(circuit: &mut Circuit) {
    lower_controls::lower_controls(circuit).unwrap();
}

fn native(circuit: &mut Circuit) {
    translate_pairs::translate_pairs(circuit, TwoQubitBasis::Cz);
    let device = qml_devices::find(&format!("all_to_all:{}", circuit.n_wires)).unwrap();
    _ = lower_native::lower_native(circuit, &device, device.native_basis().unwrap(), false);
}

fn windows(circuit: &mut Circuit) {
    let target = Target::new(&qml_devices::find(&format!("all_to_all:{}", circuit.n_wires)).unwrap());
    _ = shorten_windows::shorten_windows(circuit, &target, 100);
}

/// What a fold makes of a circuit, which may be the same.
fn fold(circuit: &mut Circuit, fold: impl Fn(&Circuit) -> Option<Circuit>) {
    if let Some(folded) = fold(circuit) {
        *circuit = folded;
    }
}

fn parities(circuit: &mut Circuit) {
    fold(circuit, |circuit| fold_parities::fold_parities(circuit, &fold_parities::linear_stretches(circuit)));
}

fn twines(circuit: &mut Circuit) {
    fold(circuit, |circuit| {
        fold_parities::twine_parities(circuit, &fold_parities::linear_stretches(circuit))
    });
}

/// The name of each pass, the pass, and whether it expects gates as `lower_controls` leaves them.
const PASSES: [(&str, Pass, bool); 14] = [
    ("cancel_gates", |circuit| _ = cancel_gates::cancel_gates(circuit), true),
    (
        "consolidate_pairs",
        |circuit| consolidate_pairs::consolidate_pairs(circuit, PairBasis::Controlled),
        true,
    ),
    ("elide_swaps", elide_swaps::elide_swaps, false),
    ("fold_parities", parities, true),
    ("twine_parities", twines, true),
    ("fold_paulis", |circuit| fold(circuit, fold_paulis::fold_paulis), true),
    ("follow_states", follow_states::follow_states, false),
    ("lower_controls", lower, false),
    ("lower_native", native, true),
    ("merge_cliffords", |circuit| fold(circuit, merge_cliffords::merge_cliffords), true),
    ("remove_unread", |circuit| remove_unread::remove_unread(circuit, false), false),
    ("schedule_blocks", |circuit| schedule_blocks::schedule_blocks(circuit, PairBasis::Controlled), true),
    ("shorten_windows", windows, true),
    ("translate_pairs", |circuit| translate_pairs::translate_pairs(circuit, TwoQubitBasis::Cz), true),
];

/// Rotations about ZZ of all pairs of wires.
fn turns_of_all_pairs(random: &mut Random, circuit: &Circuit) -> Vec<Op> {
    let wires = Circuit::wires(0..circuit.n_wires as u32);
    let pairs = wires.iter().enumerate().flat_map(|(i, &a)| wires[..i].iter().map(move |&b| [a, b]));
    pairs
        .map(|pair| Op::gate(Gate::Rzz, &[Angle::constant(random.angles(1)[0])], &pair, Span::default()))
        .collect()
}

#[test]
fn random_circuits_have_the_same_results() {
    for (name, pass, is_lowered) in PASSES {
        let mut random = Random::new(95);
        let mut n_changed = 0;
        for i in 0..30 {
            let kinds = Kinds { controls: i % 2 == 0, ..Kinds::everything(4, 16) };
            let mut source = random_circuit(&mut random, &kinds);
            source.output.truncate(3);
            if i % 5 == 0 {
                source.ops.extend(turns_of_all_pairs(&mut random, &source));
            }
            if is_lowered {
                lower(&mut source);
            }
            let mut circuit = source.clone();
            pass(&mut circuit);
            circuit.validate();
            assert_same_outcomes(&source, &circuit);
            n_changed += usize::from(circuit.ops != source.ops);
        }
        assert!(n_changed > 4, "{name} changed {n_changed} of 30 circuits");
    }
}

fn check(name: &str, before: &str, after: &Expect) {
    let original = Circuit::parse(before).unwrap();
    let mut circuit = original.clone();
    let (_, pass, _) = PASSES.iter().find(|pass| pass.0 == name).unwrap();
    pass(&mut circuit);
    circuit.validate();
    assert_same_outcomes(&original, &circuit);
    after.assert_eq(&circuit.to_string());
}

#[test]
fn gates_cancel_within_branches_and_not_across_them() {
    let text = "rz(s0) q0; b0 = measure q0; if b0 { h q1; h q1; rx(s0) q1; rx(-s0) q1; z q0 }; rz(-s0) q0";
    check(
        "cancel_gates",
        text,
        &expect![[r#"
        circuit wires 2
        rz(s0) q0
        b0 = measure q0
        if b0 { z q0 }
        rz(-s0) q0
    "#]],
    );
}

#[test]
fn pairs_are_consolidated_within_branches() {
    let text = "b0 = measure q0; if b0 { cz q0 q1; rzz(s0) q0 q1; cz q0 q1 } else { cz q0 q1 }; swap q0 q1";
    check(
        "consolidate_pairs",
        text,
        &expect!["b0 = measure q0; if b0 { cx q0 q1; rz(s0) q1; cx q0 q1 } else { cz q0 q1 }; swap q0 q1"],
    );
}

#[test]
fn swaps_are_followed_through_branches() {
    let text = "swap q0 q1; b0 = measure q0; if b0 { swap q0 q2; rx(s0) q0 }; swap q1 q2; rx(s0) q2";
    check(
        "elide_swaps",
        text,
        &expect![[r#"
        circuit output [q1 q2 q0] layout [q0 q1 q2] final [q1 q2 q0]
        b0 = measure q1
        if b0 { swap q1 q2; rx(s0) q1 }
        rx(s0) q0
    "#]],
    );
}

#[test]
fn parities_are_folded_between_measurements() {
    let text = "cx q0 q1; rz(s0) q1; cx q0 q1; cx q0 q1; rz(s0) q1; cx q0 q1; b0 = measure q0; if b0 { x q1 }; cx q0 q1";
    check(
        "fold_parities",
        text,
        &expect!["cx q0 q1; rz(2.0*s0) q1; cx q0 q1; b0 = measure q0; if b0 { x q1 }; cx q0 q1"],
    );
    let text = "rzz(s0) q0 q1; rzz(s0) q1 q2; rzz(s0) q2 q3; rzz(s0) q0 q2; rzz(s0) q1 q3; rzz(s0) q0 q3; b0 = measure q1; if b0 { x q2 }";
    check(
        "twine_parities",
        text,
        &expect![[r#"
        cx q2 q3
        cx q1 q2
        cx q0 q1
        rz(s0) q1
        rz(s0) q2
        rz(s0) q3
        cx q1 q0
        cx q1 q2
        cx q3 q2
        rz(s0) q2
        cx q2 q1
        cx q2 q3
        rz(s0) q1
        rz(s0) q3
        cx q0 q1
        cx q1 q2
        cx q2 q3
        swap q0 q2
        swap q1 q2
        swap q2 q3
        b0 = measure q1
        if b0 { x q2 }
    "#]],
    );
}

#[test]
fn strings_are_folded_between_measurements() {
    let text = "h q0; h q1; cx q0 q1; rz(s0) q1; cx q0 q1; h q0; h q1; rxx(s0) q0 q1; b0 = measure q0; if b0 { rxx(s0) q0 q1 }";
    check(
        "fold_paulis",
        text,
        &expect![[r#"
        h q0
        h q1
        cx q0 q1
        h q1
        h q0
        rx(2.0*s0) q1
        h q0
        h q1
        cx q0 q1
        h q1
        h q0
        b0 = measure q0
        if b0 { rxx(s0) q0 q1 }
    "#]],
    );
}

#[test]
fn controls_are_lowered_within_branches() {
    let text = "b0 = measure q0; if b0 { cp(s0) q0 q1 } else { crx(s0) q0 q1 }";
    check(
        "lower_controls",
        text,
        &expect![[r#"
        b0 = measure q0
        if b0 {
          rz(0.5*s0) q0
          rz(0.5*s0) q1
          rzz(-0.5*s0) q0 q1
          gphase(0.25*s0)
        } else { rx(0.5*s0) q1; rzx(-0.5*s0) q0 q1 }
    "#]],
    );
}

#[test]
fn native_gates_within_branches_hold_nothing_back() {
    let text = "h q0; rz(s0) q0; b0 = measure q0; if b0 { rx(s0) q1; cx q0 q1 }; rz(s0) q1; h q1";
    check(
        "lower_native",
        text,
        &expect![[r#"
        rz(pi/2) q0
        sx q0
        b0 = measure q0
        if b0 {
          rz(pi/2) q1
          sx q1
          cz q0 q1
          rz(s0 + pi) q1
          sx q1
          rz(pi/2) q1
        }
        rz(s0 + pi/2) q1
        sx q1
        rz(pi/2) q1
    "#]],
    );
}

#[test]
fn measurements_keep_blocks_apart_in_a_schedule() {
    let text = "rzz(s0) q0 q1; rzz(s0) q1 q2; rzz(s0) q2 q3; rzz(s0) q3 q0; b0 = measure q0; if b0 { x q1 }";
    check(
        "schedule_blocks",
        text,
        &expect![
            "rzz(s0) q0 q1; rzz(s0) q2 q3; rzz(s0) q1 q2; rzz(s0) q3 q0; b0 = measure q0; if b0 { x q1 }"
        ],
    );
}

#[test]
fn cliffords_meet_between_measurements() {
    let text = "cx q0 q1; rz(s0) q0; h q1; cz q0 q2; cz q0 q1; b0 = measure q0; cx q1 q2; if b0 { cx q2 q1 }; cx q2 q1";
    check(
        "merge_cliffords",
        text,
        &expect![
            "rz(s0) q0; h q1; h q2; cx q0 q2; h q2; b0 = measure q0; cx q1 q2; if b0 { cx q2 q1 }; cx q2 q1"
        ],
    );
}

#[test]
fn windows_get_shorter_between_measurements() {
    let text = "cx q0 q1; rz(s0) q1; cx q0 q1; swap q1 q2; cx q1 q2; b0 = measure q0; if b0 { swap q1 q2; cx q1 q2 }; cx q0 q1";
    check(
        "shorten_windows",
        text,
        &expect![[r#"
        cx q0 q1
        rz(s0) q1
        cx q0 q1
        cx q1 q2
        h q1
        h q2
        cx q1 q2
        h q2
        h q1
        b0 = measure q0
        if b0 { swap q1 q2; cx q1 q2 }
        cx q0 q1
    "#]],
    );
}

#[test]
fn pairs_are_translated_within_branches() {
    let text = "b0 = measure q0; if b0 { swap q0 q1 } else { rxx(s0) q0 q1 }; rzz(pi/2) q0 q1";
    check(
        "translate_pairs",
        text,
        &expect![[r#"
        b0 = measure q0
        if b0 { cx q0 q1; cx q1 q0; cx q0 q1 } else {
          ry(pi/2) q0
          ry(pi/2) q1
          cx q0 q1
          rz(s0) q1
          cx q0 q1
          ry(-pi/2) q0
          ry(-pi/2) q1
        }
        gphase(-pi/2)
        rz(pi) q0
        rz(pi) q1
        gphase(pi)
        rz(-pi/2) q0
        rz(-pi/2) q1
        cz q0 q1
        gphase(-pi/4)
    "#]],
    );
}
