//! Every bad file has its message, and the plants of the repository have none.

use std::{fs, path::Path};

use super::*;

/// Every TOML file below models/plants, by its name from there.
fn repository() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/plants");
    let mut files =
        vec![("programme.toml".to_owned(), fs::read(root.join("programme.toml")).unwrap())];
    for folder in fs::read_dir(&root).unwrap().map(Result::unwrap).filter(|e| e.path().is_dir()) {
        for file in fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
            let name = file.file_name().into_string().unwrap();
            if name.ends_with(".toml") {
                let folder = folder.file_name().into_string().unwrap();
                files.push((format!("{folder}/{name}"), fs::read(file.path()).unwrap()));
            }
        }
    }
    files
}

fn load(files: &[(String, Vec<u8>)]) -> Result<Loaded, Vec<Problem>> {
    let files: Vec<SourceFile<'_>> =
        files.iter().map(|(name, bytes)| SourceFile { name, bytes }).collect();
    load_programme(&files)
}

fn text(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_plants_of_the_repository_have_no_problem() {
    match load(&repository()) {
        Ok(loaded) => assert_eq!(text(&loaded.warnings), ""),
        Err(problems) => panic!("{}", text(&problems)),
    }
}
