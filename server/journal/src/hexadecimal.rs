//! Hashes as text: lower-case hexadecimal, and back.

use std::fmt::Write;

/// Bytes as lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _infallible = write!(text, "{byte:02x}");
    }
    text
}

/// The hash that [`hexadecimal`] wrote; none when the text is none of 32 bytes.
pub fn hash_of(hexadecimal: &str) -> Option<[u8; 32]> {
    let digits = hexadecimal.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let digit = |at: usize| match digits[at] {
        digit @ b'0'..=b'9' => Some(digit - b'0'),
        digit @ b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = digit(2 * place)? << 4 | digit(2 * place + 1)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_comes_back_and_nothing_else_does() {
        let bytes: [u8; 32] = std::array::from_fn(|place| (place * 9) as u8);
        let text = hexadecimal(&bytes);
        assert_eq!(&text[..8], "0009121b");
        assert_eq!(hash_of(&text), Some(bytes));
        for wrong in ["", &text[1..], &format!("+{}", &text[1..]), &text.to_uppercase()] {
            assert_eq!(hash_of(wrong), None, "{wrong}");
        }
        assert_eq!(hash_of(&"é".repeat(32)), None);
    }
}
