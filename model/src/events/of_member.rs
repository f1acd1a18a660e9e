//! The process or stage of one member of a block: its texts filled in, its case put in place.

use super::condition::{Shift, Weighted};
use super::duration::Duration;
use super::for_each::{Case, PLACEHOLDER};
use super::spec::{Process, Stage};

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
    stage.milestone_of_all = None;
    for (k, case) in std::mem::take(&mut stage.cases).iter().enumerate() {
        if case.members.iter().any(|one| one == member) {
            apply(case, &mut stage);
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
        texts.extend(
            names.into_iter().chain([&mut shift.before, &mut shift.parameter, &mut shift.reads]).flatten(),
        );
    }
    if let Some(rule) = &mut stage.rule {
        texts.push(&mut rule.fact);
        texts.extend(rule.parties.iter_mut().map(|party| match party {
            Weighted::Plain(name) | Weighted::Heavy(name, _) => name,
        }));
    }
    texts
}

/// Replaces the values of the stage by those of the case.
fn apply(case: &Case, stage: &mut Stage) {
    fn put<T: Clone>(new: Option<&T>, old: &mut T) {
        if let Some(new) = new {
            old.clone_from(new);
        }
    }
    put(case.duration.as_ref(), &mut stage.duration);
    put(case.stretches.as_ref(), &mut stage.stretches);
    put(case.probability.as_ref(), &mut stage.probability);
    put(case.shifts.as_ref(), &mut stage.shifts);
    if case.logit.is_some() {
        stage.logit.clone_from(&case.logit);
    }
    stage.shifts.extend(case.more_shifts.iter().flatten().cloned());
    put(case.source.as_ref(), &mut stage.source);
    put(case.mark.as_ref(), &mut stage.mark);
}
