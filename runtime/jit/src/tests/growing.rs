//! Comprehensions that gather scalars one after the other.

use qml_prelude::Value::{self, Int};

use super::memory::check_no_leak_of;
use super::{check, parse, tensor};

/// The elements above a level, each as many times as its index says.
fn filtered(element: &str, item: &str) -> String {
    format!(
        "fn @f(%0 x: tensor(float, 1), %1 level: float) -> (tensor({element}, 1)) {{
            %2: int = const[0]  %3: int = builtin[op.dim] %0, %2
            %4: list({element}) = builtin[list.new]
            %5: list({element}) = for %2, %3, %4 {{ (%6: int, %7: list({element}))
                %8: float = builtin[op.index] %0, %6
                %9: bool = gt %8, %1
                %10: list({element}) = for %2, %6, %7 {{ (%11: int, %12: list({element}))
                    %13: list({element}) = if %9 {{
                        %14: list({element}) = builtin[list.push] %12, {item}
                        yield %14
                    }} {{ yield %12 }}
                    yield %13
                }}
                yield %10
            }}
            %15: tensor({element}, 1) = builtin[list.stack] %5
            return %15 }}"
    )
}

#[test]
fn scalars_of_each_type_are_gathered() {
    let x: Vec<f64> = (0..40).map(|i| f64::from(i * 7 % 11)).collect();
    for (element, item) in [("float", "%8"), ("int", "%11"), ("bool", "%9")] {
        let text = filtered(element, item);
        // All, some, none: without items it is as empty as the evaluator's.
        for (level, n) in [(-1.0, 780), (4.0, 434), (99.0, 0)] {
            let args = [tensor(&x), Value::Float(level)];
            let results = check(&text, &args).unwrap();
            assert_eq!(results[0].shape(), [n], "{text}");
            check_no_leak_of(&parse(&text), &args);
        }
    }
}

#[test]
fn a_list_that_is_seen_elsewhere_is_a_value() {
    let text = "fn @f(%0 n: int) -> (tensor(int, 1), int) {
        %1: int = const[0]  %2: list(int) = builtin[list.new]
        %3: list(int), %4: int = for %1, %0, %2, %1 { (%5: int, %6: list(int), %7: int)
            %8: list(int) = builtin[list.push] %6, %5
            %9: list(int) = builtin[list.push] %6, %7
            %10: int = builtin[op.len] %9
            %11: int = add %7, %10
            yield %8, %11 }
        %12: tensor(int, 1) = builtin[list.stack] %3
        return %12, %4 }";
    let results = check(text, &[Int(5)]).unwrap();
    assert_eq!(results[1], Int(15));
}
