//! How texts that act on the same barrier are joined (`docs/model.md` section 4).
//!
//! ```text
//! J = r_1 + r_2 (1 - o_2) + r_3 (1 - o_3) + ...      r_1 >= r_2 >= ...
//! ```
//!
//! `r` is the strength of a text (1 = the full text), `o` the largest overlap with a text already counted: the share of
//! the weaker text that stands in the stronger one. `J` may pass 1: two texts with different content.

use ndarray::Array2;

/// Strength and position of a text.
pub(super) type Item = (f64, usize);

/// Overlap of every two texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlaps {
    /// Share of the weaker text that stands in the stronger one, `[text,text]`, symmetric, 1 on the diagonal.
    shares: Array2<f64>,
}

impl Overlaps {
    /// Overlaps of `n` texts; pairs that are not named have none, a text overlaps itself in full.
    #[must_use]
    pub fn new(n: usize, pairs: impl IntoIterator<Item = (usize, usize, f64)>) -> Self {
        let mut shares = Array2::eye(n);
        for (a, b, share) in pairs.into_iter().filter(|(a, b, _)| a != b) {
            shares[[a, b]] = share;
            shares[[b, a]] = share;
        }
        Self { shares }
    }

    /// Number of texts.
    #[must_use]
    pub fn n(&self) -> usize {
        self.shares.nrows()
    }

    /// Joined strength of texts; `strengths` by text, 0 = not in force.
    ///
    /// ```
    /// use tradepath_model::policy::Overlaps;
    ///
    /// // The second text has 57 % of its content in the first.
    /// let overlaps = Overlaps::new(2, [(0, 1, 0.57)]);
    /// assert!((overlaps.joined(&[1.0, 0.8]) - 1.344).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn joined(&self, strengths: &[f64]) -> f64 {
        let mut items = Vec::with_capacity(strengths.len());
        self.join(strengths.iter().enumerate().map(|(text, &strength)| (strength, text)), &mut items);
        self.added(&items).map(|(_, _, adds)| adds).sum()
    }

    /// Puts the texts in force into `items`, the strongest first; of equal ones the first of the table.
    pub(super) fn join(&self, texts: impl Iterator<Item = Item>, items: &mut Vec<Item>) {
        items.clear();
        items.extend(texts.filter(|(strength, _)| *strength > 0.0));
        items.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    }

    /// Text, overlap with those before it, and what it adds to the joined strength, for items in their order.
    pub(super) fn added<'a>(&'a self, items: &'a [Item]) -> impl Iterator<Item = (usize, f64, f64)> + 'a {
        items.iter().enumerate().map(|(at, &(strength, text))| {
            let before = items[..at].iter().map(|&(_, other)| self.shares[[text, other]]);
            let overlap = before.fold(0.0, f64::max);
            (text, overlap, strength * (1.0 - overlap))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Overlaps;

    #[test]
    fn the_largest_overlap_counts_and_a_text_adds_nothing_to_itself() {
        let overlaps = Overlaps::new(3, [(0, 1, 0.5), (1, 2, 0.9), (0, 2, 0.2)]);
        let close =
            |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        close(overlaps.joined(&[1.0, 0.6, 0.4]), 1.0 + 0.6 * 0.5 + 0.4 * 0.1);
        close(overlaps.joined(&[0.6, 1.0, 0.0]), 1.0 + 0.6 * 0.5);
        close(overlaps.joined(&[0.0, 0.0, 0.0]), 0.0);
        close(Overlaps::new(1, [(0, 0, 0.3)]).joined(&[0.7]), 0.7);
    }
}
