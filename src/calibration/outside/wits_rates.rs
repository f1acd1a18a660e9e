//! From rates by reporter, partner and product to a tariff of every pair and sector.
//!
//! A sector's tariff is the mean of its products, weighted by what the importer buys of each from this exporter.
//! Where the download has no imports of the pair in the sector, by what it buys from all; where it has none of these
//! either, every product counts the same.

use std::collections::{BTreeMap, HashMap};

use super::gathered::Gathered;
use super::products::Products;
use crate::sorted::{SortedMap, SortedSet};

/// Duty type of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Effectively applied.
    Applied,
    /// Most-favoured-nation.
    MostFavoured,
}

/// A rate of a product.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// Percent.
    pub pct: f64,
    /// Imports, thousand USD; 0 where the download has none.
    pub weight: f64,
    /// True if a customs union stands for a country: the country's own rate counts before it.
    pub is_indirect: bool,
    /// Line of the file.
    pub line: u64,
}

/// Rows read, for the user.
#[derive(Debug, Default)]
pub struct Counts {
    /// Rows with a rate.
    pub rows: usize,
    /// Rows without one.
    pub missing: usize,
    /// Rows with ad-valorem equivalents.
    pub equivalents: usize,
}

/// Importer, exporter (none = every one) and product.
type Key = (String, Option<String>, String);

/// The rates of one year.
#[derive(Default)]
pub struct Rates {
    applied: BTreeMap<Key, Rate>,
    most_favoured: BTreeMap<Key, Rate>,
    years: SortedMap<String, SortedSet<i16>>,
    /// Rows read.
    pub counts: Counts,
}

/// Sums of one cell: imports of the pair, imports from all, and number of products, each with the weighted rates.
type Sums = [[f64; 2]; 3];

impl Rates {
    /// Notes that a reporter has rates of a year.
    pub fn note_year(&mut self, reporter: &str, year: i16) {
        if !self.years.get(reporter).is_some_and(|years| years.contains(&year)) {
            self.years.entry(reporter.to_owned()).or_default().insert(year);
        }
    }

    /// All years met.
    #[must_use]
    pub fn years(&self) -> SortedSet<i16> {
        self.years.values().flatten().copied().collect()
    }

    /// The year of the rates: the one wanted, else the one that there is; `None` if there are no rates.
    #[must_use]
    pub fn year(&self, wanted: Option<i16>) -> Option<i16> {
        wanted.or_else(|| self.years().first().copied())
    }

    /// Reporters that have rates, but none of `wanted`.
    #[must_use]
    pub fn reporters_without(&self, wanted: i16) -> Vec<(String, SortedSet<i16>)> {
        let without = self.years.iter().filter(|(_, years)| !years.contains(&wanted));
        without.map(|(reporter, years)| (reporter.clone(), years.clone())).collect()
    }

    /// Adds a rate; the line of another rate of the same importer, exporter and product where there is one.
    ///
    /// # Errors
    /// The line of the other rate.
    pub fn insert(
        &mut self,
        duty: Duty,
        importer: &str,
        exporter: Option<&str>,
        product: &str,
        rate: Rate,
    ) -> Result<(), u64> {
        let rates = match duty {
            Duty::Applied => &mut self.applied,
            Duty::MostFavoured => &mut self.most_favoured,
        };
        let key = (importer.to_owned(), exporter.map(str::to_owned), product.to_owned());
        match rates.get(&key) {
            Some(before) if before.is_indirect == rate.is_indirect && before.pct != rate.pct => {
                Err(before.line)
            }
            Some(before) if before.is_indirect <= rate.is_indirect => Ok(()),
            _ => {
                rates.insert(key, rate);
                Ok(())
            }
        }
    }

    /// Adds a tariff to every cell that the rates reach; `year` says who belongs to which union.
    pub fn add_to(self, products: &Products, year: i16, to: &mut Gathered) {
        let importers: SortedSet<&String> =
            self.applied.keys().chain(self.most_favoured.keys()).map(|(importer, ..)| importer).collect();
        let trading = trading(to);
        let mut added = Added { year, sums: HashMap::new(), unknown: SortedSet::new() };
        for importer in importers {
            let Some(n) = to.names.known_country(importer).filter(|&n| trading[n]) else {
                to.tally.rate_left_out(importer);
                continue;
            };
            let of_importer = Importer::new(&self, importer, &trading, to);
            added.add(&of_importer, n, &trading, products, to);
        }
        let Added { sums, unknown, .. } = added;
        for (cell, [pair, world, all]) in sums {
            let chosen = [pair, world, all].into_iter().find(|[_, weight]| *weight > 0.0);
            let [sum, weight] =
                chosen.expect("in the last mean every rate weighs its share, which is above 0");
            let mean = to.tariffs.entry(cell).or_default();
            *mean = [mean[0] + sum / weight, mean[1] + 1.0];
        }
        let Counts { rows, missing, equivalents } = self.counts;
        let source = format!(
            "WITS of {year}, AHS before MFN, weighted by the imports of the pair: {} rows, {missing} without a rate \
             (left out), {equivalents} with ad-valorem equivalents, {} products without a sector",
            rows + missing,
            unknown.len(),
        );
        to.note("tariffs", "observed", source);
    }
}

