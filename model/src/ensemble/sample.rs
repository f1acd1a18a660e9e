//! Which event draws are solved, and what each of them counts for.
//!
//! Events cost microseconds a draw, equilibria a second: many draws of the events are made, and a few of them solved.
//! `plain` solves the first ones. `stratified` sorts the event draws by what happens in them and solves more of the
//! rare ones: a stratum is the rarest option that is in force at the end of the horizon, early or late. Half of the
//! solved draws are shared out by the size of the strata, half equally, so that none counts for more than two plain
//! draws. A stratum's draws count for its share of the event draws ([`Sample::weight`]).
//!
//! ```text
//! mean            m = sum_h P_h m_h                     P_h share of the event draws, m_h mean of the n_h solved ones
//! its variance    sum_h P_h^2 s_h^2 / n_h + (1/N) sum_h P_h (m_h - m)^2             N event draws
//! ```
//!
//! Source: double sampling for stratification, Cochran (1977), Sampling Techniques, 12.2 (large N).

use serde::{Deserialize, Serialize};

use super::strata::{InForceDays, Stratum, allotted, grouped};
use crate::numerics::vectors::vectorised;

/// Rule by which the event draws to be solved are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// The first ones.
    #[default]
    Plain,
    /// Some of each stratum, weighted.
    Stratified,
}

/// Solved draws for each stratum, at least: fewer strata are made where there would be less.
const LEAST: u64 = 4;

/// The solved draws of a run, in rising order; a position counts through them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    n_draws: u64,
    /// Event draws that the shares of the strata come from.
    event_draws: u64,
    /// None where the draws are plain.
    strata: Vec<Stratum>,
    /// Number of each draw; empty where they are plain: 0, 1, 2 and so on.
    draws: Vec<u64>,
    /// Stratum of each draw.
    stratum_of: Vec<u16>,
}

impl Sample {
    /// The first `n_draws` draws.
    #[must_use]
    pub fn plain(n_draws: u64) -> Self {
        let (draws, stratum_of) = (Vec::new(), Vec::new());
        Self { n_draws, event_draws: 0, strata: Vec::new(), draws, stratum_of }
    }

    /// `n_draws` of the event draws in which options are in force on these days, by what happens in them. With too few
    /// draws for two strata, or where nothing ever comes into force, plain.
    pub(super) fn stratified(options: &[InForceDays<'_>], n_draws: u64) -> Self {
        let event_draws = options.first().map_or(0, |one| one.days.len());
        let groups = grouped(options, event_draws, n_draws / LEAST);
        if groups.len() < 2 || n_draws >= event_draws as u64 {
            return Self::plain(n_draws);
        }
        let sizes: Vec<u64> = groups.iter().map(|(_, members)| members.len() as u64).collect();
        let shares = allotted(&sizes, n_draws);
        let (mut strata, mut chosen) = (Vec::new(), Vec::new());
        for (at, ((mut stratum, members), draws)) in groups.into_iter().zip(shares).enumerate() {
            (stratum.share, stratum.draws) = (members.len() as f64 / event_draws as f64, draws);
            chosen.extend(members.into_iter().take(draws as usize).map(|draw| (draw, at as u16)));
            strata.push(stratum);
        }
        chosen.sort_unstable();
        let (draws, stratum_of) = chosen.into_iter().unzip();
        Self { n_draws, event_draws: event_draws as u64, strata, draws, stratum_of }
    }

    /// Number of draws.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.n_draws
    }

