//! Long calls give what they give, and end when they are interrupted.

use qml_source::Code;

use crate::builtins::vjp::Derivative;
use crate::random::Stream;
use crate::testing::{TestHost, random_floats};
use crate::{BuiltinId, Fault, NoWorld, Value};

fn run(host: &mut TestHost, name: &str, args: &[Value]) -> Result<Value, Fault> {
    BuiltinId::find(name).unwrap().row().run(host, &mut args.to_vec())
}

fn symmetric(n: usize) -> Value {
    let a = random_floats(&mut Stream::new(1), &[n, n]).into_floats();
    Value::from_owned(&a + &a.t())
}

/// A call of each kind that the estimate knows, long enough for a thread.
fn long_calls() -> Vec<(&'static str, Vec<Value>)> {
    let large = random_floats(&mut Stream::new(2), &[500, 500]);
    let many = random_floats(&mut Stream::new(3), &[300_000]);
    let observable = |name: &str, i: i64| run(&mut TestHost::default(), name, &[Value::Int(i)]).unwrap();
    let chain = (0..12).map(|i| observable("X", i)).chain((0..12).map(|i| observable("Z", i)));
    let sum = chain.reduce(|a, b| run(&mut TestHost::default(), "op.add", &[a, b]).unwrap()).unwrap();
    vec![
        ("op.matmul", vec![large.clone(), large.clone()]),
        ("eigh", vec![symmetric(200)]),
        ("det", vec![large.clone()]),
        ("inv", vec![large.clone()]),
        ("solve", vec![large.clone(), large]),
        ("sort", vec![many]),
        ("ground_energy", vec![sum]),
        (
            "normal",
            vec![Value::Int(7), Value::Float(0.0), Value::Float(1.0), Value::Int(600_000), Value::Unit],
        ),
    ]
}

#[test]
fn long_calls_give_the_same_values() {
    for (name, args) in long_calls() {
        let direct = (BuiltinId::find(name).unwrap().row().call)(&mut NoWorld, &mut args.clone()).unwrap();
        assert!(run(&mut TestHost::default(), name, &args).unwrap() == direct, "{name}");
    }
    // So do their faults.
    let singular = Value::from_owned(ndarray::ArrayD::<f64>::ones(vec![400, 400]));
    assert_eq!(run(&mut TestHost::default(), "inv", &[singular]).unwrap_err().code, Code::Q0611);
}

#[test]
fn long_calls_end_when_they_are_interrupted() {
    let mut host = TestHost { is_interrupted: true, ..TestHost::default() };
    let large = random_floats(&mut Stream::new(4), &[2000, 2000]);
    // Each takes many times as long as it takes to notice.
    let endless = [
        ("eigh", vec![symmetric(800)]),
        ("op.matmul", vec![large.clone(), large.clone()]),
        ("inv", vec![large]),
    ];
    for (name, args) in endless {
        assert_eq!(run(&mut host, name, &args).unwrap_err().code, Code::Q0699, "{name}");
    }
    let inverse = symmetric(700);
    let back = Derivative::of("inv").unwrap().run(&host, &[inverse.clone()], &inverse, &inverse).unwrap();
    assert_eq!(back.unwrap_err().code, Code::Q0699);
    // What takes no time is done.
    assert!(run(&mut host, "eigh", &[symmetric(3)]).is_ok());
}
