//! An importer whose tariff lines are at hand.

use clap::ValueEnum;

use super::lines::WeighedLines;
use crate::data::Row;

/// How lines become the rate of a product group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Aggregation {
    /// Price aggregator of Laborde, Martin & van der Mensbrugghe (2017).
    Price,
    /// Mean weighted by imports: what is collected of them.
    Trade,
    /// Simple mean within and over products.
    Simple,
}

/// An importer whose lines are at hand.
pub(super) struct Importer<'a> {
    /// Its row in `tariff_lines.csv`.
    pub row: Row<'a>,
    /// Its lines.
    pub lines: WeighedLines,
    /// How its lines become one rate.
    pub how: Aggregation,
}
