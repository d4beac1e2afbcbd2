//! For tests of this and other crates: random circuits, and what it means for two circuits to be the same.

pub mod tableau;

use std::f64::consts::PI;

use qml_gates::Gate;
use qml_source::Span;
use smallvec::SmallVec;

use super::dense::{C64, final_state, output_unitary};
use super::{Angle, Bit, BitExpr, Circuit, Control, Op, OpKind, Pauli, Slot, Wire, Wires};

/// A small deterministic stream of random numbers (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..n`, `n` above 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n as u64) as usize
    }

    /// A number in `0.0..1.0`.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Whether an event of this probability happens.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Angles in `-2 pi..2 pi`.
    pub fn angles(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| (4.0 * self.unit() - 2.0) * PI).collect()
    }

    /// `k` different wires of `n`, in random order.
    pub fn wires(&mut self, k: usize, n: usize) -> Vec<Wire> {
        let mut all = Circuit::wires(0..n as u32);
        for i in 0..k {
            let j = i + self.below(n - i);
            all.swap(i, j);
        }
        all.truncate(k);
        all
    }
}

/// What a random circuit is made of.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools)] // Independent switches.
pub struct Options {
    /// Wires, at least one.
    pub n_wires: usize,
    /// Operations outside of branches.
    pub n_ops: usize,
    /// Slots; angles are affine in up to two of them.
    pub n_slots: usize,
    /// The gates to choose from; those with too many wires are left out.
    pub gates: &'static [Gate],
    /// Further controls on gates, rotations and matrices.
    pub controls: bool,
    /// Rotations about Pauli strings.
    pub pauli_rotations: bool,
    /// Constant matrices on one and two wires.
    pub unitaries: bool,
    /// Barriers.
    pub barriers: bool,
    /// Measurements, resets and branches.
    pub measurements: bool,
}

impl Options {
    /// Everything that has a matrix.
    pub fn unitary(n_wires: usize, n_ops: usize) -> Self {
        Self {
            n_wires,
            n_ops,
            n_slots: 3,
            gates: Gate::ALL,
            controls: true,
            pauli_rotations: true,
            unitaries: true,
            barriers: false,
            measurements: false,
        }
    }

    /// Gates of the table alone, with known angles.
    pub fn gates(n_wires: usize, n_ops: usize) -> Self {
        Self {
            n_slots: 0,
            controls: false,
            pauli_rotations: false,
            unitaries: false,
            ..Self::unitary(n_wires, n_ops)
        }
    }

    /// Everything.
    pub fn everything(n_wires: usize, n_ops: usize) -> Self {
        Self { barriers: true, measurements: true, ..Self::unitary(n_wires, n_ops) }
    }
}

/// A valid random circuit; the same one for the same stream.
pub fn random_circuit(random: &mut Random, options: &Options) -> Circuit {
    let n_bits = if options.measurements { 2 } else { 0 };
    let mut circuit = Circuit {
        name: "random".to_owned(),
        n_wires: options.n_wires,
        n_bits,
        slots: (0..options.n_slots).map(|i| format!("theta_{i}")).collect(),
        output: Circuit::wires(0..options.n_wires as u32),
        ..Circuit::default()
    };
    circuit.ops = (0..options.n_ops).map(|_| random_op(random, options, 2)).collect();
    circuit.result_bits = (0..n_bits).map(|_| random_condition(random, n_bits, 2)).collect();
    circuit
}

fn random_op(random: &mut Random, options: &Options, depth: usize) -> Op {
    let kind = if options.measurements && random.chance(0.2) {
        random_measurement(random, options, depth)
    } else if options.barriers && random.chance(0.05) {
        let k = 1 + random.below(options.n_wires);
        OpKind::Barrier { wires: random.wires(k, options.n_wires).into() }
    } else if options.pauli_rotations && random.chance(0.1) {
        let (wires, controls) = random_operands(random, options, 4);
        let mut pauli: SmallVec<[(Wire, Pauli); 4]> =
            wires.iter().map(|&wire| (wire, [Pauli::X, Pauli::Y, Pauli::Z][random.below(3)])).collect();
        pauli.sort_by_key(|letter| letter.0);
        OpKind::PauliRotation { pauli, angle: random_angle(random, options.n_slots), controls }
    } else if options.unitaries && random.chance(0.05) {
        let (wires, controls) = random_operands(random, options, 2);
        OpKind::Unitary { matrix: random_unitary(random, wires.len()).into(), wires, controls }
    } else {
        random_gate(random, options)
    };
    Op { kind, span: Span::default() }
}

