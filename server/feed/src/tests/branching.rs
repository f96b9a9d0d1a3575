//! Branches over real sockets: what a hub is told first, and who comes back when.

use std::{collections::BTreeSet, time::Duration};

use futures_util::FutureExt;
use tokio::sync::watch;
use twin::{
    FeedId, Origin, Plant, Report, Statement, UnitState,
    state::{Said, TwinState},
};

use super::{all_frames, at, hub::Hub, plan, plant, plant_with_a_rack, programme};
use crate::{Branch, FeedPlan, Frame, Frames, Heard, Returns, frames::STRETCH, play};

const FEED: &str = "saw-feed";

fn returning(hub: &Hub, hours: f64) -> (FeedPlan, watch::Sender<BTreeSet<String>>) {
    let (tell, connected) = watch::channel(BTreeSet::from([FEED.to_owned()]));
    let mut plan = plan(hub, hours);
    plan.returns = Some(Returns { after: Duration::from_millis(20), connected });
    (plan, tell)
}

fn epochs(hub: &Hub) -> Vec<u64> {
    hub.hellos().iter().map(|hello| hello.epoch).collect()
}

/// Folds frames as a hub does; the codes of what it refuses.
fn refusals(twin: &mut TwinState, frames: impl IntoIterator<Item = Frame>) -> Vec<String> {
    let feed = FeedId::new(FEED).expect("valid");
    let said = Said { feed, origin: Origin::Simulated, received: None };
    let mut refused = Vec::new();
    for frame in frames {
        for report in &frame.reports {
            if let Err(refusal) = twin.apply(&frame.plant, report, &said) {
                refused.push(format!("{}: {refusal}", refusal.code()));
            }
        }
    }
    refused
}

fn simulated() -> Frames {
    simulated_of(&[plant()])
}

fn simulated_of(plants: &[Plant]) -> Frames {
    Frames::new(&programme(), plants, plan_settings(), at(24.0)).expect("sound")
}

fn plan_settings() -> linesim::Settings {
    let mut settings = linesim::Settings::new(9, at(0.0));
    settings.until = at(24.0);
    settings
}

fn slower() -> Vec<(String, String)> {
    vec![("p.work_center.saw.time".to_owned(), "1 h".to_owned())]
}

fn branch(heard: Heard, hours: f64, sets: &[(String, String)]) -> Frames {
    branch_of(&[plant()], heard, hours, sets)
}

fn branch_of(plants: &[Plant], heard: Heard, hours: f64, sets: &[(String, String)]) -> Frames {
    let programme = programme();
    let cut = (at(hours), heard);
    simulated_of(plants).branch((&programme, plants), cut, sets).expect("branches")
}

fn heard_until(frames: Frames, hours: f64) -> Vec<Frame> {
    let frames = frames.map(|frame| frame.expect("plays"));
    frames.take_while(|frame| frame.until <= at(hours)).collect()
}

#[tokio::test]
async fn a_branch_begins_with_what_the_hub_has_not_heard() {
    let hub = Hub::start().await;
    hub.has(1, 30);
    hub.is_at(at(10.0));
    let mut plan = plan(&hub, 24.0);
    (plan.branch, plan.sets) = (Branch::FromNow, slower());
    let (_stop, stopped) = watch::channel(false);
    play(plan, stopped).await.expect("plays");
    assert_eq!(epochs(&hub), [0, 1, 2], "asks, hears where the first epoch ends, takes the next");
    let before_ten: Vec<usize> =
        heard_until(simulated(), 10.0)[30..].iter().map(|frame| frame.reports.len()).collect();
    assert!(!before_ten.is_empty());
    let heard = hub.frames();
    let got: Vec<usize> = heard.iter().map(|(_, frame)| frame.reports.len()).collect();
    assert_eq!(got[..before_ten.len()], before_ten);
    let seqs: Vec<u64> = heard.iter().map(|(_, frame)| frame.seq).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    assert!(got.len() < all_frames(24.0).len() - 30, "slower from ten o'clock on");
}

#[test]
fn a_branch_of_our_own_frames_is_understood_wherever_they_ended() {
    for ended in [1_usize, 7, 30, 31, 32, 33] {
        let mut twin = TwinState::new(&programme(), &[plant()]);
        let old: Vec<Frame> = simulated().map(|f| f.expect("plays")).take(ended - 1).collect();
        assert_eq!(refusals(&mut twin, old), [""; 0]);
        let branched = branch(Heard::Below(ended as u64), 10.0, &slower());
        assert_eq!(refusals(&mut twin, branched.map(|f| f.expect("plays"))), [""; 0], "{ended}");
    }
}

