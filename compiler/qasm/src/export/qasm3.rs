//! OpenQASM 3.

use std::fmt::Write;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Control, Op, OpKind, Wire};
use qml_ir::specialise::BindProgram;
use qml_ir::specialise::bind::Node;

use super::decisions::{Decision, Test, decide};
use super::define::{Definitions, global_phase};
use super::names::{BitNames, format_condition};
use super::{comments, expressions, qubit};
use crate::import::STDGATES;
use crate::{Program, Registers};

/// The circuit as OpenQASM 3. Slots are inputs, with names made acceptable where they are not; wire `i` is `q[i]`, bit
/// `i` is `c[i]`. [`crate::import`] reads it back to the same matrix.
pub fn export_qasm3(circuit: &Circuit) -> String {
    let bind = BindProgram { n_inputs: circuit.slots.len(), nodes: Vec::new() };
    export_bound(circuit, &bind, &Registers::default())
}

/// As [`export_qasm3`]; the computed slots become the expressions that they are computed from, and bits have their names.
pub fn export_program(program: &Program) -> String {
    export_bound(&program.circuit, &program.bind_program(), &program.registers)
}

/// As [`export_qasm3`], for a circuit whose slots behind the inputs are computed by `bind`: they become expressions of
/// the inputs. What readers have no words for stays an input, and a comment says what it is; so does what would take pages,
/// since an expression written wherever it is used can double at each step. Bits are called as in
/// `registers`, from the first on; a comment tells of those of qubits.
pub fn export_bound(circuit: &Circuit, bind: &BindProgram, registers: &Registers) -> String {
    assert_eq!(circuit.slots.len(), bind.n_slots(), "the slots of a circuit are those of its bind program");
    let names = slot_names(circuit, bind);
    let (bits, mut slots) = BitNames::new(&registers.bits, circuit.n_bits, &names, false);
    let mut inputs: Vec<Input> =
        slots[..bind.n_inputs].iter().map(|name| Input { name: name.clone(), computed: None }).collect();
    for (i, node) in bind.nodes.iter().enumerate() {
        let text = |angle: &Angle| angle.format(|slot| slots[slot.0 as usize].clone());
        let slot = bind.n_inputs + i;
        match expressions::expression(node, &text) {
            Ok(expression) if expression.len() <= MOST_OF_EXPRESSION => slots[slot] = expression,
            Ok(computed) | Err(computed) => {
                inputs.push(Input { name: slots[slot].clone(), computed: Some(computed) });
            }
        }
    }
    let comments = comments(circuit, registers, &|bit| bits.name(bit));
    export(circuit, &slots, &inputs, &bits, &comments)
}

/// Longer expressions get a name, in bytes.
const MOST_OF_EXPRESSION: usize = 4096;

/// Longer names than these say no more.
const MOST_LETTERS: usize = 24;

/// The names of the slots; of a computed one the words of its expression, `sin_theta`, where these are few.
pub(crate) fn slot_names(circuit: &Circuit, bind: &BindProgram) -> Vec<String> {
    let mut names = circuit.slots.clone();
    for (i, node) in bind.nodes.iter().enumerate() {
        let slot = bind.n_inputs + i;
        let expression = slot_expression(node, &names).unwrap_or_else(|| names[slot].clone());
        names[slot] = telling_name(&expression).unwrap_or_else(|| format!("computed_{i}"));
    }
    names
}

/// The words of an expression, if they say something and are few.
fn telling_name(expression: &str) -> Option<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let words: Vec<&str> = expression.split(|c| !is_word(c)).filter(|word| !word.is_empty()).collect();
    let text = words.join("_");
    let is_telling = text.starts_with(char::is_alphabetic) && text.chars().count() <= MOST_LETTERS;
    is_telling.then_some(text)
}

