//! What built-in functions may ask of the world outside.

use std::sync::Arc;

use qml_source::{Code, Diagnostic, Span};

use crate::chart::Chart;
use crate::{Columns, Optimizer, Value};

/// An error while running: a diagnostic, whose place is filled in by the caller that knows it.
pub type Fault = Box<Diagnostic>;

/// The functions that run programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResultFunction {
    /// `expect(obs, p)`; one observable or a tensor of them.
    Expect,
    /// `variance(obs, p)`.
    Variance,
    /// `probs(p)`.
    Probs,
    /// `samples(p, shots)`.
    Samples,
    /// `counts(p, shots)`.
    Counts,
    /// `run(p)`.
    Run,
    /// `state(p)`.
    State,
    /// `fidelity(p, q)`.
    Fidelity,
    /// `gram(ps)`, `gram(ps, qs)`.
    Gram,
    /// The derivative of another one: arguments of the function, then the cotangent of its value, then the method
    /// (`auto`, `adjoint`, `parameter_shift`, `finite_difference`); gives a tuple with the cotangent of each argument
    /// (`Unit` where it has none; a program's is a tuple with one entry an argument).
    ExpectVjp,
    /// See [`Self::ExpectVjp`].
    VarianceVjp,
    /// See [`Self::ExpectVjp`].
    ProbsVjp,
    /// See [`Self::ExpectVjp`].
    FidelityVjp,
    /// See [`Self::ExpectVjp`].
    StateVjp,
    /// See [`Self::ExpectVjp`]; of a list of programs a tensor of their cotangents.
    GramVjp,
    /// Arguments as of [`Self::ExpectVjp`]; gives the cotangent of the first of them, an observable whose coefficients are
    /// the derivatives by its own, or a tensor of those.
    ExpectCoefficientsVjp,
    /// As [`Self::ExpectCoefficientsVjp`], of a variance.
    VarianceCoefficientsVjp,
    /// How the results of another one move where its program does: arguments of the function, a tensor of observables among
    /// them, then the program with the tangents of its arguments, then the method as of [`Self::ExpectVjp`]; gives a tensor
    /// like the result.
    ExpectJvp,
    /// See [`Self::ExpectJvp`].
    ProbsJvp,
    /// See [`Self::ExpectJvp`].
    StateJvp,
}

/// An `optimize`, as it is told of when it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Training {
    /// Names of the scalars and tensors that are optimized, in the order of their numbers; a field as `model.b`.
    pub names: Vec<String>,
    /// Where it stands: `vqe.qml:12`.
    pub place: String,
    /// `checkpoint:`, the file that gets its state, and the type of what `load` finds there.
    pub checkpoint: Option<(String, String)>,
    /// The names of what `metrics:` shows.
    pub metrics: Vec<String>,
}

/// What an `optimize` has just done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stage<'a> {
    /// A step, of so many if that is known.
    Step(Option<u64>),
    /// A round, whose validation this is, and the values of its metrics.
    Round(Option<f64>, &'a [f64]),
    /// All of it.
    End,
}

/// The world outside, as the engine provides it. What a host doesn't say is as in no world, [`NoWorld`].
pub trait Host {
    /// Writes a text to standard output, as it is; a fault where it may not be another than in the process before.
    fn print(&mut self, _text: &str) -> Result<(), Fault> {
        Ok(())
    }
    /// Reads a file; a relative path starts at the folder of the program's source.
    fn read_file(&mut self, _path: &str) -> Result<Vec<u8>, Fault> {
        refuse("reads a file")
    }
    /// Writes a file; a relative path starts at the folder of the program's source.
    fn write_file(&mut self, _path: &str, _content: &[u8]) -> Result<(), Fault> {
        refuse("writes a file")
    }
    /// Draws a chart. A host that draws none need not.
    fn chart(&mut self, _chart: &Chart) -> Result<(), Fault> {
        Ok(())
    }
    /// Seconds since the program started.
    fn elapsed(&mut self) -> f64 {
        0.0
    }
    /// Runs programs. `key` is the random key of the call; `args` are the arguments in the order of the signature with
    /// `Unit` for those left out.
    fn result(&mut self, _function: ResultFunction, _key: i64, _args: &[Value]) -> Result<Value, Fault> {
        refuse("runs a kernel")
    }
    /// Runs programs for many calls, each with its key and its arguments: what [`Self::result`] gives for each.
    fn results(
        &mut self,
        function: ResultFunction,
        calls: &[(i64, Vec<Value>)],
    ) -> Result<Vec<Value>, Fault> {
        calls.iter().map(|(key, args)| self.result(function, *key, args)).collect()
    }
    /// The same for calls in columns, of which there is one at least, where that has a faster way than one by one: the results
    /// as rows, of a derivative a tuple with the cotangent of each argument, as a column. The last two columns of a derivative
    /// are the cotangents and the method.
    fn results_in_columns(
        &mut self,
        _function: ResultFunction,
        _calls: &Columns<'_>,
    ) -> Result<Option<Value>, Fault> {
        Ok(None)
    }
    /// Whether the results of all these calls have room at once. If not, each is asked for when it is needed.
    fn has_room(&mut self, _function: ResultFunction, _calls: &[(i64, Vec<Value>)]) -> Result<bool, Fault> {
        Ok(true)
    }
    /// Whether circuits without measurements are run with tangents, so that all numbers of a result take one run.
    fn runs_with_tangents(&self) -> bool {
        true
    }
    /// Tells that work ahead of its turn begins; gives its level, for [`Self::behind`] or [`Self::retry`].
    fn ahead(&mut self) -> usize {
        0
    }
    /// Tells that such work has ended.
    fn behind(&mut self, _level: usize) {}
    /// Tells that such work went wrong: what it cost is forgotten, because all of it is done again in its turn.
    fn retry(&mut self, _level: usize) {}
    /// Tells where the last call of [`Self::result`] stands, for what there is to warn of. A host that doesn't warn need
    /// not know.
    fn result_was_at(&mut self, _place: Span) {}
    /// Tells that an `optimize` begins. A host that has kept the state of this very one gives it back, to go on from.
    fn begin_training(
        &mut self,
        _training: &Training,
        _begun: &Arc<Optimizer>,
    ) -> Result<Option<Arc<Optimizer>>, Fault> {
        Ok(None)
    }
    /// Tells how the `optimize` that began last goes.
    fn trained(&mut self, _stage: Stage<'_>, _optimizer: &Arc<Optimizer>) -> Result<(), Fault> {
        Ok(())
    }
    /// Whether the program was asked to stop.
    fn interrupted(&self) -> bool {
        false
    }
}

/// The world of code that is only compiled, not run: there is nothing that can be asked of it. Output goes nowhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWorld;

impl Host for NoWorld {}

fn refuse<T>(what: &str) -> Result<T, Fault> {
    let message = format!("what is computed while compiling {what}, which only a running program can do");
    Err(Box::new(Diagnostic::error(Code::Q0922, message).help("move it into `main`")))
}
