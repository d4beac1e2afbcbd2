//! Loops that end early: random programs against the same statements run here, and their gradients against central
//! differences.

use std::fmt::Write as _;

use qml_ir::circuit::testing::Random;

use crate::suite::numeric::{check_numbers, numbers};

/// More rounds than any machine gets through.
const NEVER: &str = "8000000000000000000";

enum Statement {
    /// `x = cos(i) * x + sin(a * x)`, with a number of its own.
    Mix(f64),
    /// `x = x * x / (1 + x * x) + c * a`
    Fold(f64),
    Break,
    Continue,
    Return,
    /// Where the innermost index has this remainder by this number.
    IfIndex(i64, i64, Vec<Statement>),
    /// Where `x` is above the number.
    IfAbove(f64, Vec<Statement>),
    /// A loop from 0; without an end where it is sure to be left.
    For(Option<i64>, Vec<Statement>),
}

use Statement::{Break, Continue, Fold, For, IfAbove, IfIndex, Mix, Return};

/// Statements of a block in so many loops.
fn block(random: &mut Random, depth: usize) -> Vec<Statement> {
    (0..=random.below(3)).map(|_| statement(random, depth)).collect()
}

fn statement(random: &mut Random, depth: usize) -> Statement {
    match random.below(10) {
        0 | 1 => Fold(random.unit() - 0.5),
        2 | 3 if depth < 3 => looped(random, depth),
        4 | 5 if depth > 0 => {
            let divisor = 2 + random.below(3) as i64;
            IfIndex(random.below(divisor as usize) as i64, divisor, jump(random, depth))
        }
        6 if depth > 0 => IfAbove(2.0 * random.unit() - 1.0, jump(random, depth)),
        _ => Mix(random.unit()),
    }
}

fn looped(random: &mut Random, depth: usize) -> Statement {
    let mut inner = block(random, depth + 1);
    if random.chance(0.7) {
        return For(Some(random.below(6) as i64), inner);
    }
    // First of all, so that no `continue` goes past it.
    let leave = if random.chance(0.7) { Break } else { Return };
    inner.insert(0, IfIndex(2 + random.below(3) as i64, 6, vec![Mix(0.3), leave]));
    For(None, inner)
}

/// A branch, often with a jump at its end.
fn jump(random: &mut Random, depth: usize) -> Vec<Statement> {
    let mut all = block(random, depth);
    match random.below(5) {
        0 | 1 => all.push(Break),
        2 => all.push(Continue),
        3 => all.push(Return),
        _ => {}
    }
    all
}

fn write(statements: &[Statement], depth: usize, text: &mut String) {
    let index = format!("i{depth}");
    for statement in statements {
        let (head, inner, depth) = match statement {
            Mix(c) => {
                _ = writeln!(text, "x = cos({c:?}) * x + sin(a * x + {c:?});");
                continue;
            }
            Fold(c) => {
                _ = writeln!(text, "x = x * x / (1.0 + x * x) + {c:?} * a;");
                continue;
            }
            Break => ("break;".to_owned(), None, depth),
            Continue => ("continue;".to_owned(), None, depth),
            Return => ("return x - a;".to_owned(), None, depth),
            IfIndex(rest, by, inner) => (format!("if {index} % {by} == {rest}"), Some(inner), depth),
            IfAbove(c, inner) => (format!("if x > {c:?}"), Some(inner), depth),
            For(end, inner) => {
                let end = end.map_or(NEVER.to_owned(), |end| end.to_string());
                (format!("for i{} in 0..{end}", depth + 1), Some(inner), depth + 1)
            }
        };
        *text += &head;
        if let Some(inner) = inner {
            *text += " {\n";
            write(inner, depth, text);
            *text += "}";
        }
        *text += "\n";
    }
}

enum Goes {
    On,
    Broken,
    Continued,
    Returned(f64),
}

