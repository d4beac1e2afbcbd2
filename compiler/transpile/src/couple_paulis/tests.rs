//! The same unitary between the layouts, on coupled qubits.

use qml_devices::find;
use qml_ir::circuit::OpKind;
use qml_ir::circuit::testing::{Options, Random, assert_same_on_device, random_circuit};

use super::couple_paulis;
use crate::lower_controls::lower_controls;
use crate::route_swaps::Layout;
use crate::target::Target;

#[test]
fn random_circuits_on_small_devices() {
    let mut random = Random::new(65);
    let mut n_written = 0;
    for shape in ["line:5", "grid:2x3", "line:6"] {
        let target = Target::new(&find(shape).unwrap());
        for _ in 0..20 {
            let source = random_circuit(&mut random, &Options::unitary(4, 12));
            let mut lowered = source.clone();
            lower_controls(&mut lowered).unwrap();
            let qubits: Vec<u16> =
                random.wires(4, target.n_qubits).into_iter().map(|wire| wire.0 as u16).collect();
            let start = Layout::new(qubits, target.n_qubits);
            let Some(coupled) = couple_paulis(&lowered, &target, &start, 2000) else { continue };
            coupled.validate();
            assert_same_on_device(&source, &coupled);
            coupled.visit(|op| {
                if let (OpKind::Gate { .. }, &[a, b]) = (&op.kind, &*op.wires()) {
                    assert_eq!(target.distance(a.0 as u16, b.0 as u16), 1);
                }
            });
            n_written += 1;
        }
    }
    assert!(n_written > 30, "too few circuits were written");
}
