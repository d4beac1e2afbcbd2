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
    #[inline]
    pub fn letters_at(self, [a, b]: [usize; 2]) -> usize {
        let letter = |[x, z]: [u64; 2], wire: usize| (x >> wire & 1 | (z >> wire & 1) << 1) as usize;
        let low = [self.x as u64, self.z as u64];
        // What most strings are has one branch for all four bits.
        if a < 64 && b < 64 {
            return letter(low, a) | letter(low, b) << 2;
        }
        let high = [(self.x >> 64) as u64, (self.z >> 64) as u64];
        let at = |wire: usize| letter(if wire < 64 { low } else { high }, wire % 64);
        at(a) | at(b) << 2
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

/// By the letters of a controlled gate, and by those of a string on its wires ([`Pauli::letters_at`]): what the gate
/// multiplies the string by, the first letter (1), the second (2) or both (3), and the power of i that comes with that.
const PRODUCTS: [[[(u8, u8); 16]; 3]; 3] = {
    // Bits X and Z of each letter; that of Y comes with a phase.
    const BITS: [usize; 3] = [1, 3, 2];
    const fn anticommute(p: usize, q: usize) -> bool {
        (p & 1 & q >> 1) ^ (p >> 1 & q & 1) == 1
    }
    // Z moves past X with a sign.
    const fn phase(of: usize, by: usize) -> u8 {
        (by == 3) as u8 + 2 * (of >> 1 & by & 1) as u8
    }
    let mut products = [[[(0, 0); 16]; 3]; 3];
    let mut i = 0;
    while i < 3 * 3 * 16 {
        let (s, t, letters) = (i / 48, i / 16 % 3, i % 16);
        let (first, second, at_a, at_b) = (BITS[s], BITS[t], letters & 3, letters >> 2);
        products[s][t][letters] = match (anticommute(at_a, first), anticommute(at_b, second)) {
            (false, false) => (0, 0),
            (false, true) => (1, phase(at_a, first)),
            (true, false) => (2, phase(at_b, second)),
            (true, true) => (3, (phase(at_a, first) + phase(at_b, second) + 2) % 4),
        };
        i += 1;
    }
    products
};

impl Controlled {
    fn products(self) -> &'static [(u8, u8); 16] {
        &PRODUCTS[self.letters[0] as usize][self.letters[1] as usize]
    }

    /// Does the gate to strings: `g P g^-1`.
    pub fn conjugate_all<'a>(self, strings: impl Iterator<Item = &'a mut Pauli>) {
        let products = self.products();
        let [first, second] = [0, 1].map(|i| on(self.letters[i], self.wires[i]));
        let none = Pauli { x: 0, z: 0, phase: 0 };
        let factors = [none, first, second, Pauli { x: first.x | second.x, z: first.z | second.z, phase: 0 }];
        for pauli in strings {
            let (factor, phase) = products[pauli.letters_at(self.wires)];
            let Pauli { x, z, .. } = factors[usize::from(factor)];
            *pauli = Pauli { x: pauli.x ^ x, z: pauli.z ^ z, phase: (pauli.phase + phase) % 4 };
        }
    }

    /// How the letters on the two wires change, by [`Pauli::letters_at`].
    pub fn letters_after(self, letters: usize) -> usize {
        let (factor, _) = self.products()[letters];
        let bits = |i: usize| on(self.letters[i], i).letters_at([0, 1]);
        letters ^ (0..2).filter(|i| factor >> i & 1 == 1).fold(0, |sum, i| sum ^ bits(i))
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
