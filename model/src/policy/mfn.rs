//! Most-favoured-nation rates, and the duties that they collect.

use ndarray::{Array3, ArrayView1, s};

use crate::data::Pair;

/// Rates of every importer by exporter and product group, percent. The law knows one rate a line; the mean of a group
/// differs by exporter where the trade of the pair weighs the lines.
#[derive(Debug, Clone)]
pub struct MfnRates {
    /// Mean of the lines, `[n,i,g]`.
    pct: Array3<f64>,
    /// Rate less what is collected of it, percentage points, `[n,i,g]`.
    collected_gap_pp: Array3<f64>,
    /// Position of the row of each rate, `[n,i,g]`.
    row: Array3<usize>,
    /// Place, source and mark of each row.
    origins: Vec<String>,
}

impl MfnRates {
    /// No rate yet, for `n` countries and `groups` product groups.
    pub(super) fn empty(n: usize, groups: usize) -> Self {
        let shape = (n, n, groups);
        Self {
            pct: Array3::from_elem(shape, f64::NAN),
            collected_gap_pp: Array3::zeros(shape),
            row: Array3::zeros(shape),
            origins: Vec::new(),
        }
    }

    /// Adds a row of the table: where it stands.
    pub(super) fn add_origin(&mut self, origin: String) {
        self.origins.push(origin);
    }

    /// Sets the rate and what is collected of it, percent, by the row added last.
    pub(super) fn set(&mut self, at: [usize; 3], pct: f64, collected_pct: f64) {
        self.pct[at] = pct;
        self.collected_gap_pp[at] = pct - collected_pct;
        self.row[at] = self.origins.len() - 1;
    }

    /// Where the rate of an importer on a group of an exporter stands: file and line, source, mark.
    #[must_use]
    pub fn origin(&self, pair: Pair, group: usize) -> &str {
        &self.origins[self.row[[pair.importer, pair.exporter, group]]]
    }

    /// Rate of an importer on a product group of an exporter, percent.
    #[must_use]
    pub fn pct(&self, pair: Pair, group: usize) -> f64 {
        self.pct[[pair.importer, pair.exporter, group]]
    }

    /// Rates of an importer on an exporter, and what is not collected of them, `[g]`.
    pub(super) fn of_pair(&self, Pair { importer, exporter }: Pair) -> [ArrayView1<'_, f64>; 2] {
        [&self.pct, &self.collected_gap_pp].map(|table| table.slice(s![importer, exporter, ..]))
    }

    /// Rate less what is collected of it where it is paid in full, percentage points.
    pub(super) fn collected_gap_pp(&self, pair: Pair, group: usize) -> f64 {
        self.collected_gap_pp[[pair.importer, pair.exporter, group]]
    }
}

/// Duties collected on a group whose price aggregate is `paid_pct`, percent of the value at the border; `pct` is its rate
/// and `gap_pp` what is not collected of that.
///
/// The two differ in the second order of the rates of the lines ([`super::aggregate`]). Therefore the gap falls with
/// the square of the share that is left of the rates.
#[inline(always)]
pub(super) fn collected_pct((pct, gap_pp): (f64, f64), paid_pct: f64) -> f64 {
    let left = paid_pct / pct;
    let gap_pp = if gap_pp == 0.0 { 0.0 } else { gap_pp * (left * left) };
    paid_pct - gap_pp
}
