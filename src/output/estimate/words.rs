//! Numbers and texts of a regression table.

/// Widest line of the text.
pub(super) const WIDTH: usize = 80;

/// Stars by p-value: 1, 5 and 10 %.
pub(super) fn stars(p_value: f64) -> &'static str {
    match p_value {
        p if p < 0.01 => "***",
        p if p < 0.05 => "**",
        p if p < 0.1 => "*",
        _ => "",
    }
}

/// Four significant digits; a dash where there is no number.
pub(super) fn significant(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if !value.is_finite() => "-".to_owned(),
        0.0 => "0".to_owned(),
        _ if !(1e-4..1e6).contains(&size) => format!("{value:.3e}"),
        _ => format!("{value:.*}", (3 - size.log10().floor() as i32).max(0) as usize),
    }
}

/// A count with commas.
pub(super) fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A note in lines of at most 80 columns.
pub(super) fn wrapped(note: &str) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in note.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            text.push('\n');
            column = 0;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text + "\n"
}

/// Text with the characters that LaTeX reads as commands escaped.
pub(super) fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, character| {
        match character {
            '_' | '&' | '%' | '#' | '$' | '{' | '}' => escaped.extend(['\\', character]),
            '^' => escaped.push_str("\\^{}"),
            '~' => escaped.push_str("\\~{}"),
            '\\' => escaped.push_str("\\textbackslash{}"),
            _ => escaped.push(character),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::{escaped, significant, thousands, wrapped};

    #[test]
    fn numbers_have_four_significant_digits() {
        for (value, text) in [
            (-1.528_43, "-1.528"),
            (0.115_94, "0.1159"),
            (0.001_234_56, "0.001235"),
            (12_345.6, "12346"),
            (0.000_012_34, "1.234e-5"),
            (f64::NAN, "-"),
            (0.0, "0"),
        ] {
            assert_eq!(significant(value), text);
        }
        assert_eq!([7, 999, 1000, 1_234_567].map(thousands), ["7", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn texts_stay_within_their_form() {
        assert_eq!(escaped("a_b^2 & 5% \\x"), "a\\_b\\^{}2 \\& 5\\% \\textbackslash{}x");
        let long = wrapped(&"word ".repeat(40));
        assert!(long.lines().count() > 2 && long.lines().all(|line| line.len() <= 80), "{long}");
    }
}
