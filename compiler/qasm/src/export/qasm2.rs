//! OpenQASM 2.

use std::fmt::Write;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Bit, BitExpr, Circuit, Control, Op, OpKind, Wire};
use qml_source::{Code, Diagnostic};

use super::decisions::compare;
use super::define::{Defined, Definitions, global_phase, what};
use super::names::BitNames;
use super::{comments, qubit};
use crate::Registers;

/// Conditions on more bits than this are not written as lists of values.
const MAX_BITS: usize = 6;

/// The circuit as OpenQASM 2, up to its global phase; wire `i` is `q[i]`. Bits are called as in `registers`, from the first
/// on, where conditions can be written so.
///
/// Errors: an angle with a slot; controls that `qelib1.inc` has no gate for; a condition that can't be a list of
/// comparisons, or whose bits change in its branch.
pub fn export_qasm2(circuit: &Circuit, registers: &Registers) -> Result<String, Diagnostic> {
    let mut flat = Vec::new();
    flatten(&circuit.ops, None, &mut flat)?;
    let ops: Vec<Op> = flat.iter().map(|(_, op)| op.clone()).collect();
    let definitions = Definitions::of(&ops, |gate| gate.def().qasm2.is_some(), false);
    let mut text = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\n".to_owned();
    let bits = Bits::of(circuit, &flat, registers);
    text += &comments(circuit, registers, &|bit| bits.name(bit));
    for definition in &definitions.all {
        let body = &definition.body;
        let angles: Vec<String> = (0..body.slots.len()).map(|i| format!("t{i}")).collect();
        let wires: Vec<String> = (0..body.n_wires).map(|i| format!("a{i}")).collect();
        let params = if angles.is_empty() { String::new() } else { format!("({})", angles.join(", ")) };
        let _ = writeln!(text, "gate {}{params} {} {{", definition.name, wires.join(", "));
        for op in &body.ops {
            for line in gate_lines(op, &definitions, &angles, &|wire| format!("a{}", wire.0))? {
                let _ = writeln!(text, "  {line}");
            }
        }
        text += "}\n";
    }
    if circuit.n_wires > 0 {
        let _ = writeln!(text, "qreg q[{}];", circuit.n_wires);
    }
    text += &bits.declaration();
    for (condition, op) in &flat {
        let lines = match &op.kind {
            OpKind::Measure { wire, bit } => {
                vec![format!("measure {} -> {};", qubit(*wire), bits.name(*bit))]
            }
            OpKind::Reset { wire } => vec![format!("reset {};", qubit(*wire))],
            OpKind::Barrier { wires } => {
                vec![format!(
                    "barrier {};",
                    wires.iter().map(|&wire| qubit(wire)).collect::<Vec<_>>().join(", ")
                )]
            }
            _ => gate_lines(op, &definitions, &[], &qubit)?,
        };
        for prefix in bits.prefixes(condition.as_ref(), op)? {
            for line in &lines {
                let _ = writeln!(text, "{prefix}{line}");
            }
        }
    }
    Ok(text)
}

/// Branches to conditions on single operations.
fn flatten(
    ops: &[Op],
    outer: Option<&BitExpr>,
    flat: &mut Vec<(Option<BitExpr>, Op)>,
) -> Result<(), Diagnostic> {
    for op in ops {
        let OpKind::If { condition, then, otherwise } = &op.kind else {
            // A barrier that depends on an outcome holds back the compiler alone.
            let condition = if matches!(op.kind, OpKind::Barrier { .. }) { None } else { outer.cloned() };
            flat.push((condition, op.clone()));
            continue;
        };
        let both = |inner: BitExpr| match outer {
            Some(outer) => BitExpr::And(Box::new(outer.clone()), Box::new(inner)),
            None => inner,
        };
        for (inner, side) in
            [(condition.clone(), then), (BitExpr::Not(Box::new(condition.clone())), otherwise)]
        {
            let inner = both(inner);
            check_unchanged(op, &inner)?;
            flatten(side, Some(&inner), flat)?;
        }
    }
    Ok(())
}

