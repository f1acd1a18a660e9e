//! What a milestone brought, and whether it still holds at the end of the horizon.

use jiff::civil::Date;

use super::effect::Effect;
use super::program::{CompactDraw, EffectCode, Entry, Program, Who};
use super::timeline::DrawnTimeline;
use crate::sorted::SortedSet;

impl Program {
    /// True if a draw reached the milestone of this number and its memberships still hold at the end of the horizon.
    ///
    /// What counts is the membership of the party of the process in the agreements that it joined with the milestone; of
    /// every party that joined where it is not among them. A duty, barrier or trend that came with the milestone counts
    /// as long as it is not turned off. A milestone with none of these holds for ever.
    #[must_use]
    pub fn lasts(&self, draw: &CompactDraw, milestone: usize) -> bool {
        let mut reached = draw.log.iter().filter(|entry| self.milestone(entry) == Some(milestone));
        reached.any(|entry| self.still_holds(draw, entry))
    }

    /// Number of a milestone; `None` if no stage of the program has it.
    #[must_use]
    pub fn milestone_number(&self, name: &str) -> Option<usize> {
        self.milestones.iter().position(|known| known == name)
    }

    pub(super) fn still_holds(&self, draw: &CompactDraw, entry: &Entry) -> bool {
        let joined: Vec<(u16, u16)> = self.joined(entry).collect();
        let party = self.parties.binary_search_by(|known| known.as_str().cmp(self.party(entry))).ok();
        let own: Vec<(u16, u16)> =
            joined.iter().copied().filter(|(_, one)| party == Some(usize::from(*one))).collect();
        let counted = if own.is_empty() { joined } else { own };
        let mut measures = self.measures_of(entry).peekable();
        let is_plain = counted.is_empty() && measures.peek().is_none();
        is_plain
            || counted.into_iter().any(|one| self.is_member_at_the_end(draw, one))
            || measures.any(|one| self.is_on_at_the_end(draw, one))
    }

    /// Agreements and parties that an event brings together.
    fn joined(&self, entry: &Entry) -> impl Iterator<Item = (u16, u16)> {
        let effects = self.outcome(entry).map_or(&[][..], |outcome| outcome.effects.as_slice());
        let of = |effect: &EffectCode| -> Vec<(u16, u16)> {
            let EffectCode::Join(agreement, who) = effect else { return Vec::new() };
            let party = |who: &Who| match who {
                Who::Party(party) => Some((*agreement, *party)),
                Who::MembersOf(_) => None,
            };
            who.iter().filter_map(party).collect()
        };
        effects.iter().flat_map(of)
    }

    /// Measures that an event turns on, by number.
    fn measures_of(&self, entry: &Entry) -> impl Iterator<Item = u32> {
        let effects = self.outcome(entry).map_or(&[][..], |outcome| outcome.effects.as_slice());
        let number = |effect: &EffectCode| match effect {
            EffectCode::Measure(at) => Some(*at),
            _ => None,
        };
        effects.iter().filter_map(number)
    }

    /// True if the last change of a measure left it on.
    fn is_on_at_the_end(&self, draw: &CompactDraw, measure: u32) -> bool {
        let name = |at: u32| (self.measures[at as usize].0, self.measures[at as usize].1.as_str());
        let mut changes = draw.measures.iter().rev();
        let last = changes.find(|(_, at)| name(*at) == name(measure));
        last.is_some_and(|(_, at)| self.measures[*at as usize].2 > 0)
    }

    fn is_member_at_the_end(&self, draw: &CompactDraw, (agreement, party): (u16, u16)) -> bool {
        let is_it = |change: &&super::program::Change| change.agreement == agreement && change.party == party;
        let last = draw.changes.iter().rev().find(is_it);
        last.map_or_else(
            || self.members[usize::from(agreement)].iter().any(|(member, _)| *member == party),
            |change| change.joins,
        )
    }
}

impl DrawnTimeline {
    /// Agreements that somebody joins with a milestone.
    #[must_use]
    pub fn agreements_of(&self, milestone: &str) -> SortedSet<String> {
        let events = self.log.iter().filter(|event| event.milestone.as_deref() == Some(milestone));
        let joined = |text: &String| match Effect::parse(text) {
            Some(Effect::Join(agreement, _)) => Some(agreement),
            _ => None,
        };
        events.flat_map(|event| event.effects.iter().filter_map(joined)).collect()
    }

    /// Codes of the members of the agreements that came with a milestone, on a day, sorted.
    #[must_use]
    pub fn members_of(&self, milestone: &str, day: Date) -> Vec<String> {
        let agreements = self.agreements_of(milestone);
        let members = agreements.iter().flat_map(|agreement| self.policy.members(agreement, day));
        members.collect::<SortedSet<String>>().into_iter().collect()
    }
}
