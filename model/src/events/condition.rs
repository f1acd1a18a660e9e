//! Conditions of stages and events: shifts of probabilities and pace, and rules of entry into force.

use jiff::civil::Date;
use serde::Deserialize;

/// A change of a probability or of a pace, as a function of the state.
///
/// The amount is 1 if `when` holds and `unless` does not, else 0. It is multiplied by each of these that is given: the
/// years since a date or since a fact began to hold, the closeness of the next date of a calendar, a parameter.
///
/// ```text
/// probability = clamp(p * product(by ^ amount) + sum(add * amount), 0, 1)
/// probability = logistic(logit + sum(add * amount))
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Fact that must hold.
    pub when: Option<String>,
    /// Fact that must not hold.
    pub unless: Option<String>,
    /// Multiplies the amount by the years since this date.
    pub per_year_since: Option<Date>,
    /// Multiplies the amount by the years since this fact began to hold.
    pub per_year_of: Option<String>,
    /// Most years that count.
    pub at_most_years: Option<f64>,
    /// Calendar whose next date counts: the factor is 1 on the date, 0 `within_days` before it or earlier, and linear
    /// between.
    pub before: Option<String>,
    /// Days before a date of the calendar within which it counts.
    pub within_days: Option<f64>,
    /// State, or reading of the topics, that multiplies the amount: `NAME`, `minds:ACTOR`, `likes:ACTOR`, `content:ACTOR`,
    /// `wants:ACTOR`, `menu:MENU:ACTOR`, `stance:TOPIC:ACTOR`, `gain:PARTY`, `odds:STATE` (the logistic function of it); or several with `*`
    /// between them.
    pub reads: Option<String>,
    /// Parameter that multiplies the amount, or several with `*` between them.
    pub parameter: Option<String>,
    /// Added for each unit of the amount.
    #[serde(default)]
    pub add: f64,
    /// Factor for each unit of the amount.
    #[serde(default = "super::spec::certain")]
    pub by: f64,
}

impl Shift {
    /// What it reads, as texts.
    pub fn readings(&self) -> impl Iterator<Item = &str> {
        self.reads.iter().flat_map(|texts| texts.split('*')).map(str::trim)
    }

    /// Parameters that multiply the amount.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.parameter.iter().flat_map(|names| names.split('*')).map(str::trim)
    }

    /// Facts that it refers to.
    pub fn facts(&self) -> impl Iterator<Item = &String> {
        [&self.when, &self.unless, &self.per_year_of].into_iter().flatten()
    }
}

/// When an agreement enters into force: any of the cases is enough.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Prefix of the facts that count: the fact named `fact` followed by the party means that the party has ratified.
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

/// One case of a rule; all conditions that are given must be met.
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
