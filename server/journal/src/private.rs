//! Files of the data directory are their owner's alone: they hold what plants reported, and who
//! may come in.

use std::{fs, io, path::Path};

use crate::JournalError;

/// Makes the data directory, for its owner only. One that is there keeps its rights: the files in
/// it are looked at one by one.
pub(crate) fn make_dir(dir: &Path) -> Result<(), JournalError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    let not_writable = |source| JournalError::NotWritable { path: dir.to_owned(), source };
    builder.create(dir).map_err(not_writable)
}

/// Makes a file that only its owner may read, or takes the others' rights away from one that is
/// there; with it, those of the files that SQLite keeps beside it.
pub(crate) fn keep_private(path: &Path) -> Result<(), JournalError> {
    let exposed = |source| JournalError::Exposed { path: path.to_owned(), source };
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let not_writable = |source| JournalError::NotWritable {
        path: path.parent().unwrap_or(path).to_owned(),
        source,
    };
    drop(options.open(path).map_err(not_writable)?);
    take_away(path).map_err(exposed)?;
    for ending in ["-wal", "-shm"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(ending);
        match take_away(Path::new(&beside)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(exposed(error)),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Takes the rights of everybody but the owner away.
#[cfg(unix)]
fn take_away(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = fs::metadata(path)?.permissions();
    if permissions.mode() & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "others could read this file; they no longer can");
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

/// Elsewhere the rights of the directory decide.
#[cfg(not(unix))]
fn take_away(path: &Path) -> io::Result<()> {
    fs::metadata(path).map(drop)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    #[test]
    fn nobody_else_may_read_what_is_kept() {
        let place = tempfile::tempdir().expect("a folder");
        let dir = place.path().join("data");
        let opened = crate::Journal::open(&dir).expect("opened");
        let keys = crate::Keys::open(&dir).expect("opened");
        assert_eq!(mode(&dir), 0o700);
        for file in fs::read_dir(&dir).expect("listed") {
            let path = file.expect("a file").path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
        drop((opened, keys));
        let kept = dir.join("keys.sqlite");
        fs::set_permissions(&kept, fs::Permissions::from_mode(0o644)).expect("own file");
        crate::Keys::open(&dir).expect("opened");
        assert_eq!(mode(&kept), 0o600, "what was open to others is closed");
    }
}
