//! Real GDP and people by year: the forecast of a date, then a long scenario, joined by their rates of growth.
//!
//! A country starts at its figure of the base year, grows by the rates of the forecast to its last year, and then by
//! those of the scenario: levels of the two sources are never set side by side, since their prices differ. Between
//! the years of the scenario it grows at one rate. Economies of several countries are the sums of their members'
//! levels at prices and exchange rates of the base year.

use std::collections::HashMap;
use std::path::Path;

use super::places::{NamesOfCountries, POSITIVE, Places, is_published, missing};
use super::rows::PopulationRow;
use crate::calibration::tables::GrowthRow;
use crate::calibration::{NumberRule, Reading};
use crate::output::rows::Rounded;
use crate::sorted::SortedMap;

/// Last year that the forecast is used for.
const LAST_FORECAST: i16 = 2025;
/// Years of the scenario that are used; the first is the last of the forecast.
const SCENARIO_YEARS: [i16; 6] = [LAST_FORECAST, 2030, 2035, 2040, 2045, 2050];
/// Scenario that is read.
const SCENARIO: &str = "SSP2";

const FORECAST: &str = "IMF World Economic Outlook, October 2020";
const LONG_RUN: &str =
    "SSP2, release 3 of 2024 (OECD ENV-Growth 2023, IIASA-WiC): rates of growth after 2025";

/// Both in one line.
pub(super) const SOURCES: &str =
    "IMF World Economic Outlook, October 2020, to 2025; SSP2 (release 3 of 2024) to 2050; joined by rates";

const RATE: NumberRule =
    NumberRule::new("percent a year between -100 and 200", |value| value > -100.0 && value <= 200.0);

/// Figures of a country by year.
type Series = HashMap<String, SortedMap<i16, f64>>;

/// Growth and people of the economies of a set.
pub struct Paths {
    /// Growth of real GDP, one row a year of the forecast and one for each step of the scenario.
    pub growth: Vec<GrowthRow<'static>>,
    /// People by year.
    pub population: Vec<PopulationRow<'static>>,
}

/// Reads both sources below `data`.
pub(super) fn read(
    data: &Path,
    names: &NamesOfCountries,
    places: &Places<'_>,
    base_year: i16,
    reading: &mut Reading,
) -> Option<Paths> {
    let forecast = Forecast::read(&data.join("weo_2020_10/weo_oct2020_2005_2025.csv.gz"), names, reading);
    let scenario = Scenario::read(&data.join("ssp/ssp_drivers_v3_2005_2060.csv.gz"), reading);
    let (forecast, scenario) = (forecast?, scenario?);
    let years = [base_year - 1, base_year];
    let gdp = joined(
        |code| forecast.levels(code, years),
        &scenario.gdp,
        forecast.gdp.keys(),
        places,
        ("gdp_usd_bn and real_growth_pct", reading),
    );
    let people = joined(
        |code| forecast.population.get(code).cloned(),
        &scenario.population,
        forecast.population.keys(),
        places,
        ("population_m", reading),
    );
    Some(Paths {
        growth: growth_rows(&gdp, places, base_year),
        population: people_rows(&people, places, base_year),
    })
}

struct Forecast {
    growth_pct: Series,
    gdp: Series,
    population: Series,
}

impl Forecast {
    fn read(path: &Path, names: &NamesOfCountries, reading: &mut Reading) -> Option<Self> {
        let table = reading.table(path, &["country", "series", "year", "value"])?;
        reading.each_once(&table, &["country", "series", "year"]);
        let (mut growth_pct, mut gdp, mut population) = (Series::new(), Series::new(), Series::new());
        let mut n_used = 0;
        for row in table.rows() {
            let (to, rule) = match row.text("series") {
                "real_growth_pct" => (&mut growth_pct, RATE),
                "gdp_usd_bn" => (&mut gdp, POSITIVE),
                "population_m" => (&mut population, POSITIVE),
                _ => continue,
            };
            if !is_published(&row, "value") {
                continue;
            }
            let year = year(&row, reading);
            let code = names.code(&table, &row, "country", reading);
            let value = reading.number(&row, "value", rule);
            if let (Some(year), Some(code), Some(value)) = (year, code, value) {
                to.entry(code.to_owned()).or_default().insert(year, value);
                n_used += 1;
            }
        }
        reading.used(&table, n_used);
        Some(Self { growth_pct, gdp, population })
    }

