//! Replaces gradients by calls of functions that compute them: forward and reverse mode by source transformation.
//!
//! Expects: a valid module. Leaves: a valid module without [`OpKind::ValueAndGradient`]; for each differentiated function
//! `f` and choice of parameters a function `f.gradient`, and for what it calls `g.tangent`, or `g.forward` and `g.backward`.
//! Keeps: what everything else computes.
//!
//! Which mode it is says [`choice`], for tensors [`jacobian`]. Forward mode is [`tangent`]; what follows is reverse mode.
//!
//! The forward function does what `g` does, and pushes on a tape what the way back needs: at the end of each region the
//! values defined in it that the derivative of an operation in it asks for. The backward function goes through the regions
//! in reverse order, pops them, and carries a cotangent for each active value: one that depends on a chosen parameter
//! and that the result depends on. `f.gradient` holds both ways of the outermost region in one body, so its values need no
//! tape. Constants and loop indices are computed anew. The derivative of `if` and `while` is that of the way taken.
//!
//! The cotangent of a `float` is a `float`. That of anything else has type [`Type::Cotangent`]: the shape of the value, with
//! `Unit` for zero at any place; of a tuple a tuple, of a program a tuple with one entry an argument, of a complex number
//! z = x + iy the number dL/dx + i dL/dy, of an observable one with the cotangents of its coefficients. What a gradient
//! gives in the end has the shape of the parameter.

mod activity;
mod backward;
mod breaks;
mod calls;
mod choice;
mod collect;
mod forward;
mod jacobian;
mod legal;
mod pushforward;
mod rules;
mod slopes;
mod tangent;
#[cfg(test)]
mod tests;

use rustc_hash::{FxHashMap, FxHashSet};

use qml_source::{Code, Diagnostic, bug};

use crate::host::{Function, FunctionId, GradientMethod, Module, Op, OpKind, Region, Type, ValueId};
use activity::Activities;

/// Replaces all gradients of the module. Gives the warnings, or else all messages if one is an error; then the module is
/// as it was.
pub fn differentiate(module: &mut Module) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    differentiate_by(module, Modes::Both)
}

/// The modes that gradients may be made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Modes {
    /// Forward where [`choice`] says so.
    Both,
    /// Backward alone, which forward mode is held against.
    #[cfg(test)]
    Backward,
}

fn differentiate_by(module: &mut Module, modes: Modes) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let mut transform = Transform::new(module, modes);
    let mut replacements = FxHashMap::default();
    for (i, function) in module.functions.iter().enumerate() {
        let mut found = Vec::new();
        gradients(&function.body, &mut found);
        for op in found {
            replacements.insert((i, op.results[0]), transform.gradient(op));
        }
    }
    let (made, messages) = transform.finish();
    if messages.iter().any(Diagnostic::is_error) {
        return Err(messages);
    }
    for ((i, result), gradient) in replacements {
        replace(&mut module.functions[i].body, result, gradient);
    }
    module.functions.extend(made);
    if cfg!(debug_assertions)
        && let Err(broken) = module.validate()
    {
        bug!("differentiation broke a rule: {broken}");
    }
    Ok(messages)
}

/// All gradients of a region.
fn gradients<'m>(region: &'m Region, found: &mut Vec<&'m Op>) {
    for op in &region.ops {
        if matches!(op.kind, OpKind::ValueAndGradient { .. }) {
            found.push(op);
        }
        op.regions.iter().for_each(|region| gradients(region, found));
    }
}

fn replace(region: &mut Region, result: ValueId, gradient: FunctionId) {
    for op in &mut region.ops {
        if matches!(op.kind, OpKind::ValueAndGradient { .. }) && op.results[0] == result {
            op.kind = OpKind::Call(gradient);
        }
        op.regions.iter_mut().for_each(|region| replace(region, result, gradient));
    }
}

/// A function with the parameters that are active in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    function: FunctionId,
    active: Vec<bool>,
    method: GradientMethod,
}

/// A function with the parameters that move in each lane of it, see [`tangent`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Directions {
    function: FunctionId,
    lanes: Vec<Vec<bool>>,
    method: GradientMethod,
}

/// Both ways through a function.
#[derive(Clone, Copy)]
struct Ways {
    forward: FunctionId,
    backward: FunctionId,
}

struct Transform<'m> {
    module: &'m Module,
    modes: Modes,
    activities: Activities<'m>,
    /// New functions; the first one gets the id after the module's last.
    made: Vec<Function>,
    names: FxHashSet<String>,
    ways: FxHashMap<Key, Ways>,
    gradients: FxHashMap<(FunctionId, Vec<usize>, GradientMethod), FunctionId>,
    /// Functions whose two ways are called and not made yet.
    due: Vec<Key>,
    tangents: FxHashMap<Directions, FunctionId>,
    /// Functions with tangents that are called and not made yet.
    due_tangents: Vec<Directions>,
    messages: Vec<Diagnostic>,
}

impl<'m> Transform<'m> {
    fn new(module: &'m Module, modes: Modes) -> Self {
        Self {
            module,
            modes,
            activities: Activities::new(module),
            made: Vec::new(),
            names: module.functions.iter().map(|function| function.name.clone()).collect(),
            ways: FxHashMap::default(),
            gradients: FxHashMap::default(),
            due: Vec::new(),
            tangents: FxHashMap::default(),
            due_tangents: Vec::new(),
            messages: Vec::new(),
        }
    }

