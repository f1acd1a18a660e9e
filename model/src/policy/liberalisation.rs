//! The test of "substantially all the trade" (GATT Article XXIV:8): the shares that an agreement frees between two parties.
//!
//! The treaty does not state a share; nine tenths is a common reading. The Understanding of 1994 allows more than ten
//! years only in exceptional cases. A group with a most-favoured-nation rate of 0 counts as free. Within a group the
//! parts of the schedule decide, or the tariff lines if they are known. For services GATS Article V asks for substantial
//! coverage of sectors.

use super::agreements::Reach;
use super::book::PolicyBook;
use super::texts::pair_strengths;
use crate::data::{Pair, SectorKind};

/// Year of the agreement in which the test looks at the rates: the first after ten years.
pub const TEST_YEAR: u32 = 11;
/// Share of trade, and of lines, that counts as substantially all.
pub(crate) const SUBSTANTIALLY_ALL_SHARE: f64 = 0.9;

/// Shares that an agreement frees for the imports of one party from another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Liberalisation {
    /// Share of trade in goods; weights: trade by sector, then groups within sectors.
    pub trade_share: f64,
    /// Share of lines; weights: lines of each group.
    pub line_share: f64,
    /// Share of trade in services on which the text has rules (GATS Article V); `None` if the pair trades none.
    pub services_share: Option<f64>,
}

impl Liberalisation {
    /// True if both shares count as substantially all.
    #[must_use]
    pub fn is_substantially_all(&self) -> bool {
        self.trade_share >= SUBSTANTIALLY_ALL_SHARE && self.line_share >= SUBSTANTIALLY_ALL_SHARE
    }

    /// True if an outsider could complain of `agreement`: it prefers its members' goods and does not free substantially
    /// all the trade.
    #[must_use]
    pub fn is_legal_risk(&self, book: &PolicyBook, agreement: usize) -> bool {
        let agreement = &book.agreements[agreement];
        let prefers = agreement.schedule.is_some() && agreement.reach == Reach::Members;
        prefers && !self.is_substantially_all()
    }
}

impl Liberalisation {
    /// Shares that `agreement` frees between importer and exporter in its year `year`.
    ///
    /// `trade_musd` is the trade of the pair by sector, `[j]`. Returns `None` if the pair trades no goods.
    #[must_use]
    pub fn between(
        book: &PolicyBook,
        agreement: usize,
        pair: Pair,
        year: u32,
        trade_musd: &[f64],
    ) -> Option<Self> {
        let free = book.concessions.free_share(agreement, pair, year);
        let mut sums = [0.0; 4];
        for (g, group) in book.groups.iter().enumerate() {
            let is_free_for_all = book.mfn.pct(pair, g) == 0.0;
            // Without a preference nothing is freed.
            let share = if is_free_for_all { 1.0 } else { free.map_or(0.0, |free| free[g]) };
            let (trade, lines) = (trade_musd[group.sector] * group.weight, group.lines);
            let add = [trade * share, trade, lines * share, lines];
            sums.iter_mut().zip(add).for_each(|(sum, value)| *sum += value);
        }
        let [free_trade, trade, free_lines, lines] = sums;
        (trade > 0.0 && lines > 0.0).then(|| Self {
            trade_share: free_trade / trade,
            line_share: free_lines / lines,
            services_share: services_share(book, agreement, pair, year, trade_musd),
        })
    }
}

/// Share of the pair's trade in services in the parts of sectors on which the text acts in a year.
fn services_share(
    book: &PolicyBook,
    agreement: usize,
    pair: Pair,
    year: u32,
    trade_musd: &[f64],
) -> Option<f64> {
    let strengths = pair_strengths(book, book.agreements[agreement].depth, pair, year, std::iter::empty());
    let (mut covered, mut all) = (0.0, 0.0);
    for (part, strength) in book.depths.parts.iter().zip(strengths) {
        if book.axes.sectors[part.sector].kind == SectorKind::Services {
            let trade = trade_musd[part.sector] * part.weight_share;
            all += trade;
            covered += if strength > 0.0 { trade } else { 0.0 };
        }
    }
    (all > 0.0).then(|| covered / all)
}
