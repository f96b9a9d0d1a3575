//! Random streams: one per named source, so that a change at one source reshuffles no other.
//!
//! A stream is xoshiro256++ (D. Blackman and S. Vigna, "Scrambled linear pseudorandom number
//! generators", ACM TOMS 47(4), 2021; <https://prng.di.unimi.it/xoshiro256plusplus.c>). Its four
//! words of state come from SplitMix64 (<https://prng.di.unimi.it/splitmix64.c>), as the authors
//! of xoshiro advise, started from the FNV-1a hash (RFC 9923) of the stream's full name. A stream
//! therefore depends on its name alone and never on which streams were made before it.

use std::num::NonZeroU64;

/// Length of a stream's state \[bytes\].
pub const STATE_BYTES: usize = 32;

/// All random streams of one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
}

/// A sequence of random numbers; a clone goes on with the same ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    words: [u64; 4],
}

/// A state that no stream can be in: all its bytes are zero, and all its numbers would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the state of a random stream: all {STATE_BYTES} bytes are zero")]
pub struct StateError;

/// A small generator with 64 bits of state, to fill a larger one or to serve one sample.
pub(crate) struct SplitMix {
    state: u64,
}

impl Streams {
    /// The streams of this seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The stream of one source in one replication, from its beginning.
    ///
    /// `station` and `purpose` are any two names that tell the source apart from others.
    pub fn stream(&self, replication: u64, station: &str, purpose: &str) -> Stream {
        let mut hash = FNV_OFFSET;
        for part in [
            &self.seed.to_le_bytes(),
            &replication.to_le_bytes(),
            // Lengths keep ("ab", "c") apart from ("a", "bc").
            &(station.len() as u64).to_le_bytes(),
            station.as_bytes(),
            &(purpose.len() as u64).to_le_bytes(),
            purpose.as_bytes(),
        ] {
            hash = fnv_1a(hash, part);
        }
        Stream::from_seed(hash)
    }
}

impl Stream {
    /// A stream from a number; for a source of a run take [`Streams::stream`].
    pub fn from_seed(seed: u64) -> Self {
        let mut split_mix = SplitMix::new(seed);
        // SplitMix64 gives each value once in its period, so four in a row are never all zero.
        Self { words: std::array::from_fn(|_| split_mix.next_u64()) }
    }

    /// The next 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.words;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// A number between 0 and 1, never either, in steps of 2^-52; takes one draw.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        open_unit(self.next_u64())
    }

    /// A whole number from 0 to `n` - 1, each equally likely; takes one draw, seldom more.
    ///
    /// Method: D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019.
    pub fn below(&mut self, n: NonZeroU64) -> u64 {
        let n = n.get();
        let mut product = u128::from(self.next_u64()) * u128::from(n);
        if (product as u64) < n {
            let uneven = n.wrapping_neg() % n;
            while (product as u64) < uneven {
                product = u128::from(self.next_u64()) * u128::from(n);
            }
        }
        (product >> 64) as u64
    }

    /// Where the stream stands, to be kept: the four words, little-endian.
    pub fn state(&self) -> [u8; STATE_BYTES] {
        let mut bytes = [0; STATE_BYTES];
        for (chunk, word) in bytes.chunks_exact_mut(8).zip(self.words) {
            chunk.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// The stream that stood at `state`.
    ///
    /// # Errors
    /// [`StateError`] if no stream can have been there.
    pub fn from_state(state: [u8; STATE_BYTES]) -> Result<Self, StateError> {
        let mut words = [0; 4];
        for (at, byte) in state.into_iter().enumerate() {
            words[at / 8] |= u64::from(byte) << (at % 8 * 8);
        }
        if words == [0; 4] { Err(StateError) } else { Ok(Self { words }) }
    }
}

impl SplitMix {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn unit(&mut self) -> f64 {
        open_unit(self.next_u64())
    }
}

/// Maps 64 random bits to the middles of 2^52 equal steps between 0 and 1.
///
/// With 53 bits the highest middle would round to 1.
#[inline]
pub(crate) fn open_unit(bits: u64) -> f64 {
    const STEP: f64 = 1.0 / (1_u64 << 52) as f64;
    ((bits >> 12) as f64 + 0.5) * STEP
}

pub(crate) const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

pub(crate) fn fnv_1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests;
