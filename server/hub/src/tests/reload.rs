//! Changed plant files: taken in whole without a restart, or refused whole.

use super::fixture::{FILES, Feed, Place, ack, frame, unit_state};

fn equipment() -> &'static str {
    FILES.iter().find(|(name, _)| name.ends_with("equipment.toml")).map(|(_, text)| *text).unwrap()
}

#[tokio::test]
async fn a_changed_plant_is_taken_in_and_a_wrong_one_is_refused_whole() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start().await;
    let (mut feed, _) = Feed::welcomed(&hub, &key, "a", 1).await;
    let file = place.dir.path().join("plants/shop/equipment.toml");
    std::fs::write(&file, "[[aera]]").unwrap();
    let mut changes = hub.shared.remarks.subscribe();
    changes.wait_for(|remarks| !remarks.is_empty()).await.unwrap();
    let remarks = hub.shared.remarks();
    assert!(remarks[0].contains("refused"), "{remarks:?}");
    assert!(remarks.iter().any(|remark| remark.contains("shop/equipment.toml:1:")), "{remarks:?}");
    feed.say(&frame(1, &[unit_state("bay-02", "working")])).await;
    assert_eq!(feed.hear().await, ack(1), "the old files stay in force");

    std::fs::write(&file, equipment().replace("count = 2", "count = 3")).unwrap();
    changes.wait_for(Vec::is_empty).await.unwrap();
    let mut seq = 1;
    loop {
        seq += 1;
        feed.say(&frame(seq, &[unit_state("bay-03", "working")])).await;
        let answer = feed.hear().await;
        if answer == ack(seq) {
            break;
        }
        assert_eq!(answer["code"], "unknown_unit", "{answer}");
        assert_eq!(feed.hear().await, ack(seq));
    }
    hub.stop().await;
    let hub = place.start().await;
    let (_feed, welcome) = Feed::welcomed(&hub, &key, "a", 1).await;
    assert_eq!(welcome["resume_from"], seq + 1);
    hub.stop().await;
}
