//! Markets, and how shares move when sellers' prices do.

use super::case::Case;
use super::set::{Flow, Set};

/// What an importer buys of a product, from every seller that is compared.
pub(super) struct Market<'t> {
    pub importer: &'t str,
    pub product: &'t str,
    pub flows: Vec<&'t Flow>,
}

/// The markets of a case that had purchases in the base year, by importer and product in the order of their names.
pub(super) fn markets<'t>(case: &'t Case, set: &'t Set) -> Vec<Market<'t>> {
    let base = set.year(case.base_year);
    let mut markets = Vec::new();
    for importer in &case.importers {
        let is_asked = |product: &&String| case.products.is_empty() || case.products.contains(product);
        for product in set.products.keys().filter(is_asked) {
            let is_here = |flow: &&Flow| {
                let is_compared = case.with_home || flow.exporter != flow.importer;
                flow.importer == *importer && flow.product == *product && is_compared
            };
            let flows: Vec<&Flow> = set.flows.iter().filter(is_here).collect();
            if flows.iter().map(|flow| flow.imports[base]).sum::<f64>() > 0.0 {
                markets.push(Market { importer, product, flows });
            }
        }
    }
    markets
}

/// Log changes of shares at border prices, where each flow alone would change by `ln_change`:
/// `d ln s_i = x_i - ln sum_k s_k exp(x_k)`.
///
/// With `x = -(1 + theta) d ln(1 + tariff) - theta d ln c` these are the shares of Armington and Eaton-Kortum demand,
/// before the tariff (`docs/model.md` section 2); total spending drops out.
pub(super) fn share_changes(base: &[f64], ln_change: &[f64]) -> Vec<f64> {
    let total: f64 = base.iter().sum();
    let grown: f64 = base.iter().zip(ln_change).map(|(value, x)| value * x.exp()).sum();
    let all = (grown / total).ln();
    ln_change.iter().map(|x| x - all).collect()
}

/// Log changes of single flows: the tariff before which they are valued, and the unit cost of the seller.
pub(super) fn flow_changes(theta: f64, ln_tariff: &[f64], ln_cost: &[f64]) -> Vec<f64> {
    ln_tariff.iter().zip(ln_cost).map(|(tariff, cost)| -(1.0 + theta) * tariff - theta * cost).collect()
}

#[cfg(test)]
mod tests {
    use super::{flow_changes, share_changes};

    #[test]
    fn one_importer_two_sources_and_a_tariff_by_hand() {
        // Shares 0.4 and 0.6, theta 3, a tariff of 10 % on the first: its weight falls by 1.1^-4 = 0.6830134554.
        let x = flow_changes(3.0, &[1.1_f64.ln(), 0.0], &[0.0, 0.0]);
        let change = share_changes(&[40.0, 60.0], &x);
        let total = 0.4 * 0.683_013_455_4 + 0.6;
        assert!((change[0] - (0.683_013_455_4_f64 / total).ln()).abs() < 1e-10, "{change:?}");
        assert!((change[1] + f64::ln(total)).abs() < 1e-10, "{change:?}");
        // Shares still sum to 1.
        let sum = 0.4 * change[0].exp() + 0.6 * change[1].exp();
        assert!((sum - 1.0).abs() < 1e-14);
    }

    #[test]
    fn a_dearer_seller_loses_theta_times_its_cost_and_a_common_change_nothing() {
        let x = flow_changes(5.0, &[0.0, 0.0], &[0.02, 0.0]);
        assert!((x[0] + 0.1).abs() < 1e-15 && x[1] == 0.0);
        let change = share_changes(&[1.0, 2.0], &[0.3, 0.3]);
        assert!(change.iter().all(|change| change.abs() < 1e-15), "{change:?}");
    }
}