    /// True without draws.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n_draws == 0
    }

    /// Numbers of the draws, rising.
    #[must_use]
    pub fn draws(&self) -> Vec<u64> {
        if self.is_plain() { (0..self.n_draws).collect() } else { self.draws.clone() }
    }

    /// True if it has `n_draws` draws, and each its stratum; a sample that was read from a file may have been edited.
    pub(super) fn is_sound(&self, n_draws: u64) -> bool {
        let count = |at: usize| self.stratum_of.iter().filter(|one| usize::from(**one) == at).count() as u64;
        let is_filled = |(at, stratum): (usize, &Stratum)| stratum.draws > 0 && count(at) == stratum.draws;
        let n_listed = if self.is_plain() { 0 } else { n_draws };
        self.n_draws == n_draws
            && [self.draws.len(), self.stratum_of.len()].iter().all(|n| *n as u64 == n_listed)
            && self.draws.is_sorted_by(|a, b| a < b)
            && self.stratum_of.iter().all(|at| usize::from(*at) < self.strata.len())
            && self.strata.iter().enumerate().all(is_filled)
    }

    /// Number of the draw at a position.
    #[must_use]
    pub fn draw(&self, at: u64) -> u64 {
        if self.is_plain() { at } else { self.draws[at as usize] }
    }

    /// True where every draw counts alike.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.strata.is_empty()
    }

    /// Strata, none where the draws are plain.
    #[must_use]
    pub fn strata(&self) -> &[Stratum] {
        &self.strata
    }

    /// What the draw at a position counts for: 1 on average over the draws.
    #[must_use]
    pub fn weight(&self, at: usize) -> f64 {
        if self.is_plain() {
            return 1.0;
        }
        let Stratum { share, draws, .. } = &self.strata[usize::from(self.stratum_of[at])];
        share * self.n_draws as f64 / *draws as f64
    }

    /// Places of the draws in an order by stratum, by position: a run of points for each stratum.
    #[must_use]
    pub fn places(&self) -> Vec<u64> {
        if self.is_plain() {
            return (0..self.n_draws).collect();
        }
        let mut next: Vec<u64> = Vec::with_capacity(self.strata.len());
        let mut sum = 0;
        for stratum in &self.strata {
            next.push(sum);
            sum += stratum.draws;
        }
        let place = |stratum: &u16| {
            let next = &mut next[usize::from(*stratum)];
            *next += 1;
            *next - 1
        };
        self.stratum_of.iter().map(place).collect()
    }

    /// Variance of the weighted mean of numbers with mean 0, one for each draw by position; `None` where draws are too
    /// few to tell.
    #[must_use]
    pub fn variance_of_mean(&self, numbers: impl Iterator<Item = (usize, f64)>) -> Option<f64> {
        self.variance_and_shares(numbers).map(|[whole, _]| whole)
    }

    /// [`Self::variance_of_mean`], and what of it falls not with the number of draws but with that of event draws: the
    /// variance of the shares of the strata.
    #[must_use]
    pub fn variance_and_shares(&self, numbers: impl Iterator<Item = (usize, f64)>) -> Option<[f64; 2]> {
        let found = self.variances_and_shares(numbers.map(|(at, number)| (at, [number])))?;
        Some(found.map(|[variance]| variance))
    }

    /// [`Self::variance_of_mean`] of several numbers for each draw by position, side by side.
    #[must_use]
    pub fn variances_of_means<const L: usize>(&self, numbers: &[[f64; L]]) -> Option<[f64; L]> {
        let found = vectorised(
            #[inline(always)]
            || self.variances_and_shares(numbers.iter().copied().enumerate()),
        );
        found.map(|[whole, _]| whole)
    }

    #[inline(always)]
    fn variances_and_shares<const L: usize>(
        &self,
        numbers: impl Iterator<Item = (usize, [f64; L])>,
    ) -> Option<[[f64; L]; 2]> {
        let n = self.strata.len().max(1);
        let mut sums = vec![[[0.0; L]; 2]; n];
        for (at, numbers) in numbers {
            let sums = &mut sums[if self.is_plain() { 0 } else { usize::from(self.stratum_of[at]) }];
            let [mut sum, mut squares] = *sums;
            for lane in 0..L {
                sum[lane] += numbers[lane];
                squares[lane] += numbers[lane] * numbers[lane];
            }
            *sums = [sum, squares];
        }
        let all = Stratum { option: None, is_early: None, share: 1.0, draws: self.n_draws };
        let strata = if self.is_plain() { std::slice::from_ref(&all) } else { &self.strata };
        let [mut whole, mut of_shares] = [[0.0; L]; 2];
        for ([sums, squares], Stratum { share, draws, .. }) in sums.into_iter().zip(strata) {
            let (n, share) = (*draws as f64, *share);
            if *draws < 2 {
                return None;
            }
            for (at, (sum, squares)) in sums.into_iter().zip(squares).enumerate() {
                let mean = sum / n;
                whole[at] += share * share * ((squares - sum * mean) / (n - 1.0)).max(0.0) / n;
                if !self.is_plain() {
                    let of_share = share * mean * mean / self.event_draws as f64;
                    whole[at] += of_share;
                    of_shares[at] += of_share;
                }
            }
        }
        Some([whole, of_shares])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::distributions::normal_quantile;
    use crate::rng::Stream;

    const N: u64 = 20_000;

    /// Days in force of a rare and of a common option, which are in force together at times.
    fn days(seed: u64) -> [InForceDays<'static>; 2] {
        let of = |option: &'static str, chance: f64| {
            let day = |draw| {
                let mut stream = Stream::new(seed, draw, option);
                (stream.uniform() < chance).then(|| (3650.0 * stream.uniform()) as u32)
            };
            InForceDays { option, days: (0..N).map(day).collect() }
        };
        [of("common", 0.3), of("rare", 0.01)]
    }

    /// What a draw gives: an option gives more the earlier it comes, and luck of its own.
    fn gain(options: &[InForceDays<'_>], seed: u64, draw: u64) -> f64 {
        let years =
            |at: usize| options[at].days[draw as usize].map_or(0.0, |day| 10.0 - f64::from(day) / 365.0);
        0.1 * years(0) + years(1) + 0.2 * normal_quantile(Stream::new(seed, draw, "noise").uniform())
    }

    fn mean(sample: &Sample, of: impl Fn(u64) -> Option<f64>) -> (f64, f64) {
        let found = (0..sample.len()).filter_map(|at| Some((at as usize, of(sample.draw(at))?)));
        let found: Vec<(usize, f64)> = found.collect();
        let weight: f64 = found.iter().map(|(at, _)| sample.weight(*at)).sum();
        let mean = found.iter().map(|(at, value)| sample.weight(*at) * value).sum::<f64>() / weight;
        let scale = sample.len() as f64 / weight;
        let numbers = found.iter().map(|(at, value)| (*at, (value - mean) * scale));
        (mean, sample.variance_of_mean(numbers).unwrap().sqrt())
    }

    #[test]
    fn strata_divide_the_event_draws_and_weights_give_them_back() {
        let options = days(1);
        let sample = Sample::stratified(&options, 200);
        let draws = sample.draws();
        assert!(draws.len() == 200 && draws.is_sorted_by(|a, b| a < b), "{draws:?}");
        let names: Vec<_> = sample.strata().iter().map(|one| (one.option.as_deref(), one.is_early)).collect();
        let halves = |option| [(Some(option), Some(true)), (Some(option), Some(false))];
        assert_eq!(names, [&halves("rare")[..], &halves("common"), &[(None, None)]].concat());
        let weights: f64 = (0..200).map(|at| sample.weight(at)).sum();
        assert!((weights - 200.0).abs() < 1e-9, "{weights}");
        assert!((0..200).all(|at| sample.weight(at) < 2.0));
        // A 200th part of the plain draws would be 2.
        let rare = draws.iter().filter(|draw| options[1].days[**draw as usize].is_some()).count();
        assert!(rare >= 40, "{rare}");
        let mut places = sample.places();
        assert_eq!(places[0], (0..4).map(|at| sample.strata()[at].draws).sum::<u64>());
        places.sort_unstable();
        assert!(places.into_iter().eq(0..200));
    }

    #[test]
    fn more_draws_hold_the_fewer_and_few_draws_are_plain() {
        let options = days(2);
        assert!(Sample::stratified(&options, 7).is_plain());
        assert_eq!(Sample::stratified(&options, 8).strata().len(), 2);
        assert!(Sample::stratified(&options, N).is_plain());
        assert!(Sample::stratified(&[], 100).is_plain());
        let many = Sample::stratified(&options, 400).draws();
        assert!(
            Sample::stratified(&options, 200).draws().iter().all(|draw| many.binary_search(draw).is_ok())
        );
        let exact = allotted(&[2, 2, 1000], 100);
        assert_eq!((exact[0], exact[1], exact[2]), (2, 2, 96));
    }

    /// Weighted means are those of all event draws within their stated errors, which are those of repeated samples; for
    /// the rare option they are far below those of as many plain draws.
    #[test]
    fn weighted_means_agree_with_all_event_draws_and_errors_fall_for_the_rare_option() {
        let (mut squares, mut plain_squares) = ([0.0; 2], [0.0; 2]);
        let mut stated = [0.0; 2];
        const TIMES: u64 = 100;
        for seed in 0..TIMES {
            let options = days(seed);
            let is_rare = |draw: u64| options[1].days[draw as usize].is_some();
            let all = |draw| Some(gain(&options, seed, draw));
            let rare = |draw| is_rare(draw).then(|| gain(&options, seed, draw));
            // Chances of independent options: means are known in closed form.
            let known = [0.3 * 0.1 * 5.0 + 0.01 * 5.0, 0.3 * 0.1 * 5.0 + 5.0];
            let (sample, plain) = (Sample::stratified(&options, 200), Sample::plain(200));
            let both = [mean(&sample, all), mean(&sample, rare)];
            let of_plain: [Option<f64>; 2] =
                [Some(mean(&plain, all).0), (0..200).any(is_rare).then(|| mean(&plain, rare).0)];
            for k in 0..2 {
                squares[k] += (both[k].0 - known[k]).powi(2) / TIMES as f64;
                stated[k] += both[k].1.powi(2) / TIMES as f64;
                plain_squares[k] += of_plain[k].map_or(1.0, |mean| (mean - known[k]).powi(2)) / TIMES as f64;
            }
        }
        for k in 0..2 {
            let ratio = (squares[k] / stated[k]).sqrt();
            assert!((ratio - 1.0).abs() < 0.25, "{k}: {ratio}");
        }
        let [all, rare] = [0, 1].map(|k| (plain_squares[k] / squares[k]).sqrt());
        assert!(all > 1.2 && rare > 3.0, "{all} {rare}");
    }
}
