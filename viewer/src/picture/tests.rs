//! A small yard from values to items: colours, ghosts, signs, clicks.

use serde_json::json;

use super::*;

const SINCE: &str = "2031-05-01T06:00:00Z";

fn thing(
    kind: &str,
    name: &str,
    at: [f64; 3],
    size: [f64; 3],
    mesh: Option<&str>,
) -> serde_json::Value {
    let mut value = json!({"kind": kind, "name": name, "noun": "", "position_m": at,
        "heading_deg": 90.0, "size_m": size, "order": 0});
    if let Some(mesh) = mesh {
        value["mesh"] = mesh.into();
    }
    value
}

fn unit(state: &str, hold_up: bool) -> serde_json::Value {
    json!({"state": state, "since": SINCE, "finished_7d": 1, "working_7d_ratio": 0.4,
        "stale": false, "hold_up": hold_up})
}

fn part(id: &str, stage: &str) -> serde_json::Value {
    json!({"id": id, "stage": stage, "late": id == "H2-L03"})
}

/// A yard with a hall, two stations, a dock with a ship, a park, a crane.
fn yard() -> Picture {
    let mut picture = Picture::default();
    let palette = json!({"state.working": ["#0b8a66", "solid"], "state.down": ["#c8421a", "cross"],
        "state.unknown": ["#ffffff", "hollow"], "stage.erected": ["#0b6e52", "solid"],
        "stage.parked": ["#8fa3b3", "solid"], "stage.not_started": ["#ffffff", "hollow"],
        "stage.painting": ["#c96fa2", "dots"], "alert": ["#d11f12", "solid"]});
    picture.palette = Palette::from_json(&palette.to_string()).unwrap();
    let parts = ["H2-L01", "H2-L02", "H2-L03", "H2-L04"];
    let set = json!({
        "clock": {"now": "2031-05-11T06:00:00Z", "rate": 720.0, "origin": "simulated"},
        "layout/hall": thing("area", "Hall", [0.0, 60.0, 0.0], [120.0, 40.0, 12.0], None),
        "layout/a": thing("unit", "A", [-30.0, 60.0, 0.0], [20.0, 12.0, 6.0], None),
        "layout/b": thing("unit", "B", [30.0, 60.0, 0.0], [20.0, 12.0, 6.0], None),
        "layout/dock-1": thing("unit", "Dock 1", [0.0, -40.0, 0.0], [220.0, 40.0, 12.0], Some("dock")),
        "layout/park": thing("storage", "Park", [90.0, 60.0, 0.0], [60.0, 30.0, 1.0], Some("block-park")),
        "layout/crane": thing("crane", "Crane", [20.0, -40.0, 0.0], [20.0, 90.0, 60.0], None),
        "unit/a": unit("working", false), "unit/b": unit("down", true), "unit/dock-1": unit("working", false),
        "storage/park": {"level": 2.0, "capacity": 6, "stale": false, "parts": [
            {"id": "H3-B001", "since": SINCE}, {"id": "H3-B002", "since": "2031-05-11T05:00:00Z"}]},
        "resource/crane": {"state": "busy", "since": SINCE, "position_m": [60.0, -40.0, 0.0], "stale": false},
        "area/hall": {"present": 5, "limit": 4},
        "product/H2": {"name": "Ship H2", "parts": parts, "erected": 2,
            "next": {"part": "H2-L03", "crane": "Crane"}},
        "part/H2-L01": part("H2-L01", "erected"), "part/H2-L02": part("H2-L02", "erected"),
        "part/H2-L03": part("H2-L03", "painting"), "part/H2-L04": part("H2-L04", "not_started"),
    });
    let unread = picture.apply(&json!({"set": set}).to_string()).unwrap();
    assert_eq!(unread, Vec::<String>::new());
    picture.rebuild();
    picture
}

fn item<'a>(picture: &'a Picture, key: &str) -> &'a Item {
    picture.items().iter().find(|item| item.key == key).unwrap_or_else(|| panic!("no {key}"))
}

