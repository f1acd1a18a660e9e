//! Effects of events, parsed from `verb:...`.

use jiff::civil::Date;

use super::levels::Number;
use crate::policy::{MOST_PERMILLE, MeasureKind, PolicyTimeline};

/// An effect of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// `set:NAME`: a fact holds from now on.
    Set(String),
    /// `clear:NAME`: a fact no longer holds.
    Clear(String),
    /// `join:AGREEMENT:PARTY;PARTY`; `@OTHER` stands for all members of another agreement on that day.
    Join(String, Vec<String>),
    /// `leave:AGREEMENT:PARTY;PARTY`.
    Leave(String, Vec<String>),
    /// `suspend:AGREEMENT:PARTY;PARTY`: leaves until it resumes; `suspended:AGREEMENT:PARTY` holds meanwhile.
    Suspend(String, Vec<String>),
    /// `resume:AGREEMENT:PARTY;PARTY`: joins again if suspended.
    Resume(String, Vec<String>),
    /// `cancel:PROCESS`: the process ends at its current stage.
    Cancel(String),
    /// `duty:LIST`, `barrier:CHANGE`, `trend:CHANGE`: the measure is as its table says from now on; with `:FACTOR` so
    /// many times as much, `:0` = off. `provision:CLASS:PROVISION:SHARE`: so much of a provision, 0 to 1, stands in the
    /// text. The factor in thousandths.
    Measure(MeasureKind, String, u32),
    /// `move:STATE:AMOUNT`: adds to a state; the amount is a number or a parameter, with or without a minus.
    Move(String, Number),
    /// `put:STATE:VALUE`: gives a state a value.
    Put(String, Number),
    /// `ask:MENU:ACTOR`: the topics of a menu that the actor wants are asked for.
    Ask(String, String),
    /// `offer:MENU:ACTOR`: what the actor likes most of a menu, and was not offered yet, is given.
    Offer(String, String),
    /// `text:CLASS:MENU`: of the provisions that the topics of a menu turn stands in the text of the class what was got.
    Text(String, String),
    /// `trim:ACTOR`: the topic that the actor minds most is dropped, or halved where it only minds it a little.
    Trim(String),
}

/// The forms that [`Effect::parse`] knows, for messages.
pub const FORMS: &str = "set:NAME, clear:NAME, cancel:PROCESS, duty:LIST, barrier:CHANGE or trend:CHANGE (also with :FACTOR, 0 to 100), \
     move:STATE:AMOUNT, put:STATE:VALUE, ask:MENU:ACTOR, offer:MENU:ACTOR, trim:ACTOR, text:CLASS:MENU, \
     provision:CLASS:PROVISION (also with :SHARE, 0 to 1), or \
     join, leave, suspend or resume with :AGREEMENT:A;B";

