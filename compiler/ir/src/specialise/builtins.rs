//! Functions of the prelude: called where all arguments are known, else worked out on symbols and outcomes.

use std::rc::Rc;

use qml_prelude::{BuiltinId, Value};
use qml_source::{Span, bug};

use super::arithmetic::unary;
use super::bind::{Binary, Unary};
use super::bound_call::is_too_early;
use super::cases;
use super::faults::{self, Failure};
use super::machine::{Machine, call_row, int};
use super::structure;
use super::value::{Abstract, Grid};
use crate::circuit::{Angle, BitExpr, condition};
use crate::host::{BinaryOp, UnaryOp};

impl Machine<'_> {
    /// A call of a row.
    pub(super) fn builtin(
        &mut self,
        id: BuiltinId,
        args: &[Abstract],
        span: Span,
    ) -> Result<Abstract, Failure> {
        if let Some(known) = args.iter().map(|arg| arg.known().cloned()).collect::<Option<Vec<_>>>() {
            return Ok(Abstract::Known(call_row(id, known, span)?));
        }
        let name = id.row().name;
        if let Some(positions) = structure::data_positions(name, args.len()) {
            return structure::rearrange(id, args, positions, span);
        }
        let is_logic = matches!(name, "op.and" | "op.or" | "op.eq" | "op.ne" | "op.not" | "any" | "all");
        let is_assertion = matches!(name, "assert" | "op.assert_compare");
        if !is_logic && !is_assertion && args.iter().all(cases::is_known_by_case) {
            return cases::call_by_cases(id, args, span);
        }
        if args
            .iter()
            .any(|arg| matches!(arg, Abstract::Observable(_) | Abstract::Known(Value::Observable(_))))
        {
            return self.observable_operator(name, args, span);
        }
        if let Some(operator) = scalar_binary(name) {
            return self
                .elementwise(&args[0], &args[1], span, |machine, x, y| machine.binary(operator, x, y, span));
        }
        if let Some(function) = Unary::find(name) {
            return self
                .float_elementwise(name, &args[0], span, |machine, x| machine.bind.unary(function, x));
        }
        if let Some(function) = float_binary(name) {
            return self.elementwise(&args[0], &args[1], span, |machine, x, y| {
                require_floats(name, &[x, y], span)?;
                Ok(Abstract::float(machine.bind.binary(function, &x.to_angle(), &y.to_angle())))
            });
        }
        match self.other_builtin(name, args, span) {
            Err(failure) if is_too_early(&failure) => self.bound_builtin(id, args, failure, span),
            done => done,
        }
    }

    fn other_builtin(&mut self, name: &str, args: &[Abstract], span: Span) -> Result<Abstract, Failure> {
        match name {
            "op.neg" => self.map_items(&args[0], &mut |_, x| unary(UnaryOp::Neg, x, span)),
            "op.not" => self.map_items(&args[0], &mut |_, x| unary(UnaryOp::Not, x, span)),
            "op.to_float" | "float" => self.float_elementwise(name, &args[0], span, |_, x| x.clone()),
            "op.to_observable" => {
                self.map_items(&args[0], &mut |_, x| match super::observables::to_symbolic(x) {
                    Some(observable) => Ok(Abstract::Observable(observable)),
                    None => Err(faults::not_on_floats(name, span)),
                })
            }
            "op.matmul" => self.matrix_product(&args[0], &args[1], span),
            "dot" => self.dot(&args[0].to_grid().items, &args[1].to_grid().items, span),
            "outer" => self.outer(&args[0], &args[1], span),
            "clip" => {
                require_floats(name, &args[1..], span)?;
                let (lo, hi) = (args[1].to_angle(), args[2].to_angle());
                self.float_elementwise(name, &args[0], span, |machine, x| {
                    let above = machine.bind.binary(Binary::Max, x, &lo);
                    machine.bind.binary(Binary::Min, &above, &hi)
                })
            }
            "norm" => {
                let items = args[0].to_grid();
                require_floats(name, &items.items, span)?;
                let squares = self.dot(&items.items, &items.items, span)?;
                Ok(Abstract::float(self.bind.unary(Unary::Sqrt, &squares.to_angle())))
            }
            "sum" if is_observable_list(&args[0]) => {
                let grid = args[0].to_grid();
                let mut sum = Abstract::Known(Value::Float(0.0));
                for item in &grid.items {
                    sum = self.observable_operator("op.add", &[sum, item.clone()], span)?;
                }
                Ok(sum)
            }
            "sum" | "mean" | "prod" => self.reduce_floats(name, args, span),
            "any" | "all" => self.reduce_outcomes(name, args, span),
            "softmax" if args[0].shape().len() == 1 => self.softmax(&args[0], span),
            "int" => Err(if args[0].has_floats() {
                faults::depends_on_float("an int", span)
            } else {
                faults::not_on_outcomes(name, span)
            }),
            // The sides of the comparison need not be known.
            "op.assert_compare" if args[..2].iter().all(|arg| arg.known().is_some()) => {
                let id = BuiltinId::find("assert").unwrap_or_else(|| bug!("no row `assert`"));
                self.builtin(id, &args[..2], span)
            }
            "assert" | "op.assert_compare" => Err(if args[0].has_floats() {
                faults::depends_on_float("an assertion", span)
            } else {
                faults::depends_on_outcome("an assertion", span)
            }),
            _ if args.iter().any(Abstract::has_floats) => Err(faults::not_on_floats(name, span)),
            _ => Err(faults::not_on_outcomes(name, span)),
        }
    }

    /// Does the same with each element.
    fn map_items(
        &mut self,
        x: &Abstract,
        function: &mut dyn FnMut(&mut Self, &Abstract) -> Result<Abstract, Failure>,
    ) -> Result<Abstract, Failure> {
        if let Abstract::Tuple(parts) = x {
            let parts = parts.iter().map(|part| self.map_items(part, function));
            return Ok(Abstract::tuple(parts.collect::<Result<_, _>>()?));
        }
        let grid = x.to_grid();
        let items = grid.items.iter().map(|item| function(self, item)).collect::<Result<_, _>>()?;
        Ok(Grid { shape: grid.shape.clone(), items }.into_abstract())
    }

    fn float_elementwise(
        &mut self,
        name: &str,
        x: &Abstract,
        span: Span,
        mut function: impl FnMut(&mut Self, &Angle) -> Angle,
    ) -> Result<Abstract, Failure> {
        let grid = x.to_grid();
        require_floats(name, &grid.items, span)?;
        let items = grid.items.iter().map(|item| Abstract::float(function(self, &item.to_angle()))).collect();
        Ok(Grid { shape: grid.shape.clone(), items }.into_abstract())
    }

    /// Does the same with each pair of elements, broadcast as `NumPy` does; part by part on tuples.
    pub(super) fn elementwise(
        &mut self,
        x: &Abstract,
        y: &Abstract,
        span: Span,
        mut function: impl FnMut(&mut Self, &Abstract, &Abstract) -> Result<Abstract, Failure>,
    ) -> Result<Abstract, Failure> {
        self.elementwise_dyn(x, y, span, &mut function)
    }

    fn elementwise_dyn(
        &mut self,
        x: &Abstract,
        y: &Abstract,
        span: Span,
        function: &mut dyn FnMut(&mut Self, &Abstract, &Abstract) -> Result<Abstract, Failure>,
    ) -> Result<Abstract, Failure> {
        let is_tuple =
            |value: &Abstract| matches!(value, Abstract::Tuple(_) | Abstract::Known(Value::Tuple(_)));
        if is_tuple(x) || is_tuple(y) {
            let count = if is_tuple(x) { x.n_parts() } else { y.n_parts() };
            let part =
                |value: &Abstract, index| if is_tuple(value) { value.part(index) } else { value.clone() };
            let mut parts = Vec::with_capacity(count);
            for index in 0..count {
                parts.push(self.elementwise_dyn(&part(x, index), &part(y, index), span, function)?);
            }
            return Ok(Abstract::tuple(parts));
        }
        let (x, y) = (x.to_grid(), y.to_grid());
        let shape = structure::broadcast_shape(&x.shape, &y.shape)
            .map_err(|axis| structure::shapes_differ(&x.shape, &y.shape, axis, span))?;
        let (from_x, from_y) =
            (structure::broadcast_indices(&x.shape, &shape), structure::broadcast_indices(&y.shape, &shape));
        let mut items = Vec::with_capacity(from_x.len());
        for (&i, &j) in from_x.iter().zip(&from_y) {
            items.push(function(self, &x.items[i], &y.items[j])?);
        }
        Ok(Grid { shape, items }.into_abstract())
    }

    fn dot(&mut self, x: &[Abstract], y: &[Abstract], span: Span) -> Result<Abstract, Failure> {
        require_floats("dot", x, span)?;
        require_floats("dot", y, span)?;
        if x.len() != y.len() {
            return Err(structure::shapes_differ(&[x.len()], &[y.len()], 0, span));
        }
        let mut sum = Angle::default();
        for (x, y) in x.iter().zip(y) {
            sum = sum.plus(&self.bind.binary(Binary::Mul, &x.to_angle(), &y.to_angle()));
        }
        Ok(Abstract::float(sum))
    }

    /// exp(x - max(x)) over its sum.
    fn softmax(&mut self, x: &Abstract, span: Span) -> Result<Abstract, Failure> {
        let grid = x.to_grid();
        require_floats("softmax", &grid.items, span)?;
        let mut angles = grid.items.iter().map(Abstract::to_angle);
        let first = angles.next().unwrap_or_default();
        let largest = angles.fold(first, |largest, x| self.bind.binary(Binary::Max, &largest, &x));
        let exps = self.float_elementwise("softmax", x, span, |machine, x| {
            machine.bind.unary(Unary::Exp, &x.plus(&largest.times(-1.0)))
        })?;
        let total = self.reduce_floats("sum", std::slice::from_ref(&exps), span)?;
        self.elementwise(&exps, &total, span, |machine, x, y| machine.binary(BinaryOp::Div, x, y, span))
    }

    fn outer(&mut self, x: &Abstract, y: &Abstract, span: Span) -> Result<Abstract, Failure> {
        let (x, y) = (x.to_grid(), y.to_grid());
        let mut items = Vec::with_capacity(x.items.len() * y.items.len());
        for a in &x.items {
            for b in &y.items {
                items.push(self.binary(BinaryOp::Mul, a, b, span)?);
            }
        }
        Ok(Grid { shape: vec![x.items.len(), y.items.len()], items }.into_abstract())
    }

    /// `a @ b` for ranks 1 and 2.
    fn matrix_product(&mut self, a: &Abstract, b: &Abstract, span: Span) -> Result<Abstract, Failure> {
        let (a, b) = (a.to_grid(), b.to_grid());
        let (rows, inner) = if a.shape.len() == 1 { (1, a.shape[0]) } else { (a.shape[0], a.shape[1]) };
        let (height, columns) = if b.shape.len() == 1 { (b.shape[0], 1) } else { (b.shape[0], b.shape[1]) };
        if inner != height {
            return Err(structure::shapes_differ(&a.shape, &b.shape, a.shape.len() - 1, span));
        }
        let mut items = Vec::with_capacity(rows * columns);
        for i in 0..rows {
            for j in 0..columns {
                let column: Vec<Abstract> = (0..inner).map(|k| b.items[k * columns + j].clone()).collect();
                items.push(self.dot(&a.items[i * inner..(i + 1) * inner], &column, span)?);
            }
        }
        let mut shape = Vec::new();
        shape.extend((a.shape.len() == 2).then_some(rows));
        shape.extend((b.shape.len() == 2).then_some(columns));
        Ok(Grid { shape, items }.into_abstract())
    }

    fn reduce_floats(&mut self, name: &str, args: &[Abstract], span: Span) -> Result<Abstract, Failure> {
        let grid = args[0].to_grid();
        require_floats(name, &grid.items, span)?;
        self.reduce(&grid, args.get(1), span, |machine, items| {
            let mut result = Angle::constant(if name == "prod" { 1.0 } else { 0.0 });
            for item in items {
                let item = item.to_angle();
                result = if name == "prod" {
                    machine.bind.binary(Binary::Mul, &result, &item)
                } else {
                    result.plus(&item)
                };
            }
            if name == "mean" {
                result = result.times(1.0 / items.len() as f64);
            }
            Abstract::float(result)
        })
    }

    fn reduce_outcomes(&mut self, name: &str, args: &[Abstract], span: Span) -> Result<Abstract, Failure> {
        let grid = args[0].to_grid();
        let is_any = name == "any";
        self.reduce(&grid, args.get(1), span, |_, items| {
            let start = BitExpr::Const(!is_any);
            let combine = if is_any { condition::or } else { condition::and };
            Abstract::outcome(items.iter().fold(start, |all, item| combine(all, item.to_outcome())))
        })
    }

    /// All elements to one, or those along an axis.
    fn reduce(
        &mut self,
        grid: &Rc<Grid>,
        axis: Option<&Abstract>,
        span: Span,
        mut function: impl FnMut(&mut Self, &[Abstract]) -> Abstract,
    ) -> Result<Abstract, Failure> {
        let axis = match axis {
            None | Some(Abstract::Known(Value::Unit)) => return Ok(function(self, &grid.items)),
            Some(axis) => int(axis, "an axis", span)? as usize,
        };
        let inner: usize = grid.shape[axis + 1..].iter().product();
        let length = grid.shape[axis];
        let outer: usize = grid.shape[..axis].iter().product();
        let mut items = Vec::with_capacity(outer * inner);
        for i in 0..outer {
            for j in 0..inner {
                let along: Vec<Abstract> =
                    (0..length).map(|k| grid.items[(i * length + k) * inner + j].clone()).collect();
                items.push(function(self, &along));
            }
        }
        let mut shape = grid.shape.clone();
        shape.remove(axis);
        Ok(Grid { shape, items }.into_abstract())
    }
}

