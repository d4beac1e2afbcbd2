//! Operators against plain loops, Python, and dense matrices.

use crate::random::Stream;
use crate::testing::{assert_near, call, failure, flat, floats, ints, random_floats};
use crate::{C64, Tensor, Value};

/// Element by element with indices reduced modulo the sizes, as NumPy defines broadcasting.
fn broadcast_by_loops(a: &Value, b: &Value, f: fn(f64, f64) -> f64) -> (Vec<usize>, Vec<f64>) {
    let rank = a.shape().len().max(b.shape().len());
    let padded = |x: &Value| [vec![1; rank - x.shape().len()], x.shape().to_vec()].concat();
    let (s, t) = (padded(a), padded(b));
    let shape: Vec<usize> = s.iter().zip(&t).map(|(m, n)| *m.max(n)).collect();
    let (x, y) = (flat(a), flat(b));
    let at = |sizes: &[usize], place: &[usize]| {
        sizes.iter().zip(place).fold(0, |offset, (n, i)| offset * n + if *n == 1 { 0 } else { *i })
    };
    let n: usize = shape.iter().product();
    let elements = (0..n).map(|mut k| {
        let mut place = vec![0; rank];
        for axis in (0..rank).rev() {
            place[axis] = k % shape[axis];
            k /= shape[axis];
        }
        f(x[at(&s, &place)], y[at(&t, &place)])
    });
    let elements = elements.collect();
    (shape, elements)
}

