//! Where the gain of an option comes from: its reference path in the last year against that of the reference option.
//!
//! Two ways of telling it, each of which sums to the change of real income: by *policy* (whose duties, whose barriers,
//! what is opened to everybody) and by *channel* (terms of trade, volume of trade, barriers; `docs/model.md` section 2).

use ndarray::{Array1, Array3, Zip};

use super::carried::Carried;
use super::counts::RunError;
use super::draw_year::DrawYear;
use super::experiment::Experiment;
use super::options::OptionRun;
use super::parameters::DrawnParameters;
use crate::data::SectorKind;
use crate::economy::Economy;
use crate::equilibrium::Shock;
use crate::equilibrium::attribution::{Source, SourcePart, Way, attribute};
use crate::equilibrium::decompose::{self, DecompositionError, Exact};
use crate::numerics::parallel;
use crate::policy::{CostParts, Regimes};

/// Degree of the path integral of the channels: five points.
const DEGREE: usize = 4;

/// A part of a gain.
#[derive(Debug, Clone)]
pub struct GainPart {
    /// Name.
    pub name: &'static str,
    /// Percent of real income, `[n]`; the parts of one way of telling sum to the whole change.
    pub pct: Array1<f64>,
}

/// The gain of one option, told in two ways.
#[derive(Debug, Clone)]
pub struct Decomposition {
    /// Position of the option in the plan.
    pub option: usize,
    /// By policy.
    pub policy: Vec<GainPart>,
    /// By channel.
    pub channel: Vec<GainPart>,
}

/// The last year of the reference path of an option: its shock against the baseline, quotas as their wedges, and its
/// trade costs by source.
struct End {
    shock: Shock,
    costs: CostParts,
}

impl Experiment {
    /// The gains of all options but the reference option, in the last year of the plan, which begins with `past`.
    ///
    /// # Errors
    /// [`RunError`] if a state has no equilibrium or the parts do not add up.
    pub(super) fn decompositions(&self, past: &Carried) -> Result<Vec<Decomposition>, RunError> {
        let failed = |option: &OptionRun, source| {
            let option = option.spec.id.clone();
            RunError::Decomposition { option, year: self.plan.years[1], source }
        };
        let ends = parallel::try_map(self.options.len(), |at| {
            let option = &self.options[at];
            self.end(option, past.reference().track(at, 0)).map_err(|source| failed(option, source))
        })?;
        let reference = self.options.iter().position(|option| option.spec.id == self.plan.reference_option);
        let reference = reference.expect("a checked plan has its reference option");
        let compared: Vec<usize> = (0..self.options.len()).filter(|at| *at != reference).collect();
        if compared.is_empty() {
            return Ok(Vec::new());
        }
        // The way to the reference option is the same for all others.
        let prepared = &self.baseline_year(self.plan.years[1]).prepared;
        let before = decompose::exact(prepared, &ends[reference].shock, DEGREE)
            .map_err(|source| failed(&self.options[reference], source))?;
        let of = |at: usize| {
            let found = self.decomposition(at, (&ends[reference], &before), &ends[at]);
            found.map_err(|source| failed(&self.options[at], source))
        };
        parallel::try_map_each(&compared, |&at| of(at))
    }

    fn end(&self, option: &OptionRun, past: &[f64]) -> Result<End, DecompositionError> {
        let (year, central) = (self.plan.years[1], DrawnParameters::central());
        let mut draw = DrawYear::on_path(self, year, &central);
        let shock = draw.shock_of(&option.reference.policy, past);
        let shock = match shock.quotas.is_empty() {
            true => shock,
            false => {
                let solved = draw.base.prepared.solve(&shock)?;
                shock.with_wedges_of(draw.base.prepared.economy(), &solved).into_owned()
            }
        };
        let regimes = Regimes::new(&self.book, &option.reference.policy);
        Ok(End { shock, costs: self.book.cost_parts(&regimes, year, central.policy()) })
    }

