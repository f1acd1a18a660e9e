//! One rate for many lines: simple and trade-weighted means, and the consistent pair of Laborde, Martin & van der
//! Mensbrugghe (2017), "Measuring the impacts of global trade reform with optimal aggregators of distortions",
//! Review of International Economics 25(2).
//!
//! With elasticity of substitution `s` between lines and weights `w` that sum to 1 (shares at free trade):
//!
//! ```text
//! price     1 + t_p = (sum_l w_l (1 + t_l)^(1 - s))^(1 / (1 - s))
//! revenue   t_r     = (1 + t_p)^s sum_l w_l t_l (1 + t_l)^(-s)
//! ```
//!
//! `t_p` is the uniform rate that gives the same price index. `t_r` are the duties collected, relative to the value of
//! the aggregate at world prices. If all lines have the same rate, both equal it. The trade-weighted mean understates
//! high rates, because they reduce the trade that weighs them; the simple mean counts lines that nobody trades.

/// Weight and rate of a line; the rate is in percent.
pub type WeightedRate = (f64, f64);

/// Aggregates of a set of lines, percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aggregates {
    /// Weighted mean.
    pub weighted_pct: f64,
    /// Uniform rate that gives the same price index.
    pub price_pct: f64,
    /// Duties collected in percent of the aggregate at world prices.
    pub revenue_pct: f64,
}

impl Aggregates {
    /// Duties collected in percent of the value at the border: `1 / (1 - t_r / (1 + t_p)) - 1`.
    ///
    /// Spending on the aggregate is `1 + t_p` times its value at world prices, and `t_r` of that are duties. The value
    /// at the border exceeds the value of the undistorted aggregate, because buyers shift towards lines with low rates.
    #[must_use]
    pub fn collected_pct(&self) -> f64 {
        let duties_share = self.revenue_pct / (100.0 + self.price_pct);
        100.0 * duties_share / (1.0 - duties_share)
    }

    /// Aggregates lines with the elasticity of substitution `sigma`; `None` if no line has a weight.
    ///
    /// ```
    /// use tradepath_model::policy::aggregate::Aggregates;
    ///
    /// // Two equally important lines, one free and one at 100 %.
    /// let pair = Aggregates::new(&[(0.5, 0.0), (0.5, 100.0)], 2.0).unwrap();
    /// assert!((pair.weighted_pct - 50.0).abs() < 1e-9);
    /// assert!((pair.price_pct - 100.0 / 3.0).abs() < 1e-9);
    /// assert!((pair.collected_pct() - 20.0).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn new(lines: &[WeightedRate], sigma: f64) -> Option<Self> {
        let total: f64 = lines.iter().map(|(weight, _)| weight).sum();
        if total.is_nan() || total <= 0.0 {
            return None;
        }
        let mean = |value: &dyn Fn(f64) -> f64| {
            lines.iter().map(|(weight, pct)| weight / total * value(pct / 100.0)).sum::<f64>()
        };
        let price = if (sigma - 1.0).abs() < 1e-9 {
            mean(&|t| t.ln_1p()).exp()
        } else {
            mean(&|t| (1.0 + t).powf(1.0 - sigma)).powf(1.0 / (1.0 - sigma))
        };
        let revenue = price.powf(sigma) * mean(&|t| t * (1.0 + t).powf(-sigma));
        Some(Self {
            weighted_pct: 100.0 * mean(&|t| t),
            price_pct: 100.0 * (price - 1.0),
            revenue_pct: 100.0 * revenue,
        })
    }
}

/// Simple mean: within each product first, then over products; `None` without lines.
#[must_use]
pub fn simple_mean_pct<'a>(products: impl Iterator<Item = &'a [f64]>) -> Option<f64> {
    let means: Vec<f64> = products
        .filter(|rates| !rates.is_empty())
        .map(|rates| rates.iter().sum::<f64>() / rates.len() as f64)
        .collect();
    (!means.is_empty()).then(|| means.iter().sum::<f64>() / means.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::{Aggregates, simple_mean_pct};

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
    }

    #[test]
    fn equal_rates_aggregate_to_themselves() {
        for sigma in [0.5, 1.0, 2.0, 6.0] {
            let found = Aggregates::new(&[(2.0, 12.0), (1.0, 12.0)], sigma).unwrap();
            for pct in [found.weighted_pct, found.price_pct, found.revenue_pct] {
                close(pct, 12.0);
            }
        }
    }

    #[test]
    fn two_lines_by_hand() {
        // Weights one half, rates 0 and 100 %, elasticity 2: price (1/2 + 1/4)^-1 = 4/3; of each unit at world
        // prices the duties are (4/3)^2 x 1/2 x 1/4 = 2/9.
        let found = Aggregates::new(&[(1.0, 0.0), (1.0, 100.0)], 2.0).unwrap();
        close(found.weighted_pct, 50.0);
        close(found.price_pct, 100.0 / 3.0);
        close(found.revenue_pct, 200.0 / 9.0);
        // 2/9 of 4/3 is a sixth of the spending: a fifth of the rest.
        close(found.collected_pct(), 20.0);
        // Elasticity 1: expenditure shares stay, price is the geometric mean.
        let found = Aggregates::new(&[(1.0, 0.0), (1.0, 100.0)], 1.0).unwrap();
        close(found.price_pct, 100.0 * (2.0_f64.sqrt() - 1.0));
        close(found.revenue_pct, 25.0 * 2.0_f64.sqrt());
        assert_eq!(Aggregates::new(&[], 2.0), None);
    }

    #[test]
    fn products_weigh_the_same_in_the_simple_mean() {
        close(simple_mean_pct([&[10.0, 20.0][..], &[3.0]].into_iter()).unwrap(), 9.0);
        assert_eq!(simple_mean_pct(std::iter::empty()), None);
    }
}