/// The bits of the condition are not measured anew inside of the branch.
fn check_unchanged(branch: &Op, condition: &BitExpr) -> Result<(), Diagnostic> {
    let mut read = Vec::new();
    condition.each_bit(&mut |bit| read.push(bit));
    let mut changed = None;
    branch.visit(&mut |op| {
        if matches!(op.kind, OpKind::Measure { bit, .. } if read.contains(&bit)) {
            changed = Some(op.span);
        }
    });
    match changed {
        Some(span) => Err(cannot("a branch that measures into a bit of its own condition")
            .primary(branch.span, "this branch")
            .secondary(span, "measured here")),
        None => Ok(()),
    }
}

fn cannot(what: &str) -> Diagnostic {
    Diagnostic::error(Code::Q0813, format!("OpenQASM 2 cannot write {what}")).help("write OpenQASM 3")
}

/// How bits are declared.
enum Bits {
    /// In registers; conditions ask for the value of one of them.
    Registers(BitNames),
    /// Each as a register of its own, so that conditions can read it alone.
    Single(usize),
    /// All in one register; conditions are lists of its values.
    Together(usize),
}

impl Bits {
    fn of(circuit: &Circuit, flat: &[(Option<BitExpr>, Op)], registers: &Registers) -> Self {
        let conditions: Vec<&BitExpr> = flat.iter().filter_map(|(condition, _)| condition.as_ref()).collect();
        let names = BitNames::new(&registers.bits, circuit.n_bits, &[], true).0;
        if conditions.iter().all(|condition| register_value(condition, &names).is_some()) {
            Self::Registers(names)
        } else if conditions.iter().all(|condition| single_bit(condition).is_some()) {
            Self::Single(circuit.n_bits)
        } else {
            Self::Together(circuit.n_bits)
        }
    }

    fn declaration(&self) -> String {
        let one = |name: &str, size: usize| format!("creg {name}[{size}];\n");
        match self {
            Self::Registers(names) => {
                (0..names.len()).map(|i| one(names.register(i), names.bits(i).len())).collect()
            }
            Self::Single(n) => (0..*n).map(|bit| one(&format!("c{bit}"), 1)).collect(),
            Self::Together(0) => String::new(),
            Self::Together(n) => one("c", *n),
        }
    }

    fn name(&self, bit: Bit) -> String {
        match self {
            Self::Registers(names) => names.name(bit),
            Self::Single(_) => format!("c{}[0]", bit.0),
            Self::Together(_) => format!("c[{}]", bit.0),
        }
    }

    /// What has to stand before the operation, once for each value of the bits that fulfils the condition.
    fn prefixes(&self, condition: Option<&BitExpr>, op: &Op) -> Result<Vec<String>, Diagnostic> {
        let Some(condition) = condition else { return Ok(vec![String::new()]) };
        match self {
            Self::Registers(names) => {
                let prefix = |(register, value)| format!("if ({}=={value}) ", names.register(register));
                Ok(register_value(condition, names).map(prefix).into_iter().collect())
            }
            Self::Single(_) => {
                let comparison = single_bit(condition)
                    .map(|(bit, value)| format!("if (c{}=={}) ", bit.0, u8::from(value)));
                Ok(comparison.into_iter().collect())
            }
            Self::Together(n) if *n <= MAX_BITS => {
                let holds = |value: &usize| {
                    let bits: Vec<bool> = (0..*n).map(|i| value >> i & 1 == 1).collect();
                    condition.eval(&bits)
                };
                Ok((0..1 << n).filter(holds).map(|value| format!("if (c=={value}) ")).collect())
            }
            Self::Together(_) => Err(cannot(&format!("a condition like this on more than {MAX_BITS} bits"))
                .primary(op.span, "in a branch")),
        }
    }
}

