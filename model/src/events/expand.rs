//! Writes the blocks of an option out: one process or stage for each member of the set of `for_each`.
//!
//! The order of declaration is that of the block, inside it that of the members: of a list its own, of an
//! agreement that of their names.

use std::sync::Arc;

use jiff::civil::Date;
use toml::de::{DeTable, DeValue};

use super::for_each::{InBlock, MemberOf, Members, PLACEHOLDER};
use super::joiners::Joiners;
use super::known::Tables;
use super::limits::MOST_STAGES;
use super::of_member::{process_of, stage_of};
use super::place::{Key, Lines, Place};
use super::spec::{OptionSpec, Process, Stage};
use super::validate::LONGEST_HORIZON;
use crate::data::{IDENTIFIER, is_identifier};
use crate::error::{Fault, Faults};
use crate::sorted::SortedSet;

/// Writes the blocks of an option out; a block with a fault is left out. Answers the faults, and whether no block is left
/// out.
///
/// Without `joiners`: those of lists alone. With them, once all is read that can change memberships, also those of the
/// members of agreements: for all who may belong to one, of whom the draw picks those who do.
pub(super) fn expand(
    spec: &mut OptionSpec,
    tables: Option<&Tables<'_>>,
    joiners: Option<&Joiners>,
) -> (Faults, bool) {
    let first = spec.horizon.unwrap_or(LONGEST_HORIZON)[0];
    let mut expander = Expander { tables, joiners, faults: Faults::new(), is_whole: true, n_stages: 0 };
    let blocks = std::mem::take(&mut spec.processes);
    spec.processes = blocks.into_iter().flat_map(|block| expander.process(block, first)).collect();
    let is_whole = expander.is_whole && expander.faults.is_empty();
    (expander.faults, is_whole)
}

struct Expander<'a> {
    tables: Option<&'a Tables<'a>>,
    joiners: Option<&'a Joiners>,
    faults: Faults,
    /// False where a block is left out because the tables have faults of their own.
    is_whole: bool,
    /// Stages that blocks came to so far.
    n_stages: usize,
}

/// Where a block stands, and what its set is.
struct Block<'a> {
    place: &'a Place,
    set: &'a Members,
    except: &'a [String],
    /// Stages that it repeats.
    n_stages: usize,
}

