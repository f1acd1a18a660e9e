//! Numbers and lines of comma-separated text: what every cell of every table goes through.

mod line;
mod number;

pub use line::Line;
pub use number::{ALL_DIGITS, DEFAULT_DIGITS, Digits, decimals, digits, number, precise, set_digits};
