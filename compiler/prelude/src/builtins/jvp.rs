//! Jacobian-vector products of the differentiable built-in functions: how a result moves where its arguments do.
//!
//! The tangent of a value has the type and shape of the value, with a derivative in the place of each number: of a tuple a
//! tuple, of an observable one with the derivatives of its coefficients, of a program one with the tangents of its
//! arguments. What has no derivative stands in it as it is. `Unit` is the tangent of an argument that doesn't move.
//!
//! Few functions need a rule of their own. What is linear does with tangents what it does with values. Where the derivative
//! of an element is known, [`super::vjp`] tells it: the cotangents of ones are the slopes.

use qml_source::bug;

use super::gradients::{broadcast, contract, still};
use super::operators::{add, broadcast_shape, div, matmul, mul, neg, sub};
use super::reductions::{axis_of, sum};
use super::vjp::{Differentiability, complexes, conj, is_complex, is_differentiable, vjp};
use super::{BuiltinId, elementwise, indexing, linear_algebra, quantum, rows, tensors};
use crate::observable::Observable;
use crate::{C64, Fault, Host, Tensor, Value};

mod columns;

/// How the tangent of a result comes from those of the arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushforward {
    /// The function is linear in what it has of floats: it takes the tangents in their place.
    Linear,
    /// As before, and numbers of other types are added: they have to be left out.
    Sum,
    /// It is linear in each of two arguments.
    Product,
    /// By [`jvp`].
    Rule,
}

/// How the tangent of a function's result is made; `None` if it has no derivative, or one that only
/// [`super::vjp`] can tell: where eigenvalues are equal, whether the derivative of `eigh` exists depends on what is done
/// with the eigenvectors.
pub fn pushforward(name: &str) -> Option<Pushforward> {
    if is_differentiable(name) != Differentiability::Yes {
        return None;
    }
    Some(match name {
        "eigh" => return None,
        "op.add" | "op.sub" => Pushforward::Sum,
        "op.mul" | "op.matmul" | "dot" | "outer" | "kron" | "commutator" => Pushforward::Product,
        "op.neg" | "op.index" | "take" | "op.index_set" | "op.index_add" | "op.slice_zeros_add"
        | "op.stack" | "stack" | "op.fill" | "op.tuple" | "op.tuple_get" | "op.tuple_set" | "op.to_float"
        | "float" | "op.or_empty" | "rows.part" | "rows.stack" | "list.push" | "list.stack" | "list.get"
        | "full" | "reshape" | "transpose" | "concat" | "append" | "reverse" | "zip" | "enumerate"
        | "sum" | "mean" | "trace" | "linspace" | "real" | "imag" | "conj" | "op.to_complex"
        | "op.to_observable" => Pushforward::Linear,
        _ => Pushforward::Rule,
    })
}

/// What moves, and how.
struct Moving<'a> {
    name: &'a str,
    args: &'a [Value],
    /// What the function gave.
    result: &'a Value,
    /// The tangent of each argument.
    tangents: &'a [Value],
}

/// The tangent of a result, from the arguments, the result, and the tangents of the arguments. A fault where the
/// derivative doesn't exist.
pub fn jvp(
    host: &mut dyn Host,
    name: &str,
    args: &[Value],
    result: &Value,
    tangents: &[Value],
) -> Result<Value, Fault> {
    if tangents.iter().all(|tangent| *tangent == Value::Unit) {
        return Ok(still(result));
    }
    let moving = Moving { name, args, result, tangents };
    match pushforward(name) {
        Some(Pushforward::Linear) => moving.linear(host),
        Some(Pushforward::Sum) => moving.sum(),
        Some(Pushforward::Product) => moving.product(host),
        Some(Pushforward::Rule) => moving.by_rule(host),
        None => bug!("`{name}` has no tangent"),
    }
}

