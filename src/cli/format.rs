//! The form in which a command answers.

use clap::ValueEnum;

/// Form of an answer on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// A table for people, at most 80 columns wide.
    #[default]
    #[value(alias = "text")]
    Table,
    /// The same as CSV.
    Csv,
    /// One JSON object with the same fields.
    Json,
}

/// Widest line of a table for people.
pub const WIDTH: usize = 80;

/// A number with decimals, no minus on a zero.
#[must_use]
pub fn decimal(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_zero = text.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    if is_zero { text.trim_start_matches('-').to_owned() } else { text }
}

/// The same with its sign: `+` also before a zero.
#[must_use]
pub fn signed(value: f64, decimals: usize) -> String {
    let text = decimal(value, decimals);
    if text.starts_with('-') || value.is_nan() { text } else { format!("+{text}") }
}

/// `words` after `head`, in lines of at most [`WIDTH`] columns; further lines begin below the first word.
pub fn wrapped<'w>(head: &str, words: impl IntoIterator<Item = &'w str>) -> String {
    let indent = " ".repeat(head.chars().count());
    let (mut text, mut line) = (String::new(), head.to_owned());
    for word in words {
        let is_first = line.trim_end() == head.trim_end() || line == indent;
        if !is_first && line.chars().count() + 1 + word.chars().count() > WIDTH {
            text += line.trim_end();
            text.push('\n');
            line.clone_from(&indent);
        } else if !is_first {
            line.push(' ');
        }
        line += word;
    }
    text += line.trim_end();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, decimal, signed, wrapped};

    #[test]
    fn a_zero_has_no_minus() {
        assert_eq!([decimal(-0.0, 1), decimal(-0.04, 1), decimal(-0.06, 1)], ["0.0", "0.0", "-0.1"]);
        assert_eq!([signed(-0.04, 1), signed(0.06, 1), signed(-2.0, 0)], ["+0.0", "+0.1", "-2"]);
        assert_eq!(decimal(f64::NAN, 1), "NaN");
    }

    #[test]
    fn long_lists_continue_below_their_first_word() {
        let text = wrapped("members  ", std::iter::repeat_n("ABC", 30));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("members  ABC ABC") && lines[1].starts_with("         ABC"));
        assert!(lines.iter().all(|line| line.len() <= WIDTH));
        assert_eq!(wrapped("none  ", []), "none\n");
    }
}
