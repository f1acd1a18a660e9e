//! Fits durations to samples of days: log-normal, Weibull and triangular, each with its distance to the sample.

use super::duration::Duration;
use crate::sorted::{SortedMap, sort_by};

/// A distribution fitted to a sample of days.
#[derive(Debug, Clone)]
pub struct Fit {
    /// `log_normal`, `weibull` or `triangular`.
    pub kind: &'static str,
    /// The distribution.
    pub duration: Duration,
    /// Largest distance between its distribution function and that of the sample (Kolmogorov and Smirnov).
    pub ks_distance: f64,
}

/// All fits of a sample, the closest first. Days of 0 count as half a day in the logarithms.
///
/// Log-normal and Weibull by maximum likelihood; triangular over the range of the sample with the mode that gives
/// its mean. Nothing is fitted to fewer than three days or to days that are all the same.
#[must_use]
pub fn fit(days: &[f64]) -> Vec<Fit> {
    let mut sample: Vec<f64> = days.iter().map(|days| days.max(0.5)).collect();
    sample.sort_by(f64::total_cmp);
    let (Some(&low), Some(&high)) = (sample.first(), sample.last()) else { return Vec::new() };
    if sample.len() < 3 || low >= high {
        return Vec::new();
    }
    let mut fits: Vec<Fit> = [
        ("log_normal", log_normal(&sample)),
        ("weibull", weibull(&sample)),
        ("triangular", triangular(&sample, low, high)),
    ]
    .into_iter()
    .map(|(kind, duration)| Fit { kind, ks_distance: ks_distance(&sample, &duration), duration })
    .collect();
    sort_by(&mut fits, |a, b| a.ks_distance.total_cmp(&b.ks_distance));
    fits
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len() as f64;
    values.sum::<f64>() / n
}

fn log_normal(sample: &[f64]) -> Duration {
    const NORMAL_Q90: f64 = 1.281_551_565_544_600_4;
    let mu = mean(sample.iter().map(|days| days.ln()));
    let variance = mean(sample.iter().map(|days| (days.ln() - mu).powi(2)));
    let (median_days, sigma) = (mu.exp(), variance.sqrt());
    Duration::LogNormal { median_days, p90_days: median_days * (NORMAL_Q90 * sigma).exp() }
}

/// Newton's method for the maximum-likelihood shape, which is the only root. Days are divided by the longest, so that
/// powers stay below 1.
fn weibull(sample: &[f64]) -> Duration {
    let longest = sample.iter().copied().fold(0.0, f64::max);
    let parts: Vec<f64> = sample.iter().map(|days| days / longest).collect();
    let mean_log = mean(parts.iter().map(|part| part.ln()));
    let scale_of = |shape: f64| longest * mean(parts.iter().map(|part| part.powf(shape))).powf(1.0 / shape);
    let mut shape = 1.0_f64;
    for _ in 0..100 {
        let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
        for part in &parts {
            let (power, log) = (part.powf(shape), part.ln());
            sum += power;
            first += power * log;
            second += power * log * log;
        }
        let score = 1.0 / shape + mean_log - first / sum;
        let slope = -1.0 / (shape * shape) - (second / sum - (first / sum).powi(2));
        let next = (shape - score / slope).clamp(shape / 3.0, shape * 3.0);
        if (next - shape).abs() < 1e-12 * shape {
            break;
        }
        shape = next;
    }
    Duration::Weibull { shape, scale_days: scale_of(shape) }
}

fn triangular(sample: &[f64], low: f64, high: f64) -> Duration {
    let mode_days = (3.0 * mean(sample.iter().copied()) - low - high).clamp(low, high);
    Duration::Triangular { low_days: low, mode_days, high_days: high }
}

/// Largest distance at the steps of the sample. The distribution function is computed by bisection of the quantiles.
fn ks_distance(sample: &[f64], duration: &Duration) -> f64 {
    let n = sample.len() as f64;
    let gap = |(k, &days): (usize, &f64)| {
        let below = cumulative(duration, days);
        (below - k as f64 / n).abs().max(((k + 1) as f64 / n - below).abs())
    };
    sample.iter().enumerate().map(gap).fold(0.0, f64::max)
}

fn cumulative(duration: &Duration, days: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        if duration.quantile(middle) <= days {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// One sample of a file of events: its name and its days.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// From which event to which.
    pub step: String,
    /// Days, in the order of the file.
    pub days: Vec<f64>,
}

/// Samples by step, the largest first; each row is a step and its days.
#[must_use]
pub fn samples(rows: impl IntoIterator<Item = (String, f64)>) -> Vec<Sample> {
    let mut by_step: SortedMap<String, Vec<f64>> = SortedMap::new();
    rows.into_iter().for_each(|(step, days)| by_step.entry(step).or_default().push(days));
    let mut samples: Vec<Sample> = by_step.into_iter().map(|(step, days)| Sample { step, days }).collect();
    sort_by(&mut samples, |a, b| b.days.len().cmp(&a.days.len()).then_with(|| a.step.cmp(&b.step)));
    samples
}

#[cfg(test)]
mod tests {
    use super::{Duration, fit, samples};

    #[test]
    fn the_likelihood_of_a_large_sample_finds_its_own_parameters() {
        let truth = Duration::Weibull { shape: 1.7, scale_days: 300.0 };
        let days: Vec<f64> = (0..2000).map(|k| truth.quantile((f64::from(k) + 0.5) / 2000.0)).collect();
        let fits = fit(&days);
        let Duration::Weibull { shape, scale_days } = fits[0].duration else { panic!("{fits:?}") };
        assert!((shape - 1.7).abs() < 0.01 && (scale_days - 300.0).abs() < 1.0, "{shape} {scale_days}");
        assert!(fits[0].ks_distance < 0.002 && fits[1].ks_distance > 0.02, "{fits:?}");
        let truth = Duration::LogNormal { median_days: 400.0, p90_days: 900.0 };
        let days: Vec<f64> = (0..2000).map(|k| truth.quantile((f64::from(k) + 0.5) / 2000.0)).collect();
        let Duration::LogNormal { median_days, p90_days } = fit(&days)[0].duration else { panic!() };
        assert!(
            (median_days - 400.0).abs() < 1.0 && (p90_days - 900.0).abs() < 5.0,
            "{median_days} {p90_days}"
        );
    }

    #[test]
    fn rows_are_gathered_by_step_the_largest_first() {
        let rows = [("a to b", 10.0), ("c to d", 1.0), ("c to d", 5.0), ("c to d", 3.0), ("a to b", 30.0)];
        let found = samples(rows.map(|(step, days)| (step.to_owned(), days)));
        let found: Vec<_> =
            found.iter().map(|sample| (sample.step.as_str(), sample.days.as_slice())).collect();
        assert_eq!(found, [("c to d", &[1.0, 5.0, 3.0][..]), ("a to b", &[10.0, 30.0][..])]);
        assert!(fit(&[10.0, 30.0]).is_empty());
    }

    /// Days that hardly differ have a shape of thousands: no power of theirs may overflow.
    #[test]
    fn days_that_hardly_differ_are_fitted_with_numbers() {
        for days in [[99_999.0, 100_000.0, 100_000.0], [100.0, 100.0, 100.000_1]] {
            for one in fit(&days) {
                let quantiles = [0.1, 0.5, 0.9].map(|u| one.duration.quantile(u));
                let is_near = quantiles.iter().all(|found| (0.9 * days[0]..=1.1 * days[2]).contains(found));
                assert!(is_near && one.ks_distance <= 1.0, "{one:?} {quantiles:?}");
            }
        }
    }
}