fn require_floats(
    name: &str,
    items: &[impl std::borrow::Borrow<Abstract>],
    span: Span,
) -> Result<(), Failure> {
    for item in items {
        match item.borrow() {
            Abstract::Float(_) | Abstract::Known(Value::Float(_) | Value::Int(_)) => {}
            Abstract::Outcome(_) | Abstract::Number(_) => {
                return Err(faults::not_on_outcomes(name, span));
            }
            _ => return Err(faults::not_on_floats(name, span)),
        }
    }
    Ok(())
}

fn is_observable_list(value: &Abstract) -> bool {
    matches!(value, Abstract::Grid(grid) if grid.items.iter().any(|item| matches!(item, Abstract::Observable(_))))
}

fn scalar_binary(name: &str) -> Option<BinaryOp> {
    Some(match name {
        "op.add" => BinaryOp::Add,
        "op.sub" => BinaryOp::Sub,
        "op.mul" => BinaryOp::Mul,
        "op.div" => BinaryOp::Div,
        "op.mod" => BinaryOp::Mod,
        "op.pow" => BinaryOp::Pow,
        "op.eq" => BinaryOp::Eq,
        "op.ne" => BinaryOp::Ne,
        "op.lt" => BinaryOp::Lt,
        "op.le" => BinaryOp::Le,
        "op.gt" => BinaryOp::Gt,
        "op.ge" => BinaryOp::Ge,
        "op.and" => BinaryOp::And,
        "op.or" => BinaryOp::Or,
        _ => return None,
    })
}

fn float_binary(name: &str) -> Option<Binary> {
    Some(match name {
        "atan2" => Binary::Atan2,
        "maximum" => Binary::Max,
        "minimum" => Binary::Min,
        _ => return None,
    })
}
