//! What stops cranes, barges and units, and buildings that are full.

use super::{conduct::supplied, *};
use crate::Disruption;
use twin::{
    UnitState,
    definition::{Carry, Lane},
};

fn disruption(hour: f64, path: &str, value: &str) -> Disruption {
    Disruption {
        name: "Hoist broken".to_owned(),
        at: at(hour),
        until: None,
        path: path.to_owned(),
        value: value.to_owned(),
    }
}

/// One station whose parts are carried to a yard.
fn carried(units: usize, hours: f64, carriage: f64) -> Plant {
    let mut plant = plant("p");
    plant.makes("item", Tracking::Serial);
    plant.store("yard", None);
    plant.crane("crane", ResourceKind::Crane);
    plant.center("a", units);
    let op = plant.op("a", &[], ("item", Some("yard")), hours);
    op.output.carry = Some(Carry { by: vec![id("crane")], duration: fixed(carriage) });
    plant
}

#[test]
fn a_crane_that_breaks_down_says_so_and_keeps_what_it_carries() {
    let plant = carried(1, 1.0, 2.0);
    let programme = programme(std::slice::from_ref(&plant));
    let mut settings = Settings::new(1, at(0.0));
    settings.disruptions.push(disruption(2.0, "p.resource.crane.down", "3 h"));
    let told = try_play(&programme, &[plant], settings, 6.5).expect("plays").told();
    let expected = "0.0 crane is starved
0.0 a-u starts item-00001 (machine a-u)
1.0 a-u ends item-00001
1.0 a-u starts item-00002 (machine a-u)
2.0 a-u ends item-00002
2.0 a-u is waiting_for_crane (crane crane)
2.0 crane is down
5.0 crane is working
6.0 item-00002 to crane (crane crane)
6.0 a-u starts item-00003 (machine a-u)
";
    assert_eq!(told, expected, "{told}");
}

#[test]
fn a_crane_that_stays_down_is_asked_about() {
    let plant = carried(1, 1.0, 2.0);
    let programme = programme(std::slice::from_ref(&plant));
    let mut settings = Settings::new(1, at(0.0));
    settings.disruptions.push(disruption(2.0, "p.resource.crane.down", "4 d"));
    let played = try_play(&programme, &[plant], settings, 20.0).expect("plays");
    let said: Vec<String> = played
        .reports
        .iter()
        .filter_map(|(_, report)| match &report.statement {
            Statement::Comment { about, text } => Some(format!("{about}: {text}")),
            _ => None,
        })
        .collect();
    let expected =
        ["crane: Asked maintenance about crane (Hoist broken); answer: back in about 3 d 12 h"];
    assert_eq!(said, expected);
}

/// Availability MTBF / (MTBF + MTTR), with failures aged by work, as for a station.
#[test]
fn a_failing_crane_is_available_as_its_times_say() {
    let mut plant = carried(2, 0.5, 1.0);
    plant.resources[0].failures.push(FailureMode {
        name: "hoist".to_owned(),
        between: Duration::exponential(Span::from_hours(20.0)),
        repair: Duration::exponential(Span::from_hours(5.0)),
        ages: Ages::WithWork,
    });
    let hours = 20_000.0;
    let played = play(&[plant], hours);
    let throughput = played.model.summary().storages[0].parts as f64 / hours;
    assert!((throughput - 0.8).abs() < 0.02, "{throughput}");
    let (mut down, mut since) = (0.0, None);
    for (_, report) in &played.reports {
        if let Statement::UnitState { unit, state, .. } = &report.statement
            && unit.as_str() == "crane"
        {
            down += since.take().map_or(0.0, |since| report.at.since(since).hours());
            since = (*state == UnitState::Down).then_some(report.at);
        }
    }
    assert!((down / hours - 0.2).abs() < 0.02, "{}", down / hours);
}

