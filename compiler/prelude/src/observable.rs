//! Observables: sums of Pauli strings, and projectors on a basis state.

use std::collections::BTreeMap;
use std::fmt;

use num_complex::Complex;

/// A Pauli letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pauli {
    /// X.
    X,
    /// Y.
    Y,
    /// Z.
    Z,
}

/// A product of Pauli letters on different qubits, sorted by qubit; empty is the identity.
pub type PauliString = Vec<(u32, Pauli)>;

/// A sum of Pauli strings and projectors with complex coefficients. Each string stands once.
///
/// A string whose coefficient happens to be 0 stays in the sum: which strings there are doesn't depend on numbers, so a
/// circuit is compiled once for all of them, and a coefficient that starts at 0 has its derivative. Two sums are equal if
/// they differ in such strings only; see [`Observable::without_zeros`].
#[derive(Clone, Debug, Default)]
pub struct Observable {
    /// Strings with their coefficients, in the order of the strings.
    pub terms: BTreeMap<PauliString, Complex<f64>>,
    /// Projectors on the basis state with these bits (qubit 0 first), never expanded, with their coefficients.
    pub projectors: Vec<(Vec<bool>, Complex<f64>)>,
}

impl Pauli {
    /// The product `self * other`: a phase and a letter, none for the identity.
    pub fn product(self, other: Self) -> (Complex<f64>, Option<Self>) {
        let i = Complex::new(0.0, 1.0);
        match (self, other) {
            (Self::X, Self::X) | (Self::Y, Self::Y) | (Self::Z, Self::Z) => (Complex::new(1.0, 0.0), None),
            (Self::X, Self::Y) => (i, Some(Self::Z)),
            (Self::Y, Self::Z) => (i, Some(Self::X)),
            (Self::Z, Self::X) => (i, Some(Self::Y)),
            (Self::Y, Self::X) => (-i, Some(Self::Z)),
            (Self::Z, Self::Y) => (-i, Some(Self::X)),
            (Self::X, Self::Z) => (-i, Some(Self::Y)),
        }
    }
}

/// The product of two strings: a phase and a string.
pub fn multiply_strings(a: &[(u32, Pauli)], b: &[(u32, Pauli)]) -> (Complex<f64>, PauliString) {
    let (mut phase, mut string) = (Complex::new(1.0, 0.0), Vec::with_capacity(a.len() + b.len()));
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        match (a.get(i), b.get(j)) {
            (Some(&(p, x)), Some(&(q, y))) if p == q => {
                let (factor, letter) = x.product(y);
                phase *= factor;
                string.extend(letter.map(|letter| (p, letter)));
                (i, j) = (i + 1, j + 1);
            }
            (Some(&x), other) if other.is_none_or(|y| x.0 < y.0) => {
                string.push(x);
                i += 1;
            }
            (_, Some(&y)) => {
                string.push(y);
                j += 1;
            }
            (Some(&x), _) => {
                string.push(x);
                i += 1;
            }
            (None, None) => {}
        }
    }
    (phase, string)
}

/// The product of coefficients. What is real stays real: infinity times `1.0+0.0im` would have no imaginary part.
fn times(a: Complex<f64>, b: Complex<f64>) -> Complex<f64> {
    match (a.im == 0.0, b.im == 0.0) {
        (true, true) => Complex::new(a.re * b.re, 0.0),
        (true, false) => b * a.re,
        (false, true) => a * b.re,
        (false, false) => a * b,
    }
}

/// The coefficient times one of the phases 1, i, -1 and -i.
fn turned(coefficient: Complex<f64>, phase: Complex<f64>) -> Complex<f64> {
    if phase.im == 0.0 {
        return coefficient * phase.re;
    }
    Complex::new(-coefficient.im * phase.im, coefficient.re * phase.im)
}

impl Observable {
    /// A multiple of the identity.
    pub fn constant(coefficient: Complex<f64>) -> Self {
        Self::term(Vec::new(), coefficient)
    }

    /// One string with its coefficient. The string must be sorted by qubit.
    pub fn term(string: PauliString, coefficient: Complex<f64>) -> Self {
        let mut sum = Self::default();
        sum.add_term(string, coefficient);
        sum
    }

    /// The projector on a basis state, qubit 0 first.
    pub fn projector(bits: Vec<bool>) -> Self {
        Self { terms: BTreeMap::new(), projectors: vec![(bits, Complex::new(1.0, 0.0))] }
    }

