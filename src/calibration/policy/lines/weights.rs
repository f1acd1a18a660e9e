//! What lines are weighed by: imports of the pair where they are known by line, else imports of the world.

use std::collections::HashMap;
use std::path::Path;

use crate::calibration::{NumberRule, Reading};
use crate::data::Row;
use crate::schedules::lines::Line;
use crate::sorted::SortedMap;

const FLOW: NumberRule =
    NumberRule::new("0 or more, at most 1e12 million USD", |v| (0.0..=1e12).contains(&v));
const USD: NumberRule = NumberRule::new("0 or more, at most 1e18 USD", |v| (0.0..=1e18).contains(&v));

/// Share of a chapter that is spread equally over its products, so that a product which the pattern does not know has
/// a weight.
const EQUAL_SHARE: f64 = 0.1;

/// Weights of lines, for all partners and for those whose trade by line is known.
#[derive(Debug, Default)]
pub struct LineWeights {
    /// Of all partners together, `[line]`.
    pub world: Vec<f64>,
    /// By partner, `[line]`.
    pub of_partner: SortedMap<String, Vec<f64>>,
}

impl LineWeights {
    /// Weights towards a partner; those of the world where its trade by line is not known.
    pub fn of(&self, partner: &str) -> &[f64] {
        self.of_partner.get(partner).unwrap_or(&self.world)
    }
}

/// Weights of the lines of an importer, by the files that its row of `tariff_lines.csv` names.
pub fn read(input: &Path, importer: &Row<'_>, lines: &[Line], reading: &mut Reading) -> Option<LineWeights> {
    if importer.text("pair_weights").is_empty() {
        let chapters = chapters(input, importer, reading);
        let pattern = pattern(input, importer, reading);
        let world = of_world(lines, &chapters?, &pattern?);
        return Some(LineWeights { world, of_partner: SortedMap::new() });
    }
    of_partners(&input.join(importer.text("pair_weights")), lines, reading)
}

/// Imports by line and partner.
fn of_partners(path: &Path, lines: &[Line], reading: &mut Reading) -> Option<LineWeights> {
    let table = reading.table(path, &["hs8", "partner", "imports_musd"])?;
    reading.each_once(&table, &["hs8", "partner"]);
    let place: HashMap<&str, usize> = lines.iter().enumerate().map(|(l, line)| (&*line.code, l)).collect();
    let mut weights = LineWeights { world: vec![0.0; lines.len()], of_partner: SortedMap::new() };
    let mut n_used = 0;
    for row in table.rows() {
        let Some(musd) = reading.number(&row, "imports_musd", FLOW) else { continue };
        let Some(&l) = place.get(row.text("hs8")) else {
            reading.left(
                &table,
                "of lines that the tariff has not",
                &row.text("hs8").chars().take(2).collect::<String>(),
            );
            continue;
        };
        n_used += 1;
        weights.world[l] += musd;
        let of_partner = weights.of_partner.entry(row.text("partner").to_owned());
        of_partner.or_insert_with(|| vec![0.0; lines.len()])[l] += musd;
    }
    reading.used(&table, n_used);
    Some(weights)
}

/// Exports of everybody but the importer by chapter in the year named.
fn chapters(input: &Path, importer: &Row<'_>, reading: &mut Reading) -> Option<HashMap<String, f64>> {
    let columns = ["year", "exporter", "hs2", "value_musd"];
    let table = reading.table(&input.join(importer.text("weights")), &columns)?;
    reading.each_once(&table, &["year", "exporter", "hs2"]);
    let mut weights: HashMap<String, f64> = HashMap::new();
    let rows = reading.of_year(&table, importer.text("weights_year"));
    for row in rows.into_iter().filter(|row| row.text("exporter") != importer.text("weights_exclude")) {
        if let Some(musd) = reading.number(&row, "value_musd", FLOW) {
            *weights.entry(row.text("hs2").to_owned()).or_default() += musd;
        }
    }
    Some(weights)
}

/// Imports by product of an economy that trades nearly everything: the pattern inside chapters.
fn pattern(input: &Path, importer: &Row<'_>, reading: &mut Reading) -> Option<HashMap<String, f64>> {
    if importer.text("pattern").is_empty() {
        return Some(HashMap::new());
    }
    imports_usd(&input.join(importer.text("pattern")), "hs6", reading)
}

/// Imports of a file of weights by line or product, US dollars.
pub fn imports_usd(path: &Path, by: &str, reading: &mut Reading) -> Option<HashMap<String, f64>> {
    let table = reading.table(path, &["hs6", "hts8", "w8_main"])?;
    reading.each_once(&table, &["hts8"]);
    let mut imports: HashMap<String, f64> = HashMap::new();
    for row in table.rows() {
        if let Some(usd) = reading.number(&row, "w8_main", USD) {
            *imports.entry(row.text(by).to_owned()).or_default() += usd;
        }
    }
    Some(imports)
}

/// A chapter weighs what the world exports of it; inside it products weigh by the pattern, and equally where it knows
/// none; lines of a product weigh the same.
fn of_world(lines: &[Line], chapters: &HashMap<String, f64>, pattern: &HashMap<String, f64>) -> Vec<f64> {
    let mut n_lines: SortedMap<&str, f64> = SortedMap::new();
    lines.iter().for_each(|line| *n_lines.entry(&line.code[..6]).or_default() += 1.0);
    let mut of_chapter: HashMap<&str, (f64, f64)> = HashMap::new();
    for product in n_lines.keys() {
        let (n_products, imports) = of_chapter.entry(&product[..2]).or_default();
        *n_products += 1.0;
        *imports += pattern.get(*product).copied().unwrap_or(0.0);
    }
    let weight = |line: &Line| {
        let product = &line.code[..6];
        let (n_products, imports) = of_chapter[&product[..2]];
        let equal = 1.0 / n_products;
        let share = if imports > 0.0 {
            let own = pattern.get(product).copied().unwrap_or(0.0) / imports;
            EQUAL_SHARE * equal + (1.0 - EQUAL_SHARE) * own
        } else {
            equal
        };
        // The table lists what is traded: a chapter without a row is not.
        chapters.get(&product[..2]).copied().unwrap_or(0.0) * share / n_lines[product]
    };
    lines.iter().map(weight).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::of_world;
    use crate::schedules::lines::Line;

    #[test]
    fn chapters_weigh_as_the_world_exports_and_products_by_the_pattern() {
        let line = |code: &str| Line {
            code: code.into(),
            group: 0,
            mfn_pct: None,
            programmes: Vec::new(),
            is_estimate: false,
        };
        let lines = ["01011000", "01012010", "01012020", "02011000"].map(line);
        let chapters = HashMap::from([("01".to_owned(), 100.0), ("02".to_owned(), 7.0)]);
        let pattern = HashMap::from([("010110".to_owned(), 30.0), ("010120".to_owned(), 10.0)]);
        // A tenth of 100 equally over two products, the rest 3 to 1; the second product has two lines.
        let expected = [5.0 + 67.5, (5.0 + 22.5) / 2.0, (5.0 + 22.5) / 2.0, 7.0];
        for (found, expected) in of_world(&lines, &chapters, &pattern).into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
        assert_eq!(of_world(&lines, &chapters, &HashMap::new())[0], 50.0);
    }
}
