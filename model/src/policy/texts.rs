//! The texts in force between two countries on a day, and what the importer's texts open to everybody.

use std::sync::Arc;

use jiff::civil::Date;

use super::binding::Binding;
use super::book::PolicyBook;
use super::depth::TermShare;
use super::overlap::Item;
use super::regimes::Regimes;
use super::shared_costs::{SharedCosts, number_of};
use super::terms::Terms;
use crate::data::Pair;

/// Class of a text and the year it is in, no later than the last that matters.
type Text = (usize, u32);

/// Before a provision that talks have turned, in the key of a joined strength.
const BREAK: u32 = u32::MAX;
/// Years of a text in one number with its class.
const YEARS: u32 = 1 << 16;

/// The importer's texts on a date, and what they come to with those that bind a pair: partners have most of them in common.
#[derive(Debug)]
struct OpenDay {
    date: Date,
    texts: Vec<Text>,
    /// Tells the texts, with what talks have left of them, from others.
    number: u128,
    /// Joined strength, `[j]`, with the texts that bind a pair; without those that differ for some of their parties.
    joined: Vec<(Vec<Text>, Arc<[f64]>)>,
}

/// The texts of one importer towards everybody under one timeline, by date; the same for all its partners. Also working
/// memory.
#[derive(Debug, Default)]
pub(super) struct OpenTexts<'a> {
    shared: Option<&'a SharedCosts>,
    importer: Option<usize>,
    by_date: Vec<OpenDay>,
    bound: Vec<Text>,
    key: Vec<u32>,
    /// Classes that a text of either kind has, rising, and how strong they are by part, `[class][p]`.
    classes: Vec<usize>,
    strengths: Vec<f64>,
    items: Vec<Item>,
}

impl<'a> OpenTexts<'a> {
    /// Looks in `shared`, where there is one, before it computes what others may know.
    pub fn sharing(shared: Option<&'a SharedCosts>) -> Self {
        Self { shared, ..Self::default() }
    }

