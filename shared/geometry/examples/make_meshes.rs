//! Writes the meshes that ship with the project, or checks that they are as this program makes
//! them: `cargo run -p geometry --example make_meshes -- models/meshes [--check]`.

use std::path::Path;
use std::process::ExitCode;

use geometry::make::catalogue::ASSETS;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, check) = match arguments.as_slice() {
        [folder] if !folder.starts_with('-') => (folder, false),
        [folder, flag] | [flag, folder] if flag == "--check" => (folder, true),
        _ => {
            eprintln!("usage: make_meshes FOLDER [--check]");
            return ExitCode::from(2);
        }
    };
    match run(Path::new(folder), check) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(differing) => {
            eprintln!(
                "{differing} of {} files differ; run make_meshes without --check",
                ASSETS.len()
            );
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns how many files differ, which is none after writing.
fn run(folder: &Path, check: bool) -> Result<usize, Box<dyn std::error::Error>> {
    let mut differing = 0;
    for asset in ASSETS {
        let bytes = asset.glb()?;
        let path = folder.join(asset.kind).with_extension("glb");
        if check {
            let same = std::fs::read(&path).is_ok_and(|stored| stored == bytes);
            println!("{} {}", if same { "same     " } else { "differs  " }, path.display());
            differing += usize::from(!same);
        } else {
            std::fs::write(&path, &bytes)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            let triangles: usize =
                asset.solids().iter().map(|solid| solid.triangles().count()).sum();
            println!("{:6} bytes {triangles:4} triangles  {}", bytes.len(), path.display());
        }
    }
    Ok(differing)
}
