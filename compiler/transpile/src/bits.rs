//! Sets as bits of a word.

/// Calls `act` with each member of a set, least first.
#[inline]
pub fn each_bit(set: impl Into<u128>, mut act: impl FnMut(usize)) {
    let set = set.into();
    // Half a word at a time, which is one instruction each.
    for (mut half, start) in [(set as u64, 0), ((set >> 64) as u64, 64)] {
        while half != 0 {
            act(start + half.trailing_zeros() as usize);
            half &= half - 1;
        }
    }
}
