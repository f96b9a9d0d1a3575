//! Moments within stated bounds, distribution functions by Kolmogorov's test, and refusals.

use proptest::prelude::*;

mod parameters;
mod residual;

use super::*;
use crate::{Streams, stream::SplitMix};

const SAMPLES: usize = 200_000;

fn samples(distribution: &Distribution, count: usize) -> Vec<f64> {
    let mut stream = Streams::new(2026).stream(0, "distribution", "test");
    (0..count).map(|_| distribution.sample(&mut stream)).collect()
}

/// Compares mean and variance of a fixed sequence of samples with `mean` and `variance`, which
/// the test works out by itself, and with what the distribution says of itself.
///
/// The bounds are five standard errors; the one of the variance takes the fourth moment from the
/// samples.
#[track_caller]
fn check(distribution: Result<Distribution, DistributionError>, mean: f64, variance: f64) {
    let distribution = distribution.unwrap();
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1e-9);
    assert!(near(distribution.mean(), mean), "says mean {}, is {mean}", distribution.mean());
    assert!(near(distribution.variance(), variance), "says variance {}", distribution.variance());

    let samples = samples(&distribution, SAMPLES);
    let count = SAMPLES as f64;
    let moment = |power| samples.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / count;
    let (off, spread, fourth) = (moment(1), moment(2), moment(4));
    let mean_bound = 5.0 * (variance / count).sqrt() + 1e-12;
    let variance_bound = 5.0 * ((fourth - spread * spread).max(0.0) / count).sqrt() + 1e-12;
    assert!(off.abs() <= mean_bound, "mean is off by {off}, bound {mean_bound}");
    assert!((spread - variance).abs() <= variance_bound, "variance {spread}, not {variance}");
}

/// The greatest distance between the samples' distribution function and `below` stays under
/// 1.95 / √n, which chance exceeds once in a thousand times.
#[track_caller]
fn check_shape(distribution: Result<Distribution, DistributionError>, below: impl Fn(f64) -> f64) {
    let mut samples = samples(&distribution.unwrap(), SAMPLES);
    samples.sort_by(f64::total_cmp);
    let count = SAMPLES as f64;
    let distances = samples.iter().enumerate().map(|(at, &x)| {
        let below = below(x);
        (below - at as f64 / count).abs().max((below - (at + 1) as f64 / count).abs())
    });
    let distance = distances.fold(0.0, f64::max);
    assert!(distance < 1.95 / count.sqrt(), "distance {distance}");
}

#[test]
fn mean_and_variance_are_as_stated() {
    check(Distribution::constant(3.5), 3.5, 0.0);
    check(Distribution::exponential(4.0), 4.0, 16.0);
    check(Distribution::uniform(-1.0, 5.0), 2.0, 3.0);
    check(Distribution::triangular(1.0, 2.0, 6.0), 3.0, 21.0 / 18.0);
    check(Distribution::triangular(1.0, 1.0, 4.0), 2.0, 0.5);
    check(Distribution::erlang(1, 2.0), 2.0, 4.0);
    check(Distribution::erlang(4, 2.0), 2.0, 1.0);
    check(Distribution::gamma(0.25, 2.0), 2.0, 16.0);
    check(Distribution::gamma(0.9, 3.0), 3.0, 10.0);
    check(Distribution::gamma(400.0, 20.0), 20.0, 1.0);
    check(Distribution::log_normal(10.0, 0.5), 10.0, 25.0);
    check(Distribution::log_normal(10.0, 0.0), 10.0, 0.0);
    check(Distribution::weibull(1.0, 3.0), 3.0, 9.0);
    // Shape 1/2: Γ(3) = 2 and Γ(5) = 24. Shape 2: Γ(3/2)² = π/4 and Γ(2) = 1.
    check(Distribution::weibull(0.5, 1.0), 1.0, 24.0 / 4.0 - 1.0);
    check(Distribution::weibull(2.0, 1.0), 1.0, 4.0 / std::f64::consts::PI - 1.0);
    check(Distribution::geometric(0.2), 5.0, 20.0);
    check(Distribution::geometric(1.0), 1.0, 0.0);
    check(Distribution::bernoulli(0.3), 0.3, 0.21);
    check(Distribution::empirical(vec![4.0, 1.0, 1.0, 2.0]), 2.0, 1.5);
    // One in four of mean 7, three in four of mean 1: E X² = 2 (49 / 4 + 3 / 4).
    check(Distribution::hyperexponential_of_branches(&[(0.25, 7.0), (0.75, 1.0)]), 2.5, 19.75);
    check(Distribution::hyperexponential_of_branches(&[(3.0 / 8.0, 2.0)]), 2.0, 4.0);
    check(Distribution::hyperexponential(3.0, 2.0), 3.0, 36.0);
    check(Distribution::hyperexponential(3.0, 1.0), 3.0, 9.0);
}

