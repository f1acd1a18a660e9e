//! Summaries of many measures at once: the same numbers as [`summary::over_draws`], several times as quick.
//!
//! The values of a draw lie side by side, those of a measure far apart. So several measures are taken from each draw in
//! turn, and what follows (means, variances, order) is done for all of them together.

use super::block::YearBlock;
use super::sample::Sample;
use super::summary::{self, Against, Cell, QUANTILES, Reading, Summary};
use crate::numerics::parallel;
use crate::numerics::quantiles::weighted_quantiles;
use crate::numerics::sorted_lanes::{LANES, LaneSorter, Lanes};

/// What all measures of a block have in common.
#[derive(Debug)]
pub struct Summaries<'a> {
    sample: &'a Sample,
    block: &'a YearBlock,
    weights: Vec<f64>,
    sum_of_weights: f64,
    /// `None` where draws are too many.
    sorter: Option<LaneSorter>,
}

impl<'a> Summaries<'a> {
    /// Of the draws of `sample`, which are those of the block.
    #[must_use]
    pub fn new(sample: &'a Sample, block: &'a YearBlock) -> Self {
        let weights: Vec<f64> = (0..block.draws.len()).map(|at| sample.weight(at)).collect();
        let sum_of_weights = weights.iter().sum();
        let sorter = LaneSorter::new(weights.clone());
        Self { sample, block, weights, sum_of_weights, sorter }
    }

    /// The summaries of `cells` of an option, for each cell one against each of `against`.
    ///
    /// # Panics
    /// For a block without draws.
    #[must_use]
    pub fn of(&self, option: usize, cells: &[Cell], against: &[Against]) -> Vec<Summary> {
        let of_chunk = |cells: &[Cell]| {
            let of_one: Vec<Vec<Summary>> =
                against.iter().map(|&against| self.of_some(option, cells, against)).collect();
            (0..cells.len()).flat_map(|at| of_one.iter().map(move |found| found[at])).collect::<Vec<_>>()
        };
        let chunks: Vec<&[Cell]> = cells.chunks(LANES).collect();
        parallel::map(chunks.len(), |at| of_chunk(chunks[at])).concat()
    }

    /// Of at most [`LANES`] cells.
    fn of_some(&self, option: usize, cells: &[Cell], against: Against) -> Vec<Summary> {
        let alone = |cell| summary::over_draws(self.sample, self.block, option, cell, against);
        let Some(sorter) = &self.sorter else { return cells.iter().map(|&cell| alone(cell)).collect() };
        let mut values = self.values(option, cells, against);
        // A measure that does not apply has no order; it must not hold up those beside it.
        let is_sound: [bool; LANES] =
            std::array::from_fn(|lane| values.iter().all(|values| values[lane].is_finite()));
        for (lane, _) in is_sound.iter().enumerate().filter(|(_, is_sound)| !**is_sound) {
            values.iter_mut().for_each(|values| values[lane] = 0.0);
        }
        let found =
            if self.sample.is_plain() { plain(sorter, &values) } else { self.weighted(sorter, &values) };
        let one = |((&cell, is_sound), found)| if is_sound { found } else { alone(cell) };
        cells.iter().zip(is_sound).zip(found).map(one).collect()
    }

    /// The values of the cells by draw; places without a cell are 0.
    fn values(&self, option: usize, cells: &[Cell], against: Against) -> Vec<Lanes> {
        let block = self.block;
        let readings: Vec<Reading<'_>> = cells.iter().map(|&cell| Reading::of(block, cell)).collect();
        let of_draw = |draw: usize| {
            let mut lanes = [0.0; LANES];
            let values = block.of(draw, option);
            let other = match against {
                Against::Baseline => None,
                Against::Reference(reference) => Some(block.of(draw, reference)),
            };
            for (lane, reading) in lanes.iter_mut().zip(&readings) {
                *lane = match other {
                    None => reading.value(values),
                    Some(other) => reading.over([values, other]),
                };
            }
            lanes
        };
        (0..block.draws.len()).map(of_draw).collect()
    }

