//! Observables, and the functions that run programs.

use super::{Builtin, Call, Effect, pure, row};

use qml_source::Code;

use super::faults::{domain, fault, size};
use super::operators;
use crate::observable::{Observable, Pauli};
use crate::{C64, Fault, Host, ResultFunction, Value};

mod spectrum;

pub(super) use spectrum::ground_expectations;

pub(super) const ROWS: &[Builtin] = &[
    quantum(
        "expect",
        &[
            "expect(obs: observable, p: program, shots?: int) -> float",
            "expect(obs: observable[m], p: program, shots?: int) -> float[m]",
        ],
        |host, args| host.result(ResultFunction::Expect, args[0].to_int(), &args[1..]),
        "The expectation value of the observable in the program's result, or of each observable.",
    ),
    quantum(
        "variance",
        &["variance(obs: observable, p: program, shots?: int) -> float"],
        |host, args| host.result(ResultFunction::Variance, args[0].to_int(), &args[1..]),
        "`expect(obs * obs, p) - expect(obs, p) ** 2`.",
    ),
    quantum(
        "probs",
        &["probs(p: program, shots?: int) -> float[?]"],
        |host, args| host.result(ResultFunction::Probs, args[0].to_int(), &args[1..]),
        "The probability of each outcome of the register, as an integer: `2 ** n` of them.",
    ),
    quantum(
        "samples",
        &["samples(p: program, shots?: int) -> bool[?, ?]"],
        |host, args| host.result(ResultFunction::Samples, args[0].to_int(), &args[1..]),
        "One row a shot: the register, then the classical bits of the result.",
    ),
    quantum(
        "counts",
        &["counts(p: program, shots?: int) -> Counts"],
        |host, args| host.result(ResultFunction::Counts, args[0].to_int(), &args[1..]),
        "How often each outcome occurred, most frequent first, ties by outcome.",
    ),
    quantum(
        "run",
        &["run(p: program) -> bool[?]"],
        |host, args| host.result(ResultFunction::Run, args[0].to_int(), &args[1..]),
        "One shot: the register, measured, then the classical bits.",
    ),
    quantum(
        "state",
        &["state(p: program) -> complex[?]"],
        |host, args| host.result(ResultFunction::State, args[0].to_int(), &args[1..]),
        "The amplitudes of the register; simulators only.",
    ),
    quantum(
        "fidelity",
        &["fidelity(p: program, q: program, shots?: int) -> float"],
        |host, args| host.result(ResultFunction::Fidelity, args[0].to_int(), &args[1..]),
        "The squared overlap of two pure states.",
    ),
    quantum(
        "gram",
        &[
            "gram(ps: program[m], shots?: int) -> float[m, m]",
            "gram(ps: program[m], qs: program[n], shots?: int) -> float[m, n]",
        ],
        gram,
        "The fidelity of each pair.",
    ),
    row(
        Effect::Quantum,
        "ad.expect_vjp",
        &[],
        |host, args| host.result(ResultFunction::ExpectVjp, args[0].to_int(), &args[1..]),
        "`(key, obs, p, shots, cotangent, method)`: the cotangents of the arguments.",
    ),
    row(
        Effect::Quantum,
        "ad.variance_vjp",
        &[],
        |host, args| host.result(ResultFunction::VarianceVjp, args[0].to_int(), &args[1..]),
        "`(key, obs, p, shots, cotangent, method)`: the cotangents of the arguments.",
    ),
    row(
        Effect::Quantum,
        "ad.expect_coefficients_vjp",
        &[],
        |host, args| host.result(ResultFunction::ExpectCoefficientsVjp, args[0].to_int(), &args[1..]),
        "`(key, obs, p, shots, cotangent, method)`: the cotangent of the observables.",
    ),
    row(
        Effect::Quantum,
        "ad.variance_coefficients_vjp",
        &[],
        |host, args| host.result(ResultFunction::VarianceCoefficientsVjp, args[0].to_int(), &args[1..]),
        "`(key, obs, p, shots, cotangent, method)`: the cotangent of the observable.",
    ),
    row(
        Effect::Quantum,
        "ad.state_vjp",
        &[],
        |host, args| host.result(ResultFunction::StateVjp, args[0].to_int(), &args[1..]),
        "`(key, p, cotangent, method)`: the cotangents of the arguments.",
    ),
    row(
        Effect::Quantum,
        "ad.expect_jvp",
        &[],
        |host, args| host.result(ResultFunction::ExpectJvp, args[0].to_int(), &args[1..]),
        "`(key, obs, p, shots, tangent, method)`: how the values move; the tangent is that of p.",
    ),
    row(
        Effect::Quantum,
        "ad.probs_jvp",
        &[],
        |host, args| host.result(ResultFunction::ProbsJvp, args[0].to_int(), &args[1..]),
        "`(key, p, shots, tangent, method)`: how the probabilities move.",
    ),
    row(
        Effect::Quantum,
        "ad.state_jvp",
        &[],
        |host, args| host.result(ResultFunction::StateJvp, args[0].to_int(), &args[1..]),
        "`(key, p, tangent, method)`: how the amplitudes move.",
    ),
    row(
        Effect::Quantum,
        "ad.gram_vjp",
        &[],
        |host, args| gram_vjp(host, args),
        "`(key, ps, shots, cotangent, method)` or `(key, ps, qs, shots, cotangent, method)`: the cotangents of the arguments.",
    ),
    row(
        Effect::Quantum,
        "ad.probs_vjp",
        &[],
        |host, args| host.result(ResultFunction::ProbsVjp, args[0].to_int(), &args[1..]),
        "`(key, p, shots, cotangent, method)`: the cotangents of the arguments.",
    ),
    row(
        Effect::Quantum,
        "ad.fidelity_vjp",
        &[],
        |host, args| host.result(ResultFunction::FidelityVjp, args[0].to_int(), &args[1..]),
        "`(key, p, q, shots, cotangent, method)`: the cotangents of the arguments.",
    ),
    pure(
        "X",
        &["X(i: int) -> observable"],
        |_, args| letter(&args[0], Pauli::X),
        "The Pauli operator X on qubit `i`.",
    ),
    pure(
        "Y",
        &["Y(i: int) -> observable"],
        |_, args| letter(&args[0], Pauli::Y),
        "The Pauli operator Y on qubit `i`.",
    ),
    pure(
        "Z",
        &["Z(i: int) -> observable"],
        |_, args| letter(&args[0], Pauli::Z),
        "The Pauli operator Z on qubit `i`.",
    ),
    pure(
        "I",
        &["I() -> observable"],
        |_, _| Ok(Value::observable(Observable::constant(C64::ONE))),
        "The identity.",
    ),
    pure(
        "pauli",
        &["pauli(letters: string) -> observable"],
        |_, args| pauli(args[0].to_str()),
        "The product of these letters, leftmost on qubit 0: `pauli(\"XXIZ\")`.",
    ),
    pure(
        "projector",
        &["projector(bits: bool[n]) -> observable", "projector(bits: int[n]) -> observable"],
        |_, args| projector(&args[0]),
        "1 on the basis state with these bits (qubit 0 first), 0 on the others; never expanded.",
    ),
    pure(
        "commutator",
        &["commutator(a: observable, b: observable) -> observable"],
        |_, args| commutator(&args[0], &args[1]),
        "`a * b - b * a`.",
    ),
    pure(
        "terms",
        &["terms(h: observable) -> (complex, string)[?]"],
        |_, args| terms(&args[0].to_observable().without_zeros()),
        "The coefficients and Pauli strings of a sum; strings as `pauli` reads them.",
    ),
    pure(
        "matrix",
        &["matrix(h: observable, n?: int) -> complex[?, ?]"],
        |_, args| matrix(&args[0].to_observable().without_zeros(), &args[1]),
        "The matrix on `n` qubits (else as many as it has), qubit 0 least significant.",
    ),
    pure(
        "ground_energy",
        &["ground_energy(h: observable) -> float"],
        |_, args| spectrum::ground_energy(&args[0].to_observable().without_zeros()).map(Value::Float),
        "The smallest eigenvalue, exactly.",
    ),
    pure(
        "smallest_eigenvalue",
        &["smallest_eigenvalue(h: observable) -> float"],
        |_, args| spectrum::ground_energy(&args[0].to_observable().without_zeros()).map(Value::Float),
        "The same as `ground_energy`, under the name of mathematics.",
    ),
];