impl Moving<'_> {
    fn moves(&self, i: usize) -> bool {
        self.tangents.get(i).is_some_and(|tangent| *tangent != Value::Unit)
    }

    /// The function, of tangents.
    fn linear(&self, host: &mut dyn Host) -> Result<Value, Fault> {
        let tangent = |(arg, tangent): (&Value, &Value)| {
            if *tangent == Value::Unit { still(arg) } else { tangent.clone() }
        };
        call(host, self.name, self.args.iter().zip(self.tangents).map(tangent).collect())
    }

    fn sum(&self) -> Result<Value, Fault> {
        // One argument moves. Projectors of observables stand in the order in which they are added.
        let alone = |i: usize, tangent: Value| {
            let other = &self.args[1 - i];
            if is_number(&tangent) && is_number(other) {
                return Ok(broadcast(tangent, self.result.shape()));
            }
            if i == 0 { add(tangent, still(other)) } else { add(still(other), tangent) }
        };
        let is_difference = self.name == "op.sub";
        match (self.moves(0), self.moves(1)) {
            (true, true) if is_difference => sub(self.tangents[0].clone(), self.tangents[1].clone()),
            (true, true) => add(self.tangents[0].clone(), self.tangents[1].clone()),
            (false, true) if is_difference => alone(1, neg(self.tangents[1].clone())?),
            (false, true) => alone(1, self.tangents[1].clone()),
            _ => alone(0, self.tangents[0].clone()),
        }
    }

    /// z = a b: dz = da b + a db.
    fn product(&self, host: &mut dyn Host) -> Result<Value, Fault> {
        let mut part = |i: usize| {
            let mut factors = self.args.to_vec();
            factors[i] = self.tangents[i].clone();
            call(host, self.name, factors)
        };
        match (self.moves(0), self.moves(1)) {
            (true, true) => add(part(0)?, part(1)?),
            (true, false) => part(0),
            _ => part(1),
        }
    }

    fn by_rule(&self, host: &mut dyn Host) -> Result<Value, Fault> {
        match self.name {
            "rows.call" => rows::Rows::new(self.args).jvp(host, self.result, &self.tangents[3..]),
            "op.div" => self.quotient(),
            "op.pow" if matches!(self.args[0], Value::Observable(_)) => self.power_of_observable(),
            "prod" | "min" | "max" | "variance" | "stddev" | "det" | "norm" => self.reduction(),
            "mse" | "cross_entropy" | "median" | "quantile" | "ground_energy" | "smallest_eigenvalue" => {
                self.number()
            }
            // y (t - sum(y t)), as its cotangent has it.
            "softmax" => Ok(self.cotangents(&self.tangents[0])?.swap_remove(0)),
            "log_softmax" => self.log_softmax(),
            "clip" => self.clip(),
            "sort" => {
                let order = tensors::sorted(&self.args[0]).into_iter().map(|i| i as i64);
                indexing::index(&self.tangents[0], &[Value::vector(order.collect::<Vec<i64>>())])
            }
            // dy = -y da y
            "inv" => {
                let y = self.result.clone();
                neg(matmul(matmul(y.clone(), self.tangents[0].clone())?, y)?)
            }
            "solve" => linear_algebra::solve(&self.args[0], &self.residual()?),
            "lstsq" => linear_algebra::lstsq_jvp((&self.args[0], &self.args[1]), self.result, self.moved()),
            "matrix" => {
                let n_qubits = self.result.shape()[0].ilog2();
                quantum::matrix(&self.tangents[0].to_observable(), &Value::Int(i64::from(n_qubits)))
            }
            "polyfit" => columns::polyfit(self.args, self.result, self.moved()),
            "standardize" => columns::standardize(self.args, self.result, self.tangents),
            "minmax" => columns::minmax(self.args, self.tangents),
            _ => self.elementwise(),
        }
    }

    /// Cotangents of the arguments.
    fn cotangents(&self, cotangent: &Value) -> Result<Vec<Value>, Fault> {
        match vjp(self.name, self.args, self.result, cotangent) {
            Some(found) => found,
            None => bug!("`{}` has no derivative", self.name),
        }
    }

    /// The tangents of two arguments, `Unit` where they don't move.
    fn moved(&self) -> (&Value, &Value) {
        (&self.tangents[0], &self.tangents[1])
    }

    /// z = a / b: dz = (da - z db) / b.
    fn quotient(&self) -> Result<Value, Fault> {
        let by_b = |i: usize| mul(self.result.clone(), self.tangents[i].clone());
        let numerator = match (self.moves(0), self.moves(1)) {
            (true, true) => sub(self.tangents[0].clone(), by_b(1)?)?,
            (true, false) => self.tangents[0].clone(),
            _ => neg(by_b(1)?)?,
        };
        div(numerator, self.args[1].clone())
    }

    /// The slopes of a function that works element by element: with all arguments as large as the result, the cotangents of
    /// ones.
    fn elementwise(&self) -> Result<Value, Fault> {
        let shape = self
            .args
            .iter()
            .try_fold(Vec::new(), |shape, arg| broadcast_shape("derivative", &shape, arg.shape()))?;
        let whole = |arg: &Value| {
            let arg = broadcast(arg.clone(), &shape);
            if is_complex(self.result) { complexes(&arg) } else { arg }
        };
        let args: Vec<Value> = self.args.iter().map(whole).collect();
        let Some(slopes) = vjp(self.name, &args, self.result, &ones_like(self.result)) else {
            bug!("`{}` has no derivative", self.name)
        };
        self.along(&slopes?, Ok)
    }

    /// Of a function that makes one number of those along an axis, or of all.
    fn reduction(&self) -> Result<Value, Fault> {
        let axis = match self.name {
            "det" | "norm" => None,
            _ => axis_of(self.args, 1),
        };
        let slopes = self.cotangents(&ones_like(self.result))?;
        self.along(&slopes, |part| sum(part, axis))
    }

    /// The slopes times the tangents, put together to what the result is made of. The cotangent of a complex number is the
    /// conjugate of its slope; a real result moves by the real part.
    fn along(
        &self,
        slopes: &[Value],
        together: impl Fn(Value) -> Result<Value, Fault>,
    ) -> Result<Value, Fault> {
        let mut total = Value::Unit;
        for (slope, tangent) in slopes.iter().zip(self.tangents) {
            if *tangent != Value::Unit && *slope != Value::Unit {
                let part = together(mul(conj(slope), tangent.clone())?)?;
                total = super::gradients::add(total, part)?;
            }
        }
        let is_real = is_complex(&total) && !is_complex(self.result);
        Ok(match total {
            Value::Unit => still(self.result),
            total if is_real => Value::from_owned(total.into_complexes().map(|z| z.re)),
            total => total,
        })
    }

    /// Of a function whose result is one number.
    fn number(&self) -> Result<Value, Fault> {
        let slopes = self.cotangents(&Value::Float(1.0))?;
        let moving = slopes.iter().zip(self.tangents).filter(|(_, tangent)| **tangent != Value::Unit);
        Ok(Value::Float(moving.map(|(slope, tangent)| contract(slope, tangent)).sum()))
    }

    /// t - sum(softmax(x) t)
    fn log_softmax(&self) -> Result<Value, Fault> {
        let softmax = Value::from_array(elementwise::softmax(self.args[0].clone().into_floats()));
        let tangent = &self.tangents[0];
        let mut shape = tangent.shape().to_vec();
        let Some(last) = shape.len().checked_sub(1) else { return Ok(still(self.result)) };
        shape[last] = 1;
        let sums = tensors::reshape(sum(mul(softmax, tangent.clone())?, Some(last))?, &shape)?;
        sub(tangent.clone(), sums)
    }

    /// The tangent of x, or where x is outside that of the bound.
    fn clip(&self) -> Result<Value, Fault> {
        let (x, lo, hi) =
            (self.args[0].clone().into_floats(), self.args[1].to_float(), self.args[2].to_float());
        let mut out = match &self.tangents[0] {
            Value::Unit => still(self.result),
            tangent => tangent.clone(),
        }
        .into_floats();
        let of_bound = |i: usize| match &self.tangents[i] {
            Value::Unit => 0.0,
            tangent => tangent.to_float(),
        };
        let (of_lo, of_hi) = (of_bound(1), of_bound(2));
        out.zip_mut_with(&x, |out, &x| {
            if x < lo {
                *out = of_lo;
            } else if x > hi {
                *out = of_hi;
            }
        });
        Ok(Value::from_array(out))
    }

    /// a x = b: a dx = db - da x.
    fn residual(&self) -> Result<Value, Fault> {
        let by_a = || matmul(self.tangents[0].clone(), self.result.clone());
        match (self.moves(0), self.moves(1)) {
            (true, true) => sub(self.tangents[1].clone(), by_a()?),
            (true, false) => neg(by_a()?),
            _ => Ok(self.tangents[1].clone()),
        }
    }

    /// O ** n as a product: each factor has its part.
    fn power_of_observable(&self) -> Result<Value, Fault> {
        let (o, tangent) = (&self.args[0], &self.tangents[0]);
        let mut power = Value::observable(Observable::constant(C64::ONE));
        let mut moved = Value::observable(Observable::default());
        for _ in 0..self.args[1].to_int() {
            moved = add(mul(moved, o.clone())?, mul(power.clone(), tangent.clone())?)?;
            power = mul(power, o.clone())?;
        }
        Ok(moved)
    }
}

/// A function of the table.
fn call(host: &mut dyn Host, name: &str, mut args: Vec<Value>) -> Result<Value, Fault> {
    let Some(id) = BuiltinId::find(name) else { bug!("no function `{name}`") };
    (id.row().call)(host, &mut args)
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Complex(_))
        || matches!(value, Value::Tensor(tensor) if !matches!(tensor, Tensor::Value(_)))
}

/// A one for each number of a value.
pub(super) fn ones_like(value: &Value) -> Value {
    match value {
        Value::Unit => Value::Unit,
        Value::Tensor(Tensor::Value(items)) => Value::from_owned(items.map(ones_like)),
        number => broadcast(Value::Float(1.0), number.shape()),
    }
}
