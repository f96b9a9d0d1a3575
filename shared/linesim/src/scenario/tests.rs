//! Scenario files, read and refused.

use super::*;

const GOOD: &str = "name = 'a'\nseed = 7\nrate = 720\n\
    [[disruption]]\nname = 'weld head'\nat = 2030-01-01T01:00:00+01:00\n\
    path = 'y.unit.P4.down'\nvalue = '10 d'\n";

#[test]
fn a_scenario_is_read() {
    let scenario = Scenario::parse("demo.toml", GOOD.as_bytes()).expect("valid");
    assert_eq!(scenario.disruptions[0].at.micros(), 1_893_456_000_000_000);
    assert_eq!((scenario.seed, scenario.rate), (7, 720.0));
    assert_eq!(scenario.disruptions[0].value, "10 d");
}

#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    let refused = Scenario::parse("demo.toml", GOOD.replace(from, to).as_bytes());
    assert_eq!(refused.expect_err("refused").to_string(), expected);
}

#[test]
fn a_bad_scenario_says_where_and_what() {
    check(
        "rate = 720",
        "rate = -1",
        "demo.toml:3:1: error: rate must be a number above 0, at most 1e6",
    );
    check(
        "path =",
        "pth =",
        "demo.toml:7:1: error: unknown key pth; known are name, at, until, path, value",
    );
    check(
        "at = 2030-01-01T01:00:00+01:00",
        "at = 2030-02-20",
        "demo.toml:6:1: error: at must be a time with its offset, such as 2031-05-05T06:00:00+02:00",
    );
    check("[[", "[", "demo.toml: the file is not TOML");
}
