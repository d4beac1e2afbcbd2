//! The oracle: circuits by plain matrices and loops, slow and obvious, shared with no simulator.
//!
//! Every operation becomes the matrix on its own wires, and is applied entry by entry. For tests, on few wires.

use num_complex::Complex;
use qml_source::bug;

use super::{Circuit, Control, Op, OpKind, Pauli, Wire};

/// A complex number.
pub type C64 = Complex<f64>;

/// One way that an execution can go.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The bits; those that no measurement wrote are zero.
    pub bits: Vec<bool>,
    /// The state of all wires; its squared norm is the probability of the branch.
    pub state: Vec<C64>,
}

/// The matrix of a circuit without measurements, resets and branches: entry `[row][column]`, wire `i` is bit `i` of
/// both. Global phase included; `output` and the layouts are not looked at.
pub fn unitary(circuit: &Circuit, slots: &[f64]) -> Vec<Vec<C64>> {
    let columns: Vec<_> = (0..1 << circuit.n_wires).map(|start| final_state(circuit, slots, start)).collect();
    (0..columns.len()).map(|row| columns.iter().map(|column| column[row]).collect()).collect()
}

/// The matrix on the returned register: rows and columns are those of [`unitary`], with the rows' bits permuted so that
/// bit `i` is `output[i]`. Every wire has to be in `output`.
pub fn output_unitary(circuit: &Circuit, slots: &[f64]) -> Vec<Vec<C64>> {
    assert_eq!(circuit.output.len(), circuit.n_wires, "every wire is returned");
    let matrix = unitary(circuit, slots);
    (0..matrix.len()).map(|row| matrix[deposit(row, &circuit.output)].clone()).collect()
}

/// The state that a circuit without measurements, resets and branches makes of the basis state `start`.
pub fn final_state(circuit: &Circuit, slots: &[f64], start: usize) -> Vec<C64> {
    let mut state = vec![C64::new(0.0, 0.0); 1 << circuit.n_wires];
    state[start] = C64::new(1.0, 0.0);
    for op in &circuit.ops {
        state = apply(op, slots, &state);
    }
    state
}

/// All ways that an execution from `|0..0>` can go, those of probability zero left out. A reset forgets its outcome: two
/// branches may have the same bits.
pub fn branches(circuit: &Circuit, slots: &[f64]) -> Vec<Branch> {
    let mut state = vec![C64::new(0.0, 0.0); 1 << circuit.n_wires];
    state[0] = C64::new(1.0, 0.0);
    run(&circuit.ops, slots, vec![Branch { bits: vec![false; circuit.n_bits], state }])
}

fn run(ops: &[Op], slots: &[f64], mut branches: Vec<Branch>) -> Vec<Branch> {
    for op in ops {
        branches = branches.into_iter().flat_map(|branch| step(op, slots, branch)).collect();
    }
    branches
}

fn step(op: &Op, slots: &[f64], mut branch: Branch) -> Vec<Branch> {
    match &op.kind {
        OpKind::Measure { wire, bit } => {
            let mut both = project(*wire, &branch);
            for (outcome, branch) in &mut both {
                branch.bits[bit.0 as usize] = *outcome;
            }
            both.into_iter().map(|(_, branch)| branch).collect()
        }
        OpKind::Reset { wire } => {
            let mut both = project(*wire, &branch);
            for (outcome, branch) in &mut both {
                if *outcome {
                    let flipped = (0..branch.state.len()).map(|i| branch.state[i ^ 1 << wire.0]).collect();
                    branch.state = flipped;
                }
            }
            both.into_iter().map(|(_, branch)| branch).collect()
        }
        OpKind::If { condition, then, otherwise } => {
            let side = if condition.eval(&branch.bits) { then } else { otherwise };
            run(side, slots, vec![branch])
        }
        _ => {
            branch.state = apply(op, slots, &branch.state);
            vec![branch]
        }
    }
}

/// The parts with the wire at 0 and at 1, if they have any weight.
fn project(wire: Wire, branch: &Branch) -> Vec<(bool, Branch)> {
    let mut parts = Vec::new();
    for outcome in [false, true] {
        let mut part = branch.clone();
        for (i, amplitude) in part.state.iter_mut().enumerate() {
            if (i >> wire.0 & 1 == 1) != outcome {
                *amplitude = C64::new(0.0, 0.0);
            }
        }
        if part.state.iter().map(C64::norm_sqr).sum::<f64>() > 1e-15 {
            parts.push((outcome, part));
        }
    }
    parts
}

