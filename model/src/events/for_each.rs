//! What a block says that stands for one process or stage of each member of a set (`docs/model.md` section 5).
//!
//! `expand` writes the processes and stages out; nothing behind it knows of blocks.

use serde::Deserialize;

use super::condition::Shift;
use super::duration::Duration;
use super::levels::Number;

/// Stands for the member in every text of a block.
pub(super) const PLACEHOLDER: &str = "{member}";

/// The set that a block is repeated for.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "`members:AGREEMENT` or a list of parties")]
pub enum Members {
    /// `members:AGREEMENT`: the members on the day on which the block begins.
    Of(String),
    /// A list, in this order.
    Listed(Vec<String>),
}

/// Whose membership of what decides in a draw whether a block has a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberOf {
    /// Agreement.
    pub agreement: String,
    /// Party.
    pub party: String,
}

/// The place of a stage in a block for the members of an agreement.
#[derive(Debug, Clone)]
pub struct InBlock {
    /// The membership that decides.
    pub member_of: MemberOf,
    /// Position among the stages of the block.
    pub at: usize,
    /// Number of stages of the block.
    pub n: usize,
    /// Milestone that the last member of a draw reaches.
    pub milestone_of_all: Option<String>,
}

/// What differs for some of the members of a block.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The members.
    pub members: Vec<String>,
    /// In place of the duration of the stage.
    pub duration: Option<Duration>,
    /// In place of its changes of pace.
    #[serde(rename = "stretch")]
    pub stretches: Option<Vec<Shift>>,
    /// In place of its probability.
    pub probability: Option<f64>,
    /// In place of its logit.
    pub logit: Option<Number>,
    /// In place of its changes of the probability.
    #[serde(rename = "shift")]
    pub shifts: Option<Vec<Shift>>,
    /// Beside its changes of the probability.
    #[serde(rename = "add_shift")]
    pub more_shifts: Option<Vec<Shift>>,
    /// In place of its source.
    pub source: Option<String>,
    /// In place of its mark.
    pub mark: Option<String>,
}

impl Case {
    /// Keys that it gives.
    pub(super) fn keys(&self) -> Vec<&'static str> {
        let given: [(&str, bool); 8] = [
            ("duration", self.duration.is_some()),
            ("stretch", self.stretches.is_some()),
            ("probability", self.probability.is_some()),
            ("logit", self.logit.is_some()),
            ("shift", self.shifts.is_some()),
            ("add_shift", self.more_shifts.is_some()),
            ("source", self.source.is_some()),
            ("mark", self.mark.is_some()),
        ];
        given.into_iter().filter_map(|(key, is_given)| is_given.then_some(key)).collect()
    }
}
