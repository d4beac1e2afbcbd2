//! Windows of a circuit: all that happens on three qubits until each of them meets another one.
//!
//! From a gate on two qubits a window grows forwards, to the third qubit that one of the two meets first. What lies in
//! between and shares no qubit with the window, nor with what has to wait for it, may happen before; all else comes after.
//! While it grows, the window keeps what it does: rotations about Pauli strings and a Clifford, signs left out.

use std::collections::VecDeque;
use std::f64::consts::FRAC_PI_2;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Op, OpKind, rotation_letters};
use rustc_hash::FxHashMap as HashMap;
use smallvec::SmallVec;

use crate::clifford_classes::N_WIRES;
use crate::fold_paulis::PauliForm;
use crate::one_qubit::is_multiple;
use crate::pair_basis::PairBasis;
use crate::pauli_string::Pauli;
use crate::window_network::MAX_ROTATIONS;

/// Most CX of a window.
const MAX_CX: usize = 10;

/// What growing windows looks at of an operation.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number.
    pub op: u32,
    n_cx: u8,
    /// Its wires as bits, some of them with the same bit; all bits where more than wires matters.
    mask: u64,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// A gate on one wire or two; on one, both are the same.
    Gate([u16; 2], Effect),
    /// Anything else, with its wires, and whether it has to do with bits.
    Other(SmallVec<[u16; 4]>, bool),
}

/// What a gate does to the letters on its wires. Strings are bits: X on the first and the second, Z on the first and the
/// second.
#[derive(Clone, Debug)]
struct Effect {
    /// The strings that it rotates about.
    rotations: SmallVec<[u8; 4]>,
    /// Then the Clifford `C`: `C^-1 P C` for these four.
    images: [u8; 4],
}

/// What gates do, each found once where its name and how often it turns by a quarter say all.
#[derive(Default)]
pub struct Effects {
    known: HashMap<(Gate, Option<u8>), Effect>,
}

impl Effects {
    fn of(&mut self, op: &Op) -> Effect {
        let name = match &op.kind {
            OpKind::Gate { gate, angles, .. } if angles.is_empty() => Some((*gate, None)),
            OpKind::Gate { gate, angles, .. } if rotation_letters(*gate).is_some() => {
                Some((*gate, quarters(&angles[0])))
            }
            _ => None,
        };
        match name {
            Some(name) => self.known.entry(name).or_insert_with(|| Effect::new(op)).clone(),
            None => Effect::new(op),
        }
    }
}

/// How often an angle is a quarter of a turn, modulo 4; none for any other.
fn quarters(angle: &Angle) -> Option<u8> {
    is_multiple(angle, FRAC_PI_2).then(|| (angle.constant / FRAC_PI_2).round().rem_euclid(4.0) as u8)
}

impl Entry {
    /// What there is to see of an operation.
    pub fn new(op: u32, of: &Op, effects: &mut Effects) -> Self {
        let wires = of.wires();
        let gate = match (&of.kind, &*wires) {
            (OpKind::Gate { controls, .. }, &[a]) if controls.is_empty() => Some([a, a]),
            (OpKind::Gate { controls, .. }, &[a, b]) if controls.is_empty() => Some([a, b]),
            _ => None,
        };
        let kind = match gate {
            Some(wires) => Kind::Gate(wires.map(|wire| wire.0 as u16), effects.of(of)),
            None => {
                let wires = wires.iter().map(|wire| wire.0 as u16).collect();
                Kind::Other(wires, !matches!(of.kind, OpKind::Gate { .. }))
            }
        };
        let mask = match &kind {
            Kind::Other(_, true) => u64::MAX,
            Kind::Other(wires, false) => mask(wires),
            Kind::Gate(wires, _) => mask(wires),
        };
        Self { op, n_cx: PairBasis::Controlled.cost(of) as u8, mask, kind }
    }

    /// The wires of a gate on two.
    pub fn pair(&self) -> Option<[u16; 2]> {
        match self.kind {
            Kind::Gate([a, b], _) if a != b => Some([a, b]),
            _ => None,
        }
    }

    fn wires(&self) -> &[u16] {
        match &self.kind {
            Kind::Gate(wires, _) => wires,
            Kind::Other(wires, _) => wires,
        }
    }
}

/// Wires as bits.
fn mask(wires: &[u16]) -> u64 {
    wires.iter().fold(0, |mask, wire| mask | 1 << (wire % 64))
}

impl Effect {
    fn new(op: &Op) -> Self {
        let mut form = PauliForm::default();
        op.wires().iter().for_each(|&wire| _ = form.index(wire));
        form.add_any(op);
        let bits = |string: Pauli| string.x as u8 | (string.z as u8) << 2;
        let rotations = form.strings();
        let table = form.aim(&rotations).clifford;
        let image = |row: usize, which: usize| table.get(row).map_or(0, |row| bits(row[which]));
        Self {
            images: [image(0, 0), image(1, 0), image(0, 1), image(1, 1)],
            rotations: rotations.into_iter().map(bits).collect(),
        }
    }
}

/// Operations on three qubits that may happen one right after the other.
#[derive(Default)]
pub struct Window {
    /// The places of its members.
    pub members: Vec<u32>,
    /// The places of the operations between them that have to happen after it.
    pub after: Vec<u32>,
    /// CX of its members.
    pub n_cx: usize,
    /// `C^-1 X C` for each wire, then `C^-1 Z C` for each wire, as bits: X on each wire, Z on each wire.
    pub images: [u8; 2 * N_WIRES],
    /// The strings of the rotations, in order.
    pub rotations: Vec<u8>,
}

