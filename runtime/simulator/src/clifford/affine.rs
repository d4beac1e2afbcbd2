//! Which outcomes of a register there are: `point + span of directions` over the field of two elements, each of them
//! equally likely (Dehaene and De Moor, Phys. Rev. A 68, 042318).

/// Outcomes of a register, bit `i` of a vector is qubit `i`.
#[derive(Clone, Debug)]
pub(super) struct Outcomes {
    point: Vec<u64>,
    /// Independent; none has the highest bit of one before it.
    directions: Vec<Vec<u64>>,
}

impl Outcomes {
    /// From one outcome, and for each qubit the coins that flip it; outcomes come from throwing all coins.
    pub fn new(point: &[bool], coins: &[&[u64]]) -> Self {
        let n_coins = coins.first().map_or(0, |row| 64 * row.len());
        let mut outcomes = Self { point: packed(point), directions: Vec::new() };
        for coin in 0..n_coins {
            let flips: Vec<bool> = coins.iter().map(|row| row[coin / 64] >> (coin % 64) & 1 == 1).collect();
            let rest = outcomes.reduced(packed(&flips));
            if rest.iter().any(|&word| word != 0) {
                outcomes.directions.push(rest);
            }
        }
        outcomes
    }

    /// How likely an outcome is.
    pub fn probability(&self, bits: &[bool]) -> f64 {
        let difference = packed(bits).iter().zip(&self.point).map(|(a, b)| a ^ b).collect();
        let is_possible = self.reduced(difference).iter().all(|&word| word == 0);
        if is_possible { self.each() } else { 0.0 }
    }

    /// Adds `weight` times the probabilities of all outcomes, qubit 0 least significant; at most 63 qubits.
    pub fn add_to(&self, weight: f64, values: &mut [f64]) {
        let index = |words: &[u64]| words.first().map_or(0, |&word| word as usize);
        let share = weight * self.each();
        let mut at = index(&self.point);
        values[at] += share;
        for count in 1..1_u64 << self.directions.len() {
            // In the order of a Gray code one direction is added at a time.
            at ^= index(&self.directions[count.trailing_zeros() as usize]);
            values[at] += share;
        }
    }

    /// The probability of each outcome that there is.
    fn each(&self) -> f64 {
        0.5_f64.powi(self.directions.len() as i32)
    }

    /// A vector less the directions that have its highest bits: zero if it is a sum of directions.
    fn reduced(&self, mut vector: Vec<u64>) -> Vec<u64> {
        for direction in &self.directions {
            let Some(word) = direction.iter().rposition(|&word| word != 0) else { continue };
            let highest = direction[word].ilog2();
            if vector[word] >> highest & 1 == 1 {
                vector.iter_mut().zip(direction).for_each(|(a, b)| *a ^= b);
            }
        }
        vector
    }
}

fn packed(bits: &[bool]) -> Vec<u64> {
    let word = |bits: &[bool]| bits.iter().enumerate().fold(0, |word, (i, &bit)| word | u64::from(bit) << i);
    bits.chunks(64).map(word).collect()
}
