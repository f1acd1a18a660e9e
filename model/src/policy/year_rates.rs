//! The rates of a pair over a year: one situation after the other, each looked up or worked out once.

use std::mem;
use std::sync::Arc;

use jiff::civil::Date;

use super::binding::Binding;
use super::book::PolicyBook;
use super::duties_in_force::DutiesInForce;
use super::rates::SituationRates;
use super::regime::Situation;
use super::regimes::Regimes;
use super::shared_costs::SharedCosts;
use crate::data::Pair;

/// What holds from a day on.
#[derive(Debug)]
struct Held<'r> {
    from: Date,
    bindings: Vec<Binding<'r>>,
    /// Tells the rates from those of other situations.
    key: Vec<u32>,
}

/// The situations of a pair in a year, in turn.
#[derive(Debug)]
pub(super) struct YearRates<'r> {
    book: &'r PolicyBook,
    regimes: &'r Regimes,
    pair: Pair,
    shared: Option<&'r SharedCosts>,
    /// The stretch of days that was bound last, and the one before it.
    now: Held<'r>,
    before: Held<'r>,
    /// With the share of the year in which they hold.
    found: Vec<(Arc<SituationRates>, f64)>,
}

impl<'r> YearRates<'r> {
    /// Nothing yet.
    pub fn new(
        book: &'r PolicyBook,
        regimes: &'r Regimes,
        pair: Pair,
        shared: Option<&'r SharedCosts>,
    ) -> Self {
        let none = || Held { from: Date::MIN, bindings: Vec::new(), key: Vec::new() };
        Self { book, regimes, pair, shared, now: none(), before: none(), found: Vec::new() }
    }

    /// The agreements that bind the pair in the next stretch of days.
    pub fn bind(&mut self, from: Date) -> &[Binding<'r>] {
        mem::swap(&mut self.now, &mut self.before);
        self.now.from = from;
        self.now.bindings.clear();
        self.now.bindings.extend(self.regimes.bindings(self.book, self.pair, from));
        &self.now.bindings
    }

    /// Adds the stretch that was bound last, or lengthens the one before it if what holds in both is the same.
    pub fn add(&mut self, share_of_year: f64) {
        let mut key = mem::take(&mut self.now.key);
        key.clear();
        self.regimes.tell_rates(self.book, (self.pair, self.now.from), &self.now.bindings, &mut key);
        self.now.key = key;
        let is_same = self.is_as_before();
        match self.found.last_mut().filter(|_| is_same) {
            Some((_, share)) => *share += share_of_year,
            None => {
                let rates = self.rates();
                self.found.push((rates, share_of_year));
            }
        }
    }

    /// True if agreements and duties are those of the stretch before.
    ///
    /// Stretches are told apart by more than their key: shares of a year that are added up have other last digits than
    /// rates that are.
    fn is_as_before(&self) -> bool {
        let (now, before) = (&self.now, &self.before);
        !self.found.is_empty()
            && now.bindings == before.bindings
            && (now.key == before.key || self.duties(now.from) == self.duties(before.from))
    }

    fn duties(&self, date: Date) -> DutiesInForce<'r> {
        self.book.duties.in_force((self.regimes.members(), self.regimes.measures()), self.pair, date)
    }

    fn rates(&self) -> Arc<SituationRates> {
        let make = || {
            let bindings = self.now.bindings.clone();
            let situation = Situation { pair: self.pair, bindings, duties: self.duties(self.now.from) };
            let rates = SituationRates::new(self.book, &situation);
            let bytes = rates.bytes();
            (Arc::new(rates), bytes)
        };
        match self.shared {
            Some(shared) => shared.get(self.pair, |known| &mut known.rates, &self.now.key, make),
            None => make().0,
        }
    }

    /// The situations, each with the share of the year in which it holds.
    pub fn found(self) -> Vec<(Arc<SituationRates>, f64)> {
        self.found
    }
}
