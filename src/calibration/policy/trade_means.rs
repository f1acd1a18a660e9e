//! Rates that are only recalled, brought to the trade-weighted means that the WTO publishes: simple means of a group
//! count lines at prohibitive rates that nobody imports at.
//!
//! ```text
//! factor of an importer = (T W - sum of lines w r) / (sum of recalled groups w r)     T = published mean, w = imports
//! ```

use std::collections::HashMap;
use std::path::Path;

use super::aggregate::ALL;
use super::facts::PCT;
use super::rows::{MfnRate, decimals};
use crate::calibration::Reading;
use crate::data::{Dataset, Files, Row, Table};
use crate::error::Faults;

/// Measure of the profiles that is used.
const MEASURE: &str = "trade_weighted_mfn";
/// Bounds of the factor: it corrects for rates that nobody imports at, and those only raise a mean.
const BOUNDS: [f64; 2] = [0.05, 1.0];
/// Mark of rates that no line or table of law gives.
const RECALLED: &str = "recalled";

/// Multiplies recalled rates, and those of importers in `partial`; `groups` are the product groups of the project, with their `kind` (agricultural or not).
pub fn apply(
    facts: &Path,
    baseline: &str,
    partial: &[String],
    groups: &Table,
    rates: &mut [MfnRate<'static>],
    reading: &mut Reading,
) -> Option<()> {
    let columns = ["importer", "measure", "product_group", "value_pct", "year", "source", "confidence"];
    let table = reading.table(&facts.join("tariffs_mfn_wto_profiles.csv"), &columns)?;
    let data = Dataset::read(&Files::embedded().folder(baseline));
    let data = data.map_err(|errors| reading.faults.extend(Faults::from(errors))).ok()?;
    let mut means: HashMap<(&str, &str), f64> = HashMap::new();
    let mut n_used = 0;
    for row in table.rows().filter(|row| row.text("measure") == MEASURE) {
        let Some(pct) = reading.number(&row, "value_pct", PCT) else { continue };
        n_used += 1;
        means.insert((row.text("importer"), row.text("product_group")), pct);
    }
    reading.used(&table, n_used);
    for (n, country) in data.axes.countries.iter().enumerate() {
        let imports = |sector: &str| -> f64 {
            let j = data.axes.sector_idx.get(sector);
            j.map_or(0.0, |&j| (0..data.n()).filter(|&i| i != n).map(|i| data.trade_musd[[j, n, i]]).sum())
        };
        let weight = |row: &Row<'_>| {
            row.value("weight_share").map_or(0.0, |share| share * imports(row.text("sector")))
        };
        let weights: Vec<(&str, &str, f64)> =
            groups.rows().map(|row| (row.text("product_group"), row.text("kind"), weight(&row))).collect();
        let published = |kind: &str| means.get(&(&*country.iso3, kind)).copied();
        let mean = |kind: &str| published(kind).or_else(|| rest(kind, &weights, &published));
        let kinds: &[&str] = match (mean("agricultural"), mean("non_agricultural")) {
            (None, None) => &["total"],
            _ => &["agricultural", "non_agricultural"],
        };
        for kind in kinds {
            if let Some(mean_pct) = mean(kind) {
                let of_kind = |of: &str| *kind == "total" || of == *kind;
                let own: HashMap<&str, f64> = weights
                    .iter()
                    .filter(|(_, of, _)| of_kind(of))
                    .map(|(group, _, w)| (*group, *w))
                    .collect();
                scale((&country.iso3, partial.contains(&country.iso3)), mean_pct, &own, rates);
            }
        }
    }
    Some(())
}

/// The mean of agricultural goods where only that of all goods and that of the others are published.
fn rest(kind: &str, weights: &[(&str, &str, f64)], published: &dyn Fn(&str) -> Option<f64>) -> Option<f64> {
    let of = |kind: &str| weights.iter().filter(|(_, of, _)| *of == kind).map(|(.., w)| w).sum::<f64>();
    let (own, other) = (of("agricultural"), of("non_agricultural"));
    let (total, other_pct) = (published("total")?, published("non_agricultural")?);
    let pct = (total * (own + other) - other_pct * other) / own;
    (kind == "agricultural" && pct.is_finite() && pct > 0.0).then_some(pct)
}

/// Multiplies the recalled rates of an importer (all of its rates if its lines are only a part of the tariff) so that the
/// mean over the groups of `weights` is the published one.
fn scale(
    (importer, is_partial): (&str, bool),
    mean_pct: f64,
    weights: &HashMap<&str, f64>,
    rates: &mut [MfnRate<'static>],
) {
    let is_own = |rate: &&mut MfnRate<'_>| {
        rate.importer == importer && rate.exporter == ALL && weights.contains_key(&*rate.product_group)
    };
    let is_scaled = |rate: &MfnRate<'_>| is_partial || rate.mark == RECALLED;
    let (mut total, mut from_lines, mut recalled) = (0.0, 0.0, 0.0);
    for rate in rates.iter_mut().filter(is_own) {
        let (weight, Ok(pct)) = (weights[&*rate.product_group], rate.mfn_pct.0.parse::<f64>()) else {
            continue;
        };
        total += weight;
        if is_scaled(rate) {
            recalled += weight * pct;
        } else {
            from_lines += weight * pct;
        }
    }
    if recalled <= 0.0 {
        return;
    }
    let factor = ((mean_pct * total - from_lines) / recalled).clamp(BOUNDS[0], BOUNDS[1]);
    for rate in rates.iter_mut().filter(is_own).filter(|rate| is_scaled(rate)) {
        let Ok(pct) = rate.mfn_pct.0.parse::<f64>() else { continue };
        rate.mfn_pct = decimals(Some(factor * pct), 2);
        rate.source = format!(
            "{}; times {factor:.2}: the mean weighted by imports is near {mean_pct} % (WTO tariff profiles, 2018)",
            rate.source
        )
        .into();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::scale;
    use crate::calibration::policy::rows::MfnRate;
    use crate::output::rows::Verbatim;

    #[test]
    fn recalled_rates_give_the_published_mean_and_lines_stay() {
        let rate = |group: &'static str, pct: &'static str, mark: &'static str| MfnRate {
            importer: "CAN".into(),
            exporter: "*".into(),
            product_group: group.into(),
            mfn_pct: Verbatim(pct.into()),
            collected_pct: Verbatim::default(),
            source: "x".into(),
            mark: mark.into(),
        };
        let mut rates =
            [rate("dairy", "200", "recalled"), rate("fish", "2", "public"), rate("steel", "7", "recalled")];
        scale(("CAN", false), 9.0, &HashMap::from([("dairy", 10.0), ("fish", 90.0)]), &mut rates);
        // 9 x 100 = 900; fish bears 180, so that dairy bears 720 of its 2000.
        assert_eq!(rates.map(|rate| rate.mfn_pct.0.into_owned()), ["72.00", "2", "7"]);
    }
}
