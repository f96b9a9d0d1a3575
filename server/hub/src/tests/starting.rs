//! Starting: each thing that can be wrong is said in words that help.

use super::fixture::Place;
use crate::serve::{self, ServeError};

fn words(error: &ServeError) -> String {
    error.lines().join("\n")
}

#[tokio::test]
async fn a_port_in_use_is_named_with_another_to_try() {
    let place = Place::new();
    let hub = place.start().await;
    let other = Place::new();
    let mut args = other.args();
    args.listen = hub.address;
    let error = serve::start(&args).await.err().expect("refused");
    let text = words(&error);
    let port = hub.address.port();
    assert!(text.contains(&format!("port {port} is in use; try --listen 127.0.0.1:")), "{text}");
    hub.stop().await;
}

#[tokio::test]
async fn a_data_directory_in_use_is_named() {
    let place = Place::new();
    let hub = place.start().await;
    let error = place.try_start().await.err().expect("refused");
    assert!(words(&error).contains("in use by another hub"), "{}", words(&error));
    hub.stop().await;
    place.start().await.stop().await;
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_written_is_named() {
    let place = Place::new();
    let mut args = place.args();
    std::fs::write(place.dir.path().join("data"), "a file").unwrap();
    args.data = Some(place.dir.path().join("data"));
    let error = serve::start(&args).await.err().expect("refused");
    assert!(
        words(&error).contains("cannot be written; choose another with --data"),
        "{}",
        words(&error)
    );
}

#[tokio::test]
async fn missing_and_corrupt_plants_are_named() {
    let place = Place::new();
    let mut args = place.args();
    args.plants = Some(place.dir.path().join("nowhere"));
    let error = serve::start(&args).await.err().expect("refused");
    assert!(words(&error).contains("nowhere cannot be read"), "{}", words(&error));
    let equipment = place.dir.path().join("plants/shop/equipment.toml");
    std::fs::write(&equipment, "assumed = true\n[[aera]]\nid = 5\n").unwrap();
    let error = place.try_start().await.err().expect("refused");
    let text = words(&error);
    assert!(text.contains("shop/equipment.toml:2:"), "{text}");
    assert!(text.contains("did you mean"), "{text}");
}

#[tokio::test]
async fn strangers_are_not_listened_to_without_a_key() {
    let place = Place::new();
    let mut args = place.args();
    args.listen = "0.0.0.0:0".parse().unwrap();
    let error = serve::start(&args).await.err().expect("refused");
    assert!(words(&error).contains("slipway key new"), "{}", words(&error));
    place.key("a", None);
    serve::start(&args).await.expect("starts with a key").stop().await;
}
