//! Materials and what is done with them.

use twin::{
    CrewId, EquipmentId, MaterialId, OperationId, Span,
    definition::{
        Batch, Blocking, CrewNeed, Duration, Input, Material, Operation, Output, Rework, Sequence,
        SourceRule, Tracking,
    },
};

use super::{
    Context, Days, Sections,
    equipment::UNBOUNDED,
    random::{duration, short_duration},
};
use crate::{
    names::Kind,
    quantity::{DayLength, Time},
    reader::{Reader, Value},
};

const BLOCKING: [(&str, Blocking); 2] =
    [("after work", Blocking::AfterWork), ("before work", Blocking::BeforeWork)];

const TRACKING: [(&str, Tracking); 2] = [("serial", Tracking::Serial), ("bulk", Tracking::Bulk)];

/// Stands for a time that could not be read, which has been logged.
const UNREADABLE: Duration = Duration::fixed(Span::HOUR);

/// Most parts in one batch.
const MOST_BATCH: u32 = 10_000;

impl Context<'_, '_> {
    /// `[[material]]`.
    pub(super) fn materials(&self, sections: &Sections<'_>) -> Vec<Material> {
        let tables = sections.tables("material", "a material").into_iter();
        tables.filter_map(|table| self.material(table)).collect()
    }

    fn material(&self, reader: Reader<'_>) -> Option<Material> {
        let id: Option<MaterialId> = self.own_id(&reader, Kind::Material);
        let name = self.name(&reader);
        let tracking = match reader.get("tracking") {
            None if self.alone => Some(Tracking::Bulk),
            _ => reader.need("tracking").and_then(|v| v.one_of(&TRACKING)),
        };
        let unit_of_measure = reader.text_or("unit", "piece");
        let made_of = reader.get("made_of").map(Value::entries_by_name).unwrap_or_default();
        let made_of = made_of.into_iter().filter_map(|(name, value)| {
            let quantity = value.quantity();
            self.names.mention(self.scope, &[Kind::Material], name, value.at);
            let id = MaterialId::new(name).map_err(|e| self.log.error(value.at, e.to_string()));
            Some((id.ok()?, quantity?))
        });
        let made_of = made_of.collect();
        let basis = reader.basis();
        let reported = reader.flag_or("reported", false);
        reader.finish();
        let (id, name) = (id?, name?.to_owned());
        if reported {
            self.names.comes_by_reports(self.scope, id.as_str());
        }
        Some(Material { id, name, tracking: tracking?, unit_of_measure, made_of, basis })
    }

    /// `[[operation]]`.
    pub(super) fn operations(
        &self,
        sections: &Sections<'_>,
        days: &Days,
        materials: &[Material],
    ) -> Vec<Operation> {
        let tables = sections.tables("operation", "an operation").into_iter();
        tables.filter_map(|table| self.operation(table, days, materials)).collect()
    }

    fn operation(
        &self,
        reader: Reader<'_>,
        days: &Days,
        materials: &[Material],
    ) -> Option<Operation> {
        let id: Option<OperationId> = self.own_id(&reader, Kind::Operation);
        let name = self.name(&reader);
        let work_center: Option<EquipmentId> =
            reader.need("at").and_then(|v| self.known(v, &[Kind::WorkCenter]));
        let day = work_center.as_ref().map_or(DayLength::ALWAYS, |at| days.at(at));
        let inputs = reader.tables("inputs", "an input");
        let inputs: Vec<Input> = inputs.into_iter().filter_map(|r| self.input(r, days)).collect();
        let output = reader.need("output").and_then(|v| self.output(v, days));
        let source =
            self.source(&reader, day).unwrap_or_else(|| default_source(&inputs, materials));
        let time = duration(&reader, day);
        let setup = reader.get("setup").and_then(Value::time).map(|t| t.span(day));
        let batch = reader.get("batch").and_then(batch);
        let yield_ratio = reader.get("yield").and_then(Value::share).unwrap_or(1.0);
        let rework = reader.get("rework").and_then(|v| self.rework(v));
        let crew = reader.get("crew").map(|v| self.crew_needs(v)).unwrap_or_default();
        let held_by = reader.get("held_by").and_then(|v| self.known(v, &[Kind::Resource]));
        let swap_window = reader.get("swap_window").and_then(|v| v.count(0, 10_000));
        let hold_after = reader.get("hold_after").and_then(|v| short_duration(v, day));
        let order = reader.get("order").and_then(|v| self.known(v, &[Kind::Order]));
        let blocking = reader.get("blocking").and_then(|v| v.one_of(&BLOCKING));
        let basis = reader.basis();
        reader.finish();
        let (Some(id), Some(work_center), Some(output)) = (id, work_center, output) else {
            self.names.leave_flow_unsure();
            return None;
        };
        // What else is wrong has been said; the rest still tells how work flows.
        Some(Operation {
            id,
            name: name.unwrap_or_default().to_owned(),
            work_center,
            inputs,
            output,
            source,
            duration: time.unwrap_or(UNREADABLE),
            setup: setup.unwrap_or(Span::ZERO),
            batch,
            yield_ratio,
            rework,
            crew,
            held_by,
            sequence: swap_window.map(|swap_window| Sequence { swap_window }),
            hold_after,
            order,
            blocking: blocking.unwrap_or_default(),
            basis,
        })
    }

