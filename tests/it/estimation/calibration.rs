//! The tables of `calibration/`: that they hang together, and that they are what the commands beside them give.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{Run, is_close, read_rows, shared};

/// The tables of `calibration/` hang together: the whole effect is the sum of its parts, its variance that of
/// their covariance, and the cuts follow from it and the elasticities that are taken.
#[test]
fn calibration_tables_follow_from_each_other() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("calibration");
    let depth: BTreeMap<String, (f64, f64)> = read_rows(&folder.join("agreement_depth.csv"))
        .iter()
        .map(|row| (row["item"].clone(), (row["value"].parse().unwrap(), row["se"].parse().unwrap_or(0.0))))
        .collect();
    let parts = ["rta", "rta_lag4", "depth", "depth_lag4"].map(|term| depth[&format!("{term}_ln_trade")]);
    let (whole, error) = depth["full_depth_ln_trade"];
    assert!((parts.iter().map(|part| part.0).sum::<f64>() - whole).abs() < 1e-5);
    let between: f64 =
        depth.iter().filter(|(item, _)| item.starts_with("covariance:")).map(|(_, v)| v.0).sum();
    let variance = parts.iter().map(|part| part.1 * part.1).sum::<f64>() + 2.0 * between;
    assert!((variance.sqrt() - error).abs() < 1e-5, "{} {error}", variance.sqrt());
    for row in read_rows(&folder.join("elasticities.csv")) {
        let column = if row["taken"] == "published" { "published_value" } else { "value" };
        let theta: f64 = row[column].parse().unwrap();
        if let Some((cut, _)) = depth.get(&format!("iceberg_cut_share:{}", row["item"])) {
            assert!((cut - (1.0 - (-whole / theta).exp())).abs() < 1e-4, "{}", row["item"]);
        }
    }
}

/// Caliendo & Parro's stand beside the elasticities of the default set as they are printed and as we estimate them
/// again; what the set takes lies between the studies' mean of the sector and the pooled value.
#[test]
fn default_elasticities_stand_beside_those_of_caliendo_and_parro() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let number = |row: &BTreeMap<String, String>, column: &str| row[column].parse::<f64>().unwrap();
    let items: BTreeMap<String, f64> = read_rows(&root.join("calibration/elasticities.csv"))
        .iter()
        .map(|row| {
            (
                row["item"].clone(),
                number(row, if row["taken"] == "published" { "published_value" } else { "value" }),
            )
        })
        .collect();
    let codes = read_rows(&root.join("data/sources/facts/sector_codes.csv"));
    let taken = read_rows(&root.join("data/apac/elasticities.csv"));
    let mut closer = 0;
    for row in taken.iter().filter(|row| !row["caliendo_parro"].is_empty()) {
        let of = codes.iter().find(|code| code["sector"] == row["sector"]).unwrap();
        let cited: Vec<f64> = of["caliendo_parro"].split(';').map(|item| items[item]).collect();
        let mean = cited.iter().sum::<f64>() / cited.len() as f64;
        let beside = number(row, "caliendo_parro");
        assert!((beside - mean).abs() < 0.02, "{}: {beside}, estimated again {mean}", row["sector"]);
        let (theta, own, pooled) =
            (number(row, "theta"), number(row, "theta_own"), number(row, "theta_pooled"));
        assert!(theta >= own.min(pooled) - 1e-3 && theta <= own.max(pooled) + 1e-3, "{}", row["sector"]);
        closer += usize::from((theta - pooled).abs() <= (beside - pooled).abs());
    }
    assert!(closer >= 28, "{closer} of 30 are nearer to the pooled value than theirs");
}

/// PPML elasticities of `calibration/elasticities.csv`, from the flows and tariffs they rest on.
#[test]
fn ppml_elasticities_are_reproduced() {
    let Some(folder) = shared("oracles/cp2015") else { return };
    let distances: BTreeMap<(String, String), String> =
        read_rows(&shared("data/gravity/cepii_dist.csv").unwrap())
            .into_iter()
            .map(|row| {
                let far = ["dist", "contig", "comlang_off", "colony"].map(|name| row[name].clone()).join(",");
                ((row["exporter"].clone(), row["importer"].clone()), far)
            })
            .collect();
    let rates: Vec<f64> =
        read_rows(&folder.join("tariffs.csv")).iter().map(|row| row["tariff_pct"].parse().unwrap()).collect();
    let mut panel =
        String::from("exporter,importer,sector,spending,one_plus_tariff,dist,border,language,colony\n");
    for (row, rate) in read_rows(&folder.join("trade.csv")).iter().zip(rates) {
        let (from, to) = (row["exporter"].clone(), row["importer"].clone());
        let Some(far) = distances.get(&(from.clone(), to.clone())).filter(|_| from != to) else { continue };
        let factor = 1.0 + rate / 100.0;
        let spending = row["value_musd"].parse::<f64>().unwrap() * factor;
        writeln!(panel, "{from},{to},{},{spending:.6},{factor:.9},{far}", row["sector"]).unwrap();
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), panel).unwrap();
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("calibration/elasticities.csv");
    for (at, row) in read_rows(&table).iter().take(20).enumerate() {
        let condition = format!("sector == s{:02}", at + 1);
        let args = ["--where", &condition, "--cluster", "exporter^importer"];
        let controls = "ln(dist) + border + language + colony | exporter + importer";
        for (columns, rest) in
            [("ppml", controls), ("ppml_pair", "0 | exporter + importer + pair(exporter,importer)")]
        {
            let formula = format!("spending ~ ln(one_plus_tariff) + {rest}");
            let found = Run::new(file.path(), &formula).args(&args).coefficients()["ln(one_plus_tariff)"];
            let number = |name: &str| row[&format!("{columns}_{name}")].parse::<f64>().unwrap();
            assert!((found.0 + number("value")).abs() < 2e-6, "{} {columns}: {found:?}", row["item"]);
            assert!((found.1 - number("se")).abs() < 2e-6, "{} {columns}: {found:?}", row["item"]);
        }
    }
}

/// Triple differences of Caliendo & Parro (2015): least squares without constant, HC1, by sector.
#[test]
fn triple_differences_give_the_published_elasticities() {
    let Some(expected) = shared("oracles/cp_elasticities/expected.csv") else { return };
    let panel = shared("oracles/cp_elasticities/triple_differences.csv").unwrap();
    for row in read_rows(&expected) {
        let condition = format!("sector == {}", row["sector"]);
        let mut args = vec!["--model", "ols", "--drop-missing"];
        if row["sector"] != "all" {
            args.extend(["--where", &condition]);
        }
        let mut run = Run::new(&panel, "ln_trade_tetrad ~ 0 + ln_tariff_tetrad").args(&args);
        let (estimate, std_error) = run.coefficients()["ln_tariff_tetrad"];
        let number = |column: &str| row[column].parse::<f64>().unwrap();
        assert!(is_close(estimate, number("coefficient"), 1e-6), "{} {estimate}", row["sector"]);
        assert!(is_close(std_error, number("robust_se"), 1e-6), "{} {std_error}", row["sector"]);
        assert_eq!(run.fit()["observations"], row["n"].parse::<usize>().unwrap());
    }
}
