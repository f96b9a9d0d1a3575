//! Puts files in place so that nobody ever serves half of them.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use crate::BundleError;

/// Replaces the folder `out` by one with just these files; a running hub sees the old files or
/// the new ones.
///
/// # Errors
/// [`BundleError::File`]; `out` is then as it was before.
pub fn replace_folder(out: &Path, files: &[(&str, &[u8])]) -> Result<(), BundleError> {
    let (new, old) = (beside(out, "new"), beside(out, "old"));
    for left_over in [&new, &old] {
        if left_over.exists() {
            fs::remove_dir_all(left_over).map_err(BundleError::file("remove", left_over))?;
        }
    }
    fs::create_dir_all(&new).map_err(BundleError::file("make", &new))?;
    for (name, bytes) in files {
        let path = new.join(name);
        fs::write(&path, bytes).map_err(BundleError::file("write", &path))?;
    }
    if out.exists() {
        fs::rename(out, &old).map_err(BundleError::file("replace", out))?;
    }
    if let Err(source) = fs::rename(&new, out) {
        // Put back what was there: an old viewer is better than none.
        fs::rename(&old, out).map_err(BundleError::file("restore", out))?;
        return Err(BundleError::File { action: "replace", path: out.to_owned(), source });
    }
    if old.exists() {
        fs::remove_dir_all(&old).map_err(BundleError::file("remove", &old))?;
    }
    Ok(())
}

/// `dir/.name.suffix` for `dir/name`.
fn beside(out: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(out.file_name().unwrap_or_else(|| "viewer".as_ref()));
    name.push(".");
    name.push(suffix);
    out.with_file_name(name)
}
