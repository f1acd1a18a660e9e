//! The test of "substantially all the trade" (GATT Article XXIV:8): the shares that an agreement frees between two parties.
//!
//! The treaty does not state a share; nine tenths is a common reading. The Understanding of 1994 allows more than ten
//! years only in exceptional cases. A group with a most-favoured-nation rate of 0 counts as free. Within a group the
//! parts of the schedule decide, or the tariff lines if they are known.

use super::book::PolicyBook;
use crate::data::Pair;

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
}

impl Liberalisation {
    /// True if both shares count as substantially all.
    #[must_use]
    pub fn is_substantially_all(&self) -> bool {
        self.trade_share >= SUBSTANTIALLY_ALL_SHARE && self.line_share >= SUBSTANTIALLY_ALL_SHARE
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
        (trade > 0.0 && lines > 0.0)
            .then(|| Self { trade_share: free_trade / trade, line_share: free_lines / lines })
    }
}
