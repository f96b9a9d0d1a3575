//! Files built into the binary, so that it runs alone: plants, scenarios, meshes.

use include_dir::{Dir, include_dir};

/// `models/` as it was when the program was built.
pub(crate) static MODELS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../models");
