//! Reads the outside tables and adds them up to economies and sectors.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use ndarray::{Array1, Array2};

use super::accounts::Accounts;
use super::census::Census;
use super::concordance::Concordance;
use super::figures::{FLOW, YEAR, check_filled, economy, is_published};
use super::mof::Mof;
use super::pairs;
use super::tables::{NationalTable, WorldTables};
use crate::calibration::{NumberRule, Reading};
use crate::error::Fault;
use crate::sorted::sort_by;

const ABOVE_ZERO: NumberRule =
    NumberRule::new("a number above 0, at most 1e12 million USD", |value| value > 0.0 && value <= 1e12);

/// Outside data by economy and sector, million USD.
pub struct Raw {
    /// Totals of trade that the set is held to.
    pub accounts: Accounts,
    /// GDP of the base year, `[n]`.
    pub gdp_musd: Array1<f64>,
    /// Goods exports of the base year by chapter, inside the group included, `[n]` each, in the order of chapters.
    pub chapters_musd: Vec<(String, Array1<f64>)>,
    /// Goods trade by pair, `[i,n]`; the diagonal is trade inside a group.
    pub pairs_musd: Array2<f64>,
    /// The same with what entrepots let pass.
    pub gross_pairs_musd: Array2<f64>,
    /// Pairs whose total is known by itself: exporter, importer, million USD; what passes through entrepots is with its
    /// origin and destination.
    pub held_pairs: Vec<(usize, usize, f64)>,
    /// Goods imports by sector of economies that publish them by product group, `[n,j]`; 0 where unknown.
    pub imports_musd: Array2<f64>,
    /// Customs figures of one importer by partner.
    pub census: Census,
    /// Customs figures of one importer and exporter by partner.
    pub mof: Mof,
    /// Services exports of the base year, `[n,j]`; 0 where not published.
    pub services_musd: Array2<f64>,
    /// Services by pair, `[i,n]`; 0 where nobody reports.
    pub service_pairs_musd: Array2<f64>,
    /// Multi-country input-output tables.
    pub tables: WorldTables,
    /// National tables, `[n]`.
    pub national: Vec<Option<NationalTable>>,
    /// Value added by sector before it is scaled to GDP, by industry of the national tables, `[n]` each.
    pub value_added_musd: Vec<(String, Array1<f64>)>,
    /// Value added over output, `[n,j]`; NaN where nothing is made or known.
    pub value_added_share: Array2<f64>,
}

impl Raw {
    /// Reads everything below `input`; `None` if a file cannot be used, which is noted as a fault.
    pub fn read(input: &Path, by: &Concordance, reading: &mut Reading) -> Option<Self> {
        let data = &input.join("data");
        let accounts = Accounts::read(by, reading);
        let gdp = read_gdp(data, by, reading);
        let chapters = read_chapters(data, by, reading);
        let pairs = pairs::read(data, by, reading);
        let held = pairs::read_held(by, reading);
        let imports = super::imports::read(input, by, reading);
        let census = Census::read(data, by, reading);
        let mof = Mof::read(data, by, reading);
        let services = super::service_reports::read_exports(data, by, reading);
        let tables = WorldTables::read(data, by, reading);
        let value_added = super::value_added::read(data, by, reading);
        let share = super::value_added::read_shares(data, by, reading);
        let folder = data.join(super::tables::NATIONAL_FOLDER);
        if !folder.is_dir() {
            let expected =
                "the folder with national tables of 2018, structures of production in place of 2014";
            let remedy = "Check --input: the folder that holds data/ and facts/.";
            let name = folder.display().to_string();
            reading.faults.push(Fault::of_file(&name, "folder", "missing", expected, remedy));
        }
        let codes = by.axes.countries.iter().map(|country| country.iso3.as_str());
        let mut national: Vec<Option<NationalTable>> =
            codes.map(|iso3| NationalTable::read(data, iso3, reading)).collect();
        for (n, table) in super::sheets::read(input, by, reading)? {
            national[n] = Some(table);
        }
        let (gdp_musd, known) = gdp?;
        let reports = super::service_reports::read_reports(data, &by.places(), (YEAR, &known), reading)?;
        let (mut accounts, services, census, chapters) = (accounts?, services?, census?, chapters?);
        let goods = published_goods(by, &chapters, &census, pairs.as_ref()?);
        let exports = Array1::from_shape_fn(by.axes.n_countries(), |n| match reports.totals_musd[0][n] {
            reported if reported > 0.0 => reported,
            _ => services.row(n).sum(),
        });
        accounts.fill([&goods[0], &goods[1], &exports, &reports.totals_musd[1]], by, reading);
        let (mut mof, gross_pairs) = (mof?, pairs?);
        mof.split_rest(&gross_pairs, by.rest);
        let mut raw = Self {
            accounts,
            gdp_musd,
            chapters_musd: chapters,
            pairs_musd: gross_pairs.clone(),
            gross_pairs_musd: gross_pairs,
            imports_musd: imports?,
            census,
            mof,
            services_musd: services,
            service_pairs_musd: reports.pairs_musd,
            held_pairs: held?,
            tables: tables?,
            national,
            value_added_musd: value_added?,
            value_added_share: share?,
        };
        raw.close(by.rest);
        Some(raw)
    }

