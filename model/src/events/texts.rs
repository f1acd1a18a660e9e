//! What talks leave of a text: topics that were got or lost turn its provisions (`docs/model.md` section 5).
//!
//! ```text
//! share of a provision = sum over its topics of what is still asked / sum of what the menu asks
//! ```
//!
//! It stands in full (from three quarters on), by half (from a quarter on), or not at all: three states, so that few
//! texts differ.

use super::compile::Compiler;
use super::engine::Workspace;
use super::program::{CompactDraw, Entry, Kind, Program, date_of};
use super::terms::{Term, TextCode, TurnedProvision};
use crate::policy::{MeasureKind, PolicyTimeline};

/// Shares from which on a provision stands in full, and by half.
const IN_FULL: f64 = 0.75;
const BY_HALF: f64 = 0.25;

impl Compiler<'_> {
    /// Number of the text of a class with what the topics of a menu turn in it.
    pub fn text(&mut self, class: &str, menu: &str) -> u32 {
        let menu = self.menu(menu) as usize;
        let mut provisions: Vec<TurnedProvision> = Vec::new();
        for (t, names) in self.program.topics.provisions.iter().enumerate() {
            let share = self.program.menus[menu][t];
            let named = names.iter().map(|name| format!("{class}:{name}"));
            let on = self.program.topics.on.as_ref();
            for name in named.filter(|name| share > 0.0 && on.is_none_or(|on| on.contains(name))) {
                let topic = (t as u32, share);
                match provisions.iter_mut().find(|known| known.name == name) {
                    Some(known) => known.topics.push(topic),
                    None => provisions.push(TurnedProvision { name, topics: vec![topic] }),
                }
            }
        }
        self.program.texts.push(TextCode { provisions });
        self.program.texts.len() as u32 - 1
    }
}

impl Workspace<'_> {
    /// Writes down the provisions of a text that stand by half or not at all.
    pub(super) fn write_text(&mut self, text: u32, day: i32, seq: u32) {
        let provisions = &self.program.texts[text as usize].provisions;
        for (provision, one) in (0..).zip(provisions) {
            let got: f64 = one.topics.iter().map(|(topic, _)| self.ledger.asked[*topic as usize]).sum();
            let all: f64 = one.topics.iter().map(|(_, share)| share).sum();
            let permille = match got / all {
                share if share >= IN_FULL => continue,
                share if share >= BY_HALF => 500,
                _ => 0,
            };
            self.drawn.terms.push(Term { seq, day, text, provision, permille });
        }
    }
}

impl Program {
    fn provision(&self, term: &Term) -> &str {
        &self.texts[term.text as usize].provisions[term.provision as usize].name
    }

    /// Notes what a draw has left of provisions.
    pub(super) fn note_terms(&self, draw: &CompactDraw, policy: &mut PolicyTimeline) {
        for term in &draw.terms {
            let name = self.provision(term);
            policy.set_measure(MeasureKind::Provision, name, term.permille, date_of(term.day));
        }
    }

    /// The effects of an event, with what it has left of provisions.
    pub(super) fn effects(&self, draw: &CompactDraw, seq: usize, entry: &Entry) -> Vec<String> {
        let mut effects = match entry.kind {
            Kind::Passed => self.recurring[entry.item as usize].otherwise_texts.clone(),
            _ => self.outcome(entry).map_or_else(Vec::new, |outcome| outcome.texts.clone()),
        };
        for term in draw.terms.iter().filter(|term| term.seq as usize == seq) {
            let (verb, share) = (MeasureKind::Provision.verb(), f64::from(term.permille) / 1000.0);
            effects.push(format!("{verb}:{}:{share}", self.provision(term)));
        }
        effects
    }
}