#[test]
fn a_barge_that_breaks_down_at_sea_comes_later_by_the_repair() {
    let mut from = plant("from");
    from.makes("item", Tracking::Serial);
    from.store("pier", None);
    from.crane("barge", ResourceKind::Barge);
    from.center("a", 1);
    from.op("a", &[], ("item", Some("pier")), 20.0);
    let mut to = plant("to");
    to.makes("item", Tracking::Serial);
    to.store("quay", None);
    let plants = [from, to];
    let mut programme = programme(&plants);
    programme.lanes.push(Lane {
        carrier: "from/barge".parse().expect("valid"),
        material: material("item"),
        from: "from/pier".parse().expect("valid"),
        to: "to/quay".parse().expect("valid"),
        most: 1,
        every: Span::from_hours(100.0),
        first: Span::from_hours(24.0),
        transit: fixed(20.0),
        basis: Basis::Assumed,
    });
    let mut settings = Settings::new(1, at(0.0));
    settings.disruptions.push(disruption(30.0, "from.resource.barge.down", "10 h"));
    let played = try_play(&programme, &plants, settings, 90.0).expect("plays");
    let said: Vec<String> = played
        .reports
        .iter()
        .filter_map(|(_, report)| {
            let hour = report.at.since(at(0.0)).hours();
            match &report.statement {
                Statement::PartMoved { to, by: Some(_), .. } => Some(format!("{hour} to {to}")),
                Statement::UnitState { unit, state, .. } if unit.as_str() == "barge" => {
                    Some(format!("{hour} {state}"))
                }
                Statement::ResourceFreed { .. } => Some(format!("{hour} back")),
                _ => None,
            }
        })
        .collect();
    // Twenty hours out and twenty back, ten of repair.
    let expected = ["0 starved", "24 to barge", "30 down", "40 working", "54 to quay", "74 back"];
    assert_eq!(said, expected);
}

#[test]
fn what_is_on_its_way_into_a_building_counts_against_its_limit() {
    let mut plant = carried(1, 1.0, 2.0);
    plant.crane("crane-2", ResourceKind::Crane);
    let by = vec![id("crane"), id("crane-2")];
    plant.operations[0].output.carry = Some(Carry { by, duration: fixed(2.0) });
    in_a_cell_of_one(&mut plant);
    plant.center("c", 1).area = id("cell");
    plant.op("c", &[("item", 1.0, "yard")], ("item", None), 5.0);
    let told = play(&[plant], 12.0).told();
    let cell: Vec<&str> = told
        .lines()
        .filter(|line| ["c-u starts", "blocked", "to crane"].iter().any(|w| line.contains(w)))
        .collect();
    let expected = [
        "2.0 a-u is blocked (space cell)",
        "3.0 c-u starts item-00001 (material a-u)",
        "8.0 item-00002 to crane (space cell)",
        "9.0 a-u is blocked (space cell)",
        "10.0 c-u starts item-00002 (material a-u)",
    ];
    assert_eq!(cell, expected, "{told}");
}

/// The first storage comes to stand in a building for one part.
fn in_a_cell_of_one(plant: &mut Plant) {
    let mut cell = plant.areas[0].clone();
    cell.id = id("cell");
    cell.unit_limit = Some(1);
    plant.areas.push(cell);
    plant.storages[0].area = id("cell");
}

#[test]
fn a_delivery_stays_at_the_gate_of_a_building_that_is_full() {
    let mut plant = supplied();
    in_a_cell_of_one(&mut plant);
    plant.materials[0].tracking = Tracking::Serial;
    plant.supply_lines[0].lot = 1.0;
    plant.initial_stock.clear();
    plant.work_centers[0].area = id("cell");
    plant.operations[0].inputs[0].quantity = 1.0;
    plant.operations[0].duration = fixed(30.0);
    let played = play(&[plant], 100.0);
    let arrived: Vec<f64> = played
        .reports
        .iter()
        .filter(|(_, report)| matches!(report.statement, Statement::DeliveryArrived(_)))
        .map(|(_, report)| report.at.since(at(0.0)).hours())
        .collect();
    // One a day is due; the bench takes thirty hours for each.
    assert_eq!(arrived, [24.0, 54.0, 84.0]);
}

#[test]
fn a_unit_is_held_or_maintained_as_planned_without_being_down() {
    for (parameter, state) in [("held", "held"), ("maintenance", "planned_maintenance")] {
        let mut plant = plant("p");
        plant.makes("item", Tracking::Serial);
        plant.center("a", 1);
        plant.op("a", &[], ("item", None), 4.0);
        let programme = programme(std::slice::from_ref(&plant));
        let mut settings = Settings::new(1, at(0.0));
        settings.disruptions.push(disruption(1.0, &format!("p.unit.a-u.{parameter}"), "20 h"));
        let played = try_play(&programme, &[plant], settings, 24.5).expect("plays");
        let expected = format!(
            "0.0 a-u starts item-00001 (machine a-u)
1.0 a-u is {state}
21.0 a-u is working
24.0 a-u ends item-00001
24.0 a-u starts item-00002 (machine a-u)
"
        );
        assert_eq!(played.told(), expected);
        let asked =
            played.reports.iter().any(|(_, r)| matches!(r.statement, Statement::Comment { .. }));
        assert!(!asked, "nobody asks why of what was decided");
    }
}
