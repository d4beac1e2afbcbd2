//! Operations with the words that are written on them.

use std::collections::HashMap;

use qml_ir::circuit::{BitExpr, Circuit, Op, OpKind};

use super::labels;

/// An operation with its angles as texts.
#[derive(Clone, Debug)]
pub(super) struct Step<'a> {
    pub op: &'a Op,
    pub angles: Vec<String>,
    /// The same for steps that differ in their angles alone.
    pub key: usize,
}

/// What is told of below the drawing.
#[derive(Clone, Debug, Default)]
pub(super) struct Legend {
    /// Short names for expressions that are too long to be written on a gate.
    pub definitions: Vec<(String, String)>,
}

/// The angles of a gate are this many characters together at most: of what is longer, the longest get short names.
const LONGEST_ANGLES: usize = 24;
/// The same for a condition.
const LONGEST_CONDITION: usize = 40;

/// Makes steps of operations.
pub(super) struct Steps<'a> {
    circuit: &'a Circuit,
    keys: HashMap<String, usize>,
    pub legend: Legend,
}

impl<'a> Steps<'a> {
    pub(super) fn new(circuit: &'a Circuit) -> Self {
        Self { circuit, keys: HashMap::new(), legend: Legend::default() }
    }

    /// The steps of operations; global phases have none.
    pub(super) fn of(&mut self, ops: &'a [Op]) -> Vec<Step<'a>> {
        ops.iter().filter(|op| !op.wires().is_empty()).map(|op| self.step(op)).collect()
    }

    fn step(&mut self, op: &'a Op) -> Step<'a> {
        let mut angles: Vec<String> =
            op.angles().iter().map(|angle| labels::angle(angle, &self.circuit.slots)).collect();
        let length = |text: &String| text.chars().count();
        while angles.iter().map(|angle| length(angle) + 2).sum::<usize>() > LONGEST_ANGLES + 2 {
            let Some(longest) = angles.iter_mut().max_by_key(|angle| length(angle)) else { break };
            *longest = self.short("α", longest);
        }
        let n_known = self.keys.len();
        let key = match &op.kind {
            OpKind::Gate { gate, .. } => format!("{} {:?} {:?}", gate.def().name, op.wires(), op.controls()),
            OpKind::PauliRotation { pauli, .. } => format!("{pauli:?} {:?}", op.controls()),
            _ => op.to_string(),
        };
        Step { op, angles, key: *self.keys.entry(key).or_insert(n_known) }
    }

    /// A condition, or a name for it.
    pub(super) fn condition(&mut self, condition: &BitExpr) -> String {
        let text = condition.to_string();
        if text.chars().count() <= LONGEST_CONDITION { text } else { self.short("c", &text) }
    }

    /// A name for an expression.
    fn short(&mut self, letter: &str, expression: &str) -> String {
        let definitions = &mut self.legend.definitions;
        if let Some((name, _)) = definitions.iter().find(|(_, known)| known == expression) {
            return name.clone();
        }
        let name = format!("{letter}{}", definitions.len() + 1);
        definitions.push((name.clone(), expression.to_owned()));
        name
    }
}
