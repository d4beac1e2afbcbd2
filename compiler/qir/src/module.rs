//! The text of a module.

use std::collections::BTreeMap;
use std::fmt::Write;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Bit, BitExpr, Circuit, Op, OpKind, Wire};
use qml_source::{Code, Diagnostic, bug};

use crate::gates::{Call, calls};
use crate::profile::Profile;

/// The circuit as a QIR module with the entry point `main`, up to global phase. Wire `i` is qubit `i`, bit `i` is result
/// `i`. Its result bits are recorded as one array, element `i` with the label `result[i]`; bits that no measurement writes
/// are left out. Barriers are left out: QIR has none.
///
/// Expects: a compiled circuit, so gates of the table without further controls, and returned qubits measured
/// ([`Circuit::measure_output`]); those that are not are not part of the output.
///
/// Errors: Q0815 for an angle with a slot.
pub fn export_qir(circuit: &Circuit) -> Result<String, Diagnostic> {
    let profile = Profile::of(circuit);
    let mut writer = Writer { is_measured: measured_bits(circuit), ..Writer::default() };
    writer.call("__quantum__rt__initialize", "void", &["ptr null".to_owned()]);
    writer.start_block("body");
    let is_last = |op: &Op| profile == Profile::Base && matches!(op.kind, OpKind::Measure { .. });
    circuit.ops.iter().filter(|op| !is_last(op)).try_for_each(|op| writer.op(op))?;
    if profile == Profile::Base {
        writer.start_block("measurements");
        circuit.ops.iter().filter(|op| is_last(op)).try_for_each(|op| writer.op(op))?;
    }
    writer.start_block("output");
    writer.output(&circuit.result_bits);
    Ok(module(circuit, profile, &writer))
}

/// For each bit whether a measurement writes it.
fn measured_bits(circuit: &Circuit) -> Vec<bool> {
    let mut is_measured = vec![false; circuit.n_bits];
    circuit.visit(|op| {
        if let OpKind::Measure { bit, .. } = op.kind {
            is_measured[bit.0 as usize] = true;
        }
    });
    is_measured
}

/// All around the instructions.
fn module(circuit: &Circuit, profile: Profile, writer: &Writer) -> String {
    let name: String = circuit.name.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    let mut text = format!("; ModuleID = '{name}'\nsource_filename = \"{name}\"\n\n");
    for (i, label) in writer.labels.iter().enumerate() {
        let _ = writeln!(text, "@{i} = internal constant [{} x i8] c\"{label}\\00\"", label.len() + 1);
    }
    let _ = write!(text, "\ndefine i64 @main() #0 {{\nentry:\n{}  ret i64 0\n}}\n\n", writer.text);
    for (function, declaration) in &writer.declarations {
        let attributes = if IRREVERSIBLE.contains(&function.as_str()) { " #1" } else { "" };
        let _ = writeln!(text, "{declaration}{attributes}");
    }
    let _ = write!(
        text,
        "\nattributes #0 = {{ \"entry_point\" \"output_labeling_schema\"=\"labeled\" \"qir_profiles\"=\"{}\" \
         \"required_num_qubits\"=\"{}\" \"required_num_results\"=\"{}\" }}\nattributes #1 = {{ \"irreversible\" }}\n{FLAGS}",
        profile.name(),
        circuit.n_wires,
        circuit.n_bits,
    );
    text
}

/// What cannot be undone.
const IRREVERSIBLE: &[&str] = &["__quantum__qis__mz__body", "__quantum__qis__reset__body"];

/// QIR 2 with all qubits and results known before.
const FLAGS: &str = "
!llvm.module.flags = !{!0, !1, !2, !3}

