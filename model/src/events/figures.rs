//! The ranges of the figures of an option, and what its names are made of.

use jiff::civil::Date;

use super::condition::{Rule, Shift};
use super::effect::Effect;
use super::limits::{
    DATES, LARGEST, LARGEST_WEIGHT, LEAST_DAYS, MOST_BRANCHES, MOST_DAYS, MOST_STAGES, MOST_TIMES,
    MOST_YEARS, shown,
};
use super::milestones::meant;
use super::place::Key;
use super::spec::{Branch, ONWARD, Process, Recurring, Stage};
use super::validate::{Check, LONGEST_HORIZON};

impl Check<'_> {
    pub fn declared(&mut self) {
        let spec = self.spec;
        for fact in &spec.facts {
            self.fact_name(fact.place.key("name"), &fact.name);
            self.mark(fact.place.key("mark"), &fact.name, &fact.mark);
            self.date(fact.place.key("from"), &fact.name, fact.from);
            self.date(fact.place.key("until"), &fact.name, fact.until);
            if fact.from.zip(fact.until).is_some_and(|(from, until)| until <= from) {
                let found = (fact.name.as_str(), "until before from");
                self.fault(fact.place.key("until"), found, "from before until", "Correct the dates.");
            }
        }
        for parameter in &spec.parameters {
            let place = &parameter.place;
            self.id(place.key("name"), &parameter.name);
            self.mark(place.key("mark"), &parameter.name, &parameter.mark);
            let range = parameter.range();
            for bound in range {
                self.number(place.key("range"), &parameter.name, ("range", bound), [-LARGEST, LARGEST]);
            }
            self.number(place.key("value"), &parameter.name, ("value", parameter.value), range);
        }
        for calendar in &spec.calendars {
            self.id(calendar.place.key("name"), &calendar.name);
            self.mark(calendar.place.key("mark"), &calendar.name, &calendar.mark);
            if calendar.dates.is_empty() {
                let found = (calendar.name.as_str(), "no date");
                self.fault(calendar.place.key("dates"), found, "a date or more", "Add one.");
            }
            for (k, &date) in calendar.dates.iter().enumerate() {
                self.far_date(calendar.place.key(&format!("dates.{k}")), &calendar.name, date);
            }
        }
    }

    pub fn process_figures(&mut self) {
        let mut n_stages = 0;
        for process in &self.spec.processes {
            self.process(process);
            let before = n_stages;
            n_stages += process.stages.len();
            if before <= MOST_STAGES && n_stages > MOST_STAGES {
                let found = format!("more than {MOST_STAGES} stages");
                let expected = "fewer stages in an option with what it includes";
                self.fault(
                    process.place.key("id"),
                    (&process.id, &found),
                    expected,
                    "Take some of them out.",
                );
            }
        }
    }

    fn process(&mut self, process: &Process) {
        let place = &process.place;
        self.id(place.key("id"), &process.id);
        self.id(place.key("party"), &process.party);
        self.date(place.key("start"), &process.id, process.start);
        for (k, fact) in process.cancelled_by.iter().enumerate() {
            self.fact_name(place.key(&format!("cancelled_by.{k}")), fact);
        }
        if process.stages.is_empty() {
            self.fault(place.key("id"), (&process.id, "no stage"), "a stage or more", "Add one.");
        }
        for stage in &process.stages {
            let name = format!("{}.{}", process.id, stage.id);
            self.stage(&name, stage);
            for (k, branch) in stage.branches.iter().enumerate() {
                self.branch(stage.place.key(&format!("branch.{k}")), &name, branch);
            }
        }
    }

    fn stage(&mut self, name: &str, stage: &Stage) {
        let place = &stage.place;
        self.id(place.key("id"), &stage.id);
        if stage.id == "end" || stage.id == ONWARD {
            let expected = "another id: `end` and `next` say where a branch leads";
            self.fault(place.key("id"), (name, &stage.id), expected, "Rename the stage.");
        }
        stage.milestone.iter().for_each(|milestone| self.milestone(place.key("milestone"), milestone));
        let of_all = stage.in_block.iter().filter_map(|block| block.milestone_of_all.as_ref());
        of_all.for_each(|milestone| self.milestone(place.key("milestone_of_all"), milestone));
        self.texts(place.key("requires"), &stage.requires);
        self.texts(place.key("unless"), &stage.unless);
        self.effect_names(place.key("effects"), &stage.effects);
        for (key, found, expected) in stage.duration.faults() {
            let at = format!("duration.{key}");
            self.fault(place.key(&at), (name, &found), &expected, "Correct the duration.");
        }
        self.retries(name, stage);
        self.probability(place.key("probability"), name, stage.probability);
        self.mark(place.key("mark"), name, &stage.mark);
        self.shifts(place.key("shift"), name, &stage.shifts);
        self.shifts(place.key("stretch"), name, &stage.stretches);
        for (k, shift) in
            stage.stretches.iter().enumerate().filter(|(_, one)| one.add != 0.0 || one.by <= 0.0)
        {
            let found = format!("add = {}, by = {}", shown(shift.add), shown(shift.by));
            let expected = "a stretch by a factor above 0, without add";
            self.fault(place.key(&format!("stretch.{k}")), (name, &found), expected, "Give `by` alone.");
        }
        let sum = stage.probability + stage.branches.iter().map(|branch| branch.probability).sum::<f64>();
        let has_logit = stage.logit.is_some() || stage.branches.iter().any(|one| one.logit.is_some());
        if !stage.branches.is_empty() && !has_logit && sum > 1.0 + 1e-9 && stage.probability <= 1.0 {
            let expected = "outcomes whose probabilities sum to 1 or less";
            let at = place.key("branch.0.probability");
            self.fault(at, (name, &shown(sum)), expected, "Lower some of them.");
        }
        if stage.branches.len() > MOST_BRANCHES {
            let found = format!("{} branches", stage.branches.len());
            let expected = format!("at most {MOST_BRANCHES} branches of a stage");
            self.fault(place.key("branch"), (name, &found), &expected, "Split the stage.");
        }
        if let Some(rule) = &stage.rule {
            self.rule(place.key("rule"), name, rule);
        }
    }

    fn retries(&mut self, name: &str, stage: &Stage) {
        let place = &stage.place;
        if let Some(days) = stage.retry_days {
            self.number(place.key("retry_days"), name, ("retry_days", days), [1.0, MOST_DAYS]);
        } else if stage.max_retries > 0 {
            let expected = "a day or more where there are retries";
            self.fault(place.key("max_retries"), (name, "retry_days"), expected, "Give retry_days.");
        }
        self.times(place.key("max_retries"), name, ("max_retries", stage.max_retries));
    }

    /// The name of a milestone; one that is nearly a name with a meaning would be a milestone that nothing reads.
    fn milestone(&mut self, at: Key<'_>, name: &str) {
        self.id(at, name);
        if let Some(meant) = meant(name) {
            let expected = "a name of its own, not nearly one that chances and dates rest on";
            self.fault(at, ("milestone", name), expected, &format!("Did you mean {meant}?"));
        }
    }

    fn branch(&mut self, Key { place, name: key }: Key<'_>, name: &str, branch: &Branch) {
        let at = |inner: &str| format!("{key}.{inner}");
        self.probability(place.key(&at("probability")), name, branch.probability);
        self.shifts(place.key(&at("shift")), name, &branch.shifts);
        self.mark(place.key(&at("mark")), name, &branch.mark);
        self.effect_names(place.key(&at("effects")), &branch.effects);
        branch.milestone.iter().for_each(|one| self.milestone(place.key(&at("milestone")), one));
        self.times(place.key(&at("at_most")), name, ("at_most", branch.at_most));
        if branch.at_most == 0 {
            let (found, remedy) = ("at_most = 0", "Correct at_most, or delete the branch.");
            self.fault(place.key(&at("at_most")), (name, found), "once or more", remedy);
        }
    }

    fn rule(&mut self, Key { place, name: key }: Key<'_>, name: &str, rule: &Rule) {
        let at = place.key(key);
        let total: f64 = rule.parties.iter().map(|party| party.parts().1).sum();
        let is_weight = |weight: f64| (0.0..=LARGEST_WEIGHT).contains(&weight);
        if !rule.parties.iter().all(|party| is_weight(party.parts().1)) || total <= 0.0 {
            let expected = format!("parties with weights from 0 to {LARGEST_WEIGHT:e}, not all of them 0");
            self.fault(at, (name, "weights"), &expected, "Correct the weights.");
        }
        let mut seen = crate::sorted::SortedSet::new();
        for (party, _) in rule.parties.iter().map(super::condition::Weighted::parts) {
            self.id(at, party);
            if !seen.insert(party) {
                self.fault(at, (name, party), "each party once", "Delete one of them.");
            }
        }
        if rule.any_of.is_empty() {
            self.fault(at, (name, "no case"), "a case or more in any_of", "Add one.");
        }
        for case in &rule.any_of {
            let shares = [case.count_share, case.weight_share];
            let is_share = shares.iter().all(|share| (0.0..=1.0).contains(share));
            let is_time = (0.0..=MOST_DAYS).contains(&f64::from(case.after_days));
            if !is_share || case.count as usize > rule.parties.len() || !is_time {
                let found = format!("{case:?}");
                let expected = format!(
                    "at most as many as there are parties, shares from 0 to 1, days from 0 to {MOST_DAYS}"
                );
                self.fault(at, (name, &found), &expected, "Correct the case.");
            }
        }
    }

    pub fn recurring(&mut self, event: &Recurring) {
        let place = &event.place;
        self.id(place.key("id"), &event.id);
        self.id(place.key("party"), &event.party);
        event.milestone.iter().for_each(|milestone| self.milestone(place.key("milestone"), milestone));
        self.texts(place.key("requires"), &event.requires);
        self.texts(place.key("unless"), &event.unless);
        self.effect_names(place.key("effects"), &event.effects);
        self.date(place.key("first"), &event.id, Some(event.first));
        if !(1.0..=MOST_YEARS).contains(&f64::from(event.every_years)) {
            let found = format!("every_years = {}", event.every_years);
            let expected = format!("years from 1 to {MOST_YEARS}");
            self.fault(place.key("every_years"), (&event.id, &found), &expected, "Correct every_years.");
        }
        self.probability(place.key("probability"), &event.id, event.probability);
        self.shifts(place.key("shift"), &event.id, &event.shifts);
        self.mark(place.key("mark"), &event.id, &event.mark);
    }

    fn shifts(&mut self, Key { place, name: key }: Key<'_>, name: &str, shifts: &[Shift]) {
        for (k, shift) in shifts.iter().enumerate() {
            let at = |inner: &str| format!("{key}.{k}.{inner}");
            let numbers = [
                ("at_most_years", shift.at_most_years, [0.0, MOST_YEARS]),
                ("within_days", shift.within_days, [LEAST_DAYS, MOST_DAYS]),
                ("add", Some(shift.add), [-LARGEST, LARGEST]),
                ("by", Some(shift.by), [0.0, LARGEST]),
            ];
            for (inner, value, range) in numbers {
                if let Some(value) = value {
                    self.number(place.key(&at(inner)), name, (inner, value), range);
                }
            }
            for (inner, fact) in
                [("when", &shift.when), ("unless", &shift.unless), ("per_year_of", &shift.per_year_of)]
            {
                fact.iter().for_each(|fact| self.fact_name(place.key(&at(inner)), fact));
            }
            if let Some(date) = shift.per_year_since {
                self.far_date(place.key(&at("per_year_since")), name, date);
            }
        }
    }

    /// Facts that a list names.
    fn texts(&mut self, Key { place, name: key }: Key<'_>, facts: &[String]) {
        for (k, fact) in facts.iter().enumerate() {
            self.fact_name(place.key(&format!("{key}.{k}")), fact);
        }
    }

    fn effect_names(&mut self, Key { place, name: key }: Key<'_>, effects: &[String]) {
        for (k, effect) in effects.iter().enumerate().filter_map(|(k, text)| Some((k, Effect::parse(text)?)))
        {
            let key = format!("{key}.{k}");
            let at = place.key(key.as_str());
            match &effect {
                Effect::Set(fact) | Effect::Clear(fact) => {
                    self.fact_name(at, fact);
                    if fact.starts_with("member:") || fact.starts_with("suspended:") {
                        let expected = "a fact that is no membership";
                        self.fault(at, ("effects", fact), expected, "Use join, leave, suspend or resume.");
                    }
                }
                Effect::Cancel(process) => self.id(at, process),
                Effect::Measure(_, name, _) => self.id(at, name),
                _ => {}
            }
            let (agreement, parties) = effect.memberships().unwrap_or(("none", &[]));
            self.id(at, agreement);
            parties.iter().for_each(|party| self.id(at, party.strip_prefix('@').unwrap_or(party)));
        }
    }

    fn number(&mut self, at: Key<'_>, name: &str, (key, value): (&str, f64), [least, most]: [f64; 2]) {
        if !(least..=most).contains(&value) {
            let (found, expected) =
                (format!("{key} = {}", shown(value)), format!("a number from {least} to {most}"));
            self.fault(at, (name, &found), &expected, &format!("Correct `{key}`."));
        }
    }

    fn times(&mut self, at: Key<'_>, name: &str, (key, times): (&str, u32)) {
        if times > MOST_TIMES {
            let expected = format!("at most {MOST_TIMES} times");
            self.fault(at, (name, &format!("{key} = {times}")), &expected, &format!("Lower `{key}`."));
        }
    }

    fn probability(&mut self, at: Key<'_>, name: &str, probability: f64) {
        if !(0.0..=1.0).contains(&probability) {
            self.fault(at, (name, &shown(probability)), "a probability from 0 to 1", "Correct it.");
        }
    }

    pub fn mark(&mut self, at: Key<'_>, name: &str, mark: &str) {
        if !matches!(mark, "seed" | "public" | "recalled" | "assumption") {
            let expected = "seed, public, recalled or assumption";
            self.fault(at, (name, mark), expected, "Correct the mark.");
        }
    }

    fn date(&mut self, at: Key<'_>, name: &str, found: Option<Date>) {
        let [first, last] = self.spec.horizon.unwrap_or(LONGEST_HORIZON);
        if let Some(found) = found.filter(|found| !(first..=last).contains(found)) {
            let expected = format!("a date within the horizon, {first} to {last}");
            let remedy = "Correct the date, or give the file a `horizon`.";
            self.fault(at, (name, &found.to_string()), &expected, remedy);
        }
    }

    /// A date that may lie outside the horizon, such as an election before it.
    fn far_date(&mut self, at: Key<'_>, name: &str, found: Date) {
        let [first, last] = DATES;
        if !(first..=last).contains(&found) {
            let expected = format!("a date from {first} to {last}");
            self.fault(at, (name, &found.to_string()), &expected, "Correct the date.");
        }
    }
}
