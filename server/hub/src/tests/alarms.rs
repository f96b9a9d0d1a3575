//! The hub's own alarms: who is told of them, and how much of what they are about.

use std::fs;

use journal::{Journal, Role};
use serde_json::{Value, json};
use twin::Span;

use super::{
    fixture::{Feed, Place, frame},
    http::get,
    identity::{account, account_of, keys_of, look},
    policies::{SHUT, start_with_policies, write_policies},
    sharing::{Person, allied, ally_key, day, old_decisions, start},
};
use crate::clock::wall_now;

const PATH: &str = "/api/v1/sharing/alarms";

async fn told(who: &Person<'_>) -> Vec<Value> {
    who.told("alarms").await["alarms"].as_array().expect("a list").clone()
}

/// The newest alarm of a code, once somebody is told of it.
async fn told_of(who: &Person<'_>, code: &str) -> Value {
    let mut ticks = who.hub.shared.door.shelf.ticks();
    loop {
        if let Some(alarm) = told(who).await.into_iter().find(|alarm| alarm["code"] == code) {
            return alarm;
        }
        ticks.changed().await.expect("the hub runs");
    }
}

/// Whether nothing is said but what and since when.
fn is_bare(alarm: &Value) -> bool {
    alarm["about"].is_null() && alarm["text"].is_null() && alarm["since"].is_string()
}

#[tokio::test]
async fn an_overdue_review_is_told_whole_to_its_own_people_alone() {
    let place = allied();
    account(&place, "cy", &[Role::Viewer]);
    account(&place, "di", &[Role::Administrator]);
    account(&place, "ed", &[Role::Auditor]);
    account_of(&place, ("XBB", "ally"), "fay", &[Role::Releaser]);
    let ally = ally_key(&place);
    old_decisions(&keys_of(&place));
    let hub = start(&place).await;
    let [anna, bo, cy, di, ed, fay] = [
        Person::enter(&hub, "anna").await,
        Person::enter(&hub, "bo").await,
        Person::enter(&hub, "cy").await,
        Person::enter(&hub, "di").await,
        Person::enter(&hub, "ed").await,
        Person::enter(&hub, "fay").await,
    ];
    let own = told_of(&anna, "review_overdue").await;
    let about = own["about"].as_str().expect("its own people know what it is about");
    assert!(about.starts_with("XAA/skarvik narrow shop"), "{own}");
    assert!(own["text"].as_str().is_some_and(|text| text.contains("/sharing/")), "{own}");
    // Whoever looks after the hub reads no plant: that a review is overdue, and since when.
    for other in [&di, &ed] {
        let alarms = told(other).await;
        assert!(alarms.len() == 1 && is_bare(&alarms[0]), "{alarms:?}");
        assert_eq!(alarms[0]["since"], own["since"]);
    }
    assert!(told(&fay).await.is_empty(), "another's decisions are not her business");

    // To everybody else there is no such thing.
    let mut answers = vec![get(&hub, PATH, &ally).await];
    answers.push(look(&hub, PATH, &cy.cookie).await);
    answers.push(look(&hub, PATH, "").await);
    answers.push(look(&hub, &format!("{PATH}?as=public"), &anna.cookie).await);
    for (status, answer) in answers {
        assert_eq!((status, &answer["code"]), (404, &json!("not_found")), "{answer}");
    }

    // What is not so any more is not told.
    let overdue = anna.told("decisions").await["open"][0]["id"].clone();
    let keep = json!({ "narrowing": overdue, "reason": "the trials go on", "review": day(60) });
    bo.done("keep", &keep).await;
    for who in [&anna, &di] {
        assert!(told(who).await.is_empty());
    }
    hub.stop().await;
}

#[tokio::test]
async fn what_happened_once_is_told_for_a_while_and_not_all_at_once() {
    let place = allied();
    account(&place, "di", &[Role::Administrator]);
    let key = place.key("line", None);
    let mut journal = Journal::open(&place.dir.path().join("data")).unwrap().journal;
    let text = "the journal ends at 3 but 5 was acknowledged; feed line was acknowledged to …";
    for _ in 0..101 {
        journal.raise_alarm(wall_now(), "journal_lost", "journal", text).unwrap();
    }
    let long_ago = wall_now() - Span::from_secs(31 * 86_400);
    journal.raise_alarm(long_ago, "journal_lost", "journal", text).unwrap();
    drop(journal);
    let hub = start(&place).await;
    let (anna, di) = (Person::enter(&hub, "anna").await, Person::enter(&hub, "di").await);
    for who in [&anna, &di] {
        let alarms = told(who).await;
        assert_eq!(alarms.len(), 100);
        assert!(alarms.iter().all(is_bare), "it names feeds of whoever's plants");
        assert_ne!(alarms[0]["since"], record::format_time(long_ago).unwrap());
    }
    // A text that the hub may not hold: the plant's people are told which feed sent it.
    let (mut feed, _) = Feed::welcomed(&hub, &key, "line", 1).await;
    let comment = json!({ "kind": "comment", "at": super::fixture::now(), "about": "bay-01",
        "text": "NATO SECRET trials here" });
    feed.say(&frame(1, &[comment])).await;
    let own = told_of(&anna, "spillage").await;
    assert_eq!(own["about"], "line", "{own}");
    let bare = told_of(&di, "spillage").await;
    assert!(is_bare(&bare), "{bare}");
    hub.stop().await;
}

#[tokio::test]
async fn refused_policies_are_told_until_they_are_right() {
    let place = Place::new();
    account(&place, "anna", &[Role::Releaser]);
    account(&place, "di", &[Role::Administrator]);
    let folder = place.dir.path().join("policies");
    write_policies(&folder);
    let hub = start_with_policies(&place).await;
    let (anna, di) = (Person::enter(&hub, "anna").await, Person::enter(&hub, "di").await);
    assert!(told(&di).await.is_empty());
    let wrong = format!("{SHUT}\npermit (principal is Member, action, resource) when {{ 1 }};");
    fs::write(folder.join("shut.cedar"), wrong).unwrap();
    let mended = told_of(&di, "policies_refused").await;
    assert!(mended["text"].as_str().is_some_and(|text| text.contains("shut.cedar:")), "{mended}");
    assert!(is_bare(&told_of(&anna, "policies_refused").await));
    fs::remove_file(folder.join("shut.cedar")).unwrap();
    let mut ticks = hub.shared.door.shelf.ticks();
    while !told(&di).await.is_empty() {
        ticks.changed().await.expect("the hub runs");
    }
    hub.stop().await;
}
