//! The text of numbers in files.

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

/// The significant digits that [`number`] writes.
#[must_use]
pub fn digits() -> u8 {
    DIGITS.load(Ordering::Relaxed)
}

/// Powers of ten.
const POWERS: [u64; 18] = {
    let mut powers = [1; 18];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = 10 * powers[at - 1];
        at += 1;
    }
    powers
};

/// A number as it stands in files: nine significant digits (see [`set_digits`]), no trailing zeros but the one after the
/// point of a whole number, so that every reader takes the column for one of numbers with decimals; no minus zero.
#[must_use]
pub fn number(value: f64) -> String {
    with_digits(value, digits(), |text| text.iter().map(|&byte| char::from(byte)).collect())
}

/// Adds the text of [`number`].
pub(super) fn append(value: f64, bytes: &mut Vec<u8>) {
    with_digits(value, digits(), |text| bytes.extend_from_slice(text));
}

fn with_digits<T>(value: f64, digits: u8, use_text: impl FnOnce(&[u8]) -> T) -> T {
    if value.abs() < SMALLEST {
        return use_text(b"0.0");
    }
    if digits == ALL_DIGITS {
        // The shortest text that reads back as the same number.
        return use_text(format!("{value:?}").as_bytes());
    }
    let fast = (digits <= DEFAULT_DIGITS).then(|| significant(value, digits)).flatten();
    match fast {
        Some(text) => use_text(text.text()),
        None => {
            let decimals = i32::from(digits) - 1 - value.abs().log10().floor() as i32;
            use_text(trimmed(format!("{value:.*}", decimals.max(0) as usize)).as_bytes())
        }
    }
}

/// `value` with `digits` significant digits by arithmetic in whole numbers, several times as fast as the formatting of
/// the standard library. `None` if the scaled number lies so near to the middle of two that its rounding error
/// decides, and where it has no decimals or is not finite.
fn significant(value: f64, digits: u8) -> Option<Digits> {
    let size = value.abs();
    // NaN is not below.
    if !(SMALLEST..POWERS[usize::from(digits)] as f64).contains(&size) {
        return None;
    }
    // The power of ten below, from that of two: 1233 / 4096 is log10 of 2; one too high at most.
    let two = (size.to_bits() >> 52) as i32 - 1023;
    let estimate = ((two + 1) * 1233) >> 12;
    let ten = if size < power_of_ten(estimate) { estimate - 1 } else { estimate };
    let decimals = (i32::from(digits) - 1 - ten) as usize;
    // Below 1e10, so that the product is off by less than 1e-6.
    let scaled = size * *POWERS.get(decimals)? as f64;
    let whole = scaled.floor();
    let rest = scaled - whole;
    ((rest - 0.5).abs() > 1e-6 && scaled < 1e10).then(|| {
        let mut text = Digits::default().decimal(whole as u64 + u64::from(rest > 0.5), decimals);
        if value < 0.0 {
            text.push(b'-');
        }
        text
    })
}

/// 10 to the power of -10 to 10.
fn power_of_ten(power: i32) -> f64 {
    const TEN: [f64; 21] = [
        1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
        1e8, 1e9, 1e10,
    ];
    TEN[(power + 10) as usize]
}

/// The texts of 0 to 99, two digits each.
const PAIRS: [u8; 200] = {
    let mut pairs = [0; 200];
    let mut at = 0;
    while at < 100 {
        pairs[2 * at] = b'0' + (at / 10) as u8;
        pairs[2 * at + 1] = b'0' + (at % 10) as u8;
        at += 1;
    }
    pairs
};

/// Text of a number that is filled from its end.
pub struct Digits {
    buffer: [u8; 40],
    start: usize,
}

impl Default for Digits {
    fn default() -> Self {
        Self { buffer: [0; 40], start: 40 }
    }
}

impl Digits {
    /// The text so far.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    fn push(&mut self, byte: u8) {
        self.start -= 1;
        self.buffer[self.start] = byte;
    }

    /// Adds two digits before those that are there.
    fn push_pair(&mut self, pair: usize) {
        self.start -= 2;
        self.buffer[self.start..self.start + 2].copy_from_slice(&PAIRS[2 * pair..2 * pair + 2]);
    }

    /// A whole number.
    #[must_use]
    pub fn integer(mut self, mut value: u64) -> Self {
        while value >= 100 {
            self.push_pair((value % 100) as usize);
            value /= 100;
        }
        if value >= 10 {
            self.push_pair(value as usize);
        } else {
            self.push(b'0' + value as u8);
        }
        self
    }

    /// `scaled / 10^decimals` without trailing zeros behind the point, but with one decimal at least.
    fn decimal(mut self, mut scaled: u64, mut decimals: usize) -> Self {
        while decimals > 1 && scaled.is_multiple_of(10) {
            (scaled, decimals) = (scaled / 10, decimals - 1);
        }
        if decimals == 0 {
            self.push(b'0');
        }
        while decimals >= 2 {
            self.push_pair((scaled % 100) as usize);
            (scaled, decimals) = (scaled / 100, decimals - 2);
        }
        if decimals == 1 {
            self.push(b'0' + (scaled % 10) as u8);
            scaled /= 10;
        }
        self.push(b'.');
        self.integer(scaled)
    }

    /// A day given as the number `yyyymmdd`.
    #[must_use]
    pub fn date(self, yyyymmdd: u64) -> Self {
        let mut date = self;
        for (part, digits) in [(yyyymmdd % 100, 2), (yyyymmdd / 100 % 100, 2), (yyyymmdd / 10_000, 4)] {
            let mut part = part;
            for _ in 0..digits {
                date.push(b'0' + (part % 10) as u8);
                part /= 10;
            }
            if digits == 2 {
                date.push(b'-');
            }
        }
        date
    }
}

