//! What kind of fact each value is: the one table by which agreements reach the values of views.

use twin::FactKind;

use super::Value;

impl Value {
    /// The kind of fact that the value is. A value that holds some of another kind besides also
    /// needs the label of that.
    pub fn kind(&self) -> FactKind {
        match self {
            Self::Clock(_)
            | Self::Withheld(_)
            | Self::Plant(_)
            | Self::Programme(_)
            | Self::Layout(_)
            | Self::Digest(_) => FactKind::Layout,
            Self::Unit(_)
            | Self::Storage(_)
            | Self::Resource(_)
            | Self::Area(_)
            | Self::Ribbon(_)
            | Self::Signal(_)
            | Self::Points(_) => FactKind::LineState,
            Self::Product(_) | Self::Part(_) | Self::Lane(_) => FactKind::Flow,
            Self::Order(_) => FactKind::Schedule,
            Self::Delivery(_) => FactKind::Supply,
            Self::Measure(_)
            | Self::Series(_)
            | Self::Hours(_)
            | Self::Kpi(_)
            | Self::Assumed(_)
            | Self::Expected(_)
            | Self::Model(_) => FactKind::Capacity,
            Self::Feed(_) | Self::Alarm(_) | Self::Record(_) | Self::Trust(_) => FactKind::Feeds,
            Self::Deliver(_) => FactKind::Forecast,
            Self::HoldUp(_) | Self::Act(_) => FactKind::HoldUp,
            Self::Next(_) => FactKind::DryDate,
        }
    }
}

/// The keys of views, up to and with their `/`, and the kind of what stands there.
pub const KINDS: [(&str, FactKind); 33] = [
    ("clock", FactKind::Layout),
    ("withheld", FactKind::Layout),
    ("programme", FactKind::Layout),
    ("plant", FactKind::Layout),
    ("layout/", FactKind::Layout),
    ("unit/", FactKind::LineState),
    ("storage/", FactKind::LineState),
    ("resource/", FactKind::LineState),
    ("area/", FactKind::LineState),
    ("product/", FactKind::Flow),
    ("part/", FactKind::Flow),
    ("lane/", FactKind::Flow),
    ("feed/", FactKind::Feeds),
    ("board/deliver", FactKind::Forecast),
    ("board/holdup", FactKind::HoldUp),
    ("board/next", FactKind::DryDate),
    ("board/act", FactKind::HoldUp),
    ("board/trust", FactKind::Feeds),
    ("measure/", FactKind::Capacity),
    ("expected/", FactKind::Capacity),
    ("digest/", FactKind::Layout),
    ("order/", FactKind::Schedule),
    ("delivery/", FactKind::Supply),
    ("alarm/", FactKind::Feeds),
    ("ribbon/", FactKind::LineState),
    ("series/", FactKind::Capacity),
    ("signal/", FactKind::LineState),
    ("points/", FactKind::LineState),
    ("hours/", FactKind::Capacity),
    ("kpi/", FactKind::Capacity),
    ("record/all", FactKind::Feeds),
    ("assumed/", FactKind::Capacity),
    ("model/all", FactKind::Capacity),
];

/// The kind of what stands under a key; none for a key that no view has.
pub fn kind_of_key(key: &str) -> Option<FactKind> {
    let names = |known: &str| match known.strip_suffix('/') {
        Some(_) => key.starts_with(known) && key.len() > known.len(),
        None => key == known,
    };
    KINDS.iter().find(|(known, _)| names(known)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{ClockValue, NextCard, PointsValue, WithheldValue};

    #[test]
    fn keys_have_the_kinds_of_their_values() {
        let clock = ClockValue { now: String::new(), rate: 1.0, origin: String::new() };
        let values = [
            ("clock", Value::Clock(clock)),
            ("withheld", Value::Withheld(WithheldValue { any: true })),
            ("board/next", Value::Next(NextCard { parts: Vec::new() })),
            ("points/P1:heat", Value::Points(PointsValue::default())),
        ];
        for (key, value) in values {
            assert_eq!(kind_of_key(key), Some(value.kind()), "{key}");
        }
    }

    #[test]
    fn a_key_of_no_view_has_no_kind() {
        for key in ["", "unit", "unit/", "units/P4", "board/", "board/else", "clock/x"] {
            assert_eq!(kind_of_key(key), None, "{key}");
        }
        assert_eq!(kind_of_key("unit/P4"), Some(FactKind::LineState));
    }

    /// The table in the documentation of [`Value`] names every key; each has a kind.
    #[test]
    fn every_key_that_is_documented_has_a_kind() {
        let source = include_str!("../view.rs");
        let rows = source.lines().filter_map(|line| line.strip_prefix("/// | `"));
        let keys: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
        assert_eq!(keys.len(), KINDS.len(), "{keys:?}");
        for key in keys {
            let stem = key.split('<').next().unwrap_or(key);
            assert!(KINDS.iter().any(|(known, _)| *known == stem), "{key}");
        }
    }
}
