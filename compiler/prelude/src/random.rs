//! Counter-based random numbers: a number is a function of a key and a place, so it never depends on what ran before.
//!
//! The generator is Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3"
//! (SC 2011, <https://doi.org/10.1145/2063384.2063405>).

/// Ten rounds of Philox4x32: 128 random bits for a counter and a key.
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
    const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
    let (mut c, mut k) = (counter, key);
    for round in 0..10 {
        if round > 0 {
            k = [k[0].wrapping_add(WEYL[0]), k[1].wrapping_add(WEYL[1])];
        }
        let p0 = u64::from(MULTIPLIERS[0]) * u64::from(c[0]);
        let p1 = u64::from(MULTIPLIERS[1]) * u64::from(c[2]);
        c = [(p1 >> 32) as u32 ^ c[1] ^ k[0], p1 as u32, (p0 >> 32) as u32 ^ c[3] ^ k[1], p0 as u32];
    }
    c
}

/// 1 or -1, by the top bit at a place of the stream of `key`.
pub fn sign_at(key: u64, major: u64, minor: u64) -> f64 {
    if pair_at(key, major, minor)[0] >> 63 == 0 { 1.0 } else { -1.0 }
}

/// The two 64-bit random numbers at a place, `(major, minor)`, of the stream of `key`.
pub fn pair_at(key: u64, major: u64, minor: u64) -> [u64; 2] {
    let split = |x: u64| [x as u32, (x >> 32) as u32];
    let ([m0, m1], [n0, n1]) = (split(major), split(minor));
    let r = philox([n0, n1, m0, m1], split(key));
    [u64::from(r[0]) | u64::from(r[1]) << 32, u64::from(r[2]) | u64::from(r[3]) << 32]
}

/// A uniform number in `[0, 1)` at a place of the stream of `key`.
pub fn uniform_at(key: u64, major: u64, minor: u64) -> f64 {
    unit(pair_at(key, major, minor)[0])
}

/// The key of a stream of its own inside the stream of `key`: for a call site, a loop index, a shot.
#[must_use]
pub fn child_key(key: u64, index: u64) -> u64 {
    // The major half is set apart from the places that a `Stream` reads, which has 0 there.
    pair_at(key, u64::MAX, index)[0]
}

/// The top 53 bits as a number in `[0, 1)`.
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// Random numbers one after the other, for consumers that want a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    key: u64,
    position: u64,
}

impl Stream {
    /// The stream of a key, from its start.
    pub fn new(key: u64) -> Self {
        Self { key, position: 0 }
    }

    /// The next pair of 64-bit numbers.
    fn next_pair(&mut self) -> [u64; 2] {
        self.position += 1;
        pair_at(self.key, 0, self.position)
    }

    /// The next number in `[0, 1)`.
    pub fn uniform(&mut self) -> f64 {
        unit(self.next_pair()[0])
    }

    /// The next integer in `0..bound`, every one equally likely; `bound` is positive.
    pub fn below(&mut self, bound: u64) -> u64 {
        // Numbers in the last, incomplete stretch of length `bound` are drawn again.
        let limit = u64::MAX - u64::MAX % bound;
        loop {
            let [x, y] = self.next_pair();
            if let Some(good) = [x, y].into_iter().find(|&z| z < limit) {
                return good % bound;
            }
        }
    }

    /// The next number of the standard normal distribution (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let [x, y] = self.next_pair();
        // 1 - u is in (0, 1], so its logarithm is finite.
        (-2.0 * (1.0 - unit(x)).ln()).sqrt() * (std::f64::consts::TAU * unit(y)).cos()
    }
}

#[cfg(test)]
mod tests;
