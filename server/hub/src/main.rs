//! The command `slipway`: everything is in the library.

fn main() -> std::process::ExitCode {
    hub::cli::main()
}
