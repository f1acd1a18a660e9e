//! One search for an equilibrium: Anderson, then the methods of [`fallback`](super::fallback).

use super::dispatch::{Acceleration, Evaluation};
use super::frame::{Frame, Shape};
use super::linear::Linear;
use super::norms::{Norms, broke_country, is_distorted};
use super::precondition::Preconditioner;
use super::quota::Wedges;
use super::rescale::{Scale, largest_power};
use super::response::Response;
use super::result::Equilibrium;
use super::solution::Solution;
use super::solve::{Closure, Method, NoEquilibrium, PreparedBaseline, Shock, SolveStats, TOLERANCE};
use super::sweep::{Buffers, Transfers};
use crate::numerics::Anderson;
use crate::numerics::aligned::Aligned;
use crate::numerics::lanes::Lane;

/// Methods in the order in which they are tried.
pub(super) const CHAIN: [Method; 4] = [Method::Anderson, Method::Damped, Method::Newton, Method::Homotopy];
/// The same where costs change by much: steps that the baseline's derivatives shape lead nowhere then.
const WIDE_CHAIN: [Method; 4] = [Method::Anderson, Method::Newton, Method::Damped, Method::Homotopy];
/// A power `kappa^theta` of `e^6` changes costs by much.
const WIDE: f64 = 6.0;
/// Iterations before a method gives up.
pub(super) const MAX_ANDERSON: usize = 80;
/// Longest step of a log wage; longer ones are cut in proportion.
const LONGEST_STEP: f64 = 1.0;
/// Wages further from the baseline than this are no answer.
pub(super) const FARTHEST_LN_WAGE: f64 = 25.0;
/// Iterations spent on tightening a solution that is already accepted.
const MAX_POLISH: usize = 4;
/// Why a point that clears all markets is no answer.
const BROKE: &str = "would spend less than nothing: its surplus exceeds its value added and revenue; the deficits \
                     given cannot be financed at these trade costs (--deficits zero balances trade)";
/// Why a shock is refused before anything is tried.
const CONTRADICTION: &str = "has a tariff-rate quota that contradicts itself or the baseline";
/// What is said where deficits are to blame.
const NOT_FINANCED: &str = "The deficits given cannot be financed at these trade costs: with trade in balance there \
                            is an equilibrium. Pass --deficits zero, or give smaller deficits with --deficits given:FILE.";

/// Everything that one search writes to, kept between searches.
pub(super) struct Workspace {
    pub response: Response<f64>,
    quotas: Option<Wedges>,
    pub buffers: Buffers<f64>,
    /// Log wages, log prices, expenditure.
    pub z: Aligned<f64>,
    pub step: Aligned<f32>,
    pub anderson: Anderson<f64>,
}

impl Workspace {
    pub fn new(frame: &Frame) -> Self {
        let shape = frame.shape;
        Self {
            response: Response::new(frame),
            quotas: None,
            buffers: Buffers::new(shape),
            z: Aligned::filled(0.0, shape.unknowns()),
            step: Aligned::filled(0.0, shape.unknowns()),
            anderson: Anderson::new(shape.unknowns(), shape.stride),
        }
    }

    pub fn load(&mut self, frame: &Frame, economy: &crate::economy::Economy, shock: &Shock) {
        self.response.load(frame, economy, &[(0, shock)]);
        let has_quotas = !shock.quotas.is_empty();
        self.quotas = has_quotas.then(|| Wedges::new(frame, economy, shock, &mut self.response));
    }

    /// No change of wages and prices, expenditure of the data.
    pub fn start_at_baseline(&mut self, frame: &Frame) {
        self.z.fill(0.0);
        self.z[frame.shape.stride + frame.shape.block()..].copy_from_slice(&frame.x);
    }

    pub fn start_at(&mut self, frame: &Frame, start: &Equilibrium) {
        let Shape { stride, .. } = frame.shape;
        let block = frame.shape.block();
        self.z.fill(0.0);
        for (c, ln_wage) in start.ln_wage.iter().enumerate() {
            self.z[c] = *ln_wage;
            for (j, ln_price) in start.ln_price.row(c).iter().enumerate() {
                self.z[stride + j * stride + c] = *ln_price;
                self.z[stride + block + j * stride + c] = frame.unit * start.x_musd[[c, j]];
            }
        }
    }

