//! One program a kind of operation.

use Value::{Bool, Float, Int};
use qml_ir::evaluate::Evaluator;
use qml_prelude::Value;

use super::{Recorder, call, check, check_module, parse, tensor};
use crate::Compiled;

/// A function of two scalars of a type, all of whose results are those of one operation each.
fn binary(ty: &str, rows: &[(&str, &str)]) -> String {
    let results: Vec<&str> = rows.iter().map(|(_, result)| *result).collect();
    let mut text = format!("fn @f(%0 a: {ty}, %1 b: {ty}) -> ({}) {{\n", results.join(", "));
    for (i, (name, result)) in rows.iter().enumerate() {
        text += &format!("  %{}: {result} = {name} %0, %1 !0:{i}:{}\n", i + 2, i + 1);
    }
    let values: Vec<String> = (0..rows.len()).map(|i| format!("%{}", i + 2)).collect();
    text + &format!("  return {}\n}}", values.join(", "))
}

const COMPARISONS: [(&str, &str); 6] =
    [("eq", "bool"), ("ne", "bool"), ("lt", "bool"), ("le", "bool"), ("gt", "bool"), ("ge", "bool")];

/// Where something changes: zero, the borders of 32 bits, and the smallest and largest ints.
const EDGES: [i64; 16] = [
    0,
    1,
    -1,
    2,
    7,
    -7,
    1 << 31,
    (1 << 31) - 1,
    (1 << 32) - 1,
    1 << 32,
    (1 << 32) + 1,
    1 - (1 << 32),
    -(1 << 32),
    i64::MAX - 1,
    i64::MAX,
    i64::MIN,
];

#[test]
fn operations_on_ints() {
    let edges = EDGES;
    for name in ["add", "sub", "mul", "div_floor", "mod"] {
        let text = binary("int", &[(name, "int")]);
        for a in edges {
            for b in edges {
                _ = check(&text, &[Int(a), Int(b)]);
            }
        }
    }
    let comparisons = binary("int", &COMPARISONS);
    for (a, b) in [(1, 2), (2, 1), (3, 3), (i64::MIN, i64::MAX)] {
        check(&comparisons, &[Int(a), Int(b)]).unwrap();
    }
    let text = "fn @f(%0 a: int) -> (int, float) { %1: float = to_float %0  %2: int = neg %0 !0:3:4  return %2, %1 }";
    for a in edges {
        assert_eq!(check(text, &[Int(a)]).is_err(), a == i64::MIN);
    }
}

#[test]
fn floored_division_rounds_down() {
    let text = binary("int", &[("div_floor", "int"), ("mod", "int")]);
    for (a, b, quotient, remainder) in
        [(7, 2, 3, 1), (-7, 2, -4, 1), (7, -2, -4, -1), (-7, -2, 3, -1), (6, -2, -3, 0)]
    {
        assert_eq!(check(&text, &[Int(a), Int(b)]).unwrap(), [Int(quotient), Int(remainder)]);
    }
    assert_eq!(check(&binary("int", &[("mod", "int")]), &[Int(i64::MIN), Int(-1)]).unwrap(), [Int(0)]);
}

#[test]
fn operations_with_a_constant() {
    for name in ["add", "sub", "mul", "div_floor", "mod"] {
        for constant in EDGES.into_iter().chain([3, 4, 5, 8, 9, 10, -3]) {
            for operands in ["%0, %1", "%1, %0"] {
                let text = format!(
                    "fn @f(%0 a: int) -> (int) {{ %1: int = const[{constant}]  %2: int = {name} {operands} !0:3:4  return %2 }}"
                );
                check_edges(&text);
            }
        }
    }
}

