//! A year of a pair before the parameters of a draw are known.

use std::sync::Arc;

use jiff::civil::Date;

use super::PolicyParameters;
use super::book::PolicyBook;
use super::rates::{SectorRates, SituationRates};
use super::regimes::Regimes;

/// Joined strengths of texts, `[j]`, with the share of the year in which they hold.
type HeldTexts = (Arc<[f64]>, f64);

/// What holds between the two of a pair in a year, with what is drawn left open.
#[derive(Debug, Default)]
pub(super) struct OpenYear {
    /// 1 and the levels of barriers that events have turned on, `[j]`.
    pub levels: Vec<f64>,
    /// Texts in turn.
    pub texts: Vec<HeldTexts>,
    /// Situations in turn; empty if rates were not asked for.
    pub rates: Vec<HeldRates>,
    /// Agreements whose strict rules of origin say who may claim, each on a day; those of one situation after the other.
    pub rules: Vec<(usize, Date)>,
}

/// Rates that hold in a part of a year.
#[derive(Debug)]
pub(super) struct HeldRates {
    pub rates: Arc<SituationRates>,
    pub share_of_year: f64,
    /// Its strict rules end at this place in the list of all.
    pub rules_until: usize,
}

impl OpenYear {
    /// Forgets everything but its memory; no level is on in any of `n_sectors`.
    pub fn clear(&mut self, n_sectors: usize) {
        self.levels.clear();
        self.levels.resize(n_sectors, 1.0);
        self.texts.clear();
        self.rates.clear();
        self.rules.clear();
    }

    /// Writes the rates by sector over the year, `[j]`; nothing if they were not asked for.
    pub fn by_sector(
        &self,
        (book, regimes): (&PolicyBook, &Regimes),
        parameters: PolicyParameters<'_>,
        sectors: &mut Vec<SectorRates>,
    ) {
        sectors.clear();
        if self.rates.is_empty() {
            return;
        }
        sectors.resize(book.axes.n_sectors(), SectorRates::default());
        let mut from = 0;
        for held in &self.rates {
            let rules = &self.rules[from..held.rules_until];
            from = held.rules_until;
            let eligible: Vec<&[f64]> = rules.iter().map(|rule| regimes.eligible_shares(*rule)).collect();
            held.rates.add(&book.groups, held.share_of_year, (parameters, &eligible), sectors);
        }
    }

    /// True if the texts of `other` hold in the same parts of its year, and the same levels. It may say no of equal ones.
    pub fn has_barriers_of(&self, other: &Self) -> bool {
        let are_same = |((a, share), (b, other_share)): (&HeldTexts, &HeldTexts)| {
            Arc::ptr_eq(a, b) && share == other_share
        };
        self.texts.len() == other.texts.len()
            && self.texts.iter().zip(&other.texts).all(are_same)
            && self.levels == other.levels
    }

    /// True if the situations of `other` hold in the same parts of its year, under regimes that let the same goods claim.
    /// It may say no of equal ones.
    pub fn has_rates_of(&self, regimes: &Regimes, (other, others): (&Self, &Regimes)) -> bool {
        let are_same = |(a, b): (&HeldRates, &HeldRates)| {
            Arc::ptr_eq(&a.rates, &b.rates)
                && (a.share_of_year, a.rules_until) == (b.share_of_year, b.rules_until)
        };
        let mut rules = self.rules.iter().zip(&other.rules);
        self.rates.len() == other.rates.len()
            && self.rules.len() == other.rules.len()
            && self.rates.iter().zip(&other.rates).all(are_same)
            && rules.all(|(a, b)| regimes.eligible_shares(*a) == others.eligible_shares(*b))
    }
}
