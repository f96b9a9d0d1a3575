//! Conduct in general: known formulas, conservation, repeatability, supply, changes, refusals.

use super::*;
use crate::ChangeError;
use twin::{
    UnitState,
    definition::{Delivery, InitialStock, Lane, Rework, Supplier, SupplyLine},
};

fn line(capacity: u32, shape: Shape) -> Plant {
    let mut plant = plant("p");
    plant.makes("item", Tracking::Serial);
    plant.center("a", 1);
    plant.center("b", 1);
    plant.store("between", Some(capacity));
    plant.op("a", &[], ("item", Some("between")), 1.0).duration.shape = shape.clone();
    plant.op("b", &[("item", 1.0, "between")], ("item", None), 1.0).duration.shape = shape;
    plant
}

/// Saturated, exponential, blocking after service: throughput (B+2)/(B+3) of a station's rate.
#[test]
fn two_exponential_stations_reach_the_known_throughput() {
    for (capacity, truth) in [(1, 3.0 / 4.0), (4, 6.0 / 7.0)] {
        let played = play(&[line(capacity, Shape::Exponential)], 30_000.0);
        let throughput = played.completed("item") as f64 / 30_000.0;
        assert!((throughput / truth - 1.0).abs() < 0.02, "{capacity}: {throughput} for {truth}");
    }
}

/// Efficiency MTBF / (MTBF + MTTR), with failures aged by work.
#[test]
fn a_failing_station_is_available_as_its_times_say() {
    let mut plant = plant("p");
    plant.makes("item", Tracking::Serial);
    plant.center("a", 1);
    plant.op("a", &[], ("item", None), 1.0);
    plant.fails("a", 20.0, 5.0);
    let played = play(&[plant], 30_000.0);
    let throughput = played.completed("item") as f64 / 30_000.0;
    assert!((throughput - 0.8).abs() < 0.01, "{throughput}");
    let unit = &played.model.summary().units[0];
    assert!((unit.share(UnitState::Down) - 0.2).abs() < 0.01);
}

/// As many as begun are completed, scrapped or still there; each repair loop is counted.
#[test]
fn nothing_is_lost_and_nothing_appears() {
    let mut plant = line(3, Shape::Lognormal);
    plant.store("again", Some(20));
    plant.operations[0].yield_ratio = 0.9;
    plant.operations[1].rework =
        Some(Rework { first_pass_ratio: 0.6, to: id("again"), most_rounds: Some(2) });
    let again = plant.op("b", &[("item", 1.0, "again")], ("item", None), 0.5);
    again.id = OperationId::new("again").expect("valid");
    again.rework = Some(Rework { first_pass_ratio: 0.6, to: id("again"), most_rounds: Some(2) });
    plant.operations.swap(1, 2);
    let played = play(&[plant], 5_000.0);
    let count = |test: fn(&Statement) -> bool| {
        played.reports.iter().filter(|(_, report)| test(&report.statement)).count() as u64
    };
    let born = count(|s| matches!(s, Statement::PartMoved { from, to, .. } if from == to));
    let scrapped = count(|s| matches!(s, Statement::PartScrapped { .. }));
    let reworked = count(|s| matches!(s, Statement::PartReworked { .. }));
    let completed = played.completed("item");
    let summary = played.model.summary();
    assert_eq!(born, completed + scrapped + summary.in_work);
    assert!(reworked > 500 && scrapped > 300, "{reworked} {scrapped}");
    // A part that fails a third time is scrapped: 0.4³ of those that reach the test.
    let tested = (completed + scrapped) as f64 * 0.9;
    let lost = scrapped as f64 - (completed + scrapped) as f64 * 0.1;
    assert!((lost / tested - 0.064).abs() < 0.02, "{}", lost / tested);
}

#[test]
fn equal_settings_give_equal_reports_and_another_seed_others() {
    let run = |seed, replication| {
        let plant = line(2, Shape::Gamma);
        let mut plant = Plant { name: "x".to_owned(), ..plant };
        plant.operations[0].duration.variation = 0.5;
        plant.fails("b", 30.0, 3.0);
        let mut settings = Settings::new(seed, at(0.0));
        settings.replication = replication;
        let programme = programme(std::slice::from_ref(&plant));
        let played = try_play(&programme, &[plant], settings, 500.0).expect("plays");
        format!("{:?}", played.reports)
    };
    assert_eq!(run(5, 0), run(5, 0));
    assert_ne!(run(5, 0), run(6, 0));
    assert_ne!(run(5, 0), run(5, 1));
}

