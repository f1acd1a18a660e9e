//! The three numbers that answer for an option: what it gives if it is in force, how likely that is, what to expect
//! (`docs/model.md` section 7).

use super::block::YearBlock;
use super::frame::RunFrame;
use super::sample::Sample;
use super::summary::{self, Against, Cell, Summary};

/// What an option gives, in one measure and country, in the year of the summary, against the reference option.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThreeNumbers {
    /// Share of the event draws in which it is in force at the end, and its standard error.
    pub chance: Option<(f64, f64)>,
    /// Solved draws in which it is.
    pub draws_in_force: usize,
    /// Over these draws.
    pub if_in_force: Option<Summary>,
    /// Mean over these draws with the rest of the world as under the reference option.
    pub own: Option<f64>,
    /// What it gives through others that it moves: the rest of the mean.
    pub unlocked: Option<f64>,
    /// Over all draws.
    pub expected: f64,
    /// Its Monte Carlo standard error; `None` where there are too few draws to tell, such as none in force of an option that
    /// the event draws have in force.
    pub expected_se: Option<f64>,
    /// What of the square of that error is of chances and shares that the event draws give: more solved draws leave it.
    pub event_variance: f64,
}

impl ThreeNumbers {
    /// The numbers of `option`, from the block of the last year of a run.
    ///
    /// # Panics
    /// For a block without draws.
    #[must_use]
    pub fn of(frame: &RunFrame, block: &YearBlock, option: usize, (measure, n): (usize, usize)) -> Self {
        let reference = frame.reference();
        let cell = Cell::Country(measure, n);
        let (mut inside, mut outside, mut own) = (Vec::new(), Vec::new(), Vec::new());
        for draw in 0..block.draws.len() {
            match summary::in_force(block, draw, (option, reference), (measure, n)) {
                Some(found) => {
                    inside.push((draw, found.total));
                    own.extend(found.own.map(|own| (draw, own)));
                }
                None => {
                    let value = summary::value(block, draw, option, cell, Against::Reference(reference));
                    outside.push((draw, value));
                }
            }
        }
        let draws_in_force = inside.len();
        let sample = &frame.sample;
        let (own_sum, weights) = own.iter().fold((0.0, 0.0), |(sum, weights), (at, own)| {
            (sum + sample.weight(*at) * own, weights + sample.weight(*at))
        });
        let own = (!own.is_empty()).then(|| own_sum / weights);
        let both = Parts { sample, inside: inside.clone(), outside: outside.clone() };
        let (if_in_force, otherwise) = (Summary::of(sample, inside), Summary::of(sample, outside));
        let chance = frame.outlooks[option].chance();
        let (expected, expected_se, event_variance) = match (chance, &if_in_force, &otherwise) {
            (Some(chance), Some(inside), Some(outside)) => {
                let (mean, variance) = both.expected(chance, inside, outside);
                let of_events = variance.map_or(0.0, |[_, of_events]| of_events);
                (mean, variance.map(|[whole, _]| whole.sqrt()), of_events)
            }
            _ => {
                let all = summary::over_draws(sample, block, option, cell, Against::Reference(reference));
                // Draws in or out of force that no solved draw shows may lie anywhere.
                let lacks_one = |(chance, _): (f64, f64)| match if_in_force {
                    None => chance > 0.0,
                    Some(_) => chance < 1.0,
                };
                (all.mean, all.mc_se.filter(|_| !chance.is_some_and(lacks_one)), 0.0)
            }
        };
        let unlocked = if_in_force.zip(own).map(|(total, own)| total.mean - own);
        Self { chance, draws_in_force, if_in_force, own, unlocked, expected, expected_se, event_variance }
    }
}

/// The draws in and out of force, each with its position and number.
struct Parts<'a> {
    sample: &'a Sample,
    inside: Vec<(usize, f64)>,
    outside: Vec<(usize, f64)>,
}

