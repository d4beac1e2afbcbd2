//! Kernels ready to run: specialised, checked and planned once per key.
//!
//! The key is what the circuit depends on: the kernel, the sizes, and the `int` and `bool` arguments. Floats are never part
//! of it, so a training loop prepares each kernel once.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::{Arc, Weak};

use qml_ir::circuit::Circuit;
use qml_ir::host::{FunctionId, Module};
use qml_ir::specialise::{Key, Specialised, specialise, split};
use qml_prelude::observable::{Observable, Pauli};
use qml_prelude::{C64, Fault, Program, Value};
use qml_simulator::{Clifford, Density, End, Ends, Noise, Plan};
use qml_source::{Code, Diagnostic};

use crate::emulator::Emulator;
use crate::huge_pages::allow_huge_pages_for;
use crate::ledger::{Account, Books, Budget, Ledger};
use crate::session::simulation_fault;
use crate::shift::Shifted;

/// How many specialisations of one kernel are normal; more of them are worth a warning.
const MANY_SPECIALISATIONS: usize = 256;

/// More circuits than these are not kept for people.
const MOST_SHOWN: usize = 50;

/// Counts of what a run did, for people and for tests that a loop compiles once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Kernels specialised to circuits.
    pub specialisations: u64,
    /// Circuits planned for the simulator.
    pub plans: u64,
    /// Circuits run, gradients included.
    pub kernel_calls: u64,
    /// Shots drawn.
    pub shots: u64,
    /// Batches of calls that ran at once.
    pub batches: u64,
}

/// What was spent at some time, to go back to.
#[derive(Debug)]
pub(crate) struct Mark {
    ledger: Ledger,
    statistics: Statistics,
    n_warnings: usize,
}

/// A circuit with its plan, and the plans of its variants that shots need.
#[derive(Debug)]
pub(crate) struct Runnable {
    /// Who pays for it.
    pub account: Account,
    /// The circuit: of an emulated device, the one that was compiled for it.
    pub circuit: Circuit,
    /// What an emulated device does besides.
    pub noise: Option<Noise>,
    /// Its density matrix; made when something exact is asked of an emulated device.
    pub density: OnceCell<Density>,
    /// Its plan for gradients from trajectories.
    pub trajectories: OnceCell<Plan>,
    /// The circuit as the simulator runs it on amplitudes, or why there can't be any.
    plan: Result<Plan, qml_simulator::Fault>,
    /// The circuit on a tableau, if it is one of Clifford gates, for the slots of the latest call.
    clifford: RefCell<Option<OfSlots<Option<Rc<Clifford>>>>>,
    /// The observables of the latest call, as the simulator looks at them.
    observables: RefCell<Option<Observed>>,
    /// The state at the end of the latest call that asked for exact values, for the gradient that may follow.
    pub end: RefCell<Option<End>>,
    /// The same of the latest calls in columns.
    pub ends: RefCell<Option<Ends>>,
    /// The method that was told of last.
    pub told: Cell<Option<&'static str>>,
    /// With its register turned so that these letters are measured.
    pub turned: RefCell<HashMap<Vec<Option<Pauli>>, Rc<Runnable>>>,
}

/// Observables, and how the simulator looks at them.
type Observed = (Arc<[Observable]>, Rc<qml_simulator::Prepared>);

/// What a circuit is for some values of its slots.
type OfSlots<T> = (Vec<f64>, T);

impl Runnable {
    /// The circuit as the simulator runs it on amplitudes.
    pub(crate) fn plan(&self) -> Result<&Plan, Fault> {
        allow_huge_pages_for(self.circuit.n_wires);
        self.plan.as_ref().map_err(simulation_fault)
    }

    /// Observables as the simulator looks at them. Training asks for the same ones in each step.
    pub(crate) fn observables(
        &self,
        wanted: &Arc<[Observable]>,
    ) -> Result<Rc<qml_simulator::Prepared>, qml_simulator::Fault> {
        let mut latest = self.observables.borrow_mut();
        if let Some((known, prepared)) = &*latest
            && (Arc::ptr_eq(known, wanted) || is_same(known, wanted))
        {
            return Ok(Rc::clone(prepared));
        }
        let plan = self.plan.as_ref().map_err(Clone::clone)?;
        let prepared = Rc::new(qml_simulator::Prepared::new(plan, wanted)?);
        *latest = Some((Arc::clone(wanted), Rc::clone(&prepared)));
        Ok(prepared)
    }

    /// The circuit on a tableau, if it is one of Clifford gates for these slots and its noise one of Pauli letters.
    pub(crate) fn clifford(&self, slots: &[f64]) -> Option<Rc<Clifford>> {
        let mut latest = self.clifford.borrow_mut();
        match &*latest {
            Some((known, clifford)) if known == slots => clifford.clone(),
            _ => {
                let clifford = match &self.noise {
                    None => Clifford::new(&self.circuit, slots).ok(),
                    Some(noise) => Clifford::noisy(&self.circuit, slots, noise),
                };
                let clifford = clifford.map(Rc::new);
                *latest = Some((slots.to_vec(), clifford.clone()));
                clifford
            }
        }
    }
}

