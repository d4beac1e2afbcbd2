//! Circuits of Clifford gates on any number of wires, as stabiliser tableaux (Aaronson and Gottesman, PRA 70, 052328
//! (2004)): a circuit `U` is known, up to a global phase, by what `U P U*` is for `P = X_w` and `P = Z_w` on each wire.
//!
//! Rows are these images, signed products of Pauli letters. They are stored by columns: for each wire the X bits and the Z
//! bits of all rows, 64 in a word, so that a gate touches only the columns of its wires. What a gate does to the letters
//! on its wires is read off its matrix, not written down a second time.

use std::collections::BTreeMap;
use std::f64::consts::{FRAC_PI_2, PI};

use qml_gates::{Gate, Matrix};
use qml_source::Span;

use super::{Options, Random, random_circuit};
use crate::circuit::dense::C64;
use crate::circuit::{Angle, Circuit, Op, OpKind, Pauli, Slot, Wire};

/// The images of the Pauli letters of each wire under a circuit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tableau {
    n_wires: usize,
    /// Bits of row `r` are at `r % 64` of word `r / 64`; row `w` is the image of `X_w`, row `n_wires + w` of `Z_w`.
    x: Vec<Vec<u64>>,
    z: Vec<Vec<u64>>,
    /// Rows with a minus.
    minus: Vec<u64>,
}

/// What a gate makes of each product of letters on its wires: the new product, and whether its sign changes. Letter
/// `x + 2 z` of wire `i` is at bits `2 i` and `2 i + 1` of a product.
type Images = Vec<(usize, bool)>;

impl Tableau {
    /// The circuit in which nothing happens.
    pub fn new(n_wires: usize) -> Self {
        let n_words = (2 * n_wires).div_ceil(64);
        let empty = vec![vec![0; n_words]; n_wires];
        let mut tableau = Self { n_wires, x: empty.clone(), z: empty, minus: vec![0; n_words] };
        for wire in 0..n_wires {
            set(&mut tableau.x[wire], wire);
            set(&mut tableau.z[wire], n_wires + wire);
        }
        tableau
    }

    /// The tableau of a circuit for some values of its slots. Fails if an operation is none of the Clifford group then.
    pub fn of(circuit: &Circuit, slots: &[f64]) -> Self {
        let (mut tableau, mut known) = (Self::new(circuit.n_wires), BTreeMap::new());
        for op in &circuit.ops {
            assert!(tableau.apply(op, slots, &mut known), "`{op}` is not in the Clifford group at {slots:?}");
        }
        tableau
    }

    /// Lets an operation happen; false if it is none of the Clifford group. `known` remembers images of gates.
    fn apply(
        &mut self,
        op: &Op,
        slots: &[f64],
        known: &mut BTreeMap<(Gate, Vec<u64>), Option<Images>>,
    ) -> bool {
        match &op.kind {
            OpKind::Barrier { .. } => true,
            OpKind::Gate { gate, angles, wires, controls } if controls.is_empty() => {
                let angles: Vec<f64> = angles.iter().map(|angle| angle.eval(slots)).collect();
                let key = (*gate, angles.iter().map(|angle| angle.to_bits()).collect());
                let images = known.entry(key).or_insert_with(|| images(&gate.matrix(&angles)));
                images.as_ref().map(|images| self.transform(wires, images)).is_some()
            }
            OpKind::Unitary { matrix, wires, controls } if controls.is_empty() => {
                let matrix = Matrix { dim: 1 << wires.len(), data: matrix[..].into() };
                images(&matrix).map(|images| self.transform(wires, &images)).is_some()
            }
            OpKind::PauliRotation { pauli, angle, controls } if controls.is_empty() => {
                ladder(pauli, angle, op.span).iter().all(|op| self.apply(op, slots, known))
            }
            _ => false,
        }
    }

