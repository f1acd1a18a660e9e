//! Shares of sectors in value added and of products in imports.

use super::sources::{Figures, Sources};
use crate::sorted::SortedMap;
use crate::validation::KnownRow;

/// Year of the 12 sectors.
const TWELVE_YEAR: &str = "2018";

/// Value added of agriculture, manufacturing and finance over that of all.
pub(super) fn value_added(sources: &mut Sources<'_>) -> Option<Vec<KnownRow<'static>>> {
    let of = Figures {
        source: "GGDC/UNU-WIDER Economic Transformation Database 2018",
        year: 2018,
        is_target: false,
    };
    let groups = sources.reading.own(sources.own, "twelve_groups.csv", &["column", "sector"])?;
    let columns: Vec<&str> = groups.rows().map(|row| row.text("column")).collect();
    let read: Vec<&str> = ["cnt", "var", "year", "Total"].into_iter().chain(columns).collect();
    let table = sources.table("va_employment/etd_1990_2018.csv.gz", &read)?;
    let mut rows = Vec::new();
    for row in sources.reading.of_year(&table, TWELVE_YEAR) {
        let code = row.text("cnt");
        if row.text("var") != "VA" || !sources.is_single(code) {
            continue;
        }
        let Some(total) = sources.figure(&row, "Total").filter(|total| *total > 0.0) else { continue };
        for group in groups.rows() {
            if let Some(part) = sources.figure(&row, group.text("column")) {
                let pct = 100.0 * part / total;
                rows.push(of.row("value_added_share", code, "", group.text("sector"), pct));
            }
        }
    }
    Some(rows)
}

/// Some products over all goods imports.
pub(super) fn imports(sources: &mut Sources<'_>) -> Option<Vec<KnownRow<'static>>> {
    let of = Figures { source: "WTO, imports by product group 2015", year: 2015, is_target: false };
    let groups = sources.reading.own(sources.own, "mtn_groups.csv", &["group", "sector"])?;
    let table = sources
        .table("wto_imports_mtn_2015/imports_mtn_2015.csv", &["importer", "mtn_group", "value_musd"])?;
    let mut values: SortedMap<&str, SortedMap<&str, f64>> = SortedMap::new();
    for row in table.rows().filter(|row| !row.text("value_musd").is_empty()) {
        if let (Some(musd), true) =
            (sources.figure(&row, "value_musd"), sources.is_single(row.text("importer")))
        {
            values.entry(row.text("importer")).or_default().insert(row.text("mtn_group"), musd);
        }
    }
    let mut rows = Vec::new();
    for (importer, values) in values {
        let all: f64 = values.values().sum();
        for group in groups.rows() {
            let Some(musd) = values.get(group.text("group")) else { continue };
            rows.push(of.row("imports_share", importer, "", group.text("sector"), 100.0 * musd / all));
        }
    }
    Some(rows)
}
