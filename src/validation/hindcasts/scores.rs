//! Predictions beside what came: weighted correlation, slope, root mean square errors, bootstrap by partner.

use std::ops::AddAssign;

use crate::numerics::quantiles::quantile;
use crate::rng::Stream;
use crate::sorted::SortedMap;

/// Samples of partners that intervals of scores are made of.
const SAMPLES: usize = 500;
/// Partners from which on a bootstrap by partner says something.
const LEAST_PARTNERS: usize = 5;
/// Ends of intervals: 90 %.
pub(super) const ENDS: [f64; 2] = [0.05, 0.95];

/// A predicted change beside what came, with the forecasts that compete.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point<'a> {
    /// The seller, by which samples are drawn.
    pub partner: &'a str,
    /// Weight: the flow of the first year.
    pub weight: f64,
    pub predicted: f64,
    pub actual: f64,
    /// Every flow grows alike.
    pub proportional: f64,
    /// Every seller grows as before.
    pub trend: f64,
    /// Gravity; `None` where it could not be estimated.
    pub gravity: Option<f64>,
}

/// Weighted sums over points, from which all scores follow.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    w: f64,
    p: f64,
    a: f64,
    pp: f64,
    pa: f64,
    aa: f64,
    proportional: f64,
    trend: f64,
    gravity: f64,
}

impl Sums {
    fn of(point: &Point<'_>) -> Self {
        let Point { weight: w, predicted: p, actual: a, .. } = *point;
        let square = |forecast: f64| w * (a - forecast) * (a - forecast);
        Self {
            w,
            p: w * p,
            a: w * a,
            pp: w * p * p,
            pa: w * p * a,
            aa: w * a * a,
            proportional: square(point.proportional),
            trend: square(point.trend),
            gravity: square(point.gravity.unwrap_or(0.0)),
        }
    }

    fn rmse(&self, squares: f64) -> f64 {
        (squares.max(0.0) / self.w).sqrt()
    }

    /// Squared errors of the prediction.
    fn errors(&self) -> f64 {
        self.aa - 2.0 * self.pa + self.pp
    }

    /// Weighted variances of predicted and actual, and their covariance.
    fn moments(&self) -> [f64; 3] {
        let (p, a) = (self.p / self.w, self.a / self.w);
        [self.pp / self.w - p * p, self.aa / self.w - a * a, self.pa / self.w - p * a]
    }

    fn correlation(&self) -> Option<f64> {
        let [pp, aa, pa] = self.moments();
        let is_varied = pp > 1e-14 * self.pp / self.w && aa > 0.0;
        is_varied.then(|| pa / (pp * aa).sqrt())
    }

    fn slope(&self) -> Option<f64> {
        let [pp, _, pa] = self.moments();
        (pp > 1e-14 * self.pp / self.w).then(|| pa / pp)
    }

    /// How much less the prediction errs than no change, percent.
    fn gain_pct(&self) -> Option<f64> {
        (self.aa > 0.0).then(|| 100.0 * (1.0 - (self.errors().max(0.0) / self.aa).sqrt()))
    }
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.w += other.w;
        self.p += other.p;
        self.a += other.a;
        self.pp += other.pp;
        self.pa += other.pa;
        self.aa += other.aa;
        self.proportional += other.proportional;
        self.trend += other.trend;
        self.gravity += other.gravity;
    }
}

/// Scores of a set of points; changes are in logs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scores {
    pub n: usize,
    pub correlation: Option<f64>,
    pub slope: Option<f64>,
    pub rmse: f64,
    pub rmse_no_change: f64,
    pub rmse_proportional: f64,
    pub rmse_trend: f64,
    pub rmse_gravity: Option<f64>,
    pub gain_pct: Option<f64>,
    /// Intervals of 90 % over samples of partners of correlation, slope and gain; `None` with few partners.
    pub intervals: [Option<[f64; 2]>; 3],
}

