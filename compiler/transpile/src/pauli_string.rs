//! Strings of Pauli letters as bits, and what the gates of Pauli networks do to them.

/// A Pauli letter.
pub use qml_ir::circuit::Pauli as Letter;

/// A product of Pauli operators: `i^phase` times, on each wire, `X^x Z^z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauli {
    /// The wires with X.
    pub x: u128,
    /// The wires with Z.
    pub z: u128,
    /// Powers of i, modulo 4.
    pub phase: u8,
}

/// All letters.
pub const LETTERS: [Letter; 3] = [Letter::X, Letter::Y, Letter::Z];

/// The letter on a wire.
pub fn on(letter: Letter, wire: usize) -> Pauli {
    let bit = 1 << wire;
    match letter {
        Letter::X => Pauli { x: bit, z: 0, phase: 0 },
        Letter::Y => Pauli { x: bit, z: bit, phase: 1 },
        Letter::Z => Pauli { x: 0, z: bit, phase: 0 },
    }
}

/// Whether a set has an odd number of members: that of its halves put together, which takes no count.
fn is_odd(set: u128) -> bool {
    ((set ^ set >> 64) as u64).count_ones() % 2 == 1
}

impl Pauli {
    /// The product.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        // Z moves past X with a sign.
        let phase = self.phase + other.phase + 2 * u8::from(is_odd(self.z & other.x));
        Self { x: self.x ^ other.x, z: self.z ^ other.z, phase: phase % 4 }
    }

    /// Whether two strings commute.
    pub fn commutes_with(self, other: Self) -> bool {
        !is_odd((self.x & other.z) ^ (self.z & other.x))
    }

    /// Whether a Hermitian string has the sign -1.
    pub fn is_negative(self) -> bool {
        // Y = i X Z.
        (self.phase + 4 - ((self.x & self.z).count_ones() % 4) as u8) % 4 == 2
    }

    /// The wires with a letter.
    pub fn support(self) -> u128 {
        self.x | self.z
    }

    /// How many letters.
    pub fn weight(self) -> i64 {
        i64::from(self.support().count_ones())
    }

    /// The letter on a wire, if there is one.
    pub fn letter(self, wire: usize) -> Option<Letter> {
        match (self.x >> wire & 1, self.z >> wire & 1) {
            (0, 0) => None,
            (1, 0) => Some(Letter::X),
            (1, 1) => Some(Letter::Y),
            _ => Some(Letter::Z),
        }
    }

    /// The letters on two wires as an index into what depends on them alone: bits X and Z of `a`, then of `b`.
    pub fn letters_at(self, [a, b]: [usize; 2]) -> usize {
        // Half a word is shifted in one step.
        let half = |set: u128, wire: usize| if wire < 64 { set as u64 } else { (set >> 64) as u64 };
        let bit = |set: u128, wire: usize| (half(set, wire) >> (wire % 64)) as usize & 1;
        bit(self.x, a) | bit(self.z, a) << 1 | bit(self.x, b) << 2 | bit(self.z, b) << 3
    }

    /// The string after a gate on one wire or an exchange: `g P g^-1`.
    pub fn conjugate(&mut self, gate: Clifford) {
        let bit = |set: u128, wire: usize| (set >> wire & 1) as u8;
        let turn = match gate {
            Clifford::H(q) => {
                let (x, z) = (bit(self.x, q), bit(self.z, q));
                self.x ^= u128::from(x ^ z) << q;
                self.z ^= u128::from(x ^ z) << q;
                2 * (x & z)
            }
            Clifford::S(q) | Clifford::Sdg(q) => {
                let x = bit(self.x, q);
                self.z ^= u128::from(x) << q;
                if matches!(gate, Clifford::S(_)) { x } else { 3 * x }
            }
            Clifford::X(q) => 2 * bit(self.z, q),
            Clifford::Z(q) => 2 * bit(self.x, q),
            Clifford::Swap(a, b) => {
                for set in [&mut self.x, &mut self.z] {
                    let differ = (*set >> a ^ *set >> b) & 1;
                    *set ^= differ << a | differ << b;
                }
                0
            }
        };
        self.phase = (self.phase + turn) % 4;
    }
}

