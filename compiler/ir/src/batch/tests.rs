//! Loops before and after: what they give, what they call, and where they go wrong.

use qml_prelude::random::Stream;
use qml_prelude::{Fault, Host, ResultFunction, Value};
use qml_source::{FileId, Span};

use super::batch_calls;
use crate::differentiate;
use crate::evaluate::Evaluator;
use crate::host::build::gradient_of;
use crate::host::testing::{Cosines, random_module_with_calls};
use crate::host::{BinaryOp, Module, Op, OpKind, Region};

/// The operations of the functions, in order, as words; those of a loop stand in brackets.
fn words(module: &Module, name: &str) -> String {
    fn note(outer: &Region, into: &mut Vec<String>) {
        for op in &outer.ops {
            into.extend(word(op));
            if !op.regions.is_empty() {
                into.push("[".to_owned());
                op.regions.iter().for_each(|inner| note(inner, into));
                into.push("]".to_owned());
            }
        }
    }
    fn word(op: &Op) -> Option<String> {
        match &op.kind {
            OpKind::Builtin(id) => Some(id.row().name.to_owned()),
            OpKind::Map => Some("map".to_owned()),
            OpKind::For => Some("for".to_owned()),
            OpKind::Ahead(_) => Some("ahead".to_owned()),
            OpKind::Behind => Some("behind".to_owned()),
            OpKind::Call(_) => Some("call".to_owned()),
            OpKind::Program(_) => Some("program".to_owned()),
            _ => None,
        }
    }
    let mut found = Vec::new();
    note(&module.function(module.find(name).unwrap()).body, &mut found);
    found.join(" ")
}

const KERNEL: &str =
    "kernel @k(%0 x: float) -> (register) { %1: int = const[1] %2: register = allocate %1 return %2 }";

fn check(text: &str, expected: &str) {
    let mut module = Module::parse(&format!("{KERNEL}\n{text}")).unwrap();
    module.validate().unwrap();
    batch_calls(&mut module);
    assert_eq!(words(&module, "f"), expected, "{module}");
    let text = module.to_string();
    assert_eq!(Module::parse(&text).unwrap().to_string(), text, "it reads back");
}

fn run(module: &Module, name: &str, args: &[Value], world: &mut Cosines) -> Result<Vec<Value>, Fault> {
    Evaluator::new(module, Vec::new()).call(module.find(name).unwrap(), world, args.to_vec())
}

#[test]
fn a_comprehension_becomes_two_loops_around_one_batch() {
    let text = "fn @f(%0 n: int, %1 x: float) -> (tensor(float, 1)) {
        %2: int = const[7] %3: unit = const[unit] %4: observable = builtin[Z] %2
        %5: tensor(float, 1) = map %0 { (%6: int)
            %7: float = to_float %6 %8: float = mul %7, %1
            %9: program = program[@k] %8
            %10: float = builtin[expect] %2, %4, %9, %3
            %11: float = mul %10, %7
            yield %11 }
        return %5 }";
    check(
        text,
        "Z op.stack for [ [ ] ahead map [ program ] batch.expect behind map [ op.index op.index ] concat ]",
    );
}

#[test]
fn what_is_done_with_tensors_is_done_for_all_rounds_at_once() {
    let text = |last: &str| {
        format!(
            "fn @f(%0 n: int, %1 xs: tensor(float, 2), %2 m: tuple(tensor(float, 1))) -> (tensor(float, 1)) {{
            %3: int = const[7] %4: unit = const[unit] %5: observable = builtin[Z] %3
            %20: tensor(float, 1) = get[0] %2
            %21: int = const[0] %22: int = builtin[op.dim] %20, %21
            %23: int = const[2] %24: string = const[\"m\"] %25: int = builtin[op.shape_check] %22, %23, %21, %24
            %6: tensor(float, 1) = map %0 {{ (%7: int)
                %8: tensor(float, 1) = builtin[op.index] %1, %7
                %9: float = builtin[op.index] %8, %21
                %10: program = program[@k] %9
                %11: float = builtin[expect] %3, %5, %10, %4
                %30: tensor(float, 1) = get[0] %2
                %31: int = const[0] %32: int = builtin[op.dim] %30, %31
                %33: int = const[2] %35: int = builtin[op.shape_check] %32, %33, %31, %24
                %12: tensor(float, 1) = builtin[op.mul] %30, %11
                {last}
                yield %13 }}
            return %6 }}"
        )
    };
    let before =
        "Z op.dim op.shape_check op.stack for [ [ ] ahead map [ op.index op.index program ] batch.expect";
    check(
        &text("%13: float = builtin[sum] %12"),
        &format!("{before} rows.part rows.call rows.call behind concat ]"),
    );
    check(
        &text("%14: int = builtin[argmax] %12 %15: float = to_float %14 %13: float = neg %15"),
        &format!("{before} behind map [ op.index op.mul argmax ] concat ]"),
    );
}

