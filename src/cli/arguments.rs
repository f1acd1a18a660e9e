//! Arguments that several commands share, and the fault of one that is wrong.

use crate::data::{Axes, did_you_mean};
use crate::error::{Fault, InputErrors};

/// Reads `A..B` or a single year.
pub fn years(text: &str) -> Result<[i16; 2], String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok([first, last]),
        _ => Err(format!("`{text}` is no range of years such as 2021..2035")),
    }
}

/// Reads a number above 0.
pub fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| format!("`{text}` is no number above 0"))
}

/// Units of memory: powers of 1024 as `2G`, `2Gi` and `2GiB`, powers of 1000 as `2GB`.
const SIZES: [char; 4] = ['K', 'M', 'G', 'T'];

/// Reads a size of memory in bytes: `800M`, `2G`, `4GiB`, `1.5GB` or a plain number.
pub fn bytes(text: &str) -> Result<u64, String> {
    let wrong =
        || format!("`{text}` is no size such as 800M, 4GiB (1024 three times) or 4GB (1000 three times)");
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let factor = factor(unit.trim()).ok_or_else(wrong)?;
    let whole = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    let part = || number.parse::<f64>().ok().map(|number| number * factor as f64);
    let part = || part().filter(|bytes| number.contains('.') && *bytes < u64::MAX as f64);
    whole.or_else(|| part().map(|bytes| bytes as u64)).ok_or_else(wrong)
}

/// Bytes of a unit; none = bytes.
fn factor(unit: &str) -> Option<u64> {
    let unit = unit.to_ascii_uppercase();
    let mut letters = unit.chars();
    let Some(power) = letters.next().and_then(|first| SIZES.iter().position(|size| *size == first)) else {
        return matches!(unit.as_str(), "" | "B").then_some(1);
    };
    let step: u64 = match letters.as_str() {
        "" | "I" | "IB" => 1024,
        "B" => 1000,
        _ => return None,
    };
    Some(step.pow(power as u32 + 1))
}

/// Position of a country that an argument names.
///
/// # Errors
/// The fault of a code that the data do not have.
pub fn country(axes: &Axes, flag: &str, code: &str) -> Result<usize, InputErrors> {
    let known = axes.countries.iter().map(|country| country.iso3.as_str());
    axes.country_idx.get(code).copied().ok_or_else(|| InputErrors::from(unknown(flag, code, known)))
}

/// The fault of a name that is none of those known, with the one that was probably meant.
pub fn unknown<'n>(flag: &str, found: &str, known: impl IntoIterator<Item = &'n str>) -> Fault {
    let known: Vec<&str> = known.into_iter().collect();
    let remedy = did_you_mean(found, known.iter().copied(), "Name one of these.");
    Fault::of_file("command line", flag, found, &format!("one of {}", known.join(", ")), &remedy)
}

/// The fault of an argument, as an error.
pub fn wrong(flag: &str, found: &str, expected: &str) -> InputErrors {
    wrong_fault(flag, found, expected).into()
}

/// The fault of an argument.
pub fn wrong_fault(flag: &str, found: &str, expected: &str) -> Fault {
    Fault::of_file("command line", flag, found, expected, "Correct it.")
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_of_memory_are_read_with_their_units() {
        for (text, expected) in [
            ("1000", 1000),
            ("7B", 7),
            ("2G", 2 << 30),
            ("4GiB", 4 << 30),
            ("4gib", 4 << 30),
            ("512Mi", 512 << 20),
            ("4GB", 4_000_000_000),
            ("1.5K", 1536),
            ("2 T", 2 << 40),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(bytes(text), Ok(expected), "{text}");
        }
        for text in ["", "G", "-1", "4X", "4GiBi", "1.2.3", "1e9", "99999999999T", ".", "4 G B"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
