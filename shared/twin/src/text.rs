//! Free text: what no text of a report or of a plant's file may hold.

/// The first character that nobody sees, or that moves what stands beside it: controls other than
/// a new line and a tab, the marks by which the direction of writing is turned, and those without
/// width. With them a name reads as another, and a marking as none.
/// A joiner is seen where it joins: between letters of the scripts that are written with it, and
/// between pictures.
pub fn invisible(text: &str) -> Option<char> {
    let mut before = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let found = match character {
            '\n' | '\t' => false,
            '\u{200c}' | '\u{200d}' => !joins(before, characters.peek().copied()),
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' => true,
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' => true,
            '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' => true,
            '\u{e0000}'..='\u{e0fff}' => true,
            other => other.is_control(),
        };
        if found {
            return Some(character);
        }
        before = Some(character);
    }
    None
}

/// Whether a joiner between the two does what one sees.
fn joins(before: Option<char>, after: Option<char>) -> bool {
    // Arabic to Myanmar, without a letter that looks like a Latin one.
    let is_joined_letter = |character: char| matches!(character, '\u{620}'..='\u{109f}');
    let is_picture = |character: char| matches!(character, '\u{2190}'..='\u{21ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f300}'..='\u{1faff}');
    let (Some(before), Some(after)) = (before, after) else { return false };
    is_picture(before) && is_picture(after) || is_joined_letter(before) && is_joined_letter(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_sees_is_text() {
        for text in ["", "late\n\tby a week", "<img onerror=x>", "{{7*7}} $x", "Ærø – “ф” 製 ⚠️"]
            .into_iter()
            .chain(["👩\u{200d}🔧 👷🏽\u{200d}♀\u{fe0f}", "می\u{200c}خواهم", "क्\u{200d}ष"])
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
        for text in
            ["\u{200d}🔧", "🔧\u{200d}", "🔧\u{200d}S", "é\u{200d}ß", "🔧\u{200d}\u{200d}🔧"]
        {
            assert_eq!(invisible(text), Some('\u{200d}'), "{text:?}");
        }
    }
}
