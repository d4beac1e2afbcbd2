//! Measures what a circuit returns.

use qml_source::Span;

use super::{Bit, BitExpr, Circuit, Op, OpKind, Wire};

impl Circuit {
    /// Measures the returned qubits, in their order, into bits behind the others. The result is these bits, then those
    /// that were returned already, as in a row of `samples`. A qubit whose life ended with a measurement is not measured
    /// again: its bit is returned.
    pub fn measure_output(&mut self) {
        let output = std::mem::take(&mut self.output);
        let register: Vec<BitExpr> =
            output.into_iter().map(|wire| BitExpr::Bit(self.outcome(wire))).collect();
        self.result_bits.splice(0..0, register);
    }

    /// The bit that holds the outcome of measuring this wire at the end.
    fn outcome(&mut self, wire: Wire) -> Bit {
        self.last_outcome(wire).unwrap_or_else(|| {
            let bit = Bit(self.n_bits as u32);
            self.n_bits += 1;
            self.ops.push(Op::measure(wire, bit, Span::default()));
            bit
        })
    }

    /// The bit that still holds the outcome of measuring this wire, if that was the last that happened to it.
    fn last_outcome(&self, wire: Wire) -> Option<Bit> {
        let last = self.ops.iter().rposition(|op| op.wires().contains(&wire))?;
        let OpKind::Measure { bit, .. } = self.ops[last].kind else { return None };
        let is_overwritten = |op: &Op| {
            let mut found = false;
            op.visit(&mut |op| {
                found |= matches!(op.kind, OpKind::Measure { bit: other, .. } if other == bit);
            });
            found
        };
        (!self.ops[last + 1..].iter().any(is_overwritten)).then_some(bit)
    }
}
