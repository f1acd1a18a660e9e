//! Base tariffs: most-favoured-nation rates, and preferences of the agreements in force, by sector.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::Context;
use ndarray::Array3;

use super::concordance::Concordance;
use super::raw::read_table;

/// Day on which an agreement must be in force to count.
const REFERENCE_DATE: &str = "2019-07-01";
/// Groups that agreements only halve (an assumption, `model.md` section 4).
const SENSITIVE_GROUPS: [&str; 4] = ["dairy", "sugar", "cereals", "meat"];
/// Share of the rate that is left on sensitive groups under an agreement (assumption).
const SENSITIVE_REMAINDER: f64 = 0.5;
/// Share of trade that claims a preference, by margin in percentage points: stylised from Keck & Lendle (2012).
const UTILISATION: [(f64, f64); 4] = [(2.5, 0.3), (5.0, 0.6), (10.0, 0.75), (f64::INFINITY, 0.85)];

/// Base tariffs, `[j,n,i]`, percent; 0 at home and in services. Additional duties are not in them.
///
/// # Errors
/// Where a table is missing or faulty, or a rate is missing.
pub fn base_tariffs(input: &Path, by: &Concordance) -> anyhow::Result<Array3<f64>> {
    let facts = input.join("facts");
    let groups = read_groups(&facts, by)?;
    let rates = read_rates(&facts)?;
    let relations = read_relations(&facts, by)?;
    let n = by.axes.n_countries();
    let mut tariffs = Array3::zeros((by.axes.n_sectors(), n, n));
    for importer in 0..n {
        let code = &by.axes.countries[importer].iso3;
        for (group, j, weight) in &groups {
            let mfn = *rates
                .get(&(code.clone(), group.clone()))
                .with_context(|| format!("tariffs_mfn_by_group.csv: no rate of {code} for {group}"))?;
            for exporter in (0..n).filter(|&exporter| exporter != importer) {
                let pair = (importer.min(exporter), importer.max(exporter));
                let rate = match relations.get(&pair) {
                    None => mfn,
                    Some(Relation::Agreement) => preferential_pct(mfn, group),
                    Some(Relation::CustomsUnion) => 0.0,
                };
                tariffs[[*j, importer, exporter]] += weight * rate;
            }
        }
    }
    Ok(tariffs)
}

/// Rate paid on average under an agreement: `u t_pref + (1 - u) t_mfn`.
fn preferential_pct(mfn_pct: f64, group: &str) -> f64 {
    let preference = if SENSITIVE_GROUPS.contains(&group) { SENSITIVE_REMAINDER * mfn_pct } else { 0.0 };
    let margin = mfn_pct - preference;
    let used = UTILISATION.iter().find(|(limit, _)| margin < *limit).map_or(0.0, |(_, used)| *used);
    used * preference + (1.0 - used) * mfn_pct
}

type Groups = Vec<(String, usize, f64)>;

fn number(row: &crate::data::Row<'_>, column: &str) -> anyhow::Result<f64> {
    row.text(column).parse().with_context(|| format!("line {}: {column} is not a number", row.line))
}

fn read_groups(facts: &Path, by: &Concordance) -> anyhow::Result<Groups> {
    let columns = ["product_group", "sector", "share", "definition", "confidence"];
    let table = read_table(&facts.join("group_to_sector.csv"), &columns, &[])?;
    table
        .rows()
        .map(|row| {
            let j = by.axes.sector_idx.get(row.text("sector")).copied();
            let j = j.with_context(|| format!("group_to_sector.csv:{}: unknown sector", row.line))?;
            Ok((row.text("product_group").to_owned(), j, number(&row, "share")?))
        })
        .collect()
}

fn read_rates(facts: &Path) -> anyhow::Result<HashMap<(String, String), f64>> {
    let columns = ["importer", "product_group", "mfn_pct", "definition", "confidence"];
    let table = read_table(&facts.join("tariffs_mfn_by_group.csv"), &columns, &[])?;
    let key =
        |row: &crate::data::Row<'_>| (row.text("importer").to_owned(), row.text("product_group").to_owned());
    table.rows().map(|row| Ok((key(&row), number(&row, "mfn_pct")?))).collect()
}

/// Whether a pair trades freely, or under an agreement whose preference must be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Relation {
    Agreement,
    CustomsUnion,
}

type Relations = HashMap<(usize, usize), Relation>;

/// Relation of each pair of economies (smaller position first) on the reference date.
///
/// Rows that differ only by a note in brackets are parties of one agreement with dates of their own.
fn read_relations(facts: &Path, by: &Concordance) -> anyhow::Result<Relations> {
    let columns = ["agreement", "members", "signed", "entered_into_force", "status_oct_2020", "confidence"];
    let table = read_table(&facts.join("agreements.csv"), &columns, &[])?;
    let mut parties: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for row in table.rows() {
        let date = row.text("entered_into_force");
        if !date.is_empty() && date <= REFERENCE_DATE {
            let name = row.text("agreement");
            let members = row.text("members").split(';');
            let known = members.filter_map(|code| by.axes.country_idx.get(code).copied());
            parties.entry(name.split(" (").next().unwrap_or(name)).or_default().extend(known);
        }
    }
    let mut relations = Relations::new();
    for (name, members) in parties {
        let relation =
            if name.contains("customs union") { Relation::CustomsUnion } else { Relation::Agreement };
        for &a in &members {
            for &b in members.iter().filter(|&&b| a < b) {
                let known = relations.entry((a, b)).or_insert(relation);
                *known = relation.max(*known);
            }
        }
    }
    Ok(relations)
}

#[cfg(test)]
mod tests {
    use super::preferential_pct;

    #[test]
    fn the_average_rate_mixes_users_and_the_others() {
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        close(preferential_pct(20.0, "apparel"), 3.0);
        close(preferential_pct(2.0, "machinery"), 1.4);
        // Half of 40 remains; the margin of 20 points is claimed by 85 %.
        close(preferential_pct(40.0, "dairy"), 0.85 * 20.0 + 0.15 * 40.0);
        close(preferential_pct(0.0, "fish"), 0.0);
    }
}
