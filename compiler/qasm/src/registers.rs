//! The registers of an OpenQASM file: a circuit has wires and bits without names.

/// All registers, in the order of their declarations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    /// Of qubits, from wire 0 on; none in a file that names the qubits of a device (`$0`).
    pub qubits: Vec<Register>,
    /// Of bits, from bit 0 on.
    pub bits: Vec<Register>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// The name.
    pub name: String,
    /// How many there are.
    pub size: usize,
}
