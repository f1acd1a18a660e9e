//! Goods imports by sector of economies that publish them by product group.

use std::path::Path;

use ndarray::Array2;

use super::concordance::Concordance;
use super::figures::FLOW;
use crate::calibration::{NumberRule, Reading};

const PCT: NumberRule = NumberRule::new("percent between 0 and 100", |value| (0.0..=100.0).contains(&value));

/// Imports `[n,j]`: by product groups of the multilateral trade negotiations, else by the composition of the facts;
/// 0 where neither knows an economy. The size is that of the source: only the mix counts.
pub fn read(input: &Path, by: &Concordance, reading: &mut Reading) -> Option<Array2<f64>> {
    let path = input.join("data/wto_imports_mtn_2015/imports_mtn_2015.csv");
    let groups = reading.table(&path, &["importer", "mtn_group", "value_musd"]);
    let columns = ["iso3", "flow", "product_group", "share_pct"];
    let facts = reading.table(&input.join("facts/trade_composition.csv"), &columns);
    let (groups, facts) = (groups?, facts?);
    reading.each_once(&groups, &["importer", "mtn_group"]);
    let mut imports = Array2::zeros((by.axes.n_countries(), by.axes.n_sectors()));
    for row in groups.rows() {
        let code = row.text("importer");
        let n = by.axes.country_idx.get(code).copied().unwrap_or_else(|| by.economy(code));
        // A split of an economy's own stands under its code.
        let group = row.text("mtn_group");
        let own = by.parts("mtn", &format!("{code}:{group}"));
        let parts = if own.is_empty() { by.parts("mtn", group) } else { own };
        if parts.is_empty() {
            reading.left(&groups, "of groups without a sector", group);
        }
        if let Some(musd) = reading.number(&row, "value_musd", FLOW) {
            parts.iter().for_each(|&(j, share)| imports[[n, j]] += share * musd);
        }
    }
    let is_known: Vec<bool> = imports.outer_iter().map(|row| row.sum() > 0.0).collect();
    for row in facts.rows().filter(|row| row.text("flow") == "imports") {
        let n = row.index("iso3", &by.axes.country_idx, "economy of the set", &mut reading.faults);
        let share = reading.number(&row, "share_pct", PCT);
        if let (Some(n), Some(pct)) = (n.filter(|&n| !is_known[n]), share) {
            let parts = by.parts("composition", row.text("product_group"));
            parts.iter().for_each(|&(j, share)| imports[[n, j]] += share * pct);
        }
    }
    Some(imports)
}
