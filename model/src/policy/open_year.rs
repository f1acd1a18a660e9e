//! A year of a pair before the parameters of a draw are known.

use std::sync::Arc;

use super::PolicyParameters;
use super::book::PolicyBook;
use super::rates::{SectorRates, SituationRates};

/// What holds between the two of a pair in a year, with what is drawn left open.
#[derive(Debug)]
pub(super) struct OpenYear {
    /// 1 and the levels of barriers that events have turned on, `[j]`.
    pub levels: Vec<f64>,
    /// Joined strengths of texts, `[j]`, with the share of the year.
    pub texts: Vec<(Arc<[f64]>, f64)>,
    /// Rates, with the share of the year; `None` = not asked for.
    pub rates: Option<Vec<(Arc<SituationRates>, f64)>>,
}

impl OpenYear {
    /// Rates by sector over the year, `[j]`; empty if they were not asked for.
    pub fn by_sector(&self, book: &PolicyBook, parameters: PolicyParameters<'_>) -> Vec<SectorRates> {
        let Some(rates) = &self.rates else { return Vec::new() };
        let mut sectors = vec![SectorRates::default(); book.axes.n_sectors()];
        for (situation, share_of_year) in rates {
            situation.add(&book.groups, *share_of_year, parameters, &mut sectors);
        }
        sectors
    }
}
