//! Room that text takes, measured in the font of the charts, and the outlines of its letters.
//!
//! The font is Arimo (SIL Open Font License 1.1, see `font/LICENSE-arimo`), cut down to Latin and Greek letters and signs,
//! and part of the program: a chart looks alike wherever it is opened, and no text is wider than was reckoned with.

use std::sync::LazyLock;

use ttf_parser::{Face, GlyphId, OutlineBuilder};

static REGULAR: LazyLock<Face<'static>> = LazyLock::new(|| face_of(include_bytes!("font/arimo-regular.ttf")));
static BOLD: LazyLock<Face<'static>> = LazyLock::new(|| face_of(include_bytes!("font/arimo-bold.ttf")));
/// Stands for a letter that the font lacks.
const MISSING: char = '\u{fffd}';

fn face_of(bytes: &'static [u8]) -> Face<'static> {
    Face::parse(bytes, 0).expect("the font is part of the program")
}

fn face(is_bold: bool) -> &'static Face<'static> {
    if is_bold { &BOLD } else { &REGULAR }
}

/// Units of the font to one pixel of its size.
#[must_use]
pub fn units_per_size(is_bold: bool) -> f64 {
    f64::from(face(is_bold).units_per_em())
}

/// Height of the small letters, in units of the font.
#[must_use]
pub fn small_letter_height(is_bold: bool) -> f64 {
    f64::from(face(is_bold).x_height().unwrap_or(1000))
}

fn glyph(face: &Face<'_>, letter: char) -> GlyphId {
    let known = [letter, MISSING, '?'].into_iter().find_map(|letter| face.glyph_index(letter));
    known.unwrap_or(GlyphId(0))
}

/// The letters of a text, each with the distance from its start in units of the font.
pub fn letters(text: &str, is_bold: bool) -> impl Iterator<Item = (GlyphId, f64)> + '_ {
    let face = face(is_bold);
    text.chars().scan(0.0, move |x, letter| {
        let id = glyph(face, letter);
        let at = *x;
        *x += f64::from(face.glyph_hor_advance(id).unwrap_or(0));
        Some((id, at))
    })
}

/// Draws the outline of a letter in units of the font, upwards.
pub fn outline(id: GlyphId, is_bold: bool, builder: &mut dyn OutlineBuilder) {
    // A blank has no outline.
    let _ = face(is_bold).outline_glyph(id, builder);
}

/// Distance between two lines of text.
#[must_use]
pub fn line_height(size: f64) -> f64 {
    (size * 1.25).round()
}

/// Width of a text in pixels.
#[must_use]
pub fn text_width(text: &str, size: f64) -> f64 {
    width(text, size, false)
}

/// The same in plain or bold letters.
#[must_use]
pub fn width(text: &str, size: f64, is_bold: bool) -> f64 {
    let face = face(is_bold);
    let advance = |letter: char| f64::from(face.glyph_hor_advance(glyph(face, letter)).unwrap_or(0));
    text.chars().map(advance).sum::<f64>() * size / units_per_size(is_bold)
}

/// Breaks a text between words so that no line is wider than `width`; a longer word stands alone.
#[must_use]
pub fn wrap(text: &str, width: f64, size: f64) -> Vec<String> {
    wrapped(text, width, |line| text_width(line, size))
}

/// The same in bold letters.
#[must_use]
pub fn wrap_bold(text: &str, most: f64, size: f64) -> Vec<String> {
    wrapped(text, most, |line| width(line, size, true))
}

fn wrapped(text: &str, most: f64, width: impl Fn(&str) -> f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // A no-break space holds its words together.
    let parts = |letter: char| letter.is_whitespace() && letter != '\u{a0}';
    for word in text.split(parts).filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}")) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The text on one line of at most `most` pixels: what stands in brackets goes first, then words from the end.
#[must_use]
pub fn shortened(text: &str, most: f64, size: f64) -> String {
    if text_width(text, size) <= most {
        return text.to_owned();
    }
    let plain = text.split(" (").next().unwrap_or(text);
    if text_width(plain, size) <= most {
        return plain.to_owned();
    }
    let cut = |line: &str| format!("{} \u{2026}", line.trim_end());
    let mut line =
        wrap(plain, most - text_width(" \u{2026}", size), size).first().cloned().unwrap_or_default();
    while line.chars().count() > 2 && text_width(&cut(&line), size) > most {
        line.pop();
    }
    cut(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_breaks_between_words() {
        assert_eq!(wrap("aaaa bbbb cccc", 55.0, 10.0), ["aaaa bbbb", "cccc"]);
        assert_eq!(wrap("", 55.0, 10.0), Vec::<String>::new());
    }

    #[test]
    fn widths_are_those_of_the_font() {
        // Arimo has the widths of Arial: 1139 of 2048 units for a figure, 569 for a blank.
        assert!((text_width("0 0", 2048.0) - (2.0 * 1139.0 + 569.0)).abs() < 1e-9);
        assert!(width("Wide", 10.0, true) > width("Wide", 10.0, false));
    }

    #[test]
    fn letters_that_the_font_lacks_take_room() {
        assert!(text_width("\u{4e2d}\u{6587}", 10.0) > 5.0);
    }

    #[test]
    fn a_long_label_loses_its_brackets_first() {
        assert_eq!(shortened("Short (as it is)", 214.0, 11.5), "Short (as it is)");
        let long = "A union (of very many members as they stood in the year 2011)";
        assert_eq!(shortened(long, 214.0, 11.5), "A union");
        let words = "one word after another until the line is full and more";
        assert!(shortened(words, 214.0, 11.5).ends_with('\u{2026}'));
        assert!(text_width(&shortened("Donaudampfschifffahrtsgesellschaft", 90.0, 11.5), 11.5) <= 90.0);
    }
}
