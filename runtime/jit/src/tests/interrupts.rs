//! Every loop and every recursion stops when it is asked to, from another thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use qml_prelude::Value::Int;
use qml_source::Code;

use super::{Recorder, parse};
use crate::{Call, Compiled};

/// Starts `f`, which would take hours, and stops it.
fn check_stops(text: &str) {
    let module = parse(text);
    let f = module.find("f").unwrap();
    let compiled = Compiled::new(&module, &[f], 2);
    let interrupt = AtomicBool::new(false);
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(20));
            interrupt.store(true, Ordering::Relaxed);
        });
        let host = &mut Recorder::default();
        let call = Call { host, globals: &[], interrupt: &interrupt, stack_bytes: 256 << 10 };
        compiled.call(f, vec![Int(1 << 40)], call)
    });
    let fault = outcome.unwrap_err();
    assert_eq!(fault.code, Code::Q0699, "{fault:?}");
    assert!(fault.primary.is_some());
}

#[test]
fn a_for_loop_stops() {
    check_stops(
        "fn @f(%0 n: int) -> (int) {
        %1: int = const[0]
        %2: int = for %1, %0, %1 { (%3: int, %4: int) %5: int = add %4, %3 yield %3 }
        return %2 }",
    );
}

#[test]
fn an_inner_loop_stops() {
    // Nothing in it writes memory, so nothing but care makes it read the flag again.
    check_stops(
        "fn @f(%0 n: int) -> (int) {
        %1: int = const[0]  %2: int = const[1]
        %3: int = for %1, %2, %1 { (%4: int, %5: int)
            %6: int = for %1, %0, %1 { (%7: int, %8: int) yield %7 }
            yield %6 }
        return %3 }",
    );
}

#[test]
fn a_while_loop_stops() {
    check_stops(
        "fn @f(%0 n: int) -> (int) {
        %1: int = while %0 { (%2: int) %3: bool = const[true] yield %3 } { (%4: int) yield %4 }
        return %1 }",
    );
}

#[test]
fn a_map_stops() {
    check_stops(
        "fn @f(%0 n: int) -> (tensor(int, 1)) {
        %1: int = const[64]
        %2: tensor(int, 1) = map %1 { (%3: int)
            %4: int = for %1, %0, %3 { (%5: int, %6: int) yield %5 }
            yield %4 }
        return %2 }",
    );
}

#[test]
fn a_recursion_without_loops_stops() {
    // Each call makes two: 2 ** 60 of them.
    check_stops(
        "fn @g(%0 n: int) -> (int) {
        %1: int = const[0]  %2: bool = le %0, %1
        %3: int = if %2 { yield %1 } {
            %4: int = const[1]  %5: int = sub %0, %4
            %6: int = call[@g] %5  %7: int = call[@g] %5  %8: int = add %6, %7  yield %8 }
        return %3 }
        fn @f(%0 n: int) -> (int) { %1: int = const[60]  %2: int = call[@g] %1  return %2 }",
    );
}
