//! Policies that change while viewers stream: the new ones hold at once, wrong ones never.

use std::{fs, path::Path, sync::Arc, sync::atomic::Ordering};

use journal::Journal;
use serde_json::{Value, json};
use twin::NationId;

use super::{
    fixture::{Feed, Place, ack, frame, unit_state},
    http::{get, get_until},
    viewing::{SHOP, Viewer, viewer_key},
};
use crate::{
    embedded::MODELS,
    policy::{Policies, Source},
    serve::{self, Hub},
};

/// Shuts what the fixture's plant has; what is public stays public.
pub(super) const SHUT: &str = "@id(\"shut\")\n@says(\"Closed for now.\")\n\
    forbid (principal, action, resource) when { resource.classification > 0 };\n";

/// The built-in policies as files, so that some can be added.
pub(super) fn write_policies(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for file in MODELS.get_dir("policies").expect("they are built in").files() {
        fs::write(folder.join(file.path().file_name().unwrap()), file.contents()).unwrap();
    }
}

fn load(folder: &Path) -> Arc<Policies> {
    let hub = NationId::new("XAA").unwrap();
    Arc::new(Source::Directory(folder.to_owned()).load(&hub).unwrap().policies)
}

pub(super) async fn start_with_policies(place: &Place) -> Hub {
    let mut args = place.args();
    args.policies = Some(place.dir.path().join("policies"));
    let started = serve::start(&args).await;
    started.unwrap_or_else(|error| panic!("{:?}", error.lines()))
}

pub(super) async fn pass_ticks(hub: &Hub, count: usize) {
    let mut ticks = hub.shared.door.shelf.ticks();
    ticks.borrow_and_update();
    for _ in 0..count {
        ticks.changed().await.expect("the hub runs");
    }
}

#[tokio::test]
async fn nothing_goes_out_under_policies_of_before() {
    let place = Place::new();
    let (feed_key, key) = (place.key("a", None), viewer_key(&place, "skarvik"));
    let folder = place.dir.path().join("policies");
    write_policies(&folder);
    let open = load(&folder);
    fs::write(folder.join("shut.cedar"), SHUT).unwrap();
    let shut = load(&folder);
    let hub = place.start().await;
    let shelf = Arc::clone(&hub.shared.door.shelf);
    let mut viewer = Viewer::watching(&hub, &key).await;
    let (mut feed, _) = Feed::welcomed(&hub, &feed_key, "a", 1).await;
    feed.say(&frame(1, &[unit_state("bay-01", "working")])).await;
    assert_eq!(feed.hear().await, ack(1));
    viewer.until(|values| values["unit/bay-01"]["state"] == "working").await;
    let audience = shelf.member("XAA/skarvik").unwrap().id;

    assert_eq!(shelf.enforce(Arc::clone(&shut)), 2);
    // From this line on: not what was made before, and not what is made now.
    assert!(shelf.newest(audience, SHOP).is_none());
    viewer.say(&json!({ "type": "again", "view": SHOP })).await;
    feed.say(&frame(2, &[unit_state("bay-01", "down")])).await;
    assert_eq!(feed.hear().await, ack(2));
    let refused = loop {
        let message = viewer.hear().await;
        assert_ne!(message["type"], "snapshot", "{message}");
        assert!(!message.to_string().contains("down"), "{message}");
        if message["type"] == "refused" {
            break message;
        }
    };
    assert_eq!(refused["code"], "no_such_view");
    pass_ticks(&hub, 2).await;
    assert!(shelf.is_decided(audience) && shelf.newest(audience, SHOP).is_none());
    let (status, hidden) = get(&hub, "/api/v1/plants/shop/units/bay-01", &key).await;
    assert_eq!((status, &hidden["code"]), (404, &json!("not_found")));

    assert_eq!(shelf.enforce(open), 3);
    viewer.version = None;
    viewer.values.clear();
    viewer.say(&json!({ "type": "watch", "view": SHOP })).await;
    viewer.until(|values| values["unit/bay-01"]["state"] == "down").await;
    hub.stop().await;
}

