//! What networks of like pieces need besides: arrivals, cards, a state to begin with, lines that
//! move in step.

use twin::{
    EquipmentId, MaterialId, OperationId, Span,
    definition::{Arrival, BegunPiece, BegunUnit, CardLoop, InStep, Reorder},
};

use super::{Context, Sections, random::between};
use crate::{
    names::Kind,
    quantity::DayLength,
    reader::{Reader, Value},
};

/// Most pieces of one lot, most cards of one loop.
const MOST: u32 = 1_000_000;

/// How a unit may hold a piece at the start.
const WORKING: &str = "working";
const FINISHED: &str = "finished";

/// When a full storage keeps the station before it from working.
const FULL: [(&str, bool); 2] = [("at start", true), ("unless taken", false)];

impl Context<'_, '_> {
    /// `[[arrivals]]`.
    pub(super) fn arrivals(&self, sections: &Sections<'_>) -> Vec<Arrival> {
        let tables = sections.tables("arrivals", "a table of arrivals").into_iter();
        tables.filter_map(|table| self.arrival(table)).collect()
    }

    fn arrival(&self, reader: Reader<'_>) -> Option<Arrival> {
        let id: Option<EquipmentId> = self.own_id(&reader, Kind::Arrivals);
        let every = reader.need("every").and_then(|v| between(v, DayLength::ALWAYS));
        let gives = reader.tables("gives", "what arrives");
        let gives: Vec<_> = gives.into_iter().filter_map(|table| self.given(table)).collect();
        if gives.is_empty() {
            let text = "arrivals need the key \"gives\": [{ material = …, to = … }]";
            reader.log.error(reader.at, text);
        }
        let basis = reader.basis();
        reader.finish();
        if every.is_none() || gives.is_empty() {
            self.names.leave_flow_unsure();
        }
        Some(Arrival { id: id?, between: every?, gives, basis })
    }

    fn given(&self, reader: Reader<'_>) -> Option<(MaterialId, EquipmentId, u32)> {
        let material = reader.need("material").and_then(|v| self.known(v, &[Kind::Material]));
        let to = reader.need("to").and_then(|v| self.known(v, &[Kind::Storage]));
        let quantity = reader.get("quantity").map_or(Some(1), |v| v.count(1, MOST));
        reader.finish();
        Some((material?, to?, quantity?))
    }

    /// `[[cards]]`.
    pub(super) fn card_loops(&self, sections: &Sections<'_>) -> Vec<CardLoop> {
        let tables = sections.tables("cards", "a loop of cards").into_iter();
        let read = |reader: Reader<'_>| {
            let id: Option<EquipmentId> = self.own_id(&reader, Kind::Cards);
            let cards = reader.need("count").and_then(|v| v.count(1, MOST));
            let operations = |key| -> Vec<OperationId> {
                let listed = reader.need(key).map(Value::list).unwrap_or_default().into_iter();
                listed.filter_map(|v| self.known(v, &[Kind::Operation])).collect()
            };
            let (taken_by, returned_by) = (operations("taken_by"), operations("returned_by"));
            let basis = reader.basis();
            reader.finish();
            Some(CardLoop { id: id?, cards: cards?, taken_by, returned_by, basis })
        };
        tables.filter_map(read).collect()
    }

    /// `[[initial_units]]`.
    pub(super) fn begun_units(&self, sections: &Sections<'_>) -> Vec<BegunUnit> {
        let tables = sections.tables("initial_units", "a unit at the start").into_iter();
        tables.filter_map(|table| self.begun_unit(table)).collect()
    }

    fn begun_unit(&self, reader: Reader<'_>) -> Option<BegunUnit> {
        let unit: Option<EquipmentId> =
            reader.need("unit").and_then(|v| self.known(v, &[Kind::Unit]));
        let lasted = |key| {
            let time: Option<Value<'_>> = reader.get(key);
            time.and_then(Value::time).map_or(Span::ZERO, |t| t.span(DayLength::ALWAYS))
        };
        let worked = lasted("worked");
        let piece = match reader.get("piece") {
            None => None,
            Some(value) => match value.one_of(&[(WORKING, true), (FINISHED, false)])? {
                true => Some(BegunPiece::Working(worked)),
                false => Some(BegunPiece::Finished),
            },
        };
        let down_for = lasted("down_for");
        let down = reader.get("down").and_then(Value::text);
        let down = down.map(|failure| (failure.to_owned(), down_for));
        reader.basis();
        reader.finish();
        Some(BegunUnit { unit: unit?, piece, down })
    }

    /// `[in_step]`.
    pub(super) fn in_step(&self, sections: &Sections<'_>) -> Option<InStep> {
        let mut tables = sections.tables("in_step", "a line in step").into_iter();
        let reader = tables.next()?;
        for second in tables {
            second.log.error(second.at, "there is a second table [in_step]");
        }
        let cycle = reader.need("cycle").and_then(|value| {
            let cycle = value.time()?.span(DayLength::ALWAYS);
            if cycle <= Span::ZERO {
                value.log.error(value.at, "a cycle takes some time");
                return None;
            }
            Some(cycle)
        });
        let full = reader.get("full").and_then(|v| v.one_of(&FULL));
        let basis = reader.basis();
        reader.finish();
        Some(InStep { cycle: cycle?, full_at_start: full.unwrap_or(true), basis })
    }

    /// `reorder = { point = 5, lot = 5, wanted_at = "…" }`, `{ base_stock = 8, … }` or
    /// `{ point = 3, up_to = 10, … }`.
    pub(super) fn reorder(&self, value: Value<'_>, lead: Option<Value<'_>>) -> Option<Reorder> {
        let reader = value.table("a reorder")?;
        let count = |key: &'static str, least| {
            let value: Option<Value<'_>> = reader.get(key);
            value.map(|value| value.count(least, MOST))
        };
        let rule = match (count("base_stock", 1), count("lot", 1), count("up_to", 1)) {
            (Some(level), None, None) => level.map(|level| (level - 1, 1)),
            (None, Some(lot), None) => reader.need("point").and_then(|v| v.count(0, MOST)).zip(lot),
            (None, None, Some(up_to)) => {
                let point = reader.need("point").and_then(|v| v.count(0, MOST));
                match point.zip(up_to) {
                    Some((point, up_to)) if point < up_to => Some((point, up_to - point)),
                    Some(_) => {
                        reader.log.error(reader.at, "up_to is above point");
                        None
                    }
                    None => None,
                }
            }
            _ => {
                let text = "a reorder is { point, lot }, { point, up_to } or { base_stock }";
                reader.log.error(reader.at, text);
                None
            }
        };
        let wanted_at = reader.need("wanted_at").and_then(|v| self.known(v, &[Kind::Storage]));
        reader.get("point");
        reader.finish();
        let lead = super::random::short_or_random(lead?, DayLength::ALWAYS)?;
        let (point, lot) = rule?;
        Some(Reorder { point, lot, lead, wanted_at: wanted_at? })
    }
}
