//! From a compiled program to what a browser loads: `viewer.js`, `viewer_bg.wasm` and its brotli
//! form `viewer_bg.wasm.br` (or another name than `viewer`), in one folder that appears whole or not
//! at all.
//!
//! wasm-bindgen is used as a library, because its version must be that of the crate in the lock
//! file; the command of the same name would have to be installed apart and can differ.

mod bind;
mod compress;
mod place;

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use clap::Parser;
use thiserror::Error;

/// What to make of what.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "bundle",
    about = "Makes the folder that the hub serves as the 3D page's program."
)]
pub struct Request {
    /// The module that `cargo build --target wasm32-unknown-unknown` made.
    pub module: PathBuf,
    /// The folder to fill; what was there is replaced.
    pub out: PathBuf,
    /// What the program is called: its files are `NAME.js` and `NAME_bg.wasm`.
    #[arg(long, default_value = "viewer", value_parser = a_name)]
    pub name: String,
    /// Brotli quality, 0 to 11: 9 takes seconds, 11 most of a minute and is a tenth smaller.
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u32).range(0..=11))]
    pub quality: u32,
    /// The most that a browser may have to load [10^6 bytes, compressed]; more is an error.
    #[arg(long, value_name = "MB")]
    pub budget_mb: Option<f64>,
}

/// What came out [bytes].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// What the program is called.
    pub name: String,
    /// What the compiler made.
    pub compiled: u64,
    /// `viewer_bg.wasm`, without names of functions.
    pub stripped: u64,
    /// `viewer_bg.wasm.br`: what a browser loads.
    pub compressed: u64,
    /// `viewer.js`.
    pub glue: u64,
    /// The brotli quality of the compressed form.
    pub quality: u32,
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {:.2} MB compiled, {:.2} MB without names, {:.2} MB brotli-{}, {:.0} kB JavaScript",
            self.name,
            mega(self.compiled),
            mega(self.stripped),
            mega(self.compressed),
            self.quality,
            mega(self.glue) * 1000.0,
        )
    }
}

/// Why there is no bundle.
#[derive(Debug, Error)]
pub enum BundleError {
    /// The compiled module is not there.
    #[error("{} is not there: build the viewer first (`just wasm`){}", .path.display(), .toolchain)]
    NoModule {
        /// Where it was looked for.
        path: PathBuf,
        /// What the toolchain lacks, if that is why.
        toolchain: String,
    },
    /// The file is something else.
    #[error("{} is not a WebAssembly module: it begins with {begins:02x?}", .path.display())]
    NotWasm {
        /// The file.
        path: PathBuf,
        /// Its first bytes, at most four.
        begins: Vec<u8>,
    },
    /// wasm-bindgen refused the module.
    #[error(
        "wasm-bindgen could not read the viewer: {text}. The crate wasm-bindgen and \
         wasm-bindgen-cli-support must be of one version in Cargo.lock; the profile must keep the \
         custom sections (no `strip = true`)"
    )]
    Bind {
        /// What wasm-bindgen says, with its causes.
        text: String,
    },
    /// The module wants JavaScript files beside it.
    #[error("the viewer now needs further files ({names}), which the hub does not serve")]
    Snippets {
        /// The files.
        names: String,
    },
    /// The download is larger than allowed.
    #[error(
        "a browser would load {compressed_mb:.2} MB, {budget_mb:.2} MB allowed: look for a new \
         dependency or Bevy feature (`cargo tree -p viewer --target wasm32-unknown-unknown`)"
    )]
    OverBudget {
        /// The compressed module [10^6 bytes].
        compressed_mb: f64,
        /// The limit [10^6 bytes].
        budget_mb: f64,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {}", .path.display())]
    File {
        /// Read, write, replace.
        action: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl BundleError {
    /// For `map_err`: what was done to which file.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }
}

/// Fills the folder.
///
/// # Errors
/// [`BundleError`]; the folder is then as it was before.
pub fn run(request: &Request) -> Result<Sizes, BundleError> {
    let module = bind::read_module(&request.module)?;
    let compiled = module.len() as u64;
    let bound = bind::bind(module, &request.name)?;
    let packed = compress::brotli(&bound.wasm, request.quality);
    let sizes = Sizes {
        name: request.name.clone(),
        compiled,
        stripped: bound.wasm.len() as u64,
        compressed: packed.len() as u64,
        glue: bound.js.len() as u64,
        quality: request.quality,
    };
    keep_budget(&sizes, request.budget_mb)?;
    let named = ["{}.js", "{}_bg.wasm", "{}_bg.wasm.br"].map(|of| of.replace("{}", &request.name));
    let [js, wasm, br] = &named;
    let files: [(&str, &[u8]); 3] = [(js, bound.js.as_bytes()), (wasm, &bound.wasm), (br, &packed)];
    place::replace_folder(&request.out, &files)?;
    Ok(sizes)
}

/// A name that a file may have on every machine.
fn a_name(text: &str) -> Result<String, String> {
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    match !text.is_empty() && text.chars().all(is_good) {
        true => Ok(text.to_owned()),
        false => Err("a name has small letters, digits and _ only".to_owned()),
    }
}

fn keep_budget(sizes: &Sizes, budget_mb: Option<f64>) -> Result<(), BundleError> {
    let compressed_mb = mega(sizes.compressed);
    match budget_mb {
        Some(budget_mb) if compressed_mb > budget_mb => {
            Err(BundleError::OverBudget { compressed_mb, budget_mb })
        }
        _ => Ok(()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "sizes are shown with two decimals")]
fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests;
