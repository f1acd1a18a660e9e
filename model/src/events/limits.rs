//! Bounds of the figures of an option. Larger values are taken for typing errors; the engine relies on the bounds.

use jiff::civil::{Date, date};

/// A figure as messages show it; one of more than 15 digits with its exponent.
pub(super) fn shown(value: f64) -> String {
    if value.is_finite() && value.abs() >= 1e15 { format!("{value:e}") } else { value.to_string() }
}

/// Dates that an option may speak of at all.
pub(super) const DATES: [Date; 2] = [date(1900, 1, 1), date(2200, 12, 31)];
/// Most days of a duration, a waiting time or a pause: nearly three centuries.
pub(super) const MOST_DAYS: f64 = 100_000.0;
/// Least value of durations that must be above 0 days.
pub(super) const LEAST_DAYS: f64 = 0.001;
/// Most years of a shift, and between two occurrences.
pub(super) const MOST_YEARS: f64 = 300.0;
/// Largest absolute value of a parameter and of the amount that a shift adds.
pub(super) const LARGEST: f64 = 1e6;
/// Largest weight of a party.
pub(super) const LARGEST_WEIGHT: f64 = 1e15;
/// Shapes of a Weibull distribution.
pub(super) const SHAPES: [f64; 2] = [0.01, 100.0];
/// Most tries after the first, and most times that a branch is taken.
pub(super) const MOST_TIMES: u32 = 1000;
/// Most branches of a stage: the log numbers them in a byte.
pub(super) const MOST_BRANCHES: usize = 255;
/// Most stages of an option with what it includes.
pub(super) const MOST_STAGES: usize = 100_000;
/// Most events that the stages of an option can come to in one draw.
pub(super) const MOST_EVENTS: u64 = 2_000_000;
/// Most includes inside one another.
pub(super) const MOST_DEPTH: usize = 32;