/// Whether observables are the same to the last bit.
fn is_same(a: &[Observable], b: &[Observable]) -> bool {
    let bits = |x: &C64| (x.re.to_bits(), x.im.to_bits());
    let is_same = |a: &Observable, b: &Observable| {
        a.terms.len() == b.terms.len()
            && a.terms.iter().zip(&b.terms).all(|(a, b)| a.0 == b.0 && bits(a.1) == bits(b.1))
            && a.projectors.len() == b.projectors.len()
            && a.projectors.iter().zip(&b.projectors).all(|(a, b)| a.0 == b.0 && bits(&a.1) == bits(&b.1))
    };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
}

/// A kernel for known sizes and integers.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// What it is compiled for.
    pub key: Key,
    /// How it is bound.
    pub specialised: Specialised,
    /// Its circuit.
    pub runnable: Runnable,
    /// Its circuit with a slot an occurrence of an angle; made when a shift rule asks for it.
    pub shifted: OnceCell<Shifted>,
}

/// A program with its kernel prepared, whose angles are yet to be computed from its inputs.
#[derive(Debug)]
pub(crate) struct Unbound {
    pub prepared: Rc<Prepared>,
    pub inputs: Vec<f64>,
}

impl Unbound {
    /// The program, ready to run.
    pub(crate) fn bind(self, stop: &dyn Fn() -> bool) -> Result<BoundProgram, Fault> {
        let Self { prepared, inputs } = self;
        let mut slots = Vec::new();
        prepared.specialised.bind.bind_until(&inputs, &mut slots, stop)?;
        Ok(BoundProgram { prepared, slots })
    }
}

/// A program with its kernel prepared and its angles bound.
#[derive(Clone, Debug)]
pub(crate) struct BoundProgram {
    pub prepared: Rc<Prepared>,
    pub slots: Vec<f64>,
}

/// A circuit with the values of its slots.
pub(crate) type Angles<'a> = (&'a Runnable, &'a [f64]);

impl BoundProgram {
    /// The circuit with the values of its slots.
    pub(crate) fn angles(&self) -> Angles<'_> {
        (&self.prepared.runnable, &self.slots)
    }

    /// Who pays for it.
    pub(crate) fn account(&self) -> &Account {
        &self.prepared.runnable.account
    }
}

