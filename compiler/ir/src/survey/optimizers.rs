//! Optimizers: followed for the shape of what they optimize.
//!
//! One that runs is followed as a tuple whose only part is the parameters. What it asks for, and when it has enough, is
//! known only when the program runs.

use qml_prelude::Value;

use super::Machine;
use super::seen::{Known, Level, Origins, Seen};

impl Machine<'_, '_> {
    /// The result of a row on optimizers; none for other rows.
    pub(super) fn optimizer(&mut self, name: &str, args: &[Seen]) -> Option<Seen> {
        let unknown = |value: Value| Seen::Known(Known::constant(value, Level::Shape));
        Some(match name {
            "opt.start" | "opt.next" | "opt.tell" | "opt.judge" | "opt.key" | "run.train" => args[0].clone(),
            "opt.begin" => Seen::Tuple(vec![self.moved(&args[1])]),
            "opt.goes_on" | "opt.asks" => unknown(Value::Bool(true)),
            "opt.wants" | "opt.item" | "opt.round" => unknown(Value::Int(0)),
            "opt.check" | "opt.check_option" | "opt.check_validation" => Seen::exact(Value::Unit),
            "opt.point" | "opt.other" | "opt.round_start" => args[0].part(0),
            "opt.end" => Seen::Tuple(vec![Seen::Unknown(Origins::None), args[0].part(0)]),
            "step" => Seen::Tuple(vec![Seen::Unknown(Origins::None), self.moved(&args[1])]),
            _ => return None,
        })
    }

    /// The same parameters with other numbers.
    fn moved(&mut self, params: &Seen) -> Seen {
        match params {
            Seen::Known(known) => {
                let value = self.stand_in(&known.value);
                Seen::Known(Known::constant(value, known.level.min(Level::Discrete)))
            }
            Seen::Tuple(parts) => Seen::tuple(parts.iter().map(|part| self.moved(part)).collect()),
            Seen::Unknown(_) => Seen::Unknown(Origins::None),
        }
    }
}
