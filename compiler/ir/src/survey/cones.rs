//! What the result of a kernel depends on: its inputs inside of the light cone.

use std::rc::Rc;

use qml_prelude::observable::Observable;
use qml_prelude::{Tensor, Value};
use qml_source::Span;

use super::seen::{Known, Level, Origins, Seen};
use super::zeros::Reason;
use super::{Machine, key_of};
use crate::circuit::light_cone::{Letters, letters_of, slots_in_cone};
use crate::host::FunctionId;
use crate::specialise::Specialised;
use crate::specialise::bind::{Node, Unary};

/// A float that a kernel is called with.
pub(super) struct Input {
    /// A result depends on it.
    is_live: bool,
    /// The first gate that it turns.
    gate: Option<Span>,
}

/// Registers from here on have too many outcomes to list.
const MAX_REGISTER: usize = 20;

impl Machine<'_, '_> {
    /// What a function that runs programs gives; `args` begin with the random key.
    pub(super) fn result_function(&mut self, name: &'static str, span: Span, args: &[Seen]) -> Seen {
        if !matches!(name, "run" | "state")
            && let Some(Some(&Value::Int(shots))) = args.last().map(Seen::as_exact)
            && !self.survey.shots.contains(&(shots, span))
        {
            self.survey.shots.push((shots, span));
        }
        let origins = args.iter().fold(Origins::None, |all, arg| all.and(&arg.origins()));
        match name {
            "expect" | "variance" => {
                let Seen::Known(observables) = &args[1] else { return Seen::Unknown(origins) };
                let letters = |n: usize| match &observables.value {
                    _ if observables.level == Level::Shape => vec![Letters::ALL; n],
                    value => letters_of(observables_of(value).iter().map(|observable| &**observable), n),
                };
                let of_program = self.influence(&args[2], &letters, span);
                let origins = args[1].origins().and(&of_program);
                match &observables.value {
                    Value::Tensor(tensor) => {
                        let value = self.stand_in(&Value::vector(vec![0.0; tensor.len()]));
                        Seen::Known(Known { value, level: Level::Discrete, origins: Rc::new([origins]) })
                    }
                    _ => self.some_float(origins),
                }
            }
            "fidelity" => {
                let all = |n: usize| vec![Letters::ALL; n];
                let origins = self.influence(&args[1], &all, span).and(&self.influence(&args[2], &all, span));
                self.some_float(origins)
            }
            "probs" => {
                let z = |n: usize| letters_of([&Observable::projector(vec![false; n])], n);
                let origins = self.influence(&args[1], &z, span);
                // Only where it is known anyway: a circuit is not made for this.
                let register = self.known_register(&args[1]);
                match register {
                    Some(n @ ..MAX_REGISTER) => {
                        let value = self.stand_in(&Value::vector(vec![0.0; 1 << n]));
                        Seen::Known(Known { value, level: Level::Discrete, origins: Rc::new([origins]) })
                    }
                    _ => Seen::Unknown(origins),
                }
            }
            _ => Seen::Unknown(origins),
        }
    }

    fn specialised_of(&mut self, program: &Seen) -> Option<Rc<Specialised>> {
        match program {
            Seen::Known(Known { value: Value::Program(program), .. }) => self.specialise(program),
            _ => None,
        }
    }

    fn known_register(&self, program: &Seen) -> Option<usize> {
        let Seen::Known(Known { value: Value::Program(program), .. }) = program else { return None };
        self.specialised.get(&key_of(program))?.as_ref()?.result.register
    }

    /// What the program's result depends on, if only these letters are looked for. Inputs without gates in the light cone
    /// are remembered.
    fn influence(&mut self, program: &Seen, letters: &dyn Fn(usize) -> Vec<Letters>, span: Span) -> Origins {
        let all = program.origins();
        let Seen::Known(known) = program else { return all };
        if all == Origins::None {
            return all;
        }
        let Some(made) = self.specialised_of(program) else { return all };
        let Value::Program(called) = &known.value else { return all };
        let key = (key_of(called), letters(made.circuit.output.len()));
        let seen =
            self.inputs.entry(key).or_insert_with_key(|(_, letters)| Rc::new(inputs_in_cone(&made, letters)));
        let inputs = Rc::clone(seen);
        let mut origins = Origins::None;
        for (i, input) in inputs.iter().enumerate() {
            let of_input = known.origins_of(i);
            if input.is_live {
                origins = origins.and(&of_input);
            } else {
                let reason = Reason { gate: input.gate, result: span, kernel: FunctionId(called.kernel) };
                self.gradients.outside(&of_input, reason);
            }
        }
        origins
    }
}

/// Which inputs of a kernel a result with these letters depends on.
fn inputs_in_cone(made: &Specialised, letters: &[Letters]) -> Vec<Input> {
    let mut live = slots_in_cone(&made.circuit, letters);
    let mut gates = gates_of_slots(made);
    for (i, node) in made.bind.nodes.iter().enumerate().rev() {
        let own = made.bind.n_inputs + i;
        let angles = match node {
            Node::Unary(Unary::Stop | Unary::Floor | Unary::Ceil | Unary::Round | Unary::Sign, x) => {
                live[own] = false;
                vec![x]
            }
            Node::Unary(_, x) => vec![x],
            Node::Binary(_, x, y) => vec![x, y],
            // Each number of a call may depend on each float of its arguments.
            Node::Output(..) | Node::Block(..) => node.angles(),
        };
        for &(slot, _) in angles.iter().flat_map(|angle| &angle.terms) {
            let slot = slot.0 as usize;
            live[slot] |= live[own];
            gates[slot] = gates[slot].or(gates[own]);
        }
    }
    let inputs = live.into_iter().zip(gates).take(made.n_inputs);
    inputs.map(|(is_live, gate)| Input { is_live, gate }).collect()
}

fn observables_of(value: &Value) -> Vec<std::sync::Arc<Observable>> {
    match value {
        Value::Tensor(Tensor::Value(items)) => items.iter().flat_map(observables_of).collect(),
        Value::Observable(observable) => vec![std::sync::Arc::clone(observable)],
        _ => Vec::new(),
    }
}

/// The place of the first gate of each slot.
fn gates_of_slots(made: &Specialised) -> Vec<Option<Span>> {
    let mut gates = vec![None; made.circuit.slots.len()];
    made.circuit.visit(|op| {
        for &(slot, _) in op.angles().iter().flat_map(|angle| &angle.terms) {
            gates[slot.0 as usize].get_or_insert(op.span);
        }
    });
    gates
}
