//! Calls between compiled functions: words in registers and in memory, and small functions in the places of their calls.

use qml_ir::host::Module;
use qml_prelude::Value::{self, Bool, Float, Int};
use qml_prelude::random::Stream;
use qml_source::Code;

use super::{Recorder, call, check, parse, tensor};
use crate::Compiled;

/// A loop that nobody runs through: a function with it stays a function.
const LARGE: &str = "%90: int = const[0]  for %90, %90 { (%91: int) yield }";

#[test]
fn arguments_of_all_types_in_any_number() {
    // More than there are registers, of each kind.
    let types = ["int", "float", "bool", "tensor(float, 1)", "string"];
    let args: Vec<(usize, &str)> = types.into_iter().cycle().take(30).enumerate().collect();
    let params: Vec<String> = args.iter().map(|(i, ty)| format!("%{i} a{i}: {ty}")).collect();
    let names: Vec<String> = args.iter().map(|(i, _)| format!("%{i}")).collect();
    let all: Vec<&str> = args.iter().map(|(_, ty)| *ty).collect();
    let reversed: Vec<String> = names.iter().rev().cloned().collect();
    let back: Vec<&str> = all.iter().rev().copied().collect();
    let results: Vec<String> = (30..60).map(|i| format!("%{i}: {}", back[i - 30])).collect();
    let returned: Vec<String> = (30..60).map(|i| format!("%{i}")).collect();
    let text = format!(
        "fn @g({params}) -> ({back}) {{ {LARGE} return {reversed} }}
        fn @f({params}) -> ({back}) {{ {results} = call[@g] {names} return {returned} }}",
        params = params.join(", "),
        back = back.join(", "),
        reversed = reversed.join(", "),
        results = results.join(", "),
        names = names.join(", "),
        returned = returned.join(", "),
    );
    let value = |&(i, ty): &(usize, &str)| match ty {
        "int" => Int(i as i64 - 7),
        "float" => Float(i as f64 + 0.5),
        "bool" => Bool(i % 4 == 0),
        "string" => Value::Str(format!("s{i}").into()),
        _ => tensor(&[i as f64]),
    };
    let values: Vec<Value> = args.iter().map(value).collect();
    let expected: Vec<Value> = values.iter().rev().cloned().collect();
    assert_eq!(check(&text, &values).unwrap(), expected);
}

#[test]
fn one_result_of_each_type() {
    for (ty, value) in [
        ("int", Int(-5)),
        ("float", Float(2.5)),
        ("bool", Bool(true)),
        ("unit", Value::Unit),
        ("string", Value::Str("s".into())),
        ("tensor(float, 1)", tensor(&[1.0, 2.0])),
    ] {
        for body in [LARGE, ""] {
            let text = format!(
                "fn @g(%0 x: {ty}) -> ({ty}) {{ {body} return %0 }}
                fn @f(%0 x: {ty}) -> ({ty}) {{ %1: {ty} = call[@g] %0 return %1 }}"
            );
            let args = [value.clone()];
            assert_eq!(check(&text, &args).unwrap(), args);
        }
    }
}

#[test]
fn a_fault_comes_through_calls_that_give_anything() {
    for ty in ["int", "float", "bool", "string"] {
        let text = format!(
            "fn @g(%0 x: {ty}, %1 n: int) -> ({ty}) {{ {LARGE} %2: int = mod %1, %90 !0:7:9 return %0 }}
            fn @f(%0 x: {ty}, %1 n: int) -> ({ty}) {{ %2: {ty} = call[@g] %0, %1 return %2 }}"
        );
        let value = match ty {
            "int" => Int(1),
            "float" => Float(1.0),
            "bool" => Bool(true),
            _ => Value::Str("s".into()),
        };
        let fault = check(&text, &[value, Int(3)]).unwrap_err();
        assert_eq!(fault.primary.map(|label| label.span.start), Some(7));
    }
}

#[test]
fn functions_that_call_each_other() {
    let text = "fn @even(%0 n: int) -> (bool) {
            %1: int = const[0]  %2: bool = eq %0, %1
            %3: bool = if %2 { yield %2 } {
                %4: int = const[1]  %5: int = sub %0, %4  %6: bool = call[@odd] %5  yield %6 }
            return %3 }
        fn @odd(%0 n: int) -> (bool) {
            %1: int = const[0]  %2: bool = ne %0, %1
            %3: bool = if %2 {
                %4: int = const[1]  %5: int = sub %0, %4  %6: bool = call[@even] %5  yield %6 } { yield %2 }
            return %3 }
        fn @f(%0 n: int) -> (bool, bool) {
            %1: bool = call[@even] %0  %2: bool = call[@odd] %0  return %1, %2 }";
    for n in 0..12 {
        assert_eq!(check(text, &[Int(n)]).unwrap(), [Bool(n % 2 == 0), Bool(n % 2 == 1)]);
    }
}

