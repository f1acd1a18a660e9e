//! Summaries of many measures at once: the same numbers as [`summary::over_draws`], several times as quick.
//!
//! The values of a draw lie side by side, those of a measure far apart. So several measures are taken from each draw in
//! turn, and what follows (means, variances, order) is done for all of them together.

use super::block::YearBlock;
use super::sample::Sample;
use super::summary::{self, Against, Cell, QUANTILES, Reading, Rule, Summary, chained, pct_of};
use crate::numerics::parallel;
use crate::numerics::quantiles::weighted_quantiles_of_lanes;
use crate::numerics::sorted_lanes::{LANES, LaneSorter, Lanes, SortedLanes};
use crate::numerics::vectors::vectorised;
use crate::sorted::sort_by_key;

/// Measures of a block to be summarised, and what all of them have in common.
#[derive(Debug)]
pub struct Summaries<'a> {
    sample: &'a Sample,
    block: &'a YearBlock,
    cells: &'a [Cell],
    chunks: Vec<Chunk>,
    weights: Vec<f64>,
    sum_of_weights: f64,
    /// `None` where draws are too many.
    sorter: Option<LaneSorter>,
}

/// At most [`LANES`] cells that are read and compared alike; their values lie near each other.
#[derive(Debug)]
struct Chunk {
    rule: Rule,
    /// Positions among the cells.
    cells: Vec<usize>,
    /// Where the value of each lane stands; lanes without a cell repeat the last one.
    at: [usize; LANES],
    /// Imports in the baseline of which the values are made percentages.
    of_musd: Option<Lanes>,
}

impl<'a> Summaries<'a> {
    /// Of `cells` over the draws of `sample`, which are those of the block.
    #[must_use]
    pub fn new(sample: &'a Sample, block: &'a YearBlock, cells: &'a [Cell]) -> Self {
        let weights: Vec<f64> = (0..block.draws.len()).map(|at| sample.weight(at)).collect();
        let sum_of_weights = weights.iter().sum();
        let sorter = LaneSorter::new(weights.clone());
        Self { sample, block, cells, chunks: chunks(block, cells), weights, sum_of_weights, sorter }
    }

    /// The summaries of the cells for an option, for each cell one against each of `against`.
    ///
    /// # Panics
    /// For a block without draws.
    #[must_use]
    pub fn of(&self, option: usize, against: &[Against]) -> Vec<Summary> {
        let found = parallel::map_each(&self.chunks, |one| self.of_chunk(one, option, against));
        let mut in_order = vec![Summary::NONE; self.cells.len() * against.len()];
        for (chunk, found) in self.chunks.iter().zip(found) {
            for (&cell, found) in chunk.cells.iter().zip(found.chunks(against.len())) {
                in_order[cell * against.len()..][..against.len()].copy_from_slice(found);
            }
        }
        in_order
    }

    /// The summaries of the cells of a chunk, for each cell one against each of `against`.
    fn of_chunk(&self, chunk: &Chunk, option: usize, against: &[Against]) -> Vec<Summary> {
        let sorter = self.sorter.as_ref().filter(|_| chunk.rule != Rule::Reallocated);
        let found: Vec<[Option<Summary>; LANES]> = match sorter {
            None => vec![[None; LANES]; against.len()],
            Some(sorter) => {
                let own = self.values(chunk, option);
                let over = |&against| self.over_lanes(sorter, self.over(chunk, &own, against));
                against.iter().map(over).collect()
            }
        };
        let mut summaries = Vec::with_capacity(chunk.cells.len() * against.len());
        for (lane, &cell) in chunk.cells.iter().enumerate() {
            for (found, &against) in found.iter().zip(against) {
                let alone =
                    || summary::over_draws(self.sample, self.block, option, self.cells[cell], against);
                summaries.push(found[lane].unwrap_or_else(alone));
            }
        }
        summaries
    }

    /// The values of a chunk against the baseline, by draw.
    fn values(&self, chunk: &Chunk, option: usize) -> Vec<Lanes> {
        let of_draw = |draw: usize| {
            let values = self.block.of(draw, option);
            chunk.at.map(|at| values[at])
        };
        let mut values: Vec<Lanes> = (0..self.block.draws.len()).map(of_draw).collect();
        if let Some(of_musd) = chunk.of_musd {
            each(
                &mut values,
                #[inline(always)]
                |_, values| by_lane(values, of_musd, pct_of),
            );
        }
        values
    }

    /// `values` of a chunk against something.
    fn over(&self, chunk: &Chunk, values: &[Lanes], against: Against) -> Vec<Lanes> {
        let mut values = values.to_vec();
        if let Against::Reference(reference) = against {
            let other = self.values(chunk, reference);
            match chunk.rule {
                Rule::Chained => each(
                    &mut values,
                    #[inline(always)]
                    |at, values| by_lane(values, other[at], chained),
                ),
                Rule::Subtracted | Rule::Reallocated => each(
                    &mut values,
                    #[inline(always)]
                    |at, values| by_lane(values, other[at], |value, other| value - other),
                ),
            }
        }
        values
    }

