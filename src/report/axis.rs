//! Scales, round ticks and the text of numbers.

/// Maps numbers to pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    lo: f64,
    hi: f64,
    start: f64,
    end: f64,
}

impl Scale {
    /// `lo` falls on the pixel `start`, `hi` on `end`. A range without width is widened.
    #[must_use]
    pub fn new((lo, hi): (f64, f64), (start, end): (f64, f64)) -> Self {
        let hi = if hi > lo { hi } else { lo + 1.0 };
        Self { lo, hi, start, end }
    }

    /// Pixel of a number.
    #[must_use]
    pub fn at(&self, value: f64) -> f64 {
        self.start + (value - self.lo) / (self.hi - self.lo) * (self.end - self.start)
    }

    /// Round ticks inside the scale, about `wanted` of them, each with its text.
    #[must_use]
    pub fn ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        let step = round_step(self.hi - self.lo, wanted);
        // A hair of tolerance, as 0.3 / 0.1 is not 3.
        let first = (self.lo / step - 1e-9).ceil() as i64;
        let last = (self.hi / step + 1e-9).floor() as i64;
        (first..=last).map(|k| (k as f64 * step, fixed(k as f64 * step, decimals_of(step)))).collect()
    }
}

/// The least step 1, 2 or 5 times a power of ten that gives at most `wanted` intervals.
fn round_step(width: f64, wanted: usize) -> f64 {
    let raw = width / wanted.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= raw * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

fn decimals_of(step: f64) -> usize {
    (-(step.log10() + 1e-9).floor()).max(0.0) as usize
}

/// Least range around `values` and zero, with a margin of 4 % where the values leave zero.
#[must_use]
pub fn range_with_zero(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let (lo, hi) = values.into_iter().fold((0.0_f64, 0.0_f64), |(lo, hi), v| (lo.min(v), hi.max(v)));
    let margin = 0.04 * (hi - lo);
    (if lo < 0.0 { lo - margin } else { 0.0 }, if hi > 0.0 { hi + margin } else { 0.0 })
}

/// Fixed decimals, a true minus sign, never minus zero.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.*}", decimals, value.abs());
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value < 0.0 && !is_zero { format!("\u{2212}{text}") } else { text }
}

/// As [`fixed`], with a plus sign before what is above zero.
#[must_use]
pub fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value > 0.0 && !is_zero { format!("+{text}") } else { text }
}

/// Decimals that show three digits of the largest of `values`, between one and three.
#[must_use]
pub fn decimals_for(values: impl IntoIterator<Item = f64>) -> usize {
    match values.into_iter().fold(0.0_f64, |most, value| most.max(value.abs())) {
        most if most >= 20.0 => 1,
        most if most >= 0.2 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lo: f64, hi: f64, wanted: usize) -> Vec<String> {
        Scale::new((lo, hi), (0.0, 1.0)).ticks(wanted).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round_and_lie_inside() {
        assert_eq!(texts(0.0, 0.3, 3), ["0.0", "0.1", "0.2", "0.3"]);
        assert_eq!(texts(-0.42, 0.9, 3), ["0.0", "0.5"]);
        assert_eq!(texts(2021.0, 2035.0, 3), ["2025", "2030", "2035"]);
        assert_eq!(texts(0.0, 0.0, 2), ["0.0", "0.5", "1.0"]);
    }

    #[test]
    fn a_scale_maps_its_ends() {
        let scale = Scale::new((-1.0, 3.0), (100.0, 500.0));
        assert_eq!((scale.at(-1.0), scale.at(0.0), scale.at(3.0)), (100.0, 200.0, 500.0));
    }

    #[test]
    fn numbers_have_a_true_minus_and_no_minus_zero() {
        assert_eq!(fixed(-0.004, 2), "0.00");
        assert_eq!(fixed(-1.256, 2), "\u{2212}1.26");
        assert_eq!(signed(0.5, 1), "+0.5");
        assert_eq!(signed(0.001, 2), "0.00");
    }

    #[test]
    fn the_range_holds_zero() {
        assert_eq!(range_with_zero([1.0, 2.0]), (0.0, 2.08));
        assert_eq!(range_with_zero([]), (0.0, 0.0));
    }

    #[test]
    fn decimals_follow_the_largest_value() {
        assert_eq!([0.05, 0.5, 50.0].map(|value| decimals_for([value])), [3, 2, 1]);
    }
}