    /// `before` is the exact decomposition at `from`.
    fn decomposition(
        &self,
        at: usize,
        (from, before): (&End, &Exact),
        to: &End,
    ) -> Result<Decomposition, DecompositionError> {
        let prepared = &self.baseline_year(self.plan.years[1]).prepared;
        let kinds: Vec<SectorKind> = self.axes.sectors.iter().map(|sector| sector.kind).collect();
        let sources = sources(prepared.economy(), from, to, &kinds);
        let way = Way { prepared, from: &from.shock, to: &to.shock };
        let found = attribute(&way, &sources)?;
        let [tariffs, origin, goods, services, open, quotas] = &found.parts[..] else {
            unreachable!("`sources` makes six");
        };
        let scale = found.ln_welfare.mapv(|ln| if ln == 0.0 { 100.0 } else { 100.0 * ln.exp_m1() / ln });
        let part = |name, ln: Array1<f64>| GainPart { name, pct: &scale * ln };
        let whole = |part: &SourcePart| part.sum();
        let after = decompose::exact(prepared, &to.shock, DEGREE)?;
        Ok(Decomposition {
            option: at,
            policy: vec![
                part("tariffs_given", tariffs.imports.clone()),
                part("tariffs_received", tariffs.exports.clone()),
                part("tariffs_of_others", tariffs.elsewhere.clone()),
                part("origin_cost", whole(origin)),
                part("goods_barriers", whole(goods)),
                part("services_barriers", whole(services)),
                part("open_to_everybody", open.imports.clone()),
                part("opened_by_others", &open.exports + &open.elsewhere),
                part("quotas", whole(quotas) + &found.rest),
                part("capital", found.factors.clone()),
                part("speed_of_response", found.elasticities.clone()),
            ],
            channel: vec![
                part("terms_of_trade", after.terms_of_trade - &before.terms_of_trade),
                part("volume_of_trade", after.volume_of_trade - &before.volume_of_trade),
                part("barriers", after.barriers - &before.barriers),
                part("technology", after.technology - &before.technology),
                part("transfers", after.transfers - &before.transfers),
                part("factors", after.factors - &before.factors),
            ],
        })
    }
}

/// The changes by source: tariffs, origin, barriers to goods, to services, opening to everybody, quotas; together they
/// are all changes of trade costs.
fn sources(base: &Economy, from: &End, to: &End, kinds: &[SectorKind]) -> [Source; 6] {
    let tau = |end: &End| end.shock.tau.clone().unwrap_or_else(|| base.tau.clone());
    let ln_tau = Zip::from(&tau(to)).and(&tau(from)).map_collect(|new, old| (new / old).ln());
    let iceberg = |end: &End| match &end.shock.iceberg_hat {
        Some(hat) => hat.mapv(f64::ln),
        None => Array3::zeros(base.tau.dim()),
    };
    let ln_iceberg = iceberg(to) - iceberg(from);
    let CostParts { ln_tariff, ln_dispersion, ln_origin, ln_open, ln_own } =
        to.costs.clone().since(&from.costs);
    let of_kind = |kind: SectorKind| {
        let mut part = ln_own.clone();
        for (j, mut of_sector) in part.outer_iter_mut().enumerate() {
            if kinds[j] != kind {
                of_sector.fill(0.0);
            }
        }
        part
    };
    // What no rule of rates and barriers says is what quotas do.
    let quota_tau = ln_tau - &ln_tariff;
    let quota_iceberg = ln_iceberg - &ln_dispersion - &ln_origin - &ln_open - &ln_own;
    let iceberg = |change: Array3<f64>| Source { ln_tau: None, ln_iceberg: Some(change) };
    [
        Source { ln_tau: Some(ln_tariff), ln_iceberg: Some(ln_dispersion) },
        iceberg(ln_origin),
        iceberg(of_kind(SectorKind::Goods)),
        iceberg(of_kind(SectorKind::Services)),
        iceberg(ln_open),
        Source { ln_tau: Some(quota_tau), ln_iceberg: Some(quota_iceberg) },
    ]
}
