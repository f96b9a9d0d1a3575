//! `programme.toml`: the registry of nations, serial items, shipments and milestones.

use jiff::tz::TimeZone;
use twin::{
    MilestoneId, NationId, OrganisationId, PartId, PlaceRef, Plant, PlantId, Programme,
    definition::{Lane, Milestone, Nation, Organisation, SerialScheme},
};

use super::{Sections, common::fixed, plant::time_zone, random::short_duration};
use crate::{
    names::{Kind, Names},
    problem::Log,
    quantity::DayLength,
    reader::{Reader, Value},
    source::At,
    when::BareDate,
};

/// A programme, and where it says what, for checks that need the plants.
pub(crate) struct Draft {
    pub(crate) programme: Programme,
    pub(crate) plants_at: Vec<(PlantId, At)>,
    mentions: Vec<Mention>,
}

/// Something in a plant that the programme names.
struct Mention {
    plant: Option<PlantId>,
    wanted: &'static [Kind],
    id: String,
    at: At,
}

struct Writer<'w, 'a> {
    names: &'w Names<'w, 'a>,
    zone: TimeZone,
    mentions: Vec<Mention>,
}

pub(super) fn read(log: &Log<'_>, names: &Names<'_, '_>, sections: Sections<'_>) -> Option<Draft> {
    let mut tables = sections.tables("programme", "a programme").into_iter();
    let Some(reader) = tables.next() else {
        if !sections.roots.is_empty() {
            log.error(sections.at(), "the file has no table [programme]");
        }
        return None;
    };
    for second in tables {
        log.error(second.at, "there is a second table [programme]");
    }
    let id = reader.id("id");
    let name = reader.need("name").and_then(Value::text);
    let zone = reader.need("time_zone").and_then(time_zone);
    let utc = || ("UTC".to_owned(), TimeZone::UTC);
    let (time_zone, zone) = zone.unwrap_or_else(utc);
    let moment = |key| reader.need(key)?.moment(&zone, BareDate::Start);
    let (starts, demo_from) = (moment("starts"), moment("demo_from"));
    let plants = reader.need("plants").map(Value::list).unwrap_or_default();
    let plants_at: Vec<(PlantId, At)> =
        plants.into_iter().filter_map(|v| Some((v.id()?, v.at))).collect();
    reader.finish();
    let mut writer = Writer { names, zone, mentions: Vec::new() };
    let programme = Programme {
        name: name.unwrap_or_default().to_owned(),
        time_zone,
        starts: starts.unwrap_or_default(),
        demo_from: demo_from.unwrap_or_default(),
        plants: plants_at.iter().map(|(id, _)| id.clone()).collect(),
        nations: writer.nations(&sections),
        organisations: writer.organisations(&sections),
        serials: writer.serials(&sections),
        lanes: writer.lanes(&sections),
        milestones: writer.milestones(&sections),
        id: id?,
    };
    sections.finish();
    Some(Draft { programme, plants_at, mentions: writer.mentions })
}

