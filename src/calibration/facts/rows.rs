//! Rows of the tables that the facts become.

use super::shrinkage::{Estimate, Shrunk};
use crate::output::rows::{Rounded, Text, table};

table! {
    /// People by economy and year.
    pub struct PopulationRow<'a> in "population.csv" by (iso3, year) {
        /// Country
        iso3: Text<'a>,
        /// Year
        year: i16,
        /// People, million
        population_million: Rounded ["million"],
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// Capital of each economy: its share of value added, how fast it wears out, how much there is.
    pub struct FactorRow<'a> in "factors.csv" by (country) {
        /// Country
        country: Text<'a>,
        /// Share of capital in value added
        capital_share: Rounded ["share"],
        /// Share of the stock that wears out in a year
        depreciation_ratio: Rounded ["ratio"],
        /// Stock of capital at prices of the base year
        capital_musd: Rounded ["musd"],
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// Trade elasticities with their sources: mean of the studies, shrunk to the pooled value by its precision.
    pub struct ElasticityRow<'a> in "elasticities.csv" by (sector) {
        /// Sector
        sector: Text<'a>,
        /// Trade elasticity; empty = not traded
        theta: Option<f64>,
        /// Its standard error; empty = not known
        theta_se: Option<f64>,
        /// Studies
        n_studies: Option<u64>,
        /// Random-effects mean of the studies of this sector alone
        theta_own: Option<f64>,
        /// Share of that mean in theta; the rest is the pooled value
        own_share: Option<f64>,
        /// Pooled value of all goods
        theta_pooled: Option<f64>,
        /// As Caliendo & Parro (2015) print it, full sample, for comparison
        caliendo_parro: Option<f64>,
        /// Its standard error
        caliendo_parro_se: Option<f64>,
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

table! {
    /// What each study says of each sector, on one scale.
    pub struct StudyRow<'a> in "elasticity_studies.csv" by (sector, study) {
        /// Sector
        sector: Text<'a>,
        /// Study
        study: Text<'a>,
        /// Trade elasticity with respect to trade cost
        theta: f64,
        /// Standard error, the usual one where none is printed
        theta_se: f64,
    }
}

/// Where pooled elasticities come from.
const POOLED: &str =
    "random-effects mean of the studies of elasticity_studies.csv, shrunk to the pooled value by precision";

fn three(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

impl ElasticityRow<'static> {
    pub(super) fn of_goods(
        (sector, mark): (&str, &'static str),
        (n_studies, own): (usize, Estimate),
        shrunk: Shrunk,
        pooled: Estimate,
        (caliendo_parro, caliendo_parro_se): (Option<f64>, Option<f64>),
    ) -> Self {
        let (theta, theta_se) = shrunk.theta();
        Self {
            sector: sector.to_owned().into(),
            theta: Some(three(theta)),
            theta_se: Some(three(theta_se)),
            n_studies: Some(n_studies as u64),
            theta_own: Some(three(own.value.exp() - 1.0)),
            own_share: Some(three(shrunk.own_share)),
            theta_pooled: Some(three(pooled.value.exp() - 1.0)),
            caliendo_parro: caliendo_parro.map(three),
            caliendo_parro_se: caliendo_parro_se.map(three),
            source: POOLED.into(),
            mark: mark.into(),
        }
    }

    pub(super) fn of_range(sector: &str, (theta, theta_se): (f64, f64), source: &str, mark: &str) -> Self {
        Self::given(sector, (Some(three(theta)), Some(three(theta_se))), source, mark)
    }

    /// An elasticity that a table gives.
    #[must_use]
    pub fn given(
        sector: &str,
        (theta, theta_se): (Option<f64>, Option<f64>),
        source: &str,
        mark: &str,
    ) -> Self {
        Self {
            sector: sector.to_owned().into(),
            theta,
            theta_se,
            n_studies: None,
            theta_own: None,
            own_share: None,
            theta_pooled: None,
            caliendo_parro: None,
            caliendo_parro_se: None,
            source: source.to_owned().into(),
            mark: mark.to_owned().into(),
        }
    }
}

impl StudyRow<'static> {
    pub(super) fn new(sector: &str, study: &str, of: Estimate) -> Self {
        let border = of.value.exp();
        Self {
            sector: sector.to_owned().into(),
            study: study.to_owned().into(),
            theta: three(border - 1.0),
            theta_se: three(border * of.variance.sqrt()),
        }
    }
}

table! {
    /// People at work by economy and sector.
    pub struct WorkersRow<'a> in "workers.csv" by (country, sector) {
        /// Country
        country: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Persons
        persons: Rounded ["persons"],
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is; assumption where an industry was divided
        mark: Text<'a>,
    }
}
