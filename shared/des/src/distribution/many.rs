//! Many samples at once: the same as one after the other, in a part of the time.

use super::{Distribution, Kind};
use crate::stream::Stream;

impl Distribution {
    /// The next samples, as many as there is room for: the same numbers, to the bit, as
    /// [`Self::sample`] gives one after the other.
    pub fn fill(&self, stream: &mut Stream, samples: &mut [f64]) {
        match &self.kind {
            Kind::Exponential { mean } => {
                for sample in samples.iter_mut() {
                    *sample = 1.0 - stream.unit();
                }
                // A loop of its own, without a branch, so that several go at once.
                for sample in samples {
                    *sample = mean * -logarithm(*sample);
                }
            }
            other => {
                for sample in samples {
                    *sample = other.sample(stream.next_u64());
                }
            }
        }
    }
}

/// The natural logarithm of a number above zero and below one that is not subnormal: with a
/// mantissa between √½ and √2, log(1 + f) = f - f²/2 + s (f²/2 + R(s²)) where s = f / (2 + f)
/// (method and coefficients: K. C. Ng, "A remez approximation of log", in fdlibm's `e_log.c`, Sun
/// Microsystems 1993). The operations and their order are those of [`libm::log`], which this has
/// to equal to the bit; that one has branches for the numbers that cannot come here.
#[inline(always)]
fn logarithm(number: f64) -> f64 {
    const MANTISSA: u64 = (1 << 52) - 1;
    const ONE: u64 = 0x3ff << 52;
    /// The bits of √½, cut after twenty of its mantissa.
    const ROOT_OF_HALF: u64 = 0x3fe6_a09e << 32;
    /// 2^52 with these in its last bits is 2^52 plus them.
    const TWO_TO_52: u64 = 0x433 << 52;
    const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
    const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    const R: [f64; 7] = [
        f64::from_bits(0x3fe5_5555_5555_5593),
        f64::from_bits(0x3fd9_9999_9997_fa04),
        f64::from_bits(0x3fd2_4924_9422_9359),
        f64::from_bits(0x3fcc_71c5_1d8e_78af),
        f64::from_bits(0x3fc7_4664_96cb_03de),
        f64::from_bits(0x3fc3_9a09_d078_c69f),
        f64::from_bits(0x3fc2_f112_df3e_5244),
    ];
    let shifted = number.to_bits().wrapping_add(ONE - ROOT_OF_HALF);
    let twos = f64::from_bits(TWO_TO_52 | (shifted >> 52)) - (f64::from_bits(TWO_TO_52) + 1_023.0);
    let f = f64::from_bits((shifted & MANTISSA) + ROOT_OF_HALF) - 1.0;
    let half = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (R[1] + w * (R[3] + w * R[5]));
    let odd = z * (R[0] + w * (R[2] + w * (R[4] + w * R[6])));
    s * (half + (odd + even)) + twos * LN_2_LOW - half + f + twos * LN_2_HIGH
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_logarithm_is_the_librarys_to_the_bit() {
        let mut stream = Stream::from_seed(7);
        for _ in 0..1_000_000 {
            let number = 1.0 - stream.unit();
            assert_eq!(logarithm(number).to_bits(), libm::log(number).to_bits(), "{number:e}");
        }
        let least = f64::EPSILON / 2.0;
        for number in [least, 1.0 - least, 0.5, 0.25, std::f64::consts::FRAC_1_SQRT_2, 0.707] {
            assert_eq!(logarithm(number).to_bits(), libm::log(number).to_bits(), "{number:e}");
        }
    }

    proptest! {
        /// However they are asked for, the samples and what follows them are the same.
        #[test]
        fn many_at_once_are_the_same_one_by_one(kind in 0..6_u8, seed: u64, lots in proptest::collection::vec(0..70_usize, 1..6)) {
            let distribution = match kind {
                0 => Distribution::exponential(3.5),
                1 => Distribution::constant(2.0),
                2 => Distribution::gamma(0.4, 2.0),
                3 => Distribution::log_normal(10.0, 0.5),
                4 => Distribution::weibull(1.5, 2.0),
                _ => Distribution::triangular(1.0, 2.0, 6.0),
            };
            let distribution = distribution.unwrap();
            let (mut one, mut many) = (Stream::from_seed(seed), Stream::from_seed(seed));
            for lot in lots {
                let mut samples = vec![0.0; lot];
                distribution.fill(&mut many, &mut samples);
                for sample in samples {
                    prop_assert_eq!(sample.to_bits(), distribution.sample(&mut one).to_bits());
                }
            }
            prop_assert_eq!(one, many);
        }
    }
}