#[test]
fn a_breakdown_changes_the_unit_colour_and_pattern_and_nothing_else() {
    let mut picture = yard();
    let before = picture.items().to_vec();
    assert_eq!(item(&picture, "unit/a").look, picture.palette.state("working"));
    let text = json!({"set": {"unit/a": unit("down", false)}}).to_string();
    picture.apply(&text).unwrap();
    picture.rebuild();
    let look = item(&picture, "unit/a").look;
    assert_eq!((look.rgb, look.pattern), ([200, 66, 26], crate::palette::Pattern::Cross));
    let changed = before.iter().zip(picture.items()).filter(|(a, b)| a != b);
    let keys: Vec<&str> = changed.map(|(_, item)| item.key.as_str()).collect();
    assert_eq!(keys, ["unit/a#pad", "unit/a"]);
}

#[test]
fn the_main_hold_up_has_a_sign_over_it_that_moves_with_the_finding() {
    let mut picture = yard();
    let signs = |picture: &Picture| -> Vec<String> {
        let signs = picture.items().iter().filter(|item| item.shape == Shape::Beacon);
        signs.filter_map(|item| item.picks.clone()).collect()
    };
    assert_eq!(signs(&picture), ["b"]);
    assert!(item(&picture, "unit/b").look.pulse);
    let text = json!({"set": {"unit/a": unit("working", true), "unit/b": unit("working", false)}});
    picture.apply(&text.to_string()).unwrap();
    picture.rebuild();
    assert_eq!(signs(&picture), ["a"]);
}

#[test]
fn the_ship_stands_in_the_dock_and_what_is_missing_is_a_ghost() {
    let picture = yard();
    let dock = item(&picture, "unit/dock-1").place.at;
    for (id, ghost) in [("H2-L01", false), ("H2-L02", false), ("H2-L03", true), ("H2-L04", true)] {
        let lift = item(&picture, &format!("part/{id}"));
        assert_eq!(lift.look.ghost, ghost, "{id}");
        assert!(
            (lift.place.at[0] - dock[0]).abs() < 110.0 && (lift.place.at[2] - dock[2]).abs() < 20.0
        );
    }
    let next = item(&picture, "part/H2-L03");
    assert!(next.look.pulse && next.look.pattern == crate::palette::Pattern::Cross);
    assert!(picture.items().iter().any(|item| item.key.starts_with("part/H2-L03#edge")));
}

#[test]
fn every_station_can_be_clicked_where_it_is_seen() {
    let picture = yard();
    for id in ["a", "b", "park", "crane", "part/H2-L03", "hall"] {
        let at = picture.project(id).unwrap_or_else(|| panic!("{id} is out of sight"));
        assert_eq!(picture.pick(at), Some(id));
    }
}

#[test]
fn blocks_are_drawn_as_many_as_are_there_and_name_their_days() {
    let picture = yard();
    let blocks = picture.items().iter().filter(|item| item.key.starts_with("storage/park#H3"));
    assert_eq!(blocks.count(), 2);
    assert!(picture.anchors.contains_key("waits/H3-B001"));
    assert!(!picture.anchors.contains_key("waits/H3-B002"), "an hour is no waiting");
}

