//! Forecasts that need no model of ours: growth that goes on, and gravity estimated on the years before.

use std::fmt::Write;

use super::case::Case;
use super::market::Market;
use super::set::{Flow, Set};
use crate::estimation::design::{Specification, read_panel};
use crate::estimation::panel::PanelFile;
use crate::estimation::{EstimationError, Options, estimate};
use crate::sorted::SortedMap;

/// Columns of the panel whose coefficients move a forecast.
const LN_TARIFF: &str = "ln_tariff";
const AGREEMENT: &str = "agreement";

/// Log growth of sums over flows from `trend_from` to the base year, carried on to the target year.
fn carried_on<'t>(case: &Case, set: &Set, flows: impl Iterator<Item = &'t Flow>) -> Option<f64> {
    let (from, to) = (set.year(case.trend_from), set.year(case.base_year));
    let (before, after) =
        flows.fold((0.0, 0.0), |sum, flow| (sum.0 + flow.imports[from], sum.1 + flow.imports[to]));
    (before > 0.0 && after > 0.0).then(|| case.trend_ratio() * (after / before).ln())
}

/// All purchases of an importer that are compared go on to grow: the same for each of its flows.
pub(super) fn proportional(case: &Case, set: &Set, markets: &[Market<'_>], importer: &str) -> f64 {
    let of_importer = markets.iter().filter(|market| market.importer == importer);
    carried_on(case, set, of_importer.flat_map(|market| market.flows.iter().copied())).unwrap_or(0.0)
}

/// What an importer buys from each seller goes on to grow, in all products alike; 0 for a seller without a past.
pub(super) fn trends<'t>(
    case: &Case,
    set: &Set,
    markets: &[Market<'t>],
    importer: &str,
) -> SortedMap<&'t str, f64> {
    let mut by_exporter: SortedMap<&str, Vec<&Flow>> = SortedMap::new();
    for market in markets.iter().filter(|market| market.importer == importer) {
        market.flows.iter().for_each(|flow| by_exporter.entry(&flow.exporter).or_default().push(flow));
    }
    let growth = |flows: Vec<&'t Flow>| carried_on(case, set, flows.into_iter()).unwrap_or(0.0);
    by_exporter.into_iter().map(|(exporter, flows)| (exporter, growth(flows))).collect()
}

/// A gravity estimate of the years up to the base year.
#[derive(Debug, Clone, Default)]
pub(super) struct Gravity {
    /// Coefficients of `ln_tariff` and of `agreement`; 0 where the formula has it not.
    beta: [f64; 2],
    /// The estimate in words.
    pub text: String,
}

impl Gravity {
    /// Estimates the formula of the case; `None` where it has none.
    ///
    /// # Errors
    /// [`EstimationError`]: the years before say nothing, or the formula names a column that is not there.
    pub fn estimate(case: &Case, set: &Set) -> Result<Option<Self>, EstimationError> {
        let Some(formula) = &case.gravity else { return Ok(None) };
        let spec = Specification::new(formula.clone());
        let file = PanelFile::from_bytes(&format!("flows of {}", case.set), panel(case, set).into_bytes())?;
        let panel = read_panel(&file, &spec)?;
        let found = estimate(&panel, &spec, &Options::default())?;
        let mut gravity = Self::default();
        for coefficient in found.coefficients() {
            let (estimate, se) = (coefficient.estimate, coefficient.std_error);
            let known = [LN_TARIFF, AGREEMENT].iter().position(|name| *name == coefficient.term);
            if let Some(at) = known.filter(|_| estimate.is_finite()) {
                gravity.beta[at] = estimate;
                let se = if se.is_finite() { format!(" ({se:.3})") } else { String::new() };
                let _ = write!(gravity.text, "{} {estimate:.3}{se} ", coefficient.term);
            }
        }
        if gravity.text.is_empty() {
            gravity.text = "no coefficient: the years before do not tell it from the effects".into();
        }
        gravity.text.truncate(gravity.text.trim_end().len());
        Ok(Some(gravity))
    }

    /// Log change of a flow from the base to the target year, effects as they were.
    pub fn change(&self, flow: &Flow, [base, target]: [usize; 2]) -> f64 {
        let tariff = flow.ln_tariff[target] - flow.ln_tariff[base];
        self.beta[0].mul_add(tariff, self.beta[1] * (flow.agreement[target] - flow.agreement[base]))
    }
}

/// The panel as text: years of the set up to the base year.
fn panel(case: &Case, set: &Set) -> String {
    let mut text = format!("exporter,importer,product,year,imports,{LN_TARIFF},{AGREEMENT}\n");
    let is_used = |flow: &&Flow| case.with_home || flow.exporter != flow.importer;
    for flow in set.flows.iter().filter(is_used) {
        for (at, year) in set.years.iter().enumerate().filter(|(_, year)| **year <= case.base_year) {
            let (imports, tariff, agreement) = (flow.imports[at], flow.ln_tariff[at], flow.agreement[at]);
            let Flow { exporter, importer, product, .. } = flow;
            let _ =
                writeln!(text, "{exporter},{importer},{product},{year},{imports:?},{tariff:?},{agreement:?}");
        }
    }
    text
}
