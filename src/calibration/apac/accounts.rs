//! Totals of goods and services trade of each economy: what the balances of the set are held to.

use ndarray::{Array1, Array2};

use super::concordance::Concordance;
use crate::calibration::{NumberRule, Reading};
use crate::data::{Axes, Files};
use crate::error::Fault;

const COLUMNS: [&str; 10] = [
    "iso3",
    "goods_exports_musd",
    "goods_imports_musd",
    "services_exports_musd",
    "services_imports_musd",
    "margin_exports_musd",
    "margin_imports_musd",
    "balance_musd",
    "source",
    "mark",
];
/// Columns that may be empty: what is published by files at hand then stands in their place.
const PUBLISHED: [&str; 4] =
    ["goods_exports_musd", "goods_imports_musd", "services_exports_musd", "services_imports_musd"];
const FLOW: NumberRule =
    NumberRule::new("0 or more, at most 1e12 million USD", |value| (0.0..=1e12).contains(&value));
const ANY: NumberRule =
    NumberRule::new("a finite number, at most 1e12 million USD in size", |value| value.abs() <= 1e12);

/// Trade of each economy with all others, `[n]`, million USD.
///
/// Goods are domestic exports and retained imports: what an entrepot lets pass is trade of origin and destination,
/// and what it earns on it a service of trade (`margin`), bought by the origins.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// Exports of goods.
    pub goods_exports: Array1<f64>,
    /// Imports of goods.
    pub goods_imports: Array1<f64>,
    /// Exports of services, without the margins.
    pub services_exports: Array1<f64>,
    /// Imports of services, without the margins.
    pub services_imports: Array1<f64>,
    /// Exports of entrepot margins.
    pub margin_exports: Array1<f64>,
    /// Imports of entrepot margins.
    pub margin_imports: Array1<f64>,
    /// Known balance of goods and services; NaN for the rest of the world until [`Accounts::close`].
    pub balance: Array1<f64>,
    /// True where a total is a published one, not that of `accounts.csv`: goods exports, goods imports, services exports,
    /// services imports, `[4,n]`.
    pub is_published: Array2<bool>,
}

/// Domestic exports of goods of the entrepots among the economies of `axes`: position and million USD.
pub(crate) fn entrepots(axes: &Axes, reading: &mut Reading) -> Option<Vec<(usize, f64)>> {
    let table = reading.own(&Files::embedded().folder("sources/apac"), "accounts.csv", &COLUMNS)?;
    let mut found = Vec::new();
    for row in table.rows() {
        let margin = reading.number(&row, "margin_exports_musd", FLOW)?;
        if let Some(&n) = axes.country_idx.get(row.text("iso3")).filter(|_| margin > 0.0) {
            found.push((n, reading.number(&row, "goods_exports_musd", FLOW)?));
        }
    }
    Some(found)
}

impl Accounts {
    /// Reads `accounts.csv`: a row for every economy but the rest of the world.
    pub fn read(by: &Concordance, reading: &mut Reading) -> Option<Self> {
        let table = reading.own(&Files::embedded().folder("sources/apac"), "accounts.csv", &COLUMNS)?;
        let zeros = || Array1::zeros(by.axes.n_countries());
        let mut sums: Vec<Array1<f64>> = (0..7).map(|_| zeros()).collect();
        reading.each_once(&table, &["iso3"]);
        for row in table.rows() {
            let n = row.index("iso3", &by.axes.country_idx, "economy of the set", &mut reading.faults);
            for (sum, column) in sums.iter_mut().zip(&COLUMNS[1..8]) {
                let rule = if *column == "balance_musd" { ANY } else { FLOW };
                if PUBLISHED.contains(column) && row.text(column).is_empty() {
                    n.into_iter().for_each(|n| sum[n] = f64::NAN);
                    continue;
                }
                if let (Some(n), Some(musd)) = (n, reading.number(&row, column, rule)) {
                    sum[n] = musd;
                }
            }
        }
        let mut sums = sums.into_iter();
        let mut next = || sums.next().unwrap_or_else(zeros);
        Some(Self {
            goods_exports: next(),
            goods_imports: next(),
            services_exports: next(),
            services_imports: next(),
            margin_exports: next(),
            margin_imports: next(),
            balance: next(),
            is_published: Array2::from_elem((PUBLISHED.len(), by.axes.n_countries()), false),
        })
    }