/// The log of a replication as it is stored.
fn log(plants: &[Plant], replication: u32) -> Vec<u8> {
    let mut settings = Settings::new(3, at(0.0));
    settings.replication = replication;
    let played = try_play(&programme(plants), plants, settings, 400.0).expect("plays");
    let mut bytes = Vec::new();
    for (plant, report) in &played.reports {
        bytes.extend_from_slice(plant.as_str().as_bytes());
        record::write_report(report, &mut bytes).expect("can be stored");
    }
    bytes
}

/// Of one model and seed, causes and all, whichever threads play the replications.
#[test]
fn the_log_is_the_same_to_the_byte_on_one_thread_and_on_two() {
    let mut failing = line(2, Shape::Exponential);
    failing.fails("b", 30.0, 3.0);
    let plants = [failing];
    let alone: Vec<Vec<u8>> = (0..6).map(|replication| log(&plants, replication)).collect();
    let text = String::from_utf8_lossy(&alone[0]);
    assert!(text.contains("\"cause\"") && text.contains("\"down\""), "{text:.400}");
    assert_ne!(alone[0], alone[1]);
    let plants = &plants;
    let half = |from: u32| (from..6).step_by(2).map(|number| (number, log(plants, number)));
    let together = std::thread::scope(|scope| {
        let halves = [0, 1].map(|from| scope.spawn(move || half(from).collect::<Vec<_>>()));
        halves.map(|half| half.join().expect("played"))
    });
    for (number, bytes) in together.into_iter().flatten() {
        assert!(bytes == alone[number as usize], "replication {number} differs");
    }
}

#[test]
fn runs_in_pieces_are_one_run() {
    let plants = [line(2, Shape::Exponential)];
    let whole = play(&plants, 300.0);
    let settings = Settings::new(1, at(0.0));
    let mut model = Model::new(&programme(&plants), &plants, settings).expect("sound");
    let mut reports = Vec::new();
    for hour in 0..=300 {
        let sink = &mut |plant: &PlantId, report: Report| reports.push((plant.clone(), report));
        model.run_until(at(f64::from(hour)), sink).expect("plays");
    }
    assert_eq!(reports, whole.reports);
}

pub(super) fn supplied() -> Plant {
    let mut plant = plant("p");
    plant.makes("bolt", Tracking::Bulk);
    plant.makes("item", Tracking::Serial);
    plant.store("bin", Some(30));
    plant.center("a", 1);
    plant.op("a", &[("bolt", 2.0, "bin")], ("item", None), 1.0);
    plant.suppliers.push(Supplier {
        id: twin::SupplierId::new("bolts").expect("valid"),
        name: "Bolts & Co".to_owned(),
        tier: 1,
        nation: NationId::new("XAA").expect("valid"),
        organisation: OrganisationId::new("firm").expect("valid"),
        contact: None,
        label: None,
    });
    plant.supply_lines.push(SupplyLine {
        material: material("bolt"),
        supplier: twin::SupplierId::new("bolts").expect("valid"),
        storage: id("bin"),
        lot: 10.0,
        every: Span::DAY,
        lead: Span::from_hours(120.0),
        on_time_ratio: 1.0,
        mean_late: Span::ZERO,
        yield_ratio: 1.0,
        from: None,
        reorder: None,
        basis: Basis::Assumed,
    });
    plant.initial_stock.push(InitialStock {
        storage: id("bin"),
        material: material("bolt"),
        quantity: 4.0,
    });
    plant
}

#[test]
fn a_station_waits_for_a_delivery_and_names_it() {
    let played = play(&[supplied()], 26.5);
    let expected = "0.0 a-u starts item-00001 (machine a-u)
1.0 a-u ends item-00001
1.0 a-u starts item-00002 (machine a-u)
2.0 a-u ends item-00002
2.0 a-u is starved (material bin)
24.0 a-u starts item-00003 (material bolts-bolt-0001)
25.0 a-u ends item-00003
25.0 a-u starts item-00004 (machine a-u)
26.0 a-u ends item-00004
26.0 a-u starts item-00005 (machine a-u)
";
    assert_eq!(played.told(), expected);
}

