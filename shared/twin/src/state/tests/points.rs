//! Numeric signals: what is kept of them, in which order, and how much at most.

use std::collections::BTreeMap;

use super::fixture::{Yard, at, id};
use crate::{
    PlantId, SeriesId,
    report::{PointQuality, Points},
    state::{POINTS_PER_SERIES, SERIES_LIMIT, SeriesNow},
};

/// Values of one series at these seconds, each the same as its second.
fn points(series: &str, secs: &[i64]) -> Points {
    Points {
        series: vec![id(series); secs.len()],
        at: secs.iter().map(|&secs| at(secs)).collect(),
        value: secs.iter().map(|&secs| secs as f64).collect(),
        quality: vec![PointQuality::Good; secs.len()],
    }
}

fn observe(yard: &mut Yard, record: u64, points: &Points) {
    yard.twin.observe_points(&id("home"), record, points, &BTreeMap::new());
}

/// What is kept, as `second/record` in its order.
fn kept(series: &SeriesNow) -> String {
    let text = series.points().map(|point| {
        let secs = point.at.micros() / 1_000_000;
        format!("{secs}/{}", point.record)
    });
    text.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn signal<'a>(yard: &'a Yard, series: &str) -> &'a SeriesNow {
    yard.twin.signal(&id("home"), &id(series)).expect("a signal")
}

#[test]
fn values_are_known_by_time_and_record() {
    let mut yard = Yard::new();
    observe(&mut yard, 1, &points("heat", &[10, 20]));
    observe(&mut yard, 3, &points("heat", &[15, 20]));
    observe(&mut yard, 2, &points("heat", &[20]));
    assert_eq!(kept(signal(&yard, "heat")), "10/1 15/3 20/1 20/2 20/3");
    // The same record folded again changes nothing.
    let before = yard.twin.clone();
    observe(&mut yard, 3, &points("heat", &[15, 20]));
    assert_eq!(yard.twin, before);
    let newest = signal(&yard, "heat").newest().expect("a value");
    assert_eq!((newest.at, newest.value), (at(20), 20.0));
}

#[test]
fn units_come_with_the_record_that_declared_them() {
    let mut yard = Yard::new();
    observe(&mut yard, 1, &points("heat", &[10]));
    assert_eq!(signal(&yard, "heat").unit, None);
    let units = BTreeMap::from([(id::<SeriesId>("heat"), "Cel".to_owned())]);
    yard.twin.observe_points(&id("home"), 2, &points("heat", &[11]), &units);
    assert_eq!(signal(&yard, "heat").unit.as_deref(), Some("Cel"));
    let elsewhere: PlantId = id("partner");
    assert!(yard.twin.signal(&elsewhere, &id("heat")).is_none());
}

#[test]
fn the_newest_values_of_each_signal_are_kept() {
    let mut yard = Yard::new();
    let limit = i64::try_from(POINTS_PER_SERIES).unwrap();
    let all: Vec<i64> = (1..=limit + 5).collect();
    observe(&mut yard, 1, &points("heat", &all));
    let heat = signal(&yard, "heat");
    assert_eq!(heat.len(), POINTS_PER_SERIES);
    assert_eq!(heat.points().next().expect("the oldest").at, at(6));
    // What is older than all that is kept is not taken for a new one.
    let before = yard.twin.clone();
    observe(&mut yard, 2, &points("heat", &[3]));
    assert_eq!(yard.twin, before);
    // What belongs between the others pushes the oldest out.
    observe(&mut yard, 2, &points("heat", &[7]));
    let heat = signal(&yard, "heat");
    let first: Vec<_> = heat.points().take(2).map(|point| (point.at, point.record)).collect();
    assert_eq!((first, heat.len()), (vec![(at(7), 1), (at(7), 2)], POINTS_PER_SERIES));
}

#[test]
fn a_stranger_cannot_make_the_list_of_signals_grow_for_ever() {
    let mut yard = Yard::new();
    for number in 0..SERIES_LIMIT + 3 {
        observe(&mut yard, 1, &points(&format!("s{number}"), &[1]));
    }
    observe(&mut yard, 2, &points("s0", &[2]));
    assert_eq!(yard.twin.signals(&id("home")).count(), SERIES_LIMIT);
    assert_eq!(kept(signal(&yard, "s0")), "1/1 2/2");
    assert!(yard.twin.signal(&id("home"), &id(&format!("s{SERIES_LIMIT}"))).is_none());
}

#[test]
fn signals_outlive_a_new_revision_of_the_plant() {
    let mut yard = Yard::new();
    observe(&mut yard, 1, &points("heat", &[10]));
    yard.twin.replace_plant(&super::fixture::plant("home"));
    assert_eq!(kept(signal(&yard, "heat")), "10/1");
}