#[test]
fn calls_that_differ_in_rows_stand_in_columns() {
    let text = |angle: &str, item: &str| {
        format!(
            "fn @f(%0 n: int, %1 xs: tensor(float, 1), %2 x: float) -> (tensor(float, 1)) {{
            %3: int = const[7] %4: unit = const[unit] %5: observable = builtin[Z] %3
            %6: tensor(float, 1) = map %0 {{ (%7: int)
                %8: float = builtin[op.index] %1, %7
                {angle}
                %10: program = program[@k] %9
                %11: int = builtin[op.mix] %3, %7
                %12: float = builtin[expect] %11, %5, %10, %4
                {item}
                yield %12 }}
            return %6 }}"
        )
    };
    let calls = |before: &str| {
        format!("Z op.stack for [ [ ] ahead rows.part {before} op.range rows.call batch.expect behind")
    };
    check(
        &text("%20: float = mul %2, %8 %9: float = builtin[sin] %20", ""),
        &format!("{} map [ op.index ] concat ]", calls("rows.call rows.call program")),
    );
    // What a later stage needs is kept with each call, and what works on no elements is better done one by one.
    let one_by_one = "Z op.stack for [ [ ] ahead map [ op.index";
    check(
        &text("%9: float = builtin[sin] %8", "%13: float = mul %9, %12"),
        &format!("{one_by_one} sin program op.mix ] batch.expect behind map [ op.index op.index ] concat ]"),
    );
    check(
        &text("%20: float = pow %8, %2 %9: float = builtin[sin] %20", ""),
        &format!("{one_by_one} sin program op.mix ] batch.expect behind map [ op.index ] concat ]"),
    );
}

#[test]
fn each_call_that_waits_for_another_ends_a_stage() {
    let text = "fn @f(%0 n: int, %1 x: float) -> (tensor(float, 1)) {
        %2: int = const[7] %3: unit = const[unit] %4: observable = builtin[Z] %2
        %5: tensor(float, 1) = map %0 { (%6: int)
            %7: float = to_float %6 %8: float = builtin[sin] %7
            %9: program = program[@k] %8
            %10: float = builtin[expect] %2, %4, %9, %3
            %11: float = mul %10, %8
            %12: program = program[@k] %11
            %13: float = builtin[expect] %2, %4, %12, %3
            %14: float = add %13, %8
            yield %14 }
        return %5 }";
    let stages = "map [ sin program ] batch.expect map [ op.index op.index program ] batch.expect";
    check(text, &format!("Z op.stack for [ [ ] ahead {stages} behind map [ op.index op.index ] concat ]"));
}

#[test]
fn a_branch_gives_its_call_or_none() {
    let text = "fn @f(%0 n: int, %1 x: float) -> (tensor(float, 1)) {
        %2: int = const[7] %3: unit = const[unit] %4: observable = builtin[Z] %2
        %5: tensor(float, 1) = map %0 { (%6: int)
            %7: float = to_float %6 %8: bool = lt %7, %1
            %9: float = if %8 {
                %10: program = program[@k] %7
                %11: float = builtin[expect] %2, %4, %10, %3
                %12: float = mul %11, %1
                yield %12
            } { yield %7 }
            yield %9 }
        return %5 }";
    let calls = "map [ [ program batch.none ] ] batch.expect";
    check(text, &format!("Z op.stack for [ [ ] ahead {calls} behind map [ op.index op.index [ ] ] concat ]"));
}

#[test]
fn functions_are_copied_and_nested_loops_are_one_batch() {
    let text = "fn @g(%0 x: float, %1 y: float) -> (float) {
        %2: int = const[7] %3: unit = const[unit] %4: observable = builtin[Z] %2
        %5: float = add %0, %1 %6: program = program[@k] %5
        %7: float = builtin[expect] %2, %4, %6, %3
        return %7 }
      fn @f(%0 n: int, %1 x: float) -> (tensor(float, 2)) {
        %2: tensor(float, 2) = map %0 { (%3: int)
            %4: float = to_float %3
            %5: tensor(float, 1) = map %0 { (%6: int)
                %7: float = to_float %6
                %8: float = call[@g] %4, %7
                yield %8 }
            yield %5 }
        return %2 }";
    let calls = "map [ map [ program ] ] batch.expect";
    check(
        text,
        &format!("Z op.stack for [ [ ] ahead {calls} behind map [ op.index map [ op.index ] ] concat ]"),
    );
}