fn random_gate(random: &mut Random, options: &Options) -> OpKind {
    let fitting: Vec<Gate> =
        options.gates.iter().copied().filter(|gate| gate.def().wires.len() <= options.n_wires).collect();
    let gate = fitting[random.below(fitting.len())];
    let k = gate.def().wires.len();
    let n_controls = random_n_controls(random, options, k);
    let mut wires = random.wires(k + n_controls, options.n_wires);
    let controls =
        wires.split_off(k).into_iter().map(|wire| Control { wire, on_one: random.chance(0.6) }).collect();
    let angles = gate.def().params.iter().map(|_| random_angle(random, options.n_slots)).collect();
    OpKind::Gate { gate, angles, wires: wires.into(), controls }
}

/// Up to `most` operands and perhaps controls, all different.
fn random_operands(random: &mut Random, options: &Options, most: usize) -> (Wires, SmallVec<[Control; 2]>) {
    let k = 1 + random.below(most.min(options.n_wires));
    let n_controls = random_n_controls(random, options, k);
    let mut wires = random.wires(k + n_controls, options.n_wires);
    let controls =
        wires.split_off(k).into_iter().map(|wire| Control { wire, on_one: random.chance(0.6) }).collect();
    (wires.into(), controls)
}

fn random_n_controls(random: &mut Random, options: &Options, n_operands: usize) -> usize {
    let most = (options.n_wires - n_operands).min(2);
    if options.controls && random.chance(0.2) { random.below(most + 1) } else { 0 }
}

/// An angle in up to two slots; multiples of pi/4 occur more often than by chance.
pub fn random_angle(random: &mut Random, n_slots: usize) -> Angle {
    let constant =
        if random.chance(0.4) { (random.below(17) as f64 - 8.0) * PI / 4.0 } else { random.angles(1)[0] };
    let mut angle = Angle::constant(constant);
    if n_slots > 0 && random.chance(0.7) {
        for _ in 0..=random.below(2) {
            let slot = Slot(random.below(n_slots) as u32);
            let factor = [1.0, -1.0, 2.0, 0.5, random.unit()][random.below(5)];
            angle = angle.plus(&Angle::slot(slot).times(factor));
        }
        if random.chance(0.5) {
            angle.constant = 0.0;
        }
    }
    angle
}

fn random_measurement(random: &mut Random, options: &Options, depth: usize) -> OpKind {
    let wire = Wire(random.below(options.n_wires) as u32);
    match random.below(3) {
        0 => OpKind::Reset { wire },
        1 if depth > 0 => {
            let n_then = 1 + random.below(3);
            let n_otherwise = random.below(3);
            OpKind::If {
                condition: random_condition(random, 2, 2),
                then: (0..n_then).map(|_| random_op(random, options, depth - 1)).collect(),
                otherwise: (0..n_otherwise).map(|_| random_op(random, options, depth - 1)).collect(),
            }
        }
        _ => OpKind::Measure { wire, bit: Bit(random.below(2) as u32) },
    }
}

/// A condition on `n_bits` bits.
pub fn random_condition(random: &mut Random, n_bits: usize, depth: usize) -> BitExpr {
    if depth == 0 || random.chance(0.4) {
        return BitExpr::Bit(Bit(random.below(n_bits) as u32));
    }
    let a = Box::new(random_condition(random, n_bits, depth - 1));
    if random.chance(0.3) {
        return BitExpr::Not(a);
    }
    let b = Box::new(random_condition(random, n_bits, depth - 1));
    match random.below(3) {
        0 => BitExpr::And(a, b),
        1 => BitExpr::Or(a, b),
        _ => BitExpr::Xor(a, b),
    }
}

