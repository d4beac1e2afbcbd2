//! Sure rounds that do arithmetic on floats: several of them at once, in vector registers.
//!
//! The operations are those of the rounds one by one, so the bits are the same: nothing is carried from one round to the next.
//! A tensor that is written is read only where it is written, so no round sees what another one wrote.

use rustc_hash::{FxHashMap, FxHashSet};

use cranelift::codegen::ir::BlockArg;
use cranelift::prelude::*;
use qml_ir::host::{BinaryOp, Constant, Op, OpKind, Region, Type as HostType, UnaryOp, ValueId};
use qml_source::Span;

use super::function::Translator;
use super::sure::{Access, Plan};

/// Rounds that go together: so many vectors of two.
const VECTORS: usize = 2;
const ROUNDS: i64 = 2 * VECTORS as i64;
const VECTOR_BYTES: i32 = 16;
/// Elements lie where they lie.
const UNALIGNED: MemFlagsData = MemFlagsData::new().with_notrap();

/// What is done with floats in each round, in order.
pub(super) struct Lanes<'a> {
    steps: Vec<(Step<'a>, &'a Op)>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Constant(f64),
    Load(&'a Access),
    Store(&'a Access),
    Negate,
    Root,
    Absolute,
    Square,
    Binary(BinaryOp),
}

impl Translator<'_, '_> {
    /// What the rounds do, if they can go together. All carried values must stay where they are.
    pub(super) fn lanes<'a>(&self, plan: &'a Plan, region: &'a Region, stays: &[bool]) -> Option<Lanes<'a>> {
        let is_independent = plan.accesses.iter().filter(|access| access.is_write).all(|written| {
            let of_same = plan.accesses.iter().filter(|other| other.tensor == written.tensor);
            written.counts() && of_same.into_iter().all(|other| other.indices == written.indices)
        });
        if !is_independent || stays.contains(&false) {
            return None;
        }
        let accesses: FxHashMap<ValueId, &Access> =
            plan.accesses.iter().map(|access| (access.result, access)).collect();
        let mut made = FxHashSet::default();
        let mut exponents = FxHashSet::default();
        let mut steps = Vec::new();
        for op in &region.ops {
            let result = *op.results.first()?;
            let is_float = |value: &ValueId| *self.function.ty(*value) == HostType::Float;
            // Floats are made here, or come from outside.
            let is_there = |value: &ValueId| {
                is_float(value) && (made.contains(value) || self.values.contains_key(value))
            };
            let step = match &op.kind {
                OpKind::Const(Constant::Float(x)) => {
                    if *x == 2.0 {
                        exponents.insert(result);
                    }
                    Step::Constant(*x)
                }
                OpKind::Builtin(id) if id.row().name == "op.index" && is_float(&result) => {
                    Step::Load(accesses.get(&result)?)
                }
                OpKind::Builtin(id) if id.row().name == "op.index_set" && is_there(&op.args[1]) => {
                    Step::Store(accesses.get(&result)?)
                }
                OpKind::Builtin(id) if op.args.iter().all(is_there) && is_float(&result) => {
                    match id.row().name {
                        "sqrt" => Step::Root,
                        "abs" => Step::Absolute,
                        _ => return None,
                    }
                }
                OpKind::Unary(UnaryOp::Neg) if op.args.iter().all(is_there) => Step::Negate,
                OpKind::Binary(BinaryOp::Pow) if is_there(&op.args[0]) && exponents.contains(&op.args[1]) => {
                    Step::Square
                }
                OpKind::Binary(
                    operator @ (BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div),
                ) if op.args.iter().all(is_there) => Step::Binary(*operator),
                // The indices are in the places of the elements.
                OpKind::Const(Constant::Int(_)) => continue,
                OpKind::Binary(BinaryOp::Add | BinaryOp::Sub)
                    if *self.function.ty(result) == HostType::Int =>
                {
                    continue;
                }
                _ => return None,
            };
            made.insert(result);
            steps.push((step, op));
        }
        let is_made = |value: &ValueId| made.contains(value);
        region.yields.iter().all(is_made).then_some(Lanes { steps })
    }

    /// Rounds from one counter to another, as many as go together; gives the counter after them. What a round of a `map` yields
    /// goes to `elements`.
    pub(super) fn in_lanes(
        &mut self,
        plan: &Plan,
        lanes: &Lanes<'_>,
        region: &Region,
        [from, to]: [Value; 2],
        elements: Option<Value>,
        span: Span,
    ) -> Value {
        let (before, body, after) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.append_block_param(body, types::I64);
        self.b.append_block_param(after, types::I64);
        self.go_together(from, to, before, &[], after);

        self.b.switch_to_block(before);
        let same = self.same_in_all(lanes);
        self.b.ins().jump(body, &[from.into()]);

        self.b.switch_to_block(body);
        let counter = self.b.block_params(body)[0];
        self.check_interrupt(span);
        self.values.insert(plan.counter, counter);
        for vector in 0..VECTORS {
            let offset = vector as i32 * VECTOR_BYTES;
            let mut floats = same.clone();
            for (step, op) in lanes.steps.iter().filter(|(_, op)| !same.contains_key(&op.results[0])) {
                self.step(*step, op, offset, &mut floats);
            }
            if let Some(elements) = elements {
                let value = self.vector(region.yields[0], &floats);
                let bytes = self.b.ins().imul_imm_s(counter, 8);
                let place = self.b.ins().iadd(elements, bytes);
                self.b.ins().store(UNALIGNED, value, place, offset);
            }
        }
        let next = self.b.ins().iadd_imm_s(counter, ROUNDS);
        self.go_together(next, to, body, &[next.into()], after);
        self.b.switch_to_block(after);
        self.b.block_params(after)[0]
    }

    /// Goes on in a block if the rounds from a counter are so many as go together.
    fn go_together(&mut self, counter: Value, to: Value, block: Block, args: &[BlockArg], after: Block) {
        let next = self.b.ins().iadd_imm_s(counter, ROUNDS);
        let is_over = self.b.ins().icmp(IntCC::SignedGreaterThan, next, to);
        self.b.ins().brif(is_over, after, &[counter.into()], block, args);
    }

    /// Elements that are the same in all rounds: they don't go with the counter, and what is written goes with it, to tensors of
    /// which no other elements are read.
    fn same_in_all(&mut self, lanes: &Lanes<'_>) -> FxHashMap<ValueId, Value> {
        let mut same = FxHashMap::default();
        for (step, op) in &lanes.steps {
            if matches!(step, Step::Load(access) if !access.counts()) {
                self.step(*step, op, 0, &mut same);
            }
        }
        same
    }

    fn step(&mut self, step: Step<'_>, op: &Op, offset: i32, floats: &mut FxHashMap<ValueId, Value>) {
        let arg = |this: &mut Self, i: usize| this.vector(op.args[i], floats);
        let value = match step {
            Step::Constant(x) => {
                let x = self.b.ins().f64const(x);
                self.b.ins().splat(types::F64X2, x)
            }
            Step::Load(access) => {
                let place = self.address(self.places[&access.result]);
                if access.counts() {
                    self.b.ins().load(types::F64X2, UNALIGNED, place, offset)
                } else {
                    let x = self.b.ins().load(types::F64, MemFlagsData::trusted(), place, 0);
                    self.b.ins().splat(types::F64X2, x)
                }
            }
            Step::Store(access) => {
                let value = arg(self, 1);
                let place = self.address(self.places[&access.result]);
                self.b.ins().store(UNALIGNED, value, place, offset);
                return;
            }
            Step::Negate => {
                let x = arg(self, 0);
                self.b.ins().fneg(x)
            }
            Step::Root => {
                let x = arg(self, 0);
                self.b.ins().sqrt(x)
            }
            Step::Absolute => {
                let x = arg(self, 0);
                self.b.ins().fabs(x)
            }
            Step::Square => {
                let x = arg(self, 0);
                self.b.ins().fmul(x, x)
            }
            Step::Binary(operator) => {
                let (a, b) = (arg(self, 0), arg(self, 1));
                self.floats(operator, a, b)
            }
        };
        floats.insert(op.results[0], value);
    }

    /// The float in all lanes, if it is the same in all rounds.
    fn vector(&mut self, value: ValueId, floats: &FxHashMap<ValueId, Value>) -> Value {
        match floats.get(&value) {
            Some(&vector) => vector,
            None => {
                let word = self.word(value);
                self.b.ins().splat(types::F64X2, word)
            }
        }
    }
}
