//! What a reader found, by country and sector, until all files are read.

use std::collections::HashMap;
use std::path::Path;

use ndarray::{Array2, Array3};

use super::names::Names;
use super::request::{Layout, Request};
use super::tally::Tally;
use crate::calibration::balance::RawTables;
use crate::data::memory::usable_bytes;
use crate::data::{Axes, SectorKind};
use crate::error::{Fault, Faults, InputErrors};
use crate::sorted::{SortedSet, sort_by};

/// Memory for one cell of exporter, importer and sector while tables are balanced, bytes.
const BYTES_PER_CELL: u64 = 8 * 24;

/// Sums by position.
type Sums<const D: usize> = HashMap<[usize; D], f64>;

/// Figures of all files, million USD, under positions of [`Names`].
#[derive(Debug)]
pub struct Gathered {
    /// Countries and sectors met so far.
    pub names: Names,
    /// Trade by exporter, importer and sector.
    pub trade: Sums<3>,
    /// Inputs by country, supplying and using sector.
    pub inputs: Sums<3>,
    /// Value added by country and sector.
    pub value_added: Sums<2>,
    /// Gross output by country and sector.
    pub output: Sums<2>,
    /// Final demand by country and sector.
    pub final_demand: Sums<2>,
    /// Tariffs by exporter, importer and sector: weighted sum of percentages, and sum of weights.
    pub tariffs: HashMap<[usize; 3], [f64; 2]>,
    /// True if some file has tariffs.
    pub has_tariffs: bool,
    /// Base year, where a file says it.
    pub year: Option<i16>,
    /// Years that the files have, taken or not.
    pub years: SortedSet<i16>,
    /// Value by outside code that no sector takes: trade left out, million USD.
    pub unmatched: Vec<(String, f64)>,
    /// Value of all trade read, for the share of what found no match.
    pub read_musd: f64,
    /// Figures that were assumed or dropped, for `provenance.csv`: block, status, source.
    pub provenance: Vec<[String; 3]>,
    /// What was read, used and left out.
    pub tally: Tally,
    /// File and line where each country first has figures, for faults of the result.
    pub places: HashMap<usize, (String, u64)>,
    /// File and line of the header that names each country, for those without figures.
    pub headed: HashMap<usize, (String, u64)>,
    /// Faults of all files.
    pub faults: Faults,
}

/// What is written beside the balanced tables.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Layout of the data.
    pub layout: Layout,
    /// Base year.
    pub year: i16,
    /// Block, status and source.
    pub provenance: Vec<[String; 3]>,
    /// Code and value of trade left out, largest first.
    pub unmatched: Vec<(String, f64)>,
    /// Share of trade left out.
    pub unmatched_share: f64,
    /// Whether `tariffs.csv` is written.
    pub has_tariffs: bool,
    /// What was read, used and left out, one line each.
    pub reading: Vec<String>,
    /// The user's main file.
    pub main_file: String,
    /// File and line where each country first has figures, or is named where it has none, by code.
    pub places: HashMap<String, (String, u64)>,
}

impl Gathered {
    /// Nothing found yet.
    #[must_use]
    pub fn new(names: Names) -> Self {
        let mut tally = Tally::default();
        names.read.iter().for_each(|file| tally.also_read(file));
        tally.note(&names.notes);
        Self {
            names,
            trade: HashMap::new(),
            inputs: HashMap::new(),
            value_added: HashMap::new(),
            output: HashMap::new(),
            final_demand: HashMap::new(),
            tariffs: HashMap::new(),
            has_tariffs: false,
            year: None,
            years: SortedSet::new(),
            unmatched: Vec::new(),
            read_musd: 0.0,
            provenance: Vec::new(),
            tally,
            places: HashMap::new(),
            headed: HashMap::new(),
            faults: Faults::new(),
        }
    }

