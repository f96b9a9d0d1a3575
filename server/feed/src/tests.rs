//! Over real sockets, against a small acceptor that plays the hub's side.

mod branching;
mod hub;

use linesim::Settings;
use tokio::sync::watch;
use twin::{
    EquipmentId, FeedId, MaterialId, NationId, OperationId, OrganisationId, PlaceRef, Plant,
    PlantId, PlantTime, Programme, ProgrammeId, Span,
    definition::{
        Area, Basis, Blocking, Calendar, Duration, Input, Material, Operation, Output, Placement,
        Shape, SourceRule, Storage, Tracking, WorkCenter, WorkUnit,
    },
    label::{Classification, Label, Members, Originator},
};

use crate::{
    Branch, Ending, FeedError, FeedPlan, Frames, ReplayPlan, Speaker, frames, frames::STRETCH,
    play, replay,
};
use hub::Hub;

const START: i64 = 1_925_424_000_000_000;

fn at(hours: f64) -> PlantTime {
    PlantTime::from_micros(START) + Span::from_hours(hours)
}

fn id(text: &str) -> EquipmentId {
    EquipmentId::new(text).expect("valid")
}

/// One station that makes an item every quarter of an hour.
fn plant() -> Plant {
    let nation = NationId::new("XAA").expect("valid");
    let organisation = OrganisationId::new("firm").expect("valid");
    Plant {
        id: PlantId::new("p").expect("valid"),
        name: "P".to_owned(),
        description: String::new(),
        nation: nation.clone(),
        organisation: organisation.clone(),
        time_zone: "UTC".to_owned(),
        label: Label {
            policy: "TEST".into(),
            classification: Classification::Unclassified,
            releasable_to: Default::default(),
            display_only: Default::default(),
            organisations: Members::All,
            affiliations: Members::All,
            needs: Default::default(),
            information: Default::default(),
            originator: Originator { nation, organisation },
            derived_from: std::collections::BTreeSet::new(),
            created: at(0.0),
            review: at(0.0),
            until: None,
            successor: None,
            registry_revision: 1,
            reason: None,
        },
        pseudonyms_allowed: false,
        stale_after: Span::HOUR,
        areas: vec![Area {
            id: id("hall"),
            name: "Hall".to_owned(),
            unit_limit: None,
            placement: None,
            basis: Basis::Assumed,
        }],
        work_centers: vec![saw()],
        units: vec![saw_unit()],
        calendars: vec![always()],
        materials: vec![item()],
        operations: vec![sawing()],
        storages: Vec::new(),
        resources: Vec::new(),
        crews: Vec::new(),
        suppliers: Vec::new(),
        supply_lines: Vec::new(),
        initial_stock: Vec::new(),
        initial_parts: Vec::new(),
        contacts: Vec::new(),
        orders: Vec::new(),
        deliveries: Vec::new(),
        headline: Vec::new(),
        reasons: Vec::new(),
        arrivals: Vec::new(),
        card_loops: Vec::new(),
        begun_units: Vec::new(),
        in_step: None,
    }
}

/// The same, with a rack between the saw and a packer that takes twice as long.
fn plant_with_a_rack() -> Plant {
    let mut plant = plant();
    plant.storages.push(Storage {
        id: id("rack"),
        name: "Rack".to_owned(),
        area: id("hall"),
        capacity: None,
        stage: None,
        placement: saw_unit().placement,
        label: None,
        basis: Basis::Assumed,
    });
    plant.work_centers.push(WorkCenter { id: id("packer"), ..saw() });
    plant.units.push(WorkUnit { id: id("packer-1"), work_center: id("packer"), ..saw_unit() });
    plant.operations[0].output.to = Some(PlaceRef::here(id("rack")));
    let mut packing = sawing();
    packing.id = OperationId::new("pack").expect("valid");
    packing.work_center = id("packer");
    let material = packing.output.material.clone();
    packing.inputs = vec![Input { material, quantity: 1.0, from: id("rack"), carry: None }];
    packing.source = SourceRule::FromInput;
    packing.duration.mean = Span::from_hours(0.5);
    plant.operations.push(packing);
    plant
}