#[test]
fn a_mean_of_zero_is_always_zero() {
    for distribution in [
        Distribution::exponential(0.0),
        Distribution::gamma(3.0, 0.0),
        Distribution::log_normal(0.0, 0.5),
        Distribution::weibull(2.0, 0.0),
    ] {
        assert!(samples(&distribution.unwrap(), 100).iter().all(|&sample| sample == 0.0));
    }
}

#[test]
fn distribution_functions_are_as_stated() {
    check_shape(Distribution::exponential(4.0), |x| 1.0 - (-x / 4.0).exp());
    check_shape(Distribution::uniform(2.0, 3.0), |x| x - 2.0);
    check_shape(Distribution::triangular(0.0, 1.0, 4.0), |x| {
        if x < 1.0 { x * x / 4.0 } else { 1.0 - (4.0 - x).powi(2) / 12.0 }
    });
    check_shape(Distribution::weibull(2.0, 0.5 * std::f64::consts::PI.sqrt()), |x| {
        1.0 - (-x * x).exp()
    });
    check_shape(Distribution::erlang(3, 3.0), |x| 1.0 - (-x).exp() * (1.0 + x + x * x / 2.0));
    // Gamma of shape 1/2 and mean 1/2 is half the square of a standard normal variable.
    check_shape(Distribution::gamma(0.5, 0.5), |x| libm::erf(x.sqrt()));
    let log_deviation = 1.25_f64.ln().sqrt();
    check_shape(Distribution::hyperexponential_of_branches(&[(0.2, 5.0), (0.8, 1.0)]), |x| {
        1.0 - 0.2 * (-x / 5.0).exp() - 0.8 * (-x).exp()
    });
    // Cells 0.5 to 1.5 and 1.5 to 3; the tail of mean θ keeps the mean of 7 / 3.
    check_shape(Distribution::smoothed(vec![4.0, 1.0, 2.0]), |x| {
        const TAIL_MEAN: f64 = 7.0 - 1.0 - 2.25 - 3.0;
        match x {
            ..1.5 => (x - 0.5) / 3.0,
            ..3.0 => (1.0 + (x - 1.5) / 1.5) / 3.0,
            _ => 1.0 - (-(x - 3.0) / TAIL_MEAN).exp() / 3.0,
        }
    });
    check_shape(Distribution::log_normal(1.0, 0.5), |x| {
        let z = (x.ln() + log_deviation * log_deviation / 2.0) / log_deviation;
        libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0
    });
}

