//! Names by arithmetic.

use super::*;
use crate::id::ProgrammeId;

fn id(text: &str) -> MaterialId {
    MaterialId::new(text).expect("valid")
}

fn scheme(material: &str, parent: Option<&str>, count: Option<u32>, pattern: &str) -> SerialScheme {
    SerialScheme {
        material: id(material),
        parent: parent.map(id),
        count,
        pattern: pattern.to_owned(),
        built_at: Vec::new(),
        basis: crate::definition::Basis::Assumed,
    }
}

fn yard() -> Serials {
    let mut block = scheme("block", Some("lift"), Some(3), "{root}-B{n:03}");
    block.built_at = vec![(PlantId::new("partner").expect("valid"), vec![2, 5])];
    let programme = Programme {
        id: ProgrammeId::new("p").expect("valid"),
        name: String::new(),
        time_zone: "UTC".to_owned(),
        starts: crate::time::PlantTime::default(),
        demo_from: crate::time::PlantTime::default(),
        plants: Vec::new(),
        nations: Vec::new(),
        organisations: Vec::new(),
        serials: vec![
            scheme("hull", None, Some(8), "H{n}"),
            scheme("lift", Some("hull"), Some(2), "{root}-L{n:02}"),
            block,
            scheme("panel", Some("block"), Some(4), "{parent}-P{i}"),
            scheme("round", None, None, "R{n:04}"),
        ],
        lanes: Vec::new(),
        milestones: Vec::new(),
    };
    Serials::new(&programme)
}

#[test]
fn names_count_within_root_and_parent() {
    let serials = yard();
    let name =
        |material: &str, number| serials.name(&id(material), number, 0).expect("valid").to_string();
    assert_eq!(name("hull", 2), "H3");
    assert_eq!(name("lift", 5), "H3-L02");
    assert_eq!(name("block", 13), "H3-B002");
    assert_eq!(name("panel", 4 * 13 + 3), "H3-B002-P4");
    assert_eq!(name("round", 41), "R0042");
    assert_eq!(name("bolt", 0), "bolt-00001");
    assert_eq!(serials.name(&id("block"), 13, 1).expect("valid").as_str(), "H3-B002#2");
}

#[test]
fn numbers_are_read_back_from_names() {
    let serials = yard();
    for (material, count) in
        [("hull", 8), ("lift", 16), ("block", 48), ("panel", 192), ("round", 500)]
    {
        for number in 0..count {
            let name = serials.name(&id(material), number, 0).expect("valid");
            assert_eq!(serials.number(&id(material), &name), Some(number), "{name}");
        }
    }
    let number = |material: &str, name: &str| {
        serials.number(&id(material), &PartId::new(name).expect("valid"))
    };
    assert_eq!(number("bolt", "bolt-00042"), Some(41));
    assert_eq!(number("hull", "H9"), None, "there are eight");
    assert_eq!(number("hull", "H0"), None);
    assert_eq!(number("block", "H3-B002#2"), None, "made again");
    assert_eq!(number("block", "H3-L02"), None, "another item");
    assert_eq!(number("block", "B99999999999999999999999"), None);
}

#[test]
fn parents_totals_and_builders_follow() {
    let serials = yard();
    assert_eq!(serials.parent(&id("block"), 13), Some(4));
    assert_eq!(serials.total(&id("panel")), Some(8 * 2 * 3 * 4));
    assert_eq!(serials.total(&id("round")), None);
    let (home, partner) =
        (PlantId::new("home").expect("valid"), PlantId::new("partner").expect("valid"));
    let at = |material: &str, number| {
        (
            serials.built_at(&id(material), number, &home),
            serials.built_at(&id(material), number, &partner),
        )
    };
    assert_eq!(at("block", 13), (false, true), "number 2 of its hull");
    assert_eq!(at("block", 12), (true, false));
    assert_eq!(at("panel", 4 * 13), (false, true), "panels go with their block");
    assert_eq!(at("lift", 1), (true, true));
}
