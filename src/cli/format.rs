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
    use super::{WIDTH, wrapped};

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
