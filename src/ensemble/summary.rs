//! Quantiles over draws, from the blocks of a run.

use super::block::YearBlock;
use crate::numerics::quantiles::quantile;

/// Positions of the country measures that are also measured against the reference option.
///
/// Real income in percent, then in money (`Outcome::MEASURES`).
pub const AGAINST_REFERENCE: [usize; 2] = [0, 1];

/// Mean and the five quantiles that the outputs carry, over the draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Arithmetic mean.
    pub mean: f64,
    /// Quantiles at 5, 25, 50, 75 and 95 percent.
    pub quantiles: [f64; 5],
}

/// Summary of a country measure of an option over the draws.
#[must_use]
pub fn country(block: &YearBlock, option: usize, measure: usize, n: usize) -> Summary {
    let at = measure * block.layout.n + n;
    over_draws(block, |draw| block.of(draw, option)[at])
}

/// Summary of a measure of [`AGAINST_REFERENCE`] against the option `reference` of the same draw.
#[must_use]
pub fn against(block: &YearBlock, (option, reference): (usize, usize), measure: usize, n: usize) -> Summary {
    over_draws(block, |draw| against_in_draw(block, draw, (option, reference), measure, n))
}

/// The same in one draw.
#[must_use]
pub fn against_in_draw(
    block: &YearBlock,
    draw: usize,
    (option, reference): (usize, usize),
    measure: usize,
    n: usize,
) -> f64 {
    let at = measure * block.layout.n + n;
    difference(measure, block.of(draw, option)[at], block.of(draw, reference)[at])
}

/// A measure against another: percent changes are chained, money is subtracted.
#[must_use]
pub fn difference(measure: usize, value: f64, reference: f64) -> f64 {
    if measure == AGAINST_REFERENCE[0] {
        100.0 * ((100.0 + value) / (100.0 + reference) - 1.0)
    } else {
        value - reference
    }
}

/// Summary of a measure of a sector (position in [`SECTOR_MEASURES`](super::SECTOR_MEASURES)).
#[must_use]
pub fn sector(block: &YearBlock, option: usize, measure: usize, (n, j): (usize, usize)) -> Summary {
    let at = block.layout.sector_at(measure) + n * block.layout.s + j;
    over_draws(block, |draw| block.of(draw, option)[at])
}

/// Summary of the change of imports of a sector group in million USD; position in `[group,n,i]`.
#[must_use]
pub fn imports(block: &YearBlock, option: usize, cell: usize) -> Summary {
    let at = block.layout.bilateral_at() + cell;
    over_draws(block, |draw| block.of(draw, option)[at])
}

fn over_draws(block: &YearBlock, value: impl Fn(usize) -> f64) -> Summary {
    let mut values: Vec<f64> = (0..block.draws.len()).map(value).collect();
    values.sort_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    Summary { mean, quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map(|p| quantile(&values, p)) }
}
