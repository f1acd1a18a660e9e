//! What may be the name of something in a file.

/// What [`is_identifier`] takes, in words.
pub const IDENTIFIER: &str =
    "an identifier: letters, digits, `_`, `-` and `.`, beginning with a letter or digit";
/// Longest identifier, characters.
const LONGEST: usize = 100;

/// True for what can stand as an id in every file, folder name, chart and spreadsheet: letters, digits, `_`, `-`
/// and `.`, beginning with a letter, digit or `_`. So no spreadsheet runs it as a formula, and no path is made of it.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    let is_inner = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_first = |c: char| c.is_alphanumeric() || c == '_';
    text.starts_with(is_first) && text.chars().all(is_inner) && text.chars().count() <= LONGEST
}

/// What [`is_label`] takes, in words.
pub const LABEL: &str = "a name without control characters that does not begin with = + - @";

/// True for a name of several words that a spreadsheet does not run: no control character, no `=`, `+`, `-`, `@` at
/// its beginning.
#[must_use]
pub fn is_label(text: &str) -> bool {
    !text.is_empty() && !text.starts_with(['=', '+', '-', '@']) && is_printable(text)
}

/// What [`is_printable`] takes, in words.
pub const PRINTABLE: &str = "text without control characters";

/// True if no control character stands in the text: charts and reports can print it.
#[must_use]
pub fn is_printable(text: &str) -> bool {
    // The last two are no characters of XML.
    !text.chars().any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}

#[cfg(test)]
mod tests {
    use super::{is_identifier, is_label, is_printable};

    #[test]
    fn what_a_spreadsheet_runs_is_no_identifier() {
        for text in ["USA", "us_301_list_4a", "C10T12", "US-CARS-JP", "a.b", "_x", "Ost\u{f6}l"] {
            assert!(is_identifier(text), "{text}");
        }
        for text in
            ["", "=A1", "+x", "-x", "@x", "\tx", "\rx", "a b", "a/b", "..", "a\"b", "a,b", "a:b", "<b>"]
        {
            assert!(!is_identifier(text), "{text:?}");
        }
        assert!(!is_identifier(&"x".repeat(101)));
    }

    #[test]
    fn labels_hold_words_and_no_control_character() {
        assert!(is_label("light trucks") && !is_label("=cmd") && !is_label("a\u{7}b") && !is_label(""));
        assert!(is_printable("Viet Nam, \"x\" - y") && !is_printable("a\nb") && !is_printable("\u{ffff}"));
    }
}
