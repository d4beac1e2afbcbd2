//! Templates, bound, against their sources.

use std::f64::consts::{FRAC_PI_2, PI};

use qml_devices::find;
use qml_gates::Gate;
use qml_ir::circuit::testing::{Options as Kinds, Random, assert_same_on_device, random_circuit};
use qml_ir::circuit::{Angle, Circuit, Slot, dense};
use qml_ir::specialise::BindProgram;
use qml_ir::specialise::bind::{Binary, Node, Unary};

use super::{Angles, Template};
use crate::Options;
use crate::tests::{assert_native, touched};

/// Gates as variational circuits have them, with many rotations on few wires: blocks come up in most of them.
const GATES: &[Gate] = &[Gate::Rx, Gate::Ry, Gate::Rz, Gate::Cx, Gate::Cz, Gate::Rzz, Gate::Crx, Gate::H];

/// A circuit over two inputs, and three slots that are computed from them.
fn random_source(random: &mut Random, n_wires: usize, gates: &'static [Gate]) -> (Circuit, BindProgram) {
    let kinds = Kinds { n_slots: 5, gates, ..Kinds::unitary(n_wires, 14) };
    let source = random_circuit(random, &kinds);
    let slot = |i| Angle::slot(Slot(i));
    let nodes = vec![
        Node::Binary(Binary::Mul, slot(0), slot(1)),
        Node::Unary(Unary::Sin, slot(1).times(2.0).plus(&Angle::constant(0.3))),
        Node::Binary(Binary::Atan2, slot(2), slot(0)),
    ];
    (source, BindProgram { n_inputs: 2, nodes })
}

/// The source with numbers for its slots.
fn bound(source: &Circuit, bind: &BindProgram, inputs: &[f64]) -> Circuit {
    let mut slots = Vec::new();
    bind.bind(inputs, &mut slots).unwrap();
    let mut source = source.clone();
    source.slots.clear();
    source.visit_mut(|op| {
        op.angles_mut().iter_mut().for_each(|angle| *angle = Angle::constant(angle.eval(&slots)));
    });
    source
}

const SPECIAL: [[f64; 2]; 5] = [[0.0, 0.0], [FRAC_PI_2, PI], [PI, 1e-9], [1e-9, -1e-9], [0.0, 2.0 * PI]];

#[test]
fn bound_templates_do_what_their_sources_do() {
    let mut random = Random::new(31);
    let (mut angles, mut n_blocks) = (Angles::default(), 0);
    for name in
        ["line:4", "grid:2x2/cx", "all_to_all:4/rzz", "iqm_garnet", "line:4/iswap", "line:4/sqrt_iswap"]
    {
        let device = find(name).unwrap();
        for level in 0..4 {
            for gates in [GATES, Gate::ALL] {
                let (source, bind) = random_source(&mut random, 4, gates);
                let options = Options { level, ..Options::default() };
                let template = Template::compile(&source, &bind, &device, &options).unwrap();
                n_blocks += template.compiled().computed.len() / 14;
                assert_native(&template.compiled().circuit, &device);
                let inputs = [random.angles(2), random.angles(2), SPECIAL[random.below(5)].to_vec()];
                for inputs in inputs {
                    template.bind(&inputs, &mut angles).unwrap();
                    let circuit = template.circuit(&angles.values);
                    let small = touched(&circuit);
                    if small.n_wires <= 7 {
                        assert_same_on_device(&bound(&source, &bind, &inputs), &small);
                    }
                }
            }
        }
    }
    assert!(n_blocks > 10, "too few blocks: {n_blocks}");
}

#[test]
fn batches_hold_one_set_after_the_other_on_any_number_of_threads() {
    let mut random = Random::new(32);
    let (source, bind) = random_source(&mut random, 3, GATES);
    let device = find("line:3").unwrap();
    let template = Template::compile(&source, &bind, &device, &Options::default()).unwrap();
    let n_sets = 3 * super::CHUNK + 5;
    let inputs = random.angles(n_sets * 2);
    let on = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        let mut angles = vec![0.0; n_sets * template.n_angles()];
        pool.install(|| template.bind_batch(&inputs, &mut angles)).unwrap();
        angles
    };
    let batch = on(1);
    assert_eq!(batch, on(4));
    let mut one = Angles::default();
    for (inputs, angles) in inputs.chunks(2).zip(batch.chunks(template.n_angles())) {
        template.bind(inputs, &mut one).unwrap();
        assert_eq!(one.values, angles);
    }
}