    fn input(&self, reader: Reader<'_>, days: &Days) -> Option<Input> {
        let material = reader.need("material").and_then(|v| self.known(v, &[Kind::Material]));
        let quantity = reader.get("quantity").map_or(Some(1.0), Value::quantity);
        let from = reader.need("from").and_then(|v| self.known(v, &[Kind::Storage]));
        let carry = reader.get("carry").and_then(|v| self.carry(v, days));
        reader.finish();
        Some(Input { material: material?, quantity: quantity?, from: from?, carry })
    }

    fn output(&self, value: Value<'_>, days: &Days) -> Option<Output> {
        let reader = value.table("an output")?;
        let material = reader.need("material").and_then(|v| self.known(v, &[Kind::Material]));
        let quantity = reader.get("quantity").map_or(Some(1.0), Value::quantity);
        let to = reader.get("to").and_then(|v| self.place(v, &[Kind::Storage]));
        let carry = reader.get("carry").and_then(|v| self.carry(v, days));
        reader.finish();
        Some(Output { material: material?, quantity: quantity?, to, carry })
    }

    /// `begins = "saturated"` or `begins = "every 34 d"`.
    fn source(&self, reader: &Reader<'_>, day: DayLength) -> Option<SourceRule> {
        let words = [("saturated", SourceRule::Saturated), ("from input", SourceRule::FromInput)];
        let value = reader.get("begins")?;
        if let Some(every) = value.text()?.strip_prefix("every ") {
            let time = Time::parse_interval(every);
            let time = time.map_err(|text| self.log.error(value.at, text)).ok()?;
            return Some(SourceRule::Every(time.span(day)));
        }
        let known: Vec<(&str, usize)> =
            words.iter().enumerate().map(|(i, (word, _))| (*word, i)).collect();
        value.one_of(&known).map(|i| words[i].1.clone())
    }

    fn rework(&self, value: Value<'_>) -> Option<Rework> {
        let reader = value.table("a rework")?;
        let first_pass_ratio = reader.need("first_pass").and_then(Value::share);
        let to = reader.need("to").and_then(|v| self.known(v, &[Kind::Storage]));
        let most_rounds = reader.need("most_rounds").and_then(|value| match value.if_text() {
            Some(UNBOUNDED) => Some(None),
            _ => value.count(1, 100).map(Some),
        });
        reader.finish();
        Some(Rework { first_pass_ratio: first_pass_ratio?, to: to?, most_rounds: most_rounds? })
    }

    fn crew_needs(&self, value: Value<'_>) -> Vec<CrewNeed> {
        let need = |(name, value): (&str, Value<'_>)| {
            self.names.mention(self.scope, &[Kind::Crew], name, value.at);
            let crew = CrewId::new(name).map_err(|e| self.log.error(value.at, e.to_string()));
            Some(CrewNeed { crew: crew.ok()?, people: value.count(1, 10_000)? })
        };
        value.entries_by_name().into_iter().filter_map(need).collect()
    }
}

/// `batch = 8` (exactly) or `batch = [4, 8]` (fewest and most).
fn batch(value: Value<'_>) -> Option<Batch> {
    let numbers = value.list().into_iter().filter_map(|v| v.count(1, MOST_BATCH));
    let (least, most) = match numbers.collect::<Vec<u32>>()[..] {
        [exactly] => (exactly, exactly),
        [least, most] if least <= most => (least, most),
        _ => {
            value.log.error(value.at, "a batch is a number of parts, or [fewest, most]");
            return None;
        }
    };
    Some(Batch { least, most })
}

/// Parts come from serial inputs; without any, new ones are begun as material and room allow.
fn default_source(inputs: &[Input], materials: &[Material]) -> SourceRule {
    let serial =
        |id: &MaterialId| materials.iter().any(|m| m.id == *id && m.tracking == Tracking::Serial);
    match inputs.iter().any(|input| serial(&input.material)) {
        true => SourceRule::FromInput,
        false => SourceRule::Saturated,
    }
}
