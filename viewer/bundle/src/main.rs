//! `bundle IN.wasm OUT_DIR`: makes the folder that the hub serves as the 3D page's program.

use std::process::ExitCode;

use bundle::Request;
use clap::Parser;

fn main() -> ExitCode {
    match bundle::run(&Request::parse()) {
        Ok(sizes) => {
            eprintln!("{sizes}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                eprintln!("  because {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}