#[test]
fn a_template_without_slots_is_its_circuit() {
    let source = Circuit::parse("h q0; cx q0 q1").unwrap();
    let device = find("line:2").unwrap();
    let template = Template::compile(&source, &BindProgram::default(), &device, &Options::default()).unwrap();
    template.bind_batch(&[], &mut []).unwrap();
    assert_eq!(template.circuit(&[]), template.compiled().circuit);
}

/// The expectation value of Z on the first returned wire.
fn expectation(circuit: &Circuit) -> f64 {
    let state = dense::final_state(circuit, &[], 0);
    let wire = circuit.output[0].0;
    state.iter().enumerate().map(|(i, z)| if i >> wire & 1 == 0 { z.norm_sqr() } else { -z.norm_sqr() }).sum()
}

/// The angles of a block jump from one canonical form to another, what the bound circuit does is as smooth as the source:
/// shifts of the inputs, bound again, are the rule of Mitarai et al. (arXiv:1803.00745) for the source's rotations.
#[test]
fn shifted_inputs_give_gradients_through_blocks() {
    let text = "ry(s0) q0; ry(s1) q1; cx q0 q1; ry(s2) q0; rz(s3) q1; cx q1 q0; rx(s4) q1; rzz(s5) q0 q1; ry(s6) q0; cx q0 q1";
    let source = Circuit::parse(&format!("circuit slots [a b c d e f g] output [q0 q1]\n{text}")).unwrap();
    let bind = BindProgram { n_inputs: 7, nodes: Vec::new() };
    let template = Template::compile(&source, &bind, &find("line:2").unwrap(), &Options::default()).unwrap();
    assert!(!template.compiled().computed.is_empty());
    let mut angles = Angles::default();
    let mut through = |inputs: &[f64]| {
        template.bind(inputs, &mut angles).unwrap();
        expectation(&template.circuit(&angles.values))
    };
    let mut random = Random::new(33);
    for _ in 0..3 {
        let inputs = random.angles(7);
        for i in 0..7 {
            let shifted = |by: f64| {
                let mut inputs = inputs.clone();
                inputs[i] += by;
                inputs
            };
            let shift = (through(&shifted(FRAC_PI_2)) - through(&shifted(-FRAC_PI_2))) / 2.0;
            let step = 1e-5;
            let source = |by| expectation(&source.bound(&shifted(by)));
            let slope = (source(step) - source(-step)) / (2.0 * step);
            assert!((shift - slope).abs() < 1e-8, "input {i}: {shift} and {slope}");
        }
    }
}

#[test]
fn blocks_have_no_derivative_but_affine_slots_have() {
    let source = Circuit::parse("cx q0 q1; ry(s0) q0; ry(s1) q1; cx q1 q0; ry(s1) q1; rz(s0) q0; cx q0 q1; ry(s0) q0; rz(s1) q1; cx q0 q1; rz(s0) q2")
        .unwrap();
    let bind = BindProgram { n_inputs: 2, nodes: Vec::new() };
    let template = Template::compile(&source, &bind, &find("line:3").unwrap(), &Options::default()).unwrap();
    let bind = template.bind_program();
    let mut slots = Vec::new();
    bind.bind(&[0.1, 0.2], &mut slots).unwrap();
    let mut d_slots = vec![0.0; slots.len()];
    d_slots[0] = 2.0;
    assert_eq!(bind.bind_vjp(&slots, &d_slots).unwrap(), [2.0, 0.0]);
    d_slots[2] = 1.0;
    let error = bind.bind_vjp(&slots, &d_slots).unwrap_err();
    assert!(error.message.contains("two-qubit block"), "{error:?}");
}
