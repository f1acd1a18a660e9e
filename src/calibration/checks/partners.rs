//! Trade and duties by partner and by product, from the customs of two large importers.

use std::collections::HashMap;

use super::sources::{Figures, Sources, YEAR};
use crate::sorted::SortedMap;
use crate::validation::KnownRow;

/// Code of all products together.
const ALL: &str = "00";
/// Code of all partners together.
const WORLD: &str = "WLD";
/// Shares from here on are a main partner's.
const MAIN_PCT: f64 = 2.0;

/// Importer of the customs tables: their SOURCE.md; the tables themselves do not say it.
fn importer(sources: &mut Sources<'_>, table: &str) -> Option<String> {
    let own = sources.reading.own(sources.own, "importers.csv", &["table", "iso3"])?;
    own.rows().find(|row| row.text("table") == table).map(|row| row.text("iso3").to_owned())
}

/// Imports by partner, and duties over them.
pub(super) fn customs(sources: &mut Sources<'_>) -> Option<Vec<KnownRow<'static>>> {
    let of = Figures {
        source: "US Census, imports for consumption and calculated duty 2019",
        year: 2019,
        is_target: true,
    };
    let duties = Figures { is_target: false, ..of };
    let importer = importer(sources, "us_imports_duties_2013_2025")?;
    let file = "us_imports_duties_2013_2025/us_imports_duty_naics3_quarterly.csv.gz";
    let table = sources.table(file, &["partner", "naics3", "year", "imports_musd", "duty_musd"])?;
    let mut sums: SortedMap<String, [f64; 2]> = SortedMap::new();
    for row in sources.reading.of_year(&table, YEAR).into_iter().filter(|row| row.text("naics3") == ALL) {
        let partner = row.text("partner");
        let values = (sources.figure(&row, "imports_musd"), sources.figure(&row, "duty_musd"));
        let is_known = partner == WORLD || sources.is_single(partner);
        if let ((Some(imports), Some(duty)), true) = (values, is_known) {
            let sum = sums.entry(partner.to_owned()).or_default();
            *sum = [sum[0] + imports, sum[1] + duty];
        }
    }
    let mut rows = Vec::new();
    for (partner, [imports, duty]) in sums {
        let partner = if partner == WORLD { "" } else { &partner };
        rows.push(of.row("imports", &importer, partner, "goods", imports));
        rows.push(duties.row("duties_of_imports", &importer, partner, "goods", 100.0 * duty / imports));
    }
    Some(rows)
}

/// Imports by product from all partners.
pub(super) fn chapters(sources: &mut Sources<'_>) -> Option<Vec<KnownRow<'static>>> {
    let of = Figures {
        source: "US Census, imports for consumption by HS chapter 2019",
        year: 2019,
        is_target: true,
    };
    let importer = importer(sources, "us_imports_duties_2013_2025")?;
    let groups = sources.reading.own(sources.own, "hs2_groups.csv", &["chapters", "sector"])?;
    let mut sector_of: HashMap<&str, &str> = HashMap::new();
    for row in groups.rows() {
        sector_of.extend(row.text("chapters").split(';').map(|chapter| (chapter.trim(), row.text("sector"))));
    }
    let file = "us_imports_duties_2013_2025/us_imports_duty_hs2_halfyear.csv.gz";
    let table = sources.table(file, &["partner", "hs2", "year", "imports_musd"])?;
    let mut sums: SortedMap<&str, f64> = SortedMap::new();
    for row in sources.reading.of_year(&table, YEAR).into_iter().filter(|row| row.text("partner") == WORLD) {
        let chapter = row.text("hs2");
        let musd = sources.figure(&row, "imports_musd");
        match (sector_of.get(chapter), musd) {
            (Some(sector), Some(musd)) => *sums.entry(sector).or_default() += musd,
            (None, _) if chapter != ALL => {
                sources.reading.left(&table, "of chapters without a sector", chapter)
            }
            _ => {}
        }
    }
    Some(sums.into_iter().map(|(sector, musd)| of.row("imports", &importer, "", sector, musd)).collect())
}

/// Shares of the main partners in imports and exports of goods; shares need no exchange rate.
pub(super) fn shares(sources: &mut Sources<'_>) -> Option<Vec<KnownRow<'static>>> {
    let of = Figures {
        source: "Ministry of Finance of Japan, trade statistics 2019",
        year: 2019,
        is_target: true,
    };
    let reporter = importer(sources, "japan_trade")?;
    let areas = sources.reading.own(sources.own, "japan_areas.csv", &["area", "iso3"])?;
    let code_of: HashMap<&str, &str> = areas.rows().map(|row| (row.text("area"), row.text("iso3"))).collect();
    let file = "japan_trade/japan_trade_area_goods_2009_2026.csv.gz";
    let table = sources.table(file, &["ex_im", "area", "goods", "year", "value"])?;
    const TOTAL: &str = "Grand Total";
    let mut values: SortedMap<(&str, &str), f64> = SortedMap::new();
    for row in sources.reading.of_year(&table, YEAR).into_iter().filter(|row| row.text("goods") == TOTAL) {
        let area = row.text("area");
        let partner = if area == TOTAL { "" } else { code_of.get(area).copied().unwrap_or(TOTAL) };
        if let (Some(value), true) = (sources.figure(&row, "value"), partner != TOTAL) {
            values.insert((row.text("ex_im"), partner), value);
        }
    }
    let mut rows = Vec::new();
    for (&(flow, partner), value) in values.iter().filter(|((_, partner), _)| !partner.is_empty()) {
        let Some(all) = values.get(&(flow, "")) else { continue };
        let (pct, statistic) =
            (100.0 * value / all, if flow == "import" { "imports_share" } else { "exports_share" });
        if pct >= MAIN_PCT && sources.is_single(partner) {
            rows.push(of.row(statistic, &reporter, partner, "goods", pct));
        }
    }
    Some(rows)
}
