//! Cuts values and changes into pieces, so that no connection's buffer grows with the plant: it
//! keeps the size of the largest message that it ever held.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use wire::view::LARGEST_PIECE_BYTES;

/// What goes in one message.
#[derive(Debug, Default)]
pub(super) struct Piece<'a> {
    /// New values by key.
    pub(super) set: BTreeMap<String, &'a RawValue>,
    /// Keys that are no more.
    pub(super) gone: Vec<String>,
}

/// Keys with their values, or without where they are gone, in pieces of about
/// [`LARGEST_PIECE_BYTES`]; a value that is larger has one of its own. No piece is empty.
pub(super) fn pieces<'a>(
    changes: impl Iterator<Item = (&'a String, Option<&'a RawValue>)>,
) -> Vec<Piece<'a>> {
    let mut pieces: Vec<Piece<'a>> = Vec::new();
    let mut bytes = usize::MAX;
    for (key, value) in changes {
        // Quotes, a colon and a comma come with it.
        let length = key.len() + value.map_or(0, |value| value.get().len()) + 4;
        if bytes.saturating_add(length) > LARGEST_PIECE_BYTES {
            pieces.push(Piece::default());
            bytes = 0;
        }
        bytes += length;
        if let Some(piece) = pieces.last_mut() {
            match value {
                Some(value) => _ = piece.set.insert(key.clone(), value),
                None => piece.gone.push(key.clone()),
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the changes, each is told once, and a message holds one large value or a
        /// bounded number of small ones.
        #[test]
        fn pieces_are_small_and_whole(
            lengths in proptest::collection::vec(proptest::option::of(0..12_000usize), 0..80),
        ) {
            let value = |length| serde_json::value::to_raw_value(&"x".repeat(length)).unwrap();
            let changes: BTreeMap<String, Option<Box<RawValue>>> = (0..)
                .zip(lengths)
                .map(|(number, length)| (format!("unit/{number}"), length.map(value)))
                .collect();
            let cut = pieces(changes.iter().map(|(key, value)| (key, value.as_deref())));
            let mut told = BTreeMap::new();
            for piece in &cut {
                let set = serde_json::to_string(&piece.set).unwrap();
                let gone = serde_json::to_string(&piece.gone).unwrap();
                let keys = piece.set.len() + piece.gone.len();
                prop_assert!(keys > 0);
                prop_assert!(keys == 1 || set.len() + gone.len() <= LARGEST_PIECE_BYTES + 4);
                let values = piece.set.iter().map(|(key, value)| (key, Some(value.get())));
                for (key, value) in values.chain(piece.gone.iter().map(|key| (key, None))) {
                    prop_assert!(told.insert(key, value).is_none(), "{} is told twice", key);
                }
            }
            let wanted: BTreeMap<_, _> =
                changes.iter().map(|(key, value)| (key, value.as_deref().map(RawValue::get))).collect();
            prop_assert_eq!(told, wanted);
        }
    }
}
