//! What there is to say of a compiled circuit: limits of the device that it breaks, time that its qubits don't have, SWAPs
//! and what they cost.

use qml_devices::Device;
use qml_ir::circuit::{BitExpr, Circuit, Op, OpKind};
use qml_source::{Code, Diagnostic, Severity, Span};

use crate::estimate::{Estimate, estimate};
use crate::schedule::{Exposure, exposures};
use crate::{Compiled, Options};

/// What compiles, as [`crate::compile`] does, or looks up what it did before.
pub type Compile<'a> = dyn Fn(&Circuit, &Device, &Options) -> Result<Compiled, Diagnostic> + 'a;

/// From this share of T2 on a note tells how long a qubit has to last.
const NOTABLE_SHARE: f64 = 0.5;
/// So many gates with fewer SWAPs are shown.
const MAX_LABELS: usize = 5;

/// All that there is to say of what `source` was compiled to; `compile` tells what it costs elsewhere. Errors Q0716 and Q0717, warnings and notes Q0718, notes Q0719.
pub fn report(
    source: &Circuit,
    compiled: &Compiled,
    device: &Device,
    options: &Options,
    compile: &Compile,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    found.extend(check_length(compiled, device));
    found.extend(check_branches(&compiled.circuit, device));
    found.extend(check_coherence(&compiled.circuit, device));
    found.extend(tell_swaps(source, compiled, device, options, compile));
    found
}

/// Compiles a circuit and tells what there is to say of it; `kernel` is where the circuit's name stands in the source.
pub fn diagnose(
    source: &Circuit,
    kernel: Span,
    device: &Device,
    options: &Options,
    compile: &Compile,
) -> Vec<Diagnostic> {
    let said = match compile(source, device, options) {
        Ok(compiled) => report(source, &compiled, device, options, compile),
        Err(error) => vec![error],
    };
    let placed = |diagnostic: Diagnostic| match diagnostic.primary {
        Some(_) => diagnostic,
        None => diagnostic.primary(kernel, "this kernel"),
    };
    said.into_iter().map(placed).collect()
}

/// Q0715 if the device takes more shots at least, or less at most.
pub fn check_shots(shots: i64, span: Option<Span>, device: &Device) -> Option<Diagnostic> {
    let limits = &device.limits;
    let asked = u64::try_from(shots).unwrap_or(0);
    let (message, least_or_most) = match (limits.min_shots, limits.max_shots) {
        (_, Some(most)) if asked > most => ("are more than", most),
        (Some(least), _) if asked < least => ("are fewer than", least),
        _ => return None,
    };
    let diagnostic =
        Diagnostic::error(Code::Q0715, format!("{shots} shots {message} `{}` takes", device.name))
            .help(format!("ask for {least_or_most}"));
    Some(match span {
        Some(span) => diagnostic.primary(span, "asked for here"),
        None => diagnostic,
    })
}

/// The name, with what tells it from the same kernel for other sizes.
fn name_of(circuit: &Circuit) -> String {
    let n = if circuit.layout.is_empty() { circuit.n_wires } else { circuit.layout.len() };
    let qubits = if n == 1 { "1 qubit".to_owned() } else { format!("{n} qubits") };
    if circuit.name.is_empty() {
        format!("the circuit of {qubits}")
    } else {
        format!("`{}` of {qubits}", circuit.name)
    }
}

fn check_length(compiled: &Compiled, device: &Device) -> Option<Diagnostic> {
    let most = device.limits.max_ops_per_circuit?;
    let circuit = &compiled.circuit;
    let mut last = None;
    let mut n_ops = 0;
    circuit.visit(|op| {
        if !matches!(op.kind, OpKind::Barrier { .. } | OpKind::If { .. }) && !op.wires().is_empty() {
            n_ops += 1;
            if n_ops <= most {
                last = Some(op.span);
            }
        }
    });
    if n_ops <= most {
        return None;
    }
    let message =
        format!("{} has {n_ops} operations on `{}`, which takes {most}", name_of(circuit), device.name);
    let diagnostic = Diagnostic::error(Code::Q0716, message).help("fewer layers, or a smaller register");
    Some(match last {
        Some(span) => diagnostic.primary(span, format!("operation {most} is for this one")),
        None => diagnostic,
    })
}

