//! The standard normal quantile, to about 16 digits.
//!
//! Method and coefficients: M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal
//! Distribution", Applied Statistics 37(3), 1988, 477-484, routine PPND16.

#![expect(clippy::excessive_precision, reason = "the coefficients are kept as published")]

/// The value that a standard normal variable stays below with probability `p`, 0 < `p` < 1.
pub(crate) fn quantile(p: f64) -> f64 {
    let centred = p - 0.5;
    if centred.abs() <= 0.425 {
        let r = 0.180625 - centred * centred;
        return centred * ratio(r, &CENTRE);
    }
    let tail = if centred < 0.0 { p } else { 1.0 - p };
    let r = libm::sqrt(-libm::log(tail));
    let magnitude = if r <= 5.0 { ratio(r - 1.6, &MIDDLE_TAIL) } else { ratio(r - 5.0, &FAR_TAIL) };
    if centred < 0.0 { -magnitude } else { magnitude }
}

/// Beyond this the tail is taken by its hazard: its chance would soon be too small for a number.
const FAR: f64 = 8.0;
/// Terms of the tail's continued fraction; from [`FAR`] on, fewer would do.
const FRACTION_TERMS: u32 = 40;
/// Newton's steps; it takes about five.
const STEPS_MAX: u32 = 50;

/// How far beyond `z` a standard normal variable goes, given that it goes beyond: for a number
/// between 0 and 1 and for the exponential of mean 1 that belongs to it.
pub(crate) fn residual(z: f64, unit: f64, exponential: f64) -> f64 {
    if z >= FAR {
        return residual_far(z, exponential);
    }
    let exceeded = libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2) / 2.0;
    let above = exceeded * (1.0 - unit);
    let reached = if above > 0.5 {
        let below = libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2) / 2.0;
        quantile(below + exceeded * unit)
    } else {
        -quantile(above)
    };
    (reached - z).max(0.0)
}

/// Where the cumulative hazard has grown by `exponential`. The hazard rises, so the growth is convex
/// and Newton's method comes down from above without overshooting.
fn residual_far(z: f64, exponential: f64) -> f64 {
    let start = hazard(z);
    let mut beyond = exponential / start;
    for _ in 0..STEPS_MAX {
        let there = hazard(z + beyond);
        let grown = beyond * (z + beyond / 2.0) + libm::log(there / start);
        let next = beyond - (grown - exponential) / there;
        if (next - beyond).abs() <= f64::EPSILON * 2.0 * beyond {
            return next;
        }
        beyond = next;
    }
    beyond
}

/// Density divided by the chance to exceed `z`, for a great `z`: the continued fraction of
/// Laplace, z + 1/(z + 2/(z + 3/(z + …))) (NIST Digital Library of Mathematical Functions, 7.9.1).
fn hazard(z: f64) -> f64 {
    (1..=FRACTION_TERMS).rev().fold(z, |value, term| z + f64::from(term) / value)
}

/// Numerator and denominator of a rational function, constant terms first.
type Rational = [[f64; 8]; 2];

/// Horner's rule, without fused operations: those are not the same on every target.
#[inline(always)]
fn ratio(x: f64, [numerator, denominator]: &Rational) -> f64 {
    let value = |[a, b, c, d, e, f, g, h]: &[f64; 8]| {
        ((((((h * x + g) * x + f) * x + e) * x + d) * x + c) * x + b) * x + a
    };
    value(numerator) / value(denominator)
}

const CENTRE: Rational = [
    [
        3.387_132_872_796_366_608,
        1.331_416_678_917_843_774_5e2,
        1.971_590_950_306_551_442_7e3,
        1.373_169_376_550_946_112_5e4,
        4.592_195_393_154_987_145_7e4,
        6.726_577_092_700_870_085_3e4,
        3.343_057_558_358_812_810_5e4,
        2.509_080_928_730_122_672_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091_125_2e1,
        6.871_870_074_920_579_083e2,
        5.394_196_021_424_751_107_7e3,
        2.121_379_430_158_659_586_7e4,
        3.930_789_580_009_271_061e4,
        2.872_908_573_572_194_267_4e4,
        5.226_495_278_852_854_561e3,
    ],
];

