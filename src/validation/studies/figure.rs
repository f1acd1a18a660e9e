//! Our number for a published one, from a trial that was solved.

use super::tables::{Published, View};
use super::trial::Solved;
use crate::data::SectorKind;
use crate::ensemble::summary::{Against, Cell, value};
use crate::ensemble::{YearBlock, trade_of};
use crate::projection::{BaselineYear, Outcome};
use crate::sorted::SortedMap;

/// All economies of the data set.
const WORLD: &str = "WORLD";
/// Million in a billion, and percent in one.
const PCT: f64 = 100.0;

/// What a published figure is about.
pub(super) struct About {
    countries: Vec<usize>,
    partners: Vec<usize>,
    sectors: Vec<usize>,
    /// True if all sectors and partners are meant.
    is_whole: bool,
}

/// Where the numbers of a view lie.
struct Place<'s> {
    solved: &'s Solved,
    base: &'s BaselineYear,
    block: &'s YearBlock,
    option: usize,
    against: usize,
}

impl About {
    /// Resolves the names of a published figure; what is missing from the data set is told.
    pub fn new(
        row: &Published,
        areas: &SortedMap<String, Vec<String>>,
        solved: &Solved,
    ) -> Result<Self, String> {
        let axes = &solved.experiment.axes;
        let countries = |area: &str| -> Result<Vec<usize>, String> {
            let all = || (0..axes.n_countries()).collect();
            let members = match (area, areas.get(area)) {
                ("" | WORLD, _) => return Ok(all()),
                (_, Some(members)) => members.clone(),
                (country, None) => vec![country.to_owned()],
            };
            let at = |code: &String| {
                axes.country_idx.get(code).copied().ok_or_else(|| format!("the data set has no {code}"))
            };
            members.iter().map(at).collect()
        };
        let kind = |wanted: SectorKind| {
            let all = axes.sectors.iter().enumerate();
            all.filter(move |(_, sector)| sector.kind == wanted).map(|(j, _)| j).collect::<Vec<_>>()
        };
        let mut sectors = Vec::new();
        for name in row.sectors.split(';').map(str::trim) {
            match name {
                "" => sectors.extend(0..axes.n_sectors()),
                "goods" => sectors.extend(kind(SectorKind::Goods)),
                "services" => sectors.extend(kind(SectorKind::Services)),
                name => sectors.push(
                    *axes.sector_idx.get(name).ok_or_else(|| format!("the data set has no sector {name}"))?,
                ),
            }
        }
        Ok(Self {
            countries: countries(&row.iso3)?,
            partners: countries(&row.partners)?,
            is_whole: row.sectors.is_empty() && row.partners.is_empty(),
            sectors,
        })
    }
}

/// Our number in the unit of a published one; `None` where the program has no such measure.
pub(super) fn figure(
    row: &Published,
    about: &About,
    solved: &Solved,
    view: &View,
    units: &SortedMap<String, f64>,
) -> Option<f64> {
    let place = Place::of(solved, view)?;
    let is_pct = row.unit == "pct";
    let value = match (row.measure.as_str(), is_pct) {
        ("real_income", true) => place.weighted_pct("real_income", "real_income", about),
        ("real_income", false) => place.sum("real_income_money", about),
        ("real_income_present_value", false) => place.sum("real_income_present_value", about),
        ("real_gdp", true) => place.weighted_pct("real_gdp", "real_gdp", about),
        ("real_gdp", false) => place
            .weighted_pct("real_gdp", "real_gdp", about)
            .map(|pct| pct / PCT * place.level("real_gdp", about)),
        ("real_wage", true) if about.countries.len() == 1 => place.country("real_wage", about.countries[0]),
        ("exports" | "imports", _) => place.trade(row.measure == "exports", is_pct, about),
        ("output", _) => place.output(is_pct, about),
        ("employment", true) if !about.is_whole => place.workers(about),
        _ => None,
    }?;
    Some(if is_pct { value } else { value / units.get(&row.unit)? })
}

impl<'s> Place<'s> {
    fn of(solved: &'s Solved, view: &View) -> Option<Self> {
        let plan = &solved.experiment.plan;
        let at = |id: &str| plan.options.iter().position(|option| option == id);
        Some(Self {
            solved,
            base: solved.experiment.path.year(view.year)?,
            block: &solved.years.iter().find(|year| year.block.year == view.year)?.block,
            option: at(&view.option)?,
            against: at(&view.against)?,
        })
    }

    fn value(&self, cell: Cell) -> f64 {
        value(self.block, 0, self.option, cell, Against::Reference(self.against))
    }

    /// A country measure by its name.
    fn country(&self, measure: &str, n: usize) -> Option<f64> {
        let at = Outcome::MEASURES.iter().position(|(name, _)| *name == measure)?;
        (at < self.block.layout.n_measures).then(|| self.value(Cell::Country(at, n)))
    }

    fn sum(&self, measure: &str, about: &About) -> Option<f64> {
        about.countries.iter().map(|&n| self.country(measure, n)).sum()
    }

    /// Level of the baseline, million USD of the base year.
    fn level(&self, measure: &str, about: &About) -> f64 {
        let levels = self.base.levels();
        let found = levels.iter().find(|level| level.measure == measure);
        found.map_or(0.0, |level| about.countries.iter().map(|&n| level.values[n]).sum())
    }

    /// Percent change of an area: that of its countries weighted by their baseline.
    fn weighted_pct(&self, measure: &str, weights: &str, about: &About) -> Option<f64> {
        if let [country] = about.countries[..] {
            return self.country(measure, country);
        }
        let levels = self.base.levels();
        let weights = &levels.iter().find(|level| level.measure == weights)?.values;
        let parts = about.countries.iter().map(|&n| Some(weights[n] * self.country(measure, n)?));
        let sum: Option<f64> = parts.sum();
        Some(sum? / about.countries.iter().map(|&n| weights[n]).sum::<f64>())
    }

    /// Exports or imports with the partners.
    fn trade(&self, is_exports: bool, is_pct: bool, about: &About) -> Option<f64> {
        let year = self.solved.years.iter().find(|year| year.block.year == self.block.year)?;
        let trade = year.trade.as_ref()?;
        let (importers, exporters) = match is_exports {
            true => (&about.partners, &about.countries),
            false => (&about.countries, &about.partners),
        };
        let of = |option: usize| trade_of(trade.flows(Some(option)), &about.sectors, importers, exporters);
        let (new, old) = (of(self.option), of(self.against));
        match is_pct {
            true if old > 0.0 => Some(PCT * (new / old - 1.0)),
            true => None,
            false => Some(new - old),
        }
    }

    /// Output of the sectors at constant prices.
    fn output(&self, is_pct: bool, about: &About) -> Option<f64> {
        let (world, mut weight, mut change) = (self.base.world_price_level(), 0.0, 0.0);
        for &n in &about.countries {
            for &j in &about.sectors {
                let base = self.base.accounts.output[[n, j]] / world;
                weight += base;
                change += base * self.value(Cell::Sector(0, n, j)) / PCT;
            }
        }
        (weight > 0.0).then(|| if is_pct { PCT * change / weight } else { change })
    }

    /// Workers of the sectors at full employment, percent.
    fn workers(&self, about: &About) -> Option<f64> {
        let [country] = about.countries[..] else { return None };
        let (mut weight, mut change) = (0.0, 0.0);
        for &j in &about.sectors {
            let share = self.block.base_worker_shares[country * self.block.layout.s + j];
            weight += share;
            change += share * self.value(Cell::Sector(1, country, j));
        }
        (weight > 0.0).then(|| change / weight)
    }
}
