//! What cannot be differentiated is refused where the chain breaks.

use qml_source::Severity;

use crate::differentiate;
use crate::host::build::gradient_of;
use crate::host::{Module, Type};

/// The body of a function of `%0: float` and `%1: program`; the code and the byte that the message points at.
fn check(body: &str, expected: &[(Severity, &str, u32)]) {
    let text = format!("fn @f(%0 x: float) -> (float) {{ {body} }}
        fn @g(%0 x: float) -> (float) {{ return %0 }}
        fn @round_trip(%0 x: float) -> (float) {{ %1: int = builtin[int] %0 !0:70:71 %2: float = to_float %1 return %2 }}
        kernel @c(%0 x: complex) -> (register) {{ %1: int = const[1] %2: register = allocate %1 return %2 }}
        kernel @k(%0 x: float) -> (register) {{ %1: int = const[1] %2: register = allocate %1 return %2 }}");
    let mut module = Module::parse(&text).unwrap();
    let f = module.find("f").unwrap();
    let mut gradient = gradient_of(&module, f, &[0], "df");
    gradient.body.ops[0].span.start = 99;
    module.functions.push(gradient);
    assert_eq!(module.function(f).results, [Type::Float]);
    module.validate().unwrap();
    let before = module.clone();
    let messages = match differentiate(&mut module) {
        Ok(warnings) => warnings,
        Err(messages) => {
            assert_eq!(module, before);
            messages
        }
    };
    let found: Vec<_> = messages
        .iter()
        .map(|message| {
            (message.severity, message.code.as_str(), message.primary.as_ref().unwrap().span.start)
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_conversion_to_int() {
    let body = "%1: int = builtin[int] %0 !0:5:6 %2: float = to_float %1 %3: float = mul %0, %2 return %3";
    check(body, &[(Severity::Error, "Q0520", 5)]);
}

#[test]
fn a_conversion_to_int_under_stop_gradient() {
    let body =
        "%4: float = builtin[stop_gradient] %0 %1: int = builtin[int] %4 !0:5:6 %2: float = to_float %1
        %3: float = mul %0, %2 return %3";
    check(body, &[]);
}

#[test]
fn a_conversion_to_int_that_nothing_depends_on() {
    check("%1: int = builtin[int] %0 !0:5:6 %3: float = mul %0, %0 return %3", &[]);
}

#[test]
fn a_conversion_inside_a_called_function() {
    let body = "%1: float = call[@round_trip] %0 !0:5:6 %3: float = mul %0, %1 return %3";
    check(body, &[(Severity::Error, "Q0520", 70)]);
}

#[test]
fn outcomes() {
    let body = "%1: program = program[@k] %0 %2: int = const[3] %3: tensor(bool, 2) = builtin[samples] %2, %1, %2 !0:5:6
        %4: float = builtin[mean] %3 %5: float = mul %4, %0 return %5";
    check(body, &[(Severity::Error, "Q0523", 5)]);
}

#[test]
fn a_complex_argument_of_a_kernel() {
    let body = "%1: complex = builtin[op.to_complex] %0 %2: program = program[@c] %1 !0:5:6
        %3: observable = builtin[Z] %7 %5: unit = const[unit] %4: float = builtin[expect] %7, %3, %2, %5 return %4";
    check(&format!("%7: int = const[0] {body}"), &[(Severity::Error, "Q0520", 5)]);
}

#[test]
fn a_gradient_inside() {
    let body = "%1: float, %2: float = gradient[@g, auto, 0] %0 !0:5:6 return %2";
    check(body, &[(Severity::Error, "Q0513", 5)]);
}

#[test]
fn a_gradient_that_is_always_zero() {
    check("%1: float = const[1.0] %2: float = mul %1, %1 return %2", &[(Severity::Warning, "Q0521", 99)]);
    let body = "%1: float = builtin[stop_gradient] %0 %2: float = mul %1, %1 return %2";
    check(body, &[(Severity::Warning, "Q0521", 99)]);
}