impl Effect {
    /// Parses one effect; `None` if the text is not an effect.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (verb, rest) = text.split_once(':')?;
        let named = |make: fn(String) -> Self| (!rest.is_empty()).then(|| make(rest.to_owned()));
        let parties = |make: fn(String, Vec<String>) -> Self| {
            let (agreement, parties) = rest.split_once(':')?;
            let list: Vec<String> = parties.split(';').map(str::to_owned).collect();
            let is_whole = !agreement.is_empty() && list.iter().all(|party| !party.is_empty());
            is_whole.then(|| make(agreement.to_owned(), list))
        };
        match verb {
            "set" => named(Self::Set),
            "clear" => named(Self::Clear),
            "cancel" => named(Self::Cancel),
            "join" => parties(Self::Join),
            "leave" => parties(Self::Leave),
            "suspend" => parties(Self::Suspend),
            "resume" => parties(Self::Resume),
            "trim" => named(Self::Trim),
            "move" | "put" => {
                let (state, amount) = rest.split_once(':').filter(|(state, _)| !state.is_empty())?;
                let (state, amount) = (state.to_owned(), Number::parse(amount)?);
                Some(if verb == "move" { Self::Move(state, amount) } else { Self::Put(state, amount) })
            }
            "ask" | "offer" | "text" => {
                let (first, second) = rest.split_once(':')?;
                let is_whole = !first.is_empty() && !second.is_empty();
                let make = match verb {
                    "ask" => Self::Ask,
                    "offer" => Self::Offer,
                    _ => Self::Text,
                };
                is_whole.then(|| make(first.to_owned(), second.to_owned()))
            }
            _ => measure(MeasureKind::of_verb(verb)?, rest),
        }
    }

    /// Agreement and parties, if the effect changes memberships.
    #[must_use]
    pub fn memberships(&self) -> Option<(&str, &[String])> {
        match self {
            Self::Join(agreement, parties)
            | Self::Leave(agreement, parties)
            | Self::Suspend(agreement, parties)
            | Self::Resume(agreement, parties) => Some((agreement, parties)),
            _ => None,
        }
    }

    /// Changes the memberships; `suspended` holds (agreement, party) pairs and is kept up to date.
    pub(super) fn apply(
        &self,
        policy: &mut PolicyTimeline,
        suspended: &mut Vec<(String, String)>,
        date: Date,
    ) {
        if let Self::Measure(kind, name, permille) = self {
            policy.set_measure(*kind, name, *permille, date);
        }
        let Some((agreement, parties)) = self.memberships() else { return };
        for party in expand(parties, policy, date) {
            let key = (agreement.to_owned(), party);
            match self {
                Self::Join(..) => policy.join(agreement, &key.1, date),
                Self::Leave(..) => policy.leave(agreement, &key.1, date),
                Self::Suspend(..) if policy.is_member(agreement, &key.1, date) => {
                    policy.leave(agreement, &key.1, date);
                    suspended.push(key);
                }
                Self::Resume(..) if suspended.contains(&key) => {
                    policy.join(agreement, &key.1, date);
                    suspended.retain(|other| *other != key);
                }
                _ => {}
            }
        }
    }
}

/// A measure from `NAME` or `NAME:FACTOR`; the name of a provision has a `:` of its own.
fn measure(kind: MeasureKind, rest: &str) -> Option<Effect> {
    let (of_name, most) = match kind {
        MeasureKind::Provision => (rest.find(':')? + 1, 1000),
        _ => (0, MOST_PERMILLE),
    };
    let (name, factor) = match rest[of_name..].find(':') {
        Some(at) => (&rest[..of_name + at], rest[of_name + at + 1..].parse::<f64>().ok()?),
        None => (rest, 1.0),
    };
    let permille = (1000.0 * factor).round();
    let is_whole = !name.is_empty() && !name.starts_with(':') && !name.ends_with(':');
    let is_sound = is_whole && (0.0..=f64::from(most)).contains(&permille);
    is_sound.then(|| Effect::Measure(kind, name.to_owned(), permille as u32))
}

fn expand(parties: &[String], policy: &PolicyTimeline, date: Date) -> Vec<String> {
    let of = |party: &String| match party.strip_prefix('@') {
        Some(agreement) => policy.members(agreement, date),
        None => vec![party.clone()],
    };
    parties.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::{Effect, MeasureKind};

    #[test]
    fn effects_without_a_name_or_a_party_are_none() {
        for text in ["", "set:", "join:pact", "join::AAA", "join:pact:AAA;", "leap:pact:AAA"] {
            assert_eq!(Effect::parse(text), None, "{text}");
        }
        assert_eq!(Effect::parse("set:world:x"), Some(Effect::Set("world:x".into())));
        for text in ["duty:", "duty:steel:", "barrier:x:-1", "trend:x:nan", "duty:steel:101"] {
            assert_eq!(Effect::parse(text), None, "{text}");
        }
        let half = Effect::Measure(MeasureKind::Duty, "steel".into(), 500);
        assert_eq!(Effect::parse("duty:steel:0.5"), Some(half));
        for text in
            ["provision:pact", "provision::rule", "provision:pact:", "provision:pact:rule:2", "text:pact:"]
        {
            assert_eq!(Effect::parse(text), None, "{text}");
        }
        let half = Effect::Measure(MeasureKind::Provision, "pact:rule".into(), 500);
        assert_eq!(Effect::parse("provision:pact:rule:0.5"), Some(half));
    }
}
