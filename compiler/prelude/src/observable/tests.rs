//! The algebra against dense matrices.

use num_complex::Complex;

use super::{Observable, Pauli};
use crate::random::Stream;
use crate::testing::{assert_near, call, failure};
use crate::{C64, Value};

type Matrix = ndarray::Array2<C64>;

/// Kronecker products of 2 by 2 matrices, qubit 0 least significant: by definition, not by bits.
fn dense(observable: &Observable, n: usize) -> Matrix {
    let (o, l, i) = (C64::ZERO, C64::ONE, C64::i());
    let letter = |p: Option<Pauli>| match p {
        None => ndarray::arr2(&[[l, o], [o, l]]),
        Some(Pauli::X) => ndarray::arr2(&[[o, l], [l, o]]),
        Some(Pauli::Y) => ndarray::arr2(&[[o, -i], [i, o]]),
        Some(Pauli::Z) => ndarray::arr2(&[[l, o], [o, -l]]),
    };
    let product = |factors: Vec<Matrix>| {
        factors.into_iter().fold(ndarray::arr2(&[[l]]), |all, factor| ndarray::linalg::kron(&factor, &all))
    };
    let mut sum = Matrix::zeros((1 << n, 1 << n));
    for (string, coefficient) in &observable.terms {
        let at = |q: usize| string.iter().find(|(p, _)| *p as usize == q).map(|(_, letter)| *letter);
        sum = sum + product((0..n).map(|q| letter(at(q))).collect()) * *coefficient;
    }
    for (bits, coefficient) in &observable.projectors {
        let factor = |q: usize| match bits.get(q) {
            None => letter(None),
            Some(false) => ndarray::arr2(&[[l, o], [o, o]]),
            Some(true) => ndarray::arr2(&[[o, o], [o, l]]),
        };
        sum = sum + product((0..n).map(factor).collect()) * *coefficient;
    }
    sum
}

fn random_observable(stream: &mut Stream, n: u32, n_terms: usize) -> Observable {
    let mut observable = Observable::default();
    for _ in 0..n_terms {
        let letters = [None, Some(Pauli::X), Some(Pauli::Y), Some(Pauli::Z)];
        let string =
            (0..n).filter_map(|q| letters[stream.below(4) as usize].map(|letter| (q, letter))).collect();
        observable.add_term(string, Complex::new(stream.normal(), stream.normal()));
    }
    observable
}

fn assert_same(a: &Matrix, b: &Matrix) {
    assert!(a.iter().zip(b).all(|(x, y)| (x - y).norm() < 1e-12), "{a} is not {b}");
}

#[test]
fn sums_and_products_are_those_of_the_matrices() {
    let mut stream = Stream::new(21);
    for _ in 0..40 {
        let (a, b) = (random_observable(&mut stream, 3, 4), random_observable(&mut stream, 3, 4));
        let (x, y) = (dense(&a, 3), dense(&b, 3));
        assert_same(&dense(&a.product(&b).unwrap(), 3), &x.dot(&y));
        let factor = C64::new(0.3, -1.2);
        let mut sum = a.clone();
        sum.add_scaled(&b, factor);
        assert_same(&dense(&sum, 3), &(&x + &(&y * factor)));
        let (a, b) = (Value::observable(a), Value::observable(b));
        let commutator = call("commutator", &[a, b]);
        assert_same(&dense(&commutator.to_observable(), 3), &(x.dot(&y) - y.dot(&x)));
    }
}

#[test]
fn products_with_projectors_are_those_of_the_matrices_or_refused() {
    let mut stream = Stream::new(22);
    let mut n_products = 0;
    for _ in 0..60 {
        let mut random = || {
            let n_bits = 1 + stream.below(3) as usize;
            let bits = (0..n_bits).map(|_| stream.below(2) == 1).collect();
            let mut observable = Observable::projector(bits).scaled(C64::new(stream.normal(), 0.0));
            if stream.below(2) == 1 {
                let qubit = stream.below(3) as u32;
                let letter = if stream.below(4) == 0 { Pauli::X } else { Pauli::Z };
                observable.add_term(vec![(qubit, letter)], C64::new(stream.normal(), 0.0));
            }
            observable
        };
        let (a, b) = (random(), random());
        if let Some(product) = a.product(&b) {
            assert_same(&dense(&product, 3), &dense(&a, 3).dot(&dense(&b, 3)));
            n_products += 1;
        }
    }
    assert!(n_products > 10, "{n_products}");
    let projector = call("projector", &[Value::vector(vec![true])]);
    assert!(failure("op.mul", &[projector, call("X", &[Value::Int(0)])]).starts_with("Q0610"));
}

