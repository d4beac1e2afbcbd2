//! What is known of a value before the program runs.

use std::rc::Rc;

use qml_prelude::Value;

use super::floats::{count_floats, has_complex, has_discrete, map_discrete, map_floats};

/// The entries of differentiated variables that a number may depend on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Origins {
    /// On none.
    #[default]
    None,
    /// On these: one bit an entry.
    Some(Rc<[u64]>),
    /// On any.
    Any,
}

impl Origins {
    /// One entry.
    pub fn one(entry: usize) -> Self {
        let mut words = vec![0; entry / 64 + 1];
        words[entry / 64] = 1 << (entry % 64);
        Self::Some(words.into())
    }

    /// Those of both.
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => Self::Any,
            (Self::None, some) | (some, Self::None) => some.clone(),
            (Self::Some(a), Self::Some(b)) if Rc::ptr_eq(a, b) => self.clone(),
            (Self::Some(a), Self::Some(b)) => {
                let word = |words: &[u64], i: usize| words.get(i).copied().unwrap_or(0);
                Self::Some((0..a.len().max(b.len())).map(|i| word(a, i) | word(b, i)).collect())
            }
        }
    }

    /// Whether the entry is among them.
    pub fn has(&self, entry: usize) -> bool {
        match self {
            Self::None => false,
            Self::Some(words) => words.get(entry / 64).is_some_and(|word| word >> (entry % 64) & 1 == 1),
            Self::Any => true,
        }
    }
}

/// How much of a value is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Its shape. All numbers and texts in it are stand-ins.
    Shape,
    /// All but its floats, which are stand-ins.
    Discrete,
    /// All.
    Exact,
}

/// A value with stand-ins for what is unknown.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub value: Value,
    pub level: Level,
    /// One for all numbers of the value, or one for each float; always the former if some are complex.
    pub origins: Rc<[Origins]>,
}

/// What is known of a value.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    /// At least the shape.
    Known(Known),
    /// A tuple of whose parts more or less is known.
    Tuple(Vec<Seen>),
    /// Nothing but what it may depend on.
    Unknown(Origins),
}

impl Known {
    /// What depends on no differentiated variable.
    pub fn constant(value: Value, level: Level) -> Self {
        Self { value, level, origins: Rc::new([]) }
    }

    /// The origins of one of its floats.
    pub fn origins_of(&self, float: usize) -> Origins {
        match &*self.origins {
            [] => Origins::None,
            [all] => all.clone(),
            each => each.get(float).cloned().unwrap_or(Origins::Any),
        }
    }

    /// Whether an int, bool or text in it may be another one.
    pub fn has_unknown_discrete(&self) -> bool {
        self.level == Level::Shape && has_discrete(&self.value)
    }

    fn all_origins(&self) -> Origins {
        self.origins.iter().fold(Origins::None, |all, one| all.and(one))
    }
}

impl Seen {
    /// A known value.
    pub fn exact(value: Value) -> Self {
        Self::Known(Known::constant(value, Level::Exact))
    }

    /// What it may depend on.
    pub fn origins(&self) -> Origins {
        match self {
            Self::Known(known) => known.all_origins(),
            Self::Tuple(parts) => all_origins(parts),
            Self::Unknown(origins) => origins.clone(),
        }
    }

    /// The value, if all of it is known.
    pub fn as_exact(&self) -> Option<&Value> {
        match self {
            Self::Known(Known { value, level: Level::Exact, .. }) => Some(value),
            Self::Known(Known {
                value: value @ (Value::Int(_) | Value::Bool(_) | Value::Unit),
                level: Level::Discrete,
                ..
            }) => Some(value),
            _ => None,
        }
    }

    /// A tuple of these parts.
    pub fn tuple(parts: Vec<Self>) -> Self {
        let known: Option<Vec<&Known>> = parts
            .iter()
            .map(|part| match part {
                Self::Known(known) => Some(known),
                _ => None,
            })
            .collect();
        let Some(known) = known else { return Self::Tuple(parts) };
        let value = Value::tuple(known.iter().map(|part| part.value.clone()).collect::<Vec<_>>());
        let level = lowest(known.iter().map(|part| (&part.value, part.level)));
        Self::Known(Known { value, level, origins: concat(&known) })
    }

