//! Imports of one economy by area and heading, with the rates of our own schedules.

use std::collections::HashMap;

use super::gathered::{Gathered, Observed};
use super::request::SetRequest;
use super::sources::Sources;
use crate::calibration::NumberRule;
use crate::calibration::apac::mof::alone;
use crate::data::{Files, Pair};
use crate::policy::{PolicyBook, PolicyParameters, Regimes};
use crate::sorted::SortedMap;

const FILE: &str = "japan_trade/japan_trade_area_goods_2009_2026.csv.gz";
const CLASSIFICATION: &str = "mof_import";
const FLOW: NumberRule = NumberRule::new("0 or more, at most 1e9", |value| (0.0..=1e9).contains(&value));

/// Reads the set; `None` where a file cannot be used.
pub(super) fn read(set: &SetRequest, sources: &mut Sources<'_>) -> Option<Gathered> {
    let table =
        sources.reading.table(&sources.data.join(FILE), &["ex_im", "area", "goods", "year", "value"])?;
    let shared = Files::embedded().folder("sources/apac");
    let headings = sources.reading.own(
        &shared,
        "headings.csv",
        &["classification", "heading", "parent", "source", "mark"],
    )?;
    let areas = sources.reading.own(sources.own, "areas.csv", &["area", "iso3", "source", "mark"])?;
    let code_of: HashMap<&str, &str> = areas.rows().map(|row| (row.text("area"), row.text("iso3"))).collect();
    let parent: HashMap<(&str, &str), &str> = headings
        .rows()
        .map(|row| ((row.text("classification"), row.text("heading")), row.text("parent")))
        .collect();
    let (first, last) = (set.years.iter().min()?, set.years.iter().max()?);
    let mut by_year: SortedMap<i16, SortedMap<(&str, &str), f64>> = SortedMap::new();
    let mut used = 0;
    for row in table.rows() {
        let year = row.text("year").parse::<i16>().ok().filter(|year| (first..=last).contains(&year));
        let (Some(year), "import") = (year, row.text("ex_im")) else { continue };
        let area = row.text("area");
        if set.left_out.iter().any(|left| left == area) {
            continue;
        }
        if area != set.world && !code_of.contains_key(area) {
            sources.reading.left(&table, "of areas that areas.csv has not", area);
            continue;
        }
        if let Some(value) = sources.reading.number(&row, "value", FLOW) {
            by_year.entry(year).or_default().insert((area, row.text("goods")), value);
            used += 1;
        }
    }
    sources.reading.used(&table, used);
    let mut found = Gathered::default();
    let importer = set.importers.first()?;
    for (year, values) in &by_year {
        for ((code, heading), value) in imports(values, set, &code_of, &parent) {
            let parts = sources.by.parts(CLASSIFICATION, heading);
            if set.left_products.iter().any(|left| left == heading) || parts.is_empty() {
                continue;
            }
            let product = slug(heading);
            found.products.entry(product.clone()).or_insert_with(|| parts.to_vec());
            let key = (code.to_owned(), importer.clone(), product);
            let seen = Observed { imports: value, ..Observed::default() };
            found.flows.entry(key).or_default().insert(*year, seen);
        }
    }
    add_rates(importer, sources, &mut found)?;
    Some(found)
}

/// What each heading holds beside its sub-headings by code; what single areas leave of the world is the rest's.
fn imports<'a>(
    values: &SortedMap<(&'a str, &'a str), f64>,
    set: &'a SetRequest,
    code_of: &HashMap<&'a str, &'a str>,
    parent: &HashMap<(&str, &str), &str>,
) -> SortedMap<(&'a str, &'a str), f64> {
    let mut found = SortedMap::new();
    let mut rest: SortedMap<&str, f64> =
        alone(values, &set.world, parent, CLASSIFICATION).into_iter().collect();
    let mut areas: Vec<&str> = values.keys().map(|(area, _)| *area).collect();
    areas.dedup();
    for area in areas {
        let Some(code) = code_of.get(area) else { continue };
        for (heading, value) in alone(values, area, parent, CLASSIFICATION) {
            *rest.entry(heading).or_default() -= value;
            *found.entry((*code, heading)).or_default() += value;
        }
    }
    let rest = rest.into_iter().map(|(heading, value)| ((set.rest.as_str(), heading), value.max(0.0)));
    found.extend(rest);
    found
}

/// An identifier of the words of a heading.
fn slug(heading: &str) -> String {
    let words = heading.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

/// Rates that importers pay on average with the use of preferences, by the policy tables of the program.
fn add_rates(importer: &str, sources: &mut Sources<'_>, found: &mut Gathered) -> Option<()> {
    let axes = &sources.by.axes;
    let book = match PolicyBook::read(&Files::embedded(), axes) {
        Ok(book) => book,
        Err(errors) => {
            sources.reading.faults.extend(errors.into());
            return None;
        }
    };
    let regimes = Regimes::new(&book, &book.initial);
    let importer = sources.by.economy(importer);
    let mut rates: HashMap<(usize, i16), Vec<f64>> = HashMap::new();
    for ((exporter, _, product), years) in found.flows.iter_mut() {
        let exporter = sources.by.economy(exporter);
        let parts = found.products.get(product)?;
        for (&year, seen) in years.iter_mut() {
            let of_pair = rates.entry((exporter, year)).or_insert_with(|| {
                let pair = Pair { importer, exporter };
                book.pair_tariffs(&regimes, pair, year, PolicyParameters::default()).effective_pct
            });
            seen.tariff_pct = Some(parts.iter().map(|&(j, share)| share * of_pair[j]).sum());
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn headings_become_identifiers() {
        assert_eq!(slug("Wood & Cork Manufactured"), "wood_cork_manufactured");
        assert_eq!(slug("Textile Yarn, Fabrics"), "textile_yarn_fabrics");
        assert!(crate::data::is_identifier(&slug("Non-Metallic Mineral Ware")));
    }
}
