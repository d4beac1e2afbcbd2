//! Runs of a circuit with outcomes on a state that is told by other means than all amplitudes: all branches of outcomes,
//! and groups of shots that have seen the same ones.

use qml_ir::circuit::{BitExpr, Circuit, Op, OpKind};
use qml_prelude::random::uniform_at;

use crate::Fault;
use crate::expect::LEFT_OUT;
use crate::plan::holds;
use crate::sample::ones_first;
use crate::simulator::Run;
use crate::walk::Tally;

/// An outcome less likely than this doesn't happen: it is what rounding leaves of zero.
const IMPOSSIBLE: f64 = 1e-14;

/// A state that a circuit runs on.
pub trait Register: Clone {
    /// What is done to it between outcomes.
    type Op;

    /// Does it; `bits` are the outcomes so far.
    fn apply(&mut self, run: &Run, op: &Self::Op, bits: &[bool]) -> Result<(), Fault>;
    /// How likely a wire is 1.
    fn chance(&mut self, wire: u32) -> f64;
    /// Leaves what an outcome leaves, with norm one.
    fn project(&mut self, wire: u32, outcome: bool);
    /// Exchanges 0 and 1.
    fn flip(&mut self, wire: u32);
}

/// The steps of a circuit.
#[derive(Clone, Debug)]
pub struct Program<O> {
    /// In their order, branches as jumps.
    pub steps: Vec<Step<O>>,
    /// Classical bits.
    pub n_bits: usize,
    /// Where a loop was cut off that would go on.
    pub unfinished: Vec<BitExpr>,
}

/// A step of a circuit.
#[derive(Clone, Debug)]
pub enum Step<O> {
    /// Something that has no outcome.
    Do(O),
    /// Measures a wire.
    Measure {
        /// The wire.
        wire: u32,
        /// The bit that takes the outcome.
        bit: u32,
    },
    /// Sets a wire to 0.
    Reset {
        /// The wire.
        wire: u32,
    },
    /// Goes on elsewhere where a condition does not hold.
    Branch {
        /// The condition.
        condition: BitExpr,
        /// The step that is next where it doesn't hold.
        otherwise: usize,
    },
    /// Goes on elsewhere.
    Jump {
        /// The step that is next.
        to: usize,
    },
}