#[tokio::test]
async fn changed_files_are_put_in_force_and_wrong_ones_refused_whole() {
    let place = Place::new();
    let key = viewer_key(&place, "skarvik");
    let folder = place.dir.path().join("policies");
    write_policies(&folder);
    let hub = start_with_policies(&place).await;
    let shelf = Arc::clone(&hub.shared.door.shelf);
    let path = "/api/v1/plants/shop/units/bay-01";
    get_until(&hub, path, &key, |answer| answer["state"] == "unknown").await;
    let wrong = format!("{SHUT}\npermit (principal is Member, action, resource) when {{ 1 }};");
    fs::write(folder.join("shut.cedar"), wrong).unwrap();
    let mut ticks = shelf.ticks();
    while hub.shared.metrics.policies_refused.load(Ordering::Relaxed) == 0 {
        ticks.changed().await.expect("the hub runs");
    }
    assert_eq!(shelf.generation_in_force(), 1, "of a wrong file nothing is taken");
    assert_eq!(get(&hub, path, &key).await.0, 200);

    fs::write(folder.join("shut.cedar"), SHUT).unwrap();
    let mut in_force = shelf.in_force();
    in_force.wait_for(|now| now.generation == 2).await.expect("the hub runs");
    assert_eq!(get(&hub, path, &key).await.0, 404);
    assert!(hub.shared.metrics.to_text().contains("slipway_policies_refused_total 1"));
    drop(shelf);
    hub.stop().await;
    let opened = Journal::open(&place.dir.path().join("data")).unwrap();
    let alarms = opened.journal.alarms(10).unwrap();
    let alarm = alarms.iter().find(|alarm| alarm.code == "policies_refused").expect("an alarm");
    assert!(alarm.text.contains("shut.cedar:"), "{}", alarm.text);
}

#[tokio::test]
async fn a_hub_does_not_start_with_wrong_policies() {
    let place = Place::new();
    let folder = place.dir.path().join("policies");
    write_policies(&folder);
    fs::write(folder.join("odd.cedar"), "permit (principle, action, resource);").unwrap();
    let mut args = place.args();
    args.policies = Some(folder);
    let error = serve::start(&args).await.err().expect("refused");
    assert!(error.lines().iter().any(|line| line.contains("odd.cedar:1:")), "{:?}", error.lines());
    args.policies = Some(place.dir.path().join("nowhere"));
    let error = serve::start(&args).await.err().expect("refused");
    assert!(error.lines().concat().contains("--policies"), "{:?}", error.lines());
}

#[tokio::test]
async fn whoever_runs_the_plant_is_told_why() {
    let place = Place::new();
    let key = viewer_key(&place, "skarvik");
    let hub = place.start().await;
    let path = "/api/v1/why?plant=shop&key=unit/bay-01";
    let (status, answer) = get(&hub, path, &key).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["label"]["policy"], "TEST");
    let reader = |code: &str| -> Value {
        let readers = answer["readers"].as_array().unwrap();
        readers.iter().find(|reader| reader["audience"] == code).cloned().expect("is told of")
    };
    assert_eq!(reader("XAA/skarvik")["see"]["allowed"], true);
    assert_eq!(reader("XAA/skarvik")["see"]["by"][0]["id"], "see");
    assert_eq!(reader("public")["see"]["allowed"], false);
    assert_eq!(reader("public")["see"]["by"][0]["id"], "anybody");
    assert_eq!(reader("administrator")["see"]["by"][0]["id"], "administrators");
    // To everybody else, and of what is not there, the same answer.
    let missing = get(&hub, "/api/v1/why?plant=shop&key=unit/none", &key).await;
    assert_eq!(missing.0, 404);
    let elsewhere = get(&hub, "/api/v1/why?plant=none&key=unit/none", &key).await;
    assert_eq!(missing, elsewhere);
    let public = super::http::http(&hub, ("GET", path), &[], "").await;
    let nothing = ("GET", "/api/v1/why?plant=none&key=unit/bay-01");
    assert_eq!(public, super::http::http(&hub, nothing, &[], "").await);
    assert_eq!(public.0, 404);
    assert_eq!(get(&hub, "/api/v1/why?plant=shop", &key).await.0, 400);
    hub.stop().await;
}
