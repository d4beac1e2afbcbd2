//! Ten thousand calls of each kind hold no more memory at the end than at the start.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use qml_gates::Gate;
use qml_ir::circuit::{Bit, OpKind, Wire};

use super::{bit, circuit, gate, observable, slot};
use crate::{Channel, Clifford, Density, Method, Noise, Plan, Precision, Prepared, Simulator};

thread_local! {
    static LIVE: Cell<[i64; 2]> = const { Cell::new([0; 2]) };
}

/// Counts the allocations of the current thread that are not freed yet, and their bytes.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(n: i64, bytes: usize) {
    _ = LIVE.try_with(|live| live.set([live.get()[0] + n, live.get()[1] + n * bytes as i64]));
}

// SAFETY: everything is the system's; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size());
        // SAFETY: the caller keeps the system's contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-1, layout.size());
        // SAFETY: the caller keeps the system's contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

const CALLS: u64 = 10_000;

/// Calls often, and compares what is held with what was held when buffers had been made.
fn check_no_leak(name: &str, mut call: impl FnMut(u64)) {
    // How a shot goes decides which buffers are needed.
    (0..CALLS / 20).for_each(&mut call);
    let before = LIVE.get();
    (0..CALLS).for_each(&mut call);
    let held = [0, 1].map(|i| LIVE.get()[i] - before[i]);
    // A store may still grow by a buffer; a leak would be ten thousand.
    assert!(held[0] <= 8 && held[1] <= 1 << 14, "{name}: {held:?} allocations and bytes more");
}

#[test]
fn ten_thousand_calls_hold_no_more_memory_than_one() {
    let ops = vec![
        gate(Gate::Ry, &[slot(0)], &[0]),
        gate(Gate::Cx, &[], &[0, 1]),
        gate(Gate::Rxx, &[slot(1)], &[0, 1]),
        gate(Gate::U, &[slot(0), slot(1), slot(1)], &[1]),
    ];
    let pure = circuit(2, 2, ops.clone());
    let measured = vec![OpKind::Measure { wire: Wire(0), bit: Bit(0) }, OpKind::Reset { wire: Wire(1) }];
    let outcomes = circuit(2, 2, [ops.clone(), measured, ops].concat());
    let mut noise = Noise::default();
    noise.after(1, Channel::depolarizing(2, 0.2), &[Wire(0), Wire(1)]);
    noise.after(2, Channel::amplitude_damping(0.3), &[Wire(1)]);
    noise.misread(Wire(0), [0.1, 0.2]);

    let list = [observable(&[(1.0, "ZX"), (0.5, "YI")])];
    let slots = |i: u64| [0.1 + 1e-4 * i as f64, -0.7];
    for precision in [Precision::F64, Precision::F32] {
        let simulator = Simulator::with_method(Method::StateVector(precision), 1, Arc::default());
        for (name, circuit) in [("a state", &pure), ("outcomes", &outcomes)] {
            let plan = Plan::new(circuit).unwrap();
            check_no_leak(name, |i| {
                simulator.expectations_vjp(&plan, &slots(i), &list, &[1.0]).unwrap();
                simulator.probabilities(&plan, &slots(i)).unwrap();
                simulator.sample(&plan, &slots(i), 20, i).unwrap();
            });
        }
        let plan = Plan::new(&pure).unwrap();
        let prepared = Prepared::new(&plan, &list).unwrap();
        check_no_leak("a batch", |i| {
            let rows = [slots(i), slots(i + 1), slots(i + 2)];
            let rows: Vec<&[f64]> = rows.iter().map(|row| &row[..]).collect();
            simulator.batch_vjp(&plan, &rows, &prepared, &|_, _, cotangents| cotangents.fill(1.0)).unwrap();
        });
        let density = Density::new(&outcomes, &noise).unwrap();
        let noisy = Plan::noisy(&outcomes, &noise).unwrap();
        let trajectories = Plan::trajectories(&outcomes, &noise).unwrap();
        check_no_leak("noise", |i| {
            simulator.noisy_expectations(&density, &slots(i), &list).unwrap();
            simulator.noisy_expectations_vjp(&density, &slots(i), &list, &[1.0]).unwrap();
            simulator.sample(&noisy, &slots(i), 10, i).unwrap();
            simulator.sampled_expectations_vjp(&trajectories, &slots(i), &list, &[1.0], 3, i).unwrap();
        });
    }
    let flip = qml_ir::circuit::Op { kind: gate(Gate::X, &[], &[1]), span: qml_source::Span::default() };
    let ops = vec![
        gate(Gate::H, &[], &[0]),
        OpKind::Measure { wire: Wire(0), bit: Bit(0) },
        OpKind::If { condition: bit(0), then: vec![flip], otherwise: Vec::new() },
    ];
    let clifford = Clifford::new(&circuit(2, 0, ops), &[]).unwrap_or_else(|op| panic!("{op:?}"));
    let simulator = Simulator::new(1, Arc::default());
    let list = [observable(&[(1.0, "ZZ")])];
    check_no_leak("a tableau", |i| {
        simulator.clifford_expectations(&clifford, &list).unwrap();
        simulator.clifford_sample_part(&clifford, 0..10, i).unwrap();
    });
}
