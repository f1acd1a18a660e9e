//! The wedge of one quota at given prices of everything else.

/// Most steps of the search between two rates; the tenth is rarely needed.
const MAX_STEPS: usize = 100;
/// Change of a log wedge that ends the search.
pub const WEDGE_TOLERANCE: f64 = 1e-15;

/// The product in the trade of one exporter, at the wages and prices of an evaluation.
#[derive(Debug, Clone, Copy)]
pub struct Supply {
    /// Weight in the importer's price index at a factor of 1.
    pub weight: f64,
    /// Change of the price at the border.
    pub price: f64,
    /// Imports that enter under other terms than the quota, scaled money at baseline prices.
    pub kept: f64,
    /// Logs of 1 + rate inside and outside the quota.
    pub ln_in: f64,
    pub ln_out: f64,
}

impl Supply {
    /// Log of 1 + what the exporter pays at the wedge of the quota: nobody pays more than outside the quota.
    pub fn paid(&self, ln_wedge: f64) -> f64 {
        ln_wedge.min(self.ln_out).max(self.ln_in)
    }
}

/// Demand for the product of one quota.
pub struct Demand<'a> {
    /// By exporter.
    pub supplies: &'a [Supply],
    /// Weight of everything else in the price index.
    pub others: f64,
    /// Expenditure of the importer on the sector.
    pub expenditure: f64,
    /// Trade elasticity of the sector.
    pub theta: f64,
}

