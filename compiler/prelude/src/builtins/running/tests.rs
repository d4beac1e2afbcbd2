//! What is printed, and what stops a program.

use crate::testing::{TestHost, call, call_with, failure, floats, strings, try_call};
use crate::{C64, Value};

#[test]
fn values_are_printed_on_a_line() {
    let mut host = TestHost::default();
    call_with(&mut host, "print", &[Value::text("E ="), Value::Float(1.0), Value::Bool(true)]).unwrap();
    call_with(&mut host, "print", &[]).unwrap();
    assert_eq!(host.printed, "E = 1.0 true\n\n");
    assert_eq!(call_with(&mut host, "elapsed", &[]).unwrap(), Value::Float(1.5));
}

#[test]
fn a_table_is_aligned() {
    let mut host = TestHost::default();
    call_with(&mut host, "table", &[strings(&["n", "energy"]), floats(&[2, 2], &[1.0, -1.25, 10.0, 2.0])])
        .unwrap();
    assert_eq!(host.printed, "   n  energy\n 1.0   -1.25\n10.0     2.0\n");
}

#[test]
fn assertions_stop_with_their_values() {
    assert_eq!(call("assert", &[Value::Bool(true), Value::Unit]), Value::Unit);
    assert_eq!(failure("assert", &[Value::Bool(false), Value::text("why")]), "Q0608 assertion failed: why");
    let close = |a: Value, b: Value| [a, b, Value::Float(0.1)];
    assert_eq!(call("assert_close", &close(Value::Float(1.0), Value::Float(1.05))), Value::Unit);
    let message = failure("assert_close", &close(floats(&[2], &[1.0, 2.0]), Value::Float(1.0)));
    assert_eq!(message, "Q0609 2.0 and 1.0 differ by 1.0 at [1], more than 0.1");
    assert!(failure("assert_close", &close(Value::Float(f64::NAN), Value::Float(1.0))).starts_with("Q0609"));
    let inf = Value::Float(f64::INFINITY);
    assert_eq!(call("assert_close", &close(inf.clone(), inf)), Value::Unit);
    assert!(
        failure("assert_close", &close(Value::Complex(C64::i()), Value::Float(0.0)))
            .starts_with("Q0609 0.0+1.0im")
    );
}

#[test]
fn a_comparison_tells_its_sides() {
    let compare = |holds: bool, message: Value, left: Value, right: Value| {
        let [row, a, b] = ["op.lt", "a", "b"].map(Value::text);
        try_call("op.assert_compare", &[Value::Bool(holds), message, row, a, left, b, right])
    };
    assert_eq!(compare(true, Value::Unit, Value::Int(1), Value::Int(2)).unwrap(), Value::Unit);
    let fault = compare(false, Value::Unit, Value::Int(3), Value::Int(2)).unwrap_err();
    assert_eq!(fault.message, "assertion failed: `a` is 3, `b` is 2");
    assert!(fault.notes.is_empty());
    let long = floats(&[2, 8], &[1.0; 16]);
    let fault = compare(false, Value::text("why"), long, floats(&[2, 1], &[2.0, 1.0])).unwrap_err();
    assert_eq!(fault.message, "assertion failed: why");
    let row = "[1.0, 1.0, 1.0, ..., 1.0, 1.0, 1.0]";
    let sides = format!("`a` is [{row}, {row}], `b` is [[2.0], [1.0]]");
    assert_eq!(fault.notes, [sides, "it fails first at [1, 0]: 1.0 and 1.0".to_string()]);
}
