//! Small programs with results known beforehand.

use qml_prelude::{Fault, Host, Value};

use super::Evaluator;
use crate::host::Module;

/// A host that only prints.
#[derive(Default)]
struct Silent {
    is_interrupted: bool,
}

impl Host for Silent {
    fn interrupted(&self) -> bool {
        self.is_interrupted
    }
}

fn run(text: &str, args: Vec<Value>) -> Result<Vec<Value>, Fault> {
    let module = Module::parse(text).unwrap();
    module.validate().unwrap();
    Evaluator::new(&module, Vec::new()).call(module.find("f").unwrap(), &mut Silent::default(), args)
}

#[test]
fn a_loop_carries_values() {
    let text = "fn @f(%0 n: int) -> (int) {
        %1: int = const[1]
        %2: int = for %1, %0, %1 { (%3: int, %4: int) %5: int = mul %3, %4 yield %5 }
        return %2
    }";
    assert_eq!(run(text, vec![Value::Int(6)]).unwrap(), [Value::Int(120)]);
    assert_eq!(run(text, vec![Value::Int(-6)]).unwrap(), [Value::Int(1)]);
}

#[test]
fn a_while_loop_stops() {
    // The steps of Collatz from 27 to 1.
    let text = "fn @f(%0 n: int) -> (int) {
        %1: int = const[0] %2: int = const[1] %3: int = const[2] %4: int = const[3]
        %5: int, %6: int = while %0, %1 { (%7: int, %8: int) %9: bool = ne %7, %2 yield %9 } {
            (%10: int, %11: int)
            %12: int = mod %10, %3
            %13: bool = eq %12, %1
            %14: int = if %13 { %15: int = div_floor %10, %3 yield %15 } {
                %16: int = mul %10, %4 %17: int = add %16, %2 yield %17
            }
            %18: int = add %11, %2
            yield %14, %18
        }
        return %6
    }";
    assert_eq!(run(text, vec![Value::Int(27)]).unwrap(), [Value::Int(111)]);
}

#[test]
fn a_map_over_nothing_keeps_type_and_rank() {
    let text = "fn @f(%0 n: int) -> (int, int) {
        %1: tensor(bool, 2) = map %0 { (%2: int)
            %3: tensor(bool, 1) = map %2 { (%4: int) %5: bool = eq %4, %0 yield %5 } yield %3 }
        %6: int = builtin[op.len] %1
        %7: tensor(int, 1) = builtin[shape] %1
        %8: int = builtin[op.len] %7
        return %6, %8
    }";
    assert_eq!(run(text, vec![Value::Int(0)]).unwrap(), [Value::Int(0), Value::Int(2)]);
}

#[test]
fn a_tape_gives_back_in_reverse() {
    let text = "fn @f(%0 n: int, %1 x: float) -> (float, int) {
        %2: tape = tape_new
        tape_push %2, %0
        tape_push %2, %1
        %3: float = tape_pop %2
        %4: int = tape_pop %2
        return %3, %4
    }";
    let results = run(text, vec![Value::Int(7), Value::Float(0.5)]).unwrap();
    assert_eq!(results, [Value::Float(0.5), Value::Int(7)]);
}

#[test]
fn faults_have_a_code_and_a_place() {
    let check = |op: &str, a: i64, b: i64, code: &str| {
        let text =
            format!("fn @f(%0 a: int, %1 b: int) -> (int) {{ %2: int = {op} %0, %1 !0:3:9 return %2 }}");
        let fault = run(&text, vec![Value::Int(a), Value::Int(b)]).unwrap_err();
        assert_eq!(fault.code.as_str(), code, "{op}");
        assert_eq!(fault.primary.unwrap().span.start, 3);
    };
    check("add", i64::MAX, 1, "Q0601");
    check("sub", i64::MIN, 1, "Q0601");
    check("mul", i64::MAX, -2, "Q0601");
    check("div_floor", i64::MIN, -1, "Q0601");
    check("div_floor", 1, 0, "Q0602");
    check("mod", 1, 0, "Q0602");
    let text = "fn @f(%0 a: int) -> (int) { %1: int = neg %0 return %1 }";
    assert_eq!(run(text, vec![Value::Int(i64::MIN)]).unwrap_err().code.as_str(), "Q0601");
}

#[test]
fn quotients_and_remainders_are_floored() {
    let text = "fn @f(%0 a: int, %1 b: int) -> (int, int) {
        %2: int = div_floor %0, %1  %3: int = mod %0, %1  return %2, %3 }";
    for (a, b) in [(7_i64, 2_i64), (-7, 2), (7, -2), (-7, -2), (6, 3), (-6, 3), (i64::MIN, 3), (5, -1)] {
        let quotient = (a as f64 / b as f64).floor() as i64;
        let results = run(text, vec![Value::Int(a), Value::Int(b)]).unwrap();
        let Value::Int(remainder) = results[1] else { unreachable!() };
        assert_eq!(i128::from(a), i128::from(b) * int(&results[0]) + i128::from(remainder));
        assert!(remainder == 0 || (remainder < 0) == (b < 0));
        if a > -100 {
            assert_eq!(results[0], Value::Int(quotient));
        }
    }
}

fn int(value: &Value) -> i128 {
    let Value::Int(i) = value else { unreachable!() };
    i128::from(*i)
}

#[test]
fn endless_recursion_is_stopped() {
    let text = "fn @f(%0 n: int) -> (int) { %1: int = call[@f] %0 return %1 }";
    assert_eq!(run(text, vec![Value::Int(0)]).unwrap_err().code.as_str(), "Q0698");
}

#[test]
fn recursion_inside_loops_and_branches_is_stopped() {
    let text = "fn @f(%0 n: int) -> (int) {
        %1: bool = const[true]  %2: int = const[1]
        %3: int = for %0, %2, %0 { (%4: int, %5: int)
            %6: int = if %1 { %7: int = call[@f] %5 yield %7 } { yield %5 } yield %6 }
        return %3 }";
    assert_eq!(run(text, vec![Value::Int(0)]).unwrap_err().code.as_str(), "Q0698");
}

#[test]
fn an_endless_loop_can_be_interrupted() {
    let text = "fn @f() -> () {
        %0: bool = const[true] while { yield %0 } { yield } return }";
    let module = Module::parse(text).unwrap();
    let mut host = Silent { is_interrupted: true };
    let fault = Evaluator::new(&module, Vec::new()).call(module.find("f").unwrap(), &mut host, Vec::new());
    assert_eq!(fault.unwrap_err().code.as_str(), "Q0699");
}

#[test]
fn globals_are_computed_in_order() {
    let text = "global a: int = @a  global b: int = @b
        fn @a(%0 key: int) -> (int) { return %0 }
        fn @b() -> (int) { %0: int = global[a] %1: int = add %0, %0 return %1 }";
    let module = Module::parse(text).unwrap();
    let mut evaluator = Evaluator::new(&module, Vec::new());
    evaluator.initialise(&mut Silent::default(), 21).unwrap();
    assert_eq!(evaluator.globals, [Value::Int(21), Value::Int(42)]);
}
