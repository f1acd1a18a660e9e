//! The numbers of a draw: parameters, states, and the topics that are asked for.

use super::compile::DAYS_OF_YEAR;
use super::engine::Workspace;
use super::luck::Luck;
use super::program::{NONE, NumberCode, ReadCode, ShiftCode, StageCode};
use super::streams::Streams;
use crate::numerics::distributions::normal_quantile;

/// Largest logit, beyond which a probability is 0 or 1.
const MOST_LOGIT: f64 = 40.0;

fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit.clamp(-MOST_LOGIT, MOST_LOGIT)).exp())
}

impl Workspace<'_> {
    /// Number `at` of a stream.
    pub(super) fn uniform(&self, streams: &Streams, at: u32) -> f64 {
        match self.luck {
            Luck::Drawn { seed, draw, .. } => self.shared.uniform(streams, at, (seed, draw)),
            Luck::Median => 0.5,
        }
    }

    /// The luck of the first visit of a stage, drawn once: talks of many rounds ask for it at each of them.
    pub(super) fn kept(&mut self, stage: u32) -> f64 {
        let known = self.kept[stage as usize];
        if !known.is_nan() {
            return known;
        }
        let drawn = self.uniform(&self.program.stages[stage as usize].outcome_streams, 0);
        self.kept[stage as usize] = drawn;
        drawn
    }

    /// Draws the parameters and the states with which a draw begins.
    pub(super) fn open_ledger(&mut self) {
        let program = self.program;
        let n = program.parameters.len();
        self.ledger.values.clear();
        self.ledger.values.resize(n + program.levels.len(), 0.0);
        self.ledger.noted.clear();
        self.ledger.noted.resize(n + program.levels.len(), program.days.0);
        for list in [&mut self.ledger.asked, &mut self.ledger.strength] {
            list.clear();
            list.resize(program.topics.topics.len(), 0.0);
        }
        self.ledger.offered.clear();
        self.ledger.offered.resize(program.topics.topics.len(), false);
        for (at, code) in program.parameters.iter().enumerate() {
            if let Some(&Some(value)) = self.ledger.given.get(at) {
                self.ledger.values[at] = value;
                continue;
            }
            let drawn = if code.se > 0.0 {
                code.se * normal_quantile(self.uniform_of_fit(&code.streams))
            } else {
                0.0
            };
            self.ledger.values[at] = (code.value + drawn).clamp(code.range[0], code.range[1]);
        }
        for (k, code) in program.levels.iter().enumerate() {
            let (start, sd) = (self.number(code.start), self.number(code.sd));
            let drawn = if sd > 0.0 { sd * normal_quantile(self.uniform(&code.streams, 0)) } else { 0.0 };
            self.ledger.values[n + k] = (start + drawn).clamp(code.range[0], code.range[1]);
        }
    }

    /// The number that the error of a fitted parameter is drawn by.
    fn uniform_of_fit(&self, streams: &Streams) -> f64 {
        match self.luck {
            Luck::Drawn { seed, fits, .. } => streams.uniform(0, seed, fits),
            Luck::Median => 0.5,
        }
    }

    /// A number, or a parameter of the draw.
    pub(super) fn number(&self, code: NumberCode) -> f64 {
        if code.slot == NONE { code.factor } else { code.factor * self.ledger.values[code.slot as usize] }
    }

    /// Value of a state on a day, without what its shifts add.
    fn own_level(&self, level: u32, day: i32) -> f64 {
        let code = &self.program.levels[level as usize];
        let at = self.program.parameters.len() + level as usize;
        let (value, noted) = (self.ledger.values[at], self.ledger.noted[at]);
        let Some(half_life) = code.half_life_years else { return value };
        let (mean, years) = (self.number(code.mean), f64::from(day.saturating_sub(noted)) / DAYS_OF_YEAR);
        mean + (value - mean) * (-years / self.number(half_life).max(1e-3)).exp2()
    }

    /// Value of a state on a day. States do not read each other in a circle, which is checked.
    fn level(&self, level: u32, day: i32) -> f64 {
        let code = &self.program.levels[level as usize];
        let added: f64 = code.shifts.iter().map(|shift| shift.add * self.amount(shift, day)).sum();
        (self.own_level(level, day) + added).clamp(code.range[0], code.range[1])
    }

    /// Notes the value of a state.
    pub(super) fn note_level(&mut self, level: u32, value: f64, day: i32) {
        let [least, most] = self.program.levels[level as usize].range;
        let at = self.program.parameters.len() + level as usize;
        (self.ledger.values[at], self.ledger.noted[at]) = (value.clamp(least, most), day);
        let program = self.program;
        program.looks_of_level[level as usize].iter().for_each(|&stage| self.look_anew(stage, day));
    }

    /// Adds to a state.
    pub(super) fn move_level(&mut self, level: u32, amount: f64, day: i32) {
        let value = self.own_level(level, day) + amount;
        self.note_level(level, value, day);
    }

    /// Draws a state anew.
    pub(super) fn draw_level(&mut self, event: u32, k: usize, occurrence: u32, day: i32) {
        let code = &self.program.recurring[event as usize].draws[k];
        let added: f64 = code.shifts.iter().map(|shift| shift.add * self.amount(shift, day)).sum();
        let sd = self.number(code.sd);
        let drawn =
            if sd > 0.0 { sd * normal_quantile(self.uniform(&code.streams, occurrence)) } else { 0.0 };
        let kept = self.number(code.keep) * self.own_level(code.level, day);
        self.note_level(code.level, self.number(code.add) + kept + added + drawn, day);
    }

    /// The actor that speaks for a voice, or the actor itself.
    fn speaker(&self, voice: u32) -> usize {
        let voice = &self.program.voices[voice as usize];
        let speaks = |fact: u32| fact == NONE || self.holds[fact as usize];
        let found = voice.iter().find(|(fact, _)| speaks(*fact)).or(voice.last());
        found.map_or(0, |(_, actor)| *actor as usize)
    }

    /// What a shift reads on a day.
    pub(super) fn read(&self, code: ReadCode, day: i32) -> f64 {
        let topics = &self.program.topics;
        let asked = || self.ledger.asked.iter().zip(&self.ledger.strength);
        match code {
            ReadCode::Constant(value) => value,
            ReadCode::Level(level) => self.level(level, day),
            ReadCode::Odds(level) => logistic(self.level(level, day)),
            ReadCode::Minds(voice) => {
                let stances = topics.of(self.speaker(voice)).iter();
                stances
                    .zip(asked())
                    .map(|(&stance, (share, strength))| (-stance).max(0.0) * share * strength)
                    .sum()
            }
            ReadCode::Likes(voice) => {
                let stances = topics.of(self.speaker(voice)).iter();
                stances
                    .zip(asked())
                    .map(|(&stance, (share, strength))| stance.max(0.0) * share * strength)
                    .sum()
            }
            ReadCode::Content(voice) => {
                let stances = topics.of(self.speaker(voice)).iter();
                stances.zip(&self.ledger.asked).map(|(stance, share)| stance * share).sum()
            }
            ReadCode::Wants(voice) => topics.wanted_share(self.speaker(voice), &self.ledger.asked),
            ReadCode::Stance(topic, voice) => topics.of(self.speaker(voice))[topic as usize],
            ReadCode::Menu(menu, voice) => {
                self.program.menu_shares[menu as usize].get(self.speaker(voice)).copied().unwrap_or(0.0)
            }
        }
    }

    /// Asks for the topics of a menu that the actor wants.
    pub(super) fn ask(&mut self, menu: u32, voice: u32) {
        let program = self.program;
        let stances = program.topics.of(self.speaker(voice));
        for (t, (&stance, &share)) in stances.iter().zip(&program.menus[menu as usize]).enumerate() {
            self.ledger.asked[t] = if stance > 0.0 { share } else { 0.0 };
            self.ledger.strength[t] = stance.max(0.0);
        }
    }

    /// Gives an actor what it likes most of a menu and was not offered yet.
    pub(super) fn offer(&mut self, menu: u32, voice: u32) {
        let program = self.program;
        let (stances, shares) = (program.topics.of(self.speaker(voice)), &program.menus[menu as usize]);
        let worth = |t: usize| if self.ledger.offered[t] { 0.0 } else { stances[t].max(0.0) * shares[t] };
        let best = (0..stances.len()).max_by(|&a, &b| worth(a).total_cmp(&worth(b)).then(b.cmp(&a)));
        if let Some(t) = best.filter(|&t| worth(t) > 0.0) {
            self.ledger.offered[t] = true;
            self.ledger.asked[t] = shares[t];
            self.ledger.strength[t] = self.ledger.strength[t].max(1.0);
        }
    }

    /// Drops what an actor minds most of what is asked; halves it where it only minds it a little.
    pub(super) fn trim(&mut self, voice: u32) {
        const FIRM: f64 = -1.5;
        let stances = self.program.topics.of(self.speaker(voice));
        let weight = |t: usize| (-stances[t]).max(0.0) * self.ledger.asked[t] * self.ledger.strength[t];
        let worst = (0..stances.len()).max_by(|&a, &b| weight(a).total_cmp(&weight(b)).then(b.cmp(&a)));
        if let Some(t) = worst.filter(|&t| weight(t) > 0.0) {
            let is_small = self.ledger.asked[t] < 0.3;
            self.ledger.asked[t] *= if stances[t] < FIRM || is_small { 0.0 } else { 0.5 };
        }
    }

    /// Probability of an outcome: moved by shifts, or the logistic function of its logit and shifts.
    pub(super) fn chance(
        &self,
        probability: f64,
        logit: Option<NumberCode>,
        shifts: &[ShiftCode],
        day: i32,
    ) -> f64 {
        let Some(base) = logit else { return self.probability(probability, shifts, day) };
        let added: f64 = shifts.iter().map(|shift| shift.add * self.amount(shift, day)).sum();
        logistic(self.number(base) + added)
    }

    /// Probabilities of success and of all branches together at one look.
    pub(super) fn look(&self, code: &StageCode, day: i32) -> (f64, f64) {
        let success = self.chance(code.probability, code.logit, &code.shifts, day);
        let branches =
            code.branches.iter().map(|one| self.chance(one.probability, one.logit, &one.shifts, day));
        (success, branches.sum())
    }
}