#[test]
fn a_loop_is_split_where_calls_don_t_wait_for_what_it_carries() {
    let text = |angle: &str| {
        format!(
            "fn @f(%0 n: int, %1 x: float) -> (float) {{
            %2: int = const[7] %3: unit = const[unit] %4: observable = builtin[Z] %2
            %5: float = for %2, %0, %1 {{ (%6: int, %7: float)
                %8: float = to_float %6
                %9: program = program[@k] {angle}
                %10: float = builtin[expect] %2, %4, %9, %3
                %11: float = add %10, %7
                yield %11 }}
            return %5 }}"
        )
    };
    check(&text("%8"), "Z for [ [ ] ahead map [ program ] batch.expect behind for [ op.index ] ]");
    check(&text("%7"), "Z for [ program expect ]");
}

/// Random programs with calls, whose loops are split; `then` gets both forms and whether a loop was split.
fn on_random_modules(seeds: std::ops::Range<u64>, mut then: impl FnMut(&Module, &Module, &mut Stream)) {
    let mut stream = Stream::new(seeds.start);
    let mut n_split = 0;
    let (mut n_rows, mut n_columns) = (0, 0);
    let n = seeds.end - seeds.start;
    for seed in seeds {
        let module = random_module_with_calls(seed);
        let mut split = module.clone();
        batch_calls(&mut split);
        n_split += u64::from(split != module);
        n_rows += u64::from(split.to_string().contains("rows.call"));
        n_columns += u64::from(split.to_string().contains("tensor(program, 1)"));
        then(&module, &split, &mut stream);
    }
    assert!(n_split > n / 3, "only {n_split} of {n} programs have such loops");
    assert!(n_rows > n / 6, "only {n_rows} of {n} programs work on rows");
    assert!(n_columns > n / 8, "only {n_columns} of {n} programs have calls in columns");
}

fn random_args(stream: &mut Stream) -> [Value; 4] {
    let mut number = || Value::Float(stream.uniform() * 3.0 - 1.5);
    let (x, y) = (number(), number());
    let t: Vec<f64> = (0..3).map(|_| number().to_float()).collect();
    [x, y, Value::vector(t), Value::Int(stream.below(9) as i64 - 4)]
}

#[test]
fn random_programs_give_the_same_bits_and_make_the_same_calls() {
    on_random_modules(0..200, |module, split, stream| {
        let args = random_args(stream);
        let (mut before, mut after) = (Cosines::new(), Cosines::new());
        let expected = run(module, "f", &args, &mut before).unwrap();
        let found = run(split, "f", &args, &mut after).unwrap();
        assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{split}");
        before.calls.sort_by(f64::total_cmp);
        after.calls.sort_by(f64::total_cmp);
        assert_eq!(before.calls, after.calls, "{split}");
    });
}

#[test]
fn random_programs_go_wrong_in_the_same_way() {
    let mut n_faults = 0;
    on_random_modules(1000..1300, |module, _, stream| {
        let mut module = module.clone();
        // Without the gradient, which stays as it is.
        module.functions.truncate(4);
        place(&mut module);
        let mut split = module.clone();
        batch_calls(&mut split);
        let args = random_args(stream);
        let limit = stream.uniform() * 2.0 - 0.5;
        let world = || Cosines { limit, ..Cosines::new() };
        let expected = run(&module, "f", &args, &mut world());
        let found = run(&split, "f", &args, &mut world());
        assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{split}");
        n_faults += usize::from(expected.is_err());
    });
    assert!(n_faults > 80, "only {n_faults} programs go wrong");
}

/// Gives each operation a place of its own, and makes some things go wrong that depend on ints.
fn place(module: &mut Module) {
    fn walk(region: &mut Region, place: &mut usize) {
        for op in &mut region.ops {
            *place += 1;
            op.span = Span::new(FileId(0), *place, *place + 1);
            if op.kind == OpKind::Binary(BinaryOp::Mod) && (*place).is_multiple_of(7) {
                op.args[1] = op.args[0];
            }
            op.regions.iter_mut().for_each(|inner| walk(inner, place));
        }
    }
    let mut place = 0;
    module.functions.iter_mut().for_each(|function| walk(&mut function.body, &mut place));
}

#[test]
fn gradients_of_random_programs_are_the_same() {
    on_random_modules(2000..2150, |module, split, stream| {
        let (mut module, mut split) = (module.clone(), split.clone());
        differentiate(&mut module).unwrap();
        differentiate(&mut split).unwrap();
        let args = random_args(stream);
        let (mut before, mut after) = (Cosines::new(), Cosines::new());
        let expected = run(&module, "df", &args, &mut before).unwrap();
        let found = run(&split, "df", &args, &mut after).unwrap();
        assert_eq!(found[0], expected[0], "the value has the same bits");
        // Sums of cotangents may have another order.
        for (found, expected) in found[1..].iter().zip(&expected[1..]) {
            let all = |value: &Value| value.clone().into_floats().into_iter().collect::<Vec<f64>>();
            for (found, expected) in all(found).iter().zip(all(expected)) {
                assert!(
                    (found - expected).abs() <= 1e-11 * expected.abs().max(1.0),
                    "{found} {expected}\n{split}"
                );
            }
        }
        // Of a loop that is split more is known to need no cotangent.
        assert!(after.calls.len() <= before.calls.len(), "{split}");
    });
}

