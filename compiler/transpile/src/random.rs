//! Reproducible random numbers for trials (`SplitMix64`, Steele et al., OOPSLA 2014).

/// A stream of random numbers.
pub struct Random(u64);

impl Random {
    /// The stream of a trial under a seed.
    pub fn new(seed: u64, trial: u64) -> Self {
        let mut stream = Self(seed ^ trial.wrapping_mul(0xd134_2543_de82_ef95));
        stream.next();
        stream
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..n`, `n` above 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// Puts the items into random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}
