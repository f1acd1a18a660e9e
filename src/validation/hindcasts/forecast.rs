//! The forecasts of one case: every flow that is scored, by every method.

use anyhow::Context;

use super::case::Case;
use super::costs::{CostChanges, Setting};
use super::elasticities::{Elasticities, Term};
use super::market::{Market, flow_changes, markets, share_changes};
use super::rivals::{Gravity, proportional, trends};
use super::scores::ENDS;
use super::set::{Flow, Set};
use super::tables::Tables;
use crate::data::Dataset;
use crate::numerics::quantiles::quantile;
use crate::projection::Adjustment;
use crate::sorted::SortedMap;

/// Draws of elasticities that intervals are made of.
const DRAWS: u64 = 200;
/// Seed of the draws, and of samples of partners.
pub(super) const SEED: u64 = 1;

/// Whether costs move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// Import demand with costs as they were.
    Demand,
    /// Costs of general equilibrium.
    Equilibrium,
}

impl Method {
    pub const ALL: [Self; 2] = [Self::Demand, Self::Equilibrium];

    pub fn name(self) -> &'static str {
        match self {
            Self::Demand => "demand",
            Self::Equilibrium => "equilibrium",
        }
    }
}

/// Variants of the model: each method with each elasticity, in the order in which [`Cell::predicted`] has them.
pub(super) fn variants() -> impl Iterator<Item = (Method, Term)> {
    Method::ALL.into_iter().flat_map(|method| Term::ALL.map(|term| (method, term)))
}

/// The predictions for one flow; changes are logs, of shares but where it is said otherwise.
#[derive(Debug, Clone)]
pub(super) struct Cell<'t> {
    pub flow: &'t Flow,
    pub product: &'t str,
    pub tariff_dln: f64,
    /// By variant.
    pub predicted: Vec<f64>,
    /// By variant: ends of the interval.
    pub interval: Vec<[f64; 2]>,
    pub trend: f64,
    /// Of the flow itself.
    pub trend_level: f64,
    pub gravity: Option<f64>,
    /// Of any flow of the importer, if all grow as before.
    pub proportional: f64,
    /// What all sellers of the market had in each year of the set.
    pub market: Vec<f64>,
}

/// A case with its forecasts.
pub(super) struct Forecast<'t> {
    pub case: &'t Case,
    pub set: &'t Set,
    pub cells: Vec<Cell<'t>>,
    pub notes: Vec<String>,
}

impl<'t> Forecast<'t> {
    /// Makes every forecast; `None` with a note where the data set lacks a sector of the products.
    ///
    /// # Errors
    /// If the economy is faulty or not solved.
    pub fn make(
        case: &'t Case,
        tables: &'t Tables,
        data: &Dataset,
        adjustment: &Adjustment,
    ) -> anyhow::Result<Result<Self, String>> {
        let set = &tables.sets[&case.set];
        let elasticities = match Elasticities::new(case, set, tables, &data.axes, adjustment) {
            Ok(elasticities) => elasticities,
            Err(sector) => {
                return Ok(Err(format!("{}: left out, the data set has no traded sector {sector}", case.id)));
            }
        };
        let markets = markets(case, set);
        if markets.is_empty() {
            return Ok(Err(format!(
                "{}: left out, its importers buy nothing in {}",
                case.id, case.base_year
            )));
        }
        let setting =
            Setting { case, set, markets: &markets, elasticities: &elasticities, partners: &tables.partners };
        let costs = setting.solve(data).with_context(|| format!("hindcast {}", case.id))?;
        let (gravity, note) = match Gravity::estimate(case, set) {
            Ok(None) => (None, None),
            Ok(Some(gravity)) => {
                let note = format!("{}: gravity of the years before: {}", case.id, gravity.text);
                (Some(gravity), Some(note))
            }
            Err(error) => (None, Some(format!("{}: no gravity: {error}", case.id))),
        };
        let builder = Builder { case, set, elasticities: &elasticities, costs: &costs, gravity };
        let mut cells = Vec::new();
        for importer in &case.importers {
            let growth = proportional(case, set, &markets, importer);
            let trends = trends(case, set, &markets, importer);
            for market in markets.iter().filter(|market| market.importer == *importer) {
                cells.extend(builder.cells(market, growth, &trends));
            }
        }
        Ok(Ok(Self { case, set, cells, notes: note.into_iter().collect() }))
    }
}

