//! The rates of a pair over a year: one situation after the other, each looked up or worked out once.

use std::mem;
use std::sync::Arc;

use jiff::civil::Date;

use super::binding::Binding;
use super::book::PolicyBook;
use super::duties_in_force::DutiesInForce;
use super::open_year::{HeldRates, OpenYear};
use super::rates::SituationRates;
use super::regime::Situation;
use super::regimes::Regimes;
use super::shared_costs::SharedCosts;
use crate::data::Pair;

/// What holds from a day on.
#[derive(Debug)]
struct Held<'r> {
    pair: Pair,
    from: Date,
    bindings: Vec<Binding<'r>>,
    /// Tells the rates from those of other situations, as far as they do not hang on who may claim.
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
    /// is the same.
    pub fn add(&mut self, share_of_year: f64, year: &mut OpenYear) {
        let now = &mut self.now;
        now.key.clear();
        self.regimes.tell_rates(self.book, (now.pair, now.from), &now.bindings, &mut now.key);
        let is_same = !year.rates.is_empty() && self.is_as_before();
        match year.rates.last_mut().filter(|_| is_same) {
            Some(held) => held.share_of_year += share_of_year,
            None => {
                let strict = claimable(&self.now.bindings).filter(|binding| binding.eligible_share.is_some());
                year.rules.extend(strict.map(|binding| (binding.rule_of, self.now.from)));
                let (rates, rules_until) = (self.rates(), year.rules.len());
                year.rates.push(HeldRates { rates, share_of_year, rules_until });
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

    fn rates(&self) -> Arc<SituationRates> {
        let pair = self.now.pair;
        let make = || {
            let bindings = claimable(&self.now.bindings).copied().collect();
            let situation = Situation { pair, bindings, duties: self.duties(self.now.from) };
            let rates = SituationRates::new(self.book, &situation);
            let bytes = rates.bytes();
            (Arc::new(rates), bytes)
        };
        match self.shared {
            Some(shared) => shared.get(pair, |known| &mut known.rates, &self.now.key, make),
            None => make().0,
        }
    }
}

/// Without a preference an agreement has no say in rates.
fn claimable<'b, 'r>(bindings: &'b [Binding<'r>]) -> impl Iterator<Item = &'b Binding<'r>> {
    bindings.iter().filter(|binding| binding.left_share.is_some())
}