impl Parts<'_> {
    /// The mean of both, whose shares are known from many more draws:
    /// `p m_1 + (1 - p) m_0`, variance `p^2 s_1^2 + (1 - p)^2 s_0^2 + (m_1 - m_0)^2 s_p^2`. Where draws have weights, the
    /// two errors are of draws of the same strata, and the first two terms become one ([`Sample::variance_and_shares`]).
    fn expected(
        &self,
        (chance, chance_se): (f64, f64),
        inside: &Summary,
        outside: &Summary,
    ) -> (f64, Option<[f64; 2]>) {
        let mean = chance * inside.mean + (1.0 - chance) * outside.mean;
        let by_chance = (inside.mean - outside.mean) * chance_se;
        let of_means = if self.sample.is_plain() {
            let errors = inside.mc_se.zip(outside.mc_se);
            errors.map(|(one, other)| [(chance * one).powi(2) + ((1.0 - chance) * other).powi(2), 0.0])
        } else {
            let parts = [(&self.inside, chance, inside.mean), (&self.outside, 1.0 - chance, outside.mean)];
            let deviations = parts.into_iter().flat_map(|(draws, share, mean)| {
                let weights: f64 = draws.iter().map(|(at, _)| self.sample.weight(*at)).sum();
                let scale = share * self.sample.len() as f64 / weights;
                draws.iter().map(move |(at, value)| (*at, scale * (value - mean)))
            });
            let has_both = inside.mc_se.is_some() && outside.mc_se.is_some();
            self.sample.variance_and_shares(deviations).filter(|_| has_both)
        };
        (mean, of_means.map(|variances| variances.map(|variance| variance + by_chance.powi(2))))
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::Layout;
    use super::super::options::Outlook;
    use super::*;
    use crate::data::Files;
    use crate::ensemble::{PLAN_FILE, Plan};
    use crate::projection::Outcome;

    /// Four draws of a reference option and of an option that is in force in two of them.
    fn block() -> (RunFrame, YearBlock) {
        let n_measures = Outcome::MEASURES.len();
        let layout = Layout {
            n_options: 2,
            n: 1,
            s: 1,
            n_measures,
            n_sector_measures: 2,
            n_groups: 0,
            has_own: true,
            n_carried: 0,
        };
        let mut values = Vec::new();
        for (total, own) in [(3.0, Some(2.0)), (5.0, Some(3.0)), (0.0, None), (1.0, None)] {
            for (value, own) in [(0.0, None), (total, own)] {
                let money = |value: f64| (0..n_measures).map(move |m| if m == 1 { value } else { 0.0 });
                let is_in_force = f64::from(u8::from(own.is_some()));
                let row = money(value).chain([0.0, 0.0, is_in_force]).chain(money(own.unwrap_or(value)));
                values.push(row.collect());
            }
        }
        let (base_imports_musd, base_worker_shares) = (Vec::new(), vec![1.0]);
        let draws = vec![0, 1, 2, 3];
        let rows = (0..8).collect();
        let block = YearBlock {
            year: 2030,
            layout,
            draws,
            rows,
            values,
            carried: Vec::new(),
            base_imports_musd,
            base_worker_shares,
        };
        let mut plan = Plan::read(&Files::embedded(), PLAN_FILE).unwrap();
        plan.options = vec![plan.reference_option.clone(), "other".into()];
        let never = Outlook {
            event_draws: 1000,
            in_force: None,
            p50_date: None,
            reference_date: None,
            members: Vec::new(),
        };
        let outlooks = vec![never.clone(), Outlook { in_force: Some(250), ..never }];
        let countries = vec![plan.focus.clone()];
        let sample = Sample::plain(4);
        (RunFrame { plan, countries, sectors: vec!["goods".into()], outlooks, sample }, block)
    }

    #[test]
    fn the_chance_of_many_draws_weighs_the_means_of_few() {
        let (frame, block) = block();
        let found = ThreeNumbers::of(&frame, &block, 1, (1, 0));
        let inside = found.if_in_force.unwrap();
        assert_eq!((found.draws_in_force, inside.mean, inside.mc_se), (2, 4.0, Some(1.0)));
        assert_eq!((found.own, found.unlocked), (Some(2.5), Some(1.5)));
        assert_eq!(found.expected, 0.25 * 4.0 + 0.75 * 0.5);
        let chance_se = (0.25_f64 * 0.75 / 1000.0).sqrt();
        let expected_se = (0.25_f64.powi(2) + (0.75 * 0.5_f64).powi(2) + (3.5 * chance_se).powi(2)).sqrt();
        assert!((found.expected_se.unwrap() - expected_se).abs() < 1e-15);
    }

    #[test]
    fn what_no_solved_draw_shows_leaves_the_mean_without_an_error() {
        let (mut frame, mut block) = block();
        // The place of "is in force" in the rows of the option.
        let place = Outcome::MEASURES.len() + 2;
        block.values.iter_mut().for_each(|row: &mut Vec<f64>| row[place] = 0.0);
        let found = ThreeNumbers::of(&frame, &block, 1, (1, 0));
        assert_eq!((found.draws_in_force, found.if_in_force), (0, None));
        assert_eq!((found.expected, found.expected_se), (2.25, None));
        // Where the event draws have it in force in none either, all is shown.
        frame.outlooks[1].in_force = Some(0);
        assert!(ThreeNumbers::of(&frame, &block, 1, (1, 0)).expected_se.is_some());
    }

    #[test]
    fn an_option_without_a_deal_has_an_expected_number_alone() {
        let (frame, block) = block();
        let found = ThreeNumbers::of(&frame, &block, 0, (1, 0));
        assert_eq!((found.chance, found.if_in_force, found.own), (None, None, None));
        assert_eq!((found.expected, found.expected_se), (0.0, Some(0.0)));
    }
}
