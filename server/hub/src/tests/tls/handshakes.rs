//! Handshakes: bounded in number and time; and the files that a hub speaks TLS with.

use std::{fs, os::unix::fs::PermissionsExt, sync::atomic::Ordering, time::Duration};

use rcgen::KeyPair;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::authority::{Attempt, Authority, TlsFeed, TlsPlace, ask, naming};
use crate::{
    limits::Limits,
    serve::{self, ServeError},
    tests::connections::{connect_from, heard, open_now},
};

/// Short enough for a test, long enough for a busy machine to answer within it.
const SOON: Duration = Duration::from_millis(500);

#[tokio::test]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let place = TlsPlace::new();
    let hub = place.start(Limits { handshake_within: SOON, ..Limits::usual() }).await;
    let mut silent = connect_from(&hub, "127.0.0.2").await;
    let mut half = connect_from(&hub, "127.0.0.2").await;
    // The beginning of a handshake of 16,000 bytes that does not come.
    half.write_all(&[0x16, 0x03, 0x01, 0x3e, 0x80, 0x01, 0x00, 0x3e, 0x7c]).await.unwrap();
    assert_eq!(heard(&mut silent).await, "");
    heard(&mut half).await;
    open_now(&hub, 0).await;
    assert_eq!(hub.shared.metrics.handshakes_failed.load(Ordering::Relaxed), 2);
    hub.stop().await;
}

#[tokio::test]
async fn handshakes_of_one_address_leave_others_their_places() {
    let place = TlsPlace::new();
    let own = place.authority.sign(&naming(&["slipway:feed:press"]));
    place.register("press", &own);
    let hub = place.start(Limits { handshakes_from_one: 2, ..Limits::usual() }).await;
    let _held = [connect_from(&hub, "127.0.0.2").await, connect_from(&hub, "127.0.0.2").await];
    open_now(&hub, 2).await;
    let mut third = connect_from(&hub, "127.0.0.2").await;
    assert_eq!(heard(&mut third).await, "", "it is let go at once");
    // From another address: the usual one.
    TlsFeed::welcomed(&hub, &place.client(Some(&own)), "press").await;
    hub.stop().await;
}

#[tokio::test]
async fn what_speaks_no_tls_of_today_is_told_nothing() {
    let place = TlsPlace::new();
    let hub = place.start(Limits::usual()).await;
    for said in [
        &b"GET /healthz HTTP/1.0\r\nHost: hub\r\n\r\n"[..],
        // A hello of TLS 1.2 that offers one suite and no extension.
        b"\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03\
          01234567890123456789012345678901\x00\x00\x02\xc0\x2b\x01\x00\x00\x00",
        &[0; 64],
    ] {
        let mut stream = TcpStream::connect(hub.address).await.unwrap();
        stream.write_all(said).await.unwrap();
        let answer = heard(&mut stream).await;
        assert!(!answer.contains("ok") && answer.len() < 32, "{answer:?}");
    }
    let client = place.client(None);
    assert!(ask(&hub, &client, "/healthz", "").await.ends_with("ok\n"));
    assert_eq!(TlsFeed::attempt(&hub, &client, &[]).await.err(), Some(Attempt::Status(401)));
    hub.stop().await;
}

#[tokio::test]
async fn beyond_this_machine_browsers_are_told_to_come_by_tls_only() {
    let place = TlsPlace::new();
    place.place.key("a", None);
    let mut args = place.args();
    args.listen = "0.0.0.0:0".parse().unwrap();
    let mut hub = serve::start(&args).await.unwrap_or_else(|error| panic!("{:?}", error.lines()));
    hub.address.set_ip([127, 0, 0, 1].into());
    let told = ask(&hub, &place.client(None), "/signin/", "").await.to_lowercase();
    assert!(told.contains("strict-transport-security: max-age="), "{told}");
    hub.stop().await;
}

#[tokio::test]
async fn files_that_cannot_be_used_or_are_no_secret_are_named() {
    let place = TlsPlace::new();
    let words = |error: &ServeError| error.lines().join("\n");
    let refused = async |wanted: &[&str]| {
        let error = serve::start(&place.args()).await.err().expect("refused");
        let text = words(&error);
        assert!(wanted.iter().all(|wanted| text.contains(wanted)), "{text} without {wanted:?}");
    };
    let key = fs::read_to_string(place.path("hub.key")).unwrap();
    for mode in [0o644, 0o640, 0o604, 0o660] {
        fs::set_permissions(place.path("hub.key"), fs::Permissions::from_mode(mode)).unwrap();
        refused(&["hub.key", "chmod 600"]).await;
    }
    place.write_key("hub.key", "");
    refused(&["hub.key holds no private key"]).await;
    place.write_key("hub.key", &KeyPair::generate().unwrap().serialize_pem());
    refused(&["hub.crt cannot be used"]).await;
    place.write_key("hub.key", &key);
    let certificate = fs::read_to_string(place.path("hub.crt")).unwrap();
    place.write("hub.crt", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    refused(&["hub.crt holds no certificate"]).await;
    place.write("hub.crt", &"x".repeat(2 << 20));
    refused(&["hub.crt has more than"]).await;
    place.write("hub.crt", &certificate);
    place.write("ca.crt", "");
    refused(&["ca.crt holds no certificate"]).await;
    fs::remove_file(place.path("ca.crt")).unwrap();
    refused(&["ca.crt cannot be read"]).await;
    place.write("ca.crt", &Authority::new().pem);
    place.start(Limits::usual()).await.stop().await;
}