    /// The summary of each lane; `None` where a value is no number.
    fn over_lanes(&self, sorter: &LaneSorter, mut values: Vec<Lanes>) -> [Option<Summary>; LANES] {
        // A measure that does not apply has no order; it must not hold up those beside it.
        let is_sound = are_finite(&values);
        for (lane, _) in is_sound.iter().enumerate().filter(|(_, is_sound)| !**is_sound) {
            values.iter_mut().for_each(|values| values[lane] = 0.0);
        }
        let sorted = sorter.sorted(&values);
        let found = if self.sample.is_plain() { plain(&sorted) } else { self.weighted(&sorted, values) };
        std::array::from_fn(|lane| is_sound[lane].then_some(found[lane]))
    }

    /// As [`Summary::of`], in the same order of every sum.
    fn weighted(&self, sorted: &SortedLanes, mut values: Vec<Lanes>) -> [Summary; LANES] {
        let mut means = self.weighted_sums(&values);
        means.iter_mut().for_each(|mean| *mean /= self.sum_of_weights);
        let scale = self.sample.len() as f64 / self.sum_of_weights;
        each(
            &mut values,
            #[inline(always)]
            |_, values| by_lane(values, means, |value, mean| scale * (value - mean)),
        );
        let variances = self.sample.variances_of_means(&values).filter(|_| values.len() > 1);
        let quantiles = weighted_quantiles_of_lanes(&sorted.values, &sorted.ties, QUANTILES);
        std::array::from_fn(|lane| Summary {
            mean: means[lane],
            mc_se: variances.map(|variances| variances[lane].sqrt()),
            quantiles: quantiles.map(|of| of[lane]),
        })
    }

    fn weighted_sums(&self, values: &[Lanes]) -> Lanes {
        vectorised(
            #[inline(always)]
            || {
                let mut sums = [0.0; LANES];
                for (values, weight) in values.iter().zip(&self.weights) {
                    sums = by_lane(sums, *values, |sum, value| sum + weight * value);
                }
                sums
            },
        )
    }
}

/// The cells in chunks, in the order of a block.
fn chunks(block: &YearBlock, cells: &[Cell]) -> Vec<Chunk> {
    let mut readings: Vec<(usize, Reading<'_>)> =
        cells.iter().map(|&cell| Reading::of(block, cell)).enumerate().collect();
    let kind = |reading: &Reading<'_>| (reading.rule, reading.of_musd.is_some());
    sort_by_key(&mut readings, |(_, reading)| (kind(reading), reading.at));
    let alike = readings.chunk_by(|(_, a), (_, b)| kind(a) == kind(b));
    let chunk = |found: &[(usize, Reading<'_>)]| {
        let of_lane = |lane: usize| &found[lane.min(found.len() - 1)].1;
        let of_musd = |lane| of_lane(lane).of_musd.unwrap_or(f64::NAN);
        Chunk {
            rule: found[0].1.rule,
            cells: found.iter().map(|(cell, _)| *cell).collect(),
            at: std::array::from_fn(|lane| of_lane(lane).at),
            of_musd: found[0].1.of_musd.map(|_| std::array::from_fn(of_musd)),
        }
    };
    alike.flat_map(|found| found.chunks(LANES)).map(chunk).collect()
}

/// Puts `new(position, values)` in the place of all values.
fn each(values: &mut [Lanes], new: impl Fn(usize, Lanes) -> Lanes) {
    vectorised(
        #[inline(always)]
        || {
            for (at, values) in values.iter_mut().enumerate() {
                *values = new(at, *values);
            }
        },
    );
}

/// `of` both numbers of each lane. Arrays go in and come out whole, so that they become vectors.
#[inline(always)]
fn by_lane(a: Lanes, b: Lanes, of: impl Fn(f64, f64) -> f64) -> Lanes {
    let mut found = [0.0; LANES];
    for lane in 0..LANES {
        found[lane] = of(a[lane], b[lane]);
    }
    found
}

/// For each lane whether all of its values are finite.
fn are_finite(values: &[Lanes]) -> [bool; LANES] {
    let sums = vectorised(
        #[inline(always)]
        || {
            // Nothing times a number is 0, and no number where it is not finite.
            let of = |sums, values| by_lane(sums, values, |sum, value| sum + 0.0 * value);
            values.iter().fold([0.0; LANES], |sums, values| of(sums, *values))
        },
    );
    sums.map(|sum| sum == 0.0)
}

/// Of draws that count alike.
fn plain(sorted: &SortedLanes) -> [Summary; LANES] {
    let list = |lane: usize| sorted.values.iter().map(|values| values[lane]).collect::<Vec<_>>();
    std::array::from_fn(|lane| Summary::of_sorted(&list(lane)))
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
        let row = |at: usize| {
            let numbers = (at * n * n_measures..(at + 1) * n * n_measures - 1).map(number);
            numbers.chain([f64::NAN]).collect::<Vec<_>>()
        };
        let values = (0..2 * n_draws).map(row).collect();
        // The first draws are the same under both options.
        let rows = (0..n_draws as u32).flat_map(|draw| [2 * draw, 2 * draw + u32::from(draw > 9)]).collect();
        YearBlock {
            year: 2030,
            layout,
            draws: (0..n_draws as u64).collect(),
            rows,
            values,
            carried: Vec::new(),
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
            let found = Summaries::new(&sample, &block, &cells).of(1, &against);
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