/// At most so many decimals, without trailing zeros or a minus zero; a whole number ends in `.0`.
#[must_use]
pub fn decimals(value: f64, decimals: usize) -> String {
    let text = trimmed(format!("{value:.decimals$}"));
    if text == "-0.0" { "0.0".into() } else { text }
}

fn trimmed(mut text: String) -> String {
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    if !text.contains('.') && text.ends_with(|last: char| last.is_ascii_digit()) {
        text.push_str(".0");
    }
    text
}

/// Twelve significant digits; unlike money, coefficients and their covariances have no smallest unit. Empty where the
/// value is not finite.
#[must_use]
pub fn precise(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let rounded: f64 = format!("{value:.11e}").parse().expect("the text of a finite number is a number");
    let size = rounded.abs();
    if rounded == 0.0 {
        "0.0".into()
    } else if (1e-5..1e15).contains(&size) {
        format!("{rounded:?}")
    } else {
        format!("{rounded:e}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{ALL_DIGITS, decimals, number, precise, significant, trimmed, with_digits};

    #[test]
    fn numbers_are_short_and_have_no_minus_zero() {
        assert_eq!(number(-0.0), "0.0");
        assert_eq!(number(1e-12), "0.0");
        assert_eq!(number(0.1 + 0.2), "0.3");
        assert_eq!(number(-1_234.567_891_234), "-1234.56789");
        assert_eq!(number(1e10), "10000000000.0");
        assert_eq!(number(999_999_999.6), "1000000000.0");
        assert_eq!(number(1.000_000_000_4e-9), "0.000000001");
        assert_eq!(number(0.000_000_012_345), "0.000000012345");
        assert_eq!(number(f64::NAN), "NaN");
        assert_eq!(decimals(-0.04, 1), "0.0");
        assert_eq!(decimals(12.5, 3), "12.5");
        assert_eq!(decimals(12.0, 0), "12.0");
        assert_eq!(number(7.0), "7.0");
        assert_eq!(precise(3.0), "3.0");
    }

    #[test]
    fn all_digits_read_back_as_the_same_number() {
        let text =
            |value, digits| with_digits(value, digits, |text| String::from_utf8(text.to_vec()).unwrap());
        for value in [0.1 + 0.2, -1_234.567_891_234, 1e300, 1.234_567_890_123_456_7e-9] {
            assert_eq!(text(value, ALL_DIGITS).parse(), Ok(value));
        }
        assert_eq!(text(0.1 + 0.2, 3), "0.3");
        assert_eq!(text(1e-12, ALL_DIGITS), "0.0");
    }

    #[test]
    fn small_numbers_keep_their_digits() {
        assert_eq!(precise(1.234_567_890_123e-14), "1.23456789012e-14");
        assert_eq!(precise(0.1 + 0.2), "0.3");
        assert_eq!(precise(-0.0), "0.0");
        assert_eq!(precise(f64::NAN), "");
    }

    #[test]
    fn the_middle_of_two_is_left_to_the_standard_library() {
        assert!(significant(1.000_000_005, 9).is_none());
        assert!(significant(f64::NAN, 9).is_none());
        assert!(significant(f64::INFINITY, 9).is_none());
        assert_eq!(
            significant(1.000_000_006, 9).map(|text| text.text().to_vec()),
            Some(b"1.00000001".to_vec())
        );
    }

    proptest! {
        #[test]
        fn fast_text_is_the_text_of_the_standard_library(mantissa in -1.0..1.0_f64, power in -9..10_i32) {
            let value = mantissa * 10_f64.powi(power);
            let places = 8 - value.abs().log10().floor() as i32;
            if value.abs() >= 1e-9 && places >= 0 {
                prop_assert_eq!(number(value), trimmed(format!("{value:.*}", places as usize)));
            }
        }

        #[test]
        fn a_number_read_back_has_the_same_text(mantissa in -1.0..1.0_f64, power in -9..12_i32) {
            let text = number(mantissa * 10_f64.powi(power));
            prop_assert_eq!(number(text.parse().unwrap()), text);
        }
    }
}
