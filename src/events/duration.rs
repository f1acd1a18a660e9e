//! How long a stage takes: distributions given as data, drawn by inversion of one uniform number.

use serde::Deserialize;

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
        };
        (!ok).then_some("days of 0 or more in rising order (low, mode, high; or median, p90)")
    }

    /// Days at the quantile `u` in (0, 1), rounded to whole days.
    #[must_use]
    pub fn days(&self, u: f64) -> i32 {
        let days = match *self {
            Self::Fixed { days } => days,
            Self::Triangular { low_days, mode_days, high_days } => {
                triangular_quantile(low_days, mode_days, high_days, u)
            }
            Self::LogNormal { median_days, p90_days } => {
                let sigma = (p90_days / median_days).ln() / NORMAL_Q90;
                median_days * (sigma * normal_quantile(u)).exp()
            }
        };
        days.round().min(100_000.0) as i32
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
    fn parameters_out_of_order_are_a_fault() {
        assert!(Duration::LogNormal { median_days: 9.0, p90_days: 8.0 }.fault().is_some());
        assert!(Duration::Fixed { days: -1.0 }.fault().is_some());
        assert!(Duration::Fixed { days: 0.0 }.fault().is_none());
    }
}
