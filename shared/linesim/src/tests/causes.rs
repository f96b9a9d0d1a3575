//! Why things start: the last condition that became true, in small lines.

use super::*;
use twin::definition::{Batch, Carry, CrewNeed, InitialStock, Sequence};

#[track_caller]
fn check(plant: Plant, hours: f64, expected: &str) {
    let told = play(&[plant], hours).told();
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    assert_eq!(told.lines().collect::<Vec<_>>(), expected, "\n{told}");
}

/// Two stations with one place between; the second is slower.
fn line(first: f64, second: f64) -> Plant {
    let mut plant = plant("p");
    plant.makes("item", Tracking::Serial);
    plant.center("a", 1);
    plant.center("b", 1);
    plant.store("between", Some(1));
    plant.op("a", &[], ("item", Some("between")), first);
    plant.op("b", &[("item", 1.0, "between")], ("item", None), second);
    plant
}

#[test]
fn a_finished_part_stays_until_there_is_room() {
    check(
        line(1.0, 3.0),
        8.5,
        "0.0 a-u starts item-00001 (machine a-u)
         0.0 b-u is starved (material between)
         1.0 a-u ends item-00001
         1.0 b-u starts item-00001 (material a-u)
         1.0 a-u starts item-00002 (machine a-u)
         2.0 a-u ends item-00002
         2.0 a-u starts item-00003 (machine a-u)
         3.0 a-u ends item-00003
         3.0 a-u is blocked (space between)
         4.0 b-u ends item-00001
         4.0 b-u starts item-00002 (machine b-u)
         4.0 item-00003 to between (space between)
         4.0 a-u starts item-00004 (machine a-u)
         5.0 a-u ends item-00004
         5.0 a-u is blocked (space between)
         7.0 b-u ends item-00002
         7.0 b-u starts item-00003 (machine b-u)
         7.0 item-00004 to between (space between)
         7.0 a-u starts item-00005 (machine a-u)
         8.0 a-u ends item-00005
         8.0 a-u is blocked (space between)",
    );
}

#[test]
fn work_pauses_off_shift_and_shift_is_the_cause_of_a_start() {
    let mut plant = plant("p");
    plant.makes("item", Tracking::Serial);
    plant.center("a", 1).calendar = CalendarId::new("day").expect("valid");
    plant.op("a", &[], ("item", None), 5.0);
    check(
        plant,
        40.0,
        "0.0 a-u is off_shift
         6.0 a-u starts item-00001 (shift day)
         11.0 a-u ends item-00001
         11.0 a-u starts item-00002 (machine a-u)
         14.0 a-u is off_shift
         30.0 a-u is working
         32.0 a-u ends item-00002
         32.0 a-u starts item-00003 (machine a-u)
         37.0 a-u ends item-00003
         37.0 a-u starts item-00004 (machine a-u)
         38.0 a-u is off_shift",
    );
}

#[test]
fn curing_runs_on_outside_the_calendar() {
    let mut plant = plant("p");
    plant.makes("item", Tracking::Serial);
    plant.center("a", 1).calendar = CalendarId::new("day").expect("valid");
    plant.op("a", &[], ("item", None), 10.0).duration.runs_on = true;
    check(
        plant,
        31.0,
        "0.0 a-u is off_shift
         6.0 a-u starts item-00001 (shift day)
         16.0 a-u ends item-00001
         16.0 a-u is off_shift
         30.0 a-u starts item-00002 (shift day)",
    );
}

#[test]
fn a_crew_works_at_one_station_at_a_time() {
    let mut plant = plant("p");
    plant.makes("item", Tracking::Serial);
    plant.crew("welders", 3);
    for (name, hours) in [("a", 2.0), ("b", 3.0)] {
        plant.center(name, 1);
        let need = CrewNeed { crew: CrewId::new("welders").expect("valid"), people: 2 };
        plant.op(name, &[], ("item", None), hours).crew.push(need);
    }
    check(
        plant,
        5.5,
        "0.0 a-u starts item-00001 (machine a-u)
         0.0 b-u is waiting_for_crew (operator welders)
         2.0 a-u ends item-00001
         2.0 b-u starts item-00002 (operator welders)
         2.0 a-u is waiting_for_crew (operator welders)
         5.0 b-u ends item-00002
         5.0 a-u starts item-00003 (operator welders)
         5.0 b-u is waiting_for_crew (operator welders)",
    );
}