    /// Replaces the letters on the wires, in all rows at once.
    fn transform(&mut self, wires: &[Wire], images: &Images) {
        for word in 0..self.minus.len() {
            let columns = |side: &[Vec<u64>]| wires.iter().map(|wire| side[wire.0 as usize][word]).collect();
            let (x, z): (Vec<u64>, Vec<u64>) = (columns(&self.x), columns(&self.z));
            let (mut new_x, mut new_z) = (vec![0; wires.len()], vec![0; wires.len()]);
            for (product, &(image, flips)) in images.iter().enumerate() {
                let is = |bit: usize, column: u64| if product >> bit & 1 == 1 { column } else { !column };
                let rows = (0..wires.len()).fold(!0, |rows, i| rows & is(2 * i, x[i]) & is(2 * i + 1, z[i]));
                for i in 0..wires.len() {
                    new_x[i] |= if image >> (2 * i) & 1 == 1 { rows } else { 0 };
                    new_z[i] |= if image >> (2 * i + 1) & 1 == 1 { rows } else { 0 };
                }
                self.minus[word] ^= if flips { rows } else { 0 };
            }
            for (i, wire) in wires.iter().enumerate() {
                self.x[wire.0 as usize][word] = new_x[i];
                self.z[wire.0 as usize][word] = new_z[i];
            }
        }
    }

    /// The letter `x + 2 z` of a row on a wire.
    pub fn letter(&self, row: usize, wire: usize) -> usize {
        usize::from(get(&self.x[wire], row)) + 2 * usize::from(get(&self.z[wire], row))
    }

    /// Whether a row has a minus.
    pub fn is_minus(&self, row: usize) -> bool {
        get(&self.minus, row)
    }
}

fn get(words: &[u64], row: usize) -> bool {
    words[row / 64] >> (row % 64) & 1 == 1
}

fn set(words: &mut [u64], row: usize) {
    words[row / 64] |= 1 << (row % 64);
}

/// The images under a matrix; none if it is none of the Clifford group.
fn images(matrix: &Matrix) -> Option<Images> {
    let n_wires = matrix.dim.trailing_zeros() as usize;
    let image = |product: usize| {
        let moved = matrix.times(&letters(product, n_wires)).times(&matrix.dagger());
        (0..1 << (2 * n_wires)).find_map(|other| {
            // Different products are orthogonal: the trace is 0, or all of it.
            let overlap = letters(other, n_wires).times(&moved);
            let trace = (0..matrix.dim).map(|i| overlap.at(i, i)).sum::<C64>() / matrix.dim as f64;
            ((trace.re.abs() - 1.0).abs() < 1e-6).then_some((other, trace.re < 0.0))
        })
    };
    (0..1 << (2 * n_wires)).map(image).collect()
}

/// The matrix of a product of letters.
fn letters(product: usize, n_wires: usize) -> Matrix {
    let dim = 1 << n_wires;
    let mut matrix = Matrix::zero(dim);
    for column in 0..dim {
        let (mut row, mut entry) = (column, C64::new(1.0, 0.0));
        for wire in 0..n_wires {
            let (x, z) = (product >> (2 * wire) & 1, product >> (2 * wire + 1) & 1);
            let sign = if z == 1 && column >> wire & 1 == 1 { -1.0 } else { 1.0 };
            row ^= x << wire;
            // Y = i X Z.
            entry *= if x & z == 1 { C64::new(0.0, sign) } else { C64::new(sign, 0.0) };
        }
        matrix.data[row * dim + column] = entry;
    }
    matrix
}

/// A rotation about a Pauli string as gates on one and two wires.
fn ladder(pauli: &[(Wire, Pauli)], angle: &Angle, span: Span) -> Vec<Op> {
    let mut to_z = Vec::new();
    for &(wire, letter) in pauli {
        match letter {
            Pauli::X => to_z.push(Op::gate(Gate::H, &[], &[wire], span)),
            Pauli::Y => to_z.push(Op::gate(Gate::Rx, &[Angle::constant(FRAC_PI_2)], &[wire], span)),
            Pauli::Z => {}
        }
    }
    to_z.extend(pauli.windows(2).map(|pair| Op::gate(Gate::Cx, &[], &[pair[0].0, pair[1].0], span)));
    let Some(last) = pauli.last() else { return Vec::new() };
    let back: Vec<Op> = to_z.iter().rev().filter_map(Op::inverse).collect();
    to_z.push(Op::gate(Gate::Rz, std::slice::from_ref(angle), &[last.0], span));
    to_z.extend(back);
    to_z
}

