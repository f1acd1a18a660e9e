//! One schedule: which part of a product group falls under which category.

use super::staging::Category;
use crate::data::Row;
use crate::sorted::SortedMap;

/// Name of the row that covers every group not named in the same file.
pub(super) const OTHER: &str = "other";

/// Part of a product group with a staging of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Name, used when a rate is explained.
    pub name: String,
    /// Share of the group's trade; sums to 1 over the parts.
    pub trade_share: f64,
    /// Weight of the part in the duties of the group: trade share times base rate, normalised to sum to 1.
    pub duty_share: f64,
    /// Base rate, percent; `None` = the group's most-favoured-nation rate.
    pub base_rate_pct: Option<f64>,
    /// Staging.
    pub category: Category,
    /// Where it stands.
    pub origin: PartOrigin,
}

/// Where a part stands, and what it rests on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartOrigin {
    /// Code of the category, such as `B10`.
    pub code: String,
    /// File and line.
    pub place: String,
    /// Source and mark.
    pub source: String,
}

impl PartOrigin {
    /// Of a row with the columns `source` and `mark`.
    #[must_use]
    pub fn of(row: &Row<'_>, code: &str) -> Self {
        Self {
            code: code.to_owned(),
            place: row.place(),
            source: format!("{} ({})", row.text("source"), row.text("mark")),
        }
    }
}

/// Parts of each product group of one importer, towards one exporter or all.
#[derive(Debug, Clone, Default)]
pub struct Schedule {
    groups: SortedMap<String, Vec<Part>>,
}

impl Schedule {
    /// Builds a schedule from the parts of each group; computes their shares in the duties.
    #[must_use]
    pub fn new(groups: SortedMap<String, Vec<Part>>) -> Self {
        Self { groups: groups.into_iter().map(|(group, parts)| (group, weighted(parts))).collect() }
    }

    /// Parts of a product group; `None` if the schedule does not cover it.
    #[must_use]
    pub fn parts(&self, group: &str) -> Option<&[Part]> {
        self.groups.get(group).or_else(|| self.groups.get(OTHER)).map(Vec::as_slice)
    }

    /// Replaces the parts of a group.
    pub(super) fn set(&mut self, group: &str, parts: Vec<Part>) {
        self.groups.insert(group.to_owned(), weighted(parts));
    }

    /// Share of the most-favoured-nation rate of `group` left in year `year` of the agreement.
    #[must_use]
    pub fn remaining_share(&self, group: &str, year: u32) -> Option<f64> {
        let parts = self.parts(group)?;
        Some(parts.iter().map(|part| part.duty_share * part.category.remaining_share(year)).sum())
    }

    /// Share of the trade of `group` that is free of duty in year `year` of the agreement.
    #[must_use]
    pub fn free_share(&self, group: &str, year: u32) -> Option<f64> {
        let free = self.parts(group)?.iter().filter(|part| {
            part.category.remaining_share(year) == 0.0 || part.base_rate_pct.is_some_and(|pct| pct == 0.0)
        });
        Some(free.map(|part| part.trade_share).sum())
    }
}

/// Turns trade shares into shares of the duties: a part with a high base rate has a larger weight.
fn weighted(mut parts: Vec<Part>) -> Vec<Part> {
    let has_rates = parts.iter().all(|part| part.base_rate_pct.is_some())
        && parts.iter().any(|part| part.base_rate_pct.is_some_and(|pct| pct > 0.0));
    let weight = |part: &Part| match part.base_rate_pct {
        Some(pct) if has_rates => part.trade_share * pct,
        _ => part.trade_share,
    };
    let total: f64 = parts.iter().map(weight).sum();
    for part in &mut parts {
        part.duty_share = weight(part) / total;
    }
    parts
}
