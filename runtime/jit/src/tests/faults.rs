//! What goes wrong is told, and nothing crashes.

use std::panic::{AssertUnwindSafe, catch_unwind};

use expect_test::{Expect, expect};
use qml_prelude::Value::{self, Int};
use qml_prelude::room;
use qml_source::Code;

use super::{Recorder, call, check, parse, tensor};
use crate::Compiled;

/// Message and place of the fault.
fn check_fault(text: &str, args: &[Value], expected: &Expect) {
    let fault = check(text, args).unwrap_err();
    let span = fault.primary.as_ref().map(|label| label.span);
    expected.assert_eq(&format!(
        "{} {} {:?}",
        fault.code,
        fault.message,
        span.map(|span| (span.start, span.end))
    ));
}

#[test]
fn overflow_names_its_values() {
    let text = "fn @f(%0 a: int, %1 b: int) -> (int) { %2: int = mul %0, %1 !0:10:15 return %2 }";
    check_fault(
        text,
        &[Int(i64::MAX), Int(2)],
        &expect!["Q0601 integer overflow in `9223372036854775807 * 2` Some((10, 15))"],
    );
}

#[test]
fn division_by_zero_names_its_values() {
    let text = "fn @f(%0 a: int, %1 b: int) -> (int) { %2: int = div_floor %0, %1 !0:10:15 return %2 }";
    check_fault(text, &[Int(3), Int(0)], &expect!["Q0602 `div(3, 0)` has no result Some((10, 15))"]);
    let text = "fn @f(%0 a: int, %1 b: int) -> (int) { %2: int = mod %0, %1 !0:10:15 return %2 }";
    check_fault(text, &[Int(3), Int(0)], &expect!["Q0602 `3 % 0` has no result Some((10, 15))"]);
}

#[test]
fn a_fault_leaves_from_the_depth_of_calls_and_regions() {
    let text = "fn @g(%0 t: tensor(float, 1), %1 i: int) -> (float) {
            %2: float = builtin[op.index] %0, %1 !0:20:24  return %2 }
        fn @f(%0 t: tensor(float, 1), %1 s: string, %2 n: int) -> (float, string) {
        %3: int = const[0]  %4: float = const[0.0]
        %5: tape = tape_new
        %6: float = for %3, %2, %4 { (%7: int, %8: float)
            tape_push %5, %0
            %9: bool = lt %7, %2
            %10: float = if %9 {
                %11: tensor(float, 1) = map %2 { (%12: int) %13: float = call[@g] %0, %12 yield %13 }
                %14: float = builtin[sum] %11 yield %14 } { yield %8 }
            yield %10 }
        return %6, %1 }";
    check_fault(
        text,
        &[tensor(&[1.0, 2.0]), Value::Str("s".into()), Int(3)],
        &expect!["Q0605 index 2 is out of range: axis 0 has length 2 Some((20, 24))"],
    );
}

#[test]
fn endless_recursion_is_a_fault() {
    let text = "fn @f(%0 n: int) -> (int) !0:3:4 {
        %1: int = const[1]  %2: int = add %0, %1
        %3: int = call[@f] %2  %4: int = add %3, %1  return %4 }";
    let module = parse(text);
    let f = module.find("f").unwrap();
    let compiled = Compiled::new(&module, &[f], 2);
    for _ in 0..3 {
        let fault = call(&compiled, f, &mut Recorder::default(), &[], &[Int(0)]).unwrap_err();
        assert_eq!(fault.code, Code::Q0698);
        assert_eq!(fault.primary.map(|label| label.span.start), Some(3));
    }
}

#[test]
fn deep_recursion_with_an_end_comes_back() {
    let text = "fn @f(%0 n: int) -> (int) {
        %1: int = const[0]  %2: bool = le %0, %1
        %3: int = if %2 { yield %1 } {
            %4: int = const[1]  %5: int = sub %0, %4  %6: int = call[@f] %5  %7: int = add %6, %4  yield %7 }
        return %3 }";
    let module = parse(text);
    let f = module.find("f").unwrap();
    let compiled = Compiled::new(&module, &[f], 2);
    let results = call(&compiled, f, &mut Recorder::default(), &[], &[Int(1000)]).unwrap();
    assert_eq!(results, [Int(1000)]);
}

