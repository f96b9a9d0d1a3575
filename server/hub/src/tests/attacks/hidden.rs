//! What may not be seen is answered as what is not there, however it is asked for; and nothing
//! that was made for one reader is kept for another.

use journal::Role;
use serde_json::Value;

use super::{KEPT, routes};
use crate::{
    serve::Hub,
    tests::{
        fixture::Place,
        http::{get, http_with_head},
        identity::{account, named, signed_in},
        plan::planner_key,
        viewing::viewer_key,
    },
};

/// A head without what is another at every answer, and a body without the names asked for.
fn alike(head: &str, body: &Value, names: &[&str]) -> (Vec<String>, String) {
    let varying = |line: &&str| {
        let line = line.to_lowercase();
        !line.starts_with("date:") && !line.starts_with("content-length:")
    };
    let head = head.lines().filter(varying).map(str::to_owned).collect();
    let body = names.iter().fold(body.to_string(), |text, name| text.replace(name, "it"));
    (head, body)
}

/// Paths of the API that name a plant, each with what is there and twice with what is not.
async fn guesses(hub: &Hub) -> Vec<[String; 3]> {
    let mut guesses = Vec::new();
    for (method, path) in routes(hub).await {
        if method == "GET" && path.contains("{plant}") {
            let with = |plant: &str, id: &str| path.replace("{plant}", plant).replace("{id}", id);
            guesses.push([
                with("shop", "bay-01"),
                with("shop", "bay-77"),
                with("nowhere", "bay-01"),
            ]);
        }
    }
    assert!(guesses.len() > 20, "{guesses:?}");
    guesses
}

#[tokio::test]
async fn what_is_hidden_and_what_is_not_there_are_answered_alike() {
    let place = Place::new();
    account(&place, "otto", &[Role::Auditor]);
    let hub = place.start().await;
    let otto = signed_in(&hub, &named("otto")).await;
    let questions = [
        "",
        "?value%3E5",
        "?filter=state%20eq%20down",
        "?sort=-id",
        "?limit=1",
        "?limit=-1",
        "?limit=1000000000",
        "?count=true",
        "?at=2031-05-05T06:00:00Z",
        "?at=0000-01-01T00:00:00Z",
        "?at=9999-12-31T23:59:59Z&step=1ns",
        "?q=(a%2B)%2B%24",
    ];
    let conditions: [&[(&str, &str)]; 5] = [
        &[],
        &[("If-None-Match", "*")],
        &[("If-None-Match", "\"1\""), ("If-Modified-Since", "Sat, 01 Jan 2050 00:00:00 GMT")],
        &[("Range", "bytes=0-1")],
        &[("Accept-Encoding", "gzip, br")],
    ];
    for paths in guesses(&hub).await {
        for cookie in ["", &otto] {
            for (number, question) in questions.iter().enumerate() {
                let headers = conditions[number % conditions.len()];
                let headers: Vec<_> = headers.iter().copied().chain([("Cookie", cookie)]).collect();
                let mut answers = Vec::new();
                for path in &paths {
                    let asked = ("GET", &*format!("{path}{question}"));
                    let (status, head, body) = http_with_head(&hub, asked, &headers, "").await;
                    assert_eq!(status, 404, "{path}{question}: {body}");
                    assert!(!head.to_lowercase().contains("\netag:"), "{head}");
                    answers.push(alike(&head, &body, &["bay-01", "bay-77", "shop", "nowhere"]));
                }
                answers.dedup();
                assert_eq!(answers.len(), 1, "{paths:?}{question}: {answers:?}");
            }
        }
    }
    hub.stop().await;
}

#[tokio::test]
async fn a_planner_is_not_told_which_other_plants_and_orders_there_are() {
    let place = Place::new();
    let key = planner_key(&place, "shop");
    let hub = place.start().await;
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", bearer.as_str())];
    let mut answers = Vec::new();
    for plant in ["home-yard", "nowhere", "SHOP"] {
        for (method, rest) in
            [("POST", "orders"), ("PATCH", "orders/1"), ("POST", "alarms/a/acknowledge")]
        {
            let asked = (method, &*format!("/api/v1/plants/{plant}/{rest}"));
            let (status, head, body) = http_with_head(&hub, asked, &headers, "{}").await;
            assert_eq!(status, 403, "{asked:?}: {body}");
            answers.push(alike(&head, &body, &[]));
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    hub.stop().await;
}

#[tokio::test]
async fn two_readers_of_one_address_get_nothing_of_each_other() {
    let place = Place::new();
    let key = viewer_key(&place, "skarvik");
    let hub = place.start().await;
    let bearer = format!("Bearer {key}");
    let member = ("Authorization", bearer.as_str());
    let mut told = 0;
    for paths in guesses(&hub).await {
        let path = &paths[0];
        for encoding in ["identity", "gzip", "br"] {
            let asked = ("GET", path.as_str());
            let accepted = ("Accept-Encoding", encoding);
            let (own, head, body) = http_with_head(&hub, asked, &[member, accepted], "").await;
            let head = head.to_lowercase();
            assert!(head.contains("cache-control: no-store"), "{path}: {head}");
            assert!(
                !head.contains("\netag:") && !head.contains("last-modified:"),
                "{path}: {head}"
            );
            told += usize::from(own == 200 && KEPT.iter().any(|w| body.to_string().contains(w)));
            let (status, head, body) = http_with_head(&hub, asked, &[accepted], "").await;
            assert_eq!(status, 404, "{path}: {body}");
            let head = head.to_lowercase();
            assert!(head.contains("cache-control: no-store"), "{path}: {head}");
            assert!(!KEPT.iter().any(|word| body.to_string().contains(word)), "{path}: {body}");
        }
    }
    assert!(told > 5, "the member is told of the plant in {told} answers only");
    // A wish in the address counts for nobody where it is not offered.
    for wish in ["XAA", "XAA/skarvik", "administrator", "public%00", "XAA&as=public"] {
        let path = format!("/api/v1/plants/shop?as={wish}");
        let status = get(&hub, &path, &key).await.0;
        assert!([400, 404].contains(&status), "{path}: {status}");
    }
    hub.stop().await;
}
