//! Tests and intervals of single coefficients.

use super::Estimates;
use tradepath_base::numerics::special::{normal_two_sided, student_bound, student_two_sided};

/// Bound of a 95 % interval of the standard normal distribution.
const NORMAL_975: f64 = 1.959_963_984_540_054;
/// Share of the distribution outside the interval.
const LEVEL: f64 = 0.05;

/// One coefficient with its inference. Normal with PPML, Student's t with least squares; all but the estimate are NaN
/// where the fit is perfect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient<'a> {
    /// Regressor.
    pub term: &'a str,
    /// Coefficient.
    pub estimate: f64,
    /// Square root of its variance.
    pub std_error: f64,
    /// `estimate / std_error`.
    pub z: f64,
    /// Two-sided p-value of a coefficient of zero.
    pub p_value: f64,
    /// Ends of the interval of 95 %.
    pub interval: [f64; 2],
}

impl Estimates {
    /// Every coefficient with its test and its interval, in the order of the terms.
    #[must_use]
    pub fn coefficients(&self) -> Vec<Coefficient<'_>> {
        let bound = self.t_degrees.map_or(NORMAL_975, |degrees| student_bound(LEVEL, degrees as f64));
        let one = |at: usize| {
            let (estimate, std_error) = (self.beta[at], self.covariance_of(at, at).sqrt());
            let z = estimate / std_error;
            let p_value = match self.t_degrees {
                Some(degrees) => student_two_sided(z, degrees as f64),
                None => normal_two_sided(z),
            };
            let interval = [estimate - bound * std_error, estimate + bound * std_error];
            Coefficient { term: &self.terms[at], estimate, std_error, z, p_value, interval }
        };
        (0..self.terms.len()).map(one).collect()
    }

    /// Covariance of two coefficients; NaN where the fit is perfect.
    #[must_use]
    pub fn covariance_of(&self, a: usize, b: usize) -> f64 {
        if self.is_perfect { f64::NAN } else { self.covariance.matrix[(a, b)] }
    }
}
