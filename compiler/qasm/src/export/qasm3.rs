//! OpenQASM 3.

use std::fmt::Write;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Bit, BitExpr, Circuit, Control, Op, OpKind, Wire};
use qml_ir::specialise::BindProgram;

use super::define::{Definitions, global_phase};
use super::{comments, expressions, names, qubit};
use crate::Program;
use crate::import::STDGATES;

/// The circuit as OpenQASM 3. Slots are inputs, with names made acceptable where they are not; wire `i` is `q[i]`, bit
/// `i` is `c[i]`. [`crate::import`] reads it back to the same matrix.
pub fn export_qasm3(circuit: &Circuit) -> String {
    export_bound(circuit, &BindProgram { n_inputs: circuit.slots.len(), nodes: Vec::new() })
}

/// As [`export_qasm3`]; the computed slots become the expressions that they are computed from.
pub fn export_program(program: &Program) -> String {
    export_bound(&program.circuit, &program.bind_program())
}

/// As [`export_qasm3`], for a circuit whose slots behind the inputs are computed by `bind`: they become expressions of
/// the inputs. What OpenQASM has no words for stays an input, and a comment says what it is.
pub fn export_bound(circuit: &Circuit, bind: &BindProgram) -> String {
    assert_eq!(circuit.slots.len(), bind.n_slots(), "the slots of a circuit are those of its bind program");
    let mut slots = names::sanitize(&circuit.slots);
    let mut inputs: Vec<Input> =
        slots[..bind.n_inputs].iter().map(|name| Input { name: name.clone(), computed: None }).collect();
    for (i, node) in bind.nodes.iter().enumerate() {
        let text = |angle: &Angle| angle.format(|slot| slots[slot.0 as usize].clone());
        let slot = bind.n_inputs + i;
        match expressions::expression(node, &text) {
            Ok(expression) => slots[slot] = expression,
            Err(computed) => inputs.push(Input { name: slots[slot].clone(), computed: Some(computed) }),
        }
    }
    export(circuit, &slots, &inputs)
}

/// An input of the file.
struct Input {
    name: String,
    /// How it is computed from the inputs before it, in the words of the language.
    computed: Option<String>,
}

fn export(circuit: &Circuit, slots: &[String], inputs: &[Input]) -> String {
    let definitions = Definitions::of(&circuit.ops, |gate| STDGATES.contains(&gate.def().name), true);
    let mut text = format!("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n{}", comments(circuit));
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
        let mut writer = Writer { definitions: &definitions, slots: &angles, wire: &wire, indent: 1, text };
        writer.ops(&definition.body.ops);
        text = writer.text + "}\n";
    }
    if circuit.n_wires > 0 {
        let _ = writeln!(text, "qubit[{}] q;", circuit.n_wires);
    }
    if circuit.n_bits > 0 {
        let _ = writeln!(text, "bit[{}] c;", circuit.n_bits);
    }
    let mut writer = Writer { definitions: &definitions, slots, wire: &qubit, indent: 0, text };
    writer.ops(&circuit.ops);
    writer.text
}

struct Writer<'a> {
    definitions: &'a Definitions,
    slots: &'a [String],
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
                self.line(&format!("{} = measure {};", name(*bit), (self.wire)(*wire)));
            }
            OpKind::Reset { wire } => self.line(&format!("reset {};", (self.wire)(*wire))),
            OpKind::Barrier { wires } => self.line(&format!("barrier {};", self.list(wires))),
            OpKind::If { condition, then, otherwise } if otherwise.is_empty() => {
                self.all_hold(&conjuncts(condition), then);
            }
            OpKind::If { condition, then, otherwise } => {
                self.line(&format!("if ({}) {{", format_condition(condition)));
                self.indented(then);
                self.line("} else {");
                self.indented(otherwise);
                self.line("}");
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

    /// One branch within the other: not every reader knows `&&`, Qiskit's does not.
    fn all_hold(&mut self, conditions: &[&BitExpr], ops: &[Op]) {
        let Some((first, others)) = conditions.split_first() else { return self.ops(ops) };
        self.line(&format!("if ({}) {{", format_condition(first)));
        self.indent += 1;
        self.all_hold(others, ops);
        self.indent -= 1;
        self.line("}");
    }

    fn indented(&mut self, ops: &[Op]) {
        self.indent += 1;
        self.ops(ops);
        self.indent -= 1;
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{}{line}", "  ".repeat(self.indent));
    }
}

fn modifiers(controls: &[Control]) -> String {
    controls.iter().map(|control| if control.on_one { "ctrl @ " } else { "negctrl @ " }).collect()
}

fn name(bit: Bit) -> String {
    format!("c[{}]", bit.0)
}

/// The conditions that all have to hold.
fn conjuncts(condition: &BitExpr) -> Vec<&BitExpr> {
    match condition {
        BitExpr::And(a, b) => [conjuncts(a), conjuncts(b)].concat(),
        _ => vec![condition],
    }
}

/// A condition on the bits of `c`.
pub(super) fn format_condition(condition: &BitExpr) -> String {
    match condition {
        BitExpr::Const(value) => value.to_string(),
        BitExpr::Bit(bit) => name(*bit),
        BitExpr::Not(a) => format!("!{}", format_condition(a)),
        BitExpr::And(a, b) => format!("({} && {})", format_condition(a), format_condition(b)),
        BitExpr::Or(a, b) => format!("({} || {})", format_condition(a), format_condition(b)),
        BitExpr::Xor(a, b) => format!("({} ^ {})", format_condition(a), format_condition(b)),
    }
}
