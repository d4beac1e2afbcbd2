//! Calls in columns: one circuit, whose inputs are the same in all calls but for rows of floats.
//!
//! What the compiler gathered so is neither taken apart into calls nor are its cotangents put together from theirs. The
//! inputs of a circuit are the floats of its arguments one after the other, so a row goes to a fixed place among them.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use ndarray::{ArrayD, IxDyn};
use qml_ir::specialise::{Argument, cotangents};
use qml_prelude::{Array, Column, Columns, Fault, ResultFunction, Tensor, Value};
use qml_source::bug;

use super::LEAST;
use crate::gradients::{ADJOINT, Method as Rule};
use crate::kernels::{Prepared, Unbound};
use crate::results::Sampling;
use crate::session::{Session, simulation_fault};
use crate::way::MANY_WIRES;

/// A column of rows: where they stand among the inputs.
struct Moving<'a> {
    /// Which argument of the kernel it is.
    arg: usize,
    first: usize,
    shape: &'a [usize],
    rows: Rows<'a>,
}

/// Numbers row by row.
struct Rows<'a> {
    all: Cow<'a, [f64]>,
    len: usize,
}

impl<'a> Rows<'a> {
    fn of(array: &'a Array<f64>) -> Self {
        let all = array.as_slice().map_or_else(|| Cow::Owned(array.iter().copied().collect()), Cow::Borrowed);
        Self { all, len: array.shape()[1..].iter().product() }
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.all[i * self.len..][..self.len]
    }
}

/// Programs that differ in rows of their inputs, with the slots of each.
struct Bound<'a> {
    prepared: Rc<Prepared>,
    moving: Vec<Moving<'a>>,
    slots: Vec<Vec<f64>>,
}

impl Session<'_> {
    /// What the calls give, if they ask for exact expectation values of a circuit without measurements, or for their
    /// derivative by one sweep back, and are worth running beside each other.
    pub(crate) fn in_columns(
        &mut self,
        function: ResultFunction,
        calls: &Columns<'_>,
    ) -> Result<Option<Value>, Fault> {
        if !matches!(function, ResultFunction::Expect | ResultFunction::ExpectVjp)
            || !self.is_for_amplitudes()
        {
            return Ok(None);
        }
        let [_, Column::Same(observables), program, Column::Same(shots), derivative @ ..] =
            &calls.columns[..]
        else {
            return Ok(None);
        };
        let Column::Program { args, .. } = program else { return Ok(None) };
        let unbound = self.unbound_register(&program.at(0))?;
        let circuit = &unbound.prepared.runnable.circuit;
        if calls.n < LEAST || circuit.n_wires >= MANY_WIRES || !unbound.prepared.runnable.plan()?.is_unitary()
        {
            return Ok(None);
        }
        // Keys are for shots and signs.
        let Sampling::Exact = self.sampling(shots, &unbound.prepared, 0)? else { return Ok(None) };
        let weights = match derivative {
            [] => None,
            [Column::Rows(Value::Tensor(Tensor::Float(weights))), Column::Same(method)]
                if self.rule(method.to_str(), Sampling::Exact, 0)? == Rule::Adjoint =>
            {
                Some(Rows::of(weights))
            }
            _ => return Ok(None),
        };
        let Some(moving) = moving(args, &unbound.prepared.key.args) else { return Ok(None) };
        let before = self.record.meter.seconds();
        let bound = self.bound_rows(calls.n, unbound, moving)?;
        let found = self.of_rows(&bound, observables, weights.as_ref())?;
        let seconds = self.seconds_since(before);
        self.enter_calls(function, &bound.prepared.runnable.account, calls.n, seconds);
        self.kernels.statistics.batches += 1;
        Ok(Some(found))
    }

    /// The slots of all calls, from the first one.
    fn bound_rows<'a>(&self, n: usize, first: Unbound, moving: Vec<Moving<'a>>) -> Result<Bound<'a>, Fault> {
        let Unbound { prepared, mut inputs } = first;
        let mut slots = vec![Vec::new(); n];
        let stop = || self.interrupt.load(Ordering::Relaxed);
        for (i, slots) in slots.iter_mut().enumerate() {
            for column in &moving {
                let row = column.rows.row(i);
                inputs[column.first..][..row.len()].copy_from_slice(row);
            }
            prepared.specialised.bind.bind_until(&inputs, slots, &stop)?;
        }
        Ok(Bound { prepared, moving, slots })
    }

    /// The values, or with weights of them the cotangents of the arguments.
    fn of_rows(
        &mut self,
        bound: &Bound<'_>,
        observables: &Value,
        weights: Option<&Rows<'_>>,
    ) -> Result<Value, Fault> {
        let runnable = &bound.prepared.runnable;
        let plan = self.amplitudes_of(runnable, ADJOINT)?;
        let seen = runnable.observables(&self.observables_of(observables));
        let seen = seen.map_err(|fault| simulation_fault(&fault))?;
        let slots: Vec<&[f64]> = bound.slots.iter().map(Vec::as_slice).collect();
        self.kernels.count(&runnable.account, slots.len() as u64, 0)?;
        let Some(weights) = weights else {
            runnable.ends.take().into_iter().for_each(|ends| self.simulator.recycle_ends(ends));
            let found = self.simulator.batch_expectations_to_ends(plan, &slots, &seen);
            let (values, ends) = found.map_err(|fault| simulation_fault(&fault))?;
            runnable.ends.replace(ends);
            return Ok(match observables {
                Value::Tensor(_) => Value::from_owned(values),
                _ => Value::vector(values.into_iter().collect::<Vec<f64>>()),
            });
        };
        let cotangents = |i: usize, _: &[f64], of: &mut [f64]| of.copy_from_slice(weights.row(i));
        let ends = runnable.ends.borrow();
        let found = self.simulator.batch_vjp_from(plan, &slots, &seen, &cotangents, ends.as_ref());
        let d_slots = found.map_err(|fault| simulation_fault(&fault))?.d_slots;
        let d_slots = d_slots.as_slice().unwrap_or_else(|| bug!("derivatives that don't lie side by side"));
        let of_args = bound.pulled_back(d_slots)?;
        Ok(Value::tuple([Value::Unit, of_args, Value::Unit]))
    }
}