/// The name of a row, and what it does to two numbers.
type Operator = (&'static str, fn(f64, f64) -> f64);

#[test]
fn broadcasting_agrees_with_plain_loops() {
    let mut stream = Stream::new(1);
    let operators: [Operator; 4] = [
        ("op.add", |x, y| x + y),
        ("op.sub", |x, y| x - y),
        ("op.mul", |x, y| x * y),
        ("op.div", |x, y| x / y),
    ];
    for _ in 0..60 {
        let rank = stream.below(4) as usize;
        let shape: Vec<usize> = (0..rank).map(|_| 1 + stream.below(3) as usize).collect();
        let mut thin = |shape: &[usize]| {
            let skip = stream.below(shape.len() as u64 + 1) as usize;
            shape[skip..].iter().map(|&n| if stream.below(3) == 0 { 1 } else { n }).collect::<Vec<_>>()
        };
        let (s, t) = (thin(&shape), thin(&shape));
        let (a, b) = (random_floats(&mut stream, &s), random_floats(&mut stream, &t));
        for (name, f) in operators {
            let (shape, expected) = broadcast_by_loops(&a, &b, f);
            let result = call(name, &[a.clone(), b.clone()]);
            assert_eq!(result.shape(), shape);
            assert_eq!(flat(&result), expected, "{name}");
        }
    }
}

#[test]
fn writing_in_place_never_changes_a_copy() {
    let a = floats(&[3], &[1.0, 2.0, 3.0]);
    let b = a.clone();
    call("op.add", &[a.clone(), Value::Float(1.0)]);
    call("op.neg", &[a.clone()]);
    call("op.index_set", &[a.clone(), Value::Float(9.0), Value::Int(0)]);
    assert_eq!(flat(&b), [1.0, 2.0, 3.0]);
}

#[test]
fn an_unshared_tensor_is_reused() {
    let a = floats(&[3], &[1.0, 2.0, 3.0]);
    let Value::Tensor(Tensor::Float(array)) = &a else { panic!() };
    let memory = array.as_ptr();
    let row = crate::BuiltinId::find("op.add").unwrap().row();
    let sum = (row.call)(&mut crate::testing::TestHost::default(), &mut [a, Value::Float(1.0)]).unwrap();
    let Value::Tensor(Tensor::Float(array)) = &sum else { panic!() };
    assert_eq!(array.as_ptr(), memory);
}

#[test]
fn types_widen() {
    assert_eq!(call("op.add", &[Value::Bool(true), Value::Bool(true)]), Value::Int(2));
    assert_eq!(call("op.add", &[Value::Int(1), Value::Float(0.5)]), Value::Float(1.5));
    assert_eq!(
        call("op.mul", &[Value::Complex(C64::i()), Value::Int(2)]),
        Value::Complex(C64::new(0.0, 2.0))
    );
    assert_eq!(call("op.div", &[Value::Int(1), Value::Int(4)]), Value::Float(0.25));
    assert_eq!(
        call("op.pow", &[Value::Complex(C64::i()), Value::Int(2)]),
        Value::Complex(C64::new(-1.0, 0.0))
    );
    assert_eq!(call("op.pow", &[Value::Float(2.0), Value::Int(-1)]), Value::Float(0.5));
}

#[test]
fn remainder_and_floor_follow_python() {
    let pairs = [(7, 3, 1, 2), (-7, 3, 2, -3), (7, -3, -2, -3), (-7, -3, -1, 2), (6, -3, 0, -2)];
    for (a, b, remainder, quotient) in pairs {
        let args = [Value::Int(a), Value::Int(b)];
        assert_eq!(call("op.mod", &args), Value::Int(remainder));
        assert_eq!(call("op.div_floor", &args), Value::Int(quotient));
    }
    for (a, b, remainder) in [(5.5, 3.0, 2.5), (-5.5, 3.0, 0.5), (5.5, -3.0, -0.5), (-5.5, -3.0, -2.5)] {
        assert_eq!(call("op.mod", &[Value::Float(a), Value::Float(b)]), Value::Float(remainder));
    }
    assert_eq!(call("op.mod", &[Value::Int(i64::MIN), Value::Int(-1)]), Value::Int(0));
}

#[test]
fn integers_never_wrap() {
    let (min, max) = (Value::Int(i64::MIN), Value::Int(i64::MAX));
    let one = Value::Int(1);
    assert!(
        failure("op.add", &[max.clone(), one.clone()])
            .contains("Q0601 integer overflow in `9223372036854775807 + 1`")
    );
    assert!(failure("op.sub", &[min.clone(), one.clone()]).starts_with("Q0601"));
    assert!(failure("op.mul", &[max.clone(), Value::Int(2)]).starts_with("Q0601"));
    assert!(failure("op.neg", &[min.clone()]).starts_with("Q0601"));
    assert!(failure("op.pow", &[Value::Int(10), Value::Int(19)]).starts_with("Q0601"));
    assert!(failure("op.pow", &[Value::Int(3), Value::Int(i64::MAX)]).starts_with("Q0601"));
    assert!(failure("op.div_floor", &[min.clone(), Value::Int(-1)]).starts_with("Q0601"));
    assert!(failure("op.add", &[ints(&[2], &[1, i64::MAX]), one.clone()]).starts_with("Q0601"));
    assert!(failure("op.matmul", &[ints(&[1], &[i64::MAX]), ints(&[1], &[2])]).starts_with("Q0601"));
    assert!(failure("sum", &[ints(&[2], &[i64::MAX, 1])]).starts_with("Q0601"));
    assert!(failure("op.mod", &[one.clone(), Value::Int(0)]).starts_with("Q0602"));
    assert!(failure("div", &[one.clone(), Value::Int(0)]).starts_with("Q0602"));
    assert!(failure("op.pow", &[Value::Int(2), Value::Int(-1)]).starts_with("Q0603"));
    assert_eq!(call("op.pow", &[Value::Int(-1), Value::Int(i64::MAX)]), Value::Int(-1));
}

#[test]
fn a_shape_error_names_both_shapes_and_the_axis() {
    let message = failure("op.add", &[floats(&[2, 3], &[0.0; 6]), floats(&[4], &[0.0; 4])]);
    assert_eq!(message, "Q0604 +: shapes [2, 3] and [4] don't fit, they differ on axis 1: 3 and 4");
    let message = failure("op.matmul", &[floats(&[2, 3], &[0.0; 6]), floats(&[2], &[0.0; 2])]);
    assert!(message.contains("[2, 3] and [2]") && message.contains("3 and 2"), "{message}");
}

#[test]
fn comparison_is_elementwise_and_false_for_nan() {
    let a = floats(&[4], &[1.0, 2.0, 3.0, f64::NAN]);
    let b = Value::Int(2);
    for (name, expected) in [
        ("op.lt", [true, false, false, false]),
        ("op.le", [true, true, false, false]),
        ("op.gt", [false, false, true, false]),
        ("op.ge", [false, true, true, false]),
        ("op.eq", [false, true, false, false]),
        ("op.ne", [true, false, true, true]),
    ] {
        assert_eq!(call(name, &[a.clone(), b.clone()]), Value::vector(expected.to_vec()), "{name}");
    }
    assert_eq!(call("op.eq", &[Value::text("a"), Value::text("a")]), Value::Bool(true));
    assert_eq!(call("op.lt", &[Value::text("a"), Value::text("b")]), Value::Bool(true));
    let pair = Value::tuple([Value::Int(1), Value::Float(2.0)]);
    assert_eq!(call("op.eq", &[pair.clone(), pair]), Value::Bool(true));
}

#[test]
fn tuples_add_and_scale_part_by_part() {
    let model = Value::tuple([floats(&[2], &[1.0, 2.0]), Value::Float(3.0)]);
    let doubled = call("op.mul", &[Value::Float(2.0), model.clone()]);
    assert_eq!(call("op.add", &[model.clone(), model.clone()]), doubled);
    assert_eq!(call("op.sub", &[doubled, model.clone()]), model);
    assert_eq!(call("op.neg", &[call("op.neg", &[model.clone()])]), model);
}

#[test]
fn the_matrix_product_agrees_with_plain_loops() {
    let mut stream = Stream::new(2);
    for (m, k, n) in [(1, 1, 1), (2, 3, 4), (5, 2, 1)] {
        let (a, b) = (random_floats(&mut stream, &[m, k]), random_floats(&mut stream, &[k, n]));
        let (x, y) = (flat(&a), flat(&b));
        let cell = |i: usize, j: usize| (0..k).map(|l| x[i * k + l] * y[l * n + j]).sum::<f64>();
        let expected: Vec<f64> = (0..m * n).map(|ij| cell(ij / n, ij % n)).collect();
        assert_near(&flat(&call("op.matmul", &[a, b])), &expected, 1e-14, "matmul");
    }
    let product = call("op.matmul", &[ints(&[2, 2], &[1, 2, 3, 4]), ints(&[2], &[5, 6])]);
    assert_eq!(product, ints(&[2], &[17, 39]));
}
