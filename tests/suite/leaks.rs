//! Long trainings hold no more memory at their end than after their first steps.
//!
//! The allocator counts for the whole process, so each training has a process of its own: this test binary, run again for
//! the one test.

use std::process::Command;

use qml_engine::{Options, Output, Progress, Run};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use crate::suite::numeric::{compile, options};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// Set in the process of a training.
const ALONE: &str = "QML_ALONE";

/// The bytes that are held whenever the program prints.
#[derive(Default)]
struct Held(Vec<i64>);

impl Output for Held {
    fn print(&mut self, _: &str) -> std::io::Result<()> {
        let stats = ALLOCATOR.stats();
        self.0.push(stats.bytes_allocated as i64 - stats.bytes_deallocated as i64);
        Ok(())
    }
    fn progress(&mut self, _: &Progress<'_>) {}
}

/// Trains in eleven rounds of so many steps, and compares what is held after the first and after the last.
fn check_no_leak(test: &str, steps: usize, options: &Options) {
    if std::env::var_os(ALONE).is_none() {
        let mut alone = Command::new(std::env::current_exe().unwrap());
        let ran = alone.args(["--exact", &format!("tests::leaks::{test}")]).env(ALONE, "1").output().unwrap();
        let text = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    let source = "
        kernel ansatz(theta: float[2], x: float) -> qubit[2] {
            let q = qubit[2];
            rx(x, q[0]);
            ry(theta[0], q[1]);
            cx(q[0], q[1]);
            if measure(q[0]) { rz(theta[1] * x, q[1]); }
            return q;
        }
        fn main() {
            var theta = [0.3, -0.8];
            for round in 0..11 {
                optimize theta with adam(lr: 0.001), steps: STEPS {
                    minimize mean([expect(Z(1) + X(1), ansatz(theta, 0.3 * i)) for i in 0..2]);
                }
                print(theta);
            }
        }";
    let mut held = Held::default();
    let module = compile(&source.replace("STEPS", &steps.to_string()));
    Run::main(&module, options, &mut held).unwrap_or_else(|(fault, _)| panic!("{fault:#?}"));
    let grown = held.0[10] - held.0[0];
    // Less than two bytes a step.
    assert!(grown < 10 * steps as i64 * 2, "{grown} bytes more: {:?}", held.0);
}

#[test]
fn ten_thousand_steps_hold_no_more_memory_than_one_thousand() {
    check_no_leak("ten_thousand_steps_hold_no_more_memory_than_one_thousand", 1000, &options());
}

#[test]
fn nor_do_steps_with_shots() {
    check_no_leak("nor_do_steps_with_shots", 200, &Options { shots: Some(20), ..options() });
}

#[test]
fn nor_do_steps_with_noise() {
    let emulated = Some(qml_devices::find("ibm_torino").unwrap().into());
    check_no_leak("nor_do_steps_with_noise", 200, &Options { emulated, ..options() });
}