const MIDDLE_TAIL: Rational = [
    [
        1.423_437_110_749_683_577_34,
        4.630_337_846_156_545_295_9,
        5.769_497_221_460_691_405_5,
        3.647_848_324_763_204_605_04,
        1.270_458_252_452_368_382_58,
        2.417_807_251_774_506_117_7e-1,
        2.272_384_498_926_918_458_33e-2,
        7.745_450_142_783_414_076_4e-4,
    ],
    [
        1.0,
        2.053_191_626_637_758_821_87,
        1.676_384_830_183_803_849_4,
        6.897_673_349_851_000_045_5e-1,
        1.481_039_764_274_800_745_9e-1,
        1.519_866_656_361_645_719_66e-2,
        5.475_938_084_995_344_946e-4,
        1.050_750_071_644_416_843_24e-9,
    ],
];

const FAR_TAIL: Rational = [
    [
        6.657_904_643_501_103_777_2,
        5.463_784_911_164_114_369_9,
        1.784_826_539_917_291_335_8,
        2.965_605_718_285_048_912_3e-1,
        2.653_218_952_657_612_309_3e-2,
        1.242_660_947_388_078_438_6e-3,
        2.711_555_568_743_487_578_15e-5,
        2.010_334_399_292_288_132_65e-7,
    ],
    [
        1.0,
        5.998_322_065_558_879_376_9e-1,
        1.369_298_809_227_358_053_1e-1,
        1.487_536_129_085_061_485_25e-2,
        7.868_691_311_456_132_591e-4,
        1.846_318_317_510_054_681_8e-5,
        1.421_511_758_316_445_888_7e-7,
        2.044_263_103_389_939_785_64e-15,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The inverse by another way: the complementary error function of `libm`.
    #[test]
    fn undoes_the_distribution_function_everywhere() {
        let exponents = (2..=52).map(|n| libm::exp2(-f64::from(n)));
        let steps = (1..1000).map(|n| f64::from(n) / 1000.0);
        for p in exponents.chain(steps) {
            let z = quantile(p);
            let back = libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0;
            assert!((back / p - 1.0).abs() < 1e-13, "p {p}: z {z}, back {back}");
            if p < 0.5 {
                assert!((quantile(1.0 - p) + z).abs() < 1e-9 * z.abs().max(1.0) || p < 1e-6);
            }
        }
        assert_eq!(quantile(0.5), 0.0);
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-15);
    }

    #[test]
    fn residuals_undo_the_tail() {
        let exceeds = |z: f64| libm::erfc(z / std::f64::consts::SQRT_2) / 2.0;
        for z in [-30.0, -9.0, -2.0, -0.1, 0.0, 1.0, 5.0, 7.9, 8.0, 12.0, 25.0, 30.0] {
            for unit in [1e-15, 1e-6, 0.1, 0.5, 0.9, 1.0 - 1e-6] {
                let reached = z + residual(z, unit, -libm::log1p(-unit));
                let ratio = exceeds(reached) / exceeds(z);
                // A last bit of what is reached is worth its square of the chance, relatively.
                let bound = (1.0 - unit) * f64::EPSILON * 4.0 * (1.0 + z * z + reached * reached);
                assert!((ratio - (1.0 - unit)).abs() <= bound, "z {z}: {ratio} for {unit}");
            }
        }
        // Both ways agree where they meet.
        let near = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-11;
        assert!(near(
            residual(FAR - 1e-12, 0.3, -libm::log1p(-0.3)),
            residual(FAR, 0.3, -libm::log1p(-0.3))
        ));
    }
}