    /// Puts published totals `[n]` of goods exports, goods imports, services exports and services imports where
    /// `accounts.csv` has none, and remembers where; an economy without either is a fault.
    pub fn fill(&mut self, published: [&Array1<f64>; 4], by: &Concordance, reading: &mut Reading) {
        let own = [
            &mut self.goods_exports,
            &mut self.goods_imports,
            &mut self.services_exports,
            &mut self.services_imports,
        ];
        for (k, ((own, published), column)) in own.into_iter().zip(published).zip(PUBLISHED).enumerate() {
            for (n, musd) in own.iter_mut().enumerate().filter(|(_, musd)| musd.is_nan()) {
                *musd = published[n];
                self.is_published[[k, n]] = true;
                if musd.is_nan() || *musd <= 0.0 {
                    let found = format!("no total of {}", by.axes.countries[n].iso3);
                    let expected = "a number: no source at hand publishes the total";
                    let remedy = "Fill the cell.";
                    let file = "data/sources/apac/accounts.csv";
                    reading.faults.push(Fault::of_file(file, column, &found, expected, remedy));
                }
            }
        }
    }

    /// The rest of the world sells what is given, and buys what nobody else does; its balance closes the world.
    pub fn close(&mut self, rest: usize, goods_exports: f64, services_exports: f64) {
        (self.goods_exports[rest], self.services_exports[rest]) = (goods_exports, services_exports);
        let left = |exports: &Array1<f64>, imports: &mut Array1<f64>| {
            imports[rest] = 0.0;
            imports[rest] = exports.sum() - imports.sum();
        };
        left(&self.goods_exports, &mut self.goods_imports);
        left(&self.services_exports, &mut self.services_imports);
        left(&self.margin_exports, &mut self.margin_imports);
        self.balance[rest] = 0.0;
        self.balance[rest] = -self.balance.sum();
    }

    /// Economies that let goods pass.
    pub fn entrepots(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.margin_exports.len()).filter(|&n| self.margin_exports[n] > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::Accounts;
    use crate::calibration::Reading;
    use crate::calibration::apac::fixtures::concordance;

    #[test]
    fn published_totals_stand_where_the_table_is_empty_and_none_is_a_fault() {
        let by = concordance(&[]);
        let mut accounts = crate::calibration::apac::fixtures::raw().accounts;
        (accounts.goods_exports[0], accounts.services_imports[1]) = (f64::NAN, f64::NAN);
        let published = ndarray::Array1::from_elem(4, 7.0);
        let mut reading = Reading::new();
        accounts.fill([&published; 4], &by, &mut reading);
        assert_eq!([accounts.goods_exports[0], accounts.services_imports[1]], [7.0, 7.0]);
        assert!(
            accounts.is_published[[0, 0]] && accounts.is_published[[3, 1]] && !accounts.is_published[[1, 0]]
        );
        assert!(reading.faults.is_empty());
        accounts.goods_imports[2] = f64::NAN;
        accounts.fill([&ndarray::Array1::from_elem(4, f64::NAN); 4], &by, &mut reading);
        assert_eq!(reading.faults.as_slice().len(), 1);
        assert_eq!(reading.faults.as_slice()[0].field, "goods_imports_musd");
    }

    #[test]
    fn the_rest_of_the_world_closes_every_account() {
        let mut accounts = Accounts {
            goods_exports: array![10.0, 5.0, 0.0],
            goods_imports: array![6.0, 8.0, 0.0],
            services_exports: array![3.0, 1.0, 0.0],
            services_imports: array![2.0, 2.0, 0.0],
            margin_exports: array![0.0, 1.0, 0.0],
            margin_imports: array![0.5, 0.0, 0.0],
            balance: array![4.5, -3.0, 0.0],
            is_published: ndarray::Array2::from_elem((4, 3), false),
        };
        accounts.close(2, 4.0, 2.0);
        assert_eq!(accounts.goods_imports[2], 5.0);
        assert_eq!(accounts.services_imports[2], 2.0);
        assert_eq!(accounts.margin_imports[2], 0.5);
        assert_eq!(accounts.balance[2], -1.5);
        assert_eq!(accounts.entrepots().collect::<Vec<_>>(), vec![1]);
    }
}
