//! Splits a circuit into stretches of operations of one kind, which are rewritten as a whole.
//!
//! A stretch takes what it can get: an operation that shares no wire with those of other kinds before it happens earlier.
//! Stretches and what lies between them alternate; together, in their order, they are the circuit.

use qml_ir::circuit::{Circuit, Op, OpKind, Wire};

/// How far a stretch is followed past operations that are not part of it.
const REACH: usize = 2000;

/// Operations that may happen one right after the other, by their places in the circuit.
#[derive(Clone, Debug)]
pub struct Stretch {
    ops: Vec<u32>,
    /// Whether they are of the kind that was looked for.
    is_wanted: bool,
}

/// The stretches of a circuit, outside of branches.
pub fn stretches(circuit: &Circuit, is_wanted: impl Fn(&Op) -> bool) -> Vec<Stretch> {
    let mut rest = Rest::new(circuit, is_wanted);
    let mut stretches = Vec::new();
    while rest.start < rest.left.len() {
        for is_wanted in [false, true] {
            let ops = rest.take(is_wanted);
            if !ops.is_empty() {
                stretches.push(Stretch { ops, is_wanted });
            }
        }
    }
    stretches
}

/// The same, each wanted stretch split into parts without a common wire, which don't hinder each other.
pub fn connected_stretches(circuit: &Circuit, is_wanted: impl Fn(&Op) -> bool) -> Vec<Stretch> {
    let mut connected = Vec::new();
    for stretch in stretches(circuit, is_wanted) {
        if stretch.is_wanted {
            let parts = parts(&stretch.ops, circuit);
            connected.extend(parts.into_iter().map(|ops| Stretch { ops, is_wanted: true }));
        } else {
            connected.push(stretch);
        }
    }
    connected
}

/// The circuit with what takes the place of wanted stretches; none if they all stay.
pub fn rewrite_stretches(
    circuit: &Circuit,
    stretches: &[Stretch],
    mut rewrite: impl FnMut(&[&Op]) -> Option<Vec<Op>>,
) -> Option<Circuit> {
    let mut members = Vec::new();
    let mut new: Vec<Option<Vec<Op>>> = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        members.clear();
        members.extend(stretch.ops.iter().map(|&op| &circuit.ops[op as usize]));
        new.push(if stretch.is_wanted { rewrite(&members) } else { None });
    }
    if new.iter().all(Option::is_none) {
        return None;
    }
    let mut ops = Vec::with_capacity(circuit.ops.len());
    for (stretch, new) in stretches.iter().zip(new) {
        match new {
            Some(new) => ops.extend(new),
            None => ops.extend(stretch.ops.iter().map(|&op| circuit.ops[op as usize].clone())),
        }
    }
    Some(circuit.with_ops(ops))
}

/// The wires of operations, in their order.
pub fn wires_of(ops: &[&Op]) -> Vec<Wire> {
    let mut wires = Vec::with_capacity(2 * ops.len());
    ops.iter().for_each(|op| wires.extend_from_slice(&op.wires()));
    wires.sort_unstable();
    wires.dedup();
    wires
}

/// Operations that no stretch has taken yet.
struct Rest<'a> {
    ops: &'a [Op],
    is_wanted: Vec<bool>,
    /// Those that are left, in order: `left[start..]`.
    left: Vec<u32>,
    start: usize,
    /// How many of them are on each wire, and how many wires have any.
    on_wire: Vec<u32>,
    n_open: usize,
    /// Wires that something waits on, while a stretch is taken.
    is_blocked: Vec<bool>,
    kept: Vec<u32>,
}

impl<'a> Rest<'a> {
    fn new(circuit: &'a Circuit, is_wanted: impl Fn(&Op) -> bool) -> Self {
        let Circuit { ops, n_wires, .. } = circuit;
        let mut on_wire = vec![0; *n_wires];
        for op in ops {
            op.wires().iter().for_each(|wire| on_wire[wire.0 as usize] += 1);
        }
        Self {
            ops,
            is_wanted: ops.iter().map(is_wanted).collect(),
            left: (0..ops.len() as u32).collect(),
            start: 0,
            n_open: on_wire.iter().filter(|n| **n > 0).count(),
            on_wire,
            is_blocked: vec![false; *n_wires],
            kept: Vec::new(),
        }
    }

    /// Takes out the operations of a kind, wanted or not, that may happen before all others.
    fn take(&mut self, wanted: bool) -> Vec<u32> {
        self.is_blocked.fill(false);
        self.kept.clear();
        let mut n_blocked = 0;
        let mut taken = Vec::new();
        let mut end = self.start;
        for &i in &self.left[self.start..] {
            end += 1;
            let op = &self.ops[i as usize];
            let wires = op.wires();
            let is_free = wires.iter().all(|wire| !self.is_blocked[wire.0 as usize]);
            if is_free && self.is_wanted[i as usize] == wanted {
                for wire in &*wires {
                    let n = &mut self.on_wire[wire.0 as usize];
                    *n -= 1;
                    self.n_open -= usize::from(*n == 0);
                }
                taken.push(i);
                if n_blocked == self.n_open {
                    break;
                }
                continue;
            }
            self.kept.push(i);
            for wire in &*wires {
                n_blocked += usize::from(!std::mem::replace(&mut self.is_blocked[wire.0 as usize], true));
            }
            // Measurements and branches keep their order.
            let is_stop = !matches!(op.kind, OpKind::Gate { .. });
            if is_stop || n_blocked == self.n_open || self.kept.len() == REACH {
                break;
            }
        }
        self.start = end - self.kept.len();
        self.left[self.start..end].copy_from_slice(&self.kept);
        taken
    }
}

/// Operations by connected sets of wires.
fn parts(ops: &[u32], circuit: &Circuit) -> Vec<Vec<u32>> {
    let wires = |op: u32| circuit.ops[op as usize].wires();
    let mut name: Vec<usize> = (0..circuit.n_wires).collect();
    for &op in ops {
        if let [a, b] = *wires(op) {
            let (from, to) = (name[a.0 as usize], name[b.0 as usize]);
            if from != to {
                name.iter_mut().filter(|name| **name == from).for_each(|name| *name = to);
            }
        }
    }
    let mut parts: Vec<Vec<u32>> = vec![Vec::new(); circuit.n_wires];
    for &op in ops {
        let part = wires(op).first().map_or(0, |wire| name[wire.0 as usize]);
        parts[part].push(op);
    }
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}
