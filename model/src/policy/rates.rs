//! What a pair pays in a situation, by sector.
//!
//! What an agreement offers in a year of its schedule is worked out once for all draws: which duties it leaves, and what a
//! mature agreement would see claimed. Left open are its age, the use of preferences, which is drawn, and who may claim under
//! a strict rule of origin, which changes with every member anywhere.
//!
//! Eight product groups are counted side by side, in the lanes of a vector. They come to what
//! [`group_rate`](super::book::PolicyBook::group_rate) says, to the last digit.

use std::sync::Arc;

use jiff::civil::Date;

use super::binding::Binding;
use super::book::PolicyBook;
use super::duties_in_force::DutiesInForce;
use super::mfn::collected_pct;
use super::preferences::Offer;
use crate::data::Pair;
use crate::numerics::sorted_lanes::{LANES, Lanes};
use crate::numerics::vectors::vectorised;

/// Rates of one sector of a pair, percent.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct SectorRates {
    /// Rate paid on average, with additional duties.
    pub effective_pct: f64,
    /// Duties collected, percent of the border value.
    pub collected_pct: f64,
    /// Cost of proving origin, averaged over all trade.
    pub compliance_pct: f64,
}

impl SectorRates {
    /// Rate paid over duties collected, as a ratio of prices: rates differ between lines.
    pub fn dispersion(&self) -> f64 {
        (100.0 + self.effective_pct) / (100.0 + self.collected_pct)
    }

    /// Iceberg factor of the tariffs: the cost of proving origin, and the part of the price that exceeds the duties
    /// collected because rates differ between lines.
    pub fn iceberg_factor(&self) -> f64 {
        self.dispersion() * (1.0 + self.compliance_pct / 100.0)
    }
}

/// What one agreement offers some product groups. Where it offers nothing, nobody claims.
#[derive(Debug, Clone, Copy)]
struct Terms {
    preference_pct: Lanes,
    /// Share of the trade that has it: of what may claim, or of all; of a claim that of a mature agreement.
    share: Lanes,
    /// Of a claim.
    cost_pct: Lanes,
}

/// What an agreement offers a pair, by blocks of product groups.
#[derive(Debug)]
pub(super) struct Offers {
    /// Empty if it lowers no rate.
    terms: Box<[Terms]>,
    /// Additional duties on what claims; `None` = those on what does not.
    duty_pct: Option<Box<[Lanes]>>,
    /// True if all of the trade has it without a claim.
    is_automatic: bool,
    /// 1 where rules of origin say who may claim, 0 where nobody asks; `None` = they say it everywhere.
    is_under: Option<Box<[Lanes]>>,
}

/// Tells what agreements offer one pair in a year from each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct OfferKey {
    /// Agreement, the first of the years of its schedule that leave the same shares, the agreement whose rules of origin
    /// hold, and which of its rules.
    pub words: [u32; 4],
    /// Of the duties in force; 0 where they charge all alike, so that they change no offer.
    pub duties: u128,
}

/// The offers of an agreement that binds, with what is left open.
#[derive(Debug)]
pub(super) struct HeldOffers {
    pub offers: Arc<Offers>,
    pub key: OfferKey,
    /// Share that claims over that of a mature agreement.
    pub age_ratio: f64,
    /// Agreement whose strict rules of origin say who may claim, and a day on which they do.
    pub rule: Option<(usize, Date)>,
}

/// Block of a list by group, 0 where it ends.
#[inline(always)]
fn block(list: &[f64], at: usize) -> Lanes {
    let rest = &list[at * LANES..];
    match rest.first_chunk() {
        Some(whole) => *whole,
        None => {
            let mut lanes = [0.0; LANES];
            lanes[..rest.len()].copy_from_slice(rest);
            lanes
        }
    }
}

/// Block `at` of what each of `n` groups has.
fn block_of(n: usize, at: usize, of_group: impl Fn(usize) -> f64) -> Lanes {
    std::array::from_fn(|lane| if at * LANES + lane < n { of_group(at * LANES + lane) } else { 0.0 })
}

/// All blocks of what each of `n` groups has.
fn blocks(n: usize, of_group: impl Fn(usize) -> f64) -> Box<[Lanes]> {
    (0..n.div_ceil(LANES)).map(|at| block_of(n, at, &of_group)).collect()
}

