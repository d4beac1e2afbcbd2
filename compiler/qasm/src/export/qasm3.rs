//! OpenQASM 3.

use std::fmt::Write;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Bit, BitExpr, Circuit, Control, Op, OpKind, Wire};

use super::define::{Defined, Definitions, global_phase, what};
use super::{comments, names, qubit};
use crate::import::STDGATES;
use crate::{Function, Program};

/// The circuit as OpenQASM 3. Slots are inputs, with names made acceptable where they are not; wire `i` is `q[i]`, bit
/// `i` is `c[i]`. [`crate::import`] reads it back to the same matrix.
pub fn export_qasm3(circuit: &Circuit) -> String {
    let slots = names::sanitize(&circuit.slots);
    export(circuit, &slots, slots.len())
}

/// As [`export_qasm3`]; the computed slots become the expressions that they are computed from.
pub fn export_program(program: &Program) -> String {
    let mut slots = names::sanitize(&program.circuit.slots[..program.n_inputs]);
    for computed in &program.computed {
        let of = |i: usize| computed.arguments[i].format(|slot| slots[slot.0 as usize].clone());
        let text = match computed.function {
            Function::Multiply => format!("(({})*({}))", of(0), of(1)),
            Function::Divide => format!("(({})/({}))", of(0), of(1)),
            Function::Power => format!("(({})**({}))", of(0), of(1)),
            function => format!("{}({})", function.name(), of(0)),
        };
        slots.push(text);
    }
    export(&program.circuit, &slots, program.n_inputs)
}

fn export(circuit: &Circuit, slots: &[String], n_inputs: usize) -> String {
    let mut definitions = Definitions::default();
    definitions.collect(&circuit.ops, &|gate| STDGATES.contains(&gate.def().name));
    let mut text = format!("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n{}", comments(circuit));
    for slot in &slots[..n_inputs] {
        let _ = writeln!(text, "input float[64] {slot};");
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
            OpKind::If { condition, then, otherwise } => {
                self.line(&format!("if ({}) {{", format_condition(condition)));
                self.indented(then);
                if !otherwise.is_empty() {
                    self.line("} else {");
                    self.indented(otherwise);
                }
                self.line("}");
            }
            OpKind::Gate { .. } | OpKind::PauliRotation { .. } | OpKind::Unitary { .. } => {
                let Some((defined, wires)) = what(op) else { return };
                let name = match &defined {
                    Defined::Gate(gate) => gate.def().name,
                    _ => self.definitions.name(&defined),
                }
                .to_owned();
                let all: Vec<Wire> = op.controls().iter().map(|control| control.wire).chain(wires).collect();
                let angles = self.angles(op.angles());
                self.line(&format!("{}{name}{angles} {};", modifiers(op.controls()), self.list(&all)));
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

fn format_condition(condition: &BitExpr) -> String {
    match condition {
        BitExpr::Const(value) => value.to_string(),
        BitExpr::Bit(bit) => name(*bit),
        BitExpr::Not(a) => format!("!{}", format_condition(a)),
        BitExpr::And(a, b) => format!("({} && {})", format_condition(a), format_condition(b)),
        BitExpr::Or(a, b) => format!("({} || {})", format_condition(a), format_condition(b)),
        BitExpr::Xor(a, b) => format!("({} ^ {})", format_condition(a), format_condition(b)),
    }
}
