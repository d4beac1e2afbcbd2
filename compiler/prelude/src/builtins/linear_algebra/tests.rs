//! Against NumPy 2.4, and against what defines each result.

use super::eigh;
use crate::random::Stream;
use crate::testing::{assert_near, call, failure, flat, floats, random_floats};
use crate::{C64, Value};

fn matrix() -> Value {
    floats(&[3, 3], &[4.0, 1.2, -0.5, 0.3, 3.0, 2.2, 1.0, -0.7, 5.0])
}

#[test]
fn small_systems_agree_with_numpy() {
    assert_near(&flat(&call("det", &[matrix()])), &[68.605], 1e-14, "det");
    let solution = call("solve", &[matrix(), floats(&[3], &[1.0, 2.0, 3.0])]);
    let expected = [0.257_415_640_259_456_35, 0.216_456_526_492_238_07, 0.578_820_785_657_022_1];
    assert_near(&flat(&solution), &expected, 1e-14, "solve");
    let tall = floats(&[4, 2], &[1.0, 2.0, 3.0, -1.0, 0.5, 4.0, 2.0, 2.0]);
    let fit = call("lstsq", &[tall, floats(&[4], &[1.0, 2.0, 3.0, 4.0])]);
    assert_near(&flat(&fit), &[0.943_396_226_415_094_6, 0.611_320_754_716_981_9], 1e-13, "lstsq");
    let symmetric = floats(&[3, 3], &[2.0, -1.0, 0.5, -1.0, 3.0, 0.1, 0.5, 0.1, -1.0]);
    let values = call("eigh", &[symmetric]).parts()[0].clone();
    assert_near(
        &flat(&values),
        &[-1.098_766_548_532_305_3, 1.473_743_484_743_101_7, 3.625_023_063_789_203],
        1e-14,
        "eigh",
    );
}

#[test]
fn the_inverse_times_the_matrix_is_one() {
    let mut stream = Stream::new(11);
    for n in 1..7 {
        let a = random_floats(&mut stream, &[n, n]);
        let product = call("op.matmul", &[call("inv", &[a.clone()]), a]);
        assert_near(&flat(&product), &flat(&call("eye", &[Value::Int(n as i64)])), 1e-9, "inv");
    }
    let i = Value::from_owned(ndarray::arr2(&[[C64::i(), C64::ONE], [C64::ZERO, C64::ONE]]));
    let product = call("op.matmul", &[call("inv", &[i.clone()]), i]).into_complexes();
    assert!((product[[0, 0]] - 1.0).norm() < 1e-15 && product[[0, 1]].norm() < 1e-15);
}

/// A complex matrix of normal numbers.
fn random_complexes(stream: &mut Stream, n: usize) -> Value {
    Value::from_owned(ndarray::Array2::from_shape_simple_fn((n, n), || {
        C64::new(stream.normal(), stream.normal())
    }))
}

#[test]
fn large_systems_are_solved() {
    let mut stream = Stream::new(15);
    // Beyond the sizes at which the factors are made block by block.
    for n in [33, 130] {
        let one = flat(&call("eye", &[Value::Int(n as i64)]));
        let (a, b) = (random_floats(&mut stream, &[n, n]), random_floats(&mut stream, &[n, 3]));
        let x = call("solve", &[a.clone(), b.clone()]);
        assert_near(&flat(&call("op.matmul", &[a.clone(), x])), &flat(&b), 1e-9, "solve");
        assert_near(&flat(&call("op.matmul", &[a.clone(), call("inv", &[a.clone()])])), &one, 1e-9, "inv");
        let c = random_complexes(&mut stream, n);
        let product = call("op.matmul", &[c.clone(), call("inv", &[c.clone()])]).into_complexes();
        assert!(product.iter().zip(&one).all(|(x, y)| (x - y).norm() < 1e-9), "complex inv");
        // The last row is the first one again.
        let mut rows = flat(&a);
        rows.copy_within(..n, (n - 1) * n);
        let singular = floats(&[n, n], &rows);
        assert!(failure("inv", &[singular.clone()]).starts_with("Q0611"));
        assert_eq!(call("det", &[singular]), Value::Float(0.0));
    }
}

#[test]
fn determinants_multiply() {
    let mut stream = Stream::new(16);
    for n in [1, 2, 5, 40] {
        let [a, b] = [0, 1].map(|_| random_complexes(&mut stream, n));
        let det = |x: &Value| call("det", &[x.clone()]).into_complexes().first().copied().unwrap();
        let (product, of_product) = (det(&a) * det(&b), det(&call("op.matmul", &[a, b])));
        assert!((product - of_product).norm() < 1e-10 * product.norm(), "{n}: {product} {of_product}");
    }
    let swapped = floats(&[3, 3], &[0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 2.0]);
    assert_eq!(call("det", &[swapped]), Value::Float(-2.0));
}

