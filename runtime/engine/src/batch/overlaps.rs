//! Overlaps of many pairs of states, and their gradients: each state is computed once.

use std::collections::HashMap;
use std::rc::Rc;

use qml_prelude::{Fault, ResultFunction, Value};
use qml_simulator::C64;

use super::{Call, MOST_BYTES};
use crate::gradients::{ADJOINT, cotangent_of};
use crate::kernels::{BoundProgram, Prepared};
use crate::ledger::Account;
use crate::results::Sampling;
use crate::session::{Session, simulation_fault};
use crate::way::MANY_WIRES;

/// The different states of calls, and the two numbers of each call.
struct Pairs {
    states: States,
    pairs: Vec<(usize, usize)>,
}

impl Session<'_> {
    /// The fidelities of calls.
    pub(super) fn fidelities(&mut self, calls: &[Call]) -> Result<Vec<Value>, Fault> {
        let before = self.record.meter.seconds();
        let Some(Pairs { states, pairs }) = self.pairs(calls)? else {
            return self.in_turn(ResultFunction::Fidelity, calls);
        };
        let found = self.states_of(&states.programs)?;
        let of_pair = |i: usize| self.simulator.overlap(&found[pairs[i].0], &found[pairs[i].1]);
        let values = self
            .simulator
            .each(pairs.len(), found[0].len(), of_pair)
            .map_err(|fault| simulation_fault(&fault))?;
        self.enter_pairs(ResultFunction::Fidelity, &states, &pairs, before);
        Ok(values.into_iter().map(Value::Float).collect())
    }

    /// The cotangents of the programs of each call, the sweeps back beside each other. A pair that comes twice, also with its
    /// sides exchanged, is swept once.
    pub(super) fn fidelity_cotangents(&mut self, calls: &[Call]) -> Result<Vec<Value>, Fault> {
        let before = self.record.meter.seconds();
        for (key, args) in calls {
            if !self.is_adjoint(*key, args)? {
                return self.in_turn(ResultFunction::FidelityVjp, calls);
            }
        }
        let Some(Pairs { states, pairs }) = self.pairs(calls)? else {
            return self.in_turn(ResultFunction::FidelityVjp, calls);
        };
        let found = self.states_of(&states.programs)?;
        let mut numbers: HashMap<(usize, usize), usize> = HashMap::new();
        let mut sweeps: Vec<(usize, usize)> = Vec::new();
        for &(p, q) in &pairs {
            for side in [(p, q), (q, p)] {
                numbers.entry(side).or_insert_with(|| {
                    sweeps.push(side);
                    sweeps.len() - 1
                });
            }
        }
        let plans = states.programs.iter().map(|p| self.amplitudes_of(&p.prepared.runnable, ADJOINT));
        let plans = plans.collect::<Result<Vec<_>, _>>()?;
        let slots: Vec<&[f64]> = states.programs.iter().map(|program| program.slots.as_slice()).collect();
        let sweep = |i: usize| {
            let (moving, held) = sweeps[i];
            if slots[moving].is_empty() {
                return Ok(Vec::new());
            }
            let target = [(1.0, found[held].as_slice())];
            self.simulator.overlaps_vjp(plans[moving], slots[moving], &target).map(|exact| exact.value)
        };
        let d_slots = self.simulator.each(sweeps.len(), plans[0].cost(), sweep);
        let d_slots = d_slots.map_err(|fault| simulation_fault(&fault))?;
        let of_side = |moving: usize, held: usize, weight: f64| {
            let scaled: Vec<f64> = d_slots[numbers[&(moving, held)]].iter().map(|x| x * weight).collect();
            cotangent_of(&states.programs[moving], &scaled)
        };
        let of_call = |(&(p, q), (_, args)): (&(usize, usize), &Call)| {
            let weight = args[3].to_float();
            Ok(Value::tuple([of_side(p, q, weight)?, of_side(q, p, weight)?, Value::Unit]))
        };
        let cotangents = pairs.iter().zip(calls).map(of_call).collect::<Result<_, Fault>>()?;
        self.enter_pairs(ResultFunction::FidelityVjp, &states, &pairs, before);
        Ok(cotangents)
    }

    /// The states of all calls, and both circuits of each counted; none if shots are asked for, or if they have no room.
    fn pairs(&mut self, calls: &[Call]) -> Result<Option<Pairs>, Fault> {
        let mut states = States::default();
        let mut pairs = Vec::with_capacity(calls.len());
        for (key, args) in calls {
            let (p, q) = (self.unbound_register(&args[0])?, self.unbound_register(&args[1])?);
            if let Sampling::Shots { .. } = self.sampling(&args[2], &p.prepared, *key)? {
                return Ok(None);
            }
            let (p, q) = (self.bound(p)?, self.bound(q)?);
            pairs.push((states.number(p), states.number(q)));
        }
        let is_small = |program: &BoundProgram| program.prepared.runnable.circuit.n_wires < MANY_WIRES;
        if !states.programs.iter().all(is_small) || states.bytes() > MOST_BYTES {
            return Ok(None);
        }
        for &(p, q) in &pairs {
            for number in [p, q] {
                self.kernels.count(states.programs[number].account(), 1, 0)?;
            }
        }
        Ok(Some(Pairs { states, pairs }))
    }

    /// Enters a batch of pairs: a call by itself goes under the kernel of its second program.
    fn enter_pairs(
        &mut self,
        function: ResultFunction,
        states: &States,
        pairs: &[(usize, usize)],
        before: f64,
    ) {
        let mut by_kernel: Vec<(&Account, usize)> = Vec::new();
        for &(_, q) in pairs {
            let account = states.programs[q].account();
            match by_kernel.iter_mut().find(|known| known.0.kernel == account.kernel) {
                Some((_, n_calls)) => *n_calls += 1,
                None => by_kernel.push((account, 1)),
            }
        }
        let seconds = self.seconds_since(before);
        for (account, n_calls) in by_kernel {
            let share = seconds * n_calls as f64 / pairs.len() as f64;
            self.enter_calls(function, account, n_calls, share);
        }
        self.kernels.statistics.batches += 1;
    }
}

/// Different states, and the numbers that they have.
#[derive(Default)]
struct States {
    programs: Vec<BoundProgram>,
    numbers: HashMap<(*const Prepared, Vec<u64>), usize>,
}

impl States {
    fn number(&mut self, program: BoundProgram) -> usize {
        let bits = program.slots.iter().map(|slot| slot.to_bits()).collect();
        let programs = &mut self.programs;
        *self.numbers.entry((Rc::as_ptr(&program.prepared), bits)).or_insert_with(|| {
            programs.push(program);
            programs.len() - 1
        })
    }

    fn bytes(&self) -> usize {
        let qubits = |program: &BoundProgram| program.prepared.runnable.circuit.output.len().min(40);
        self.programs.iter().map(|program| size_of::<C64>() << qubits(program)).sum()
    }
}
