//! Two sites, one in Europe and one in America, over their clock changes.

use twin::{
    CalendarId,
    definition::{Basis, ClockChange},
};

use super::*;

/// Sunday to Monday nights at work, with a break.
fn nights() -> Calendar {
    let mut week: [Vec<Shift>; 7] = Default::default();
    week[6] =
        vec![Shift { start_min: 0, end_min: 360 }, Shift { start_min: 1_320, end_min: 1_440 }];
    week[0] = vec![Shift { start_min: 0, end_min: 360 }];
    Calendar {
        id: CalendarId::new("nights").unwrap(),
        name: "Nights".to_owned(),
        week,
        holidays: vec!["2031-04-07".to_owned()],
        on_clock_change: ClockChange::KeepWallClock,
        always: false,
        basis: Basis::Assumed,
    }
}

fn at(text: &str) -> PlantTime {
    when::to_plant_time(text.parse().unwrap())
}

fn hours(n: i64) -> Span {
    Span::from_secs(n * 3_600)
}

/// Lays the nights out over some days; compares the open intervals, as text in UTC.
#[track_caller]
fn check(zone: &str, from: &str, to: &str, expected: &str) -> WorkingTime {
    let working = WorkingTime::new(&nights(), zone, at(from), at(to)).unwrap();
    let utc = |at: PlantTime| Timestamp::from_microsecond(at.micros()).unwrap().to_string();
    let lines = working.intervals().iter().map(|&(s, e)| format!("{} {}", utc(s), utc(e)));
    assert_eq!(lines.collect::<Vec<_>>().join("\n"), expected);
    working
}

#[test]
fn a_shift_in_spring_is_an_hour_shorter() {
    // Oslo goes from 02:00 to 03:00 on 2031-03-30; the night from Sunday to Monday is one interval.
    let working = check(
        "Europe/Oslo",
        "2031-03-29T00:00Z",
        "2031-04-05T00:00Z",
        "2031-03-29T23:00:00Z 2031-03-30T04:00:00Z\n2031-03-30T20:00:00Z 2031-03-31T04:00:00Z",
    );
    let start = at("2031-03-29T23:00Z");
    assert_eq!(working.working_between(start, start + Span::DAY + Span::DAY), hours(13));
    assert_eq!(working.add_working(start, hours(5)), at("2031-03-30T04:00Z"));
    assert_eq!(working.add_working(start, hours(6)), at("2031-03-30T21:00Z"));
}

#[test]
fn a_shift_in_autumn_is_an_hour_longer() {
    // Halifax goes from 02:00 back to 01:00 on 2031-11-02.
    let working = check(
        "America/Halifax",
        "2031-11-01T12:00Z",
        "2031-11-04T00:00Z",
        "2031-11-02T03:00:00Z 2031-11-02T10:00:00Z\n2031-11-03T02:00:00Z 2031-11-03T10:00:00Z",
    );
    let start = at("2031-11-02T03:00Z");
    assert_eq!(working.working_between(start, at("2031-11-02T10:00Z")), hours(7));
}

#[test]
fn a_holiday_is_closed_and_the_horizon_ends_it() {
    let working = check(
        "Europe/Oslo",
        "2031-04-06T12:00Z",
        "2031-04-08T00:00Z",
        "2031-04-06T20:00:00Z 2031-04-06T22:00:00Z",
    );
    let (open, close) = (at("2031-04-06T20:00Z"), at("2031-04-06T22:00Z"));
    assert!(working.is_open(open) && !working.is_open(close), "the end is not in it");
    assert_eq!(working.next_open(at("2031-04-06T13:00Z")), open);
    assert_eq!(working.next_open(close), WorkingTime::NEVER);
    assert_eq!(working.next_close(open), close);
    assert_eq!(working.add_working(at("2031-04-06T13:00Z"), hours(2)), close);
    assert_eq!(working.add_working(open, hours(3)), WorkingTime::NEVER);
    assert_eq!(working.add_working(close, Span::ZERO), close);
}

#[test]
fn working_time_adds_up_like_the_open_minutes() {
    let (from, to) = (at("2031-10-20T00:00Z"), at("2031-11-10T00:00Z"));
    let working = WorkingTime::new(&nights(), "America/Halifax", from, to).unwrap();
    let mut open_minutes = 0;
    let mut now = from;
    while now < to {
        assert_eq!(working.working_between(from, now), Span::from_secs(open_minutes * 60));
        if working.is_open(now) {
            let later = now + Span::HOUR + Span::DAY;
            let span = working.working_between(now, later);
            assert!(working.add_working(now, span) <= later, "never later than asked for");
            open_minutes += 1;
        } else {
            let next = working.next_open(now);
            assert!(next == WorkingTime::NEVER || working.working_between(now, next) == Span::ZERO);
        }
        now = now + Span::MINUTE;
    }
    assert!(open_minutes > 40 * 60, "three weekends: {open_minutes}");
}

#[test]
fn an_unknown_zone_is_an_error() {
    let refused =
        WorkingTime::new(&nights(), "Mars/Base", at("2031-01-01T00:00Z"), at("2031-01-02T00:00Z"));
    assert_eq!(refused, Err(UnknownTimeZone("Mars/Base".to_owned())));
}