#[test]
fn one_crane_carries_one_part() {
    let mut plant = plant("p");
    plant.makes("item", Tracking::Serial);
    plant.store("yard", None);
    plant.crane("crane", ResourceKind::Crane);
    plant.center("a", 2);
    let op = plant.op("a", &[], ("item", Some("yard")), 1.0);
    op.output.carry = Some(Carry { by: vec![id("crane")], duration: fixed(2.0) });
    check(
        plant,
        3.5,
        "0.0 crane is starved
         0.0 a-1 starts item-00001 (machine a-1)
         0.0 a-2 starts item-00002 (machine a-2)
         1.0 a-1 ends item-00001
         1.0 a-1 starts item-00003 (machine a-1)
         1.0 a-2 ends item-00002
         1.0 a-2 is waiting_for_crane (crane crane)
         2.0 a-1 ends item-00003
         2.0 a-1 is waiting_for_crane (crane crane)
         3.0 item-00002 to crane (crane crane)
         3.0 a-2 starts item-00004 (machine a-2)",
    );
}

#[test]
fn a_batch_is_greedy_within_its_limits() {
    let mut plant = plant("p");
    plant.makes("item", Tracking::Serial);
    plant.store("in", None);
    plant.center("a", 1);
    plant.op("a", &[], ("item", Some("in")), 1.0);
    plant.center("oven", 1);
    plant.op("oven", &[("item", 1.0, "in")], ("item", None), 3.5).batch =
        Some(Batch { least: 2, most: 3 });
    let played = play(&[plant], 9.2);
    let oven: Vec<String> =
        played.told().lines().filter(|line| line.contains("oven")).map(str::to_owned).collect();
    assert_eq!(
        oven,
        [
            "0.0 oven-u is starved (material in)",
            "2.0 oven-u starts item-00001 (material a-u)",
            "5.5 oven-u ends item-00001",
            "5.5 oven-u starts item-00003 (machine oven-u)",
            "9.0 oven-u ends item-00003",
            "9.0 oven-u starts item-00006 (machine oven-u)",
        ]
    );
    assert_eq!(played.completed("item"), 5);
}

#[test]
fn a_setup_comes_before_another_kind_of_work() {
    let mut plant = plant("p");
    plant.makes("bolt", Tracking::Bulk);
    plant.makes("nut", Tracking::Bulk);
    plant.store("bolts", Some(1));
    plant.store("nuts", Some(9));
    plant.center("a", 1);
    plant.op("a", &[], ("bolt", Some("bolts")), 1.0).setup = Span::HOUR;
    let nut = plant.op("a", &[("bolt", 1.0, "bolts")], ("nut", Some("nuts")), 1.0);
    nut.setup = Span::from_hours(2.0);
    nut.id = OperationId::new("nut").expect("valid");
    plant.operations.swap(0, 1);
    let told = play(&[plant], 5.5).told();
    let expected = "0.0 a-u starts bolt-kit-1 (machine a-u)
1.0 a-u ends bolt-kit-1
1.0 a-u is setup
3.0 a-u starts nut-kit-2 (setup a-u)
4.0 a-u ends nut-kit-2
4.0 a-u is setup
5.0 a-u starts bolt-kit-3 (setup a-u)
";
    assert_eq!(told, expected);
}

#[test]
fn a_breakdown_interrupts_and_the_rest_is_worked_off() {
    let mut plant = plant("p");
    plant.makes("item", Tracking::Serial);
    plant.center("a", 1);
    plant.op("a", &[], ("item", None), 4.0);
    let programme = programme(std::slice::from_ref(&plant));
    let mut settings = Settings::new(1, at(0.0));
    settings.disruptions.push(crate::Disruption {
        name: String::new(),
        at: at(1.0),
        until: None,
        path: "p.unit.a-u.down".to_owned(),
        value: "10 h".to_owned(),
    });
    let told = try_play(&programme, &[plant], settings, 14.5).expect("plays").told();
    let expected = "0.0 a-u starts item-00001 (machine a-u)
1.0 a-u is down
11.0 a-u is working
14.0 a-u ends item-00001
14.0 a-u starts item-00002 (machine a-u)
";
    assert_eq!(told, expected);
}

