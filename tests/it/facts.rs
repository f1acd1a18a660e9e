//! Growth, capital, workers and elasticities that `calibrate` makes of published facts.

use std::path::Path;

use tradepath::calibration::Reading;
use tradepath::calibration::facts::elasticities::Elasticities;
use tradepath::data::{Axes, Files, Sector, SectorKind, Table};
use tradepath::error::Faults;

use super::oracles::shared;

/// Sectors that the project's own table of codes lists.
fn all_sectors() -> Axes {
    let files = Files::embedded().folder("sources/facts");
    let mut faults = Faults::new();
    let mut sectors = Vec::new();
    for (file, kind, columns) in [
        (
            "sector_codes.csv",
            SectorKind::Goods,
            &["caliendo_parro", "gtap", "lashkaripour_lugovskyy", "wiod16", "farrokhi_lashkaripour"][..],
        ),
        ("sector_ranges.csv", SectorKind::Services, &["low", "high", "source", "mark"][..]),
    ] {
        let text = files.read(file).unwrap();
        let table = Table::parse(file, &text, &["sector"], columns, &mut faults).unwrap();
        sectors.extend(table.rows().map(|row| Sector {
            id: row.text("sector").into(),
            name: row.text("sector").into(),
            kind,
            theta: None,
            theta_se: None,
        }));
    }
    Axes::new(Vec::new(), sectors)
}

fn elasticities(input: &Path) -> Elasticities {
    let mut reading = Reading::new();
    let own = Files::embedded().folder("sources/facts");
    let read = Elasticities::read(input, &own, &all_sectors(), &mut reading);
    reading.finish(read).unwrap().0
}

/// Caliendo & Parro's estimates are between 0.4 and 51; shrunk ones lie within what studies agree on, and no sector
/// that they find fragile keeps its extreme.
#[test]
fn elasticities_are_shrunk_and_stand_beside_caliendo_and_parro() {
    let Some(input) = shared("facts/elasticities_by_sector.csv") else { return };
    let of = elasticities(input.parent().unwrap().parent().unwrap());
    let goods: Vec<_> = of.rows.iter().filter(|row| row.n_studies.is_some()).collect();
    assert!(goods.len() >= 30 && of.rows.len() == all_sectors().n_sectors());
    for row in &goods {
        let (theta, se) = (row.theta.unwrap(), row.theta_se.unwrap());
        let beside = row.caliendo_parro.unwrap();
        println!(
            "{:22} {theta:6.2} ({se:.2}) own {:6.2} x {:.2}, Caliendo & Parro {beside:6.2}, {} studies",
            row.sector,
            row.theta_own.unwrap(),
            row.own_share.unwrap(),
            row.n_studies.unwrap()
        );
        assert!((1.5..=12.0).contains(&theta) && se > 0.2 && se < theta, "{}: {theta} ({se})", row.sector);
        let (low, high) = (row.theta_own.unwrap(), row.theta_pooled.unwrap());
        assert!(theta >= low.min(high) - 1e-3 && theta <= low.max(high) + 1e-3, "{}", row.sector);
    }
    let spread = |values: &mut dyn Iterator<Item = f64>| {
        let logs: Vec<f64> = values.map(f64::ln).collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        (logs.iter().map(|ln| (ln - mean).powi(2)).sum::<f64>() / logs.len() as f64).sqrt()
    };
    let ours = spread(&mut goods.iter().filter_map(|row| row.theta));
    let theirs = spread(&mut goods.iter().filter_map(|row| row.caliendo_parro));
    assert!(ours < 0.7 * theirs, "{ours} {theirs}");
}

fn table(file: &str, columns: &[&str]) -> Table {
    let files = Files::embedded().folder("apac");
    let mut faults = Faults::new();
    let table = Table::parse(file, &files.read(file).unwrap(), columns, &[], &mut faults).unwrap();
    faults.into_result(table).unwrap()
}

/// Growth as the IMF saw it in October 2020 (USA -4.3 and 3.1, China 1.9 and 8.2, India -10.3 and 8.8), then to 2050
/// without a gap.
#[test]
fn growth_is_that_of_the_month_of_the_report_and_reaches_2050() {
    let rows = table("growth.csv", &["iso3", "year_from", "year_to", "growth_pct", "source", "mark"]);
    let of = |code: &str, year: &str| -> f64 {
        let found = rows.rows().find(|row| row.text("iso3") == code && row.text("year_from") == year);
        found.unwrap().value("growth_pct").unwrap()
    };
    for (code, year, pct) in [
        ("USA", "2020", -4.3),
        ("USA", "2021", 3.1),
        ("JPN", "2020", -5.3),
        ("CAN", "2020", -7.1),
        ("CHN", "2021", 8.2),
        ("IND", "2020", -10.3),
        ("MEX", "2020", -9.0),
    ] {
        assert!((of(code, year) - pct).abs() < 0.06, "{code} {year}: {}", of(code, year));
    }
    let axes = tradepath::data::Dataset::read(&Files::embedded().folder("apac")).unwrap().axes;
    let growth =
        tradepath::projection::Growth::read(&Files::embedded().folder("apac"), &axes, 2019, 2050).unwrap();
    // Published ratios of SSP2, 2020 to 2040: VNM 2.9, USA 1.44, JPN 1.20; the splice starts in 2025.
    for (code, low, high) in [("VNM", 2.0, 3.2), ("USA", 1.3, 1.5), ("JPN", 1.0, 1.25)] {
        let n = axes.country_idx[code];
        let ratio: f64 = (2021..=2040).map(|year| growth.ratios(year)[n]).product();
        assert!((low..=high).contains(&ratio), "{code}: {ratio}");
    }
}

#[test]
fn capital_and_workers_of_every_economy_are_there_and_plausible() {
    let data = tradepath::data::Dataset::read(&Files::embedded().folder("apac")).unwrap();
    let factors = table(
        "factors.csv",
        &["country", "capital_share", "depreciation_ratio", "capital_musd", "source", "mark"],
    );
    assert_eq!(factors.n_rows(), data.n());
    for row in factors.rows() {
        let of = |column: &str| row.value(column).unwrap();
        assert!((0.3..0.8).contains(&of("capital_share")), "{}", row.text("country"));
        assert!((0.03..0.09).contains(&of("depreciation_ratio")), "{}", row.text("country"));
        let is_imputed = ["VNM", "BRN"].contains(&row.text("country"));
        assert_eq!(row.text("mark") == "assumption", is_imputed, "{}", row.text("country"));
    }
    let workers = table("workers.csv", &["country", "sector", "persons", "source", "mark"]);
    assert_eq!(workers.n_rows(), data.n() * data.s());
    let million = |code: &str| -> f64 {
        let of = workers.rows().filter(|row| row.text("country") == code);
        of.map(|row| row.value("persons").unwrap()).sum::<f64>() / 1e6
    };
    // Employment of 2018-19, million: labour force surveys.
    for (code, known) in
        [("USA", 158.0), ("JPN", 67.0), ("VNM", 54.0), ("MYS", 15.0), ("TWN", 11.5), ("HKG", 3.9)]
    {
        assert!((million(code) / known - 1.0).abs() < 0.12, "{code}: {}", million(code));
    }
    let world: f64 = data.axes.countries.iter().map(|country| million(&country.iso3)).sum();
    assert!((3000.0..3600.0).contains(&world), "{world}");
}