#[test]
fn a_branch_over_anothers_frames_frees_the_units_first() {
    // Another story begins at ten hours, and is told until so many.
    for hours in [10.0, 10.5, 13.0, 17.25] {
        let mut twin = TwinState::new(&programme(), &[plant()]);
        assert_eq!(refusals(&mut twin, heard_until(simulated(), 10.0)), [""; 0]);
        let other = branch(Heard::Below(u64::MAX), 10.0, &slower());
        assert_eq!(refusals(&mut twin, heard_until(other, hours)), [""; 0]);
        let mut back = branch(Heard::Otherwise, hours, &[]);
        let first = back.try_next().expect("plays").expect("a frame");
        assert!(first.until <= at(hours) && first.until + STRETCH > at(hours), "due at once");
        let free = |report: &Report| {
            let state = UnitState::Starved;
            matches!(&report.statement, Statement::UnitState { state: said, .. } if *said == state)
        };
        let seen = |report: &&Report| matches!(report.statement, Statement::PartMoved { .. });
        let after_parts = first.reports.iter().find(|report| !seen(report));
        assert!(after_parts.is_some_and(free), "{:?}", first.reports);
        let codes = refusals(&mut twin, [first].into_iter().chain(back.map(|f| f.expect("plays"))));
        let misunderstood: Vec<_> = codes
            .iter()
            .filter(|code| code.starts_with("op_") || code.starts_with("unit_full"))
            .collect();
        assert!(misunderstood.is_empty(), "{hours}: {misunderstood:?}");
    }
}

#[test]
fn a_branch_over_anothers_frames_says_where_the_parts_lie() {
    let plants = [plant_with_a_rack()];
    for hours in [10.5, 10.9, 13.0, 17.25] {
        let mut twin = TwinState::new(&programme(), &plants);
        assert_eq!(refusals(&mut twin, heard_until(simulated_of(&plants), 10.0)), [""; 0]);
        let other = branch_of(&plants, Heard::Below(u64::MAX), 10.0, &slower());
        assert_eq!(refusals(&mut twin, heard_until(other, hours)), [""; 0]);
        // What lies in the rack by our story, and at the saw by the other one.
        let ours = heard_until(simulated_of(&plants), hours);
        let mut told = TwinState::new(&programme(), &plants);
        assert_eq!(refusals(&mut told, ours), [""; 0]);
        let back = branch_of(&plants, Heard::Otherwise, hours, &[]);
        assert_eq!(refusals(&mut twin, back.map(|f| f.expect("plays"))), [""; 0], "{hours}");
        let rack = |twin: &TwinState| {
            let storage = twin.storage(&plants[0].id, &plants[0].storages[0].id);
            storage.map(|storage| storage.parts.len())
        };
        assert!(rack(&told) > Some(10), "the packer leaves parts lying: {:?}", rack(&told));
    }
}

#[tokio::test]
async fn a_superseded_feed_comes_back_when_nobody_speaks() {
    let hub = Hub::start().await;
    hub.supersede_after(3, 2);
    let (plan, tell) = returning(&hub, 24.0);
    let (_stop, stopped) = watch::channel(false);
    let playing = tokio::spawn(play(plan, stopped));
    hub.told(3).await;
    hub.is_at(at(12.0));
    tell.send(BTreeSet::new()).expect("it waits");
    playing.await.expect("ends").expect("plays");
    let hellos = epochs(&hub);
    assert!(hellos.ends_with(&[0, 3]), "asks, then takes the next: {hellos:?}");
    let back: Vec<_> = hub.frames().into_iter().filter(|(epoch, _)| *epoch == 3).collect();
    assert_eq!(back[0].1.seq, 1);
    let all = heard_until(simulated(), 24.0).len();
    let past = heard_until(simulated(), 12.0).len();
    assert_eq!(back.len(), 1 + all - past, "the state, then what happens from noon on");
}

#[tokio::test]
async fn a_new_process_takes_over_what_another_has_left() {
    let hub = Hub::start().await;
    hub.has(4, 9);
    hub.is_at(at(12.0));
    let (plan, tell) = returning(&hub, 24.0);
    tell.send(BTreeSet::new()).expect("it is held");
    let (_stop, stopped) = watch::channel(false);
    play(plan, stopped).await.expect("plays");
    assert_eq!(epochs(&hub), [1, 0, 5]);
    assert!(hub.frames().iter().all(|(epoch, _)| *epoch == 5));
}

#[tokio::test]
async fn nobody_comes_back_while_another_speaks() {
    let (tell, connected) = watch::channel(BTreeSet::from([FEED.to_owned()]));
    let mut returns = Returns { after: Duration::ZERO, connected };
    let mut waiting = Box::pin(returns.nobody_speaks(FEED));
    assert!(waiting.as_mut().now_or_never().is_none());
    tell.send(BTreeSet::from(["other".to_owned()])).expect("it waits");
    waiting.await;
    // Somebody who is only away for a moment counts as there.
    tell.send(BTreeSet::new()).expect("it is held");
    returns.after = Duration::from_secs(3_600);
    let mut waiting = Box::pin(returns.nobody_speaks(FEED));
    assert!(waiting.as_mut().now_or_never().is_none());
    tell.send(BTreeSet::from([FEED.to_owned()])).expect("it waits");
    assert!(waiting.as_mut().now_or_never().is_none());
}
