//! Takes what is the same in each round out of a loop, as far as it cannot go wrong: constants, parts of structs, and
//! observables made of Pauli letters.

use rustc_hash::FxHashSet;

use crate::host::{Constant, Function, Op, OpKind, Region, Type, ValueId};

/// The highest qubit of a letter that is surely none too high.
const MOST_QUBITS: i64 = 1 << 16;

struct Search<'f> {
    function: &'f Function,
    /// Values that a round defines.
    own: FxHashSet<ValueId>,
    /// Ints that are known to be qubits.
    qubits: FxHashSet<ValueId>,
    /// Observables without projectors, whose sums and products exist.
    letters: FxHashSet<ValueId>,
}

/// The operations of a body that are the same in each round, which are taken out of it.
pub(super) fn take_invariant(body: &mut Region, function: &Function) -> Vec<Op> {
    let own = body.params.iter().chain(body.ops.iter().flat_map(|op| &op.results)).copied().collect();
    let mut search = Search { function, own, qubits: FxHashSet::default(), letters: FxHashSet::default() };
    let (taken, left) = std::mem::take(&mut body.ops).into_iter().partition(|op| search.takes(op));
    body.ops = left;
    taken
}

impl Search<'_> {
    /// Whether the operation is taken out. Those before it were asked about.
    fn takes(&mut self, op: &Op) -> bool {
        let is_taken = op.args.iter().all(|arg| !self.own.contains(arg)) && self.is_sure(op);
        if is_taken {
            op.results.iter().for_each(|result| _ = self.own.remove(result));
            if self.function.ty(op.results[0]) == &Type::Observable {
                self.letters.extend(&op.results);
            }
            if matches!(op.kind, OpKind::Const(Constant::Int(0..MOST_QUBITS))) {
                self.qubits.extend(&op.results);
            }
        }
        is_taken
    }

    /// Whether it has a result for all values of its operands.
    fn is_sure(&self, op: &Op) -> bool {
        match &op.kind {
            OpKind::Const(_) | OpKind::Global(_) | OpKind::Tuple | OpKind::TupleGet(_) => true,
            OpKind::Builtin(id) => match id.row().name {
                "X" | "Y" | "Z" => self.qubits.contains(&op.args[0]),
                "I" => true,
                "op.stack" => op.args.iter().all(|arg| self.function.ty(*arg) == &Type::Observable),
                "op.add" | "op.sub" | "op.mul" => {
                    let is_letters = |arg: &ValueId| self.letters.contains(arg);
                    let is_factor = |arg: &ValueId| *self.function.ty(*arg) == Type::Float;
                    op.args.iter().any(is_letters)
                        && op.args.iter().all(|arg| is_letters(arg) || is_factor(arg))
                }
                _ => false,
            },
            _ => false,
        }
    }
}
