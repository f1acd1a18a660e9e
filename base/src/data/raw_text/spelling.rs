//! How a table is spelt: the separator of its cells, and the mark of its decimals.

use super::RawError;

/// Separators that are looked for.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Lines that say how a table is spelt.
const LINES: usize = 200;

/// How a table is spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spelling {
    /// Separator of the cells.
    pub(super) delimiter: u8,
    /// True if numbers have a decimal comma.
    pub(super) has_decimal_comma: bool,
}

/// The spelling that the first lines show; `given` is the user's separator.
///
/// The separator is the one that stands equally often in the most lines. A decimal comma is believed only where
/// the comma does not separate cells, some number can have no other meaning, and no number has a point.
pub(super) fn detect(sample: &str, given: Option<u8>) -> Result<Spelling, RawError> {
    let is_row = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    let lines: Vec<&str> = sample.split(['\n', '\r']).filter(is_row).take(LINES).collect();
    let delimiter = match given {
        Some(delimiter) if is_separator(delimiter) => delimiter,
        Some(delimiter) => {
            let found = format!("a separator {:?}", char::from(delimiter));
            let expected = "a comma, a semicolon, a tab, a bar or another mark of one byte";
            return Err(RawError::new(found, expected, "Name the mark that separates the cells."));
        }
        None => separator(&lines)?,
    };
    let mut kinds = [false; 2];
    if delimiter != b',' {
        for kind in lines.iter().flat_map(|line| cells(line, delimiter)).map(|(_, cell)| Mark::of(cell)) {
            kinds[0] |= kind == Some(Mark::Comma);
            kinds[1] |= kind == Some(Mark::Point);
        }
    }
    Ok(Spelling { delimiter, has_decimal_comma: kinds == [true, false] })
}

fn separator(lines: &[&str]) -> Result<u8, RawError> {
    let mut best: Vec<(usize, u8)> = Vec::new();
    for separator in SEPARATORS {
        let mut counts: Vec<usize> = lines.iter().map(|line| count(line, separator)).collect();
        counts.sort_unstable();
        let most = counts.chunk_by(|a, b| a == b).filter(|same| same[0] > 0).map(<[usize]>::len).max();
        if let Some(lines) = most {
            best.push((lines, separator));
        }
    }
    best.sort_by_key(|&(lines, _)| std::cmp::Reverse(lines));
    match best.as_slice() {
        [] => Ok(b','),
        [(first, _), (second, _), ..] if first == second => {
            let names: Vec<String> =
                best.iter().filter(|(lines, _)| lines == first).map(|&(_, one)| name_of(one)).collect();
            let expected = "one separator of cells, equally often in every line";
            let remedy =
                "Separate the cells by commas, and put text that holds a separator in double quotes.";
            Err(RawError::new(format!("{} fit equally", names.join(" and ")), expected, remedy).at(1))
        }
        [(_, separator), ..] => Ok(*separator),
    }
}

/// True for marks that can separate cells: no letter, digit or sign of a number, no quote, no end of a line.
pub(super) fn is_separator(byte: u8) -> bool {
    (byte.is_ascii_punctuation() || matches!(byte, b'\t' | b' ')) && !b"\"'+-.#".contains(&byte)
}

/// A separator as messages name it.
#[must_use]
pub(super) fn name_of(separator: u8) -> String {
    if separator == b'\t' { "tab".to_owned() } else { format!("`{}`", char::from(separator)) }
}

/// The mark, other than a comma, that separates the cells of a header of which some are `known`; as messages name it.
#[must_use]
pub fn other_separator(header: &str, known: &[&str]) -> Option<String> {
    let parts = |&&separator: &&u8| {
        let cells = header.split(char::from(separator)).map(bare).collect::<Vec<_>>();
        cells.len() > 1 && cells.iter().any(|cell| known.contains(cell))
    };
    SEPARATORS.iter().filter(|separator| **separator != b',').find(parts).map(|&separator| name_of(separator))
}

/// How often a separator stands outside quotes.
fn count(line: &str, separator: u8) -> usize {
    cells(line, separator).count() - 1
}

/// Position and text of the cells of a line, with their quotes.
fn cells(line: &str, separator: u8) -> impl Iterator<Item = (usize, &str)> {
    let mut start = Some(0);
    std::iter::from_fn(move || {
        let from = start?;
        let mut is_quoted = false;
        let end = line.as_bytes()[from..].iter().position(|&byte| {
            is_quoted ^= byte == b'"';
            byte == separator && !is_quoted
        });
        start = end.map(|end| from + end + 1);
        Some((from, &line[from..end.map_or(line.len(), |end| from + end)]))
    })
}

/// What the mark inside a number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// A decimal point.
    Point,
    /// A comma that can only be a decimal comma.
    Comma,
    /// A comma that may mark decimals or thousands.
    Either,
    /// Marks of thousands.
    Thousands,
}

impl Mark {
    /// The mark of a cell; `None` if it is not a number or has none.
    fn of(cell: &str) -> Option<Self> {
        let text = bare(cell);
        let digits = text.trim_start_matches(['+', '-']);
        if !digits.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',')) {
            return None;
        }
        if text.contains('.') && text.parse::<f64>().is_ok() {
            return Some(Self::Point);
        }
        let whole = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if let Some((before, after)) = digits.split_once(',')
            && (before.is_empty() || whole(before))
        {
            let exponent = after.find(['e', 'E']).unwrap_or(after.len());
            let decimals = &after[..exponent];
            if whole(decimals) && format!("1{}", &after[exponent..]).parse::<f64>().is_ok() {
                let as_thousands = decimals.len() == 3 && exponent == after.len();
                let as_thousands =
                    as_thousands && (1..=3).contains(&before.len()) && !before.starts_with('0');
                return Some(if as_thousands { Self::Either } else { Self::Comma });
            }
        }
        is_grouped(digits).then_some(Self::Thousands)
    }
}

