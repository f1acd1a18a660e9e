//! Room that text takes.

/// Distance between two lines of text.
#[must_use]
pub fn line_height(size: f64) -> f64 {
    (size * 1.25).round()
}

/// Width of a text in Arial, within a few percent.
#[must_use]
pub fn text_width(text: &str, size: f64) -> f64 {
    let width = |letter: char| match letter {
        'i' | 'j' | 'l' | '\'' | '|' => 0.23,
        'f' | 't' | 'I' | '.' | ',' | ':' | ';' | ' ' | '!' | '/' => 0.28,
        'r' | '(' | ')' | '-' | '[' | ']' => 0.34,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.85,
        'A'..='Z' => 0.69,
        _ => 0.55,
    };
    text.chars().map(width).sum::<f64>() * size
}

/// Breaks a text between words so that no line is wider than `width`; a longer word stands alone.
#[must_use]
pub fn wrap(text: &str, width: f64, size: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line} {word}"), size) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_breaks_between_words() {
        assert_eq!(wrap("aaaa bbbb cccc", 55.0, 10.0), ["aaaa bbbb", "cccc"]);
        assert_eq!(wrap("", 55.0, 10.0), Vec::<String>::new());
    }
}
