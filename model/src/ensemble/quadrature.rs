//! Mean and spread of the headline over the parameters alone, from twice as many points as there are parameters.
//!
//! Every option is on its reference path; what is drawn elsewhere stands at the points of a rule of degree 3 for
//! independent normal scores (Stroud 1957, as Xiu 2008): `2 D` points of equal weight in `D` dimensions,
//!
//! ```text
//! z[k, 2r-1] = sqrt(2) cos((2r-1) k pi / D)     z[k, 2r] = sqrt(2) sin((2r-1) k pi / D)     k = 1..2D, r = 1..D/2
//! z[k, D]    = (-1)^k                           where D is odd
//! ```
//!
//! Each score is within `sqrt(2)` standard deviations, whatever D: mean and variance of what is linear in the scores are
//! exact, the mean to degree 3. What bends more strongly has an error, which draws tell.

use std::f64::consts::{PI, SQRT_2};

use super::counts::RunCounts;
use super::experiment::Experiment;
use super::frame::RunFrame;
use super::numbers::{Numbers, Parameter, Points};
use super::parameters::DrawnParameters;
use super::plan::{Plan, Shard};
use super::point::Point;
use super::run::Watch;
use super::sample::Sampling;
use super::summary::{Against, Cell, HEADLINE, value};
use crate::data::Files;
use crate::error::InputErrors;
use crate::numerics::special::normal_two_sided;

/// What an option gives a country in the last year of its reference path, over the parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterSpread {
    /// Position of the option in the plan.
    pub option: usize,
    /// Position of the country.
    pub country: usize,
    /// Mean of real income against the reference option, percent.
    pub mean_pct: f64,
    /// Standard deviation, percentage points.
    pub sd_pp: f64,
    /// With central parameters, percent.
    pub central_pct: f64,
}

/// Where the parameters stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// At the points of the rule: two for each parameter.
    Quadrature,
    /// At so many random draws.
    Draws(u64),
}

/// The spread of every option but the reference option in every country, and the number of points.
///
/// Cost: one reference path of every option for each point.
///
/// # Errors
/// [`InputErrors`] of plan and data; a state without equilibrium.
pub fn over_parameters(
    files: &Files,
    plan: Plan,
    rule: Rule,
    watch: &dyn Watch,
) -> anyhow::Result<(RunFrame, Vec<ParameterSpread>, usize)> {
    watch.stage("baseline path and timelines");
    let mut plan = plan;
    (plan.draws, plan.event_draws) = (1, 1);
    (plan.sampling, plan.points) = (Sampling::Plain, Points::Plain);
    plan.bilateral_years.clear();
    let allow = |_: &_, _: &_| Ok::<_, InputErrors>(());
    let mut experiment = Experiment::load(files, plan, Shard::WHOLE, &allow)?;
    experiment.stand_at(rule);
    let n = experiment.parameters.len() - 1;
    let block = experiment.last_block(&RunCounts::default(), watch)?;
    let frame = RunFrame::new(&experiment);
    let against = Against::Reference(frame.reference());
    let others = (0..frame.plan.options.len()).filter(|&option| option != frame.reference());
    let places = others.flat_map(|option| (0..frame.countries.len()).map(move |country| (option, country)));
    let spread = |(option, country)| {
        let of = |at| value(&block, at, option, Cell::Country(HEADLINE[0], country), against);
        let mean_pct = (0..n).map(of).sum::<f64>() / n as f64;
        let squares: f64 = (0..n).map(|at| (of(at) - mean_pct).powi(2)).sum();
        // The points of the rule are the whole distribution; draws are a sample of it.
        let divisor = if rule == Rule::Quadrature { n } else { n - 1 };
        let sd_pp = (squares / divisor.max(1) as f64).sqrt();
        ParameterSpread { option, country, mean_pct, sd_pp, central_pct: of(n) }
    };
    let found = places.map(spread).collect();
    Ok((frame, found, n))
}

impl Experiment {
    /// Puts every option on its reference path, with the parameters of a rule; the last draw has central ones.
    fn stand_at(&mut self, rule: Rule) {
        let theta = &self.path.years[0].prepared.economy().theta;
        let drawn = |numbers| {
            let means = (&self.axes, theta);
            DrawnParameters::draw(&self.plan.uncertainty, means, self.book.barriers.effect(), numbers)
        };
        let mut parameters: Vec<DrawnParameters> = match rule {
            Rule::Quadrature => {
                let n_growing =
                    self.plan.uncertainty.growth_pct.as_ref().map_or(0, |_| self.axes.n_countries());
                let points = points(Parameter::count(self.axes.n_sectors(), n_growing));
                points.iter().map(|point| drawn(Numbers::Given(point))).collect()
            }
            Rule::Draws(n) => {
                let seed = self.plan.seed;
                (0..n).map(|draw| drawn(Numbers::Streams { seed, point: Point::of(draw) })).collect()
            }
        };
        parameters.push(DrawnParameters::central());
        let n = parameters.len();
        self.parameters = parameters;
        self.draws = (0..n as u64).collect();
        for option in &mut self.options {
            option.draws = vec![option.reference.clone(); n];
            // The effect of an option alone is not asked for.
            option.in_force = vec![false; n];
        }
    }
}

/// The points of the rule in `n` dimensions, as shares of the normal distribution.
fn points(n: usize) -> Vec<Vec<f64>> {
    let score = |k: usize, at: usize| {
        if at + 1 == n && n % 2 == 1 {
            return if k.is_multiple_of(2) { 1.0 } else { -1.0 };
        }
        let angle = (at / 2 * 2 + 1) as f64 * k as f64 * PI / n as f64;
        SQRT_2 * if at.is_multiple_of(2) { angle.cos() } else { angle.sin() }
    };
    (1..=2 * n).map(|k| (0..n).map(|at| normal_share(score(k, at))).collect()).collect()
}

/// Share of the standard normal distribution below `z`.
fn normal_share(z: f64) -> f64 {
    let tail = 0.5 * normal_two_sided(z);
    if z < 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::distributions::normal_quantile;

    #[test]
    fn moments_to_the_third_are_those_of_normal_scores() {
        for n in [2, 3, 4, 7, 42] {
            // The quantile is known to 4.5e-4.
            let scores: Vec<Vec<f64>> =
                points(n).iter().map(|point| point.iter().map(|&u| normal_quantile(u)).collect()).collect();
            let mean = |f: &dyn Fn(&[f64]) -> f64| scores.iter().map(|z| f(z)).sum::<f64>() / (2 * n) as f64;
            assert_eq!(scores.len(), 2 * n);
            for i in 0..n {
                assert!(mean(&|z| z[i]).abs() < 1e-4, "{n}: {i}");
                for j in 0..n {
                    let known = f64::from(u8::from(i == j));
                    assert!((mean(&|z| z[i] * z[j]) - known).abs() < 2e-3, "{n}: {i} {j}");
                    assert!(mean(&|z| z[i] * z[i] * z[j]).abs() < 1e-4, "{n}: {i} {j}");
                    assert!(mean(&|z| z[i] * z[j] * z[(i + j) % n]).abs() < 1e-4, "{n}: {i} {j}");
                }
            }
            assert!(scores.iter().flatten().all(|z| z.abs() < SQRT_2 + 1e-3));
        }
    }
}
