//! Mean and variability come back from every constructor that takes them, and native parameters
//! describe the same variables as the mean does.

use super::*;

#[track_caller]
fn check_cv(distribution: Result<Distribution, DistributionError>, mean: f64, cv: f64) {
    let distribution = distribution.unwrap();
    let has = distribution.variance().sqrt() / distribution.mean();
    assert!((distribution.mean() / mean - 1.0).abs() < 1e-12, "{distribution:?}");
    assert!((has / cv - 1.0).abs() < 1e-7, "cv {has}, not {cv}: {distribution:?}");
}

#[test]
fn mean_and_variability_are_those_asked_for() {
    for cv in [0.002, 0.1, 0.4, 0.9, 1.0, 1.5, 4.0, 60.0] {
        check_cv(Distribution::weibull_of_cv(7.0, cv), 7.0, cv);
        check_cv(Distribution::log_normal(7.0, cv), 7.0, cv);
        if cv <= 4.0 {
            check_cv(Distribution::gamma_of_cv(7.0, cv), 7.0, cv);
        }
        if cv >= 1.0 {
            check_cv(Distribution::hyperexponential(7.0, cv), 7.0, cv);
        }
        if cv <= 0.4 {
            check_cv(Distribution::uniform_of_cv(7.0, cv), 7.0, cv);
            check_cv(Distribution::triangular_of_cv(7.0, cv), 7.0, cv);
        }
    }
    // The whole number of exponentials that comes nearest: 1 / 0.3² is 11.1.
    assert_eq!(Distribution::erlang_of_cv(7.0, 0.3), Distribution::erlang(11, 7.0));
    assert_eq!(Distribution::erlang_of_cv(7.0, 1.0), Distribution::exponential(7.0));
    for constant in [
        Distribution::weibull_of_cv(7.0, 0.0),
        Distribution::gamma_of_cv(7.0, 0.0),
        Distribution::log_normal(7.0, 0.0),
    ] {
        assert_eq!(constant, Distribution::constant(7.0));
    }
}

#[test]
fn native_parameters_say_the_same_as_the_mean() {
    let near = |a: Distribution, b: Distribution| {
        let (a, b) = (samples(&a, 1_000), samples(&b, 1_000));
        a.iter().zip(&b).all(|(a, b)| (a / b - 1.0).abs() < 1e-12)
    };
    assert!(near(
        Distribution::gamma_of_scale(2.5, 4.0).unwrap(),
        Distribution::gamma(2.5, 10.0).unwrap()
    ));
    // Γ(1 + 1/2) = √π / 2.
    assert!(near(
        Distribution::weibull_of_scale(2.0, 4.0).unwrap(),
        Distribution::weibull(2.0, 2.0 * std::f64::consts::PI.sqrt()).unwrap()
    ));
    let (log_mean, log_deviation): (f64, f64) = (0.3, 0.8);
    let square = log_deviation * log_deviation;
    assert!(near(
        Distribution::log_normal_of_log(log_mean, log_deviation).unwrap(),
        Distribution::log_normal((log_mean + square / 2.0).exp(), square.exp_m1().sqrt()).unwrap()
    ));
    assert_eq!(Distribution::geometric_of_mean(4.0), Distribution::geometric(0.25));
}

#[test]
fn what_they_cannot_have_is_refused() {
    for (wrong, parameter) in [
        (Distribution::weibull_of_cv(1.0, 101.0), "cv"),
        (Distribution::gamma_of_cv(1.0, 4.5), "cv"),
        (Distribution::gamma_of_cv(f64::NAN, 0.0), "mean"),
        (Distribution::erlang_of_cv(1.0, 1.1), "cv"),
        (Distribution::uniform_of_cv(1.0, 0.578), "cv"),
        (Distribution::triangular_of_cv(1.0, 0.409), "cv"),
        (Distribution::hyperexponential(1.0, 0.99), "cv"),
        (Distribution::geometric_of_mean(0.5), "mean"),
        (Distribution::log_normal_of_log(0.0, -1.0), "log_deviation"),
        (Distribution::log_normal_of_log(f64::INFINITY, 1.0), "log_mean"),
        (Distribution::weibull_of_scale(2.0, -1.0), "scale"),
        (Distribution::hyperexponential_of_branches(&[(1.5, 1.0)]), "probability"),
        (Distribution::hyperexponential_of_branches(&[(0.0, 1.0)]), "sum of probabilities"),
        (Distribution::hyperexponential_of_branches(&[(0.1, 1.0); 17]), "branches"),
        (Distribution::smoothed(vec![1.0, -1.0]), "observation"),
    ] {
        match wrong {
            Err(DistributionError::OutOfRange { parameter: named, .. }) => {
                assert_eq!(named, parameter);
            }
            other => panic!("{parameter}: {other:?}"),
        }
    }
    assert_eq!(Distribution::smoothed(vec![]), Err(DistributionError::Empty));
    assert_eq!(Distribution::hyperexponential_of_branches(&[]), Err(DistributionError::Empty));
}

proptest! {
    /// Smoothing moves no mean, and spreads no value that all observations share.
    #[test]
    fn smoothing_keeps_the_mean(seen in prop::collection::vec(0.0..1e4_f64, 1..200)) {
        let mean = seen.iter().sum::<f64>() / seen.len() as f64;
        let alike = Distribution::smoothed(vec![seen[0]; seen.len()]).unwrap();
        let smoothed = Distribution::smoothed(seen).unwrap();
        prop_assert!((smoothed.mean() - mean).abs() <= 1e-9 * mean, "{} {mean}", smoothed.mean());
        prop_assert!(samples(&alike, 100).iter().all(|x| (x - alike.mean()).abs() < 1e-9));
        prop_assert!(samples(&smoothed, 100).iter().all(|x| x.is_finite() && *x >= 0.0));
    }
}

#[test]
fn a_distribution_so_many_times_has_so_many_times_its_mean_and_deviation() {
    let branches = [(0.7, 1.0), (0.3, 8.0)];
    for one in [
        Distribution::constant(3.0),
        Distribution::exponential(3.0),
        Distribution::uniform(1.0, 5.0),
        Distribution::triangular(1.0, 2.0, 6.0),
        Distribution::erlang(4, 3.0),
        Distribution::log_normal(3.0, 0.5),
        Distribution::weibull(1.5, 3.0),
        Distribution::geometric(0.25),
        Distribution::bernoulli(0.25),
        Distribution::hyperexponential_of_branches(&branches),
        Distribution::smoothed(vec![1.0, 2.0, 4.0, 9.0]),
    ] {
        let one = one.unwrap();
        let twice = one.times(0.5).unwrap().times(4.0).unwrap();
        assert!((twice.mean() - 2.0 * one.mean()).abs() < 1e-9 * one.mean(), "{one:?}");
        assert!((twice.variance() - 4.0 * one.variance()).abs() <= 1e-9 * one.variance());
        let streams = crate::Streams::new(3);
        let (mut first, mut second) = (streams.stream(0, "a", "b"), streams.stream(0, "a", "b"));
        for _ in 0..100 {
            let (short, long) = (one.sample(&mut first), twice.sample(&mut second));
            assert!((long - 2.0 * short).abs() <= 1e-9 * long.abs(), "{one:?}: {short} {long}");
            let (short, long) = (one.residual(1.0, &mut first), twice.residual(2.0, &mut second));
            assert!((long - 2.0 * short).abs() <= 1e-9 * long.abs().max(1.0), "{one:?}");
        }
    }
    assert!(Distribution::constant(1.0).unwrap().times(0.0).is_err());
}
