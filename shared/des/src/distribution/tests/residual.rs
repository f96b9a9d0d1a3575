//! Residual times against closed forms, against independently computed tails, and against fresh
//! samples that lasted long enough.

use super::*;

/// Random bits whose number between 0 and 1 is nearest below this one.
fn bits_of(unit: f64) -> u64 {
    ((unit * (1_u64 << 52) as f64) as u64) << 12
}

/// Checks 1 - F(age + r) = (1 - F(age)) (1 - u), for the chance to exceed as the test states it.
#[track_caller]
fn check(
    distribution: Result<Distribution, DistributionError>,
    ages: &[f64],
    exceeds: impl Fn(f64) -> f64,
) {
    let distribution = distribution.unwrap();
    for &age in ages {
        for unit in [1e-9, 0.01, 0.3, 0.5, 0.77, 0.99, 1.0 - 1e-9] {
            let left = distribution.kind.residual(age, bits_of(unit));
            let ratio = exceeds(age + left) / exceeds(age);
            let off = (ratio - (1.0 - unit)).abs();
            assert!(left >= 0.0 && off < 1e-9, "{distribution:?} at {age}: {ratio} for {unit}");
        }
    }
}

#[test]
fn the_conditional_tail_is_undone() {
    check(Distribution::exponential(4.0), &[0.0, 1.0, 100.0], |x| (-x / 4.0).exp());
    check(Distribution::uniform(2.0, 3.0), &[0.0, 1.9, 2.0, 2.5, 2.999], |x| {
        (3.0 - x).clamp(0.0, 1.0)
    });
    check(Distribution::triangular(1.0, 2.0, 5.0), &[0.0, 1.0, 1.01, 1.8, 2.0, 3.0, 4.99], |x| {
        if x < 2.0 { 1.0 - (x - 1.0).max(0.0).powi(2) / 4.0 } else { (5.0 - x).powi(2) / 12.0 }
    });
    check(Distribution::weibull_of_scale(2.5, 3.0), &[0.0, 1e-3, 1.0, 3.0, 9.0], |x| {
        (-(x / 3.0).powf(2.5)).exp()
    });
    check(Distribution::weibull_of_scale(0.5, 3.0), &[1e-9, 1.0, 30.0, 900.0], |x| {
        (-(x / 3.0).sqrt()).exp()
    });
    check(Distribution::erlang(2, 2.0), &[1e-6, 0.5, 2.0, 20.0], |x| (-x).exp() * (1.0 + x));
    check(Distribution::erlang(3, 3.0), &[1e-6, 0.5, 2.0, 20.0], |x| {
        (-x).exp() * (1.0 + x + x * x / 2.0)
    });
    check(Distribution::gamma(0.5, 0.5), &[1e-9, 0.5, 2.0, 20.0], |x| libm::erfc(x.sqrt()));
    check(Distribution::log_normal_of_log(0.4, 0.8), &[1e-6, 0.5, 1.4, 20.0, 900.0], |x| {
        libm::erfc((x.ln() - 0.4) / 0.8 / std::f64::consts::SQRT_2) / 2.0
    });
    // Cells 0.5 to 1.5 and 1.5 to 3, and a tail of mean 0.75.
    check(
        Distribution::smoothed(vec![4.0, 1.0, 2.0]),
        &[0.2, 0.7, 1.5, 2.9, 3.0, 9.0],
        |x| match x {
            ..0.5 => 1.0,
            ..1.5 => 1.0 - (x - 0.5) / 3.0,
            ..3.0 => 1.0 - (1.0 + (x - 1.5) / 1.5) / 3.0,
            _ => (-(x - 3.0) / 0.75).exp() / 3.0,
        },
    );
}

