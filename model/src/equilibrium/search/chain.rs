//! Tries the methods in order until one of them finds the equilibrium, and writes the error where none does.

use super::core::Core;
use super::rescale::largest_power;
use super::state::Search;
use crate::equilibrium::conditions::acceptance::{broke_country, is_distorted};
use crate::equilibrium::conditions::income::Deficits;
use crate::equilibrium::counterfactual::failure::{NoEquilibrium, TOLERANCE};
use crate::equilibrium::counterfactual::result::{Equilibrium, StartingPoint};
use crate::equilibrium::counterfactual::stats::Method;
use crate::equilibrium::linearised::preconditioner::Preconditioner;

/// Methods in the order in which they are tried.
pub const CHAIN: [Method; 4] = [Method::Anderson, Method::Damped, Method::Newton, Method::Homotopy];
/// The same where costs change by much: steps that the baseline's derivatives shape lead nowhere then.
const WIDE_CHAIN: [Method; 4] = [Method::Anderson, Method::Newton, Method::Damped, Method::Homotopy];
/// A power `kappa_hat^theta` of `e^6` changes costs by much.
const WIDE: f64 = 6.0;
/// Refusal of a point at which markets clear but a country spends less than nothing.
const BROKE: &str = "would spend less than nothing: its surplus exceeds its value added and revenue; the deficits \
                     given cannot be financed at these trade costs (--deficits zero balances trade)";
/// Refusal of a shock before anything is tried.
const CONTRADICTION: &str = "has a tariff-rate quota that contradicts itself or the baseline";
/// Advice where deficits are to blame.
const NOT_FINANCED: &str = "The deficits given cannot be financed at these trade costs: with trade in balance there \
                            is an equilibrium. Pass --deficits zero, or give smaller deficits with --deficits given:FILE.";

impl Search<'_> {
    /// Tries the methods in order, the first of them from `start`.
    pub fn run(
        mut self,
        start: Option<&StartingPoint>,
        methods: &[Method],
    ) -> Result<Equilibrium, Box<NoEquilibrium>> {
        let core = self.core;
        if let Some(error) = self.shock.quota_errors(&core.economy, 0.0).first() {
            let importer = self.shock.quotas[error.quota()].importer;
            return Err(self.refuse(methods, importer, format!("{CONTRADICTION}: {error}")));
        }
        self.begin(start);
        let own = self.workspace.shock.is_real_gdp.then(|| self.own_preconditioner()).flatten();
        let preconditioner = own.as_ref().or(core.preconditioner.as_deref());
        let mut order = methods;
        for tried in 0..methods.len() {
            if tried == 1 && methods == CHAIN && largest_power(&core.economy, self.shock) > WIDE {
                order = &WIDE_CHAIN;
            }
            let method = order[tried];
            if tried > 0 || method != Method::Anderson {
                self.load(self.shock);
                match start.filter(|_| method == Method::Newton) {
                    Some(start) => self.start_at(start),
                    None if tried > 0 => self.workspace.start_at_baseline(&core.base),
                    None => {}
                }
            }
            self.stats.method = method.name();
            if self.attempt(method, preconditioner) {
                return match broke_country(self.shape(), &self.workspace.at) {
                    None => Ok(self.finish()),
                    Some(country) => Err(self.refuse(methods, country, BROKE.to_owned())),
                };
            }
        }
        Err(self.fail(methods))
    }

    /// True if a method brought the point within the tolerances.
    fn attempt(&mut self, method: Method, preconditioner: Option<&Preconditioner>) -> bool {
        match (method, preconditioner) {
            (Method::Anderson, Some(preconditioner)) => {
                self.accelerated(preconditioner) && !is_distorted(self.shape(), &self.workspace.at)
            }
            (Method::Damped, Some(preconditioner)) => self.damped(preconditioner),
            (Method::Anderson | Method::Damped, None) => false,
            (Method::Newton, _) => self.newton(),
            (Method::Homotopy, _) => self.homotopy(preconditioner),
        }
    }

    /// With a target of real GDP labour follows prices, which the baseline's preconditioner does not know.
    fn own_preconditioner(&mut self) -> Option<Preconditioner> {
        let base = &self.core.base;
        self.workspace.evaluate(base, self.deficits);
        Preconditioner::new(&self.workspace.linear(base, self.deficits))
    }

    /// The error where no method found an equilibrium.
    fn fail(mut self, methods: &[Method]) -> Box<NoEquilibrium> {
        let evaluations = self.stats.evaluations;
        // The last point may be one of a part of the shock.
        self.load(self.shock);
        let worst = self.evaluate().worst(self.shape(), &self.workspace.at);
        let advice = self.advice(methods);
        let mut failure = self.failure(methods, worst.country);
        (failure.measure, failure.residual, failure.tolerance) = (worst.measure, worst.size, worst.tolerance);
        (failure.evaluations, failure.advice) = (evaluations, advice);
        self.give_back();
        failure
    }

    /// The error where a country rules an equilibrium out.
    fn refuse(self, methods: &[Method], country: usize, why: String) -> Box<NoEquilibrium> {
        let mut failure = self.failure(methods, country);
        failure.refusal = Some(why);
        self.give_back();
        failure
    }

    fn failure(&self, methods: &[Method], country: usize) -> Box<NoEquilibrium> {
        let names: Vec<&str> = methods.iter().map(|method| method.name()).collect();
        Box::new(NoEquilibrium {
            evaluations: self.stats.evaluations,
            methods: names.join(", "),
            worst_country: self.core.economy.axes.countries[country].iso3.clone(),
            measure: "excess demand",
            residual: self.stats.residual,
            tolerance: TOLERANCE,
            refusal: None,
            advice: None,
        })
    }

    /// Whether deficits stand in the way, which a search without them shows.
    fn advice(&self, methods: &[Method]) -> Option<String> {
        if !self.deficits.any() || methods != CHAIN {
            return None;
        }
        let Core { base, .. } = self.core;
        let balanced = Deficits::zero(base);
        let found = Search::new(self.core, &balanced, self.shock, 1.0).run(None, &CHAIN);
        found.ok().map(|_| NOT_FINANCED.to_owned())
    }
}
