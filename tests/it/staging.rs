//! Staging from tariff lines: published rates are met by the categories that the tables give.

use std::collections::BTreeMap;
use std::fs;

use tradepath::schedules::Category;

/// Rows of a table by column name.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> Option<f64> {
    row[column].parse().ok()
}

/// A published rate is the computed one, cut off or rounded after the first decimal.
fn is_met(computed: f64, published: f64) -> bool {
    (computed - published).abs() < 0.1 - 1e-6
}

fn category(code: &str, path: &str) -> Category {
    let listed = || path.split_once(' ').and_then(|(kind, path)| Category::listed(kind, path));
    let found = if path.is_empty() { Category::builtin(code) } else { listed() };
    found.unwrap_or_else(|| panic!("{code} {path}"))
}

/// Lines of law typed by hand: base rate, category, rates published after cuts.
#[test]
fn lines_of_the_fixture_are_met() {
    let lines = rows(include_str!("../data/staging/lines.csv"));
    assert!(lines.len() >= 24);
    for line in &lines {
        let category = category(&line["category"], &line["path"]);
        let base = number(line, "base_pct").unwrap();
        for point in line["published"].split(';') {
            let (cut, pct) = point.split_once(':').unwrap();
            let computed = base * category.remaining_share(cut.parse().unwrap());
            assert!(is_met(computed, pct.parse().unwrap()), "{line:?} cut {cut}: {computed}");
        }
    }
}

#[test]
fn groups_have_the_published_rates_of_japan_2026_and_viet_nam_2022_to_2028() {
    let checks = rows(&fs::read_to_string("data/policy/tables/staging_check.csv").unwrap());
    for (importer, cuts) in [("JPN", 9..=9), ("VNM", 4..=10), ("NZL", 4..=4)] {
        let own: Vec<_> = checks.iter().filter(|row| row["importer"] == importer).collect();
        let found: std::collections::BTreeSet<u32> =
            own.iter().map(|row| row["cut"].parse().unwrap()).collect();
        assert_eq!(found, cuts.collect());
        for row in own {
            assert_eq!(row["lines"], row["met_lines"], "{row:?}");
            if let (Some(published), Some(computed)) =
                (number(row, "published_pct"), number(row, "computed_pct"))
            {
                assert!(is_met(computed, published), "{row:?}");
            }
        }
    }
    // Lines whose path is read off and not given by a rule stand in a table of their own: a hundredth of the lines.
    let rest = rows(&fs::read_to_string("data/policy/tables/staging_rest.csv").unwrap());
    assert!(!rest.is_empty() && rest.len() < 200, "{}", rest.len());
}

/// The parts of a group bear its duties at their own base rates: nothing is scaled where lines give both.
#[test]
fn parts_from_lines_reproduce_the_rate_of_their_group() {
    let rates = rows(&fs::read_to_string("data/policy/tables/mfn.csv").unwrap());
    let aggregation = rows(&fs::read_to_string("data/policy/tables/aggregation.csv").unwrap());
    let mut sums: BTreeMap<(String, String), (f64, f64)> = BTreeMap::new();
    for row in rows(&fs::read_to_string("data/policy/tables/staging.csv").unwrap()) {
        let share = number(&row, "part_share").unwrap();
        let sum = sums.entry((row["importer"].clone(), row["product_group"].clone())).or_default();
        sum.0 += share;
        sum.1 += share * number(&row, "base_rate_pct").unwrap();
    }
    let mut checked = 0;
    for ((importer, group), (share, mean)) in sums {
        assert!((share - 1.0).abs() < 1e-6, "{importer} {group}: {share}");
        let is_of =
            |row: &&BTreeMap<String, String>| row["importer"] == importer && row["product_group"] == group;
        // Importers and groups whose rate is not that of lines keep a recalled one.
        let is_kept = aggregation.iter().find(is_of).is_none_or(|row| row["used"] == "kept");
        let rate = rates.iter().find(|row| is_of(row) && row["exporter"] == "*").unwrap();
        if !is_kept {
            let rate = number(rate, "mfn_pct").unwrap();
            // Lines whose preference has no equivalent in percent are not staged.
            assert!((rate - mean).abs() < 0.03, "{importer} {group}: {rate} {mean}");
            checked += 1;
        }
    }
    assert!(checked >= 90, "{checked}");
}

/// Arithmetic of the public figures: what a rule gives, cut off after the first decimal.
#[test]
fn public_checks_of_staging_are_met() {
    let Some(file) = crate::oracles::shared("facts/staging_checks.csv") else { return };
    let mut n_met = 0;
    for row in rows(&fs::read_to_string(file).unwrap()) {
        let rule = &row["rule_that_reproduces_it"];
        let path = match rule {
            rule if rule.contains("half at entry, rest in equal cuts to zero at cut 11") => {
                "linear 1:0.5;11:0"
            }
            rule if rule.contains("2.2 at entry, equal cuts to zero at cut 10") => "linear 1:0.511628;10:0",
            rule if rule.contains("equal cuts, 16") => "linear 16:0",
            rule if rule.contains("equal cuts, 11") => "linear 11:0",
            rule if rule.contains("equal cuts, 8") => "linear 8:0",
            rule if rule.contains("equal cuts, 6") => "linear 6:0",
            _ => continue,
        };
        let (base, cut) = (number(&row, "base_rate_pct").unwrap(), row["cut_number"].parse().unwrap());
        let computed = base * category("listed", path).remaining_share(cut);
        assert!(is_met(computed, number(&row, "published_rate_pct").unwrap()), "{row:?}: {computed}");
        n_met += 1;
    }
    assert!(n_met >= 8, "{n_met}");
}