impl Expander<'_> {
    fn process(&mut self, mut block: Process, first: Date) -> Vec<Process> {
        if self.is_early(block.for_each.as_ref()) {
            return vec![block];
        }
        let day = block.start.unwrap_or(first);
        let Some(set) = block.for_each.take() else {
            self.only_in_blocks(&block.place, "except", block.except.is_empty());
            let stages = std::mem::take(&mut block.stages);
            block.stages = stages.into_iter().flat_map(|stage| self.stage(stage, day)).collect();
            return vec![block];
        };
        let except = std::mem::take(&mut block.except);
        let before = self.faults.as_slice().len();
        self.id(&block.place, &block.id);
        for stage in &block.stages {
            if stage.for_each.is_some() {
                let expected = "no for_each inside a process that has one";
                let remedy = "Take one of the two out.";
                self.fault(stage.place.key("for_each"), "a block inside a block", expected, remedy);
            }
            self.only_in_blocks(&stage.place, "except", stage.except.is_empty());
            self.only_in_blocks(&stage.place, "milestone_of_all", stage.milestone_of_all.is_none());
        }
        let n_stages = block.stages.len();
        let whole = Block { place: &block.place, set: &set, except: &except, n_stages };
        let members = self.members(&whole, day);
        let is_listed = matches!(set, Members::Listed(_));
        for stage in &block.stages {
            self.cases(stage, members.as_deref().filter(|_| is_listed));
        }
        match members {
            Some(members) if self.faults.as_slice().len() == before => {
                let mut processes: Vec<_> = members.iter().map(|one| process_of(&block, one)).collect();
                for (process, member) in processes.iter_mut().zip(&members) {
                    process.member_of = membership(&set, member);
                }
                processes
            }
            _ => Vec::new(),
        }
    }

    /// True for the members of an agreement while not all is read that can make a member.
    fn is_early(&self, set: Option<&Members>) -> bool {
        self.joiners.is_none() && matches!(set, Some(Members::Of(_)))
    }

    fn stage(&mut self, mut block: Stage, day: Date) -> Vec<Stage> {
        if self.is_early(block.for_each.as_ref()) {
            return vec![block];
        }
        let Some(set) = block.for_each.take() else {
            self.only_in_blocks(&block.place, "except", block.except.is_empty());
            self.only_in_blocks(&block.place, "where", block.cases.is_empty());
            self.only_in_blocks(&block.place, "milestone_of_all", block.milestone_of_all.is_none());
            return vec![block];
        };
        let except = std::mem::take(&mut block.except);
        let before = self.faults.as_slice().len();
        self.id(&block.place, &block.id);
        if block.milestone.is_some() && block.milestone_of_all.is_some() {
            let expected = "a milestone of each member or one of all of them";
            self.fault(block.place.key("milestone_of_all"), "both", expected, "Take one of the two out.");
        }
        let whole = Block { place: &block.place, set: &set, except: &except, n_stages: 1 };
        let members = self.members(&whole, day);
        self.cases(&block, members.as_deref().filter(|_| matches!(set, Members::Listed(_))));
        let Some(members) = members.filter(|_| self.faults.as_slice().len() == before) else {
            return Vec::new();
        };
        let mut stages: Vec<Stage> = members.iter().map(|member| stage_of(&block, member)).collect();
        let n = stages.len();
        for (at, (stage, member)) in stages.iter_mut().zip(&members).enumerate() {
            match membership(&set, member) {
                Some(member_of) => {
                    let milestone_of_all = block.milestone_of_all.clone();
                    stage.in_block = Some(InBlock { member_of, at, n, milestone_of_all });
                }
                None if at + 1 == n => {
                    stage.milestone = block.milestone_of_all.clone().or(stage.milestone.take())
                }
                None => {}
            }
        }
        stages
    }

    /// The members that a block is repeated for; none where there is a fault.
    fn members(&mut self, block: &Block<'_>, day: Date) -> Option<Vec<String>> {
        let place = block.place;
        let set = match block.set {
            Members::Listed(list) => {
                let mut names = SortedSet::new();
                for (k, member) in list.iter().enumerate() {
                    let key = format!("for_each.{k}");
                    self.party(place.key(&key), member);
                    if !names.insert(member) {
                        let found = format!("{member} given twice");
                        self.fault(place.key(&key), &found, "each member once", "Take one of the two out.");
                    }
                }
                list.clone()
            }
            Members::Of(text) => self.members_of(place, text, day)?,
        };
        for (k, party) in block.except.iter().enumerate() {
            let key = format!("except.{k}");
            self.party(place.key(&key), party);
            if matches!(block.set, Members::Listed(_)) && !set.contains(party) {
                let remedy = "Correct the name, or take it out.";
                self.fault(place.key(&key), party, "a member of the list of for_each", remedy);
            }
        }
        let members: Vec<String> = set.into_iter().filter(|party| !block.except.contains(party)).collect();
        if members.is_empty() {
            let found = match block.set {
                Members::Listed(_) => "nobody".to_owned(),
                Members::Of(text) => format!("{text}: nobody from {day} on"),
            };
            let remedy = "Correct the set, or take the block out.";
            self.fault(place.key("for_each"), &found, "a member or more", remedy);
            return None;
        }
        self.n_stages = self.n_stages.saturating_add(members.len().saturating_mul(block.n_stages));
        if self.n_stages > MOST_STAGES {
            let found = format!("more than {MOST_STAGES} stages");
            let remedy = "Take some of the members or stages out.";
            self.fault(place.key("for_each"), &found, "fewer stages in an option", remedy);
            return None;
        }
        Some(members)
    }

    /// Who may be a member of the agreement that `text` names from `day` on, by name.
    fn members_of(&mut self, place: &Place, text: &str, day: Date) -> Option<Vec<String>> {
        let at = place.key("for_each");
        let Some(agreement) = text.strip_prefix("members:") else {
            let expected = "`members:AGREEMENT` or a list of parties";
            self.fault(at, text, expected, "Write it so.");
            return None;
        };
        if self.tables.is_some_and(|tables| tables.is_unread) {
            self.is_whole = false;
            return None;
        }
        let Some(tables) = self.tables.filter(|tables| tables.memberships.is_some()) else {
            let expected = "policy tables, which say who is a member";
            let remedy = "Give the data folder with --data DIR, or list the members.";
            self.fault(at, text, expected, remedy);
            return None;
        };
        if !tables.agreements.contains(agreement) {
            let expected = "an agreement of policy/agreements.csv";
            let remedy = "Correct the name, or add the agreement to the policy tables.";
            self.fault(at, agreement, expected, remedy);
            return None;
        }
        let joiners = self.joiners.expect("blocks of members wait for the joiners");
        Some(joiners.members(agreement, day, tables).into_iter().collect())
    }

    /// Checks what differs by member; `set` is the list of the block, where it gives one.
    fn cases(&mut self, stage: &Stage, set: Option<&[String]>) {
        let mut given = SortedSet::new();
        for (k, case) in stage.cases.iter().enumerate() {
            let place = &stage.place;
            if case.members.is_empty() || case.keys().is_empty() {
                let found = if case.members.is_empty() { "no member" } else { "members alone" };
                let expected = "members, and what differs for them";
                self.fault(
                    place.key(&format!("where.{k}")),
                    found,
                    expected,
                    "Add it, or take the line out.",
                );
            }
            for (m, member) in case.members.iter().enumerate() {
                let at = format!("where.{k}.members.{m}");
                self.party(place.key(&at), member);
                if set.is_some_and(|set| !set.contains(member)) {
                    let remedy = "Correct the name, or take it out.";
                    self.fault(place.key(&at), member, "a member of the list of for_each", remedy);
                }
                for key in case.keys() {
                    if !given.insert((member, key)) {
                        let found = format!("{key} of {member} given twice");
                        let remedy = "Take the member out of one of the lines.";
                        self.fault(place.key(&at), &found, "each key of a member once", remedy);
                    }
                }
            }
        }
    }

    fn id(&mut self, place: &Place, id: &str) {
        if !id.contains(PLACEHOLDER) {
            let expected = "an id with {member} in it: each of the members needs one of its own";
            self.fault(place.key("id"), id, expected, "Add {member}, as in `ratify.{member}`.");
        }
    }

    fn party(&mut self, at: Key<'_>, name: &str) {
        if !is_identifier(name) {
            self.fault(at, name, IDENTIFIER, "Correct the name.");
        } else if self.tables.is_some_and(|tables| !tables.is_unread && !tables.parties.contains(name)) {
            let expected = "a country of countries.csv or a party of policy/tables/memberships.csv";
            self.fault(at, name, expected, "Correct the name.");
        }
    }

    fn only_in_blocks(&mut self, place: &Place, key: &str, is_absent: bool) {
        if !is_absent {
            let expected = "this key only where for_each repeats the block";
            self.fault(place.key(key), key, expected, "Add for_each, or take the key out.");
        }
    }

    fn fault(&mut self, Key { place, name: key }: Key<'_>, found: &str, expected: &str, remedy: &str) {
        self.faults.push(Fault {
            file: place.file.to_string(),
            line: Some(place.line_of(key)).filter(|&line| line > 0),
            field: key.split('.').next().unwrap_or(key).to_owned(),
            found: if found.is_empty() { "empty".into() } else { found.to_owned() },
            expected: expected.to_owned(),
            remedy: remedy.to_owned(),
        });
    }
}