    /// The function that takes the place of this operation.
    fn gradient(&mut self, op: &Op) -> FunctionId {
        let OpKind::ValueAndGradient { function, wrt, method } = &op.kind else { bug!("no gradient") };
        let cache_key = (*function, wrt.clone(), *method);
        if let Some(&id) = self.gradients.get(&cache_key) {
            return id;
        }
        let callee = self.module.function(*function);
        let mut active = vec![false; callee.body.params.len()];
        wrt.iter().for_each(|&i| active[i] = true);
        let key = Key { function: *function, active, method: *method };
        self.warn_of_zeros(&key, wrt, op);

        let (id, name) = self.reserve(&callee.name, "gradient");
        self.gradients.insert(cache_key, id);
        if !self.is_legal(&key) {
            return id;
        }
        let made = if self.modes == Modes::Both && choice::is_forward(&mut self.activities, &key, wrt) {
            tangent::gradient_function(self, *function, wrt, *method, name)
        } else if callee.results[0] == Type::Float {
            backward::gradient_function(self, &key, wrt, name)
        } else {
            jacobian::jacobian_function(self, &key, wrt, name)
        };
        self.put(id, made);
        self.make_due();
        id
    }

    fn make_due(&mut self) {
        while let Some(key) = self.due.pop() {
            let ways = self.ways[&key];
            let names = (self.made_name(ways.forward), self.made_name(ways.backward));
            let (forward, backward) = backward::both_ways(self, &key, names);
            self.put(ways.forward, forward);
            self.put(ways.backward, backward);
        }
        while let Some(key) = self.due_tangents.pop() {
            let id = self.tangents[&key];
            let made = tangent::tangent_function(self, &key, self.made_name(id));
            self.put(id, made);
        }
    }

    /// The two ways through a function; made later.
    fn ways(&mut self, key: Key) -> Ways {
        if let Some(&ways) = self.ways.get(&key) {
            return ways;
        }
        let name = &self.module.function(key.function).name;
        let (forward, _) = self.reserve(name, "forward");
        let (backward, _) = self.reserve(name, "backward");
        let ways = Ways { forward, backward };
        self.ways.insert(key.clone(), ways);
        self.due.push(key);
        ways
    }

    /// The function with tangents; made later.
    fn tangents(&mut self, key: Directions) -> FunctionId {
        if let Some(&id) = self.tangents.get(&key) {
            return id;
        }
        let (id, _) = self.reserve(&self.module.function(key.function).name, "tangent");
        self.tangents.insert(key.clone(), id);
        self.due_tangents.push(key);
        id
    }

    fn is_legal(&mut self, key: &Key) -> bool {
        let found = legal::problems(&mut self.activities, key);
        let is_legal = found.is_empty();
        for message in found {
            if !self.messages.contains(&message) {
                self.messages.push(message);
            }
        }
        is_legal
    }

    fn warn_of_zeros(&mut self, key: &Key, wrt: &[usize], op: &Op) {
        let activity = self.activities.of(key.function, &key.active);
        let function = self.module.function(key.function);
        for &i in wrt {
            if !activity.is_active(function.body.params[i]) {
                let name = &function.param_names[i];
                let message = format!("the gradient with respect to `{name}` is always zero");
                let text = format!("its value does not depend on `{name}` in a differentiable way");
                let warning = Diagnostic::warning(Code::Q0521, message).primary(op.span, text);
                // Where all of it is lost, one label says so.
                let body = &function.body;
                let gives = |op: &&Op| op.results.iter().any(|result| body.yields.contains(result));
                let last = body.ops.iter().rev().find(gives).map(|op| op.span);
                let place = breaks::first_break(self.module, key.function, i)
                    .filter(|place| *place != op.span && Some(*place) != last);
                self.messages.push(match place {
                    Some(place) => warning.secondary(place, "here the chain breaks"),
                    None => warning,
                });
            }
        }
    }

    fn reserve(&mut self, name: &str, suffix: &str) -> (FunctionId, String) {
        let plain = format!("{name}.{suffix}");
        let mut name = plain.clone();
        let mut number = 0;
        while self.names.contains(&name) {
            number += 1;
            name = format!("{plain}.{number}");
        }
        self.names.insert(name.clone());
        let id = FunctionId((self.module.functions.len() + self.made.len()) as u32);
        // The name holds the place until the body is there.
        let span = qml_source::Span::default();
        self.made.push(crate::host::Builder::new(name.clone(), crate::host::FunctionKind::Fn, span).function);
        (id, name)
    }

    fn made_name(&self, id: FunctionId) -> String {
        self.made[id.0 as usize - self.module.functions.len()].name.clone()
    }

    fn put(&mut self, id: FunctionId, function: Function) {
        self.made[id.0 as usize - self.module.functions.len()] = function;
    }

    fn finish(self) -> (Vec<Function>, Vec<Diagnostic>) {
        (self.made, self.messages)
    }
}

/// Whether values of this type can have a derivative.
pub(crate) fn carries_floats(ty: &Type) -> bool {
    match ty {
        Type::Float | Type::Complex | Type::Observable | Type::Program => true,
        Type::Tensor(element, _) | Type::List(element) => carries_floats(element),
        Type::Tuple(parts) => parts.iter().any(carries_floats),
        Type::Unit
        | Type::Bool
        | Type::Int
        | Type::Str
        | Type::Optimizer
        | Type::Cotangent
        | Type::Tape
        | Type::Qubit
        | Type::Register => false,
    }
}

/// The type of the cotangent of a value of this type.
fn cotangent_type(ty: &Type) -> Type {
    if *ty == Type::Float { Type::Float } else { Type::Cotangent }
}