#[test]
fn gradients_go_through_batches_of_batches() {
    let text = "fn @f(%0 x: float) -> (float) {
        %1: int = const[3] %2: unit = const[unit] %3: observable = builtin[Z] %1
        %4: tensor(float, 2) = map %1 { (%5: int)
            %13: tensor(float, 1) = builtin[op.fill] %0, %1
            %6: tensor(float, 1) = map %1 { (%7: int)
                %8: float = to_float %7 %14: float = builtin[op.index] %13, %7 %9: float = mul %8, %14
                %10: program = program[@k] %9
                %11: float = builtin[expect] %7, %3, %10, %2
                %15: float = builtin[op.index] %13, %5 %16: float = mul %11, %15
                yield %16 }
            yield %6 }
        %12: float = builtin[sum] %4
        return %12 }";
    let mut module = Module::parse(&format!("{KERNEL}\n{text}")).unwrap();
    let gradient = gradient_of(&module, module.find("f").unwrap(), &[0], "df");
    module.functions.push(gradient);
    batch_calls(&mut module);
    differentiate(&mut module).unwrap();
    let found = run(&module, "df", &[Value::Float(0.3)], &mut Cosines::new()).unwrap();
    // 3 x (cos(0) + cos(x) + cos(2 x))
    let [value, slope] = [&found[0], &found[1]].map(Value::to_float);
    let cosines = 3.0 * (1.0 + 0.3f64.cos() + 0.6f64.cos());
    assert!((value - 0.3 * cosines).abs() < 1e-12);
    let expected = cosines - 0.9 * (0.3f64.sin() + 2.0 * 0.6f64.sin());
    assert!((slope - expected).abs() < 1e-12, "{slope}\n{module}");
}

/// A world in which the results of calls have no room together.
struct Narrow(Cosines);

impl Host for Narrow {
    /// Of `probs` the sine and the cosine.
    fn result(&mut self, function: ResultFunction, _: i64, args: &[Value]) -> Result<Value, Fault> {
        let Value::Program(program) = &args[0] else { panic!("{args:?}") };
        let x = program.args[0].to_float();
        self.0.calls.push(x);
        Ok(match (function, args) {
            (ResultFunction::Probs, _) => Value::vector(vec![x.sin(), x.cos()]),
            (ResultFunction::ProbsVjp, [_, _, g, _]) => {
                let g: Vec<f64> = g.clone().into_floats().into_iter().collect();
                let slope = g[0] * x.cos() - g[1] * x.sin();
                Value::tuple([Value::tuple([Value::Float(slope)]), Value::Unit])
            }
            other => panic!("{other:?}"),
        })
    }
    fn has_room(&mut self, _: ResultFunction, _: &[(i64, Vec<Value>)]) -> Result<bool, Fault> {
        Ok(false)
    }
}

#[test]
fn what_has_no_room_is_made_in_its_turn() {
    let text = "fn @f(%0 x: float) -> (float) {
        %1: int = const[3] %2: unit = const[unit] %3: int = const[0]
        %4: tensor(float, 2) = map %1 { (%5: int)
            %6: tensor(float, 1) = map %1 { (%7: int)
                %8: float = to_float %7 %9: float = mul %8, %0
                %10: program = program[@k] %9
                %11: tensor(float, 1) = builtin[probs] %7, %10, %2
                %12: float = builtin[op.index] %11, %3
                yield %12 }
            yield %6 }
        %13: float = builtin[sum] %4
        return %13 }";
    let mut module = Module::parse(&format!("{KERNEL}\n{text}")).unwrap();
    let gradient = gradient_of(&module, module.find("f").unwrap(), &[0], "df");
    module.functions.push(gradient);
    batch_calls(&mut module);
    differentiate(&mut module).unwrap();
    let mut world = Narrow(Cosines::new());
    let df = module.find("df").unwrap();
    let found = Evaluator::new(&module, Vec::new()).call(df, &mut world, vec![Value::Float(0.3)]).unwrap();
    let [value, slope] = [&found[0], &found[1]].map(Value::to_float);
    assert!((value - 3.0 * (0.3f64.sin() + 0.6f64.sin())).abs() < 1e-12);
    assert!((slope - 3.0 * (0.3f64.cos() + 2.0 * 0.6f64.cos())).abs() < 1e-12, "{slope}\n{module}");
    assert_eq!(world.0.calls.len(), 18, "each call once forward and once back");
}
