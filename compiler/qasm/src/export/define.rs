//! Definitions of what the included files lack, as small circuits.

use std::collections::HashMap;

use num_complex::Complex;
use qml_gates::Gate;
use qml_ir::circuit::{
    Angle, Circuit, Control, Op, OpKind, Pauli, Slot, Wire, Wires, definition, rotation_gate,
};
use qml_source::{Span, bug};

/// Something that is defined once and then applied by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Defined {
    /// A gate of the table.
    Gate(Gate),
    /// A rotation about these letters.
    Rotation(Vec<Pauli>),
    /// A constant matrix, by its entries' bits.
    Unitary(Vec<(u64, u64)>),
    /// One of these behind controls, which let it happen on these values.
    Controlled(Box<Defined>, Vec<bool>),
}

/// The definitions in the order in which they have to stand.
#[derive(Debug)]
pub struct Definitions {
    /// Which gates of the table need no definition.
    is_known: fn(Gate) -> bool,
    /// Whether what is defined gets a definition of its own for controls, since not all readers take modifiers on it.
    with_controls: bool,
    numbers: HashMap<Defined, usize>,
    /// Name, names of the angles, body.
    pub all: Vec<Definition>,
}

/// One definition; the slots of its body are its angles.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The name.
    pub name: String,
    /// The body.
    pub body: Circuit,
}

impl Definitions {
    /// All that the operations need.
    pub fn of(ops: &[Op], is_known: fn(Gate) -> bool, with_controls: bool) -> Self {
        let mut definitions = Self { is_known, with_controls, numbers: HashMap::new(), all: Vec::new() };
        definitions.collect(ops);
        definitions
    }

    /// The name of what is applied.
    pub fn name(&self, defined: &Defined) -> &str {
        match (defined, self.numbers.get(defined)) {
            (_, Some(&number)) => &self.all[number].name,
            (Defined::Gate(gate), None) => gate.def().name,
            _ => bug!("{defined:?} has no definition"),
        }
    }

    /// What an operation applies, its controls that are modifiers, and all other wires.
    pub fn applied<'a>(&self, op: &'a Op) -> Option<(Defined, &'a [Control], Wires)> {
        let (defined, wires) = what(op)?;
        let controls = op.controls();
        let is_known = matches!(defined, Defined::Gate(gate) if (self.is_known)(gate));
        if controls.is_empty() || is_known || !self.with_controls {
            return Some((defined, controls, wires));
        }
        let values = controls.iter().map(|control| control.on_one).collect();
        let wires = controls.iter().map(|control| control.wire).chain(wires).collect();
        Some((Defined::Controlled(Box::new(defined), values), &[], wires))
    }

    fn collect(&mut self, ops: &[Op]) {
        for op in ops {
            op.visit(&mut |op| {
                if let Some((defined, ..)) = self.applied(op) {
                    self.define(&defined);
                }
            });
        }
    }

    fn define(&mut self, defined: &Defined) {
        let is_there = matches!(defined, Defined::Gate(gate) if (self.is_known)(*gate));
        if is_there || self.numbers.contains_key(defined) {
            return;
        }
        let body = body(defined);
        self.collect(&body.ops);
        // Numbered after what the body needs.
        let name = self.new_name(defined);
        self.numbers.insert(defined.clone(), self.all.len());
        self.all.push(Definition { name, body });
    }

    fn new_name(&self, defined: &Defined) -> String {
        let number = |is_alike: fn(&Defined) -> bool| self.numbers.keys().filter(|key| is_alike(key)).count();
        match defined {
            Defined::Gate(gate) => gate.def().name.to_owned(),
            Defined::Rotation(letters) => {
                let letters: String =
                    letters.iter().map(|letter| format!("{letter:?}").to_lowercase()).collect();
                format!("rot_{letters}")
            }
            Defined::Unitary(_) => format!("unitary_{}", number(|key| matches!(key, Defined::Unitary(_)))),
            Defined::Controlled(..) => {
                format!("controlled_{}", number(|key| matches!(key, Defined::Controlled(..))))
            }
        }
    }
}

fn body(defined: &Defined) -> Circuit {
    match defined {
        Defined::Gate(gate) => gate_body(*gate),
        Defined::Rotation(letters) => rotation_body(letters),
        Defined::Unitary(bits) => unitary_body(bits),
        Defined::Controlled(inner, values) => controlled_body(body(inner), values),
    }
}

