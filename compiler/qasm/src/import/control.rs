//! Loops, `switch` and classical variables; all are gone in the circuit.

use qml_ir::circuit::{Angle, Bit, BitExpr, Op, OpKind};
use qml_source::Span;

use super::ast::{Expr, Name, Statement, Values};
use super::classical::{equal, or};
use super::fault::Fault;
use super::lower::Lowering;
use super::names::{MAX_OPS, Meaning, Symbol};

impl Lowering<'_> {
    /// The body for each value.
    pub fn unroll(
        &mut self,
        name: &Name,
        values: &Values,
        body: &[Statement],
        span: Span,
    ) -> Result<Vec<Op>, Fault> {
        let values = self.loop_values(values, span)?;
        let outside = self.symbols.get(&name.text).cloned();
        let n_before = self.faults.len();
        let mut ops = Vec::new();
        for value in values {
            let meaning = Meaning::Value(Angle::constant(value as f64));
            self.symbols.insert(name.text.clone(), Symbol { meaning, declared: Some(name.span) });
            self.n_ops += 1;
            if self.n_ops > MAX_OPS {
                return Err(Fault::TooLarge(span));
            }
            ops.extend(body.iter().flat_map(|statement| self.statement(statement, true)));
            if self.faults.len() > n_before {
                break;
            }
        }
        match outside {
            Some(symbol) => self.symbols.insert(name.text.clone(), symbol),
            None => self.symbols.remove(&name.text),
        };
        Ok(ops)
    }

    fn loop_values(&mut self, values: &Values, span: Span) -> Result<Vec<i64>, Fault> {
        let (first, step, last) = match values {
            Values::Set(values) => return values.iter().map(|value| self.whole(value, &[])).collect(),
            Values::Range(range) => (&range.first, &range.step, &range.last),
        };
        let step_value = step.as_ref().map_or(Ok(1), |step| self.whole(step, &[]))?;
        let (first, last) = (self.whole(first, &[])?, self.whole(last, &[])?);
        if step_value == 0 {
            return Err(Fault::Kind { wanted: "a step that is not 0", span });
        }
        let n = ((last - first) / step_value + 1).max(0);
        let is_empty = (last - first).signum() == -step_value.signum();
        match usize::try_from(n) {
            Ok(n) if n <= MAX_OPS => {
                Ok((0..if is_empty { 0 } else { n as i64 }).map(|i| first + i * step_value).collect())
            }
            _ => Err(Fault::TooLarge(span)),
        }
    }

    /// A chain of branches.
    pub fn switch(
        &mut self,
        subject: &Expr,
        cases: &[(Vec<Expr>, Vec<Statement>)],
        default: &[Statement],
        span: Span,
    ) -> Result<Vec<Op>, Fault> {
        let word = self.word(subject)?;
        let mut conditions = Vec::new();
        for (values, _) in cases {
            let mut condition = BitExpr::Const(false);
            for value in values {
                let value = self.word(value)?;
                condition = or(condition, equal(&word, &value));
            }
            conditions.push(condition);
        }
        let mut side = |body: &[Statement]| -> Vec<Op> {
            body.iter().flat_map(|statement| self.statement(statement, true)).collect()
        };
        let bodies: Vec<Vec<Op>> = cases.iter().map(|(_, body)| side(body)).collect();
        let mut otherwise = side(default);
        for (condition, then) in conditions.into_iter().zip(bodies).rev() {
            otherwise = vec![Op { kind: OpKind::If { condition, then, otherwise }, span }];
        }
        Ok(otherwise)
    }

    pub fn assign(&mut self, name: &Name, value: &Expr) -> Result<(), Fault> {
        let word = self.word(value)?;
        match self.symbols.get_mut(&name.text).map(|symbol| &mut symbol.meaning) {
            Some(Meaning::Variable(variable)) => *variable = Some(word),
            Some(_) => return Err(Fault::Kind { wanted: "a variable", span: name.span }),
            None => {
                let (name, span) = (name.text.clone(), name.span);
                return Err(Fault::Unknown { name, what: "variable", span, help: None });
            }
        }
        Ok(())
    }

    /// Variables that were computed from these bits have lost what they were computed from.
    pub fn forget(&mut self, bits: &[Bit]) {
        for symbol in self.symbols.values_mut() {
            let Meaning::Variable(variable) = &mut symbol.meaning else { continue };
            let mut is_lost = false;
            for bit in variable.iter().flatten() {
                bit.each_bit(&mut |bit| is_lost |= bits.contains(&bit));
            }
            variable.take_if(|_| is_lost);
        }
    }
}