    /// Real GDP at prices of the base year, from the year before it to the last of the forecast; `None` where a
    /// year is missing.
    fn levels(&self, code: &str, [before, base]: [i16; 2]) -> Option<SortedMap<i16, f64>> {
        let rates = self.growth_pct.get(code)?;
        let mut level = *self.gdp.get(code)?.get(&base)?;
        let mut levels =
            SortedMap::from([(base, level), (before, level / (1.0 + rates.get(&base)? / 100.0))]);
        for year in base + 1..=LAST_FORECAST {
            level *= 1.0 + rates.get(&year)? / 100.0;
            levels.insert(year, level);
        }
        Some(levels)
    }
}

fn year(row: &crate::data::Row<'_>, reading: &mut Reading) -> Option<i16> {
    let year = row.text("year").parse::<i16>().ok().filter(|year| (1900..2200).contains(year));
    if year.is_none() {
        reading.faults.push(row.fault("year", "a year, 1900 to 2199", "Correct the cell or delete the row."));
    }
    year
}

struct Scenario {
    gdp: Series,
    population: Series,
}

impl Scenario {
    fn read(path: &Path, reading: &mut Reading) -> Option<Self> {
        let years = SCENARIO_YEARS.map(|year| year.to_string());
        let columns: Vec<&str> =
            ["SSP", "ISO", "Variable", "Unit"].into_iter().chain(years.iter().map(String::as_str)).collect();
        let table = reading.table(path, &columns)?;
        reading.each_once(&table, &["SSP", "ISO", "Variable", "Unit"]);
        let (mut gdp, mut population) = (Series::new(), Series::new());
        let mut n_used = 0;
        for row in table.rows().filter(|row| row.text("SSP") == SCENARIO) {
            let to = match row.text("Variable") {
                "GDP|PPP" => &mut gdp,
                "Population" => &mut population,
                _ => continue,
            };
            let values: Option<SortedMap<i16, f64>> = SCENARIO_YEARS
                .iter()
                .zip(&years)
                .map(|(&year, column)| Some((year, reading.number(&row, column, POSITIVE)?)))
                .collect();
            if let Some(values) = values {
                to.insert(row.text("ISO").to_owned(), values);
                n_used += 1;
            }
        }
        reading.used(&table, n_used);
        Some(Self { gdp, population })
    }
}

/// Levels by year of each economy, `[n]`: those of its members, joined to the scenario.
///
/// A country that lacks a year in either source is left out and named; an economy without any is a fault.
fn joined<'c>(
    forecast: impl Fn(&str) -> Option<SortedMap<i16, f64>>,
    scenario: &Series,
    codes: impl Iterator<Item = &'c String>,
    places: &Places<'_>,
    (what, reading): (&str, &mut Reading),
) -> Vec<SortedMap<i16, f64>> {
    let mut economies = vec![SortedMap::new(); places.len()];
    let mut codes: Vec<&String> = codes.collect();
    codes.sort();
    let mut left = Vec::new();
    for code in codes {
        let levels = forecast(code).zip(scenario.get(code)).and_then(|(near, far)| join(near, far));
        let Some(levels) = levels else {
            left.push(code.as_str());
            continue;
        };
        let economy: &mut SortedMap<i16, f64> = &mut economies[places.economy(code)];
        levels.into_iter().for_each(|(year, level)| *economy.entry(year).or_insert(0.0) += level);
    }
    if !left.is_empty() {
        let left = left.join(", ");
        reading.note(format!(
            "{FORECAST}, {what}: countries without every year of it and of {SCENARIO}, left out: {left}"
        ));
    }
    for (n, _) in economies.iter().enumerate().filter(|(_, levels)| levels.is_empty()) {
        reading.faults.push(missing("weo_2020_10 and ssp", what, &places.code(n), "figures of every year"));
    }
    economies
}

