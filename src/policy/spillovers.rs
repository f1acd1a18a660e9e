//! Depth of the agreements that bind a pair, and what the importer's agreements open to everybody.

use jiff::civil::Date;

use super::book::PolicyBook;
use super::regime::Situation;
use super::regimes::Regimes;

/// Cuts by one importer's agreements that reach everybody, by date. They are the same for all its partners.
#[derive(Debug, Default)]
pub(super) struct Spillovers(Vec<(Date, Vec<f64>)>);

impl Spillovers {
    /// Depth of the agreements in a situation on `date`, `[j]`; see [`super::depth::Depth`].
    ///
    /// The deepest agreement of the pair counts, or the spill-over of the importer's deepest if that is more.
    pub fn cut_shares(
        &mut self,
        book: &PolicyBook,
        regimes: &Regimes,
        situation: &Situation<'_>,
        date: Date,
        cuts: &mut [f64],
    ) {
        cuts.copy_from_slice(self.on(book, regimes, situation.pair.importer, date));
        for binding in situation.bindings.iter().filter(|binding| binding.is_mutual) {
            let depth = book.depths.of(book.agreements[binding.agreement].depth);
            deepen(cuts, depth.shares(binding.age_years, false));
        }
    }

    fn on(&mut self, book: &PolicyBook, regimes: &Regimes, importer: usize, date: Date) -> &[f64] {
        let known = self.0.iter().position(|(day, _)| *day == date);
        let at = known.unwrap_or_else(|| {
            let mut cuts = vec![0.0; book.axes.n_sectors()];
            for (agreement, years) in regimes.own_bindings(book, importer, date) {
                deepen(&mut cuts, book.depths.of(book.agreements[agreement].depth).shares(years, true));
            }
            self.0.push((date, cuts));
            self.0.len() - 1
        });
        &self.0[at].1
    }
}

/// Raises each share to that of another agreement, if that is higher: the deepest agreement counts.
fn deepen(cuts: &mut [f64], further: &[f64]) {
    cuts.iter_mut().zip(further).for_each(|(cut, further)| *cut = cut.max(*further));
}
