//! Vectors of real numbers, as wide as the machine's registers.
//!
//! Every kernel is written once over [`Vector`] and compiled for each instruction set. The choice is made once, when the
//! program runs, and a kernel enters it through [`dispatch`]: all that is inlined below the entry is compiled with the
//! instruction set's features. A portable vector is always there; it also runs under Miri.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
#[cfg(test)]
mod tests;
mod trigonometry;

pub(crate) use trigonometry::sin_cos;

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// A table of one number where a condition on mask and lane holds, and another elsewhere.
macro_rules! lane_table {
    ($real:ty, $mask:ident, $lane:ident => $condition:expr, $yes:literal, $no:literal) => {{
        let mut table = [[$no; MOST_LANES]; MOST_LANES];
        let mut $mask = 0;
        while $mask < MOST_LANES {
            let mut $lane = 0;
            while $lane < MOST_LANES {
                if $condition {
                    table[$mask][$lane] = $yes;
                }
                $lane += 1;
            }
            $mask += 1;
        }
        table
    }};
}

/// A real number: `f32` or `f64`.
pub(crate) trait Real:
    Copy
    + Debug
    + Default
    + Send
    + Sync
    + PartialEq
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + 'static
{
    /// The vector that needs no instruction set.
    type Portable: Vector<Real = Self>;
    /// The vector of AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    type Avx2: Vector<Real = Self>;
    /// The vector of AVX-512.
    #[cfg(target_arch = "x86_64")]
    type Avx512: Vector<Real = Self>;
    /// The vector of NEON.
    #[cfg(target_arch = "aarch64")]
    type Neon: Vector<Real = Self>;

    /// Nothing.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// See [`Vector::inside`].
    const INSIDE: &'static LaneTable<Self>;
    /// See [`Vector::signs`].
    const SIGNS: &'static LaneTable<Self>;

    /// Rounds.
    fn from_f64(value: f64) -> Self;
    /// Exact.
    fn to_f64(self) -> f64;
}

impl Real for f64 {
    type Portable = portable::F64x4;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = avx2::F64x4;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = avx512::F64x8;
    #[cfg(target_arch = "aarch64")]
    type Neon = neon::F64x2;

    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const INSIDE: &'static LaneTable<Self> = &lane_table!(Self, mask, lane => lane & mask == mask, 1.0, 0.0);
    const SIGNS: &'static LaneTable<Self> =
        &lane_table!(Self, mask, lane => (lane & mask).count_ones() % 2 == 0, 1.0, -1.0);

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
}

impl Real for f32 {
    type Portable = portable::F32x8;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = avx2::F32x8;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = avx512::F32x16;
    #[cfg(target_arch = "aarch64")]
    type Neon = neon::F32x4;

    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const INSIDE: &'static LaneTable<Self> = &lane_table!(Self, mask, lane => lane & mask == mask, 1.0, 0.0);
    const SIGNS: &'static LaneTable<Self> =
        &lane_table!(Self, mask, lane => (lane & mask).count_ones() % 2 == 0, 1.0, -1.0);

    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as Self
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

/// The most lanes that any vector has.
pub(crate) const MOST_LANES: usize = 16;

/// A register of real numbers.
///
/// # Safety
///
/// All functions may be called only where the machine has the instruction set; pointers are valid for [`Self::LANES`]
/// numbers, of any alignment.
pub(crate) trait Vector: Copy + Send + Sync + 'static {
    /// The numbers.
    type Real: Real;
    /// How many, a power of two.
    const LANES: usize;
    /// `2^BITS` lanes.
    const BITS: u32;

    unsafe fn load(from: *const Self::Real) -> Self;
    unsafe fn store(self, to: *mut Self::Real);
    unsafe fn splat(value: Self::Real) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn sub(self, other: Self) -> Self;
    unsafe fn mul(self, other: Self) -> Self;
    /// `self * factor + addend`.
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// `addend - self * factor`.
    unsafe fn neg_mul_add(self, factor: Self, addend: Self) -> Self;
    /// `self * factor - subtrahend`.
    unsafe fn mul_sub(self, factor: Self, subtrahend: Self) -> Self;
    /// Lane `l` takes what lane `l ^ (1 << bit)` had.
    unsafe fn exchange(self, bit: u32) -> Self;

    /// Lane `l` takes what lane `l ^ mask` had.
    #[inline(always)]
    unsafe fn exchange_all(self, mask: usize) -> Self {
        let mut result = self;
        for bit in 0..Self::BITS {
            if mask >> bit & 1 == 1 {
                // SAFETY: As for the whole trait.
                result = unsafe { result.exchange(bit) };
            }
        }
        result
    }

