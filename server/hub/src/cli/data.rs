//! The keys of a hub's data directory, as commands open them beside a hub that runs.

use std::path::{Path, PathBuf};

use journal::{JournalError, Keys};

/// Opens the keys of a data directory. Where there were none it is said where they are made: a
/// mistyped directory would let nobody in, and nobody would know why.
pub(super) fn keys_in(data: &Path) -> Result<Keys, JournalError> {
    let is_new = !Keys::are_kept_in(data);
    let keys = Keys::open(data)?;
    if is_new {
        let demo = PathBuf::from(super::USUAL_DATA).join("demo");
        let hint = match Keys::are_kept_in(&demo) && data != demo {
            true => format!("; the demonstration's is {}", demo.display()),
            false => String::new(),
        };
        eprintln!(
            "note: {} was no data directory of a hub and is one now; for another say --data{hint}",
            data.display()
        );
    }
    Ok(keys)
}