    pub fn evaluate(&mut self, frame: &Frame, transfers: &Transfers) -> Norms<f64> {
        let Self { response, quotas, buffers, z, .. } = self;
        let is_settled = quotas.as_mut().is_none_or(|quotas| quotas.settle(frame, response, z));
        let mut norms = Evaluation { frame, response, transfers: Some(transfers), z, buffers }.run();
        if !is_settled {
            norms.price = f64::INFINITY;
        }
        norms
    }

    /// One accelerated step from the last evaluation.
    fn accelerate(&mut self, shape: Shape, preconditioner: &Preconditioner) {
        let Self { buffers, z, step, anderson, .. } = self;
        Acceleration { shape, preconditioner, residual: &buffers.residual, step, anderson, z }.run();
    }

    /// The linearised system at the last evaluation.
    pub fn linear<'f>(&self, frame: &'f Frame, transfers: &Transfers) -> Linear<'f> {
        let x = &self.z[frame.shape.stride + frame.shape.block()..];
        Linear::at(frame, &self.response, transfers, x, &self.buffers)
    }
}

/// Cuts steps whose largest change of a log wage is above [`LONGEST_STEP`].
#[inline(always)]
pub(super) fn limit<T: Lane>(stride: usize, step: &mut [T::Single]) {
    let mut longest = T::splat(LONGEST_STEP);
    for &wage in &step[..stride] {
        T::fence();
        longest = longest.zip(T::widen(wage), |longest, wage| longest.max(wage.abs()));
    }
    if (0..T::WIDTH).all(|lane| longest.lane(lane) == LONGEST_STEP) {
        return;
    }
    let scale = (T::splat(LONGEST_STEP) / longest).narrow();
    for value in step {
        T::fence();
        *value = *value * scale;
    }
}

/// One search.
pub(super) struct Search<'p> {
    pub prepared: &'p PreparedBaseline,
    pub shock: &'p Shock,
    /// Share of every tolerance that is asked for where it can be reached.
    tightness: f64,
    pub workspace: Workspace,
    pub stats: SolveStats,
    /// How the loaded conditions are scaled, where they are.
    pub scale: Option<Scale>,
    /// True once weights were scaled: the workspace then serves no other search.
    pub is_rescaled: bool,
}

impl<'p> Search<'p> {
    pub fn new(prepared: &'p PreparedBaseline, shock: &'p Shock, tightness: f64) -> Self {
        let workspace = prepared.core.workspace();
        let (scale, is_rescaled) = (None, false);
        Self { prepared, shock, tightness, workspace, stats: SolveStats::default(), scale, is_rescaled }
    }

    /// Tries the methods in order, the first of them from `start`.
    pub fn run(
        mut self,
        start: Option<&Equilibrium>,
        methods: &[Method],
    ) -> Result<Equilibrium, Box<NoEquilibrium>> {
        let core = &self.prepared.core;
        if let Some(error) = self.shock.quota_errors(&core.economy, 0.0).first() {
            let importer = self.shock.quotas[error.quota()].importer;
            return Err(self.fail(methods, Some((importer, format!("{CONTRADICTION}: {error}")))));
        }
        self.workspace.load(&core.frame, &core.economy, self.shock);
        match start {
            Some(start) => self.workspace.start_at(&core.frame, start),
            None => self.workspace.start_at_baseline(&core.frame),
        }
        let own = self.workspace.response.is_real_gdp.then(|| self.own_preconditioner()).flatten();
        let preconditioner = own.as_ref().or(core.preconditioner.as_ref());
        let mut order = methods;
        for tried in 0..methods.len() {
            if tried == 1 && methods == CHAIN && largest_power(&core.economy, self.shock) > WIDE {
                order = &WIDE_CHAIN;
            }
            let method = &order[tried];
            if tried > 0 || *method != Method::Anderson {
                self.load(self.shock);
                match start.filter(|_| *method == Method::Newton) {
                    Some(start) => self.start_at(start),
                    None if tried > 0 => self.workspace.start_at_baseline(&core.frame),
                    None => {}
                }
            }
            self.stats.method = method.name();
            let found = match (method, preconditioner) {
                (Method::Anderson, Some(preconditioner)) => {
                    self.anderson(preconditioner)
                        && !is_distorted(core.frame.shape, 0, &self.workspace.buffers)
                }
                (Method::Damped, Some(preconditioner)) => self.damped(preconditioner),
                (Method::Anderson | Method::Damped, None) => false,
                (Method::Newton, _) => self.newton(),
                (Method::Homotopy, _) => self.homotopy(preconditioner),
            };
            if found {
                return match broke_country(core.frame.shape.n, 0, &self.workspace.buffers) {
                    None => Ok(self.finish()),
                    Some(country) => Err(self.fail(methods, Some((country, BROKE.to_owned())))),
                };
            }
        }
        Err(self.fail(methods, None))
    }

