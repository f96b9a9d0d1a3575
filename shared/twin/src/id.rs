//! Names of things: one type for each kind, all with the same spelling rule.

use std::fmt;

use smol_str::SmolStr;
use thiserror::Error;

/// The longest id in bytes; long enough for a serial number, short enough to store by millions.
pub const LONGEST_ID: usize = 64;

/// A text that cannot be an id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidId {
    /// Nothing was written.
    #[error("an id is empty")]
    Empty,
    /// Longer than [`LONGEST_ID`].
    #[error("an id of {bytes} bytes is longer than {LONGEST_ID}")]
    TooLong {
        /// How long it was.
        bytes: usize,
    },
    /// A character outside the allowed set.
    #[error("{id:?} holds {character:?}; an id is made of ASCII letters, digits and . _ : # -")]
    Character {
        /// The text as given.
        id: String,
        /// The first character that is not allowed.
        character: char,
    },
}

fn checked(text: &str) -> Result<SmolStr, InvalidId> {
    if text.is_empty() {
        return Err(InvalidId::Empty);
    }
    if text.len() > LONGEST_ID {
        return Err(InvalidId::TooLong { bytes: text.len() });
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '#' | '-');
    match text.chars().find(|&c| !allowed(c)) {
        Some(character) => Err(InvalidId::Character { id: text.to_owned(), character }),
        None => Ok(SmolStr::new(text)),
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(SmolStr);

        impl $name {
            /// Checks the spelling: 1 to 64 ASCII letters, digits and `. _ : # -`.
            ///
            /// # Errors
            /// [`InvalidId`], which says what is wrong with the text.
            pub fn new(text: &str) -> Result<Self, InvalidId> {
                checked(text).map(Self)
            }

            /// The id as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }
    )*};
}

ids! {
    /// A programme: plants and suppliers of several nations tied by orders and shipments.
    ProgrammeId
    /// One site's definition.
    PlantId
    /// A site, area, work center, work unit, storage unit or movable resource (crane,
    /// transporter, barge). All equipment of one plant shares one space of names.
    EquipmentId
    /// A group of people of one trade.
    CrewId
    /// When a place works.
    CalendarId
    /// A kind of thing that is made or used.
    MaterialId
    /// A quantity of material that is followed as one.
    LotId
    /// One serial item.
    PartId
    /// An operations definition: what is done, where, from what, how long.
    OperationId
    /// One run of an operation on one part or batch.
    OpId
    /// A promise to make a quantity by a date.
    OrderId
    /// A promise by a supplier.
    DeliveryId
    /// A firm that delivers material.
    SupplierId
    /// A dated event of the programme.
    MilestoneId
    /// A role with a telephone number.
    ContactId
    /// A connection that pushes reports.
    FeedId
    /// A nation, by the code of the registry in force.
    NationId
    /// A firm or authority.
    OrganisationId
    /// A numeric signal.
    SeriesId
    /// A signed understanding of who shares what with whom.
    AgreementId
}

/// A place of this plant (`dock`) or of another one (`partner-yard/barge`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaceRef {
    /// The plant, when it is not the one that speaks.
    pub plant: Option<PlantId>,
    /// The place there.
    pub place: EquipmentId,
}

impl PlaceRef {
    /// A place of the plant that speaks.
    pub fn here(place: EquipmentId) -> Self {
        Self { plant: None, place }
    }

    /// A place of another plant.
    pub fn at(plant: PlantId, place: EquipmentId) -> Self {
        Self { plant: Some(plant), place }
    }
}

impl fmt::Display for PlaceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.plant {
            Some(plant) => write!(f, "{plant}/{}", self.place),
            None => write!(f, "{}", self.place),
        }
    }
}

impl std::str::FromStr for PlaceRef {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        match text.split_once('/') {
            Some((plant, place)) => Ok(Self::at(PlantId::new(plant)?, EquipmentId::new(place)?)),
            None => EquipmentId::new(text).map(Self::here),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_what_is_wrong_with_it() {
        assert_eq!(EquipmentId::new("P4").map(|id| id.to_string()), Ok("P4".to_owned()));
        assert_eq!(EquipmentId::new(""), Err(InvalidId::Empty));
        assert_eq!(EquipmentId::new(&"x".repeat(65)), Err(InvalidId::TooLong { bytes: 65 }));
        let refused = EquipmentId::new("bay 1").expect_err("a blank is not allowed");
        assert!(refused.to_string().contains("' '"), "{refused}");
    }

    #[test]
    fn a_place_of_another_plant_is_written_with_a_slash() {
        let place: PlaceRef = "partner-yard/barge".parse().expect("valid");
        assert_eq!(place.plant.as_ref().map(PlantId::as_str), Some("partner-yard"));
        assert_eq!(place.to_string(), "partner-yard/barge");
        assert!("a/b/c".parse::<PlaceRef>().is_err());
    }
}
