//! Compiled circuits as text, for a cache.
//!
//! Compilation is a function of the circuit, the device and the options, so its result can be kept. Places in the source
//! are kept as ranks among those of the source's operations: a kernel that moved within its file, or to another one, is
//! still the same kernel, and what is said of it names its new place.

use std::sync::Arc;

use qml_devices::Device;
use qml_ir::circuit::{Angle, Circuit, Op};
use qml_ir::pair_block::PairBlock;
use qml_ir::specialise::bind::{Binary, Node, Unary};
use qml_source::Span;
use serde::{Deserialize, Serialize};

use crate::{Compiled, Options, Stats};

/// What a result of [`crate::compile`] is.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    circuit: String,
    /// The ranks of the spans of all operations.
    spans: Vec<u32>,
    swaps: Vec<u32>,
    computed: Vec<StoredNode>,
    stats: Stats,
}

#[derive(Debug, Serialize, Deserialize)]
enum StoredNode {
    Unary(Unary, String),
    Binary(Binary, String, String),
    /// All angles of a block: its gates.
    Block(String),
}

/// All that the result of [`crate::compile`] depends on, but for the build of the compiler.
pub fn key(source: &Circuit, device: &Device, options: &Options) -> String {
    let spans = Spans::of(source);
    format!("{source}\n{:?}\n{device:?}\n{options:?}", spans.ranks(&mut source.clone()))
}

/// A result as text; none if it could not be read back.
pub fn write(compiled: &Compiled, source: &Circuit) -> Option<String> {
    let spans = Spans::of(source);
    let stored = Stored {
        circuit: compiled.circuit.to_string(),
        spans: spans.ranks(&mut compiled.circuit.clone())?,
        swaps: compiled.swaps.iter().map(|&span| spans.rank(span)).collect::<Option<_>>()?,
        computed: compiled.computed.iter().filter_map(store_node).collect(),
        stats: compiled.stats.clone(),
    };
    let text = serde_json::to_string(&stored).ok()?;
    (read(&text, source).as_ref() == Some(compiled)).then_some(text)
}

/// The result that [`write()`] made a text of, for a source with the same [`key`]; none if it is no such text.
pub fn read(text: &str, source: &Circuit) -> Option<Compiled> {
    let stored: Stored = serde_json::from_str(text).ok()?;
    let spans = Spans::of(source);
    let mut circuit = Circuit::parse(&stored.circuit).ok()?;
    let mut ranks = stored.spans.into_iter();
    let mut is_complete = true;
    circuit.visit_mut(|op| match ranks.next().and_then(|rank| spans.at(rank)) {
        Some(span) => op.span = span,
        None => is_complete = false,
    });
    for (cut, original) in circuit.unfinished.iter_mut().zip(&source.unfinished) {
        cut.span = original.span;
    }
    let swaps = stored.swaps.into_iter().map(|rank| spans.at(rank)).collect::<Option<_>>()?;
    let mut computed = Vec::new();
    for node in stored.computed {
        load_node(node, &mut computed)?;
    }
    is_complete.then_some(Compiled { circuit, computed, stats: stored.stats, swaps })
}

/// The places of a source, sorted.
struct Spans(Vec<Span>);

impl Spans {
    fn of(source: &Circuit) -> Self {
        // Operations that stand for no single one have no place.
        let mut spans = vec![Span::default()];
        source.visit(|op| spans.push(op.span));
        spans.sort_unstable();
        spans.dedup();
        Self(spans)
    }

    fn rank(&self, span: Span) -> Option<u32> {
        self.0.binary_search(&span).ok().map(|rank| rank as u32)
    }

    fn at(&self, rank: u32) -> Option<Span> {
        self.0.get(rank as usize).copied()
    }

    /// The ranks of all operations, in the order in which a circuit that is read back is visited.
    fn ranks(&self, circuit: &mut Circuit) -> Option<Vec<u32>> {
        let mut ranks = Vec::new();
        circuit.visit_mut(|op| ranks.push(self.rank(op.span)));
        ranks.into_iter().collect()
    }
}

/// A node; none for those of a block but the first, which stands for all of them.
fn store_node(node: &Node) -> Option<StoredNode> {
    match node {
        Node::Unary(function, x) => Some(StoredNode::Unary(*function, x.to_string())),
        Node::Binary(function, x, y) => Some(StoredNode::Binary(*function, x.to_string(), y.to_string())),
        Node::Block(block, 0) => Some(StoredNode::Block(Circuit::from_ops(block.ops().to_vec()).to_string())),
        // Calls are the source's: compilation appends none.
        Node::Block(..) | Node::Output(..) => None,
    }
}

fn load_node(node: StoredNode, computed: &mut Vec<Node>) -> Option<()> {
    match node {
        StoredNode::Unary(function, x) => computed.push(Node::Unary(function, angle(&x)?)),
        StoredNode::Binary(function, x, y) => computed.push(Node::Binary(function, angle(&x)?, angle(&y)?)),
        StoredNode::Block(gates) => {
            let block = Arc::new(PairBlock::new(Circuit::parse(&gates).ok()?.ops)?);
            computed.extend((0..block.n_angles()).map(|angle| Node::Block(Arc::clone(&block), angle)));
        }
    }
    Some(())
}

fn angle(text: &str) -> Option<Angle> {
    let circuit = Circuit::parse(&format!("rz({text}) q0")).ok()?;
    circuit.ops.first().and_then(|op: &Op| op.angles().first().cloned())
}

#[cfg(test)]
mod tests;