fn saw() -> WorkCenter {
    WorkCenter {
        id: id("saw"),
        name: "Saw".to_owned(),
        area: id("hall"),
        noun: "saw".to_owned(),
        stage: None,
        calendar: twin::CalendarId::new("always").expect("valid"),
        capacity: Some(1),
        failures: Vec::new(),
        contact: None,
        may_limit: true,
        step: None,
        basis: Basis::Assumed,
    }
}

fn saw_unit() -> WorkUnit {
    WorkUnit {
        id: id("saw-1"),
        name: "Saw 1".to_owned(),
        work_center: id("saw"),
        placement: Placement {
            x_m: 0.0,
            y_m: 0.0,
            z_m: 0.0,
            heading_deg: 0.0,
            size_m: [1.0; 3],
            mesh: None,
        },
        label: None,
    }
}

fn always() -> Calendar {
    Calendar {
        id: twin::CalendarId::new("always").expect("valid"),
        name: "Always".to_owned(),
        week: std::array::from_fn(|_| Vec::new()),
        holidays: Vec::new(),
        on_clock_change: twin::definition::ClockChange::KeepWallClock,
        always: true,
        basis: Basis::Assumed,
    }
}

fn item() -> Material {
    Material {
        id: MaterialId::new("item").expect("valid"),
        name: "Item".to_owned(),
        tracking: Tracking::Serial,
        unit_of_measure: "piece".to_owned(),
        made_of: Vec::new(),
        basis: Basis::Assumed,
    }
}

fn sawing() -> Operation {
    Operation {
        id: OperationId::new("saw").expect("valid"),
        name: "Saw".to_owned(),
        work_center: id("saw"),
        inputs: Vec::new(),
        output: Output {
            material: MaterialId::new("item").expect("valid"),
            quantity: 1.0,
            to: None,
            carry: None,
        },
        source: SourceRule::Saturated,
        duration: Duration {
            mean: Span::from_hours(0.25),
            variation: 0.3,
            shape: Shape::Gamma,
            runs_on: false,
        },
        setup: Span::ZERO,
        batch: None,
        yield_ratio: 1.0,
        rework: None,
        crew: Vec::new(),
        held_by: None,
        sequence: None,
        hold_after: None,
        order: None,
        blocking: Blocking::AfterWork,
        basis: Basis::Assumed,
    }
}

fn programme() -> Programme {
    Programme {
        id: ProgrammeId::new("programme").expect("valid"),
        name: String::new(),
        time_zone: "UTC".to_owned(),
        starts: at(0.0),
        demo_from: at(1_000.0),
        plants: vec![PlantId::new("p").expect("valid")],
        nations: Vec::new(),
        organisations: Vec::new(),
        serials: Vec::new(),
        lanes: Vec::new(),
        milestones: Vec::new(),
    }
}

fn plan(hub: &Hub, hours: f64) -> FeedPlan {
    let mut settings = Settings::new(9, at(0.0));
    settings.until = at(hours);
    FeedPlan {
        tls: None,
        url: hub.url(),
        programme: programme(),
        plants: vec![plant()],
        speakers: vec![Speaker {
            plant: PlantId::new("p").expect("valid"),
            feed: "saw-feed".to_owned(),
            key: Some("secret".to_owned()),
        }],
        settings,
        rate: 720_000.0,
        start: Some(at(0.0)),
        branch: Branch::Resume,
        sets: Vec::new(),
        returns: None,
    }
}

fn all_frames(hours: f64) -> Vec<(u64, usize)> {
    let settings = Settings::new(9, at(0.0));
    let all = frames(&programme(), &[plant()], settings, at(0.0), at(hours)).expect("sound");
    all.map(|frame| frame.expect("plays")).map(|frame| (frame.seq, frame.reports.len())).collect()
}

#[test]
fn frames_are_the_same_from_anywhere() {
    let settings = || Settings::new(9, at(0.0));
    let (programme, plants) = (programme(), [plant()]);
    let whole: Vec<_> = Frames::new(&programme, &plants, settings(), at(48.0))
        .expect("sound")
        .map(|frame| frame.expect("plays"))
        .collect();
    let seqs: Vec<u64> = whole.iter().map(|frame| frame.seq).collect();
    assert_eq!(seqs, (1..=whole.len() as u64).collect::<Vec<_>>());
    assert!(whole.iter().all(|frame| {
        frame.reports.iter().all(|r| r.at < frame.until && r.at >= frame.until - STRETCH)
    }));
    let later: Vec<_> = frames(&programme, &plants, settings(), at(24.0), at(48.0))
        .expect("sound")
        .map(|frame| frame.expect("plays"))
        .collect();
    assert_eq!(later, whole[whole.len() - later.len()..]);
    let mut skipped = Frames::new(&programme, &plants, settings(), at(48.0)).expect("sound");
    skipped.skip_to(&plants[0].id, 17).expect("plays");
    assert_eq!(skipped.next().and_then(Result::ok).as_ref(), whole.get(16));
}

