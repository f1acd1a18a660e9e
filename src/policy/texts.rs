//! The texts in force between two countries on a day, and what the importer's texts open to everybody.

use jiff::civil::Date;
use ndarray::Array2;

use super::binding::Binding;
use super::book::PolicyBook;
use super::overlap::Item;
use super::regimes::Regimes;
use crate::data::Pair;

/// Strengths of the importer's texts towards everybody, by date; the same for all its partners. Also working memory.
#[derive(Debug, Default)]
pub(super) struct OpenTexts {
    by_date: Vec<(Date, Array2<f64>)>,
    strengths: Array2<f64>,
    items: Vec<Item>,
}

impl OpenTexts {
    /// Joined strength of the texts that act on the trade of a pair on `date`, `[j]`.
    ///
    /// The texts of the pair, and of the importer's other texts what they open to everybody, by part of a sector.
    pub fn joined<'a>(
        &mut self,
        book: &PolicyBook,
        regimes: &Regimes,
        (pair, date): (Pair, Date),
        bindings: impl Iterator<Item = &'a Binding<'a>>,
        joined: &mut [f64],
    ) {
        let at = self.on(book, regimes, pair.importer, date);
        self.strengths.clone_from(&self.by_date[at].1);
        for binding in bindings.filter(|binding| binding.is_mutual) {
            for (agreement, years) in regimes.with_replaced(book, binding, pair, date) {
                self.raise_pair(book, agreement, pair, years);
            }
        }
        joined.fill(0.0);
        let overlaps = &book.depths.overlaps;
        for (part, column) in book.depths.parts.iter().zip(self.strengths.columns()) {
            overlaps.join(column.iter().copied(), &mut self.items);
            let sum: f64 = overlaps.added(&self.items).map(|(_, _, adds)| adds).sum();
            joined[part.sector] += part.weight_share * sum;
        }
    }

    /// Raises the strength of the text of an agreement between the two parties of a pair.
    fn raise_pair(&mut self, book: &PolicyBook, agreement: usize, pair: Pair, years: u32) {
        let class = book.agreements[agreement].depth;
        let strengths = pair_strengths(book, class, pair, years);
        let row = self.strengths.row_mut(class);
        row.into_iter().zip(strengths).for_each(|(known, new)| *known = known.max(new));
    }

    /// Position of the strengths towards everybody on `date`, `[class,p]`.
    fn on(&mut self, book: &PolicyBook, regimes: &Regimes, importer: usize, date: Date) -> usize {
        let known = self.by_date.iter().position(|(day, _)| *day == date);
        known.unwrap_or_else(|| {
            let mut open: Array2<f64> = Array2::zeros((book.depths.classes.len(), book.depths.parts.len()));
            for (agreement, years) in regimes.own_bindings(book, importer, date) {
                let class = book.agreements[agreement].depth;
                let strengths = book.depths.of(class).open_strengths(years);
                open.row_mut(class)
                    .iter_mut()
                    .zip(strengths)
                    .for_each(|(known, new)| *known = known.max(new));
            }
            self.by_date.push((date, open));
            self.by_date.len() - 1
        })
    }
}

/// Strength of the text of `class` between two parties in its year `years`, with what differs for them, `[p]`.
pub(super) fn pair_strengths(book: &PolicyBook, class: usize, pair: Pair, years: u32) -> Vec<f64> {
    let depth = book.depths.of(class);
    let mut strengths = depth.strengths(years).to_vec();
    for difference in book.depths.differences(class, [pair.importer, pair.exporter]) {
        for (p, (strength, change)) in strengths.iter_mut().zip(&difference.change).enumerate() {
            *strength = (*strength + change * depth.phased_share(years, p)).max(0.0);
        }
    }
    strengths
}