    /// Trade of the rest of the world with the others, from its published exports.
    fn close(&mut self, rest: usize) {
        let external = pairs::external_share(&self.pairs_musd)[rest];
        let goods: f64 = self.chapters_musd.iter().map(|(_, exports)| exports[rest]).sum();
        let services = self.services_musd.row(rest).sum();
        self.accounts.close(rest, external * goods, external * services);
        pairs::without_entrepots(&mut self.pairs_musd, &self.accounts);
        self.held_pairs.iter().for_each(|&(i, m, musd)| self.pairs_musd[[i, m]] = musd);
    }
}

/// GDP of the base year, and the codes of the countries that have one.
fn read_gdp(data: &Path, by: &Concordance, reading: &mut Reading) -> Option<(Array1<f64>, HashSet<String>)> {
    let path = data.join("baci_hs2_exports/population_gdp_2011_2020.csv");
    let table = reading.table(&path, &["year", "iso3", "gdp_musd"])?;
    reading.each_once(&table, &["year", "iso3"]);
    let (mut gdp, mut known) = (Array1::zeros(by.axes.n_countries()), HashSet::new());
    for row in reading.of_year(&table, &YEAR.to_string()) {
        known.insert(row.text("iso3").to_owned());
        if !is_published(&row, "gdp_musd") {
            reading.left(&table, "without a published figure", row.text("iso3"));
            continue;
        }
        let musd = reading.number(&row, "gdp_musd", ABOVE_ZERO);
        if let (Some(n), Some(musd)) = (economy(&row, "iso3", by, reading), musd) {
            gdp[n] += musd;
        }
    }
    check_filled(&table, "gdp_musd", &gdp, by, reading);
    Some((gdp, known))
}

fn read_chapters(data: &Path, by: &Concordance, reading: &mut Reading) -> Option<Vec<(String, Array1<f64>)>> {
    let path = data.join("baci_hs2_exports/exports_hs2_2011_2020.csv.gz");
    let table = reading.table(&path, &["year", "exporter", "hs2", "value_musd"])?;
    reading.each_once(&table, &["year", "exporter", "hs2"]);
    let mut chapters: HashMap<String, Array1<f64>> = HashMap::new();
    for row in reading.of_year(&table, &YEAR.to_string()) {
        let musd = reading.number(&row, "value_musd", FLOW);
        if by.parts("hs2", row.text("hs2")).is_empty() {
            reading.left(&table, "of chapters without a sector", row.text("hs2"));
        }
        if let (Some(n), Some(musd)) = (economy(&row, "exporter", by, reading), musd) {
            let zeros = || Array1::zeros(by.axes.n_countries());
            chapters.entry(row.text("hs2").to_owned()).or_insert_with(zeros)[n] += musd;
        }
    }
    let mut chapters: Vec<_> = chapters.into_iter().collect();
    sort_by(&mut chapters, |(a, _), (b, _)| a.cmp(b));
    let zeros = Array1::zeros(by.axes.n_countries());
    let sums = chapters.iter().fold(zeros, |sum, (_, exports)| sum + exports);
    check_filled(&table, "value_musd", &sums, by, reading);
    Some(chapters)
}
/// Goods exports as the world's customs reconcile them, and goods imports of the economy with customs figures, `[n]` each;
/// NaN where there are none: exports of a group hold the trade of its members.
fn published_goods(
    by: &Concordance,
    chapters: &[(String, Array1<f64>)],
    census: &Census,
    pairs: &Array2<f64>,
) -> [Array1<f64>; 2] {
    let n = by.axes.n_countries();
    let is_group = |n: usize| pairs[[n, n]] > 0.0;
    let exports = |n: usize| chapters.iter().map(|(_, of_chapter)| of_chapter[n]).sum::<f64>();
    let exports = Array1::from_shape_fn(n, |n| if is_group(n) { f64::NAN } else { exports(n) });
    let mut imports = Array1::from_elem(n, f64::NAN);
    imports[census.importer] = census.total_musd;
    [exports, imports]
}
