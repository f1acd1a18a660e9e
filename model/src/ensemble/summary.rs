//! Values of the draws against the baseline and against the reference option, and their distributions.

use super::block::{SECTOR_MEASURES, YearBlock};
use super::sample::Sample;
use crate::numerics::quantiles::{quantile, weighted_quantiles};
use crate::projection::Outcome;

/// Positions in `Outcome::MEASURES` of real income in percent and in money: the headline.
pub const HEADLINE: [usize; 2] = [0, 1];

/// What a value is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The baseline of the same year.
    Baseline,
    /// The option at this position, in the same draw.
    Reference(usize),
}

impl Against {
    /// Both, in the order of the tables.
    #[must_use]
    pub fn both(reference: usize) -> [Self; 2] {
        [Self::Baseline, Self::Reference(reference)]
    }

    /// Name in the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Reference(_) => "reference",
        }
    }
}

/// One measure of the results of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// Position in `Outcome::MEASURES`, and country.
    Country(usize, usize),
    /// Position in [`SECTOR_MEASURES`], country and sector.
    Sector(usize, usize, usize),
    /// Change of imports in money; position in `[group,n,i]`.
    Imports(usize),
    /// The same in percent of imports in the baseline.
    ImportsPct(usize),
}

/// How a change of a measure against another option follows from both changes against the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    /// Percent of a level: ratios are divided.
    Chained,
    /// Money and contributions: subtracted.
    Subtracted,
    /// Half the sum of the absolute differences of the shares in workers.
    Reallocated,
}

impl Rule {
    fn of(measure: usize) -> Self {
        match Outcome::MEASURES[measure] {
            ("labour_reallocated", _) => Self::Reallocated,
            ("terms_of_trade", _) => Self::Subtracted,
            (_, "pct") => Self::Chained,
            _ => Self::Subtracted,
        }
    }
}

/// Shares at which distributions are written.
pub(super) const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Mean and the five quantiles that the outputs carry, over the draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Arithmetic mean.
    pub mean: f64,
    /// Monte Carlo standard error of the mean; `None` with one draw.
    pub mc_se: Option<f64>,
    /// Quantiles at 5, 25, 50, 75 and 95 percent.
    pub quantiles: [f64; 5],
}

impl Summary {
    /// In the place of one that is still to come.
    pub(super) const NONE: Self =
        Self { mean: f64::NAN, mc_se: None, quantiles: [f64::NAN; QUANTILES.len()] };

    /// Summary of numbers of draws, each with the position of its draw in `sample`; `None` if there are none.
    #[must_use]
    pub fn of(sample: &Sample, values: Vec<(usize, f64)>) -> Option<Self> {
        if sample.is_plain() {
            return Self::plain(values.into_iter().map(|(_, value)| value).collect());
        }
        let weights: f64 = values.iter().map(|(at, _)| sample.weight(*at)).sum();
        let mean = values.iter().map(|(at, value)| sample.weight(*at) * value).sum::<f64>() / weights;
        let scale = sample.len() as f64 / weights;
        let deviations = values.iter().map(|(at, value)| (*at, scale * (value - mean)));
        let variance = sample.variance_of_mean(deviations).filter(|_| values.len() > 1);
        let mut sorted: Vec<(f64, f64)> =
            values.into_iter().map(|(at, value)| (value, sample.weight(at))).collect();
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let quantiles = || weighted_quantiles(&sorted, QUANTILES);
        (!sorted.is_empty()).then(|| Self { mean, mc_se: variance.map(f64::sqrt), quantiles: quantiles() })
    }

    /// Summary of draws that count alike.
    fn plain(mut values: Vec<f64>) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        values.sort_unstable_by(f64::total_cmp);
        Some(Self::of_sorted(&values))
    }

    /// Summary of draws that count alike, in rising order; at least one.
    pub(super) fn of_sorted(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let mc_se = (values.len() > 1).then(|| (squares / (n - 1.0) / n).sqrt());
        Self { mean, mc_se, quantiles: QUANTILES.map(|p| quantile(values, p)) }
    }
}

/// Summary of a measure of an option over the draws of `sample`, which are those of the block. Many measures are quicker
/// together: [`Summaries`](super::summaries::Summaries).
///
/// # Panics
/// For a block without draws.
#[must_use]
pub fn over_draws(
    sample: &Sample,
    block: &YearBlock,
    option: usize,
    cell: Cell,
    against: Against,
) -> Summary {
    let reading = Reading::of(block, cell);
    let of = |draw: usize| (draw, reading.in_draw(draw, option, against));
    let values = (0..block.draws.len()).map(of).collect();
    Summary::of(sample, values).expect("a run has a draw or more")
}