/// The register and its value that a condition asks for, if it is no more than that.
fn register_value(condition: &BitExpr, names: &BitNames) -> Option<(usize, u64)> {
    let (register, value, rest) = compare(condition, names, 1)?;
    (rest == BitExpr::Const(true)).then_some((register, value))
}

/// The bit and the value that a condition asks for, if it is that simple.
fn single_bit(condition: &BitExpr) -> Option<(Bit, bool)> {
    match condition {
        BitExpr::Bit(bit) => Some((*bit, true)),
        BitExpr::Not(inner) => single_bit(inner).map(|(bit, value)| (bit, !value)),
        _ => None,
    }
}

/// A gate, with negative controls turned around it; global phases are left out.
fn gate_lines(
    op: &Op,
    definitions: &Definitions,
    slots: &[String],
    wire: &dyn Fn(Wire) -> String,
) -> Result<Vec<String>, Diagnostic> {
    let controls = op.controls();
    let bound = |angle: &Angle| {
        if slots.is_empty() && !angle.is_constant() {
            let problem =
                Diagnostic::error(Code::Q0812, "OpenQASM 2 has no inputs, and this angle is not bound");
            return Err(problem
                .primary(op.span, "depends on a parameter")
                .help("write OpenQASM 3, which has inputs, or give them numbers with `--bind name=value`"));
        }
        Ok(angle.format(|slot| slots[slot.0 as usize].clone()))
    };
    if let Some(angle) = global_phase(op) {
        let on: Vec<Wire> = controls.iter().map(|control| control.wire).collect();
        let name = match on.len() {
            0 => return bound(&angle).map(|_| Vec::new()),
            1 => "p",
            2 => "cp",
            _ => return Err(cannot("a phase with more than two controls").primary(op.span, "this operation")),
        };
        let on: Vec<String> = on.into_iter().map(wire).collect();
        return Ok(flipped(controls, format!("{name}({}) {};", bound(&angle)?, on.join(", ")), wire));
    }
    let Some((defined, wires)) = what(op) else { return Ok(Vec::new()) };
    let name = match (&defined, controls.len()) {
        (Defined::Gate(gate), 0) => gate.def().qasm2.unwrap_or(gate.def().name).to_owned(),
        (Defined::Gate(gate), n) => {
            let Some(row) = controlled_row(*gate, n) else {
                let what = format!("`{}` with {n} more controls", gate.def().name);
                return Err(cannot(&what).primary(op.span, "this operation"));
            };
            row.to_owned()
        }
        (_, 0) => definitions.name(&defined).to_owned(),
        _ => return Err(cannot("this operation with controls").primary(op.span, "this operation")),
    };
    let angles = op.angles().iter().map(bound).collect::<Result<Vec<_>, _>>()?;
    let angles = if angles.is_empty() { String::new() } else { format!("({})", angles.join(", ")) };
    let all: Vec<String> = controls.iter().map(|control| control.wire).chain(wires).map(wire).collect();
    Ok(flipped(controls, format!("{name}{angles} {};", all.join(", ")), wire))
}

/// The gate of `qelib1.inc` that is this one with more controls.
fn controlled_row(gate: Gate, n: usize) -> Option<&'static str> {
    let (n_own, base) = gate.def().control.unwrap_or((0, gate));
    match (n_own + n, base) {
        (3, Gate::X) => return Some("c3x"),
        (4, Gate::X) => return Some("c4x"),
        (1, Gate::Sx) => return Some("csx"),
        (3, Gate::Sx) => return Some("c3sqrtx"),
        (1, Gate::U) => return Some("cu3"),
        _ => {}
    }
    let row = Gate::ALL.iter().find(|row| row.def().control == Some((n_own + n, base)))?;
    row.def().qasm2
}

fn flipped(controls: &[Control], line: String, wire: &dyn Fn(Wire) -> String) -> Vec<String> {
    let flips: Vec<String> = controls
        .iter()
        .filter(|control| !control.on_one)
        .map(|control| format!("x {};", wire(control.wire)))
        .collect();
    [flips.clone(), vec![line], flips].concat()
}
