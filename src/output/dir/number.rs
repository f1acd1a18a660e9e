//! How numbers are written: the same significant digits in every file.

use std::sync::atomic::{AtomicU8, Ordering};

/// Significant digits of numbers in files, where nothing else is asked for.
pub const DEFAULT_DIGITS: u8 = 9;
/// Digits that give back every number exactly.
pub const ALL_DIGITS: u8 = 17;
/// Numbers closer to zero than this are noise of the solver in every unit used here.
const SMALLEST: f64 = 1e-9;

static DIGITS: AtomicU8 = AtomicU8::new(DEFAULT_DIGITS);

/// Sets the significant digits that [`number`] writes from now on, 1 to [`ALL_DIGITS`].
pub fn set_digits(digits: u8) {
    DIGITS.store(digits.clamp(1, ALL_DIGITS), Ordering::Relaxed);
}

/// A number as it stands in files: nine significant digits (see [`set_digits`]), no trailing zeros, no minus zero.
#[must_use]
pub fn number(value: f64) -> String {
    with_digits(value, DIGITS.load(Ordering::Relaxed))
}

fn with_digits(value: f64, digits: u8) -> String {
    if value.abs() < SMALLEST {
        return "0".into();
    }
    if digits == ALL_DIGITS {
        // The shortest text that reads back as the same number.
        return value.to_string();
    }
    let decimals = i32::from(digits) - 1 - value.abs().log10().floor() as i32;
    let text = format!("{value:.*}", decimals.max(0) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::{ALL_DIGITS, number, with_digits};

    #[test]
    fn numbers_are_short_and_have_no_minus_zero() {
        assert_eq!(number(-0.0), "0");
        assert_eq!(number(1e-12), "0");
        assert_eq!(number(0.1 + 0.2), "0.3");
        assert_eq!(number(-1_234.567_891_234), "-1234.56789");
        assert_eq!(number(1e10), "10000000000");
        assert_eq!(number(1.000_000_000_4e-9), "0.000000001");
        assert_eq!(number(f64::NAN), "NaN");
    }

    #[test]
    fn all_digits_read_back_as_the_same_number() {
        for value in [0.1 + 0.2, -1_234.567_891_234, 1e300, 1.234_567_890_123_456_7e-9] {
            assert_eq!(with_digits(value, ALL_DIGITS).parse(), Ok(value));
        }
        assert_eq!(with_digits(0.1 + 0.2, 3), "0.3");
        assert_eq!(with_digits(1e-12, ALL_DIGITS), "0");
    }
}