/// Additional duties on goods that claim nothing, percent, by blocks of groups.
pub(super) fn duties_by_block(book: &PolicyBook, pair: Pair, duties: &DutiesInForce<'_>) -> Arc<[Lanes]> {
    blocks(book.groups.len(), |g| duties.on(g, book.mfn.pct(pair, g), None)).into()
}

impl Offers {
    /// What the agreement of a binding offers under some duties, were it mature.
    pub fn new(book: &PolicyBook, pair: Pair, binding: &Binding<'_>, duties: &DutiesInForce<'_>) -> Self {
        let n = book.groups.len();
        let is_automatic = book.agreements[binding.agreement].is_automatic;
        let mfn_pct = |g: usize| book.mfn.pct(pair, g);
        let duty = |g: usize| duties.on(g, mfn_pct(g), None);
        let offer = |g: usize| book.mature_offer(binding, duties, g, (mfn_pct(g), duty(g)));
        let of_group: Vec<Option<Offer>> = (0..n).map(offer).collect();
        if of_group.iter().all(Option::is_none) {
            return Self { terms: Box::default(), duty_pct: None, is_automatic, is_under: None };
        }
        // Without an offer the rate for everybody stands, and nobody claims.
        let preference_pct = |g: usize| of_group[g].map_or_else(|| mfn_pct(g), |offer| offer.preference_pct);
        let claim = |g: usize| of_group[g].and_then(|offer| offer.claim);
        let share = |g: usize| of_group[g].map_or(0.0, |offer| offer.claim.map_or(1.0, |claim| claim.share));
        let cost_pct = |g: usize| claim(g).map_or(0.0, |claim| claim.cost_pct);
        let terms = (0..n.div_ceil(LANES)).map(|at| Terms {
            preference_pct: block_of(n, at, preference_pct),
            share: block_of(n, at, share),
            cost_pct: block_of(n, at, cost_pct),
        });
        let on_claimed = |g: usize| of_group[g].map_or_else(|| duty(g), |offer| offer.duty_pct);
        let has_own = (0..n).any(|g| on_claimed(g) != duty(g));
        // Neither what needs no claim nor what customs have counted asks who may.
        let is_free = |g: usize| {
            of_group[g].is_some_and(|offer| offer.claim.is_none_or(|claim| claim.eligible_share.is_none()))
        };
        Self {
            terms: terms.collect(),
            duty_pct: has_own.then(|| blocks(n, on_claimed)),
            is_automatic,
            is_under: (0..n).any(is_free).then(|| blocks(n, |g| f64::from(u8::from(!is_free(g))))),
        }
    }

    /// True if it lowers no rate.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Bytes of memory that it takes.
    pub fn bytes(&self) -> usize {
        let lists = [&self.duty_pct, &self.is_under].into_iter().flatten();
        let lists = lists.map(|list| size_of_val(&**list)).sum::<usize>();
        size_of::<Self>() + size_of_val(&*self.terms) + lists
    }
}

/// Adds the rates of a pair in a situation, times `share_of_year`, to those of the sectors, `[j]`. `duty_pct` are the additional
/// duties on goods that claim nothing, `None` without any; `eligible` are the shares that the rule of each agreement lets
/// claim, `[g]`.
pub(super) fn add_rates(
    (book, pair): (&PolicyBook, Pair),
    share_of_year: f64,
    (duty_pct, held): (Option<&[Lanes]>, &[HeldOffers]),
    (ratio, eligible): (f64, &[Option<&[f64]>]),
    sectors: &mut [SectorRates],
) {
    let [mfn_pct, gap_pp] = book.mfn.of_pair(pair);
    let taxed = book.preferences.taxed_share.row(pair.importer);
    let [mfn_pct, gap_pp, taxed] =
        [&mfn_pct, &gap_pp, &taxed].map(|row| row.as_slice().expect("rows of a table lie in one piece"));
    for (at, groups) in book.groups.chunks(LANES).enumerate() {
        let head = Head {
            mfn_pct: block(mfn_pct, at),
            gap_pp: block(gap_pp, at),
            taxed: block(taxed, at),
            duty_pct: duty_pct.map_or([0.0; LANES], |duties| duties[at]),
        };
        let found = vectorised(
            #[inline(always)]
            || block_rates(at, head, held, (ratio, eligible)),
        );
        for (lane, group) in groups.iter().enumerate() {
            let (weight, sum) = (group.weight * share_of_year, &mut sectors[group.sector]);
            sum.effective_pct += weight * found.effective_pct[lane];
            sum.collected_pct += weight * found.collected_pct[lane];
            sum.compliance_pct += weight * found.compliance_pct[lane];
        }
    }
}