#[test]
fn a_slipped_supplier_is_asked_and_answers() {
    let plants = [supplied()];
    let mut settings = Settings::new(1, at(0.0));
    settings.disruptions.push(crate::Disruption {
        name: String::new(),
        at: at(30.0),
        until: None,
        path: "p.supply.bolt.late".to_owned(),
        value: "2 d".to_owned(),
    });
    let played = try_play(&programme(&plants), &plants, settings, 100.0).expect("plays");
    let said: Vec<String> = played
        .reports
        .iter()
        .filter_map(|(_, report)| {
            let hour = report.at.since(at(0.0)).hours();
            match &report.statement {
                Statement::DeliveryDelayed(t) if t.delivery.as_str() == "bolts-bolt-0003" => {
                    Some(format!("{hour} delayed to {}", t.date.since(at(0.0)).hours()))
                }
                Statement::DeliveryArrived(t) => Some(format!("{hour} {} arrived", t.delivery)),
                Statement::Comment { about, text } if about == "bolts-bolt-0003" => {
                    Some(format!("{hour} {text}"))
                }
                _ => None,
            }
        })
        .collect();
    // Number 2 had left a day before it was due; number 3 had not.
    let expected = [
        "24 bolts-bolt-0001 arrived",
        "30 delayed to 120",
        "34 Asked Bolts & Co about bolt, 10 due; answer: running late, 2 d later than promised",
        "48 bolts-bolt-0002 arrived",
    ];
    assert_eq!(said, expected);
}

fn single(supplier: &str) -> Delivery {
    Delivery {
        id: twin::DeliveryId::new("extra").expect("valid"),
        supplier: twin::SupplierId::new(supplier).expect("valid"),
        material: material("bolt"),
        quantity: 5.0,
        due: at(60.0),
    }
}

#[test]
fn a_single_delivery_is_promised_shipped_and_arrives_or_slips_with_its_line() {
    let said = |slip: Option<&str>| -> Vec<String> {
        let mut plant = supplied();
        plant.deliveries.push(single("bolts"));
        let plants = [plant];
        let mut settings = Settings::new(1, at(0.0));
        settings.disruptions.extend(slip.map(|value| crate::Disruption {
            name: String::new(),
            at: at(30.0),
            until: None,
            path: "p.supply.bolt.late".to_owned(),
            value: value.to_owned(),
        }));
        let played = try_play(&programme(&plants), &plants, settings, 120.0).expect("plays");
        let told = |(_, report): &(PlantId, Report)| {
            let (word, terms) = match &report.statement {
                Statement::DeliveryPromised(terms) => ("promised", terms),
                Statement::DeliveryDelayed(terms) => ("delayed", terms),
                Statement::DeliveryShipped(terms) => ("shipped", terms),
                Statement::DeliveryArrived(terms) => ("arrived", terms),
                _ => return None,
            };
            let hour = |at: PlantTime| at.since(super::at(0.0)).hours();
            (terms.delivery.as_str() == "extra").then(|| {
                format!("{} {word}: {} at {}", hour(report.at), terms.quantity, hour(terms.date))
            })
        };
        played.reports.iter().filter_map(told).collect()
    };
    let on_time = ["0 promised: 5 at 60", "36 shipped: 5 at 60", "60 arrived: 5 at 60"];
    assert_eq!(said(None), on_time);
    let late = [
        "0 promised: 5 at 60",
        "30 delayed: 5 at 108",
        "84 shipped: 5 at 108",
        "108 arrived: 5 at 108",
    ];
    assert_eq!(said(Some("2 d")), late);
}

#[test]
fn a_barge_keeps_its_timetable_and_takes_what_is_there() {
    let mut from = plant("from");
    from.makes("item", Tracking::Serial);
    from.store("pier", None);
    from.crane("barge", ResourceKind::Barge);
    from.center("a", 1);
    from.op("a", &[], ("item", Some("pier")), 10.0);
    let mut to = plant("to");
    to.makes("item", Tracking::Serial);
    to.store("quay", Some(2));
    to.center("b", 1);
    to.op("b", &[("item", 1.0, "quay")], ("item", None), 30.0);
    let plants = [from, to];
    let mut programme = programme(&plants);
    programme.lanes.push(Lane {
        carrier: "from/barge".parse().expect("valid"),
        material: material("item"),
        from: "from/pier".parse().expect("valid"),
        to: "to/quay".parse().expect("valid"),
        most: 3,
        every: Span::from_hours(48.0),
        first: Span::from_hours(24.0),
        transit: fixed(20.0),
        basis: Basis::Assumed,
    });
    let settings = Settings::new(1, at(0.0));
    let played = try_play(&programme, &plants, settings, 150.0).expect("plays");
    let moves: Vec<String> = played
        .reports
        .iter()
        .filter_map(|(plant, report)| match &report.statement {
            Statement::PartMoved { part, from, to, by: Some(_), .. } => {
                let hour = report.at.since(at(0.0)).hours();
                Some(format!("{hour} {plant}: {part} {from} > {to}"))
            }
            _ => None,
        })
        .collect();
    // There is room for two on the quay: the third keeps the barge until 104, so that it is back
    // at 124 and not for the sailing at 120.
    let expected = [
        "24 from: item-00001 pier > barge",
        "24 from: item-00002 pier > barge",
        "44 to: item-00001 from/barge > quay",
        "44 to: item-00002 from/barge > quay",
        "72 from: item-00003 pier > barge",
        "72 from: item-00004 pier > barge",
        "72 from: item-00005 pier > barge",
        "92 to: item-00003 from/barge > quay",
        "92 to: item-00004 from/barge > quay",
        "104 to: item-00005 from/barge > quay",
        "124 from: item-00006 pier > barge",
        "124 from: item-00007 pier > barge",
        "124 from: item-00008 pier > barge",
        "144 to: item-00006 from/barge > quay",
    ];
    assert_eq!(moves, expected, "{moves:#?}");
}

