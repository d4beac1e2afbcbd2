//! Registers of 128 bits with fused multiplication.

#[allow(clippy::wildcard_imports)] // Two dozen names that say the same as their uses.
use std::arch::aarch64::*;

use super::Vector;

/// Two doubles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct F64x2(float64x2_t);

// SAFETY of all blocks: the trait's contract, the machine has NEON and pointers are valid.
impl Vector for F64x2 {
    type Real = f64;
    const LANES: usize = 2;
    const BITS: u32 = 1;

    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: See above.
        Self(unsafe { vld1q_f64(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f64) {
        // SAFETY: See above.
        unsafe { vst1q_f64(to, self.0) };
    }

    #[inline(always)]
    unsafe fn splat(value: f64) -> Self {
        // SAFETY: See above.
        Self(unsafe { vdupq_n_f64(value) })
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { vaddq_f64(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { vsubq_f64(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { vmulq_f64(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { vfmaq_f64(addend.0, self.0, factor.0) })
    }

    #[inline(always)]
    unsafe fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { vfmsq_f64(addend.0, self.0, factor.0) })
    }

    #[inline(always)]
    unsafe fn mul_sub(self, factor: Self, subtrahend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { vnegq_f64(vfmsq_f64(subtrahend.0, self.0, factor.0)) })
    }

    #[inline(always)]
    unsafe fn exchange(self, bit: u32) -> Self {
        // SAFETY: See above.
        Self(unsafe {
            debug_assert_eq!(bit, 0);
            vextq_f64::<1>(self.0, self.0)
        })
    }
}

/// Four singles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct F32x4(float32x4_t);

impl Vector for F32x4 {
    type Real = f32;
    const LANES: usize = 4;
    const BITS: u32 = 2;

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: See above.
        Self(unsafe { vld1q_f32(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: See above.
        unsafe { vst1q_f32(to, self.0) };
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: See above.
        Self(unsafe { vdupq_n_f32(value) })
    }

    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { vaddq_f32(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { vsubq_f32(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { vmulq_f32(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { vfmaq_f32(addend.0, self.0, factor.0) })
    }

    #[inline(always)]
    unsafe fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { vfmsq_f32(addend.0, self.0, factor.0) })
    }

    #[inline(always)]
    unsafe fn mul_sub(self, factor: Self, subtrahend: Self) -> Self {
        // SAFETY: See above.
        Self(unsafe { vnegq_f32(vfmsq_f32(subtrahend.0, self.0, factor.0)) })
    }

    #[inline(always)]
    unsafe fn exchange(self, bit: u32) -> Self {
        // SAFETY: See above.
        Self(unsafe {
            match bit {
                0 => vrev64q_f32(self.0),
                _ => vextq_f32::<2>(self.0, self.0),
            }
        })
    }
}
