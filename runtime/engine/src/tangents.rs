//! How the many numbers of a result function move along a direction of a program's arguments: what forward mode asks for.
//!
//! Where a circuit has a state and nothing is measured on the way, one pass forward with two states tells it. Everywhere
//! else each number is differentiated by itself, by the rule that a gradient has there, and put together along the
//! direction.

use qml_ir::specialise::split;
use qml_prelude::builtins::contract;
use qml_prelude::{Fault, ResultFunction, Value};
use qml_simulator::{C64, StateTangent};
use qml_source::bug;

use crate::gradients::{ADJOINT, Method, method_for};
use crate::kernels::BoundProgram;
use crate::results::Sampling;
use crate::session::{Session, simulation_fault};

impl Session<'_> {
    /// Arguments of the function, then the tangent of its program, then the method; see [`ResultFunction::ExpectJvp`].
    pub(crate) fn jvp(&mut self, function: ResultFunction, key: i64, args: &[Value]) -> Result<Value, Fault> {
        let [args @ .., tangent, method] = args else { bug!("a tangent without its arguments") };
        let place = usize::from(function == ResultFunction::ExpectJvp);
        let program = self.bind_register(&args[place])?;
        // `state` has no shots.
        let sampling = match args.get(place + 1) {
            Some(shots) => self.sampling(shots, &program.prepared, key)?,
            None => Sampling::Exact,
        };
        let method = method.to_str();
        if method_for(method, sampling, key).is_ok_and(|method| method == Method::Adjoint)
            && let Some(moving) = self.moving(&program, tangent)?
        {
            let found = match function {
                ResultFunction::ProbsJvp => Some(Value::vector(moving.probabilities())),
                ResultFunction::ExpectJvp => {
                    let observables = self.observables_of(&args[0]);
                    let moved = observables.iter().map(|observable| moving.expectation(observable));
                    Some(Value::vector(moved.collect::<Vec<f64>>()))
                }
                _ => moving.amplitudes().map(Value::vector),
            };
            if let Some(found) = found {
                return Ok(found);
            }
        }
        self.by_numbers(function, key, (args, place), &program, (tangent, method))
    }

    /// The state of a program and how it moves, if one pass forward tells it.
    fn moving<'p>(
        &mut self,
        program: &'p BoundProgram,
        tangent: &Value,
    ) -> Result<Option<StateTangent<'p>>, Fault> {
        let (runnable, slots) = program.angles();
        if self.density(runnable)?.is_some() || self.simulation.method.is_without_amplitudes() {
            return Ok(None);
        }
        let Value::Program(tangent) = tangent else { bug!("{tangent:?} is no tangent of a program") };
        let (d_args, d_inputs) = split(&tangent.args);
        let args = &program.prepared.key.args;
        // The tangent of an observable may have other strings, or its projectors in another order.
        if args.len() != d_args.len()
            || args.iter().zip(&d_args).any(|(arg, d_arg)| !arg.has_inputs_of(d_arg))
        {
            return Ok(None);
        }
        let bind = &program.prepared.specialised.bind;
        let Some(d_slots) = bind.bind_jvp(slots, &d_inputs) else { return Ok(None) };
        self.amplitudes_of(runnable, ADJOINT)?;
        let Some(moving) = self.simulator.state_tangent(&runnable.circuit, slots, &d_slots) else {
            return Ok(None);
        };
        self.kernels.count(program.account(), 1, 0)?;
        moving.map(Some).map_err(|fault| simulation_fault(&fault))
    }

    /// Number by number of the result.
    fn by_numbers(
        &mut self,
        function: ResultFunction,
        key: i64,
        (args, place): (&[Value], usize),
        program: &BoundProgram,
        (tangent, method): (&Value, &str),
    ) -> Result<Value, Fault> {
        let n_outcomes = 1 << program.angles().0.circuit.output.len();
        let (vjp, n) = match function {
            ResultFunction::ExpectJvp => (ResultFunction::ExpectVjp, self.observables_of(&args[0]).len()),
            ResultFunction::ProbsJvp => (ResultFunction::ProbsVjp, n_outcomes),
            ResultFunction::StateJvp => (ResultFunction::StateVjp, n_outcomes),
            other => bug!("{other:?} is no tangent"),
        };
        let mut along = |weights: Value| {
            let last = [weights, Value::text(method)];
            let cotangents = self.vjp(vjp, key, &[args, &last].concat())?;
            Ok(contract(&cotangents.parts()[place], tangent))
        };
        if function == ResultFunction::StateJvp {
            let mut part = |k: usize, one: C64| {
                let mut weights = vec![C64::ZERO; n];
                weights[k] = one;
                along(Value::vector(weights))
            };
            let amplitudes = (0..n).map(|k| Ok(C64::new(part(k, C64::ONE)?, part(k, C64::I)?)));
            return amplitudes.collect::<Result<Vec<C64>, Fault>>().map(Value::vector);
        }
        let numbers = (0..n).map(|k| {
            let mut weights = vec![0.0; n];
            weights[k] = 1.0;
            along(Value::vector(weights))
        });
        numbers.collect::<Result<Vec<f64>, Fault>>().map(Value::vector)
    }
}