/// True for digits in groups of three: `1,234,567.5`, `1.234,5`, `1 234`, `1'234`.
fn is_grouped(digits: &str) -> bool {
    const MARKS: [char; 6] = [',', '.', ' ', '\'', '\u{a0}', '\u{202f}'];
    let parts: Vec<&str> = digits.split(MARKS).collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let [first, middle @ .., last] = parts.as_slice() else { return false };
    let groups_of_three = |parts: &[&str]| parts.iter().all(|part| part.len() == 3);
    // The last part may be decimals, of any length.
    parts.iter().all(is_number)
        && (1..=3).contains(&first.len())
        && groups_of_three(middle)
        && (last.len() == 3 || !middle.is_empty())
}

fn bare(cell: &str) -> &str {
    cell.trim().trim_matches('"').trim()
}

/// Writes the decimal commas of whole lines as points; both take one byte.
pub(super) fn write_points(text: &mut [u8], delimiter: u8, first_line: u64) -> Result<(), RawError> {
    let mut at = Vec::new();
    let Ok(lines) = std::str::from_utf8(text) else { return Ok(()) };
    let (mut start, mut number) = (0, first_line);
    for line in lines.split_inclusive('\n') {
        for (from, cell) in cells(line.trim_end_matches(['\n', '\r']), delimiter) {
            match Mark::of(cell) {
                Some(Mark::Comma | Mark::Either) => {
                    at.extend(cell.find(',').map(|comma| start + from + comma))
                }
                Some(Mark::Point) => {
                    let expected = "a decimal comma, as the other numbers of the file have";
                    let remedy = "Write all numbers with a point, or all with a comma.";
                    return Err(RawError::new(bare(cell), expected, remedy).at(number));
                }
                _ => {}
            }
        }
        start += line.len();
        number += 1;
    }
    at.into_iter().for_each(|at| text[at] = b'.');
    Ok(())
}

/// Why a cell is not a number, if its marks show it: the remedy of a fault.
#[must_use]
pub fn number_remedy(cell: &str) -> Option<&'static str> {
    match Mark::of(cell)? {
        Mark::Point => None,
        Mark::Comma => Some("The number has a decimal comma: write it with a point."),
        Mark::Either => Some(
            "The comma may mark decimals or thousands: write the number with a decimal point and no other mark.",
        ),
        Mark::Thousands => Some("The number has thousand separators: write it without them."),
    }
}

#[cfg(test)]
mod tests {
    use super::{Spelling, detect, number_remedy, write_points};

    fn spelling(text: &str) -> Option<(char, bool)> {
        let found = detect(text, None).ok();
        found.map(|Spelling { delimiter, has_decimal_comma }| (char::from(delimiter), has_decimal_comma))
    }

    #[test]
    fn the_separator_stands_equally_often_in_every_line() {
        assert_eq!(spelling("a,b\n1,2\n"), Some((',', false)));
        assert_eq!(spelling("a;b\n1,5;2\n3;4\n"), Some((';', true)));
        assert_eq!(spelling("a\tb\n1.5\t2\n"), Some(('\t', false)));
        assert_eq!(spelling("a,b\nx;y,1\nx;z,2\n"), Some((',', false)));
        assert_eq!(spelling("title, with words\n\na|b|c\n1|2|3\n4|5|6\n"), Some(('|', false)));
        assert_eq!(spelling("\"a;b\",c\n\"d;e\",2\n"), Some((',', false)));
        assert_eq!(spelling("only\n1\n"), Some((',', false)));
        assert_eq!(spelling("a,b;c,d\n1,2;3,4\n"), None, "both fit");
    }

    #[test]
    fn a_decimal_comma_is_believed_only_where_it_is_sure() {
        assert_eq!(spelling("a;b\n1,234;2\n"), Some((';', false)), "decimals or thousands");
        assert_eq!(spelling("a;b\n1,234;2,5\n"), Some((';', true)));
        assert_eq!(spelling("a;b\n1,25;2.5\n"), Some((';', false)), "both marks");
        let mut text = b"a;b\n1,234;\"2,5\"\nx,y;0,1e-3\n".to_vec();
        write_points(&mut text, b';', 1).unwrap();
        assert_eq!(text, b"a;b\n1.234;\"2.5\"\nx,y;0.1e-3\n");
        assert!(write_points(&mut b"a;b\n1,5;2.5\n".to_vec(), b';', 1).is_err());
    }

    #[test]
    fn a_number_that_is_none_says_why() {
        for (cell, why) in [
            ("1,5", Some("decimal comma")),
            ("372,000.5", Some("thousand")),
            ("1.234,5", Some("thousand")),
            ("1 234 567", Some("thousand")),
            ("1,234", Some("decimals or thousands")),
            ("abc", None),
            ("1.5", None),
            ("2019-01-05", None),
        ] {
            let found = number_remedy(cell);
            assert_eq!(found.is_some(), why.is_some(), "{cell}: {found:?}");
            assert!(found.unwrap_or_default().contains(why.unwrap_or_default()), "{cell}: {found:?}");
        }
    }
}
