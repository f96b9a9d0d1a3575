//! Feeds that come with a certificate, their own or another.

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, SanType};
use serde_json::Value;

use super::authority::{Attempt, Authority, Own, TlsFeed, TlsPlace, ask, lasting_for, naming};
use crate::{
    clock::wall_now,
    limits::Limits,
    tests::{
        fixture::{ack, frame, unit_state},
        identity::keys_of,
        viewing::viewer_key,
    },
    tls::fingerprint,
};

#[tokio::test]
async fn a_feed_comes_by_its_certificate_until_that_is_revoked() {
    let place = TlsPlace::new();
    let own = place.authority.sign(&naming(&["slipway:feed:press"]));
    place.register("press", &own);
    let viewer = viewer_key(&place.place, "skarvik");
    let hub = place.start(Limits::usual()).await;
    let client = place.client(Some(&own));
    let mut feed = TlsFeed::welcomed(&hub, &client, "press").await;
    feed.say(&frame(1, &[unit_state("bay-01", "down")])).await;
    assert_eq!(feed.hear().await, ack(1));
    let told = ask(&hub, &client, "/api/v1/plants/shop/units/bay-01", &viewer).await;
    assert!(told.contains("\"state\":\"down\""), "{told}");
    // It opens the doors of a feed, and no others.
    let told = ask(&hub, &client, "/api/v1/plants/shop", "").await;
    assert!(told.starts_with("HTTP/1.0 404") || told.starts_with("HTTP/1.1 404"), "{told}");
    let another_pages = [("Origin", "https://elsewhere.example".to_owned())];
    let refused = TlsFeed::attempt(&hub, &client, &another_pages).await.err();
    assert_eq!(refused, Some(Attempt::Status(403)));

    let keys = keys_of(&place.place);
    assert_eq!(keys.revoke(&fingerprint(&own.der), wall_now()).unwrap(), 1);
    let (code, why) = feed.closed().await;
    assert_eq!((code, why.as_str()), (1008, "the key was revoked or is over"));
    assert_eq!(TlsFeed::attempt(&hub, &client, &[]).await.err(), Some(Attempt::Status(401)));
    hub.stop().await;
}

/// Certificates of the right authority that name no feed `press`, or more than that.
fn misnamed() -> Vec<(&'static str, CertificateParams)> {
    let mut dns = naming(&[]);
    dns.subject_alt_names = vec![SanType::DnsName("press".try_into().unwrap())];
    let mut common = naming(&[]);
    common.distinguished_name.push(rcgen::DnType::CommonName, "slipway:feed:press");
    vec![
        ("another", naming(&["slipway:feed:lathe"])),
        ("a star", naming(&["slipway:feed:*"])),
        ("more after a NUL", naming(&["slipway:feed:press\0.lathe"])),
        ("a beginning", naming(&["slipway:feed:pres"])),
        ("other letters", naming(&["slipway:feed:PRESS"])),
        ("two", naming(&["slipway:feed:press", "slipway:feed:lathe"])),
        ("another kind", naming(&["slipway:person:press", "urn:press"])),
        ("a host", dns),
        ("a subject", common),
        ("nothing", naming(&[])),
    ]
}