#[test]
fn a_change_is_made_or_refused_with_what_was_meant() {
    let plants = [supplied()];
    let settings = Settings::new(1, at(0.0));
    let mut model = Model::new(&programme(&plants), &plants, settings).expect("sound");
    let refused = model.change("p.work_centre.a.time", "2 h").expect_err("no such path");
    let text = refused.to_string();
    assert!(text.contains("did you mean p.work_center.a.time"), "{text}");
    let refused = model.change("p.work_center.a.time", "fast").expect_err("no time");
    assert!(matches!(refused, ChangeError::BadValue { .. }), "{refused}");
    let earlier = model.change("p.work_center.a.time", "2 h").expect("known");
    assert_eq!(model.change("p.work_center.a.time", &earlier).expect("known"), "7200 s");
    assert_eq!(earlier, "3600 s");
    assert!(model.paths().contains(&"p.unit.a-u.down".to_owned()));
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Plant), expected: &str) {
    let mut plant = supplied();
    change(&mut plant);
    let plants = [plant];
    let refused = Model::new(&programme(&plants), &plants, Settings::new(1, at(0.0)));
    assert_eq!(refused.err().map(|error| error.to_string()).as_deref(), Some(expected));
}

#[test]
fn what_cannot_work_is_refused_by_name() {
    refused(
        |plant| plant.storages[0].capacity = Some(0),
        "p: bin has a capacity of 0 and can never take a part",
    );
    refused(
        |plant| plant.storages[0].capacity = Some(9),
        "p: the supply of bolt puts 10 bolt into bin, which holds 9",
    );
    refused(
        |plant| {
            plant.calendars[1].week = std::array::from_fn(|_| Vec::new());
        },
        "p: calendar day has no working time from 1925424000000000 on",
    );
    refused(
        |plant| plant.operations[0].work_center = id("nowhere"),
        "p: a names work center nowhere, which does not exist",
    );
    refused(
        |plant| plant.supply_lines[0].every = Span::ZERO,
        "p: interval of the supply of bolt must be above zero",
    );
    refused(
        |plant| plant.deliveries.push(single("nuts")),
        "p: delivery extra names supply of bolt by nuts, which does not exist",
    );
}

#[test]
fn a_line_that_can_never_move_again_is_a_deadlock() {
    let mut plant = line(1, Shape::Lognormal);
    plant.makes("key", Tracking::Bulk);
    plant.store("keys", None);
    plant.operations[1].inputs.push(twin::definition::Input {
        material: material("key"),
        quantity: 1.0,
        from: id("keys"),
        carry: None,
    });
    let plants = [plant];
    let settings = Settings::new(1, at(0.0));
    let error = try_play(&programme(&plants), &plants, settings, 5_000.0).err();
    let text = error.map(|error| error.to_string()).unwrap_or_default();
    assert!(
        text.contains("p: nothing has moved for") && text.contains("a-u waits for between"),
        "{text}"
    );
}

#[test]
fn a_long_stop_is_asked_about_in_the_words_of_its_cause() {
    let plants = [line(1, Shape::Lognormal)];
    let mut settings = Settings::new(1, at(0.0));
    settings.disruptions.push(crate::Disruption {
        name: "Weld head broken".to_owned(),
        at: at(3.5),
        until: None,
        path: "p.unit.a-u.down".to_owned(),
        value: "4 d".to_owned(),
    });
    let played = try_play(&programme(&plants), &plants, settings, 30.0).expect("plays");
    let said: Vec<String> = played
        .reports
        .iter()
        .filter_map(|(_, report)| match &report.statement {
            Statement::Comment { about, text } => Some(format!("{about}: {text}")),
            Statement::UnitState { state: UnitState::Down, reason: Some(reason), .. } => {
                Some(reason.to_string())
            }
            _ => None,
        })
        .collect();
    let expected = [
        "Weld head broken",
        "a-u: Asked maintenance about a-u (Weld head broken); answer: back in about 3 d 12 h",
    ];
    assert_eq!(said, expected);
}
