//! Loops whose indices are counters plus something: random ones, of which some leave their tensors.

use std::fmt::Write;

use ndarray::ArrayD;
use qml_prelude::random::Stream;
use qml_prelude::{Element, Value};

use super::memory::check_no_leak_of;
use super::{check, parse, tensor};

/// The text of a loop body, statement by statement.
struct Body {
    stream: Stream,
    text: String,
    next: usize,
    floats: Vec<String>,
    /// The changed tensor, as it is now.
    changed: String,
}

impl Body {
    fn new(seed: u64) -> Self {
        let (stream, floats) = (Stream::new(seed), vec!["%5".into()]);
        Self { stream, text: String::new(), next: 20, floats, changed: "%7".into() }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.stream.below(bound)
    }

    fn value(&mut self) -> String {
        self.next += 1;
        format!("%{}", self.next)
    }

    fn line(&mut self, ty: &str, operation: &str) -> String {
        let value = self.value();
        let place = self.next;
        writeln!(self.text, "{value}: {ty} = {operation} !0:{place}:{}", place + 1).unwrap();
        value
    }

    /// The counter, or another index, with something added.
    fn index(&mut self) -> String {
        let base = ["%6", "%6", "%6", "%4"][self.below(4) as usize];
        let shift = if self.below(3) == 0 { "%4".into() } else { self.line("int", "const[1]") };
        match self.below(5) {
            0 => self.line("int", &format!("add {base}, {shift}")),
            1 => self.line("int", &format!("sub {base}, {shift}")),
            _ => base.into(),
        }
    }

    fn float(&mut self) -> String {
        let i = self.below(self.floats.len() as u64) as usize;
        self.floats[i].clone()
    }

    fn statement(&mut self, may_branch: bool) {
        let index = self.index();
        match self.below(if may_branch { 7 } else { 6 }) {
            0 | 1 => {
                let tensor = if self.below(3) == 0 { self.changed.clone() } else { "%0".into() };
                let x = self.line("float", &format!("builtin[op.index] {tensor}, {index}"));
                self.floats.push(x);
            }
            2 => {
                let other = self.index();
                let x = self.line("float", &format!("builtin[op.index] %1, {index}, {other}"));
                self.floats.push(x);
            }
            3 => {
                let (a, b) = (self.float(), self.float());
                let operator = ["add", "sub", "mul", "div"][self.below(4) as usize];
                let x = self.line("float", &format!("{operator} {a}, {b}"));
                self.floats.push(x);
            }
            4 | 5 => {
                let (x, changed) = (self.float(), self.changed.clone());
                self.changed =
                    self.line("tensor(float, 1)", &format!("builtin[op.index_set] {changed}, {x}, {index}"));
            }
            _ => {
                let (a, b) = (self.float(), self.float());
                let condition = self.line("bool", &format!("lt {a}, {b}"));
                let before = (self.changed.clone(), self.floats.clone(), std::mem::take(&mut self.text));
                let mut branches = Vec::new();
                for _ in 0..2 {
                    (self.changed, self.floats) = (before.0.clone(), before.1.clone());
                    self.statement(false);
                    let text = std::mem::take(&mut self.text);
                    branches.push(format!("{{ {text} yield {} }}", self.changed));
                }
                (self.text, self.floats) = (before.2, before.1);
                self.changed =
                    self.line("tensor(float, 1)", &format!("if {condition} {} {}", branches[0], branches[1]));
            }
        }
    }
}

/// A loop that changes a tensor, or a comprehension.
fn program(seed: u64) -> String {
    let mut body = Body::new(seed);
    let n = 2 + body.below(6);
    let is_map = body.below(4) == 0;
    if is_map {
        body.changed = "%0".into();
    }
    for _ in 0..n {
        if is_map && body.below(2) == 0 {
            let index = body.index();
            let x = body.line("float", &format!("builtin[op.index] %0, {index}"));
            body.floats.push(x);
        } else if !is_map {
            body.statement(true);
        } else {
            let (a, b) = (body.float(), body.float());
            let x = body.line("float", &format!("mul {a}, {b}"));
            body.floats.push(x);
        }
    }
    let head = "fn @f(%0 x: tensor(float, 1), %1 y: tensor(float, 2), %2 lo: int, %3 hi: int, %4 k: int, %5 a: float)
        -> (tensor(float, 1)) {";
    let (text, changed) = (&body.text, &body.changed);
    if is_map {
        let last = body.floats.last().unwrap();
        return format!(
            "{head} %8: tensor(float, 1) = map %3 {{ (%6: int) {text} yield {last} }} return %8 }}"
        );
    }
    format!(
        "{head} %9: tensor(float, 1) = builtin[op.mul] %5, %0
        %8: tensor(float, 1) = for %2, %3, %9 {{ (%6: int, %7: tensor(float, 1)) {text} yield {changed} }} return %8 }}"
    )
}

