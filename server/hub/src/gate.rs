//! Keys as texts: how one is made, known for one, and hashed.

use journal::{JournalError, Keys, hexadecimal};
use sha2::{Digest, Sha256};
use twin::PlantTime;

/// What every key begins with, so that a key is known for one wherever it turns up.
const KEY_PREFIX: &str = "slipway_";
/// Digits after it that make a text a key, and no file's name.
const TELLING_DIGITS: usize = 16;

/// A new key: 256 bits, in hexadecimal.
///
/// # Errors
/// When the system gives no random bytes.
pub(crate) fn new_key() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{KEY_PREFIX}{}", hexadecimal(&bytes)))
}

/// Whether a text holds a key of ours, or most of one: such a text is not to be repeated.
pub(crate) fn holds_key(text: &str) -> bool {
    text.match_indices(KEY_PREFIX).any(|(at, prefix)| {
        let rest = text[at + prefix.len()..].bytes();
        rest.take_while(u8::is_ascii_hexdigit).count() >= TELLING_DIGITS
    })
}

/// SHA-256 of a key, in hexadecimal. A key has 256 random bits: no salt or stretching is needed,
/// and looking it up by its hash tells nobody by the time it takes how much of a guess was right.
pub(crate) fn hash(key: &str) -> String {
    hexadecimal(&Sha256::digest(key.as_bytes()))
}

/// Whether any key on disk is good: without one, nobody beyond this machine may be listened to.
pub(crate) fn any_good(keys: &Keys, now: PlantTime) -> Result<bool, JournalError> {
    Ok(keys.list()?.iter().any(|key| key.life.is_good(now)))
}
