//! Sequence, epochs, resume: nothing acknowledged is lost or taken twice.

use serde_json::json;

use super::fixture::{Feed, Place, ack, frame, hello, refusal, unit_state};

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start().await;
    let (mut feed, _) = Feed::welcomed(&hub, &key, "a", 7).await;
    for seq in 1..=3 {
        feed.say(&frame(seq, &[unit_state("bay-01", "working")])).await;
        assert_eq!(feed.hear().await, ack(seq));
    }
    hub.stop().await;
    assert_eq!(feed.closed().await, 1001);

    let hub = place.start().await;
    let (mut feed, welcome) = Feed::welcomed(&hub, &key, "a", 7).await;
    assert_eq!(welcome["resume_from"], 4);
    feed.say(&frame(2, &[unit_state("bay-01", "down")])).await;
    assert_eq!(feed.hear().await, ack(3), "a duplicate is acknowledged again, not taken again");
    feed.say(&frame(4, &[unit_state("bay-01", "starved")])).await;
    assert_eq!(feed.hear().await, ack(4));
    hub.stop().await;
}

#[tokio::test]
async fn a_gap_is_refused_with_the_next_seq_wanted() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start().await;
    let (mut feed, _) = Feed::welcomed(&hub, &key, "a", 1).await;
    feed.say(&frame(3, &[unit_state("bay-01", "working")])).await;
    let answer = feed.hear().await;
    assert_eq!(refusal(&answer), ("gap".to_owned(), Some(3), None));
    assert_eq!((&answer["resume_from"], &answer["retryable"]), (&json!(1), &json!(true)));
    feed.say(&frame(1, &[unit_state("bay-01", "working")])).await;
    assert_eq!(feed.hear().await, ack(1));
    hub.stop().await;
}

#[tokio::test]
async fn a_higher_epoch_supersedes_a_lower_one() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start().await;
    let (mut old, _) = Feed::welcomed(&hub, &key, "a", 5).await;
    old.say(&frame(1, &[unit_state("bay-01", "working")])).await;
    assert_eq!(old.hear().await, ack(1));
    let (mut new, welcome) = Feed::welcomed(&hub, &key, "a", 6).await;
    assert_eq!((&welcome["resume_from"], &welcome["took_over"]), (&json!(1), &json!(true)));
    let told = old.hear().await;
    assert_eq!(
        (refusal(&told), &told["epoch"]),
        (("superseded".to_owned(), None, None), &json!(6))
    );
    assert_eq!(old.closed().await, 1008);
    let mut late = Feed::connect(&hub, &key).await;
    late.say(&hello("a", 5)).await;
    let answer = late.hear().await;
    assert_eq!((refusal(&answer).0.as_str(), &answer["epoch"]), ("superseded", &json!(6)));
    new.say(&frame(1, &[unit_state("bay-01", "down")])).await;
    assert_eq!(new.hear().await, ack(1));
    hub.stop().await;
}

#[tokio::test]
async fn a_second_connection_of_one_epoch_takes_over_and_both_are_told() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start().await;
    let (mut first, welcome) = Feed::welcomed(&hub, &key, "a", 5).await;
    assert_eq!(welcome["took_over"], json!(null), "nobody spoke before: {welcome}");
    first.say(&frame(1, &[unit_state("bay-01", "working")])).await;
    assert_eq!(first.hear().await, ack(1));
    let (mut second, welcome) = Feed::welcomed(&hub, &key, "a", 5).await;
    assert_eq!((&welcome["resume_from"], &welcome["took_over"]), (&json!(2), &json!(true)));
    assert_eq!(refusal(&first.hear().await), ("superseded".to_owned(), None, None));
    assert_eq!(first.closed_saying().await.0, 1008);
    second.say(&frame(2, &[unit_state("bay-01", "down")])).await;
    assert_eq!(second.hear().await, ack(2));
    // A hello said again on the same connection takes over from nobody.
    second.say(&hello("a", 5)).await;
    assert_eq!(second.hear().await["took_over"], json!(null));
    hub.stop().await;
}

#[tokio::test]
async fn remembering_more_acks_than_the_hub_has_is_an_alarm() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start().await;
    let mut feed = Feed::connect(&hub, &key).await;
    let mut words = hello("a", 1);
    words["acked"] = json!(9);
    feed.say(&words).await;
    assert_eq!(feed.hear().await["resume_from"], 1);
    hub.stop().await;
    let journal = journal::Journal::open(&place.dir.path().join("data")).unwrap().journal;
    let alarms = journal.alarms(10).unwrap();
    let found: Vec<_> = alarms.iter().map(|a| (a.code.as_str(), a.about.as_str())).collect();
    assert_eq!(found, [("acked_beyond", "a")]);
}

#[tokio::test]
async fn refused_reports_are_counted_and_their_content_is_not_kept() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start().await;
    let (mut feed, _) = Feed::welcomed(&hub, &key, "a", 1).await;
    let secret = json!({ "kind": "unit_state", "at": "soon", "unit": "bay-01", "state": "secret" });
    feed.say(&frame(1, &[unit_state("bay-01", "working"), secret])).await;
    assert_eq!(refusal(&feed.hear().await), ("not_a_time".to_owned(), Some(1), Some(1)));
    assert_eq!(feed.hear().await, ack(1));
    hub.stop().await;
    let journal = journal::Journal::open(&place.dir.path().join("data")).unwrap().journal;
    let mut rows = Vec::new();
    journal.replay(1, &mut |row| rows.push(row)).unwrap();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].body.contains("working") && !rows[0].body.contains("secret"));
    let refused = &rows[0].refused[0];
    assert_eq!((refused.index, refused.code.as_str()), (Some(1), "not_a_time"));
    assert!(refused.length > 0);
    assert_eq!(rows[0].label, journal.labels().unwrap()[0].0);
}