impl Writer<'_, '_> {
    fn nations(&mut self, sections: &Sections<'_>) -> Vec<Nation> {
        let tables = sections.tables("nation", "a nation").into_iter();
        let read = |reader: Reader<'_>| {
            let id: Option<NationId> = self.own_id(&reader, Kind::Nation);
            let name = reader.need("name").and_then(Value::text);
            reader.finish();
            Some(Nation { id: id?, name: name?.to_owned() })
        };
        tables.filter_map(read).collect()
    }

    fn organisations(&mut self, sections: &Sections<'_>) -> Vec<Organisation> {
        let tables = sections.tables("organisation", "an organisation").into_iter();
        let read = |reader: Reader<'_>| {
            let id: Option<OrganisationId> = self.own_id(&reader, Kind::Organisation);
            let name = reader.need("name").and_then(Value::text);
            let nation = reader.need("nation").and_then(|value| {
                let nation: NationId = value.id()?;
                self.names.mention(None, &[Kind::Nation], nation.as_str(), value.at);
                Some(nation)
            });
            reader.finish();
            Some(Organisation { id: id?, name: name?.to_owned(), nation: nation? })
        };
        tables.filter_map(read).collect()
    }

    fn serials(&mut self, sections: &Sections<'_>) -> Vec<SerialScheme> {
        let tables = sections.tables("serial", "a serial scheme").into_iter();
        tables.filter_map(|table| self.serial(table)).collect()
    }

    fn serial(&mut self, reader: Reader<'_>) -> Option<SerialScheme> {
        let material = reader.need("material").and_then(|v| self.somewhere(v));
        let parent = reader.get("parent").and_then(|v| self.somewhere(v));
        let count = reader.get("count").and_then(|v| v.count(1, 1_000_000));
        let pattern = reader.need("pattern").and_then(|value| {
            let text = value.text()?;
            let numbered = text.contains("{n") || text.contains("{i");
            if !numbered {
                let text = format!("\"{text}\" names every piece alike; it needs {{n}} or {{i}}");
                reader.log.error(value.at, text);
            }
            numbered.then(|| text.to_owned())
        });
        if parent.is_some() && count.is_none() {
            reader.log.error(reader.at, "parts of a larger item need a count: how many it has");
        }
        let built_at = reader.get("built_at").map(Value::entries_by_name).unwrap_or_default();
        let built_at = built_at.into_iter().filter_map(|(plant, value)| {
            self.names.mention(None, &[Kind::Plant], plant, value.at);
            let numbers = value.list().into_iter().filter_map(|v| v.count(1, 1_000_000)).collect();
            Some((PlantId::new(plant).ok()?, numbers))
        });
        let built_at = built_at.collect();
        let basis = reader.basis();
        reader.finish();
        let (material, pattern) = (material?, pattern?);
        Some(SerialScheme { material, parent, count, pattern, built_at, basis })
    }

    fn lanes(&mut self, sections: &Sections<'_>) -> Vec<Lane> {
        let tables = sections.tables("lane", "a lane").into_iter();
        tables.filter_map(|table| self.lane(table)).collect()
    }

    fn lane(&mut self, reader: Reader<'_>) -> Option<Lane> {
        let carrier = reader.need("carrier").and_then(|v| self.place(v, &[Kind::Resource]));
        let material = reader.need("material").and_then(|v| self.somewhere(v));
        let from = reader.need("from").and_then(|v| self.place(v, &[Kind::Storage]));
        let to = reader.need("to").and_then(|v| self.place(v, &[Kind::Storage]));
        let most = reader.need("most").and_then(|v| v.count(1, 1_000_000));
        let every = reader.need("every").and_then(|v| fixed(v, v.interval()?));
        let first = reader.need("first").and_then(|v| fixed(v, v.time()?));
        let transit = reader.need("transit").and_then(|v| short_duration(v, DayLength::ALWAYS));
        let basis = reader.basis();
        reader.finish();
        if [&from, &to].contains(&&None) || material.is_none() {
            self.names.leave_flow_unsure();
        }
        Some(Lane {
            carrier: carrier?,
            material: material?,
            from: from?,
            to: to?,
            most: most?,
            every: every?,
            first: first?,
            transit: transit?,
            basis,
        })
    }

    fn milestones(&mut self, sections: &Sections<'_>) -> Vec<Milestone> {
        let tables = sections.tables("milestone", "a milestone").into_iter();
        tables.filter_map(|table| self.milestone(table)).collect()
    }

    fn milestone(&mut self, reader: Reader<'_>) -> Option<Milestone> {
        let id: Option<MilestoneId> = self.own_id(&reader, Kind::Milestone);
        let name = reader.need("name").and_then(Value::text);
        let plant: Option<PlantId> = reader.need("plant").and_then(|value| {
            let plant: PlantId = value.id()?;
            self.names.mention(None, &[Kind::Plant], plant.as_str(), value.at);
            Some(plant)
        });
        let part: Option<PartId> = reader.id("part");
        let reached_at = reader.need("reached_at").and_then(|value| {
            let place: twin::EquipmentId = value.id()?;
            let wanted = &[Kind::WorkCenter, Kind::Storage];
            let id = place.to_string();
            self.mentions.push(Mention { plant: plant.clone(), wanted, id, at: value.at });
            Some(place)
        });
        let due = reader.need("due").and_then(|v| v.moment(&self.zone, BareDate::End));
        reader.basis();
        reader.finish();
        Some(Milestone {
            id: id?,
            name: name?.to_owned(),
            plant: plant?,
            part: part?,
            reached_at: reached_at?,
            due: due?,
        })
    }

    fn own_id<T>(&self, reader: &Reader<'_>, kind: Kind) -> Option<T>
    where
        T: std::str::FromStr<Err = twin::InvalidId> + AsRef<str>,
    {
        let value = reader.need("id")?;
        let id: T = value.id()?;
        self.names.declare(None, kind, id.as_ref(), value.at);
        Some(id)
    }

    /// A material that some plant defines.
    fn somewhere(&mut self, value: Value<'_>) -> Option<twin::MaterialId> {
        let id: twin::MaterialId = value.id()?;
        let wanted = &[Kind::Material];
        self.mentions.push(Mention { plant: None, wanted, id: id.to_string(), at: value.at });
        Some(id)
    }

    /// A place of a plant, written with the plant.
    fn place(&mut self, value: Value<'_>, wanted: &'static [Kind]) -> Option<PlaceRef> {
        let place: PlaceRef = value.id()?;
        let Some(plant) = &place.plant else {
            let text = format!("\"{place}\" needs its plant in front: some-plant/{place}");
            value.log.error(value.at, text);
            return None;
        };
        self.names.mention(None, &[Kind::Plant], plant.as_str(), value.at);
        let (plant, id) = (Some(plant.clone()), place.place.to_string());
        self.mentions.push(Mention { plant, wanted, id, at: value.at });
        Some(place)
    }
}

