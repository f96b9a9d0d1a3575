//! Names of serial items, as the programme writes them.

pub(crate) use twin::definition::Serials;
