//! Gradients, and the entries by which they are always zero.

use std::rc::Rc;

use ndarray::Dimension;
use qml_prelude::{Tensor, Value};
use qml_source::{Code, Diagnostic, Span};

use super::Machine;
use super::floats::count_floats;
use super::seen::{Known, Level, Origins, Seen};
use crate::host::{FunctionId, Module, Op, Type};

/// Gradients by more entries than this are not looked at.
const MAX_ENTRIES: usize = 4096;
/// Derivatives of tensors that have more elements than this have no known shape.
const MAX_ELEMENTS: usize = 1 << 16;
/// So many entries are named in a message.
const MAX_NAMED: usize = 4;

/// The gradients that were followed.
#[derive(Debug, Default)]
pub(super) struct Gradients {
    found: Vec<Gradient>,
    /// The one whose objective is followed at the moment.
    current: Option<usize>,
    /// What was followed: the place, the arguments, the results. Again it would give the same.
    followed: Vec<(Span, Vec<Seen>, Vec<Seen>)>,
}

/// A gradient in the source, over all of its evaluations.
#[derive(Debug)]
struct Gradient {
    span: Span,
    /// The names of the entries; the variable that each belongs to.
    entries: Vec<(String, usize)>,
    /// By entry: the objective may depend on it.
    is_live: Vec<bool>,
    /// By entry: why a result does not see it.
    outside: Vec<Option<Reason>>,
}

/// Why the gradient by an entry is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    /// A gate that it turns outside of the light cone; none if it turns no gate.
    pub gate: Option<Span>,
    /// The result that does not see it.
    pub result: Span,
    /// The kernel.
    pub kernel: FunctionId,
}

impl Gradients {
    /// Tells why a result does not see these entries.
    pub fn outside(&mut self, origins: &Origins, reason: Reason) {
        let Some(gradient) = self.current.map(|i| &mut self.found[i]) else { return };
        for (entry, outside) in gradient.outside.iter_mut().enumerate() {
            if *origins != Origins::Any && origins.has(entry) {
                outside.get_or_insert(reason);
            }
        }
    }

    /// The warnings, one for each variable and reason.
    pub fn diagnostics(&self, module: &Module) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        for gradient in &self.found {
            let mut groups: Vec<((usize, Reason), Vec<&str>)> = Vec::new();
            for (entry, (name, variable)) in gradient.entries.iter().enumerate() {
                let Some(reason) = gradient.outside[entry].filter(|_| !gradient.is_live[entry]) else {
                    continue;
                };
                let key = (*variable, reason);
                match groups.iter_mut().find(|group| group.0 == key) {
                    Some(group) => group.1.push(name),
                    None => groups.push((key, vec![name])),
                }
            }
            let warnings =
                groups.iter().map(|((_, reason), names)| warning(module, gradient, *reason, &subject(names)));
            diagnostics.extend(warnings);
        }
        diagnostics
    }
}

/// What is zero, with the verb.
fn subject(names: &[&str]) -> String {
    let n_named = if names.len() == MAX_NAMED + 1 { names.len() } else { MAX_NAMED };
    let quoted: Vec<String> = names.iter().take(n_named).map(|name| format!("`{name}`")).collect();
    let names = match (quoted.as_slice(), names.len()) {
        ([one], 1) => return format!("the gradient with respect to {one} is"),
        ([first @ .., last], n) if n <= n_named => format!("{} and {last}", first.join(", ")),
        (shown, n) => format!("{} and {} others", shown.join(", "), n - shown.len()),
    };
    format!("the gradients with respect to {names} are")
}

fn warning(module: &Module, gradient: &Gradient, reason: Reason, subject: &str) -> Diagnostic {
    let warning = Diagnostic::warning(Code::Q0524, format!("{subject} always zero"));
    let (warning, help) = match reason.gate {
        Some(gate) => (
            warning
                .primary(gate, "this gate is outside of the light cone of the observable")
                .secondary(reason.result, "so the value of this does not depend on its angle"),
            "take the gate away, put it before gates that join its qubit with the measured ones, or measure more qubits",
        ),
        None => {
            let kernel = module.function(reason.kernel);
            (
                warning
                    .primary(reason.result, "no gate that is run here depends on it")
                    .secondary(kernel.span, "the kernel that ignores it"),
                "use the argument in the kernel, or leave it out of what is differentiated",
            )
        }
    };
    // Where the result is not the whole objective.
    if gradient.span == reason.result {
        warning.help(help)
    } else {
        warning.secondary(gradient.span, "differentiated here").help(help)
    }
}

impl Machine<'_, '_> {
    /// The value and the gradient: unknown floats, shaped like the variables.
    pub(super) fn gradient(
        &mut self,
        op: &Op,
        function: FunctionId,
        wrt: &[usize],
        args: Vec<Seen>,
    ) -> Vec<Seen> {
        // A training loop comes here until nothing new is known.
        let is_known = |(span, seen, _): &&(Span, Vec<Seen>, Vec<Seen>)| {
            *span == op.span && seen.iter().zip(&args).all(|(seen, arg)| seen.is_like(arg))
        };
        if let Some((_, _, results)) = self.gradients.followed.iter().find(is_known) {
            return results.clone();
        }
        let results = self.follow_gradient(op, function, wrt, args.clone());
        self.gradients.followed.push((op.span, args, results.clone()));
        results
    }

