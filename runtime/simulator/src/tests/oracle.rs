//! The slow, obvious simulator: one loop over all amplitudes a gate, density matrices for everything with outcomes.

use std::collections::BTreeMap;

use qml_ir::circuit::{BitExpr, Circuit, Control, Op, OpKind, Wire, Wires};
use qml_prelude::observable::{Observable, Pauli};

use crate::{C64, Channel, Noise};

/// Replaces the state with the image under a unitary operation.
fn apply(op: &OpKind, slots: &[f64], psi: &mut Vec<C64>) {
    match op {
        OpKind::Gate { gate, angles, wires, controls } => {
            let angles: Vec<f64> = angles.iter().map(|angle| angle.eval(slots)).collect();
            apply_matrix(&gate.matrix(&angles).data, wires, controls, psi);
        }
        OpKind::Unitary { matrix, wires, controls } => apply_matrix(matrix, wires, controls, psi),
        OpKind::PauliRotation { pauli, angle, controls } => {
            let mut image = psi.clone();
            pauli.iter().for_each(|&(wire, letter)| apply_letter(letter, wire, &mut image));
            let (sin, cos) = (angle.eval(slots) / 2.0).sin_cos();
            for i in 0..psi.len() {
                if satisfied(controls, i) {
                    psi[i] = psi[i] * cos - C64::I * sin * image[i];
                }
            }
        }
        OpKind::Barrier { .. } => {}
        OpKind::Measure { .. } | OpKind::Reset { .. } | OpKind::If { .. } => panic!("not a unitary"),
    }
}

fn satisfied(controls: &[Control], index: usize) -> bool {
    controls.iter().all(|control| (index >> control.wire.0 & 1 == 1) == control.on_one)
}

fn apply_matrix(matrix: &[C64], wires: &[Wire], controls: &[Control], psi: &mut Vec<C64>) {
    let dim = 1 << wires.len();
    let mut image = vec![C64::ZERO; psi.len()];
    for (i, amplitude) in psi.iter().enumerate() {
        if !satisfied(controls, i) {
            image[i] += amplitude;
            continue;
        }
        let column = wires.iter().enumerate().map(|(k, w)| (i >> w.0 & 1) << k).sum::<usize>();
        for row in 0..dim {
            let mut to = i;
            for (k, w) in wires.iter().enumerate() {
                to = to & !(1 << w.0) | (row >> k & 1) << w.0;
            }
            image[to] += matrix[row * dim + column] * amplitude;
        }
    }
    *psi = image;
}

fn apply_letter(letter: Pauli, wire: Wire, psi: &mut Vec<C64>) {
    let i = C64::I;
    let (o, l) = (C64::ZERO, C64::ONE);
    let matrix = match letter {
        Pauli::X => [o, l, l, o],
        Pauli::Y => [o, -i, i, o],
        Pauli::Z => [l, o, o, -l],
    };
    apply_matrix(&matrix, &[wire], &[], psi);
}

/// The state at the end of a circuit without outcomes, in the order of its wires.
pub(super) fn state(circuit: &Circuit, slots: &[f64]) -> Vec<C64> {
    let mut psi = vec![C64::ZERO; 1 << circuit.n_wires];
    psi[0] = C64::ONE;
    circuit.ops.iter().for_each(|op| apply(&op.kind, slots, &mut psi));
    psi
}

/// `O |psi>`, qubit `i` on wire `output[i]`.
pub(super) fn image(observable: &Observable, output: &[Wire], psi: &[C64]) -> Vec<C64> {
    let mut sum = vec![C64::ZERO; psi.len()];
    for (string, coefficient) in &observable.terms {
        let mut term = psi.to_vec();
        for &(qubit, letter) in string {
            apply_letter(letter, output[qubit as usize], &mut term);
        }
        sum.iter_mut().zip(term).for_each(|(s, t)| *s += coefficient * t);
    }
    for (bits, coefficient) in &observable.projectors {
        for i in 0..psi.len() {
            if bits.iter().zip(output).all(|(&bit, wire)| (i >> wire.0 & 1 == 1) == bit) {
                sum[i] += coefficient * psi[i];
            }
        }
    }
    sum
}

/// `<psi| O |psi>` for a circuit without outcomes.
pub(super) fn expectation(circuit: &Circuit, slots: &[f64], observable: &Observable) -> f64 {
    let psi = state(circuit, slots);
    let image = image(observable, &circuit.output, &psi);
    psi.iter().zip(&image).map(|(a, b)| (a.conj() * b).re).sum()
}

/// Density matrices by the values of the bits, as lists of columns; their traces are the probabilities of the bits.
pub(super) type Mixture = BTreeMap<Vec<bool>, Vec<Vec<C64>>>;

/// The mixture at the end of any circuit.
pub(super) fn mixture(circuit: &Circuit, slots: &[f64]) -> Mixture {
    noisy_mixture(circuit, slots, &Noise::default())
}

/// The mixture at the end of any circuit with noise.
pub(super) fn noisy_mixture(circuit: &Circuit, slots: &[f64], noise: &Noise) -> Mixture {
    let dim = 1 << circuit.n_wires;
    let mut rho = vec![vec![C64::ZERO; dim]; dim];
    rho[0][0] = C64::ONE;
    run(&circuit.ops, 0, slots, noise, BTreeMap::from([(vec![false; circuit.n_bits], rho)]))
}

/// How many operations there are with those inside of branches.
fn count(ops: &[Op]) -> usize {
    let mut n = 0;
    ops.iter().for_each(|op| op.visit(&mut |_| n += 1));
    n
}