/// The forecast to its last year, then the scenario's ratios to that year, at one rate between its years.
fn join(near: SortedMap<i16, f64>, far: &SortedMap<i16, f64>) -> Option<SortedMap<i16, f64>> {
    let at = *near.get(&LAST_FORECAST)?;
    let far_at = *far.get(&LAST_FORECAST)?;
    let mut levels = near;
    for step in SCENARIO_YEARS.windows(2) {
        let (from, to) = (step[0], step[1]);
        let (low, high) = (*far.get(&from)?, *far.get(&to)?);
        for year in from + 1..=to {
            let share = f64::from(year - from) / f64::from(to - from);
            levels.insert(year, at * low / far_at * (high / low).powf(share));
        }
    }
    Some(levels)
}

/// Years of one rate each: those of the forecast one by one, those of the scenario by step.
fn spans(base_year: i16) -> impl Iterator<Item = (i16, i16)> {
    let near = (base_year..=LAST_FORECAST).map(|year| (year, year));
    near.chain(SCENARIO_YEARS.windows(2).map(|step| (step[0] + 1, step[1])))
}

fn source(year: i16) -> &'static str {
    if year > LAST_FORECAST { LONG_RUN } else { FORECAST }
}

fn growth_rows(gdp: &[SortedMap<i16, f64>], places: &Places<'_>, base_year: i16) -> Vec<GrowthRow<'static>> {
    let mut rows = Vec::new();
    for (n, levels) in gdp.iter().enumerate() {
        for (year_from, year_to) in spans(base_year) {
            let (Some(before), Some(after)) = (levels.get(&(year_from - 1)), levels.get(&year_to)) else {
                continue;
            };
            let years = f64::from(year_to - year_from + 1);
            let growth_pct = 100.0 * ((after / before).powf(1.0 / years) - 1.0);
            rows.push(GrowthRow {
                iso3: places.code(n).into(),
                year_from,
                year_to,
                growth_pct: (growth_pct * 1e4).round() / 1e4,
                source: source(year_to).into(),
                mark: "public".into(),
            });
        }
    }
    rows
}

fn people_rows(
    people: &[SortedMap<i16, f64>],
    places: &Places<'_>,
    base_year: i16,
) -> Vec<PopulationRow<'static>> {
    let mut rows = Vec::new();
    for (n, levels) in people.iter().enumerate() {
        let levels = levels.iter().filter(|(year, _)| **year >= base_year);
        rows.extend(levels.map(|(&year, &million)| PopulationRow {
            iso3: places.code(n).into(),
            year,
            population_million: Rounded::Decimals(million, 3),
            source: source(year).into(),
            mark: "public".into(),
        }));
    }
    rows
}

#[cfg(test)]
mod tests {

    use super::{join, spans};
    use crate::sorted::SortedMap;

    #[test]
    fn the_scenario_gives_rates_and_not_levels() {
        let near = SortedMap::from([(2024, 100.0), (2025, 110.0)]);
        let far: SortedMap<i16, f64> =
            [(2025, 4.0), (2030, 8.0), (2035, 8.0), (2040, 4.0), (2045, 4.0), (2050, 5.0)].into();
        let path = join(near, &far).unwrap();
        assert!((path[&2030] - 220.0).abs() < 1e-9);
        assert!((path[&2026] / path[&2025] - 2f64.powf(0.2)).abs() < 1e-12);
        assert!((path[&2037] / path[&2036] - 0.5f64.powf(0.2)).abs() < 1e-12);
        assert!((path[&2050] - 110.0 * 1.25).abs() < 1e-9);
        assert_eq!(path[&2024], 100.0);
    }

    #[test]
    fn a_source_without_the_year_of_the_splice_gives_nothing() {
        assert!(join(SortedMap::from([(2024, 1.0)]), &SortedMap::from([(2025, 1.0)])).is_none());
    }

    #[test]
    fn every_year_stands_in_one_span() {
        let years: Vec<i16> = spans(2019).flat_map(|(from, to)| from..=to).collect();
        assert_eq!(years, (2019..=2050).collect::<Vec<i16>>());
    }
}