/// The same of a function of an int for all edges, compiled once.
fn check_edges(text: &str) {
    let module = parse(text);
    let f = module.find("f").unwrap();
    let compiled = Compiled::new(&module, &[f], 2);
    for a in EDGES {
        let expected = Evaluator::new(&module, Vec::new()).call(f, &mut Recorder::default(), vec![Int(a)]);
        let actual = call(&compiled, f, &mut Recorder::default(), &[], &[Int(a)]);
        assert_eq!(format!("{actual:?}"), format!("{expected:?}"), "{text} of {a}");
    }
}

#[test]
fn division_by_what_is_known_to_be_larger_than_zero() {
    // A counter plus one; so is the dividend of the second quotient, in 32 bits.
    let text = "fn @f(%0 a: int, %1 n: int) -> (int) {
        %2: int = const[0]  %3: int = const[1]  %4: int = const[7]
        %5: int = for %2, %1, %0 { (%6: int, %7: int)
            %8: int = add %6, %3  %9: int = div_floor %7, %8  %10: int = mod %7, %8
            %11: int = mod %7, %4  %12: int = add %11, %3  %13: int = div_floor %11, %12  %14: int = mod %11, %8
            %15: int = add %10, %13  %16: int = add %15, %14  %17: int = sub %16, %9  yield %17 }
        return %5 }";
    for a in EDGES {
        // At first the quotient is that of one: the smallest int, which is taken from another one.
        assert_eq!(check(text, &[Int(a), Int(5)]).is_err(), a == i64::MIN);
    }
}

#[test]
fn operations_on_floats() {
    let arithmetic = ["add", "sub", "mul", "div", "mod", "pow"].map(|name| (name, "float"));
    let rows = [&arithmetic[..], &COMPARISONS].concat();
    let edges =
        [0.0, -0.0, 1.0, -2.5, 7.25, 1e300, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::MIN_POSITIVE];
    for a in edges {
        for b in edges {
            check(&binary("float", &rows), &[Float(a), Float(b)]).unwrap();
        }
    }
}

#[test]
fn functions_of_floats() {
    let names = ["sin", "cos", "exp", "log", "sqrt", "tanh", "abs", "sigmoid", "floor"];
    for name in names {
        let text = format!(
            "fn @f(%0 x: float) -> (float, float) {{
            %1: float = builtin[{name}] %0  %2: float = neg %1  return %1, %2 }}"
        );
        for x in [0.0, 0.7, -0.7, 1e3, -1e3, f64::NAN] {
            check(&text, &[Float(x)]).unwrap();
        }
    }
}

#[test]
fn operations_on_bools() {
    let rows = [("and", "bool"), ("or", "bool"), ("eq", "bool"), ("ne", "bool")];
    let not = "fn @f(%0 a: bool) -> (bool, bool) { %1: bool = not %0  %2: bool = not %1  return %1, %2 }";
    for a in [false, true] {
        assert_eq!(check(not, &[Bool(a)]).unwrap(), [Bool(!a), Bool(a)]);
        for b in [false, true] {
            check(&binary("bool", &rows), &[Bool(a), Bool(b)]).unwrap();
        }
    }
}

#[test]
fn bools_pass_through_memory() {
    // Calls, tuples, tensors, tapes and carried values.
    let text = "fn @swap(%0 a: bool, %1 b: bool) -> (bool, bool) { return %1, %0 }
        fn @f(%0 a: bool, %1 b: bool) -> (bool, tuple(bool, int), tensor(bool, 1), bool) {
            %2: bool, %3: bool = call[@swap] %0, %1
            %4: int = const[3]
            %5: tuple(bool, int) = tuple %2, %4
            %6: bool = get[0] %5
            %7: tensor(bool, 1) = map %4 { (%8: int) %9: bool = builtin[op.eq] %8, %4 %10: bool = and %2, %3 %20: bool = or %9, %10 yield %20 }
            %11: int = const[2]
            %12: bool = builtin[op.index] %7, %11
            %13: tape = tape_new
            tape_push %13, %12
            tape_push %13, %6
            %14: bool = tape_pop %13
            %15: bool = tape_pop %13
            %16: bool = ne %14, %15
            %17: int = const[0]
            %18: bool = for %17, %4, %16 { (%19: int, %21: bool) %22: bool = not %21 yield %22 }
            return %18, %5, %7, %16 }";
    for (a, b) in [(true, true), (true, false), (false, true)] {
        check(text, &[Bool(a), Bool(b)]).unwrap();
    }
}

