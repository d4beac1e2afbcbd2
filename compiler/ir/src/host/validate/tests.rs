//! Random modules are valid; each rule is broken once.

use crate::host::Module;
use crate::host::testing::random_module;

#[test]
fn random_modules_are_valid() {
    for seed in 0..100 {
        let module = random_module(seed);
        assert_eq!(module.validate(), Ok(()), "seed {seed}\n{module}");
    }
}

/// The body of a function of `%0: float`, `%1: int`, and the rule it breaks.
fn check_broken(body: &str, rule: &str) {
    let text = format!(
        "fn @f(%0 x: float, %1 n: int) -> (float) {{\n{body}\n}}\n
         fn @g(%0 x: float) -> (float) {{ return %0 }}
         gate @u(%0 q: qubit) -> () {{ return }}"
    );
    let module = Module::parse(&text).unwrap();
    match module.validate() {
        Ok(()) => panic!("valid: {body}"),
        Err(error) => assert!(error.contains(rule), "{error}"),
    }
}

#[test]
fn each_rule_is_checked() {
    check_broken("return %2", "%2 is used where it is not defined");
    check_broken("return %1", "results");
    check_broken("%2: float = mul %0, %3  %3: float = mul %0, %0  return %2", "%3 is used where");
    check_broken(
        "%2: float = mul %0, %0  %2: float = mul %0, %0  return %2",
        "%2 is defined twice, in: %2: float = mul %0, %0",
    );
    check_broken("%2: float = mul %0, %1  return %2", "scalar operation");
    check_broken("%2: int = div %1, %1  return %0", "scalar operation");
    check_broken("%2: float = call[@g] %1  return %2", "operand 0 is int, and float is due");
    check_broken("%2: int = call[@g] %0  return %0", "result 0 is int");
    check_broken("call[@u] %0 return %0", "a call of a gate");
    check_broken("%2: register = allocate %1 return %0", "a quantum operation in a `fn`");
    check_broken("%2: program = program[@g] %0 return %0", "no kernel");
    check_broken("%2: float = if %1 { yield %0 } { yield %0 } return %2", "one bool");
    check_broken(
        "%3: bool = const[true] %2: float = if %3 { yield %0 } { yield %1 } return %2",
        "a branch yields",
    );
    check_broken("%3: bool = const[true] %2: float = if %3 { yield %0 } return %2", "2 regions");
    check_broken(
        "%3: bool = const[true] if %3 { %4: float = neg %0 yield } { yield } return %4",
        "%4 is used where it is not defined",
    );
    check_broken(
        "%2: float = for %1, %1, %0 { (%3: int) yield %0 } return %2",
        "the region takes other types",
    );
    check_broken("%2: float = for %1, %1, %0 { (%3: int, %4: float) yield } return %2", "the region yields");
    check_broken(
        "%2: float = while %0 { (%3: float) yield %3 } { (%4: float) yield %4 } return %2",
        "one bool",
    );
    check_broken("%2: tensor(float, 2) = map %1 { (%3: int) yield %0 } return %0", "not the tensor");
    check_broken("%2: float = get[1] %0 return %2", "no tuple");
    check_broken(
        "%2: float, %3: int = gradient[@g, auto, 0] %0 return %2",
        "result 1 is int, and float is due",
    );
    check_broken("tape_push %0, %0 return %0", "no tape");
}
