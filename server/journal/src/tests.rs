//! Reopening, damage, locks, a full disk: what the journal promises.

use std::path::Path;

use proptest::prelude::*;
use rusqlite::Connection;
use twin::{EquipmentId, FeedId, Origin, PlantId, PlantTime};

use super::*;

fn entry(hub_seq: u64, feed: &str, seq: u64) -> Entry {
    Entry {
        hub_seq,
        feed: FeedId::new(feed).unwrap(),
        plant: PlantId::new("yard").unwrap(),
        epoch: 3,
        seq,
        received: PlantTime::from_micros(1_000 + seq.cast_signed()),
        plant_now: PlantTime::from_micros(-5),
        origin: Origin::Simulated,
        label: 7,
        registry_revision: 2,
        body: format!("{{\"reports\":[[0,{seq}]]}}"),
        refused: Vec::new(),
    }
}

fn open(dir: &Path) -> Opened {
    Journal::open(dir).expect("opens")
}

fn read_all(journal: &Journal) -> Vec<Entry> {
    let mut entries = Vec::new();
    journal.replay(1, &mut |entry| entries.push(entry)).expect("replays");
    entries
}

#[test]
fn what_was_appended_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let batch = vec![entry(1, "a", 1), entry(2, "b", 1), entry(3, "a", 2)];
    let mut journal = open(dir.path()).journal;
    assert_eq!(journal.append(&batch).unwrap(), 3);
    drop(journal);
    let opened = open(dir.path());
    assert_eq!((opened.recovered, &opened.lost), (3, &None));
    assert_eq!(read_all(&opened.journal), batch);
    let at = |feed: &str| opened.journal.feed_positions()[feed].clone();
    assert_eq!((at("a").epoch, at("a").next_seq, at("a").last_hub_seq), (3, 3, 3));
    assert_eq!(at("b").next_seq, 2);
}

#[test]
fn a_batch_out_of_order_is_refused_whole() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path()).journal;
    let error = journal.append(&[entry(1, "a", 1), entry(3, "a", 2)]).unwrap_err();
    assert!(matches!(error, JournalError::OutOfOrder { given: 3, wanted: 2 }), "{error}");
    assert_eq!(read_all(&journal), []);
    journal.append(&[entry(1, "a", 1)]).expect("goes on");
}

#[test]
fn a_damaged_row_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path()).journal;
    journal.append(&[entry(1, "a", 1), entry(2, "a", 2), entry(3, "a", 3)]).unwrap();
    drop(journal);
    let damage = Connection::open(dir.path().join("journal.sqlite")).unwrap();
    damage
        .execute("UPDATE entry SET body = '{\"reports\":[[0,9]]}' WHERE hub_seq = 2", [])
        .unwrap();
    drop(damage);
    let journal = open(dir.path()).journal;
    let mut seen = Vec::new();
    let error = journal.replay(1, &mut |entry| seen.push(entry.hub_seq)).unwrap_err();
    assert!(matches!(error, JournalError::Damaged { hub_seq: 2, .. }), "{error}");
    assert_eq!(seen, [1]);
}

#[test]
fn a_missing_row_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path()).journal;
    journal.append(&[entry(1, "a", 1), entry(2, "a", 2), entry(3, "a", 3)]).unwrap();
    journal.connection.execute("DELETE FROM entry WHERE hub_seq = 2", []).unwrap();
    let error = journal.replay(1, &mut |_| ()).unwrap_err();
    assert!(matches!(error, JournalError::Damaged { hub_seq: 2, .. }), "{error}");
}

#[test]
fn losing_what_was_acknowledged_has_a_name() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path()).journal;
    journal.append(&[entry(1, "a", 1)]).unwrap();
    journal.append(&[entry(2, "a", 2), entry(3, "b", 1)]).unwrap();
    drop(journal);
    let damage = Connection::open(dir.path().join("journal.sqlite")).unwrap();
    damage
        .execute_batch(
            "DELETE FROM entry WHERE hub_seq > 1; DELETE FROM position WHERE feed = 'b';
             UPDATE position SET next_seq = 2;",
        )
        .unwrap();
    drop(damage);
    let lost = open(dir.path()).lost.expect("the loss is noticed");
    assert_eq!((lost.acknowledged, lost.found), (3, 1));
    let feeds = lost.feeds.iter().map(|f| (f.feed.as_str(), f.acknowledged, f.found));
    let expected = [("a", (3, 2), Some((3, 1))), ("b", (3, 1), None)];
    assert_eq!(feeds.collect::<Vec<_>>(), expected);
    assert!(lost.to_string().contains("feed b"), "{lost}");
}

#[test]
fn a_torn_file_of_what_was_acknowledged_leaves_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path()).journal;
    journal.append(&[entry(1, "a", 1)]).unwrap();
    journal.append(&[entry(2, "a", 2)]).unwrap();
    drop(journal);
    // The second commit went to the second of the two in turn; tear the newer one.
    for name in ["acknowledged.a", "acknowledged.b"] {
        let path = dir.path().join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        if text.contains("\n2 2\n") {
            std::fs::write(&path, &text[..text.len() - 3]).unwrap();
        }
    }
    assert_eq!(open(dir.path()).lost, None);
}