impl Demand<'_> {
    /// Expenditure per weight at a wedge.
    fn spread(&self, ln_wedge: f64) -> f64 {
        let weight = |supply: &Supply| supply.weight * (-self.theta * supply.paid(ln_wedge)).exp();
        self.expenditure / (self.others + self.supplies.iter().map(weight).sum::<f64>())
    }

    /// Imports of each exporter at baseline prices, in the order of the supplies.
    pub fn imports(&self, ln_wedge: f64) -> impl Iterator<Item = f64> {
        let spread = self.spread(ln_wedge);
        self.supplies.iter().map(move |supply| {
            let paid = (-(1.0 + self.theta) * supply.paid(ln_wedge)).exp();
            spread * supply.weight * paid / supply.price
        })
    }

    /// Imports in excess of those kept, of exporters who pay at least `ln_least` outside the quota.
    fn in_use(&self, ln_wedge: f64, ln_least: f64) -> f64 {
        let uses = self.supplies.iter().zip(self.imports(ln_wedge));
        let uses = uses.filter(|(supply, _)| supply.ln_out >= ln_least);
        uses.map(|(supply, imports)| (imports - supply.kept).max(0.0)).sum()
    }

    /// Imports under the quota of each exporter at the wedge that clears it, `limit` in all.
    ///
    /// Exporters who would pay more outside come first; those who pay the wedge anyway share what is left.
    pub fn inside(&self, ln_wedge: f64, limit: f64) -> impl Iterator<Item = f64> {
        let eager = self.in_use(ln_wedge, ln_wedge.next_up());
        let marginal = self.in_use(ln_wedge, ln_wedge) - eager;
        let left_ratio = if marginal > 0.0 { ((limit - eager) / marginal).clamp(0.0, 1.0) } else { 0.0 };
        self.supplies.iter().zip(self.imports(ln_wedge)).map(move |(supply, imports)| {
            let uses = (imports - supply.kept).max(0.0);
            match supply.ln_out {
                outside if outside > ln_wedge => uses,
                outside if outside == ln_wedge => left_ratio * uses,
                _ => 0.0,
            }
        })
    }

    /// The log wedge that the complementarity asks for; use falls with it, and by steps where exporters turn to
    /// the rate that they pay without the quota.
    pub fn clear(&self, limit: f64) -> f64 {
        let mut low = self.supplies.iter().map(|supply| supply.ln_in).fold(f64::INFINITY, f64::min);
        loop {
            let above = self.supplies.iter().map(|supply| supply.ln_out).filter(|outside| *outside > low);
            let high = above.fold(f64::INFINITY, f64::min);
            if high == f64::INFINITY || self.in_use(low, high) <= limit {
                return low;
            }
            if self.in_use(high, high) <= limit {
                return self.between(low, high, limit);
            }
            low = high;
        }
    }

    /// The log wedge at which use by exporters who pay at least `high` outside is the limit: regula falsi with the
    /// Illinois rule, which halves the weight of an end that stays.
    fn between(&self, mut low: f64, mut high: f64, limit: f64) -> f64 {
        let excess = |at: f64, ln_least: f64| self.in_use(at, ln_least) - limit;
        let ln_least = high;
        let (mut at_low, mut at_high) = (excess(low, ln_least), excess(high, ln_least));
        let mut side = 0;
        for _ in 0..MAX_STEPS {
            let next = high - at_high * (high - low) / (at_high - at_low);
            let at_next = excess(next, ln_least);
            if at_next == 0.0 || high - low <= WEDGE_TOLERANCE {
                return next;
            }
            if at_next > 0.0 {
                (low, at_low) = (next, at_next);
                at_high *= if side == 1 { 0.5 } else { 1.0 };
                side = 1;
            } else {
                (high, at_high) = (next, at_next);
                at_low *= if side == -1 { 0.5 } else { 1.0 };
                side = -1;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Demand, Supply};

    fn supply(weight: f64, inside: f64, outside: f64) -> Supply {
        Supply { weight, price: 1.0, kept: 0.0, ln_in: inside.ln_1p(), ln_out: outside.ln_1p() }
    }

    #[test]
    fn a_small_supplier_faces_a_constant_elasticity() {
        // Imports 100 f^-2 with theta 1: a quota of 64 leaves a factor of 1.25.
        let supplies = [supply(1e-9, 0.0, 1.0)];
        let demand = Demand { supplies: &supplies, others: 1.0, expenditure: 1e11, theta: 1.0 };
        let clear = |quota: f64| demand.clear(quota).exp();
        assert!((clear(64.0) - 1.25).abs() < 1e-8);
        assert!(
            [clear(150.0), clear(10.0), clear(0.0)]
                .iter()
                .zip([1.0, 2.0, 2.0])
                .all(|(a, b)| (a - b).abs() < 1e-14)
        );
    }

    #[test]
    fn who_pays_less_elsewhere_leaves_the_quota() {
        // Imports 100 f^-2 each; one of the two pays 10 % without the quota.
        let supplies = [supply(1e-9, 0.0, 1.0), supply(1e-9, 0.0, 0.1)];
        let demand = Demand { supplies: &supplies, others: 1.0, expenditure: 1e11, theta: 1.0 };
        // A quota of 64 serves the first alone, at 25 %, and the second pays its 10 %.
        let wedge = demand.clear(64.0);
        assert!((wedge.exp() - 1.25).abs() < 1e-8);
        assert!((supplies[1].paid(wedge).exp() - 1.1).abs() < 1e-12);
        // One of 100 serves the first up to 10 %, 82.6, and a part of the second.
        let wedge = demand.clear(100.0);
        assert!((wedge.exp() - 1.1).abs() < 1e-12);
        let inside: Vec<f64> = demand.inside(wedge, 100.0).collect();
        assert!((inside[0] - 100.0 / 1.21).abs() < 1e-5 && (inside.iter().sum::<f64>() - 100.0).abs() < 1e-9);
        // One of 180 serves both below 10 %.
        let wedge = demand.clear(180.0);
        assert!((wedge.exp() - (200.0_f64 / 180.0).sqrt()).abs() < 1e-8);
    }

    proptest! {
        #[test]
        fn the_quota_is_met_to_rounding(
            theta in 0.3..30.0_f64, own in 0.01..10.0_f64, high in 0.01..8.0_f64, place in 0.001..0.999_f64,
            kept in 0.0..0.01_f64,
        ) {
            let only = Supply { weight: own, price: 1.0, kept, ln_in: 0.0, ln_out: high };
            let supplies = [only, Supply { ln_out: 0.5 * high, ..only }];
            let demand = Demand { supplies: &supplies, others: 1.0, expenditure: 1.0, theta };
            let limit = place * demand.in_use(0.0, 0.0);
            let at = demand.clear(limit);
            prop_assert!((0.0..=high).contains(&at));
            let inside: f64 = demand.inside(at, limit).sum();
            // Met, or exceeded by those who pay the rate outside.
            let is_met = (inside - limit).abs() < 1e-10 * (1.0 + limit);
            prop_assert!(is_met || at == high, "{inside} of {limit} at {at}");
        }
    }
}
