//! The files in models/meshes are what `make_meshes` makes of the sources, no more and no less.

use std::collections::BTreeSet;
use std::path::PathBuf;

use geometry::make::catalogue::ASSETS;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../models/meshes")
}

#[test]
fn regeneration_gives_the_committed_bytes() {
    for asset in ASSETS {
        let path = folder().join(asset.kind).with_extension("glb");
        let stored =
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(
            stored == asset.glb().expect("bytes"),
            "{} differs: run `cargo run -p geometry --example make_meshes -- models/meshes`",
            path.display()
        );
    }
}

#[test]
fn the_folder_holds_no_mesh_without_a_source() {
    let stored: BTreeSet<String> = std::fs::read_dir(folder())
        .expect("models/meshes can be listed")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "glb"))
        .filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()))
        .collect();
    let made: BTreeSet<String> = ASSETS.iter().map(|asset| asset.kind.to_owned()).collect();
    assert_eq!(stored, made);
}
