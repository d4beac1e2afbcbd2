use expect_test::{Expect, expect};
use qml_gates::Gate;
use qml_ir::circuit::testing::{self, Random, random_circuit};
use qml_ir::circuit::{Angle, Circuit, Op, Slot, Wire};
use qml_source::Span;

use super::fold::{Item, fold};
use super::grid::Grid;
use super::steps::Steps;
use super::{Options, svg, text};

/// Draws a circuit for a narrow terminal.
fn check(circuit: &str, expected: &Expect) {
    expected.assert_eq(&text(&Circuit::parse(circuit).unwrap(), Some(60), Options::default()));
}

#[test]
fn gates_have_the_signs_of_textbooks() {
    check(
        "h q0; cx q0 q1; cz q0 q2; swap q0 q2; ccx q0 q1 q2; ctrl(!q0) x q1; cp(pi/4) q0 q1; sdg q2; ctrl(q0) gphase(0.5)",
        &expect![[r#"
            q0: ─H──●──●──╳──●──○─────●─────P(0.5)──
                    │  │  │  │  │     │
            q1: ────⊕──┼──┼──●──⊕───P(π/4)──────────
                       │  │  │
            q2: ───────●──╳──⊕──S†──────────────────
        "#]],
    );
}

#[test]
fn gates_on_several_wires_are_blocks() {
    check(
        "rzz(-0.3) q0 q2; rot(0.2) X q0 Y q1 Z q2; iswap q1 q2; ctrl(q0) iswap q1 q2",
        &expect![[r#"
                  ┌─────────────┐  ┌─────────────┐
            q0: ──┤ Z           ├──┤ X           ├─────────────
                  │   RZZ(-0.3) │  │   RXYZ(0.2) │  ┌─────────┐
            q1: ──┼─────────────┼──┤ Y           ├──┤ 0       ├
                  │             │  │             │  │   iSWAP │
            q2: ──┤ Z           ├──┤ Z           ├──┤ 1       ├
                  └─────────────┘  └─────────────┘  └─────────┘

            q0: ──────●───────
                  ┌───┴─────┐
            q1: ──┤ 0       ├─
                  │   iSWAP │
            q2: ──┤ 1       ├─
                  └─────────┘
        "#]],
    );
}

#[test]
fn branches_are_frames_behind_their_measurements() {
    check(
        "circuit teleport wires 3 bits 2 slots [theta phi] output [q2]
        u(s0, s1, 0.0) q0; h q1; cx q1 q2; cx q0 q1; h q0; b0 = measure q0; b1 = measure q1
        if b1 { x q2 }
        if b0 { z q2 } else { h q2; rz(0.5*s0 + pi/2) q2 }",
        &expect![[r#"
            q0: ─U(theta, phi, 0)─────●───H────M→b0──────
                                      │
            q1: ────────H──────────●──⊕──M→b1────────────
                                   │           ╭ if b1 ╮
            q2: ───────────────────⊕───────────┼─────X─┼─
                                               ╰╌╌╌╌╌╌╌╯

            q0: ────────────────────────────────────
            q1: ────────────────────────────────────
                 ╭ if b0 ╌┬ else ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╮
            q2: ─┼─────Z──┼─H──RZ(theta/2 + π/2)─┼── out 0
                 ╰╌╌╌╌╌╌╌╌┴╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╯
        "#]],
    );
}

#[test]
fn loops_are_folded_with_their_index() {
    let layer =
        |l: usize| format!("ry(s{}) q0; ry(s{}) q1; cx q0 q1; rz(0.25) q1; cx q0 q1", 2 * l, 2 * l + 1);
    let ops: Vec<String> = (0..5).map(layer).collect();
    let slots: Vec<String> = (0..5).flat_map(|l| [format!("w_{l}_0"), format!("w_{}_1", l + 1)]).collect();
    check(
        &format!("circuit a wires 2 slots [{}]\nh q0\n{}\nh q1", slots.join(" "), ops.join("\n")),
        &expect![[r#"
                    ╭ for i in 0..5 ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╮
            q0: ─H──┼───RY(w_i_0)────●────────────●─┼─────
                    ┊                │            │ ┊
            q1: ────┼─RY(w_{i+1}_1)──⊕──RZ(0.25)──⊕─┼──H──
                    ╰╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╯
        "#]],
    );
}

#[test]
fn a_device_is_drawn_without_its_idle_qubits() {
    check(
        "circuit bell wires 9 bits 2 output [] results [b0, b1] layout [q4 q7] final [q4 q7]
        rz(pi/2) q4; sx q4; rz(1.234) q4; cz q4 q7; b0 = measure q4; b1 = measure q7",
        &expect![[r#"
            q4 (0): ─RZ(π/2)──√X──RZ(1.234)──●──M→b0──
                                             │
            q7 (1): ─────────────────────────●──M→b1──
        "#]],
    );
}

#[test]
fn long_angles_stand_below() {
    check(
        "circuit k wires 1 slots [a_long_name_of_an_input another_long_name]\nrz(2.0*s0 - 0.5*s1 + 1.5) q0; gphase(0.25)",
        &expect![[r#"
            q0: ─RZ(α1)──

            global phase 0.25
            α1 = 2·a_long_name_of_an_input - another_long_name/2 + 1.5
        "#]],
    );
}

/// A circuit of everything there is.
fn random(seed: u64) -> Circuit {
    let mut random = Random::new(seed);
    random_circuit(&mut random, &testing::Options::everything(1 + seed as usize % 6, 40))
}

#[test]
fn no_line_is_too_long() {
    for seed in 0..60 {
        let circuit = random(seed);
        let drawing = text(&circuit, Some(80), Options::default());
        let wires = drawing.lines().filter(|line| line.starts_with('q'));
        let longest = wires.map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= 80, "{longest} characters\n{drawing}");
    }
}

#[test]
fn on_every_wire_the_order_is_that_of_the_circuit() {
    for seed in 0..60 {
        let circuit = random(seed);
        let grid = Grid::of(&circuit, Options { unfold: true });
        // Pieces are placed in the order of the circuit.
        let mut free = vec![0; grid.rows.len()];
        for piece in &grid.pieces {
            let ports = piece.block.iter().flat_map(|block| block.ports.iter().map(|port| port.0));
            for row in piece.marks.iter().map(|mark| mark.0).chain(ports) {
                assert!(piece.column >= free[row], "{circuit}\n{}", text(&circuit, None, Options::default()));
                free[row] = piece.column + 1;
            }
        }
        let n_drawn = circuit.count(|op| !op.wires().is_empty() && !op.to_string().starts_with("if "));
        assert_eq!(grid.pieces.len(), n_drawn, "{circuit}");
    }
}

/// All rounds of what is folded, as text.
fn unfolded(items: &[Item<'_>], to: &mut Vec<String>) {
    for item in items {
        match item {
            Item::Step(step) => to.push(format!("{} {:?}", step.key, step.angles)),
            Item::Repeat { title, body } => {
                let words: Vec<&str> = title.split(' ').collect();
                let (index, range) = match words.as_slice() {
                    ["for", index, "in", range] => {
                        let (start, end) = range.split_once("..").unwrap();
                        (*index, start.parse().unwrap()..end.parse().unwrap())
                    }
                    [n, "times"] => ("none", 0..n.parse::<u64>().unwrap()),
                    _ => panic!("{title}"),
                };
                let mut round = Vec::new();
                unfolded(body, &mut round);
                for i in range {
                    to.extend(round.iter().map(|line| {
                        let line = (1..9).fold(line.clone(), |line, k| {
                            line.replace(&format!("_{{{index}+{k}}}"), &format!("_{}", i + k))
                        });
                        line.replace(&format!("_{index}"), &format!("_{i}"))
                    }));
                }
            }
        }
    }
}

/// Loops in loops with a few gates each, some of them with indices.
fn random_loops(random: &mut Random) -> Circuit {
    let mut circuit = Circuit { n_wires: 2, ..Circuit::default() };
    let (outer, inner) = (1 + random.below(4), 1 + random.below(5));
    let body: Vec<(usize, bool, usize)> =
        (0..=random.below(5)).map(|_| (random.below(4), random.chance(0.5), random.below(2))).collect();
    for i in 0..outer {
        for j in 0..inner {
            for &(kind, has_index, shift) in &body {
                let name = match kind {
                    0 => format!("a_{i}_{}", j + shift),
                    1 => format!("b_{}", i + shift),
                    2 => format!("c_{}_3", j + shift),
                    _ => "d_4".to_owned(),
                };
                circuit.slots.push(name);
                let slot = Angle::slot(Slot(circuit.slots.len() as u32 - 1));
                let angle = if has_index { slot } else { Angle::constant(0.1 * kind as f64) };
                circuit.ops.push(Op::gate(Gate::Rx, &[angle], &[Wire(shift as u32)], Span::default()));
            }
        }
        circuit.ops.push(Op::gate(Gate::Cx, &[], &[Wire(0), Wire(1)], Span::default()));
    }
    circuit
}

#[test]
fn what_is_folded_unfolds_to_the_same() {
    let mut random = Random::new(3);
    let mut n_folded = 0;
    for _ in 0..300 {
        let circuit = random_loops(&mut random);
        let mut steps = Steps::new(&circuit);
        let flat = steps.of(&circuit.ops);
        let items = fold(&flat, 0);
        n_folded += usize::from(items.len() < flat.len());
        let (mut expected, mut found) = (Vec::new(), Vec::new());
        unfolded(&flat.into_iter().map(Item::Step).collect::<Vec<_>>(), &mut expected);
        unfolded(&items, &mut found);
        assert_eq!(found, expected, "{circuit}");
    }
    assert!(n_folded > 100, "only {n_folded} have something to fold");
}

#[test]
fn svg_is_a_document_with_rows_of_the_page() {
    for seed in 0..20 {
        let circuit = random(seed);
        let drawing = svg(&circuit, 600.0, Options::default());
        let n_open = drawing.matches("<text").count();
        assert_eq!(n_open, drawing.matches("</text>").count());
        let width = drawing.split("width='").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
        assert!(width.parse::<f64>().unwrap() <= 600.0, "{width} of {circuit}");
        let n_names = drawing.matches("<text class='name'").count();
        assert_eq!(n_names % circuit.n_wires, 0, "each row names its wires");
        assert!(n_names > circuit.n_wires, "40 operations need several rows");
    }
}

#[test]
fn parentheses_stand_where_they_are_needed() {
    check(
        "circuit k slots [\"((sin(x))*(x))\" \"((x + y)*(y))\" \"(x)\"]\nrz(s0) q0; rz(2.0*s1) q0; rz(0.5*s2 + 1.0) q0",
        &expect![[r#"
            q0: ─RZ(sin(x)*x)──RZ(2·((x + y)*y))──RZ(x/2 + 1)──
        "#]],
    );
}