    fn fail(mut self, methods: &[Method], refusal: Option<(usize, String)>) -> Box<NoEquilibrium> {
        let core = &self.prepared.core;
        let methods_tried: Vec<&str> = methods.iter().map(|method| method.name()).collect();
        let mut failure = NoEquilibrium {
            evaluations: self.stats.evaluations,
            methods: methods_tried.join(", "),
            worst_country: String::new(),
            measure: "excess demand",
            residual: self.stats.residual,
            tolerance: TOLERANCE,
            refusal: None,
            advice: None,
        };
        let country = match refusal {
            Some((country, why)) => {
                failure.refusal = Some(why);
                country
            }
            None => {
                // The last point may be one of a part of the shock.
                self.load(self.shock);
                let worst = self.evaluate().worst(core.frame.shape, &self.workspace.buffers);
                (failure.measure, failure.residual, failure.tolerance) =
                    (worst.measure, worst.size, worst.tolerance);
                failure.advice = self.advice(methods);
                worst.country
            }
        };
        failure.worst_country.clone_from(&core.economy.axes.countries[country].iso3);
        self.give_back();
        Box::new(failure)
    }

    /// Where deficits are what stands in the way, which a search without them shows.
    fn advice(&self, methods: &[Method]) -> Option<String> {
        if !self.prepared.has_deficits() || methods != CHAIN {
            return None;
        }
        let balanced = self.prepared.with_closure(Closure::Zero);
        balanced.solve(self.shock).ok().map(|_| NOT_FINANCED.to_owned())
    }

    fn give_back(self) {
        if !self.is_rescaled {
            self.prepared.core.give_back(self.workspace);
        }
    }

    /// With a target of real GDP labour follows prices, which the baseline's preconditioner does not know.
    fn own_preconditioner(&mut self) -> Option<Preconditioner> {
        let frame = &self.prepared.core.frame;
        self.workspace.evaluate(frame, &self.prepared.transfers);
        Preconditioner::new(&self.workspace.linear(frame, &self.prepared.transfers))
    }

    pub fn evaluate(&mut self) -> Norms<f64> {
        let norms = self.workspace.evaluate(&self.prepared.core.frame, &self.prepared.transfers);
        self.note(&norms);
        norms
    }

    fn note(&mut self, norms: &Norms<f64>) {
        self.stats.evaluations += 1;
        self.stats.sweeps += 1;
        self.stats.residual = norms.excess;
        self.stats.walras_residual = norms.walras;
        self.stats.price_residual = norms.price;
    }

    pub fn is_far(&self) -> bool {
        let wages = &self.workspace.z[..self.prepared.core.frame.shape.n];
        !wages.iter().all(|wage| wage.abs() <= FARTHEST_LN_WAGE)
    }

    pub fn anderson(&mut self, preconditioner: &Preconditioner) -> bool {
        self.workspace.anderson.restart(0);
        let mut accepted = 0;
        for _ in 0..MAX_ANDERSON {
            let score = self.evaluate().score();
            accepted += usize::from(score <= 1.0);
            if score <= self.tightness || (score <= 1.0 && accepted > MAX_POLISH) {
                return true;
            }
            if score == f64::INFINITY || self.is_far() {
                return false;
            }
            self.workspace.accelerate(self.prepared.core.frame.shape, preconditioner);
        }
        false
    }

    fn finish(self) -> Equilibrium {
        let core = &self.prepared.core;
        let Workspace { response, quotas, buffers, z, .. } = &self.workspace;
        let solution = Solution { frame: &core.frame, response, buffers, z, lane: 0 };
        let mut found = solution.equilibrium(&core.economy, self.shock, self.stats.clone());
        if let Some(scale) = &self.scale {
            scale.undo(&core.frame, response, buffers, &mut found);
        }
        if let Some(quotas) = quotas {
            found.quotas = quotas.outcomes(&core.frame, response, z);
            quotas.factors(&core.frame, response).for_each(|(at, factor)| found.tau[at] = factor);
        }
        self.give_back();
        found
    }
}