struct Builder<'b, 't> {
    case: &'t Case,
    set: &'t Set,
    elasticities: &'b Elasticities<'b>,
    /// By term.
    costs: &'b [CostChanges<'b>],
    gravity: Option<Gravity>,
}

impl<'t> Builder<'_, 't> {
    fn cells(
        &self,
        market: &Market<'t>,
        proportional: f64,
        trends: &SortedMap<&str, f64>,
    ) -> impl Iterator<Item = Cell<'t>> + use<'t> {
        let years = [self.case.base_year, self.case.target_year].map(|year| self.set.year(year));
        let base: Vec<f64> = market.flows.iter().map(|flow| flow.imports[years[0]]).collect();
        let tariffs: Vec<f64> =
            market.flows.iter().map(|flow| flow.ln_tariff[years[1]] - flow.ln_tariff[years[0]]).collect();
        let levels: Vec<f64> = market
            .flows
            .iter()
            .map(|flow| trends.get(flow.exporter.as_str()).copied().unwrap_or(0.0))
            .collect();
        let trend = share_changes(&base, &levels);
        let gravity = self.gravity.as_ref().map(|gravity| {
            let changes: Vec<f64> = market.flows.iter().map(|flow| gravity.change(flow, years)).collect();
            share_changes(&base, &changes)
        });
        let shares: Vec<(Vec<f64>, Vec<[f64; 2]>)> =
            variants().map(|variant| self.variant(market, variant, &base, &tariffs)).collect();
        let totals: Vec<f64> = (0..self.set.years.len())
            .map(|year| market.flows.iter().map(|flow| flow.imports[year]).sum())
            .collect();
        let cells: Vec<Cell<'t>> = market
            .flows
            .iter()
            .enumerate()
            .map(|(at, flow)| Cell {
                flow,
                product: market.product,
                tariff_dln: tariffs[at],
                predicted: shares.iter().map(|(predicted, _)| predicted[at]).collect(),
                interval: shares.iter().map(|(_, interval)| interval[at]).collect(),
                trend: trend[at],
                trend_level: levels[at],
                gravity: gravity.as_ref().map(|gravity| gravity[at]),
                proportional,
                market: totals.clone(),
            })
            .collect();
        cells.into_iter()
    }

    /// Changes of shares of a market, with the ends of their intervals over draws of elasticities; costs are held in
    /// the draws.
    fn variant(
        &self,
        market: &Market<'_>,
        (method, term): (Method, Term),
        base: &[f64],
        tariffs: &[f64],
    ) -> (Vec<f64>, Vec<[f64; 2]>) {
        let at = Term::ALL.iter().position(|known| *known == term).unwrap_or(0);
        let cost = |flow: &&Flow| match method {
            Method::Demand => 0.0,
            Method::Equilibrium => self.costs[at].of(&flow.exporter, market.product),
        };
        let costs: Vec<f64> = market.flows.iter().map(cost).collect();
        let shares = |draw: Option<(u64, u64)>| {
            let theta = self.elasticities.of(market.product, term, draw);
            share_changes(base, &flow_changes(theta, tariffs, &costs))
        };
        let draws: Vec<Vec<f64>> = (0..DRAWS).map(|draw| shares(Some((SEED, draw)))).collect();
        let ends = (0..base.len()).map(|flow| {
            let mut drawn: Vec<f64> = draws.iter().map(|shares| shares[flow]).collect();
            drawn.sort_by(f64::total_cmp);
            ENDS.map(|end| quantile(&drawn, end))
        });
        (shares(None), ends.collect())
    }
}

/// Groups of sellers by name.
pub(super) const GROUPS: [&str; 4] = ["all", "target", "others", "home"];

/// Group of a flow, other than all.
pub(super) fn group(case: &Case, flow: &Flow) -> &'static str {
    if flow.exporter == flow.importer {
        GROUPS[3]
    } else if case.targets.contains(&flow.exporter) {
        GROUPS[1]
    } else {
        GROUPS[2]
    }
}
