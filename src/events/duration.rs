//! How long a stage takes: distributions given as data, drawn by inversion of one uniform number.

use std::sync::Arc;

use serde::Deserialize;

use crate::data::Files;
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
        /// Shape; below 1 the longer it lasted the longer it will last.
        shape: f64,
        /// Scale: the 63 % quantile.
        scale_days: f64,
    },
    /// What was seen: the column `days` of a CSV file of the options folder, straight between its values.
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
    /// What is wrong with the parameters, if anything.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let ok = match *self {
            Self::Fixed { days } => days >= 0.0,
            Self::Triangular { low_days, mode_days, high_days } => {
                0.0 <= low_days && low_days <= mode_days && mode_days <= high_days && low_days < high_days
            }
            Self::LogNormal { median_days, p90_days } => 0.0 < median_days && median_days < p90_days,
            Self::Weibull { shape, scale_days } => 0.0 < shape && 0.0 < scale_days,
            Self::Empirical { .. } => true,
        };
        (!ok).then_some(
            "days of 0 or more in rising order (low, mode, high; or median, p90), shape and scale above 0",
        )
    }

    /// True where every draw takes the same time, so that no luck is needed.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed { .. })
    }

    /// Reads the sample of an empirical duration; on failure what was found and what was expected.
    pub(super) fn read_sample(&mut self, files: &Files) -> Result<(), (String, &'static str)> {
        const EXPECTED: &str = "a CSV file of the options folder with a column `days`, each 0 or more";
        let Self::Empirical { file, sample } = self else { return Ok(()) };
        let text = files.read(file).map_err(|fault| (format!("{file}: {}", fault.found), EXPECTED))?;
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let column = lines.next().and_then(|header| header.split(',').position(|name| name.trim() == "days"));
        let column = column.ok_or((format!("{file} without it"), EXPECTED))?;
        let mut days = Vec::new();
        for line in lines {
            let cell = line.split(',').nth(column).unwrap_or_default().trim();
            match cell.parse::<f64>() {
                Ok(found) if found >= 0.0 && found.is_finite() => days.push(found),
                _ => return Err((format!("{file}: {cell}"), EXPECTED)),
            }
        }
        if days.is_empty() {
            return Err((format!("{file} without rows"), EXPECTED));
        }
        days.sort_by(f64::total_cmp);
        *sample = days.into();
        Ok(())
    }

    /// Days at the quantile `u` in (0, 1), rounded to whole days.
    #[must_use]
    pub fn days(&self, u: f64) -> i32 {
        self.quantile(u).round().min(100_000.0) as i32
    }

    /// Days at the quantile `u` in (0, 1).
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
                let value = |k: usize| sample.get(k).copied().unwrap_or(0.0);
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
    fn parameters_out_of_order_are_a_fault() {
        assert!(Duration::LogNormal { median_days: 9.0, p90_days: 8.0 }.fault().is_some());
        assert!(Duration::Fixed { days: -1.0 }.fault().is_some());
        assert!(Duration::Fixed { days: 0.0 }.fault().is_none());
    }
}