/// Grows windows.
pub struct Grower {
    /// By wire: the number of the latest window after which something has to happen on it.
    later: Vec<u32>,
    n_windows: u32,
    /// The latest window.
    pub window: Window,
}

impl Grower {
    /// No window yet.
    pub fn new(n_wires: usize) -> Self {
        Self { later: vec![0; n_wires], n_windows: 0, window: Window::default() }
    }

    /// Grows the window on three wires that begins with the first of the operations, which is a gate on two of them;
    /// whether it reaches the third.
    pub fn grow(&mut self, near: &VecDeque<Entry>, wires: [u16; N_WIRES]) -> bool {
        self.n_windows += 1;
        self.window.clear();
        let first = near.front().map_or(&[][..], Entry::wires);
        // The wires that the window has reached.
        let mut is_in = wires.map(|wire| first.contains(&wire));
        let mut is_bit_later = false;
        // Of the three wires and those on which something has to wait: nothing else is of interest.
        let mut of_interest = mask(&wires);
        let place = |wire: u16| wires.iter().position(|&other| other == wire);
        for (i, entry) in near.iter().enumerate() {
            if entry.mask & of_interest == 0 {
                continue;
            }
            let own = entry.wires();
            let is_free = own.iter().all(|&wire| !self.is_later(wire));
            if let (true, Kind::Gate([a, b], effect)) = (is_free, &entry.kind)
                && let (Some(at_a), Some(at_b)) = (place(*a), place(*b))
            {
                if a == b && !is_in[at_a] {
                    continue;
                }
                if self.window.takes(entry, effect, [at_a, at_b]) {
                    (is_in[at_a], is_in[at_b]) = (true, true);
                    self.window.members.push(i as u32);
                    continue;
                }
            }
            let is_bit = matches!(entry.kind, Kind::Other(_, true));
            let is_touched = own.iter().any(|&wire| place(wire).is_some_and(|place| is_in[place]));
            if is_touched || !is_free || is_bit && is_bit_later {
                is_bit_later |= is_bit;
                own.iter().for_each(|&wire| self.later[usize::from(wire)] = self.n_windows);
                of_interest |= entry.mask;
                self.window.after.push(i as u32);
                if (0..N_WIRES).all(|place| !is_in[place] || self.is_later(wires[place])) {
                    break;
                }
            }
        }
        let last = self.window.members.last().copied();
        self.window.after.retain(|&place| Some(place) < last);
        is_in == [true; N_WIRES]
    }

    fn is_later(&self, wire: u16) -> bool {
        self.later[usize::from(wire)] == self.n_windows
    }
}

/// The wires that the two of the first operation meet first, beside each other.
pub fn partners(near: &VecDeque<Entry>) -> [Option<u16>; 2] {
    let Some(pair) = near.front().and_then(Entry::pair) else { return [None; 2] };
    let mut is_open = [true; 2];
    let mut partners = [None; 2];
    let of_interest = mask(&pair);
    for entry in near.iter().filter(|entry| entry.mask & of_interest != 0) {
        for at in 0..2 {
            let own = entry.wires();
            let other = own.iter().find(|wire| !pair.contains(wire));
            if is_open[at] && own.contains(&pair[at]) && other.is_some() {
                is_open[at] = false;
                partners[at] = entry.pair().and(other.copied());
            }
        }
        if is_open == [false; 2] {
            break;
        }
    }
    partners
}

impl Window {
    fn clear(&mut self) {
        self.members.clear();
        self.after.clear();
        self.rotations.clear();
        self.n_cx = 0;
        self.images = std::array::from_fn(|string| 1 << string);
    }

    /// Appends a gate on wires if there are not too many.
    fn takes(&mut self, entry: &Entry, effect: &Effect, [a, b]: [usize; 2]) -> bool {
        let n_cx = self.n_cx + usize::from(entry.n_cx);
        if n_cx > MAX_CX || self.rotations.len() + effect.rotations.len() > MAX_ROTATIONS {
            return false;
        }
        self.n_cx = n_cx;
        let now = [a, b, N_WIRES + a, N_WIRES + b].map(|string| self.images[string]);
        let string = |set: u8| (0..4).filter(|i| set >> i & 1 == 1).fold(0, |sum, i| sum ^ now[i]);
        for &rotation in &effect.rotations {
            self.rotate(string(rotation));
        }
        let images = effect.images.map(string);
        // On one wire the first counts.
        for (at, i) in [(b, 1), (a, 0)] {
            self.images[at] = images[i];
            self.images[N_WIRES + at] = images[2 + i];
        }
        true
    }

    /// Adds a rotation unless there is an equal one with only commuting ones between.
    fn rotate(&mut self, string: u8) {
        for &other in self.rotations.iter().rev() {
            if other == string {
                return;
            }
            if !commute(other, string) {
                break;
            }
        }
        self.rotations.push(string);
    }
}

/// Whether two strings commute, X on each wire in the low bits and Z on each in the next.
pub fn commute(a: u8, b: u8) -> bool {
    let differ = (a & b >> N_WIRES) ^ (b & a >> N_WIRES);
    (differ & ((1 << N_WIRES) - 1)).count_ones().is_multiple_of(2)
}

#[cfg(test)]
mod tests;