#[test]
fn eigenvectors_of_hermitian_matrices_rebuild_them() {
    let mut stream = Stream::new(12);
    for (n, scale) in [(1, 1.0), (2, 1.0), (5, 1e-200), (16, 1e200), (90, 1.0)] {
        let random =
            ndarray::Array2::from_shape_simple_fn((n, n), || C64::new(stream.normal(), stream.normal()));
        let a = &random + &random.t().map(C64::conj);
        let (values, vectors) = eigh(&a.map(|x| x * scale)).unwrap();
        assert!(values.is_sorted());
        let values: Vec<f64> = values.iter().map(|x| x / scale).collect();
        for vector in vectors.columns() {
            let largest = vector.iter().max_by(|x, y| x.norm().total_cmp(&y.norm())).unwrap();
            assert!(largest.re > 0.0 && largest.im.abs() < 1e-14);
        }
        let diagonal =
            ndarray::Array2::from_diag(&ndarray::Array1::from_iter(values.iter().map(|&x| C64::from(x))));
        let adjoint = vectors.t().map(C64::conj);
        let rebuilt = vectors.dot(&diagonal).dot(&adjoint);
        let unit = adjoint.dot(&vectors);
        assert!(rebuilt.iter().zip(&a).all(|(x, y)| (x - y).norm() < 1e-12 * n as f64));
        assert!(
            unit.indexed_iter()
                .all(|((i, j), x)| (x - f64::from(u8::from(i == j))).norm() < 1e-13 * n as f64)
        );
    }
}

#[test]
fn products_follow_their_definitions() {
    let (a, b) = (floats(&[2], &[1.0, 2.0]), floats(&[3], &[3.0, 4.0, 5.0]));
    assert_eq!(flat(&call("outer", &[a.clone(), b.clone()])), [3.0, 4.0, 5.0, 6.0, 8.0, 10.0]);
    assert_eq!(flat(&call("kron", &[a, b])), [3.0, 4.0, 5.0, 6.0, 8.0, 10.0]);
    let x = floats(&[2, 2], &[1.0, 2.0, 3.0, 4.0]);
    let y = floats(&[2, 2], &[0.0, 1.0, 1.0, 0.0]);
    let expected = [0., 1., 0., 2., 1., 0., 2., 0., 0., 3., 0., 4., 3., 0., 4., 0.];
    assert_eq!(flat(&call("kron", &[x.clone(), y])), expected);
    assert_eq!(call("trace", &[x]), Value::Float(5.0));
    assert_near(&flat(&call("norm", &[floats(&[2], &[3e200, 4e200])])), &[5e200], 1e-15, "norm");
}

#[test]
fn badly_scaled_matrices_are_not_singular() {
    let diagonal = |x: f64, y: f64| floats(&[2, 2], &[x, 0.0, 0.0, y]);
    assert_eq!(call("det", &[diagonal(1e-200, 1e200)]), Value::Float(1.0));
    assert_near(&flat(&call("inv", &[diagonal(1e-16, 1.0)])), &[1e16, 0.0, 0.0, 1.0], 1e-15, "inv");
    let mut stream = Stream::new(13);
    for n in 2..6 {
        let a = random_floats(&mut stream, &[n, n]);
        let column: Vec<f64> = (0..n).map(|i| 10f64.powi(70 * i as i32 - 150)).collect();
        let scaled = call("op.mul", &[floats(&[n, 1], &column), a.clone()]);
        let x = random_floats(&mut stream, &[n]);
        let b = call("op.matmul", &[scaled.clone(), x.clone()]);
        assert_near(&flat(&call("solve", &[scaled.clone(), b])), &flat(&x), 1e-11, "solve");
        let product = call("op.matmul", &[call("inv", &[scaled.clone()]), scaled]);
        assert_near(&flat(&product), &flat(&call("eye", &[Value::Int(n as i64)])), 1e-11, "inv");
    }
}

#[test]
fn singular_and_unsymmetric_matrices_are_refused() {
    let singular = floats(&[2, 2], &[1.0, 2.0, 2.0, 4.0]);
    assert!(failure("inv", &[singular.clone()]).starts_with("Q0611"));
    assert!(failure("solve", &[singular.clone(), floats(&[2], &[1.0, 1.0])]).starts_with("Q0611"));
    assert_eq!(call("det", &[singular]), Value::Float(0.0));
    assert!(failure("eigh", &[floats(&[2, 2], &[1.0, 2.0, 3.0, 4.0])]).starts_with("Q0612"));
    assert!(failure("inv", &[floats(&[1, 2], &[1.0, 2.0])]).starts_with("Q0604"));
}
