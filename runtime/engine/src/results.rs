//! The functions that run programs: `expect`, `probs`, `counts` and the others, exactly or with shots.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use qml_prelude::observable::Observable;
use qml_prelude::random::uniform_at;
use qml_prelude::room::check_room;
use qml_prelude::{Fault, ResultFunction, Tensor, Value};
use qml_simulator::{C64, Exact, MANY_BRANCHES, Shots};
use qml_source::{Code, Diagnostic, bug};

use crate::concentration;
use crate::kernels::{Angles, BoundProgram, Prepared, Unbound};
use crate::ledger::Account;
use crate::session::{Session, simulation_fault};
use crate::states::BoundState;
use crate::way::Way;

/// How many shots are drawn at once where only their frequencies are asked for.
const PART: usize = 1 << 20;
/// How many are looked at between two looks at whether the call should end.
const SOME: usize = 1 << 14;

/// Exact values, or estimates from this many shots drawn with this key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sampling {
    Exact,
    Shots { shots: usize, key: u64 },
}

impl Session<'_> {
    /// Runs what a result function asks for; see [`qml_prelude::Host::result`].
    pub(crate) fn result_of(
        &mut self,
        function: ResultFunction,
        key: i64,
        args: &[Value],
    ) -> Result<Value, Fault> {
        self.check_emulated(function)?;
        match function {
            ResultFunction::Expect => {
                let program = self.bind_register(&args[1])?;
                let sampling = self.sampling(&args[2], &program.prepared, key)?;
                let observables = self.observables_of(&args[0]);
                let values = self.expectations(program.angles(), &observables, sampling)?;
                if let Value::Program(unbound) = &args[1] {
                    self.kernels.keep_bound(unbound, program);
                }
                Ok(like_observables(&args[0], values))
            }
            ResultFunction::Variance => {
                let program = self.bind_register(&args[1])?;
                let sampling = self.sampling(&args[2], &program.prepared, key)?;
                Ok(Value::Float(self.variance(&program, &args[0].to_observable(), sampling)?))
            }
            ResultFunction::Probs => {
                let program = self.bind_register(&args[0])?;
                let sampling = self.sampling(&args[1], &program.prepared, key)?;
                Ok(Value::vector(self.probabilities(program.angles(), sampling)?))
            }
            ResultFunction::Samples => {
                let shots = self.draw(&args[0], &args[1], key)?;
                let rows = ndarray::Array2::from_shape_vec((shots.n_shots, shots.n_bits), shots.bits);
                Ok(Value::from_owned(rows.unwrap_or_else(|error| bug!("shape of samples: {error}"))))
            }
            ResultFunction::Counts => self.counts(&args[0], &args[1], key),
            ResultFunction::Run => {
                let shots = self.draw(&args[0], &Value::Int(1), key)?;
                Ok(Value::vector(shots.bits))
            }
            ResultFunction::State => {
                let program = self.bind_register(&args[0])?;
                Ok(Value::vector(self.state(program.angles())?))
            }
            ResultFunction::Fidelity => {
                let (p, q) = (self.bind_register(&args[0])?, self.bind_register(&args[1])?);
                let sampling = self.sampling(&args[2], &p.prepared, key)?;
                let states = (self.state(p.angles())?, self.state(q.angles())?);
                Ok(Value::Float(self.overlap(p.account(), (&states.0, &states.1), sampling, 0)?))
            }
            ResultFunction::Gram => self.gram(args, key),
            ResultFunction::ExpectVjp
            | ResultFunction::VarianceVjp
            | ResultFunction::ProbsVjp
            | ResultFunction::FidelityVjp
            | ResultFunction::StateVjp
            | ResultFunction::GramVjp
            | ResultFunction::ExpectCoefficientsVjp
            | ResultFunction::VarianceCoefficientsVjp => self.vjp(function, key, args),
            ResultFunction::ExpectJvp | ResultFunction::ProbsJvp | ResultFunction::StateJvp => {
                self.jvp(function, key, args)
            }
        }
    }

    pub(crate) fn bind(&mut self, program: &Value) -> Result<BoundProgram, Fault> {
        if let Value::Program(program) = program
            && let Some(bound) = self.kernels.take_bound(program)
        {
            return Ok(bound);
        }
        let unbound = self.unbound(program)?;
        self.bound(unbound)
    }

    /// The same, of a kernel that returns a register.
    pub(crate) fn bind_register(&mut self, program: &Value) -> Result<BoundProgram, Fault> {
        let unbound = self.unbound_register(program)?;
        self.bound(unbound)
    }

    /// The program with its kernel prepared, before its angles are computed.
    pub(crate) fn unbound(&mut self, program: &Value) -> Result<Unbound, Fault> {
        let Value::Program(program) = program else { bug!("not a program: {program:?}") };
        self.kernels.unbound(self.module, &self.globals, program)
    }

    /// The same, of a kernel that returns a register; the compiler doesn't know the kernels of all programs.
    pub(crate) fn unbound_register(&mut self, program: &Value) -> Result<Unbound, Fault> {
        let unbound = self.unbound(program)?;
        if unbound.prepared.specialised.result.register.is_some() {
            return Ok(unbound);
        }
        let kernel = self.module.function(unbound.prepared.key.kernel);
        let name = kernel.shown_name();
        Err(Box::new(
            Diagnostic::error(Code::Q0417, "a result of a program without a register")
                .secondary(kernel.span, format!("`{name}` returns no qubits"))
                .help("return the qubits, without measuring them: `-> qubit[n]`; bits come from `run`, `counts` and `samples`"),
        ))
    }

    /// The observables of a call. Those of the latest one are at hand: training asks for the same ones in each step.
    pub(crate) fn observables_of(&mut self, value: &Value) -> Arc<[Observable]> {
        match &self.observables {
            Some((known, observables)) if is_one(known, value) => Arc::clone(observables),
            _ => {
                let observables = observables_of(value);
                self.observables = Some((value.clone(), Arc::clone(&observables)));
                observables
            }
        }
    }

    /// The program with its angles.
    pub(crate) fn bound(&self, unbound: Unbound) -> Result<BoundProgram, Fault> {
        unbound.bind(&|| self.interrupt.load(Ordering::Relaxed))
    }

    /// Shots come from the call, else from `@shots` on the kernel, else from `--shots`.
    pub(crate) fn sampling(&self, shots: &Value, prepared: &Prepared, key: i64) -> Result<Sampling, Fault> {
        let asked = match shots {
            Value::Int(shots) => Some(*shots),
            _ => self.module.function(prepared.key.kernel).shots.or(self.default_shots),
        };
        if let (Some(shots), Some(emulator)) = (asked, &self.kernels.emulator)
            && let Some(error) = qml_transpile::check_shots(shots, None, emulator.device())
        {
            return Err(Box::new(error));
        }
        match asked {
            None => Ok(Sampling::Exact),
            Some(shots @ 1..=1_000_000_000) => Ok(Sampling::Shots { shots: shots as usize, key: key as u64 }),
            Some(shots) => Err(Box::new(
                Diagnostic::error(Code::Q0657, format!("{shots} shots were asked for"))
                    .help("from 1 to 1_000_000_000; leave `shots` out for exact values"),
            )),
        }
    }

    /// The value, and a note if it took very many branches.
    pub(crate) fn exact<T>(
        &mut self,
        account: &Account,
        result: Result<Exact<T>, qml_simulator::Fault>,
    ) -> Result<T, Fault> {
        self.kernels.count(account, 1, 0)?;
        let exact = result.map_err(|fault| simulation_fault(&fault))?;
        self.note_branches(exact.branches);
        Ok(exact.value)
    }

    /// A note if a value took very many branches.
    pub(crate) fn note_branches(&mut self, branches: u64) {
        if branches > MANY_BRANCHES {
            let message = format!("an exact value took {branches} branches of measurements");
            self.warn_once(
                Diagnostic::warning(Code::Q0658, message)
                    .help("with `shots: k` it takes as many runs as shots at most"),
            );
        }
    }

    /// A warning, unless there was one of its code before.
    fn warn_once(&mut self, warning: Diagnostic) {
        let warnings = &mut self.kernels.warnings;
        if warnings.iter().all(|told| told.code != warning.code) {
            warnings.push(warning);
        }
    }

    pub(crate) fn expectations(
        &mut self,
        (runnable, slots): Angles<'_>,
        observables: &Arc<[Observable]>,
        sampling: Sampling,
    ) -> Result<Vec<f64>, Fault> {
        match sampling {
            Sampling::Exact => self.exact_expectations((runnable, slots), observables),
            Sampling::Shots { shots, key } => {
                self.sampled_expectations(runnable, slots, observables, shots, key)
            }
        }
    }

    fn variance(
        &mut self,
        program: &BoundProgram,
        observable: &Observable,
        sampling: Sampling,
    ) -> Result<f64, Fault> {
        let (runnable, slots) = program.angles();
        if runnable.noise.is_none()
            && let Sampling::Exact = sampling
            && let Way::StateVector(plan) = self.way(program.angles())?
        {
            let result = self.simulator.variances(plan, slots, std::slice::from_ref(observable));
            return Ok(self.exact(&runnable.account, result)?[0]);
        }
        let both = Arc::from([observable.clone(), squared(observable)?]);
        let values = self.expectations(program.angles(), &both, sampling)?;
        Ok(values[1] - values[0] * values[0])
    }

    pub(crate) fn probabilities(
        &mut self,
        angles: Angles<'_>,
        sampling: Sampling,
    ) -> Result<Vec<f64>, Fault> {
        let Sampling::Shots { shots, key } = sampling else { return self.exact_probabilities(angles) };
        let n = angles.0.circuit.output.len();
        self.simulator.require_outcomes(n).map_err(|fault| simulation_fault(&fault))?;
        let mut histogram = vec![0_u32; 1 << n];
        self.for_shots(angles, shots, key, |row| histogram[index_of(&row[..n])] += 1)?;
        Ok(histogram.into_iter().map(|count| f64::from(count) / shots as f64).collect())
    }

    fn draw(&mut self, program: &Value, shots: &Value, key: i64) -> Result<Shots, Fault> {
        let program = self.bind(program)?;
        let (shots, key) = self.drawn_shots(shots, &program, key)?;
        self.sample(program.angles(), shots, key)
    }

    /// How many shots to draw, and their key.
    fn drawn_shots(
        &mut self,
        shots: &Value,
        program: &BoundProgram,
        key: i64,
    ) -> Result<(usize, u64), Fault> {
        match self.sampling(shots, &program.prepared, key)? {
            Sampling::Shots { shots, key } => Ok((shots, key)),
            Sampling::Exact => Err(Box::new(
                Diagnostic::error(Code::Q0659, "the number of shots is missing")
                    .help("`shots: 1000` in the call, `@shots(1000)` on the kernel, or `--shots 1000`"),
            )),
        }
    }

    fn counts(&mut self, program: &Value, shots: &Value, key: i64) -> Result<Value, Fault> {
        let program = self.bind(program)?;
        let (shots, key) = self.drawn_shots(shots, &program, key)?;
        let circuit = &program.angles().0.circuit;
        let n_bits = circuit.output.len() + circuit.result_bits.len();
        let mut frequencies: BTreeMap<Vec<bool>, i64> = BTreeMap::new();
        let mut room = Ok(());
        self.for_shots(program.angles(), shots, key, |row| match frequencies.get_mut(row) {
            Some(n) => *n += 1,
            None if room.is_ok() => {
                if frequencies.len().is_power_of_two() {
                    // An outcome stands in the table while it is made, and in the result.
                    room = check_room(&[2 * frequencies.len()], 2 * n_bits + 64);
                }
                frequencies.insert(row.to_vec(), 1);
            }
            None => {}
        })?;
        room.map(|()| counts(frequencies, n_bits))
    }

    /// Calls `f` with the bits of each shot, drawn in parts: all together may not fit into memory.
    fn for_shots(
        &mut self,
        angles: Angles<'_>,
        shots: usize,
        key: u64,
        mut f: impl FnMut(&[bool]),
    ) -> Result<(), Fault> {
        self.kernels.count(&angles.0.account, 1, shots as u64)?;
        for start in (0..shots).step_by(PART) {
            let part = start..shots.min(start + PART);
            let drawn = self.sample_part(angles, part, key)?;
            for shots in (0..drawn.n_shots).step_by(SOME).map(|first| first..drawn.n_shots.min(first + SOME))
            {
                self.simulator.run().check().map_err(|fault| simulation_fault(&fault))?;
                shots.for_each(|shot| f(drawn.row(shot)));
            }
        }
        Ok(())
    }

    pub(crate) fn sample(&mut self, angles: Angles<'_>, shots: usize, key: u64) -> Result<Shots, Fault> {
        self.kernels.count(&angles.0.account, 1, shots as u64)?;
        self.sample_part(angles, 0..shots, key)
    }

    pub(crate) fn state(&mut self, (runnable, slots): Angles<'_>) -> Result<Vec<C64>, Fault> {
        let plan = self.amplitudes_of(runnable, "amplitudes")?;
        let result = self.simulator.state(plan, slots);
        self.exact(&runnable.account, result)
    }

    /// The squared overlap, or an estimate of it.
    pub(crate) fn overlap(
        &mut self,
        account: &Account,
        (a, b): (&[C64], &[C64]),
        sampling: Sampling,
        stream: u64,
    ) -> Result<f64, Fault> {
        let exact = self.simulator.overlap(a, b).map_err(|fault| simulation_fault(&fault))?;
        self.estimated(account, exact, sampling, stream)
    }

    /// An overlap; with shots, the fraction of them that a test of the two states passes.
    fn estimated(
        &mut self,
        account: &Account,
        exact: f64,
        sampling: Sampling,
        stream: u64,
    ) -> Result<f64, Fault> {
        let Sampling::Shots { shots, key } = sampling else { return Ok(exact) };
        self.kernels.count(account, 1, shots as u64)?;
        let passed = (0..shots).filter(|&shot| uniform_at(key, stream, shot as u64) < exact).count();
        Ok(passed as f64 / shots as f64)
    }

    /// Each state is computed once.
    fn gram(&mut self, args: &[Value], key: i64) -> Result<Value, Fault> {
        let rows = self.bound_states(&args[0])?;
        let others = match &args[1] {
            Value::Tensor(_) => Some(self.bound_states(&args[1])?),
            _ => None,
        };
        let columns = others.as_ref().unwrap_or(&rows);
        let exact = match &others {
            None => self.simulator.gram(&states_of(&rows)),
            Some(columns) => self.simulator.overlaps(&states_of(&rows), &states_of(columns)),
        };
        let mut values = exact.map_err(|fault| simulation_fault(&fault))?;
        let mut shots_each = None;
        for (i, (program, _)) in rows.iter().enumerate() {
            let sampling = self.sampling(&args[2], &program.prepared, key)?;
            let Sampling::Shots { shots, .. } = sampling else { continue };
            shots_each = Some(shots as u64);
            let n = columns.len();
            for j in 0..n {
                // The matrix of one list is symmetric also where it is estimated, and nothing is run twice.
                values[i * n + j] = if others.is_none() && i > j {
                    values[j * n + i]
                } else if others.is_none() && i == j {
                    1.0
                } else {
                    self.estimated(program.account(), values[i * n + j], sampling, (i * n + j) as u64)?
                };
            }
        }
        if let Some((program, _)) = rows.first()
            && let Some(warning) =
                concentration::warning(&values, columns.len(), others.is_none(), shots_each)
        {
            let kernel = self.module.function(program.prepared.key.kernel);
            self.warn_once(warning.primary(kernel.span, "of these states"));
        }
        let shape = [rows.len(), columns.len()];
        let matrix = ndarray::Array2::from_shape_vec(shape, values);
        Ok(Value::from_owned(matrix.unwrap_or_else(|error| bug!("shape of a Gram matrix: {error}"))))
    }
}

