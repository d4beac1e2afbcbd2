//! Registers of 256 bits with fused multiplication.

#[allow(clippy::wildcard_imports)] // Two dozen names that say the same as their uses.
use std::arch::x86_64::*;

use super::Vector;

/// Four doubles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct F64x4(__m256d);

// SAFETY of all blocks: the trait's contract, the machine has AVX2 and FMA and pointers are valid.
impl Vector for F64x4 {
    type Real = f64;
    const LANES: usize = 4;
    const BITS: u32 = 2;

    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_loadu_pd(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: See above.
        unsafe { _mm256_storeu_pd(to, self.0) };
    }

    #[inline(always)]
    unsafe fn splat(value: f64) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_set1_pd(value) })
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_add_pd(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_sub_pd(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_mul_pd(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_fmadd_pd(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    unsafe fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_fnmadd_pd(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    unsafe fn mul_sub(self, factor: Self, subtrahend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_fmsub_pd(self.0, factor.0, subtrahend.0) })
    }

    #[inline(always)]
    unsafe fn exchange(self, bit: u32) -> Self {
        // SAFETY: See above.
        Self(unsafe {
            match bit {
                0 => _mm256_permute_pd::<0b0101>(self.0),
                _ => _mm256_permute2f128_pd::<0x01>(self.0, self.0),
            }
        })
    }
}

/// Eight singles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct F32x8(__m256);

impl Vector for F32x8 {
    type Real = f32;
    const LANES: usize = 8;
    const BITS: u32 = 3;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: See above.
        unsafe { _mm256_storeu_ps(to, self.0) };
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_add_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_sub_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_mul_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_fmadd_ps(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    unsafe fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_fnmadd_ps(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    unsafe fn mul_sub(self, factor: Self, subtrahend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { _mm256_fmsub_ps(self.0, factor.0, subtrahend.0) })
    }

    #[inline(always)]
    unsafe fn exchange(self, bit: u32) -> Self {
        // SAFETY: See above.
        Self(unsafe {
            match bit {
                0 => _mm256_permute_ps::<0b1011_0001>(self.0),
                1 => _mm256_permute_ps::<0b0100_1110>(self.0),
                _ => _mm256_permute2f128_ps::<0x01>(self.0, self.0),
            }
        })
    }
}
