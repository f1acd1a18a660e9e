//! Checks of states, logits and topics: names, ranges, and states that read each other in a circle.

use super::condition::Shift;
use super::effect::Effect;
use super::levels::{Number, READINGS, Reading};
use super::limits::{LARGEST, MOST_DAYS, shown};
use super::place::{Key, Place};
use super::spec::{OptionSpec, Recurring, Stage};
use super::validate::Check;
use crate::sorted::SortedMap;

/// Largest logit that is written as a number: beyond it a probability is 0 or 1 to nine digits.
const MOST_LOGIT: f64 = 20.0;

const REMEDY: &str = "Correct the name, or add it.";

impl Check<'_> {
    /// Figures that no other file can mend.
    pub fn number_figures(&mut self) {
        let spec = self.spec;
        for state in &spec.states {
            let at = |key| state.place.key(key);
            self.id(at("name"), &state.name);
            self.mark(at("mark"), &state.name, &state.mark);
            if let Some([least, most]) = state.range
                && !(least < most && least >= -LARGEST && most <= LARGEST)
            {
                let found = format!("{} to {}", shown(least), shown(most));
                self.fault(
                    at("range"),
                    (&state.name, &found),
                    "two numbers in rising order",
                    "Correct them.",
                );
            }
        }
        for parameter in spec.parameters.iter().filter(|one| !(0.0..=LARGEST).contains(&one.se)) {
            let found = format!("se = {}", shown(parameter.se));
            self.fault(parameter.place.key("se"), (&parameter.name, &found), "0 or more", "Correct it.");
        }
        for (name, stage) in stages(spec) {
            self.chance(&stage.place, &name, "", (stage.probability, stage.logit.as_ref(), &stage.shifts));
            for (k, one) in stage.branches.iter().enumerate() {
                let inside = format!("branch.{k}.");
                let logit = one.logit.as_ref().or(stage.logit.as_ref().filter(|_| one.probability == 1.0));
                self.chance(&stage.place, &name, &inside, (one.probability, logit, &one.shifts));
            }
            if let Some(days) = stage.look_every_days.filter(|days| !(1.0..=MOST_DAYS).contains(days)) {
                let found = format!("look_every_days = {}", shown(days));
                let expected = format!("days from 1 to {MOST_DAYS}");
                self.fault(stage.place.key("look_every_days"), (&name, &found), &expected, "Correct it.");
            }
            for (k, _) in stage.stretches.iter().enumerate().filter(|(_, one)| one.reads.is_some()) {
                let at = format!("stretch.{k}.reads");
                let expected = "a stretch by facts, time and parameters";
                self.fault(stage.place.key(&at), (&name, "reads"), expected, "Take `reads` out.");
            }
        }
        for event in &spec.recurring {
            self.chance(
                &event.place,
                &event.id,
                "",
                (event.probability, event.logit.as_ref(), &event.shifts),
            );
        }
    }

    /// Either a probability or a logit, which is a number of its range or a parameter.
    fn chance(
        &mut self,
        place: &Place,
        name: &str,
        inside: &str,
        (probability, logit, shifts): (f64, Option<&Number>, &[Shift]),
    ) {
        let Some(logit) = logit else { return };
        let key = format!("{inside}logit");
        if probability < 1.0 {
            let found = format!("probability = {}", shown(probability));
            let expected = "a probability or a logit, not both";
            self.fault(place.key(&key), (name, &found), expected, "Take one of the two out.");
        }
        if let Number::Given(value) = logit
            && !(-MOST_LOGIT..=MOST_LOGIT).contains(value)
        {
            let expected = format!("a logit from -{MOST_LOGIT} to {MOST_LOGIT}, or the name of a parameter");
            self.fault(place.key(&key), (name, &shown(*value)), &expected, "Correct it.");
        }
        for (k, shift) in shifts.iter().enumerate().filter(|(_, one)| one.by != 1.0) {
            let found = format!("by = {}", shown(shift.by));
            let at = format!("{inside}shift.{k}.by");
            self.fault(place.key(&at), (name, &found), "`add` where there is a logit", "Write `add`.");
        }
    }

    /// Names that states, logits and effects refer to.
    pub fn number_names(&mut self, world: Option<&OptionSpec>) {
        let spec = self.spec;
        for state in &spec.states {
            let figures =
                [("start", Some(&state.start)), ("sd", Some(&state.sd)), ("mean", Some(&state.mean))];
            for (key, number) in
                figures.into_iter().chain([("half_life_years", state.half_life_years.as_ref())])
            {
                number.into_iter().for_each(|one| self.number_name(state.place.key(key), &state.name, one));
            }
        }
        for (name, stage) in stages(spec) {
            self.stage_numbers(&name, stage);
        }
        for event in &spec.recurring {
            self.event_numbers(event);
        }
        for voice in &spec.voices {
            for [fact, actor] in &voice.actors {
                self.actor(voice.place.key("actors"), &voice.name, actor);
                let expected = "a fact that some effect sets or a [[fact]] declares";
                if !self.names.knows_fact(fact) {
                    self.fault(voice.place.key("actors"), (&voice.name, fact), expected, REMEDY);
                }
            }
        }
        for (shifts, place, key) in spec.all_shifts() {
            for (k, shift) in shifts.iter().enumerate() {
                let at = format!("{key}.{k}.reads");
                shift.readings().for_each(|text| self.reading(place.key(&at), text));
            }
        }
        self.moved();
        self.circles(world);
    }

    fn stage_numbers(&mut self, name: &str, stage: &Stage) {
        stage.logit.iter().for_each(|one| self.number_name(stage.place.key("logit"), name, one));
        for (k, branch) in stage.branches.iter().enumerate() {
            let key = format!("branch.{k}.logit");
            branch.logit.iter().for_each(|one| self.number_name(stage.place.key(&key), name, one));
        }
    }

    fn event_numbers(&mut self, event: &Recurring) {
        event.logit.iter().for_each(|one| self.number_name(event.place.key("logit"), &event.id, one));
        for (k, drawn) in event.draws.iter().enumerate() {
            let at = format!("draw.{k}");
            if !self.names.levels.states.contains(drawn.state.as_str()) {
                let key = format!("{at}.state");
                self.fault(event.place.key(&key), (&event.id, &drawn.state), "a [[state]]", REMEDY);
            }
            for (inner, number) in [("add", &drawn.add), ("keep", &drawn.keep), ("sd", &drawn.sd)] {
                self.number_name(event.place.key(&format!("{at}.{inner}")), &event.id, number);
            }
        }
    }

    fn number_name(&mut self, at: Key<'_>, name: &str, number: &Number) {
        if let Some((_, parameter)) = number.named()
            && !self.names.knows_parameter(parameter)
        {
            self.fault(at, (name, parameter), "a number, or a [[parameter]] or row of `weights`", REMEDY);
        }
    }

    fn actor(&mut self, at: Key<'_>, field: &str, actor: &str) {
        if !self.names.levels.knows_actor(actor) {
            let expected = "an actor of stances.csv (folder `topics`), or a [[voice]]";
            self.fault(at, (field, actor), expected, REMEDY);
        }
    }

    fn menu(&mut self, at: Key<'_>, menu: &str) {
        if self.names.levels.topics.is_none_or(|topics| !topics.menus.contains_key(menu)) {
            self.fault(at, ("menu", menu), "a menu of menus.csv (folder `topics`)", REMEDY);
        }
    }

    fn reading(&mut self, at: Key<'_>, text: &str) {
        let reading = Reading::parse(text);
        match &reading {
            Reading::State(name) | Reading::Odds(name) if !self.names.levels.states.contains(name) => {
                self.fault(at, ("reads", text), READINGS, REMEDY);
            }
            Reading::Menu(menu, _) => self.menu(at, menu),
            Reading::Stance(topic, _) => {
                let topics = self.names.levels.topics;
                if topics.is_none_or(|topics| !topics.topics.iter().any(|one| one == topic)) {
                    let expected = "a topic of stances.csv (folder `topics`)";
                    self.fault(at, ("reads", text), expected, REMEDY);
                }
            }
            _ => {}
        }
        if let Some(actor) = reading.actor() {
            self.actor(at, "reads", actor);
        }
    }

    /// Effects that move states and topics.
    fn moved(&mut self) {
        for (text, (place, key)) in self.spec.effects() {
            let at = place.key(key.as_str());
            match Effect::parse(text) {
                Some(Effect::Move(state, amount) | Effect::Put(state, amount)) => {
                    if !self.names.levels.states.contains(state.as_str()) {
                        self.fault(at, ("effects", &state), "a [[state]]", REMEDY);
                    }
                    self.number_name(at, "effects", &amount);
                }
                Some(Effect::Ask(menu, actor) | Effect::Offer(menu, actor)) => {
                    self.menu(at, &menu);
                    self.actor(at, "effects", &actor);
                }
                Some(Effect::Text(_, menu)) => self.menu(at, &menu),
                Some(Effect::Trim(actor)) => self.actor(at, "effects", &actor),
                _ => {}
            }
        }
    }

    /// States that read each other in a circle, so that none of them has a value on a day.
    fn circles(&mut self, world: Option<&OptionSpec>) {
        let spec = self.spec;
        let reads = |shifts: &[Shift]| -> Vec<String> {
            let names = shifts.iter().flat_map(Shift::readings).map(Reading::parse);
            names
                .filter_map(|one| match one {
                    Reading::State(name) | Reading::Odds(name) => Some(name.to_owned()),
                    _ => None,
                })
                .collect()
        };
        // What the option declares goes before a state of the world with the same name.
        let all = world.into_iter().flat_map(|world| &world.states).chain(spec.states.iter().rev());
        let mut open: SortedMap<&str, Vec<String>> =
            all.map(|state| (state.name.as_str(), reads(&state.shifts))).collect();
        // Take away states that read none of those left, until nothing changes.
        loop {
            let free =
                open.iter().find(|(_, reads)| !reads.iter().any(|one| open.contains_key(one.as_str())));
            let Some(name) = free.map(|(name, _)| *name) else { break };
            open.remove(name);
        }
        for state in spec.states.iter().filter(|state| open.contains_key(state.name.as_str())) {
            let found = format!("{} -> {}", state.name, open[state.name.as_str()].join(", "));
            let expected = "states that do not read each other in a circle";
            self.fault(state.place.key("shift"), (&state.name, &found), expected, "Take one reading out.");
        }
    }
}

fn stages(spec: &OptionSpec) -> impl Iterator<Item = (String, &Stage)> {
    spec.processes.iter().flat_map(|process| {
        process.stages.iter().map(move |stage| (format!("{}.{}", process.id, stage.id), stage))
    })
}
