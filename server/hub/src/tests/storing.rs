//! The store: what happens when the disk is full.

use std::sync::Arc;

use journal::{Entry, Journal, Options};
use twin::{FeedId, Origin, PlantId, PlantTime};

use crate::{
    shared::Metrics,
    store::{self, StoreCommand, StoreState},
};

fn big(hub_seq: u64) -> Entry {
    Entry {
        hub_seq,
        feed: FeedId::new("a").unwrap(),
        plant: PlantId::new("shop").unwrap(),
        epoch: 1,
        seq: hub_seq,
        received: PlantTime::default(),
        plant_now: PlantTime::default(),
        origin: Origin::Live,
        label: 1,
        registry_revision: 1,
        body: format!("\"{}\"", "x".repeat(30_000)),
        refused: Vec::new(),
    }
}

#[tokio::test]
async fn a_full_disk_stops_acknowledgements_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { most_pages: Some(40) };
    let journal = Journal::open_with(dir.path(), options).unwrap().journal;
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let mut store = store::start(journal, Arc::new(Metrics::default()), stopping).unwrap();
    for hub_seq in 1..=20 {
        store.commands.send(StoreCommand::Append(big(hub_seq))).await.unwrap();
    }
    let full = store.state.wait_for(|state| *state != StoreState::Healthy).await.unwrap().clone();
    let StoreState::Waiting(words) = full else { panic!("{full:?}") };
    assert!(words.contains("the disk is full"), "{words}");
    let committed = *store.committed.borrow();
    assert!(committed < 20, "{committed} rows were said to be durable");
    // A hub that is told to stop must not wait for room that may never come.
    stop.send_replace(true);
    store.commands.send(StoreCommand::Close).await.unwrap();
    tokio::task::spawn_blocking(move || store.thread.join()).await.unwrap().expect("it ends");
    let journal = Journal::open(dir.path()).unwrap().journal;
    assert_eq!(journal.last_hub_seq(), committed, "what was said to be durable is there, no more");
}
