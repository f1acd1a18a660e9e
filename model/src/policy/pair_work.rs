//! The years of one pair after the other under one timeline, with memory that all of them use.

use std::sync::Arc;

use jiff::civil::Date;

use super::book::PolicyBook;
use super::open_year::OpenYear;
use super::regimes::Regimes;
use super::shared_costs::SharedCosts;
use super::texts::OpenTexts;
use super::year_rates::YearRates;
use crate::data::Pair;

/// What is asked of a pair.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wants {
    pub rates: bool,
    pub barriers: bool,
}

/// Finds what holds between the two of a pair in a year. Pairs of one importer that follow each other share what is known
/// of its texts.
#[derive(Debug)]
pub(super) struct PairWork<'a> {
    book: &'a PolicyBook,
    regimes: &'a Regimes,
    year: i16,
    pub texts: OpenTexts<'a>,
    rates: YearRates<'a>,
    days: Vec<Date>,
    stretches: Vec<(Date, f64)>,
    found: OpenYear,
}

impl<'a> PairWork<'a> {
    /// Looks in `shared`, where there is one, before it computes what others may know.
    pub fn new(
        book: &'a PolicyBook,
        regimes: &'a Regimes,
        year: i16,
        shared: Option<&'a SharedCosts>,
    ) -> Self {
        Self {
            book,
            regimes,
            year,
            texts: OpenTexts::sharing(shared),
            rates: YearRates::new(book, regimes, shared),
            days: Vec::new(),
            stretches: Vec::new(),
            found: OpenYear::default(),
        }
    }

    /// The year of a pair; `near`, another one of it, may have parts of it. Neighbouring stretches that do not differ are
    /// merged, so that they are computed once.
    pub fn find(&mut self, pair: Pair, wants: Wants, near: Option<&OpenYear>) -> &OpenYear {
        let Self { book, regimes, year, found, .. } = self;
        let (book, regimes) = (*book, *regimes);
        book.note_stretches(regimes, pair, *year, (&mut self.days, &mut self.stretches));
        found.clear(book.axes.n_sectors());
        let between = (pair.importer, pair.exporter);
        let state = (regimes.members(), regimes.measures());
        for &(from, share_of_year) in &self.stretches {
            let bindings = self.rates.bind(pair, from);
            if wants.barriers {
                let joined = self.texts.joined(book, regimes, (pair, from), bindings);
                match found.texts.last_mut() {
                    Some((before, share)) if Arc::ptr_eq(before, &joined) || *before == joined => {
                        *share += share_of_year;
                    }
                    _ => found.texts.push((joined, share_of_year)),
                }
                book.barrier_changes.add_levels(state, between, (from, share_of_year), &mut found.levels);
            }
            if wants.rates {
                self.rates.add(share_of_year, near, found);
            }
        }
        found
    }

    /// The year of a pair for good.
    pub fn into_year(mut self, pair: Pair) -> OpenYear {
        self.find(pair, Wants { rates: true, barriers: true }, None);
        self.found
    }
}