/// Branches of a kind that the device has no real-time operation for.
fn check_branches(circuit: &Circuit, device: &Device) -> Vec<Diagnostic> {
    let Some(gates) = &device.conditional_gates else { return Vec::new() };
    let mut found = Vec::new();
    circuit.visit(|op| {
        if let OpKind::If { condition, then, otherwise } = &op.kind {
            let fault = if is_one_outcome(condition) {
                let mut inside = then.iter().chain(otherwise);
                inside.find_map(|op| unconditional(op, gates).map(|what| (what, op.span)))
            } else {
                Some(("depends on more than one outcome", op.span))
            };
            let Some((what, span)) = fault else { return };
            let names: Vec<_> = gates.iter().map(|gate| format!("`{gate}`")).collect();
            let message = format!("`{}` cannot decide this while the circuit runs", device.name);
            let diagnostic = Diagnostic::error(Code::Q0717, message)
                .primary(span, what)
                .note(format!("an outcome of it can only switch {} on one qubit", names.join(" or ")));
            if !found.contains(&diagnostic) {
                found.push(diagnostic);
            }
        }
    });
    found
}

fn is_one_outcome(condition: &BitExpr) -> bool {
    match condition {
        BitExpr::Const(_) | BitExpr::Bit(_) => true,
        BitExpr::Not(inner) => is_one_outcome(inner),
        BitExpr::And(..) | BitExpr::Or(..) | BitExpr::Xor(..) => false,
    }
}

/// What makes an operation impossible in a branch.
fn unconditional(op: &Op, gates: &[String]) -> Option<&'static str> {
    match &op.kind {
        OpKind::Gate { gate, .. } if gates.iter().any(|name| name == gate.def().name) => None,
        OpKind::Gate { wires, .. } if wires.len() == 2 => Some("a two-qubit gate in a branch"),
        OpKind::Gate { .. } => Some("this gate in a branch"),
        OpKind::Measure { .. } => Some("a measurement in a branch"),
        OpKind::Reset { .. } => Some("a reset in a branch"),
        OpKind::If { .. } => Some("a branch in a branch"),
        _ => None,
    }
}

fn check_coherence(circuit: &Circuit, device: &Device) -> Option<Diagnostic> {
    let share = |exposure: &Exposure| Some(exposure.seconds / device.qubits[exposure.wire.0 as usize].t2_s?);
    let exposures = exposures(circuit, device)?;
    let shares: Vec<(f64, &Exposure)> = exposures.iter().filter_map(|e| Some((share(e)?, e))).collect();
    let &(worst, exposure) = shares.iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    if worst < NOTABLE_SHARE {
        return None;
    }
    let qubit = exposure.wire.0 as usize;
    let micro = |seconds: f64| format!("{:.1} µs", seconds * 1e6);
    let t2 = micro(device.qubits[qubit].t2_s.unwrap_or_default());
    let severity = if worst > 1.0 { Severity::Warning } else { Severity::Note };
    let compared = if worst > 1.0 { "longer than" } else { "near" };
    let message = format!(
        "in {} qubit `{}` of `{}` has to last {}, {compared} its T2 of {t2}",
        name_of(circuit),
        device.labels[qubit],
        device.name,
        micro(exposure.seconds)
    );
    let mut diagnostic =
        Diagnostic::new(severity, Code::Q0718, message).primary(exposure.last, "the last gate on it");
    if exposure.first != exposure.last {
        diagnostic = diagnostic.secondary(exposure.first, "the first gate on it");
    }
    let n_more = shares.iter().filter(|(share, _)| *share > 1.0).count().saturating_sub(1);
    diagnostic = match n_more {
        0 => diagnostic,
        1 => diagnostic.note("another qubit has to last longer than its T2 too"),
        n => diagnostic.note(format!("{n} other qubits have to last longer than their T2 too")),
    };
    Some(diagnostic.note("from the first gate on the qubit to its end, by the gate times of the device, each gate as late as it can be"))
}