/// What a program takes: a vector, and a matrix whose rows lie side by side, or its columns.
fn tensors(seed: u64) -> [Value; 2] {
    let x: Vec<f64> = (0..21).map(|i| (f64::from(i) * 0.3).cos()).collect();
    let y = ArrayD::from_shape_fn(vec![21, 21], |at| (at[0] as f64 - 0.4 * at[1] as f64).sin());
    let y = if seed.is_multiple_of(2) { y } else { y.reversed_axes() };
    [tensor(&x), Value::Tensor(f64::into_tensor(y.into_shared()))]
}

#[test]
fn loops_and_their_faults_are_the_same() {
    let mut stream = Stream::new(5);
    let (mut n_right, mut n_wrong) = (0, 0);
    for seed in 0..120 {
        let text = program(seed);
        let [x, y] = tensors(seed);
        for _ in 0..3 {
            let mut int = |low: i64, n: u64| Value::Int(low + stream.below(n) as i64);
            let args = [x.clone(), y.clone(), int(-1, 4), int(14, 8), int(-1, 4), Value::Float(0.7)];
            let is_right = check(&text, &args).is_ok();
            n_right += usize::from(is_right);
            n_wrong += usize::from(!is_right);
        }
        // Tensors without elements, and an index that is larger than all.
        let args = [tensor(&[]), y, Value::Int(0), Value::Int(3), Value::Int(i64::MAX), Value::Float(0.7)];
        n_wrong += usize::from(check(&text, &args).is_err());
    }
    assert!(n_right > 60 && n_wrong > 60, "{n_right} loops come to their end, {n_wrong} don't");
}

/// A `while` loop with the same bodies, whose counter goes up or down.
fn counting_program(seed: u64) -> String {
    let mut body = Body::new(seed);
    (0..=body.below(4)).for_each(|_| body.statement(true));
    let condition = ["lt %91, %3", "le %91, %3", "gt %3, %91", "ge %3, %91"][body.below(4) as usize];
    let step = if body.below(3) == 0 { body.line("int", "const[2]") } else { "%10".into() };
    let next = ["add %6, ", "add "][body.below(2) as usize];
    let next = if next == "add " { format!("add {step}, %6") } else { format!("{next}{step}") };
    let (text, changed) = (&body.text, &body.changed);
    format!(
        "fn @f(%0 x: tensor(float, 1), %1 y: tensor(float, 2), %2 lo: int, %3 hi: int, %4 k: int, %5 a: float, %10 s: int)
        -> (tensor(float, 1), int) {{
        %9: tensor(float, 1) = builtin[op.mul] %5, %0
        %96: int, %8: tensor(float, 1) = while %2, %9
            {{ (%91: int, %92: tensor(float, 1)) %93: bool = {condition} yield %93 }}
            {{ (%6: int, %7: tensor(float, 1))
            %94: float = builtin[op.index] %0, %6 !0:1:2
            {text} %95: int = {next} !0:2:3 yield %95, {changed} }}
        return %8, %96 }}"
    )
}