/// What to call each slot: an input by its name, a computed one by its expression, in the words of the language where
/// OpenQASM has none, and numbers that kernels and blocks compute by their names.
pub fn slot_expressions(circuit: &Circuit, bind: &BindProgram) -> Vec<String> {
    let mut slots = circuit.slots.clone();
    for (i, node) in bind.nodes.iter().enumerate() {
        if let Some(expression) = slot_expression(node, &slots) {
            slots[bind.n_inputs + i] = expression;
        }
    }
    slots
}

/// How a slot is computed, in what the others are called.
fn slot_expression(node: &Node, names: &[String]) -> Option<String> {
    let text = |angle: &Angle| angle.format(|slot| names[slot.0 as usize].clone());
    let is_short = matches!(node, Node::Unary(..) | Node::Binary(..));
    match expressions::expression(node, &text) {
        Err(_) if !is_short => None,
        Ok(text) | Err(text) => (text.len() <= MOST_OF_EXPRESSION).then_some(text),
    }
}

/// An input of the file.
struct Input {
    name: String,
    /// How it is computed from the inputs before it, in the words of the language.
    computed: Option<String>,
}

fn export(circuit: &Circuit, slots: &[String], inputs: &[Input], bits: &BitNames, comments: &str) -> String {
    let definitions = Definitions::of(&circuit.ops, |gate| STDGATES.contains(&gate.def().name), true);
    let mut text = format!("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n{comments}");
    for Input { name, computed } in inputs {
        let comment = computed.as_ref().map_or_else(String::new, |text| format!(" // {text}"));
        let _ = writeln!(text, "input float[64] {name};{comment}");
    }
    for definition in &definitions.all {
        let angles: Vec<String> = (0..definition.body.slots.len()).map(|i| format!("t{i}")).collect();
        let wires: Vec<String> = (0..definition.body.n_wires).map(|i| format!("a{i}")).collect();
        let params = if angles.is_empty() { String::new() } else { format!("({})", angles.join(", ")) };
        let _ = writeln!(text, "gate {}{params} {} {{", definition.name, wires.join(", "));
        let wire = |wire: Wire| format!("a{}", wire.0);
        let mut writer =
            Writer { definitions: &definitions, slots: &angles, bits, wire: &wire, indent: 1, text };
        writer.ops(&definition.body.ops);
        text = writer.text + "}\n";
    }
    if circuit.n_wires > 0 {
        let _ = writeln!(text, "qubit[{}] q;", circuit.n_wires);
    }
    for i in 0..bits.len() {
        let _ = writeln!(text, "bit[{}] {};", bits.bits(i).len(), bits.register(i));
    }
    let mut writer = Writer { definitions: &definitions, slots, bits, wire: &qubit, indent: 0, text };
    writer.ops(&circuit.ops);
    writer.text
}

struct Writer<'a> {
    definitions: &'a Definitions,
    slots: &'a [String],
    bits: &'a BitNames,
    wire: &'a dyn Fn(Wire) -> String,
    indent: usize,
    text: String,
}

