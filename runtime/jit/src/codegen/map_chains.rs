//! `map`s that do arithmetic on the elements of vectors: the elements are not looked at one by one, but go through a
//! [`Chain`]. Where that is not possible, the loop does it.

use rustc_hash::FxHashMap;

use cranelift::prelude::*;
use qml_ir::host::{BinaryOp, Constant, Op, OpKind, Region, Type as HostType, UnaryOp, ValueId};
use qml_prelude::builtins::of_float;
use qml_source::Span;

use super::chains::targets;
use super::convention::store_word;
use super::function::{POINTER, Translator};
use crate::chain::{Chain, Function, MOST_STEPS, Place, Step};
use crate::runtime::Entry;
use crate::site::{Site, SiteKind};

/// What a `map` does, as a chain.
struct Elementwise {
    inputs: Vec<Input>,
    /// What is done, with what.
    steps: Vec<(Function, Vec<Place>)>,
    /// Where each float of the region is.
    places: FxHashMap<ValueId, Place>,
}

/// An input of a chain.
#[derive(PartialEq)]
enum Input {
    /// A vector, of which each element is taken, or a number from outside.
    Value(ValueId),
    Constant(f64),
}

impl Translator<'_, '_> {
    /// The chain of a `map`, if it is one: goes to `done` with the tensor, and goes on where that is not possible.
    pub(super) fn try_map_as_chain(&mut self, op: &Op, count: Value, done: Block) {
        let Some(Elementwise { inputs, steps, .. }) = self.elementwise(&op.regions[0]) else { return };
        let (functions, args): (Vec<_>, Vec<_>) = steps.into_iter().unzip();
        let outputs = vec![functions.len() - 1];
        let Some(targets) = targets(&args, &outputs) else { return };
        let steps = functions
            .into_iter()
            .zip(args)
            .zip(targets)
            .map(|((function, args), target)| Step { function, args, target })
            .collect();
        let words = self.room(inputs.len());
        let mut types = Vec::new();
        for (i, input) in inputs.iter().enumerate() {
            let (word, ty) = match *input {
                Input::Value(value) => (self.word(value), self.function.ty(value).clone()),
                Input::Constant(x) => (self.b.ins().f64const(x), HostType::Float),
            };
            store_word(&mut self.b, &ty, word, words, i);
            types.push(ty);
        }
        let site = self.chain_site(Chain::new(steps, outputs, Vec::new()), types, op.span);
        let tensor =
            self.call_runtime(Entry::MapChain, &[self.context, site, words, count], Some(POINTER))[0];
        let go_on = self.b.create_block();
        self.b.ins().brif(tensor, done, &[tensor.into()], go_on, &[]);
        self.b.switch_to_block(go_on);
    }

    fn chain_site(&mut self, chain: Chain, args: Vec<HostType>, span: Span) -> Value {
        let kind = SiteKind::Chain(chain);
        self.site(Site { kind, args, lent: Vec::new(), result: HostType::Unit, span })
    }

    /// What the region does, if that is arithmetic on floats alone, with elements at the index of the `map`.
    fn elementwise(&self, region: &Region) -> Option<Elementwise> {
        let mut found = Elementwise { inputs: Vec::new(), steps: Vec::new(), places: FxHashMap::default() };
        let is_float = |value: &ValueId| *self.function.ty(*value) == HostType::Float;
        for op in &region.ops {
            let result = *op.results.first()?;
            if let OpKind::Const(Constant::Float(x)) = op.kind {
                let place = found.input(Input::Constant(x));
                found.places.insert(result, place);
                continue;
            }
            let is_element = matches!(op.kind, OpKind::Builtin(id) if id.row().name == "op.index");
            if is_element {
                let is_of_vector =
                    *self.function.ty(op.args[0]) == HostType::Tensor(Box::new(HostType::Float), 1);
                if !is_of_vector
                    || op.args[1..] != region.params[..]
                    || !self.values.contains_key(&op.args[0])
                {
                    return None;
                }
                let place = found.input(Input::Value(op.args[0]));
                found.places.insert(result, place);
                continue;
            }
            if !is_float(&result) || !op.args.iter().all(is_float) {
                return None;
            }
            let function = function_of(op)?;
            let args = op.args.iter().map(|&arg| found.place(arg)).collect();
            found.places.insert(result, Place::Step(found.steps.len()));
            found.steps.push((function, args));
        }
        let is_last =
            found.places.get(region.yields.first()?) == Some(&Place::Step(found.steps.len().checked_sub(1)?));
        let has_vector =
            found.inputs.iter().any(|input| matches!(input, Input::Value(value) if !is_float(value)));
        (is_last && has_vector && found.steps.len() <= MOST_STEPS).then_some(found)
    }
}

impl Elementwise {
    fn input(&mut self, input: Input) -> Place {
        let at = self.inputs.iter().position(|other| *other == input);
        Place::Input(at.unwrap_or_else(|| {
            self.inputs.push(input);
            self.inputs.len() - 1
        }))
    }

    /// Where a float is; one that the region doesn't define comes from outside.
    fn place(&mut self, value: ValueId) -> Place {
        match self.places.get(&value) {
            Some(&place) => place,
            None => self.input(Input::Value(value)),
        }
    }
}

/// What an operation on floats does, if a chain can do it.
fn function_of(op: &Op) -> Option<Function> {
    Some(match op.kind {
        OpKind::Unary(UnaryOp::Neg) => Function::Neg,
        OpKind::Binary(BinaryOp::Add) => Function::Add,
        OpKind::Binary(BinaryOp::Sub) => Function::Sub,
        OpKind::Binary(BinaryOp::Mul) => Function::Mul,
        OpKind::Binary(BinaryOp::Div) => Function::Div,
        OpKind::Binary(BinaryOp::Pow) => Function::Pow,
        OpKind::Builtin(id) if op.args.len() == 1 => match id.row().name {
            "sqrt" => Function::Sqrt,
            name => Function::Unary(of_float(name)?),
        },
        _ => return None,
    })
}
