//! What a pair pays in one situation, worked out once and then asked for every draw.
//!
//! Which agreements bind, what their schedules leave and which duties stand depend on no parameter that is drawn. What is
//! left to a draw is the share of trade that claims: groups in which nobody has to claim are finished here, the others
//! keep their offers. Who may claim under a strict rule of origin is left open too, since it changes with every member
//! anywhere: few situations are met again with the same members.

use super::PolicyParameters;
use super::book::PolicyBook;
use super::groups::Group;
use super::preferences::{Claim, Offer};
use super::regime::{GroupHead, GroupRate, Situation};

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
    /// What a sector needs of the rate of a group.
    fn of(rate: &GroupRate) -> Self {
        Self {
            effective_pct: rate.effective_pct,
            collected_pct: rate.collected_pct,
            compliance_pct: rate.compliance_pct,
        }
    }

    /// Rate paid over duties collected, as a ratio of prices: rates differ between lines.
    pub fn dispersion(&self) -> f64 {
        (100.0 + self.effective_pct) / (100.0 + self.collected_pct)
    }

    /// Iceberg factor of the tariffs: the cost of proving origin, and the part of the price that exceeds the duties
    /// collected because rates differ between lines.
    pub fn iceberg_factor(&self) -> f64 {
        self.dispersion() * (1.0 + self.compliance_pct / 100.0)
    }

    fn add(&mut self, weight: f64, rate: Self) {
        self.effective_pct += weight * rate.effective_pct;
        self.collected_pct += weight * rate.collected_pct;
        self.compliance_pct += weight * rate.compliance_pct;
    }
}

/// The rate of a group as far as it is known before a draw.
#[derive(Debug)]
enum Known {
    /// All of it.
    Rates(SectorRates),
    /// What is paid without a claim. The offers end at this place in the list of all.
    Claimable(GroupHead, usize),
}

/// Who may claim an offer.
#[derive(Debug, Clone, Copy)]
enum Who {
    /// All of the trade has it without a claim.
    Everybody,
    /// Of all trade a share that customs count claims.
    Counted,
    /// Goods that meet the rules of origin, which are not strict.
    Originating,
    /// Goods that meet a strict rule of origin: its place among those of the situation.
    Under(u16),
}

/// An [`Offer`] in little room: there are many, and to fetch them takes longer than to count with them.
#[derive(Debug, Clone, Copy)]
struct KeptOffer {
    preference_pct: f64,
    duty_pct: f64,
    /// Of a claim.
    share: f64,
    cost_pct: f64,
    agreement: u32,
    who: Who,
}

impl KeptOffer {
    /// `rule` is the strict rule of its binding, if that has one.
    fn new(offer: &Offer, rule: Option<u16>) -> Self {
        let who = match (offer.claim, rule) {
            (None, _) => Who::Everybody,
            (Some(Claim { eligible_share: None, .. }), _) => Who::Counted,
            (Some(_), None) => Who::Originating,
            (Some(_), Some(rule)) => Who::Under(rule),
        };
        let (share, cost_pct) = offer.claim.map_or((0.0, 0.0), |claim| (claim.share, claim.cost_pct));
        let &Offer { agreement, preference_pct, duty_pct, .. } = offer;
        Self { preference_pct, duty_pct, share, cost_pct, agreement: agreement as u32, who }
    }

    /// The offer where strict rules let these shares claim, `[rule]`.
    fn open(&self, eligible: impl Fn(usize) -> f64) -> Offer {
        let claim = |eligible_share| Claim { share: self.share, eligible_share, cost_pct: self.cost_pct };
        let claim = match self.who {
            Who::Everybody => None,
            Who::Counted => Some(claim(None)),
            Who::Originating => Some(claim(Some(1.0))),
            Who::Under(rule) => Some(claim(Some(eligible(usize::from(rule))))),
        };
        let Self { preference_pct, duty_pct, agreement, .. } = *self;
        Offer { agreement: agreement as usize, preference_pct, duty_pct, claim }
    }
}

/// The rates of a pair in one situation, with what is drawn and who may claim left open.
#[derive(Debug)]
pub(super) struct SituationRates {
    /// Groups that pay something, rising. The order is that of the sums, whose last digits hang on it.
    groups: Box<[(u32, Known)]>,
    /// Offers of the groups that are claimable, one group after the other.
    offers: Box<[KeptOffer]>,
}

impl SituationRates {
    /// Works out the offers of every group. All bindings of the situation have a preference.
    pub fn new(book: &PolicyBook, situation: &Situation<'_>) -> Self {
        let n = book.groups.len();
        let (mut groups, mut offers) = (Vec::with_capacity(n), Vec::new());
        let mut n_strict = 0;
        let are_strict = situation.bindings.iter().map(|binding| binding.eligible_share.is_some());
        let strict = |is_strict: bool| {
            n_strict += u16::from(is_strict);
            is_strict.then(|| n_strict - 1)
        };
        let rules: Vec<Option<u16>> = are_strict.map(strict).collect();
        for g in 0..n {
            let head = book.group_head(situation, g);
            let found: Vec<(usize, Offer)> = book.offers(situation, g, head).collect();
            if found.iter().any(|(_, offer)| offer.claim.is_some()) {
                offers.extend(found.iter().map(|(at, offer)| KeptOffer::new(offer, rules[*at])));
                groups.push((g as u32, Known::Claimable(head, offers.len())));
                continue;
            }
            // Nobody has to claim, so that the use of preferences that is drawn does not matter.
            let rates = SectorRates::of(&head.rate(found.into_iter().map(|(_, offer)| offer), 1.0));
            if rates != SectorRates::default() {
                groups.push((g as u32, Known::Rates(rates)));
            }
        }
        Self { groups: groups.into(), offers: offers.into() }
    }

    /// Adds the rates, times `share_of_year`, to those of the sectors, `[j]`; `eligible` are the shares that the strict
    /// rules of the situation let claim, `[rule][g]`.
    pub fn add(
        &self,
        groups: &[Group],
        share_of_year: f64,
        (parameters, eligible): (PolicyParameters<'_>, &[&[f64]]),
        sectors: &mut [SectorRates],
    ) {
        let mut from = 0;
        for &(g, ref known) in &self.groups {
            let rates = match known {
                Known::Rates(rates) => *rates,
                Known::Claimable(head, until) => {
                    let open = |offer: &KeptOffer| offer.open(|rule| eligible[rule][g as usize]);
                    let offers = self.offers[from..*until].iter().map(open);
                    from = *until;
                    SectorRates::of(&head.rate(offers, parameters.utilisation_ratio))
                }
            };
            let group = &groups[g as usize];
            sectors[group.sector].add(group.weight * share_of_year, rates);
        }
    }

    /// Bytes of memory that it takes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.groups) + size_of_val(&*self.offers)
    }
}