/// Rates of one importer.
struct Importer<'a> {
    code: &'a str,
    /// Towards every exporter, by product.
    general: SortedMap<&'a str, Rate>,
    /// Towards one, by position of the exporter and product: the rates of its countries.
    own: HashMap<(usize, &'a str), Vec<Rate>>,
}

impl<'a> Importer<'a> {
    fn new(rates: &'a Rates, code: &'a str, trading: &[bool], to: &mut Gathered) -> Self {
        let first = (code.to_owned(), None, String::new());
        let mut pairs: SortedMap<(&str, &str), Rate> = SortedMap::new();
        let mut general = SortedMap::new();
        for of_duty in [&rates.applied, &rates.most_favoured] {
            for ((_, exporter, product), &rate) in
                of_duty.range(first.clone()..).take_while(|((importer, ..), _)| importer == code)
            {
                match exporter {
                    None => general.entry(product.as_str()).or_insert(rate),
                    Some(exporter) => pairs.entry((exporter.as_str(), product.as_str())).or_insert(rate),
                };
            }
        }
        let mut own: HashMap<(usize, &str), Vec<Rate>> = HashMap::new();
        for ((exporter, product), rate) in pairs {
            match to.names.known_country(exporter) {
                Some(at) if !trading[at] => to.tally.rate_left_out(exporter),
                Some(at) => own.entry((at, product)).or_default().push(rate),
                None => to.tally.rate_left_out(exporter),
            }
        }
        Self { code, general, own }
    }
}

/// What the rates add up to.
struct Added {
    /// The year that says who belongs to which union.
    year: i16,
    /// By exporter, importer and sector.
    sums: HashMap<[usize; 3], Sums>,
    /// Products without a sector.
    unknown: SortedSet<String>,
}

impl Added {
    /// Adds the rates towards every country to the sums of importer `n`.
    fn add(
        &mut self,
        importer: &Importer<'_>,
        n: usize,
        trading: &[bool],
        products: &Products,
        to: &Gathered,
    ) {
        let is_inside: Vec<bool> = to
            .names
            .countries()
            .iter()
            .map(|country| to.names.codes.share_a_union(importer.code, &country.iso3, self.year))
            .collect();
        let mut listed: SortedSet<&str> = importer.general.keys().copied().collect();
        listed.extend(importer.own.keys().map(|(_, product)| *product));
        for product in listed {
            let Some(sectors) = products.of(product) else {
                self.unknown.insert(product.to_owned());
                continue;
            };
            let general = importer.general.get(product);
            for m in (0..is_inside.len()).filter(|&m| m != n && trading[m]) {
                let (pct, of_pair) = match (importer.own.get(&(m, product)), general) {
                    (Some(own), _) => mean(own),
                    (None, Some(_)) if is_inside[m] => (0.0, 0.0),
                    (None, Some(general)) => (general.pct, 0.0),
                    (None, None) => continue,
                };
                // A rate of the pair alone says nothing of what the world sells.
                let of_world = general.map_or(0.0, |general| general.weight);
                for &(j, share) in sectors {
                    let cell = self.sums.entry([m, n, j]).or_default();
                    for (sum, weight) in cell.iter_mut().zip([of_pair, of_world, 1.0]) {
                        *sum = [sum[0] + share * weight * pct, sum[1] + share * weight];
                    }
                }
            }
        }
    }
}

/// Whether each country has trade or output: the others are in no baseline.
fn trading(to: &Gathered) -> Vec<bool> {
    let mut trading = vec![false; to.names.countries().len()];
    to.trade.keys().for_each(|&[i, n, _]| (trading[i], trading[n]) = (true, true));
    to.output.keys().for_each(|&[n, _]| trading[n] = true);
    trading
}

/// Mean of the rates towards the countries of one group, and their imports.
fn mean(rates: &[Rate]) -> (f64, f64) {
    let imports: f64 = rates.iter().map(|rate| rate.weight).sum();
    let weighted: f64 = rates.iter().map(|rate| rate.weight * rate.pct).sum();
    let simple = rates.iter().map(|rate| rate.pct).sum::<f64>() / rates.len() as f64;
    (if imports > 0.0 { weighted / imports } else { simple }, imports)
}
