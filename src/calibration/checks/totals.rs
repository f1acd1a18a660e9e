//! GDP, exports, imports and openness of each economy.

use super::sources::{Figures, Sources, YEAR};
use crate::calibration::facts::places::{NamesOfCountries, is_published};
use crate::sorted::{SortedMap, sort_by};
use crate::validation::KnownRow;

/// Input-output sectors that make goods: `c1` to this one.
const LAST_GOODS: u32 = 16;

/// GDP by the forecast of a date, all economies.
pub(super) fn gdp(sources: &mut Sources<'_>, names: &NamesOfCountries) -> Option<Vec<KnownRow<'static>>> {
    let of = Figures { source: "IMF World Economic Outlook, October 2020", year: 2019, is_target: false };
    let table =
        sources.table("weo_2020_10/weo_oct2020_2005_2025.csv.gz", &["country", "series", "year", "value"])?;
    let mut gdp = vec![0.0; sources.places.axes.n_countries()];
    for row in sources.reading.of_year(&table, YEAR) {
        if row.text("series") != "gdp_usd_bn" || !is_published(&row, "value") {
            continue;
        }
        let code = names.code(&table, &row, "country", &mut sources.reading);
        if let (Some(code), Some(billion)) = (code, sources.figure(&row, "value")) {
            gdp[sources.places.economy(code)] += 1000.0 * billion;
        }
    }
    let countries = sources.places.axes.countries.iter();
    Some(countries.zip(gdp).map(|(country, musd)| of.row("gdp", &country.iso3, "", "", musd)).collect())
}

/// Exports of goods and of services, and openness, as the input-output tables have them.
pub(super) fn production(sources: &mut Sources<'_>) -> Option<Vec<KnownRow<'static>>> {
    let of = Figures {
        source: "ADB multi-regional input-output tables 2019, 72 economies",
        year: 2019,
        is_target: false,
    };
    let table = sources.table(
        "adb_mrio_summary/summary_72econ_2017_2022.csv.gz",
        &["year", "iso3", "sector", "va", "exports"],
    )?;
    // Goods, services, value added.
    let mut sums: SortedMap<String, [f64; 3]> = SortedMap::new();
    for row in sources.reading.of_year(&table, YEAR) {
        let code = row.text("iso3");
        let is_goods =
            row.text("sector").trim_start_matches('c').parse::<u32>().is_ok_and(|at| at <= LAST_GOODS);
        let figures = (sources.figure(&row, "exports"), sources.figure(&row, "va"));
        if let ((Some(exports), Some(va)), true) = (figures, sources.is_single(code)) {
            let sum = sums.entry(code.to_owned()).or_default();
            sum[usize::from(!is_goods)] += exports;
            sum[2] += va;
        }
    }
    let mut rows = Vec::new();
    for (code, [goods, services, va]) in sums {
        rows.push(of.row("exports", &code, "", "goods", goods));
        rows.push(of.row("exports_of_gdp", &code, "", "", 100.0 * (goods + services) / va));
    }
    Some(rows)
}

/// Services exports and imports of those that report them, and exports to their three main partners.
pub(super) fn services(sources: &mut Sources<'_>) -> Option<Vec<KnownRow<'static>>> {
    let of = Figures { source: "OECD international trade in services 2019", year: 2019, is_target: true };
    let file = "oecd_services_bilateral/services_total_2005_2019.csv.gz";
    let table = sources.table(file, &["reporter", "partner", "year", "flow", "value_musd"])?;
    let mut rows = Vec::new();
    let mut partners: SortedMap<String, Vec<(String, f64)>> = SortedMap::new();
    for row in sources.reading.of_year(&table, YEAR) {
        let (reporter, partner) = (row.text("reporter"), row.text("partner"));
        if !sources.is_single(reporter) || !is_published(&row, "value_musd") {
            continue;
        }
        let Some(musd) = sources.figure(&row, "value_musd") else { continue };
        match (partner, row.text("flow")) {
            ("WLD", "export") => rows.push(of.row("exports", reporter, "", "services", musd)),
            ("WLD", "import") => rows.push(of.row("imports", reporter, "", "services", musd)),
            (_, "export") if sources.is_single(partner) => {
                partners.entry(reporter.to_owned()).or_default().push((partner.to_owned(), musd));
            }
            _ => {}
        }
    }
    for (reporter, mut of_reporter) in partners {
        sort_by(&mut of_reporter, |a, b| b.1.total_cmp(&a.1));
        let main = of_reporter.iter().take(3);
        rows.extend(main.map(|(partner, musd)| of.row("exports", &reporter, partner, "services", *musd)));
    }
    Some(rows)
}

/// Travel and transport as exports.
pub(super) fn travel(sources: &mut Sources<'_>) -> Option<Vec<KnownRow<'static>>> {
    let of = Figures { source: "World Bank WDI services exports 2019", year: 2019, is_target: true };
    let file = "baci_hs2_exports/services_exports_wdi.csv";
    let table = sources.table(file, &["year", "exporter", "category", "value_musd"])?;
    let mut rows: Vec<KnownRow<'static>> = Vec::new();
    for row in sources.reading.of_year(&table, YEAR) {
        let (exporter, category) = (row.text("exporter"), row.text("category"));
        let is_wanted =
            category == "travel" && sources.is_single(exporter) && is_published(&row, "value_musd");
        if let (true, Some(musd)) = (is_wanted, sources.figure(&row, "value_musd")) {
            rows.push(of.row("exports", exporter, "", "travel", musd));
        }
    }
    Some(rows)
}
