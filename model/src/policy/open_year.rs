//! A year of a pair before the parameters of a draw are known.

use std::sync::Arc;

use super::PolicyParameters;
use super::book::PolicyBook;
use super::rates::{HeldOffers, SectorRates, add_rates};
use super::regimes::Regimes;
use crate::data::Pair;
use crate::numerics::sorted_lanes::Lanes;

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
    /// What the agreements of the situations offer, those of one after those of the other.
    pub offers: Vec<HeldOffers>,
}

/// Rates that hold in a part of a year.
#[derive(Debug)]
pub(super) struct HeldRates {
    /// Additional duties on goods that claim nothing; `None` without any.
    pub duty_pct: Option<Arc<[Lanes]>>,
    pub share_of_year: f64,
    /// Its offers end at this place in the list of all.
    pub offers_until: usize,
}

impl OpenYear {
    /// Forgets everything but its memory; no level is on in any of `n_sectors`.
    pub fn clear(&mut self, n_sectors: usize) {
        self.levels.clear();
        self.levels.resize(n_sectors, 1.0);
        self.texts.clear();
        self.rates.clear();
        self.offers.clear();
    }

    /// Writes the rates of the pair by sector over the year, `[j]`; nothing if they were not asked for.
    pub fn by_sector(
        &self,
        (book, regimes): (&PolicyBook, &Regimes),
        (pair, parameters): (Pair, PolicyParameters<'_>),
        sectors: &mut Vec<SectorRates>,
    ) {
        sectors.clear();
        if self.rates.is_empty() {
            return;
        }
        sectors.resize(book.axes.n_sectors(), SectorRates::default());
        let eligible: Vec<Option<&[f64]>> = self.offers.iter().map(|one| eligible(one, regimes)).collect();
        let mut from = 0;
        for HeldRates { duty_pct, share_of_year, offers_until } in &self.rates {
            let (held, eligible) = (&self.offers[from..*offers_until], &eligible[from..*offers_until]);
            from = *offers_until;
            let drawn = (parameters.utilisation_ratio, eligible);
            add_rates((book, pair), *share_of_year, (duty_pct.as_deref(), held), drawn, sectors);
        }
    }

    /// True if the texts of `other` hold in the same parts of its year, and the same levels. It may say no of equal ones.
    pub fn has_barriers_of(&self, other: &Self) -> bool {
        let are_same = |((a, share), (b, other_share)): (&HeldTexts, &HeldTexts)| {
            (Arc::ptr_eq(a, b) || a == b) && share == other_share
        };
        self.texts.len() == other.texts.len()
            && self.texts.iter().zip(&other.texts).all(are_same)
            && self.levels == other.levels
    }

    /// True if the situations of `other` hold in the same parts of its year, under regimes that let the same goods claim.
    /// It may say no of equal ones.
    pub fn has_rates_of(&self, regimes: &Regimes, (other, others): (&Self, &Regimes)) -> bool {
        let are_same = |(a, b): (&HeldRates, &HeldRates)| {
            let are_duties = match (&a.duty_pct, &b.duty_pct) {
                (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
                (a, b) => a.is_none() && b.is_none(),
            };
            are_duties && (a.share_of_year, a.offers_until) == (b.share_of_year, b.offers_until)
        };
        let are_offers = |(a, b): (&HeldOffers, &HeldOffers)| {
            (a.key, a.age_ratio) == (b.key, b.age_ratio) && eligible(a, regimes) == eligible(b, others)
        };
        self.rates.len() == other.rates.len()
            && self.offers.len() == other.offers.len()
            && self.rates.iter().zip(&other.rates).all(are_same)
            && self.offers.iter().zip(&other.offers).all(are_offers)
    }
}

/// Shares of trade that a strict rule of origin lets claim, `[g]`; `None` without one.
fn eligible<'r>(held: &HeldOffers, regimes: &'r Regimes) -> Option<&'r [f64]> {
    held.rule.map(|rule| regimes.eligible_shares(rule))
}