#[test]
fn loops_that_count_without_a_range_are_the_same() {
    let mut stream = Stream::new(6);
    let (mut n_right, mut n_wrong) = (0, 0);
    for seed in 0..120 {
        let text = counting_program(seed);
        let [x, y] = tensors(seed);
        for step in [1, 3, -1, 1 << 40, i64::MAX] {
            let mut int = |low: i64, n: u64| Value::Int(low + stream.below(n) as i64);
            let (lo, hi, k) = (int(0, 4), int(12, 8), int(-1, 3));
            let args = [x.clone(), y.clone(), lo, hi, k, Value::Float(0.7), Value::Int(step)];
            let is_right = check(&text, &args).is_ok();
            n_right += usize::from(is_right);
            n_wrong += usize::from(!is_right);
        }
        // No round at all, and ends that no counter comes to.
        for hi in [i64::MIN, -1, i64::MAX] {
            let (lo, hi) = (Value::Int(0), Value::Int(hi));
            let args = [x.clone(), y.clone(), lo, hi, Value::Int(0), Value::Float(0.7), Value::Int(1)];
            n_wrong += usize::from(check(&text, &args).is_err());
        }
    }
    assert!(n_right > 100 && n_wrong > 100, "{n_right} loops come to their end, {n_wrong} don't");
}

#[test]
fn whole_numbers_overflow_where_they_do() {
    let text = "fn @f(%0 n: int, %1 k: int, %2 lo: int) -> (tensor(int, 1), int) {
        %3: tensor(int, 1) = map %0 { (%4: int)
            %5: int = mul %4, %4
            %6: int = mul %1, %4
            %7: int = add %5, %6
            %8: int = mul %7, %7
            yield %8 }
        %9: int = const[0]
        %10: int = for %2, %0, %9 { (%11: int, %12: int)
            %13: int = add %11, %11
            %14: int = sub %12, %13
            yield %14 }
        return %3, %10 }";
    let mut n_wrong = 0;
    for n in [0, 3, 7] {
        for k in [0, -5, 1 << 29, (1 << 31) - 1, 1 << 31, 1 << 33, -(1 << 31) - 1, i64::MAX, i64::MIN] {
            for lo in [0, -3] {
                n_wrong += usize::from(check(text, &[n, k, lo].map(Value::Int)).is_err());
            }
        }
        n_wrong += usize::from(check(text, &[n, 1, i64::MIN + 1].map(Value::Int)).is_err());
    }
    assert!(n_wrong > 10, "{n_wrong}");
}

#[test]
fn rows_of_maps_stand_in_one_tensor() {
    // Rows whose length is that of a vector, a number from outside, or the counter: the last ones fit only up to one.
    let lengths = [
        "%30: int = const[0] %31: int = builtin[op.dim] %0, %30",
        "%30: int = const[0] %32: int = sub %2, %30 %31: int = builtin[maximum] %32, %30",
        "%30: int = const[0] %31: int = add %10, %30",
        "%30: int = const[0] %31: int = sub %2, %30",
    ];
    let elements = [
        ("float", "%21: float = builtin[op.index] %0, %20 !0:3:4 %22: float = mul %21, %11"),
        ("int", "%21: int = mul %20, %10 %22: int = mul %21, %2 !0:5:6"),
        ("bool", "%22: bool = lt %20, %10"),
    ];
    let x: Vec<f64> = (0..9).map(f64::from).collect();
    let (mut n_right, mut n_wrong) = (0, 0);
    for (length, (ty, element)) in lengths.iter().flat_map(|length| elements.map(|element| (length, element)))
    {
        let text = format!(
            "fn @f(%0 x: tensor(float, 1), %1 m: int, %2 n: int) -> (tensor({ty}, 2)) {{
                %40: tensor({ty}, 2) = map %1 {{ (%10: int)
                    %11: float = builtin[op.index] %0, %10 !0:1:2
                    {length}
                    %41: tensor({ty}, 1) = map %31 {{ (%20: int) {element} yield %22 }}
                    yield %41 }}
                return %40 }}"
        );
        for (m, n) in [-1, 0, 1, 3, 9, 10].into_iter().flat_map(|m| [-2, -1, 0, 1, 5, 12].map(|n| (m, n))) {
            let args = [tensor(&x), Value::Int(m), Value::Int(n)];
            if check(&text, &args).is_ok() {
                n_right += 1;
                check_no_leak_of(&parse(&text), &args);
            } else {
                n_wrong += 1;
            }
        }
    }
    assert!(n_right > 100 && n_wrong > 50, "{n_right} are right, {n_wrong} are not");
}