/// What an operation without outcome is, or an error; nothing where a branch takes jumps.
pub type Lower<'f, 'a, O, E> = dyn FnMut(&'a Op) -> Result<Option<Vec<O>>, E> + 'f;

/// Somewhere in a run.
#[derive(Clone, Debug)]
pub struct Branch<R> {
    at: usize,
    /// The state.
    pub register: R,
    /// The classical bits.
    pub bits: Vec<bool>,
    /// The probability of the outcomes so far.
    pub weight: f64,
    /// How many outcomes were random.
    pub draws: u64,
}

/// A measurement or reset whose outcome is not certain.
struct Random {
    wire: u32,
    /// The bit that takes the outcome; none for a reset.
    bit: Option<u32>,
    chance: f64,
}

impl<R: Register> Branch<R> {
    fn start(program: &Program<R::Op>, register: R) -> Self {
        Self { at: 0, register, bits: vec![false; program.n_bits], weight: 1.0, draws: 0 }
    }

    /// Goes on to the next random outcome, or to the end.
    fn advance(&mut self, program: &Program<R::Op>, run: &Run) -> Result<Option<Random>, Fault> {
        while let Some(step) = program.steps.get(self.at) {
            run.check()?;
            self.at += 1;
            let (wire, bit) = match step {
                Step::Do(op) => {
                    self.register.apply(run, op, &self.bits)?;
                    continue;
                }
                Step::Branch { condition, otherwise } => {
                    if !holds(condition, &self.bits) {
                        self.at = *otherwise;
                    }
                    continue;
                }
                Step::Jump { to } => {
                    self.at = *to;
                    continue;
                }
                Step::Measure { wire, bit } => (*wire, Some(*bit)),
                Step::Reset { wire } => (*wire, None),
            };
            let chance = self.register.chance(wire);
            let random = Random { wire, bit, chance };
            if (IMPOSSIBLE..=1.0 - IMPOSSIBLE).contains(&chance) {
                return Ok(Some(random));
            }
            self.write(&random, chance > 0.5);
        }
        Ok(None)
    }

    fn settle(&mut self, random: &Random, outcome: bool) {
        self.register.project(random.wire, outcome);
        self.weight *= if outcome { random.chance } else { 1.0 - random.chance };
        self.draws += 1;
        self.write(random, outcome);
    }

    fn write(&mut self, random: &Random, outcome: bool) {
        match random.bit {
            Some(bit) => self.bits[bit as usize] = outcome,
            None if outcome => self.register.flip(random.wire),
            None => {}
        }
    }
}

impl<O> Program<O> {
    /// The steps of a circuit. `lower` tells what an operation without outcome is; of a branch it may tell what does the same
    /// without jumps.
    pub fn new<'a, E>(circuit: &'a Circuit, lower: &mut Lower<'_, 'a, O, E>) -> Result<Self, E> {
        let mut program = Self { steps: Vec::new(), n_bits: circuit.n_bits, unfinished: Vec::new() };
        program.unfinished.extend(circuit.unfinished.iter().map(|loop_end| loop_end.condition.clone()));
        program.push(&circuit.ops, lower)?;
        Ok(program)
    }

    /// Adds the steps of further operations.
    pub(crate) fn push<'a, E>(&mut self, ops: &'a [Op], lower: &mut Lower<'_, 'a, O, E>) -> Result<(), E> {
        for op in ops {
            if !matches!(op.kind, OpKind::Measure { .. } | OpKind::Reset { .. })
                && let Some(done) = lower(op)?
            {
                self.steps.extend(done.into_iter().map(Step::Do));
                continue;
            }
            match &op.kind {
                OpKind::Measure { wire, bit } => {
                    self.steps.push(Step::Measure { wire: wire.0, bit: bit.0 });
                }
                OpKind::Reset { wire } => self.steps.push(Step::Reset { wire: wire.0 }),
                OpKind::If { condition, then, otherwise } => {
                    let branch = self.steps.len();
                    self.steps.push(Step::Jump { to: 0 });
                    self.push(then, lower)?;
                    let jump = self.steps.len();
                    self.steps.push(Step::Jump { to: 0 });
                    self.steps[branch] = Step::Branch { condition: condition.clone(), otherwise: jump + 1 };
                    self.push(otherwise, lower)?;
                    self.steps[jump] = Step::Jump { to: self.steps.len() };
                }
                OpKind::Gate { .. }
                | OpKind::PauliRotation { .. }
                | OpKind::Unitary { .. }
                | OpKind::Barrier { .. } => {}
            }
        }
        Ok(())
    }

    /// The run in which outcomes are 0 where they are not certain.
    pub fn run_of_zeros<R: Register<Op = O>>(&self, run: &Run, register: R) -> Result<Branch<R>, Fault> {
        let mut branch = Branch::start(self, register);
        while let Some(random) = branch.advance(self, run)? {
            branch.settle(&random, false);
        }
        Ok(branch)
    }

    /// Calls `leaf` at the end of each branch of outcomes; returns how many there are.
    pub fn each_branch<R: Register<Op = O>>(
        &self,
        run: &Run,
        register: R,
        leaf: &mut dyn FnMut(&mut Branch<R>) -> Result<(), Fault>,
    ) -> Result<u64, Fault> {
        let (mut waiting, mut tally) = (vec![Branch::start(self, register)], Tally::new(LEFT_OUT));
        while let Some(mut branch) = waiting.pop() {
            if let Some(random) = branch.advance(self, run)? {
                for (outcome, chance) in [(true, random.chance), (false, 1.0 - random.chance)] {
                    if tally.follows(branch.weight * chance) {
                        let mut half = branch.clone();
                        half.settle(&random, outcome);
                        waiting.push(half);
                    }
                }
            } else if !self.is_unfinished(&branch.bits) {
                tally.branches += 1;
                leaf(&mut branch)?;
            } else if tally.follows(branch.weight) {
                return Err(Fault::Unfinished);
            }
        }
        Ok(tally.branches)
    }

    /// Runs shots, told by their numbers; those with the same outcomes stay together until `leaf` reads them out.
    pub fn each_group<R: Register<Op = O>>(
        &self,
        run: &Run,
        register: R,
        key: u64,
        shots: Vec<usize>,
        leaf: &mut impl FnMut(&mut Branch<R>, &[usize]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut waiting = vec![(Branch::start(self, register), shots)];
        while let Some((mut branch, mut shots)) = waiting.pop() {
            while let Some(random) = branch.advance(self, run)? {
                let is_one = |shot| uniform_at(key, shot as u64, branch.draws) < random.chance;
                let n_ones = ones_first(&mut shots, is_one);
                let zeros = shots.split_off(n_ones);
                let first = !zeros.is_empty();
                let (own, others) = if first { (zeros, shots) } else { (shots, zeros) };
                if !others.is_empty() {
                    let mut other = branch.clone();
                    other.settle(&random, first);
                    waiting.push((other, others));
                }
                branch.settle(&random, !first);
                shots = own;
            }
            if self.is_unfinished(&branch.bits) {
                return Err(Fault::Unfinished);
            }
            leaf(&mut branch, &shots)?;
        }
        Ok(())
    }

    fn is_unfinished(&self, bits: &[bool]) -> bool {
        self.unfinished.iter().any(|condition| holds(condition, bits))
    }
}
