//! A plant's definition from the bytes of its TOML files, with every error found in one pass.