    /// 1 in lanes whose number has all bits of the mask, 0 in the others.
    #[inline(always)]
    unsafe fn inside(mask: usize) -> Self {
        // SAFETY: A row has room for every vector.
        unsafe { Self::load(Self::Real::INSIDE[mask].as_ptr()) }
    }

    /// 1 in lanes `l` with `l & mask == value`, 0 in the others.
    #[inline(always)]
    unsafe fn selected(mask: usize, value: usize) -> Self {
        // SAFETY: As for the whole trait.
        unsafe { Self::inside(mask).exchange_all(mask ^ value) }
    }

    /// `(-1)^|l & z|` in lane `l`.
    #[inline(always)]
    unsafe fn signs(z: usize) -> Self {
        // SAFETY: A row has room for every vector.
        unsafe { Self::load(Self::Real::SIGNS[z].as_ptr()) }
    }

    /// The lanes; those beyond [`Self::LANES`] are zero.
    #[inline(always)]
    unsafe fn lanes(self) -> [Self::Real; MOST_LANES] {
        let mut lanes = [Self::Real::ZERO; MOST_LANES];
        // SAFETY: `lanes` has room for every vector.
        unsafe { self.store(lanes.as_mut_ptr()) };
        lanes
    }

    /// The sum of the lanes: neighbours first, then pairs of them, and so on.
    #[inline(always)]
    unsafe fn sum(self) -> f64 {
        let mut sum = self;
        for bit in 0..Self::BITS {
            // SAFETY: As for the whole trait.
            sum = unsafe { sum.add(sum.exchange(bit)) };
        }
        // SAFETY: As for the whole trait.
        unsafe { sum.lanes()[0].to_f64() }
    }
}

/// A number for each lane, by a mask.
type LaneTable<T> = [[T; MOST_LANES]; MOST_LANES];

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isa {
    /// None in particular.
    Portable,
    /// AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512 F and DQ.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// NEON.
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Isa {
    /// All that this machine has, the widest last.
    pub(crate) fn available() -> Vec<Self> {
        let mut found = vec![Self::Portable];
        if cfg!(miri) {
            return found;
        }
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                found.push(Self::Avx2);
            }
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
                found.push(Self::Avx512);
            }
        }
        #[cfg(target_arch = "aarch64")]
        found.push(Self::Neon);
        found
    }

    /// The widest that this machine has.
    pub(crate) fn best() -> Self {
        Self::available().pop().unwrap_or(Self::Portable)
    }

    /// How many numbers a register holds, as a power of two.
    pub(crate) fn lane_bits<T: Real>(self) -> u32 {
        match self {
            Self::Portable => T::Portable::BITS,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => T::Avx2::BITS,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => T::Avx512::BITS,
            #[cfg(target_arch = "aarch64")]
            Self::Neon => T::Neon::BITS,
        }
    }

    /// The name that people know.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "AVX2 and FMA",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "AVX-512",
            #[cfg(target_arch = "aarch64")]
            Self::Neon => "NEON",
        }
    }
}

/// Work that is compiled for each instruction set.
pub(crate) trait Task<T: Real> {
    /// What it gives.
    type Output;

    /// Does it. Must be `#[inline(always)]`, as all that it calls.
    ///
    /// # Safety
    ///
    /// The machine has the instruction set of `V`.
    unsafe fn run<V: Vector<Real = T>>(self) -> Self::Output;
}