impl Writer<'_> {
    fn ops(&mut self, ops: &[Op]) {
        ops.iter().for_each(|op| self.op(op));
    }

    fn op(&mut self, op: &Op) {
        if let Some(angle) = global_phase(op) {
            return self.phase(&angle, op.controls());
        }
        match &op.kind {
            OpKind::Measure { wire, bit } => {
                self.line(&format!("{} = measure {};", self.bits.name(*bit), (self.wire)(*wire)));
            }
            OpKind::Reset { wire } => self.line(&format!("reset {};", (self.wire)(*wire))),
            OpKind::Barrier { wires } => self.line(&format!("barrier {};", self.list(wires))),
            OpKind::If { condition, then, otherwise } => {
                match decide(condition, self.bits, then, otherwise) {
                    Some(decision) => self.decision(&decision, [otherwise, then]),
                    None => self.branch(
                        &format_condition(condition, &|bit| self.bits.name(bit)),
                        !otherwise.is_empty(),
                        &mut |writer, holds| writer.ops(if holds { then } else { otherwise }),
                    ),
                }
            }
            OpKind::Gate { .. } | OpKind::PauliRotation { .. } | OpKind::Unitary { .. } => {
                let Some((defined, controls, wires)) = self.definitions.applied(op) else { return };
                let name = self.definitions.name(&defined);
                let all: Vec<Wire> = controls.iter().map(|control| control.wire).chain(wires).collect();
                let angles = self.angles(op.angles());
                self.line(&format!("{}{name}{angles} {};", modifiers(controls), self.list(&all)));
            }
        }
    }

    /// A global phase; with controls, a phase gate on one of them.
    fn phase(&mut self, angle: &Angle, controls: &[Control]) {
        let angle = self.angles(std::slice::from_ref(angle));
        let Some(i) = controls.iter().position(|control| control.on_one) else {
            let Some((last, others)) = controls.split_last() else {
                return self.line(&format!("gphase{angle};"));
            };
            let flip = format!("x {};", (self.wire)(last.wire));
            self.line(&flip);
            self.controlled_phase(&angle, others, last.wire);
            return self.line(&flip);
        };
        let mut others = controls.to_vec();
        let wire = others.remove(i).wire;
        self.controlled_phase(&angle, &others, wire);
    }

    fn controlled_phase(&mut self, angle: &str, controls: &[Control], wire: Wire) {
        let all: Vec<Wire> = controls.iter().map(|control| control.wire).chain([wire]).collect();
        let line = format!("{}{}{angle} {};", modifiers(controls), Gate::P.def().name, self.list(&all));
        self.line(&line);
    }

    fn angles(&self, angles: &[Angle]) -> String {
        if angles.is_empty() {
            return String::new();
        }
        let texts: Vec<String> =
            angles.iter().map(|angle| angle.format(|slot| self.slots[slot.0 as usize].clone())).collect();
        format!("({})", texts.join(", "))
    }

    fn list(&self, wires: &[Wire]) -> String {
        wires.iter().map(|&wire| (self.wire)(wire)).collect::<Vec<_>>().join(", ")
    }

    /// A decision, with what happens where the condition fails and where it holds.
    fn decision(&mut self, decision: &Decision, sides: [&[Op]; 2]) {
        let Decision::Test { test, holds, fails } = decision else {
            return self.ops(sides[usize::from(*decision == Decision::Known(true))]);
        };
        let is_idle = |decision: &Decision| match decision {
            Decision::Known(value) => sides[usize::from(*value)].is_empty(),
            Decision::Test { .. } => false,
        };
        match *test {
            Test::Bit(bit) if is_idle(holds) => {
                let condition = format!("!{}", self.bits.name(bit));
                self.branch(&condition, false, &mut |writer, _| writer.decision(fails, sides));
            }
            Test::Bit(bit) => {
                let condition = self.bits.name(bit);
                self.branch(&condition, !is_idle(fails), &mut |writer, is_first| {
                    writer.decision(if is_first { holds } else { fails }, sides);
                });
            }
            Test::Register(register, value) => {
                let condition = format!("{} == {value}", self.bits.register(register));
                self.branch(&condition, !is_idle(fails), &mut |writer, is_first| {
                    writer.decision(if is_first { holds } else { fails }, sides);
                });
            }
        }
    }

    /// `side` writes the first side, and the second one if there is one.
    fn branch(&mut self, condition: &str, has_second: bool, side: &mut dyn FnMut(&mut Self, bool)) {
        self.line(&format!("if ({condition}) {{"));
        self.indent += 1;
        side(self, true);
        self.indent -= 1;
        if has_second {
            self.line("} else {");
            self.indent += 1;
            side(self, false);
            self.indent -= 1;
        }
        self.line("}");
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{}{line}", "  ".repeat(self.indent));
    }
}

fn modifiers(controls: &[Control]) -> String {
    controls.iter().map(|control| if control.on_one { "ctrl @ " } else { "negctrl @ " }).collect()
}
