//! Eigenvalues, eigenvectors, matrices and smallest eigenvalues of observables against central differences.

use ndarray::Array2;

use super::super::vjp;
use crate::observable::Observable;
use crate::random::Stream;
use crate::testing::{assert_near, call, floats};
use crate::{C64, Value};

const STEP: f64 = 1e-5;

fn random_matrix(stream: &mut Stream, n: usize, is_complex: bool) -> Array2<C64> {
    Array2::from_shape_simple_fn((n, n), || {
        C64::new(stream.normal(), if is_complex { stream.normal() } else { 0.0 })
    })
}

fn hermitian(stream: &mut Stream, n: usize, is_complex: bool) -> Array2<C64> {
    let a = random_matrix(stream, n, is_complex);
    &a + &a.t().map(C64::conj)
}

fn value(matrix: &Array2<C64>, is_complex: bool) -> Value {
    if is_complex { Value::from_owned(matrix.clone()) } else { Value::from_owned(matrix.map(|x| x.re)) }
}

fn array(value: &Value) -> Array2<C64> {
    value.clone().into_complexes().to_owned().into_dimensionality().unwrap()
}

/// Re sum conj(a) b.
fn inner(a: &Array2<C64>, b: &Array2<C64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a.conj() * b).re).sum()
}

/// What doesn't depend on phases: `sum(w l) + sum over k of v_k^H weights_k v_k`, and its cotangents.
fn objective(result: &Value, w: &[f64], weights: &[Array2<C64>], is_complex: bool) -> (f64, Value) {
    let l = result.parts()[0].clone().into_floats();
    let v = array(&result.parts()[1]);
    let mut sum: f64 = l.iter().zip(w).map(|(l, w)| l * w).sum();
    let mut of_v = v.clone();
    for (k, weight) in weights.iter().enumerate() {
        let column = weight.dot(&v.column(k));
        sum += v.column(k).iter().zip(&column).map(|(v, c)| (v.conj() * c).re).sum::<f64>();
        of_v.column_mut(k).assign(&column.map(|c| 2.0 * c));
    }
    (sum, Value::tuple([Value::vector(w.to_vec()), value(&of_v, is_complex)]))
}

#[test]
fn eigenvalues_and_eigenvectors_agree_with_central_differences() {
    let mut stream = Stream::new(51);
    for (n, is_complex) in [(1, false), (2, false), (4, false), (2, true), (4, true)] {
        let a = hermitian(&mut stream, n, is_complex);
        let w: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let weights: Vec<_> = (0..n).map(|_| hermitian(&mut stream, n, is_complex)).collect();
        let at = |a: &Array2<C64>| call("eigh", &[value(a, is_complex)]);
        let result = at(&a);
        let (_, g) = objective(&result, &w, &weights, is_complex);
        let cotangent = vjp("eigh", &[value(&a, is_complex)], &result, &g).unwrap().unwrap();
        for _ in 0..3 {
            let direction = hermitian(&mut stream, n, is_complex);
            let near = |step: f64| {
                objective(&at(&(&a + &(&direction * C64::from(step)))), &w, &weights, is_complex).0
            };
            let slope = (near(STEP) - near(-STEP)) / (2.0 * STEP);
            assert_near(&[inner(&array(&cotangent[0]), &direction)], &[slope], 1e-6, "eigh");
        }
    }
}

#[test]
fn equal_eigenvalues_have_derivatives_where_their_vectors_do_not_matter() {
    let a = call("eye", &[Value::Int(2)]);
    let result = call("eigh", &[a.clone()]);
    let traced = Value::tuple([floats(&[2], &[1.0, 1.0]), Value::Unit]);
    assert_eq!(vjp("eigh", &[a.clone()], &result, &traced).unwrap().unwrap(), [a.clone()]);
    let one_vector = Value::tuple([Value::Unit, floats(&[2, 2], &[0.0, 1.0, 0.0, 0.0])]);
    let fault = vjp("eigh", &[a], &result, &one_vector).unwrap().unwrap_err();
    assert!(fault.message.contains("eigenvalues 0 and 1 are equal"), "{}", fault.message);
}

