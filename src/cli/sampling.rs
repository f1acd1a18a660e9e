//! Words of `tradepath run` for how draws are chosen and where their numbers come from.

use clap::ValueEnum;

use crate::ensemble::{Points, Sampling};

/// Which event draws are solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SamplingWord {
    /// The first ones.
    Plain,
    /// More of those in which a rare option is in force; means and quantiles weigh them.
    Stratified,
}

/// Where the numbers of the parameters come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PointsWord {
    /// Random streams.
    Plain,
    /// A scrambled Sobol sequence.
    Sobol,
}

impl From<SamplingWord> for Sampling {
    fn from(word: SamplingWord) -> Self {
        match word {
            SamplingWord::Plain => Self::Plain,
            SamplingWord::Stratified => Self::Stratified,
        }
    }
}

impl From<PointsWord> for Points {
    fn from(word: PointsWord) -> Self {
        match word {
            PointsWord::Plain => Self::Plain,
            PointsWord::Sobol => Self::Sobol,
        }
    }
}
