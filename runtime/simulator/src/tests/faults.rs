//! What is refused, and in which words.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use qml_gates::Gate;
use qml_ir::circuit::{Bit, OpKind, Wire};

use super::{circuit, gate, observable, simulator, slot};
use crate::{C64, Fault, Plan, Simulator};

#[test]
fn states_that_do_not_fit_are_refused_with_both_numbers() {
    for n in [45, 58, 59, 60, 61, 62, 63, 64, 65, 100, 1000] {
        let large = circuit(n, 0, vec![gate(Gate::H, &[], &[0])]);
        let fault = match Plan::new(&large) {
            Err(fault) => fault,
            Ok(plan) => {
                let simulator = simulator(1);
                let z = [observable(&[(1.0, "Z")])];
                assert!(matches!(simulator.state(&plan, &[]), Err(Fault::TooLarge { .. })));
                assert!(matches!(simulator.probabilities(&plan, &[]), Err(Fault::TooLarge { .. })));
                assert!(matches!(simulator.sample(&plan, &[], 1, 0), Err(Fault::TooLarge { .. })));
                // A gradient holds ket and bra: 16 GiB for 29 qubits.
                let Err(Fault::TooLarge { needed_bytes, .. }) =
                    simulator.expectations_vjp(&plan, &[], &z, &[1.0])
                else {
                    panic!("a gradient on {n} qubits")
                };
                assert_eq!(needed_bytes, (2 * 16) << n);
                simulator.expectations(&plan, &[], &z).unwrap_err()
            }
        };
        let Fault::TooLarge { needed_bytes, available_bytes, qubits } = fault else { panic!("{fault:?}") };
        assert_eq!(qubits, n);
        assert!(needed_bytes > u128::from(available_bytes));
        if n < 100 {
            assert_eq!(needed_bytes, 16 << n);
        }
    }
}

#[test]
fn more_shots_than_memory_are_refused() {
    let plan = Plan::new(&circuit(2, 0, vec![])).unwrap();
    for shots in [1 << 50, usize::MAX] {
        assert!(matches!(simulator(1).sample(&plan, &[], shots, 0), Err(Fault::TooManyShots { .. })));
    }
}

#[test]
fn a_slot_that_is_no_number_is_named() {
    let plan = Plan::new(&circuit(1, 2, vec![gate(Gate::Rx, &[slot(1)], &[0])])).unwrap();
    let fault = simulator(1).state(&plan, &[0.0, f64::NAN]).unwrap_err();
    assert_eq!(fault.to_string(), "the angle `theta_1` is NaN");
    assert!(matches!(
        simulator(1).state(&plan, &[f64::INFINITY, 0.0]),
        Err(Fault::NotFinite { slot: 0, .. })
    ));
}

#[test]
fn an_interrupted_call_ends() {
    let stopped = Simulator::new(1, Arc::new(AtomicBool::new(true)));
    let plan = Plan::new(&circuit(2, 0, vec![gate(Gate::H, &[], &[0])])).unwrap();
    assert_eq!(stopped.state(&plan, &[]), Err(Fault::Interrupted));
    assert_eq!(stopped.sample(&plan, &[], 10, 0), Err(Fault::Interrupted));
    let z = [observable(&[(1.0, "Z")])];
    assert_eq!(stopped.expectations_vjp(&plan, &[], &z, &[1.0]), Err(Fault::Interrupted));
}

#[test]
fn observables_must_fit_the_register_and_be_hermitian() {
    let plan = Plan::new(&circuit(2, 0, vec![])).unwrap();
    let fault = |observable| simulator(1).expectations(&plan, &[], &[observable]).unwrap_err();
    assert_eq!(fault(observable(&[(1.0, "IIZ")])), Fault::QubitOutOfRange { qubit: 2, register: 2 });
    let mut complex = observable(&[(1.0, "Z")]);
    complex.terms.values_mut().for_each(|c| *c = C64::new(1.0, 0.5));
    assert!(matches!(fault(complex), Fault::NotHermitian { observable: 0, .. }));
    let mut projector = observable(&[]);
    projector.projectors.push((vec![true], C64::ONE));
    assert_eq!(fault(projector), Fault::ProjectorLength { bits: 1, register: 2 });
}

#[test]
fn a_register_without_a_state_is_refused() {
    let bell = vec![gate(Gate::H, &[], &[0]), gate(Gate::Cx, &[], &[0, 1])];
    let mut half = circuit(2, 0, bell.clone());
    half.output = vec![Wire(0)];
    assert_eq!(simulator(1).state(&Plan::new(&half).unwrap(), &[]), Err(Fault::Mixed));
    let measured = [bell.clone(), vec![OpKind::Measure { wire: Wire(0), bit: Bit(0) }]].concat();
    assert_eq!(simulator(1).state(&Plan::new(&circuit(2, 0, measured)).unwrap(), &[]), Err(Fault::Mixed));
    let whole = Plan::new(&circuit(2, 0, bell)).unwrap();
    let half = Plan::new(&half).unwrap();
    let mismatch = simulator(1).fidelity((&whole, &[]), (&half, &[]));
    assert_eq!(mismatch, Err(Fault::RegisterMismatch { left: 2, right: 1 }));
}
