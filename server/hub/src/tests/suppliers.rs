//! A supplier's key: it reports its own deliveries, and learns nothing of anybody else's.

use serde_json::{Value, json};

use super::fixture::{Feed, Place, ack, frame, now, refusal, unit_state};

/// The other supplier of the plant.
const FORGE: &str = r#"
[[supplier]]
id = "forge"
name = "Forge"
tier = 1
nation = "XAA"
organisation = "skarvik"
"#;

fn delivery(kind: &str, id: &str, supplier: &str) -> Value {
    json!({
        "kind": format!("delivery_{kind}"), "at": now(), "delivery": id, "supplier": supplier,
        "material": "plate", "quantity": 4.0, "date": "2031-06-01T06:00:00Z",
    })
}

fn comment(about: &str) -> Value {
    json!({ "kind": "comment", "at": now(), "about": about, "text": "on the road" })
}

/// Sends a frame of one report; the refusal's code and reason, if there was one.
async fn said(feed: &mut Feed, seq: u64, report: Value) -> Option<(String, String)> {
    feed.say(&frame(seq, &[report])).await;
    let answer = feed.hear().await;
    if answer == ack(seq) {
        return None;
    }
    assert_eq!(feed.hear().await, ack(seq), "a refused report counts as handled");
    let reason = answer["reason"].as_str().expect("words").to_owned();
    Some((refusal(&answer).0, reason))
}

#[tokio::test]
async fn a_supplier_reports_its_own_deliveries_and_nothing_else() {
    let place = Place::new();
    let supply = place.dir.path().join("plants/shop/supply.toml");
    let text = std::fs::read_to_string(&supply).unwrap();
    std::fs::write(&supply, format!("{text}{FORGE}")).unwrap();
    let (plant, mill) = (place.key("shop", None), place.supplier_key("mill-portal", "mill"));
    let hub = place.start().await;
    let (mut plant, _) = Feed::welcomed(&hub, &plant, "shop", 1).await;
    assert_eq!(said(&mut plant, 1, delivery("promised", "D-mill", "mill")).await, None);
    assert_eq!(said(&mut plant, 2, delivery("promised", "D-forge", "forge")).await, None);

    let (mut feed, _) = Feed::welcomed(&hub, &mill, "mill-portal", 1).await;
    let reports = [
        (delivery("shipped", "D-mill", "mill"), "ok"),
        (delivery("promised", "D-new", "mill"), "ok"),
        (delivery("delayed", "D-new", "mill"), "ok"),
        (delivery("delayed", "D-forge", "forge"), "not_your_delivery"),
        // Its own name over another's delivery takes nothing over, and finds nothing out.
        (delivery("delayed", "D-forge", "mill"), "not_your_delivery"),
        (unit_state("bay-01", "down"), "not_for_suppliers"),
        (
            json!({ "kind": "stock", "at": now(), "storage": "stock", "material": "plate", "quantity": 1.0 }),
            "not_for_suppliers",
        ),
        (comment("D-mill"), "ok"),
        (comment("mill"), "ok"),
        (comment("D-forge"), "not_your_delivery"),
        (comment("bay-01"), "not_your_delivery"),
    ];
    for (seq, (report, expected)) in (1..).zip(reports) {
        let text = report.to_string();
        let answer = said(&mut feed, seq, report).await;
        let (code, reason) = answer.unwrap_or_else(|| ("ok".to_owned(), String::new()));
        assert_eq!(code, expected, "{text}: {reason}");
        assert!(!reason.contains("forge"), "{text} tells about another supplier: {reason}");
    }
    // What is not the supplier's went nowhere: the plant's own word still stands.
    assert_eq!(said(&mut plant, 3, delivery("shipped", "D-forge", "forge")).await, None);
    hub.stop().await;
}