#[test]
fn constants_of_every_type() {
    let text = "fn @f() -> (unit, bool, int, float, complex, string) {
        %0: unit = const[unit]  %1: bool = const[true]  %2: int = const[-9223372036854775808]
        %3: float = const[-0.0]  %4: complex = const[complex 1.5 -2.0]  %5: string = const[\"a \\\"b\\\"\\n\"]
        return %0, %1, %2, %3, %4, %5 }";
    check(text, &[]).unwrap();
}

#[test]
fn tuples_hold_and_give_what_they_were_made_of() {
    let text = "fn @f(%0 t: tensor(float, 1), %1 s: string) -> (tensor(float, 1), string, tuple(tensor(float, 1), string, float)) {
        %2: float = const[2.5]
        %3: tuple(tensor(float, 1), string, float) = tuple %0, %1, %2
        %4: tensor(float, 1) = get[0] %3
        %5: string = get[1] %3
        return %4, %5, %3 }";
    check(text, &[tensor(&[1.0, 2.0]), Value::Str("x".into())]).unwrap();
}

#[test]
fn an_operand_may_be_used_twice_at_once() {
    let text = "fn @pair(%0 a: tensor(float, 1), %1 b: tensor(float, 1)) -> (tensor(float, 1), tensor(float, 1)) { return %1, %0 }
        fn @f(%0 t: tensor(float, 1), %1 n: int) -> (tensor(float, 1), tensor(float, 1), tensor(float, 1), tuple(tensor(float, 1), tensor(float, 1))) {
        %2: tensor(float, 1) = builtin[op.mul] %0, %0
        %3: tensor(float, 1), %4: tensor(float, 1) = call[@pair] %2, %2
        %5: tuple(tensor(float, 1), tensor(float, 1)) = tuple %4, %4
        %6: int = const[0]
        %7: tensor(float, 1), %8: tensor(float, 1) = for %6, %1, %3, %3 {
            (%9: int, %10: tensor(float, 1), %11: tensor(float, 1))
            %12: tensor(float, 1) = builtin[op.add] %10, %3
            yield %12, %12 }
        return %7, %7, %8, %5 }";
    for n in 0..3 {
        check(text, &[tensor(&[1.0, -2.0]), Int(n)]).unwrap();
    }
}

#[test]
fn results_and_parameters_that_nothing_uses() {
    let text = "fn @two(%0 a: tensor(float, 1), %1 s: string) -> (string, string) { return %1, %1 }
        fn @f(%0 t: tensor(float, 1), %1 s: string) -> (int) {
        %2: string, %3: string = call[@two] %0, %1
        %4: tensor(float, 1) = builtin[op.neg] %0
        %5: int = const[2]
        %6: tensor(int, 1) = map %5 { (%7: int) %8: tensor(float, 1) = builtin[sin] %0 yield %7 }
        %9: tensor(float, 1) = for %5, %5, %0 { (%10: int, %11: tensor(float, 1)) yield %0 }
        return %5 }";
    check(text, &[tensor(&[1.0]), Value::Str("s".into())]).unwrap();
}

#[test]
fn branches_share_what_is_outside() {
    let text = "fn @f(%0 c: bool, %1 t: tensor(float, 1)) -> (tensor(float, 1), tensor(float, 1), int) {
        %2: tensor(float, 1), %3: int = if %0 {
            %4: tensor(float, 1) = builtin[op.add] %1, %1  %5: int = const[1]  yield %4, %5
        } { %6: int = const[2] yield %1, %6 }
        if %0 { yield } { yield }
        %7: tensor(float, 1) = if %0 { yield %2 } { %8: tensor(float, 1) = builtin[op.neg] %2 yield %8 }
        return %7, %1, %3 }";
    check(text, &[Bool(true), tensor(&[1.0, 2.0])]).unwrap();
    check(text, &[Bool(false), tensor(&[1.0, 2.0])]).unwrap();
}