!0 = !{i32 1, !\"qir_major_version\", i32 2}
!1 = !{i32 7, !\"qir_minor_version\", i32 0}
!2 = !{i32 1, !\"dynamic_qubit_management\", i1 false}
!3 = !{i32 1, !\"dynamic_result_management\", i1 false}
";

/// The instructions of `main`, and what they need outside of it.
#[derive(Default)]
struct Writer {
    /// For each bit whether a measurement writes it.
    is_measured: Vec<bool>,
    /// The instructions so far.
    text: String,
    /// Declarations of the functions that are called.
    declarations: BTreeMap<String, String>,
    labels: Vec<String>,
    n_values: usize,
    n_branches: usize,
}

impl Writer {
    fn op(&mut self, op: &Op) -> Result<(), Diagnostic> {
        match &op.kind {
            OpKind::Gate { gate, angles, wires, controls } if controls.is_empty() => {
                self.gate(op, *gate, angles, wires)?;
            }
            OpKind::Measure { wire, bit } => {
                self.call("__quantum__qis__mz__body", "void", &[qubit(*wire), result(*bit)]);
            }
            OpKind::Reset { wire } => self.call("__quantum__qis__reset__body", "void", &[qubit(*wire)]),
            OpKind::If { condition, then, otherwise } => self.branch(condition, then, otherwise)?,
            OpKind::Barrier { .. } => {}
            OpKind::Gate { .. } | OpKind::PauliRotation { .. } | OpKind::Unitary { .. } => {
                bug!("`{op}` in a compiled circuit")
            }
        }
        Ok(())
    }

    fn gate(&mut self, op: &Op, gate: Gate, angles: &[Angle], wires: &[Wire]) -> Result<(), Diagnostic> {
        if !angles.iter().all(Angle::is_constant) {
            let problem = Diagnostic::error(Code::Q0815, "QIR has no inputs, and this angle is not bound");
            return Err(problem
                .primary(op.span, "depends on a parameter")
                .help("write OpenQASM 3, which has inputs, or give them numbers with `--bind name=value`"));
        }
        let values: Vec<f64> = angles.iter().map(|angle| angle.constant).collect();
        for Call { name, angles, wires } in calls(gate, &values, wires) {
            let angles = angles.iter().map(|&angle| format!("double {}", float(angle)));
            let operands: Vec<String> = angles.chain(wires.iter().map(|&wire| qubit(wire))).collect();
            self.call(&format!("__quantum__qis__{name}"), "void", &operands);
        }
        Ok(())
    }

    fn branch(&mut self, condition: &BitExpr, then: &[Op], otherwise: &[Op]) -> Result<(), Diagnostic> {
        let condition = self.value(condition);
        let n = self.n_branches;
        self.n_branches += 1;
        self.line(&format!("br i1 {condition}, label %then_{n}, label %else_{n}"));
        for (name, ops) in [("then", then), ("else", otherwise)] {
            let _ = write!(self.text, "\n{name}_{n}:\n");
            ops.iter().try_for_each(|op| self.op(op))?;
            self.line(&format!("br label %continue_{n}"));
        }
        let _ = write!(self.text, "\ncontinue_{n}:\n");
        Ok(())
    }

    /// Computes a condition; its name.
    fn value(&mut self, condition: &BitExpr) -> String {
        let expression = match condition {
            BitExpr::Const(value) => return value.to_string(),
            BitExpr::Bit(bit) if !self.is_measured[bit.0 as usize] => return "false".to_owned(),
            BitExpr::Bit(bit) => {
                let function = "__quantum__rt__read_result";
                self.declare(function, "i1", "ptr");
                format!("call i1 @{function}({})", result(*bit))
            }
            BitExpr::Not(a) => format!("xor i1 {}, true", self.value(a)),
            BitExpr::And(a, b) => self.binary("and", a, b),
            BitExpr::Or(a, b) => self.binary("or", a, b),
            BitExpr::Xor(a, b) => self.binary("xor", a, b),
        };
        let name = format!("%{}", self.n_values);
        self.n_values += 1;
        self.line(&format!("{name} = {expression}"));
        name
    }

    fn binary(&mut self, instruction: &str, a: &BitExpr, b: &BitExpr) -> String {
        let (a, b) = (self.value(a), self.value(b));
        format!("{instruction} i1 {a}, {b}")
    }

    /// Records the result.
    fn output(&mut self, bits: &[BitExpr]) {
        let is_written = |bit: &BitExpr| match bit {
            BitExpr::Bit(bit) => self.is_measured[bit.0 as usize],
            _ => true,
        };
        let written: Vec<usize> = (0..bits.len()).filter(|&i| is_written(&bits[i])).collect();
        let array = [format!("i64 {}", written.len()), self.label("result".to_owned())];
        self.call("__quantum__rt__array_record_output", "void", &array);
        for i in written {
            let label = self.label(format!("result[{i}]"));
            if let BitExpr::Bit(bit) = &bits[i] {
                self.call("__quantum__rt__result_record_output", "void", &[result(*bit), label]);
            } else {
                let value = format!("i1 {}", self.value(&bits[i]));
                self.call("__quantum__rt__bool_record_output", "void", &[value, label]);
            }
        }
    }

    fn label(&mut self, label: String) -> String {
        self.labels.push(label);
        format!("ptr @{}", self.labels.len() - 1)
    }

    /// A call without a value; the operands with their types.
    fn call(&mut self, function: &str, value: &str, operands: &[String]) {
        let types: Vec<&str> = operands.iter().filter_map(|operand| operand.split(' ').next()).collect();
        self.declare(function, value, &types.join(", "));
        self.line(&format!("call {value} @{function}({})", operands.join(", ")));
    }

    fn declare(&mut self, function: &str, value: &str, types: &str) {
        // Which operand is the result is told to passes of LLVM.
        let types = if function == "__quantum__qis__mz__body" { "ptr, ptr writeonly" } else { types };
        let declaration = || format!("declare {value} @{function}({types})");
        self.declarations.entry(function.to_owned()).or_insert_with(declaration);
    }

    fn start_block(&mut self, name: &str) {
        self.line(&format!("br label %{name}"));
        let _ = write!(self.text, "\n{name}:\n");
    }

    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "  {line}");
    }
}

fn qubit(wire: Wire) -> String {
    pointer(wire.0)
}

fn result(bit: Bit) -> String {
    pointer(bit.0)
}

/// A number as the pointer that it is in QIR.
fn pointer(number: u32) -> String {
    if number == 0 { "ptr null".to_owned() } else { format!("ptr inttoptr (i64 {number} to ptr)") }
}

/// The shortest digits that read back, with the point that LLVM wants.
fn float(value: f64) -> String {
    let text = format!("{value:?}");
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}