/// A measure of an option in one draw (position in the block).
#[must_use]
pub fn value(block: &YearBlock, draw: usize, option: usize, cell: Cell, against: Against) -> f64 {
    Reading::of(block, cell).in_draw(draw, option, against)
}

/// Two numbers of the year of the summary, against the reference option of the same draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InForce {
    /// The measure.
    pub total: f64,
    /// The measure with the rest of the world as under the reference option; `None` for a measure that is made of
    /// sectors, which are kept for the whole effect alone.
    pub own: Option<f64>,
}

/// A country measure in a draw in which the option is in force at the end; `None` in other draws, and in years that do
/// not keep it.
#[must_use]
pub fn in_force(
    block: &YearBlock,
    draw: usize,
    (option, reference): (usize, usize),
    (measure, n): (usize, usize),
) -> Option<InForce> {
    let at = block.layout.in_force_at();
    let values = block.of(draw, option);
    if !block.layout.has_own || values[at] == 0.0 {
        return None;
    }
    let total = value(block, draw, option, Cell::Country(measure, n), Against::Reference(reference));
    let other = block.of(draw, reference);
    let own = &values[at + 1..];
    let reading = Reading::of(block, Cell::Country(measure, n));
    let own = (reading.rule != Rule::Reallocated).then(|| reading.over([own, other]));
    Some(InForce { total, own })
}

/// Where a measure stands among the values of an option, and how it is compared: worked out once for all draws.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'b> {
    block: &'b YearBlock,
    pub at: usize,
    /// Imports in the baseline of which it is made a percentage.
    pub of_musd: Option<f64>,
    pub rule: Rule,
    /// Country, where the rule asks for it.
    n: usize,
}

impl<'b> Reading<'b> {
    pub fn of(block: &'b YearBlock, cell: Cell) -> Self {
        let layout = &block.layout;
        let (at, of_musd, rule, n) = match cell {
            Cell::Country(measure, n) => (measure * layout.n + n, None, Rule::of(measure), n),
            Cell::Sector(measure, n, j) => {
                let is_pct = SECTOR_MEASURES[measure].1 == "pct";
                let rule = if is_pct { Rule::Chained } else { Rule::Subtracted };
                (layout.sector_at(measure) + n * layout.s + j, None, rule, n)
            }
            Cell::Imports(at) => (layout.bilateral_at() + at, None, Rule::Subtracted, 0),
            Cell::ImportsPct(at) => {
                (layout.bilateral_at() + at, Some(block.base_imports_musd[at]), Rule::Chained, 0)
            }
        };
        Self { block, at, of_musd, rule, n }
    }

    /// What an option gives in a draw.
    fn in_draw(&self, draw: usize, option: usize, against: Against) -> f64 {
        let values = self.block.of(draw, option);
        match against {
            Against::Baseline => self.value(values),
            Against::Reference(reference) => self.over([values, self.block.of(draw, reference)]),
        }
    }

    /// Against the baseline.
    fn value(&self, values: &[f64]) -> f64 {
        let value = values[self.at];
        self.of_musd.map_or(value, |of_musd| pct_of(value, of_musd))
    }

    /// The values of an option against those of another in the same draw.
    fn over(&self, [values, other]: [&[f64]; 2]) -> f64 {
        match self.rule {
            Rule::Chained => chained(self.value(values), self.value(other)),
            Rule::Subtracted => self.value(values) - self.value(other),
            Rule::Reallocated => reallocated(self.block, [values, other], self.n),
        }
    }
}

/// Half the sum of the absolute differences of the shares of sectors in workers, percent.
fn reallocated(block: &YearBlock, values: [&[f64]; 2], n: usize) -> f64 {
    let (s, at) = (block.layout.s, block.layout.sector_at(super::block::EMPLOYMENT) + n * block.layout.s);
    let shares = &block.base_worker_shares[n * s..(n + 1) * s];
    let [one, other] = values.map(|values| &values[at..at + s]);
    let moved = shares.iter().zip(one.iter().zip(other));
    0.5 * moved.map(|(share, (one, other))| share * (one - other).abs()).sum::<f64>()
}

/// A change of trade in percent of trade in the baseline.
#[inline(always)]
pub(super) fn pct_of(musd: f64, of_musd: f64) -> f64 {
    100.0 * musd / of_musd
}

/// One percent change over another.
#[inline(always)]
pub(super) fn chained(value: f64, other: f64) -> f64 {
    100.0 * ((100.0 + value) / (100.0 + other) - 1.0)
}