#[test]
fn discrete_chances_are_as_stated() {
    let count = |distribution: &Distribution, value: f64| {
        samples(distribution, SAMPLES).iter().filter(|&&sample| sample == value).count()
    };
    // Five standard deviations of a count of probability p out of 200,000 are below 1,120.
    let close = |counted: usize, p: f64| (counted as f64 - p * SAMPLES as f64).abs() < 1_120.0;
    let geometric = Distribution::geometric(0.4).unwrap();
    assert!(close(count(&geometric, 1.0), 0.4));
    assert!(close(count(&geometric, 2.0), 0.24));
    assert!(close(count(&geometric, 3.0), 0.144));
    let empirical = Distribution::empirical(vec![7.0, 5.0, 7.0]).unwrap();
    assert!(close(count(&empirical, 5.0), 1.0 / 3.0));
    assert!(close(count(&empirical, 7.0), 2.0 / 3.0));
    assert_eq!(count(&Distribution::bernoulli(0.0).unwrap(), 1.0), 0);
    assert_eq!(count(&Distribution::bernoulli(1.0).unwrap(), 1.0), SAMPLES);
}

fn one_of_each() -> Vec<Distribution> {
    [
        Distribution::constant(1.0),
        Distribution::exponential(1.0),
        Distribution::uniform(0.0, 1.0),
        Distribution::triangular(0.0, 0.2, 1.0),
        Distribution::log_normal(1.0, 0.5),
        Distribution::weibull(1.7, 1.0),
        Distribution::geometric(0.3),
        Distribution::bernoulli(0.5),
        Distribution::empirical(vec![3.0, 1.0, 2.0]),
        // The rejection methods stay last: they are not monotone.
        Distribution::erlang(3, 1.0),
        Distribution::gamma(0.7, 1.0),
    ]
    .map(Result::unwrap)
    .into()
}

/// Those that came later; apart, so that the recorded bits of the first stay.
fn one_more_of_each() -> Vec<Distribution> {
    [
        Distribution::smoothed(vec![3.0, 1.0, 2.0, 2.0, 9.0]),
        Distribution::weibull_of_cv(2.0, 0.3),
        Distribution::uniform_of_cv(2.0, 0.3),
        Distribution::triangular_of_cv(2.0, 0.3),
        Distribution::log_normal_of_log(0.1, 0.7),
        Distribution::geometric_of_mean(4.0),
        // Not monotone from here on.
        Distribution::hyperexponential(1.0, 2.0),
        Distribution::gamma_of_cv(2.0, 0.3),
        Distribution::erlang_of_cv(2.0, 0.3),
    ]
    .map(Result::unwrap)
    .into()
}

#[test]
fn a_sample_takes_one_draw_whatever_the_distribution() {
    for distribution in one_of_each().into_iter().chain(one_more_of_each()) {
        let mut sampled = Streams::new(1).stream(0, "s", "p");
        let mut drawn = sampled.clone();
        for _ in 0..1_000 {
            distribution.sample(&mut sampled);
            drawn.next_u64();
        }
        assert_eq!(sampled, drawn, "{distribution:?}");
    }
}

#[test]
fn a_greater_draw_gives_no_smaller_sample() {
    let mut stream = Streams::new(9).stream(0, "s", "p");
    let mut ascending: Vec<u64> = (0..10_000).map(|_| stream.next_u64()).collect();
    ascending.extend([0, u64::MAX]);
    ascending.sort();
    let (first, more) = (one_of_each(), one_more_of_each());
    for distribution in first.iter().rev().skip(2).chain(more.iter().rev().skip(3)) {
        let samples: Vec<f64> =
            ascending.iter().map(|&bits| distribution.kind.sample(bits)).collect();
        assert!(samples.is_sorted(), "{distribution:?}");
        assert!(samples.iter().all(|sample| sample.is_finite() && *sample >= 0.0));
    }
}

#[test]
fn a_greater_mean_scales_every_sample() {
    for [slow, fast] in [
        [Distribution::erlang(3, 5.0), Distribution::erlang(3, 10.0)],
        [Distribution::gamma(0.5, 5.0), Distribution::gamma(0.5, 10.0)],
        [Distribution::exponential(5.0), Distribution::exponential(10.0)],
        [Distribution::weibull(1.5, 5.0), Distribution::weibull(1.5, 10.0)],
    ] {
        let (slow, fast) = (samples(&slow.unwrap(), 1_000), samples(&fast.unwrap(), 1_000));
        assert!(slow.iter().zip(&fast).all(|(slow, fast)| slow * 2.0 == *fast));
    }
}

