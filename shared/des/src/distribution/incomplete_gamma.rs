//! The upper tail of gamma variables of scale 1, by its logarithm, so that the far tail is told
//! apart as well as the middle.
//!
//! Method: the series below shape + 1 and the continued fraction above (NIST Digital Library of
//! Mathematical Functions, 8.7.1 and 8.9.2; the fraction is evaluated by the modified Lentz
//! algorithm, W. H. Press and others, "Numerical Recipes", 3rd edition, 2007, section 6.2).

/// Terms of either expansion; a shape of 1e6 takes some thousands.
const TERMS_MAX: u32 = 100_000;
/// Steps of the search; Newton's take about six.
const STEPS_MAX: u32 = 200;
/// In place of a zero that would be divided by.
const TINY: f64 = 1e-300;

/// The cumulative hazard at a value, and the hazard there.
#[derive(Clone, Copy, Debug)]
struct Hazard {
    /// Minus the logarithm of the chance to exceed the value.
    cumulative: f64,
    /// Density divided by that chance.
    rate: f64,
}

/// How far beyond `age`, above 0, a gamma variable of this shape goes, given that it goes beyond:
/// where the cumulative hazard has grown by `exponential`.
///
/// The hazard rises or falls all the way towards 1, so the growth lies between its tangent at
/// `age` and that of rate 1; between these, Newton's method, and halving where it would leave.
pub(super) fn residual(shape: f64, age: f64, exponential: f64) -> f64 {
    let start = hazard(shape, age);
    let by_tangent = exponential / start.rate;
    let (mut low, mut high) = (exponential.min(by_tangent), exponential.max(by_tangent));
    let inside = |beyond: f64, low: f64, high: f64| beyond > low && beyond < high;
    let guess = reached_about(shape, start.cumulative + exponential) - age;
    let mut beyond = match guess {
        guess if inside(guess, low, high) => guess,
        _ if by_tangent.is_finite() => by_tangent,
        _ => low + shape + 1.0,
    };
    // What is left of two cumulative hazards' last bits when one is taken from the other.
    let noise = 4.0 * f64::EPSILON * (shape * libm::log(age).abs() + age + start.cumulative);
    for _ in 0..STEPS_MAX {
        let there = hazard(shape, age + beyond);
        let over = there.cumulative - start.cumulative - exponential;
        let newton = beyond - over / there.rate;
        if over.abs() <= noise || (newton - beyond).abs() <= f64::EPSILON * 2.0 * newton {
            return newton.max(low);
        }
        if over < 0.0 {
            low = low.max(beyond);
        } else {
            high = high.min(beyond);
        }
        beyond = match newton {
            newton if inside(newton, low, high) => newton,
            _ if high.is_finite() => low + (high - low) / 2.0,
            _ => beyond * 2.0,
        };
    }
    beyond
}

/// Roughly where the cumulative hazard is this: E. B. Wilson and M. M. Hilferty, "The distribution
/// of chi-square", Proceedings of the National Academy of Sciences 17, 1931. Not a number for
/// what is too rare to say.
fn reached_about(shape: f64, cumulative: f64) -> f64 {
    let exceeded = libm::exp(-cumulative);
    if shape < 1.0 || !(f64::MIN_POSITIVE..1.0).contains(&exceeded) {
        return f64::NAN;
    }
    let ninth = 1.0 / (9.0 * shape);
    let root = 1.0 - ninth - crate::normal::quantile(exceeded) * libm::sqrt(ninth);
    shape * root * root * root
}

fn hazard(shape: f64, x: f64) -> Hazard {
    // x^shape e^-x / Γ(shape): the density times x.
    let log_factor = shape * libm::log(x) - x - libm::lgamma(shape);
    if x < shape + 1.0 {
        let below = (libm::exp(log_factor) * series(shape, x)).min(1.0);
        let cumulative = -libm::log1p(-below);
        return Hazard { cumulative, rate: libm::exp(log_factor + cumulative) / x };
    }
    let fraction = fraction(shape, x);
    Hazard { cumulative: -(log_factor + libm::log(fraction)), rate: 1.0 / (fraction * x) }
}

/// The lower incomplete gamma function divided by x^shape e^-x.
fn series(shape: f64, x: f64) -> f64 {
    let mut term = 1.0 / shape;
    let mut sum = term;
    for n in 1..TERMS_MAX {
        term *= x / (shape + f64::from(n));
        sum += term;
        if term < sum * (f64::EPSILON / 4.0) {
            break;
        }
    }
    sum
}

/// The upper incomplete gamma function divided by x^shape e^-x.
fn fraction(shape: f64, x: f64) -> f64 {
    let not_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / not_zero(b);
    let mut value = d;
    for n in 1..TERMS_MAX {
        let n = f64::from(n);
        let a = n * (shape - n);
        b += 2.0;
        d = 1.0 / not_zero(a * d + b);
        c = not_zero(b + a / c);
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Erlang of 2 and 5, a half (an error function), and the far tail by its first terms.
    #[test]
    fn tails_agree_with_closed_forms() {
        for x in [1e-6, 0.1, 0.9, 1.5, 2.9, 3.1, 7.0, 40.0, 300.0] {
            let two = x - libm::log1p(x);
            let five = x - (1.0 + x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0)))).ln();
            let near = |a: f64, b: f64| (a - b).abs() <= 4e-15 * b.abs().max(1.0);
            assert!(near(hazard(2.0, x).cumulative, two), "2 at {x}: {:?}", hazard(2.0, x));
            assert!(near(hazard(5.0, x).cumulative, five), "5 at {x}: {:?}", hazard(5.0, x));
            let rate = x / (1.0 + x);
            assert!((hazard(2.0, x).rate / rate - 1.0).abs() < 1e-13, "{:?}", hazard(2.0, x));
        }
        for x in [0.01, 0.4, 1.0, 2.0, 20.0] {
            let half = -libm::erfc(f64::sqrt(x)).ln();
            assert!((hazard(0.5, x).cumulative / half - 1.0).abs() < 1e-13);
        }
        // Γ(a, x) → x^(a-1) e^-x (1 + (a-1)/x + (a-1)(a-2)/x² + …), NIST 8.11.2.
        let x = 1e5;
        let tail = 1.0 + 1.5 / x + 1.5 * 0.5 / (x * x);
        let log_tail = 1.5 * libm::log(x) - x - libm::lgamma(2.5) + libm::log(tail);
        assert!((hazard(2.5, x).cumulative / -log_tail - 1.0).abs() < 1e-15);
    }

    #[test]
    fn residuals_undo_the_tail() {
        for shape in [0.05, 0.3, 0.99, 1.01, 2.0, 17.0, 400.0, 1e6] {
            for part in [1e-9, 0.01, 0.5, 0.99, 1.0, 1.01, 3.0, 50.0] {
                for exponential in [1e-9, 0.01, 0.7, 5.0, 36.0] {
                    let age = part * shape;
                    let beyond = residual(shape, age, exponential);
                    let grown =
                        hazard(shape, age + beyond).cumulative - hazard(shape, age).cumulative;
                    // The last bits of numbers as great as those that the hazards are made of.
                    let made_of = (shape + 1.0) * (age.ln().abs() + 20.0) + age;
                    let bound = exponential * 1e-9 + made_of * 1e-14;
                    assert!(
                        beyond >= 0.0 && (grown - exponential).abs() <= bound,
                        "shape {shape} age {age}: {beyond}, {grown} for {exponential}"
                    );
                }
            }
        }
    }
}