/// What the statements do.
fn run(statements: &[Statement], a: f64, x: &mut f64, index: i64) -> Goes {
    for statement in statements {
        let goes = match statement {
            Mix(c) => {
                *x = c.cos() * *x + (a * *x + c).sin();
                Goes::On
            }
            Fold(c) => {
                *x = *x * *x / (1.0 + *x * *x) + c * a;
                Goes::On
            }
            Break => Goes::Broken,
            Continue => Goes::Continued,
            Return => Goes::Returned(*x - a),
            IfIndex(rest, by, inner) if index % by == *rest => run(inner, a, x, index),
            IfAbove(c, inner) if *x > *c => run(inner, a, x, index),
            IfIndex(..) | IfAbove(..) => Goes::On,
            For(end, inner) => run_for(end.unwrap_or(i64::MAX), inner, a, x),
        };
        if !matches!(goes, Goes::On) {
            return goes;
        }
    }
    Goes::On
}

fn run_for(end: i64, inner: &[Statement], a: f64, x: &mut f64) -> Goes {
    for index in 0..end {
        match run(inner, a, x, index) {
            Goes::On | Goes::Continued => {}
            Goes::Broken => break,
            Goes::Returned(value) => return Goes::Returned(value),
        }
    }
    Goes::On
}

fn value(statements: &[Statement], a: f64, mut x: f64) -> f64 {
    match run(statements, a, &mut x, 0) {
        Goes::Returned(value) => value,
        _ => x,
    }
}

#[test]
fn random_loops_that_end_early_and_their_gradients() {
    let mut random = Random::new(41);
    let (a, x, h) = (0.83, 0.4, 1e-6);
    let (mut source, mut expected) = (String::new(), Vec::new());
    let mut main = String::new();
    for i in 0..60 {
        let statements: Vec<Statement> = (0..3).map(|_| looped(&mut random, 0)).collect();
        _ = writeln!(source, "fn f{i}(a: float, start: float) -> float {{\nvar x = start;");
        write(&statements, 0, &mut source);
        source += "return x;\n}\n";
        _ = writeln!(main, "let (v{i}, g{i}) = grad f{i}(a, start) wrt (a, start);\nprint(v{i}, g{i});");
        expected.push(value(&statements, a, x));
        expected.push((value(&statements, a + h, x) - value(&statements, a - h, x)) / (2.0 * h));
        expected.push((value(&statements, a, x + h) - value(&statements, a, x - h)) / (2.0 * h));
    }
    let source = format!("{source}fn main() {{\nlet (a, start) = ({a}, {x});\n{main}}}\n");
    let found = numbers(&source);
    assert_eq!(found.len(), expected.len());
    for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert!(
            (found - expected).abs() < 1e-7 * (1.0 + expected.abs()),
            "{i}: {found} {expected}\n{source}"
        );
    }
    let n_slopes = expected.chunks(3).filter(|one| one[1].abs() > 1e-3 && one[2].abs() > 1e-3).count();
    assert!(n_slopes > 20, "only {n_slopes} programs depend on both");
}

#[test]
fn the_rounds_that_are_left_cost_nothing() {
    let source = format!(
        "fn first(xs: int[?], y: int) -> int {{
            for i in 0..{NEVER} {{ if xs[i] == y {{ return i; }} }}
            return -1;
        }}
        fn main() {{
            var n = 0;
            for i in 3..{NEVER} {{ if i % 2 == 0 {{ continue; }} n += i; if i > 8 {{ break; }} }}
            for i in 9223372036854775806..9223372036854775807 {{ n += 1; if n < 0 {{ break; }} }}
            for i in 5..2 {{ n = 0; break; }}
            print(first([4, 7, 9], 9), n);
        }}"
    );
    check_numbers(&source, &[2.0, 25.0]);
}

/// What is drawn in a round depends on its number, whether or not the loop could end before.
#[test]
fn an_exit_that_is_never_taken_changes_no_number() {
    let of = |exit: &str| {
        numbers(&format!(
            "fn main() {{
                var total = 0.0;
                for i in 2..6 {{ total += uniform(0.0, 1.0) * i; {exit} }}
                print(total);
            }}"
        ))
    };
    assert_eq!(of(""), of("if total > 100.0 { break; }"));
}