#[test]
fn while_looks_at_what_it_carries() {
    // Appends until the sum is large; the condition uses the carried tensor and one from outside.
    let text = "fn @f(%0 t: tensor(float, 1), %1 limit: float) -> (tensor(float, 1)) {
        %2: tensor(float, 1) = while %0 { (%3: tensor(float, 1))
            %4: float = builtin[dot] %3, %3  %5: float = builtin[sum] %0  %6: float = add %1, %5
            %7: bool = lt %4, %6  yield %7
        } { (%8: tensor(float, 1)) %9: tensor(float, 1) = builtin[op.add] %8, %0 yield %9 }
        return %2 }";
    check(text, &[tensor(&[1.0, 0.5]), Float(100.0)]).unwrap();
    check(text, &[tensor(&[1.0, 0.5]), Float(-100.0)]).unwrap();
}

#[test]
fn maps_make_tensors_of_every_type() {
    let text = "fn @f(%0 n: int, %1 s: string, %2 t: tensor(float, 1)) ->
            (tensor(int, 1), tensor(float, 1), tensor(string, 1), tensor(float, 2), tensor(tuple(int, string), 1), tensor(complex, 1)) {
        %3: tensor(int, 1) = map %0 { (%4: int) yield %4 }
        %5: tensor(float, 1) = map %0 { (%6: int) %7: float = to_float %6 yield %7 }
        %8: tensor(string, 1) = map %0 { (%9: int) yield %1 }
        %10: tensor(float, 2) = map %0 { (%11: int) %12: float = to_float %11 %13: tensor(float, 1) = builtin[op.mul] %12, %2 yield %13 }
        %14: tensor(tuple(int, string), 1) = map %0 { (%15: int) %16: tuple(int, string) = tuple %15, %1 yield %16 }
        %17: complex = const[complex 0.0 1.0]
        %18: tensor(complex, 1) = map %0 { (%19: int) yield %17 }
        return %3, %5, %8, %10, %14, %18 }";
    for n in [3, 1, 0, -2] {
        check(text, &[Int(n), Value::Str("s".into()), tensor(&[1.0, 2.0])]).unwrap();
    }
}

#[test]
fn ragged_rows_are_a_fault() {
    let text = "fn @f(%0 n: int) -> (tensor(int, 2)) {
        %1: tensor(int, 2) = map %0 { (%2: int) %3: tensor(int, 1) = map %2 { (%4: int) yield %4 } yield %3 } !0:5:9
        return %1 }";
    check(text, &[Int(1)]).unwrap();
    check(text, &[Int(2)]).unwrap_err();
}

#[test]
fn elements_are_read_in_range_only() {
    let text = "fn @f(%0 t: tensor(float, 1), %1 i: int) -> (float, tensor(float, 1)) {
        %2: float = builtin[op.index] %0, %1 !0:1:2
        %3: tensor(float, 1) = builtin[op.index_set] %0, %2, %1 !0:3:4
        return %2, %3 }";
    for i in [0, 2] {
        check(text, &[tensor(&[1.0, 2.0, 3.0]), Int(i)]).unwrap();
    }
    for i in [3, i64::MAX, i64::MIN] {
        check(text, &[tensor(&[1.0, 2.0, 3.0]), Int(i)]).unwrap_err();
    }
    let write = "fn @f(%0 t: tensor(float, 1), %1 i: int, %2 x: float) -> (tensor(float, 1)) {
        %3: tensor(float, 1) = builtin[op.index_set] %0, %2, %1 !0:3:4  return %3 }";
    for i in [0, 2, 3, -1, i64::MIN] {
        _ = check(write, &[tensor(&[1.0, 2.0, 3.0]), Int(i), Float(9.0)]);
    }
}