/// The body behind controls, which come before its wires.
fn controlled_body(mut body: Circuit, values: &[bool]) -> Circuit {
    let n = values.len() as u32;
    body.n_wires += values.len();
    for op in &mut body.ops {
        op.map_wires(&mut |wire| Wire(wire.0 + n));
        let added = values.iter().zip(0..n).map(|(&on_one, wire)| Control { wire: Wire(wire), on_one });
        match &mut op.kind {
            OpKind::Gate { controls, .. }
            | OpKind::PauliRotation { controls, .. }
            | OpKind::Unitary { controls, .. } => controls.extend(added),
            OpKind::Measure { .. } | OpKind::Reset { .. } | OpKind::If { .. } | OpKind::Barrier { .. } => {
                bug!("`{op}` in a definition")
            }
        }
    }
    body
}

/// What an operation applies, and to which wires; nothing for global phases and what is no gate.
pub fn what(op: &Op) -> Option<(Defined, Wires)> {
    match &op.kind {
        OpKind::Gate { gate, wires, .. } if *gate != Gate::Gphase => {
            Some((Defined::Gate(*gate), wires.clone()))
        }
        OpKind::PauliRotation { pauli, .. } => {
            let letters: Vec<Pauli> = pauli.iter().map(|letter| letter.1).collect();
            let wires = pauli.iter().map(|letter| letter.0).collect();
            if letters.is_empty() {
                return None;
            }
            let gate = rotation_gate(&letters).map(Defined::Gate);
            Some((gate.unwrap_or(Defined::Rotation(letters)), wires))
        }
        OpKind::Unitary { matrix, wires, .. } => {
            let bits = matrix.iter().map(|z| (z.re.to_bits(), z.im.to_bits())).collect();
            Some((Defined::Unitary(bits), wires.clone()))
        }
        OpKind::Gate { .. }
        | OpKind::Measure { .. }
        | OpKind::Reset { .. }
        | OpKind::If { .. }
        | OpKind::Barrier { .. } => None,
    }
}

/// The global phase that an operation is, if it is one.
pub fn global_phase(op: &Op) -> Option<Angle> {
    match &op.kind {
        OpKind::Gate { gate: Gate::Gphase, angles, .. } => Some(angles[0].clone()),
        OpKind::PauliRotation { pauli, angle, .. } if pauli.is_empty() => Some(angle.times(-0.5)),
        _ => None,
    }
}

/// A gate by simpler gates; the same matrix, global phase included.
fn gate_body(gate: Gate) -> Circuit {
    definition(gate).unwrap_or_else(|| bug!("`{}` needs no definition", gate.def().name))
}

fn gate(gate: Gate, angles: &[Angle], wires: &[Wire]) -> Op {
    Op::gate(gate, angles, wires, Span::default())
}

/// Basis changes around a ladder of CX and one RZ.
fn rotation_body(letters: &[Pauli]) -> Circuit {
    let wires = Circuit::wires(0..letters.len() as u32);
    let turn = |letter: &Pauli, wire: Wire, sign: f64| match letter {
        Pauli::X => Some(gate(Gate::H, &[], &[wire])),
        Pauli::Y => Some(gate(Gate::Rx, &[Angle::constant(sign * std::f64::consts::FRAC_PI_2)], &[wire])),
        Pauli::Z => None,
    };
    let turns =
        |sign: f64| letters.iter().zip(&wires).filter_map(move |(letter, &wire)| turn(letter, wire, sign));
    let ladder: Vec<Op> = wires.windows(2).map(|pair| gate(Gate::Cx, &[], pair)).collect();
    let mut ops: Vec<Op> = turns(1.0).collect();
    ops.extend(ladder.iter().cloned());
    ops.push(gate(Gate::Rz, &[Angle::slot(Slot(0))], &wires[wires.len() - 1..]));
    ops.extend(ladder.iter().rev().cloned());
    ops.extend(turns(-1.0));
    Circuit::from_ops(ops)
}