#[test]
fn a_panic_of_the_host_goes_around_the_machine_code() {
    let text = "fn @f(%0 path: string) -> (tensor(float, 2)) {
        %1: tensor(float, 2) = builtin[read_csv] %0  return %1 }";
    let module = parse(text);
    let f = module.find("f").unwrap();
    let compiled = Compiled::new(&module, &[f], 2);
    let panic = catch_unwind(AssertUnwindSafe(|| {
        call(&compiled, f, &mut Recorder::default(), &[], &[Value::Str("data.csv".into())])
    }));
    assert!(panic.is_err());
}

/// What grows in a loop that nobody would wait for, with as little memory as a small machine has.
fn check_too_long(text: &str, expected: &Expect) {
    room::ask(|| 48 << 20);
    let module = parse(text);
    let f = module.find("f").unwrap();
    let compiled = Compiled::new(&module, &[f], 2);
    let fault = call(&compiled, f, &mut Recorder::default(), &[], &[Int(i64::MAX)]).unwrap_err();
    let start = fault.primary.map(|label| label.span.start);
    expected.assert_eq(&format!("{} {} {start:?}", fault.code, fault.message));
}

#[test]
fn a_tape_without_end_is_a_fault() {
    let text = "fn @f(%0 n: int) -> (int) {
        %1: int = const[0]  %2: tape = tape_new
        for %1, %0 { (%3: int) tape_push %2, %3 !0:40:45 yield }
        return %1 }";
    check_too_long(
        text,
        &expect![
            "Q0663 for a gradient 8388608 values of a loop are kept, which takes 64 MiB of memory, 48 MiB are available Some(40)"
        ],
    );
    // A value takes more than its word.
    let text = "fn @f(%0 n: int) -> (int) {
        %1: int = const[0]  %2: tape = tape_new  %3: string = const[\"s\"]
        for %1, %0 { (%4: int) tape_push %2, %3 !0:40:45 yield }
        return %1 }";
    check_too_long(
        text,
        &expect![
            "Q0663 for a gradient 524288 values of a loop are kept, which takes 88 MiB of memory, 48 MiB are available Some(40)"
        ],
    );
}

#[test]
fn a_list_without_end_is_a_fault() {
    let list = |push: &str| {
        format!(
            "fn @f(%0 n: int) -> (int) {{
            %1: int = const[0]  %2: list(int) = builtin[list.new]
            %3: list(int) = for %1, %0, %2 {{ (%4: int, %5: list(int)) {push} yield %6 }}
            %7: tensor(int, 1) = builtin[list.stack] %3
            %8: int = builtin[len] %7
            return %8 }}"
        )
    };
    check_too_long(
        &list("%6: list(int) = builtin[list.push] %5, %4 !0:50:55"),
        &expect!["Q0663 a list of 8388608 items takes 64 MiB of memory, 48 MiB are available Some(50)"],
    );
    // Looked at in between, it is a list of values.
    let looked_at = "%9: int = builtin[op.len] %5  %6: list(int) = builtin[list.push] %5, %9 !0:50:55";
    check_too_long(
        &list(looked_at),
        &expect!["Q0663 a list of 524288 items takes 52 MiB of memory, 48 MiB are available Some(50)"],
    );
}

#[test]
fn what_is_computed_and_not_wanted_is_no_fault() {
    let text = "fn @f(%0 n: int, %1 c: bool) -> (int, bool) {
        %2: int = const[3]
        %9: int, %10: bool = if %1 {
            %3: int = const[1]
            %4: int = add %0, %3 !0:3:4
            yield %4, %1
        } {
            %5: int = mul %0, %2 !0:5:6
            %6: int = neg %5 !0:6:7
            %7: bool = lt %6, %5
            yield %6, %7
        }
        return %9, %10 }";
    let mut places = Vec::new();
    for n in [0, 5, i64::MAX, i64::MIN, i64::MIN / 2, i64::MAX / 3] {
        for c in [true, false] {
            if let Err(fault) = check(text, &[Int(n), Value::Bool(c)]) {
                places.push((n, c, fault.primary.unwrap().span.start));
            }
        }
    }
    let most = i64::MAX;
    assert_eq!(
        places,
        [(most, true, 3), (most, false, 5), (-most - 1, false, 5), ((-most - 1) / 2, false, 5)]
    );
}
