//! What has to happen before what, for routing.

use qml_ir::circuit::{Op, OpKind};

/// Operations with the order that wires and bits impose, as flat arrays.
#[derive(Clone, Debug)]
pub struct Graph {
    /// For each operation its two wires, if it is a gate on two.
    pub pairs: Vec<Option<[u16; 2]>>,
    /// How many operations come directly before each.
    pub n_before: Vec<u32>,
    offsets: Vec<u32>,
    after: Vec<u32>,
}

impl Graph {
    /// The graph of operations.
    pub fn new(ops: &[Op], n_wires: usize, n_bits: usize) -> Self {
        let mut latest: Vec<Option<u32>> = vec![None; n_wires + n_bits];
        let mut edges: Vec<(u32, u32)> = Vec::new();
        let mut pairs = Vec::with_capacity(ops.len());
        for (i, op) in ops.iter().enumerate() {
            let mut resources: Vec<usize> = op.wires().iter().map(|wire| wire.0 as usize).collect();
            pairs.push(match (&op.kind, resources.as_slice()) {
                (OpKind::Gate { .. }, &[a, b]) => Some([a as u16, b as u16]),
                _ => None,
            });
            push_bits(op, n_wires, &mut resources);
            for resource in resources {
                match latest[resource].replace(i as u32) {
                    Some(before) if before != i as u32 => edges.push((before, i as u32)),
                    _ => {}
                }
            }
        }
        edges.sort_unstable();
        edges.dedup();
        Self::from_edges(pairs, &edges)
    }

    /// The graph with all arrows turned round.
    pub fn reversed(&self) -> Self {
        let mut edges: Vec<(u32, u32)> =
            (0..self.pairs.len() as u32).flat_map(|i| self.after(i).iter().map(move |&j| (j, i))).collect();
        edges.sort_unstable();
        Self::from_edges(self.pairs.clone(), &edges)
    }

    /// The operations that come directly after one.
    pub fn after(&self, op: u32) -> &[u32] {
        &self.after[self.offsets[op as usize] as usize..self.offsets[op as usize + 1] as usize]
    }

    fn from_edges(pairs: Vec<Option<[u16; 2]>>, edges: &[(u32, u32)]) -> Self {
        let mut offsets = vec![0; pairs.len() + 1];
        let mut n_before = vec![0; pairs.len()];
        for &(from, to) in edges {
            offsets[from as usize + 1] += 1;
            n_before[to as usize] += 1;
        }
        for i in 1..offsets.len() {
            offsets[i] += offsets[i - 1];
        }
        Self { pairs, n_before, offsets, after: edges.iter().map(|edge| edge.1).collect() }
    }
}

/// The bits that an operation reads or writes; a read keeps its place among reads too.
fn push_bits(op: &Op, n_wires: usize, to: &mut Vec<usize>) {
    match &op.kind {
        OpKind::Measure { bit, .. } => to.push(n_wires + bit.0 as usize),
        OpKind::If { condition, then, otherwise } => {
            condition.each_bit(&mut |bit| to.push(n_wires + bit.0 as usize));
            then.iter().chain(otherwise).for_each(|op| push_bits(op, n_wires, to));
        }
        _ => {}
    }
}