    /// Joined strength of the texts that act on the trade of a pair on `date`, `[j]`.
    ///
    /// The texts of the pair, and of the importer's other texts what they open to everybody, by part of a sector.
    pub fn joined(
        &mut self,
        book: &PolicyBook,
        regimes: &Regimes,
        (pair, date): (Pair, Date),
        bindings: &[Binding<'_>],
    ) -> Arc<[f64]> {
        let at = self.on(book, regimes, pair.importer, date);
        self.bound.clear();
        for binding in bindings.iter().filter(|binding| binding.is_mutual) {
            let texts = regimes.with_replaced(book, binding, pair, date);
            self.bound.extend(texts.map(|text| of_class(book, text)));
        }
        // Few texts differ for some of their parties.
        let parties = [pair.importer, pair.exporter];
        let differs = |&(class, _): &Text| book.depths.differences(class, parties).next().is_some();
        if self.bound.iter().any(differs) {
            return self.known((book, regimes.terms()), (pair, date), at, true);
        }
        let known = self.by_date[at].joined.iter().find(|(bound, _)| *bound == self.bound);
        if let Some((_, joined)) = known {
            return Arc::clone(joined);
        }
        let joined = self.known((book, regimes.terms()), (pair, date), at, false);
        self.by_date[at].joined.push((self.bound.clone(), Arc::clone(&joined)));
        joined
    }

    /// What the texts of the importer on the date at position `at` and those that bind the pair come to; the result is of this
    /// pair alone where one of them `differs` for its parties.
    fn known(
        &mut self,
        (book, terms): (&PolicyBook, &Terms),
        (pair, date): (Pair, Date),
        at: usize,
        differs: bool,
    ) -> Arc<[f64]> {
        let Some(shared) = self.shared else { return self.join((book, terms), (pair, date), at) };
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        let open = self.by_date[at].number;
        key.extend([0, 32, 64, 96].map(|shift| (open >> shift) as u32));
        tell(&self.bound, (terms, date), &mut key);
        if differs {
            key.extend([pair.importer, pair.exporter].map(|party| party as u32));
        }
        let make = || {
            let joined = self.join((book, terms), (pair, date), at);
            let bytes = size_of_val(&*joined);
            (joined, bytes)
        };
        let joined = shared.get(|known| &mut known.texts, number_of(&key), make);
        self.key = key;
        joined
    }

    /// Joins the texts of the importer on the date at position `at` and those that bind the pair.
    fn join(
        &mut self,
        (book, terms): (&PolicyBook, &Terms),
        (pair, date): (Pair, Date),
        at: usize,
    ) -> Arc<[f64]> {
        let (depths, n_parts) = (&book.depths, book.depths.parts.len());
        let open = &self.by_date[at].texts;
        self.classes.clear();
        self.classes.extend(open.iter().chain(&self.bound).map(|(class, _)| *class));
        self.classes.sort_unstable();
        self.classes.dedup();
        self.strengths.clear();
        self.strengths.resize(self.classes.len() * n_parts, 0.0);
        let (classes, all) = (&self.classes, &mut self.strengths);
        let row = |class: usize| {
            let at = classes.binary_search(&class).expect("every text has its class in the list");
            at * n_parts..(at + 1) * n_parts
        };
        for &(class, years) in open {
            let strengths = depths.strengths_under(class, years, terms.of_class(class, date));
            raise(&mut all[row(class)], depths.of(class).opened(&strengths));
        }
        for &(class, years) in &self.bound {
            let strengths = pair_strengths(book, class, pair, years, terms.of_class(class, date));
            raise(&mut all[row(class)], strengths);
        }
        let mut joined = vec![0.0; book.axes.n_sectors()];
        for (p, part) in depths.parts.iter().enumerate() {
            let texts = classes.iter().enumerate().map(|(at, &class)| (all[at * n_parts + p], class));
            depths.overlaps.join(texts, &mut self.items);
            let sum: f64 = depths.overlaps.added(&self.items).map(|(_, _, adds)| adds).sum();
            joined[part.sector] += part.weight_share * sum;
        }
        joined.into()
    }

    /// Position of the importer's texts on `date`.
    fn on(&mut self, book: &PolicyBook, regimes: &Regimes, importer: usize, date: Date) -> usize {
        if self.importer != Some(importer) {
            self.importer = Some(importer);
            self.by_date.clear();
        }
        let known = self.by_date.iter().position(|day| day.date == date);
        known.unwrap_or_else(|| {
            let texts = regimes.own_bindings(book, importer, date).map(|text| of_class(book, text));
            let texts: Vec<Text> = texts.collect();
            self.key.clear();
            tell(&texts, (regimes.terms(), date), &mut self.key);
            self.by_date.push(OpenDay { date, texts, number: number_of(&self.key), joined: Vec::new() });
            self.by_date.len() - 1
        })
    }
}

/// The class of an agreement's text, and the year it is in as far as that still matters.
fn of_class(book: &PolicyBook, (agreement, years): (usize, u32)) -> Text {
    let class = book.agreements[agreement].depth;
    (class, years.clamp(1, book.depths.of(class).longest_phase()))
}

/// Adds to `key` what tells texts on a day from others.
fn tell(texts: &[Text], (terms, date): (&Terms, Date), key: &mut Vec<u32>) {
    key.extend(texts.iter().map(|&(class, years)| class as u32 * YEARS + years.min(YEARS - 1)));
    for (class, _) in texts {
        let turned = terms.of_class(*class, date);
        key.extend(turned.flat_map(|(one, share)| [BREAK, *class as u32, one as u32, permille(share)]));
    }
}

/// Raises the strengths of a class, `[p]`.
fn raise(strengths: &mut [f64], new: impl IntoIterator<Item = f64>) {
    strengths.iter_mut().zip(new).for_each(|(known, new)| *known = known.max(new));
}

/// A share in thousandths, as part of a key.
fn permille(share: f64) -> u32 {
    (1000.0 * share).round() as u32
}

/// Strength of the text of `class` between two parties in its year `years`, with what talks have left of it and what
/// differs for the two, `[p]`. A provision that differs for them is theirs, whatever the talks of the others leave.
pub(super) fn pair_strengths(
    book: &PolicyBook,
    class: usize,
    pair: Pair,
    years: u32,
    terms: impl Iterator<Item = TermShare>,
) -> Vec<f64> {
    let (depth, parties) = (book.depths.of(class), [pair.importer, pair.exporter]);
    let is_theirs = |provision| book.depths.differences(class, parties).any(|one| one.provision == provision);
    let terms = terms.filter(|&(provision, _)| !is_theirs(provision));
    let mut strengths = book.depths.strengths_under(class, years, terms);
    for difference in book.depths.differences(class, parties) {
        for (p, (strength, change)) in strengths.iter_mut().zip(&difference.change).enumerate() {
            *strength = (*strength + change * depth.phased_share(years, p)).max(0.0);
        }
    }
    strengths
}
