//! Names that an option and the world use, and a program without processes.

use std::sync::Arc;

use super::effect::Effect;
use super::program::{Program, date_of, day_number};
use super::spec::OptionSpec;
use super::timeline::{Happenings, Horizon};
use crate::policy::PolicyTimeline;
use crate::sorted::SortedSet;

/// Position of a name in sorted `names`, which contain it.
pub(super) fn position(names: &[String], name: &str) -> u16 {
    let found = names.binary_search_by(|other| other.as_str().cmp(name));
    found.expect("`touched` gathers every name of an effect or a guard") as u16
}

/// Agreements and parties in effects and guards.
pub(super) fn touched(specs: [&OptionSpec; 2]) -> (SortedSet<String>, SortedSet<String>) {
    let (mut agreements, mut parties) = (SortedSet::new(), SortedSet::new());
    for spec in specs {
        for effect in spec.effects().filter_map(|(text, _)| Effect::parse(text)) {
            let Some((agreement, list)) = effect.memberships() else { continue };
            agreements.insert(agreement.to_owned());
            for party in list {
                match party.strip_prefix('@') {
                    Some(other) => agreements.insert(other.to_owned()),
                    None => parties.insert(party.clone()),
                };
            }
        }
        let of_stages = spec.processes.iter().flat_map(|process| &process.stages);
        let of_stages = of_stages.filter_map(|stage| stage.in_block.as_ref().map(|block| &block.member_of));
        for one in spec.processes.iter().filter_map(|process| process.member_of.as_ref()).chain(of_stages) {
            agreements.insert(one.agreement.clone());
            parties.insert(one.party.clone());
        }
        for (name, _) in spec.guards() {
            let rest = name.strip_prefix("member:").or_else(|| name.strip_prefix("suspended:"));
            if let Some((agreement, party)) = rest.and_then(|rest| rest.split_once(':')) {
                agreements.insert(agreement.to_owned());
                parties.insert(party.to_owned());
            }
        }
    }
    (agreements, parties)
}

impl Program {
    pub(super) fn empty(option: &OptionSpec, initial: &PolicyTimeline, horizon: Horizon) -> Self {
        let days = (day_number(horizon.start), day_number(horizon.end));
        let first_of_month = |day: i32| {
            let date = date_of(day);
            if date.day() == 1 { day } else { day_number(date.last_of_month()) + 1 }
        };
        Self {
            option: option.id.clone(),
            horizon,
            milestones: Vec::new(),
            days,
            facts: Vec::new(),
            initial: Arc::new(initial.clone()),
            agreements: Vec::new(),
            parties: Vec::new(),
            members: Vec::new(),
            processes: Vec::new(),
            stages: Vec::new(),
            recurring: Vec::new(),
            dated: Vec::new(),
            schedule: Vec::new(),
            calendars: Vec::new(),
            guards_of: Vec::new(),
            paces_of: Vec::new(),
            ends_of: Vec::new(),
            first_of_month: (days.0..=days.1).map(first_of_month).collect(),
            n_branches: 0,
            measures: Vec::new(),
            texts: Vec::new(),
            parameters: Vec::new(),
            levels: Vec::new(),
            voices: Vec::new(),
            topics: option.topic_tables.clone().unwrap_or_default(),
            menus: Vec::new(),
            menu_shares: Vec::new(),
            looks_of_fact: Vec::new(),
            looks_of_level: Vec::new(),
            happenings: Happenings::default(),
        }
    }
}
