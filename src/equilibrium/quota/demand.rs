//! The wedge of one quota at given prices of everything else.

/// Newton steps of one wedge: the equation is monotone, concave, with a slope between -1 - theta and -1.
const MAX_STEPS: usize = 60;
/// Change of a log wedge that ends the steps.
pub(super) const WEDGE_TOLERANCE: f64 = 1e-15;

/// Demand for the product of one quota: `value factor^-(1 + theta) / (others + own factor^-theta)`.
pub(super) struct Demand {
    /// Volume demanded at factor 1 times the price term.
    pub volume: f64,
    /// Weight of the product at factor 1.
    pub own: f64,
    /// Weight of everything else.
    pub others: f64,
    /// Trade elasticity of the sector.
    pub theta: f64,
}

impl Demand {
    /// Log of the volume at a log factor, and its slope.
    pub fn ln_volume(&self, ln_factor: f64) -> (f64, f64) {
        let own = self.own * (-self.theta * ln_factor).exp();
        let all = self.others + own;
        let value = self.volume.ln() - (1.0 + self.theta) * ln_factor - all.ln();
        (value, self.theta * own / all - 1.0 - self.theta)
    }

    /// The log factor in `low..=high` that the complementarity asks for.
    pub fn clear(&self, low: f64, high: f64, ln_limit: f64) -> f64 {
        if self.ln_volume(low).0 <= ln_limit {
            return low;
        }
        if self.ln_volume(high).0 >= ln_limit {
            return high;
        }
        let mut at = low;
        for _ in 0..MAX_STEPS {
            let (value, slope) = self.ln_volume(at);
            let next = (at - (value - ln_limit) / slope).clamp(low, high);
            if (next - at).abs() <= WEDGE_TOLERANCE {
                return next;
            }
            at = next;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Demand;

    #[test]
    fn a_small_supplier_faces_a_constant_elasticity() {
        // Imports 100 f^-2 with theta 1: a quota of 64 leaves a factor of 1.25.
        let demand = Demand { volume: 100.0, own: 0.0, others: 1.0, theta: 1.0 };
        let clear = |quota: f64| demand.clear(0.0, 2.0_f64.ln(), quota.ln()).exp();
        assert!((clear(64.0) - 1.25).abs() < 1e-14);
        assert_eq!([clear(150.0), clear(10.0)], [1.0, 2.0]);
        assert_eq!(clear(0.0), 2.0);
    }

    proptest! {
        #[test]
        fn the_quota_is_met_to_rounding(
            theta in 0.3..30.0_f64, own in 0.0..10.0_f64, high in 0.01..8.0_f64, place in 0.0..1.0_f64,
        ) {
            let demand = Demand { volume: 1.0, own, others: 1.0, theta };
            let [most, least] = [0.0, high].map(|at| demand.ln_volume(at).0);
            let limit = least + place * (most - least);
            let at = demand.clear(0.0, high, limit);
            prop_assert!((0.0..=high).contains(&at));
            prop_assert!((demand.ln_volume(at).0 - limit).abs() < 1e-11 * (1.0 + limit.abs()));
        }
    }
}