#[test]
fn pieces_go_in_by_name_within_the_swap_window() {
    let mut plant = plant("p");
    for name in ["hull", "lift"] {
        plant.makes(name, Tracking::Serial);
    }
    plant.store("pads", None);
    for (name, hours) in [("odd", 2.0), ("even", 5.0)] {
        plant.center(name, 1);
        plant.op(name, &[], ("lift", Some("pads")), hours);
    }
    plant.center("dock", 1);
    let op = plant.op("dock", &[("lift", 1.0, "pads")], ("hull", None), 1.0);
    op.sequence = Some(Sequence { swap_window: 1 });
    let mut programme = programme(std::slice::from_ref(&plant));
    programme.serials = vec![
        scheme("hull", None, Some(2), "H{n}"),
        scheme("lift", Some("hull"), Some(4), "{root}-L{n}"),
    ];
    let settings = Settings::new(1, at(0.0));
    let played = try_play(&programme, &[plant], settings, 14.0).expect("plays");
    let used: Vec<String> = played
        .reports
        .iter()
        .filter_map(|(_, report)| match &report.statement {
            Statement::LotConsumed { lot: Some(lot), part: Some(part), .. } => {
                Some(format!("{:.0} {lot} into {part}", report.at.since(at(0.0)).hours()))
            }
            _ => None,
        })
        .collect();
    // L1 (odd) 0-2, L2 (even) 0-5, L3 (odd) 2-4, L4 (odd) 4-6: L3 goes early, L4 waits for L2.
    let expected = ["2 H1-L1 into H1", "4 H1-L3 into H1", "5 H1-L2 into H1", "6 H1-L4 into H1"];
    assert_eq!(used[..4], expected, "{used:?}");
    assert_eq!(played.completed("hull"), 1);
}

#[test]
fn a_whole_takes_exactly_its_named_pieces() {
    let mut plant = plant("p");
    for name in ["block", "panel"] {
        plant.makes(name, Tracking::Serial);
    }
    plant.store("panels", None);
    for (name, hours) in [("fast", 1.0), ("slow", 4.0)] {
        plant.center(name, 1);
        plant.op(name, &[], ("panel", Some("panels")), hours);
    }
    plant.center("jig", 1);
    plant.op("jig", &[("panel", 2.0, "panels")], ("block", None), 1.0);
    let mut programme = programme(std::slice::from_ref(&plant));
    programme.serials = vec![
        scheme("block", None, Some(3), "B{n}"),
        scheme("panel", Some("block"), Some(2), "{parent}-P{i}"),
    ];
    let settings = Settings::new(1, at(0.0));
    let told = try_play(&programme, &[plant], settings, 9.0).expect("plays").told();
    let jig: Vec<&str> = told.lines().filter(|line| line.contains("jig-u starts")).collect();
    // B1-P1 (fast) 0-1, B1-P2 (slow) 0-4, B2-P1 and B2-P2 (fast) 1-3: B2 is whole first.
    let expected = ["3.0 jig-u starts B2 (material fast-u)", "4.0 jig-u starts B1 (machine jig-u)"];
    assert_eq!(jig[..2], expected, "{told}");
}

#[test]
fn a_hall_that_is_full_lets_no_part_in() {
    let mut plant = line(1.0, 1.0);
    let mut cell = plant.areas[0].clone();
    cell.id = id("cell");
    cell.unit_limit = Some(1);
    plant.areas.push(cell);
    plant.center("c", 1).area = id("cell");
    plant.center("d", 1).area = id("cell");
    plant.store("c-in", None);
    plant.store("d-in", None);
    for (name, from, to, hours) in [("c", "c-in", "d-in", 2.0), ("d", "d-in", "d-in", 5.0)] {
        let to = (name == "c").then_some(to);
        plant.op(name, &[("item", 1.0, from)], ("item", to), hours);
    }
    plant.initial_stock = ["c-in", "c-in", "d-in"]
        .map(|store| InitialStock { storage: id(store), material: material("item"), quantity: 1.0 })
        .to_vec();
    let told = play(&[plant], 8.0).told();
    let cell: Vec<&str> = told
        .lines()
        .filter(|line| (line.contains("c-u") || line.contains("d-u")) && line.contains("starts"))
        .collect();
    let expected = [
        "0.0 c-u starts item-00001 (machine c-u)",
        "2.0 d-u starts item-00003 (space cell)",
        "7.0 c-u starts item-00002 (space cell)",
    ];
    assert_eq!(cell, expected, "{told}");
}