impl Scores {
    /// `None` without points; `seed` is of the samples.
    pub fn of(points: &[Point<'_>], seed: u64) -> Option<Self> {
        let mut by_partner: SortedMap<&str, Sums> = SortedMap::new();
        points.iter().for_each(|point| *by_partner.entry(point.partner).or_default() += Sums::of(point));
        let partners: Vec<Sums> = by_partner.into_values().collect();
        let all = total(&partners, 0..partners.len());
        if all.w.is_nan() || all.w <= 0.0 {
            return None;
        }
        let has_gravity = points.iter().all(|point| point.gravity.is_some());
        Some(Self {
            n: points.len(),
            correlation: all.correlation(),
            slope: all.slope(),
            rmse: all.rmse(all.errors()),
            rmse_no_change: all.rmse(all.aa),
            rmse_proportional: all.rmse(all.proportional),
            rmse_trend: all.rmse(all.trend),
            rmse_gravity: has_gravity.then(|| all.rmse(all.gravity)),
            gain_pct: all.gain_pct(),
            intervals: intervals(&partners, seed),
        })
    }
}

fn total(partners: &[Sums], which: impl Iterator<Item = usize>) -> Sums {
    let mut sum = Sums::default();
    which.for_each(|at| sum += partners[at]);
    sum
}

/// Partners drawn with replacement, all cells of each together.
fn intervals(partners: &[Sums], seed: u64) -> [Option<[f64; 2]>; 3] {
    if partners.len() < LEAST_PARTNERS {
        return [None; 3];
    }
    let mut found = [const { Vec::new() }; 3];
    for sample in 0..SAMPLES {
        let mut stream = Stream::new(seed, sample as u64, "hindcast.partners");
        let n = partners.len();
        let drawn = (0..n).map(|_| ((stream.uniform() * n as f64) as usize).min(n - 1));
        let sum = total(partners, drawn);
        let scores = [sum.correlation(), sum.slope(), sum.gain_pct()];
        for (all, score) in found.iter_mut().zip(scores) {
            all.extend(score.filter(|score| score.is_finite()));
        }
    }
    found.map(|mut all| {
        all.sort_by(f64::total_cmp);
        (all.len() > SAMPLES / 2).then(|| ENDS.map(|end| quantile(&all, end)))
    })
}

#[cfg(test)]
mod tests {
    use super::{Point, Scores};

    fn point(partner: &str, weight: f64, predicted: f64, actual: f64) -> Point<'_> {
        Point { partner, weight, predicted, actual, proportional: 0.1, trend: actual, gravity: None }
    }

    #[test]
    fn scores_of_three_points_by_hand() {
        // Weights 1, 1, 2; predicted -1, 0, 0.5; actual -0.5, 0, 0.5.
        let points = [point("a", 1.0, -1.0, -0.5), point("b", 1.0, 0.0, 0.0), point("c", 2.0, 0.5, 0.5)];
        let scores = Scores::of(&points, 1).unwrap();
        // Means 0 and 0.125; variances 1.5 / 4 and 0.75 / 4 - 0.125^2; covariance 1 / 4.
        let (pp, aa, pa) = (0.375, 0.1875 - 0.015_625, 0.25);
        assert!((scores.slope.unwrap() - pa / pp).abs() < 1e-14);
        assert!((scores.correlation.unwrap() - pa / f64::sqrt(pp * aa)).abs() < 1e-14);
        // One error of 0.5 with weight 1 of 4; without a change 0.25 + 2 x 0.25 of 4.
        assert!((scores.rmse - 0.25).abs() < 1e-14);
        assert!((scores.rmse_no_change - f64::sqrt(0.1875)).abs() < 1e-14);
        let proportional: f64 = 0.36 + 0.01 + 2.0 * 0.16;
        assert!((scores.rmse_proportional - (proportional / 4.0).sqrt()).abs() < 1e-14);
        assert!(scores.rmse_trend == 0.0 && scores.rmse_gravity.is_none());
        assert!((scores.gain_pct.unwrap() - 100.0 * (1.0 - 0.25 / f64::sqrt(0.1875))).abs() < 1e-12);
        assert_eq!(scores.intervals, [None; 3]);
    }

    #[test]
    fn a_perfect_forecast_has_slope_one_and_intervals_without_width() {
        let names = ["a", "b", "c", "d", "e", "f"];
        let points: Vec<_> = names
            .iter()
            .enumerate()
            .flat_map(|(at, name)| [0.1, -0.2].map(|x| point(name, 1.0, x * at as f64, x * at as f64)))
            .collect();
        let scores = Scores::of(&points, 7).unwrap();
        assert!((scores.slope.unwrap() - 1.0).abs() < 1e-12 && scores.rmse < 1e-12);
        for interval in scores.intervals.into_iter().take(2) {
            assert!(interval.unwrap().iter().all(|end| (end - 1.0).abs() < 1e-9), "{interval:?}");
        }
        assert!(Scores::of(&[], 1).is_none());
    }

    #[test]
    fn one_forecast_for_all_has_no_slope() {
        let points = [point("a", 1.0, 0.0, 0.3), point("b", 1.0, 0.0, -0.3)];
        let scores = Scores::of(&points, 1).unwrap();
        assert_eq!((scores.slope, scores.correlation), (None, None));
        assert!(scores.gain_pct.unwrap().abs() < 1e-12);
    }
}
