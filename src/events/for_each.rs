//! What a block says that stands for one process or stage of each member of a set (`docs/model.md` section 5).
//!
//! `expand` writes the processes and stages out; nothing behind it knows of blocks.

use serde::Deserialize;

use super::condition::{Shift, Weighted};
use super::duration::Duration;
use super::spec::{Process, Stage};

/// Stands for the member in every text of a block.
pub(super) const PLACEHOLDER: &str = "{member}";

/// The set that a block is repeated for.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "`members:AGREEMENT` or a list of parties")]
pub enum Members {
    /// `members:AGREEMENT`: the members on the day on which the block begins.
    Of(String),
    /// A list, in this order.
    Listed(Vec<String>),
}

/// What differs for some of the members of a block.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The members.
    pub members: Vec<String>,
    /// In place of the duration of the stage.
    pub duration: Option<Duration>,
    /// In place of its changes of pace.
    #[serde(rename = "stretch")]
    pub stretches: Option<Vec<Shift>>,
    /// In place of its probability.
    pub probability: Option<f64>,
    /// In place of its changes of the probability.
    #[serde(rename = "shift")]
    pub shifts: Option<Vec<Shift>>,
    /// In place of its source.
    pub source: Option<String>,
    /// In place of its mark.
    pub mark: Option<String>,
}

impl Case {
    /// Keys that it gives.
    pub(super) fn keys(&self) -> Vec<&'static str> {
        let given = [
            ("duration", self.duration.is_some()),
            ("stretch", self.stretches.is_some()),
            ("probability", self.probability.is_some()),
            ("shift", self.shifts.is_some()),
            ("source", self.source.is_some()),
            ("mark", self.mark.is_some()),
        ];
        given.into_iter().filter_map(|(key, is_given)| is_given.then_some(key)).collect()
    }

    /// Puts what it gives in place of what the stage says.
    pub(super) fn apply(&self, stage: &mut Stage) {
        fn put<T: Clone>(new: Option<&T>, old: &mut T) {
            if let Some(new) = new {
                old.clone_from(new);
            }
        }
        put(self.duration.as_ref(), &mut stage.duration);
        put(self.stretches.as_ref(), &mut stage.stretches);
        put(self.probability.as_ref(), &mut stage.probability);
        put(self.shifts.as_ref(), &mut stage.shifts);
        put(self.source.as_ref(), &mut stage.source);
        put(self.mark.as_ref(), &mut stage.mark);
    }
}

/// The process of one member of a block.
pub(super) fn process_of(block: &Process, member: &str) -> Process {
    let mut process = block.clone();
    let own = [&mut process.id, &mut process.party].into_iter().chain(&mut process.cancelled_by);
    own.for_each(|text| fill(text, member));
    process.place.is_of_block = true;
    process.stages = block.stages.iter().map(|stage| stage_of(stage, member)).collect();
    process
}

/// The stage of one member of a block.
pub(super) fn stage_of(block: &Stage, member: &str) -> Stage {
    let mut stage = block.clone();
    stage.place.is_of_block = true;
    for (k, case) in std::mem::take(&mut stage.cases).iter().enumerate() {
        if case.members.iter().any(|one| one == member) {
            case.apply(&mut stage);
            stage.place = stage.place.of_case(k);
        }
    }
    for text in texts(&mut stage) {
        fill(text, member);
    }
    stage
}

fn fill(text: &mut String, member: &str) {
    if text.contains(PLACEHOLDER) {
        *text = text.replace(PLACEHOLDER, member);
    }
}

/// Every text of a stage.
fn texts(stage: &mut Stage) -> Vec<&mut String> {
    let mut texts = vec![&mut stage.id, &mut stage.source];
    texts.extend(stage.requires.iter_mut().chain(&mut stage.unless).chain(&mut stage.effects));
    texts.extend(stage.milestone.iter_mut().chain(&mut stage.next));
    if let Duration::Empirical { file, .. } = &mut stage.duration {
        texts.push(file);
    }
    let mut shifts: Vec<&mut Shift> = stage.shifts.iter_mut().chain(&mut stage.stretches).collect();
    for branch in &mut stage.branches {
        texts.extend([&mut branch.to, &mut branch.source]);
        texts.extend(branch.effects.iter_mut().chain(&mut branch.milestone));
        shifts.extend(&mut branch.shifts);
    }
    for shift in shifts {
        let names = [&mut shift.when, &mut shift.unless, &mut shift.per_year_of];
        texts.extend(names.into_iter().chain([&mut shift.before, &mut shift.parameter]).flatten());
    }
    if let Some(rule) = &mut stage.rule {
        texts.push(&mut rule.fact);
        texts.extend(rule.parties.iter_mut().map(|party| match party {
            Weighted::Plain(name) | Weighted::Heavy(name, _) => name,
        }));
    }
    texts
}