#[test]
fn a_building_over_its_limit_looks_so() {
    let mut picture = yard();
    assert_eq!(item(&picture, "area/hall").look.rgb, picture.palette.look("alert").rgb);
    picture.apply(r#"{"set":{"area/hall":{"present":4,"limit":4}}}"#).unwrap();
    picture.rebuild();
    assert_ne!(item(&picture, "area/hall").look.rgb, picture.palette.look("alert").rgb);
}

#[test]
fn a_crane_goes_to_its_new_place_and_jumps_where_motion_is_unwanted() {
    let mut picture = yard();
    picture.motion = true;
    let to = |x: f64| {
        let crane =
            json!({"state": "busy", "since": SINCE, "position_m": [x, -40.0, 0.0], "stale": false});
        json!({"set": {"resource/crane": crane}}).to_string()
    };
    picture.apply(&to(-60.0)).unwrap();
    picture.rebuild();
    assert_eq!(item(&picture, "mover/crane").place.at[0], 60.0);
    assert!(picture.is_moving() && picture.pass(0.5));
    picture.rebuild();
    let x = item(&picture, "mover/crane").place.at[0];
    assert!((-60.0..60.0).contains(&x), "{x}");
    picture.motion = false;
    picture.apply(&to(0.0)).unwrap();
    picture.rebuild();
    assert_eq!(item(&picture, "mover/crane").place.at[0], 0.0);
}

#[test]
fn a_broken_mesh_is_named_and_its_unit_stays_a_box() {
    let mut picture = yard();
    let error = picture.take_model("dock", b"not a mesh").unwrap_err();
    assert!(error.to_string().contains("dock"), "{error}");
    picture.rebuild();
    assert_eq!(item(&picture, "unit/dock-1").shape, Shape::Cube);
    let dock = geometry::make::catalogue::ASSETS.iter().find(|asset| asset.kind == "dock").unwrap();
    picture.take_model("dock", &dock.glb().unwrap()).unwrap();
    picture.rebuild();
    let drawn = item(&picture, "unit/dock-1");
    assert_eq!(drawn.shape, Shape::Model("dock".to_owned()));
    let region = drawn.place.around(&own_box(&drawn.shape, &picture.models));
    assert!((region.size_m()[0] - 220.0).abs() < 0.1, "stretched to the plant's size");
}

#[test]
fn a_label_for_the_hold_up_is_placed_first() {
    let mut picture = yard();
    let wish = r#"{"labels":[{"id":"a","w":300,"h":300,"p":10},{"id":"b","w":300,"h":300,"p":100},
        {"id":"nowhere","w":10,"h":10,"p":5}]}"#;
    picture.want_labels(serde_json::from_str(wish).unwrap());
    let places = picture.place_labels();
    assert_eq!(places.len(), 9);
    assert_eq!([places[2], places[5], places[8]], [0.0, 1.0, 0.0]);
}

#[test]
fn keys_are_unique_and_an_empty_plant_is_no_error() {
    let picture = yard();
    let keys: BTreeSet<&str> = picture.items().iter().map(|item| item.key.as_str()).collect();
    assert_eq!(keys.len(), picture.items().len());
    let mut empty = Picture::default();
    empty.rebuild();
    assert_eq!(empty.pick([10.0, 10.0]), None);
    assert_eq!(empty.project("a"), None);
}

fn at_work(part: &str) -> serde_json::Value {
    let mut value = unit("working", false);
    value["running"] =
        json!([{"part": part, "operation": "Weld", "since": SINCE, "planned_s": 3600.0}]);
    value["parts"] = json!([part]);
    value
}

#[test]
fn a_station_shows_what_it_has_in_hand_and_an_empty_one_nothing() {
    let mut picture = yard();
    let pieces = |picture: &Picture| -> Vec<String> {
        let items = picture.items().iter().filter(|item| item.key.starts_with("hand/"));
        items.map(|item| item.key.clone()).collect()
    };
    assert_eq!(pieces(&picture), Vec::<String>::new());
    let set = json!({"set": {"unit/a": at_work("H2-L03"), "unit/dock-1": at_work("H2-L04")}});
    picture.apply(&set.to_string()).unwrap();
    picture.rebuild();
    assert_eq!(pieces(&picture), ["hand/a#0"], "the dock's lifts are drawn as the ship");
    let piece = item(&picture, "hand/a#0");
    assert_eq!(piece.look, picture.palette.stage("painting"));
    assert_eq!(piece.picks.as_deref(), Some("a"));
    let body = item(&picture, "unit/a").place;
    assert!((piece.place.at[1] - (body.at[1] + 6.0)).abs() < 1e-3, "it stands on the station");
}

