//! Compiles parameters, states, topics, and what reads and moves them.

use std::sync::Arc;

use super::compile::Compiler;
use super::levels::{Drawn, Number, Reading};
use super::limits::LARGEST;
use super::program::{DrawnCode, LevelCode, NONE, NumberCode, ParameterCode, ReadCode};
use super::spec::OptionSpec;
use super::streams::Streams;
use super::topics::Gains;

/// Persons in one unit of the reading `jobs:PARTY`.
const PERSONS_OF_UNIT: f64 = 100_000.0;

impl<'a> Compiler<'a> {
    /// Numbers the parameters and states of the option and the world; what the option declares goes first.
    pub fn numbers(&mut self, specs: [&'a OptionSpec; 2]) {
        if self.program.topics.topics.is_empty()
            && let Some(tables) = &specs[1].topic_tables
        {
            self.program.topics = Arc::clone(tables);
        }
        for parameter in specs.into_iter().flat_map(|spec| &spec.parameters) {
            if !self.parameter_idx.contains_key(parameter.name.as_str()) {
                self.parameter_idx.insert(&parameter.name, self.program.parameters.len() as u32);
                self.program.parameters.push(ParameterCode {
                    name: parameter.name.clone(),
                    is_weight: parameter.is_weight,
                    value: parameter.value,
                    se: parameter.se,
                    range: parameter.range(),
                    streams: Streams::new(format!("parameter.{}", parameter.name), 1),
                });
            }
        }
        let states: Vec<_> = specs.into_iter().flat_map(|spec| &spec.states).collect();
        for state in &states {
            let next = self.level_idx.len() as u32;
            self.level_idx.entry(&state.name).or_insert(next);
        }
        for voice in specs.into_iter().flat_map(|spec| &spec.voices) {
            if self.voice_idx.contains_key(&voice.name) {
                continue;
            }
            let topics = Arc::clone(&self.program.topics);
            let actor = |name: &String| topics.actor(name).map(|at| at as u32);
            let speakers: Vec<(u32, u32)> = voice
                .actors
                .iter()
                .filter_map(|[fact, name]| Some((self.optional_fact(Some(fact)), actor(name)?)))
                .collect();
            self.voice_idx.insert(voice.name.clone(), self.program.voices.len() as u32);
            self.program.voices.push(speakers);
        }
        for state in states {
            if self.level_idx[state.name.as_str()] as usize != self.program.levels.len() {
                continue;
            }
            let code = LevelCode {
                start: self.number(&state.start),
                sd: self.number(&state.sd),
                range: state.range.unwrap_or([-LARGEST, LARGEST]),
                mean: self.number(&state.mean),
                half_life_years: state.half_life_years.as_ref().map(|years| self.number(years)),
                shifts: self.shifts(&state.shifts),
                streams: Streams::new(format!("state.{}", state.name), 1),
            };
            self.program.levels.push(code);
        }
    }

    /// A number or a multiple of a parameter.
    pub fn number(&self, number: &Number) -> NumberCode {
        match (number, number.named()) {
            (_, Some((factor, name))) => {
                let slot = *self.parameter_idx.get(name).expect("a checked number names a parameter");
                NumberCode { factor, slot }
            }
            (Number::Given(factor), None) => NumberCode { factor: *factor, slot: NONE },
            (Number::Named(_), None) => unreachable!("a name is a parameter"),
        }
    }

    /// A draw of a state by an event that comes `n_times`.
    pub fn drawn(&mut self, event: &str, drawn: &Drawn, n_times: u32) -> DrawnCode {
        DrawnCode {
            level: *self.level_idx.get(drawn.state.as_str()).expect("a checked draw names a state"),
            add: self.number(&drawn.add),
            keep: self.number(&drawn.keep),
            shifts: self.shifts(&drawn.shifts),
            sd: self.number(&drawn.sd),
            streams: Streams::new(format!("{event}.draw.{}", drawn.state), n_times),
        }
    }

    /// The voice of a name; an actor, or a party without stances, speaks for itself.
    pub fn voice(&mut self, name: &str) -> u32 {
        if let Some(&known) = self.voice_idx.get(name) {
            return known;
        }
        let actor = self.program.topics.actor(name).unwrap_or(0) as u32;
        let at = self.program.voices.len() as u32;
        self.program.voices.push(vec![(NONE, actor)]);
        self.voice_idx.insert(name.to_owned(), at);
        at
    }

    pub fn menu(&mut self, name: &str) -> u32 {
        if let Some(&known) = self.menu_idx.get(name) {
            return known;
        }
        let n = self.program.topics.topics.len();
        let shares = self.program.topics.menus.get(name).cloned().unwrap_or_else(|| vec![0.0; n]);
        let topics = &self.program.topics;
        let of_actor = |actor| topics.wanted_share(actor, &shares);
        let by_actor = (0..topics.actors.len()).map(of_actor).collect();
        self.program.menu_shares.push(by_actor);
        let at = self.program.menus.len() as u32;
        self.program.menus.push(shares);
        self.menu_idx.insert(name.to_owned(), at);
        at
    }

    /// What the option does to a party; nothing where no table says so.
    fn gains(&self, party: &str) -> Gains {
        let key = (self.program.option.clone(), party.to_owned());
        self.program.topics.gains.get(&key).copied().unwrap_or_default()
    }

    pub fn reading(&mut self, text: &str) -> ReadCode {
        let level = |name: &str| *self.level_idx.get(name).expect("a checked shift reads a state");
        match Reading::parse(text) {
            Reading::State(name) => ReadCode::Level(level(name)),
            Reading::Odds(name) => ReadCode::Odds(level(name)),
            Reading::Minds(actor) => ReadCode::Minds(self.voice(actor)),
            Reading::Likes(actor) => ReadCode::Likes(self.voice(actor)),
            Reading::Content(actor) => ReadCode::Content(self.voice(actor)),
            Reading::Wants(actor) => ReadCode::Wants(self.voice(actor)),
            Reading::Menu(menu, actor) => ReadCode::Menu(self.menu(menu), self.voice(actor)),
            Reading::Stance(topic, actor) => {
                let at = self.program.topics.topics.iter().position(|one| one == topic);
                ReadCode::Stance(at.expect("a checked shift reads a topic") as u32, self.voice(actor))
            }
            Reading::Gain(party) => ReadCode::Constant(self.gains(party).pct),
            Reading::Jobs(party) => ReadCode::Constant(self.gains(party).jobs_given_up / PERSONS_OF_UNIT),
        }
    }
}