#[test]
fn the_matrix_is_the_kronecker_product() {
    let mut stream = Stream::new(23);
    for _ in 0..20 {
        let mut a = random_observable(&mut stream, 3, 5);
        a.add_scaled(&Observable::projector(vec![true, false]), C64::new(stream.normal(), 0.0));
        let matrix = call("matrix", &[Value::observable(a.clone()), Value::Int(3)]).into_complexes();
        let matrix = matrix.to_owned().into_dimensionality().unwrap();
        assert_same(&matrix, &dense(&a, 3));
        // <psi|A|psi> by the fast product and by the matrix.
        let psi: Vec<C64> = (0..8).map(|_| C64::new(stream.normal(), stream.normal())).collect();
        let mut product = vec![C64::ZERO; 8];
        a.multiply_add(&psi, &mut product);
        let expected = matrix.dot(&ndarray::Array1::from_vec(psi));
        assert!(product.iter().zip(&expected).all(|(x, y)| (x - y).norm() < 1e-12));
    }
}

#[test]
fn terms_that_cancel_are_no_difference() {
    let z = Observable::term(vec![(0, Pauli::Z)], C64::ONE);
    let mut sum = z.clone();
    sum.add_scaled(&z, -C64::ONE);
    assert_eq!(sum, Observable::default());
    assert!(sum.terms.len() == 1 && sum.without_zeros().terms.is_empty());
    assert_eq!(sum.to_string(), "0.0");
    assert_eq!(z.product(&z).unwrap(), Observable::constant(C64::ONE));
    assert_eq!(z.n_qubits(), 1);
    assert!(z.is_hermitian() && !z.scaled(C64::i()).is_hermitian());
}

#[test]
fn letters_make_strings() {
    let xz = call("op.mul", &[call("X", &[Value::Int(0)]), call("Z", &[Value::Int(2)])]);
    assert_eq!(call("pauli", &[Value::text("XIZ")]), xz);
    let terms = call("terms", &[xz]);
    assert_eq!(crate::format_value(&terms), "[(1.0+0.0im, XIZ)]");
    assert_eq!(
        failure("pauli", &[Value::text("XQ")]),
        "Q0610 pauli(\"XQ\"): `Q` is none of the letters I, X, Y, Z"
    );
    assert!(failure("Z", &[Value::Int(-1)]).starts_with("Q0610"));
    // 0.5 * (1 - Z0 Z1), as in a cut.
    let zz = call("pauli", &[Value::text("ZZ")]);
    let cut = call("op.mul", &[Value::Float(0.5), call("op.sub", &[Value::Int(1), zz])]);
    assert_eq!(crate::format_value(&cut), "0.5 - 0.5*Z0*Z1");
}

fn sum_of(words: &[(f64, String)]) -> Value {
    let term = |(c, word): &(f64, String)| {
        call("op.mul", &[Value::Float(*c), call("pauli", &[Value::text(&**word)])])
    };
    call("sum", &[Value::vector(words.iter().map(term).collect::<Vec<Value>>())])
}

/// `I` everywhere but for these letters.
fn word(n: usize, letters: &[(usize, char)]) -> String {
    (0..n).map(|q| letters.iter().find(|(p, _)| *p == q).map_or('I', |(_, c)| *c)).collect()
}

#[test]
fn ground_energies_agree_with_numpy() {
    // Transverse Ising chain, 8 sites, open, field 0.7.
    let mut ising: Vec<(f64, String)> = (0..7).map(|i| (-1.0, word(8, &[(i, 'Z'), (i + 1, 'Z')]))).collect();
    ising.extend((0..8).map(|i| (-0.7, word(8, &[(i, 'X')]))));
    assert_near(
        &[call("ground_energy", &[sum_of(&ising)]).to_float()],
        &[-8.305_610_965_881_431],
        1e-12,
        "Ising",
    );
    // Heisenberg ring of 6 sites.
    let ring = |c: char| (0..6).map(move |i| (1.0, word(6, &[(i, c), ((i + 1) % 6, c)])));
    let heisenberg: Vec<(f64, String)> = "XYZ".chars().flat_map(ring).collect();
    let energy = call("ground_energy", &[sum_of(&heisenberg)]).to_float();
    assert_near(&[energy], &[-11.211_102_550_927_972], 1e-12, "Heisenberg");
}

#[test]
fn ground_energies_agree_with_all_eigenvalues() {
    let mut stream = Stream::new(24);
    for n in 1..5u32 {
        for n_terms in [1, 3, 10] {
            let mut a = random_observable(&mut stream, n, n_terms);
            a.terms.values_mut().for_each(|c| c.im = 0.0);
            a.add_scaled(&Observable::projector(vec![true]), C64::new(stream.normal(), 0.0));
            let n_qubits = a.n_qubits();
            let matrix = Value::from_owned(dense(&a, n_qubits));
            let smallest = call("eigh", &[matrix]).parts()[0].clone().into_floats()[0];
            let energy = call("ground_energy", &[Value::observable(a)]).to_float();
            assert_near(&[energy], &[smallest], 1e-11, "ground energy");
        }
    }
    assert_eq!(call("ground_energy", &[call("I", &[])]), Value::Float(1.0));
    let imaginary = call("op.mul", &[call("X", &[Value::Int(0)]), call("Y", &[Value::Int(0)])]);
    assert!(failure("ground_energy", &[imaginary]).starts_with("Q0612"));
    let far = call("X", &[Value::Int(60)]);
    assert!(failure("ground_energy", &[far]).starts_with("Q0614"));
}