#[test]
fn a_second_hub_is_told_so() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path());
    let error = Journal::open(dir.path()).err().expect("refused");
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
    assert!(error.to_string().contains("in use by another hub"), "{error}");
    drop(first);
    open(dir.path());
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "not a directory").unwrap();
    let error = Journal::open(&file.join("data")).err().expect("refused");
    assert!(matches!(error, JournalError::NotWritable { .. }), "{error}");
    assert!(error.to_string().contains("--data"), "{error}");
}

#[test]
fn a_newer_layout_is_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let newer = Connection::open(dir.path().join("journal.sqlite")).unwrap();
    newer.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(newer);
    let error = Journal::open(dir.path()).err().expect("refused");
    assert!(matches!(error, JournalError::TooNew { found: 99, .. }), "{error}");
}

#[test]
fn a_full_disk_keeps_what_was_there_and_can_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { most_pages: Some(30) };
    let mut journal = Journal::open_with(dir.path(), options).expect("opens").journal;
    let big = |hub_seq: u64| Entry { body: "x".repeat(20_000), ..entry(hub_seq, "a", hub_seq) };
    let mut kept = 0;
    let error = loop {
        match journal.append(&[big(kept + 1)]) {
            Ok(last) => kept = last,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, JournalError::DiskFull { .. }) && error.is_retryable(), "{error}");
    assert!(kept > 0);
    assert_eq!(journal.last_hub_seq(), kept);
    journal.connection.query_row("PRAGMA max_page_count = 3000", [], |_| Ok(())).unwrap();
    journal.append(&[big(kept + 1)]).expect("there is room again");
    drop(journal);
    assert_eq!(open(dir.path()).recovered, kept + 1);
}

#[test]
fn rows_that_were_kept_and_not_yet_named_are_not_kept_twice() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path()).journal;
    journal.append(&[entry(1, "a", 1)]).expect("kept");
    // As it stands when the rows are committed and the small file beside them found no room.
    journal.unsaid = true;
    assert_eq!(journal.append(&[entry(1, "a", 1)]).expect("named"), 1);
    assert_eq!(journal.append(&[entry(2, "a", 2)]).expect("kept"), 2);
    assert!(journal.append(&[entry(2, "a", 2)]).is_err(), "what was named is not tried again");
    assert_eq!(read_all(&journal).len(), 2);
}

#[test]
fn a_quota_and_a_limit_of_sizes_are_a_full_disk() {
    use std::io::{Error, ErrorKind};
    let path = Path::new("acknowledged.a");
    for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded, ErrorKind::FileTooLarge] {
        assert!(crate::error::acknowledged(path, Error::from(kind)).is_retryable(), "{kind}");
    }
    let broken = crate::error::acknowledged(path, Error::from(ErrorKind::PermissionDenied));
    assert!(!broken.is_retryable(), "{broken}");
    let of_sqlite = |code| {
        let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        crate::error::sqlite(path, "appending")(error).is_retryable()
    };
    assert!(of_sqlite(rusqlite::ffi::SQLITE_IOERR_WRITE));
    assert!(of_sqlite(rusqlite::ffi::SQLITE_IOERR_SHMSIZE));
    assert!(!of_sqlite(rusqlite::ffi::SQLITE_IOERR_FSYNC), "what a failed flush left is unknown");
}

#[test]
fn labels_definitions_clocks_and_alarms_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path()).journal;
    let now = PlantTime::from_micros(5);
    assert_eq!(journal.intern_label("{}").unwrap(), journal.intern_label("{}").unwrap());
    assert_ne!(journal.intern_label("{}").unwrap(), journal.intern_label("{\"a\":1}").unwrap());
    let files = [DefinitionFile { name: "yard/plant.toml".into(), bytes: b"id".to_vec() }];
    let first = journal.keep_definition("aa", &files, now).unwrap();
    assert_eq!(journal.keep_definition("aa", &files, now).unwrap(), first, "unchanged");
    journal.append(&[entry(1, "a", 1)]).unwrap();
    assert_eq!(journal.keep_definition("bb", &files, now).unwrap(), first + 1);
    assert_eq!(journal.newest_definition().unwrap().unwrap().since_hub_seq, 2);
    assert_eq!(journal.definition_files(first).unwrap(), files);
    let clock = ClockRow {
        plant: PlantId::new("yard").unwrap(),
        kind: "simulated".into(),
        rate: 720.0,
        plant_now: now,
    };
    journal.keep_clock(&clock).unwrap();
    assert_eq!(journal.clocks().unwrap(), [clock]);
    let id = journal.raise_alarm(now, "acked_beyond", "a", "lost").unwrap();
    assert!(journal.acknowledge_alarm(id, now).unwrap());
    assert!(!journal.acknowledge_alarm(id, now).unwrap(), "only once");
    assert_eq!(journal.alarms(10).unwrap()[0].acknowledged, Some(now));
}

