//! Trade costs of many timelines over many years; equal states are computed once, the others in parallel.

use std::collections::HashMap;
use std::sync::Arc;

use super::PolicyParameters;
use super::book::PolicyBook;
use super::regimes::Regimes;
use super::state::PolicyTimeline;
use super::year::YearCosts;
use super::year_state::YearState;
use crate::numerics::parallel;

/// Tariffs and icebergs of every pair in every year under every timeline, `[timeline][year]`.
///
/// Cost: one [`PolicyBook::year_costs`] for each distinct state, `O(pairs x stretches x groups x agreements)`.
#[must_use]
pub fn resolve(
    book: &PolicyBook,
    timelines: &[&PolicyTimeline],
    years: std::ops::RangeInclusive<i16>,
    parameters: PolicyParameters,
) -> Vec<Vec<Arc<YearCosts>>> {
    let regimes: Vec<Regimes> = timelines.iter().map(|timeline| Regimes::new(book, timeline)).collect();
    let mut tasks: Vec<(usize, i16)> = Vec::new();
    let mut known: HashMap<(i16, YearState), usize> = HashMap::new();
    let mut place = |timeline: usize, year: i16| {
        let state = YearState::new(&book.initial, timelines[timeline], year);
        *known.entry((year, state)).or_insert_with(|| {
            tasks.push((timeline, year));
            tasks.len() - 1
        })
    };
    let places: Vec<Vec<usize>> = (0..timelines.len())
        .map(|timeline| years.clone().map(|year| place(timeline, year)).collect())
        .collect();
    let solved: Vec<Arc<YearCosts>> = parallel::map(tasks.len(), |at| {
        let (timeline, year) = tasks[at];
        Arc::new(book.year_costs(&regimes[timeline], year, parameters))
    });
    places.into_iter().map(|row| row.into_iter().map(|at| Arc::clone(&solved[at])).collect()).collect()
}
