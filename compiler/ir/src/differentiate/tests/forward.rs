//! Forward mode against backward mode, on the programs that backward mode is tested with.

use expect_test::expect;
use qml_prelude::{Fault, Host, NoWorld, ResultFunction, Value};

use super::{Modes, call, differentiated, floats, tensor};
use crate::host::build::gradient_of;
use crate::host::testing::four_values;
use crate::host::{FunctionId, Module, Type};

/// Gradients of `f` by each of its parameters that forward mode may take, by these together, and Jacobians of a tensor of
/// four of its values.
pub(super) fn check(module: &Module, host: &mut dyn Host, args: &[Value]) {
    let mut module = module.clone();
    let f = module.find("f").unwrap();
    let function = module.function(f);
    let types: Vec<Type> = function.body.params.iter().map(|&param| function.ty(param).clone()).collect();
    let is_number = |i: &usize| types[*i] == Type::Float;
    let numbers: Vec<usize> = (0..types.len()).filter(is_number).collect();
    let all: Vec<usize> = (0..types.len()).filter(|&i| is_of_floats(&types[i])).collect();
    let four = four_values(&module, f);
    module.functions.push(four);
    let four = FunctionId(module.functions.len() as u32 - 1);
    let mut asked = Vec::new();
    if !all.is_empty() {
        asked.push((four, all, "jacobian".to_owned()));
    }
    if !numbers.is_empty() {
        asked.push((f, numbers.clone(), "slopes".to_owned()));
        asked.push((four, numbers.clone(), "columns".to_owned()));
    }
    asked.extend(numbers.iter().map(|&i| (f, vec![i], format!("slope_{i}"))));
    for (function, wrt, name) in &asked {
        let gradient = gradient_of(&module, *function, wrt, name);
        module.functions.push(gradient);
    }
    let backward = differentiated(module.clone(), Modes::Backward);
    let forward = differentiated(module, Modes::Both);
    for (_, _, name) in &asked {
        let [expected, found] = [&backward, &forward].map(|module| {
            call(module, module.find(name).unwrap(), host, args).iter().flat_map(floats).collect()
        });
        assert_near(&found, &expected, &format!("{name}\n{forward}"));
    }
}

/// What the language lets a tensor be differentiated by.
fn is_of_floats(ty: &Type) -> bool {
    match ty {
        Type::Float => true,
        Type::Tensor(element, _) => is_of_floats(element),
        Type::Tuple(parts) => parts.iter().all(is_of_floats),
        _ => false,
    }
}

fn assert_near(found: &Vec<f64>, expected: &Vec<f64>, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = 1.0 + expected.iter().map(|x| x.abs()).fold(0.0, f64::max);
    for (x, y) in found.iter().zip(expected) {
        assert!((x - y).abs() <= 1e-10 * scale, "{found:?} is not {expected:?}: {what}");
    }
}

#[test]
fn a_loop_carries_tangents_and_needs_no_tape() {
    let text = "fn @f(%0 x: float, %1 n: int) -> (float) {
        %2: int = const[0]
        %3: float = for %2, %1, %0 { (%4: int, %5: float) %6: float = mul %5, %0 yield %6 }
        return %3 }";
    let mut module = Module::parse(text).unwrap();
    let gradient = gradient_of(&module, FunctionId(0), &[0], "df");
    module.functions.push(gradient);
    let module = differentiated(module, Modes::Both);
    let gradient = module.find("f.gradient").unwrap();
    expect![[r#"
        fn @f.gradient(%0 x: float, %1 n: int) -> (float, float) {
          %2: float = const[1.0]
          %3: int = const[0]
          %11: float, %12: float = for %3, %1, %0, %2 { (%4: int, %5: float, %6: float)
            %7: float = mul %5, %0
            %8: float = mul %6, %0
            %9: float = mul %5, %2
            %10: float = add %8, %9
            yield %7, %10
          }
          return %11, %12
        }
    "#]]
    .assert_eq(&module.function_text(gradient));
    let results =
        call(&module, module.find("df").unwrap(), &mut NoWorld, &[Value::Float(1.1), Value::Int(3)]);
    assert_near(&results.iter().flat_map(floats).collect(), &vec![1.1f64.powi(4), 4.0 * 1.1f64.powi(3)], "");
}

#[test]
fn a_function_that_lanes_share_is_called_once() {
    let text = "fn @g(%0 x: float, %1 y: float) -> (float, float) { %2: float = mul %0, %1 return %2, %0 }
      fn @f(%0 x: float, %1 y: float) -> (float) {
        %2: float, %3: float = call[@g] %0, %1
        %4: float, %5: float = call[@g] %2, %0
        %6: float = mul %4, %3
        return %6 }";
    let mut module = Module::parse(text).unwrap();
    let gradient = gradient_of(&module, FunctionId(1), &[0, 1], "df");
    module.functions.push(gradient);
    let text = differentiated(module, Modes::Both).to_string();
    assert_eq!(text.matches("call[@g").count(), 4, "{text}");
}

#[test]
fn a_struct_of_numbers() {
    let text = "fn @f(%0 m: tuple(float, tuple(float, float))) -> (float) {
        %1: float = get[0] %0  %2: tuple(float, float) = get[1] %0
        %3: float = get[0] %2  %4: float = get[1] %2
        %5: float = mul %1, %3  %6: float = mul %5, %4  %7: float = sub %6, %4
        return %7 }";
    let mut module = Module::parse(text).unwrap();
    let gradient = gradient_of(&module, FunctionId(0), &[0], "df");
    module.functions.push(gradient);
    let module = differentiated(module, Modes::Both);
    assert!(module.find("f.backward").is_none());
    let inner = Value::tuple([Value::Float(3.0), Value::Float(5.0)]);
    let args = [Value::tuple([Value::Float(2.0), inner])];
    let results = call(&module, module.find("df").unwrap(), &mut NoWorld, &args);
    assert_eq!(floats(&results[1]), [15.0, 10.0, 5.0]);
}

