//! The JSON form as text: external programs rely on every name and on the meaning of each.

use super::json;
use crate::read_report;

/// One line for each kind, as feeds send and the hub writes it.
pub(super) const LINES: &str = r#"{"kind":"op_started","at":"2031-05-05T04:00:00Z","op":"o-1","unit":"P4","part":"H2-B07","operation":"paint","order":"O-1","cause":{"kind":"crane","id":"goliath"}}
{"kind":"op_finished","at":"2031-05-05T04:00:00.25Z","op":"o-1","unit":"P4","part":"H2-B07","operation":"paint"}
{"kind":"part_moved","at":"2031-05-05T04:00:00Z","part":"H2-B07","from":"partner-yard/barge","to":"dock","by":"goliath","cause":{"kind":"space","id":"dock"}}
{"kind":"part_scrapped","at":"2031-05-05T04:00:00Z","part":"H2-B07","place":"P4","reason":"quality/weld"}
{"kind":"part_reworked","at":"2031-05-05T04:00:00Z","part":"H2-B07","place":"P4"}
{"kind":"part_completed","at":"2031-05-05T04:00:00Z","part":"H2","order":"O-1","material":"hull"}
{"kind":"lot_consumed","at":"2031-05-05T04:00:00Z","part":"H2","storage":"park","material":"block","quantity":1.0,"lot":"H2-B07"}
{"kind":"lot_produced","at":"2031-05-05T04:00:00Z","storage":"racks","material":"profile","quantity":12.5}
{"kind":"unit_state","at":"2031-05-05T04:00:00Z","unit":"P4","state":"down","reason":"equipment/fan","cause":{"kind":"repair","id":"P4"}}
{"kind":"stock","at":"2031-05-05T04:00:00Z","storage":"racks","material":"profile","quantity":0.0}
{"kind":"resource_taken","at":"2031-05-05T04:00:00Z","resource":"goliath","by":"dock"}
{"kind":"resource_freed","at":"2031-05-05T04:00:00Z","resource":"goliath","by":"dock"}
{"kind":"pose","at":"2031-05-05T04:00:00Z","resource":"goliath","x":12.5,"y":-3.0,"z":0.0,"heading":90.0}
{"kind":"order_placed","at":"2031-05-05T04:00:00Z","order":"O-1","material":"hull","quantity":1.0,"due":"2032-01-01T00:00:00Z"}
{"kind":"order_changed","at":"2031-05-05T04:00:00Z","order":"O-1","material":"hull","quantity":1.0,"due":"2032-02-01T00:00:00Z"}
{"kind":"order_closed","at":"2031-05-05T04:00:00Z","order":"O-1"}
{"kind":"delivery_promised","at":"2031-05-05T04:00:00Z","delivery":"D-1","supplier":"mill","material":"plate","quantity":40.0,"date":"2031-05-08T04:00:00Z"}
{"kind":"delivery_shipped","at":"2031-05-05T04:00:00Z","delivery":"D-1","supplier":"mill","material":"plate","quantity":40.0,"date":"2031-05-08T04:00:00Z"}
{"kind":"delivery_arrived","at":"2031-05-05T04:00:00Z","delivery":"D-1","supplier":"mill","material":"plate","quantity":40.0,"date":"2031-05-08T04:00:00Z"}
{"kind":"delivery_delayed","at":"2031-05-05T04:00:00Z","delivery":"D-1","supplier":"mill","material":"plate","quantity":40.0,"date":"2031-05-09T04:00:00Z","reason":"storm"}
{"kind":"part_held","at":"2031-05-05T04:00:00Z","part":"H2-B07","reason":"inspector"}
{"kind":"part_released","at":"2031-05-05T04:00:00Z","part":"H2-B07","reason":"inspector"}
{"kind":"quality_result","at":"2031-05-05T04:00:00Z","part":"H2-B07","result":"passed"}
{"kind":"quality_result","at":"2031-05-05T04:00:00Z","lot":"L-1","result":"failed"}
{"kind":"crew","at":"2031-05-05T04:00:00Z","place":"paint-shop","crew":"painters","available":12}
{"kind":"correction","at":"2031-05-05T04:00:00Z","feed":"gateway","epoch":1,"seq":7,"index":0,"report":{"kind":"order_closed","at":"2031-05-04T04:00:00Z","order":"O-2"}}
{"kind":"comment","at":"2031-05-05T04:00:00Z","about":"P4","text":"Fan is on its way.\nTwo days."}"#;

#[test]
fn every_kind_has_its_line() {
    for line in LINES.lines() {
        let report = read_report(line.as_bytes());
        let report = report.unwrap_or_else(|error| panic!("{line}\n{}", error.in_words()));
        assert_eq!(json(&report), line);
    }
}
