//! What is asked: a plant by its files, and what is different.

use experiment::sim::{Engine, Subject, Wish};
use linesim::{Changed, Disruption, change_plant};
use plant::{SourceFile, load_programme};
use serde::Deserialize;
use twin::{Plant, Programme, Span};

use crate::NoAnswer;

/// Replications unless another number is named: enough for a first look within seconds.
const USUAL_REPLICATIONS: usize = 8;

/// What is asked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// `programme.toml` and the files of its plants, by their names from its folder.
    pub files: Vec<File>,
    /// The plant that is asked about, by its id.
    pub plant: String,
    /// What is different from the files.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// How long a replication is, warm-up included, as `60d`; none: as long as the model asks for.
    #[serde(default)]
    pub until: Option<String>,
    /// How much of its beginning is left out, as `5d`; none: MSER-5 tells.
    #[serde(default)]
    pub warm_up: Option<String>,
    /// How many replications; none: 8.
    #[serde(default)]
    pub replications: Option<usize>,
    /// The seed of all random numbers; none: 1.
    #[serde(default)]
    pub seed: Option<u64>,
    /// What plays it, where not everything does.
    #[serde(default)]
    pub engine: By,
}

/// What plays a plant.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// What fits and is fastest.
    #[default]
    Auto,
    /// Events; those of like pieces where the plant makes only such.
    Events,
    /// The recursion of departures.
    Maxplus,
    /// The plant is played whole even if its pieces are alike.
    Whole,
}

impl From<By> for Engine {
    fn from(by: By) -> Self {
        match by {
            By::Auto => Self::Auto,
            By::Events => Self::Events,
            By::Maxplus => Self::MaxPlus,
            By::Whole => Self::WholeEvents,
        }
    }
}

/// A file of a programme.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// From the programme's folder: `home-yard/equipment.toml`.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Something that is different.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// As in [`linesim::change_plant`]: `home-yard.work_center.P4.time`.
    pub path: String,
    /// Its value: `12 h`.
    pub value: String,
}

/// A question that can be played.
#[derive(Debug)]
pub(crate) struct Prepared {
    programme: Programme,
    plants: Vec<Plant>,
    number: usize,
    pub(crate) wish: Wish,
}

impl Prepared {
    pub(crate) fn subject(&self) -> Subject<'_> {
        let Self { programme, plants, number, .. } = self;
        Subject { programme, plants, number: *number, now: None }
    }

    pub(crate) fn plant(&self) -> &Plant {
        &self.plants[self.number]
    }
}

impl Question {
    /// Reads a question.
    ///
    /// # Errors
    /// [`NoAnswer::Json`].
    pub fn read(text: &str) -> Result<Self, NoAnswer> {
        Ok(serde_json::from_str(text)?)
    }

    pub(crate) fn prepare(&self) -> Result<Prepared, NoAnswer> {
        let files: Vec<SourceFile<'_>> = self
            .files
            .iter()
            .map(|file| SourceFile { name: &file.name, bytes: file.text.as_bytes() })
            .collect();
        let loaded = load_programme(&files).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            NoAnswer::Files(lines.join("; "))
        })?;
        let (programme, mut plants) = (loaded.programme, loaded.plants);
        let number = plants.iter().position(|plant| plant.id.as_str() == self.plant);
        let number = number.ok_or_else(|| NoAnswer::NoPlant(self.plant.clone()))?;
        let disruptions = self.change(&mut plants, &programme)?;
        let wish = Wish {
            until: span("until", self.until.as_deref())?,
            warm_up: span("warm_up", self.warm_up.as_deref())?,
            replications: self.replications.unwrap_or(USUAL_REPLICATIONS),
            seed: self.seed.unwrap_or(1),
            engine: self.engine.into(),
            disruptions,
            pieces: None,
        };
        Ok(Prepared { programme, plants, number, wish })
    }

    /// Makes the changes; what has to be changed while the plants run.
    fn change(
        &self,
        plants: &mut [Plant],
        programme: &Programme,
    ) -> Result<Vec<Disruption>, NoAnswer> {
        let mut disruptions = Vec::new();
        for Change { path, value } in &self.changes {
            if change_plant(plants, path, value)? == Changed::WhileRunning {
                disruptions.push(Disruption {
                    name: path.clone(),
                    at: programme.starts,
                    until: None,
                    path: path.clone(),
                    value: value.clone(),
                });
            }
        }
        Ok(disruptions)
    }
}

fn span(what: &'static str, text: Option<&str>) -> Result<Option<Span>, NoAnswer> {
    let Some(text) = text else { return Ok(None) };
    let read = plant::read_span(text);
    read.map(Some).map_err(|why| NoAnswer::Time { what, text: text.to_owned(), why })
}