/// A sum of these strings, and of a projector.
fn observable(words: &[&str], coefficients: &[f64]) -> Value {
    let mut sum = Observable::default();
    for (word, &coefficient) in words.iter().zip(coefficients) {
        let string = call("pauli", &[Value::text(*word)]).to_observable();
        sum.add_scaled(&string, C64::from(coefficient));
    }
    sum.add_projector(&[true, false], C64::from(coefficients[words.len()]));
    Value::observable(sum)
}

fn coefficients(value: &Value, words: &[&str]) -> Vec<f64> {
    let sum = value.to_observable();
    let of = |word: &&str| {
        let string = call("pauli", &[Value::text(*word)]).to_observable();
        sum.terms.get(string.terms.keys().next().unwrap()).map_or(0.0, |c| c.re)
    };
    words.iter().map(of).chain(sum.projectors.iter().map(|(_, c)| c.re)).collect()
}

#[test]
fn smallest_eigenvalues_and_matrices_agree_with_central_differences() {
    let mut stream = Stream::new(52);
    for words in [&["XXI", "ZII", "IYZ", "IIX"][..], &["ZZI", "ZII", "IIZ"], &["XI", "ZZ"]] {
        let c: Vec<f64> = (0..=words.len()).map(|_| stream.normal()).collect();
        let h = observable(words, &c);
        let moved = |i: usize, step: f64| {
            let mut c = c.clone();
            c[i] += step;
            observable(words, &c)
        };
        let energy = call("ground_energy", &[h.clone()]);
        let cotangent = vjp("ground_energy", &[h.clone()], &energy, &Value::Float(1.0)).unwrap().unwrap();
        let slope =
            |f: &dyn Fn(&Value) -> f64, i: usize| (f(&moved(i, STEP)) - f(&moved(i, -STEP))) / (2.0 * STEP);
        let energy_of = |h: &Value| call("ground_energy", &[h.clone()]).to_float();
        let slopes: Vec<f64> = (0..c.len()).map(|i| slope(&energy_of, i)).collect();
        assert_near(&coefficients(&cotangent[0], words), &slopes, 1e-6, "ground_energy");

        let matrix_of = |h: &Value| call("matrix", &[h.clone(), Value::Unit]);
        let matrix = matrix_of(&h);
        let weights = random_matrix(&mut stream, matrix.shape()[0], true);
        let g = value(&weights, true);
        let cotangent = vjp("matrix", &[h, Value::Unit], &matrix, &g).unwrap().unwrap();
        let sum_of = |h: &Value| inner(&weights, &array(&matrix_of(h)));
        let slopes: Vec<f64> = (0..c.len()).map(|i| slope(&sum_of, i)).collect();
        assert_near(&coefficients(&cotangent[0], words), &slopes, 1e-6, "matrix");
    }
}

#[test]
fn a_level_crossing_has_no_derivative() {
    for (words, c) in [(&["ZI"][..], [0.0, 0.0]), (&["XI"], [0.0, 0.0]), (&["XI"], [0.0, 1.0])] {
        let h = observable(words, &c);
        let energy = call("ground_energy", &[h.clone()]);
        let fault = vjp("ground_energy", &[h], &energy, &Value::Float(1.0)).unwrap().unwrap_err();
        assert!(fault.message.contains("several states"), "{}", fault.message);
    }
    // Both ground states of the ring have the same expectation.
    let h = call("pauli", &[Value::text("ZZ")]);
    let energy = call("ground_energy", &[h.clone()]);
    assert_eq!(
        vjp("ground_energy", &[h.clone()], &energy, &Value::Float(1.0)).unwrap().unwrap(),
        [call("op.neg", &[h])]
    );
}

#[test]
fn infinite_coefficients_stay_real() {
    let h = call("op.mul", &[Value::Float(f64::INFINITY), call("Z", &[Value::Int(0)])]);
    assert_eq!(h.to_observable().to_string(), "inf*Z0");
    let product = call("op.mul", &[call("op.mul", &[h, call("X", &[Value::Int(0)])]), Value::Float(2.0)]);
    assert_eq!(product.to_observable().to_string(), "(0.0+infim)*Y0");
}