#[tokio::test]
async fn what_is_not_the_feeds_certificate_opens_nothing() {
    let place = TlsPlace::new();
    let right = naming(&["slipway:feed:press"]);
    let sign = |params: &CertificateParams| place.authority.sign(params);
    let own = sign(&right);
    place.register("press", &own);
    let key_of_another = place.place.key("lathe", None);
    let own_key = place.place.key("press", None);
    let hub = place.start(Limits::usual()).await;
    let attempt = async |own: Option<&Own>, key: Option<&str>| {
        let headers: Vec<_> =
            key.map(|key| ("Authorization", format!("Bearer {key}"))).into_iter().collect();
        TlsFeed::attempt(&hub, &place.client(own), &headers).await.err()
    };
    // Those that the authority did not sign, or not for now, or not for this.
    let stranger = Authority::new().sign(&right);
    let expired = sign(&lasting_for(right.clone(), -60));
    let mut early = right.clone();
    early.not_before = rcgen::date_time_ymd(2999, 1, 1);
    let mut of_a_server = right.clone();
    of_a_server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let not_taken = [stranger, expired, sign(&early), sign(&of_a_server)];
    for (place_of, wrong) in not_taken.iter().enumerate() {
        assert_eq!(attempt(Some(wrong), None).await, Some(Attempt::NoTls), "{place_of}");
        assert_eq!(attempt(Some(wrong), Some(&own_key)).await, Some(Attempt::NoTls), "{place_of}");
    }
    let unknown = Some(Attempt::Status(401));
    assert_eq!(attempt(Some(&sign(&right)), None).await, unknown, "it was never registered");
    assert_eq!(attempt(None, None).await, unknown, "nothing was shown");
    assert_eq!(attempt(Some(&own), Some(&key_of_another)).await, unknown, "two feeds at once");
    assert_eq!(attempt(Some(&own), Some("slipway_0")).await, unknown, "a wrong key beside it");
    assert_eq!(attempt(Some(&own), None).await, None);
    assert_eq!(attempt(Some(&own), Some(&own_key)).await, None);
    assert_eq!(attempt(None, Some(&own_key)).await, None, "a key is enough where one was made");
    assert_eq!(attempt(None, Some(&fingerprint(&own.der))).await, unknown, "a hash is no key");
    keys_of(&place.place).revoke("press", wall_now()).unwrap();
    for (what, params) in misnamed() {
        let wrong = sign(&params);
        place.register("press", &wrong);
        assert_eq!(attempt(Some(&wrong), None).await, unknown, "it names {what}");
        keys_of(&place.place).revoke("press", wall_now()).unwrap();
    }
    let noted = keys_of(&place.place).noted(None, 500).unwrap();
    let of_certificates = noted.iter().filter(|row| row.about.starts_with("certificate: "));
    assert!(of_certificates.count() >= 1, "{noted:?}");
    assert!(noted.iter().any(|row| row.about == "GET /v1/ingest"), "{noted:?}");
    hub.stop().await;
}

#[tokio::test]
async fn an_open_connection_ends_with_its_certificate() {
    let place = TlsPlace::new();
    let own = place.authority.sign(&lasting_for(naming(&["slipway:feed:press"]), 3));
    place.register("press", &own);
    let often = std::time::Duration::from_millis(50);
    let hub = place.start(Limits { between_pings: often, ..Limits::usual() }).await;
    let mut feed = TlsFeed::welcomed(&hub, &place.client(Some(&own)), "press").await;
    let (code, why) = feed.closed().await;
    assert_eq!((code, why.as_str()), (1008, "the key was revoked or is over"));
    hub.stop().await;
}

#[tokio::test]
async fn the_program_that_plays_a_feed_shows_its_certificate() {
    let place = TlsPlace::new();
    let own = place.authority.sign(&naming(&["slipway:feed:press"]));
    place.register("press", &own);
    let viewer = viewer_key(&place.place, "skarvik");
    let report: Value = unit_state("bay-02", "down");
    let line = serde_json::json!({ "reports": [report] });
    let file = place.write("day.jsonl", &format!("{line}\n"));
    let (crt, key) = (place.write("p.crt", &own.pem), place.write_key("p.key", &own.key_pem));
    let hub = place.start(Limits::usual()).await;
    let plan = |tls: feed::tls::Tls| feed::ReplayPlan {
        url: format!("wss://{}/v1/ingest", hub.address),
        tls: Some(tls),
        feed: "press".to_owned(),
        key: None,
        plant: None,
        file: file.clone(),
        rate: 1.0,
    };
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    let tls = feed::tls::Tls::new(&place.path("ca.crt"), Some((&crt, &key))).unwrap();
    let played = feed::replay(plan(tls), stopping.clone()).await.expect("it is let in");
    assert_eq!(played, feed::Ending::Finished);
    let told = ask(&hub, &place.client(None), "/api/v1/plants/shop/units/bay-02", &viewer).await;
    assert!(told.contains("\"state\":\"down\""), "{told}");
    // A hub that somebody else vouches for is not spoken with.
    let stranger = place.write("stranger.crt", &Authority::new().pem);
    let tls = feed::tls::Tls::new(&stranger, None).unwrap();
    let error = feed::replay(plan(tls), stopping.clone()).await.expect_err("not the hub");
    assert!(matches!(error, feed::FeedError::Certificate { .. }), "{error:?}");
    // And a certificate that the hub does not take is an end, not a reason to try for ever.
    let other = Authority::new().sign(&naming(&["slipway:feed:press"]));
    let (crt, key) = (place.write("o.crt", &other.pem), place.write_key("o.key", &other.key_pem));
    let tls = feed::tls::Tls::new(&place.path("ca.crt"), Some((&crt, &key))).unwrap();
    let error = feed::replay(plan(tls), stopping).await.expect_err("not the feed");
    assert!(matches!(error, feed::FeedError::Certificate { .. }), "{error:?}");
    hub.stop().await;
}
