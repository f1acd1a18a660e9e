//! Measures that events turn on, scale and off: duty lists, changes of barriers, trends of trade costs, provisions.
//!
//! A measure has a factor from a day on: 1 as its table says, 0 off, 2 twice as much. Until an event speaks of it, it
//! has the factor of its table.

use jiff::civil::Date;

/// What a measure moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MeasureKind {
    /// An additional duty: a list of `duties.csv`.
    Duty,
    /// A level of barriers: a change of `barrier_changes.csv`.
    Barrier,
    /// A yearly change of trade costs: a change of `barrier_changes.csv`.
    Trend,
    /// A provision that the text of a class has by `switches.csv`, `CLASS:PROVISION`: the factor, up to 1, is the share of
    /// it that stands.
    Provision,
}

impl MeasureKind {
    /// The verb of effects.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Self::Duty => "duty",
            Self::Barrier => "barrier",
            Self::Trend => "trend",
            Self::Provision => "provision",
        }
    }

    /// The kind that a verb names.
    #[must_use]
    pub fn of_verb(verb: &str) -> Option<Self> {
        [Self::Duty, Self::Barrier, Self::Trend, Self::Provision].into_iter().find(|kind| kind.verb() == verb)
    }
}

/// The factor of a measure from a day on, until the next change of the same measure.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MeasureChange {
    /// What it moves.
    pub kind: MeasureKind,
    /// Name of the list or the change.
    pub name: String,
    /// First day.
    pub from: Date,
    /// Factor in thousandths: 1000 = as the table says, 0 = off.
    pub permille: u32,
}

/// Largest factor of a measure, in thousandths.
pub const MOST_PERMILLE: u32 = 100_000;
