//! Vectors without an instruction set: arrays, which the compiler may or may not put into registers.

use super::Vector;

macro_rules! portable {
    ($name:ident, $real:ty, $lanes:literal, $bits:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name([$real; $lanes]);

        impl Vector for $name {
            type Real = $real;
            const LANES: usize = $lanes;
            const BITS: u32 = $bits;

            #[inline(always)]
            unsafe fn load(from: *const $real) -> Self {
                // SAFETY: The caller's pointer is valid for all lanes.
                Self(unsafe { from.cast::<[$real; $lanes]>().read_unaligned() })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut $real) {
                // SAFETY: The caller's pointer is valid for all lanes.
                unsafe { to.cast::<[$real; $lanes]>().write_unaligned(self.0) };
            }

            #[inline(always)]
            unsafe fn splat(value: $real) -> Self {
                Self([value; $lanes])
            }

            #[inline(always)]
            unsafe fn add(self, other: Self) -> Self {
                Self(std::array::from_fn(|l| self.0[l] + other.0[l]))
            }

            #[inline(always)]
            unsafe fn sub(self, other: Self) -> Self {
                Self(std::array::from_fn(|l| self.0[l] - other.0[l]))
            }

            #[inline(always)]
            unsafe fn mul(self, other: Self) -> Self {
                Self(std::array::from_fn(|l| self.0[l] * other.0[l]))
            }

            // A fused multiplication without an instruction for it is a slow function: two roundings here.
            #[inline(always)]
            unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
                Self(std::array::from_fn(|l| self.0[l] * factor.0[l] + addend.0[l]))
            }

            #[inline(always)]
            unsafe fn neg_mul_add(self, factor: Self, addend: Self) -> Self {
                Self(std::array::from_fn(|l| addend.0[l] - self.0[l] * factor.0[l]))
            }

            #[inline(always)]
            unsafe fn mul_sub(self, factor: Self, subtrahend: Self) -> Self {
                Self(std::array::from_fn(|l| self.0[l] * factor.0[l] - subtrahend.0[l]))
            }

            #[inline(always)]
            unsafe fn exchange(self, bit: u32) -> Self {
                Self(std::array::from_fn(|l| self.0[l ^ 1 << bit]))
            }
        }
    };
}

portable!(F64x4, f64, 4, 2, "Four doubles.");
portable!(F32x8, f32, 8, 3, "Eight singles.");