/// The state after a unitary operation.
pub fn apply(op: &Op, slots: &[f64], state: &[C64]) -> Vec<C64> {
    let (matrix, wires) = local_matrix(op, slots);
    let mut after = vec![C64::new(0.0, 0.0); state.len()];
    for (from, &amplitude) in state.iter().enumerate() {
        if !op.controls().iter().all(|&control| allows(control, from)) {
            after[from] += amplitude;
            continue;
        }
        let column = extract(from, &wires);
        for (row, entries) in matrix.iter().enumerate() {
            let to = from & !deposit(usize::MAX, &wires) | deposit(row, &wires);
            after[to] += entries[column] * amplitude;
        }
    }
    after
}

fn allows(control: Control, index: usize) -> bool {
    (index >> control.wire.0 & 1 == 1) == control.on_one
}

/// The bits of `index` at the wires, first wire lowest.
fn extract(index: usize, wires: &[Wire]) -> usize {
    wires.iter().enumerate().fold(0, |bits, (i, wire)| bits | (index >> wire.0 & 1) << i)
}

/// The index with the bits of `bits`, lowest first, at the wires.
fn deposit(bits: usize, wires: &[Wire]) -> usize {
    wires.iter().enumerate().fold(0, |index, (i, wire)| index | (bits >> i & 1) << wire.0)
}

/// The matrix on the operation's own wires, without its controls.
fn local_matrix(op: &Op, slots: &[f64]) -> (Vec<Vec<C64>>, Vec<Wire>) {
    let rows = |data: &[C64], dim: usize| data.chunks(dim).map(<[C64]>::to_vec).collect::<Vec<_>>();
    match &op.kind {
        OpKind::Gate { gate, angles, wires, .. } => {
            let angles: Vec<f64> = angles.iter().map(|angle| angle.eval(slots)).collect();
            let matrix = (gate.def().matrix)(&angles);
            (rows(&matrix.data, matrix.dim), wires.to_vec())
        }
        OpKind::Unitary { matrix, wires, .. } => (rows(matrix, 1 << wires.len()), wires.to_vec()),
        OpKind::PauliRotation { pauli, angle, .. } => {
            let half = angle.eval(slots) / 2.0;
            let mut product = vec![vec![C64::new(1.0, 0.0)]];
            for &(_, letter) in pauli {
                product = kron(&letter_matrix(letter), &product);
            }
            for (row, entries) in product.iter_mut().enumerate() {
                for (column, entry) in entries.iter_mut().enumerate() {
                    let diagonal = if row == column { half.cos() } else { 0.0 };
                    *entry = *entry * C64::new(0.0, -half.sin()) + diagonal;
                }
            }
            (product, pauli.iter().map(|letter| letter.0).collect())
        }
        OpKind::Barrier { .. } => (vec![vec![C64::new(1.0, 0.0)]], Vec::new()),
        OpKind::Measure { .. } | OpKind::Reset { .. } | OpKind::If { .. } => bug!("no matrix for `{op}`"),
    }
}

fn letter_matrix(letter: Pauli) -> Vec<Vec<C64>> {
    let c = C64::new;
    match letter {
        Pauli::X => vec![vec![c(0.0, 0.0), c(1.0, 0.0)], vec![c(1.0, 0.0), c(0.0, 0.0)]],
        Pauli::Y => vec![vec![c(0.0, 0.0), c(0.0, -1.0)], vec![c(0.0, 1.0), c(0.0, 0.0)]],
        Pauli::Z => vec![vec![c(1.0, 0.0), c(0.0, 0.0)], vec![c(0.0, 0.0), c(-1.0, 0.0)]],
    }
}

/// The Kronecker product; `low` has the lower bits of the index.
fn kron(high: &[Vec<C64>], low: &[Vec<C64>]) -> Vec<Vec<C64>> {
    let (n, m) = (high.len(), low.len());
    let entry = |row: usize, column: usize| high[row / m][column / m] * low[row % m][column % m];
    (0..n * m).map(|row| (0..n * m).map(|column| entry(row, column)).collect()).collect()
}