/// All kernels of a run.
#[derive(Debug, Default)]
pub(crate) struct Kernels {
    /// The device that they run on, if it is emulated.
    pub emulator: Option<Emulator>,
    prepared: HashMap<Key, Rc<Prepared>>,
    /// The first of them, in order: the folder of a run shows their circuits.
    first: Vec<Rc<Prepared>>,
    /// The one that was bound last: most often it is that of the next call.
    latest: Option<Rc<Prepared>>,
    /// A program with its angles: after its value, its gradient is asked for.
    bound: Option<(Weak<Program>, BoundProgram)>,
    of_kernel: HashMap<FunctionId, usize>,
    pub statistics: Statistics,
    pub books: Books,
    /// The kernel that was bound last.
    pub last: Option<Rc<str>>,
    pub warnings: Vec<Diagnostic>,
    /// By the names of circuits: how far results may be off, and the largest bond.
    pub distances: BTreeMap<String, (f64, usize)>,
    /// Circuits, by name and wires, and the methods that were told of them.
    pub told: BTreeSet<(String, usize, &'static str)>,
    /// Kernels and functions whose batches were told of.
    pub told_batches: BTreeSet<(Rc<str>, &'static str)>,
    /// Kernels and functions whose shots were told of.
    pub told_shots: BTreeSet<(Rc<str>, &'static str)>,
}

impl Kernels {
    /// No kernels yet, for a device or for none.
    pub(crate) fn new(emulator: Option<Emulator>, budget: Budget) -> Self {
        let tariff = emulator.as_ref().and_then(|emulator| emulator.device().price.clone());
        let books = Books { budget, on_device: emulator.is_some(), tariff, ..Books::default() };
        Self { emulator, books, ..Self::default() }
    }

    /// The first circuits that were prepared, with the names of their kernels.
    pub(crate) fn first_circuits(&self) -> impl Iterator<Item = (&str, &Circuit)> {
        let runnables = self.first.iter().map(|prepared| &prepared.runnable);
        runnables.map(|runnable| (&*runnable.account.kernel, &runnable.circuit))
    }

    /// The name of the kernel that was bound last.
    pub(crate) fn latest_name(&self) -> Option<Rc<str>> {
        self.latest.as_ref().map(|latest| Rc::clone(&latest.runnable.account.kernel))
    }

    /// What is spent by now.
    pub(crate) fn mark(&self) -> Mark {
        let n_warnings = self.warnings.len();
        Mark { ledger: self.books.ledger.clone(), statistics: self.statistics, n_warnings }
    }

    /// Forgets what was spent since then. What was compiled stays.
    pub(crate) fn go_back(&mut self, mark: Mark) {
        let Statistics { specialisations, plans, .. } = self.statistics;
        self.books.ledger = mark.ledger;
        self.statistics = Statistics { specialisations, plans, ..mark.statistics };
        self.warnings.truncate(mark.n_warnings);
    }

    /// Counts circuits that run with so many shots each; a fault if the budget has not so many.
    pub(crate) fn count(&mut self, account: &Account, circuits: u64, shots: u64) -> Result<(), Fault> {
        self.books.enter(account, circuits, shots)?;
        self.statistics.kernel_calls += circuits;
        self.statistics.shots += circuits * shots;
        Ok(())
    }

    /// Keeps the angles of a program, as its gradient may be asked for next. The program itself isn't held.
    pub(crate) fn keep_bound(&mut self, program: &Arc<Program>, bound: BoundProgram) {
        self.bound = Some((Arc::downgrade(program), bound));
    }

    /// The angles of this very program, if they were kept.
    pub(crate) fn take_bound(&mut self, program: &Arc<Program>) -> Option<BoundProgram> {
        // Its place in memory is no other program's as long as it is known here.
        let (_, bound) = self.bound.take_if(|(kept, _)| kept.as_ptr() == Arc::as_ptr(program))?;
        self.remember(&bound.prepared);
        Some(bound)
    }

    fn remember(&mut self, prepared: &Rc<Prepared>) {
        self.latest = Some(Rc::clone(prepared));
        self.last = Some(Rc::clone(&prepared.runnable.account.kernel));
    }

    /// The program with its kernel prepared.
    pub(crate) fn unbound(
        &mut self,
        module: &Module,
        globals: &[Value],
        program: &Program,
    ) -> Result<Unbound, Fault> {
        let kernel = FunctionId(program.kernel);
        let latest = self.latest.clone();
        let known = latest.and_then(|latest| Some((latest.key.inputs(kernel, &program.args)?, latest)));
        let (inputs, prepared) = match known {
            Some(known) => known,
            None => {
                let (args, inputs) = split(&program.args);
                (inputs, self.prepared_for(module, globals, Key { kernel, args })?)
            }
        };
        self.remember(&prepared);
        Ok(Unbound { prepared, inputs })
    }

    fn prepared_for(&mut self, module: &Module, globals: &[Value], key: Key) -> Result<Rc<Prepared>, Fault> {
        if let Some(prepared) = self.prepared.get(&key) {
            return Ok(Rc::clone(prepared));
        }
        let prepared = Rc::new(self.prepare(module, globals, key.clone())?);
        self.prepared.insert(key, Rc::clone(&prepared));
        if self.first.len() < MOST_SHOWN {
            self.first.push(Rc::clone(&prepared));
        }
        Ok(prepared)
    }

    fn prepare(&mut self, module: &Module, globals: &[Value], key: Key) -> Result<Prepared, Fault> {
        let kernel = key.kernel;
        let mut specialised = specialise(module, globals, kernel, &key.args).map_err(Box::new)?;
        self.statistics.specialisations += 1;
        let count = self.of_kernel.entry(kernel).or_default();
        *count += 1;
        if *count == MANY_SPECIALISATIONS + 1 {
            let function = module.function(kernel);
            let name = function.shown_name();
            let message = format!("kernel `{name}` was compiled {count} times");
            self.warnings.push(
                Diagnostic::warning(Code::Q0650, message)
                    .primary(function.span, "for other sizes or integers each time")
                    .help("pass what changes often as a float: floats never make a new circuit"),
            );
        }
        let name = module.function(kernel).shown_name();
        let (circuit, noise, seconds) = match &mut self.emulator {
            None => (specialised.circuit.clone(), None, None),
            Some(emulator) => {
                let native = emulator.compile(&specialised.circuit).map_err(Box::new)?;
                specialised.bind.nodes.extend(native.computed);
                (native.circuit, Some(native.noise), native.seconds)
            }
        };
        let account = Account { kernel: name.into(), seconds };
        let runnable = self.runnable(circuit, noise, account);
        Ok(Prepared { key, specialised, runnable, shifted: OnceCell::new() })
    }

    /// Plans a circuit, and keeps it for its variants.
    pub(crate) fn runnable(&mut self, circuit: Circuit, noise: Option<Noise>, account: Account) -> Runnable {
        self.statistics.plans += 1;
        let plan = match &noise {
            None => Plan::new(&circuit),
            Some(noise) => Plan::noisy(&circuit, noise),
        };
        Runnable {
            account,
            circuit,
            noise,
            density: OnceCell::new(),
            trajectories: OnceCell::new(),
            plan,
            clifford: RefCell::default(),
            observables: RefCell::default(),
            end: RefCell::default(),
            ends: RefCell::default(),
            told: Cell::default(),
            turned: RefCell::default(),
        }
    }
}
