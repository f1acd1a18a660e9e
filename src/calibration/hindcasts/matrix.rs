//! Trade of all pairs with agreements, one product; rates are stated.

use std::collections::HashSet;

use super::gathered::{Gathered, Observed};
use super::request::{SetRequest, list};
use super::sources::Sources;
use crate::calibration::{NumberRule, Reading};
use crate::data::{Axes, Dataset, Files};
use crate::sorted::SortedMap;

const FLOW: NumberRule =
    NumberRule::new("0 or more, at most 1e12 million USD", |value| (0.0..=1e12).contains(&value));
const RATE: NumberRule = NumberRule::new("percent, 0 to 1000", |value| (0.0..=1e3).contains(&value));

/// A rate that moves in equal steps between two years and stands before and after.
struct Stated {
    years: [i16; 2],
    pct: [f64; 2],
}

impl Stated {
    fn pct(&self, year: i16) -> f64 {
        let [from, to] = self.years;
        let done = f64::from(year.clamp(from, to) - from) / f64::from(to - from);
        done.mul_add(self.pct[1] - self.pct[0], self.pct[0])
    }
}

/// Reads the set; `None` where a file cannot be used.
pub(super) fn read(set: &SetRequest, sources: &mut Sources<'_>) -> Option<Gathered> {
    let own = sources.own;
    let files = sources.reading.own(own, "matrices.csv", &["set", "file", "value", "agreement"])?;
    let Some(file) = files.rows().find(|row| row.text("set") == set.id) else {
        let expected = format!("a row of {}", set.id);
        let fault = crate::error::Fault::of_file(files.file(), "set", "none", &expected, "Add the row.");
        sources.reading.faults.push(fault);
        return None;
    };
    let (value, agreement) = (file.text("value"), file.text("agreement"));
    let path = sources.data.join(file.text("file"));
    let table = sources.reading.table(&path, &["exporter", "importer", "year", value, agreement])?;
    let stated = read_stated(set, own, &mut sources.reading)?;
    let kept = kept(set, own, &mut sources.reading)?;
    let products = products(set, own, &sources.by.axes, &mut sources.reading)?;
    let (product, _) = products.iter().next()?;
    let code = |code: &str| match kept.is_empty() || kept.contains(code) {
        true => code.to_owned(),
        false => set.rest.clone(),
    };
    let mut found = Gathered::default();
    let mut used = 0;
    for row in table.rows() {
        let Ok(year) = row.text("year").parse::<i16>() else { continue };
        let (exporter, importer) = (code(row.text("exporter")), code(row.text("importer")));
        if !set.years.contains(&year) || !(set.importers.is_empty() || set.importers.contains(&importer)) {
            continue;
        }
        let Some(musd) = sources.reading.number(&row, value, FLOW) else { continue };
        let has_agreement = !matches!(row.text(agreement), "" | "0");
        let key = (exporter, importer, product.clone());
        let seen: &mut Observed = found.flows.entry(key).or_default().entry(year).or_default();
        // A share of the value for now.
        seen.imports += musd;
        seen.agreement += if has_agreement { musd } else { 0.0 };
        used += 1;
    }
    sources.reading.used(&table, used);
    let (first, last) = (*set.years.iter().min()?, *set.years.iter().max()?);
    for ((exporter, importer, _), years) in found.flows.iter_mut() {
        years.values_mut().filter(|seen| seen.imports > 0.0).for_each(|seen| seen.agreement /= seen.imports);
        let rate = stated.get(&(importer.clone(), exporter.clone()));
        for year in first..=last {
            years.entry(year).or_default().tariff_pct = Some(rate.map_or(0.0, |rate| rate.pct(year)));
        }
    }
    found.products = products;
    Some(found)
}

type StatedRates = SortedMap<(String, String), Stated>;

fn read_stated(set: &SetRequest, own: &Files, reading: &mut Reading) -> Option<StatedRates> {
    let columns =
        ["set", "importer", "exporter", "from_year", "to_year", "from_pct", "to_pct", "source", "mark"];
    let table = reading.own(own, "stated.csv", &columns)?;
    let mut found = SortedMap::new();
    for row in table.rows().filter(|row| row.text("set") == set.id) {
        let year = |column: &str| row.text(column).parse::<i16>().ok();
        let pct = ["from_pct", "to_pct"].map(|column| reading.number(&row, column, RATE));
        let (Some(from), Some(to), [Some(before), Some(after)]) = (year("from_year"), year("to_year"), pct)
        else {
            continue;
        };
        if from >= to {
            reading.faults.push(row.fault("to_year", "a year after from_year", "Correct one of the two."));
            continue;
        }
        let key = (row.text("importer").to_owned(), row.text("exporter").to_owned());
        found.insert(key, Stated { years: [from, to], pct: [before, after] });
    }
    Some(found)
}

/// Economies that stay single; empty = all.
fn kept(set: &SetRequest, own: &Files, reading: &mut Reading) -> Option<HashSet<String>> {
    let table = reading.own(own, "kept.csv", &["set", "economies", "source", "mark"])?;
    let rows = table.rows().filter(|row| row.text("set") == set.id);
    Some(rows.flat_map(|row| list(&row, "economies")).collect())
}

/// Sectors of the product, weighted by the world trade of the default set.
fn products(
    set: &SetRequest,
    own: &Files,
    axes: &Axes,
    reading: &mut Reading,
) -> Option<SortedMap<String, Vec<(usize, f64)>>> {
    let table = reading.own(own, "product_sectors.csv", &["set", "product", "sectors", "source", "mark"])?;
    let data = match Dataset::read(&Files::embedded().folder("apac")) {
        Ok(data) => data,
        Err(errors) => {
            reading.faults.extend(errors.into());
            return None;
        }
    };
    let world = |sector: &str| -> f64 {
        let Some(&j) = data.axes.sector_idx.get(sector) else { return 0.0 };
        let flows = data.trade_musd.index_axis(ndarray::Axis(0), j);
        flows.indexed_iter().filter(|((n, i), _)| n != i).map(|(_, musd)| musd).sum()
    };
    let mut found = SortedMap::new();
    for row in table.rows().filter(|row| row.text("set") == set.id) {
        let mut parts = Vec::new();
        for sector in list(&row, "sectors") {
            match axes.sector_idx.get(&sector) {
                Some(&j) => parts.push((j, world(&sector))),
                None => {
                    let expected = format!("sectors of the default set; {sector} is none");
                    reading.faults.push(row.fault("sectors", &expected, "Correct the name."));
                }
            }
        }
        let total: f64 = parts.iter().map(|(_, musd)| musd).sum();
        parts.iter_mut().for_each(|(_, share)| *share /= total);
        found.insert(row.text("product").to_owned(), parts);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::Stated;

    #[test]
    fn a_rate_moves_in_equal_steps_between_its_years() {
        let rate = Stated { years: [1993, 2003], pct: [10.0, 0.0] };
        assert_eq!([1990, 1993, 1998, 2003, 2010].map(|year| rate.pct(year)), [10.0, 10.0, 5.0, 0.0, 0.0]);
    }
}
