//! Indices that have given values at some of their bits: what controls select.

/// The indices `i` with `i & mask == value`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Select {
    pub mask: usize,
    pub value: usize,
}

impl Select {
    /// All of these indices that also have this value of a bit.
    pub(crate) fn with(self, position: u32, on_one: bool) -> Self {
        Self { mask: self.mask | 1 << position, value: self.value | usize::from(on_one) << position }
    }

    /// Whether an index is one of them.
    #[inline(always)]
    pub(crate) fn has(self, index: usize) -> bool {
        index & self.mask == self.value
    }

    /// These indices below `len`, a power of two, in rising order.
    pub(crate) fn indices(self, len: usize) -> impl Iterator<Item = usize> {
        let (fixed, value) = (self.mask, self.value);
        let mut start = Some(0).filter(|_| value < len);
        std::iter::from_fn(move || {
            let found = start? | value;
            start = Some(((start? | fixed) + 1) & !fixed).filter(|&next| next < len);
            Some(found)
        })
    }
}