fn states_of(bound: &[BoundState]) -> Vec<&[C64]> {
    bound.iter().map(|(_, state)| state.as_slice()).collect()
}

/// The square of an observable.
pub(crate) fn squared(observable: &Observable) -> Result<Observable, Fault> {
    product(observable, observable).map(|square| square.without_zeros())
}

/// A product of observables; projectors are expanded where they meet other letters than Z.
pub(crate) fn product(a: &Observable, b: &Observable) -> Result<Observable, Fault> {
    a.product(b).or_else(|| a.expanded()?.product(&b.expanded()?)).ok_or_else(|| {
        let bits = a.projectors.iter().chain(&b.projectors).map(|(bits, _)| bits.len()).max();
        let message =
            format!("the variance of a sum with a projector of {} qubits, 10 is the most", bits.unwrap_or(0));
        Box::new(Diagnostic::error(Code::Q0660, message).help(
            "`expect` of a projector has no limit, and a projector by itself has the variance `p * (1 - p)`",
        ))
    })
}

/// One observable, or those of a tensor.
pub(crate) fn observables_of(value: &Value) -> Arc<[Observable]> {
    match value {
        Value::Tensor(Tensor::Value(items)) => {
            items.iter().map(|item| (*item.to_observable()).clone()).collect()
        }
        one => Arc::from([Arc::unwrap_or_clone(one.to_observable())]),
    }
}