/// Runs operations of which the first has this number.
fn run(ops: &[Op], mut number: usize, slots: &[f64], noise: &Noise, mut mixture: Mixture) -> Mixture {
    for op in ops {
        let here = number;
        number += count(std::slice::from_ref(op));
        happen(&mut mixture, noise.channels_before(here));
        let before = std::mem::take(&mut mixture);
        for (bits, rho) in before {
            match &op.kind {
                OpKind::Measure { wire, bit } => {
                    for outcome in [false, true] {
                        let mut bits = bits.clone();
                        let rho = both_sides(&rho, |psi| project(*wire, outcome, psi));
                        let error = noise.readout_error(*wire)[usize::from(outcome)];
                        for (told, share) in [(outcome, 1.0 - error), (!outcome, error)] {
                            bits[bit.0 as usize] = told;
                            let part = rho.iter().map(|column| column.iter().map(|a| a * share).collect());
                            add(&mut mixture, bits.clone(), part.collect());
                        }
                    }
                }
                OpKind::Reset { wire } => {
                    add(&mut mixture, bits.clone(), both_sides(&rho, |psi| project(*wire, false, psi)));
                    let lowered = both_sides(&rho, |psi| {
                        project(*wire, true, psi);
                        apply_letter(Pauli::X, *wire, psi);
                    });
                    add(&mut mixture, bits, lowered);
                }
                OpKind::If { condition, then, otherwise } => {
                    let first = (here + 1, here + 1 + count(then));
                    let (arm, first) =
                        if value(condition, &bits) { (then, first.0) } else { (otherwise, first.1) };
                    let after = run(arm, first, slots, noise, BTreeMap::from([(bits, rho)]));
                    for (bits, rho) in after {
                        add(&mut mixture, bits, rho);
                    }
                }
                kind => add(&mut mixture, bits, both_sides(&rho, |psi| apply(kind, slots, psi))),
            }
        }
        happen(&mut mixture, noise.channels_after(here));
    }
    mixture
}

/// `sum K rho K^H` of each channel after the other.
fn happen(mixture: &mut Mixture, channels: &[(Channel, Wires)]) {
    for (channel, wires) in channels {
        for (bits, rho) in std::mem::take(mixture) {
            for operator in channel.operators() {
                let part = both_sides(&rho, |psi| apply_matrix(operator, wires, &[], psi));
                add(mixture, bits.clone(), part);
            }
        }
    }
}

/// `K rho K^H`.
fn both_sides(rho: &[Vec<C64>], apply: impl Fn(&mut Vec<C64>)) -> Vec<Vec<C64>> {
    let mut rho = rho.to_vec();
    for _ in 0..2 {
        rho.iter_mut().for_each(&apply);
        rho = (0..rho.len()).map(|i| rho.iter().map(|column| column[i].conj()).collect()).collect();
    }
    rho
}

fn project(wire: Wire, outcome: bool, psi: &mut [C64]) {
    for (i, a) in psi.iter_mut().enumerate() {
        if (i >> wire.0 & 1 == 1) != outcome {
            *a = C64::ZERO;
        }
    }
}

fn add(mixture: &mut Mixture, bits: Vec<bool>, rho: Vec<Vec<C64>>) {
    if let Some(sum) = mixture.get_mut(&bits) {
        sum.iter_mut().flatten().zip(rho.into_iter().flatten()).for_each(|(a, b)| *a += b);
    } else {
        mixture.insert(bits, rho);
    }
}

pub(super) fn value(condition: &BitExpr, bits: &[bool]) -> bool {
    match condition {
        BitExpr::Const(constant) => *constant,
        BitExpr::Bit(bit) => bits[bit.0 as usize],
        BitExpr::Not(a) => !value(a, bits),
        BitExpr::And(a, b) => value(a, bits) & value(b, bits),
        BitExpr::Or(a, b) => value(a, bits) | value(b, bits),
        BitExpr::Xor(a, b) => value(a, bits) ^ value(b, bits),
    }
}

/// The probability of each row of shots: register, then result bits.
pub(super) fn distribution(circuit: &Circuit, slots: &[f64]) -> BTreeMap<Vec<bool>, f64> {
    noisy_distribution(circuit, slots, &Noise::default())
}

/// The same with noise; outcomes of the register are told wrongly too.
pub(super) fn noisy_distribution(
    circuit: &Circuit,
    slots: &[f64],
    noise: &Noise,
) -> BTreeMap<Vec<bool>, f64> {
    let mut rows: BTreeMap<Vec<bool>, f64> = BTreeMap::new();
    for (bits, rho) in noisy_mixture(circuit, slots, noise) {
        for (i, column) in rho.iter().enumerate() {
            let register = circuit.output.iter().map(|wire| i >> wire.0 & 1 == 1);
            let result = circuit.result_bits.iter().map(|expression| value(expression, &bits));
            *rows.entry(register.chain(result).collect()).or_insert(0.0) += column[i].re;
        }
    }
    for (qubit, wire) in circuit.output.iter().enumerate() {
        let errors = noise.readout_error(*wire);
        if errors != [0.0; 2] {
            for (mut row, p) in std::mem::take(&mut rows) {
                let error = errors[usize::from(row[qubit])];
                *rows.entry(row.clone()).or_insert(0.0) += (1.0 - error) * p;
                row[qubit] ^= true;
                *rows.entry(row).or_insert(0.0) += error * p;
            }
        }
    }
    rows
}

/// `tr(rho O)` for any circuit.
pub(super) fn mixed_expectation(circuit: &Circuit, slots: &[f64], observable: &Observable) -> f64 {
    let trace = |rho: Vec<Vec<C64>>| -> f64 {
        rho.iter().enumerate().map(|(i, column)| image(observable, &circuit.output, column)[i].re).sum()
    };
    mixture(circuit, slots).into_values().map(trace).sum()
}
