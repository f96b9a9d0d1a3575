//! wasm-bindgen over the compiled module.

use std::{fs, path::Path, process::Command};

use wasm_bindgen_cli_support::Bindgen;

use crate::BundleError;

/// The four bytes every WebAssembly module begins with.
const MAGIC: &[u8] = b"\0asm";

/// What a browser needs.
pub struct Bound {
    /// The module that loads the other.
    pub js: String,
    /// The program, without names of functions.
    pub wasm: Vec<u8>,
}

/// Reads what the compiler made.
///
/// # Errors
/// [`BundleError::NoModule`] with what the toolchain lacks, [`BundleError::NotWasm`].
pub fn read_module(path: &Path) -> Result<Vec<u8>, BundleError> {
    if !path.is_file() {
        return Err(BundleError::NoModule {
            path: path.to_owned(),
            toolchain: missing_toolchain(),
        });
    }
    let bytes = fs::read(path).map_err(BundleError::file("read", path))?;
    if !bytes.starts_with(MAGIC) {
        let begins = bytes.into_iter().take(MAGIC.len()).collect();
        return Err(BundleError::NotWasm { path: path.to_owned(), begins });
    }
    Ok(bytes)
}

/// One sentence if the compiler at hand cannot build for the browser at all, else nothing.
fn missing_toolchain() -> String {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output();
    let Ok(output) = sysroot else {
        return "; there is no rustc on the path".to_owned();
    };
    let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let target = Path::new(&sysroot).join("lib/rustlib/wasm32-unknown-unknown");
    if target.is_dir() {
        return String::new();
    }
    "; this Rust has no wasm32-unknown-unknown target yet: `.ci/setup.sh wasm` gets it".to_owned()
}

/// Binds the module for the web and drops the names of its functions, a third of its size.
///
/// # Errors
/// [`BundleError::Bind`], [`BundleError::Snippets`].
pub fn bind(module: Vec<u8>, name: &str) -> Result<Bound, BundleError> {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(name, module).typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    let bound = bindgen.web(true).and_then(|bindgen| bindgen.generate_output());
    let mut output = bound.map_err(|error| BundleError::Bind { text: format!("{error:#}") })?;

    // Every crate that uses wasm-bindgen is listed; those without a script of their own need none.
    let inline = output.snippets().iter().filter(|(_, scripts)| !scripts.is_empty());
    let inline = inline.map(|(name, _)| name.clone());
    let mut names: Vec<String> = inline.chain(output.local_modules().keys().cloned()).collect();
    if !names.is_empty() {
        names.sort();
        return Err(BundleError::Snippets { names: names.join(", ") });
    }
    Ok(Bound { js: output.js().to_owned(), wasm: output.wasm_mut().emit_wasm() })
}