    /// Adds a string.
    pub fn add_term(&mut self, string: PauliString, coefficient: Complex<f64>) {
        *self.terms.entry(string).or_default() += coefficient;
    }

    /// The same sum without what has coefficient 0.
    #[must_use]
    pub fn without_zeros(&self) -> Self {
        let mut sum = self.clone();
        sum.terms.retain(|_, coefficient| *coefficient != Complex::ZERO);
        sum.projectors.retain(|(_, coefficient)| *coefficient != Complex::ZERO);
        sum
    }

    /// All coefficients: those of the strings, then those of the projectors.
    pub fn coefficients(&self) -> impl Iterator<Item = &Complex<f64>> {
        self.terms.values().chain(self.projectors.iter().map(|(_, coefficient)| coefficient))
    }

    /// Adds a projector.
    pub fn add_projector(&mut self, bits: &[bool], coefficient: Complex<f64>) {
        match self.projectors.iter_mut().find(|(other, _)| other == bits) {
            Some((_, sum)) => *sum += coefficient,
            None => self.projectors.push((bits.to_vec(), coefficient)),
        }
    }

    /// `self + factor * other`.
    pub fn add_scaled(&mut self, other: &Self, factor: Complex<f64>) {
        for (string, coefficient) in &other.terms {
            self.add_term(string.clone(), times(*coefficient, factor));
        }
        for (bits, coefficient) in &other.projectors {
            self.add_projector(bits, times(*coefficient, factor));
        }
    }

    /// `factor * self`.
    #[must_use]
    pub fn scaled(&self, factor: Complex<f64>) -> Self {
        let mut scaled = Self::default();
        scaled.add_scaled(self, factor);
        scaled
    }

    /// The product, or `None` if it has a projector times something that is neither a number nor a projector, which
    /// would have to be expanded.
    pub fn product(&self, other: &Self) -> Option<Self> {
        if let Some(factor) = other.as_constant() {
            return Some(self.scaled(factor));
        }
        if let Some(factor) = self.as_constant() {
            return Some(other.scaled(factor));
        }
        let mut product = Self::default();
        for (a, x) in &self.terms {
            for (b, y) in &other.terms {
                let (phase, string) = multiply_strings(a, b);
                product.add_term(string, turned(times(*x, *y), phase));
            }
        }
        for (bits, x) in &self.projectors {
            product.add_projector_times(bits, *x, other)?;
        }
        for (bits, y) in &other.projectors {
            // Strings of Z commute with projectors, so the order doesn't matter; the products of two projectors are
            // already there.
            let strings = Self { terms: self.terms.clone(), projectors: Vec::new() };
            product.add_projector_times(bits, *y, &strings)?;
        }
        Some(product)
    }

    /// The same sum with each projector as the product of `(1 ± Z(i)) / 2`: `2 ** n` strings for n bits. `None` if those
    /// are more than 1024: products of two such sums are formed.
    pub fn expanded(&self) -> Option<Self> {
        let mut sum = Self { terms: self.terms.clone(), projectors: Vec::new() };
        for (bits, coefficient) in &self.projectors {
            if bits.len() > 10 {
                return None;
            }
            let factor = coefficient * 0.5_f64.powi(bits.len() as i32);
            for subset in 0..1usize << bits.len() {
                let letters = (0..bits.len()).filter(|i| subset >> i & 1 == 1);
                let is_negative = letters.clone().filter(|&i| bits[i]).count() % 2 == 1;
                let string = letters.map(|i| (i as u32, Pauli::Z)).collect();
                sum.add_term(string, if is_negative { -factor } else { factor });
            }
        }
        Some(sum)
    }

    /// Adds the projector on `bits` times `other`, as far as that is a projector.
    fn add_projector_times(&mut self, bits: &[bool], factor: Complex<f64>, other: &Self) -> Option<()> {
        for (string, y) in other.terms.iter().filter(|(_, y)| **y != Complex::ZERO) {
            // A string of Z on the projector's qubits is a sign.
            let mut sign = 1.0;
            for &(qubit, letter) in string {
                let bit = *bits.get(qubit as usize)?;
                match letter {
                    Pauli::Z if bit => sign = -sign,
                    Pauli::Z => {}
                    Pauli::X | Pauli::Y => return None,
                }
            }
            self.add_projector(bits, times(factor, *y) * sign);
        }
        for (other_bits, y) in &other.projectors {
            // Bits beyond the shorter one are free in it.
            let (long, short) = if bits.len() >= other_bits.len() {
                (bits, &other_bits[..])
            } else {
                (&other_bits[..], bits)
            };
            if long.starts_with(short) {
                self.add_projector(long, times(factor, *y));
            }
        }
        Some(())
    }

