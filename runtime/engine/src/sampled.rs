//! Expectation values from shots.
//!
//! Pauli strings are measured together where they agree on every qubit that they share: for each such group the circuit is
//! run with its qubits turned so that the letters are Z, and each string's value is the mean parity of its bits.

use std::rc::Rc;

use qml_gates::Gate;
use qml_ir::circuit::{Circuit, Op};
use qml_prelude::Fault;
use qml_prelude::observable::{Observable, Pauli, PauliString};
use qml_prelude::random::child_key;
use qml_simulator::{Run, Shots, check_observables};
use qml_source::Span;

use crate::kernels::Runnable;
use crate::session::{Session, simulation_fault};

/// Strings that are measured together: the letter on each qubit, and the strings with the places they came from.
pub(crate) struct Group {
    pub letters: Vec<Option<Pauli>>,
    strings: Vec<(usize, PauliString, f64)>,
}

impl Session<'_> {
    /// Estimates each observable; every group of strings gets `shots` shots.
    pub(crate) fn sampled_expectations(
        &mut self,
        runnable: &Runnable,
        slots: &[f64],
        observables: &[Observable],
        shots: usize,
        key: u64,
    ) -> Result<Vec<f64>, Fault> {
        let circuit = &runnable.circuit;
        check_observables(circuit.output.len(), observables).map_err(|fault| simulation_fault(&fault))?;
        let mut values = vec![0.0; observables.len()];
        for (i, group) in groups(observables, circuit.output.len(), &mut values).iter().enumerate() {
            let turned = self.turned(runnable, &group.letters);
            let drawn = self.sample((&turned, slots), shots, child_key(key, i as u64))?;
            let parts = group.estimates(i, observables, &drawn, self.simulator.run());
            for (observable, part) in parts.map_err(|fault| simulation_fault(&fault))? {
                values[observable] += part;
            }
        }
        Ok(values)
    }

    pub(crate) fn turned(&mut self, runnable: &Runnable, letters: &[Option<Pauli>]) -> Rc<Runnable> {
        if let Some(turned) = runnable.turned.borrow().get(letters) {
            return Rc::clone(turned);
        }
        let circuit = turned(&runnable.circuit, letters);
        let turned =
            Rc::new(self.kernels.runnable(circuit, runnable.noise.clone(), runnable.account.clone()));
        runnable.turned.borrow_mut().insert(letters.to_vec(), Rc::clone(&turned));
        turned
    }
}

impl Group {
    /// What the shots of group `number` tell of each of its strings and projectors: the observable, and what is added to it.
    pub(crate) fn estimates(
        &self,
        number: usize,
        observables: &[Observable],
        drawn: &Shots,
        run: &Run,
    ) -> Result<Vec<(usize, f64)>, qml_simulator::Fault> {
        let shots = drawn.n_shots;
        let mut parts = Vec::new();
        for (observable, string, coefficient) in &self.strings {
            run.check()?;
            let odd = (0..shots).filter(|&shot| {
                let row = drawn.row(shot);
                string.iter().filter(|(qubit, _)| row[*qubit as usize]).count() % 2 == 1
            });
            parts.push((*observable, coefficient * (1.0 - 2.0 * odd.count() as f64 / shots as f64)));
        }
        for (observable, bits, coefficient) in projectors(observables, number) {
            let hits = (0..shots).filter(|&shot| drawn.row(shot).starts_with(bits)).count();
            parts.push((observable, coefficient * hits as f64 / shots as f64));
        }
        Ok(parts)
    }
}

/// Projectors are measured in the first group, which is all Z if there are any.
fn projectors(observables: &[Observable], group: usize) -> impl Iterator<Item = (usize, &[bool], f64)> {
    observables
        .iter()
        .enumerate()
        .filter(move |_| group == 0)
        .flat_map(|(i, o)| o.projectors.iter().map(move |(bits, c)| (i, bits.as_slice(), c.re)))
}

/// Sorts strings into groups, first fit; constants go to the values at once.
pub(crate) fn groups(observables: &[Observable], n_qubits: usize, values: &mut [f64]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    if observables.iter().any(|observable| !observable.projectors.is_empty()) {
        groups.push(Group { letters: vec![Some(Pauli::Z); n_qubits], strings: Vec::new() });
    }
    for (i, observable) in observables.iter().enumerate() {
        for (string, coefficient) in &observable.terms {
            if string.is_empty() {
                values[i] += coefficient.re;
                continue;
            }
            let fits = |group: &Group| {
                string
                    .iter()
                    .all(|&(q, letter)| group.letters[q as usize].is_none_or(|other| other == letter))
            };
            let place = match groups.iter().position(fits) {
                Some(place) => place,
                None => {
                    groups.push(Group { letters: vec![None; n_qubits], strings: Vec::new() });
                    groups.len() - 1
                }
            };
            for &(q, letter) in string {
                groups[place].letters[q as usize] = Some(letter);
            }
            groups[place].strings.push((i, string.clone(), coefficient.re));
        }
    }
    groups
}

/// The circuit with its register turned so that measuring Z measures these letters. On an emulated device the turns
/// are perfect.
fn turned(circuit: &Circuit, letters: &[Option<Pauli>]) -> Circuit {
    let mut circuit = circuit.clone();
    for (qubit, letter) in letters.iter().enumerate() {
        let wire = [circuit.output[qubit]];
        match letter {
            Some(Pauli::X) => circuit.ops.push(Op::gate(Gate::H, &[], &wire, Span::default())),
            Some(Pauli::Y) => {
                circuit.ops.push(Op::gate(Gate::Sdg, &[], &wire, Span::default()));
                circuit.ops.push(Op::gate(Gate::H, &[], &wire, Span::default()));
            }
            Some(Pauli::Z) | None => {}
        }
    }
    circuit
}