/// Values of the same equation to 20 digits, by bisection in 60-digit arithmetic (mpmath).
#[test]
fn far_tails_are_as_computed_with_many_digits() {
    let gamma = Distribution::gamma;
    let log_normal = Distribution::log_normal;
    let weibull = Distribution::weibull;
    for (distribution, age, exponential, left) in [
        (gamma(0.25, 2.0), 0.5, 0.5, 1.2561249451580085),
        (gamma(0.7, 1.0), 30.0, 2.0, 2.820230564362243),
        (gamma(2.5, 10.0), 40.0, 0.25, 1.1548473521881608),
        (gamma(400.0, 20.0), 19.0, 1.0, 1.484342086119304),
        (gamma(400.0, 20.0), 40.0, 1.0, 0.09938467276095875),
        (gamma(1e5, 1.0), 1.01, 0.5, 0.0004558074536507116),
        (log_normal(10.0, 0.5), 3.0, 0.5, 4.933111143467504),
        // 14, 46 and 11 deviations beyond the median.
        (log_normal(10.0, 0.05), 20.0, 0.5, 0.03576066290627592),
        (log_normal(10.0, 0.05), 100.0, 0.5, 0.0541725352383282),
        (log_normal(10.0, 1.5), 1e6, 2.0, 211374.78853685845),
        (weibull(0.5, 1.0), 3.0, 0.5, 1.349744871391589),
        (weibull(3.0, 1.0), 5.0, 0.5, 0.009344860566741962),
        (weibull(50.0, 10.0), 30.0, 0.5, 7.322593390943901e-25),
        (weibull(50.0, 10.0), 1e-3, 0.5, 9.972590392076585),
    ] {
        let distribution = distribution.unwrap();
        let drawn = distribution.kind.residual(age, bits_of(-f64::exp_m1(-exponential)));
        assert!(
            (drawn / left - 1.0).abs() < 1e-9,
            "{distribution:?} at {age}: {drawn}, not {left}"
        );
    }
}

#[test]
fn discrete_and_fixed_times() {
    let left = |distribution: Result<Distribution, DistributionError>, age, unit| {
        distribution.unwrap().kind.residual(age, bits_of(unit))
    };
    assert_eq!(left(Distribution::constant(5.0), 3.5, 0.5), 1.5);
    assert_eq!(left(Distribution::constant(5.0), 7.0, 0.5), 0.0, "it should be over");
    assert_eq!(left(Distribution::uniform(2.0, 3.0), 3.5, 0.5), 0.0);
    assert_eq!(left(Distribution::triangular(2.0, 2.0, 3.0), 3.0, 0.5), 0.0);
    assert_eq!(left(Distribution::bernoulli(0.3), 0.25, 0.1), 0.75);
    assert_eq!(left(Distribution::bernoulli(0.0), 0.25, 0.1), 0.0);
    // Trials forget: the first half of 0.64 succeeds at the next trial, in what is left of it.
    assert_eq!(left(Distribution::geometric(0.64), 3.25, 0.5), 0.75);
    assert_eq!(left(Distribution::geometric(0.64), 0.25, 0.7), 1.75);
    let seen = || Distribution::empirical(vec![1.0, 5.0, 3.0, 9.0]);
    assert_eq!(left(seen(), 3.0, 0.49), 2.0);
    assert_eq!(left(seen(), 3.0, 0.51), 6.0);
    assert_eq!(left(seen(), 0.5, 0.1), 0.5);
    assert_eq!(left(seen(), 9.0, 0.51), 0.0);
}

/// Two branches: after 20, only the slow one can be there; the chance is worked out by hand.
#[test]
fn a_long_age_tells_the_branch() {
    let branches = [(0.9, 1.0), (0.1, 10.0)];
    let distribution = Distribution::hyperexponential_of_branches(&branches).unwrap();
    let exceeds = |x: f64| branches.iter().map(|(p, m)| p * (-x / m).exp()).sum::<f64>();
    for age in [0.5, 3.0, 20.0, 9e9] {
        let mut stream = Streams::new(4).stream(0, "residual", "test");
        let mut left: Vec<f64> =
            (0..SAMPLES).map(|_| distribution.residual(age, &mut stream)).collect();
        left.sort_by(f64::total_cmp);
        let below = |r: f64| {
            if age > 1e3 { -libm::expm1(-r / 10.0) } else { 1.0 - exceeds(age + r) / exceeds(age) }
        };
        let count = SAMPLES as f64;
        let distance = left
            .iter()
            .enumerate()
            .fold(0.0, |most: f64, (at, &r)| most.max((below(r) - at as f64 / count).abs()));
        assert!(distance < 1.95 / count.sqrt(), "age {age}: {distance}");
    }
}