#[test]
fn a_piece_stands_on_the_floor_of_an_open_bay_between_its_scaffolds() {
    let mut picture = yard();
    let asset = |kind: &str| {
        let assets = geometry::make::catalogue::ASSETS;
        assets.into_iter().find(|asset| asset.kind == kind).unwrap().glb().unwrap()
    };
    for kind in ["assembly-bay", "block"] {
        picture.take_model(kind, &asset(kind)).unwrap();
    }
    let bay = thing("unit", "A", [-30.0, 60.0, 0.0], [18.0, 16.0, 10.0], Some("assembly-bay"));
    let set = json!({"set": {"layout/a": bay, "unit/a": at_work("H9-B001")}});
    picture.apply(&set.to_string()).unwrap();
    picture.rebuild();
    let piece = item(&picture, "hand/a#0");
    assert_eq!(piece.shape, Shape::Model("block".to_owned()));
    assert!(piece.place.at[1] < 1.0, "{:?}", piece.place);
    let region = piece.place.around(&own_box(&piece.shape, &picture.models));
    assert!(region.size_m()[1] > 4.0, "large enough to be seen: {region:?}");
}

#[test]
fn a_barge_carries_as_many_blocks_as_are_aboard() {
    let mut picture = yard();
    let aboard: Vec<String> = (1..=6).map(|i| format!("H3-B00{i}")).collect();
    let barge = json!({"state": "busy", "since": SINCE, "carries": aboard, "stale": false});
    let layout = thing("barge", "Barge", [300.0, 10.0, 0.0], [90.0, 26.0, 6.0], None);
    let set = json!({"set": {"layout/barge": layout, "resource/barge": barge}});
    picture.apply(&set.to_string()).unwrap();
    picture.rebuild();
    let blocks: Vec<&Item> =
        picture.items().iter().filter(|item| item.key.starts_with("hand/barge#")).collect();
    assert_eq!(blocks.len(), 6);
    let deck = item(&picture, "mover/barge").place.around(&crate::pick::UNIT_BOX);
    for (i, block) in blocks.iter().enumerate() {
        let own = block.place.around(&crate::pick::UNIT_BOX);
        assert!(own.min[0] >= deck.min[0] && own.max[0] <= deck.max[0], "{i}: {own:?}");
        for other in &blocks[..i] {
            let other = other.place.around(&crate::pick::UNIT_BOX);
            let apart = (0..3).any(|a| own.max[a] <= other.min[a] || other.max[a] <= own.min[a]);
            assert!(apart, "{i}: {own:?} {other:?}");
        }
    }
}

#[test]
fn the_flag_stands_over_a_storage_when_that_is_where_it_bites() {
    let mut picture = yard();
    let card = json!({"known": true, "plant": "y", "id": "mill", "kind": "supplier",
        "units": ["park"], "name": "Mill", "chain": [], "confidence": "sure", "share_ratio": 0.5,
        "window_d": 7.0, "based_on": [3, 3], "before": []});
    let set = json!({"set": {"board/holdup": card, "unit/b": unit("down", false)}});
    picture.apply(&set.to_string()).unwrap();
    picture.rebuild();
    let signs = picture.items().iter().filter(|item| item.shape == Shape::Beacon);
    let signs: Vec<Option<&str>> = signs.map(|item| item.picks.as_deref()).collect();
    assert_eq!(signs, [Some("park")]);
    assert!(item(&picture, "storage/park").look.pulse);
}

#[test]
fn a_high_window_shows_a_long_plant_upright() {
    let mut picture = yard();
    let seen = |picture: &Picture| {
        let points = picture.corners();
        let at: Vec<[f32; 2]> = points.iter().filter_map(|p| picture.orbit.project(*p)).collect();
        assert_eq!(at.len(), points.len());
        let reach = |axis: usize| {
            let values = at.iter().map(|point| point[axis]);
            values.clone().fold(f32::MIN, f32::max) - values.fold(f32::MAX, f32::min)
        };
        [reach(0), reach(1)]
    };
    picture.resize([390.0, 700.0]);
    let [wide, high] = seen(&picture);
    assert!(wide <= 390.0 && high <= 700.0, "{wide} {high}");
    assert!(high > 0.45 * 700.0, "the height is used: {high}");
    picture.resize([1100.0, 640.0]);
    let [wide, _] = seen(&picture);
    assert!(wide > 0.6 * 1100.0, "{wide}");
}
