//! One search for an equilibrium: Anderson, then damped, then Newton, then homotopy in the policy.

use nalgebra::DVector;

use super::dispatch::{Acceleration, Evaluation, Preconditioning};
use super::frame::{Frame, Shape};
use super::linear::{Accuracy, Linear};
use super::norms::{Norms, PRICE_TOLERANCE, broke_country, worst_country};
use super::precondition::Preconditioner;
use super::quota::Wedges;
use super::response::Response;
use super::result::Equilibrium;
use super::solution::Solution;
use super::solve::{Method, NoEquilibrium, PreparedBaseline, Shock, SolveStats, TOLERANCE};
use super::sweep::{Buffers, Transfers};
use crate::numerics::Anderson;
use crate::numerics::aligned::Aligned;
use crate::numerics::lanes::Lane;

/// Methods in the order in which they are tried.
pub(super) const CHAIN: [Method; 4] = [Method::Anderson, Method::Damped, Method::Newton, Method::Homotopy];
/// Iterations before a method gives up.
pub(super) const MAX_ANDERSON: usize = 80;
const MAX_DAMPED: usize = 150;
const MAX_NEWTON: usize = 40;
const MAX_SWEEPS: usize = 5000;
/// Longest step of a log wage; longer ones are cut in proportion.
const LONGEST_STEP: f64 = 1.0;
/// Wages further from the baseline than this are no answer.
pub(super) const FARTHEST_LN_WAGE: f64 = 25.0;
/// Iterations spent on tightening a solution that is already accepted.
const MAX_POLISH: usize = 4;
/// Why a point that clears all markets is no answer.
const BROKE: &str = "would spend less than nothing: its surplus exceeds its value added and revenue";
/// Why a shock is refused before anything is tried.
const CONTRADICTION: &str = "has a tariff-rate quota that contradicts itself or the baseline";
/// Homotopy divides the shock into up to this many parts.
const MAX_PARTS: usize = 32;

/// Everything that one search writes to, kept between searches.
pub(super) struct Workspace {
    pub response: Response<f64>,
    quotas: Option<Wedges>,
    pub buffers: Buffers<f64>,
    /// Log wages, log prices, expenditure.
    pub z: Aligned<f64>,
    step: Aligned<f32>,
    anderson: Anderson<f64>,
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

