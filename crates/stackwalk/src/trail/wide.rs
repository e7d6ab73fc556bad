//! Two words of a stack at once.

/// Two words that follow each other.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug)]
pub(super) struct Wide(core::arch::x86_64::__m128i);

/// In one register: every x86_64 has SSE2.
#[cfg(target_arch = "x86_64")]
mod sse2 {
    use core::arch::asm;
    use core::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_setzero_si128,
        _mm_xor_si128,
    };

    use super::Wide;

    impl Wide {
        /// Zeroes.
        #[inline(always)]
        pub fn zero() -> Self {
            // SAFETY: the processor has SSE2.
            Self(unsafe { _mm_setzero_si128() })
        }

        /// These words.
        #[inline(always)]
        pub fn of(words: [usize; 2]) -> Self {
            let [low, high] = words.map(|word| word.cast_signed() as i64);
            // SAFETY: as above.
            Self(unsafe { _mm_set_epi64x(high, low) })
        }

        /// The words at `address`.
        ///
        /// # Safety
        /// They must be readable.
        #[inline(always)]
        pub unsafe fn load(address: usize) -> Self {
            let words;
            // SAFETY: passed on to the caller. In assembly for what `platform::load` is volatile for:
            // the words belong to another function's frame.
            unsafe {
                asm!(
                    "movdqu {words}, [{address}]",
                    words = lateout(xmm_reg) words,
                    address = in(reg) address,
                    options(readonly, nostack, preserves_flags),
                );
            }
            Self(words)
        }

        /// Ones where the two differ.
        #[inline(always)]
        pub fn xor(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm_xor_si128(self.0, other.0) })
        }

        /// Ones where one of the two has them.
        #[inline(always)]
        pub fn or(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm_or_si128(self.0, other.0) })
        }

        /// Whether both words are 0.
        #[inline(always)]
        pub fn is_zero(self) -> bool {
            // SAFETY: as above.
            let zeroes = unsafe { _mm_cmpeq_epi8(self.0, Self::zero().0) };
            // SAFETY: as above.
            let bits = unsafe { _mm_movemask_epi8(zeroes) };
            bits == 0xffff
        }
    }
}

/// Two words that follow each other.
#[cfg(not(target_arch = "x86_64"))]
#[derive(Clone, Copy, Debug)]
pub(super) struct Wide([usize; 2]);

#[cfg(not(target_arch = "x86_64"))]
mod words {
    use super::Wide;
    use crate::platform::load;

    impl Wide {
        /// Zeroes.
        pub fn zero() -> Self {
            Self([0; 2])
        }

        /// These words.
        pub fn of(words: [usize; 2]) -> Self {
            Self(words)
        }

        /// The words at `address`.
        ///
        /// # Safety
        /// They must be readable.
        pub unsafe fn load(address: usize) -> Self {
            // SAFETY: passed on to the caller.
            Self([0, size_of::<usize>()].map(|offset| unsafe { load(address + offset) }))
        }

        /// Ones where the two differ.
        pub fn xor(self, other: Self) -> Self {
            Self([self.0[0] ^ other.0[0], self.0[1] ^ other.0[1]])
        }

        /// Ones where one of the two has them.
        pub fn or(self, other: Self) -> Self {
            Self([self.0[0] | other.0[0], self.0[1] | other.0[1]])
        }

        /// Whether both words are 0.
        pub fn is_zero(self) -> bool {
            self.0 == [0; 2]
        }
    }
}
