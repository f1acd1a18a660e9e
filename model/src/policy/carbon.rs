//! Carbon tariffs: members of an agreement charge the carbon price on emissions embodied in the goods of non-members.
//!
//! ```text
//! duty, percent of the value = price [USD/t] x emissions [t / 1,000 USD] / 1,000 x 100 x covered share
//! ```

use ndarray::Array2;

/// Duties that the members of an agreement charge on goods of all others.
#[derive(Debug, Clone, PartialEq)]
pub struct CarbonList {
    /// Name of the list.
    pub list: String,
    /// Position of the agreement whose members charge it, while they are members.
    pub agreement: usize,
    /// Duty by exporter and group, percent of the group's value, `[i,g]`.
    pub duty_pct: Array2<f64>,
}

impl CarbonList {
    /// Duties from a price and the emissions `[i,g]`, in tonnes per 1,000 US dollars.
    #[must_use]
    pub fn new(
        list: String,
        agreement: usize,
        price_usd_per_t: f64,
        emissions: &Array2<f64>,
        coverage_share: &[f64],
    ) -> Self {
        let duty = |(i, g): (usize, usize)| match coverage_share[g] {
            0.0 => 0.0,
            covered => carbon_duty_pct(price_usd_per_t, emissions[[i, g]]) * covered,
        };
        Self { list, agreement, duty_pct: Array2::from_shape_fn(emissions.dim(), duty) }
    }
}

/// Duty in percent of the value, from a price in US dollars per tonne and tonnes per 1,000 US dollars.
///
/// ```
/// // 50 dollars per tonne, 0.4 tonnes per 1,000 dollars: 20 dollars on 1,000.
/// assert_eq!(tradepath_model::policy::carbon::carbon_duty_pct(50.0, 0.4), 2.0);
/// ```
#[must_use]
pub fn carbon_duty_pct(price_usd_per_t: f64, t_per_1000_usd: f64) -> f64 {
    price_usd_per_t * t_per_1000_usd / 10.0
}

#[cfg(test)]
mod tests {
    use super::carbon_duty_pct;

    #[test]
    fn fifty_dollars_on_two_tonnes_a_thousand_dollars_are_ten_percent() {
        assert_eq!(carbon_duty_pct(50.0, 2.0), 10.0);
        assert_eq!(carbon_duty_pct(50.0, 0.0), 0.0);
    }
}