const fn quantum(
    name: &'static str,
    signatures: &'static [&'static str],
    call: Call,
    doc: &'static str,
) -> Builtin {
    row(Effect::Quantum, name, signatures, call, doc)
}

/// The host takes `(ps, qs, shots)`, with Unit for the `qs` of the first signature.
fn gram(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let key = args[0].to_int();
    let mut all = args[1..].to_vec();
    if all.len() == 2 {
        all.insert(1, Value::Unit);
    }
    host.result(ResultFunction::Gram, key, &all)
}

/// As [`gram`]; the cotangents are those of the arguments that were given.
fn gram_vjp(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let key = args[0].to_int();
    let mut all = args[1..].to_vec();
    let is_one_list = all.len() == 4;
    if is_one_list {
        all.insert(1, Value::Unit);
    }
    let cotangents = host.result(ResultFunction::GramVjp, key, &all)?;
    if !is_one_list {
        return Ok(cotangents);
    }
    Ok(Value::tuple([cotangents.parts()[0].clone(), Value::Unit]))
}

/// The highest qubit that an observable may act on.
const MAX_QUBIT: usize = 1 << 20;

fn letter(qubit: &Value, letter: Pauli) -> Result<Value, Fault> {
    let qubit = size("the qubit of a Pauli operator", qubit.to_int())?;
    if qubit > MAX_QUBIT {
        return Err(domain(format!("the qubit of a Pauli operator is {qubit}, the highest is {MAX_QUBIT}")));
    }
    Ok(Value::observable(Observable::term(vec![(qubit as u32, letter)], C64::ONE)))
}

