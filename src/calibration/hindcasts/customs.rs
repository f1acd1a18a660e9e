//! Imports of one economy with the duties paid, by partner, industry and quarter.

use super::gathered::{Gathered, Observed};
use super::request::SetRequest;
use super::sources::Sources;
use crate::calibration::NumberRule;
use crate::sorted::SortedMap;

const FILE: &str = "us_imports_duties_2013_2025/us_imports_duty_naics3_quarterly.csv.gz";
const CLASSIFICATION: &str = "naics3";
/// Before a code of an industry, so that every reader takes it for text.
const PREFIX: &str = "naics_";
const FLOW: NumberRule =
    NumberRule::new("0 or more, at most 1e12 million USD", |value| (0.0..=1e12).contains(&value));

/// Imports and duties.
type Paid = [f64; 2];

/// Reads the set; `None` where a file cannot be used.
pub(super) fn read(set: &SetRequest, sources: &mut Sources<'_>) -> Option<Gathered> {
    let columns = ["partner", CLASSIFICATION, "year", "quarter", "imports_musd", "duty_musd"];
    let table = sources.reading.table(&sources.data.join(FILE), &columns)?;
    let importer = set.importers.first()?;
    let mut sums: SortedMap<(&str, &str, i16), Paid> = SortedMap::new();
    let mut used = 0;
    for row in table.rows() {
        let (partner, product) = (row.text("partner"), row.text(CLASSIFICATION));
        let is_left = |list: &[String], name: &str| list.iter().any(|left| left == name);
        let is_used = set.quarters.iter().any(|quarter| quarter == row.text("quarter"));
        if !is_used || is_left(&set.left_out, partner) || is_left(&set.left_products, product) {
            continue;
        }
        if sources.by.parts(CLASSIFICATION, product).is_empty() {
            sources.reading.left(&table, "of industries without a sector", product);
            continue;
        }
        let imports = sources.reading.number(&row, "imports_musd", FLOW);
        let duty = sources.reading.number(&row, "duty_musd", FLOW);
        if let (Some(imports), Some(duty), Ok(year)) = (imports, duty, row.text("year").parse()) {
            let sum = sums.entry((partner, product, year)).or_default();
            *sum = [sum[0] + imports, sum[1] + duty];
            used += 1;
        }
    }
    sources.reading.used(&table, used);
    let mut found = Gathered::default();
    let mut rest: SortedMap<(&str, i16), Paid> = SortedMap::new();
    for (&(partner, product, year), paid) in &sums {
        let left = rest.entry((product, year)).or_default();
        let sign = if partner == set.world { 1.0 } else { -1.0 };
        *left = [left[0] + sign * paid[0], left[1] + sign * paid[1]];
        if partner != set.world {
            add(&mut found, (partner, importer, product), year, *paid);
        }
        let parts = || sources.by.parts(CLASSIFICATION, product).to_vec();
        found.products.entry(name(product)).or_insert_with(parts);
    }
    for ((product, year), paid) in rest {
        add(&mut found, (&set.rest, importer, product), year, paid.map(|value| value.max(0.0)));
    }
    Some(found)
}

fn name(product: &str) -> String {
    format!("{PREFIX}{product}")
}

fn add(
    found: &mut Gathered,
    (exporter, importer, product): (&str, &str, &str),
    year: i16,
    [imports, duty]: Paid,
) {
    let key = (exporter.to_owned(), importer.to_owned(), name(product));
    let tariff_pct = (imports > 0.0).then(|| 100.0 * duty / imports);
    found.flows.entry(key).or_default().insert(year, Observed { imports, tariff_pct, agreement: 0.0 });
}
