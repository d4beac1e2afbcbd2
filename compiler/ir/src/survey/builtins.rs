//! Built-in functions of values of which only the shape may be known.
//!
//! A row is called with stand-ins for what is unknown; of what it gives, the shape is right.

use std::rc::Rc;

use qml_prelude::builtins::Builtin;
use qml_prelude::{BuiltinId, Effect, Value};

use super::floats::{count_floats, has_complex, map_discrete, map_floats};
use super::seen::{Known, Level, Origins, Seen, all_origins, lowest};
use super::{FLOATS_AN_OPERATION, Machine, all_known};

/// What gives sizes.
const SIZES: &[&str] = &["op.dim", "op.len", "len", "shape"];

/// What only moves values to other places.
const STRUCTURAL: &[&str] = &[
    "op.index",
    "op.index_set",
    "op.concat",
    "op.stack",
    "op.tuple",
    "op.tuple_get",
    "op.tuple_set",
    "op.fill",
    "list.push",
    "list.stack",
    "list.get",
    "op.or_empty",
    "reshape",
    "transpose",
    "concat",
    "stack",
    "append",
    "take",
    "reverse",
    "zip",
    "enumerate",
];

/// What treats each float by itself, with broadcasting.
const ELEMENTWISE: &[&str] = &[
    "op.add",
    "op.sub",
    "op.mul",
    "op.div",
    "op.neg",
    "op.pow",
    "op.mod",
    "op.to_float",
    "abs",
    "sqrt",
    "exp",
    "log",
    "log2",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "atan2",
    "tanh",
    "sigmoid",
    "relu",
    "maximum",
    "minimum",
    "clip",
];

/// What gives a shape that depends on numbers, and how many of the arguments before these are data.
const SHAPED: &[(&str, usize)] = &[
    ("zeros", 0),
    ("ones", 0),
    ("full", 0),
    ("eye", 0),
    ("linspace", 0),
    ("range", 0),
    ("op.range", 0),
    ("bits", 0),
    ("where_true", 0),
    ("normal", 0),
    ("uniform", 0),
    ("permutation", 0),
    ("choice", 0),
    ("random_int", 0),
    ("reshape", 1),
    ("op.fill", 1),
    ("take", 1),
    ("split", 2),
    ("batches", 2),
    ("op.or_empty", 2),
    ("op.index", 1),
    ("op.index_set", 2),
];

/// More elements than this are not computed with.
const MAX_FLOATS: usize = 1 << 20;

impl Machine<'_, '_> {
    pub(super) fn builtin(&mut self, row: &'static Builtin, args: &[Seen]) -> Seen {
        if let Some(result) = self.optimizer(row.name, args) {
            return result;
        }
        match (row.effect, row.name) {
            (Effect::Io, name) if name.starts_with("read_") || name == "load" => {
                return if args.iter().all(|arg| arg.as_exact().is_some()) {
                    self.apply(args, false, &mut |host, values| (row.call)(host, values))
                } else {
                    Seen::Unknown(Origins::None)
                };
            }
            (Effect::Io, "elapsed") => return self.some_float(Origins::None),
            // Nothing is written.
            (Effect::Io, _) => return Seen::Unknown(Origins::None),
            _ => {}
        }
        let Some(known) = all_known(args) else { return Seen::Unknown(all_origins(args)) };
        if is_shape_open(row.name, &known) || !self.has_time(row, &known) {
            return Seen::Unknown(all_origins(args));
        }
        if SIZES.contains(&row.name) && !known.iter().skip(1).any(|known| known.has_unknown_discrete()) {
            let mut values: Vec<Value> = known.iter().map(|known| known.value.clone()).collect();
            return (row.call)(&mut *self.host, &mut values)
                .map_or(Seen::Unknown(Origins::None), Seen::exact);
        }
        if STRUCTURAL.contains(&row.name) {
            return self.structural(row, &known);
        }
        let is_elementwise = ELEMENTWISE.contains(&row.name);
        let result = self.apply(args, is_elementwise, &mut |host, values| (row.call)(host, values));
        match result {
            Seen::Known(known) if row.effect == Effect::Random => {
                let value = self.stand_in(&known.value);
                Seen::Known(Known { value, level: Level::Shape, origins: known.origins })
            }
            Seen::Known(known) if row.name == "stop_gradient" => {
                Seen::Known(Known { origins: Rc::new([]), ..known })
            }
            other => other,
        }
    }

    /// Takes from what is left for a call; whether it is enough.
    fn has_time(&mut self, row: &Builtin, known: &[&Known]) -> bool {
        let floats: usize = known.iter().map(|known| count_floats(&known.value)).sum();
        let values: Vec<Value> = known.iter().map(|known| known.value.clone()).collect();
        let nanoseconds = row.nanoseconds(&values);
        let has_time = floats <= MAX_FLOATS && nanoseconds <= self.nanoseconds;
        if has_time {
            self.nanoseconds -= nanoseconds;
            self.budget = self.budget.saturating_sub(floats / FLOATS_AN_OPERATION);
        }
        has_time
    }