/// A random unitary matrix on `n_wires` wires, row by row: random vectors made orthonormal.
pub fn random_unitary(random: &mut Random, n_wires: usize) -> Vec<C64> {
    let dim = 1 << n_wires;
    let mut rows: Vec<Vec<C64>> = Vec::new();
    while rows.len() < dim {
        let mut row: Vec<C64> =
            (0..dim).map(|_| C64::new(random.unit() - 0.5, random.unit() - 0.5)).collect();
        // Twice, so that rounding of the first round is gone.
        for _ in 0..2 {
            for earlier in &rows {
                let overlap: C64 = earlier.iter().zip(&row).map(|(a, b)| a.conj() * b).sum();
                row.iter_mut().zip(earlier).for_each(|(a, b)| *a -= overlap * b);
            }
        }
        let norm = row.iter().map(C64::norm_sqr).sum::<f64>().sqrt();
        if norm > 1e-3 {
            rows.push(row.into_iter().map(|entry| entry / norm).collect());
        }
    }
    rows.concat()
}

/// Largest difference between entries of two matrices.
pub fn distance(a: &[Vec<C64>], b: &[Vec<C64>]) -> f64 {
    assert_eq!(a.len(), b.len(), "matrices of the same size");
    a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max)
}

/// The same after the second matrix got the phase of the first.
pub fn distance_up_to_phase(a: &[Vec<C64>], b: &[Vec<C64>]) -> f64 {
    let overlap: C64 = a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| a * b.conj()).sum();
    if overlap.norm() == 0.0 {
        return f64::INFINITY;
    }
    let phase = overlap / overlap.norm();
    let turned: Vec<Vec<C64>> = b.iter().map(|row| row.iter().map(|entry| entry * phase).collect()).collect();
    distance(a, &turned)
}

/// Fails unless both circuits do the same to every state of their registers, global phase included, for some random
/// values of the slots. For unitary circuits that return all their wires.
pub fn assert_same_unitary(a: &Circuit, b: &Circuit) {
    assert_close(a, b, distance);
}

/// As [`assert_same_unitary`], with global phase left out.
pub fn assert_same_up_to_phase(a: &Circuit, b: &Circuit) {
    assert_close(a, b, distance_up_to_phase);
}

type Distance = fn(&[Vec<C64>], &[Vec<C64>]) -> f64;

fn assert_close(a: &Circuit, b: &Circuit, distance: Distance) {
    assert_eq!(a.slots.len(), b.slots.len(), "same slots");
    let mut random = Random::new(1);
    for _ in 0..3 {
        let slots = random.angles(a.slots.len());
        let apart = distance(&output_unitary(a, &slots), &output_unitary(b, &slots));
        assert!(apart < 1e-9, "{apart:e} apart at {slots:?}\n{a}\n--- and ---\n{b}");
    }
}

/// Fails unless `compiled`, a circuit on a device, does to the wires of `source` what `source` does, up to a global
/// phase: wire `w` starts on `layout[w]` and ends on `final_layout[w]`, all other wires are 0 before and after, and the
/// outputs are the same wires of the source.
pub fn assert_same_on_device(source: &Circuit, compiled: &Circuit) {
    let place = |bits: usize, layout: &[Wire]| -> usize {
        layout.iter().enumerate().map(|(i, wire)| (bits >> i & 1) << wire.0).sum()
    };
    for layout in [&compiled.layout, &compiled.final_layout] {
        assert_eq!(layout.len(), source.n_wires, "a layout for every wire\n{compiled}");
    }
    let ends: Vec<Wire> = source.output.iter().map(|wire| compiled.final_layout[wire.0 as usize]).collect();
    assert_eq!(ends, compiled.output, "outputs\n{compiled}");
    let slots = Random::new(2).angles(source.slots.len());
    let (mut wanted, mut found) = (Vec::new(), Vec::new());
    for column in 0..1 << source.n_wires {
        let mut placed = vec![C64::new(0.0, 0.0); 1 << compiled.n_wires];
        for (row, amplitude) in final_state(source, &slots, column).into_iter().enumerate() {
            placed[place(row, &compiled.final_layout)] = amplitude;
        }
        wanted.push(placed);
        found.push(final_state(compiled, &slots, place(column, &compiled.layout)));
    }
    let apart = distance_up_to_phase(&wanted, &found);
    assert!(apart < 1e-9, "{apart:e} apart\n{source}\n--- and ---\n{compiled}");
}
