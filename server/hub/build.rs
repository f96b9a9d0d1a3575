//! Makes the viewer's built module part of the program when one is given.
//!
//! `SLIPWAY_EMBED_VIEWER=DIR` names a folder with `viewer.js` and `viewer_bg.wasm`; without it
//! the program serves the viewer from `--viewer DIR`.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=SLIPWAY_EMBED_VIEWER");
    println!("cargo::rerun-if-changed=../../www");
    println!("cargo::rerun-if-changed=../../models");
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    let target = Path::new(&out).join("viewer");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    fs::create_dir_all(&target)?;
    let Some(source) = env::var_os("SLIPWAY_EMBED_VIEWER") else { return Ok(()) };
    println!("cargo::rerun-if-changed={}", Path::new(&source).display());
    for entry in fs::read_dir(&source)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), target.join(entry.file_name()))?;
        }
    }
    Ok(())
}
