//! Observables: sums of Pauli strings, and projectors on a basis state.

use std::collections::BTreeMap;

use num_complex::Complex;

/// A Pauli letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pauli {
    /// X.
    X,
    /// Y.
    Y,
    /// Z.
    Z,
}

/// A product of Pauli letters on different qubits, sorted by qubit; empty is the identity.
pub type PauliString = Vec<(u32, Pauli)>;

/// A sum of Pauli strings and projectors with complex coefficients. Each string stands once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observable {
    /// Strings with their coefficients, in the order of the strings.
    pub terms: BTreeMap<PauliString, Complex<f64>>,
    /// Projectors on the basis state with these bits (qubit 0 first), never expanded, with their coefficients.
    pub projectors: Vec<(Vec<bool>, Complex<f64>)>,
}