    /// The number, if it is a multiple of the identity.
    pub fn as_constant(&self) -> Option<Complex<f64>> {
        if !self.projectors.is_empty() || self.terms.len() > 1 {
            return None;
        }
        match self.terms.first_key_value() {
            None => Some(Complex::ZERO),
            Some((string, coefficient)) => string.is_empty().then_some(*coefficient),
        }
    }

    /// Whether all coefficients are real, up to rounding: the imaginary part at most 1e-12 of the largest coefficient.
    pub fn is_hermitian(&self) -> bool {
        let largest = self.coefficients().map(|coefficient| coefficient.norm()).fold(0.0, f64::max);
        self.coefficients().all(|coefficient| coefficient.im.abs() <= 1e-12 * largest)
    }

    /// One more than the highest qubit.
    pub fn n_qubits(&self) -> usize {
        let strings =
            self.terms.keys().filter_map(|string| string.last()).map(|&(qubit, _)| qubit as usize + 1);
        strings.chain(self.projectors.iter().map(|(bits, _)| bits.len())).max().unwrap_or(0)
    }

    /// Adds the product with a vector to another one: `out += self * psi`. Both have a power of two of elements, for at
    /// least [`Self::n_qubits`] qubits.
    pub fn multiply_add(&self, psi: &[Complex<f64>], out: &mut [Complex<f64>]) {
        for (string, &coefficient) in &self.terms {
            let (mut flips, mut signs, mut n_y) = (0usize, 0usize, 0u32);
            for &(qubit, letter) in string {
                let mask = 1 << qubit;
                if letter != Pauli::Z {
                    flips |= mask;
                }
                if letter != Pauli::X {
                    signs |= mask;
                }
                n_y += u32::from(letter == Pauli::Y);
            }
            // Y|b> = i (-1)^b |1-b>.
            let factor = coefficient * Complex::i().powu(n_y);
            for (index, &amplitude) in psi.iter().enumerate() {
                let sign = if (index & signs).count_ones() % 2 == 1 { -1.0 } else { 1.0 };
                out[index ^ flips] += factor * sign * amplitude;
            }
        }
        for (bits, coefficient) in &self.projectors {
            let wanted = bits.iter().rev().fold(0usize, |index, &bit| index << 1 | usize::from(bit));
            let mask = (1usize << bits.len()) - 1;
            for (index, &amplitude) in psi.iter().enumerate().filter(|(index, _)| index & mask == wanted) {
                out[index] += coefficient * amplitude;
            }
        }
    }
}

impl PartialEq for Observable {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.without_zeros(), other.without_zeros());
        a.terms == b.terms && a.projectors == b.projectors
    }
}

impl fmt::Display for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.without_zeros();
        let strings = shown.terms.iter().map(|(string, coefficient)| {
            let letters: Vec<_> = string.iter().map(|(qubit, letter)| format!("{letter:?}{qubit}")).collect();
            (letters.join("*"), *coefficient)
        });
        let projectors = shown.projectors.iter().map(|(bits, coefficient)| {
            let bits: String = bits.iter().map(|&bit| if bit { '1' } else { '0' }).collect();
            (format!("projector({bits})"), *coefficient)
        });
        let mut is_first = true;
        for (name, coefficient) in strings.chain(projectors) {
            let is_real = coefficient.im == 0.0;
            let number = match (is_real, is_first) {
                (true, true) => format!("{:?}", coefficient.re),
                (true, false) => format!("{:?}", coefficient.re.abs()),
                (false, _) => format!("({})", crate::format_complex(coefficient)),
            };
            let joiner = match (is_first, is_real && coefficient.re < 0.0) {
                (true, _) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            };
            let times = if name.is_empty() { "" } else { "*" };
            write!(f, "{joiner}{number}{times}{name}")?;
            is_first = false;
        }
        if is_first { f.write_str("0.0") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