/// A Clifford gate that networks use beside [`Controlled`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clifford {
    /// A gate on one wire.
    H(usize),
    /// A gate on one wire.
    S(usize),
    /// A gate on one wire.
    Sdg(usize),
    /// A gate on one wire.
    X(usize),
    /// A gate on one wire.
    Z(usize),
    /// Two wires are exchanged.
    Swap(usize, usize),
}

/// A controlled Pauli gate: what anticommutes with one letter is multiplied by the other. CX has the letters Z and X.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Controlled {
    /// The two wires.
    pub wires: [usize; 2],
    /// The letter on each.
    pub letters: [Letter; 2],
}

impl Controlled {
    /// Does the gate to strings: `g P g^-1`.
    pub fn conjugate_all<'a>(self, strings: impl Iterator<Item = &'a mut Pauli>) {
        let [a, b] = self.wires;
        let touched = 1_u128 << a | 1 << b;
        let [first, second] = [on(self.letters[0], a), on(self.letters[1], b)];
        for pauli in strings.filter(|pauli| pauli.support() & touched != 0) {
            let (by_first, by_second) = (pauli.commutes_with(first), pauli.commutes_with(second));
            *pauli = match (by_first, by_second) {
                (true, true) => *pauli,
                (false, true) => pauli.times(second),
                (true, false) => pauli.times(first),
                (false, false) => {
                    let product = pauli.times(first).times(second);
                    Pauli { phase: (product.phase + 2) % 4, ..product }
                }
            };
        }
    }

    /// How the letters on the two wires change, by [`Pauli::letters_at`].
    pub fn letters_after(self, letters: usize) -> usize {
        let bits = |letter| match letter {
            Letter::X => 1,
            Letter::Y => 3,
            Letter::Z => 2,
        };
        let [s, t] = self.letters.map(bits);
        let (p, q) = (letters & 3, letters >> 2);
        let differs = |u: usize, v: usize| ((u & 1) & (v >> 1)) ^ ((u >> 1) & (v & 1)) == 1;
        let after_p = if differs(q, t) { p ^ s } else { p };
        let after_q = if differs(p, s) { q ^ t } else { q };
        after_p | after_q << 2
    }

    /// How many letters more there are after the gate, by [`Pauli::letters_at`].
    pub fn growth(self, letters: usize) -> i64 {
        let weight = |letters: usize| i64::from(letters & 3 != 0) + i64::from(letters >> 2 != 0);
        weight(self.letters_after(letters)) - weight(letters)
    }

    /// The gates on one wire that turn a CX from the first to the second wire into this gate: those before it. After it
    /// they happen backwards.
    pub fn frame(self) -> impl DoubleEndedIterator<Item = Clifford> {
        let [control, target] = self.wires;
        let to_z: &[fn(usize) -> Clifford] = match self.letters[0] {
            Letter::X => &[Clifford::H],
            Letter::Y => &[Clifford::Sdg, Clifford::H],
            Letter::Z => &[],
        };
        let to_x: &[fn(usize) -> Clifford] = match self.letters[1] {
            Letter::X => &[],
            Letter::Y => &[Clifford::Sdg],
            Letter::Z => &[Clifford::H],
        };
        let of = |gates: &'static [fn(usize) -> Clifford], wire| gates.iter().map(move |gate| gate(wire));
        of(to_z, control).chain(of(to_x, target))
    }
}

impl Clifford {
    /// The gate that undoes it.
    #[must_use]
    pub fn inverse(self) -> Self {
        match self {
            Self::S(wire) => Self::Sdg(wire),
            Self::Sdg(wire) => Self::S(wire),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests;
