//! Quantiles of Student's t, to about 12 digits.
//!
//! The chance of the tail is a regularized incomplete beta function (NIST Digital Library of
//! Mathematical Functions, 8.17.22, by the modified Lentz algorithm: W. H. Press and others,
//! "Numerical Recipes", 3rd edition, 2007, section 6.4); the quantile is found by halving, since
//! one is wanted per interval and not per replication.

/// Halvings; a number has no more bits to tell apart.
const HALVINGS: u32 = 120;
/// Terms of the continued fraction; it takes some tens.
const TERMS_MAX: u32 = 10_000;
/// Beyond, the logarithms of gamma functions would cancel to fewer digits than a series gives.
const MANY_DEGREES: f64 = 1e5;
const TINY: f64 = 1e-300;

/// The value that a variable of Student's t with so many degrees of freedom stays below with this
/// probability. Infinitely many degrees are the normal distribution. Degrees that are not above 0
/// and probabilities outside 0 to 1 give NaN.
pub fn student_quantile(probability: f64, degrees: f64) -> f64 {
    if !(0.0..=1.0).contains(&probability) || degrees.is_nan() || degrees <= 0.0 {
        return f64::NAN;
    }
    if probability < 0.5 {
        return -student_quantile(1.0 - probability, degrees);
    }
    if probability == 0.5 {
        return 0.0;
    }
    let tail = 1.0 - probability;
    if tail == 0.0 {
        return f64::INFINITY;
    }
    if degrees > MANY_DEGREES && degrees.is_finite() {
        return near_normal(student_quantile(probability, f64::INFINITY), degrees);
    }
    let (mut low, mut high) = (0.0, 1.0);
    while upper_tail(high, degrees) > tail && high < f64::MAX / 2.0 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..HALVINGS {
        let middle = low + (high - low) / 2.0;
        if upper_tail(middle, degrees) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The quantile of very many degrees from that of infinitely many (M. Abramowitz and I. A. Stegun,
/// "Handbook of Mathematical Functions", 1964, 26.7.5).
fn near_normal(z: f64, degrees: f64) -> f64 {
    let square = z * z;
    let first = z * (square + 1.0) / 4.0;
    let second = z * ((5.0 * square + 16.0) * square + 3.0) / 96.0;
    z + (first + second / degrees) / degrees
}

/// The chance that a standard normal variable exceeds `z`.
pub(crate) fn normal_tail(z: f64) -> f64 {
    libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2) / 2.0
}

/// The chance that a variable of Student's t exceeds `t`, at least 0.
fn upper_tail(t: f64, degrees: f64) -> f64 {
    if degrees.is_infinite() {
        return normal_tail(t);
    }
    let square = t * t;
    let (x, rest) = (degrees / (degrees + square), square / (degrees + square));
    if !rest.is_finite() {
        return 0.0;
    }
    incomplete_beta(x, rest, degrees / 2.0, 0.5) / 2.0
}

/// The regularized incomplete beta function at `x`, with `rest` = 1 - `x`.
fn incomplete_beta(x: f64, rest: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if rest <= 0.0 {
        return 1.0;
    }
    let log_front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b)
        + a * libm::log(x)
        + b * libm::log(rest);
    let front = libm::exp(log_front);
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(x, a, b) / a
    } else {
        1.0 - front * beta_fraction(rest, b, a) / b
    }
}

fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let not_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / not_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for m in 1..TERMS_MAX {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut factor = 1.0;
        for term in [even, odd] {
            d = 1.0 / not_zero(1.0 + term * d);
            c = not_zero(1.0 + term / c);
            factor = c * d;
            value *= factor;
        }
        if (factor - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published tables, as in any textbook of statistics, to their last digit.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (degrees, expected) in [
            (1.0, [3.078, 6.314, 12.706, 63.657, 636.619]),
            (2.0, [1.886, 2.920, 4.303, 9.925, 31.599]),
            (4.0, [1.533, 2.132, 2.776, 4.604, 8.610]),
            (9.0, [1.383, 1.833, 2.262, 3.250, 4.781]),
            (29.0, [1.311, 1.699, 2.045, 2.756, 3.659]),
            (120.0, [1.289, 1.658, 1.980, 2.617, 3.373]),
            (f64::INFINITY, [1.282, 1.645, 1.960, 2.576, 3.291]),
        ] {
            for (probability, t) in [0.9, 0.95, 0.975, 0.995, 0.9995].into_iter().zip(expected) {
                let found = student_quantile(probability, degrees);
                assert!((found - t).abs() <= 0.000_5, "{probability} of {degrees}: {found}");
                assert!((student_quantile(1.0 - probability, degrees) + found).abs() < 1e-8 * t);
            }
        }
    }

    /// One degree is a tangent, two are algebraic, and very many are the normal distribution.
    #[test]
    fn quantiles_agree_with_closed_forms() {
        for p in [0.500_1, 0.6, 0.9, 0.99, 0.999_999] {
            let one = (std::f64::consts::PI * (p - 0.5)).tan();
            assert!((student_quantile(p, 1.0) / one - 1.0).abs() < 1e-10, "{p}");
            let two = (2.0 * p - 1.0) / (2.0 * p * (1.0 - p)).sqrt();
            assert!((student_quantile(p, 2.0) / two - 1.0).abs() < 1e-10, "{p}");
            let normal = student_quantile(p, f64::INFINITY);
            assert!((student_quantile(p, 1e12) - normal).abs() < 1e-10, "{p}");
            let few = student_quantile(p, MANY_DEGREES);
            assert!((few - near_normal(normal, MANY_DEGREES)).abs() < 1e-9, "{p}");
        }
        assert_eq!(student_quantile(0.5, 3.0), 0.0);
        assert!((student_quantile(0.975, f64::INFINITY) - 1.959_963_984_540_054).abs() < 1e-13);
        assert_eq!(student_quantile(1.0, 3.0), f64::INFINITY);
        assert!(student_quantile(1.1, 3.0).is_nan() && student_quantile(0.5, 0.0).is_nan());
    }
}
