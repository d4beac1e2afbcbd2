//! Programs are primitives: a host stands in for them whose expectation value and derivative are known.

use qml_prelude::{Fault, Host, Program, ResultFunction, Value};

use super::{check_function, floats, forward, tensor};
use crate::host::Module;

/// The expectation value of a program is `sin(x) sum(w**2)` for its arguments `x`, `w`, times 1 or the item of the
/// observables; `fidelity` is the product of those of both programs.
#[derive(Default)]
struct Formula {
    methods: Vec<String>,
}

fn parts(program: &Value) -> (f64, Vec<f64>) {
    let Value::Program(program) = program else { panic!("{program:?} is no program") };
    let Program { args, .. } = &**program;
    (floats(&args[0])[0], floats(&args[1]))
}

fn value(program: &Value) -> f64 {
    let (x, w) = parts(program);
    x.sin() * w.iter().map(|w| w * w).sum::<f64>()
}

fn cotangent(program: &Value, factor: f64) -> Value {
    let (x, w) = parts(program);
    let square: f64 = w.iter().map(|w| w * w).sum();
    let by_w: Vec<f64> = w.iter().map(|w| factor * x.sin() * 2.0 * w).collect();
    Value::Tuple(vec![Value::Float(factor * x.cos() * square), tensor(&by_w)].into())
}

impl Host for Formula {
    fn result(&mut self, function: ResultFunction, key: i64, args: &[Value]) -> Result<Value, Fault> {
        assert_eq!(key, 7);
        Ok(match (function, args) {
            (ResultFunction::Expect, [_, program, _]) => Value::Float(value(program)),
            (ResultFunction::ExpectVjp, [_, program, Value::Unit, Value::Float(c), Value::Str(method)]) => {
                self.methods.push(method.to_string());
                Value::Tuple(vec![Value::Unit, cotangent(program, *c), Value::Unit].into())
            }
            (ResultFunction::Probs, [program, _]) => tensor(&[value(program), 1.0 - value(program)]),
            (ResultFunction::ProbsVjp, [program, Value::Unit, c, Value::Str(_)]) => {
                let c = floats(c);
                Value::Tuple(vec![cotangent(program, c[0] - c[1]), Value::Unit].into())
            }
            (ResultFunction::ProbsJvp, [program, Value::Unit, tangent, Value::Str(_)]) => {
                let Value::Tuple(slopes) = cotangent(program, 1.0) else { panic!("{program:?}") };
                let Value::Program(tangent) = tangent else { panic!("{tangent:?}") };
                let moved = slopes.iter().zip(&tangent.args);
                let moved: f64 = moved
                    .flat_map(|(slope, moved)| floats(slope).into_iter().zip(floats(moved)))
                    .map(|(slope, moved)| slope * moved)
                    .sum();
                tensor(&[moved, -moved])
            }
            (ResultFunction::Fidelity, [p, q, _]) => Value::Float(value(p) * value(q)),
            (ResultFunction::FidelityVjp, [p, q, Value::Unit, Value::Float(c), Value::Str(_)]) => {
                Value::Tuple(vec![cotangent(p, c * value(q)), cotangent(q, c * value(p)), Value::Unit].into())
            }
            other => panic!("{other:?}"),
        })
    }
}

fn check(text: &str, args: &[Value]) -> Formula {
    let kernel = "kernel @k(%0 x: float, %1 w: tensor(float, 1)) -> (register) {
        %2: int = const[1] %3: register = allocate %2 return %3 }";
    let mut host = Formula::default();
    let module = Module::parse(&format!("{kernel}\n{text}")).unwrap();
    forward::check(&module, &mut host, args);
    check_function(module, &mut host, args);
    host
}

#[test]
fn an_expectation_value() {
    let text = "fn @f(%0 x: float, %1 w: tensor(float, 1)) -> (float) {
        %2: int = const[7]  %3: unit = const[unit]  %4: int = const[0]  %5: observable = builtin[Z] %4
        %6: float = mul %0, %0
        %7: program = program[@k] %6, %1
        %8: float = builtin[expect] %2, %5, %7, %3
        %9: float = mul %8, %0
        return %9 }";
    let host = check(text, &[Value::Float(0.4), tensor(&[0.3, -0.9])]);
    assert!(!host.methods.is_empty() && host.methods.iter().all(|method| method == "auto"));
}

#[test]
fn probabilities_and_a_program_used_twice() {
    let text = "fn @f(%0 x: float, %1 w: tensor(float, 1)) -> (float) {
        %2: int = const[7]  %3: unit = const[unit]  %4: int = const[0]
        %5: program = program[@k] %0, %1
        %6: tensor(float, 1) = builtin[probs] %2, %5, %3
        %7: tensor(float, 1) = builtin[probs] %2, %5, %3
        %8: float = builtin[dot] %6, %7
        return %8 }";
    check(text, &[Value::Float(0.4), tensor(&[0.3, -0.9])]);
}

#[test]
fn the_fidelity_of_programs_in_a_map() {
    let text = "fn @f(%0 x: float, %1 w: tensor(float, 1)) -> (float) {
        %2: int = const[7]  %3: unit = const[unit]  %4: int = const[3]
        %5: program = program[@k] %0, %1
        %6: tensor(float, 1) = map %4 { (%7: int)
            %8: float = to_float %7  %9: float = mul %8, %0
            %10: program = program[@k] %9, %1
            %11: float = builtin[fidelity] %2, %5, %10, %3
            yield %11 }
        %12: float = builtin[sum] %6
        return %12 }";
    check(text, &[Value::Float(0.4), tensor(&[0.3, -0.9])]);
}

#[test]
fn programs_collected_in_a_tensor() {
    let text = "fn @f(%0 x: float, %1 w: tensor(float, 1)) -> (float) {
        %2: int = const[7]  %3: unit = const[unit]  %4: int = const[3]  %16: int = const[0]
        %17: observable = builtin[Z] %16
        %6: tensor(program, 1) = map %4 { (%7: int)
            %8: float = to_float %7  %9: float = add %8, %0
            %10: program = program[@k] %9, %1
            yield %10 }
        %11: float = const[1.0]
        %12: float = for %16, %4, %11 { (%13: int, %14: float)
            %15: program = builtin[op.index] %6, %13
            %18: float = builtin[expect] %2, %17, %15, %3
            %19: float = mul %14, %18
            %20: float = add %19, %0
            yield %20 }
        return %12 }";
    check(text, &[Value::Float(0.4), tensor(&[0.3, -0.9])]);
}
