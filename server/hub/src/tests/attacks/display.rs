//! Who may only look at a thing: it stands on the pages and in no answer that is a copy.

use journal::{Keys, ViewerKeyRow};
use serde_json::Value;
use twin::{NationId, OrganisationId};

use crate::{
    gate,
    tests::{
        fixture::{Feed, Place, ack, frame, lasting, now, unit_state},
        http::{get, get_until},
        viewing::{Viewer, viewer_key},
    },
};

/// Of the fixture's plant, the states of units may be shown to the neighbours, who may keep where
/// things stand.
const SHARING: &str = r#"[agreement]
id = "neighbours"
name = "Neighbours"
policy = "TEST"
parties = ["XAA", "XBB"]
signed = 2020-01-01
until = 2090-12-31
reviewed_by = "skarvik"
contact = "Release desk, 555"

[[share]]
by = ["skarvik"]
kinds = ["layout"]
with = ["XAA", "XBB"]
classification = "unclassified"
review = "365 d"

[[share]]
by = ["skarvik"]
kinds = ["line_state"]
with = ["XAA"]
display_only = ["XBB"]
classification = "unclassified"
review = "365 d"
"#;

fn shared_with_neighbours(place: &Place) {
    let plants = place.dir.path().join("plants");
    let change = |file: &str, from: &str, to: &str| {
        let path = plants.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}");
        std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    let neighbours = "[[nation]]\nid = \"XBB\"\nname = \"Brand\"\n\n[[organisation]]\nid = \"brand\"\n\
                      name = \"Brand works\"\nnation = \"XBB\"\n\n[[organisation]]";
    change("programme.toml", "[[organisation]]", neighbours);
    change("shop/plant.toml", "releasable_to = [\"XAA\"]", "releasable_to = [\"XAA\", \"XBB\"]");
    let agreements = place.dir.path().join("agreements");
    std::fs::create_dir_all(&agreements).unwrap();
    std::fs::write(agreements.join("neighbours.toml"), SHARING).unwrap();
}

fn neighbours_key(place: &Place) -> String {
    let key = gate::new_key().unwrap();
    let row = ViewerKeyRow {
        sha256: gate::hash(&key),
        nation: NationId::new("XBB").unwrap(),
        organisation: OrganisationId::new("brand").unwrap(),
        life: lasting(),
    };
    Keys::open(&place.dir.path().join("data")).unwrap().add_viewer(&row).unwrap();
    key
}

#[tokio::test]
async fn what_may_only_be_looked_at_is_in_no_copy() {
    let place = Place::new();
    shared_with_neighbours(&place);
    let (feed_key, owner) = (place.key("a", None), viewer_key(&place, "skarvik"));
    let neighbour = neighbours_key(&place);
    let hub = place.start().await;
    let (mut feed, _) = Feed::welcomed(&hub, &feed_key, "a", 1).await;
    feed.say(&frame(1, &[unit_state("bay-01", "down")])).await;
    assert_eq!(feed.hear().await, ack(1));
    // On the page it is seen, and goes on being seen.
    let mut page = Viewer::watching(&hub, &neighbour).await;
    page.until(|values| values["unit/bay-01"]["state"] == "down").await;
    feed.say(&frame(2, &[unit_state("bay-01", "working")])).await;
    assert_eq!(feed.hear().await, ack(2));
    page.until(|values| values["unit/bay-01"]["state"] == "working").await;
    assert!(page.values.contains_key("layout/bay-01"));
    // A program of its owner takes it along, one of the neighbours does not.
    let shop = "/api/v1/plants/shop";
    let holds = |answer: &Value| answer.to_string().contains("\"working\"");
    let units = format!("{shop}/units");
    get_until(&hub, &units, &owner, holds).await;
    assert_eq!(get(&hub, &format!("{units}/bay-01"), &owner).await.0, 200);
    for path in
        [shop.to_owned(), units.clone(), format!("{shop}/board"), "/api/v1/programme".into()]
    {
        let (status, answer) = get(&hub, &path, &neighbour).await;
        assert!(!holds(&answer), "{path}: {answer}");
        let told = status == 404 || answer["withheld"]["any"] == true;
        assert!(told, "that something is left out is said: {path}: {answer}");
    }
    let (status, hidden) = get(&hub, &format!("{units}/bay-01"), &neighbour).await;
    assert_eq!(status, 404, "{hidden}");
    let (_, missing) = get(&hub, &format!("{units}/bay-77"), &neighbour).await;
    assert_eq!(hidden.to_string().replace("bay-01", "bay-77"), missing.to_string());
    let layout = get(&hub, &format!("{shop}/layout/"), &neighbour).await;
    assert_eq!(layout.0, 404, "no such route");
    let layout = get(&hub, &format!("{shop}/layout"), &neighbour).await.1;
    assert!(layout["items"]["bay-01"].is_object(), "what may be kept is there: {layout}");
    let then = format!("{shop}/state?at={}", now());
    let (_, past) = get(&hub, &then, &neighbour).await;
    assert!(!holds(&past) && past["items"]["unit/bay-01"].is_null(), "{past}");
    let own = get(&hub, &then, &owner).await.1;
    assert!(own["items"]["unit/bay-01"].is_object() || own["code"] == "in_the_future", "{own}");
    hub.stop().await;
}