/// Fresh samples that outlast the age, less the age, have the mean that residuals have.
#[test]
fn residuals_are_what_survivors_have_left() {
    for distribution in one_of_each().into_iter().chain(one_more_of_each()) {
        let age = distribution.mean() * 0.9;
        let survivors: Vec<f64> = samples(&distribution, SAMPLES)
            .into_iter()
            .filter(|sample| *sample > age)
            .map(|sample| sample - age)
            .collect();
        let mut stream = Streams::new(11).stream(0, "residual", "test");
        let left: Vec<f64> =
            survivors.iter().map(|_| distribution.residual(age, &mut stream)).collect();
        let count = survivors.len() as f64;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / count;
        let variance = |values: &[f64]| {
            let mean = mean(values);
            values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count
        };
        let bound = 4.5 * ((variance(&survivors) + variance(&left)) / count).sqrt() + 1e-9;
        let off = mean(&left) - mean(&survivors);
        assert!(off.abs() <= bound, "{distribution:?}: {off}, bound {bound}");
    }
}

#[test]
fn a_residual_takes_one_draw_and_at_no_age_is_a_sample() {
    for distribution in one_of_each().into_iter().chain(one_more_of_each()) {
        if distribution == Distribution::bernoulli(0.5).unwrap() {
            continue;
        }
        for no_age in [0.0, -3.0, f64::NAN] {
            let mut sampled = Streams::new(1).stream(0, "s", "p");
            let mut left = sampled.clone();
            for _ in 0..200 {
                let residual = distribution.residual(no_age, &mut left);
                assert_eq!(residual, distribution.sample(&mut sampled), "{distribution:?}");
            }
            assert_eq!(sampled, left);
        }
        let mut drawn = Streams::new(1).stream(0, "s", "p");
        let mut left = drawn.clone();
        for age in 0..200 {
            distribution.residual(f64::from(age) / 20.0, &mut left);
            drawn.next_u64();
        }
        assert_eq!(drawn, left, "{distribution:?}");
    }
}

/// Recorded bits: native and wasm must both give these, today and after any change here.
#[test]
fn residuals_have_their_recorded_bits() {
    let mut stream = Streams::new(3).stream(0, "residual", "test");
    let mut bits = 0;
    for distribution in one_of_each().into_iter().chain(one_more_of_each()) {
        for age in [0.01, 0.4, 0.9, 1.0, 1.3, 4.0, 40.0] {
            for _ in 0..50 {
                let left = distribution.residual(age * distribution.mean(), &mut stream);
                bits = SplitMix::new(bits ^ left.to_bits()).next_u64();
            }
        }
    }
    assert_eq!(bits, 953333149047034577);
}

proptest! {
    #[test]
    fn residuals_are_finite_and_never_negative(
        bits: u64,
        age in prop_oneof![0.0..10.0_f64, 0.0..1e18_f64, Just(f64::MIN_POSITIVE), Just(f64::MAX)],
        mean in prop_oneof![0.0..10.0_f64, 0.0..1e18_f64],
        shape in prop_oneof![0.05..3.0_f64, 0.05..1e6_f64],
        cv in prop_oneof![0.0..2.0_f64, 0.0..100.0_f64],
        probability in 1e-12..1.0_f64,
    ) {
        for distribution in [
            Distribution::exponential(mean),
            Distribution::gamma(shape, mean),
            Distribution::log_normal(mean, cv),
            Distribution::weibull(shape, mean),
            Distribution::geometric(probability),
            Distribution::uniform(mean * probability, mean),
            Distribution::triangular(0.0, mean * probability, mean),
            Distribution::hyperexponential(mean, cv.max(1.0)),
            Distribution::smoothed(vec![mean, mean * probability, mean / 3.0]),
            Distribution::empirical(vec![mean, mean * probability, mean / 3.0]),
        ] {
            let distribution = distribution.unwrap();
            for bits in [bits, 0, u64::MAX] {
                let left = distribution.kind.residual(age, bits);
                prop_assert!(left.is_finite() && left >= 0.0, "{distribution:?} {age}: {left}");
            }
        }
    }
}
