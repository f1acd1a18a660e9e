//! Durations of stages: distributions given as data, drawn by inversion of one uniform number.

use std::sync::Arc;

use serde::Deserialize;

use super::limits::{LEAST_DAYS, MOST_DAYS, SHAPES, shown};
use crate::numerics::distributions::{normal_quantile, triangular_quantile};

/// Distribution of a duration in days.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Duration {
    /// Always the same.
    Fixed {
        /// Days.
        days: f64,
    },
    /// Triangular.
    Triangular {
        /// Least.
        low_days: f64,
        /// Most likely.
        mode_days: f64,
        /// Most.
        high_days: f64,
    },
    /// Log-normal, by its median and 90 % quantile.
    LogNormal {
        /// Median.
        median_days: f64,
        /// 90 % quantile.
        p90_days: f64,
    },
    /// Weibull, by its shape and scale.
    Weibull {
        /// Shape; below 1 the hazard falls over time.
        shape: f64,
        /// Scale: the 63 % quantile.
        scale_days: f64,
    },
    /// Observed days: the column `days` of a CSV file in the options folder, with linear interpolation.
    Empirical {
        /// File, relative to the folder of options.
        file: String,
        /// Days, rising.
        #[serde(skip)]
        sample: Arc<[f64]>,
    },
}

/// 90 % quantile of the standard normal distribution.
const NORMAL_Q90: f64 = 1.281_551_565_544_600_4;

impl Duration {
    /// Faults of the parameters: key, value found, value expected.
    #[must_use]
    pub fn faults(&self) -> Vec<(&'static str, String, String)> {
        let above_0 = [LEAST_DAYS, MOST_DAYS];
        let ranges: Vec<(&str, f64, [f64; 2])> = match *self {
            Self::Fixed { days } => vec![("days", days, [0.0, MOST_DAYS])],
            Self::Triangular { low_days, mode_days, high_days } => vec![
                ("low_days", low_days, [0.0, MOST_DAYS]),
                ("mode_days", mode_days, [0.0, MOST_DAYS]),
                ("high_days", high_days, above_0),
            ],
            Self::LogNormal { median_days, p90_days } => {
                vec![("median_days", median_days, above_0), ("p90_days", p90_days, above_0)]
            }
            Self::Weibull { shape, scale_days } => {
                vec![("shape", shape, SHAPES), ("scale_days", scale_days, above_0)]
            }
            Self::Empirical { .. } => vec![],
        };
        let mut faults = Vec::new();
        for &(key, value, [least, most]) in &ranges {
            if !(least..=most).contains(&value) {
                let unit = if key == "shape" { "a number" } else { "days" };
                faults.push((
                    key,
                    format!("{key} = {}", shown(value)),
                    format!("{unit} from {least} to {most}"),
                ));
            }
        }
        let is_rising = match *self {
            Self::Triangular { low_days, mode_days, high_days } => {
                low_days <= mode_days && mode_days <= high_days && low_days < high_days
            }
            Self::LogNormal { median_days, p90_days } => median_days < p90_days,
            _ => true,
        };
        if faults.is_empty() && !is_rising {
            let found =
                ranges.iter().map(|(key, value, _)| format!("{key} = {}", shown(*value))).collect::<Vec<_>>();
            faults.push((ranges[0].0, found.join(", "), "days in rising order".into()));
        }
        faults
    }

    /// True if it always rounds to 0 days.
    #[must_use]
    pub fn is_instant(&self) -> bool {
        let most = match self {
            Self::Fixed { days } => *days,
            Self::Triangular { high_days, .. } => *high_days,
            Self::Empirical { sample, .. } => sample.last().copied().unwrap_or(f64::INFINITY),
            Self::LogNormal { .. } | Self::Weibull { .. } => f64::INFINITY,
        };
        (0.0..0.5).contains(&most)
    }

    /// True if every draw takes the same time, so that no random number is needed.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed { .. })
    }

    /// Days at the quantile `u` in (0, 1), rounded to whole days.
    #[must_use]
    pub fn days(&self, u: f64) -> i32 {
        self.quantile(u).round().min(MOST_DAYS) as i32
    }

    /// Days at the quantile `u` in (0, 1).
    ///
    /// ```
    /// use tradepath_model::events::Duration;
    ///
    /// let talks = Duration::Triangular { low_days: 100.0, mode_days: 200.0, high_days: 300.0 };
    /// assert!((talks.quantile(0.5) - 200.0).abs() < 1e-9);
    /// assert_eq!(Duration::Fixed { days: 60.0 }.days(0.9), 60);
    /// ```
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        match *self {
            Self::Fixed { days } => days,
            Self::Triangular { low_days, mode_days, high_days } => {
                triangular_quantile(low_days, mode_days, high_days, u)
            }
            Self::LogNormal { median_days, p90_days } => {
                let sigma = (p90_days / median_days).ln() / NORMAL_Q90;
                median_days * (sigma * normal_quantile(u)).exp()
            }
            Self::Weibull { shape, scale_days } => scale_days * (-(1.0 - u).ln()).powf(1.0 / shape),
            Self::Empirical { ref sample, .. } => {
                let at = u * sample.len().saturating_sub(1) as f64;
                let (low, high) = (at.floor() as usize, at.ceil() as usize);
                let value = |k: usize| *sample.get(k).expect("a checked sample has a day");
                value(low) + (at - at.floor()) * (value(high) - value(low))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Duration;

    #[test]
    fn quantiles_are_those_of_the_distributions() {
        let log_normal = Duration::LogNormal { median_days: 400.0, p90_days: 800.0 };
        assert_eq!(log_normal.days(0.5), 400);
        assert!((log_normal.days(0.9) - 800).abs() <= 1);
        let triangular = Duration::Triangular { low_days: 0.0, mode_days: 50.0, high_days: 100.0 };
        assert_eq!([0.125, 0.5, 0.875].map(|u| triangular.days(u)), [25, 50, 75]);
    }

    #[test]
    fn weibull_and_empirical_quantiles() {
        let weibull = Duration::Weibull { shape: 1.0, scale_days: 100.0 };
        assert_eq!(weibull.days(1.0 - (-1f64).exp()), 100);
        let sample = [10.0, 20.0, 60.0].into();
        let empirical = Duration::Empirical { file: String::new(), sample };
        assert_eq!([0.0, 0.5, 0.75, 1.0].map(|u| empirical.days(u)), [10, 20, 40, 60]);
    }

    #[test]
    fn parameters_out_of_order_or_range_are_a_fault() {
        let found =
            |duration: Duration| duration.faults().into_iter().map(|(_, found, _)| found).collect::<Vec<_>>();
        let log_normal = Duration::LogNormal { median_days: 9.0, p90_days: 8.0 };
        assert_eq!(found(log_normal), ["median_days = 9, p90_days = 8"]);
        assert_eq!(found(Duration::Fixed { days: -1.0 }), ["days = -1"]);
        assert_eq!(found(Duration::Fixed { days: f64::INFINITY }), ["days = inf"]);
        assert_eq!(
            found(Duration::Weibull { shape: f64::NAN, scale_days: 0.0 }),
            ["shape = NaN", "scale_days = 0"]
        );
        let triangular = Duration::Triangular { low_days: 0.0, mode_days: 1.0, high_days: f64::INFINITY };
        assert_eq!(found(triangular), ["high_days = inf"]);
        assert!(found(Duration::Fixed { days: 0.0 }).is_empty());
        assert!(Duration::Fixed { days: 0.4 }.is_instant() && !Duration::Fixed { days: 0.5 }.is_instant());
    }
}
