//! When milestones are reached over many draws: the distribution of their dates.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::engine::{DrawnTimeline, Horizon};

/// Distribution of the first date of a milestone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    /// Name.
    pub name: String,
    /// First date in each draw that reaches it, sorted.
    pub dates: Vec<Date>,
    /// Number of draws in all.
    pub n_draws: usize,
}

impl Milestone {
    /// Share of the draws that reach it on or before `date`.
    #[must_use]
    pub fn probability_by(&self, date: Date) -> f64 {
        self.dates.partition_point(|reached| *reached <= date) as f64 / self.n_draws as f64
    }

    /// Date at the quantile `p` of the draws that reach it: the nearest order statistic.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<Date> {
        let last = self.dates.len().checked_sub(1)?;
        self.dates.get((p * last as f64).round() as usize).copied()
    }
}

/// All milestones of many draws within the horizon, by name.
#[must_use]
pub fn distribution(draws: &[DrawnTimeline], horizon: Horizon) -> Vec<Milestone> {
    let mut first: BTreeMap<&str, Vec<Date>> = BTreeMap::new();
    for drawn in draws {
        let mut seen: BTreeMap<&str, Date> = BTreeMap::new();
        for event in drawn.log.iter().filter(|event| event.date <= horizon.end) {
            if let Some(name) = &event.milestone {
                seen.entry(name).or_insert(event.date);
            }
        }
        for (name, date) in seen {
            first.entry(name).or_default().push(date);
        }
    }
    first
        .into_iter()
        .map(|(name, mut dates)| {
            dates.sort();
            Milestone { name: name.to_owned(), dates, n_draws: draws.len() }
        })
        .collect()
}
