//! States of a draw that are numbers (`docs/model.md` section 5): what they begin with, how they decay, what draws them.

use serde::Deserialize;

use super::condition::Shift;
use super::place::Place;

/// A number, or the name of a parameter with or without a minus before it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged, expecting = "a number, or the name of a parameter")]
pub enum Number {
    /// The number itself.
    Given(f64),
    /// A parameter.
    Named(String),
}

impl Default for Number {
    fn default() -> Self {
        Self::Given(0.0)
    }
}

impl Number {
    /// Sign and name of the parameter; none for a number.
    #[must_use]
    pub fn named(&self) -> Option<(f64, &str)> {
        let Self::Named(text) = self else { return None };
        Some(text.strip_prefix('-').map_or((1.0, text.as_str()), |name| (-1.0, name)))
    }

    /// The number or the name that a text gives; an empty text is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.parse() {
            Ok(number) => Some(Self::Given(number)),
            Err(_) if text.is_empty() => None,
            Err(_) => Some(Self::Named(text.to_owned())),
        }
    }
}

/// A state: a number that processes read and effects move.
///
/// ```text
/// value(t) = mean + (value(t0) - mean) 2^(-(t - t0) / half life) + sum(add * amount)
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Name that shifts read.
    pub name: String,
    /// Value at the start.
    #[serde(default)]
    pub start: Number,
    /// Standard deviation of the value at the start; 0 = the same in every draw.
    #[serde(default)]
    pub sd: Number,
    /// Least and largest value.
    pub range: Option<[f64; 2]>,
    /// Value that it comes back to.
    #[serde(default)]
    pub mean: Number,
    /// Years in which half of the distance to the mean goes; absent = it stays.
    pub half_life_years: Option<Number>,
    /// What is added on each day: other states, facts, time.
    #[serde(default, rename = "shift")]
    pub shifts: Vec<Shift>,
    /// Source of the figures.
    pub source: String,
    /// seed, public, recalled or assumption.
    pub mark: String,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

/// A new value of a state, drawn where an event happens.
///
/// ```text
/// new = add + keep * old + sum(add * amount) + sd * standard normal
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawn {
    /// State.
    pub state: String,
    /// Constant.
    #[serde(default)]
    pub add: Number,
    /// Share of the old value that stays.
    #[serde(default)]
    pub keep: Number,
    /// Other parts.
    #[serde(default, rename = "shift")]
    pub shifts: Vec<Shift>,
    /// Standard deviation of what is drawn; 0 = nothing is.
    #[serde(default)]
    pub sd: Number,
}

/// Who speaks for a party: the actor of the first fact that holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voice {
    /// Name, such as a country whose parties take turns.
    pub name: String,
    /// Fact and actor, in order; the last one speaks where no fact holds.
    pub actors: Vec<[String; 2]>,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

/// What a shift reads, from its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading<'a> {
    /// A state.
    State(&'a str),
    /// The logistic function of a state.
    Odds(&'a str),
    /// Sum over the topics asked of the strength of the demand times how much the actor minds it.
    Minds(&'a str),
    /// The same of what the actor likes.
    Likes(&'a str),
    /// Sum of the stances of the actor on the topics asked.
    Content(&'a str),
    /// Share of what the actor wants that is asked.
    Wants(&'a str),
    /// Share of what the actor wants that is on a menu.
    Menu(&'a str, &'a str),
    /// Stance of an actor on a topic, asked or not.
    Stance(&'a str, &'a str),
    /// Gain of a party from the option, percent of real income.
    Gain(&'a str),
    /// Jobs that the option makes a party give up, in hundred thousands.
    Jobs(&'a str),
}

/// The forms that [`Reading::parse`] knows, for messages.
pub(super) const READINGS: &str = "a [[state]], odds:STATE, minds:ACTOR, likes:ACTOR, content:ACTOR, wants:ACTOR, menu:MENU:ACTOR, stance:TOPIC:ACTOR, gain:PARTY or jobs:PARTY";

impl<'a> Reading<'a> {
    pub fn parse(text: &'a str) -> Self {
        match text.split_once(':') {
            Some(("odds", state)) => Self::Odds(state),
            Some(("minds", actor)) => Self::Minds(actor),
            Some(("likes", actor)) => Self::Likes(actor),
            Some(("content", actor)) => Self::Content(actor),
            Some(("wants", actor)) => Self::Wants(actor),
            Some(("gain", party)) => Self::Gain(party),
            Some(("jobs", party)) => Self::Jobs(party),
            Some(("menu", rest)) => rest.split_once(':').map_or(Self::State(text), |(m, a)| Self::Menu(m, a)),
            Some(("stance", rest)) => {
                rest.split_once(':').map_or(Self::State(text), |(topic, actor)| Self::Stance(topic, actor))
            }
            _ => Self::State(text),
        }
    }

    /// The party whose gains or jobs it reads.
    pub fn party(&self) -> Option<&'a str> {
        match *self {
            Self::Gain(party) | Self::Jobs(party) => Some(party),
            _ => None,
        }
    }

    /// The actor whose stances it reads.
    pub fn actor(&self) -> Option<&'a str> {
        match *self {
            Self::Minds(actor) | Self::Likes(actor) | Self::Content(actor) | Self::Wants(actor) => {
                Some(actor)
            }
            Self::Menu(_, actor) | Self::Stance(_, actor) => Some(actor),
            Self::State(_) | Self::Odds(_) | Self::Gain(_) | Self::Jobs(_) => None,
        }
    }
}