/// Recorded bits: native and wasm must both give these, today and after any change here.
#[test]
fn samples_have_their_recorded_bits() {
    let hashed = |distributions: Vec<Distribution>| {
        let all = distributions.iter().flat_map(|distribution| samples(distribution, 1_000));
        all.fold(0, |bits, sample| SplitMix::new(bits ^ sample.to_bits()).next_u64())
    };
    assert_eq!(hashed(one_of_each()), 2940938456610524751);
    assert_eq!(hashed(one_more_of_each()), 16958528437096581934);
}

#[test]
fn parameters_out_of_range_are_refused_with_their_values() {
    let refused = Distribution::uniform(3.0, 2.0).unwrap_err();
    assert_eq!(refused.to_string(), "low is 3, outside -1000000000000000000 to 2");
    assert_eq!(Distribution::empirical(vec![]), Err(DistributionError::Empty));
    let count = EMPIRICAL_LIMIT + 1;
    assert_eq!(
        Distribution::empirical(vec![0.0; count]),
        Err(DistributionError::TooMany { count })
    );
    for (wrong, parameter) in [
        (Distribution::constant(f64::INFINITY), "value"),
        (Distribution::exponential(-1.0), "mean"),
        (Distribution::exponential(f64::NAN), "mean"),
        (Distribution::uniform(0.0, f64::NAN), "high"),
        (Distribution::triangular(0.0, 3.0, 2.0), "mode"),
        (Distribution::triangular(1.0, 0.0, 2.0), "mode"),
        (Distribution::erlang(0, 1.0), "k"),
        (Distribution::gamma(0.0, 1.0), "shape"),
        (Distribution::gamma(1.0, f64::NEG_INFINITY), "mean"),
        (Distribution::log_normal(1.0, -0.1), "cv"),
        (Distribution::weibull(f64::NAN, 1.0), "shape"),
        (Distribution::geometric(0.0), "probability"),
        (Distribution::bernoulli(1.1), "probability"),
        (Distribution::empirical(vec![1.0, f64::NAN]), "observation"),
    ] {
        match wrong {
            Err(DistributionError::OutOfRange { parameter: named, .. }) => {
                assert_eq!(named, parameter);
            }
            other => panic!("{parameter}: {other:?}"),
        }
    }
}

proptest! {
    #[test]
    fn samples_are_finite_and_within_their_support(
        draws: [u64; 8],
        mean in 0.0..1e18_f64,
        shape in 0.05..1e6_f64,
        cv in 0.0..100.0_f64,
        low in -1e18..1e18_f64,
        width in 0.0..1e18_f64,
        probability in 1e-12..1.0_f64,
    ) {
        let high = (low + width).min(1e18);
        let mode = low + (high - low) * probability;
        let positive = [
            Distribution::exponential(mean),
            Distribution::gamma(shape, mean),
            Distribution::gamma(0.05 + probability, mean),
            Distribution::log_normal(mean, cv),
            Distribution::weibull(shape, mean),
            Distribution::weibull(0.05 + probability, mean),
            Distribution::geometric(probability),
        ];
        let bounded = [
            Distribution::uniform(low, high),
            Distribution::triangular(low, mode.clamp(low, high), high),
        ];
        for bits in draws.into_iter().chain([0, u64::MAX]) {
            for distribution in &positive {
                let sample = distribution.as_ref().unwrap().kind.sample(bits);
                prop_assert!(sample.is_finite() && sample >= 0.0, "{distribution:?}: {sample}");
            }
            for distribution in &bounded {
                let sample = distribution.as_ref().unwrap().kind.sample(bits);
                prop_assert!((low..=high).contains(&sample), "{distribution:?}: {sample}");
            }
        }
    }
}
