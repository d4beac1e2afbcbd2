//! Registers of 512 bits with fused multiplication.

#[allow(clippy::wildcard_imports)] // Two dozen names that say the same as their uses.
use std::arch::x86_64::*;

use super::Vector;

/// Eight doubles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct F64x8(__m512d);

// SAFETY of all blocks: the trait's contract, the machine has AVX-512 and pointers are valid.
impl Vector for F64x8 {
    type Real = f64;
    const LANES: usize = 8;
    const BITS: u32 = 3;

    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_loadu_pd(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: See above.
        unsafe { _mm512_storeu_pd(to, self.0) };
    }

    #[inline(always)]
    unsafe fn splat(value: f64) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_set1_pd(value) })
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_add_pd(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_sub_pd(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_mul_pd(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_fmadd_pd(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    unsafe fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_fnmadd_pd(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    unsafe fn mul_sub(self, factor: Self, subtrahend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_fmsub_pd(self.0, factor.0, subtrahend.0) })
    }

    #[inline(always)]
    unsafe fn exchange(self, bit: u32) -> Self {
        // SAFETY: See above.
        Self(unsafe {
            match bit {
                0 => _mm512_permute_pd::<0b0101_0101>(self.0),
                1 => _mm512_shuffle_f64x2::<0b1011_0001>(self.0, self.0),
                _ => _mm512_shuffle_f64x2::<0b0100_1110>(self.0, self.0),
            }
        })
    }
}

/// Sixteen singles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct F32x16(__m512);

impl Vector for F32x16 {
    type Real = f32;
    const LANES: usize = 16;
    const BITS: u32 = 4;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: See above.
        unsafe { _mm512_storeu_ps(to, self.0) };
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_add_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_sub_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_mul_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_fmadd_ps(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    unsafe fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_fnmadd_ps(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    unsafe fn mul_sub(self, factor: Self, subtrahend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm512_fmsub_ps(self.0, factor.0, subtrahend.0) })
    }

    #[inline(always)]
    unsafe fn exchange(self, bit: u32) -> Self {
        // SAFETY: See above.
        Self(unsafe {
            match bit {
                0 => _mm512_permute_ps::<0b1011_0001>(self.0),
                1 => _mm512_permute_ps::<0b0100_1110>(self.0),
                2 => _mm512_shuffle_f32x4::<0b1011_0001>(self.0, self.0),
                _ => _mm512_shuffle_f32x4::<0b0100_1110>(self.0, self.0),
            }
        })
    }
}
