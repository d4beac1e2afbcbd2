//! What is printed reads back.

use crate::host::testing::random_module;
use crate::host::{Global, Module, ReadError, Test};
use qml_source::{FileId, Span};

fn check_reads_back(module: &Module) {
    let text = module.to_string();
    match Module::parse(&text) {
        Ok(read) => assert_eq!(read, *module, "{text}"),
        Err(error) => panic!("{error}\n{text}"),
    }
}

#[test]
fn random_modules_read_back() {
    (0..100).for_each(|seed| check_reads_back(&random_module(seed)));
}

#[test]
fn everything_a_module_has_reads_back() {
    let text = r#"
fn @"pi's init"() -> (float) {
  %0: float = const[3e-5]
  return %0
}

shots 100
kernel @main.bell(%0 θ: tensor(float, 1), %1 n: int) -> (register) !1:2:30 {
  %2: register = allocate %1
  %3: qubit = qubit_at %2, %1 !1:4:5
  gate[rx] %0, %3
  control[true, false] %3, %3 {
    gate[h] %3
    yield
  }
  power %1 {
    adjoint {
      yield
    } !0:7:8
    yield
  }
  within {
    gate[x] %3
    yield
  } {
    yield
  }
  %4: bool = measure %3
  reset %3
  return %2
}

fn @loss(%0 x: float, %1 t: tuple(float, int)) -> (float) {
  return %0
}

fn @main(%0 key: int) -> () {
  %1: string = const["a \"quoted\" line\nand \\ 100 % more"]
  %2: complex = const[complex -1.5 inf]
  %3: unit = const[unit]
  %4: tensor(float, 1) = builtin[zeros] %0
  %5: program = program[@main.bell] %4, %0
  %6: float = builtin[variance, 1] %0, %2, %5, %3
  %7: tuple(float, int) = tuple %6, %0
  %8: float = get[0] %7
  %9: float, %10: float = gradient[@loss, parameter_shift, 0] %8, %7
  %11: list(float) = builtin[list.new]
  return
}
"#;
    let mut module = Module::parse(text).unwrap();
    assert_eq!(format!("\n{module}"), text);
    module.main = module.find("main");
    let init = module.find("pi's init").unwrap();
    module.globals.push(Global { name: "pi".into(), ty: crate::host::Type::Float, init });
    let function = module.find("main").unwrap();
    module.tests.push(Test { name: "a \"b\"".into(), function, span: Span::new(FileId(1), 2, 3) });
    check_reads_back(&module);
}

#[test]
fn a_wrong_text_is_told_by_its_line() {
    let check = |text: &str, line, message: &str| {
        assert_eq!(Module::parse(text), Err(ReadError { line, message: message.into() }));
    };
    check(
        "fn @f() -> () {\n  frobnicate[2]\n  return\n}",
        2,
        "the name of an operation was expected, not `[`",
    );
    check("fn @f() -> () {\n  return", 2, "`}` was expected, not `the end`");
    check("fn @f() -> (floot) {", 1, "`(` was expected, not `)`");
    check(
        "fn @f() -> () {\n  call[@g]\n  return\n}",
        2,
        "the name of a function of this text was expected, not `g`",
    );
    check("\n\"unended", 2, "the text ends in a string");
    check("fn @f() -> () {\n %4000000000: int = const[1]", 2, "a value was expected, not `%4000000000`");
}

#[test]
fn deep_and_large_texts_are_refused() {
    let n = 100_000;
    let region = |body: &str| format!("fn @f(%0 x: bool) -> () {{\n{body}");
    let deep = [
        region(&"if %0 {\n".repeat(n)),
        format!("fn @f(%0 x: {}int{}) -> () {{ return }}", "list(".repeat(n), ")".repeat(n)),
        format!("fn @f(%0 x: {}int{}) -> () {{ return }}", "tuple(".repeat(n), ")".repeat(n)),
        format!("fn @f(%0 x: {}int", "tensor(".repeat(n)),
    ];
    for text in deep {
        let error = Module::parse(&text).unwrap_err();
        assert!(error.message.contains("nesting of at most"), "{error}");
    }
    // Each function pays for its own values alone.
    let function = |i| format!("fn @f{i}() -> () {{\n %30: int = const[1]\n return\n}}\n");
    let many = (0..5_000).map(function).collect::<Vec<_>>().concat();
    assert!(Module::parse(&many).is_ok());
    assert!(Module::parse(&many.replacen("%30", "%100000", 1)).is_err());
}