    fn follow_gradient(
        &mut self,
        op: &Op,
        function: FunctionId,
        wrt: &[usize],
        mut args: Vec<Seen>,
    ) -> Vec<Seen> {
        let names = &self.module.function(function).param_names;
        let mut entries = Vec::new();
        for (variable, &i) in wrt.iter().enumerate() {
            let Seen::Known(known) = &mut args[i] else { continue };
            let start = entries.len();
            let part = |way: &[usize]| (self.part_name)(&names[i], way);
            let push = &mut |name| entries.push((name, variable));
            name_entries(&names[i], &known.value, &mut Vec::new(), &part, push);
            debug_assert_eq!(entries.len() - start, count_floats(&known.value), "a name for each float");
            // As if its numbers were unknown: what is made of known ones has no origins.
            known.level = known.level.min(Level::Discrete);
            known.origins = (start..entries.len()).map(Origins::one).collect();
        }
        if entries.len() > MAX_ENTRIES {
            entries.clear();
            for &i in wrt {
                if let Seen::Known(known) = &mut args[i] {
                    known.origins = Rc::new([]);
                }
            }
        }
        let mut shapes: Vec<Seen> = Vec::new();
        for &i in wrt {
            shapes.push(match &args[i] {
                Seen::Known(known) => Seen::Known(Known::constant(
                    self.stand_in(&known.value),
                    known.level.min(Level::Discrete),
                )),
                _ => Seen::Unknown(Origins::None),
            });
        }
        let found = &mut self.gradients.found;
        let place = found.iter().position(|gradient| gradient.span == op.span && gradient.entries == entries);
        let place = place.unwrap_or_else(|| {
            let n = entries.len();
            let (is_live, outside) = (vec![false; n], vec![None; n]);
            found.push(Gradient { span: op.span, entries, is_live, outside });
            found.len() - 1
        });
        let before = self.gradients.current.replace(place);
        let value = self.call(function, args).pop().unwrap_or(Seen::Unknown(Origins::Any));
        self.gradients.current = before;
        let origins = value.origins();
        let live = &mut self.gradients.found[place].is_live;
        live.iter_mut().enumerate().for_each(|(entry, is_live)| *is_live |= origins.has(entry));
        if self.module.function(function).results == [Type::Float] {
            let value = self.some_float(Origins::None);
            return std::iter::once(value).chain(shapes).collect();
        }
        let rows = match value {
            Seen::Known(known) => self.stand_in(&known.value).shape().to_vec(),
            _ => return vec![Seen::Unknown(Origins::None); 1 + wrt.len()],
        };
        let derivatives = shapes.into_iter().map(|seen| match seen {
            Seen::Known(known) => with_rows(&rows, &known.value)
                .map_or(Seen::Unknown(Origins::None), |value| {
                    Seen::Known(Known::constant(value, known.level))
                }),
            unknown => unknown,
        });
        let whole = with_rows(&rows, &Value::Float(0.0));
        let value = whole
            .map_or(Seen::Unknown(Origins::None), |value| Seen::Known(Known::constant(value, Level::Shape)));
        std::iter::once(value).chain(derivatives).collect()
    }
}

/// Something like the derivative of a tensor of this shape, if it isn't large.
fn with_rows(rows: &[usize], by: &Value) -> Option<Value> {
    if let Value::Tuple(parts) = by {
        let parts: Option<Vec<Value>> = parts.iter().map(|part| with_rows(rows, part)).collect();
        return parts.map(Value::tuple);
    }
    let shape = [rows, by.shape()].concat();
    let is_small = shape.iter().product::<usize>() <= MAX_ELEMENTS;
    is_small.then(|| Value::from_owned(ndarray::ArrayD::<f64>::zeros(shape)))
}

/// Calls `push` with the name of each float of a part of a variable, in order; `way` leads to it, `part` is the name of
/// a part by the way to it.
fn name_entries(
    name: &str,
    value: &Value,
    way: &mut Vec<usize>,
    part: &dyn Fn(&[usize]) -> Option<String>,
    push: &mut dyn FnMut(String),
) {
    let with_index = |index: &[usize]| {
        let index: Vec<String> = index.iter().map(usize::to_string).collect();
        format!("{name}[{}]", index.join(", "))
    };
    match value {
        Value::Float(_) => push(name.to_owned()),
        Value::Tensor(Tensor::Float(array)) => {
            array.indexed_iter().for_each(|(index, _)| push(with_index(index.slice())));
        }
        Value::Tensor(Tensor::Value(array)) => {
            for (index, item) in array.indexed_iter() {
                name_entries(&with_index(index.slice()), item, way, part, push);
            }
        }
        Value::Tuple(parts) => {
            for (i, item) in parts.iter().enumerate() {
                way.push(i);
                let own = part(way).unwrap_or_else(|| i.to_string());
                name_entries(&format!("{name}.{own}"), item, way, part, push);
                way.pop();
            }
        }
        other => (0..count_floats(other)).for_each(|i| push(format!("{name}.{i}"))),
    }
}
