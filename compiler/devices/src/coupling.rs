//! The coupling map: which pairs of qubits share a two-qubit gate, and how good it is.

use std::collections::BTreeMap;

use petgraph::graphmap::UnGraphMap;

use crate::GateFacts;

/// A coupling map. Nodes are the device's qubits `0..n`.
pub type Coupling = UnGraphMap<u32, EdgeFacts>;

/// What is known of one coupled pair.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EdgeFacts {
    /// The qubit that comes first in the native gate, where the gate exists in one direction alone.
    pub first: Option<u32>,
    /// The vendor reports the two-qubit gate as out of service.
    pub broken: bool,
    /// Facts by the name of the gate.
    pub gates: BTreeMap<String, GateFacts>,
}

/// The coupling map with these pairs and no facts.
pub(crate) fn plain(n_qubits: usize, pairs: impl IntoIterator<Item = (u32, u32)>) -> Coupling {
    let mut coupling = Coupling::new();
    for qubit in 0..n_qubits as u32 {
        coupling.add_node(qubit);
    }
    for (a, b) in pairs {
        coupling.add_edge(a, b, EdgeFacts::default());
    }
    coupling
}