#[test]
fn a_quiet_plant_gives_signs_of_life_once_somebody_looks() {
    let mut programme = programme();
    programme.demo_from = at(2.0);
    let mut plant = plant();
    plant.operations[0].duration.mean = Span::from_hours(100.0);
    let settings = Settings::new(9, at(0.0));
    let all: Vec<_> = Frames::new(&programme, &[plant], settings, at(3.0))
        .expect("sound")
        .map(|frame| frame.expect("plays"))
        .collect();
    assert_eq!(all.len(), 1 + 12, "one at the start, twelve in the third hour");
    assert!(all.iter().skip(1).all(|frame| frame.reports.len() == 1));
}

#[tokio::test]
async fn everything_arrives_in_order_over_breaks() {
    let hub = Hub::start().await;
    hub.drop_after(&[5, 11]);
    let (_stop, stopped) = watch::channel(false);
    let endings = play(plan(&hub, 24.0), stopped).await.expect("plays");
    assert_eq!(endings, [Ending::Finished]);
    let heard = hub.frames();
    let got: Vec<(u64, usize)> =
        heard.iter().map(|(_, frame)| (frame.seq, frame.reports.len())).collect();
    assert_eq!(got, all_frames(24.0));
    assert!(heard.iter().all(|(epoch, _)| *epoch == 1));
    assert_eq!(hub.hellos().len(), 3, "one for each connection");
    let acked: Vec<_> = hub.hellos().iter().map(|hello| hello.acked).collect();
    assert_eq!(acked, [None, Some(5), Some(11)]);
    assert!(hub.openings().iter().all(|opening| opening == "Bearer secret slipway.ingest.v1"));
}

#[tokio::test]
async fn a_new_process_goes_on_where_the_hub_is() {
    let hub = Hub::start().await;
    hub.has(1, 30);
    let (_stop, stopped) = watch::channel(false);
    play(plan(&hub, 24.0), stopped).await.expect("plays");
    let got: Vec<_> = hub.frames().iter().map(|(_, f)| (f.seq, f.reports.len())).collect();
    assert_eq!(got, all_frames(24.0)[30..]);
}

#[tokio::test]
async fn a_hub_that_lost_frames_gets_them_again() {
    let hub = Hub::start().await;
    hub.drop_after(&[8]);
    hub.forget_to(4);
    let (_stop, stopped) = watch::channel(false);
    play(plan(&hub, 24.0), stopped).await.expect("plays");
    let seqs: Vec<u64> = hub.frames().iter().map(|(_, frame)| frame.seq).collect();
    let count = all_frames(24.0).len() as u64;
    assert_eq!(seqs, (1..=8).chain(4..=count).collect::<Vec<_>>());
}

#[tokio::test]
async fn credit_is_never_exceeded() {
    let hub = Hub::start().await;
    hub.offers(2);
    let (_stop, stopped) = watch::channel(false);
    play(plan(&hub, 24.0), stopped).await.expect("plays");
    assert_eq!(hub.frames().len(), all_frames(24.0).len());
    assert!(hub.most_in_flight() <= 2, "{}", hub.most_in_flight());
}

#[tokio::test]
async fn a_change_takes_a_higher_epoch_and_starts_from_now() {
    let hub = Hub::start().await;
    hub.has(6, 30);
    hub.is_at(at(10.0));
    let mut plan = plan(&hub, 24.0);
    plan.branch = Branch::FromNow;
    plan.sets = vec![("p.work_center.saw.time".to_owned(), "1 h".to_owned())];
    let (_stop, stopped) = watch::channel(false);
    play(plan, stopped).await.expect("plays");
    let heard = hub.frames();
    assert!(heard.iter().all(|(epoch, _)| *epoch == 7));
    assert_eq!(heard[0].1.seq, 1);
    let reports: usize = heard.iter().map(|(_, frame)| frame.reports.len()).sum();
    // A start, an end, a new part and a completion an hour, instead of four times that.
    assert!((40..=80).contains(&reports), "{reports}");
}

