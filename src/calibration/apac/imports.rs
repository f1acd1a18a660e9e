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
        let group = row.text("mtn_group");
        let parts = by.own_parts("mtn", code, group);
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

#[cfg(test)]
mod tests {
    use crate::calibration::Reading;
    use crate::calibration::apac::fixtures::{AAA, BBB, CARS, CCC, GRAIN, ROW, concordance};

    #[test]
    fn product_groups_are_split_and_the_facts_fill_what_they_lack() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let at = folder.path().join(name);
            std::fs::create_dir_all(at.parent().unwrap()).unwrap();
            std::fs::write(at, text).unwrap();
        };
        put(
            "data/wto_imports_mtn_2015/imports_mtn_2015.csv",
            "importer,mtn_group,value_musd\nAAA,Food,10\nCCC,Food,10\nDDD,Food,6\nZZZ,Food,1\n",
        );
        put(
            "facts/trade_composition.csv",
            "iso3,flow,product_group,share_pct\nAAA,imports,food,90\nBBB,imports,food,80\nBBB,exports,food,5\n",
        );
        let by = concordance(&[
            "mtn,Food,grain,0.5",
            "mtn,Food,cars,0.5",
            "mtn,CCC:Food,grain,1",
            "composition,food,grain,1",
        ]);
        let mut reading = Reading::new();
        let imports = super::read(folder.path(), &by, &mut reading).unwrap();
        assert!(reading.faults.is_empty(), "{:?}", reading.faults);
        assert_eq!([imports[[AAA, GRAIN]], imports[[AAA, CARS]]], [5.0, 5.0], "the facts do not add to it");
        assert_eq!(
            [imports[[CCC, GRAIN]], imports[[CCC, CARS]]],
            [13.0, 3.0],
            "its own split, and that of DDD"
        );
        assert_eq!(imports[[BBB, GRAIN]], 80.0);
        assert_eq!(imports[[ROW, GRAIN]], 0.5);
    }
}
