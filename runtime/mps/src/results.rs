//! What is asked of a circuit: expectation values, probabilities, shots.

use std::ops::Range;
use std::sync::Arc;

use qml_ir::circuit::{BitExpr, Circuit};
use qml_prelude::observable::Observable;
use qml_simulator::branches::Program;
use qml_simulator::{Exact, Fault, Run, Shots, Simulator, check_observables};

use crate::Limits;
use crate::chain::Chain;
use crate::lower::{Matrix, TooWide, lower};
use crate::observe::Factor;

/// A circuit for some values of its slots, to be run on matrix-product states.
#[derive(Clone, Debug)]
pub struct Mps {
    n_wires: usize,
    program: Program<Matrix>,
    output: Vec<u32>,
    result_bits: Vec<BitExpr>,
    limits: Limits,
}

/// A result with how far it may be off.
#[derive(Clone, Debug, PartialEq)]
pub struct Approximate<T> {
    /// The result.
    pub value: T,
    /// A bound on the distance of the state from the exact one: see the documentation of the crate.
    pub distance: f64,
    /// The largest dimension of a bond at the end.
    pub bond: usize,
}

impl Mps {
    /// The circuit with these values.
    ///
    /// # Errors
    /// An operation on too many wires.
    pub fn new<'a>(circuit: &'a Circuit, slots: &[f64], limits: Limits) -> Result<Self, TooWide<'a>> {
        Ok(Self {
            n_wires: circuit.n_wires,
            program: lower(circuit, slots)?,
            output: circuit.output.iter().map(|wire| wire.0).collect(),
            result_bits: circuit.result_bits.clone(),
            limits,
        })
    }

    /// The expectation value of each observable; qubit `i` of an observable is qubit `i` of the returned register.
    ///
    /// # Errors
    /// Those of [`Simulator::expectations`].
    pub fn expectations(
        &self,
        simulator: &Simulator,
        observables: &[Observable],
    ) -> Result<Approximate<Exact<Vec<f64>>>, Fault> {
        check_observables(self.output.len(), observables)?;
        let mut values = vec![0.0; observables.len()];
        let mut found = Found::default();
        let branches =
            self.program.each_branch(simulator.run(), self.start(simulator.run()), &mut |branch| {
                for (value, observable) in values.iter_mut().zip(observables) {
                    for (string, coefficient) in &observable.terms {
                        simulator.run().check()?;
                        let factor = |&(qubit, letter): &(u32, _)| {
                            (self.output[qubit as usize], Factor::Letter(letter))
                        };
                        let factors: Vec<(u32, Factor)> = string.iter().map(factor).collect();
                        *value += branch.weight * coefficient.re * branch.register.expectation(&factors);
                    }
                    for (bits, coefficient) in &observable.projectors {
                        let values = bits.iter().map(|&bit| Factor::Value(bit));
                        let factors: Vec<(u32, Factor)> = self.output.iter().copied().zip(values).collect();
                        *value += branch.weight * coefficient.re * branch.register.expectation(&factors);
                    }
                }
                found.add(branch.weight, &branch.register);
                simulator.run().check()
            })?;
        Ok(found.with(Exact { value: values, branches }))
    }

    /// The probability of each outcome of the register, qubit 0 least significant.
    ///
    /// # Errors
    /// Those of [`Simulator::probabilities`].
    pub fn probabilities(&self, simulator: &Simulator) -> Result<Approximate<Exact<Vec<f64>>>, Fault> {
        simulator.require_outcomes(self.output.len())?;
        let mut values = vec![0.0; 1 << self.output.len()];
        let mut found = Found::default();
        let branches =
            self.program.each_branch(simulator.run(), self.start(simulator.run()), &mut |branch| {
                branch.register.add_probabilities(&self.output, branch.weight, &mut values);
                found.add(branch.weight, &branch.register);
                simulator.run().check()
            })?;
        Ok(found.with(Exact { value: values, branches }))
    }

    /// A part of the shots of a longer call, as [`Simulator::sample_part`].
    ///
    /// # Errors
    /// Those of [`Simulator::sample_part`].
    pub fn sample_part(
        &self,
        simulator: &Simulator,
        shots: Range<usize>,
        key: u64,
    ) -> Result<Approximate<Shots>, Fault> {
        let n_bits = self.output.len() + self.result_bits.len();
        simulator.require_bytes((shots.len() * (n_bits + size_of::<usize>())) as u128, self.n_wires)?;
        let (first, n_shots) = (shots.start, shots.len());
        let mut rows = Shots { n_shots, n_bits, bits: vec![false; n_shots * n_bits] };
        let mut found = Found::default();
        if n_shots == 0 {
            return Ok(found.with(rows));
        }
        let run = simulator.run();
        self.program.each_group(run, self.start(run), key, shots.collect(), &mut |branch, group| {
            branch.register.centre_in(0, 0);
            for &shot in group {
                run.check()?;
                let values = branch.register.sample(key, shot as u64, branch.draws);
                let row = &mut rows.bits[(shot - first) * n_bits..][..n_bits];
                let (register, results) = row.split_at_mut(self.output.len());
                register.iter_mut().zip(&self.output).for_each(|(to, &wire)| *to = values[wire as usize]);
                results.iter_mut().zip(&self.result_bits).for_each(|(to, bit)| *to = bit.eval(&branch.bits));
            }
            found.add(group.len() as f64 / n_shots as f64, &branch.register);
            run.check()
        })?;
        Ok(found.with(rows))
    }

    fn start(&self, run: &Run) -> Chain {
        Chain::new(self.n_wires, self.limits, Arc::clone(run.interrupt()))
    }
}

/// What was found of the chains at the ends of branches.
#[derive(Default)]
struct Found {
    distance: f64,
    bond: usize,
}

impl Found {
    fn add(&mut self, weight: f64, chain: &Chain) {
        self.distance += weight * chain.distance;
        self.bond = self.bond.max(chain.largest_bond());
    }

    fn with<T>(self, value: T) -> Approximate<T> {
        Approximate { value, distance: self.distance, bond: self.bond }
    }
}