fn tell_swaps(
    source: &Circuit,
    compiled: &Compiled,
    device: &Device,
    options: &Options,
    compile: &Compile,
) -> Option<Diagnostic> {
    let n_qubits = device.n_qubits;
    if device.coupling.edge_count() == n_qubits * (n_qubits - 1) / 2 || compiled.stats.two_qubit_gates == 0 {
        return None;
    }
    let with = compiled.stats.two_qubit_gates;
    let direct = without_swaps(source, device, options, compile);
    if direct.is_some_and(|direct| direct >= with) {
        return None;
    }
    let mut diagnostic = at_their_gates(source, &compiled.swaps, device).or_else(|| {
        // A network of gates along couplings does without SWAPs, not without further gates.
        let n = with - direct?;
        let message = format!(
            "{} needs {} more on `{}` for lack of couplings",
            name_of(source),
            pair_gates(n),
            device.name
        );
        let first = source.ops.iter().find(|op| op.wires().len() > 1)?;
        let diagnostic = Diagnostic::new(Severity::Note, Code::Q0719, message);
        Some(diagnostic.primary(first.span, "the first gate between qubits"))
    })?;
    if let Some(direct) = direct {
        diagnostic = diagnostic.note(format!("{}, {direct} if all qubits were coupled", pair_gates(with)));
        if let Some(estimate) = estimate(&compiled.circuit, device) {
            diagnostic = diagnostic.note(fidelities(&estimate, direct));
        }
    }
    Some(diagnostic)
}

fn pair_gates(n: usize) -> String {
    if n == 1 { "1 two-qubit gate".to_owned() } else { format!("{n} two-qubit gates") }
}

/// How many SWAPs there are, and for which gates.
fn at_their_gates(source: &Circuit, swaps: &[Span], device: &Device) -> Option<Diagnostic> {
    let mut gates: Vec<(Span, usize)> = Vec::new();
    for &span in swaps {
        match gates.iter_mut().find(|gate| gate.0 == span) {
            Some(gate) => gate.1 += 1,
            None => gates.push((span, 1)),
        }
    }
    // The gate with the most comes first, then they stand as in the source.
    gates.sort_by_key(|&(span, n)| (std::cmp::Reverse(n), span));
    let (&(span, n), others) = gates.split_first()?;
    let counted = |n: usize| if n == 1 { "1 SWAP".to_owned() } else { format!("{n} SWAPs") };
    let message = format!("{} needs {} on `{}`", name_of(source), counted(swaps.len()), device.name);
    let diagnostic = Diagnostic::new(Severity::Note, Code::Q0719, message)
        .primary(span, format!("{} for this gate", counted(n)));
    let others = others.iter().take(MAX_LABELS);
    Some(others.fold(diagnostic, |diagnostic, &(span, n)| diagnostic.secondary(span, counted(n))))
}

fn fidelities(estimate: &Estimate, direct: usize) -> String {
    let percent = |fidelity: f64| format!("{:.1} %", 100.0 * fidelity);
    format!(
        "estimated fidelity {}, {} if all qubits were coupled: the product over all gates and {} measurements by the errors of the device, waiting not counted",
        percent(estimate.fidelity()),
        percent(estimate.fidelity_with(direct)),
        estimate.n_measurements,
    )
}

/// Two-qubit gates of the circuit if all qubits were coupled.
fn without_swaps(source: &Circuit, device: &Device, options: &Options, compile: &Compile) -> Option<usize> {
    let gate = device.native_basis().ok()?.two_qubit.name();
    let coupled = qml_devices::find(&format!("all_to_all:{}/{gate}", source.n_wires.max(2))).ok()?;
    let compiled = compile(source, &coupled, options).ok()?;
    Some(compiled.stats.two_qubit_gates)
}

#[cfg(test)]
mod tests;
