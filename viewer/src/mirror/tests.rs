//! Deltas go in whole, broken values are named.

use super::*;

const UNIT: &str = r#"{"state":"down","since":"2031-05-05T06:00:00Z","finished_7d":3,
    "working_7d_ratio":0.5,"stale":false,"hold_up":false}"#;

#[test]
fn a_delta_changes_what_it_names_and_nothing_else() {
    let mut mirror = Mirror::default();
    let set = format!(r#"{{"set":{{"unit/dock-1":{UNIT},"unit/P1":{UNIT}}}}}"#);
    assert!(mirror.apply(&set).unwrap().picture);
    assert_eq!(mirror.state_of("dock-1"), Some("down"));
    let changed = mirror.apply(r#"{"gone":["unit/P1","unit/never"]}"#).unwrap();
    assert!(changed.picture && mirror.units.len() == 1);
    let other = mirror.apply(r#"{"set":{"measure/1":{"name":"x","unit":"d"}}}"#).unwrap();
    assert_eq!(other, Changed::default());
}

#[test]
fn a_broken_value_is_named_and_the_rest_is_taken() {
    let mut mirror = Mirror::default();
    let text = format!(r#"{{"set":{{"unit/a":{UNIT},"unit/b":{{"state":7}},"area/c":[]}}}}"#);
    let changed = mirror.apply(&text).unwrap();
    assert_eq!(changed.unread, ["area/c", "unit/b"]);
    assert_eq!(mirror.units.len(), 1);
    assert!(mirror.apply("{").is_err());
}

#[test]
fn the_flag_is_where_the_hub_says() {
    let mut mirror = Mirror::default();
    let card = r#"{"known":true,"plant":"y","id":"paint","kind":"work_center","units":["paint-1"],
        "name":"Paint","chain":[],"confidence":"sure","share_ratio":0.5,"window_d":7.0,
        "based_on":[3,3],"before":[]}"#;
    mirror.apply(&format!(r#"{{"set":{{"board/holdup":{card}}}}}"#)).unwrap();
    assert!(mirror.is_hold_up("paint-1") && !mirror.is_hold_up("P1"));
    mirror.apply(r#"{"gone":["board/holdup"]}"#).unwrap();
    assert!(!mirror.is_hold_up("paint-1"));
}

#[test]
fn a_place_that_is_no_station_carries_the_flag_too() {
    let mut mirror = Mirror::default();
    let layout = |kind: &str| {
        format!(
            r#"{{"kind":"{kind}","name":"x","noun":"","position_m":[0,0,0],"heading_deg":0,
            "size_m":[1,1,1],"order":0}}"#
        )
    };
    let card = |id: &str, units: &str| {
        format!(
            r#"{{"known":true,"plant":"y","id":"{id}","kind":"supplier","units":{units},"name":"n",
            "chain":[],"confidence":"sure","share_ratio":0.5,"window_d":7.0,"based_on":[3,3],
            "before":[]}}"#
        )
    };
    let (store, crane) = (layout("storage"), layout("crane"));
    let set = |card: &str| format!(r#"{{"set":{{"board/holdup":{card}}}}}"#);
    let things = format!(r#"{{"set":{{"layout/seekers":{store},"layout/gantry":{crane}}}}}"#);
    mirror.apply(&things).unwrap();
    mirror.apply(&set(&card("brightwater", r#"["seekers"]"#))).unwrap();
    assert!(mirror.is_hold_up("seekers") && !mirror.is_hold_up("gantry"));
    mirror.apply(&set(&card("gantry", "[]"))).unwrap();
    assert!(mirror.is_hold_up("gantry") && !mirror.is_hold_up("seekers"));
}
