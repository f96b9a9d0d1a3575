//! Whether what a key, an account or an invitation is for stands in the plant files.

use std::path::PathBuf;

use clap::Args;
use thiserror::Error;
use twin::{EquipmentId, Plant, PlantId, SupplierId};

use super::key::Member;
use crate::plants::{Plants, PlantsError, Source};

#[derive(Debug, Args)]
pub(super) struct PlantsArgs {
    /// Directory of the plants [default: models/plants here, else the built-in ones]
    #[arg(long, value_name = "DIR")]
    plants: Option<PathBuf>,
}

/// What somebody is let in for, as it was typed.
#[derive(Debug, Default)]
pub(super) struct Named<'a> {
    pub(super) plant: Option<&'a PlantId>,
    pub(super) supplier: Option<&'a SupplierId>,
    pub(super) units: &'a [EquipmentId],
    pub(super) member: Option<&'a Member>,
}

/// A name that the plant files do not have.
#[derive(Debug, Error)]
pub(super) enum NotNamed {
    /// The plant files cannot be read.
    #[error(transparent)]
    Plants(#[from] PlantsError),
    /// No such plant.
    #[error("there is no plant {plant}; there are: {known}")]
    Plant {
        /// As asked.
        plant: PlantId,
        /// Those there are.
        known: String,
    },
    /// No such supplier.
    #[error("{plant} has no supplier {supplier}; it has: {known}")]
    Supplier {
        /// Of which plant.
        plant: PlantId,
        /// As asked.
        supplier: SupplierId,
        /// Those there are.
        known: String,
    },
    /// No such unit.
    #[error("{plant} has no unit {unit}; it has: {known}")]
    Unit {
        /// Of which plant.
        plant: PlantId,
        /// As asked.
        unit: EquipmentId,
        /// Those there are.
        known: String,
    },
    /// No such organisation.
    #[error(
        "there is no organisation {member}; there are: {known} (a hub with plant files of its own is \
         asked with --plants DIR)"
    )]
    Organisation {
        /// As asked, with its nation.
        member: String,
        /// Those there are.
        known: String,
    },
}

impl Named<'_> {
    /// Looks for all of it in the plant files.
    ///
    /// # Errors
    /// [`NotNamed`]: the first that is not there.
    pub(super) fn find(&self, args: &PlantsArgs) -> Result<(), NotNamed> {
        let found = Source::choose(args.plants.clone(), None).read()?.load()?;
        self.find_member(&found)?;
        let Some(id) = self.plant else { return Ok(()) };
        let Some(plant) = found.plants.get(id) else {
            let known = listed(found.plants.keys());
            return Err(NotNamed::Plant { plant: id.clone(), known });
        };
        self.find_supplier(plant)?;
        self.find_units(plant)
    }

    /// The same for a hub that may have other plant files than those here: unless they were named,
    /// what is not found is told, and no more.
    ///
    /// # Errors
    /// [`NotNamed`], of plant files that were named.
    pub(super) fn find_or_tell(&self, args: &PlantsArgs) -> Result<(), NotNamed> {
        self.find(args).or_else(|why| tell(why, args))
    }

    /// The same, but an organisation has to be there: an account cannot be given another, and its
    /// name is taken for good.
    ///
    /// # Errors
    /// [`NotNamed`], of an organisation, and of plant files that were named.
    pub(super) fn find_member_or_refuse(&self, args: &PlantsArgs) -> Result<(), NotNamed> {
        self.find(args).or_else(|why| match why {
            NotNamed::Organisation { .. } | NotNamed::Plants(_) => Err(why),
            _ => tell(why, args),
        })
    }

    fn find_member(&self, found: &Plants) -> Result<(), NotNamed> {
        let Some(Member { nation, organisation }) = self.member else { return Ok(()) };
        let known = &found.programme.organisations;
        if known.iter().any(|known| known.id == *organisation && known.nation == *nation) {
            return Ok(());
        }
        let known = listed(known.iter().map(|known| format!("{}/{}", known.nation, known.id)));
        Err(NotNamed::Organisation { member: format!("{nation}/{organisation}"), known })
    }

    fn find_supplier(&self, plant: &Plant) -> Result<(), NotNamed> {
        let Some(supplier) = self.supplier else { return Ok(()) };
        if plant.suppliers.iter().any(|known| known.id == *supplier) {
            return Ok(());
        }
        let known = listed(plant.suppliers.iter().map(|known| &known.id));
        Err(NotNamed::Supplier { plant: plant.id.clone(), supplier: supplier.clone(), known })
    }

    fn find_units(&self, plant: &Plant) -> Result<(), NotNamed> {
        let is_there = |unit: &EquipmentId| plant.units.iter().any(|known| known.id == *unit);
        let Some(unit) = self.units.iter().find(|unit| !is_there(unit)) else { return Ok(()) };
        let known = listed(plant.units.iter().map(|known| &known.id));
        Err(NotNamed::Unit { plant: plant.id.clone(), unit: unit.clone(), known })
    }
}

/// Tells what is not there, unless the plant files were named.
fn tell(why: NotNamed, args: &PlantsArgs) -> Result<(), NotNamed> {
    if args.plants.is_some() {
        return Err(why);
    }
    eprintln!("note: {why}. It is of use only to a hub that has it (--plants DIR looks there).");
    Ok(())
}

/// Names as they are told to whoever typed one that is not among them.
pub(super) fn listed(names: impl Iterator<Item = impl ToString>) -> String {
    let names: Vec<String> = names.map(|name| name.to_string()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
