//! Iterates over the parts of an option: effects and guards with their places.

use jiff::civil::Date;

use super::condition::Shift;
use super::effect::Effect;
use super::place::Place;
use super::spec::OptionSpec;

/// A name that a guard or a shift refers to: the name, where it stands and the key.
pub type Guard<'a> = (String, (&'a Place, String));

impl OptionSpec {
    /// All effects as texts, with the place of the event and the key.
    pub fn effects(&self) -> impl Iterator<Item = (&String, (&Place, String))> {
        let of_stages = self.processes.iter().flat_map(|process| &process.stages).flat_map(|stage| {
            let own = stage.effects.iter().map(move |text| (text, (&stage.place, "effects".to_owned())));
            let branches = stage.branches.iter().enumerate().flat_map(move |(k, branch)| {
                branch.effects.iter().map(move |text| (text, (&stage.place, format!("branch.{k}"))))
            });
            own.chain(branches)
        });
        let of_recurring = self.recurring.iter().flat_map(|event| {
            let own = event.effects.iter().map(move |text| (text, (&event.place, "effects".to_owned())));
            own.chain(event.otherwise.iter().map(move |text| (text, (&event.place, "otherwise".to_owned()))))
        });
        of_stages.chain(of_recurring)
    }

    /// All shifts, each with the place and the key of its list.
    #[must_use]
    pub(super) fn all_shifts(&self) -> Vec<(&[Shift], &Place, String)> {
        let mut all: Vec<(&[Shift], &Place, String)> = Vec::new();
        for stage in self.processes.iter().flat_map(|process| &process.stages) {
            all.push((&stage.shifts, &stage.place, "shift".into()));
            for (k, branch) in stage.branches.iter().enumerate() {
                all.push((&branch.shifts, &stage.place, format!("branch.{k}.shift")));
            }
        }
        for event in &self.recurring {
            all.push((&event.shifts, &event.place, "shift".into()));
            for (k, drawn) in event.draws.iter().enumerate() {
                all.push((&drawn.shifts, &event.place, format!("draw.{k}.shift")));
            }
        }
        all.extend(self.states.iter().map(|state| (state.shifts.as_slice(), &state.place, "shift".into())));
        all
    }

    /// Processes and events that begin after the last day of a horizon and so do not happen, with their dates.
    #[must_use]
    pub fn beyond(&self, end: Date) -> Vec<(&str, Date)> {
        let facts = self.facts.iter().filter_map(|fact| Some((fact.name.as_str(), fact.from?)));
        let processes = self.processes.iter().filter_map(|one| Some((one.id.as_str(), one.start?)));
        let recurring = self.recurring.iter().map(|event| (event.id.as_str(), event.first));
        facts.chain(processes).chain(recurring).filter(|(_, date)| *date > end).collect()
    }

    /// True where its tables of topics say what parties gain from options, and nothing of this one: all gains and jobs in it
    /// are 0.
    #[must_use]
    pub fn lacks_gains(&self) -> bool {
        let gains = self.topic_tables.iter().map(|topics| &topics.gains);
        gains
            .into_iter()
            .any(|gains| !gains.is_empty() && !gains.keys().any(|(option, _)| *option == self.id))
    }

    /// Milestones that something in the option reaches.
    pub fn milestones(&self) -> impl Iterator<Item = &str> {
        let of_stages = self.processes.iter().flat_map(|process| &process.stages).flat_map(|stage| {
            let of_block = stage.in_block.as_ref().and_then(|block| block.milestone_of_all.as_ref());
            let of_branches = stage.branches.iter().filter_map(|branch| branch.milestone.as_ref());
            stage.milestone.iter().chain(of_block).chain(of_branches)
        });
        let of_recurring = self.recurring.iter().filter_map(|event| event.milestone.as_ref());
        of_stages.chain(of_recurring).map(String::as_str)
    }

    /// Facts that an effect of the option can make true.
    pub fn set_facts(&self) -> impl Iterator<Item = String> {
        self.effects().filter_map(|(text, _)| Effect::parse(text)).flat_map(|effect| effect.sets())
    }

    /// All names that guards and shifts refer to.
    #[must_use]
    pub fn guards(&self) -> Vec<Guard<'_>> {
        let mut guards = Vec::new();
        for process in &self.processes {
            list(&mut guards, &process.place, "cancelled_by", &process.cancelled_by);
            for stage in &process.stages {
                list(&mut guards, &stage.place, "requires", &stage.requires);
                list(&mut guards, &stage.place, "unless", &stage.unless);
                shifts(&mut guards, &stage.place, "shift", &stage.shifts);
                shifts(&mut guards, &stage.place, "stretch", &stage.stretches);
                for (k, branch) in stage.branches.iter().enumerate() {
                    let names: Vec<String> = branch.shifts.iter().flat_map(Shift::facts).cloned().collect();
                    list(&mut guards, &stage.place, &format!("branch.{k}"), &names);
                }
                if let Some(rule) = &stage.rule {
                    let names = rule.parties.iter().map(|party| format!("{}{}", rule.fact, party.parts().0));
                    list(&mut guards, &stage.place, "rule", &names.collect::<Vec<_>>());
                }
            }
        }
        for event in &self.recurring {
            list(&mut guards, &event.place, "requires", &event.requires);
            list(&mut guards, &event.place, "unless", &event.unless);
            shifts(&mut guards, &event.place, "shift", &event.shifts);
            for (k, drawn) in event.draws.iter().enumerate() {
                shifts(&mut guards, &event.place, &format!("draw.{k}.shift"), &drawn.shifts);
            }
        }
        for state in &self.states {
            shifts(&mut guards, &state.place, "shift", &state.shifts);
        }
        guards
    }
}

fn list<'a>(guards: &mut Vec<Guard<'a>>, place: &'a Place, key: &str, names: &[String]) {
    guards.extend(names.iter().map(|name| (name.clone(), (place, key.to_owned()))));
}

fn shifts<'a>(guards: &mut Vec<Guard<'a>>, place: &'a Place, key: &str, shifts: &[Shift]) {
    for (k, shift) in shifts.iter().enumerate() {
        guards.extend(shift.facts().map(|name| (name.clone(), (place, format!("{key}.{k}")))));
    }
}

impl Effect {
    /// Facts that it makes true; `member:AGREEMENT:*` for parties that another agreement decides.
    #[must_use]
    pub fn sets(&self) -> Vec<String> {
        let of = |kind: &str, agreement: &str, parties: &[String]| {
            let name = |party: &String| if party.starts_with('@') { "*" } else { party }.to_owned();
            parties.iter().map(|party| format!("{kind}:{agreement}:{}", name(party))).collect()
        };
        match self {
            Self::Set(name) => vec![name.clone()],
            Self::Join(agreement, parties) | Self::Resume(agreement, parties) => {
                of("member", agreement, parties)
            }
            Self::Suspend(agreement, parties) => of("suspended", agreement, parties),
            _ => Vec::new(),
        }
    }
}
