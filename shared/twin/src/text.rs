//! Free text: what no text of a report or of a plant's file may hold.

/// The first character that nobody sees, or that moves what stands beside it: controls other than
/// a new line and a tab, the marks by which the direction of writing is turned, and those without
/// width. With them a name reads as another, and a marking as none.
pub fn invisible(text: &str) -> Option<char> {
    text.chars().find(|&character| match character {
        '\n' | '\t' => false,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' => true,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' => true,
        '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' => true,
        '\u{e0000}'..='\u{e0fff}' => true,
        other => other.is_control(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_sees_is_text() {
        for text in ["", "late\n\tby a week", "<img onerror=x>", "{{7*7}} $x", "Ærø – “ф” 製 ⚠️"]
        {
            assert_eq!(invisible(text), None, "{text}");
        }
    }

    #[test]
    fn what_nobody_sees_is_found() {
        for character in [
            '\0',
            '\u{7}',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{9b}',
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2066}',
            '\u{feff}',
            '\u{e0041}',
        ] {
            let text = format!("SEC{character}RET");
            assert_eq!(invisible(&text), Some(character), "{text:?}");
        }
    }
}