#[test]
fn two_calls_of_itself() {
    let text = "fn @f(%0 n: int) -> (int) {
        %1: int = const[2]  %2: bool = lt %0, %1
        %3: int = if %2 { yield %0 } {
            %4: int = const[1]  %5: int = sub %0, %4  %6: int = call[@f] %5
            %7: int = sub %0, %1  %8: int = call[@f] %7
            %9: int = add %6, %8  yield %9 }
        return %3 }";
    for n in 0..17 {
        check(text, &[Int(n)]).unwrap();
    }
}

#[test]
fn a_small_function_that_gives_its_argument_and_the_same_twice() {
    let text = "fn @g(%0 t: tensor(float, 1), %1 n: int) -> (tensor(float, 1), tensor(float, 1), int) { return %0, %0, %1 }
        fn @f(%0 t: tensor(float, 1), %1 n: int) -> (tensor(float, 1), tensor(float, 1), int) {
            %2: int = const[0]  %3: float = const[9.0]
            %4: tensor(float, 1), %5: tensor(float, 1), %6: int = call[@g] %0, %1
            %7: tensor(float, 1) = builtin[op.index_set] %4, %3, %2
            return %7, %5, %6 }";
    let results = check(text, &[tensor(&[1.0, 2.0]), Int(4)]).unwrap();
    assert_eq!(results, [tensor(&[9.0, 2.0]), tensor(&[1.0, 2.0]), Int(4)]);
}

/// A function of two ints by random operations, branches and calls of the functions before it.
fn random_function(number: u64, stream: &mut Stream) -> String {
    let mut text = format!("fn @g{number}(%0 a: int, %1 b: int) -> (int) {{\n");
    let mut next = 2;
    for _ in 0..4 + stream.below(4) {
        let mut pick = || stream.below(next);
        let (a, b) = (pick(), pick());
        let place = format!("!0:{next}:{}", next + 1);
        text += &match stream.below(if number > 0 { 9 } else { 7 }) {
            0 => format!("%{next}: int = const[{}]\n", stream.below(9) as i64 - 3),
            1 => format!("%{next}: int = add %{a}, %{b} {place}\n"),
            2 => format!("%{next}: int = sub %{a}, %{b} {place}\n"),
            3 => format!("%{next}: int = mul %{a}, %{b} {place}\n"),
            4 => format!("%{next}: int = div_floor %{a}, %{b} {place}\n"),
            5 => format!("%{next}: int = mod %{a}, %{b} {place}\n"),
            6 => {
                // Numbers from 100 on are those of values that nothing else uses.
                let (x, y) = (100 + 2 * next, 101 + 2 * next);
                format!(
                    "%{x}: bool = lt %{a}, %{b} %{next}: int = if %{x} {{ %{y}: int = neg %{a} {place} yield %{y} }} {{ yield %{b} }}\n"
                )
            }
            _ => format!("%{next}: int = call[@g{}] %{a}, %{b}\n", stream.below(number)),
        };
        next += 1;
    }
    text + &format!("return %{} }}\n", next - 1)
}

/// A loop that calls them.
fn random_program(stream: &mut Stream) -> String {
    let functions: Vec<String> = (0..4).map(|number| random_function(number, stream)).collect();
    functions.concat()
        + "fn @f(%0 n: int, %1 a: int) -> (int) {
            %2: int = const[0]
            %3: int = for %2, %0, %1 { (%4: int, %5: int) %6: int = call[@g3] %4, %5 %7: int = call[@g2] %6, %1 yield %7 }
            return %3 }"
}

#[test]
fn random_functions_of_ints_give_and_tell_the_same() {
    let mut stream = Stream::new(15);
    let (mut n_values, mut n_faults) = (0, 0);
    for _ in 0..100 {
        let text = random_program(&mut stream);
        let large = [0, 3, -3, 1 << 31, (1 << 32) - 1, 1 << 32, -(1 << 32), i64::MIN, i64::MAX];
        let a = large[stream.below(large.len() as u64) as usize];
        match check(&text, &[Int(stream.below(6) as i64), Int(a)]) {
            Ok(_) => n_values += 1,
            Err(fault) => {
                assert!(fault.primary.is_some(), "{fault:?}");
                n_faults += 1;
            }
        }
    }
    assert!(n_values > 15 && n_faults > 15, "{n_values} values, {n_faults} faults");
}

#[test]
fn recursion_too_deep_is_the_same_fault_with_many_arguments() {
    let text = "fn @f(%0 n: int, %1 a: float, %2 b: float, %3 c: int, %4 d: int, %5 e: int, %6 g: int, %7 h: bool) -> (float) !0:3:4 {
        %8: int = const[1]  %9: int = add %0, %8
        %10: float = call[@f] %9, %2, %1, %4, %5, %6, %3, %7  %11: float = add %10, %1  return %11 }";
    let module: Module = parse(text);
    let f = module.find("f").unwrap();
    let compiled = Compiled::new(&module, &[f], 2);
    let args = [Int(0), Float(1.0), Float(2.0), Int(1), Int(2), Int(3), Int(4), Bool(true)];
    let fault = call(&compiled, f, &mut Recorder::default(), &[], &args).unwrap_err();
    assert_eq!(fault.code, Code::Q0698);
    assert_eq!(fault.primary.map(|label| label.span.start), Some(3));
}
