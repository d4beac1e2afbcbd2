//! The gate table: a gate is described in exactly one row.
//!
//! From the rows come the type checker's signatures, the simulator's fallback kernel, derivatives and shift rules, the
//! OpenQASM names, the reference page and the editors' word lists. Adding a gate is one row in [`mod@table`] plus, at
//! will, a fast kernel in the simulator. The crate must never learn what a circuit is.

mod derivative;
mod matrix;
mod table;
#[cfg(test)]
mod tests;
mod unitaries;

pub use matrix::{C64, Matrix};
pub use table::Gate;

/// What a gate does to one of its wires, told by the Pauli operator on that wire that it commutes with.
///
/// Two gates commute if on every wire that they share both have a colour and the colours are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// Commutes with X on this wire.
    X,
    /// Commutes with Y on this wire.
    Y,
    /// Commutes with Z on this wire.
    Z,
    /// Commutes with every operator on this wire (a global phase).
    Any,
    /// Nothing is known.
    None,
}

/// The gate's inverse as a gate of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Inverse {
    /// The gate undoes itself.
    Itself,
    /// Another gate, with the same wires (`s` and `sdg`).
    Gate(Gate),
    /// The same gate with all angles negated (`rx`).
    Negate,
    /// The same gate; new angle `i` is `sign * old[index]` (`u(a,b,c)` to `u(-a,-c,-b)`).
    Angles(&'static [(f64, usize)]),
    /// Another gate with these angles (`iswap`).
    Bound(Gate, &'static [f64]),
}

/// One row of the table.
#[derive(Debug)]
pub struct GateDef {
    /// The gate.
    pub gate: Gate,
    /// The name in the language and in OpenQASM 3 (`stdgates.inc` where it has the gate).
    pub name: &'static str,
    /// The name in OpenQASM 2's `qelib1.inc`, if it has the gate.
    pub qasm2: Option<&'static str>,
    /// Names of the angles, in order; radians.
    pub params: &'static [&'static str],
    /// Names of the wires, in order; controls first.
    pub wires: &'static [&'static str],
    /// The matrix for given angles: `2^n` rows, row index bit `i` belongs to wire `i` (first wire least significant).
    pub matrix: fn(&[f64]) -> Matrix,
    /// The inverse.
    pub inverse: Inverse,
    /// One entry a wire.
    pub ports: &'static [Port],
    /// The gate is `base` controlled on its first wires: how many, and the base.
    pub control: Option<(usize, Gate)>,
    /// For each angle, the positive frequencies with which expectation values depend on it, rising: those of the general
    /// parameter-shift rule (Wierichs et al., arXiv:2107.12390). For an angle with a generator `G`, as in
    /// `exp(-i angle G)`, they are the differences of the eigenvalues of `G`: `rx` has `[1.0]`, `crx` has `[0.5, 1.0]`.
    /// An angle that turns both ways (`phi` of `prx`) has those of the product. Empty: no expectation value depends on
    /// it. Controls that are added to a gate change them, see [`Gate::controlled_frequencies`].
    pub frequencies: &'static [&'static [f64]],
    /// One sentence for the reference.
    pub doc: &'static str,
}
