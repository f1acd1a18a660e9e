//! What stages and events depend on: changes as functions of the state, and rules of entry into force.

use jiff::civil::Date;
use serde::Deserialize;

/// A change of a probability or of a pace, as a function of the state.
///
/// The amount is 1 where `when` holds and `unless` does not, else 0; it is multiplied by the years since a date
/// or since a fact began to hold, by how near the next date of a calendar is, and by a parameter, where these
/// are given. A probability `p` becomes `p * product(by ^ amount) + sum(add * amount)`, kept within 0 and 1.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Fact that must hold.
    pub when: Option<String>,
    /// Fact that must not hold.
    pub unless: Option<String>,
    /// Years since this date count.
    pub per_year_since: Option<Date>,
    /// Years since this fact began to hold count.
    pub per_year_of: Option<String>,
    /// Most years that count.
    pub at_most_years: Option<f64>,
    /// Calendar whose next date counts: 1 on the day itself, 0 from `within_days` before on, straight between.
    pub before: Option<String>,
    /// Days before a date of the calendar within which it counts.
    pub within_days: Option<f64>,
    /// Parameter that multiplies the amount.
    pub parameter: Option<String>,
    /// Added for each unit of the amount.
    #[serde(default)]
    pub add: f64,
    /// Factor for each unit of the amount.
    #[serde(default = "super::spec::certain")]
    pub by: f64,
}

impl Shift {
    /// Facts that it refers to.
    pub fn facts(&self) -> impl Iterator<Item = &String> {
        [&self.when, &self.unless, &self.per_year_of].into_iter().flatten()
    }
}

/// When an agreement enters into force: any of the cases is enough.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Beginning of the facts that count: `fact` and the party, joined, hold once the party has ratified.
    pub fact: String,
    /// Parties that count.
    pub parties: Vec<Weighted>,
    /// Cases.
    pub any_of: Vec<RuleCase>,
}

/// A party with its weight.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Weighted {
    /// Weight 1.
    Plain(String),
    /// With a weight, such as its GDP.
    Heavy(String, f64),
}

impl Weighted {
    /// Party and weight.
    #[must_use]
    pub fn parts(&self) -> (&str, f64) {
        match self {
            Self::Plain(party) => (party, 1.0),
            Self::Heavy(party, weight) => (party, *weight),
        }
    }
}

/// One case of a rule; all that is given must be met.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleCase {
    /// Least number of parties.
    #[serde(default)]
    pub count: u32,
    /// Least share of the parties.
    #[serde(default)]
    pub count_share: f64,
    /// Least share of the weights.
    #[serde(default)]
    pub weight_share: f64,
    /// Days since the stage began.
    #[serde(default)]
    pub after_days: i32,
}