    /// A part of a tuple.
    pub fn part(&self, index: usize) -> Self {
        match self {
            Self::Known(known) => {
                let Value::Tuple(parts) = &known.value else { return Self::Unknown(known.all_origins()) };
                let start: usize = parts[..index].iter().map(count_floats).sum();
                let origins = match &*known.origins {
                    [] | [_] => Rc::clone(&known.origins),
                    each => each[start..start + count_floats(&parts[index])].into(),
                };
                Self::Known(Known { value: parts[index].clone(), level: known.level, origins })
            }
            Self::Tuple(parts) => parts[index].clone(),
            Self::Unknown(origins) => Self::Unknown(origins.clone()),
        }
    }

    /// What is true of both.
    pub fn join(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Known(a), Self::Known(b)) => join_known(a, b),
            (Self::Tuple(a), Self::Tuple(b)) => {
                Self::tuple(a.iter().zip(b).map(|(a, b)| a.join(b)).collect())
            }
            (Self::Tuple(parts), known @ Self::Known(_)) | (known @ Self::Known(_), Self::Tuple(parts)) => {
                Self::tuple(parts.iter().enumerate().map(|(i, part)| part.join(&known.part(i))).collect())
            }
            _ => Self::Unknown(self.origins().and(&other.origins())),
        }
    }

    /// Whether as much is known of both.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Known(a), Self::Known(b)) => {
                a.level == b.level && a.origins == b.origins && like(&a.value, &b.value, a.level)
            }
            (Self::Tuple(a), Self::Tuple(b)) => a.iter().zip(b).all(|(a, b)| a.is_like(b)),
            (Self::Unknown(a), Self::Unknown(b)) => a == b,
            _ => false,
        }
    }
}

/// What any of them may depend on.
pub(super) fn all_origins(values: &[Seen]) -> Origins {
    values.iter().fold(Origins::None, |all, value| all.and(&value.origins()))
}

/// The level of what is put together of parts. Parts without floats and the like don't lower it.
pub(super) fn lowest<'a>(parts: impl Iterator<Item = (&'a Value, Level)>) -> Level {
    parts
        .map(|(value, level)| match level {
            Level::Shape if !has_discrete(value) => Level::Discrete,
            other => other,
        })
        .min()
        .unwrap_or(Level::Exact)
}

/// The origins of the floats of values in a row.
pub(super) fn concat(parts: &[&Known]) -> Rc<[Origins]> {
    if parts.iter().all(|part| part.origins.is_empty()) {
        return Rc::new([]);
    }
    if parts.iter().any(|part| has_complex(&part.value)) {
        return Rc::new([parts.iter().fold(Origins::None, |all, part| all.and(&part.all_origins()))]);
    }
    let of_part = |part: &&Known| {
        let part = (*part).clone();
        (0..count_floats(&part.value)).map(move |i| part.origins_of(i))
    };
    parts.iter().flat_map(of_part).collect()
}

fn join_known(a: &Known, b: &Known) -> Seen {
    let level = [Level::Exact, Level::Discrete, Level::Shape]
        .into_iter()
        .find(|&level| level <= a.level && level <= b.level && like(&a.value, &b.value, level));
    let Some(level) = level else { return Seen::Unknown(a.all_origins().and(&b.all_origins())) };
    let origins: Rc<[Origins]> = if a.origins == b.origins {
        Rc::clone(&a.origins)
    } else if has_complex(&a.value) {
        Rc::new([a.all_origins().and(&b.all_origins())])
    } else {
        (0..count_floats(&a.value)).map(|i| a.origins_of(i).and(&b.origins_of(i))).collect()
    };
    Seen::Known(Known { value: a.value.clone(), level, origins })
}

/// Whether two values are the same as far as this level tells.
fn like(a: &Value, b: &Value, level: Level) -> bool {
    match level {
        Level::Exact => a == b,
        Level::Discrete => erase(a, false) == erase(b, false),
        Level::Shape => erase(a, true) == erase(b, true),
    }
}

/// The value with all floats, and perhaps all other numbers, bools and texts, the same.
fn erase(value: &Value, discrete: bool) -> Value {
    let value = map_floats(value, &mut |_| 1.0);
    if discrete { map_discrete(&value) } else { value }
}