#[test]
fn a_jacobian_takes_the_smaller_side() {
    // A tensor of n values of three numbers: at n = 2 by rows, at n = 5 by columns.
    let text = "fn @f(%0 t: tensor(float, 1), %1 n: int) -> (tensor(float, 1)) {
        %2: tensor(float, 1) = map %1 { (%3: int)
            %4: float = to_float %3
            %5: tensor(float, 1) = builtin[op.mul] %0, %4
            %6: tensor(float, 1) = builtin[sin] %5
            %7: float = builtin[sum] %6
            yield %7 }
        return %2 }";
    let mut module = Module::parse(text).unwrap();
    let gradient = gradient_of(&module, FunctionId(0), &[0], "df");
    module.functions.push(gradient);
    let [both, backward] = [Modes::Both, Modes::Backward].map(|modes| differentiated(module.clone(), modes));
    let point = [0.3, -0.8, 1.1];
    for n in [0, 1, 2, 3, 5] {
        let args = [tensor(&point), Value::Int(n)];
        let [found, expected] =
            [&both, &backward].map(|module| call(module, module.find("df").unwrap(), &mut NoWorld, &args));
        assert_eq!(found[1].shape(), [n as usize, 3]);
        assert_eq!(expected[1].shape(), [n as usize, 3]);
        assert_near(&floats(&found[1]), &floats(&expected[1]), "");
        let slope = |k: usize| (k / 3) as f64 * ((k / 3) as f64 * point[k % 3]).cos();
        assert_near(&floats(&found[1]), &(0..3 * n as usize).map(slope).collect(), "");
    }
}

/// Counts what a program does outside of itself. The expectation value of a program is its first argument.
#[derive(Default)]
struct Counting {
    n_printed: usize,
    n_values: usize,
}

impl Host for Counting {
    fn print(&mut self, _: &str) -> Result<(), Fault> {
        self.n_printed += 1;
        Ok(())
    }
    fn result(&mut self, function: ResultFunction, _: i64, args: &[Value]) -> Result<Value, Fault> {
        let Value::Program(program) = &args[1] else { panic!("{args:?}") };
        Ok(match function {
            ResultFunction::Expect => {
                self.n_values += 1;
                program.args[0].clone()
            }
            ResultFunction::ExpectVjp => {
                Value::tuple([Value::Unit, Value::tuple([args[3].clone()]), Value::Unit])
            }
            other => panic!("{other:?}"),
        })
    }
}

#[test]
fn classical_code_and_programs_run_once_in_either_mode() {
    let text =
        "kernel @k(%0 x: float) -> (register) { %1: int = const[1] %2: register = allocate %1 return %2 }
      fn @g(%0 x: float) -> (float) {
        %1: int = const[7]  %2: unit = const[unit]  %3: observable = builtin[Z] %1  %4: string = const[\"g\"]
        %5: unit = builtin[print] %4
        %6: program = program[@k] %0
        %7: float = builtin[expect] %1, %3, %6, %2
        %8: float = builtin[sin] %7
        return %8 }
      fn @f(%0 x: float, %1 y: float) -> (float) {
        %2: int = const[0]  %3: int = const[5]  %4: string = const[\"f\"]
        %5: unit = builtin[print] %4
        %6: float = for %2, %3, %0 { (%7: int, %8: float)
            %9: string = const[\"round\"]
            %10: unit = builtin[print] %9
            %11: bool = lt %8, %1
            %12: float = if %11 { %13: float = call[@g] %8 yield %13 } { %14: float = mul %8, %1 yield %14 }
            %15: float = add %12, %1
            yield %15 }
        %16: tensor(float, 1) = map %3 { (%17: int)
            %18: float = to_float %17  %19: float = mul %18, %6  %20: float = call[@g] %19
            yield %20 }
        %21: float = builtin[sum] %16
        return %21 }";
    let mut module = Module::parse(text).unwrap();
    let f = module.find("f").unwrap();
    let slopes = gradient_of(&module, f, &[0, 1], "slopes");
    let four = four_values(&module, f);
    module.functions.extend([slopes, four]);
    let columns = gradient_of(&module, module.find("four").unwrap(), &[0, 1], "columns");
    module.functions.push(columns);
    let args = [Value::Float(0.4), Value::Float(0.7)];
    let count = |module: &Module, name: &str| {
        let mut host = Counting::default();
        call(module, module.find(name).unwrap(), &mut host, &args);
        (host.n_printed, host.n_values)
    };
    let once = count(&module, "f");
    assert!(once.0 > 10 && once.1 > 5, "{once:?}");
    let [both, backward] = [Modes::Both, Modes::Backward].map(|modes| differentiated(module.clone(), modes));
    assert!(both.find("f.tangent").is_some() && both.find("f.backward").is_none());
    assert!(backward.find("f.tangent").is_none());
    assert_eq!(count(&both, "slopes"), once);
    assert_eq!(count(&backward, "slopes"), once);
    // By few numbers, all of a Jacobian too.
    assert_eq!(count(&both, "columns"), once);
}
