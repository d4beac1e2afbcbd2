use qml_prelude::C64;

use super::*;
use crate::circuit::dense::branches;
use crate::circuit::testing::{Options, Random, random_circuit};

/// A sum of few strings with few letters each, or now and then a projector.
fn random_observable(random: &mut Random, n: usize) -> Observable {
    if random.chance(0.1) {
        return Observable::projector((0..=random.below(n)).map(|_| random.chance(0.5)).collect());
    }
    let mut sum = Observable::default();
    for _ in 0..=random.below(2) {
        let k = 1 + random.below(2.min(n));
        let mut wires = random.wires(k, n);
        wires.sort();
        let string =
            wires.iter().map(|wire| (wire.0, [Pauli::X, Pauli::Y, Pauli::Z, Pauli::Z][random.below(4)]));
        sum.add_term(string.collect(), C64::new(random.unit() + 0.1, 0.0));
    }
    sum
}

/// `<psi|O|psi>`, by hand, summed over the branches of measurements.
fn expectation(circuit: &Circuit, observable: &Observable, slots: &[f64]) -> f64 {
    branches(circuit, slots).iter().map(|branch| in_state(circuit, observable, &branch.state)).sum()
}

fn in_state(circuit: &Circuit, observable: &Observable, state: &[C64]) -> f64 {
    let wire = |qubit: usize| circuit.output[qubit].0;
    let mut sum = C64::ZERO;
    for (string, coefficient) in &observable.terms {
        for (index, amplitude) in state.iter().enumerate() {
            let (mut to, mut factor) = (index, C64::ONE);
            for &(qubit, letter) in string {
                let bit = 1 << wire(qubit as usize);
                let sign = if index & bit == 0 { 1.0 } else { -1.0 };
                match letter {
                    Pauli::X => to ^= bit,
                    Pauli::Y => (to, factor) = (to ^ bit, factor * C64::new(0.0, sign)),
                    Pauli::Z => factor *= sign,
                }
            }
            sum += state[to].conj() * factor * amplitude * coefficient;
        }
    }
    for (bits, coefficient) in &observable.projectors {
        let fits = |index: usize| bits.iter().enumerate().all(|(q, &bit)| (index >> wire(q) & 1 == 1) == bit);
        let weight: f64 = (0..state.len()).filter(|&i| fits(i)).map(|i| state[i].norm_sqr()).sum();
        sum += coefficient * weight;
    }
    sum.re
}

/// Slots outside of the cone, and slots that nothing depends on, over random circuits.
fn compare(options: &Options, n_circuits: usize, seed: u64) -> (usize, usize) {
    let mut random = Random::new(seed);
    let (mut n_outside, mut n_without_influence) = (0, 0);
    for _ in 0..n_circuits {
        let circuit = random_circuit(&mut random, options);
        let observable = random_observable(&mut random, options.n_wires);
        let inside = slots_in_cone(&circuit, &letters_of([&observable], options.n_wires));
        let slots = random.angles(options.n_slots);
        let value = expectation(&circuit, &observable, &slots);
        for slot in 0..options.n_slots {
            let mut moved = slots.clone();
            moved[slot] += random.angles(1)[0];
            let is_equal = (expectation(&circuit, &observable, &moved) - value).abs() < 1e-10;
            n_outside += usize::from(!inside[slot]);
            n_without_influence += usize::from(is_equal);
            assert!(
                inside[slot] || is_equal,
                "slot {slot} is outside and matters to {observable:?}\n{circuit}"
            );
        }
    }
    (n_outside, n_without_influence)
}

#[test]
fn nothing_outside_of_the_cone_matters() {
    let options = Options { n_slots: 8, ..Options::unitary(5, 14) };
    let (outside, without_influence) = compare(&options, 300, 1);
    // Not found are the slots that only the start in |0> makes useless.
    assert!(outside > 600 && outside * 2 > without_influence, "{outside} of {without_influence} are found");
}

#[test]
fn neither_with_measurements_resets_and_branches() {
    let options = Options { n_slots: 6, ..Options::everything(4, 10) };
    let (outside, without_influence) = compare(&options, 300, 2);
    assert!(outside > 300 && outside * 2 > without_influence, "{outside} of {without_influence} are found");
}

/// The slots inside of the cone of an observable.
fn check(text: &str, observable: &[(u32, Pauli)], inside: &[usize]) {
    let circuit = Circuit::parse(text).unwrap();
    let observable = Observable::term(observable.to_vec(), C64::ONE);
    let is_inside = slots_in_cone(&circuit, &letters_of([&observable], circuit.output.len()));
    let found: Vec<usize> = (0..is_inside.len()).filter(|&slot| is_inside[slot]).collect();
    assert_eq!(found, inside, "{text}");
}

#[test]
fn what_commutes_is_passed() {
    let ladder = "ry(s0) q0; ry(s1) q1; cx q0 q1; ry(s2) q0; ry(s3) q1; rz(s4) q0; rz(s5) q1";
    check(ladder, &[(0, Pauli::Z)], &[0, 1, 2]);
    check(ladder, &[(1, Pauli::Z)], &[0, 1, 3]);
    check(ladder, &[(0, Pauli::X)], &[0, 1, 2, 4]);
    // A Z on the control passes CX, one on the target does not.
    check("ry(s0) q0; ry(s1) q1; cx q0 q1", &[(0, Pauli::Z)], &[0]);
    check("ry(s0) q0; ry(s1) q1; cx q0 q1", &[(1, Pauli::Z)], &[0, 1]);
    check("ry(s0) q0; rz(s1) q0; cx q0 q1", &[(1, Pauli::Z)], &[0]);
    check("ry(s0) q0; ry(s1) q1; swap q0 q1", &[(1, Pauli::Z)], &[0]);
    check("ry(s0) q0; rot(s1) Z q0 Z q1", &[(0, Pauli::Z)], &[0]);
}

#[test]
fn outcomes_carry_the_cone_on() {
    check("ry(s0) q0; rz(s1) q0; b0 = measure q0; if b0 { ry(s2) q1 }", &[(1, Pauli::Z)], &[0, 2]);
    check("ry(s0) q0; b0 = measure q0; if b0 { rz(s2) q1 }", &[(1, Pauli::Z)], &[]);
    check("ry(s0) q0; reset q0; ry(s1) q0", &[(0, Pauli::Z)], &[1]);
    check("ry(s0) q0; rz(s1) q0; b0 = measure q0", &[(0, Pauli::Z)], &[0]);
    check("ry(s0) q0; b0 = measure q0", &[(0, Pauli::X)], &[]);
}