#[test]
fn rows_ints_and_bools_are_read_too() {
    let text = "fn @f(%0 n: int, %1 i: int) -> (int, tensor(int, 1), bool) {
        %2: tensor(int, 2) = map %0 { (%3: int) %4: tensor(int, 1) = map %0 { (%5: int) %6: int = mul %5, %3 yield %6 } yield %4 }
        %7: int = builtin[op.index] %2, %1, %1 !0:1:2
        %8: tensor(int, 1) = builtin[op.index] %2, %1 !0:3:4
        %9: tensor(bool, 1) = map %0 { (%10: int) %11: bool = lt %10, %7 yield %11 }
        %12: bool = builtin[op.index] %9, %1 !0:5:6
        return %7, %8, %12 }";
    for i in [0, 1, 3, 4] {
        assert_eq!(check(text, &[Int(4), Int(i)]).is_err(), i == 4);
    }
}

#[test]
fn globals_and_programs_are_values() {
    let text = "global h: tensor(float, 1) = @init
        fn @init() -> (tensor(float, 1)) { %0: int = const[2] %1: tensor(float, 1) = map %0 { (%2: int) %3: float = to_float %2 yield %3 } return %1 }
        kernel @k(%0 x: float, %1 t: tensor(float, 1)) -> () { return }
        fn @f(%0 x: float) -> (program, tensor(float, 1), float) {
            %1: tensor(float, 1) = global[h]
            %2: program = program[@k] %0, %1
            %3: int = const[7]
            %4: observable = builtin[Z] %3
            %5: unit = const[unit]
            %6: float = builtin[expect] %3, %4, %2, %5
            return %2, %1, %6 }";
    let module = parse(text);
    let mut evaluator = Evaluator::new(&module, Vec::new());
    evaluator.initialise(&mut Recorder::default(), 0).unwrap();
    let globals = evaluator.globals.clone();
    assert_eq!(check_module(&module, &globals, &[Float(0.5)]).unwrap()[2], Float(0.25));
}

#[test]
fn what_is_printed_comes_in_order() {
    let text = "fn @f(%0 n: int) -> (unit) {
        %1: int = const[0]
        for %1, %0 { (%2: int) %3: unit = builtin[print] %2 yield }
        %4: unit = const[unit]
        return %4 }";
    check(text, &[Int(3)]).unwrap();
}

#[test]
fn tapes_give_back_the_last_first() {
    let text = "fn @push(%0 tape: tape, %1 t: tensor(float, 1)) -> () { tape_push %0, %1 return }
        fn @f(%0 t: tensor(float, 1), %1 n: int) -> (tensor(float, 1), float, int) {
        %2: tape = tape_new
        %3: int = const[0]
        for %3, %1 { (%4: int)
            %5: float = to_float %4  %6: tensor(float, 1) = builtin[op.mul] %5, %0
            tape_push %2, %4  tape_push %2, %5  call[@push] %2, %6  yield }
        %7: tensor(float, 1), %8: float, %9: int = for %3, %1, %0, %20, %3 {
            (%10: int, %11: tensor(float, 1), %12: float, %13: int)
            %14: tensor(float, 1) = tape_pop %2  %15: float = tape_pop %2  %16: int = tape_pop %2
            %17: tensor(float, 1) = builtin[op.sub] %14, %11
            %18: float = sub %15, %12  %19: int = sub %16, %13
            yield %17, %18, %19 }
        return %7, %8, %9 }"
        .replace("%3: int = const[0]", "%3: int = const[0] %20: float = const[0.0]");
    for n in [0, 1, 4] {
        check(&text, &[tensor(&[1.0, 3.0]), Int(n)]).unwrap();
    }
}