/// Fails unless `compiled`, a circuit on a device, does to the wires of `source` what `source` does, as
/// [`assert_same_on_device`](super::assert_same_on_device), for values of the slots at which both are Clifford circuits.
pub fn assert_same_clifford_on_device(source: &Circuit, compiled: &Circuit, slots: &[f64]) {
    let found = difference(source, compiled, slots);
    assert!(found.is_none(), "{} at {slots:?}\n{source}\n--- and ---\n{compiled}", found.unwrap_or_default());
}

/// Where a compiled Clifford circuit differs from its source: with `W` the other wires, which are 0 before and after, images
/// may differ by letters Z on `W`, and those of letters Z on `W` are letters Z on `W`.
pub fn difference(source: &Circuit, compiled: &Circuit, slots: &[f64]) -> Option<String> {
    let (a, b) = (Tableau::of(source, slots), Tableau::of(compiled, slots));
    let mut ends = vec![None; b.n_wires];
    compiled.final_layout.iter().enumerate().for_each(|(wire, end)| ends[end.0 as usize] = Some(wire));
    let mut starts = vec![None; b.n_wires];
    compiled.layout.iter().enumerate().for_each(|(wire, start)| starts[start.0 as usize] = Some(wire));
    for row in 0..2 * b.n_wires {
        let (is_z, start) = (row >= b.n_wires, row % b.n_wires);
        let wanted = starts[start].map(|wire| wire + if is_z { a.n_wires } else { 0 });
        if wanted.is_none() && !is_z {
            continue;
        }
        for (qubit, end) in ends.iter().enumerate() {
            let letter = b.letter(row, qubit);
            let is_same = match (wanted, end) {
                (Some(wanted), &Some(end)) => letter == a.letter(wanted, end),
                (None, Some(_)) => letter == 0,
                (_, None) => letter & 1 == 0,
            };
            if !is_same {
                return Some(format!("row {row} differs on qubit {qubit}"));
            }
        }
        if b.is_minus(row) != wanted.is_some_and(|wanted| a.is_minus(wanted)) {
            return Some(format!("row {row} has the opposite sign"));
        }
    }
    None
}

/// A random circuit of Clifford gates, on any number of wires, with the slots at which it is one: constant angles are
/// multiples of a quarter turn, and so are the values of slots.
pub fn random_clifford(
    random: &mut Random,
    n_wires: usize,
    n_ops: usize,
    n_slots: usize,
) -> (Circuit, Vec<f64>) {
    let kinds =
        Options { n_slots: 0, controls: false, unitaries: false, ..Options::unitary(n_wires, 4 * n_ops) };
    let mut circuit = random_circuit(random, &kinds);
    circuit.slots = (0..n_slots).map(|i| format!("theta_{i}")).collect();
    let slots: Vec<f64> = (0..n_slots).map(|_| quarter(random)).collect();
    let (mut tableau, mut known) = (Tableau::new(n_wires), BTreeMap::new());
    circuit.ops.retain_mut(|op| {
        for angle in op.angles_mut() {
            *angle = Angle::constant(quarter(random));
            if n_slots > 0 && random.chance(0.5) {
                let factor = [1.0, -1.0, 2.0][random.below(3)];
                *angle = angle.plus(&Angle::slot(Slot(random.below(n_slots) as u32)).times(factor));
            }
        }
        op.wires().len() < 5 && tableau.apply(op, &slots, &mut known)
    });
    circuit.ops.truncate(n_ops);
    (circuit, slots)
}

/// The circuit with its constant angles turned to the closest multiples of a quarter turn, and without what is no Clifford
/// gate then.
pub fn clifford_instance(circuit: &Circuit, slots: &[f64]) -> Circuit {
    let mut instance = circuit.clone();
    let (mut tableau, mut known) = (Tableau::new(circuit.n_wires), BTreeMap::new());
    instance.ops.retain_mut(|op| {
        for angle in op.angles_mut() {
            angle.constant = (angle.constant / FRAC_PI_2).round() * FRAC_PI_2;
        }
        tableau.apply(op, slots, &mut known)
    });
    instance
}

fn quarter(random: &mut Random) -> f64 {
    random.below(5) as f64 * FRAC_PI_2 - PI
}

#[cfg(test)]
mod tests;