/// Party and agreement whose membership decides whether a draw takes the member in; none in a list.
fn membership(set: &Members, member: &str) -> Option<MemberOf> {
    let Members::Of(text) = set else { return None };
    let agreement = text.strip_prefix("members:")?.to_owned();
    Some(MemberOf { agreement, party: member.to_owned() })
}

/// Placeholders that stand outside of a block.
pub(super) fn strays(file: &Arc<str>, lines: &Lines, table: &DeTable<'_>) -> Faults {
    let mut faults = Faults::new();
    stray(file, lines, table, &mut faults);
    faults
}

fn stray(file: &Arc<str>, lines: &Lines, table: &DeTable<'_>, faults: &mut Faults) {
    if table.iter().any(|(key, _)| key.get_ref() == "for_each") {
        return;
    }
    for (key, value) in table.iter() {
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match value.get_ref() {
                DeValue::Table(inner) => stray(file, lines, inner, faults),
                DeValue::Array(items) => open.extend(items.iter().rev()),
                DeValue::String(text) if text.contains(PLACEHOLDER) => faults.push(Fault {
                    file: file.to_string(),
                    line: Some(lines.of_byte(value.span().start)),
                    field: key.get_ref().to_string(),
                    found: text.to_string(),
                    expected: "{member} only in a block with for_each".into(),
                    remedy: "Name the party, or add for_each.".into(),
                }),
                _ => {}
            }
        }
    }
}