    /// A float of which nothing is known.
    pub(super) fn some_float(&mut self, origins: Origins) -> Seen {
        let value = self.stand_in(&Value::Float(0.0));
        Seen::Known(Known { value, level: Level::Discrete, origins: Rc::new([origins]) })
    }

    /// The tensor of these items.
    pub(super) fn stack(&mut self, items: &[Seen]) -> Seen {
        let Some(known) = all_known(items) else { return Seen::Unknown(all_origins(items)) };
        let parts: Vec<Value> = known.iter().map(|item| item.value.clone()).collect();
        let list = Known {
            value: Value::List(parts.into()),
            level: lowest(known.iter().map(|item| (&item.value, item.level))),
            origins: super::seen::concat(&known),
        };
        match BuiltinId::find("list.stack") {
            Some(id) => self.structural(id.row(), &[&list]),
            None => qml_source::bug!("there is no row `list.stack`"),
        }
    }

    fn structural(&mut self, row: &Builtin, known: &[&Known]) -> Seen {
        let unknown = || {
            Seen::Unknown(
                known
                    .iter()
                    .flat_map(|known| known.origins.iter())
                    .fold(Origins::None, |all, one| all.and(one)),
            )
        };
        // An index that is unknown stands for any: what is at the first place is there at all of them.
        let is_open = |known: &Known| known.has_unknown_discrete() && count_floats(&known.value) == 0;
        let value =
            |known: &Known| if is_open(known) { map_discrete(&known.value) } else { known.value.clone() };
        let mut values: Vec<Value> = known.iter().map(|known| value(known)).collect();
        let Ok(result) = (row.call)(&mut *self.host, &mut values) else { return unknown() };
        let level = lowest(known.iter().map(|known| (&known.value, known.level)));
        let has_open_place = known.len() > 1 && known[1..].iter().any(|known| is_open(known));
        let level = if has_open_place { Level::Shape } else { level };
        if known.iter().all(|known| known.origins.is_empty()) {
            return Seen::Known(Known::constant(result, level));
        }
        // The floats are numbered, and looked for in the result.
        let mut origins = Vec::new();
        let mut numbered: Vec<Value> = Vec::new();
        for known in known {
            let mut place = 0;
            numbered.push(map_floats(&value(known), &mut |_| {
                origins.push(known.origins_of(place));
                place += 1;
                origins.len() as f64
            }));
        }
        let mut found = Vec::new();
        if !has_open_place
            && !has_complex(&result)
            && let Ok(result) = (row.call)(&mut *self.host, &mut numbered)
        {
            map_floats(&result, &mut |number| {
                found.push(origins.get((number as usize).wrapping_sub(1)).cloned().unwrap_or(Origins::Any));
                number
            });
        }
        if found.len() != count_floats(&result) || has_complex(&result) {
            let all = known.iter().flat_map(|known| known.origins.iter());
            found = vec![all.fold(Origins::None, |all, one| all.and(one))];
        }
        Seen::Known(Known { value: result, level, origins: found.into() })
    }
}

/// Whether the shape of the result depends on a number that is not known.
fn is_shape_open(name: &str, known: &[&Known]) -> bool {
    let Some((_, n_data)) = SHAPED.iter().find(|(shaped, _)| *shaped == name) else { return false };
    let is_open = |known: &&Known| match (&known.value, name) {
        // Which element it is doesn't matter, how many there are does.
        (Value::Int(_), "op.index" | "op.index_set") => false,
        (Value::Float(_), "range" | "split") => known.level < Level::Exact,
        _ => known.has_unknown_discrete(),
    };
    known.iter().skip(*n_data).any(is_open)
}

/// The origins of the floats of a value that is made of others.
pub(super) fn mix_origins(args: &[&Known], value: &Value, is_elementwise: bool) -> Rc<[Origins]> {
    let args: Vec<&&Known> = args.iter().filter(|known| !known.origins.is_empty()).collect();
    if args.is_empty() {
        return Rc::new([]);
    }
    let n = count_floats(value);
    let counts: Vec<usize> = args.iter().map(|known| count_floats(&known.value)).collect();
    if is_elementwise
        && !args.iter().any(|known| has_complex(&known.value))
        && !has_complex(value)
        && counts.iter().all(|&count| count == n || count == 1)
    {
        let of_place = |i: usize| {
            let place = |count: usize| if count == 1 { 0 } else { i };
            args.iter()
                .zip(&counts)
                .fold(Origins::None, |all, (known, &count)| all.and(&known.origins_of(place(count))))
        };
        return (0..n).map(of_place).collect();
    }
    let all = args.iter().flat_map(|known| known.origins.iter()).fold(Origins::None, |all, one| all.and(one));
    Rc::new([all])
}