/// The rates of a block of groups: traders claim the offer that saves most.
#[inline(always)]
fn block_rates(
    at: usize,
    head: Head,
    held: &[HeldOffers],
    (ratio, eligible): (f64, &[Option<&[f64]>]),
) -> BlockRates {
    let mut best = head.unclaimed();
    for (HeldOffers { offers, age_ratio, .. }, eligible) in held.iter().zip(eligible) {
        let may = match eligible {
            None => [1.0; LANES],
            Some(eligible) => match &offers.is_under {
                None => block(eligible, at),
                Some(is_under) => may_claim(is_under[at], block(eligible, at)),
            },
        };
        let ratios = if offers.is_automatic { (1.0, 1.0) } else { (*age_ratio, ratio) };
        let duty_pct = offers.duty_pct.as_ref().map_or(head.duty_pct, |duties| duties[at]);
        best = best.or(head, offers.terms[at], (may, ratios, duty_pct));
    }
    best.collected(head)
}

/// What goods pay that claim nothing, percent.
#[derive(Debug, Clone, Copy)]
struct Head {
    mfn_pct: Lanes,
    gap_pp: Lanes,
    taxed: Lanes,
    duty_pct: Lanes,
}

/// Rates of a block of groups, percent.
#[derive(Debug, Clone, Copy)]
struct BlockRates {
    effective_pct: Lanes,
    /// Until the end the additional duties in it.
    collected_pct: Lanes,
    compliance_pct: Lanes,
}

/// Share of the trade that may claim, where a strict rule says so.
#[inline(always)]
fn may_claim(is_under: Lanes, eligible: Lanes) -> Lanes {
    let mut may = [1.0; LANES];
    for lane in 0..LANES {
        may[lane] = if is_under[lane] != 0.0 { eligible[lane] } else { 1.0 };
    }
    may
}

impl Head {
    #[inline(always)]
    fn unclaimed(self) -> BlockRates {
        let mut effective_pct = [0.0; LANES];
        let heads = self.taxed.iter().zip(&self.mfn_pct).zip(&self.duty_pct);
        for (effective_pct, ((taxed, mfn_pct), duty_pct)) in effective_pct.iter_mut().zip(heads) {
            *effective_pct = taxed * mfn_pct + duty_pct;
        }
        BlockRates { effective_pct, collected_pct: self.duty_pct, compliance_pct: [0.0; LANES] }
    }
}

impl BlockRates {
    /// These, or the offer in the lanes where that costs less.
    #[inline(always)]
    fn or(self, head: Head, terms: Terms, (may, (age, drawn), duty_pct): (Lanes, (f64, f64), Lanes)) -> Self {
        let mut best = self;
        for lane in 0..LANES {
            let used = (terms.share[lane] * age * drawn).clamp(0.0, 1.0) * may[lane];
            let duties = used * duty_pct[lane] + (1.0 - used) * head.duty_pct[lane];
            let mfn_pct = head.mfn_pct[lane];
            let paid_pct = mfn_pct - used * (mfn_pct - terms.preference_pct[lane]);
            let effective_pct = head.taxed[lane] * paid_pct + duties;
            let compliance_pct = head.taxed[lane] * (used * terms.cost_pct[lane]);
            let is_less = effective_pct < self.effective_pct[lane];
            best.effective_pct[lane] = if is_less { effective_pct } else { self.effective_pct[lane] };
            best.collected_pct[lane] = if is_less { duties } else { self.collected_pct[lane] };
            best.compliance_pct[lane] = if is_less { compliance_pct } else { self.compliance_pct[lane] };
        }
        best
    }

    /// With the duties collected in place of the additional ones.
    #[inline(always)]
    fn collected(mut self, head: Head) -> Self {
        for lane in 0..LANES {
            let duty_pct = self.collected_pct[lane];
            let of_mfn = (head.mfn_pct[lane], head.gap_pp[lane]);
            self.collected_pct[lane] = collected_pct(of_mfn, self.effective_pct[lane] - duty_pct) + duty_pct;
        }
        self
    }
}