#[test]
fn keys_are_found_by_hash_and_revoked_while_the_hub_runs() {
    let dir = tempfile::tempdir().unwrap();
    let hub = open(dir.path());
    let (here, there) = (Keys::open(dir.path()).unwrap(), Keys::open(dir.path()).unwrap());
    let key = KeyRow {
        sha256: "0123456789abcdef".repeat(4),
        feed: FeedId::new("a").unwrap(),
        plant: PlantId::new("yard").unwrap(),
        supplier: None,
        units: Some(vec![EquipmentId::new("P1").unwrap(), EquipmentId::new("P2").unwrap()]),
        life: KeyLife::new(PlantTime::from_micros(1), PlantTime::from_micros(99)),
    };
    here.add(&key).unwrap();
    assert_eq!(there.find(&key.sha256).unwrap(), Some(key.clone()));
    assert_eq!(there.find("00").unwrap(), None);
    assert_eq!(there.revoke("0123", PlantTime::from_micros(9)).unwrap(), 0, "too short to be sure");
    assert_eq!(there.revoke("01234567", PlantTime::from_micros(9)).unwrap(), 1);
    assert!(here.find(&key.sha256).unwrap().unwrap().life.revoked.is_some());
    assert_eq!(here.list().unwrap().len(), 1);
    drop(hub);
}

fn refused() -> impl Strategy<Value = RefusedItem> {
    (any::<Option<u32>>(), "[a-z_]{1,20}", any::<i64>(), any::<u64>(), any::<[u8; 32]>()).prop_map(
        |(index, code, at, length, sha256)| RefusedItem {
            index,
            code,
            at: PlantTime::from_micros(at),
            length,
            sha256,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn any_row_comes_back_as_it_was(
        body in ".*",
        numbers in any::<(u64, u64, i64, i64, u32, u32)>(),
        refused in prop::collection::vec(refused(), 0..4),
    ) {
        let (epoch, seq, received, plant_now, label, registry_revision) = numbers;
        let dir = tempfile::tempdir().unwrap();
        let written = Entry {
            epoch,
            seq,
            received: PlantTime::from_micros(received),
            plant_now: PlantTime::from_micros(plant_now),
            label,
            registry_revision,
            body,
            refused,
            ..entry(1, "a", 1)
        };
        let mut journal = open(dir.path()).journal;
        journal.append(std::slice::from_ref(&written)).unwrap();
        drop(journal);
        prop_assert_eq!(read_all(&open(dir.path()).journal), [written]);
    }
}

fn feed_key(sha256: &str, created: i64, expires: i64) -> KeyRow {
    KeyRow {
        sha256: sha256.repeat(8),
        feed: FeedId::new("press").unwrap(),
        plant: PlantId::new("yard").unwrap(),
        supplier: None,
        units: None,
        life: KeyLife::new(PlantTime::from_micros(created), PlantTime::from_micros(expires)),
    }
}

#[test]
fn a_feed_has_two_keys_in_force_and_no_third() {
    let dir = tempfile::tempdir().unwrap();
    let keys = Keys::open(dir.path()).unwrap();
    keys.add(&feed_key("00000001", 1, 100)).unwrap();
    keys.add(&feed_key("00000002", 2, 100)).unwrap();
    let third = feed_key("00000003", 3, 100);
    assert!(matches!(keys.add(&third), Err(JournalError::TwoKeys { .. })));
    assert_eq!(keys.list().unwrap().len(), 2, "nothing was kept of it");
    keys.revoke(&"00000001".repeat(8), PlantTime::from_micros(4)).unwrap();
    keys.add(&third).unwrap();
    let later = feed_key("00000004", 100, 200);
    keys.add(&later).expect("both others are over by then");
    let at = PlantTime::from_micros(150);
    keys.keep_used(&[(later.sha256.clone(), at), ("nobody's".to_owned(), at)]).unwrap();
    let used = keys.list().unwrap().into_iter().map(|key| (key.sha256, key.life.used));
    let used: Vec<_> = used.filter(|(_, used)| used.is_some()).collect();
    assert_eq!(used, [(later.sha256, Some(at))]);
}

#[test]
fn keys_of_an_older_file_are_given_an_end() {
    let dir = tempfile::tempdir().unwrap();
    let old = Connection::open(dir.path().join("keys.sqlite")).unwrap();
    old.execute_batch(
        "CREATE TABLE feed_key (sha256 TEXT PRIMARY KEY, feed TEXT NOT NULL, plant TEXT NOT NULL,
           supplier TEXT, units TEXT, created_us INTEGER NOT NULL, revoked_us INTEGER)
           STRICT, WITHOUT ROWID;
         INSERT INTO feed_key VALUES ('abcdefgh', 'press', 'yard', NULL, NULL, 1000000, NULL);",
    )
    .unwrap();
    drop(old);
    for _again in 0..2 {
        let keys = Keys::open(dir.path()).unwrap();
        let life = keys.find("abcdefgh").unwrap().unwrap().life;
        let ninety_days = (1 + 90 * 24 * 3_600) * 1_000_000;
        assert_eq!(life, KeyLife::new(PlantTime::from_micros(1_000_000), life.expires));
        assert_eq!(life.expires.micros(), ninety_days);
        assert!(!life.is_good(life.expires) && life.is_good(life.created));
    }
}