/// Does the work with an instruction set that [`Isa::available`] found.
#[inline]
pub(crate) fn dispatch<T: Real, K: Task<T>>(isa: Isa, task: K) -> K::Output {
    // SAFETY: `isa` comes from `Isa::available`, which asked the machine.
    unsafe {
        match isa {
            Isa::Portable => task.run::<T::Portable>(),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => with_avx2(task),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => with_avx512(task),
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => task.run::<T::Neon>(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn with_avx2<T: Real, K: Task<T>>(task: K) -> K::Output {
    // SAFETY: The caller found the features.
    unsafe { task.run::<T::Avx2>() }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
unsafe fn with_avx512<T: Real, K: Task<T>>(task: K) -> K::Output {
    // SAFETY: The caller found the features.
    unsafe { task.run::<T::Avx512>() }
}

/// A vector of complex numbers, real and imaginary parts apart.
#[derive(Clone, Copy)]
pub(crate) struct Complex<V> {
    pub re: V,
    pub im: V,
}

impl<V: Vector> Complex<V> {
    /// Loads a group: all real parts, then all imaginary parts.
    #[inline(always)]
    pub(crate) unsafe fn load(from: *const V::Real) -> Self {
        // SAFETY: A group has `2 LANES` numbers.
        unsafe { Self { re: V::load(from), im: V::load(from.add(V::LANES)) } }
    }

    /// Stores a group.
    #[inline(always)]
    pub(crate) unsafe fn store(self, to: *mut V::Real) {
        // SAFETY: A group has `2 LANES` numbers.
        unsafe {
            self.re.store(to);
            self.im.store(to.add(V::LANES));
        }
    }

    /// Coefficient `k` of a table that lies in groups, as amplitudes do: the same number in all lanes, or, where
    /// `PER_LANE`, the group `k` with a number for each lane.
    #[inline(always)]
    pub(crate) unsafe fn coefficient<const PER_LANE: bool>(table: *const V::Real, k: usize) -> Self {
        // SAFETY: The table has so many entries.
        unsafe {
            if PER_LANE {
                Self::load(table.add(2 * V::LANES * k))
            } else {
                let (re, im) = Self::number(table, k);
                Self { re: V::splat(re), im: V::splat(im) }
            }
        }
    }

    /// Coefficient `k` of a table where lanes are amplitudes.
    #[inline(always)]
    pub(crate) unsafe fn number(table: *const V::Real, k: usize) -> (V::Real, V::Real) {
        // SAFETY: The table has so many entries.
        unsafe {
            let at = table.add((k >> V::BITS << (V::BITS + 1)) + (k & (V::LANES - 1)));
            (*at, *at.add(V::LANES))
        }
    }

    /// The same number in all lanes.
    #[inline(always)]
    pub(crate) unsafe fn splat(re: f64, im: f64) -> Self {
        // SAFETY: As for `Vector`.
        unsafe { Self { re: V::splat(V::Real::from_f64(re)), im: V::splat(V::Real::from_f64(im)) } }
    }

    /// The product.
    #[inline(always)]
    pub(crate) unsafe fn mul(self, other: Self) -> Self {
        // SAFETY: As for `Vector`.
        unsafe {
            Self {
                re: self.im.neg_mul_add(other.im, self.re.mul(other.re)),
                im: self.im.mul_add(other.re, self.re.mul(other.im)),
            }
        }
    }

    /// `self * conj(other)`.
    #[inline(always)]
    pub(crate) unsafe fn mul_conj(self, other: Self) -> Self {
        // SAFETY: As for `Vector`.
        unsafe {
            Self {
                re: self.im.mul_add(other.im, self.re.mul(other.re)),
                im: self.re.neg_mul_add(other.im, self.im.mul(other.re)),
            }
        }
    }

    /// `self * other + addend`.
    #[inline(always)]
    pub(crate) unsafe fn mul_add(self, other: Self, addend: Self) -> Self {
        // SAFETY: As for `Vector`.
        unsafe {
            Self {
                re: self.im.neg_mul_add(other.im, self.re.mul_add(other.re, addend.re)),
                im: self.im.mul_add(other.re, self.re.mul_add(other.im, addend.im)),
            }
        }
    }

    /// `self * conj(other) + addend`.
    #[inline(always)]
    pub(crate) unsafe fn mul_conj_add(self, other: Self, addend: Self) -> Self {
        // SAFETY: As for `Vector`.
        unsafe {
            Self {
                re: self.im.mul_add(other.im, self.re.mul_add(other.re, addend.re)),
                im: self.re.neg_mul_add(other.im, self.im.mul_add(other.re, addend.im)),
            }
        }
    }

    /// Both parts times a real number.
    #[inline(always)]
    pub(crate) unsafe fn scale(self, factor: V) -> Self {
        // SAFETY: As for `Vector`.
        unsafe { Self { re: self.re.mul(factor), im: self.im.mul(factor) } }
    }

    /// `self * factor + addend` for a real factor.
    #[inline(always)]
    pub(crate) unsafe fn scale_add(self, factor: V, addend: Self) -> Self {
        // SAFETY: As for `Vector`.
        unsafe { Self { re: self.re.mul_add(factor, addend.re), im: self.im.mul_add(factor, addend.im) } }
    }

    /// Lane `l` takes what lane `l ^ mask` had.
    #[inline(always)]
    pub(crate) unsafe fn exchange_all(self, mask: usize) -> Self {
        // SAFETY: As for `Vector`.
        unsafe { Self { re: self.re.exchange_all(mask), im: self.im.exchange_all(mask) } }
    }
}