fn pauli(letters: &str) -> Result<Value, Fault> {
    let mut string = Vec::new();
    for (qubit, c) in letters.chars().enumerate() {
        let letter = match c {
            'I' => continue,
            'X' => Pauli::X,
            'Y' => Pauli::Y,
            'Z' => Pauli::Z,
            _ => {
                return Err(domain(format!("pauli(\"{letters}\"): `{c}` is none of the letters I, X, Y, Z")));
            }
        };
        string.push((qubit as u32, letter));
    }
    Ok(Value::observable(Observable::term(string, C64::ONE)))
}

fn projector(bits: &Value) -> Result<Value, Fault> {
    let bit = |&bit: &i64| match bit {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(domain(format!("projector: {other} is no bit"))),
    };
    let bits: Vec<bool> = bits.clone().into_ints().iter().map(bit).collect::<Result<_, _>>()?;
    Ok(Value::observable(Observable::projector(bits)))
}

fn commutator(a: &Value, b: &Value) -> Result<Value, Fault> {
    operators::sub(operators::mul(a.clone(), b.clone())?, operators::mul(b.clone(), a.clone())?)
}

fn terms(observable: &Observable) -> Result<Value, Fault> {
    if !observable.projectors.is_empty() {
        return Err(domain("terms: a projector is not expanded into Pauli strings"));
    }
    let n = observable.n_qubits();
    let pair = |(string, coefficient): (&Vec<(u32, Pauli)>, &C64)| {
        let mut letters = vec!['I'; n];
        for &(qubit, letter) in string {
            letters[qubit as usize] = match letter {
                Pauli::X => 'X',
                Pauli::Y => 'Y',
                Pauli::Z => 'Z',
            };
        }
        Value::tuple([Value::Complex(*coefficient), Value::text(letters.into_iter().collect::<String>())])
    };
    Ok(Value::vector(observable.terms.iter().map(pair).collect::<Vec<Value>>()))
}

/// More qubits make a matrix of more than 256 MiB.
const MAX_MATRIX_QUBITS: usize = 12;

/// The matrix of an observable on so many qubits, or on as many as it has.
pub(super) fn matrix(observable: &Observable, n: &Value) -> Result<Value, Fault> {
    let needed = observable.n_qubits();
    let n = if *n == Value::Unit { needed } else { size("the number of qubits", n.to_int())? };
    if n < needed {
        return Err(domain(format!("matrix: the observable acts on {needed} qubits, not on {n}")));
    }
    if n > MAX_MATRIX_QUBITS {
        let message = format!("the matrix of an observable on {n} qubits; {MAX_MATRIX_QUBITS} are possible");
        return Err(fault(Code::Q0614, message));
    }
    let dim = 1usize << n;
    let mut columns = ndarray::Array2::<C64>::zeros((dim, dim));
    for (index, mut column) in columns.rows_mut().into_iter().enumerate() {
        let mut basis = vec![C64::ZERO; dim];
        basis[index] = C64::ONE;
        if let Some(column) = column.as_slice_mut() {
            observable.multiply_add(&basis, column);
        }
    }
    Ok(Value::from_owned(columns.reversed_axes()))
}
