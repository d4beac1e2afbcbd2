//! The simulator against plain loops, density matrices, finite differences, shift rules and published numbers.

mod branches;
mod clifford;
mod faults;
mod generate;
mod gradients;
mod leaks;
mod machines;
mod noise;
mod noisy_gradients;
mod oracle;
mod overlaps;
mod pairs;
mod qaoa;
mod state_tangents;
mod states;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, BitExpr, Circuit, Op, OpKind, Slot, Wire};
use qml_prelude::observable::{Observable, Pauli};
use qml_source::Span;

use crate::{C64, Simulator};

/// A simulator that nobody interrupts.
fn simulator(threads: usize) -> Simulator {
    Simulator::new(threads, Arc::new(AtomicBool::new(false)))
}

/// A circuit of these operations that returns all wires.
fn circuit(n_wires: usize, n_slots: usize, ops: Vec<OpKind>) -> Circuit {
    Circuit {
        n_wires,
        n_bits: 4,
        slots: (0..n_slots).map(|i| format!("theta_{i}")).collect(),
        ops: ops.into_iter().map(|kind| Op { kind, span: Span::default() }).collect(),
        output: Circuit::wires(0..n_wires as u32),
        ..Circuit::default()
    }
}

fn gate(gate: Gate, angles: &[Angle], wires: &[u32]) -> OpKind {
    let wires: Vec<Wire> = wires.iter().map(|&w| Wire(w)).collect();
    Op::gate(gate, angles, &wires, Span::default()).kind
}

fn slot(index: u32) -> Angle {
    Angle::slot(Slot(index))
}

fn bit(index: u32) -> BitExpr {
    BitExpr::Bit(qml_ir::circuit::Bit(index))
}

/// The sum of strings in the notation `XIZ`, leftmost letter on qubit 0.
fn observable(terms: &[(f64, &str)]) -> Observable {
    let mut observable = Observable::default();
    for &(coefficient, letters) in terms {
        let string = letters.chars().enumerate().filter_map(|(i, letter)| match letter {
            'X' => Some((i as u32, Pauli::X)),
            'Y' => Some((i as u32, Pauli::Y)),
            'Z' => Some((i as u32, Pauli::Z)),
            _ => None,
        });
        observable.terms.insert(string.collect(), C64::new(coefficient, 0.0));
    }
    observable
}

#[track_caller]
fn assert_near(a: &[f64], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len());
    let far = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(far <= tolerance, "{far:e} apart: {a:?} and {b:?}");
}
