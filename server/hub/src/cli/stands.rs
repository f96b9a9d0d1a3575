//! How plants stand, as a hub's data directory has it: read beside the hub, whether it runs or not.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use analytics::Promise;
use clap::Args;
use experiment::sim::{self, MilestoneOutcome, SimError, component};
use journal::{JournalError, Keys, Reader};
use linesim::LeftOut;
use thiserror::Error;
use twin::{
    FeedId, MilestoneId, Origin, PlantId, PlantTime, Report, Statement,
    definition::{Delivery, Milestone},
    report::DeliveryTerms,
    state::{DeliveryStatus, Said, TwinState},
};

use super::subject::Subject;
use crate::{
    core::{Definitions, decode::rfc3339},
    refold::{self, Wish},
};

/// Things that a simulation cannot go on from, each named.
const MOST_LEFT_OUT: usize = 20;

/// From where a simulation goes on, if not from the beginning.
#[derive(Debug, Args)]
pub(super) struct From {
    /// Go on from what a hub knows of the plant and of those that it works with: the hub's data
    /// directory, whether the hub runs or not
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// With --from: as it was known at this moment of the plant's time, and not at the end of the
    /// record
    #[arg(long, value_name = "TIME", requires = "from", value_parser = moment)]
    at: Option<PlantTime>,
}

fn moment(text: &str) -> Result<PlantTime, String> {
    let wrong = || "a moment such as 2031-05-09T06:00:00Z".to_owned();
    record::parse_time(text).ok_or_else(wrong)
}

impl From {
    /// Lets the plant go on from there, and says what of the record does not fit.
    pub(super) fn go_on(&self, subject: &mut Subject) -> Result<(), NotKnown> {
        let Some(data) = &self.from else { return Ok(()) };
        let stands = Stands::read(data, self.at, subject)?;
        if stands.not_taken > 0 {
            let not_taken = stands.not_taken;
            eprintln!("warning: {not_taken} reports of the record do not fit the plant files");
        }
        subject.go_on_from(stands);
        Ok(())
    }
}

/// Names what of the live state that it goes on from a simulation cannot.
pub(super) fn say_left_out(subject: &Subject, wish: &sim::Wish) -> Result<(), SimError> {
    if subject.stands.is_none() {
        return Ok(());
    }
    let left_out = sim::left_out(subject.as_asked(), wish)?;
    for LeftOut { plant, id, why } in left_out.iter().take(MOST_LEFT_OUT) {
        eprintln!("warning: {plant}/{id} is left out: {why}");
    }
    if left_out.len() > MOST_LEFT_OUT {
        eprintln!("warning: {} more are left out", left_out.len() - MOST_LEFT_OUT);
    }
    Ok(())
}

/// What is known of the plants of a programme at a moment.
#[derive(Debug)]
pub(super) struct Stands {
    pub(super) state: TwinState,
    pub(super) at: PlantTime,
    /// Milestones of the plant that are still to be reached.
    pub(super) open: BTreeSet<MilestoneId>,
    /// Those that have been reached, and when.
    reached: Vec<(Milestone, PlantTime)>,
    /// Reports that the plant files no longer allow.
    pub(super) not_taken: u64,
}

/// Why it is not known.
#[derive(Debug, Error)]
pub(super) enum NotKnown {
    /// Nothing is kept there.
    #[error(
        "{} is no data directory of a hub; {}", data.display(), match within {
            Some(within) => format!("{} is one", within.display()),
            None => "`slipway serve` makes one, the demonstration's is data/demo".to_owned(),
        }
    )]
    NoHub {
        data: PathBuf,
        /// One that is in it.
        within: Option<PathBuf>,
    },
    /// Nobody reported.
    #[error("{} holds no report of plant {plant}", data.display())]
    NoReports { data: PathBuf, plant: String },
    /// Nobody knows that yet.
    #[error("--at {asked} is not in the record, which goes from {from} to {to}")]
    Beyond { asked: String, from: String, to: String },
    /// It cannot be read.
    #[error("the record of {} cannot be read", data.display())]
    Journal {
        data: PathBuf,
        #[source]
        source: JournalError,
    },
}