/// The columns of rows, if they are rows of floats as the kernel takes them.
fn moving<'a>(args: &[Column<'a>], of_kernel: &[Argument]) -> Option<Vec<Moving<'a>>> {
    let mut moving = Vec::new();
    let mut first = 0;
    for (i, (arg, of_kernel)) in args.iter().zip(of_kernel).enumerate() {
        match arg {
            Column::Same(_) => {}
            Column::Rows(Value::Tensor(Tensor::Float(rows))) => {
                moving.push(Moving { arg: i, first, shape: rows.shape(), rows: Rows::of(rows) });
            }
            Column::Rows(_) | Column::Program { .. } => return None,
        }
        first += of_kernel.n_inputs();
    }
    Some(moving)
}

impl Bound<'_> {
    /// The cotangent of the programs: for each argument the sum over the calls, last one first, or their rows.
    fn pulled_back(&self, d_slots: &[f64]) -> Result<Value, Fault> {
        let Prepared { key, specialised, .. } = &*self.prepared;
        let n_slots = self.slots[0].len();
        let mut sum: Option<Vec<f64>> = None;
        let mut rows: Vec<Vec<f64>> =
            self.moving.iter().map(|column| vec![0.0; column.rows.all.len()]).collect();
        for (i, slots) in self.slots.iter().enumerate().rev() {
            let d_inputs = specialised.bind.bind_vjp(slots, &d_slots[i * n_slots..][..n_slots])?;
            for (column, rows) in self.moving.iter().zip(&mut rows) {
                let len = column.rows.len;
                rows[i * len..][..len].copy_from_slice(&d_inputs[column.first..][..len]);
            }
            match &mut sum {
                None => sum = Some(d_inputs),
                Some(sum) => sum.iter_mut().zip(d_inputs).for_each(|(sum, d)| *sum += d),
            }
        }
        let mut of_args = cotangents(&key.args, &sum.unwrap_or_default()).to_vec();
        for (column, rows) in self.moving.iter().zip(rows) {
            let rows = ArrayD::from_shape_vec(IxDyn(column.shape), rows);
            of_args[column.arg] =
                Value::from_owned(rows.unwrap_or_else(|error| bug!("rows of derivatives: {error}")));
        }
        Ok(Value::tuple(of_args))
    }
}