    /// As [`Summary::of`], in the same order of every sum.
    fn weighted(&self, sorter: &LaneSorter, values: &[Lanes]) -> Vec<Summary> {
        let mut means = [0.0; LANES];
        for (values, weight) in values.iter().zip(&self.weights) {
            for (mean, value) in means.iter_mut().zip(values) {
                *mean += weight * value;
            }
        }
        means.iter_mut().for_each(|mean| *mean /= self.sum_of_weights);
        let scale = self.sample.len() as f64 / self.sum_of_weights;
        let deviation = |values: &Lanes| std::array::from_fn(|lane| scale * (values[lane] - means[lane]));
        let deviations = values.iter().enumerate().map(|(at, values)| (at, deviation(values)));
        let variances = self.sample.variances_of_means::<LANES>(deviations).filter(|_| values.len() > 1);
        let mut found = Vec::with_capacity(LANES);
        sorter.each_sorted(values, |lane, sorted| {
            let mc_se = variances.map(|variances| variances[lane].sqrt());
            found.push(Summary {
                mean: means[lane],
                mc_se,
                quantiles: weighted_quantiles(sorted, QUANTILES),
            });
        });
        found
    }
}

/// Of draws that count alike.
fn plain(sorter: &LaneSorter, values: &[Lanes]) -> Vec<Summary> {
    let mut found = Vec::with_capacity(LANES);
    let mut list = Vec::with_capacity(values.len());
    sorter.each_sorted(values, |_, sorted| {
        list.clear();
        list.extend(sorted.iter().map(|(value, _)| *value));
        found.push(Summary::of_sorted(&list));
    });
    found
}

#[cfg(test)]
mod tests {
    use super::super::block::Layout;
    use super::super::strata::InForceDays;
    use super::*;

    /// Three measures of five countries in forty draws; the last measure does not apply in one country.
    fn block() -> YearBlock {
        let (n, n_measures, n_draws) = (5, 3, 40);
        let layout = Layout {
            n_options: 2,
            n,
            s: 0,
            n_measures,
            n_sector_measures: 0,
            n_groups: 0,
            has_own: false,
            n_carried: 0,
        };
        let number = |at: usize| ((at * 7919) % 1009) as f64 / 500.0 - 1.0;
        let mut values: Vec<f64> = (0..2 * n_draws * n * n_measures).map(number).collect();
        values
            .iter_mut()
            .skip(n * n_measures - 1)
            .step_by(n * n_measures)
            .for_each(|value| *value = f64::NAN);
        // The first draws are the same under both options.
        let rows = (0..n_draws as u32).flat_map(|draw| [2 * draw, 2 * draw + u32::from(draw > 9)]).collect();
        YearBlock {
            year: 2030,
            layout,
            draws: (0..n_draws as u64).collect(),
            rows,
            values,
            base_imports_musd: Vec::new(),
            base_worker_shares: Vec::new(),
        }
    }

    #[test]
    fn measures_together_have_the_bits_of_measures_one_by_one() {
        let block = block();
        let cells: Vec<Cell> =
            (0..5).flat_map(|n| (0..3).map(move |measure| Cell::Country(measure, n))).collect();
        let against = Against::both(0);
        let days = (0..400).map(|draw| (draw % 7 == 0).then_some(draw)).collect();
        let days = InForceDays { option: "a", days };
        let weighted = Sample::stratified(&[days], 40);
        assert!(!weighted.is_plain());
        for sample in [Sample::plain(40), weighted] {
            let found = Summaries::new(&sample, &block).of(1, &cells, &against);
            let keys = cells.iter().flat_map(|cell| against.map(|against| (*cell, against)));
            assert_eq!(found.len(), 2 * cells.len());
            for ((cell, against), found) in keys.zip(found) {
                let alone = summary::over_draws(&sample, &block, 1, cell, against);
                let bits = |of: &Summary| {
                    let numbers = [of.mean, of.mc_se.unwrap_or(-1.0)].into_iter().chain(of.quantiles);
                    numbers.map(f64::to_bits).collect::<Vec<_>>()
                };
                assert!(bits(&found) == bits(&alone), "{cell:?} {against:?}: {found:?} {alone:?}");
            }
        }
    }
}
