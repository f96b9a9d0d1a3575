//! Reading while the journal is open for writing.

use twin::{FeedId, Origin, PlantId, PlantTime};

use super::*;
use crate::Journal;

fn entry(hub_seq: u64, secs: i64, body: &str) -> Entry {
    Entry {
        hub_seq,
        feed: FeedId::new("a").unwrap(),
        plant: PlantId::new("yard").unwrap(),
        epoch: 1,
        seq: hub_seq,
        received: at(secs),
        plant_now: at(1_000 + secs * 60),
        origin: Origin::Simulated,
        label: 1,
        registry_revision: 1,
        body: body.to_owned(),
        refused: Vec::new(),
    }
}

fn at(secs: i64) -> PlantTime {
    PlantTime::from_micros(secs * 1_000_000)
}

fn read(reader: &Reader, from: u64, to: u64) -> Result<Vec<u64>, JournalError> {
    let mut read = Vec::new();
    reader.rows(from, to, &mut |entry| {
        read.push(entry.hub_seq);
        ControlFlow::Continue(())
    })?;
    Ok(read)
}

#[test]
fn what_is_durable_is_read_beside_the_writer() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(dir.path()).unwrap().journal;
    let rows = |from: u64, to: u64| -> Vec<Entry> {
        (from..=to).map(|n| entry(n, 0, if n % 2 == 0 { "even" } else { "odd" })).collect()
    };
    journal.append(&rows(1, 2_500)).unwrap();
    let reader = Reader::open(dir.path()).unwrap();
    assert_eq!(read(&reader, 1, u64::MAX >> 1).unwrap().len(), 2_500);
    assert_eq!(read(&reader, 999, 1_002).unwrap(), [999, 1_000, 1_001, 1_002]);
    journal.append(&rows(2_501, 2_502)).unwrap();
    assert_eq!(read(&reader, 2_500, 9_999).unwrap(), [2_500, 2_501, 2_502]);
    let mut even = 0;
    let mut count = |entry: Entry| {
        assert_eq!(entry.body, "even");
        even += 1;
        if even == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    reader.rows_with("eve", 2_502, &mut count).unwrap();
    assert_eq!(even, 3, "the visitor broke off");
    let feed = FeedId::new("a").unwrap();
    assert_eq!(journal.row_of(&feed, 1, 7).unwrap().map(|row| row.hub_seq), Some(7));
    assert_eq!(journal.row_of(&feed, 2, 7).unwrap(), None);
}

#[test]
fn a_row_that_is_missing_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(dir.path()).unwrap().journal;
    journal.append(&[entry(1, 0, "x"), entry(2, 0, "x"), entry(3, 0, "x")]).unwrap();
    journal.connection.execute("DELETE FROM entry WHERE hub_seq = 2", []).unwrap();
    let error = read(&Reader::open(dir.path()).unwrap(), 1, 3).unwrap_err();
    assert!(matches!(error, JournalError::Damaged { hub_seq: 2, .. }), "{error}");
}

#[test]
fn files_are_in_force_from_when_they_were_stored() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(dir.path()).unwrap().journal;
    journal.keep_definition("one", &[], at(0)).unwrap();
    journal.append(&[entry(1, 10, "x")]).unwrap();
    journal.keep_definition("two", &[], at(20)).unwrap();
    journal.append(&[entry(2, 30, "x")]).unwrap();
    let reader = Reader::open(dir.path()).unwrap();
    let yard = PlantId::new("yard").unwrap();
    let revision = |secs: i64| {
        let found = reader.definition_at(&yard, at(1_000 + secs), 60.0).unwrap();
        found.map(|definition| definition.revision)
    };
    let found = [0, 10 * 60, 19 * 60, 20 * 60, 40 * 60].map(revision);
    assert_eq!(found, [Some(1), Some(1), Some(1), Some(2), Some(2)]);
}

#[test]
fn where_no_hub_ever_ran_there_is_nothing_to_read() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Reader::open(dir.path()), Err(JournalError::NotWritable { .. })));
}
