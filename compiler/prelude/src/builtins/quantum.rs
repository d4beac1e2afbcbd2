//! Observables, and the functions that run programs.

use super::pending;
use super::{Builtin, Call, Effect, pure, row};

pub(super) const ROWS: &[Builtin] = &[
    quantum(
        "expect",
        &[
            "expect(obs: observable, p: program, shots?: int) -> float",
            "expect(obs: observable[m], p: program, shots?: int) -> float[m]",
        ],
        pending,
        "The expectation value of the observable in the program's result, or of each observable.",
    ),
    quantum(
        "variance",
        &["variance(obs: observable, p: program, shots?: int) -> float"],
        pending,
        "`expect(obs * obs, p) - expect(obs, p) ** 2`.",
    ),
    quantum(
        "probs",
        &["probs(p: program, shots?: int) -> float[?]"],
        pending,
        "The probability of each outcome of the register, as an integer: `2 ** n` of them.",
    ),
    quantum(
        "samples",
        &["samples(p: program, shots?: int) -> bool[?, ?]"],
        pending,
        "One row a shot: the register, then the classical bits of the result.",
    ),
    quantum(
        "counts",
        &["counts(p: program, shots?: int) -> Counts"],
        pending,
        "How often each outcome occurred, most frequent first, ties by outcome.",
    ),
    quantum(
        "run",
        &["run(p: program) -> bool[?]"],
        pending,
        "One shot: the register, measured, then the classical bits.",
    ),
    quantum(
        "state",
        &["state(p: program) -> complex[?]"],
        pending,
        "The amplitudes of the register; simulators only.",
    ),
    quantum(
        "fidelity",
        &["fidelity(p: program, q: program, shots?: int) -> float"],
        pending,
        "The squared overlap of two pure states.",
    ),
    quantum(
        "gram",
        &[
            "gram(ps: program[m], shots?: int) -> float[m, m]",
            "gram(ps: program[m], qs: program[n], shots?: int) -> float[m, n]",
        ],
        pending,
        "The fidelity of each pair.",
    ),
    row(
        Effect::Quantum,
        "ad.expect_vjp",
        &[],
        pending,
        "`(key, obs, p, shots, cotangent)`: the cotangents of the arguments.",
    ),
    row(
        Effect::Quantum,
        "ad.variance_vjp",
        &[],
        pending,
        "`(key, obs, p, shots, cotangent)`: the cotangents of the arguments.",
    ),
    row(
        Effect::Quantum,
        "ad.probs_vjp",
        &[],
        pending,
        "`(key, p, shots, cotangent)`: the cotangents of the arguments.",
    ),
    row(
        Effect::Quantum,
        "ad.fidelity_vjp",
        &[],
        pending,
        "`(key, p, q, shots, cotangent)`: the cotangents of the arguments.",
    ),
    pure("X", &["X(i: int) -> observable"], pending, "The Pauli operator X on qubit `i`."),
    pure("Y", &["Y(i: int) -> observable"], pending, "The Pauli operator Y on qubit `i`."),
    pure("Z", &["Z(i: int) -> observable"], pending, "The Pauli operator Z on qubit `i`."),
    pure("I", &["I() -> observable"], pending, "The identity."),
    pure(
        "pauli",
        &["pauli(letters: string) -> observable"],
        pending,
        "The product of these letters, leftmost on qubit 0: `pauli(\"XXIZ\")`.",
    ),
    pure(
        "projector",
        &["projector(bits: bool[n]) -> observable", "projector(bits: int[n]) -> observable"],
        pending,
        "1 on the basis state with these bits (qubit 0 first), 0 on the others; never expanded.",
    ),
    pure(
        "commutator",
        &["commutator(a: observable, b: observable) -> observable"],
        pending,
        "`a * b - b * a`.",
    ),
    pure(
        "terms",
        &["terms(h: observable) -> (complex, string)[?]"],
        pending,
        "The coefficients and Pauli strings of a sum; strings as `pauli` reads them.",
    ),
    pure(
        "matrix",
        &["matrix(h: observable, n?: int) -> complex[?, ?]"],
        pending,
        "The matrix on `n` qubits (else as many as it has), qubit 0 least significant.",
    ),
    pure(
        "ground_energy",
        &["ground_energy(h: observable) -> float"],
        pending,
        "The smallest eigenvalue, exactly.",
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
