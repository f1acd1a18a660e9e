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
