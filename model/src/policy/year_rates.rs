//! The rates of a pair over a year: one situation after the other, each looked up or worked out once.

use std::mem;
use std::sync::Arc;

use jiff::civil::Date;

use super::binding::Binding;
use super::book::PolicyBook;
use super::duties_in_force::DutiesInForce;
use super::open_year::{HeldRates, OpenYear};
use super::rates::{HeldOffers, OfferKey, Offers, duties_by_block};
use super::regimes::Regimes;
use super::shared_costs::{SharedCosts, number_of};
use crate::data::Pair;
use crate::numerics::sorted_lanes::Lanes;

/// What holds from a day on.
#[derive(Debug)]
struct Held<'r> {
    pair: Pair,
    from: Date,
    bindings: Vec<Binding<'r>>,
    /// Tells the duties from others.
    key: Vec<u32>,
}

/// The situations of pairs in a year, in turn.
#[derive(Debug)]
pub(super) struct YearRates<'r> {
    book: &'r PolicyBook,
    regimes: &'r Regimes,
    shared: Option<&'r SharedCosts>,
    /// The stretch of days that was bound last, and the one before it.
    now: Held<'r>,
    before: Held<'r>,
}

impl<'r> YearRates<'r> {
    /// Nothing yet.
    pub fn new(book: &'r PolicyBook, regimes: &'r Regimes, shared: Option<&'r SharedCosts>) -> Self {
        let none = || Held {
            pair: Pair { importer: 0, exporter: 0 },
            from: Date::MIN,
            bindings: Vec::new(),
            key: Vec::new(),
        };
        Self { book, regimes, shared, now: none(), before: none() }
    }

    /// The agreements that bind a pair in the next stretch of days.
    pub fn bind(&mut self, pair: Pair, from: Date) -> &[Binding<'r>] {
        mem::swap(&mut self.now, &mut self.before);
        (self.now.pair, self.now.from) = (pair, from);
        self.now.bindings.clear();
        self.now.bindings.extend(self.regimes.bindings(self.book, pair, from));
        &self.now.bindings
    }

    /// Adds the stretch that was bound last to the year of its pair, or lengthens the one before it if what holds in both
    /// is the same. Offers that also stand in `near`, another year of the same pair, are taken from there.
    pub fn add(&mut self, share_of_year: f64, near: Option<&OpenYear>, year: &mut OpenYear) {
        let now = &mut self.now;
        now.key.clear();
        let state = (self.regimes.members(), self.regimes.measures());
        self.book.duties.tell(state, now.pair, now.from, &mut now.key);
        let is_same = !year.rates.is_empty() && self.is_as_before();
        match year.rates.last_mut().filter(|_| is_same) {
            Some(held) => held.share_of_year += share_of_year,
            None => {
                let duties = self.duties(self.now.from);
                for binding in claimable(&self.now.bindings) {
                    let near = year.offers.iter().chain(near.iter().flat_map(|near| &near.offers));
                    let held = self.offers(binding, &duties, near);
                    if !held.offers.is_empty() {
                        year.offers.push(held);
                    }
                }
                let duty_pct = duties.is_any().then(|| self.duty_pct(&duties));
                year.rates.push(HeldRates { duty_pct, share_of_year, offers_until: year.offers.len() });
            }
        }
    }

    /// True if agreements and duties are those of the stretch before.
    ///
    /// Stretches are told apart by more than their key: shares of a year that are added up have other last digits than
    /// rates that are.
    fn is_as_before(&self) -> bool {
        let (now, before) = (&self.now, &self.before);
        now.bindings == before.bindings
            && (now.key == before.key || self.duties(now.from) == self.duties(before.from))
    }

    fn duties(&self, date: Date) -> DutiesInForce<'r> {
        self.book.duties.in_force((self.regimes.members(), self.regimes.measures()), self.now.pair, date)
    }

    /// What the agreement of a binding offers; of the same pair some are known.
    fn offers<'k>(
        &self,
        binding: &Binding<'_>,
        duties: &DutiesInForce<'_>,
        mut known: impl Iterator<Item = &'k HeldOffers>,
    ) -> HeldOffers {
        let &Binding { agreement, rule_of, schedule_year, age_years, .. } = binding;
        let (book, Held { pair, from, key, .. }) = (self.book, &self.now);
        let make = || {
            let offers = Offers::new(book, *pair, binding, duties);
            let bytes = offers.bytes();
            (Arc::new(offers), bytes)
        };
        let schedule_year = book.concessions.same_since(agreement, *pair, schedule_year);
        let which = self.regimes.which_rules(book, rule_of, *from).map_or(0, |at| at as u32 + 1);
        let key = OfferKey {
            words: [agreement as u32, schedule_year, rule_of as u32, which],
            duties: if duties.conditional.is_empty() { 0 } else { number_of(key) },
        };
        let offers = match (known.find(|held| held.key == key), self.shared) {
            (Some(held), _) => Arc::clone(&held.offers),
            (None, Some(shared)) => shared.get(|known| &mut known.offers, key.number(*pair), make),
            (None, None) => make().0,
        };
        let age_ratio = book.preferences.utilisation.ratio_of_age(age_years);
        let rule = binding.eligible_share.is_some().then_some((rule_of, *from));
        HeldOffers { offers, key, age_ratio, rule }
    }

    /// Additional duties on goods that claim nothing.
    fn duty_pct(&self, duties: &DutiesInForce<'_>) -> Arc<[Lanes]> {
        let (book, Held { pair, key, .. }) = (self.book, &self.now);
        let make = || {
            let made = duties_by_block(book, *pair, duties);
            let bytes = size_of_val(&*made);
            (made, bytes)
        };
        match self.shared {
            Some(shared) => {
                let of_pair = [pair.importer as u32, pair.exporter as u32];
                shared.get(|known| &mut known.duties, number_of(&[of_pair.as_slice(), key].concat()), make)
            }
            None => make().0,
        }
    }
}

impl OfferKey {
    /// With the pair.
    fn number(&self, Pair { importer, exporter }: Pair) -> u128 {
        let [a, b, c, d] = self.words;
        let [e, f, g, h] = [0, 32, 64, 96].map(|shift| (self.duties >> shift) as u32);
        number_of(&[importer as u32, exporter as u32, a, b, c, d, e, f, g, h])
    }
}

/// Without a preference an agreement has no say in rates.
fn claimable<'b, 'r>(bindings: &'b [Binding<'r>]) -> impl Iterator<Item = &'b Binding<'r>> {
    bindings.iter().filter(|binding| binding.left_share.is_some())
}
