//! Brotli, as browsers take it.

use std::io::Write;

/// The window [log2 of bytes]: the largest that every browser takes.
const WINDOW_BITS: u32 = 22;

/// Compresses `bytes` with `quality` from 0 to 11.
pub fn brotli(bytes: &[u8], quality: u32) -> Vec<u8> {
    let mut packed = Vec::with_capacity(bytes.len() / 4);
    let mut writer = brotli::CompressorWriter::new(&mut packed, 1 << 16, quality, WINDOW_BITS);
    writer.write_all(bytes).expect("writing to memory cannot fail");
    drop(writer);
    packed
}