/// A matrix as controlled one-qubit gates: rotations of two rows that differ in one bit bring it to diagonal form, column
/// by column in the order of a Gray code; what undoes them, and the phases, are the definition.
fn unitary_body(bits: &[(u64, u64)]) -> Circuit {
    let mut matrix: Vec<Complex<f64>> =
        bits.iter().map(|&(re, im)| Complex::new(f64::from_bits(re), f64::from_bits(im))).collect();
    let dim = matrix.len().isqrt();
    let n_wires = dim.trailing_zeros() as usize;
    let gray = |i: usize| i ^ i >> 1;
    let mut undo: Vec<Op> = Vec::new();
    for column in 0..dim {
        for step in (column + 1..dim).rev() {
            let (upper, lower) = (gray(step - 1), gray(step));
            let (a, b) = (matrix[upper * dim + gray(column)], matrix[lower * dim + gray(column)]);
            let norm = (a.norm_sqr() + b.norm_sqr()).sqrt();
            if b.norm() < 1e-15 {
                continue;
            }
            // (a, b) to (norm, 0), by a matrix of determinant 1.
            let (a, b) = (a / norm, b / norm);
            for k in 0..dim {
                let (x, y) = (matrix[upper * dim + k], matrix[lower * dim + k]);
                matrix[upper * dim + k] = a.conj() * x + b.conj() * y;
                matrix[lower * dim + k] = a * y - b * x;
            }
            undo.extend(two_level(n_wires, upper, lower, [a, -b.conj(), b, a.conj()]));
        }
    }
    let mut ops: Vec<Op> = Vec::new();
    for index in 0..dim {
        let phase = matrix[index * dim + index].arg();
        if phase.abs() > 1e-15 {
            ops.push(on_index(
                n_wires,
                index,
                usize::MAX,
                OpKind::Gate {
                    gate: Gate::Gphase,
                    angles: [Angle::constant(phase)].into_iter().collect(),
                    wires: Wires::new(),
                    controls: smallvec::SmallVec::new(),
                },
            ));
        }
    }
    // The matrix is (first undoing) .. (last undoing) (diagonal): the diagonal comes first in time.
    ops.extend(undo.into_iter().rev());
    Circuit { n_wires, ops, ..Circuit::default() }
}

/// The one-qubit matrix, as `u` with a phase, on the bit in which two indices differ, where all other bits are theirs.
fn two_level(n_wires: usize, upper: usize, lower: usize, entries: [Complex<f64>; 4]) -> Vec<Op> {
    let wire = (upper ^ lower).trailing_zeros();
    let [a, b, c, d] = if upper < lower { entries } else { [entries[3], entries[2], entries[1], entries[0]] };
    // u = e^{i gamma} ((cos, -e^{i lambda} sin), (e^{i phi} sin, e^{i (phi + lambda)} cos))
    let theta = 2.0 * c.norm().atan2(a.norm());
    let (gamma, phi, lambda) = match (a.norm() > 1e-12, c.norm() > 1e-12) {
        (true, true) => (a.arg(), c.arg() - a.arg(), (-b).arg() - a.arg()),
        (true, false) => (a.arg(), 0.0, d.arg() - a.arg()),
        _ => (c.arg(), 0.0, (-b).arg() - c.arg()),
    };
    let angles = [theta, phi, lambda].into_iter().map(Angle::constant).collect();
    let wires = Wires::from_slice(&[Wire(wire)]);
    let controls = smallvec::SmallVec::new();
    let turn = OpKind::Gate { gate: Gate::U, angles, wires, controls: controls.clone() };
    let angles = [Angle::constant(gamma)].into_iter().collect();
    let phase = OpKind::Gate { gate: Gate::Gphase, angles, wires: Wires::new(), controls };
    let mask = !(1 << wire);
    vec![on_index(n_wires, upper, mask, turn), on_index(n_wires, upper, mask, phase)]
}

/// The operation, controlled on the bits of `index` that are in `mask`.
fn on_index(n_wires: usize, index: usize, mask: usize, mut kind: OpKind) -> Op {
    if let OpKind::Gate { controls, .. } = &mut kind {
        for i in (0..n_wires).filter(|i| mask >> i & 1 == 1) {
            controls.push(Control { wire: Wire(i as u32), on_one: index >> i & 1 == 1 });
        }
    }
    Op { kind, span: Span::default() }
}
