//! Branches, loops, `switch` and assignments; of these, branches alone are left in the circuit.

use qml_ir::circuit::condition::or;
use qml_ir::circuit::{Angle, BitExpr, Op, OpKind};
use qml_source::Span;

use super::ast::{Expr, Name, Operand, Part, Statement, StatementKind, Values as LoopValues};
use super::classical::{MAX_SIZE, equal};
use super::fault::Fault;
use super::lower::Lowering;
use super::names::{MAX_OPS, Meaning, Symbol};
use super::values::Values;

impl Lowering<'_> {
    /// The body for each value.
    pub fn unroll(
        &mut self,
        name: &Name,
        values: &LoopValues,
        body: &[Statement],
        span: Span,
    ) -> Result<Vec<Op>, Fault> {
        let values = self.loop_values(values, span)?;
        let n_before = self.faults.len();
        self.in_scope(|lowering| {
            let mut ops = Vec::new();
            for value in values {
                let meaning = Meaning::Value(Angle::constant(value as f64));
                lowering.symbols.insert(name.text.clone(), Symbol { meaning, declared: Some(name.span) });
                lowering.n_ops += 1;
                if lowering.n_ops > MAX_OPS {
                    return Err(Fault::TooLarge(span));
                }
                ops.extend(lowering.block(body));
                if lowering.faults.len() > n_before {
                    break;
                }
            }
            Ok(ops)
        })
    }

    /// Names that are declared on the way mean nothing afterwards.
    fn in_scope<T>(&mut self, part: impl FnOnce(&mut Self) -> T) -> T {
        let outside = self.symbols.clone();
        let result = part(self);
        self.symbols = outside;
        result
    }

    /// The statements of a block.
    pub fn block(&mut self, body: &[Statement]) -> Vec<Op> {
        if !body.iter().any(|statement| is_declaration(&statement.kind)) {
            return body.iter().flat_map(|statement| self.statement(statement, true)).collect();
        }
        self.in_scope(|lowering| {
            body.iter().flat_map(|statement| lowering.statement(statement, true)).collect()
        })
    }

    /// A branch. What its sides assign depends on the condition afterwards.
    pub fn branch(
        &mut self,
        condition: &Expr,
        then: &[Statement],
        otherwise: &[Statement],
        span: Span,
    ) -> Result<Vec<Op>, Fault> {
        // Faults of the sides are told too.
        let condition = self.condition(condition);
        let before = self.values.clone();
        let then = self.block(then);
        let after_then = std::mem::replace(&mut self.values, before);
        let otherwise = self.block(otherwise);
        self.decide(condition?, (then, &after_then), otherwise, span)
    }

    /// The branch with these sides; the values are those after `otherwise`.
    fn decide(
        &mut self,
        condition: BitExpr,
        (then, after_then): (Vec<Op>, &Values),
        otherwise: Vec<Op>,
        span: Span,
    ) -> Result<Vec<Op>, Fault> {
        let mut measured = Vec::new();
        for op in then.iter().chain(&otherwise) {
            op.visit(&mut |op| {
                if let OpKind::Measure { bit, .. } = op.kind {
                    measured.push(bit);
                }
            });
        }
        self.values = Values::after_branch(&condition, after_then, &self.values, &measured);
        if self.values.size() > MAX_SIZE {
            return Err(Fault::TooLarge(span));
        }
        Ok(match condition {
            BitExpr::Const(true) => then,
            BitExpr::Const(false) => otherwise,
            condition => vec![Op { kind: OpKind::If { condition, then, otherwise }, span }],
        })
    }

    fn loop_values(&mut self, values: &LoopValues, span: Span) -> Result<Vec<i64>, Fault> {
        let (first, step, last) = match values {
            LoopValues::Set(values) => return values.iter().map(|value| self.whole(value, &[])).collect(),
            LoopValues::Range(range) => (&range.first, &range.step, &range.last),
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
        let before = self.values.clone();
        let mut bodies = Vec::new();
        for (_, body) in cases {
            let ops = self.block(body);
            bodies.push((ops, std::mem::replace(&mut self.values, before.clone())));
        }
        let mut otherwise = self.block(default);
        for (condition, (then, after_then)) in conditions.into_iter().zip(bodies).rev() {
            otherwise = self.decide(condition, (then, &after_then), otherwise, span)?;
        }
        Ok(otherwise)
    }

    /// A variable, or bits, get a value.
    pub fn assign(&mut self, to: &Operand, value: &Expr) -> Result<(), Fault> {
        let word = self.word(value)?;
        let name = &to.name.text;
        match self.symbols.get(name).map(|symbol| &symbol.meaning) {
            Some(&Meaning::Variable(variable)) => match &to.part {
                Part::Whole => self.values.set(variable, word),
                _ => return Err(Fault::Kind { wanted: "a variable as a whole, or bits", span: to.span }),
            },
            Some(Meaning::Bits { .. } | Meaning::SomeBits(_)) => {
                self.assign_bits(to, &word)?;
            }
            Some(_) => return Err(Fault::Kind { wanted: "a variable", span: to.name.span }),
            None => {
                let (name, span) = (name.clone(), to.name.span);
                return Err(Fault::Unknown { name, what: "variable", span, help: None });
            }
        }
        Ok(())
    }
}

/// Whether a statement gives a name a meaning.
fn is_declaration(kind: &StatementKind) -> bool {
    matches!(
        kind,
        StatementKind::Bits { .. }
            | StatementKind::Alias { .. }
            | StatementKind::Constant { .. }
            | StatementKind::Variable { .. }
    )
}