impl Stands {
    /// Folds the journal of a data directory, up to a moment or to its end, under the files of the
    /// subject as they are.
    pub(super) fn read(
        data: &Path,
        at: Option<PlantTime>,
        subject: &Subject,
    ) -> Result<Self, NotKnown> {
        if !Keys::are_kept_in(data) {
            let within = ["data", "demo", "data/demo"].map(|name| data.join(name));
            let within = within.into_iter().find(|path| Keys::are_kept_in(path));
            return Err(NotKnown::NoHub { data: data.to_owned(), within });
        }
        let failed = |source| NotKnown::Journal { data: data.to_owned(), source };
        let reader = Reader::open(data).map_err(failed)?;
        let up_to = reader.last_hub_seq().map_err(failed)?;
        let plants = subject.plants.iter().map(|plant| (plant.id.clone(), plant.clone()));
        let definitions = Definitions {
            programme: subject.programme.clone(),
            plants: plants.collect(),
            agreements: Vec::new(),
            labels: BTreeMap::new(),
            revision: 0,
            playable: BTreeMap::new(),
        };
        let wish = Wish { definitions, generation: 0, until: at, up_to };
        let folded = refold::fold(&reader, wish, &|| false).map_err(failed)?;
        let plant = &subject.plant().id;
        let nobody = || NotKnown::NoReports { data: data.to_owned(), plant: plant.to_string() };
        let core = folded.ok_or_else(nobody)?;
        let together = component(&subject.programme, &subject.plants, plant);
        let feeds = core.feeds.values().filter(|feed| together.contains(&feed.plant));
        let last = feeds.filter_map(|feed| feed.last_heard).max().ok_or_else(nobody)?;
        let starts = subject.programme.starts;
        let at = match at {
            Some(asked) if asked < starts || asked > last => {
                let [asked, from, to] = [asked, starts, last].map(rfc3339);
                return Err(NotKnown::Beyond { asked, from, to });
            }
            asked => asked.unwrap_or(last),
        };
        let outlook = core.analytics.outlook(plant, at).into_iter();
        let open = outlook.filter(|promise| promise.reached.is_none());
        let open: BTreeSet<MilestoneId> = open
            .filter_map(|promise| match promise.what {
                Promise::Milestone(id) => Some(id),
                Promise::Order(_) => None,
            })
            .collect();
        let milestones = &subject.programme.milestones;
        let called = |id: &MilestoneId| milestones.iter().find(|milestone| milestone.id == *id);
        let reached = core.analytics.milestones_reached(plant);
        let reached = reached.filter_map(|(id, at)| Some((called(id)?.clone(), at))).collect();
        Ok(Self { open, reached, not_taken: core.not_replayed, state: core.twin, at })
    }

    /// Lets what is known of a delivery be as it is planned now: how much, or else when it comes.
    /// What nobody has told of follows the plan by itself.
    pub(super) fn tell_again(
        &mut self,
        plant: &PlantId,
        planned: &Delivery,
        is_quantity: bool,
    ) -> Result<(), String> {
        let known = self.state.delivery(plant, &planned.id).filter(|known| known.as_of.is_some());
        let Some(known) = known else { return Ok(()) };
        let (quantity, date) = match is_quantity {
            true => (planned.quantity, known.expected),
            false => (known.quantity, planned.due),
        };
        let terms = DeliveryTerms {
            delivery: known.delivery.clone(),
            supplier: known.supplier.clone(),
            material: known.material.clone(),
            quantity,
            date,
            reason: known.reason.clone(),
        };
        let statement = match known.status {
            DeliveryStatus::Promised => Statement::DeliveryPromised(terms),
            DeliveryStatus::Delayed => Statement::DeliveryDelayed(terms),
            DeliveryStatus::Shipped => Statement::DeliveryShipped(terms),
            DeliveryStatus::Arrived => return Err("it has arrived".to_owned()),
        };
        // Some feeds' clocks are ahead: what is told last counts.
        let at = known.as_of.map_or(self.at, |as_of| as_of.max(self.at));
        let Ok(feed) = FeedId::new("scenario") else { unreachable!("letters are an id") };
        let said = Said { feed, origin: Origin::Simulated, received: None };
        let applied = self.state.apply(plant, &Report { at, statement }, &said);
        applied.map(|_changes| ()).map_err(|refusal| refusal.to_string())
    }

    /// Milestones that have been reached, as if each of so many replications had played them; days
    /// count from the programme's start.
    pub(super) fn reached(
        &self,
        starts: PlantTime,
        replications: usize,
    ) -> impl Iterator<Item = MilestoneOutcome> {
        self.reached.iter().map(move |(milestone, at)| {
            let day = at.since(starts).days();
            MilestoneOutcome {
                milestone: milestone.id.clone(),
                name: milestone.name.clone(),
                reached_d: vec![Some(day); replications],
                mean_d: None,
                due_d: milestone.due.since(starts).days(),
                played_to_d: day,
            }
        })
    }
}