    pub fn load(&mut self, frame: &Frame, economy: &crate::calibration::Economy, shock: &Shock) {
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
    prepared: &'p PreparedBaseline,
    shock: &'p Shock,
    /// Share of every tolerance that is asked for where it can be reached.
    tightness: f64,
    workspace: Workspace,
    stats: SolveStats,
}

impl<'p> Search<'p> {
    pub fn new(prepared: &'p PreparedBaseline, shock: &'p Shock, tightness: f64) -> Self {
        let workspace = prepared.core.workspace();
        Self { prepared, shock, tightness, workspace, stats: SolveStats::default() }
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
        for (tried, method) in methods.iter().enumerate() {
            if tried > 0 {
                self.workspace.start_at_baseline(&core.frame);
            }
            self.stats.method = method.name();
            let found = match (method, preconditioner) {
                (Method::Anderson, Some(preconditioner)) => self.anderson(preconditioner),
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

    fn fail(self, methods: &[Method], refusal: Option<(usize, String)>) -> Box<NoEquilibrium> {
        let core = &self.prepared.core;
        let worst = worst_country(core.frame.shape.n, &self.workspace.buffers);
        let country = refusal.as_ref().map_or(worst, |(country, _)| *country);
        let names: Vec<&str> = methods.iter().map(|method| method.name()).collect();
        core.give_back(self.workspace);
        Box::new(NoEquilibrium {
            evaluations: self.stats.evaluations,
            methods: names.join(", "),
            worst_country: core.economy.axes.countries[country].iso3.clone(),
            residual: self.stats.residual,
            tolerance: TOLERANCE,
            refusal: refusal.map(|(_, why)| why),
        })
    }

    /// With a target of real GDP labour follows prices, which the baseline's preconditioner does not know.
    fn own_preconditioner(&mut self) -> Option<Preconditioner> {
        let frame = &self.prepared.core.frame;
        self.workspace.evaluate(frame, &self.prepared.transfers);
        Preconditioner::new(&self.workspace.linear(frame, &self.prepared.transfers))
    }

    fn evaluate(&mut self) -> Norms<f64> {
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

    fn is_far(&self) -> bool {
        let wages = &self.workspace.z[..self.prepared.core.frame.shape.n];
        !wages.iter().all(|wage| wage.abs() <= FARTHEST_LN_WAGE)
    }

    fn anderson(&mut self, preconditioner: &Preconditioner) -> bool {
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

    /// Prices and expenditure at given wages by plain sweeps, the contraction of `model.md` section 3.
    fn settle(&mut self) -> Option<Norms<f64>> {
        let stride = self.prepared.core.frame.shape.stride;
        let mut last = f64::INFINITY;
        for sweep in 0..MAX_SWEEPS {
            let norms = self.evaluate();
            let inner = norms.price.max(0.1 * norms.spending);
            if !norms.score().is_finite() || self.is_far() {
                return None;
            }
            if inner <= 0.002 * PRICE_TOLERANCE || (inner <= 0.05 * PRICE_TOLERANCE && inner >= last) {
                return Some(norms);
            }
            if sweep % 2 == 1 {
                last = inner;
            }
            let workspace = &mut self.workspace;
            for (z, residual) in workspace.z.iter_mut().zip(&workspace.buffers.residual).skip(stride) {
                *z += f64::from(*residual);
            }
        }
        None
    }

    fn damped(&mut self, preconditioner: &Preconditioner) -> bool {
        let stride = self.prepared.core.frame.shape.stride;
        let Some(mut norms) = self.settle() else { return false };
        let mut scale = 1.0;
        for _ in 0..MAX_DAMPED {
            if norms.score() <= 1.0 {
                return true;
            }
            let workspace = &mut self.workspace;
            workspace.buffers.residual[stride..].fill(0.0);
            let (residual, step) = (&workspace.buffers.residual, &mut workspace.step);
            Preconditioning { preconditioner, residual, step }.run();
            limit::<f64>(stride, &mut workspace.step);
            match self.line_search(scale, norms.size()) {
                Some((found, used)) => (norms, scale) = (found, (2.0 * used).min(1.0)),
                None => return false,
            }
        }
        false
    }

    /// Halves the step in the workspace until the residual falls.
    fn line_search(&mut self, mut scale: f64, size: f64) -> Option<(Norms<f64>, f64)> {
        let start = self.workspace.z.clone();
        for _ in 0..14 {
            for ((z, start), step) in self.workspace.z.iter_mut().zip(&start).zip(&self.workspace.step) {
                *z = start + scale * f64::from(*step);
            }
            if let Some(norms) = self.settle().filter(|norms| norms.size() < size) {
                return Some((norms, scale));
            }
            scale *= 0.5;
        }
        self.workspace.z = start;
        None
    }

    fn newton(&mut self) -> bool {
        let Shape { n, stride, .. } = self.prepared.core.frame.shape;
        let Some(mut norms) = self.settle() else { return false };
        for _ in 0..MAX_NEWTON {
            if norms.score() <= 1.0 {
                return true;
            }
            let linear = self.workspace.linear(&self.prepared.core.frame, &self.prepared.transfers);
            let (jacobian, _) = linear.reduced(Accuracy::Full);
            let residuals = self.workspace.buffers.residual[..n].iter();
            let excess = DVector::from_iterator(n, residuals.map(|e| -f64::from(*e)));
            let Some(step) = jacobian.lu().solve(&excess) else { return false };
            self.workspace.step.fill(0.0);
            for (wage, step) in self.workspace.step.iter_mut().zip(step.iter()) {
                *wage = *step as f32;
            }
            limit::<f64>(stride, &mut self.workspace.step);
            let Some((found, _)) = self.line_search(1.0, norms.size()) else { return false };
            norms = found;
        }
        false
    }

    fn homotopy(&mut self, preconditioner: Option<&Preconditioner>) -> bool {
        let core = &self.prepared.core;
        let mut parts = 2;
        while parts <= MAX_PARTS {
            self.workspace.start_at_baseline(&core.frame);
            let reached = (1..=parts).all(|part| {
                let shock = self.shock.part(&core.economy, part as f64 / parts as f64);
                self.workspace.load(
                    &core.frame,
                    &core.economy,
                    if part == parts { self.shock } else { &shock },
                );
                let start = self.workspace.z.clone();
                if preconditioner.is_some_and(|preconditioner| self.anderson(preconditioner)) {
                    return true;
                }
                self.workspace.z = start;
                self.newton()
            });
            if reached {
                return true;
            }
            parts *= 4;
        }
        false
    }

    fn finish(self) -> Equilibrium {
        let core = &self.prepared.core;
        let Workspace { response, quotas, buffers, z, .. } = &self.workspace;
        let solution = Solution { frame: &core.frame, response, buffers, z, lane: 0 };
        let mut found = solution.equilibrium(&core.economy, self.shock, self.stats);
        if let Some(quotas) = quotas {
            found.quotas = quotas.outcomes(&core.frame, response, z);
            quotas.factors(&core.frame, response).for_each(|(at, factor)| found.tau[at] = factor);
        }
        core.give_back(self.workspace);
        found
    }
}