    /// Remembers where a country first has figures.
    pub fn place(&mut self, country: usize, file: &str, line: u64) {
        self.places.entry(country).or_insert_with(|| (file.to_owned(), line));
    }

    /// Notes where a block of the baseline comes from.
    pub fn note(&mut self, block: &str, status: &str, source: impl Into<String>) {
        self.provenance.push([block.into(), status.into(), source.into()]);
    }

    /// Arrays over the countries and sectors that have trade.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault of every file, and cells that are missing.
    pub fn finish(mut self, request: &Request) -> Result<(RawTables, Facts), InputErrors> {
        let year = request.year.or(self.year);
        self.check_year(request);
        if self.faults.is_empty() {
            self.names.check_filled(&mut self.faults);
        }
        let met = self.met();
        self.count_rates(&met);
        self.check_size(&met);
        if !self.faults.is_empty() {
            // Missing cells are told only of files that are sound: where a row was refused, its cells are missing too.
            return Err(InputErrors(self.faults.as_slice().to_vec()));
        }
        let axes = Axes::new(
            met.countries.iter().map(|&at| self.names.countries()[at].clone()).collect(),
            met.sectors.iter().map(|&at| self.names.sectors()[at].clone()).collect(),
        );
        let trade_musd = self.trade_array(request, &met, &axes);
        let tariff_pct = self.tariff_array(request, &met, &axes);
        self.note_assumed(&axes);
        let raw = RawTables {
            output_musd: table(&self.output, &met, f64::NAN),
            inputs_musd: (!self.inputs.is_empty()).then(|| self.input_array(&met)),
            value_added_musd: table(&self.value_added, &met, f64::NAN),
            final_demand_musd: table(&self.final_demand, &met, f64::NAN),
            trade_musd,
            tariff_pct,
            axes,
        };
        sort_by(&mut self.unmatched, |a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let left_out: f64 = self.unmatched.iter().map(|(_, musd)| musd).sum();
        let facts = Facts {
            layout: request.layout,
            // A year that is not known is a fault, and then these facts are dropped.
            year: year.unwrap_or(0),
            provenance: self.provenance,
            unmatched: self.unmatched,
            unmatched_share: if self.read_musd > 0.0 { left_out / self.read_musd } else { 0.0 },
            has_tariffs: self.has_tariffs,
            reading: self.tally.lines(&request.input, &self.names.renamed),
            main_file: self.tally.main_file().unwrap_or(&request.input).display().to_string(),
            places: self
                .headed
                .into_iter()
                .chain(self.places)
                .map(|(at, place)| (self.names.iso3(at), place))
                .collect(),
        };
        self.faults.into_result((raw, facts))
    }

    /// Notes what no table of trade gives: elasticities, and inputs where there are none.
    fn note_assumed(&mut self, axes: &Axes) {
        if !self.provenance.iter().any(|[block, ..]| block == "elasticities") {
            let thetas: SortedSet<String> =
                axes.sectors.iter().filter_map(|sector| Some(sector.theta?.to_string())).collect();
            let of = thetas.into_iter().collect::<Vec<_>>().join(", ");
            let source = format!("{}: theta {of}", self.names.sectors_file());
            self.note("elasticities", "assumption", source);
        }
        if self.inputs.is_empty() {
            self.note("inputs", "assumption", "no table of inputs: value added is all of output");
        }
    }

    /// The base year must be known, and one that the files have.
    fn check_year(&mut self, request: &Request) {
        let found: Vec<String> = self.years.iter().map(i16::to_string).collect();
        let (found, expected, remedy) = match request.year {
            None if self.year.is_none() => (
                "missing".to_owned(),
                "the base year: the files do not say it".to_owned(),
                "Pass --year.".to_owned(),
            ),
            Some(year) if !self.years.is_empty() && !self.years.contains(&year) => {
                let years = found.join(", ");
                (
                    year.to_string(),
                    format!("a year of the files: {years}"),
                    format!("Pass --year {}.", found[0]),
                )
            }
            _ => return,
        };
        let place = format!("{}: --year", request.input.display());
        self.faults.push(Fault::of_file(&place, "year", &found, &expected, &remedy));
    }

    /// The tables over all countries and sectors must fit into memory.
    fn check_size(&mut self, met: &Met) {
        let (n, s) = (met.countries.len() as u64, met.sectors.len() as u64);
        let cells = n.saturating_mul(n).saturating_mul(s) + n.saturating_mul(s).saturating_mul(s);
        let (needed, usable) = (cells.saturating_mul(BYTES_PER_CELL), usable_bytes());
        if needed > usable {
            self.faults.push(Fault::of_file(
                "calibrate",
                "countries x sectors",
                &format!("{n} x {s}, which take about {needed} bytes of memory"),
                &format!("what {usable} bytes of memory hold"),
                "Pass --max-memory BYTES where the machine has more, or join countries and sectors (--concordance).",
            ));
        }
    }

    /// Counts the rates of countries without trade.
    fn count_rates(&mut self, met: &Met) {
        let mut keys: Vec<_> = self.tariffs.keys().copied().collect();
        keys.sort_unstable();
        for [i, n, _] in keys {
            if let Some(at) = [i, n].into_iter().find(|at| !met.country_at.contains_key(at)) {
                self.tally.rate_left_out(&self.names.iso3(at));
            }
        }
    }

    /// Countries and sectors with trade or output; the others of the tables are left out.
    fn met(&self) -> Met {
        let mut country = vec![false; self.names.countries().len()];
        let mut sector = vec![false; self.names.sectors().len()];
        for &[i, n, j] in self.trade.keys() {
            (country[i], country[n], sector[j]) = (true, true, true);
        }
        for &[n, j] in self.output.keys() {
            (country[n], sector[j]) = (true, true);
        }
        let positions = |met: &[bool]| (0..met.len()).filter(|&at| met[at]).collect::<Vec<_>>();
        let (countries, sectors) = (positions(&country), positions(&sector));
        Met { country_at: inverse(&countries), sector_at: inverse(&sectors), countries, sectors }
    }

    fn trade_array(&mut self, request: &Request, met: &Met, axes: &Axes) -> Array3<f64> {
        let (n, s) = (met.countries.len(), met.sectors.len());
        let mut trade = Array3::from_elem((s, n, n), f64::NAN);
        for (&[i, m, j], &musd) in &self.trade {
            trade[[met.sector_at[&j], met.country_at[&m], met.country_at[&i]]] = musd;
        }
        let home_is_zero = request.layout != Layout::Long && request.layout != Layout::Baci;
        let is_zero = request.absent_is_zero || request.layout != Layout::Long;
        let mut missing = Vec::new();
        for ((j, m, i), musd) in trade.indexed_iter_mut().filter(|(_, musd)| musd.is_nan()) {
            match i == m {
                true if home_is_zero => *musd = 0.0,
                true => {}
                false if is_zero => *musd = 0.0,
                false => missing.push([i, m, j]),
            }
        }
        let remedy = "Add the rows, or pass --absent-is-zero where the file lists only trade above 0.";
        self.report_missing((&request.input, "trade"), &missing, axes, remedy);
        trade
    }

    fn tariff_array(&mut self, request: &Request, met: &Met, axes: &Axes) -> Array3<f64> {
        let (n, s) = (met.countries.len(), met.sectors.len());
        let mut tariffs = Array3::zeros((s, n, n));
        if !self.has_tariffs && request.missing_tariff_pct.is_none() {
            self.note("tariffs", "absent", "no file of tariffs: none is levied");
            return tariffs;
        }
        self.has_tariffs = true;
        let mut missing = Vec::new();
        let inside = self.inside_unions(request, axes);
        let mut n_free = 0;
        for ((j, m, i), pct) in tariffs.indexed_iter_mut() {
            let key = [met.countries[i], met.countries[m], met.sectors[j]];
            let found = self.tariffs.get(&key).map(|[sum, weight]| sum / weight);
            let pays = i != m && axes.sectors[j].kind == SectorKind::Goods;
            *pct = match (found, pays) {
                (Some(found), _) if i != m => found,
                (None, true) if inside.contains(&[i, m]) => {
                    n_free += 1;
                    0.0
                }
                (None, true) => {
                    // Without the option the missing rates are faults.
                    missing.push([i, m, j]);
                    request.missing_tariff_pct.unwrap_or(0.0)
                }
                _ => 0.0,
            };
        }
        if n_free > 0 {
            self.note("tariffs", "observed", format!("{n_free} cells inside a customs union are free"));
        }
        match request.missing_tariff_pct {
            None => {
                let remedy = "Add the rows, or pass --missing-tariff PCT to use one rate for all of them.";
                self.report_missing((&request.input, "tariffs"), &missing, axes, remedy);
            }
            Some(pct) if !missing.is_empty() => {
                let source =
                    format!("{} cells of goods without a rate: --missing-tariff {pct}", missing.len());
                self.note("tariffs", "assumption", source);
            }
            Some(_) => {}
        }
        tariffs
    }

    /// Pairs of countries inside one customs union in the base year, by position in `axes`.
    fn inside_unions(&self, request: &Request, axes: &Axes) -> SortedSet<[usize; 2]> {
        let Some(year) = request.year.or(self.year) else { return SortedSet::new() };
        let mut inside = SortedSet::new();
        for (i, one) in axes.countries.iter().enumerate() {
            for (m, other) in axes.countries.iter().enumerate().filter(|(m, _)| *m != i) {
                if self.names.codes.share_a_union(&one.iso3, &other.iso3, year) {
                    inside.insert([i, m]);
                }
            }
        }
        inside
    }

    fn input_array(&self, met: &Met) -> Array3<f64> {
        let (n, s) = (met.countries.len(), met.sectors.len());
        let mut inputs = Array3::zeros((n, s, s));
        for (&[c, k, j], &musd) in &self.inputs {
            let at = (met.country_at.get(&c), met.sector_at.get(&k), met.sector_at.get(&j));
            if let (Some(&c), Some(&k), Some(&j)) = at {
                inputs[[c, k, j]] += musd;
            }
        }
        inputs
    }

    /// Rows that no file of the folder has.
    fn report_missing(
        &mut self,
        (input, table): (&Path, &str),
        missing: &[[usize; 3]],
        axes: &Axes,
        remedy: &str,
    ) {
        let Some(&[i, m, j]) = missing.first() else { return };
        let first = format!("{},{},{}", axes.countries[i].iso3, axes.countries[m].iso3, axes.sectors[j].id);
        self.faults.push(Fault::of_file(
            &format!("{} ({table})", input.display()),
            "exporter,importer,sector",
            &format!("{} cells missing, the first {first}", missing.len()),
            "a row for every exporter, importer and sector (missing is not zero)",
            remedy,
        ));
    }
}

/// Positions that are used, and their new positions.
struct Met {
    countries: Vec<usize>,
    sectors: Vec<usize>,
    country_at: HashMap<usize, usize>,
    sector_at: HashMap<usize, usize>,
}

fn inverse(positions: &[usize]) -> HashMap<usize, usize> {
    positions.iter().enumerate().map(|(new, &old)| (old, new)).collect()
}

fn table(sums: &Sums<2>, met: &Met, absent: f64) -> Option<Array2<f64>> {
    if sums.is_empty() {
        return None;
    }
    let shape = (met.countries.len(), met.sectors.len());
    Some(Array2::from_shape_fn(shape, |(n, j)| {
        sums.get(&[met.countries[n], met.sectors[j]]).copied().unwrap_or(absent)
    }))
}