/// Whether two values are the same observable in memory, or the same tensor of them.
pub(crate) fn is_one(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Observable(a), Value::Observable(b)) => Arc::ptr_eq(a, b),
        (Value::Tensor(Tensor::Value(a)), Value::Tensor(Tensor::Value(b))) => {
            a.as_ptr() == b.as_ptr() && a.shape() == b.shape() && a.strides() == b.strides()
        }
        _ => false,
    }
}

/// A float for one observable, a tensor for a tensor.
pub(crate) fn like_observables(observables: &Value, values: Vec<f64>) -> Value {
    match observables {
        Value::Tensor(_) => Value::vector(values),
        _ => Value::Float(values[0]),
    }
}

/// The integer of an outcome, qubit 0 least significant.
fn index_of(bits: &[bool]) -> usize {
    bits.iter().rev().fold(0, |index, &bit| index << 1 | usize::from(bit))
}

/// Outcomes with how often each occurred: most frequent first, ties by outcome.
fn counts(frequencies: BTreeMap<Vec<bool>, i64>, n_bits: usize) -> Value {
    let mut rows: Vec<(Vec<bool>, i64)> = frequencies.into_iter().collect();
    rows.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let outcomes: Vec<bool> = rows.iter().flat_map(|(outcome, _)| outcome.iter().copied()).collect();
    let outcomes = ndarray::Array2::from_shape_vec((rows.len(), n_bits), outcomes);
    let outcomes = outcomes.unwrap_or_else(|error| bug!("shape of outcomes: {error}"));
    let n: Vec<i64> = rows.iter().map(|(_, count)| *count).collect();
    Value::tuple([Value::from_owned(outcomes), Value::vector(n)])
}
