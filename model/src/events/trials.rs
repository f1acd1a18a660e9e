//! Chances of milestones under given weights: a program is compiled once, and only the weights change.
//!
//! Draws of the same number have the same luck under all weights, so that differences are paired.

use super::engine::Workspace;
use super::luck::Luck;
use super::program::{CompactDraw, Program};
use crate::numerics::parallel;

/// Draws that one task runs after one another.
const BLOCK: u64 = 1024;

/// A question to a draw: is a milestone reached by a day, where it is asked of draws that reach another one alone?
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub milestone: usize,
    pub given: Given,
    /// Days since the start of the horizon.
    pub by_day: u32,
}

/// Of which draws something is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Given {
    All,
    /// Those that reach a milestone.
    Reached(usize),
}

/// What a draw answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    NotAsked,
    No,
    Yes,
}

/// Values of parameters by slot; `None` = as compiled, drawn where it has an error.
pub(super) type Weights = [Option<f64>];

impl<'p> Workspace<'p> {
    /// A workspace whose draws take these values of parameters, by slot; `None` = as compiled.
    fn with_weights(program: &'p Program, weights: Vec<Option<f64>>) -> Self {
        let mut workspace = Self::new(program);
        workspace.ledger.given = weights;
        workspace
    }

    /// Runs draw number `draw` under `seed` with the errors of fitted parameters of draw number `fits`.
    pub fn draw_with_fits(&mut self, seed: u64, draw: u64, fits: u64) -> &CompactDraw {
        self.run(Luck::Drawn { seed, draw, fits });
        &self.drawn
    }
}

impl Program {
    /// Answers of draws `0..n_draws` to each question, `[question][draw]`.
    pub(super) fn answers(
        &self,
        weights: &Weights,
        questions: &[Question],
        (seed, n_draws): (u64, u64),
    ) -> Vec<Vec<Answer>> {
        let block = |first: u64| {
            let mut workspace = Workspace::with_weights(self, weights.to_vec());
            let mut days = vec![u32::MAX; self.milestones.len()];
            let mut answers = vec![Vec::with_capacity(BLOCK as usize); questions.len()];
            for number in first..n_draws.min(first + BLOCK) {
                days.fill(u32::MAX);
                self.first_days(workspace.draw(seed, number), |milestone, day| days[milestone] = day);
                for (answers, question) in answers.iter_mut().zip(questions) {
                    answers.push(question.answer(&days));
                }
            }
            answers
        };
        let blocks = parallel::map(n_draws.div_ceil(BLOCK) as usize, |at| block(at as u64 * BLOCK));
        let of =
            |k: usize| blocks.iter().flat_map(|block: &Vec<Vec<Answer>>| block[k].iter().copied()).collect();
        (0..questions.len()).map(of).collect()
    }

    /// Slots, names and ranges of the weights: parameters of a table of weights.
    pub(super) fn weights(&self) -> impl Iterator<Item = (usize, &str, [f64; 2])> {
        let all = self.parameters.iter().enumerate().filter(|(_, one)| one.is_weight);
        all.map(|(slot, one)| (slot, one.name.as_str(), one.range))
    }

    /// Chance of a milestone by the end of the horizon as each weight in turn stands at either end of its range: name,
    /// chances at the lower and at the upper end; and the chance with all of them as they are.
    #[must_use]
    pub fn sensitivity(&self, milestone: usize, sizes: (u64, u64)) -> (f64, Vec<(&str, f64, f64)>) {
        let question = [Question { milestone, given: Given::All, by_day: u32::MAX - 1 }];
        let chance = |weights: &Weights| share(&self.answers(weights, &question, sizes)[0]).0;
        let mut weights = vec![None; self.parameters.len()];
        let mut rows = Vec::new();
        for (slot, name, range) in self.weights() {
            let [low, high] = range.map(|value| {
                weights[slot] = Some(value);
                chance(&weights)
            });
            weights[slot] = None;
            rows.push((name, low, high));
        }
        (chance(&weights), rows)
    }
}

impl Question {
    fn answer(&self, days: &[u32]) -> Answer {
        let is_reached = |milestone: usize| days[milestone] <= self.by_day;
        match self.given {
            Given::Reached(given) if !is_reached(given) => Answer::NotAsked,
            _ if is_reached(self.milestone) => Answer::Yes,
            _ => Answer::No,
        }
    }
}

/// Share of the draws asked that say yes (0 where none is asked), and how many are asked.
pub(super) fn share(answers: &[Answer]) -> (f64, usize) {
    let n_asked = answers.iter().filter(|&&one| one != Answer::NotAsked).count();
    let n_yes = answers.iter().filter(|&&one| one == Answer::Yes).count();
    (if n_asked > 0 { n_yes as f64 / n_asked as f64 } else { 0.0 }, n_asked)
}

/// Standard error of the difference of two shares: of the pairs where both are asked of all draws, else of the two as
/// if they were independent, which is the larger one.
pub(super) fn error_of_difference(left: &[Answer], right: &[Answer]) -> f64 {
    let [(p, n), (q, m)] = [left, right].map(share);
    if n == left.len() && m == right.len() && n == m {
        let (mut only_left, mut only_right) = (0_u64, 0_u64);
        for (&l, &r) in left.iter().zip(right) {
            only_left += u64::from(l == Answer::Yes && r == Answer::No);
            only_right += u64::from(l == Answer::No && r == Answer::Yes);
        }
        let n = n as f64;
        return ((only_left + only_right) as f64 / n - (p - q).powi(2)).max(0.0).sqrt() / n.sqrt();
    }
    let variance = |p: f64, n: usize| p * (1.0 - p) / n.max(1) as f64;
    (variance(p, n) + variance(q, m)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::{Answer::*, error_of_difference, share};

    #[test]
    fn pairs_that_agree_leave_no_error() {
        let (left, right) = ([Yes, No, Yes, Yes], [Yes, No, No, Yes]);
        assert_eq!(error_of_difference(&left, &left), 0.0);
        assert_eq!((share(&left).0, share(&right).0), (0.75, 0.5));
        // One of four pairs differs: sqrt(0.25 - 0.0625) / 2.
        assert!((error_of_difference(&left, &right) - 0.1875_f64.sqrt() / 2.0).abs() < 1e-12);
        let asked = [NotAsked, No, Yes, Yes];
        assert_eq!(share(&asked), (2.0 / 3.0, 3));
        assert!(error_of_difference(&asked, &right) > error_of_difference(&left, &right));
    }
}
