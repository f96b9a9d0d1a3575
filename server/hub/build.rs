//! Makes the browser's built modules part of the program when they are given.
//!
//! `SLIPWAY_EMBED_VIEWER=DIR` names a folder with `viewer.js` and `viewer_bg.wasm`,
//! `SLIPWAY_EMBED_ENGINE=DIR` one with `what_if.js` and `what_if_bg.wasm`; without them the program
//! serves these from `--viewer DIR` and `--engine DIR`.

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=../../www");
    println!("cargo::rerun-if-changed=../../models");
    embed("SLIPWAY_EMBED_VIEWER", "viewer")?;
    embed("SLIPWAY_EMBED_ENGINE", "engine")
}

/// Copies the files of the folder that a variable names to where the program includes them from.
fn embed(variable: &str, folder: &str) -> io::Result<()> {
    println!("cargo::rerun-if-env-changed={variable}");
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    let target = Path::new(&out).join(folder);
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    fs::create_dir_all(&target)?;
    let Some(source) = env::var_os(variable) else { return Ok(()) };
    println!("cargo::rerun-if-changed={}", Path::new(&source).display());
    for entry in fs::read_dir(&source)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), target.join(entry.file_name()))?;
        }
    }
    Ok(())
}
