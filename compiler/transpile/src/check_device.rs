//! What has to be true before a circuit is compiled for a device.

use qml_devices::Device;
use qml_ir::circuit::{Circuit, Op, OpKind};
use qml_source::{Code, Diagnostic};

use crate::target::Target;

/// Q0710 if the circuit is larger than the device.
pub fn check_size(circuit: &Circuit, device: &Device, target: &Target) -> Result<(), Diagnostic> {
    let n_usable = target.usable.len();
    if circuit.n_wires <= n_usable {
        return Ok(());
    }
    let kernel = circuit.name.strip_prefix("main.").unwrap_or(&circuit.name);
    let name = if kernel.is_empty() { "the circuit".to_owned() } else { format!("`{kernel}`") };
    let has = format!("{name} has {} qubits, and `{}` has {n_usable}", circuit.n_wires, device.name);
    if n_usable == device.n_qubits {
        return Err(Diagnostic::error(Code::Q0710, has));
    }
    let why = if device.coupling.edge_count() == 0 {
        format!("it has {} qubits, of which no two are coupled", device.n_qubits)
    } else {
        format!("it has {} qubits, and no more of them are joined by couplings in service", device.n_qubits)
    };
    Err(Diagnostic::error(Code::Q0710, format!("{has} that work together")).note(why))
}

/// Q0711 to Q0713 if the circuit does what the device cannot; Q0456 if a loop in it has no end.
pub fn check_features(circuit: &Circuit, device: &Device) -> Result<(), Diagnostic> {
    if let Some(cut) = circuit.unfinished.first() {
        return Err(Diagnostic::error(Code::Q0456, "a loop on outcomes without an end, on a device")
            .primary(cut.span, "may go on for ever")
            .note("what is sent to a device is one circuit, with every round of the loop in it")
            .help("count the rounds: `while not done and rounds < 8 { ... rounds += 1; }`"));
    }
    check_ops(&circuit.ops, device, &mut vec![false; circuit.n_wires])
}

fn check_ops(ops: &[Op], device: &Device, is_measured: &mut [bool]) -> Result<(), Diagnostic> {
    for op in ops {
        let features = &device.features;
        let (is_there, code, what, label) = match &op.kind {
            OpKind::If { .. } => {
                (features.feed_forward, Code::Q0712, "feed-forward", "decided while the circuit runs")
            }
            OpKind::Reset { .. } => (features.reset, Code::Q0713, "a reset within a circuit", "reset here"),
            OpKind::Barrier { .. } => continue,
            _ if op.wires().iter().any(|wire| is_measured[wire.0 as usize]) => {
                let label = "used here after a measurement";
                (features.mid_circuit_measurement, Code::Q0711, "measurement in mid-circuit", label)
            }
            OpKind::Measure { wire, .. } => {
                is_measured[wire.0 as usize] = true;
                continue;
            }
            _ => continue,
        };
        if is_there != Some(true) {
            return Err(missing(op, device, code, what, label, is_there.is_none()));
        }
        if let OpKind::If { then, otherwise, .. } = &op.kind {
            check_ops(then, device, is_measured)?;
            check_ops(otherwise, device, is_measured)?;
        }
    }
    Ok(())
}

fn missing(op: &Op, device: &Device, code: Code, what: &str, label: &str, is_unknown: bool) -> Diagnostic {
    let diagnostic = Diagnostic::error(code, format!("`{}` has no support for {what}", device.name))
        .primary(op.span, label);
    if is_unknown {
        diagnostic.note("nothing that its vendor publishes says that it has")
    } else {
        diagnostic
    }
}