/// What the programme names in plants, and what plants name in each other.
pub(super) fn mention_places(
    log: &Log<'_>,
    names: &Names<'_, '_>,
    draft: &Draft,
    plants: &[(usize, Plant)],
) {
    let number = |id: &PlantId| plants.iter().find(|(_, p)| p.id == *id).map(|&(n, _)| n);
    for Mention { plant, wanted, id, at } in &draft.mentions {
        match plant {
            Some(plant) => {
                if let Some(number) = number(plant) {
                    names.mention(Some(number), wanted, id, *at);
                }
            }
            None => {
                let knows = |&(n, _): &(usize, Plant)| {
                    names.defined_at(Some(n), Kind::Material, id).is_some()
                };
                if names.is_flow_sure() && !plants.iter().any(knows) {
                    log.error(*at, format!("no plant has a material \"{id}\""));
                }
            }
        }
    }
    for (owner, plant) in plants {
        let lines = plant.supply_lines.iter().filter_map(|line| {
            let at = names.defined_at(Some(*owner), Kind::Supplier, line.supplier.as_str())?;
            Some((line.from.as_ref()?, at))
        });
        let outputs = plant.operations.iter().filter_map(|op| {
            let at = names.defined_at(Some(*owner), Kind::Operation, op.id.as_str())?;
            Some((op.output.to.as_ref()?, at))
        });
        for (place, at) in lines.chain(outputs) {
            let Some(other) = &place.plant else { continue };
            match number(other) {
                Some(n) => names.mention(Some(n), &[Kind::Storage], place.place.as_str(), at),
                None => log.error(at, format!("there is no plant \"{other}\" ({place})")),
            }
        }
    }
}