#[tokio::test]
async fn a_superseded_feed_stops_for_good() {
    let hub = Hub::start().await;
    hub.supersede_after(3, 2);
    let (_stop, stopped) = watch::channel(false);
    let endings = play(plan(&hub, 24.0), stopped).await.expect("plays");
    assert_eq!(endings, [Ending::Superseded { feed: "saw-feed".to_owned() }]);
    let hub = Hub::start().await;
    hub.has(2, 5);
    let (_stop, stopped) = watch::channel(false);
    let endings = play(plan(&hub, 24.0), stopped).await.expect("plays");
    assert_eq!(endings, [Ending::Superseded { feed: "saw-feed".to_owned() }]);
}

#[tokio::test]
async fn a_wrong_path_ends_with_suggestions() {
    let hub = Hub::start().await;
    let mut plan = plan(&hub, 24.0);
    plan.branch = Branch::FromNow;
    plan.sets = vec![("p.work_center.saw.tme".to_owned(), "1 h".to_owned())];
    let (_stop, stopped) = watch::channel(false);
    let error = play(plan, stopped).await.expect_err("no such path");
    let FeedError::Frames(crate::FramesError::Change(change)) = error else { panic!("{error}") };
    assert!(change.to_string().contains("did you mean p.work_center.saw.time"), "{change}");
}

#[tokio::test]
async fn a_hub_that_is_away_is_waited_for_until_stopped() {
    let hub = Hub::start().await;
    let mut plan = plan(&hub, 24.0);
    // A port that was free a moment ago and that nobody listens on now.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr();
    plan.url = format!("ws://{}/v1/ingest", nobody.expect("an address"));
    let (stop, stopped) = watch::channel(false);
    let playing = tokio::spawn(play(plan, stopped));
    tokio::task::yield_now().await;
    stop.send(true).expect("somebody listens");
    assert_eq!(playing.await.expect("ends").expect("no error"), [Ending::Stopped]);
}

#[tokio::test]
async fn a_recorded_file_is_played_line_by_line() {
    let hub = Hub::start().await;
    let file = tempfile::NamedTempFile::new().expect("a file");
    let report = |hour: f64| {
        let at = record::format_time(at(hour)).expect("a time");
        format!("{{\"kind\":\"unit_state\",\"at\":\"{at}\",\"unit\":\"saw-1\",\"state\":\"down\"}}")
    };
    let text = format!(
        "{{\"plant\":\"p\",\"reports\":[{}]}}\n\n{{\"plant\":\"q\",\"reports\":[{}]}}\n{{\"reports\":[{},{}]}}\n",
        report(0.0),
        report(0.5),
        report(1.0),
        report(1.5)
    );
    std::fs::write(file.path(), text).expect("written");
    let plan = ReplayPlan {
        tls: None,
        url: hub.url(),
        feed: FeedId::new("saw-feed").expect("valid").to_string(),
        key: None,
        plant: Some("p".to_owned()),
        file: file.path().to_owned(),
        rate: 720_000.0,
    };
    let (_stop, stopped) = watch::channel(false);
    let ending = replay(plan.clone(), stopped).await.expect("plays");
    assert_eq!(ending, Ending::Finished);
    let got: Vec<_> = hub.frames().iter().map(|(_, f)| (f.seq, f.reports.len())).collect();
    assert_eq!(got, [(1, 1), (2, 2)]);

    let picky = Hub::start().await;
    picky.refuses(2, 1);
    let (_stop, stopped) = watch::channel(false);
    let asked = ReplayPlan { url: picky.url(), ..plan.clone() };
    let ending = replay(asked, stopped).await.expect("plays");
    let first = "frame 2, unknown_unit: there is no such unit".to_owned();
    assert_eq!(ending, Ending::Refused { feed: "saw-feed".to_owned(), refusals: 1, first });

    std::fs::write(file.path(), "{\"reports\":[{\"kind\":\"nonsense\"}]}\n").expect("written");
    let (_stop, stopped) = watch::channel(false);
    let error = replay(plan, stopped).await.expect_err("no report");
    assert!(format!("{error:?}").contains("line: 1"), "{error:?}");
}
