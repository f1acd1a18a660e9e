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

impl DrawnTimeline {
    /// First date of each milestone within the horizon.
    #[must_use]
    pub fn first_dates(&self, horizon: Horizon) -> BTreeMap<String, Date> {
        let mut first = BTreeMap::new();
        for event in self.log.iter().filter(|event| event.date <= horizon.end) {
            if let Some(name) = &event.milestone {
                first.entry(name.clone()).or_insert(event.date);
            }
        }
        first
    }
}

/// All milestones of `n_draws` draws by name, from the first dates of each draw.
pub fn distribution(first_dates: impl Iterator<Item = (String, Date)>, n_draws: usize) -> Vec<Milestone> {
    let mut dates: BTreeMap<String, Vec<Date>> = BTreeMap::new();
    for (name, date) in first_dates {
        dates.entry(name).or_default().push(date);
    }
    dates
        .into_iter()
        .map(|(name, mut dates)| {
            dates.sort();
            Milestone { name, dates, n_draws }
        })
        .collect()
}
